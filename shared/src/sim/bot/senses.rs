//! What a bot sees, remembers and fears: the enemy it deals with, one it has lost, hits taken, a rocket that comes at it.
//!
//! Must not know what is done about any of it.

use super::traits::Traits;
use super::{Seen, Sight};
use crate::limits::UNITS_PER_METRE;
use crate::rng::Rng;
use crate::sim::angle::Turn;
use crate::sim::collision::{line_of_sight, raycast};
use crate::sim::pose::{Pose, TELEPORT_UNITS};
use crate::sim::rocket::Rocket;
use crate::sim::weapon::SPLASH_UNITS;
use crate::sim::world::{Player, Slot};
use crate::tick::Tick;
use glam::IVec2;

/// What one bot is aware of.
#[derive(Clone, Debug, Default)]
pub(super) struct Senses {
    pub enemy: Option<Enemy>,
    pub lost: Option<Lost>,
    pub peril: Option<Peril>,
    /// Until when it minds where the latest hit came from; last seen `Player::hurt_seq`.
    pub wary_until: Tick,
    hurt_seq: u8,
    /// The rocket it thought about last, and whether it means to dodge that.
    judged: Option<((Tick, Slot), bool)>,
}

/// The enemy it is dealing with, in sight.
#[derive(Clone, Copy, Debug)]
pub(super) struct Enemy {
    pub slot: Slot,
    /// When it came into sight.
    pub since: Tick,
    /// It was out of sight for a moment only: eye and hand were waiting for it.
    pub expected: bool,
    pub pos: IVec2,
    /// As it seems to move: world units per tick in 1/256, smoothed.
    pub vel_q8: IVec2,
}

/// An enemy that went out of sight.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lost {
    slot: Slot,
    pub at: IVec2,
    /// Where it probably went from there.
    pub bound_for: IVec2,
    pub since: Tick,
    /// Means to go after it.
    pub chase: bool,
    /// A rocket was sent after it, or none is going to be.
    pub answered: bool,
}

/// A rocket that will pass close by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peril {
    /// Direction to get out of its way.
    pub away: Turn,
    pub arrives_in_ticks: u32,
}

impl Senses {
    pub(super) fn update(&mut self, sight: &Sight<'_>, slot: Slot, traits: &Traits, rng: &mut Rng) {
        self.watch(sight, traits, rng);
        // Looking round is the dearest thing a bot does: a few times a second, not all bots in the same tick.
        if (sight.now.0 + u32::from(slot.0)).is_multiple_of(sight.rate.ticks_in_ms(LOOK_EVERY_MS)) {
            self.look_round(sight, slot);
        }
        if sight.own.hurt_seq != self.hurt_seq {
            self.hurt_seq = sight.own.hurt_seq;
            self.wary_until = sight.now.plus(sight.rate.ticks_in_ms(WARY_MS));
        }
        self.peril = self.rocket_coming(sight, slot, traits, rng);
    }

    /// The dead are afraid of nothing.
    pub(super) fn forget(&mut self, own: &Player) {
        *self = Senses { hurt_seq: own.hurt_seq, ..Senses::default() };
    }

    /// Follows the present enemy while it can be seen.
    fn watch(&mut self, sight: &Sight<'_>, traits: &Traits, rng: &mut Rng) {
        let Some(enemy) = &mut self.enemy else { return };
        match sight.others.iter().find(|other| other.slot == enemy.slot).map(|other| &other.pose) {
            Some(pose) if in_view(sight, pose) => {
                let moved = pose.pos - enemy.pos;
                if moved.abs().max_element() < TELEPORT_UNITS {
                    enemy.vel_q8 += (moved * 256 - enemy.vel_q8) / 4;
                }
                enemy.pos = pose.pos;
                return;
            }
            Some(pose) if !pose.alive => self.lost = None,
            _ => {
                let chase = rng.chance(traits.chase_percent, 100);
                let answered = !traits.follows_with_rocket;
                let (slot, at, bound_for) = (enemy.slot, enemy.pos, straight_on(sight, enemy));
                self.lost = Some(Lost { slot, at, bound_for, since: sight.now, chase, answered });
            }
        }
        self.enemy = None;
    }

    /// Takes on the nearest enemy in sight, or one that is much nearer than the present one.
    fn look_round(&mut self, sight: &Sight<'_>, slot: Slot) {
        let mut reach_sq = SIGHT_UNITS * SIGHT_UNITS;
        if let Some(enemy) = &self.enemy {
            // 5/8 of the distance.
            reach_sq = distance_sq(enemy.pos, sight.own.pos) * 25 / 64;
        }
        let mut nearest: Option<&Seen> = None;
        for other in sight.others.iter().filter(|other| !other.friend && other.slot != slot) {
            let distance_sq = distance_sq(other.pose.pos, sight.own.pos);
            if distance_sq < reach_sq && in_view(sight, &other.pose) {
                (reach_sq, nearest) = (distance_sq, Some(other));
            }
        }
        if let Some(&Seen { slot, pose, .. }) = nearest
            && self.enemy.is_none_or(|enemy| enemy.slot != slot)
        {
            let expects =
                |lost: &Lost| lost.slot == slot && sight.now < lost.since.plus(sight.rate.ticks_in_ms(EXPECT_MS));
            let expected = self.lost.as_ref().is_some_and(expects);
            self.enemy = Some(Enemy { slot, since: sight.now, expected, pos: pose.pos, vel_q8: IVec2::ZERO });
            self.lost = None;
        }
    }

    /// The rocket that will pass nearest in time, if it means to dodge it.
    fn rocket_coming(&mut self, sight: &Sight<'_>, slot: Slot, traits: &Traits, rng: &mut Rng) -> Option<Peril> {
        let flying = sight.rockets.iter().filter(|rocket| rocket.burst.is_none() && rocket.owner != slot);
        let (rocket, peril) = flying
            .filter(|rocket| !sight.others.iter().any(|other| other.slot == rocket.owner && other.friend))
            .filter_map(|rocket| Some((rocket, passes_near(sight, rocket)?)))
            .min_by_key(|(_, peril)| peril.arrives_in_ticks)?;
        let key = (rocket.spawned, rocket.owner);
        let dodges = match self.judged {
            Some((judged, dodges)) if judged == key => dodges,
            _ => rng.chance(traits.dodge_percent, 100),
        };
        self.judged = Some((key, dodges));
        // It takes as long to notice as anything else.
        let noticed = sight.now >= rocket.spawned.plus(sight.rate.ticks_in_ms(traits.reaction_ms));
        (dodges && noticed).then_some(peril)
    }
}

/// Where somebody gets to who walks on as it was seen to, until a wall stops it.
fn straight_on(sight: &Sight<'_>, enemy: &Enemy) -> IVec2 {
    let walked = (enemy.vel_q8.as_i64vec2() * i64::from(sight.rate.ticks_in_ms(WALKS_ON_MS)) / 256).as_ivec2();
    let length = walked.as_i64vec2().length_squared().isqrt() as i32;
    let direction = Turn::of(walked).direction();
    let free = raycast(sight.arena, enemy.pos, direction, length + Player::RADIUS) - Player::RADIUS;
    enemy.pos + (direction.as_i64vec2() * i64::from(free.max(0)) / 32768).as_ivec2()
}

fn in_view(sight: &Sight<'_>, pose: &Pose) -> bool {
    pose.alive && line_of_sight(sight.arena, sight.own.pos, pose.pos)
}

fn distance_sq(a: IVec2, b: IVec2) -> i64 {
    (a - b).as_i64vec2().length_squared()
}

fn passes_near(sight: &Sight<'_>, rocket: &Rocket) -> Option<Peril> {
    let at = rocket.pos(sight.now, sight.rate);
    let (to_me, along) = ((sight.own.pos - at).as_i64vec2(), rocket.aim.direction().as_i64vec2());
    let ahead = to_me.dot(along) >> 15;
    // Positive: it passes on the left of its own direction, and the way out is further to that side.
    let beside = along.perp_dot(to_me) >> 15;
    if !(0..DODGE_UNITS).contains(&ahead)
        || beside.abs() > i64::from(SPLASH_UNITS)
        || !line_of_sight(sight.arena, at, sight.own.pos)
    {
        return None;
    }
    let away = rocket.aim.turned(if beside >= 0 { QUARTER } else { -QUARTER });
    let per_tick = i64::from(Rocket::flown(256, sight.rate)).max(1);
    Some(Peril { away, arrives_in_ticks: (ahead / per_tick) as u32 })
}

/// A quarter turn in steps.
pub(super) const QUARTER: i32 = 16384;
/// How far a bot sees: a person's screen.
const SIGHT_UNITS: i64 = 35 * UNITS_PER_METRE as i64;
/// Whoever went out of sight is taken to walk on for so long.
const WALKS_ON_MS: u32 = 700;
/// Whoever went out of sight is expected back for so long.
const EXPECT_MS: u32 = 1500;
const LOOK_EVERY_MS: u32 = 120;
/// How long it looks where a hit came from.
const WARY_MS: u32 = 800;
/// A rocket further away than this is nobody's worry yet.
const DODGE_UNITS: i64 = 12 * UNITS_PER_METRE as i64;
