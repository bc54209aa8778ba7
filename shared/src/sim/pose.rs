//! Where a body is drawn and where a shot tests it: the same integers from the same function on both ends.

use super::input::FRACTION_MAX;
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

    /// The pose `fraction / 256` of the way from `a` to `b`; above 256 (at most [`FRACTION_MAX`]) straight on beyond `b`,
    /// with the aim of `b`, for who turns does not go on turning. A death, a respawn or a teleport between the two is not
    /// blended: `a` is held until `b`.
    ///
    /// Integers only and total: no pose and no fraction overflows.
    pub fn blend(a: Pose, b: Pose, fraction: u16) -> Pose {
        let step = b.pos.as_i64vec2() - a.pos.as_i64vec2();
        if a.alive != b.alive || step.abs().max_element() > i64::from(TELEPORT_UNITS) {
            return if fraction < WHOLE { a } else { b };
        }
        let f = i64::from(fraction.min(FRACTION_MAX));
        // Round half away from zero the same way for both signs, so that a blend has no directional bias.
        let part = |d: i64, f: i64| (d * f + 128 * d.signum()) / i64::from(WHOLE);
        let on_grid = |units: i64| units.clamp(i32::MIN.into(), i32::MAX.into()) as i32;
        let pos =
            IVec2::new(on_grid(i64::from(a.pos.x) + part(step.x, f)), on_grid(i64::from(a.pos.y) + part(step.y, f)));
        // Shortest way round a turn of 1024.
        let turn = (i64::from(b.aim) - i64::from(a.aim) + 512).rem_euclid(1024) - 512;
        let aim = (i64::from(a.aim) + part(turn, f.min(WHOLE.into()))).rem_euclid(1024) as u16;
        Pose { pos, aim, alive: a.alive }
    }

    /// The pose that is seen of a body told as `a` and `b` in the two snapshots of a view; `None`: it is not there.
    ///
    /// Before `b` there are those told in `a`, who stay where they were if `b` does not tell of them; from `b` on those told
    /// in `b`, who stay where they are if only `b` tells of them.
    pub fn seen(a: Option<Pose>, b: Option<Pose>, fraction: u16) -> Option<Pose> {
        match (a, b) {
            (Some(a), Some(b)) => Some(Pose::blend(a, b, fraction)),
            (a, b) => {
                if fraction < WHOLE {
                    a
                } else {
                    b
                }
            }
        }
    }
}

/// The fraction at which a blend has arrived at its second pose.
pub const WHOLE: u16 = 256;
