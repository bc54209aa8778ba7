//! Where a body is drawn and where a shot tests it: the same integers from the same function on both ends.

use super::world::Player;
use glam::IVec2;

/// A body as a shooter can see it and a shot can test it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pose {
    /// World units.
    pub pos: IVec2,
    /// 1/1024 turn.
    pub aim: u16,
    pub alive: bool,
}

/// A body that moved further than this between two snapshots was teleported and is not blended (world units, 2 m).
pub const TELEPORT_UNITS: i32 = 2048;

impl Pose {
    pub fn of(player: &Player) -> Pose {
        Pose { pos: player.pos, aim: player.aim, alive: player.alive }
    }

    /// The pose `fraction / 256` of the way from `a` to `b`. A death, a respawn or a teleport between the two is
    /// not blended: `a` is held until `b`.
    pub fn blend(a: Pose, b: Pose, fraction: u8) -> Pose {
        let step = b.pos - a.pos;
        if a.alive != b.alive || step.x.abs().max(step.y.abs()) > TELEPORT_UNITS {
            return a;
        }
        let f = i32::from(fraction);
        // Round half away from zero the same way for both signs, so that a blend has no directional bias.
        let part = |d: i32| (d * f + 128 * d.signum()) / 256;
        // Shortest way round a turn of 1024.
        let turn = (i32::from(b.aim) - i32::from(a.aim) + 512).rem_euclid(1024) - 512;
        let aim = (i32::from(a.aim) + part(turn)).rem_euclid(1024) as u16;
        Pose { pos: a.pos + IVec2::new(part(step.x), part(step.y)), aim, alive: a.alive }
    }
}
