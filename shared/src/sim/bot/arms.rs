//! What to hold and when to fire it: the weapon for the distance, bursts, no rocket at one's own feet, reloads when safe.
//!
//! Must not know how aiming works, only where it got to.

use super::hand::aim_point;
use super::senses::Senses;
use super::traits::Traits;
use super::{Sight, draw_ticks};
use crate::limits::UNITS_PER_METRE;
use crate::rng::Rng;
use crate::sim::angle::Turn;
use crate::sim::collision::raycast;
use crate::sim::weapon::{SPLASH_UNITS, Weapon};
use crate::sim::world::Player;
use crate::tick::Tick;

/// The state of its trigger finger.
#[derive(Clone, Debug, Default)]
pub(super) struct Arms {
    /// Liked best in this life by those who do not choose by distance.
    liked: Option<Weapon>,
    wanted: Option<Weapon>,
    /// No other weapon before then: changing takes time, and a choice a moment ago was as good.
    settled_until: Tick,
    /// Trigger rhythm: held until one time, then let go until the other.
    hold_until: Tick,
    rest_until: Tick,
}

impl Arms {
    /// What it wants to hold.
    pub(super) fn choose(&mut self, sight: &Sight<'_>, senses: &Senses, traits: &Traits, rng: &mut Rng) -> Weapon {
        let liked = *self.liked.get_or_insert_with(|| match rng.below(10) {
            0..6 => Weapon::Rifle,
            6..9 => Weapon::Shotgun,
            _ => Weapon::Launcher,
        });
        let held = self.wanted.unwrap_or(sight.own.weapon);
        let must = !is_loaded(sight.own, held) && senses.enemy.is_some() || !has_rounds(sight.own, held);
        if sight.now < self.settled_until && !must {
            return held;
        }
        let fit = if traits.suits_weapon { fitting(sight, senses, held, rng) } else { liked };
        let ready = |weapon: Weapon| {
            if senses.enemy.is_some() { is_loaded(sight.own, weapon) } else { has_rounds(sight.own, weapon) }
        };
        // The rifle last: it never runs out for good.
        let order = [fit, Weapon::Shotgun, Weapon::Rifle];
        let wanted = order.into_iter().find(|&weapon| ready(weapon)).unwrap_or(held);
        if wanted != held || self.wanted.is_none() {
            self.wanted = Some(wanted);
            self.settled_until = sight.now.plus(sight.rate.ticks_in_ms(SETTLED_MS));
        }
        wanted
    }

    /// Whether to hold the trigger: on a body, after a moment to react, in bursts.
    pub(super) fn fires(
        &mut self,
        sight: &Sight<'_>,
        senses: &mut Senses,
        aim: Turn,
        traits: &Traits,
        rng: &mut Rng,
    ) -> bool {
        let weapon = sight.own.weapon;
        if sight.own.frozen_ticks > 0 || self.wanted.is_some_and(|wanted| wanted != weapon) {
            return false;
        }
        let Some(enemy) = &senses.enemy else { return fires_after(sight, senses, aim) };
        let reaction_ms = if enemy.expected { traits.reaction_ms / 2 } else { traits.reaction_ms };
        if sight.now < enemy.since.plus(sight.rate.ticks_in_ms(reaction_ms)) {
            return false;
        }
        let gap = aim_point(sight, enemy, traits) - sight.own.pos;
        let distance = gap.as_i64vec2().length_squared().isqrt().max(1);
        if !in_reach(weapon, distance) {
            return false;
        }
        let keen_steps = i64::from(Player::RADIUS) * STEPS_PER_RADIAN * traits.keen_percent / (100 * distance)
            + i64::from(weapon.table().spread_steps) / 2;
        let on_target = i64::from(aim.shortest_to(Turn::of(gap)).abs()) <= keen_steps;
        if weapon == Weapon::Launcher {
            return on_target && own_feet_safe(sight, aim);
        }
        if sight.now < self.hold_until {
            return on_target;
        }
        if sight.now < self.rest_until || !on_target {
            return false;
        }
        self.hold_until = sight.now.plus(draw_ticks(rng, sight.rate, traits.burst_ms));
        self.rest_until = self.hold_until.plus(draw_ticks(rng, sight.rate, traits.rest_ms));
        true
    }

    /// Whether to reload what it holds: empty, or far from full with nobody about.
    pub(super) fn reloads(&self, sight: &Sight<'_>, senses: &Senses, traits: &Traits) -> bool {
        let own = sight.own;
        let full = u32::from(own.weapon.table().magazine);
        let magazine = u32::from(own.magazines[own.weapon.index()]);
        let calm = senses.enemy.is_none()
            && senses.lost.is_none_or(|lost| sight.now >= lost.since.plus(sight.rate.ticks_in_ms(CALM_MS)));
        own.reload_ticks == 0 && (magazine == 0 || calm && magazine * 100 < full * traits.reload_below_percent)
    }
}

/// A rocket after somebody who went round the corner it last stood at, once.
fn fires_after(sight: &Sight<'_>, senses: &mut Senses, aim: Turn) -> bool {
    let Some(lost) = senses.lost.as_mut().filter(|lost| !lost.answered && sight.own.weapon == Weapon::Launcher) else {
        return false;
    };
    let gap = lost.at - sight.own.pos;
    let distance = gap.as_i64vec2().length_squared().isqrt().max(1);
    let near_steps = i64::from(Player::RADIUS) * STEPS_PER_RADIAN / distance;
    lost.answered = sight.now > lost.since.plus(sight.rate.ticks_in_ms(AFTER_MS));
    let fires = !lost.answered
        && in_reach(Weapon::Launcher, distance)
        && i64::from(aim.shortest_to(Turn::of(gap)).abs()) <= near_steps
        && own_feet_safe(sight, aim);
    lost.answered |= fires && sight.own.fire_cooldown == 0;
    fires
}

/// The weapon that suits the distance to the enemy, or to where one may come from.
fn fitting(sight: &Sight<'_>, senses: &Senses, held: Weapon, rng: &mut Rng) -> Weapon {
    let Some(at) = senses.enemy.map(|enemy| enemy.pos).or(senses.lost.map(|lost| lost.at)) else { return held };
    let metres = (at - sight.own.pos).as_i64vec2().length_squared().isqrt() / i64::from(UNITS_PER_METRE);
    match metres {
        ..5 => Weapon::Shotgun,
        // Near the edge what is in hand will do.
        5..7 if held == Weapon::Shotgun => Weapon::Shotgun,
        5..16 if held == Weapon::Launcher || rng.chance(2, 5) => Weapon::Launcher,
        _ => Weapon::Rifle,
    }
}

fn in_reach(weapon: Weapon, distance: i64) -> bool {
    match weapon {
        Weapon::Launcher => distance > i64::from(SAFE_UNITS),
        _ => distance < i64::from(weapon.table().range_units),
    }
}

/// A burst that far along `aim` does not reach back.
fn own_feet_safe(sight: &Sight<'_>, aim: Turn) -> bool {
    raycast(sight.arena, sight.own.pos, aim.direction(), SAFE_UNITS) >= SAFE_UNITS
}

fn is_loaded(own: &Player, weapon: Weapon) -> bool {
    own.magazines[weapon.index()] > 0
}

fn has_rounds(own: &Player, weapon: Weapon) -> bool {
    is_loaded(own, weapon) || weapon.table().reserve.is_none() || own.reserves[weapon.index()] > 0
}

const STEPS_PER_RADIAN: i64 = 10430;
/// A weapon is kept for so long after it was chosen.
const SETTLED_MS: u32 = 1500;
/// Nobody has been about for so long: time to reload.
const CALM_MS: u32 = 900;
/// Whoever is out of sight for longer is not where it was.
const AFTER_MS: u32 = 900;
/// Nearest point a rocket is sent to: beyond the reach of its burst.
const SAFE_UNITS: i32 = SPLASH_UNITS + UNITS_PER_METRE;
