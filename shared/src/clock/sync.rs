//! The relation of two clocks, from what packets say: round trip, server now, and how early to send and to expect.
//!
//! Three offsets, each "server time - local time" in nanoseconds, each measured where it is used:
//! - [`ClockSync::server_offset`]: the server's present. Cristian's method with NTP's clock filter (RFC 5905, section 10):
//!   of the last [`RTT_SAMPLES`] exchanges the one with the shortest round trip is believed.
//! - [`ClockSync::uplink_offset`]: the server's time when a packet sent now will have arrived, by the slowest of the last
//!   [`PATH_SAMPLES`] the server reported margins of. Needs no assumption that both ways take equally long.
//! - [`ClockSync::downlink_offset`]: the server's time that the quickest of recent snapshots let us see at its arrival.
//!
//! Must not know packets' layout, or what the offsets are used for.

use super::{ServerTime, local_nanos};
use crate::tick::{Tick, TickRate};
use std::time::Duration;

/// Round trips remembered: a quarter second at 64 Hz, in which two quartz clocks drift apart by less than 0.1 ms.
pub const RTT_SAMPLES: usize = 16;
/// Margins and arrivals remembered: one second at 64 Hz.
pub const PATH_SAMPLES: usize = 64;
/// Sent packets remembered until the server answers: two seconds at 64 Hz.
pub const SENT_PACKETS: usize = 128;
/// Longest round trip believed. Anything longer is a lie or a dead link.
pub const RTT_MAX: Duration = Duration::from_secs(4);

/// What one snapshot says about time.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// The state it carries.
    pub tick: Tick,
    /// From the deadline of `tick` to the sending, microseconds; 0 if not told.
    pub since_tick_us: u32,
    /// The latest ping it answers, as [`ClockSync::note_sent`] returned it, and how long the server held it, microseconds.
    pub pong: Option<(u32, u32)>,
    /// How long before the deadline of `tick` the first copy of our input of `tick` arrived, 1/16 tick; `None` = it did not.
    pub margin_16ths: Option<i16>,
    /// Our input packets that reached the server, modulo 256.
    pub received: u8,
    /// Ticks the server made without our input while we played, modulo 256.
    pub starved: u8,
}

/// Estimates of one client about one server.
#[derive(Clone, Debug)]
pub struct ClockSync {
    rate: TickRate,
    sent: Ring<Sent, SENT_PACKETS>,
    exchanges: Ring<Exchange, RTT_SAMPLES>,
    uplink: Ring<i64, PATH_SAMPLES>,
    downlink: Ring<i64, PATH_SAMPLES>,
    /// Pongs that answered nothing we remember or took impossibly long.
    refused: u64,
}

#[derive(Clone, Copy, Debug)]
struct Sent {
    ping: u32,
    at: i64,
    /// Newest input in the packet.
    newest: Tick,
    /// Local time at which the packet's oldest new input was due.
    due: i64,
}

#[derive(Clone, Copy, Debug)]
struct Exchange {
    rtt: i64,
    offset: i64,
}

impl ClockSync {
    pub fn new(rate: TickRate) -> ClockSync {
        let (sent, exchanges, uplink, downlink) = (Ring::new(), Ring::new(), Ring::new(), Ring::new());
        ClockSync { rate, sent, exchanges, uplink, downlink, refused: 0 }
    }

    /// The stamp of a packet sent at `now` whose newest input is `newest`.
    ///
    /// `due_nanos`: local time at which its oldest *new* input should have left by the input clock. What `now` is later
    /// than that (a slow frame) then counts as part of the way up, and the input clock makes room for it.
    pub fn note_sent(&mut self, now: Duration, newest: Tick, due_nanos: i64) -> u32 {
        let ping = (now.as_micros() & u128::from(u32::MAX)) as u32;
        self.sent.push(Sent { ping, at: local_nanos(now), newest, due: due_nanos });
        ping
    }

    /// A snapshot arrived.
    pub fn handle_snapshot(&mut self, arrived: Duration, timing: &Timing) {
        let arrived = local_nanos(arrived);
        let left = ServerTime::of(timing.tick, self.rate).0 + i64::from(timing.since_tick_us) * 1000;
        self.downlink.push(left - arrived);
        let Some((ping, hold_us)) = timing.pong else { return };
        let Some(sent) = self.sent.find(|s| s.ping == ping) else {
            self.refused += 1;
            return;
        };
        // Both ends round to microseconds: on a zero-length wire the difference may come out below zero.
        let rtt = (arrived - sent.at - i64::from(hold_us) * 1000).max(0);
        if rtt > local_nanos(RTT_MAX) {
            self.refused += 1;
            return;
        }
        self.exchanges.push(Exchange { rtt, offset: left + rtt / 2 - arrived });
        if let Some(margin) = timing.margin_16ths {
            let margin = i64::from(margin) * self.rate.tick_nanos() as i64 / 16;
            self.uplink.push(ServerTime::of(sent.newest, self.rate).0 - margin - sent.due);
        }
    }

    /// Shortest round trip of the last [`RTT_SAMPLES`]; `None` before the first answer.
    pub fn rtt(&self) -> Option<Duration> {
        self.best().map(|e| Duration::from_nanos(e.rtt as u64))
    }

    /// Add to local time to get the server's present. `None` before the first answer.
    pub fn server_offset(&self) -> Option<i64> {
        self.best().map(|e| e.offset)
    }

    /// Add to the local time of sending to get the server's time of arrival, at worst. Before the first margin: half
    /// the round trip is taken as the way up.
    pub fn uplink_offset(&self) -> Option<i64> {
        let measured = self.uplink.iter().copied().max();
        measured.or_else(|| self.best().map(|e| e.offset + e.rtt / 2))
    }

    /// Add to local time to get the newest server time a snapshot can have told us of, at best. `None` before the first.
    pub fn downlink_offset(&self) -> Option<i64> {
        self.downlink.iter().copied().max()
    }

    pub fn refused(&self) -> u64 {
        self.refused
    }

    fn best(&self) -> Option<&Exchange> {
        // Oldest first and `<=`: of equals the newest is believed.
        self.exchanges.iter().reduce(|best, e| if e.rtt <= best.rtt { e } else { best })
    }
}

/// The latest `N` values, oldest first.
#[derive(Clone, Debug)]
struct Ring<T, const N: usize> {
    values: std::collections::VecDeque<T>,
}

impl<T, const N: usize> Ring<T, N> {
    fn new() -> Self {
        Ring { values: std::collections::VecDeque::with_capacity(N) }
    }

    fn push(&mut self, value: T) {
        if self.values.len() == N {
            self.values.pop_front();
        }
        self.values.push_back(value);
    }

    fn iter(&self) -> impl Iterator<Item = &T> {
        self.values.iter()
    }

    /// The newest value that fits.
    fn find(&self, fits: impl Fn(&T) -> bool) -> Option<&T> {
        self.values.iter().rev().find(|v| fits(v))
    }
}
