//! Where a sound seems to come from: louder on its side, softer far away, dull behind walls.
//!
//! Lengths are map metres, x to the right as on screen. Must not know what is played, or who is there.

use glam::Vec2;
use tickshot_shared::sim::arena::Arena;

/// How one sound reaches the two ears.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placement {
    /// Amplitude in the left and the right ear, 0..=1.
    pub left: f32,
    pub right: f32,
    /// 0 = in plain sight, 1 = behind thick walls.
    pub muffle: f32,
}

impl Placement {
    /// Sounds of the listener itself, and of nowhere.
    pub const CENTRE: Placement =
        Placement { left: std::f32::consts::FRAC_1_SQRT_2, right: std::f32::consts::FRAC_1_SQRT_2, muffle: 0.0 };

    /// As heard at `listener` from `source`; `None` if that is `reach_m` away or more.
    pub fn hear(listener: Vec2, source: Vec2, reach_m: f32, arena: Option<&Arena>) -> Option<Placement> {
        let offset = source - listener;
        let distance = offset.length();
        if !distance.is_finite() || distance >= reach_m {
            return None;
        }
        let wall_m = arena.map_or(0.0, |arena| wall_between(arena, listener, source));
        // From far away even the air takes the edges off.
        let muffle = ((wall_m / MUFFLED_M).min(1.0) + distance * AIR_PER_M).min(1.0);
        let near = 1.0 - distance / reach_m;
        let gain = near * near * (1.0 - WALL_LOSS * (wall_m / MUFFLED_M).min(1.0));
        // Equal power: as loud in the middle as at a side. What is near is around, not beside.
        let pan = SIDE_MAX * offset.x / (distance + AROUND_M);
        let angle = (pan + 1.0) * std::f32::consts::FRAC_PI_4;
        Some(Placement { left: gain * angle.cos(), right: gain * angle.sin(), muffle })
    }

    /// The same, softer or louder.
    pub fn scaled(self, gain: f32) -> Placement {
        Placement { left: self.left * gain, right: self.right * gain, ..self }
    }

    /// Of both ears the louder one.
    pub fn loudness(&self) -> f32 {
        self.left.max(self.right)
    }
}

/// Metres of wall on the straight way from `a` to `b`, at most as many as matter.
fn wall_between(arena: &Arena, a: Vec2, b: Vec2) -> f32 {
    let steps = ((b - a).length() / PROBE_M).ceil().max(1.0);
    let mut wall_m = 0.0;
    for i in 0..steps as i32 {
        let tile = a.lerp(b, (i as f32 + 0.5) / steps).floor().as_ivec2();
        if arena.is_solid(tile.x, tile.y) {
            wall_m += PROBE_M;
            if wall_m >= MUFFLED_M {
                break;
            }
        }
    }
    wall_m
}

/// So much wall muffles fully; less does in part, so that a voice does not jump when a corner is passed.
const MUFFLED_M: f32 = 0.8;
/// Share of the loudness that a full wall takes beside the high notes.
const WALL_LOSS: f32 = 0.35;
/// Muffling per metre of air.
const AIR_PER_M: f32 = 0.010;
/// Never wholly on one side: the other ear hears it, too.
const SIDE_MAX: f32 = 0.92;
/// Within about this distance a sound is around the listener rather than beside it.
const AROUND_M: f32 = 2.5;
/// The way is looked at in steps of this.
const PROBE_M: f32 = 0.1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sound_is_louder_on_its_side() {
        let hear = |x: f32| Placement::hear(Vec2::ZERO, Vec2::new(x, 3.0), 40.0, None).expect("in reach");
        let (left, right) = (hear(-10.0), hear(10.0));
        assert!(right.right > 3.0 * right.left, "{right:?}");
        assert!(left.left > 3.0 * left.right, "{left:?}");
        let middle = hear(0.0);
        assert!((middle.left - middle.right).abs() < 1e-6, "{middle:?}");
    }

    #[test]
    fn loudness_falls_with_distance_to_nothing_at_the_reach() {
        let power = |d: f32| {
            Placement::hear(Vec2::ZERO, Vec2::new(d, 0.0), 20.0, None).map(|p| p.left * p.left + p.right * p.right)
        };
        let heard: Vec<f32> = (0..20).map_while(|d| power(d as f32)).collect();
        assert_eq!(heard.len(), 20, "heard up to the reach");
        assert!(heard.windows(2).all(|pair| pair[1] < pair[0]), "{heard:?}");
        assert!(heard[19] < 1e-4 && power(20.0).is_none());
        assert!(power(f32::NAN).is_none(), "nonsense is not heard");
    }

    #[test]
    fn a_wall_between_muffles_and_an_open_way_does_not() {
        let arena =
            Arena::parse("duel", include_bytes!("../../../assets/maps/arena.tmx")).expect("the shipped map parses");
        let (mut open, mut walled) = (0, 0);
        for a in arena.spawns() {
            for b in arena.spawns() {
                let (from, to) = (a.as_vec2() / 1024.0, b.as_vec2() / 1024.0);
                let Some(placed) = Placement::hear(from, to, 30.0, Some(&arena)) else { continue };
                let air = (from - to).length() * AIR_PER_M;
                // A line that only grazes a corner may go either way.
                if tickshot_shared::sim::collision::line_of_sight(&arena, *a, *b) {
                    assert!(placed.muffle < air + 0.3, "{from} to {to}: {placed:?}");
                    open += 1;
                } else if wall_between(&arena, from, to) >= MUFFLED_M {
                    assert!(placed.muffle > 0.99, "{from} to {to}: {placed:?}");
                    walled += 1;
                }
            }
        }
        assert!(open > 0 && walled > 0, "the map has both: {open} open, {walled} walled");
    }
}
