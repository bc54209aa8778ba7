//! The server's side of every session: netcode and both lanes over one wire, with the gate in front.
//!
//! It stands alone as the only place that owns netcode sessions. [`RenetServer`] stays the authority on who is connected
//! and carries the control lane; hot-lane datagrams bypass it. Time is an argument. It must not know what a message or a
//! hot datagram means, nor players, ticks or an ECS.
//!
//! **Coming back.** A client that vanished without a word keeps its session until the timeout, and netcode ignores an
//! opening from an address it knows. Usually a client comes back from a new port with a new id and meets no obstacle. If
//! it comes back from the very same address, its opening ends the old session once that one has been silent for
//! [`SILENCE_BEFORE_REPLACED`]; a live client at 64 Hz is never silent that long, so nobody can throw it out by forging
//! its address.
//!
//! **What a flood can do.** Addresses without a session share small budgets, in the wire's queue and here, so they cannot
//! starve a session. Somebody on the same network who forges the address of a connected client can use up that one
//! client's budget of a tick, and no other's.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::time::Duration;

use bevy_renet::renet::{DisconnectReason, RenetServer};
use renetcode::{NetcodeServer, ServerAuthentication, ServerConfig, ServerResult};
use tickshot_shared::limits::{
    CONTROL_MEMORY_TO_CLIENT, DATAGRAMS_PER_ADDRESS_PER_TICK_MAX, DATAGRAMS_PER_TICK_MAX, HANDSHAKES_PER_TICK_MAX,
    PENDING_SESSIONS_MAX, QUERIES_PER_TICK_MAX, SESSIONS_MAX,
};

use super::access::{Introduction, NETCODE_PROTOCOL_ID, PasswordError, SessionKey, TOKEN_SECONDS, token_address};
pub use super::answers::ServerInfo;
use super::answers::answer;
pub use super::counters::Counters;
use super::counters::Tally;
use super::gate::{self, Drop, HOT_TO_SERVER, Inner, Kind, Outer, StrangerBudget};
use super::lanes::{CONTROL_CHANNEL, ControlFlow};
use super::wire::{Datagram, Wire};

/// How a server's transport is set up.
#[derive(Clone, Debug)]
pub struct TransportConfig {
    /// Sessions held at once, players and those who are only told why they cannot play: at most [`SESSIONS_MAX`].
    pub max_sessions: usize,
    /// With a password, nothing is accepted without it. Without, anyone may join and nothing is secret.
    pub password: Option<String>,
    /// Salt of the password key: fresh random bytes per server start.
    pub salt: [u8; 16],
    /// A session ends when nothing was heard for this long.
    pub timeout: Duration,
}

/// What happened on the wire, in order.
#[derive(Debug)]
pub enum TransportEvent<'a> {
    /// A session began. `version` and `name` are what the client says; nothing is checked yet.
    Connected { client_id: u64, addr: SocketAddr, version: u64, name: String },
    /// A hot-lane datagram, opened: its first byte is [`HOT_TO_SERVER`].
    Hot { client_id: u64, arrived: Duration, bytes: &'a [u8] },
    /// `RenetServer` has been given a control packet of this client that carries messages: some may be ready.
    Control { client_id: u64 },
    /// A session ended, for `reason`. Its id never comes back.
    Disconnected { client_id: u64, reason: &'static str },
}

/// Why a transport could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    #[error("{sessions} sessions asked for, at most {SESSIONS_MAX} are possible; allow fewer players")]
    TooManySessions { sessions: usize },
    #[error("unusable password: {0}")]
    Password(#[from] PasswordError),
}

/// All sessions of one server.
pub struct ServerTransport {
    wire: Box<dyn Wire>,
    netcode: NetcodeServer,
    key: SessionKey,
    /// Told to those who ask, if the server has a password.
    salt: Option<[u8; 16]>,
    timeout: Duration,
    sessions: BTreeMap<u64, Session>,
    ids: HashMap<SocketAddr, u64>,
    /// Addresses half way through an opening, and until when they may finish it.
    pending: HashMap<SocketAddr, Duration>,
    handshakes: StrangerBudget,
    queries: StrangerBudget,
    /// Sessions whose client sent what no honest program sends.
    offenders: Vec<u64>,
    now: Duration,
    next_sweep: Duration,
    tally: Tally,
    scratch: Vec<u64>,
}

#[derive(Debug)]
struct Session {
    addr: SocketAddr,
    /// When it last sent something sealed.
    heard: Duration,
    /// Datagrams it may still have handled in this tick.
    budget: u32,
    /// It has sent something since the opening, so it knows that it is connected. Netcode tells a client that with a
    /// keep-alive, and repeats that only while nothing else is sent: hence nothing else is, until then.
    confirmed: bool,
    flow: ControlFlow,
    /// Messages were handed to renet, and it has not been seen without any since. Asking renet costs half a microsecond.
    speaking: bool,
}

impl ServerTransport {
    /// Opens for business on `wire`. With a password this takes about 50 ms.
    ///
    /// # Errors
    /// Too many sessions, or a password that cannot be made into a key.
    pub fn new(wire: Box<dyn Wire>, config: TransportConfig, now: Duration) -> Result<Self, TransportError> {
        let TransportConfig { max_sessions, password, salt, timeout } = config;
        if max_sessions > SESSIONS_MAX {
            return Err(TransportError::TooManySessions { sessions: max_sessions });
        }
        let (key, salt) = match password {
            Some(password) => (SessionKey::from_password(&password, &salt)?, Some(salt)),
            None => (SessionKey::open(), None),
        };
        let netcode = NetcodeServer::new(ServerConfig {
            current_time: Duration::ZERO,
            max_clients: max_sessions,
            protocol_id: NETCODE_PROTOCOL_ID,
            public_addresses: vec![token_address()],
            authentication: ServerAuthentication::Secure { private_key: *key.bytes() },
        });
        Ok(Self {
            wire,
            netcode,
            key,
            salt,
            timeout,
            sessions: BTreeMap::new(),
            ids: HashMap::new(),
            pending: HashMap::new(),
            handshakes: StrangerBudget::new(HANDSHAKES_PER_TICK_MAX),
            queries: StrangerBudget::new(QUERIES_PER_TICK_MAX),
            offenders: Vec::new(),
            now,
            next_sweep: now,
            tally: Tally::default(),
            scratch: Vec::new(),
        })
    }

    /// Once per tick, first: handles what has arrived, a bounded number of datagrams, and what time alone has changed.
    pub fn receive(
        &mut self,
        now: Duration,
        renet: &mut RenetServer,
        info: &ServerInfo,
        on: &mut dyn FnMut(TransportEvent<'_>),
    ) {
        self.begin_tick(now);
        self.wire.poll(now);
        for _ in 0..DATAGRAMS_PER_TICK_MAX {
            let Some(mut datagram) = self.wire.receive() else { break };
            self.tally.received(datagram.bytes.len());
            if let Err(reason) = self.handle_datagram(&mut datagram, renet, info, on) {
                self.tally.dropped(reason);
            }
            self.wire.recycle(datagram.bytes);
        }
        self.end_offenders(renet, on);
        if now >= self.next_sweep {
            self.next_sweep = now + SWEEP_INTERVAL;
            self.sweep(renet, on);
        }
    }

    /// Seals and sends one hot-lane datagram at once.
    pub fn send_hot(&mut self, client_id: u64, bytes: &[u8]) {
        match self.sessions.get(&client_id) {
            Some(session) if session.confirmed => self.send_sealed(client_id, bytes),
            Some(_) => self.tally.dropped(Drop::Unconfirmed),
            // Its session ended within this tick; the caller hears of that in the next receive, or did the ending.
            None => {}
        }
    }

    /// A message of the control lane, for the next [`Self::flush`]. If renet's channel is full it ends that session.
    pub fn send_control(&mut self, client_id: u64, message: Vec<u8>, renet: &mut RenetServer) {
        if let Some(session) = self.sessions.get_mut(&client_id).filter(|_| renet.is_connected(client_id)) {
            session.speaking = true;
            renet.send_message(client_id, CONTROL_CHANNEL, message);
        }
    }

    /// Once per tick, last: sends what the control lane has to say.
    pub fn flush(&mut self, renet: &mut RenetServer) {
        let mut ids = std::mem::take(&mut self.scratch);
        ids.clear();
        ids.extend(self.sessions.iter_mut().filter_map(|(id, session)| session.wants_flush(*id, renet).then_some(*id)));
        for &id in &ids {
            self.flush_session(id, renet);
        }
        self.scratch = ids;
    }

    /// Ends one session; the client is told, after what its control lane still had to say. No event is reported.
    pub fn disconnect(&mut self, client_id: u64, renet: &mut RenetServer) {
        self.flush_session(client_id, renet);
        self.end(client_id, renet);
    }

    /// Ends all sessions, as [`Self::disconnect`] does.
    pub fn disconnect_all(&mut self, renet: &mut RenetServer) {
        let ids: Vec<u64> = self.sessions.keys().copied().collect();
        for id in ids {
            self.disconnect(id, renet);
        }
    }

    /// Traffic and drops since the start, the wire's own drops included.
    pub fn counters(&self) -> Counters {
        self.tally.counters(&self.wire.drops())
    }

    /// The address the wire is bound to.
    pub fn local_addr(&self) -> SocketAddr {
        self.wire.local_addr()
    }

    /// The wire, to put a link condition on it.
    pub fn wire_mut(&mut self) -> &mut dyn Wire {
        &mut *self.wire
    }

    fn begin_tick(&mut self, now: Duration) {
        self.netcode.update(now.saturating_sub(self.now));
        self.now = self.now.max(now);
        self.handshakes.refill(HANDSHAKES_PER_TICK_MAX);
        self.queries.refill(QUERIES_PER_TICK_MAX);
        for session in self.sessions.values_mut() {
            session.budget = DATAGRAMS_PER_ADDRESS_PER_TICK_MAX;
        }
    }

    fn handle_datagram(
        &mut self,
        datagram: &mut Datagram,
        renet: &mut RenetServer,
        info: &ServerInfo,
        on: &mut dyn FnMut(TransportEvent<'_>),
    ) -> Result<(), Drop> {
        let kind = match gate::outer(&datagram.bytes)? {
            Outer::Query => return self.handle_query(datagram, info),
            Outer::Netcode(kind) => kind,
        };
        let Some(&id) = self.ids.get(&datagram.from) else {
            return self.handle_stranger(kind, datagram, renet, on);
        };
        let session = self.sessions.get_mut(&id).expect("every known address belongs to a session");
        if session.budget == 0 {
            return Err(Drop::AddressBudget);
        }
        session.budget -= 1;
        match kind {
            Kind::Request if self.now.saturating_sub(session.heard) < SILENCE_BEFORE_REPLACED => Err(Drop::Occupied),
            Kind::Request => {
                self.end(id, renet);
                on(TransportEvent::Disconnected { client_id: id, reason: "came back" });
                self.handle_stranger(kind, datagram, renet, on)
            }
            Kind::Denied | Kind::Challenge => Err(Drop::Type),
            Kind::Response | Kind::KeepAlive | Kind::Payload | Kind::Disconnect => {
                self.handle_sealed(id, kind, datagram, renet, on)
            }
        }
    }

    fn handle_query(&mut self, datagram: &Datagram, info: &ServerInfo) -> Result<(), Drop> {
        self.queries.spend(datagram.from)?;
        let clock_s = u32::try_from(self.netcode.current_time().as_secs()).unwrap_or(u32::MAX);
        let answer = answer(&datagram.bytes, info, &self.key, self.salt, clock_s)?;
        send(&mut *self.wire, &mut self.tally, datagram.from, &answer);
        Ok(())
    }

    /// A packet from an address without a session: only the two steps of an opening mean anything.
    fn handle_stranger(
        &mut self,
        kind: Kind,
        datagram: &mut Datagram,
        renet: &mut RenetServer,
        on: &mut dyn FnMut(TransportEvent<'_>),
    ) -> Result<(), Drop> {
        let from = datagram.from;
        let is_pending = self.pending.contains_key(&from);
        match kind {
            Kind::Request if is_pending || self.pending.len() < PENDING_SESSIONS_MAX => {}
            Kind::Response if is_pending => {}
            _ => return Err(Drop::Stranger),
        }
        self.handshakes.spend(from)?;
        match self.netcode.process_packet(from, &mut datagram.bytes) {
            ServerResult::PacketToSend { addr, payload } => {
                // A challenge, or a refusal because every session is taken.
                self.pending.insert(from, self.now + PENDING_LIFE);
                send(&mut *self.wire, &mut self.tally, addr, payload);
                Ok(())
            }
            ServerResult::ClientConnected { client_id, addr, user_data, payload } => {
                send(&mut *self.wire, &mut self.tally, addr, payload);
                self.begin(client_id, addr, renet);
                // What cannot be read is reported as a version that nobody speaks, so that the client is told.
                let Introduction { version, name } = Introduction::decode(&user_data).unwrap_or_default();
                on(TransportEvent::Connected { client_id, addr, version, name });
                Ok(())
            }
            _ => Err(Drop::Unsealed),
        }
    }

    /// A packet from the address of a session, which may or may not be sealed with its key.
    fn handle_sealed(
        &mut self,
        id: u64,
        kind: Kind,
        datagram: &mut Datagram,
        renet: &mut RenetServer,
        on: &mut dyn FnMut(TransportEvent<'_>),
    ) -> Result<(), Drop> {
        let session = self.sessions.get_mut(&id).expect("the caller found it");
        match self.netcode.process_packet(datagram.from, &mut datagram.bytes) {
            ServerResult::Payload { payload, .. } => {
                session.heard = self.now;
                session.confirmed = true;
                match gate::inner(payload, HOT_TO_SERVER) {
                    Ok(Inner::Hot) => {
                        on(TransportEvent::Hot { client_id: id, arrived: datagram.arrived, bytes: payload });
                    }
                    Ok(Inner::Control { messages }) => {
                        session.flow.handle_packet(messages);
                        // Not found: the application removed it from renet, and the sweep ends the session.
                        let _ = renet.process_packet_from(payload, id);
                        if messages {
                            on(TransportEvent::Control { client_id: id });
                        }
                    }
                    Err(reason) => {
                        if reason == Drop::Forbidden {
                            self.offenders.push(id);
                        }
                        return Err(reason);
                    }
                }
                return Ok(());
            }
            ServerResult::ClientDisconnected { .. } => {
                self.forget(id, renet);
                on(TransportEvent::Disconnected { client_id: id, reason: "left" });
                return Ok(());
            }
            _ => {}
        }
        // Netcode does not say whether it believed a packet without payload; its own clock of the session does.
        let believed = self.netcode.time_since_last_received_packet(id) == Some(Duration::ZERO);
        if kind == Kind::Payload || !believed {
            return Err(Drop::Unsealed);
        }
        session.heard = self.now;
        session.confirmed |= kind == Kind::KeepAlive;
        Ok(())
    }

    fn end_offenders(&mut self, renet: &mut RenetServer, on: &mut dyn FnMut(TransportEvent<'_>)) {
        while let Some(id) = self.offenders.pop() {
            if self.end(id, renet) {
                on(TransportEvent::Disconnected { client_id: id, reason: "sent a forbidden packet" });
            }
        }
        // What renet itself has given up: the application's wish, or a broken control lane.
        for id in renet.disconnections_id() {
            let reason = match renet.disconnect_reason(id) {
                Some(DisconnectReason::DisconnectedByServer) => "ended by the server",
                _ => "broke the control lane",
            };
            if !self.end(id, renet) {
                renet.remove_connection(id);
            }
            on(TransportEvent::Disconnected { client_id: id, reason });
        }
    }

    /// What time alone changes: keep-alives, timeouts, abandoned openings.
    fn sweep(&mut self, renet: &mut RenetServer, on: &mut dyn FnMut(TransportEvent<'_>)) {
        let now = self.now;
        self.pending.retain(|_, until| *until > now);
        let mut ids = std::mem::take(&mut self.scratch);
        ids.clear();
        ids.extend(self.sessions.keys());
        for &id in &ids {
            let heard = self.sessions.get(&id).map_or(now, |session| session.heard);
            // Ours as well as netcode's: a client chooses the timeout in its token, and may have chosen none.
            if now.saturating_sub(heard) > self.timeout {
                self.end(id, renet);
                on(TransportEvent::Disconnected { client_id: id, reason: "timed out" });
                continue;
            }
            match self.netcode.update_client(id) {
                ServerResult::PacketToSend { addr, payload } => send(&mut *self.wire, &mut self.tally, addr, payload),
                ServerResult::ClientDisconnected { .. } => {
                    self.forget(id, renet);
                    on(TransportEvent::Disconnected { client_id: id, reason: "timed out" });
                }
                _ => {}
            }
        }
        self.scratch = ids;
    }

    fn begin(&mut self, id: u64, addr: SocketAddr, renet: &mut RenetServer) {
        self.pending.remove(&addr);
        let budget = DATAGRAMS_PER_ADDRESS_PER_TICK_MAX;
        let flow = ControlFlow::default();
        let session = Session { addr, heard: self.now, budget, confirmed: false, flow, speaking: false };
        self.sessions.insert(id, session);
        self.ids.insert(addr, id);
        self.wire.admit(addr);
        renet.add_connection(id);
    }

    /// Tells the client, then forgets it. False if there was no such session.
    fn end(&mut self, id: u64, renet: &mut RenetServer) -> bool {
        if let ServerResult::ClientDisconnected { addr, payload: Some(payload), .. } = self.netcode.disconnect(id) {
            for _ in 0..GOODBYES {
                send(&mut *self.wire, &mut self.tally, addr, payload);
            }
        }
        self.forget(id, renet)
    }

    fn forget(&mut self, id: u64, renet: &mut RenetServer) -> bool {
        renet.remove_connection(id);
        let Some(session) = self.sessions.remove(&id) else { return false };
        self.ids.remove(&session.addr);
        self.wire.forget(session.addr);
        true
    }

    fn flush_session(&mut self, id: u64, renet: &mut RenetServer) {
        let Some(session) = self.sessions.get_mut(&id).filter(|session| session.confirmed) else { return };
        let Ok(packets) = renet.get_packets_to_send(id) else { return };
        let flow = session.flow;
        session.flow.flushed();
        for packet in packets.iter().filter(|packet| flow.is_worth_sending(packet)) {
            self.send_sealed(id, packet);
        }
    }

    fn send_sealed(&mut self, id: u64, bytes: &[u8]) {
        match self.netcode.generate_payload_packet(id, bytes) {
            Ok((addr, packet)) => send(&mut *self.wire, &mut self.tally, addr, packet),
            Err(error) => debug_assert!(false, "a session of ours and a payload within bounds: {error}"),
        }
    }
}

impl Session {
    fn wants_flush(&mut self, id: u64, renet: &RenetServer) -> bool {
        self.speaking = self.speaking && renet.channel_available_memory(id, CONTROL_CHANNEL) < CONTROL_MEMORY_TO_CLIENT;
        self.confirmed && self.flow.wants_flush(self.speaking)
    }
}

fn send(wire: &mut dyn Wire, tally: &mut Tally, to: SocketAddr, bytes: &[u8]) {
    tally.sent(bytes.len());
    wire.send(to, bytes);
}

/// How long a session must have been silent before an opening from its own address ends it.
pub const SILENCE_BEFORE_REPLACED: Duration = Duration::from_secs(1);
/// How often keep-alives and timeouts are looked after: netcode looks a session up by walking all, so not every tick.
const SWEEP_INTERVAL: Duration = Duration::from_millis(100);
/// Copies of the word that a session is over: it is not acknowledged, and any one will do.
const GOODBYES: usize = 5;
/// How long netcode remembers a half-open session: the life of its token, rounded up.
const PENDING_LIFE: Duration = Duration::from_secs(TOKEN_SECONDS + 2);
