//! The three clocks of one client: input now, server now, display now.
//!
//! Joins the parts of [`super`]: measures, walks, paces. Must not know packets or players.

use super::arrivals::Arrivals;
use super::display::{DisplayClock, Lines};
use super::lead::InputLead;
use super::loss::Loss;
use super::pacer::Pacer;
use super::sync::{Answered, ClockSync, Timing};
use super::timeline::{Backwards, Timeline};
use super::{ServerTime, local_nanos};
use crate::modes::Others;
use crate::tick::{Tick, TickRate};
use std::time::Duration;

/// Inputs are produced for so long without a snapshot; then input now waits. A server that stood still and lost the time
/// would otherwise find all those inputs filed for ticks that are yet to come, and play them.
pub const BLIND_INPUT_MAX: Duration = Duration::from_millis(500);

/// Where one client stands in the server's time.
#[derive(Clone, Debug)]
pub struct Clocks {
    rate: TickRate,
    sync: ClockSync,
    lead: InputLead,
    arrivals: Arrivals,
    input: Timeline,
    display: DisplayClock,
    pacer: Pacer,
    /// Loss on the way up, and the latest answer it was counted to: packet number, the server's count.
    loss_up: Loss,
    answered: Option<(u64, u8)>,
    now: Duration,
    /// When input ticks were looked for the last time, and before that.
    polled: [Option<Duration>; 2],
}

impl Clocks {
    pub fn new(rate: TickRate, others: Others) -> Clocks {
        Clocks {
            rate,
            sync: ClockSync::new(rate),
            lead: InputLead::new(rate),
            arrivals: Arrivals::new(rate),
            input: Timeline::new(rate, Backwards::Jump),
            display: DisplayClock::new(rate, others),
            pacer: Pacer::new(rate),
            loss_up: Loss::default(),
            answered: None,
            now: Duration::ZERO,
            polled: [None; 2],
        }
    }

    /// Which line display now follows from now on.
    pub fn set_others(&mut self, others: Others) {
        self.display.set_others(others);
    }

    /// A snapshot arrived.
    pub fn handle_snapshot(&mut self, arrived: Duration, timing: &Timing) {
        let seen = self.sync.handle_snapshot(arrived, timing);
        if seen.stepped {
            self.arrivals.forget();
            self.lead.forget();
        }
        self.arrivals.handle_snapshot(arrived, timing.tick);
        if let Some(answered) = seen.answered {
            self.lead.handle_packet(answered.uplink_offset);
            self.count_up(arrived, answered, timing.received);
        }
        self.lead.handle_report(timing.tick, timing.margin_16ths, timing.starved);
    }

    /// Of the packets sent since the last answer so many reached the server.
    fn count_up(&mut self, arrived: Duration, answered: Answered, received: u8) {
        let before = self.answered.map_or(answered.number, |(number, _)| number);
        // Overtaken answers tell nothing new; after 256 packets the server's count is ambiguous.
        let Some(sent) = answered.number.checked_sub(before) else { return };
        if let Some((_, count)) = self.answered.filter(|_| sent < 256) {
            // May be more than were sent: one that was overtaken comes in the next interval.
            let came = u32::from(received.wrapping_sub(count));
            self.loss_up.note(local_nanos(arrived), sent as u32, came);
        }
        self.answered = Some((answered.number, received));
    }

    /// Moves both moving clocks on to `now`. Any number of calls at the same time is like one.
    pub fn update(&mut self, now: Duration) {
        self.now = self.now.max(now);
        let Some(newest) = self.arrivals.newest() else { return };
        if let (Some(quickest), Some(surrounded)) = (self.arrivals.quickest_offset(), self.arrivals.display_offset()) {
            let lines = Lines { quickest, surrounded, present: self.sync.server_offset() };
            self.display.advance(now, &lines, newest);
        }
        let measured = self.lead.offset().map(|offset| offset.min(self.uplink_max()));
        if let Some(offset) = measured.or_else(|| self.guessed_uplink()) {
            self.input.advance_until(now, offset, self.input_limit(newest, offset));
        }
    }

    /// After a step nothing is known of the way up until a packet is answered, and without inputs none is sent: half the
    /// round trip, and two ticks.
    fn guessed_uplink(&self) -> Option<i64> {
        let half = local_nanos(self.sync.rtt()?) / 2;
        Some(self.sync.server_offset()? + half + 2 * self.rate.tick_nanos() as i64)
    }

    /// No way up takes longer than the whole round trip, and unevenness that would be worth waiting for.
    fn uplink_max(&self) -> i64 {
        let present_and_rtt = self.sync.server_offset().zip(self.sync.rtt());
        present_and_rtt.map_or(i64::MAX, |(present, rtt)| present + local_nanos(rtt + UNEVENNESS_MAX))
    }

    /// Where input now waits for a sign of life: [`BLIND_INPUT_MAX`] after the next snapshot was due.
    fn input_limit(&self, newest: Tick, offset: i64) -> ServerTime {
        let Some(usual) = self.arrivals.usual_offset() else { return ServerTime(i64::MAX) };
        let interval = i64::from(self.arrivals.interval_ticks()) * self.rate.tick_nanos() as i64;
        let seen = ServerTime::of(newest, self.rate).0 + interval;
        ServerTime(seen.saturating_add(offset - usual).saturating_add(local_nanos(BLIND_INPUT_MAX)))
    }

    /// Input ticks that have come due: the first, and how many. `None` until the server's clock is known.
    pub fn poll_due(&mut self) -> Option<(Tick, u32)> {
        if self.polled[0] != Some(self.now) {
            self.polled = [Some(self.now), self.polled[0]];
        }
        self.input.position().map(|position| self.pacer.poll_due(position))
    }

    /// The ping stamp of the packet about to be sent, whose inputs `first_new..=newest` are new.
    pub fn stamp(&mut self, now: Duration, first_new: Tick, newest: Tick) -> u32 {
        let due = |tick| self.input.local_nanos_at(ServerTime::of(tick, self.rate)).unwrap_or_else(|| local_nanos(now));
        // What was due long before it was last looked for, and was not due then, input now has jumped over: such a tick is
        // late by our own doing and says nothing of the way.
        let looked = local_nanos(self.polled[1].unwrap_or(now));
        let jumped = looked - (local_nanos(now) - looked) / 10;
        for tick in (0..=newest.since(first_new).unwrap_or(0)).map(|n| first_new.plus(n)) {
            if due(tick) >= jumped {
                self.lead.note_produced(tick, due(tick));
            }
        }
        self.sync.note_sent(now, due(first_new).max(looked))
    }

    /// The ping stamp of a packet that only asks for the time.
    pub fn stamp_probe(&mut self, now: Duration) -> u32 {
        // An input would have waited for this frame since the one before, at worst.
        let waited = now.saturating_sub(self.polled[1].unwrap_or(now)).min(FRAME_MAX);
        self.sync.note_sent(now, local_nanos(now) - local_nanos(waited))
    }

    pub fn is_settled(&self) -> bool {
        self.input.position().is_some()
    }

    /// When the next input tick is due, as far as can be told at `now`; never before it.
    pub fn next_due(&self, now: Duration) -> Option<Duration> {
        let next = self.pacer.next()?;
        let local = self.input.local_nanos_at(ServerTime::of(next, self.rate))?;
        let due = Duration::from_nanos(local.max(0) as u64);
        // A clock that waits gets no nearer, however often it is looked at.
        Some(now.max(if self.input.stands() { due.max(now + WAITING_LOOK) } else { due }))
    }

    pub fn input_now(&self) -> Option<ServerTime> {
        self.input.position()
    }

    pub fn display_now(&self) -> Option<ServerTime> {
        self.display.now()
    }

    pub fn server_now(&self) -> Option<ServerTime> {
        self.sync.server_offset().map(|offset| ServerTime(local_nanos(self.now).saturating_add(offset)))
    }

    pub fn rtt(&self) -> Option<Duration> {
        self.sync.rtt()
    }

    /// How far display now lies behind the newest snapshot that the quickest way would have brought, milliseconds; negative
    /// when extrapolating.
    pub fn display_delay_ms(&self) -> f32 {
        self.display_delay_nanos() as f32 / 1e6
    }

    fn display_delay_nanos(&self) -> i64 {
        match (self.arrivals.quickest_offset(), self.display.now()) {
            (Some(offset), Some(display)) => local_nanos(self.now).saturating_add(offset) - display.0,
            _ => 0,
        }
    }

    /// How much later than the quickest of recent ones a snapshot of `tick` came that `arrived` now.
    pub fn lateness(&self, arrived: Duration, tick: Tick) -> Duration {
        let offset = ServerTime::of(tick, self.rate).0 - local_nanos(arrived);
        let late = self.arrivals.quickest_offset().map_or(0, |quickest| (quickest - offset).max(0));
        Duration::from_nanos(late as u64)
    }

    /// How late snapshots come against the quickest: 95 % of them are no later. Zero before the first.
    pub fn jitter(&self) -> Duration {
        self.arrivals.jitter().unwrap_or_default()
    }

    /// Share of the snapshots of the last two seconds that did not arrive, percent. Those that were overtaken did.
    pub fn loss_down_pct(&self) -> f32 {
        self.arrivals.loss_pct(self.now)
    }

    /// Share of the input packets of the last two seconds that did not reach the server, percent.
    pub fn loss_up_pct(&self) -> f32 {
        let Some((number, _)) = self.answered else { return 0.0 };
        let interval = self.rate.tick_duration() * self.arrivals.interval_ticks();
        let patience = 2 * (self.rtt().unwrap_or_default() + interval) + UNANSWERED;
        let unanswered = self.sync.sent_since(number + 1, local_nanos(self.now.saturating_sub(patience)));
        self.loss_up.pct(local_nanos(self.now), unanswered as u32)
    }

    /// Ticks from one snapshot to the next, as the server seems to send them.
    pub fn snapshot_interval_ticks(&self) -> u32 {
        self.arrivals.interval_ticks()
    }

    /// How much faster than local time input now runs, percent; negative = slower, 0 when it jumps or waits.
    pub fn dilation_pct(&self) -> f32 {
        self.input.dilation_pct()
    }

    /// How long before its tick the latest input reported on was at the server, ticks. `None` before the first.
    pub fn input_margin_ticks(&self) -> Option<f32> {
        self.lead.margin_16ths().map(|margin| f32::from(margin) / 16.0)
    }

    /// The margin, in ticks, that `per_mille` of the inputs of the last 1,024 ticks had at most. `None` before the first.
    pub fn input_margin_per_mille_ticks(&self, per_mille: usize) -> Option<f32> {
        self.lead.margin_per_mille(per_mille).map(|margin| margin as f32 / 16.0)
    }

    /// Times that the server's clock or ours was found to have stepped.
    pub fn clock_steps(&self) -> u64 {
        self.sync.steps()
    }

    /// Input ticks skipped after stalls; jumps of input now and of display now; pongs refused.
    pub fn counts(&self) -> [u64; 4] {
        [self.pacer.skipped(), self.input.snaps(), self.display.snaps(), self.sync.refused()]
    }
}

/// Beyond the shortest round trip no input is sent earlier than this.
const UNEVENNESS_MAX: Duration = Duration::from_millis(500);
/// Longest frame believed to be usual.
const FRAME_MAX: Duration = Duration::from_millis(50);
/// How often to look again while input now waits.
const WAITING_LOOK: Duration = Duration::from_millis(5);
/// Packets unanswered for this long, beyond two round trips and a snapshot interval, are missing.
const UNANSWERED: Duration = Duration::from_millis(100);
