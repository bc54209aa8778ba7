//! What one client session counted. Sums of sessions are sessions, so that a swarm reports like one client.
//!
//! Must not know where the numbers come from.

use crate::reconcile::{Correction, Reason};
use hdrhistogram::Histogram;
use std::collections::BTreeMap;

/// Counters of one session, or of many added up.
#[derive(Clone, Debug, Default)]
pub struct ClientStats {
    /// Snapshots decoded.
    pub snapshots: u64,
    pub corrections: Corrections,
    /// Frames built while playing, and those of them without a snapshot to interpolate to.
    pub frames: u64,
    pub frames_starved: u64,
    /// Inputs produced; ticks skipped after stalls of this process.
    pub inputs: u64,
    pub ticks_skipped: u64,
    /// Jumps of the input clock and of the display clock.
    pub input_snaps: u64,
    pub display_snaps: u64,
    pub shots: Shots,
    /// Packets and messages that were dropped or refused, by reason.
    pub drops: BTreeMap<&'static str, u64>,
}

/// Shots of this client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shots {
    /// Predicted to go off.
    pub fired: u64,
    /// The drawn body of an enemy lay on the aim ray, before any wall.
    pub claimed_hits: u64,
    /// The server counted a hit.
    pub confirmed_hits: u64,
}

impl ClientStats {
    pub fn drop_one(&mut self, reason: &'static str) {
        *self.drops.entry(reason).or_default() += 1;
    }

    /// Share of frames without a snapshot to interpolate to, percent.
    pub fn starved_frames_pct(&self) -> f64 {
        if self.frames == 0 { 0.0 } else { self.frames_starved as f64 * 100.0 / self.frames as f64 }
    }

    pub fn merge(&mut self, other: &ClientStats) {
        self.snapshots += other.snapshots;
        self.corrections.merge(&other.corrections);
        self.frames += other.frames;
        self.frames_starved += other.frames_starved;
        self.inputs += other.inputs;
        self.ticks_skipped += other.ticks_skipped;
        self.input_snaps += other.input_snaps;
        self.display_snaps += other.display_snaps;
        self.shots.fired += other.shots.fired;
        self.shots.claimed_hits += other.shots.claimed_hits;
        self.shots.confirmed_hits += other.shots.confirmed_hits;
        for (reason, count) in &other.drops {
            *self.drops.entry(reason).or_default() += count;
        }
    }
}

/// Replacements of the predicted state.
#[derive(Clone, Debug)]
pub struct Corrections {
    by_reason: BTreeMap<Reason, u64>,
    /// Sizes of the mispredictions, world units. Respawns are not among them: they move a player by design.
    sizes: Histogram<u64>,
}

impl Corrections {
    pub fn record(&mut self, correction: &Correction) {
        // Nothing was replaced when the first state of a player came.
        if correction.reason == Reason::Join {
            return;
        }
        *self.by_reason.entry(correction.reason).or_default() += 1;
        if correction.reason.is_misprediction() {
            self.sizes.saturating_record(u64::from(correction.units));
        }
    }

    /// All replacements, respawns included.
    pub fn count(&self) -> u64 {
        self.by_reason.values().sum()
    }

    pub fn of(&self, reason: Reason) -> u64 {
        self.by_reason.get(&reason).copied().unwrap_or(0)
    }

    /// Counts by [`Reason::name`].
    pub fn by_reason(&self) -> BTreeMap<String, u64> {
        self.by_reason.iter().map(|(reason, count)| (reason.name().to_owned(), *count)).collect()
    }

    /// Size that 95 % of the mispredictions stay within, world units; 0 if there were none.
    pub fn p95_units(&self) -> u64 {
        self.sizes.value_at_quantile(0.95)
    }

    /// Largest misprediction, world units (to three digits).
    pub fn max_units(&self) -> u64 {
        self.sizes.max()
    }

    fn merge(&mut self, other: &Corrections) {
        for (reason, count) in &other.by_reason {
            *self.by_reason.entry(*reason).or_default() += count;
        }
        self.sizes.add(&other.sizes).expect("both histograms have the same bounds");
    }
}

impl Default for Corrections {
    fn default() -> Self {
        let sizes = Histogram::new_with_bounds(1, UNITS_MAX, 3).expect("the bounds are constants");
        Corrections { by_reason: BTreeMap::new(), sizes }
    }
}

/// The diagonal of the largest map, in world units, rounded up to a power of two.
const UNITS_MAX: u64 = 1 << 19;

#[cfg(test)]
mod tests {
    use super::*;
    use tickshot_shared::tick::Tick;

    fn correction(reason: Reason, units: u32) -> Correction {
        Correction { tick: Tick(1), reason, units }
    }

    #[test]
    fn sums_of_sessions_keep_counts_and_the_largest_misprediction() {
        let (mut a, mut b) = (ClientStats::default(), ClientStats::default());
        a.corrections.record(&correction(Reason::LateInput, 100));
        b.corrections.record(&correction(Reason::Respawn, 20_000));
        b.corrections.record(&correction(Reason::Unexplained, 7));
        b.corrections.record(&correction(Reason::Join, 0));
        b.drop_one("late");
        a.merge(&b);
        assert_eq!((a.corrections.count(), a.corrections.max_units()), (3, 100));
        assert_eq!((a.corrections.of(Reason::Unexplained), a.drops["late"]), (1, 1));
    }
}
