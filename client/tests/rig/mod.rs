//! A match on virtual time: the real server core and real client cores, joined by links that delay and lose what they are
//! told to. No sockets, no sleeping, every draw from one seed.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part of the rig")]

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;
use tickshot_client::core::{ClientCore, CoreConfig, Outbox};
use tickshot_client::view::{Controls, Effect, ViewModel};
use tickshot_server::core::{MatchRules, MatchSetup, ServerCore, Wish};
use tickshot_server::maps;
use tickshot_shared::protocol::version::protocol_version;
use tickshot_shared::rng::Rng;
use tickshot_shared::sim::bot::Bot;
use tickshot_shared::sim::input::Buttons;
use tickshot_shared::sim::pose::Pose;
use tickshot_shared::sim::world::{Player, Slot};
use tickshot_shared::tick::{Tick, TickRate};

pub struct Rig {
    /// Microseconds since the start, on the server's clock.
    pub now_us: u64,
    pub server: ServerCore,
    pub peers: Vec<Peer>,
    /// Every state the server ever had.
    pub states: BTreeMap<Tick, Vec<Option<Player>>>,
    seed: u64,
}

pub struct Peer {
    pub id: u64,
    pub core: ClientCore,
    pub view: ViewModel,
    pub up: Link,
    pub down: Link,
    /// Reliable, ordered, as late as the hot lane.
    control_up: Link,
    control_down: Link,
    pub skew_ppm: i64,
    pub frame_us: u64,
    next_frame: u64,
    bot: Option<Bot>,
    seed: u64,
    /// Steers instead of the bot.
    pub steer: Option<Controls>,
    pub effects: Vec<Effect>,
    /// Display now never went back; drawn bodies were always blends of states the server had.
    last_display: i64,
    pub frames: u64,
}

/// One direction of a wire.
pub struct Link {
    pub delay_us: u64,
    pub jitter_us: u32,
    pub loss_pct: u32,
    /// Lose everything while set.
    pub cut: bool,
    rng: Rng,
    queue: VecDeque<(u64, Vec<u8>)>,
}

impl Link {
    fn new(delay_us: u64, seed: u64) -> Link {
        Link { delay_us, jitter_us: 0, loss_pct: 0, cut: false, rng: Rng::new(seed), queue: VecDeque::new() }
    }

    fn send(&mut self, now: u64, bytes: Vec<u8>) {
        if self.cut || self.rng.chance(self.loss_pct, 100) {
            return;
        }
        let late = if self.jitter_us > 0 { u64::from(self.rng.below(self.jitter_us)) } else { 0 };
        self.queue.push_back((now + self.delay_us + late, bytes));
    }

    /// What has arrived by `now`, by time of arrival: jitter reorders.
    fn deliver(&mut self, now: u64) -> Vec<(u64, Vec<u8>)> {
        let mut arrived: Vec<_> = self.queue.iter().filter(|(at, _)| *at <= now).cloned().collect();
        self.queue.retain(|(at, _)| *at > now);
        arrived.sort_by_key(|(at, _)| *at);
        arrived
    }
}

impl Rig {
    /// An empty match on the built-in map `map`.
    pub fn new(map: &str, seed: u64) -> Rig {
        eprintln!("seed {seed}");
        let setup = MatchSetup {
            server_name: "rig".to_owned(),
            map: maps::load(map).expect("the map is built in"),
            capacity: 16,
            rate: TickRate::default(),
            seed,
            bots: 0,
            rules: MatchRules::default(),
        };
        let server = ServerCore::new(setup, Duration::ZERO);
        Rig { now_us: 0, server, peers: Vec::new(), states: BTreeMap::new(), seed }
    }

    /// A bot client connects; each way takes `one_way_ms`.
    pub fn join(&mut self, one_way_ms: u64) -> usize {
        let index = self.peers.len();
        let seed = Rng::fork(self.seed, index as u64).next_u64();
        let link = |n: u64| Link::new(one_way_ms * 1000, seed ^ n);
        let peer = Peer {
            id: index as u64 + 1,
            core: ClientCore::new(CoreConfig::default()),
            view: ViewModel::default(),
            up: link(1),
            down: link(2),
            control_up: link(3),
            control_down: link(4),
            skew_ppm: 0,
            frame_us: 4000,
            next_frame: self.now_us,
            bot: None,
            seed,
            steer: None,
            effects: Vec::new(),
            last_display: i64::MIN,
            frames: 0,
        };
        self.server.handle_connected(self.now(), peer.id, protocol_version(), &format!("peer {index}"));
        self.peers.push(peer);
        index
    }

    pub fn now(&self) -> Duration {
        Duration::from_micros(self.now_us)
    }

    pub fn run_ms(&mut self, ms: u64) {
        let end = self.now_us + ms * 1000;
        while self.now_us < end {
            self.now_us += STEP_US;
            self.serve();
            for peer in &mut self.peers {
                peer.run(self.now_us, &self.states);
            }
        }
    }

    fn serve(&mut self) {
        for peer in &mut self.peers {
            for (at, bytes) in peer.up.deliver(self.now_us) {
                _ = self.server.handle_hot(peer.id, Duration::from_micros(at), &bytes);
            }
            for (_, bytes) in peer.control_up.deliver(self.now_us) {
                _ = self.server.handle_control(peer.id, &bytes);
            }
        }
        let now = self.now();
        while self.server.deadline(self.server.next_tick()) <= now {
            self.server.step(now);
            self.states.insert(self.server.world().tick, self.server.world().players.clone());
            let (peers, now_us) = (&mut self.peers, self.now_us);
            self.server.encode_snapshots(&|| now, &mut |id, bytes| {
                peers[id as usize - 1].down.send(now_us, bytes.to_vec());
            });
        }
        for wish in self.server.take_wishes() {
            if let Wish::Control { client_id, bytes } = wish {
                self.peers[client_id as usize - 1].control_down.send(self.now_us, bytes);
            }
        }
    }

    /// The server's own state of this peer's player, at `tick`.
    pub fn truth(&self, peer: usize, tick: Tick) -> Option<Player> {
        let (slot, _) = self.peers[peer].core.own()?;
        self.states.get(&tick)?[slot.index()]
    }
}

impl Peer {
    /// This machine's clock: another epoch, another quartz.
    pub fn local(&self, us: u64) -> Duration {
        let nanos = i128::from(us) * 1000 * (1_000_000 + i128::from(self.skew_ppm)) / 1_000_000;
        Duration::from_secs(5000) + Duration::from_nanos(nanos as u64)
    }

    fn run(&mut self, now_us: u64, states: &BTreeMap<Tick, Vec<Option<Player>>>) {
        for (at, bytes) in self.control_down.deliver(now_us) {
            self.core.handle_control(self.local(at), &bytes);
        }
        for (at, bytes) in self.down.deliver(now_us) {
            self.core.handle_hot(self.local(at), &bytes);
        }
        if now_us < self.next_frame {
            return;
        }
        self.next_frame = now_us + self.frame_us;
        let now = self.local(now_us);
        let controls = self.controls();
        let mut out = Outbox::default();
        self.core.advance(now, &controls, &mut out);
        out.hot.into_iter().for_each(|bytes| self.up.send(now_us, bytes));
        out.control.into_iter().for_each(|bytes| self.control_up.send(now_us, bytes));
        self.core.rebuild_view(now, &mut self.view);
        self.effects.extend(self.view.effects.iter().copied());
        self.check_frame(states);
    }

    fn controls(&mut self) -> Controls {
        if let Some(controls) = self.steer {
            return controls;
        }
        let (Some((slot, own)), Some(arena), Some(tick)) = (self.core.own(), self.core.arena(), self.core.input_tick())
        else {
            return Controls::default();
        };
        let bot = self.bot.get_or_insert_with(|| Bot::new(self.seed, slot));
        let input = bot.think(arena, self.core.rate(), tick.plus(1), own, self.core.others());
        Controls { heading: input.heading, aim: input.aim, fire: input.buttons.contains(Buttons::FIRE) }
    }

    /// What must hold in every frame of every test.
    fn check_frame(&mut self, states: &BTreeMap<Tick, Vec<Option<Player>>>) {
        let Some(play) = self.core.play() else { return };
        let Some(display) = play.clocks().display_now() else { return };
        assert!(display.0 >= self.last_display, "display now went back by {} ns", self.last_display - display.0);
        self.last_display = display.0;
        let Some(cursor) = play.cursor() else { return };
        self.frames += 1;
        for (slot, pose) in play.others() {
            let told = |tick: Tick| {
                let entity = play.snapshots().at(tick).and_then(|s| s.entity(*slot)).copied();
                entity.and_then(|entity| states[&entity.told][slot.index()]).map(|player| Pose::of(&player))
            };
            let from = told(cursor.a).expect("a drawn body was told of in snapshot a");
            let expected = told(cursor.b).map_or(from, |to| Pose::blend(from, to, cursor.fraction.into()));
            assert_eq!(*pose, expected, "{slot:?} between {:?} and {:?} at {}", cursor.a, cursor.b, cursor.fraction);
        }
    }

    /// How far this client's idea of the server's present is from the truth, in milliseconds.
    pub fn server_clock_error_ms(&self) -> f64 {
        let play = self.core.play().expect("the match has begun");
        let now = play.clocks().server_now().expect("a pong has come");
        // Clocks were last moved at the latest frame.
        let frame_us = self.next_frame - self.frame_us;
        (now.0 - frame_us as i64 * 1000) as f64 / 1e6
    }
}

/// Virtual time moves in steps of this.
const STEP_US: u64 = 250;

pub fn slot_of(rig: &Rig, peer: usize) -> Slot {
    rig.peers[peer].core.play().expect("welcomed").slot()
}
