//! How late one datagram is: the delay of a profile with its jitter, in integers.
//!
//! A bell-shaped number wanders from datagram to datagram (a sum of twelve uniform ones; AR(1), so each resembles the one
//! before as much as the correlation says, and its spread stays the same). Its rank among all such numbers then picks the
//! delay from the wanted shape: whatever the correlation, the shape is that shape. No logarithm, no float: the
//! same on every machine. It must not know what else a link does.

use super::profile::{Distribution, PPM, Profile};
use crate::limits::LINK_DELAY_US_MAX;
use crate::rng::Rng;

/// The wandering of one direction.
#[derive(Clone, Debug)]
pub(super) struct Jitter {
    rng: Rng,
    /// Standard deviations from the middle, 16 fractional bits.
    bell: i64,
}

impl Jitter {
    pub(super) fn new(mut rng: Rng) -> Jitter {
        let bell = bell(&mut rng);
        Jitter { rng, bell }
    }

    /// Delay of the next datagram, in nanoseconds.
    pub(super) fn delay_ns(&mut self, profile: &Profile) -> u64 {
        let delay = u64::from(profile.delay_us) * NANOS_PER_MICRO;
        if profile.jitter_us == 0 {
            return delay;
        }
        let jitter = u64::from(profile.jitter_us.min(LINK_DELAY_US_MAX)) * NANOS_PER_MICRO;
        self.wander(profile.correlation_ppm);
        match profile.distribution {
            Distribution::Uniform => {
                // -1..1 with 24 fractional bits: below 2^58 with the longest jitter.
                let place = (rank(self.bell) as i64 - HALF as i64) >> 7;
                delay.saturating_add_signed((jitter as i64 * place) >> 24)
            }
            Distribution::Normal => delay.saturating_add_signed((jitter as i64 * self.bell) >> 16),
            Distribution::Skewed => delay + skewed(jitter, ONE - rank(self.bell)),
        }
    }

    /// One step of AR(1).
    fn wander(&mut self, correlation_ppm: u32) {
        let fresh = bell(&mut self.rng);
        if correlation_ppm == 0 {
            self.bell = fresh;
            return;
        }
        let (whole, keep) = (i64::from(PPM), i64::from(correlation_ppm.min(PPM)));
        // What keeps the spread: keep^2 + renew^2 = 1.
        let renew = (whole * whole - keep * keep).isqrt();
        self.bell = (self.bell * keep + fresh * renew) / whole;
    }
}

/// Mean 0, standard deviation 1 (16 fractional bits): the sum of twelve uniform 16-bit numbers, whose variances add up to one.
fn bell(rng: &mut Rng) -> i64 {
    let sum: u64 =
        (0..3).map(|_| rng.next_u64()).map(|bits| (0..4).map(|i| bits >> (16 * i) & 0xFFFF).sum::<u64>()).sum();
    sum as i64 - 12 * 0xFFFF / 2
}

/// Share of all bell-shaped numbers below `bell`, 32 fractional bits, never 0 or 1.
fn rank(bell: i64) -> u64 {
    let distance = bell.unsigned_abs();
    let step = (distance >> STEP_BITS) as usize;
    let above = match RANKS.get(step..step + 2) {
        Some(&[low, high]) => low + (((high - low) * (distance & ((1 << STEP_BITS) - 1))) >> STEP_BITS),
        _ => RANKS[RANKS.len() - 1],
    };
    if bell < 0 { ONE - above } else { above }
}

/// A Lomax (Pareto type II) tail of shape 4, where the share `above` of all are later: `3 mean (above^(-1/4) - 1)`. Half are
/// later than 0.57 times the mean, one in a hundred than 6.5 times. Cut at 20 times, where 0.3 in a thousand are.
fn skewed(mean: u64, above: u64) -> u64 {
    // 16 fractional bits each: the square root of 1/above, and of that.
    let root = ((1 << 63) / above.max(1) * 2).isqrt();
    let fourth_root = (root << 16).isqrt();
    let times = (3 * (fourth_root - (1 << 16))).min(20 << 16);
    (mean * times) >> 16
}

const NANOS_PER_MICRO: u64 = 1000;
const ONE: u64 = 1 << 32;
const HALF: u64 = ONE / 2;
const STEP_BITS: u32 = 13;
/// The standard normal distribution at 0, 1/8, 2/8 ... 4 standard deviations, 32 fractional bits: 2^31 (1 + erf(x / sqrt 2)).
const RANKS: [u64; 33] = [
    2147483648, 2361107697, 2571424089, 2775278016, 2969808658, 3152568148, 3321610229, 3475543573, 3613548169,
    3735356606, 3841204973, 3931760284, 4008032551, 4071279904, 4122914527, 4164415916, 4197256223, 4222840594,
    4242463586, 4257281212, 4268296987, 4276359572, 4282169310, 4286290872, 4289169528, 4291148961, 4292488992,
    4293382116, 4293968162, 4294346756, 4294587547, 4294738321, 4294831269,
];
