//! Summaries of the recent past that cost next to nothing per value: an ageing extreme, and percentiles by counting.
//!
//! They stand alone because they run on every packet of every client. Must not know what the values mean.

use std::collections::VecDeque;

/// The largest of the recent values, where a value loses `decay_ppm` millionths of its age.
///
/// An ageing value is what a bound on a drifting clock is worth: a second ago it was tight, now it is 0.6 ms wide. Held as
/// the usual monotonic queue: a value that a newer one beats already will never be the largest again, so each is pushed
/// and dropped once.
#[derive(Clone, Debug)]
pub struct AgeingMax {
    decay_ppm: i64,
    span: i64,
    /// (when, value), each worth more than all behind it.
    values: VecDeque<(i64, i64)>,
}

impl AgeingMax {
    /// Values older than `span` nanoseconds count no more, unless there is nothing newer.
    pub fn new(decay_ppm: i64, span: i64) -> AgeingMax {
        AgeingMax { decay_ppm, span, values: VecDeque::new() }
    }

    /// A value of time `at`; times before the newest count as that one.
    pub fn push(&mut self, at: i64, value: i64) {
        let at = self.values.back().map_or(at, |(newest, _)| at.max(*newest));
        while self.values.back().is_some_and(|held| self.worth(*held, at) <= value) {
            self.values.pop_back();
        }
        self.values.push_back((at, value));
        while self.values.len() > VALUES_MAX
            || self.values.front().is_some_and(|(then, _)| at.saturating_sub(*then) > self.span)
        {
            self.values.pop_front();
        }
    }

    /// What the largest is worth at `now`. `None` before the first.
    pub fn at(&self, now: i64) -> Option<i64> {
        self.values.front().map(|held| self.worth(*held, now))
    }

    pub fn clear(&mut self) {
        self.values.clear();
    }

    fn worth(&self, (then, value): (i64, i64), now: i64) -> i64 {
        let age = now.saturating_sub(then).max(0);
        value.saturating_sub((i128::from(age) * i128::from(self.decay_ppm) / 1_000_000) as i64)
    }
}

/// Percentiles of the recent values, by counting them in equal bins.
#[derive(Clone, Debug)]
pub struct Percentiles {
    bin: i64,
    span: i64,
    /// Lower edge of the first bin. Moves when values leave the range, which recounts all.
    base: i64,
    counts: Vec<u16>,
    /// Sums of [`GROUP`] bins each, so that a search skips the empty ones.
    groups: Vec<u16>,
    /// (when, value), oldest first.
    values: VecDeque<(i64, i64)>,
}

impl Percentiles {
    /// Bins `bin` wide; values older than `span` count no more, unless there is nothing newer. Both in the caller's units.
    pub fn new(bin: i64, span: i64) -> Percentiles {
        Percentiles {
            bin: bin.max(1),
            span,
            base: 0,
            counts: vec![0; BINS],
            groups: vec![0; BINS / GROUP],
            values: VecDeque::new(),
        }
    }

    /// A value of time `at`.
    pub fn push(&mut self, at: i64, value: i64) {
        while self.values.len() == VALUES_MAX
            || self.values.front().is_some_and(|(then, _)| at.saturating_sub(*then) > self.span)
        {
            let Some((_, gone)) = self.values.pop_front() else { break };
            let bin = self.bin_of(gone);
            self.counts[bin] -= 1;
            self.groups[bin / GROUP] -= 1;
        }
        self.values.push_back((at, value));
        let offset = value.saturating_sub(self.base);
        if offset < 0 || offset >= self.bin.saturating_mul(BINS as i64) {
            self.recount();
        } else {
            self.count(value);
        }
    }

    /// The value that `per_mille` of the held ones do not exceed, rounded up to a bin's edge. `None` before the first.
    pub fn per_mille(&self, per_mille: usize) -> Option<i64> {
        let above_max = self.values.len() * (1000 - per_mille.min(1000)) / 1000;
        // From the top, where the percentiles asked for lie.
        let mut above = 0;
        for (group, sum) in self.groups.iter().enumerate().rev() {
            if above + usize::from(*sum) <= above_max {
                above += usize::from(*sum);
                continue;
            }
            for bin in (group * GROUP..(group + 1) * GROUP).rev() {
                above += usize::from(self.counts[bin]);
                if above > above_max {
                    return Some(self.base.saturating_add((bin as i64 + 1) * self.bin));
                }
            }
        }
        None
    }

    pub fn len(&self) -> usize {
        self.values.len()
    }

    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    pub fn clear(&mut self) {
        self.values.clear();
        self.counts.fill(0);
        self.groups.fill(0);
    }

    fn count(&mut self, value: i64) {
        let bin = self.bin_of(value);
        self.counts[bin] += 1;
        self.groups[bin / GROUP] += 1;
    }

    /// Values beyond the last bin are counted in it.
    fn bin_of(&self, value: i64) -> usize {
        (value.saturating_sub(self.base) / self.bin).clamp(0, BINS as i64 - 1) as usize
    }

    /// The range begins anew an eighth below the smallest value.
    fn recount(&mut self) {
        let smallest = self.values.iter().map(|(_, value)| *value).min().unwrap_or(0);
        self.base = smallest.saturating_sub(self.bin.saturating_mul(BINS as i64 / 8));
        self.counts.fill(0);
        self.groups.fill(0);
        for i in 0..self.values.len() {
            self.count(self.values[i].1);
        }
    }
}

/// Values held at most: 8 s of ticks at 128 Hz.
const VALUES_MAX: usize = 1024;
/// Bins. At 1/16 tick they span 64 ticks.
const BINS: usize = 1024;
/// Bins summed up.
const GROUP: usize = 32;

#[cfg(test)]
#[allow(clippy::disallowed_macros, reason = "tests print their seed")]
mod tests {
    use super::*;
    use crate::rng::Rng;

    #[test]
    fn the_largest_is_what_a_search_through_all_would_find() {
        let seed = 0x51_0C;
        println!("seed {seed}");
        let mut rng = Rng::new(seed);
        let (mut window, mut all) = (AgeingMax::new(1000, 1_000_000), Vec::new());
        for n in 0..2000 {
            let (at, value) = (n * 10_000, i64::from(rng.below(1000)));
            window.push(at, value);
            all.push((at, value));
            let recent = all.iter().filter(|(then, _)| at - then <= 1_000_000);
            assert_eq!(window.at(at), recent.map(|(then, value)| value - (at - then) / 1000).max());
        }
    }

    #[test]
    fn percentiles_are_those_of_the_sorted_values_to_within_a_bin() {
        let seed = 0x51_0D;
        println!("seed {seed}");
        let mut rng = Rng::new(seed);
        let (mut window, mut all) = (Percentiles::new(32, 3000), Vec::new());
        for n in 0..4000i64 {
            // The level wanders far beyond the range of the bins.
            let value = n * 40 + i64::from(rng.below(2000));
            window.push(n * 10, value);
            all.push(value);
            let mut recent: Vec<i64> = all.iter().rev().take(301).copied().collect();
            recent.sort_unstable();
            for per_mille in [50, 500, 950, 990, 1000] {
                let above = recent.len() * (1000 - per_mille) / 1000;
                let exact = recent[recent.len() - 1 - above];
                let found = window.per_mille(per_mille).unwrap();
                assert!((exact..=exact + 32).contains(&found), "{per_mille}: {found} for {exact}");
            }
        }
    }

    #[test]
    fn nothing_overflows_whatever_comes() {
        let (mut largest, mut window) = (AgeingMax::new(600, i64::MAX), Percentiles::new(1000, 10));
        for value in [0, i64::MAX, i64::MIN, 1, i64::MIN / 2, i64::MAX / 2] {
            largest.push(value, value);
            window.push(value, value);
            let _ = (largest.at(i64::MAX), largest.at(i64::MIN), window.per_mille(990));
        }
    }
}
