//! Where the time between a key and a picture goes, part by part, each measured from records.

use super::merge::Merged;
use serde::Serialize;

/// Parts of the way from a key of one player to the picture of another, in their order. Each begins where the one before ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Keys read, until an input was made of them.
    Sample,
    /// Until the first packet with it left.
    Send,
    /// Until its first copy was at the server.
    WireUp,
    /// Until its tick began: margin and lateness.
    Queue,
    /// Until the snapshot of that tick left for the observer.
    Tick,
    /// Until that snapshot, or the next one if it was lost, was at the observer's socket.
    WireDown,
    /// Until the observer looked at it.
    Handle,
    /// Until the first frame whose display now had reached the tick.
    Display,
}

/// A distribution of times, milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TimesMs {
    pub count: u64,
    pub mean: f64,
    pub min: f64,
    pub p50: f64,
    pub p95: f64,
    pub p99: f64,
    pub max: f64,
}

/// One part of a waterfall.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PartTimes {
    pub part: Part,
    pub times: TimesMs,
    /// How far the clocks of its two ends may be off, at the median; 0 = both ends are one clock.
    pub clock_bound_ms: f64,
    /// That is more than the part itself: what is known of it is that it lies between zero and the sum of both.
    pub below_clock_bound: bool,
}

/// Many paths, part by part. The means of the parts add up to the mean of the whole.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Waterfall {
    pub parts: Vec<PartTimes>,
    pub whole: TimesMs,
    pub whole_clock_bound_ms: f64,
}

/// From the own key to the own body on the own screen, predicted.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct OwnPath {
    pub sample: TimesMs,
    /// From the input made to the first frame that draws its state.
    pub display: TimesMs,
    pub whole: TimesMs,
}

/// One client's share.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ClientLatency {
    pub name: String,
    pub client_id: u64,
    pub slot: u32,
    pub own: OwnPath,
    /// Its keys, until others see what they did.
    pub sent: Waterfall,
    /// Others' keys, until it sees what they did.
    pub seen: Waterfall,
}

/// How much earlier `peeker` sees `holder` than it is seen, when it moves into sight.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PeekersAdvantage {
    pub peeker: String,
    pub holder: String,
    pub advantage: TimesMs,
    pub clock_bound_ms: f64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LatencyReport {
    pub tick_ms: f64,
    /// All paths from one player to another.
    pub all: Waterfall,
    pub own: OwnPath,
    pub clients: Vec<ClientLatency>,
    pub advantage: TimesMs,
    pub pairs: Vec<PeekersAdvantage>,
}

/// Measures every path of a merged match.
pub fn latency(_merged: &Merged<'_>) -> LatencyReport {
    LatencyReport::default()
}

impl LatencyReport {
    pub fn text(&self) -> String {
        String::new()
    }
}
