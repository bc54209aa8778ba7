//! The authoritative server without sockets, clocks or Bevy: bytes and times come in, bytes and wishes go out.
//!
//! Time line of tick *P*, due at `epoch + P / rate`: everything that arrived before is filed by
//! [`ServerCore::handle_hot`]; [`ServerCore::step`] takes one input *P* per player, moves the world, judges the shots
//! against the past their shooters saw and remembers the state; [`ServerCore::encode_snapshots`] tells each client
//! what it may know of state *P*, at once. Stages are the only writers of what they write.
//!
//! Must not know how bytes travel, or that other cores exist.

use crate::inputs::InputBuffer;
use crate::interest::Interest;
use crate::lagcomp::{Rewind, oldest_tick};
use crate::maps::Map;
use crate::metrics::{Metrics, ratio};
use crate::seats::{Seat, unique_name};
use crate::sessions::{SendTimes, Session, SessionState, Sessions};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tickshot_shared::limits::MAP_CHUNK_BYTES;
use tickshot_shared::protocol::client_msg::{InputPacket, decode_inputs};
use tickshot_shared::protocol::control::{
    ClientControl, LeaveReason, Refusal, RosterEntry, ServerControl, decode_control, encode_control, name_is_valid,
    tidy_name,
};
use tickshot_shared::protocol::fields::ExtrapolationTable;
use tickshot_shared::protocol::server_msg::{InputUse, SnapshotHeader};
use tickshot_shared::protocol::snapshot::{SnapshotEncoder, SnapshotRequest};
use tickshot_shared::protocol::version::protocol_version;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::history::History;
use tickshot_shared::sim::input::{Input, ViewStamp};
use tickshot_shared::sim::step::{Event, step};
use tickshot_shared::sim::world::{Slot, World};
use tickshot_shared::tick::{Tick, TickRate};

/// What a match is made of.
#[derive(Clone)]
pub struct MatchSetup {
    pub server_name: String,
    pub map: Map,
    pub capacity: usize,
    pub rate: TickRate,
    pub seed: u64,
    pub bots: usize,
}

/// What the core wants the shell to do, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Send these bytes reliably.
    Control { client_id: u64, bytes: Vec<u8> },
    /// End this session.
    Disconnect { client_id: u64 },
}

/// One match and everyone in it.
pub struct ServerCore {
    setup: MatchSetup,
    arena: Arc<Arena>,
    world: World,
    history: History,
    interest: Interest,
    sessions: Sessions,
    /// `seats[slot]`: who plays it, with its inputs and name.
    seats: Vec<Option<Seat>>,
    encoder: SnapshotEncoder,
    pub metrics: Metrics,
    /// When tick 0 was due, on the shell's monotonic clock.
    epoch: Duration,
    sent_at: SendTimes,
    wishes: Vec<Wish>,
    scratch: Scratch,
}

/// Buffers that live longer than a tick so that a tick allocates nothing.
#[derive(Default)]
struct Scratch {
    inputs: Vec<Option<Input>>,
    uses: Vec<InputUse>,
    stamps: Vec<Option<ViewStamp>>,
    events: Vec<Event>,
    visible: Vec<Slot>,
    snapshot: Vec<u8>,
}

impl ServerCore {
    /// A match whose tick 0 is due at `epoch`; bots are seated at once.
    pub fn new(setup: MatchSetup, epoch: Duration) -> ServerCore {
        let arena = Arc::clone(&setup.map.arena);
        let capacity = setup.capacity;
        let mut core = ServerCore {
            world: World::new(capacity, setup.rate, setup.seed),
            history: History::new(capacity),
            interest: Interest::new(&arena),
            sessions: Sessions::new(capacity),
            seats: (0..capacity).map(|_| None).collect(),
            encoder: SnapshotEncoder::new(capacity, ExtrapolationTable::of(setup.rate)),
            metrics: Metrics::new(),
            epoch,
            sent_at: SendTimes::new(),
            wishes: Vec::new(),
            scratch: Scratch {
                inputs: vec![None; capacity],
                uses: vec![InputUse::Idle; capacity],
                stamps: vec![None; capacity],
                ..Scratch::default()
            },
            arena,
            setup,
        };
        core.history.push(&core.world);
        core.fill_with_bots();
        core
    }

    pub fn world(&self) -> &World {
        &self.world
    }

    pub fn setup(&self) -> &MatchSetup {
        &self.setup
    }

    /// Everyone who plays or is about to, bots included.
    pub fn players(&self) -> usize {
        self.seats.iter().flatten().count()
    }

    /// Clients among [`ServerCore::players`]; bots make room for them.
    pub fn clients(&self) -> usize {
        self.sessions.admitted().count()
    }

    /// The tick the next [`ServerCore::step`] makes.
    pub fn next_tick(&self) -> Tick {
        self.world.tick.plus(1)
    }

    /// When `tick` is due.
    pub fn deadline(&self, tick: Tick) -> Duration {
        self.epoch + self.setup.rate.time_of(u64::from(tick.0))
    }

    /// The process lost so much time that `ticks` are given up: every later deadline moves.
    pub fn lose_time(&mut self, ticks: u32) {
        self.epoch += self.setup.rate.time_of(u64::from(ticks));
        self.metrics.lost_ticks += u64::from(ticks);
    }

    /// Take all wishes made since the last call.
    pub fn take_wishes(&mut self) -> Vec<Wish> {
        std::mem::take(&mut self.wishes)
    }

    // --- sessions come and go

    /// A client is connected and says which protocol it speaks.
    pub fn handle_connected(&mut self, now: Duration, client_id: u64, version: u64, name: &str) {
        if let Err(refusal) = self.admit(client_id, version, name) {
            self.metrics.clients_refused += 1;
            self.tell(client_id, &ServerControl::Refused { reason: refusal });
            let state = SessionState::Refused { close_at: now + REFUSAL_LINGER };
            self.sessions.insert(client_id, Session::new(String::new(), state, 0));
        }
    }

    fn admit(&mut self, client_id: u64, version: u64, name: &str) -> Result<(), Refusal> {
        if version != protocol_version() {
            return Err(Refusal::Version { server: protocol_version(), client: version });
        }
        if !name_is_valid(name) {
            return Err(Refusal::NameInvalid);
        }
        let slot = self
            .vacate_slot()
            .ok_or(Refusal::Full { players: self.players() as u16, max: self.setup.capacity as u16 })?;
        let name = unique_name(name, &self.seats);
        self.seats[slot.index()] = Some(Seat::client(name.clone()));
        self.sessions.insert(client_id, Session::new(name, SessionState::Loading(slot), self.setup.capacity));
        self.metrics.clients_joined += 1;
        self.metrics.clients_peak = self.metrics.clients_peak.max(self.clients());
        self.tell(client_id, &self.welcome(slot));
        self.tell_roster(client_id);
        self.tell_others(client_id, &ServerControl::Joined { entry: self.roster_entry(slot) });
        Ok(())
    }

    /// A client is gone; its player leaves the world, bots may take the place.
    pub fn handle_disconnected(&mut self, client_id: u64, reason: LeaveReason) {
        let Some(session) = self.sessions.remove(client_id) else { return };
        if reason == LeaveReason::TimedOut {
            self.metrics.clients_timed_out += 1;
        }
        let Some(slot) = session.slot() else { return };
        self.free_seat(slot, reason);
        self.fill_with_bots();
    }

    /// Tell everyone that the server stops.
    pub fn announce_closing(&mut self, reason: &str) {
        let message = ServerControl::ServerClosing { reason: reason.to_owned() };
        self.tell_others(0, &message);
    }

    /// A free slot; if there is none, the slot of the last bot, who leaves for a person.
    fn vacate_slot(&mut self) -> Option<Slot> {
        if let Some(free) = self.seats.iter().position(Option::is_none) {
            return Some(Slot(free as u16));
        }
        let bot = self.seats.iter().rposition(|seat| seat.as_ref().is_some_and(Seat::is_bot))?;
        self.free_seat(Slot(bot as u16), LeaveReason::Quit);
        Some(Slot(bot as u16))
    }

    fn free_seat(&mut self, slot: Slot, reason: LeaveReason) {
        if let Some(seat) = self.seats[slot.index()].take() {
            self.metrics.inputs_gone += seat.inputs.counts;
        }
        self.world.leave(slot);
        self.tell_others(0, &ServerControl::Left { slot, reason });
    }

    /// As many bots as configured, as far as people leave room.
    fn fill_with_bots(&mut self) {
        let mut bots = self.seats.iter().flatten().filter(|seat| seat.is_bot()).count();
        while bots < self.setup.bots {
            let Some(free) = self.seats.iter().position(Option::is_none) else { return };
            let slot = Slot(free as u16);
            self.seats[free] = Some(Seat::bot(unique_name(Seat::bot_name(free), &self.seats), self.setup.seed, slot));
            self.world.join(&self.arena, slot);
            self.tell_others(0, &ServerControl::Joined { entry: self.roster_entry(slot) });
            bots += 1;
        }
    }

    // --- control lane

    /// A reliable message from a client; `Err` names why it was dropped (already counted).
    pub fn handle_control(&mut self, client_id: u64, bytes: &[u8]) -> Result<(), &'static str> {
        let Ok(message) = decode_control::<ClientControl>(bytes) else {
            self.metrics.drop_one("control_malformed");
            return Err("control_malformed");
        };
        let Some(session) = self.sessions.with_id_mut(client_id) else { return Err("unknown_session") };
        match (message, session.state) {
            (ClientControl::MapRequest { hash, offset }, SessionState::Loading(_)) => {
                if hash != self.arena.hash() {
                    self.metrics.drop_one("control_wrong_map");
                    return Err("control_wrong_map");
                }
                self.send_map_chunk(client_id, offset)
            }
            (ClientControl::Ready, SessionState::Loading(slot)) => {
                session.state = SessionState::Playing(slot);
                self.world.join(&self.arena, slot);
                Ok(())
            }
            _ => {
                self.metrics.drop_one("control_out_of_place");
                Err("control_out_of_place")
            }
        }
    }

    fn send_map_chunk(&mut self, client_id: u64, offset: u32) -> Result<(), &'static str> {
        let map = Arc::clone(&self.setup.map.bytes);
        let start = offset as usize;
        if start >= map.len() {
            self.metrics.drop_one("control_map_offset");
            return Err("control_map_offset");
        }
        let bytes = map[start..map.len().min(start + MAP_CHUNK_BYTES)].to_vec();
        self.tell(client_id, &ServerControl::MapChunk { offset, bytes });
        Ok(())
    }

    fn welcome(&self, slot: Slot) -> ServerControl {
        ServerControl::Welcome {
            slot,
            tick_rate: self.setup.rate,
            tick: self.world.tick,
            capacity: self.setup.capacity as u16,
            map_name: tidy_name(self.arena.name(), "map"),
            map_hash: self.arena.hash(),
            map_bytes: self.setup.map.bytes.len() as u32,
            server_name: tidy_name(&self.setup.server_name, "server"),
        }
    }

    fn roster_entry(&self, slot: Slot) -> RosterEntry {
        let seat = self.seats[slot.index()].as_ref();
        let player = self.world.player(slot);
        RosterEntry {
            slot,
            name: seat.map_or_else(String::new, |s| s.name.clone()),
            bot: seat.is_some_and(Seat::is_bot),
            kills: player.map_or(0, |p| p.kills),
            deaths: player.map_or(0, |p| p.deaths),
            ping_ms: self
                .sessions
                .in_slot(slot)
                .and_then(|s| s.rtt)
                .map(|rtt| u16::try_from(rtt.as_millis()).unwrap_or(u16::MAX)),
        }
    }

    /// The whole roster, in messages of a few entries so that none is large.
    fn tell_roster(&mut self, client_id: u64) {
        let taken = (0..self.seats.len()).filter(|i| self.seats[*i].is_some());
        let entries: Vec<RosterEntry> = taken.map(|i| self.roster_entry(Slot(i as u16))).collect();
        for message in ServerControl::rosters(entries) {
            self.tell(client_id, &message);
        }
    }

    /// A few roster entries to everyone each second, round and round: pings stay fresh for a few bytes.
    fn refresh_roster(&mut self) {
        let seconds = self.world.tick.0 / self.setup.rate.hz();
        if !self.world.tick.0.is_multiple_of(self.setup.rate.hz()) {
            return;
        }
        let pages = self.seats.len().div_ceil(ROSTER_ENTRIES_PER_MESSAGE);
        let first = (seconds as usize % pages) * ROSTER_ENTRIES_PER_MESSAGE;
        let last = self.seats.len().min(first + ROSTER_ENTRIES_PER_MESSAGE);
        let entries: Vec<_> =
            (first..last).filter(|i| self.seats[*i].is_some()).map(|i| self.roster_entry(Slot(i as u16))).collect();
        if !entries.is_empty() {
            self.tell_others(0, &ServerControl::Roster { entries });
        }
    }

    fn tell(&mut self, client_id: u64, message: &ServerControl) {
        let bytes = encode_control(message).expect("our own control messages are bounded by their limits");
        self.wishes.push(Wish::Control { client_id, bytes });
    }

    /// Everyone in the match but `except` (no client has id 0).
    fn tell_others(&mut self, except: u64, message: &ServerControl) {
        let bytes = encode_control(message).expect("our own control messages are bounded by their limits");
        for client_id in self.sessions.admitted().filter(|id| *id != except) {
            self.wishes.push(Wish::Control { client_id, bytes: bytes.clone() });
        }
    }

    // --- hot lane

    /// An input packet that arrived at `arrived`; dropped and counted if it makes no sense.
    pub fn handle_hot(&mut self, client_id: u64, arrived: Duration, bytes: &[u8]) -> Result<(), &'static str> {
        let Ok(packet) = decode_inputs(bytes) else {
            self.metrics.drop_one("input_malformed");
            return Err("input_malformed");
        };
        let next = self.next_tick();
        let margin = self.margin_16ths(packet.newest, arrived);
        let Some(session) = self.sessions.with_id_mut(client_id) else { return Err("unknown_session") };
        let SessionState::Playing(slot) = session.state else {
            self.metrics.drop_one("input_out_of_place");
            return Err("input_out_of_place");
        };
        session.margin_16ths = Some(session.margin_16ths.map_or(margin, |held| held.min(margin)));
        if let Some(ping) = packet.ping {
            session.ping = Some((ping, arrived));
        }
        let sent_at = packet.ack.and_then(|ack| self.sent_at.of(ack));
        session.handle_ack(packet.ack, packet.ack_mask, sent_at, arrived);
        if let Some(seat) = &mut self.seats[slot.index()] {
            file_all(&mut seat.inputs, next, &packet);
        }
        Ok(())
    }

    /// How long before its tick the newest input of a packet came, in 1/16 tick.
    fn margin_16ths(&self, newest: Tick, arrived: Duration) -> i16 {
        let nanos = self.deadline(newest).as_nanos() as i128 - arrived.as_nanos() as i128;
        let sixteenths = nanos * 16 / i128::from(self.setup.rate.tick_nanos());
        sixteenths.clamp(i128::from(i16::MIN), i128::from(i16::MAX)) as i16
    }

    // --- one tick

    /// Make the next tick.
    pub fn step(&mut self, now: Duration) {
        self.close_refused(now);
        self.take_inputs();
        self.advance_world();
        self.history.push(&self.world);
        self.handle_events();
        self.refresh_roster();
    }

    fn close_refused(&mut self, now: Duration) {
        for (client_id, session) in self.sessions.iter_mut() {
            if let SessionState::Refused { close_at } = &mut session.state
                && now >= *close_at
            {
                self.wishes.push(Wish::Disconnect { client_id });
                // Ask again only if the shell could not do it for that long.
                *close_at = now + REFUSAL_LINGER;
            }
        }
    }

    /// One input per present player: a client's own of this tick, a bot's thought of what it sees.
    fn take_inputs(&mut self) {
        let tick = self.next_tick();
        for (i, seat) in self.seats.iter_mut().enumerate() {
            let slot = Slot(i as u16);
            let (input, used) = match (seat, self.world.player(slot)) {
                (Some(seat), Some(_)) => {
                    if let Some(input) = seat.think(&self.arena, &self.world, &mut self.interest, slot) {
                        seat.inputs.file(tick, tick, input);
                    }
                    seat.inputs.take(tick)
                }
                _ => (None, InputUse::Idle),
            };
            self.scratch.inputs[i] = input;
            self.scratch.uses[i] = used;
            self.scratch.stamps[i] = input.and_then(|input| input.view);
        }
    }

    fn advance_world(&mut self) {
        let tick = self.next_tick();
        let targets = Rewind::new(&self.history, &self.sessions, &self.scratch.stamps, tick, self.setup.rate);
        self.scratch.events.clear();
        step(&mut self.world, &self.arena, &self.scratch.inputs, &targets, &mut self.scratch.events);
    }

    fn handle_events(&mut self) {
        let oldest = oldest_tick(self.world.tick, self.setup.rate);
        for event in std::mem::take(&mut self.scratch.events) {
            match event {
                Event::Shot { slot, hit, .. } => {
                    self.metrics.shots_fired += 1;
                    self.metrics.shots_hit += u64::from(hit.is_some());
                    let clamped = self.scratch.stamps[slot.index()].is_some_and(|stamp| stamp.a < oldest);
                    self.metrics.shots_clamped += u64::from(clamped);
                }
                Event::Killed { victim, killer } => {
                    self.tell_others(0, &ServerControl::Killed { tick: self.world.tick, killer, victim });
                }
                Event::Hurt { .. } | Event::Respawned { .. } => {}
            }
        }
    }

    // --- snapshots

    /// Encode state `world.tick` for every playing client; `send` gets (client id, bytes).
    pub fn encode_snapshots(&mut self, clock: &dyn Fn() -> Duration, send: &mut dyn FnMut(u64, &[u8])) {
        let tick = self.world.tick;
        let deadline = self.deadline(tick);
        self.encoder.begin(tick);
        self.sent_at.record(tick, clock());
        for (client_id, session) in self.sessions.iter_mut() {
            let SessionState::Playing(slot) = session.state else { continue };
            self.interest.visible_to(&self.arena, &self.world, slot, &mut self.scratch.visible);
            let header = SnapshotHeader {
                tick,
                // The encoder fills in the baseline it really used.
                baseline: None,
                input_use: self.scratch.uses[slot.index()],
                margin_16ths: session.margin_16ths.take(),
                pong: session.take_pong(clock(), deadline),
            };
            let (told, baseline) = session.told.begin(tick);
            self.scratch.snapshot.clear();
            let request = SnapshotRequest {
                header,
                history: &self.history,
                own: Some(slot),
                baseline,
                visible: &self.scratch.visible,
                priority: &mut session.priority,
            };
            let stats = self.encoder.encode(request, told, &mut self.scratch.snapshot);
            self.metrics.record_snapshot(self.scratch.snapshot.len());
            self.metrics.entity_bits += u64::from(stats.entity_bits);
            self.metrics.entities_sent += u64::from(stats.sent);
            self.metrics.entities_deferred += u64::from(stats.deferred);
            send(client_id, &self.scratch.snapshot);
        }
    }

    /// Bits per field of an entity, averaged over all entities sent.
    pub fn field_bits(&self) -> BTreeMap<&'static str, f64> {
        self.encoder
            .field_bits()
            .into_iter()
            .map(|(name, bits)| (name, ratio(bits, self.metrics.entities_sent)))
            .collect()
    }

    /// Input counts of everyone, present and gone.
    pub fn input_counts(&self) -> crate::inputs::InputCounts {
        let mut sum = self.metrics.inputs_gone;
        for seat in self.seats.iter().flatten() {
            sum += seat.inputs.counts;
        }
        sum
    }
}

/// File every input of a packet, oldest first. A packet whose newest input is of a tick the client has seen the state of
/// carries none to be used: the client only asks for the time.
fn file_all(buffer: &mut InputBuffer, next: Tick, packet: &InputPacket) {
    if packet.ack.is_some_and(|ack| packet.newest <= ack) {
        return;
    }
    for (tick, input) in packet.ticks() {
        buffer.file(next, tick, input);
    }
}

/// How long a refused client stays connected so that the reason can reach it.
const REFUSAL_LINGER: Duration = Duration::from_millis(1000);
/// Roster entries in one control message: at most 35 bytes each.
const ROSTER_ENTRIES_PER_MESSAGE: usize = 16;
