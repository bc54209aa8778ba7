//! Angles as fractions of a turn, with trigonometry that is the same on every machine.
//!
//! `Turn(0)` points along +x, a quarter turn (16384) along +y; y grows downwards on screen and in maps.
//! Sine and arc tangent come from two small tables that the compiler fills in integer arithmetic, so no maths library
//! has a say. Must not know what is being aimed at.

use glam::IVec2;
use serde::{Deserialize, Serialize};

/// An angle: 65,536 steps to a full turn (0.0055 degrees each).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Turn(pub u16);

impl Turn {
    /// The unit vector of this angle in Q15: its length is 32768, to within 1.
    pub const fn direction(self) -> IVec2 {
        IVec2 { x: sine_q15(self.0.wrapping_add(QUARTER)), y: sine_q15(self.0) }
    }

    /// The angle of `v`, to within one step of the true one; the zero vector has angle 0.
    pub const fn of(v: IVec2) -> Turn {
        let (x, y) = (v.x.unsigned_abs(), v.y.unsigned_abs());
        if x == 0 && y == 0 {
            return Turn(0);
        }
        // First octant, then mirrored outwards: diagonal, y axis, x axis.
        let mut angle = if y <= x { atan_turn(y, x) } else { QUARTER - atan_turn(x, y) };
        if v.x < 0 {
            angle = 2 * QUARTER - angle;
        }
        if v.y < 0 {
            angle = angle.wrapping_neg();
        }
        Turn(angle)
    }

    /// The angle in 1/1024 turn, as others are told it: `0..1024`.
    pub const fn coarse(self) -> u16 {
        self.0 >> 6
    }

    /// Signed steps of the shortest way from `self` to `to`: `-32768..=32767`.
    pub const fn shortest_to(self, to: Turn) -> i32 {
        to.0.wrapping_sub(self.0) as i16 as i32
    }

    /// This angle turned by `steps` (positive: clockwise on screen).
    pub const fn turned(self, steps: i32) -> Turn {
        Turn(self.0.wrapping_add(steps as u16))
    }

    /// From radians, for the input edge: the nearest step of any number of turns; not a number is 0.
    pub fn from_radians(radians: f32) -> Turn {
        let steps = f64::from(radians) * (65536.0 / std::f64::consts::TAU);
        Turn((steps + if steps < 0.0 { -0.5 } else { 0.5 }) as i64 as u16)
    }

    /// In radians `0 .. 2 pi`, for the drawing edge.
    pub fn radians(self) -> f32 {
        f32::from(self.0) * (std::f32::consts::TAU / 65536.0)
    }
}

/// Sine in Q15, rounded to nearest. Linear between table entries: off by at most 0.01 before rounding.
const fn sine_q15(turn: u16) -> i32 {
    let within = (turn % QUARTER) as i32;
    let rising = (turn / QUARTER).is_multiple_of(2);
    let at = if rising { within } else { QUARTER as i32 - within };
    let (entry, rest) = ((at >> 4) as usize, at & 15);
    let low = SINE_Q30[entry];
    // The last entry (a quarter turn exactly) has no successor and needs none.
    let q30 = if rest == 0 { low } else { low + (SINE_Q30[entry + 1] - low) * rest / 16 };
    let q15 = (q30 + (1 << 14)) >> 15;
    if turn < 2 * QUARTER { q15 } else { -q15 }
}

/// Arc tangent of `y / x` in steps of a turn, for `y <= x` and `x > 0`: `0..=8192`, nearest step.
const fn atan_turn(y: u32, x: u32) -> u16 {
    let ratio_q24 = ((y as u64) << 24) / x as u64;
    let (entry, rest) = ((ratio_q24 >> 16) as usize, (ratio_q24 & 0xFFFF) as i64);
    let low = ATAN_Q16[entry] as i64;
    let q16 = if rest == 0 { low } else { low + (((ATAN_Q16[entry + 1] as i64 - low) * rest) >> 16) };
    ((q16 + (1 << 15)) >> 16) as u16
}

const QUARTER: u16 = 1 << 14;

/// Pi / 2 in Q56.
const HALF_PI_Q56: i128 = 113_187_804_032_455_044;
/// Steps of a turn (65,536) per radian, in Q40.
const STEPS_PER_RADIAN_Q40: i128 = (1 << (14 + 40 + 56)) / HALF_PI_Q56;

/// Sine of `i / 1024` of a quarter turn, in Q30.
static SINE_Q30: [i32; 1025] = {
    let mut table = [0; 1025];
    let mut i = 0;
    while i <= 1024 {
        table[i] = ((sine_series_q56(HALF_PI_Q56 * i as i128 / 1024) + (1 << 25)) >> 26) as i32;
        i += 1;
    }
    table
};

/// Arc tangent of `i / 256`, in 1/65,536 of a step. Linear between entries: off by at most 0.02 step.
static ATAN_Q16: [u32; 257] = {
    let mut table = [0; 257];
    let mut i = 0;
    while i <= 256 {
        let radians_q56 = atan_series_q56((i as i128) << 48);
        table[i] = ((radians_q56 * STEPS_PER_RADIAN_Q40) >> 80) as u32;
        i += 1;
    }
    table
};

/// Taylor series; at a quarter turn the tenth term is below 2^-56.
const fn sine_series_q56(x: i128) -> i128 {
    let square = (x * x) >> 56;
    let (mut term, mut sum, mut k) = (x, x, 1);
    while k <= 10 {
        term = -((term * square) >> 56) / (2 * k * (2 * k + 1));
        sum += term;
        k += 1;
    }
    sum
}

/// Euler's series, whose terms at least halve on `0..=1`: forty of them reach 2^-40.
const fn atan_series_q56(x: i128) -> i128 {
    let one = 1i128 << 56;
    let square = (x * x) >> 56;
    let mut term = (x << 56) / (one + square);
    let ratio = (square << 56) / (one + square);
    let (mut sum, mut n) = (term, 1);
    while n <= 40 {
        term = ((term * ratio) >> 56) * (2 * n) / (2 * n + 1);
        sum += term;
        n += 1;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_direction_has_unit_length_and_leads_back_to_its_angle() {
        for raw in 0..=u16::MAX {
            let d = Turn(raw).direction();
            let length_sq = i64::from(d.x).pow(2) + i64::from(d.y).pow(2);
            assert!((32767i64.pow(2)..=32769i64.pow(2)).contains(&length_sq), "turn {raw}: {d}");
            assert!(Turn(raw).shortest_to(Turn::of(d)).abs() <= 1, "turn {raw}: {d} reads as {:?}", Turn::of(d));
        }
    }

    #[test]
    fn directions_are_the_true_sine_and_cosine() {
        // Known values: sin 30 degrees = 1/2, sin 45 = 1/sqrt 2, axes exact.
        assert_eq!(Turn(0).direction(), IVec2::new(32768, 0));
        assert_eq!(Turn(QUARTER).direction(), IVec2::new(0, 32768));
        assert_eq!(Turn(2 * QUARTER).direction(), IVec2::new(-32768, 0));
        assert_eq!(Turn(3 * QUARTER).direction(), IVec2::new(0, -32768));
        assert_eq!(Turn(8192).direction(), IVec2::new(23170, 23170));
        assert_eq!(Turn(10923).direction().x, 16383, "10923 steps are a hair over 60 degrees");
        assert_eq!(Turn(10922).direction().x, 16386, "and 10922 a hair under");
    }

    #[test]
    fn the_angle_of_a_vector_does_not_depend_on_its_length() {
        let extremes = [i32::MIN, -1, 0, 1, i32::MAX];
        for x in extremes {
            for y in extremes {
                let _ = Turn::of(IVec2::new(x, y));
            }
        }
        for (x, y) in [(3, 4), (-5, 12), (7, -1), (-9, -40)] {
            let near = Turn::of(IVec2::new(x, y));
            let far = Turn::of(IVec2::new(x * 50_000_000, y * 50_000_000));
            assert!(near.shortest_to(far).abs() <= 1);
        }
    }

    #[test]
    fn mirrored_vectors_have_mirrored_angles() {
        for (x, y) in [(1000, 1), (1000, 999), (123, 4567), (31, 17)] {
            let first = Turn::of(IVec2::new(x, y)).0;
            assert_eq!(Turn::of(IVec2::new(-x, y)).0, 32768 - first);
            assert_eq!(Turn::of(IVec2::new(x, -y)).0, first.wrapping_neg());
            assert_eq!(Turn::of(IVec2::new(y, x)).0, QUARTER - first);
        }
    }

    #[test]
    fn radians_round_trip_for_every_angle() {
        for raw in 0..=u16::MAX {
            assert_eq!(Turn::from_radians(Turn(raw).radians()), Turn(raw));
        }
        assert_eq!(Turn::from_radians(-std::f32::consts::FRAC_PI_2), Turn(3 * QUARTER));
        assert_eq!(Turn::from_radians(5.0 * std::f32::consts::PI), Turn(2 * QUARTER));
        assert_eq!(Turn::from_radians(f32::NAN), Turn(0));
    }
}
