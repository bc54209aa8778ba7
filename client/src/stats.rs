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
    pub shots: ShotStats,
    /// How far display now lay behind the newest snapshot that a quick way would have brought, in every frame, milliseconds.
    pub display_delay_ms: Sizes,
    /// How long before its tick each input that the server spoke of was there.
    pub input_margin_ms: Margins,
    /// Ticks that the server made without an input of this client, as it was told; ticks it was told of.
    pub server_starved_ticks: u64,
    pub server_ticks: u64,
    /// How much faster or slower than its clock input time ran, percent without sign: summed over this many snapshots.
    pub dilation_pct_sum: f64,
    pub dilations: u64,
    /// Packets and messages that were dropped or refused, by reason.
    pub drops: BTreeMap<&'static str, u64>,
}

/// Shots of this client. All but the first four come from the server's evidence, which has to be asked for.
#[derive(Clone, Debug, Default)]
pub struct ShotStats {
    /// Predicted to go off.
    pub fired: u64,
    /// Those of them that were rockets, which claim nothing and are not judged.
    pub rockets: u64,
    /// The drawn body of an enemy lay on the aim ray, before any wall.
    pub claimed_hits: u64,
    /// The server counted a hit.
    pub confirmed_hits: u64,
    /// Evidence came.
    pub judged: u64,
    /// Tested at another time than claimed.
    pub clamped: u64,
    /// Claims whose target lived on, tested at the time claimed; those of them that the server confirmed.
    pub comparable: u64,
    pub agreed: u64,
    /// Claims that the server denied for no reason of the player's own doing, nor of others' who were quicker.
    pub disputed: u64,
    /// How many comparable claims each policy would have confirmed, in the order of `HitCheck::ALL`.
    pub would_agree: [u64; 3],
    disagreements: BTreeMap<Disagreement, u64>,
    /// Distance between the target as drawn here and as tested there, world units.
    drawn_vs_tested: Sizes,
}

/// Why a hit that was seen was not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Disagreement {
    /// Somebody killed the target before this shot's tick.
    TargetDead,
    /// It died and came back in between.
    TargetRespawned,
    /// The shot was tested at another time than claimed.
    Clamped,
    /// The hit check in force is not the exact one.
    OtherPolicy,
    /// The shooter was not where it thought.
    Mispredicted,
    /// Nothing known explains it: a defect.
    Unexplained,
}

impl Disagreement {
    pub const ALL: [Disagreement; 6] = [
        Disagreement::TargetDead,
        Disagreement::TargetRespawned,
        Disagreement::Clamped,
        Disagreement::OtherPolicy,
        Disagreement::Mispredicted,
        Disagreement::Unexplained,
    ];

    /// Would a player who saw the hit want to know why it was none? Not if the target had been killed by then, or under
    /// rules that promise no better.
    pub fn is_disputable(self) -> bool {
        matches!(self, Disagreement::Clamped | Disagreement::Mispredicted | Disagreement::Unexplained)
    }

    pub fn name(self) -> &'static str {
        match self {
            Disagreement::TargetDead => "target_dead",
            Disagreement::TargetRespawned => "target_respawned",
            Disagreement::Clamped => "clamped",
            Disagreement::OtherPolicy => "other_policy",
            Disagreement::Mispredicted => "mispredicted",
            Disagreement::Unexplained => "unexplained",
        }
    }
}

impl ShotStats {
    pub fn disagree(&mut self, why: Disagreement) {
        *self.disagreements.entry(why).or_default() += 1;
    }

    pub fn disagreed(&self, why: Disagreement) -> u64 {
        self.disagreements.get(&why).copied().unwrap_or(0)
    }

    /// Counts by [`Disagreement::name`].
    pub fn disagreements(&self) -> BTreeMap<String, u64> {
        self.disagreements.iter().map(|(why, count)| (why.name().to_owned(), *count)).collect()
    }

    pub fn record_error(&mut self, units: u64) {
        self.drawn_vs_tested.record(units);
    }

    pub fn drawn_vs_tested(&self) -> &Sizes {
        &self.drawn_vs_tested
    }

    /// Share of the comparable claims that the server confirmed, percent; 100 if there were none.
    pub fn agreement_pct(&self) -> f64 {
        if self.comparable == 0 { 100.0 } else { self.agreed as f64 * 100.0 / self.comparable as f64 }
    }

    fn merge(&mut self, other: &ShotStats) {
        self.fired += other.fired;
        self.rockets += other.rockets;
        self.claimed_hits += other.claimed_hits;
        self.confirmed_hits += other.confirmed_hits;
        self.judged += other.judged;
        self.clamped += other.clamped;
        self.comparable += other.comparable;
        self.agreed += other.agreed;
        self.disputed += other.disputed;
        for (mine, theirs) in self.would_agree.iter_mut().zip(other.would_agree) {
            *mine += theirs;
        }
        for (why, count) in &other.disagreements {
            *self.disagreements.entry(*why).or_default() += count;
        }
        self.drawn_vs_tested.merge(&other.drawn_vs_tested);
    }
}

/// Distribution of a size in whole units, three digits exact.
#[derive(Clone, Debug)]
pub struct Sizes(Histogram<u64>);

impl Sizes {
    pub fn record(&mut self, units: u64) {
        self.0.saturating_record(units);
    }

    /// The size that the share `quantile` (0..=1) stays within; 0 if there are none.
    pub fn at(&self, quantile: f64) -> u64 {
        self.0.value_at_quantile(quantile)
    }

    pub fn max(&self) -> u64 {
        self.0.max()
    }

    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// All of it.
    pub fn histogram(&self) -> &Histogram<u64> {
        &self.0
    }

    fn merge(&mut self, other: &Sizes) {
        self.0.add(&other.0).expect("both histograms have the same bounds");
    }
}

/// Distribution of input margins, which may be negative, to a tenth of a millisecond.
#[derive(Clone, Debug, Default)]
pub struct Margins(Sizes);

impl Margins {
    pub fn record(&mut self, ms: f32) {
        self.0.record(((ms + MARGIN_SHIFT_MS) * 10.0).round().max(0.0) as u64);
    }

    /// The margin, in milliseconds, that the share `quantile` (0..=1) stays below; 0 if there are none.
    pub fn at(&self, quantile: f64) -> f64 {
        if self.0.count() == 0 { 0.0 } else { self.0.at(quantile) as f64 / 10.0 - f64::from(MARGIN_SHIFT_MS) }
    }

    fn merge(&mut self, other: &Margins) {
        self.0.merge(&other.0);
    }
}

/// Margins are counted as sizes, shifted so that the latest input counts 0.
const MARGIN_SHIFT_MS: f32 = 1000.0;

impl Default for Sizes {
    fn default() -> Self {
        Sizes(Histogram::new_with_bounds(1, UNITS_MAX, 3).expect("the bounds are constants"))
    }
}

impl ClientStats {
    pub fn drop_one(&mut self, reason: &'static str) {
        *self.drops.entry(reason).or_default() += 1;
    }

    /// Share of the server's ticks that had no input of this client, percent.
    pub fn server_starved_pct(&self) -> f64 {
        if self.server_ticks == 0 { 0.0 } else { self.server_starved_ticks as f64 * 100.0 / self.server_ticks as f64 }
    }

    /// Mean dilation of input time, percent without sign.
    pub fn dilation_pct(&self) -> f64 {
        if self.dilations == 0 { 0.0 } else { self.dilation_pct_sum / self.dilations as f64 }
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
        self.shots.merge(&other.shots);
        self.display_delay_ms.merge(&other.display_delay_ms);
        self.input_margin_ms.merge(&other.input_margin_ms);
        self.server_starved_ticks += other.server_starved_ticks;
        self.server_ticks += other.server_ticks;
        self.dilation_pct_sum += other.dilation_pct_sum;
        self.dilations += other.dilations;
        for (reason, count) in &other.drops {
            *self.drops.entry(reason).or_default() += count;
        }
    }
}

/// Replacements of the predicted state.
#[derive(Clone, Debug, Default)]
pub struct Corrections {
    by_reason: BTreeMap<Reason, u64>,
    /// Sizes of the mispredictions, world units. Respawns are not among them: they move a player by design.
    sizes: Sizes,
}

impl Corrections {
    pub fn record(&mut self, correction: &Correction) {
        // Nothing was replaced when the first state of a player came.
        if correction.reason == Reason::Join {
            return;
        }
        *self.by_reason.entry(correction.reason).or_default() += 1;
        if correction.reason.is_misprediction() {
            self.sizes.record(u64::from(correction.units));
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
        self.sizes.at(0.95)
    }

    /// Largest misprediction, world units (to three digits).
    pub fn max_units(&self) -> u64 {
        self.sizes.max()
    }

    fn merge(&mut self, other: &Corrections) {
        for (reason, count) in &other.by_reason {
            *self.by_reason.entry(*reason).or_default() += count;
        }
        self.sizes.merge(&other.sizes);
    }
}

/// The diagonal of the largest map, in world units, rounded up to a power of two.
const UNITS_MAX: u64 = 1 << 19;

#[cfg(test)]
mod tests {
    use super::*;
    use glam::IVec2;
    use tickshot_shared::tick::Tick;

    fn correction(reason: Reason, units: u32) -> Correction {
        Correction { tick: Tick(1), reason, units, predicted: IVec2::ZERO, truth: IVec2::ZERO }
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
