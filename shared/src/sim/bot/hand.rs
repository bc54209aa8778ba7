//! The hand that points: it turns at a human pace, overshoots, errs at first and steadies with watching.
//!
//! Must not know what is held or when to fire.

use super::senses::{Enemy, Senses};
use super::traits::Traits;
use super::{Sight, draw_ticks};
use crate::rng::Rng;
use crate::sim::angle::Turn;
use crate::sim::input::Heading;
use crate::sim::movement::axes;
use crate::sim::weapon::{ROCKET_SPEED_UNITS_PER_S, Weapon};
use crate::sim::world::{Player, Slot};
use crate::tick::Tick;
use glam::IVec2;

/// Where it points, and how it moves.
#[derive(Clone, Debug, Default)]
pub(super) struct Hand {
    /// In full resolution; `None` until it first sees its own player.
    aim: Option<Turn>,
    /// Steps of a turn per tick.
    spin: i32,
    /// Whom the error is about.
    target: Option<(Slot, Tick)>,
    /// How far off it means to point, in steps of a turn; shrinks while it watches, jumps up now and then.
    error: i32,
    next_slip: Tick,
}

impl Hand {
    pub(super) fn aim(&self, own: &Player) -> Turn {
        self.aim.unwrap_or(Turn(own.aim << 6))
    }

    /// Turns towards the enemy, where one went out of sight, where hits come from, or where it walks.
    pub(super) fn point(
        &mut self,
        sight: &Sight<'_>,
        senses: &Senses,
        heading: Heading,
        traits: &Traits,
        rng: &mut Rng,
    ) -> Turn {
        let aim = self.aim(sight.own);
        let lately = |lost: &&super::senses::Lost| sight.now < lost.since.plus(sight.rate.ticks_in_ms(HOLD_MS));
        let goal = if let Some(enemy) = &senses.enemy {
            self.steady(sight, enemy, traits, rng);
            Turn::of(aim_point(sight, enemy, traits) - sight.own.pos).turned(self.error)
        } else if let Some(lost) = senses.lost.as_ref().filter(lately) {
            Turn::of(lost.bound_for - sight.own.pos)
        } else if sight.now < senses.wary_until {
            Turn(u16::from(sight.own.hurt_from) << 10)
        } else if heading != Heading::STAND {
            Turn::of(axes(heading))
        } else {
            aim
        };
        let aim = aim.turned(self.spin_towards(sight, aim.shortest_to(goal), traits));
        self.aim = Some(aim);
        aim
    }

    /// A hand has weight: it gets faster and slower by so much a tick, and so it goes too far when it hurries.
    fn spin_towards(&mut self, sight: &Sight<'_>, missing: i32, traits: &Traits) -> i32 {
        let hz = sight.rate.hz() as i32;
        let fastest = traits.turn_steps_per_s / hz;
        let rise = traits.turn_rise_per_s2 / (hz * hz);
        let wanted = (missing * traits.turn_gain_per_s / hz).clamp(-fastest, fastest);
        self.spin = wanted.clamp(self.spin - rise, self.spin + rise);
        self.spin
    }

    /// Watching steadies the aim; now and then it slips.
    fn steady(&mut self, sight: &Sight<'_>, enemy: &Enemy, traits: &Traits, rng: &mut Rng) {
        let target = Some((enemy.slot, enemy.since));
        if self.target != target {
            self.target = target;
            let most = if enemy.expected { traits.first_error_steps / 2 } else { traits.first_error_steps };
            self.error = rng.range_i32(-most, most);
            self.next_slip = sight.now.plus(draw_ticks(rng, sight.rate, traits.slip_ms));
            return;
        }
        self.error -= self.error * traits.steady_per_s / sight.rate.hz() as i32;
        if sight.now >= self.next_slip {
            self.error += rng.range_i32(-traits.slip_steps, traits.slip_steps);
            self.next_slip = sight.now.plus(draw_ticks(rng, sight.rate, traits.slip_ms));
        }
    }
}

/// Where the enemy seems to be: a little behind itself for the eye, ahead of itself for a rocket that takes its time.
pub(super) fn aim_point(sight: &Sight<'_>, enemy: &Enemy, traits: &Traits) -> IVec2 {
    let hz = i64::from(sight.rate.hz());
    let mut ahead_ms = -i64::from(traits.lag_ms);
    if sight.own.weapon == Weapon::Launcher {
        let distance = (enemy.pos - sight.own.pos).as_i64vec2().length_squared().isqrt();
        let flight_ms = (distance * 1000 / i64::from(ROCKET_SPEED_UNITS_PER_S)).min(LEAD_MS_MAX);
        ahead_ms += flight_ms * traits.lead_percent / 100;
    }
    let ahead = enemy.vel_q8.as_i64vec2() * ahead_ms * hz / (256 * 1000);
    enemy.pos + ahead.as_ivec2()
}

/// How long it goes on pointing where somebody went out of sight.
const HOLD_MS: u32 = 2000;
/// Nobody walks straight on for longer than this.
const LEAD_MS_MAX: i64 = 700;
