//! What a server measured about itself: counters and histograms, and the report they become.
//!
//! Pure arithmetic; who feeds it decides what a value means.

use crate::inputs::InputCounts;
use crate::lagcomp::tally::{ShotCounts, ShotTally};
use crate::recording::RecordingReport;
use hdrhistogram::Histogram;
use serde::Serialize;
use std::collections::BTreeMap;
use tickshot_shared::tick::TickRate;
use tickshot_trace::sli::{SliResult, Slis};

/// Counters of one server run.
#[derive(Debug)]
pub struct Metrics {
    pub ticks: u64,
    pub lost_ticks: u64,
    pub clients_peak: usize,
    pub clients_joined: u64,
    pub clients_refused: u64,
    pub clients_timed_out: u64,
    pub clients_voted_off: u64,
    pub snapshots: u64,
    /// Bits of entities in snapshots, and how many entities they described.
    pub entity_bits: u64,
    pub entities_sent: u64,
    /// Visible entities that did not fit into a snapshot and were put off.
    pub entities_deferred: u64,
    /// The same of rockets.
    pub rockets_deferred: u64,
    pub shots: ShotTally,
    /// Inputs of players that have left.
    pub inputs_gone: InputCounts,
    /// Drops by reason that are decided above the transport.
    pub drops: BTreeMap<&'static str, u64>,
    /// What is promised of a server, counted as it happens; the same as its trace says afterwards.
    pub slis: Slis,
    tick_us: Histogram<u64>,
    lateness_us: Histogram<u64>,
    snapshot_bytes: Histogram<u64>,
}

/// p50, p99 and maximum of a distribution.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Spread {
    pub p50: f64,
    pub p99: f64,
    pub max: f64,
}

/// The summary `tickshot-server --json` prints at exit.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ServerReport {
    pub ticks: u64,
    pub tick_rate: u32,
    /// Ticks that were due while the process was stopped for longer than it may catch up; their time is gone.
    pub lost_ticks: u64,
    pub tick_ms: Spread,
    pub lateness_ms: Spread,
    pub clients_peak: usize,
    pub clients_joined: u64,
    pub clients_refused: u64,
    pub clients_timed_out: u64,
    pub clients_voted_off: u64,
    /// CPU time of the whole process divided by ticks; noise of the machine does not count, hosted clients do.
    pub cpu_ms_per_tick: f64,
    pub bytes_in: u64,
    pub bytes_out: u64,
    pub snapshots: u64,
    pub snapshot_bytes: Spread,
    pub snapshot_bits_per_visible_player: f64,
    /// Bits per field of an entity, averaged over all entities sent once per (entity, baseline).
    pub snapshot_field_bits: BTreeMap<&'static str, f64>,
    pub entities_deferred: u64,
    pub rockets_deferred: u64,
    pub inputs: InputCounts,
    pub shots: ShotCounts,
    pub drops: BTreeMap<&'static str, u64>,
    /// Each indicator against its objective; what only clients can say is not measured here.
    pub slis: Vec<SliResult>,
    /// What was recorded; nothing if nobody asked.
    pub recording: Option<RecordingReport>,
    /// Hash of the final world, hexadecimal.
    pub world_hash: String,
    pub seed: u64,
}

impl Metrics {
    pub fn new() -> Metrics {
        let histogram = || Histogram::new_with_bounds(1, 60_000_000, 3).expect("bounds are constants that fit");
        Metrics {
            ticks: 0,
            lost_ticks: 0,
            clients_peak: 0,
            clients_joined: 0,
            clients_refused: 0,
            clients_timed_out: 0,
            clients_voted_off: 0,
            snapshots: 0,
            entity_bits: 0,
            entities_sent: 0,
            entities_deferred: 0,
            rockets_deferred: 0,
            shots: ShotTally::new(),
            inputs_gone: InputCounts::default(),
            drops: BTreeMap::new(),
            slis: Slis::new(),
            tick_us: histogram(),
            lateness_us: histogram(),
            snapshot_bytes: histogram(),
        }
    }

    /// One tick took `busy_us` and began `late_us` after its deadline.
    pub fn record_tick(&mut self, busy_us: u64, late_us: u64) {
        self.ticks += 1;
        self.tick_us.saturating_record(busy_us);
        self.lateness_us.saturating_record(late_us);
    }

    pub fn record_snapshot(&mut self, bytes: usize) {
        self.snapshots += 1;
        self.snapshot_bytes.saturating_record(bytes as u64);
    }

    pub fn drop_one(&mut self, reason: &'static str) {
        *self.drops.entry(reason).or_default() += 1;
    }

    /// The report without what only the shell knows (bytes, CPU time, hash).
    pub fn report(&self, rate: TickRate) -> ServerReport {
        ServerReport {
            ticks: self.ticks,
            tick_rate: rate.hz(),
            lost_ticks: self.lost_ticks,
            tick_ms: Spread::of(&self.tick_us, 1e-3),
            lateness_ms: Spread::of(&self.lateness_us, 1e-3),
            clients_peak: self.clients_peak,
            clients_joined: self.clients_joined,
            clients_refused: self.clients_refused,
            clients_timed_out: self.clients_timed_out,
            clients_voted_off: self.clients_voted_off,
            snapshots: self.snapshots,
            snapshot_bytes: Spread::of(&self.snapshot_bytes, 1.0),
            snapshot_bits_per_visible_player: ratio(self.entity_bits, self.entities_sent),
            entities_deferred: self.entities_deferred,
            rockets_deferred: self.rockets_deferred,
            inputs: self.inputs_gone,
            shots: self.shots.counts(rate),
            drops: self.drops.clone(),
            slis: self.sli_results(rate),
            ..ServerReport::default()
        }
    }

    fn sli_results(&self, rate: TickRate) -> Vec<SliResult> {
        let mut slis = self.slis.clone();
        slis.lost_ticks(self.lost_ticks);
        slis.set_budget(rate.tick_nanos() / 1000);
        slis.report()
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Spread {
    pub(crate) fn of(histogram: &Histogram<u64>, scale: f64) -> Spread {
        if histogram.is_empty() {
            return Spread::default();
        }
        let at = |q: f64| histogram.value_at_quantile(q) as f64 * scale;
        Spread { p50: at(0.5), p99: at(0.99), max: histogram.max() as f64 * scale }
    }
}

/// `a / b`, or 0 when there is nothing to divide by.
pub fn ratio(a: u64, b: u64) -> f64 {
    if b == 0 { 0.0 } else { a as f64 / b as f64 }
}
