//! Shots against bodies. A shot sees its targets only through [`Targets`], so that the present and a rewound past look the same to it.

use super::pose::Pose;
use super::world::{Slot, World};
use glam::IVec2;

/// Read-only poses a shot is judged against. `world` is the present, after everyone's movement of this tick.
pub trait Targets {
    /// The pose of `slot` as `shooter`'s shot shall test it; `None` if it cannot be hit (absent, never seen, dead then).
    fn pose(&self, world: &World, shooter: Slot, slot: Slot) -> Option<Pose>;
    /// Where the muzzle of `shooter` was at the click, world units.
    fn muzzle(&self, world: &World, shooter: Slot) -> IVec2;
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
