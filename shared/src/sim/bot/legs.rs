//! Walking: along corners in straight runs, across the enemy's aim, out of a rocket's way, and never stuck.
//!
//! Must not know why it walks; [`super::tactics`] says where to.

use super::senses::{Peril, QUARTER, Senses};
use super::{Sight, draw_ticks, heading_along};
use crate::limits::{TILE_UNITS, UNITS_PER_METRE};
use crate::rng::Rng;
use crate::sim::angle::Turn;
use crate::sim::collision::line_of_sight;
use crate::sim::input::Heading;
use crate::sim::movement::axes;
use crate::sim::weapon::Weapon;
use crate::tick::Tick;
use glam::IVec2;

/// Where it is going.
#[derive(Clone, Debug, Default)]
pub(super) struct Legs {
    /// Corners still to walk to, next one last.
    way: Vec<IVec2>,
    heading: Heading,
    since: Tick,
    /// The heading is kept until then: in a fight, when it got stuck, and for a moment between two ways of walking.
    until: Tick,
    dash: bool,
    /// Where it was when last looked at, to notice that it gets nowhere.
    checked: Option<(IVec2, Tick)>,
    /// Where it has been about since when.
    haunt: Option<(IVec2, Tick)>,
}

impl Legs {
    pub(super) fn heading(&self) -> Heading {
        self.heading
    }

    /// Whether it arrived, or never had a way.
    pub(super) fn is_idle(&self) -> bool {
        self.way.is_empty()
    }

    /// Corners to walk by, nearest first.
    pub(super) fn set_way(&mut self, mut corners: Vec<IVec2>) {
        corners.reverse();
        self.way = corners;
    }

    pub(super) fn stop_way(&mut self) {
        self.way.clear();
    }

    /// Asks for a dash along the heading of this tick.
    pub(super) fn dash(&mut self) {
        self.dash = true;
    }

    /// Whether a dash asked for is possible and leads into free floor.
    pub(super) fn wants_dash(&mut self, sight: &Sight<'_>) -> bool {
        std::mem::take(&mut self.dash)
            && sight.own.dash_cooldown == 0
            && sight.own.frozen_ticks == 0
            && self.heading != Heading::STAND
            && sight.arena.ways().is_run_free(tile_of(sight.own.pos), self.heading.value(), DASH_TILES)
    }

    /// How many tiles the present run still is long, if it leads along the heading.
    pub(super) fn run_ahead(&self, sight: &Sight<'_>) -> i32 {
        let Some(&corner) = self.way.last() else { return 0 };
        let gap = corner - sight.own.pos;
        let off = Turn::of(axes(self.heading)).shortest_to(Turn::of(gap)).abs();
        if off < OFF_COURSE_STEPS / 2 { gap.abs().max_element() / TILE_UNITS } else { 0 }
    }

    /// Whether it has been about the same place for too long. Notes where it is.
    pub(super) fn is_restless(&mut self, sight: &Sight<'_>) -> bool {
        let (pos, now) = (sight.own.pos, sight.now);
        match self.haunt {
            Some((at, since)) if sight.own.frozen_ticks == 0 && is_within(pos, at, HAUNT_UNITS) => {
                now >= since.plus(sight.rate.ticks_in_ms(HAUNT_MS))
            }
            _ => {
                self.haunt = Some((pos, now));
                false
            }
        }
    }

    /// Wanting to walk and getting nowhere: takes another way. Returns whether it was so.
    pub(super) fn unstick(&mut self, sight: &Sight<'_>, rng: &mut Rng) -> bool {
        let Some((at, checked)) = self.checked.filter(|_| sight.own.frozen_ticks == 0) else {
            self.checked = Some((sight.own.pos, sight.now));
            return false;
        };
        if sight.now.distance(checked) < i64::from(sight.rate.ticks_in_ms(STUCK_MS)) {
            return false;
        }
        self.checked = Some((sight.own.pos, sight.now));
        let stuck = self.heading != Heading::STAND && is_within(sight.own.pos, at, STUCK_UNITS);
        if stuck {
            self.way.clear();
            let wanted = 1 + rng.below(8) as u8;
            self.go(sight.now, free_heading(sight, wanted));
            self.until = sight.now.plus(sight.rate.ticks_in_ms(STUCK_MS));
        }
        stuck
    }

    /// Along the way to the next corner; stands at its end.
    pub(super) fn follow(&mut self, sight: &Sight<'_>) {
        if self.keeps_heading(sight) {
            return;
        }
        let pos = sight.own.pos;
        while self.way.last().is_some_and(|&corner| (corner - pos).abs().max_element() < ARRIVED_UNITS) {
            self.way.pop();
        }
        let Some(&corner) = self.way.last() else { return self.go(sight.now, Heading::STAND) };
        // A little off is no reason to turn: it would zigzag between two headings.
        let off = Turn::of(axes(self.heading)).shortest_to(Turn::of(corner - pos)).abs();
        if self.heading == Heading::STAND || off > OFF_COURSE_STEPS {
            self.go(sight.now, heading_along(corner - pos));
        }
    }

    /// Across the line to the enemy, a while to each side; nearer when far, away when very near for what it holds.
    pub(super) fn strafe(&mut self, sight: &Sight<'_>, senses: &Senses, rng: &mut Rng) {
        let Some(enemy) = &senses.enemy else { return };
        self.way.clear();
        if self.keeps_heading(sight) {
            return;
        }
        let gap = enemy.pos - sight.own.pos;
        let across = if rng.chance(1, 2) { QUARTER } else { -QUARTER };
        let metres = gap.as_i64vec2().length_squared().isqrt() / i64::from(UNITS_PER_METRE);
        let (near, far) = match sight.own.weapon {
            Weapon::Shotgun => (2, 4),
            Weapon::Rifle => (4, 12),
            Weapon::Launcher => (6, 14),
        };
        let lean = if metres > far {
            -across / 2
        } else if metres < near {
            across / 2
        } else {
            0
        };
        let sideways = |turn: i32| free_heading(sight, Heading::nearest(Turn::of(gap).turned(turn)).value());
        // Rather to the side from which the enemy is still to be seen.
        let sees =
            |heading: &Heading| line_of_sight(sight.arena, sight.own.pos + axes(*heading) * LOOK_AHEAD, enemy.pos);
        let (first, second) = (sideways(across + lean), sideways(-across - lean));
        self.go(sight.now, if !sees(&first) && sees(&second) { second } else { first });
        self.until = sight.now.plus(draw_ticks(rng, sight.rate, STRAFE_MS));
    }

    /// Out of a rocket's way.
    pub(super) fn evade(&mut self, sight: &Sight<'_>, peril: &Peril) {
        self.go(sight.now, free_heading(sight, Heading::nearest(peril.away).value()));
        self.until = sight.now.plus(sight.rate.ticks_in_ms(HOLD_LEAST_MS));
    }

    /// A new plan may turn it, but not at once if it has just turned.
    pub(super) fn change_mind(&mut self, sight: &Sight<'_>) {
        self.until = self.since.plus(sight.rate.ticks_in_ms(HOLD_LEAST_MS));
    }

    /// Whether it stays on the heading it decided on: for its time, or a moment when a wall is near.
    fn keeps_heading(&self, sight: &Sight<'_>) -> bool {
        let least = self.since.plus(sight.rate.ticks_in_ms(HOLD_LEAST_MS));
        sight.now < self.until.min(least)
            || sight.now < self.until
                && self.heading != Heading::STAND
                && sight.arena.ways().is_run_free(tile_of(sight.own.pos), self.heading.value(), 1)
    }

    fn go(&mut self, now: Tick, heading: Heading) {
        if heading != self.heading {
            (self.heading, self.since) = (heading, now);
        }
    }
}

/// The heading nearest to `wanted` (1..=8) that does not lead straight into a wall.
fn free_heading(sight: &Sight<'_>, wanted: u8) -> Heading {
    let tile = tile_of(sight.own.pos);
    let turned = |eighths: u8| (wanted - 1 + eighths) % 8 + 1;
    let mut nearest = [0, 1, 7, 4, 2, 6, 3, 5].map(turned).into_iter();
    let free = nearest.find(|&heading| sight.arena.ways().is_run_free(tile, heading, 1));
    free.and_then(Heading::new).unwrap_or_default()
}

pub(super) fn tile_of(at: IVec2) -> IVec2 {
    at.div_euclid(IVec2::splat(TILE_UNITS))
}

fn is_within(a: IVec2, b: IVec2, units: i32) -> bool {
    (a - b).length_squared() <= units * units
}

const STRAFE_MS: (u32, u32) = (300, 1200);
/// How far ahead a strafing fighter minds walls, world units.
const LOOK_AHEAD: i32 = 2 * UNITS_PER_METRE;
/// Shortest time between two changes of heading when a fight begins or ends.
const HOLD_LEAST_MS: u32 = 250;
/// A walker turns when its corner is this far off its heading (40 degrees).
const OFF_COURSE_STEPS: i32 = 7280;
/// A corner counts as reached this near.
const ARRIVED_UNITS: i32 = 300;
/// Less than this in [`STUCK_MS`] while walking is being stuck.
const STUCK_UNITS: i32 = 300;
const STUCK_MS: u32 = 500;
/// Whoever does not get this far for so long has to go elsewhere: nobody stays within a metre of one place for 5 s.
const HAUNT_UNITS: i32 = 2 * UNITS_PER_METRE;
const HAUNT_MS: u32 = 3200;
/// What a dash covers, rounded up.
const DASH_TILES: u32 = 3;
