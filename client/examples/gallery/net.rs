//! A made-up network for the gallery: snapshots that come late, in clumps or never, clocks that run, and what follows.
//!
//! It obeys the link and the modes of [`Switches`], so that every panel can be tried without a server; it is a picture of
//! a network, not a model of one.

use bevy::prelude::Vec2;
use std::collections::VecDeque;
use tickshot_client::view::{FREEZE_MS, NetNews, NetView, Switches};
use tickshot_shared::link::presets;
use tickshot_shared::link::profile::{Distribution, LinkSettings, Loss, Profile};
use tickshot_shared::modes::{Delay, Others, Prediction};
use tickshot_shared::rng::Rng;

/// Bodies of one tick, by slot; `None` while dead.
pub(crate) type Poses = Vec<Option<(Vec2, f32)>>;

/// What one client would know of the match.
pub(crate) struct Net {
    rng: Rng,
    now_s: f64,
    next_tick: u32,
    /// Snapshots on the way: tick and time of arrival.
    on_the_way: VecDeque<(u32, f64)>,
    newest: u32,
    /// Poses by tick, the last one is the present.
    past: VecDeque<Poses>,
    last_switches: Option<Switches>,
    frozen_until_s: f64,
    in_burst: bool,
    arrived_late: VecDeque<f32>,
    sent: u32,
    lost: u32,
    loss_down_pct: f32,
    display_delay_ticks: f64,
    corrections: u64,
    starved: u64,
    margin_ms: f32,
    next_knock_s: f64,
    /// How far the own body is from the truth without reconciliation, metres.
    pub(crate) drift: Vec2,
}

impl Net {
    pub(crate) fn new() -> Net {
        Net {
            rng: Rng::fork(11, 3),
            now_s: 0.0,
            next_tick: FIRST_TICK,
            on_the_way: VecDeque::new(),
            newest: FIRST_TICK,
            past: VecDeque::new(),
            last_switches: None,
            frozen_until_s: 0.0,
            in_burst: false,
            arrived_late: VecDeque::new(),
            sent: 0,
            lost: 0,
            loss_down_pct: 0.0,
            display_delay_ticks: 3.0,
            corrections: 0,
            starved: 0,
            margin_ms: 8.0,
            next_knock_s: 5.0,
            drift: Vec2::ZERO,
        }
    }

    /// Lets `dt_s` pass, in which the bodies came to be at `present`.
    pub(crate) fn advance(&mut self, dt_s: f64, present: &Poses, switches: &Switches, news: &mut Vec<NetNews>) {
        self.now_s += dt_s;
        self.follow_switches(switches, news);
        while f64::from(self.next_tick - FIRST_TICK) / RATE <= self.now_s {
            self.past.push_back(present.clone());
            if self.past.len() > PAST_TICKS {
                self.past.pop_front();
            }
            if self.next_tick.is_multiple_of(u32::from(switches.modes.snapshot_every)) {
                self.send(self.next_tick, switches);
            }
            self.input(switches, news);
            self.next_tick += 1;
        }
        self.receive(news);
        self.knock(switches, news);
        self.settle_delay(dt_s, switches);
    }

    fn follow_switches(&mut self, switches: &Switches, news: &mut Vec<NetNews>) {
        let at_s = self.now_s;
        if let Some(last) = self.last_switches {
            if last.link != switches.link {
                news.push(NetNews::Switched { at_s, what: link_name(&switches.link) });
            }
            let (now, then) = (switches.modes.to_string(), last.modes.to_string());
            for (now, _) in now.split(',').zip(then.split(',')).filter(|(now, then)| now != then) {
                news.push(NetNews::Switched { at_s, what: now.to_owned() });
            }
            if last.freezes != switches.freezes {
                self.frozen_until_s = at_s + f64::from(FREEZE_MS) / 1000.0;
                news.push(NetNews::Switched { at_s, what: "freeze 2 s".into() });
            }
        }
        self.last_switches = Some(*switches);
    }

    fn send(&mut self, tick: u32, switches: &Switches) {
        self.sent += 1;
        if self.loses(&switches.link.down) {
            self.lost += 1;
            return;
        }
        let way_s = f64::from(self.way_ms(&switches.link.down)) / 1000.0;
        let at_s = (f64::from(tick - FIRST_TICK) / RATE + way_s).max(self.frozen_until_s);
        // Order is kept.
        let at_s = self.on_the_way.back().map_or(at_s, |(_, before)| at_s.max(*before));
        self.on_the_way.push_back((tick, at_s));
    }

    fn input(&mut self, switches: &Switches, news: &mut Vec<NetNews>) {
        let base_ms = OWN_WAY_MS as f32 + switches.link.up.delay_us as f32 / 1000.0;
        let noise = self.way_ms(&switches.link.up) - base_ms;
        let spread = switches.link.up.jitter_us as f32 / 1000.0;
        self.margin_ms = 6.0 + 1.6 * spread - noise;
        let losses_in_a_row = (0..switches.modes.redundancy).take_while(|_| self.loses(&switches.link.up)).count();
        self.margin_ms -= losses_in_a_row as f32 * 15.6;
        if self.margin_ms < 0.0 {
            self.starved += 1;
            news.push(NetNews::Starved { at_s: self.now_s, ticks: 1 });
            if self.rng.below(3) == 0 {
                let mm = 20.0 + self.rng.below(90) as f32;
                self.correct("late_input", mm, switches, news);
            }
        }
    }

    fn receive(&mut self, news: &mut Vec<NetNews>) {
        while let Some((tick, at_s)) = self.on_the_way.front().copied().filter(|(_, at_s)| *at_s <= self.now_s) {
            self.on_the_way.pop_front();
            let every = self.last_switches.map_or(1, |switches| u32::from(switches.modes.snapshot_every));
            let late_ms = ((at_s - f64::from(tick - FIRST_TICK) / RATE) * 1000.0) as f32 - self.quickest_ms();
            news.push(NetNews::Snapshot { at_s, tick, late_ms: late_ms.max(0.0) });
            if tick > self.newest + every {
                news.push(NetNews::Gap { at_s, ticks: (tick - self.newest) / every - 1 });
            }
            self.newest = self.newest.max(tick);
            self.arrived_late.push_back(late_ms);
            if self.arrived_late.len() > 256 {
                self.arrived_late.pop_front();
            }
        }
        if self.sent >= 128 {
            self.loss_down_pct = 100.0 * self.lost as f32 / self.sent as f32;
            (self.sent, self.lost) = (0, 0);
        }
    }

    fn knock(&mut self, switches: &Switches, news: &mut Vec<NetNews>) {
        if self.now_s > self.next_knock_s {
            self.next_knock_s = self.now_s + 3.0 + f64::from(self.rng.below(5000)) / 1000.0;
            let mm = 60.0 + self.rng.below(120) as f32;
            self.correct("knock_back", mm, switches, news);
        }
    }

    fn correct(&mut self, reason: &'static str, mm: f32, switches: &Switches, news: &mut Vec<NetNews>) {
        let way = Vec2::from_angle(self.rng.below(628) as f32 / 100.0) * mm / 1000.0;
        self.drift += way;
        match switches.modes.prediction {
            Prediction::Off | Prediction::Unreconciled => {}
            _ => {
                self.corrections += 1;
                self.drift = Vec2::ZERO;
                news.push(NetNews::Correction { at_s: self.now_s, reason, mm });
            }
        }
    }

    /// Display delay glides to what is wanted.
    fn settle_delay(&mut self, dt_s: f64, switches: &Switches) {
        let way_ticks = f64::from(self.quickest_ms()) / 1000.0 * RATE;
        let wanted = match switches.modes.others {
            Others::Newest => self.server_now() - f64::from(self.newest),
            Others::Interpolate(Delay::Adaptive) => {
                way_ticks
                    + f64::from(switches.modes.snapshot_every)
                    + 0.25
                    + f64::from(self.worst_late_ms()) / 1000.0 * RATE
            }
            Others::Interpolate(Delay::FixedMs(ms)) => way_ticks + f64::from(ms) / 1000.0 * RATE,
            Others::Extrapolate => 0.0,
        };
        let step = match switches.modes.others {
            Others::Interpolate(_) => 0.05 * RATE * dt_s * 6.0,
            _ => f64::MAX,
        };
        self.display_delay_ticks += (wanted - self.display_delay_ticks).clamp(-step, step);
    }

    pub(crate) fn server_now(&self) -> f64 {
        f64::from(FIRST_TICK) + self.now_s * RATE
    }

    pub(crate) fn display_now(&self) -> f64 {
        self.server_now() - self.display_delay_ticks
    }

    pub(crate) fn newest(&self) -> f64 {
        f64::from(self.newest)
    }

    pub(crate) fn now_s(&self) -> f64 {
        self.now_s
    }

    /// How many ticks the inputs are ahead of the server.
    pub(crate) fn lead_ticks(&self) -> f64 {
        let up = self
            .last_switches
            .map_or(0.0, |switches| f64::from(switches.link.up.delay_us + switches.link.up.jitter_us));
        1.2 + (up / 1e6 + OWN_WAY_MS / 1000.0) * RATE
    }

    /// Where a body was at `tick`; beyond the present, straight on.
    pub(crate) fn pose(&self, slot: usize, tick: f64) -> Option<(Vec2, f32)> {
        let present = self.next_tick.checked_sub(1)?;
        let back = f64::from(present) - tick;
        let index = (self.past.len() as f64 - 1.0 - back).max(0.0);
        let (a, b) = (index.floor() as usize, (index.floor() as usize + 1).min(self.past.len().saturating_sub(1)));
        let (from, to) = ((*self.past.get(a)?.get(slot)?)?, (*self.past.get(b)?.get(slot)?)?);
        Some((from.0.lerp(to.0, index.fract() as f32), to.1))
    }

    /// A guess at `tick` from what the newest snapshot told.
    pub(crate) fn guess(&self, slot: usize, tick: f64) -> Option<(Vec2, f32)> {
        let (at, aim) = self.pose(slot, self.newest())?;
        let before = self.pose(slot, self.newest() - 2.0)?.0;
        let ahead = (tick - self.newest()).clamp(0.0, 16.0) as f32;
        let velocity = (at - before) * 0.5;
        // A respawn is no velocity.
        Some((if velocity.length() > 0.3 { at } else { at + velocity * ahead }, aim))
    }

    pub(crate) fn view(&self) -> NetView {
        let link = self.last_switches.unwrap_or_default().link;
        let wobble = (self.now_s * 1.7).sin() as f32 * 0.4;
        let jitter_ms = self.worst_late_ms();
        let every = self.last_switches.map_or(1, |switches| switches.modes.snapshot_every);
        NetView {
            rtt_ms: 2.0 * OWN_WAY_MS as f32
                + (link.up.delay_us + link.down.delay_us) as f32 / 1000.0
                + wobble
                + jitter_ms * 0.3,
            tick_rate: RATE as u32,
            input_lead_ticks: self.lead_ticks() as f32,
            display_delay_ms: (self.display_delay_ticks * 1000.0 / RATE) as f32,
            corrections: self.corrections,
            starved_frames_pct: 0.0,
            now_s: self.now_s,
            input_now: Some(self.server_now() + self.lead_ticks()),
            server_now: Some(self.server_now()),
            display_now: Some(self.display_now()),
            newest_snapshot: Some(self.newest()),
            jitter_ms,
            loss_up_pct: mean_loss(&link.up) * (0.9 + 0.1 * wobble),
            loss_down_pct: self.loss_down_pct,
            input_margin_ms: self.margin_ms,
            dilation_pct: wobble,
            server_starved_ticks: self.starved,
            in_kb_s: 6.9 / f32::from(every) + wobble * 0.3,
            out_kb_s: 3.1
                + 0.15 * self.last_switches.map_or(8.0, |switches| f32::from(switches.modes.redundancy))
                + wobble * 0.1,
        }
    }

    fn quickest_ms(&self) -> f32 {
        OWN_WAY_MS as f32 + self.last_switches.map_or(0.0, |switches| switches.link.down.delay_us as f32 / 1000.0)
    }

    fn worst_late_ms(&self) -> f32 {
        let mut late: Vec<f32> = self.arrived_late.iter().copied().collect();
        late.sort_by(f32::total_cmp);
        late.get(late.len() * 95 / 100).copied().unwrap_or(0.0).max(0.0)
    }

    fn way_ms(&mut self, profile: &Profile) -> f32 {
        let unit = |rng: &mut Rng| rng.below(10_000) as f32 / 10_000.0;
        let jitter = profile.jitter_us as f32 / 1000.0;
        let spread = match profile.distribution {
            Distribution::Uniform => jitter * unit(&mut self.rng),
            Distribution::Normal => {
                jitter * (unit(&mut self.rng) + unit(&mut self.rng) + unit(&mut self.rng) - 0.5).max(0.0)
            }
            Distribution::Skewed => jitter * -(1.0 - unit(&mut self.rng)).max(1e-3).ln(),
        };
        OWN_WAY_MS as f32 + 0.5 * unit(&mut self.rng) + profile.delay_us as f32 / 1000.0 + spread
    }

    fn loses(&mut self, profile: &Profile) -> bool {
        let chance = self.rng.below(1_000_000);
        match profile.loss {
            Loss::Random { ppm } => chance < ppm,
            Loss::Bursts { to_bad_ppm, to_good_ppm, loss_good_ppm, loss_bad_ppm } => {
                let turns = self.rng.below(1_000_000) < if self.in_burst { to_good_ppm } else { to_bad_ppm };
                self.in_burst ^= turns;
                chance < if self.in_burst { loss_bad_ppm } else { loss_good_ppm }
            }
        }
    }
}

fn link_name(link: &LinkSettings) -> String {
    presets::of(link).map_or_else(|| format!("link {link}"), |preset| format!("link {}", preset.name))
}

fn mean_loss(profile: &Profile) -> f32 {
    match profile.loss {
        Loss::Random { ppm } => ppm as f32 / 10_000.0,
        Loss::Bursts { to_bad_ppm, to_good_ppm, loss_bad_ppm, .. } => {
            to_bad_ppm as f32 / (to_bad_ppm + to_good_ppm).max(1) as f32 * loss_bad_ppm as f32 / 10_000.0
        }
    }
}

const RATE: f64 = 64.0;
const FIRST_TICK: u32 = 4_000;
const PAST_TICKS: usize = 256;
/// One way of the network that is really there, ms.
const OWN_WAY_MS: f64 = 6.0;
