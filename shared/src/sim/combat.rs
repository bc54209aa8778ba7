//! Shots against walls and bodies. A shot sees its targets only through [`Targets`], so that the present and a rewound
//! past look the same to it.
//!
//! One shot is one ray or a fan of them, all from one muzzle and all in one tick. Which fan follows from who shoots and
//! when, so that both ends of a connection draw and test the same rays without telling each other.
//!
//! Judges and changes nothing: what a verdict does to its victims is `damage`'s business. Rockets are no rays.

use super::angle::Turn;
use super::arena::Arena;
use super::collision::{ray_hits_circle, raycast};
use super::pose::Pose;
use super::round::Team;
use super::rules::SHOT_RANGE_STEP_UNITS;
use super::weapon::Weapon;
use super::world::{Player, Slot, World};
use crate::rng::Rng;
use crate::tick::Tick;
use glam::{I64Vec2, IVec2};

/// Read-only poses a shot is judged against. `world` is the present, after everyone's movement of this tick.
pub trait Targets {
    /// The pose of `slot` as `shooter`'s shot shall test it; `None` if it cannot be hit (absent, never seen, dead then).
    fn pose(&self, world: &World, shooter: Slot, slot: Slot) -> Option<Pose>;
    /// Where the muzzle of `shooter` was at the click, world units.
    fn muzzle(&self, world: &World, shooter: Slot) -> IVec2;
}

/// Decides one shot. Whoever can say where everyone is can decide; a server that judges the same shot in several ways
/// decides by itself.
pub trait Judge {
    /// `world` is the present, after everyone's movement of this tick and before anyone is hurt.
    fn judge(&self, world: &World, arena: &Arena, shot: &Shot) -> Verdict;
}

impl<T: Targets> Judge for T {
    fn judge(&self, world: &World, arena: &Arena, shot: &Shot) -> Verdict {
        judge(world, arena, self, shot)
    }
}

/// Everyone where they are now: hit checks without lag compensation.
pub struct Present;

impl Targets for Present {
    fn pose(&self, world: &World, _shooter: Slot, slot: Slot) -> Option<Pose> {
        world.player(slot).map(Pose::of).filter(|pose| pose.alive)
    }

    fn muzzle(&self, world: &World, shooter: Slot) -> IVec2 {
        world.player(shooter).map_or(IVec2::ZERO, |p| p.pos)
    }
}

/// One pull of the trigger of a weapon that shoots rays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shot {
    pub shooter: Slot,
    pub weapon: Weapon,
    /// Where the shooter aimed; its rays lie about it.
    pub aim: Turn,
    pub rays: Rays,
}

impl Shot {
    /// The shot of the input of `tick`.
    pub fn new(shooter: Slot, weapon: Weapon, aim: Turn, tick: Tick) -> Shot {
        Shot { shooter, weapon, aim, rays: rays(weapon, aim, shooter, tick) }
    }
}

/// The rays of one shot, from left to right of who shoots; at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rays {
    aims: [Turn; RAYS_MAX],
    count: u8,
}

impl Rays {
    pub fn as_slice(&self) -> &[Turn] {
        &self.aims[..usize::from(self.count)]
    }
}

/// The rays of a shot of `shooter` in `tick`: the fan is cut into equal parts, with one ray somewhere near the middle of
/// each. A weapon with one ray shoots where it aims, and so, for who asks, does one without any.
pub fn rays(weapon: Weapon, aim: Turn, shooter: Slot, tick: Tick) -> Rays {
    let table = weapon.table();
    let mut rays = Rays { aims: [aim; RAYS_MAX], count: table.rays.max(1) };
    if table.rays < 2 {
        return rays;
    }
    let mut rng = Rng::fork(u64::from(tick.0) << 16 | u64::from(shooter.0), FAN_PURPOSE);
    let (spread, count) = (i32::from(table.spread_steps), i32::from(table.rays));
    let jitter = 2 * spread / count / JITTER_PART;
    for (i, ray) in rays.aims.iter_mut().take(usize::from(table.rays)).enumerate() {
        let middle = spread * (2 * i as i32 + 1) / count - spread;
        *ray = aim.turned(middle + rng.range_i32(-jitter, jitter));
    }
    rays
}

/// Where one shot ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub muzzle: IVec2,
    ends: [RayEnd; RAYS_MAX],
    count: u8,
}

/// Where one ray ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RayEnd {
    pub aim: Turn,
    /// World units from the muzzle to the body or wall that stopped it, or its full reach.
    pub range_units: i32,
    pub hit: Option<Slot>,
}

impl Verdict {
    /// A verdict that was passed before, as far as it was written down: `hits` says whom how many rays hit, the rest of them
    /// nobody, and [`Verdict::range_units`] is `range_units` again.
    pub fn recorded(shot: &Shot, muzzle: IVec2, range_units: i32, hits: impl Iterator<Item = (Slot, u8)>) -> Verdict {
        let mut ends = [RayEnd { aim: shot.aim, range_units, hit: None }; RAYS_MAX];
        let rays = shot.rays.as_slice();
        let victims = hits.flat_map(|(slot, rays)| std::iter::repeat_n(slot, usize::from(rays)));
        ends.iter_mut().zip(rays).for_each(|(end, aim)| end.aim = *aim);
        ends.iter_mut().take(rays.len()).zip(victims).for_each(|(end, victim)| end.hit = Some(victim));
        Verdict { muzzle, ends, count: shot.rays.count }
    }

    /// In the order of [`Shot::rays`].
    pub fn rays(&self) -> &[RayEnd] {
        &self.ends[..usize::from(self.count)]
    }

    /// The body that most rays hit, of equals the one in the lower slot.
    pub fn victim(&self) -> Option<Slot> {
        self.victims().max_by_key(|(slot, rays)| (*rays, std::cmp::Reverse(*slot))).map(|(slot, _)| slot)
    }

    /// Everyone hit, once, with the number of rays that did.
    pub fn victims(&self) -> impl Iterator<Item = (Slot, u8)> {
        let rays = self.rays();
        let first = |i: usize, slot: Slot| !rays[..i].iter().any(|ray| ray.hit == Some(slot));
        rays.iter().enumerate().filter_map(move |(i, ray)| {
            let slot = ray.hit.filter(|slot| first(i, *slot))?;
            Some((slot, self.rays_in(slot)))
        })
    }

    /// Rays that hit `slot`.
    pub fn rays_in(&self, slot: Slot) -> u8 {
        self.rays().iter().filter(|ray| ray.hit == Some(slot)).count() as u8
    }

    /// Rays that hit the victim.
    pub fn rays_hit(&self) -> u8 {
        self.victim().map_or(0, |victim| self.rays_in(victim))
    }

    /// Length of the shot, in world units, for who draws it as one line: of the first ray that hit the victim; of the middle
    /// one if nobody was hit.
    pub fn range_units(&self) -> i32 {
        let rays = self.rays();
        let victim = self.victim();
        let shown = rays.iter().find(|ray| victim.is_some() && ray.hit == victim);
        shown.unwrap_or(&rays[rays.len() / 2]).range_units
    }
}

/// Judges one shot.
///
/// A body counts if its player may be hurt by the shooter ([`Foes`]) and its pose, as the shooter is to see it, is
/// alive too.
pub fn judge(world: &World, arena: &Arena, targets: &impl Targets, shot: &Shot) -> Verdict {
    let shooter = shot.shooter;
    let foes = Foes::of(world, shooter);
    let bodies = world.present().filter(|(slot, player)| foes.include(*slot, player)).filter_map(|(slot, _)| {
        let pose = targets.pose(world, shooter, slot).filter(|pose| pose.alive)?;
        Some((slot, pose.pos))
    });
    trace(arena, targets.muzzle(world, shooter), shot, bodies)
}

/// Where the rays of a shot from `muzzle` end among `bodies` (where each stands): each at the nearest one in front of the
/// first wall, or at the weapon's reach.
pub fn trace(arena: &Arena, muzzle: IVec2, shot: &Shot, bodies: impl Iterator<Item = (Slot, IVec2)>) -> Verdict {
    let reach = shot.weapon.table().range_units;
    let rays = shot.rays.as_slice();
    let mut directions = [IVec2::ZERO; RAYS_MAX];
    let mut ends = [RayEnd { aim: shot.aim, range_units: reach, hit: None }; RAYS_MAX];
    for ((end, direction), aim) in ends.iter_mut().zip(&mut directions).zip(rays) {
        *direction = aim.direction();
        *end = RayEnd { aim: *aim, range_units: raycast(arena, muzzle, *direction, reach), hit: None };
    }
    let cone = Cone::about(shot);
    for (slot, at) in bodies {
        if rays.len() > 1 && !cone.touches(at.as_i64vec2() - muzzle.as_i64vec2()) {
            continue;
        }
        for (end, direction) in ends.iter_mut().zip(&directions).take(rays.len()) {
            match ray_hits_circle(muzzle, *direction, end.range_units, at, Player::RADIUS) {
                Some(units) if units < end.range_units => (end.range_units, end.hit) = (units, Some(slot)),
                _ => {}
            }
        }
    }
    Verdict { muzzle, ends, count: shot.rays.count }
}

/// The space that a fan of rays lies in, and a body's width about it: who is outside need not be held against each ray.
struct Cone {
    direction: I64Vec2,
    reach: i64,
    /// Tangent of half its angle, Q15.
    slope_q15: i64,
}

impl Cone {
    fn about(shot: &Shot) -> Cone {
        let table = shot.weapon.table();
        let edge = Turn(table.spread_steps).direction();
        let slope_q15 = (i64::from(edge.y) << 15) / i64::from(edge.x);
        Cone { direction: shot.aim.direction().as_i64vec2(), reach: table.range_units.into(), slope_q15 }
    }

    /// `rel`: from the muzzle to the body's centre.
    fn touches(&self, rel: I64Vec2) -> bool {
        let along = rel.dot(self.direction) >> 15;
        let beside = rel.perp_dot(self.direction).abs() >> 15;
        let radius = i64::from(Player::RADIUS);
        // Twice the radius: a body beside a slanting ray reaches a little further than its radius, and all is rounded.
        (-radius..=self.reach + radius).contains(&along)
            && beside <= 2 * radius + ((along.max(0) * self.slope_q15) >> 15)
    }
}

/// Whom a player's shots may hurt: the living, but for oneself and, unless the match says otherwise, one's own side. Nobody
/// needs to be there who fired: a rocket outlives its shooter's stay.
#[derive(Clone, Copy, Debug)]
pub struct Foes {
    shooter: Slot,
    /// Whose players are spared.
    spared: Option<Team>,
}

impl Foes {
    pub fn of(world: &World, shooter: Slot) -> Foes {
        let side = world.player(shooter).and_then(|shooter| shooter.team);
        Foes { shooter, spared: side.filter(|_| !world.round.options.friendly_fire) }
    }

    pub fn include(&self, slot: Slot, player: &Player) -> bool {
        player.alive && slot != self.shooter && (self.spared.is_none() || player.team != self.spared)
    }
}

/// Length of a shot as others are told it: `Player::shot_range`, rounded to the nearest step.
pub const fn told_range(range_units: i32) -> u8 {
    let steps = (range_units + SHOT_RANGE_STEP_UNITS / 2) / SHOT_RANGE_STEP_UNITS;
    if steps < u8::MAX as i32 { steps as u8 } else { u8::MAX }
}

/// Most rays of one shot.
pub const RAYS_MAX: usize = 8;
/// A ray is at most this part of its share of the fan off the middle of that share, to either side.
const JITTER_PART: i32 = 4;
/// "fan": keeps these draws apart from all others.
const FAN_PURPOSE: u64 = 0x66_61_6e;

const _: () = {
    let mut i = 0;
    while i < Weapon::ALL.len() {
        assert!(Weapon::ALL[i].table().rays as usize <= RAYS_MAX);
        assert!(Weapon::ALL[i].table().spread_steps <= 1 << 13, "an eighth of a turn: a cone has a slope");
        i += 1;
    }
};
