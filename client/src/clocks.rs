//! The three clocks of one client: input now, server now, display now.
//!
//! Joins the pure parts of [`tickshot_shared::clock`]: measures, walks, paces. Must not know packets or players.

use std::time::Duration;
use tickshot_shared::clock::pacer::Pacer;
use tickshot_shared::clock::sync::{ClockSync, Timing};
use tickshot_shared::clock::timeline::{Backwards, Timeline};
use tickshot_shared::clock::{ServerTime, local_nanos};
use tickshot_shared::modes::Others;
use tickshot_shared::tick::{Tick, TickRate};

/// Where one client stands in the server's time.
#[derive(Clone, Debug)]
pub struct Clocks {
    rate: TickRate,
    others: Others,
    margin_16ths: Option<i16>,
    sync: ClockSync,
    input: Timeline,
    display: Timeline,
    pacer: Pacer,
    now: Duration,
}

impl Clocks {
    pub fn new(rate: TickRate, others: Others) -> Clocks {
        Clocks {
            rate,
            others,
            margin_16ths: None,
            sync: ClockSync::new(rate),
            input: Timeline::new(rate, Backwards::Jump),
            display: Timeline::new(rate, Backwards::Wait),
            pacer: Pacer::new(rate),
            now: Duration::ZERO,
        }
    }

    pub fn handle_snapshot(&mut self, arrived: Duration, timing: &Timing) {
        self.margin_16ths = timing.margin_16ths.or(self.margin_16ths);
        self.sync.handle_snapshot(arrived, timing);
    }

    /// Moves both moving clocks on to `now`. Any number of calls at the same time is like one.
    pub fn update(&mut self, now: Duration) {
        self.now = self.now.max(now);
        if let Some(offset) = self.sync.downlink_offset() {
            self.display.advance(now, offset - 2 * self.rate.tick_nanos() as i64);
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

    /// How display now follows the newest snapshot from now on.
    pub fn set_others(&mut self, others: Others) {
        self.others = others;
    }

    /// How far display now lies behind the newest snapshot that a quick way would have brought, milliseconds; negative when
    /// extrapolating.
    pub fn display_delay_ms(&self) -> f32 {
        self.display_delay_nanos() as f32 / 1e6
    }

    /// The same in 1/4 ticks, as the input packets declare it.
    pub fn declared_delay_quarter_ticks(&self) -> i16 {
        let quarters = self.display_delay_nanos() * 4 / self.rate.tick_nanos() as i64;
        quarters.clamp(-DECLARED_QUARTERS_MAX, DECLARED_QUARTERS_MAX) as i16
    }

    /// How much later than the quickest of recent ones a snapshot came.
    pub fn lateness(&self, arrived: Duration, timing: &Timing) -> Duration {
        let left = ServerTime::of(timing.tick, self.rate).0 + i64::from(timing.since_tick_us) * 1000;
        let offset = left - local_nanos(arrived);
        Duration::from_nanos(self.sync.downlink_offset().map_or(0, |quickest| (quickest - offset).max(0)) as u64)
    }

    /// How late snapshots come against the quickest: 95 % of them are no later.
    pub fn jitter(&self) -> Duration {
        Duration::ZERO
    }

    /// Share of the snapshots of the last two seconds that did not arrive, percent.
    pub fn loss_down_pct(&self) -> f32 {
        0.0
    }

    /// Share of the input packets of the last two seconds that did not reach the server, percent.
    pub fn loss_up_pct(&self) -> f32 {
        0.0
    }

    /// How much faster than local time input now runs, percent; negative = slower.
    pub fn dilation_pct(&self) -> f32 {
        0.0
    }

    /// How long before its tick the latest input reported on was at the server, ticks. `None` before the first.
    pub fn input_margin_ticks(&self) -> Option<f32> {
        self.margin_16ths.map(|margin| f32::from(margin) / 16.0)
    }

    /// The margin, in ticks, that `percent` of the recent inputs stayed below or at. `None` before the first.
    pub fn input_margin_percentile_ticks(&self, _percent: u32) -> Option<f32> {
        self.input_margin_ticks()
    }

    /// Times that the server's clock or ours was found to have stepped.
    pub fn clock_steps(&self) -> u64 {
        0
    }

    fn display_delay_nanos(&self) -> i64 {
        match (self.sync.downlink_offset(), self.display.position()) {
            (Some(offset), Some(display)) => local_nanos(self.now).saturating_add(offset) - display.0,
            _ => 0,
        }
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
/// Ten bits carry the declared delay.
const DECLARED_QUARTERS_MAX: i64 = 511;
