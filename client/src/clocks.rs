//! The three clocks of one client: input now, server now, display now.
//!
//! Joins the pure parts of [`tickshot_shared::clock`]: measures, walks, paces. Must not know packets or players.

use std::time::Duration;
use tickshot_shared::clock::pacer::Pacer;
use tickshot_shared::clock::sync::{ClockSync, Timing};
use tickshot_shared::clock::timeline::{Backwards, Timeline};
use tickshot_shared::clock::{ServerTime, local_nanos};
use tickshot_shared::tick::{Tick, TickRate};

/// Where one client stands in the server's time.
#[derive(Clone, Debug)]
pub struct Clocks {
    rate: TickRate,
    display_delay: i64,
    sync: ClockSync,
    input: Timeline,
    display: Timeline,
    pacer: Pacer,
    now: Duration,
}

impl Clocks {
    /// `display_delay_16ths`: how far display now stays behind the newest snapshot to be expected, in 1/16 tick.
    pub fn new(rate: TickRate, display_delay_16ths: u32) -> Clocks {
        Clocks {
            rate,
            display_delay: rate.tick_nanos() as i64 * i64::from(display_delay_16ths) / 16,
            sync: ClockSync::new(rate),
            input: Timeline::new(rate, Backwards::Jump),
            display: Timeline::new(rate, Backwards::Wait),
            pacer: Pacer::new(rate),
            now: Duration::ZERO,
        }
    }

    pub fn handle_snapshot(&mut self, arrived: Duration, timing: &Timing) {
        self.sync.handle_snapshot(arrived, timing);
    }

    /// Moves both moving clocks on to `now`. Any number of calls at the same time is like one.
    pub fn update(&mut self, now: Duration) {
        self.now = self.now.max(now);
        if let Some(offset) = self.sync.downlink_offset() {
            self.display.advance(now, offset - self.display_delay);
        }
        if let Some(offset) = self.sync.uplink_offset() {
            self.input.advance(now, offset + self.margin_target());
        }
    }

    /// Input ticks that have come due: the first, and how many. `None` until the server's clock is known.
    pub fn poll_due(&mut self) -> Option<(Tick, u32)> {
        self.input.position().map(|position| self.pacer.poll_due(position))
    }

    /// The ping stamp of the packet about to be sent, whose inputs `first_new..=newest` are new.
    pub fn stamp(&mut self, now: Duration, first_new: Tick, newest: Tick) -> u32 {
        let due = self.input.local_nanos_at(ServerTime::of(first_new, self.rate));
        self.sync.note_sent(now, newest, due.unwrap_or_else(|| local_nanos(now)))
    }

    /// The ping stamp of a packet that only asks for the time.
    pub fn stamp_probe(&mut self, now: Duration, tick: Tick) -> u32 {
        self.sync.note_sent(now, tick, local_nanos(now))
    }

    pub fn is_settled(&self) -> bool {
        self.input.position().is_some()
    }

    /// When the next input tick is due, as far as can be told at `now`; never before it.
    pub fn next_due(&self, now: Duration) -> Option<Duration> {
        let next = self.pacer.next()?;
        let local = self.input.local_nanos_at(ServerTime::of(next, self.rate))?;
        Some(now.max(Duration::from_nanos(local.max(0) as u64)))
    }

    pub fn input_now(&self) -> Option<ServerTime> {
        self.input.position()
    }

    pub fn display_now(&self) -> Option<ServerTime> {
        self.display.position()
    }

    pub fn server_now(&self) -> Option<ServerTime> {
        self.sync.server_offset().map(|offset| ServerTime(local_nanos(self.now).saturating_add(offset)))
    }

    pub fn rtt(&self) -> Option<Duration> {
        self.sync.rtt()
    }

    /// Input ticks skipped after stalls; jumps of input now and of display now; pongs refused.
    pub fn counts(&self) -> [u64; 4] {
        [self.pacer.skipped(), self.input.snaps(), self.display.snaps(), self.sync.refused()]
    }

    /// What the smallest recent input margin is held at: one lost packet (its inputs come again a tick later), and half
    /// a tick for jitter that the last second did not show.
    fn margin_target(&self) -> i64 {
        self.rate.tick_nanos() as i64 * 3 / 2 + MARGIN_ALLOWANCE.as_nanos() as i64
    }
}

/// Beyond one and a half ticks: the server reports margins in 1/16 tick, rounded.
const MARGIN_ALLOWANCE: Duration = Duration::from_millis(1);
