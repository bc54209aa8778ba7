//! Where the time between a key and a picture goes, part by part, each measured from records.
//!
//! A path is one input of one client: its key, its packet, its tick, and the first frame of another client whose display now
//! has reached that tick. Every moment of it is a record, put on the server's clock ([`super::merge`]); a part lies between two
//! neighbouring moments, so the parts of a path add up to its whole exactly. Where the moments are on two machines a part is
//! known as well as the clocks are; it says so where that is worse than the part itself.
//!
//! Peeker's advantage: who moves sees the result on its own screen at once (predicted), the other only at the end of the path.
//! Riot's sum (enemy frame + enemy one-way + server frame + your one-way + display delay) is measured here per input: the end of
//! the path less the mover's own frame of the same tick.

mod path;
mod report;
mod times;

pub use self::path::Path;
pub use self::times::TimesMs;

use self::path::{Found, Track};
use self::times::Times;
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
    /// Until its first copy was at the server; with losses, a later packet's.
    WireUp,
    /// Until its tick began: margin and lateness.
    Queue,
    /// Until the snapshot of that tick, or the next for this observer, left.
    Tick,
    /// Until that snapshot, or the next one if it was lost, was at the observer's socket.
    WireDown,
    /// Until the observer looked at it.
    Handle,
    /// Until the first frame whose display now had reached the tick.
    Display,
}

/// One part of a waterfall.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PartTimes {
    pub part: Part,
    pub times: TimesMs,
    /// How far the clocks of its two ends may be off, on average; 0 = both ends are on one clock.
    pub clock_bound_ms: f64,
    /// That is more than the part itself at the median: only the sum of both wires is known.
    pub below_clock_bound: bool,
}

/// Many paths, part by part. The means of the parts add up to the mean of the whole.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Waterfall {
    pub parts: Vec<PartTimes>,
    pub whole: TimesMs,
    /// How far the whole may be off, on average; 0 = it begins and ends on one clock.
    pub clock_bound_ms: f64,
}

/// From the own key to the own body on the own screen, predicted: on one clock.
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
    /// Hexadecimal.
    pub client_id: String,
    pub slot: u32,
    pub own: OwnPath,
    /// Its keys, until others see what they did.
    pub sent: Waterfall,
    /// Others' keys, until it sees what they did.
    pub seen: Waterfall,
    /// Its own keys, until its picture of the others has reached their tick: by way of the server, on one clock.
    pub echo: Waterfall,
}

/// How much earlier who moves sees the other than the other sees it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Advantage {
    pub times: TimesMs,
    pub clock_bound_ms: f64,
    /// Means over the same inputs: of the parts from the made input to the other's picture...
    pub parts_mean_ms: Vec<(Part, f64)>,
    /// ...and of what the mover's own picture took from there. Their sum less this is the mean advantage.
    pub own_display_mean_ms: f64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PairAdvantage {
    pub peeker: String,
    pub holder: String,
    pub advantage: Advantage,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LatencyReport {
    pub tick_ms: f64,
    /// All paths from one player to another.
    pub all: Waterfall,
    pub own: OwnPath,
    pub clients: Vec<ClientLatency>,
    pub advantage: Advantage,
    /// Of every ordered pair that saw each other.
    pub pairs: Vec<PairAdvantage>,
}

/// Measures every path of a merged match.
pub fn latency(merged: &Merged<'_>) -> LatencyReport {
    let tracks: Vec<Track<'_, '_>> = merged.clients.iter().map(|client| Track::of(merged, client)).collect();
    let mut seen: Vec<Fall> = tracks.iter().map(|_| Fall::new()).collect();
    let (mut all, mut all_own, mut all_advantage) = (Fall::new(), Own::new(), Edge::new());
    let (mut clients, mut pairs) = (Vec::new(), Vec::new());
    for (index, track) in tracks.iter().enumerate() {
        let own = Own::of(track, merged);
        let (mut sent, mut echo) = (Fall::new(), Fall::new());
        for (observer, seen) in tracks.iter().zip(&mut seen) {
            let is_own = std::ptr::eq(track, observer);
            let (mut fall, mut edge) = (Fall::new(), Edge::new());
            each_path(merged, track, observer, &mut |found| {
                fall.record(found, is_own);
                edge.record(found);
            });
            if is_own {
                echo = fall;
                continue;
            }
            sent.add(&fall);
            seen.add(&fall);
            all_advantage.add(&edge);
            let advantage = edge.summary();
            if advantage.times.count > 0 {
                let (peeker, holder) = (track.client.name.clone(), observer.client.name.clone());
                pairs.push(PairAdvantage { peeker, holder, advantage });
            }
        }
        all.add(&sent);
        all_own.add(&own);
        let client = &merged.clients[index];
        clients.push(ClientLatency {
            name: client.name.clone(),
            client_id: format!("{:016x}", client.client_id),
            slot: client.slot,
            own: own.summary(),
            sent: sent.summary(),
            seen: Waterfall::default(),
            echo: echo.summary(),
        });
    }
    for (client, seen) in clients.iter_mut().zip(&seen) {
        client.seen = seen.summary();
    }
    LatencyReport {
        tick_ms: merged.server.tick_ns() as f64 * 1e-6,
        all: all.summary(),
        own: all_own.summary(),
        clients,
        advantage: all_advantage.summary(),
        pairs,
    }
}

/// Every path from the keys of one client to the pictures of another (or its own), by the two's places in `merged.clients`.
pub fn paths(merged: &Merged<'_>, from: usize, to: usize) -> Vec<Path> {
    let (Some(sender), Some(observer)) = (merged.clients.get(from), merged.clients.get(to)) else { return Vec::new() };
    let mut paths = Vec::new();
    let found = &mut |found: &Found| paths.push(found.path);
    each_path(merged, &Track::of(merged, sender), &Track::of(merged, observer), found);
    paths
}

fn each_path(merged: &Merged<'_>, from: &Track<'_, '_>, to: &Track<'_, '_>, handle: &mut dyn FnMut(&Found)) {
    let ticks = merged.server.ticks.iter().enumerate();
    ticks.filter_map(|(index, tick)| from.path_to(to, tick, index)).for_each(|found| handle(&found));
}

/// A waterfall in the making.
struct Fall {
    parts: [Times; 8],
    whole: Times,
    /// Sums of the clock bounds of sender and observer, and of the whole.
    bounds_ns: [i128; 3],
}

impl Fall {
    fn new() -> Fall {
        Fall { parts: std::array::from_fn(|_| Times::new()), whole: Times::new(), bounds_ns: [0; 3] }
    }

    fn record(&mut self, found: &Found, is_own: bool) {
        self.parts.iter_mut().zip(found.path.parts_ns()).for_each(|(times, ns)| times.record(ns));
        self.whole.record(found.path.whole_ns());
        let [sender, observer] = found.bounds_ns.map(i128::from);
        let whole = if is_own { 0 } else { sender + observer };
        self.bounds_ns.iter_mut().zip([sender, observer, whole]).for_each(|(sum, ns)| *sum += ns);
    }

    fn add(&mut self, other: &Fall) {
        self.parts.iter_mut().zip(&other.parts).for_each(|(sum, times)| sum.add(times));
        self.whole.add(&other.whole);
        self.bounds_ns.iter_mut().zip(other.bounds_ns).for_each(|(sum, ns)| *sum += ns);
    }

    fn summary(&self) -> Waterfall {
        let whole = self.whole.ms();
        if whole.count == 0 {
            return Waterfall::default();
        }
        let [sender, observer, both] = self.bounds_ns.map(|sum| sum as f64 / whole.count as f64 * 1e-6);
        let parts = Part::ALL.iter().zip(&self.parts).map(|(part, times)| {
            let times = times.ms();
            let clock_bound_ms = match part {
                Part::WireUp => sender,
                Part::WireDown => observer,
                _ => 0.0,
            };
            PartTimes { part: *part, below_clock_bound: clock_bound_ms > times.p50, times, clock_bound_ms }
        });
        Waterfall { parts: parts.collect(), whole, clock_bound_ms: both }
    }
}

struct Own {
    sample: Times,
    display: Times,
    whole: Times,
}

impl Own {
    fn new() -> Own {
        Own { sample: Times::new(), display: Times::new(), whole: Times::new() }
    }

    fn of(track: &Track<'_, '_>, merged: &Merged<'_>) -> Own {
        let mut own = Own::new();
        for [device, made, drawn] in (0..merged.server.ticks.len()).filter_map(|index| track.own(index)) {
            own.sample.record(made.saturating_sub(device));
            own.display.record(drawn.saturating_sub(made));
            own.whole.record(drawn.saturating_sub(device));
        }
        own
    }

    fn add(&mut self, other: &Own) {
        self.sample.add(&other.sample);
        self.display.add(&other.display);
        self.whole.add(&other.whole);
    }

    fn summary(&self) -> OwnPath {
        OwnPath { sample: self.sample.ms(), display: self.display.ms(), whole: self.whole.ms() }
    }
}

/// Peeker's advantage in the making: of paths whose sender drew itself predicted.
struct Edge {
    times: Times,
    bounds_ns: i128,
    parts_ns: [i128; 8],
    own_ns: i128,
}

impl Edge {
    fn new() -> Edge {
        Edge { times: Times::new(), bounds_ns: 0, parts_ns: [0; 8], own_ns: 0 }
    }

    fn record(&mut self, found: &Found) {
        let [_, made, .., drawn] = found.path.moments_ns;
        let Some(own) = found.own_ns else { return };
        self.times.record(drawn.saturating_sub(own));
        self.bounds_ns += found.bounds_ns.map(i128::from).iter().sum::<i128>();
        self.parts_ns.iter_mut().zip(found.path.parts_ns()).for_each(|(sum, ns)| *sum += i128::from(ns));
        self.own_ns += i128::from(own) - i128::from(made);
    }

    fn add(&mut self, other: &Edge) {
        self.times.add(&other.times);
        self.bounds_ns += other.bounds_ns;
        self.parts_ns.iter_mut().zip(other.parts_ns).for_each(|(sum, ns)| *sum += ns);
        self.own_ns += other.own_ns;
    }

    fn summary(&self) -> Advantage {
        let times = self.times.ms();
        if times.count == 0 {
            return Advantage::default();
        }
        let mean = |sum: i128| sum as f64 / times.count as f64 * 1e-6;
        let parts = Part::ALL.iter().zip(self.parts_ns).skip(1);
        Advantage {
            parts_mean_ms: parts.map(|(part, sum)| (*part, mean(sum))).collect(),
            own_display_mean_ms: mean(self.own_ns),
            clock_bound_ms: mean(self.bounds_ns),
            times,
        }
    }
}
