//! Many bot clients in one thread, each with its own socket and session.
use std::net::SocketAddr;
use std::time::Duration;

/// What to run.
#[derive(Clone, Debug)]
pub struct SwarmConfig {
    pub server: SocketAddr,
    pub count: usize,
    pub seconds: u32,
    pub seed: u64,
    /// Bots are called `{name_prefix}{number}`.
    pub name_prefix: String,
    pub password: Option<String>,
}

/// How it goes, once a second.
#[derive(Clone, Debug, Default)]
pub struct SwarmProgress {
    pub elapsed: Duration,
    pub seconds: u32,
    pub count: usize,
    pub connecting: usize,
    pub playing: usize,
    pub ended: usize,
    pub snapshots: u64,
    pub corrections_unexplained: u64,
    pub fired: u64,
    pub confirmed_hits: u64,
    pub rtt_ms: f64,
}

/// What `tickshot bots --json` prints.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct SwarmReport {
    pub clients_connected: usize,
    pub clients_disconnected: usize,
    pub seconds: f64,
    pub snapshots: u64,
    pub bytes_in_per_client_s: f64,
    pub bytes_out_per_client_s: f64,
    pub corrections: CorrectionReport,
    pub starved_frames_pct: f64,
    pub rtt_ms: f64,
    pub shots: ShotReport,
    /// Packets and messages refused, by reason.
    pub drops: std::collections::BTreeMap<String, u64>,
}

/// What reconciliation changed.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct CorrectionReport {
    pub count: u64,
    pub unexplained: u64,
    pub p95_units: u64,
    pub max_units: u64,
    pub by_reason: std::collections::BTreeMap<String, u64>,
}

#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct ShotReport {
    pub fired: u64,
    pub claimed_hits: u64,
    pub confirmed_hits: u64,
}

/// Why a swarm could not run.
#[derive(Debug, thiserror::Error)]
pub enum SwarmError {
    #[error("{0}")]
    Connect(String),
    #[error("cannot open a UDP socket: {0}")]
    Socket(String),
}

/// Runs until `config.seconds` have passed or every client has ended.
pub fn run_swarm(config: SwarmConfig, progress: &mut dyn FnMut(&SwarmProgress)) -> Result<SwarmReport, SwarmError> {
    let _ = (config, progress);
    todo!()
}
