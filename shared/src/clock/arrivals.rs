//! When states of the server can be seen here: the quickest way down, how late snapshots come against it, how many are lost.
//!
//! ```text
//! server time  ──┬T-2──┬T-1──┬T────┬T+1──▶
//!                 ╲     ╲     ╳lost ╲
//! local time   ────●─────●──────────●─────▶  T becomes available with T+1: an interval late, and what T+1 is late itself
//! ```
//! *Availability lateness* of a snapshot's tick: when the first snapshot of that tick or a later one arrived, against the
//! quickest line. It holds all that a display must wait for, jitter and loss alike. A stall, more than
//! [`STALL_TICKS`] beyond the usual, counts as one late snapshot however many it held up: no delay helps against it, and
//! it must not leave one behind. After a step of a clock, or a long silence, the quickest line is measured anew; how late
//! snapshots usually are against it is remembered.
//!
//! Must not know snapshots' contents or the moving clock that follows.

use super::loss::Loss;
use super::window::{AgeingMax, Percentiles};
use super::{ServerTime, local_nanos};
use crate::modes::{DELAY_MS_MAX, SNAPSHOT_EVERY_MAX};
use crate::tick::{Tick, TickRate};
use std::time::Duration;

/// The past that is provided for: 256 samples at 64 Hz.
pub const SPAN: Duration = Duration::from_secs(4);
/// Later than usual by more than this is a stall.
pub const STALL_TICKS: i64 = 8;

/// The way down of one client's snapshots.
#[derive(Clone, Debug)]
pub struct Arrivals {
    rate: TickRate,
    newest: Option<Tick>,
    /// Ticks between snapshots, latest last; the smallest is the interval the server sends at.
    gaps: [u32; GAPS],
    gap_count: usize,
    /// "Server time seen minus local time of arrival" of the quickest.
    quickest: AgeingMax,
    /// The negative of it, of every snapshot expected: larger is later.
    availability: Percentiles,
    /// The same of every snapshot that came.
    arrival: Percentiles,
    stall: Option<Stall>,
    start: Start,
    /// How much later than the quickest snapshots usually were before the latest new beginning.
    remembered: Option<i64>,
    latest_arrival: Option<i64>,
    loss: Loss,
}

impl Arrivals {
    pub fn new(rate: TickRate) -> Arrivals {
        let percentiles = || Percentiles::new(rate.tick_nanos() as i64 / 16, local_nanos(SPAN));
        Arrivals {
            rate,
            newest: None,
            gaps: [1; GAPS],
            gap_count: 0,
            quickest: AgeingMax::new(super::sync::DRIFT_PPM_MAX, local_nanos(SPAN)),
            availability: percentiles(),
            arrival: percentiles(),
            stall: None,
            start: Start::Awaited,
            remembered: None,
            latest_arrival: None,
            loss: Loss::default(),
        }
    }

    /// The snapshot of `tick` arrived.
    pub fn handle_snapshot(&mut self, arrived: Duration, tick: Tick) {
        let arrived = local_nanos(arrived);
        let silence = self.latest_arrival.map_or(0, |latest| arrived.saturating_sub(latest));
        if silence > local_nanos(SILENCE) {
            self.forget();
        }
        let offset = ServerTime::of(tick, self.rate).0 - arrived;
        self.quickest.push(arrived, offset);
        // What a step or a silence skips was never sent, or sent in vain.
        let newest = self.newest.filter(|_| !matches!(self.start, Start::Awaited));
        let gap = newest.map_or(1, |newest| tick.distance(newest));
        let Ok(gap @ 1..) = u32::try_from(gap) else {
            // It was counted as lost when a later one overtook it.
            return self.loss.note(arrived, 0, 1);
        };
        let since_latest =
            self.latest_arrival.replace(arrived).map_or(i64::MAX, |latest| arrived.saturating_sub(latest));
        self.newest = Some(tick);
        if newest.is_some() {
            self.gaps[self.gap_count % GAPS] = gap;
            self.gap_count += 1;
        }
        let interval = self.interval_ticks();
        let expected = (gap / interval).max(1);
        self.loss.note(arrived, expected, 1);
        self.note_lateness(arrived, -offset, expected, interval, since_latest);
    }

    /// One snapshot, and those before it that were expected and did not come.
    fn note_lateness(&mut self, arrived: i64, lateness: i64, expected: u32, interval: u32, since_latest: i64) {
        self.begin_at(arrived);
        let tick = self.tick_nanos();
        let usual = self.availability.per_mille(PERMILLE).filter(|_| self.availability.len() >= USUAL_SAMPLES);
        let stall = usual.map_or(i64::MAX, |usual| usual + STALL_TICKS * tick);
        let latest = lateness + i64::from(expected - 1) * i64::from(interval) * tick;
        // What a stall held up comes all at once, the last of it hardly late.
        let drains = self.stall.is_some_and(|held| held.drains) && since_latest < tick * i64::from(interval) / 2;
        if latest > stall || drains {
            let again = self.stall.is_some_and(|held| drains || arrived - held.at < local_nanos(STALL));
            if !again {
                self.availability.push(arrived, latest.min(stall + local_nanos(DELAY_MAX)));
            }
            let at = self.stall.filter(|_| again).map_or(arrived, |held| held.at);
            self.stall = Some(Stall { at, drains: true });
            return;
        }
        if let Some(held) = &mut self.stall {
            held.drains = false;
        }
        self.arrival.push(arrived, lateness);
        for missed in 0..expected.min(STALL_TICKS as u32 + 1) {
            self.availability.push(arrived, lateness + i64::from(missed) * i64::from(interval) * tick);
        }
    }

    /// The first snapshots, at join and after a step, may be some that a server makes up for: late, and like no other.
    fn begin_at(&mut self, arrived: i64) {
        match self.start {
            Start::Awaited => self.start = Start::At(arrived),
            Start::At(first) if arrived - first > STALL_TICKS * self.tick_nanos() => {
                self.availability.clear();
                self.arrival.clear();
                self.start = Start::Over;
            }
            Start::At(_) | Start::Over => {}
        }
    }

    /// The newest tick a snapshot came of.
    pub fn newest(&self) -> Option<Tick> {
        self.newest
    }

    /// Ticks from one snapshot to the next, as the server seems to send them.
    pub fn interval_ticks(&self) -> u32 {
        let seen = &self.gaps[..self.gap_count.clamp(1, GAPS)];
        seen.iter().copied().min().unwrap_or(1).clamp(1, u32::from(SNAPSHOT_EVERY_MAX))
    }

    /// Add to local time to get the newest server time a snapshot can have told us of, at best. `None` before the first.
    pub fn quickest_offset(&self) -> Option<i64> {
        self.quickest.at(i64::MIN)
    }

    /// The same for 99 of 100 snapshots, lost ones included.
    pub fn usual_offset(&self) -> Option<i64> {
        let quickest = -self.quickest_offset()?;
        // Until so much has been seen again, what was usual still is.
        let remembered = self.remembered.filter(|_| self.unseen_ticks() > 0);
        let usual = self.availability.per_mille(PERMILLE)?.max(remembered.map_or(i64::MIN, |late| quickest + late));
        Some(-usual.min(quickest + local_nanos(DELAY_MAX)))
    }

    /// Add to local time to get the latest server time that two snapshots surround in all but 1 of 100 frames: a snapshot
    /// interval behind [`Arrivals::usual_offset`], and an allowance that shrinks with experience.
    pub fn display_offset(&self) -> Option<i64> {
        let interval = i64::from(self.interval_ticks());
        let unseen = if self.remembered.is_some() { 0 } else { self.unseen_ticks() };
        let allowance = self.tick_nanos() / 4 + self.tick_nanos() * 3 / 4 * unseen / EXPERIENCE_TICKS;
        Some(self.usual_offset()? - interval * self.tick_nanos() - allowance)
    }

    /// How late the snapshots that came were, against the quickest: 95 of 100 no later. `None` before the first.
    pub fn jitter(&self) -> Option<Duration> {
        let late = self.arrival.per_mille(950)?.saturating_add(self.quickest_offset()?);
        // A bin's upper edge: half a bin is the rounding to expect.
        Some(Duration::from_nanos((late - self.tick_nanos() / 32).max(0) as u64))
    }

    /// Share of the snapshots of the last seconds that did not come, percent, at local time `now`: those overdue included.
    pub fn loss_pct(&self, now: Duration) -> f32 {
        let now = local_nanos(now);
        let overdue = match (self.usual_offset(), self.newest) {
            (Some(offset), Some(newest)) => {
                let by_now = ServerTime(now.saturating_add(offset)).tick(self.rate);
                by_now.since(newest).unwrap_or(0) / self.interval_ticks()
            }
            _ => 0,
        };
        self.loss.pct(now, overdue)
    }

    /// A clock has stepped, or the way was interrupted: arrivals from before say no more when those to come are due, but
    /// still how late against the quickest.
    pub fn forget(&mut self) {
        if let (Some(quickest), Some(usual)) = (self.quickest_offset(), self.usual_offset()) {
            self.remembered = Some(quickest - usual).filter(|_| self.remembered.is_some() || self.unseen_ticks() == 0);
        }
        self.quickest.clear();
        self.availability.clear();
        self.arrival.clear();
        self.stall = None;
        self.start = Start::Awaited;
    }

    /// Ticks that experience is short of.
    fn unseen_ticks(&self) -> i64 {
        (EXPERIENCE_TICKS - self.availability.len() as i64 * i64::from(self.interval_ticks())).max(0)
    }

    fn tick_nanos(&self) -> i64 {
        self.rate.tick_nanos() as i64
    }
}

/// How far the snapshots have got that tell little.
#[derive(Clone, Copy, Debug)]
enum Start {
    Awaited,
    At(i64),
    Over,
}

/// Snapshots held up together.
#[derive(Clone, Copy, Debug)]
struct Stall {
    at: i64,
    /// Is every snapshot since one of them?
    drains: bool,
}

/// Gaps looked through for the interval: with 20 % loss one in 400,000 such rows is all too wide.
const GAPS: usize = 8;
/// Share of snapshots, per mille, that the display waits for.
const PERMILLE: usize = 990;
/// Samples that make something usual.
const USUAL_SAMPLES: usize = 32;
/// Ticks seen that make experience, with which the allowance is least.
const EXPERIENCE_TICKS: i64 = 250;
/// A silence that interrupts: half of what is provided for is over by then.
const SILENCE: Duration = Duration::from_secs(1);
/// Stalled snapshots within this time are one event.
const STALL: Duration = Duration::from_millis(250);
/// Longest lateness that is waited for.
const DELAY_MAX: Duration = Duration::from_millis(DELAY_MS_MAX as u64);
