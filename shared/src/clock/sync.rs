//! The relation of two clocks, from what packets say: round trip, server now, and whether a clock has stepped.
//!
//! Unknown is one offset, "server time - local time". Nothing arrives before it left, so every packet bounds it:
//! ```text
//! a snapshot sent at server time s, here at local time l           offset >= s - l
//! a ping sent at local time l, at the server at server time s      offset <= s - l
//! ```
//! A bound widens as it ages, by what two quartz clocks may drift apart ([`DRIFT_PPM_MAX`]). [`ClockSync::server_offset`]
//! is the middle between the tightest bounds of the last [`SPAN`] (the intersection of the intervals of Marzullo and of
//! NTP's selection, RFC 5905 section 11.2.1). With as many samples as ticks the quickest packet of each way alone is
//! believed, whatever jitter does to the others.
//!
//! Bounds that contradict each other prove a step: of the local clock (suspend) or of the server's (it lost time). All that
//! was measured before is void then; [`Seen::stepped`] says so. A step smaller than the round trip contradicts nothing; it
//! is averaged in until the old bounds are [`SPAN`] old.
//!
//! What no measurement can tell: a way up that takes longer than the way down, by x, shifts the estimate by x/2.
//!
//! Must not know packets' layout, or what the offsets are used for.

use super::window::AgeingMax;
use super::{ServerTime, local_nanos};
use crate::tick::{Tick, TickRate};
use std::collections::VecDeque;
use std::time::Duration;

/// What two clocks may drift apart, in millionths: quartz is within 100, a clock being slewed by NTP at up to 500.
pub const DRIFT_PPM_MAX: i64 = 600;
/// Bounds older than this are forgotten: 128 samples at 64 Hz. Drift makes them useless by then: 1.2 ms.
pub const SPAN: Duration = Duration::from_secs(2);
/// Sent packets remembered until the server answers: four seconds at 128 Hz.
pub const SENT_PACKETS: usize = 512;
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

/// What [`ClockSync::handle_snapshot`] found out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// A clock has stepped: offsets from before are void.
    pub stepped: bool,
    pub answered: Option<Answered>,
}

/// The packet that a pong answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Its number: how many packets were sent before it.
    pub number: u64,
    /// Server time of its arrival minus the local time at which it was due.
    pub uplink_offset: i64,
}

/// Estimates of one client about one server.
#[derive(Clone, Debug)]
pub struct ClockSync {
    rate: TickRate,
    sent: VecDeque<Sent>,
    sent_count: u64,
    /// Lower bounds of the offset, and the negatives of the upper ones.
    lower: AgeingMax,
    upper: AgeingMax,
    /// Negative round trips.
    rtt: AgeingMax,
    /// Middle of the bounds; after a step a guess until both ways were measured anew.
    offset: Option<i64>,
    /// When the latest snapshot arrived; before a silence longer than [`SILENCE`] that is not answered yet: when, and the
    /// lower bound of then.
    latest: Option<i64>,
    before_silence: Option<(i64, i64)>,
    steps: u64,
    refused: u64,
}

#[derive(Clone, Copy, Debug)]
struct Sent {
    ping: u32,
    at: i64,
    due: i64,
    number: u64,
}

impl ClockSync {
    pub fn new(rate: TickRate) -> ClockSync {
        let bounds = || AgeingMax::new(DRIFT_PPM_MAX, local_nanos(SPAN));
        ClockSync {
            rate,
            sent: VecDeque::with_capacity(SENT_PACKETS),
            sent_count: 0,
            lower: bounds(),
            upper: bounds(),
            // A round trip is worth less with age as both of its bounds are.
            rtt: AgeingMax::new(2 * DRIFT_PPM_MAX, local_nanos(SPAN)),
            offset: None,
            latest: None,
            before_silence: None,
            steps: 0,
            refused: 0,
        }
    }

    /// The stamp of a packet sent at `now`.
    ///
    /// `due_nanos`: local time at which its oldest *new* input should have left by the input clock. What `now` is later
    /// than that (a slow frame) is part of the way up: the input clock makes room for it.
    pub fn note_sent(&mut self, now: Duration, due_nanos: i64) -> u32 {
        let ping = (now.as_micros() & u128::from(u32::MAX)) as u32;
        if self.sent.len() == SENT_PACKETS {
            self.sent.pop_front();
        }
        self.sent.push_back(Sent { ping, at: local_nanos(now), due: due_nanos, number: self.sent_count });
        self.sent_count += 1;
        ping
    }

    /// A snapshot arrived.
    pub fn handle_snapshot(&mut self, arrived: Duration, timing: &Timing) -> Seen {
        let arrived = local_nanos(arrived);
        let left = ServerTime::of(timing.tick, self.rate).0.saturating_add(i64::from(timing.since_tick_us) * 1000);
        let lower = left.saturating_sub(arrived);
        self.note_silence(arrived);
        let mut stepped = self.upper.at(arrived).is_some_and(|upper| lower > TOLERANCE - upper);
        let answer = timing.pong.and_then(|(ping, hold_us)| self.answer(arrived, ping, hold_us));
        // If our clock stood still while a packet was under way, its answer measures nothing.
        let answer = answer.filter(|_| !stepped);
        let came = answer.map(|(sent, hold)| (sent, left.saturating_sub(hold)));
        if let Some((sent, came)) = came {
            let held = self.lower.at(arrived).max(self.before_silence.take().map(|then| aged(then, arrived)));
            stepped |= held.is_some_and(|lower| came - sent.at < lower - TOLERANCE);
        }
        if stepped {
            self.step(lower);
        }
        self.lower.push(arrived, lower);
        if let (Some((sent, came)), Some((_, hold))) = (came, answer) {
            self.upper.push(arrived, sent.at - came);
            // Both ends round to microseconds: on a zero-length wire the difference may come out below zero.
            self.rtt.push(arrived, -(arrived - sent.at - hold).max(0));
        }
        self.offset = self.middle(arrived).or(self.offset);
        let answered = came.map(|(sent, came)| Answered { number: sent.number, uplink_offset: came - sent.due });
        Seen { stepped, answered }
    }

    /// The first snapshot after a silence may outlive the old lower bound, and with it the proof of a step backwards that only
    /// an answer can bring.
    fn note_silence(&mut self, arrived: i64) {
        let latest =
            self.latest.replace(arrived).filter(|latest| arrived.saturating_sub(*latest) > local_nanos(SILENCE));
        if let Some((latest, lower)) = latest.and_then(|latest| Some((latest, self.lower.at(latest)?))) {
            self.before_silence = Some((latest, lower));
        }
    }

    /// The packet a pong answers and how long the server held it, nanoseconds; `None`, counted, if it cannot be.
    fn answer(&mut self, arrived: i64, ping: u32, hold_us: u32) -> Option<(Sent, i64)> {
        let hold = i64::from(hold_us) * 1000;
        let sent = self.sent.iter().rev().find(|sent| sent.ping == ping).copied();
        let answer = sent.map(|sent| (sent, hold)).filter(|(sent, hold)| {
            let rtt = arrived - sent.at - hold;
            (-TOLERANCE..=local_nanos(RTT_MAX)).contains(&rtt)
        });
        self.refused += u64::from(answer.is_none());
        answer
    }

    /// Everything before now was measured with other clocks. Until both ways are measured anew, the way is taken to be
    /// as long as it was.
    fn step(&mut self, lower: i64) {
        let rtt = self.rtt.at(i64::MIN).map_or(0, |negative| -negative);
        self.offset = Some(lower.saturating_add(rtt / 2));
        self.lower.clear();
        self.upper.clear();
        self.sent.clear();
        self.before_silence = None;
        self.steps += 1;
    }

    fn middle(&self, now: i64) -> Option<i64> {
        let (lower, upper) = (self.lower.at(now)?, -self.upper.at(now)?);
        Some(lower + (upper - lower) / 2)
    }

    /// Shortest round trip of the last [`SPAN`]; `None` before the first answer.
    pub fn rtt(&self) -> Option<Duration> {
        self.rtt.at(i64::MIN).map(|negative| Duration::from_nanos((-negative).max(0) as u64))
    }

    /// Add to local time to get the server's present. `None` before the first answer.
    pub fn server_offset(&self) -> Option<i64> {
        self.offset
    }

    /// Packets sent so far.
    pub fn sent_count(&self) -> u64 {
        self.sent_count
    }

    /// Packets numbered `from` or more that were sent before local time `before`.
    pub fn sent_since(&self, from: u64, before: i64) -> u64 {
        self.sent.iter().rev().take_while(|sent| sent.number >= from).filter(|sent| sent.at < before).count() as u64
    }

    /// Times that a clock was found to have stepped.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Pongs that answered nothing we remember, or took impossibly long.
    pub fn refused(&self) -> u64 {
        self.refused
    }
}

/// A gap between snapshots in which a clock may have stepped and bounds may have aged out of [`SPAN`].
const SILENCE: Duration = Duration::from_millis(250);

/// What a lower bound of then is worth now.
fn aged((then, lower): (i64, i64), now: i64) -> i64 {
    let age = i128::from(now.saturating_sub(then).max(0));
    lower.saturating_sub((age * i128::from(DRIFT_PPM_MAX) / 1_000_000) as i64)
}

/// Bounds may contradict each other by so much without proving anything: stamps are rounded to microseconds, on both ends.
const TOLERANCE: i64 = 20_000;
