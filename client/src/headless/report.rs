//! What a swarm measured, as `tickshot bots --json` prints it.
//!
//! Must not know clients or sockets: sums of sessions become a report.

use crate::reconcile::Reason;
use crate::stats::{ClientStats, ShotStats};
use std::collections::BTreeMap;
use std::path::PathBuf;
use tickshot_shared::modes::HitCheck;
use tickshot_trace::recorder::{RecordedFile, RecorderSummary};
use tickshot_trace::sli::{SliResult, Slis};

/// What `tickshot bots --json` prints.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct SwarmReport {
    /// Clients that played.
    pub clients_connected: usize,
    /// Those among them that lost their session before the end.
    pub clients_disconnected: usize,
    pub seconds: f64,
    pub snapshots: u64,
    /// Datagram payload bytes at the socket while playing, all lanes and netcode included.
    pub bytes_in_per_client_s: f64,
    pub bytes_out_per_client_s: f64,
    /// The modes and the simulated link of every client, as text.
    pub modes: String,
    pub link: String,
    pub corrections: CorrectionReport,
    /// All corrections by reason, respawns included.
    pub correction_reasons: BTreeMap<String, u64>,
    pub starved_frames_pct: f64,
    /// Ticks that the server made without an input of a playing client.
    pub server_starved_ticks_pct: f64,
    /// Mean over clients: 95 % of recent snapshots came no later than this after the quickest.
    pub jitter_ms: f64,
    /// How far behind the newest snapshot the others were drawn.
    pub display_delay_ms: DelayReport,
    /// How long before its tick an input was at the server.
    pub input_margin_ms: MarginReport,
    /// Mean dilation of input time, percent without sign (at most 5 at any moment).
    pub dilation_pct: f64,
    /// Between the target as it was drawn and as the server tested it.
    pub drawn_vs_tested_units: ErrorReport,
    /// Mean over clients of the shortest recent round trip.
    pub rtt_ms: f64,
    pub shots: ShotReport,
    pub inputs: InputReport,
    /// Packets and messages refused, by reason.
    pub drops: BTreeMap<String, u64>,
    /// Why clients that did not last ended, by reason.
    pub ended: BTreeMap<String, u64>,
    /// Each indicator against its objective, by the same functions as from the clients' traces; what only the server can say is
    /// not measured here.
    pub slis: Vec<SliResult>,
    pub seed: u64,
    /// What was recorded, if it was asked for.
    pub recording: Option<RecordingReport>,
}

/// The files of a swarm.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct RecordingReport {
    pub files: Vec<FileReport>,
    pub bytes: u64,
    pub records: u64,
    /// Records that had no room.
    pub lost: u64,
    /// Why clients could not record, or ceased to.
    pub failures: Vec<String>,
}

/// A file that was finished.
#[derive(Clone, Debug, serde::Serialize)]
pub struct FileReport {
    pub path: PathBuf,
    pub bytes: u64,
    /// Its last seal, hexadecimal: it proves the whole file.
    pub seal: String,
}

impl RecordingReport {
    /// The sum of what the clients' recorders did; `None` if there were none.
    pub(super) fn of(recorders: impl Iterator<Item = RecorderSummary>) -> Option<RecordingReport> {
        recorders.fold(None, |sum: Option<RecordingReport>, one| {
            let mut sum = sum.unwrap_or_default();
            for RecordedFile { path, seal, bytes, records, .. } in one.files {
                sum.files.push(FileReport { path, bytes, seal: seal.to_string() });
                (sum.bytes, sum.records) = (sum.bytes + bytes, sum.records + records);
            }
            sum.lost += one.lost;
            sum.failures.extend(one.failure);
            Some(sum)
        })
    }
}

/// What reconciliation changed.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct CorrectionReport {
    /// All, respawns included.
    pub count: u64,
    pub unexplained: u64,
    /// Sizes of mispredictions (respawns are none), world units.
    pub p95_units: u64,
    pub max_units: u64,
}

/// What the clients fired, and what the server made of it.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct ShotReport {
    pub fired: u64,
    /// A body was drawn under the crosshair.
    pub claimed_hits: u64,
    /// The server counted a hit.
    pub confirmed_hits: u64,
    /// Of the claims whose target lived on and that were tested at the time they claim: how many the server confirmed, percent.
    pub agreement_pct: f64,
    /// How many claims those are, and how many of them each hit check would have confirmed, percent.
    pub comparable: u64,
    pub would_agree_pct: BTreeMap<&'static str, f64>,
    /// Shots that were tested at another time than claimed.
    pub clamped: u64,
    /// Claims that were not confirmed, by reason.
    pub disagreements: BTreeMap<String, u64>,
}

/// How far behind, milliseconds.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct DelayReport {
    pub p50: f64,
    pub p95: f64,
}

/// How early, milliseconds; negative = late.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct MarginReport {
    pub p5: f64,
    pub p50: f64,
}

/// A distance, world units.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct ErrorReport {
    pub p50: u64,
    pub p99: u64,
    pub max: u64,
}

/// What the clients pressed, and how steadily.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct InputReport {
    pub produced: u64,
    /// Ticks without an input because this process was stopped too long.
    pub skipped: u64,
    /// Jumps of the input clock and of the display clock.
    pub input_clock_snaps: u64,
    pub display_clock_snaps: u64,
}

impl SwarmReport {
    /// What the added-up sessions say; who ran them, and over what, is left at its default.
    pub fn of(stats: &ClientStats) -> SwarmReport {
        let drawn_vs_tested = stats.shots.drawn_vs_tested();
        SwarmReport {
            snapshots: stats.snapshots,
            corrections: CorrectionReport {
                count: stats.corrections.count(),
                unexplained: stats.corrections.of(Reason::Unexplained),
                p95_units: stats.corrections.p95_units(),
                max_units: stats.corrections.max_units(),
            },
            correction_reasons: stats.corrections.by_reason(),
            starved_frames_pct: stats.starved_frames_pct(),
            server_starved_ticks_pct: stats.server_starved_pct(),
            display_delay_ms: DelayReport {
                p50: stats.display_delay_ms.at(0.5) as f64,
                p95: stats.display_delay_ms.at(0.95) as f64,
            },
            input_margin_ms: MarginReport { p5: stats.input_margin_ms.at(0.05), p50: stats.input_margin_ms.at(0.5) },
            dilation_pct: stats.dilation_pct(),
            shots: shot_report(&stats.shots),
            drawn_vs_tested_units: ErrorReport {
                p50: drawn_vs_tested.at(0.5),
                p99: drawn_vs_tested.at(0.99),
                max: drawn_vs_tested.max(),
            },
            inputs: InputReport {
                produced: stats.inputs,
                skipped: stats.ticks_skipped,
                input_clock_snaps: stats.input_snaps,
                display_clock_snaps: stats.display_snaps,
            },
            slis: slis(stats).report(),
            drops: stats.drops.iter().map(|(reason, count)| ((*reason).to_owned(), *count)).collect(),
            ..SwarmReport::default()
        }
    }
}

/// What clients can say of what is promised.
fn slis(stats: &ClientStats) -> Slis {
    let mut slis = Slis::new();
    slis.inputs(stats.server_ticks, stats.server_starved_ticks);
    slis.pictures(stats.display_delay_ms.histogram());
    slis.predictions(stats.snapshots, stats.corrections.of(Reason::Unexplained));
    slis.claims(stats.shots.comparable, stats.shots.agreed);
    slis
}

fn shot_report(shots: &ShotStats) -> ShotReport {
    let share = |count: u64| if shots.comparable == 0 { 100.0 } else { count as f64 * 100.0 / shots.comparable as f64 };
    ShotReport {
        fired: shots.fired,
        claimed_hits: shots.claimed_hits,
        confirmed_hits: shots.confirmed_hits,
        agreement_pct: shots.agreement_pct(),
        comparable: shots.comparable,
        would_agree_pct: HitCheck::ALL
            .iter()
            .zip(shots.would_agree)
            .map(|(check, n)| (check.name(), share(n)))
            .collect(),
        clamped: shots.clamped,
        disagreements: shots.disagreements(),
    }
}
