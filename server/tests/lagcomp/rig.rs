//! A server core and clients of the tests' own making, tick by tick on virtual time: they speak the wire formats and keep
//! what they drew, so that it can be held against what the server tested.

use glam::IVec2;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;
use tickshot_server::core::{MatchRules, MatchSetup, ServerCore, Wish};
use tickshot_server::maps;
use tickshot_shared::modes::HitCheck;
use tickshot_shared::protocol::ack_lead::AckLead;
use tickshot_shared::protocol::client_msg::{InputPacket, InputRun, encode_inputs};
use tickshot_shared::protocol::control::{ClientControl, ServerControl, decode_control, encode_control};
use tickshot_shared::protocol::evidence::ShotEvidence;
use tickshot_shared::protocol::fields::ExtrapolationTable;
use tickshot_shared::protocol::ring::SnapshotRing;
use tickshot_shared::protocol::server_msg::Snapshot;
use tickshot_shared::protocol::version::protocol_version;
use tickshot_shared::rng::Rng;
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::input::{Buttons, Heading, Input, OwnView, ViewStamp};
use tickshot_shared::sim::pose::{Pose, WHOLE};
use tickshot_shared::sim::weapon::Weapon;
use tickshot_shared::sim::world::Slot;
use tickshot_shared::tick::{Tick, TickRate};

pub(crate) struct Rig {
    pub(crate) core: ServerCore,
    pub(crate) clients: Vec<Client>,
    /// Evidence of all shots so far.
    pub(crate) shots: Vec<ShotEvidence>,
}

pub(crate) struct Client {
    pub(crate) id: u64,
    pub(crate) slot: Slot,
    pub(crate) link: LinkTicks,
    /// How far behind the freshest snapshot it draws, 1/256 tick.
    pub(crate) delay_256ths: i64,
    pub(crate) check: HitCheck,
    pub(crate) lead: AckLead,
    pub(crate) ring: SnapshotRing,
    /// What the server told it on the control lane.
    pub(crate) told: Vec<ServerControl>,
    /// What it drew when it made the input of a tick: the stamp and everyone's pose.
    pub(crate) drawn: BTreeMap<Tick, (ViewStamp, Vec<(Slot, Pose)>)>,
    inputs: VecDeque<Input>,
    down: Vec<(u32, Vec<u8>)>,
    up: Vec<(u32, Vec<u8>)>,
    rng: Rng,
    /// Snapshots that arrived.
    pub(crate) arrived: u64,
}

/// One way, in whole ticks.
#[derive(Clone, Copy, Default)]
pub(crate) struct LinkTicks {
    pub(crate) delay: u32,
    /// 0..=this on top, each packet for itself.
    pub(crate) jitter: u32,
    pub(crate) loss_percent: u32,
    /// Nothing comes down.
    pub(crate) deaf: bool,
}

impl Rig {
    pub(crate) fn new(map: &str, capacity: usize, bots: usize, rules: MatchRules, seed: u64) -> Rig {
        println!("seed {seed}");
        let map = maps::load(map).expect("the map is built in");
        let rate = TickRate::default();
        let setup = MatchSetup { bots, rules, ..MatchSetup::endless(map, capacity, rate, seed) };
        Rig { core: ServerCore::new(setup, Duration::ZERO), clients: Vec::new(), shots: Vec::new() }
    }

    pub(crate) fn join(&mut self, link: LinkTicks) -> usize {
        let index = self.clients.len();
        let id = index as u64 + 1;
        self.core.handle_connected(Duration::ZERO, id, protocol_version(), &format!("client {id}"));
        self.core.handle_control(id, &encode_control(&ClientControl::Ready).unwrap()).unwrap();
        let setup = self.core.setup();
        let (capacity, rate) = (setup.capacity, setup.rate);
        self.clients.push(Client {
            id,
            slot: Slot(0),
            link,
            delay_256ths: 2 * 256,
            check: HitCheck::Exact,
            lead: AckLead::new(),
            ring: SnapshotRing::new(capacity, ExtrapolationTable::of(rate)),
            told: Vec::new(),
            drawn: BTreeMap::new(),
            inputs: VecDeque::new(),
            down: Vec::new(),
            up: Vec::new(),
            rng: Rng::fork(self.core.setup().seed, id),
            arrived: 0,
        });
        self.hear();
        let welcome = |message: &ServerControl| match message {
            ServerControl::Welcome { slot, .. } => Some(*slot),
            _ => None,
        };
        self.clients[index].slot = self.clients[index].told.iter().find_map(welcome).expect("there is room");
        index
    }

    pub(crate) fn say(&mut self, client: usize, message: &ClientControl) {
        self.core.handle_control(self.clients[client].id, &encode_control(message).unwrap()).unwrap();
    }

    /// One tick of the server, and what each client makes of it.
    pub(crate) fn tick(&mut self) {
        self.tick_with(&mut |_, _, _| {});
    }

    /// `touch` may change a client's packet before it is sent: (index, client, packet).
    pub(crate) fn tick_with(&mut self, touch: &mut dyn FnMut(usize, &Client, &mut InputPacket)) {
        let next = self.core.next_tick();
        let now = self.core.deadline(next);
        for client in &mut self.clients {
            for (_, bytes) in client.up.extract_if(.., |(due, _)| *due <= next.0) {
                self.core.handle_hot(client.id, now, &bytes).expect("clients write what can be read");
            }
        }
        self.core.step(now);
        self.shots.extend_from_slice(self.core.shots());
        let mut sent = Vec::new();
        self.core.encode_snapshots(&|| now, &mut |id, bytes| sent.push((id, bytes.to_vec())));
        for (id, bytes) in sent {
            let client = &mut self.clients[id as usize - 1];
            if let Some(wait) = client.link.pass(&mut client.rng).filter(|_| !client.link.deaf) {
                client.down.push((next.0 + wait, bytes));
            }
        }
        self.hear();
        let eyes: Vec<_> = self.clients.iter().map(|c| self.core.world().player(c.slot).map(|p| p.pos)).collect();
        for (index, client) in self.clients.iter_mut().enumerate() {
            client.receive(next);
            if let Some(mut packet) = client.produce(next, eyes[index]) {
                touch(index, client, &mut packet);
                client.send(next, &packet);
            }
        }
    }

    fn hear(&mut self) {
        for wish in self.core.take_wishes() {
            if let Wish::Control { client_id, bytes } = wish {
                self.clients[client_id as usize - 1].told.push(decode_control(&bytes).unwrap());
            }
        }
    }
}

impl LinkTicks {
    fn pass(self, rng: &mut Rng) -> Option<u32> {
        let jitter = rng.below(self.jitter + 1);
        (!rng.chance(self.loss_percent, 100)).then_some(self.delay + jitter)
    }
}

impl Client {
    /// Ticks its inputs run ahead of the server, so that they are there in time.
    fn ahead(&self) -> u32 {
        self.link.delay + self.link.jitter + 1
    }

    fn receive(&mut self, now: Tick) {
        for (_, bytes) in self.down.extract_if(.., |(due, _)| *due <= now.0) {
            self.arrived += u64::from(self.ring.decode(&bytes, Some(self.slot)).is_ok());
        }
    }

    /// The packet of the input that comes due with server tick `now`: walks about, and holds the trigger on somebody drawn.
    fn produce(&mut self, now: Tick, eye: Option<IVec2>) -> Option<InputPacket> {
        let tick = now.plus(self.ahead());
        let (ack, ack_mask) = self.ring.ack();
        self.lead.push(tick, ack?);
        let display = (i64::from(tick.0) - i64::from(self.lead.ticks())) * 256 - self.delay_256ths;
        let weapon = if self.id.is_multiple_of(4) { Weapon::Shotgun } else { Weapon::Rifle };
        let mut input = Input { heading: Heading::new((now.0 / 20 % 9) as u8).unwrap(), weapon, ..Input::default() };
        let from = Tick(tick.0.saturating_sub(2));
        let own = OwnView::Between { from, fraction: self.rng.below(256) as u8, based_on: ack? };
        if let Some((stamp, poses)) = look(&self.ring, display, own, self.check) {
            let near = |(_, pose): &&(Slot, Pose)| (pose.pos - eye.unwrap_or_default()).as_i64vec2().length_squared();
            let target = poses.iter().filter(|(_, pose)| pose.alive).min_by_key(near);
            if let (Some((_, target)), Some(eye)) = (target, eye) {
                input.aim = Turn::of(target.pos - eye);
                (input.buttons, input.view) = (Buttons::FIRE, Some(stamp));
                self.drawn.insert(tick, (stamp, poses));
            }
        }
        self.inputs.push_back(input);
        if self.inputs.len() > 8 {
            self.inputs.pop_front();
        }
        let display_delay = self.lead.declared_delay(tick, display);
        let inputs = InputRun::of(self.inputs.make_contiguous())?;
        Some(InputPacket { newest: tick, inputs, ack, ack_mask, display_delay, ping: None })
    }

    fn send(&mut self, now: Tick, packet: &InputPacket) {
        let mut bytes = Vec::new();
        encode_inputs(packet, &mut bytes);
        // Later repeats carry what was really sent.
        self.inputs = packet.inputs.iter().copied().collect();
        if let Some(wait) = self.link.pass(&mut self.rng) {
            self.up.push((now.0 + 1 + wait, bytes));
        }
    }
}

/// Everyone at display time `display` (1/256 tick): the stamp that says so, and the poses.
pub(crate) fn look(
    ring: &SnapshotRing,
    display: i64,
    own: OwnView,
    check: HitCheck,
) -> Option<(ViewStamp, Vec<(Slot, Pose)>)> {
    let newest = ring.newest()?.header.tick;
    let at = Tick(u32::try_from(display.div_euclid(256)).ok()?).min(newest);
    let a = ring.between(Tick(0), at).next_back()?.header.tick;
    let b = ring.between(a.plus(1), newest).next().map(|s| s.header.tick).filter(|b| b.0 - a.0 <= 63).unwrap_or(a);
    let span = i64::from(b.0 - a.0);
    let fraction = if span == 0 { 0 } else { ((display - i64::from(a.0) * 256) / span).clamp(0, 255) as u16 };
    let stamp = ViewStamp { a, b, fraction, own, check };
    Some((stamp, poses(ring, &stamp)))
}

/// Everyone as a client draws them that shows `stamp`.
pub(crate) fn poses(ring: &SnapshotRing, stamp: &ViewStamp) -> Vec<(Slot, Pose)> {
    let (Some(a), Some(b)) = (ring.at(stamp.a), ring.at(stamp.b)) else { return Vec::new() };
    let there = if stamp.fraction < WHOLE { a } else { b };
    let told = |s: &Snapshot, slot| s.entity(slot).map(|entity| Pose::of(&entity.player));
    let slots = there.entities.iter().map(|entity| entity.slot);
    let drawn = slots.filter_map(|s| Some((s, Pose::seen(told(a, s), told(b, s), stamp.fraction)?)));
    drawn.collect()
}
