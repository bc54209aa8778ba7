//! Two machines with clocks of their own and a wire between them, on virtual time: a client's [`Clocks`] against a model of
//! the server's side of it.
//!
//! True time is the server machine's monotonic clock, nanoseconds. The client's clock has its own epoch and drift, and can
//! stand still. Nothing here waits; only frames and ticks happen, packets are handed over with their true arrival.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;
use tickshot_shared::clock::clocks::Clocks;
use tickshot_shared::clock::sync::Timing;
use tickshot_shared::clock::{ServerTime, local_nanos};
use tickshot_shared::modes::Others;
use tickshot_shared::rng::Rng;
use tickshot_shared::tick::{Tick, TickRate};

pub(crate) const MS: i64 = 1_000_000;
pub(crate) const S: i64 = 1_000_000_000;

/// One direction of the wire.
#[derive(Clone, Copy)]
pub(crate) struct Way {
    pub(crate) delay: i64,
    /// Uniform, +- so many nanoseconds; order is kept.
    pub(crate) jitter: i64,
    pub(crate) loss_per_mille: u32,
    /// Gilbert and Elliott: chances per mille to enter and to leave a state in which every packet is lost.
    pub(crate) burst: Option<(u32, u32)>,
    pub(crate) duplicate_per_mille: u32,
    /// So many packets in a thousand are overtaken: they come 30 ms later than the others.
    pub(crate) reorder_per_mille: u32,
    pub(crate) cut: bool,
}

impl Way {
    pub(crate) fn ms(delay_ms: i64) -> Way {
        Way {
            delay: delay_ms * MS,
            jitter: 0,
            loss_per_mille: 0,
            burst: None,
            duplicate_per_mille: 0,
            reorder_per_mille: 0,
            cut: false,
        }
    }

    pub(crate) fn jitter_ms(self, jitter_ms: i64) -> Way {
        Way { jitter: jitter_ms * MS, ..self }
    }

    pub(crate) fn loss(self, loss_per_mille: u32) -> Way {
        Way { loss_per_mille, ..self }
    }
}

struct Wire<T> {
    way: Way,
    rng: Rng,
    in_burst: bool,
    latest: i64,
    held_until: i64,
    /// By arrival.
    flying: Vec<(i64, T)>,
    sent: u64,
    lost: u64,
}

impl<T: Clone> Wire<T> {
    fn new(way: Way, rng: Rng) -> Wire<T> {
        Wire { way, rng, in_burst: false, latest: 0, held_until: 0, flying: Vec::new(), sent: 0, lost: 0 }
    }

    fn send(&mut self, t: i64, packet: T) {
        self.sent += 1;
        if let Some((enter, leave)) = self.way.burst {
            let change = if self.in_burst { leave } else { enter };
            self.in_burst ^= self.rng.chance(change, 1000);
        }
        let burst = self.way.burst.is_some() && self.in_burst;
        if self.way.cut || burst || self.rng.chance(self.way.loss_per_mille, 1000) {
            self.lost += 1;
            return;
        }
        let spread = if self.way.jitter > 0 { i64::from(self.rng.below((2 * self.way.jitter) as u32)) } else { 0 };
        let arrives = t + (self.way.delay - self.way.jitter + spread).max(0);
        if self.rng.chance(self.way.reorder_per_mille, 1000) {
            return self.flying.push((arrives + 30 * MS, packet));
        }
        self.latest = self.latest.max(arrives).max(self.held_until);
        if self.rng.chance(self.way.duplicate_per_mille, 1000) {
            self.flying.push((self.latest + 5 * MS, packet.clone()));
        }
        self.flying.push((self.latest, packet));
    }

    fn receive(&mut self, t: i64) -> Vec<(i64, T)> {
        let mut here: Vec<_> = Vec::new();
        self.flying.retain(|(arrives, packet)| {
            if *arrives <= t {
                here.push((*arrives, packet.clone()));
            }
            *arrives > t
        });
        here.sort_by_key(|(arrives, _)| *arrives);
        here
    }
}

/// An input packet: its inputs' ticks (none in a probe) and its stamp.
#[derive(Clone)]
struct Up {
    ticks: Vec<Tick>,
    ping: u32,
}

/// What the rig is made of.
#[derive(Clone, Copy)]
pub(crate) struct Setup {
    pub(crate) hz: u32,
    pub(crate) every: u32,
    pub(crate) fps: u32,
    pub(crate) up: Way,
    pub(crate) down: Way,
    pub(crate) drift_ppm: i64,
    pub(crate) others: Others,
    pub(crate) seed: u64,
}

impl Setup {
    pub(crate) fn both(way: Way, seed: u64) -> Setup {
        Setup { hz: 64, every: 1, fps: 60, up: way, down: way, drift_ppm: 0, others: Others::default(), seed }
    }
}

/// One client and one server.
pub(crate) struct Rig {
    pub(crate) setup: Setup,
    pub(crate) rate: TickRate,
    pub(crate) t: i64,
    pub(crate) clocks: Clocks,
    up: Wire<Up>,
    down: Wire<Timing>,
    // The server.
    epoch: i64,
    next_tick: u32,
    frozen_until: i64,
    first_copies: BTreeMap<Tick, i64>,
    began: bool,
    received: u8,
    pings: VecDeque<u32>,
    pub(crate) starved: u64,
    pub(crate) stepped: u64,
    ping: Option<(u32, i64)>,
    // The client.
    next_frame: i64,
    asleep: i64,
    newest: Option<Tick>,
    seen: Vec<Tick>,
    recent: VecDeque<Tick>,
    next_probe: i64,
    pub(crate) frames: u64,
    pub(crate) frames_unsurrounded: u64,
    last_display: i64,
    pub(crate) checks: Checks,
}

/// What is collected frame by frame since [`Rig::measure`].
#[derive(Clone, Default)]
pub(crate) struct Checks {
    pub(crate) errors_ns: Vec<i64>,
    pub(crate) leads_ns: Vec<i64>,
    pub(crate) delays_ns: Vec<i64>,
}

impl Checks {
    pub(crate) fn worst_error_ms(&self) -> f64 {
        self.errors_ns.iter().map(|e| e.abs()).max().unwrap_or(i64::MAX) as f64 / 1e6
    }

    pub(crate) fn mean_ms(values: &[i64]) -> f64 {
        values.iter().sum::<i64>() as f64 / values.len().max(1) as f64 / 1e6
    }
}

impl Rig {
    pub(crate) fn new(setup: Setup) -> Rig {
        println!("seed {}", setup.seed);
        let rate = TickRate::new(setup.hz).unwrap();
        Rig {
            rate,
            t: 0,
            clocks: Clocks::new(rate, setup.others),
            up: Wire::new(setup.up, Rng::fork(setup.seed, 1)),
            down: Wire::new(setup.down, Rng::fork(setup.seed, 2)),
            // The server has been up for a while, and the client's clock began at another time.
            epoch: -1000 * S,
            next_tick: 1000 * setup.hz,
            frozen_until: 0,
            first_copies: BTreeMap::new(),
            began: false,
            received: 0,
            pings: VecDeque::new(),
            starved: 0,
            stepped: 0,
            ping: None,
            next_frame: 7 * MS,
            asleep: 0,
            newest: None,
            seen: Vec::new(),
            recent: VecDeque::new(),
            next_probe: 0,
            frames: 0,
            frames_unsurrounded: 0,
            last_display: i64::MIN,
            checks: Checks::default(),
            setup,
        }
    }

    /// The client's clock at true time `t`.
    fn local(&self, t: i64) -> Duration {
        let t = t - self.asleep;
        Duration::from_nanos((50 * S + t + t / 1000 * self.setup.drift_ppm / 1000) as u64)
    }

    fn deadline(&self, tick: u32) -> i64 {
        self.epoch + local_nanos(self.rate.time_of(u64::from(tick)))
    }

    pub(crate) fn truth(&self) -> ServerTime {
        ServerTime(self.t - self.epoch)
    }

    pub(crate) fn set_ways(&mut self, up: Way, down: Way) {
        (self.up.way, self.down.way) = (up, down);
    }

    pub(crate) fn cut(&mut self, cut: bool) {
        (self.up.way.cut, self.down.way.cut) = (cut, cut);
    }

    /// The wire holds everything, both ways, and then delivers it at once.
    pub(crate) fn hold(&mut self, ns: i64) {
        (self.up.held_until, self.down.held_until) = (self.t + ns, self.t + ns);
    }

    pub(crate) fn freeze_server(&mut self, ns: i64) {
        self.frozen_until = self.t + ns;
    }

    pub(crate) fn freeze_client(&mut self, ns: i64) {
        self.next_frame = self.t + ns;
    }

    /// The client's machine sleeps: its clock stands still, and what arrives is stamped when it wakes.
    pub(crate) fn suspend_client(&mut self, ns: i64) {
        self.run_ns(0);
        self.asleep += ns;
        let (wake, cut) = (self.t + ns, self.down.way.cut);
        self.next_frame = wake;
        self.down.way.cut = true;
        self.run_until(wake - 1);
        self.down.way.cut = cut;
        self.down.flying.clear();
        self.up.flying.clear();
        self.t = wake;
    }

    /// Forget what was counted so far.
    pub(crate) fn measure(&mut self) {
        self.checks = Checks::default();
        (self.starved, self.stepped, self.frames, self.frames_unsurrounded) = (0, 0, 0, 0);
        (self.up.sent, self.up.lost, self.down.sent, self.down.lost) = (0, 0, 0, 0);
    }

    pub(crate) fn unsurrounded_pct(&self) -> f64 {
        self.frames_unsurrounded as f64 * 100.0 / self.frames.max(1) as f64
    }

    pub(crate) fn run_ms(&mut self, ms: i64) {
        self.run_ns(ms * MS);
    }

    pub(crate) fn run_ns(&mut self, ns: i64) {
        self.run_until(self.t + ns);
    }

    fn run_until(&mut self, end: i64) {
        loop {
            let due = self.deadline(self.next_tick).max(self.frozen_until);
            let next = due.min(self.next_frame);
            if next > end {
                self.t = self.t.max(end);
                return;
            }
            self.t = next;
            if next == due { self.server_tick() } else { self.client_frame() }
        }
    }

    fn server_tick(&mut self) {
        let behind = (self.t - self.deadline(self.next_tick)) / self.rate.tick_nanos() as i64;
        let lost = (behind - 4).max(0);
        self.epoch += local_nanos(self.rate.time_of(lost as u64));
        for (arrived, packet) in self.up.receive(self.t) {
            // A second copy of a packet does not get through the session's replay protection.
            if self.pings.contains(&packet.ping) {
                continue;
            }
            self.pings.push_back(packet.ping);
            if self.pings.len() > 64 {
                self.pings.pop_front();
            }
            self.received = self.received.wrapping_add(1);
            self.ping = Some((packet.ping, arrived));
            for tick in packet.ticks {
                if tick.0 >= self.next_tick && tick.0 < self.next_tick + 128 {
                    self.first_copies.entry(tick).or_insert(arrived);
                }
            }
        }
        let tick = Tick(self.next_tick);
        let copy = self.first_copies.get(&tick).copied();
        self.began |= copy.is_some();
        self.starved += u64::from(self.began && copy.is_none());
        self.total_starved(copy.is_none());
        self.stepped += 1;
        self.next_tick += 1;
        if tick.0.is_multiple_of(self.setup.every) {
            let deadline = self.deadline(tick.0);
            let sixteenth = |ns: i64| (ns * 16).div_euclid(self.rate.tick_nanos() as i64) as i16;
            let sent = self.t + 100_000;
            let timing = Timing {
                tick,
                since_tick_us: if self.ping.is_some() { ((sent - deadline) / 1000) as u32 } else { 0 },
                pong: self.ping.take().map(|(ping, arrived)| (ping, ((sent - arrived) / 1000) as u32)),
                margin_16ths: copy.map(|arrived| sixteenth(deadline - arrived)),
                received: self.received,
                starved: self.seen.len() as u8,
            };
            self.down.send(sent, timing);
        }
    }

    /// `seen` holds the starved ticks of the whole run, which the header counts modulo 256.
    fn total_starved(&mut self, missing: bool) {
        if self.began && missing {
            self.seen.push(Tick(self.next_tick));
        }
    }

    fn client_frame(&mut self) {
        self.next_frame = self.t + S / i64::from(self.setup.fps);
        for (arrived, timing) in self.down.receive(self.t) {
            // A second copy, or one that comes a second late, is no snapshot to the decoder.
            if self.recent.contains(&timing.tick) {
                continue;
            }
            self.recent.push_back(timing.tick);
            if self.recent.len() > 64 {
                self.recent.pop_front();
            }
            let arrived = self.local(arrived);
            self.clocks.handle_snapshot(arrived, &timing);
            self.newest = self.newest.max(Some(timing.tick));
        }
        let now = self.local(self.t);
        self.clocks.update(now);
        self.send_inputs(now);
        self.check();
    }

    fn send_inputs(&mut self, now: Duration) {
        if self.newest.is_none() {
            return;
        }
        let Some((first, count)) = self.clocks.poll_due() else {
            if self.t >= self.next_probe {
                self.next_probe = self.t + 50 * MS;
                let ping = self.clocks.stamp_probe(now);
                self.up.send(self.t, Up { ticks: Vec::new(), ping });
            }
            return;
        };
        if count > 0 {
            let last = first.plus(count - 1);
            let ping = self.clocks.stamp(now, first, last);
            let ticks = (0..8).filter_map(|back| last.checked_minus(back)).collect();
            self.up.send(self.t, Up { ticks, ping });
        }
    }

    fn check(&mut self) {
        let (Some(display), Some(newest)) = (self.clocks.display_now(), self.newest) else { return };
        assert!(display.0 >= self.last_display, "display now went back by {} ns", self.last_display - display.0);
        self.last_display = display.0;
        self.frames += 1;
        self.frames_unsurrounded += u64::from(display > ServerTime::of(newest, self.rate));
        let Some(server) = self.clocks.server_now() else { return };
        self.checks.errors_ns.push(server.0 - self.truth().0);
        self.checks.delays_ns.push(self.truth().0 - display.0);
        if let Some(input) = self.clocks.input_now() {
            self.checks.leads_ns.push(input.0 - self.truth().0);
        }
    }
}
