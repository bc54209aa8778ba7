//! Display now: the time the others are drawn at, by the chosen mode.
//!
//! | mode | display now follows |
//! | --- | --- |
//! | newest | the quickest line: the newest snapshot that can be there |
//! | interpolate, fixed | so many milliseconds behind it |
//! | interpolate, adaptive | an interval and the usual lateness behind it |
//! | extrapolate | the server's present |
//!
//! It glides there (5 % at most), never runs backwards, also when modes switch: a line far behind is waited for, one far
//! ahead is jumped to. It never leads far beyond what is known, so that a server which stood still leaves no lag behind.
//!
//! Must not know how its lines were measured.

use super::ServerTime;
use super::timeline::{Backwards, SNAP_TICKS, Timeline};
use crate::modes::{Delay, Others};
use crate::tick::{Tick, TickRate};
use std::time::Duration;

/// Farthest that the others are drawn beyond the newest snapshot. A player at full speed is 1.5 m off by then.
pub const EXTRAPOLATION_MAX: Duration = Duration::from_millis(250);

/// The lines to follow: offsets from local time.
#[derive(Clone, Copy, Debug)]
pub struct Lines {
    /// Of the newest server time that a snapshot can have told us of, at best.
    pub quickest: i64,
    /// Of the latest that two snapshots surround reliably.
    pub surrounded: i64,
    /// Of the server's present, once known.
    pub present: Option<i64>,
}

/// A clock that follows them.
#[derive(Clone, Debug)]
pub struct DisplayClock {
    rate: TickRate,
    line: Timeline,
    others: Others,
}

impl DisplayClock {
    pub fn new(rate: TickRate, others: Others) -> DisplayClock {
        DisplayClock { rate, line: Timeline::new(rate, Backwards::Wait), others }
    }

    pub fn set_others(&mut self, others: Others) {
        self.others = others;
    }

    /// Walks on to local time `now`; `newest` is the newest snapshot held.
    pub fn advance(&mut self, now: Duration, lines: &Lines, newest: Tick) {
        let (offset, beyond) = match self.others {
            Others::Newest => (lines.quickest, self.snap_nanos()),
            Others::Interpolate(Delay::Adaptive) => (lines.surrounded, self.snap_nanos()),
            Others::Interpolate(Delay::FixedMs(ms)) => {
                (lines.quickest - i64::from(ms) * NANOS_PER_MS, self.snap_nanos())
            }
            Others::Extrapolate => (lines.present.unwrap_or(lines.quickest), EXTRAPOLATION_MAX.as_nanos() as i64),
        };
        let limit = ServerTime(ServerTime::of(newest, self.rate).0 + beyond);
        self.line.advance_until(now, offset, limit);
    }

    pub fn now(&self) -> Option<ServerTime> {
        self.line.position()
    }

    /// Jumps so far.
    pub fn snaps(&self) -> u64 {
        self.line.snaps()
    }

    /// How far it runs on without a snapshot unless it extrapolates: as far as it would jump to catch up.
    fn snap_nanos(&self) -> i64 {
        SNAP_TICKS * self.rate.tick_nanos() as i64
    }
}

const NANOS_PER_MS: i64 = 1_000_000;
