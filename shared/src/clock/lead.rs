//! How far ahead of the server an input must be produced: the way up as the server's reports on every tick tell it.
//!
//! ```text
//! local time   ──●─ due: input now = T ────────────────────────────────────▶
//!                 ╲ frame, wire, and a tick more for each copy that was lost
//! server time  ────╲────────────●─ first copy of T ────●─ deadline(T) ──────▶
//!                               └────── margin ────────┘
//! ```
//! The *way* of tick T is (server time at which its first copy came) - (local time at which it was due): an offset between
//! the clocks that does not depend on how early inputs are produced. Input now runs at local time + [`InputLead::offset`]:
//! the slowest way of the last [`WINDOW_TICKS`], hence exceeded once in about as many ticks at most, plus an allowance for
//! what so short a past has not shown.
//!
//! A tick without its input (starved) has no margin, but a run of n of them says as much: the first of them came n ticks too
//! late, and no more. A run longer than [`RUN_TICKS_MAX`] is a stall, which no lead is held up for. A route that became
//! longer is told from a stall by packets: [`ROUTE_PACKETS`] in a row that took longer than any allowed for.
//!
//! Must not know packets' layout or the moving clock that follows.

use super::ServerTime;
use super::window::{AgeingMax, Percentiles};
use crate::limits::INPUTS_PER_PACKET_MAX;
use crate::tick::{Tick, TickRate};

/// The past that is provided for: at 64 Hz 16 s. Its slowest tick is the 99.9th percentile.
pub const WINDOW_TICKS: u32 = 1024;
/// Longest run of starved ticks that a larger lead could have saved: beyond it even redundancy is exhausted.
pub const RUN_TICKS_MAX: u32 = 8;
/// Packets in a row that must be slower than the lead allows before the route counts as longer.
pub const ROUTE_PACKETS: usize = 4;

/// The way up of one client's inputs.
#[derive(Clone, Debug)]
pub struct InputLead {
    rate: TickRate,
    /// When each recent input was due, local nanoseconds, at `tick % DUES`.
    dues: Vec<Option<(Tick, i64)>>,
    /// Ways by tick.
    slowest: AgeingMax,
    /// Oldest tick reported on since the start or the latest change of route, and the newest.
    evidence: Option<(Tick, Tick)>,
    /// Margins in 1/16 tick, by tick: for read-outs.
    margins: Percentiles,
    margin_16ths: Option<i16>,
    run: Option<Run>,
    starved: Option<u8>,
    packets: [i64; ROUTE_PACKETS],
    packets_seen: usize,
    /// Ways of packets, by number.
    packet_ways: Percentiles,
    /// Slowest of the latest packets when the window was last empty: what to go by until ticks are reported.
    seed: Option<i64>,
    /// Negative ways of packets, by number.
    quickest: AgeingMax,
    /// Ticks reported on before the latest new beginning.
    experience: u32,
    /// How much longer than the quickest packet's the slowest way was before the latest new beginning.
    remembered: Option<i64>,
}

/// Starved ticks in a row, not over yet.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// The way that an input was at most allowed to take. `None` if the first of the run was never produced, or late: we had
    /// stalled.
    allowed: Option<i64>,
    ticks: u32,
}

impl InputLead {
    pub fn new(rate: TickRate) -> InputLead {
        InputLead {
            rate,
            dues: vec![None; DUES],
            slowest: AgeingMax::new(0, i64::from(WINDOW_TICKS)),
            evidence: None,
            margins: Percentiles::new(1, i64::from(WINDOW_TICKS)),
            margin_16ths: None,
            run: None,
            starved: None,
            packets: [0; ROUTE_PACKETS],
            packets_seen: 0,
            packet_ways: Percentiles::new(rate.tick_nanos() as i64 / 16, PACKETS_SPAN),
            seed: None,
            quickest: AgeingMax::new(0, PACKETS_SPAN),
            experience: 0,
            remembered: None,
        }
    }

    /// The input of `tick` was produced; by the input clock that was due at `due_nanos` of local time.
    pub fn note_produced(&mut self, tick: Tick, due_nanos: i64) {
        self.dues[tick.0 as usize % DUES] = Some((tick, due_nanos));
    }

    /// A packet took `offset` on its way: server time of its arrival minus the local time at which it was due.
    pub fn handle_packet(&mut self, offset: i64) {
        self.packets[self.packets_seen % ROUTE_PACKETS] = offset;
        self.packets_seen += 1;
        self.packet_ways.push(self.packets_seen as i64, offset);
        self.quickest.push(self.packets_seen as i64, -offset);
        let recent = &self.packets[..self.packets_seen.min(ROUTE_PACKETS)];
        let (Some(quickest), Some(slowest)) = (recent.iter().min(), recent.iter().max()) else { return };
        let (quickest, slowest) = (*quickest, *slowest);
        if self.slowest.at(0).is_none() {
            self.seed = Some(slowest);
        } else if self.packets_seen >= ROUTE_PACKETS && self.offset().is_some_and(|offset| quickest > offset) {
            self.forget_ways();
            self.seed = Some(slowest);
            self.quickest.clear();
            self.quickest.push(self.packets_seen as i64, -quickest);
        }
    }

    /// The server's report on the input of `tick`: see [`super::sync::Timing`].
    pub fn handle_report(&mut self, tick: Tick, margin_16ths: Option<i16>, starved: u8) {
        let newest = self.evidence.is_none_or(|(_, newest)| tick > newest);
        let due = self.dues[tick.0 as usize % DUES].filter(|(held, _)| *held == tick).map(|(_, due)| due);
        if newest {
            self.count_starved(tick, due, margin_16ths.is_some(), starved);
        }
        let (Some(margin), Some(due)) = (margin_16ths, due) else { return };
        self.margin_16ths = Some(margin);
        self.margins.push(i64::from(tick.0), i64::from(margin));
        let way = ServerTime::of(tick, self.rate).0 - i64::from(margin) * self.tick_nanos() / 16 - due;
        self.learn(tick, way);
    }

    /// Runs of starved ticks, by the server's count, so that reports lost or never made are in it.
    fn count_starved(&mut self, tick: Tick, due: Option<i64>, there: bool, starved: u8) {
        let missed = self.starved.replace(starved).map_or(0, |before| u32::from(starved.wrapping_sub(before)));
        if missed > 0 {
            let allowed = due.map(|due| ServerTime::of(tick, self.rate).0 - due);
            let run = self.run.get_or_insert(Run { allowed, ticks: 0 });
            run.ticks += missed;
        }
        if missed > 0 && !there {
            return;
        }
        let Some(run) = self.run.take() else { return };
        if let Some(allowed) = run.allowed.filter(|_| run.ticks <= RUN_TICKS_MAX) {
            let way = allowed + i64::from(run.ticks) * self.tick_nanos();
            self.learn(
                tick,
                self.packet_ways.per_mille(950).map_or(way, |usual| way.min(usual + self.repeats_nanos())),
            );
        }
    }

    fn learn(&mut self, tick: Tick, way: i64) {
        // Silence teaches nothing: after a long one experience begins anew.
        if self.evidence.is_some_and(|(_, newest)| tick.since(newest).is_some_and(|gap| gap > SILENCE_TICKS_MAX)) {
            self.forget_ways();
        }
        self.slowest.push(i64::from(tick.0), way);
        self.evidence =
            Some(self.evidence.map_or((tick, tick), |(oldest, newest)| (oldest.min(tick), newest.max(tick))));
    }

    /// Add to local time to get the tick whose input is to be produced. `None` before anything is known of the way.
    pub fn offset(&self) -> Option<i64> {
        let seen = self.seen_ticks();
        // Until as much has been seen again, the slowest is still as much slower than the quickest.
        let remembered = self.remembered.filter(|_| seen < WINDOW_TICKS).zip(self.quickest.at(0));
        let remembered = remembered.map(|(slower, quickest)| slower - quickest);
        let seed = self.seed.filter(|_| seen < START_TICKS && self.remembered.is_none());
        let slowest = self.slowest.at(0).max(remembered).max(seed)?;
        let unseen = |ticks: u32| i64::from(ticks.saturating_sub(seen.max(self.experience)));
        // A quarter tick in the long run; a tick and a quarter more to begin with, which is what one lost packet in ten
        // asks for, and at the very first two more for jitter that a handful of packets did not show.
        let allowance = self.tick_nanos() / 4
            + self.tick_nanos() * 5 / 4 * unseen(WINDOW_TICKS) / i64::from(WINDOW_TICKS)
            + self.tick_nanos() * 2 * unseen(START_TICKS) / i64::from(START_TICKS);
        Some(slowest + allowance + ROUNDING)
    }

    /// A clock has stepped: ways from before say no more how early inputs must be, but still how uneven the ways are.
    pub fn forget(&mut self) {
        self.forget_ways();
        self.quickest.clear();
        self.dues.fill(None);
        self.starved = None;
        self.packets_seen = 0;
        self.packet_ways.clear();
    }

    fn forget_ways(&mut self) {
        if let (Some(slowest), Some(quickest)) = (self.slowest.at(0), self.quickest.at(0)) {
            let before = self.remembered.filter(|_| self.seen_ticks() < WINDOW_TICKS);
            self.remembered = before.max(Some((slowest + quickest).clamp(0, UNEVENNESS_MAX)));
            self.experience = self.experience.max(self.seen_ticks());
        }
        self.slowest.clear();
        self.evidence = None;
        self.run = None;
        self.seed = None;
    }

    fn seen_ticks(&self) -> u32 {
        self.evidence.and_then(|(oldest, newest)| newest.since(oldest)).unwrap_or(0).min(WINDOW_TICKS)
    }

    /// The latest margin reported, 1/16 tick.
    pub fn margin_16ths(&self) -> Option<i16> {
        self.margin_16ths
    }

    /// The margin, in 1/16 tick, that `per_mille` of the recent inputs had at most.
    pub fn margin_per_mille(&self, per_mille: usize) -> Option<i64> {
        // Counted in bins of one.
        self.margins.per_mille(per_mille).map(|edge| edge - 1)
    }

    /// What an input's last repeat is later than its first copy. Whatever came later still did not come at all.
    fn repeats_nanos(&self) -> i64 {
        (INPUTS_PER_PACKET_MAX as i64 - 1) * self.tick_nanos()
    }

    fn tick_nanos(&self) -> i64 {
        self.rate.tick_nanos() as i64
    }
}

/// Inputs whose due time is remembered: as long as packets wait for an answer.
const DUES: usize = super::sync::SENT_PACKETS;
/// Ticks reported on until which the first packets' ways still count.
const START_TICKS: u32 = 64;
/// A larger unevenness is a mixture of two routes, not one.
const UNEVENNESS_MAX: i64 = 250_000_000;
/// Ticks without a report that experience survives.
const SILENCE_TICKS_MAX: u32 = 128;
/// Packets whose ways say what is usual.
const PACKETS_SPAN: i64 = 256;
/// Stamps are rounded, timers fire late: on any wire this much is needed.
const ROUNDING: i64 = 500_000;
