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

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: i32, y: i32) -> Pose {
        Pose { pos: IVec2::new(x, y), aim: 100, alive: true }
    }

    #[test]
    fn a_blend_goes_from_one_pose_to_the_other_and_straight_on() {
        let (a, b) = (at(0, 1000), Pose { aim: 140, ..at(512, 488) });
        let pos = |fraction| Pose::blend(a, b, fraction).pos.to_array();
        assert_eq!([pos(0), pos(64), pos(255), pos(256)], [[0, 1000], [128, 872], [510, 490], [512, 488]]);
        assert_eq!([pos(512), pos(FRACTION_MAX)], [[1024, -24], [33 * 512, 1000 - 33 * 512]]);
        assert_eq!(pos(FRACTION_MAX + 1), pos(FRACTION_MAX), "and no further");
        assert_eq!(pos(u16::MAX), pos(FRACTION_MAX));
        let aim = |fraction| Pose::blend(a, b, fraction).aim;
        assert_eq!([aim(128), aim(256), aim(700)], [120, 140, 140], "who turns does not go on turning");
    }

    #[test]
    fn a_death_or_a_teleport_is_held_until_it_is_reached() {
        let a = at(0, 0);
        for b in [Pose { alive: false, ..at(50, 0) }, at(TELEPORT_UNITS + 1, 0), at(0, -TELEPORT_UNITS - 1)] {
            assert_eq!([0, 1, 255].map(|f| Pose::blend(a, b, f)), [a; 3]);
            assert_eq!([256, 257, u16::MAX].map(|f| Pose::blend(a, b, f)), [b; 3]);
        }
    }

    #[test]
    fn no_pose_and_no_fraction_overflows() {
        let ends = [i32::MIN, i32::MIN + 1, -1, 0, 1, i32::MAX - 1, i32::MAX];
        let poses =
            ends.iter().flat_map(|x| ends.map(|y| Pose { pos: IVec2::new(*x, y), aim: *x as u16, alive: true }));
        let poses: Vec<Pose> = poses.collect();
        for (a, b) in poses.iter().flat_map(|a| poses.iter().map(move |b| (*a, *b))) {
            for fraction in [0, 1, 128, 255, 256, 257, FRACTION_MAX, u16::MAX] {
                let blend = Pose::blend(a, b, fraction);
                assert!(blend.aim < 1024 || blend.aim == a.aim || blend.aim == b.aim);
            }
        }
    }
}
