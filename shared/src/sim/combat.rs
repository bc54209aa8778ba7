//! Shots against walls and bodies. A shot sees its targets only through [`Targets`], so that the present and a rewound
//! past look the same to it.
//!
//! Judges and changes nothing: what a verdict does to its victim is [`super::step`]'s business.

use super::angle::Turn;
use super::arena::Arena;
use super::collision::{ray_hits_circle, raycast};
use super::pose::Pose;
use super::rules::{RIFLE_RANGE_UNITS, SHOT_RANGE_STEP_UNITS};
use super::world::{Player, Slot, World};
use glam::IVec2;

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
    fn judge(&self, world: &World, arena: &Arena, shooter: Slot, aim: Turn) -> Verdict;
}

impl<T: Targets> Judge for T {
    fn judge(&self, world: &World, arena: &Arena, shooter: Slot, aim: Turn) -> Verdict {
        judge(world, arena, self, shooter, aim)
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

/// Where one shot ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub muzzle: IVec2,
    /// World units from the muzzle to the body or wall that stopped the shot, or its full reach.
    pub range_units: i32,
    pub hit: Option<Slot>,
}

/// Judges one rifle shot of `shooter` along `aim`: the nearest body in front of the first wall is hit.
///
/// A body counts if its player is alive at present and its pose, as the shooter is to see it, is alive too.
pub fn judge(world: &World, arena: &Arena, targets: &impl Targets, shooter: Slot, aim: Turn) -> Verdict {
    let (muzzle, direction) = (targets.muzzle(world, shooter), aim.direction());
    let wall_units = raycast(arena, muzzle, direction, RIFLE_RANGE_UNITS);
    let mut verdict = Verdict { muzzle, range_units: wall_units, hit: None };
    for (slot, player) in world.present() {
        if slot == shooter || !player.alive {
            continue;
        }
        let Some(pose) = targets.pose(world, shooter, slot).filter(|pose| pose.alive) else {
            continue;
        };
        let reach = verdict.range_units;
        match ray_hits_circle(muzzle, direction, reach, pose.pos, Player::RADIUS) {
            Some(units) if units < reach => verdict = Verdict { muzzle, range_units: units, hit: Some(slot) },
            _ => {}
        }
    }
    verdict
}

/// Length of a shot as others are told it: `Player::shot_range`, rounded to the nearest step.
pub const fn told_range(range_units: i32) -> u8 {
    let steps = (range_units + SHOT_RANGE_STEP_UNITS / 2) / SHOT_RANGE_STEP_UNITS;
    if steps < u8::MAX as i32 { steps as u8 } else { u8::MAX }
}
