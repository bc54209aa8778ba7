//! Query, key, netcode session, both lanes: one connection to one server over one wire.
//!
//! It stands alone as the only place of the client that owns a netcode session. `RenetClient` stays the authority on the
//! control lane; hot-lane datagrams bypass it. Time is an argument. It must not know what a message or a hot datagram
//! means, nor an ECS.

use std::net::SocketAddr;
use std::time::Duration;

use bevy_renet::renet::RenetClient;
use renetcode::{ClientAuthentication, ConnectToken, DisconnectReason, NetcodeClient};
use tickshot_server::net::access::{Introduction, NETCODE_PROTOCOL_ID, SessionKey, TOKEN_SECONDS, token_address};
use tickshot_server::net::counters::{Counters, Tally};
use tickshot_server::net::gate::{self, Drop, HOT_TO_CLIENT, Inner, Kind, Outer};
use tickshot_server::net::lanes::{CONTROL_CHANNEL, ControlFlow};
use tickshot_server::net::wire::{Datagram, Wire};
use tickshot_shared::limits::{CONTROL_MEMORY_TO_SERVER, DATAGRAMS_PER_TICK_MAX, SESSION_TIMEOUT_MS};
use tickshot_shared::protocol::query::Reply;
use tickshot_shared::protocol::version::protocol_version;

pub use super::connect::{ConnectError, ConnectState};
use super::connect::{Inquiry, Verdict};

/// What a client brings to a connection.
#[derive(Clone, Debug)]
pub struct ConnectConfig {
    /// At most `NAME_BYTES_MAX` bytes are sent.
    pub name: String,
    pub password: Option<String>,
    /// Source of the session's client id and of query nonces: a fresh one for every connection.
    pub seed: u64,
}

/// One connection to one server.
pub struct ClientTransport {
    wire: Box<dyn Wire>,
    server: SocketAddr,
    name: String,
    state: ConnectState,
    inquiry: Inquiry,
    /// What the server last said of itself.
    reply: Option<Reply>,
    session: Option<Box<Session>>,
    attempts: u32,
    tally: Tally,
}

struct Session {
    /// The random number that names it.
    client_id: u64,
    netcode: NetcodeClient,
    flow: ControlFlow,
    /// The end of the session was seen, but renet is told only in the next call, so that the last messages can be read.
    closing: bool,
    /// How often the system had said that nobody listens there when the silence had become long.
    refused_before: Option<u64>,
}

impl ClientTransport {
    /// Starts to connect to `server`. Nothing is sent before the first [`Self::flush`].
    pub fn new(wire: Box<dyn Wire>, server: SocketAddr, config: ConnectConfig, now: Duration) -> Self {
        let ConnectConfig { name, password, seed } = config;
        Self {
            wire,
            server,
            name,
            state: ConnectState::Querying,
            inquiry: Inquiry::new(server, password, seed, now),
            reply: None,
            session: None,
            attempts: 0,
            tally: Tally::default(),
        }
    }

    /// Once per tick or frame, first: handles what has arrived. `on` gets each hot-lane datagram with its time of
    /// arrival; the control lane goes to `renet`.
    pub fn receive(&mut self, now: Duration, renet: &mut RenetClient, on: &mut dyn FnMut(Duration, &[u8])) {
        if self.session.as_ref().is_some_and(|session| session.closing) {
            self.session = None;
            renet.disconnect_due_to_transport();
        }
        self.wire.poll(now);
        for _ in 0..DATAGRAMS_PER_TICK_MAX {
            let Some(mut datagram) = self.wire.receive() else { break };
            self.tally.received(datagram.bytes.len());
            if let Err(reason) = self.handle_datagram(now, &mut datagram, renet, on) {
                self.tally.dropped(reason);
            }
            self.wire.recycle(datagram.bytes);
        }
    }

    /// Seals and sends one hot-lane datagram at once; nothing happens unless connected.
    pub fn send_hot(&mut self, bytes: &[u8]) {
        if self.state == ConnectState::Connected {
            self.send_sealed(bytes);
        }
    }

    /// Once per tick or frame, last: sends what the control lane and the connection itself have to say.
    pub fn flush(&mut self, now: Duration, renet: &mut RenetClient) {
        match self.state {
            ConnectState::Querying => self.flush_query(now, renet),
            ConnectState::Connecting | ConnectState::Connected => {
                self.flush_netcode(now, renet);
                if self.state == ConnectState::Connected {
                    self.flush_control(renet);
                }
            }
            ConnectState::Closed | ConnectState::Failed(_) => {}
        }
    }

    /// How far the connection has come.
    pub fn state(&self) -> &ConnectState {
        &self.state
    }

    /// The number that names the session on both ends; `None` while there is none.
    pub fn client_id(&self) -> Option<u64> {
        self.session.as_ref().map(|session| session.client_id)
    }

    /// What the server last said of itself: its name, map, players.
    pub fn server_reply(&self) -> Option<&Reply> {
        self.reply.as_ref()
    }

    /// Traffic and drops since the start, the wire's own drops included.
    pub fn counters(&self) -> Counters {
        self.tally.counters(&self.wire.drops())
    }

    /// The wire, to put a link condition on it.
    pub fn wire_mut(&mut self) -> &mut dyn Wire {
        &mut *self.wire
    }

    /// Ends the connection; the server is told, after what the control lane still had to say.
    pub fn disconnect(&mut self, renet: &mut RenetClient) {
        if self.state == ConnectState::Connected {
            self.flush_control(renet);
        }
        if let Some(mut session) = self.session.take()
            && session.netcode.is_connected()
            && let Ok((_, packet)) = session.netcode.disconnect()
        {
            // The experiment is over: a goodbye that a simulated link holds back would never leave a program that ends.
            self.wire.condition(None, None);
            for _ in 0..GOODBYES {
                send(&mut *self.wire, &mut self.tally, self.server, packet);
            }
        }
        renet.disconnect();
        if !matches!(self.state, ConnectState::Failed(_)) {
            self.state = ConnectState::Closed;
        }
    }

    fn handle_datagram(
        &mut self,
        now: Duration,
        datagram: &mut Datagram,
        renet: &mut RenetClient,
        on: &mut dyn FnMut(Duration, &[u8]),
    ) -> Result<(), Drop> {
        if datagram.from != self.server {
            return Err(Drop::Stranger);
        }
        match gate::outer(&datagram.bytes)? {
            Outer::Query => {
                self.handle_answer(now, &datagram.bytes, renet);
                Ok(())
            }
            Outer::Netcode(Kind::Request | Kind::Response) => Err(Drop::Type),
            Outer::Netcode(kind) => self.handle_sealed(kind, datagram, renet, on),
        }
    }

    fn handle_answer(&mut self, now: Duration, bytes: &[u8], renet: &mut RenetClient) {
        if self.state != ConnectState::Querying {
            return;
        }
        match self.inquiry.handle_answer(now, bytes) {
            Verdict::Ignore | Verdict::AskAgain => {}
            Verdict::Fails(error) => self.fail(error, renet),
            Verdict::Fits { key, clock_s, reply } => {
                self.session = Some(Box::new(self.open(now, &key, clock_s)));
                self.reply = Some(reply);
                self.state = ConnectState::Connecting;
            }
        }
    }

    /// Makes our own token: whoever has the key may.
    fn open(&mut self, now: Duration, key: &SessionKey, clock_s: u32) -> Session {
        let client_id = self.inquiry.client_id();
        let said = Introduction { version: protocol_version(), name: self.name.clone() };
        let token = ConnectToken::generate(
            Duration::from_secs(u64::from(clock_s)),
            NETCODE_PROTOCOL_ID,
            TOKEN_SECONDS,
            client_id,
            SESSION_TIMEOUT.as_secs() as i32,
            vec![token_address()],
            Some(&said.encode()),
            key.bytes(),
        )
        .expect("one server address and data of fixed size always make a token");
        let netcode = NetcodeClient::new(now, ClientAuthentication::Secure { connect_token: token })
            .expect("a token of our own is well formed");
        Session { client_id, netcode, flow: ControlFlow::default(), closing: false, refused_before: None }
    }

    fn handle_sealed(
        &mut self,
        kind: Kind,
        datagram: &mut Datagram,
        renet: &mut RenetClient,
        on: &mut dyn FnMut(Duration, &[u8]),
    ) -> Result<(), Drop> {
        let Some(session) = self.session.as_mut().filter(|session| !session.closing) else {
            return Err(Drop::Stranger);
        };
        if let Some(payload) = session.netcode.process_packet(&mut datagram.bytes) {
            match gate::inner(payload, HOT_TO_CLIENT)? {
                Inner::Hot => on(datagram.arrived, payload),
                Inner::Control { messages } => {
                    session.flow.handle_packet(messages);
                    renet.process_packet(payload);
                }
            }
            return Ok(());
        }
        if session.netcode.is_connected() && self.state == ConnectState::Connecting {
            self.state = ConnectState::Connected;
            renet.set_connected();
            return Ok(());
        }
        match session.netcode.disconnect_reason() {
            Some(DisconnectReason::ConnectionDenied) => {
                let (players, max) = self.reply.as_ref().map_or((0, 0), |reply| (reply.players, reply.max));
                session.closing = true;
                self.state = ConnectState::Failed(ConnectError::Full { addr: self.server, players, max });
            }
            Some(_) => {
                session.closing = true;
                self.state = ConnectState::Failed(ConnectError::ClosedByServer { addr: self.server });
            }
            None if kind == Kind::Payload => return Err(Drop::Unsealed),
            None => {}
        }
        Ok(())
    }

    fn flush_query(&mut self, now: Duration, renet: &mut RenetClient) {
        if let Some(query) = self.inquiry.poll_query(now) {
            send(&mut *self.wire, &mut self.tally, self.server, &query);
        }
        if let Some(error) = self.inquiry.gives_up(now, self.wire.drops().refused > 0) {
            self.fail(error, renet);
        }
    }

    /// Opens the session, keeps it alive, notices its end.
    fn flush_netcode(&mut self, now: Duration, renet: &mut RenetClient) {
        let Some(session) = &mut self.session else { return };
        let passed = now.saturating_sub(session.netcode.current_time());
        let silence = session.netcode.time_since_last_received_packet() + passed;
        if self.state == ConnectState::Connecting && silence >= OPENING_PATIENCE {
            // The answer's clock may be old, or our address half open from before: ask again, begin afresh.
            self.session = None;
            self.attempts += 1;
            if self.attempts >= OPENING_ATTEMPTS {
                self.fail(ConnectError::NoSession { addr: self.server }, renet);
            } else {
                self.inquiry.restart(now);
                self.state = ConnectState::Querying;
            }
            return;
        }
        if silence >= SESSION_TIMEOUT {
            let error = ConnectError::TimedOut { addr: self.server, seconds: SESSION_TIMEOUT.as_secs() };
            self.session = None;
            self.fail(error, renet);
            return;
        }
        // A server that hangs or whose cable is out refuses nothing; one that ended without a word does, every time.
        let refused = self.wire.drops().refused;
        if silence < GONE_PATIENCE {
            session.refused_before = None;
        } else if refused - *session.refused_before.get_or_insert(refused) >= REFUSALS_OF_THE_GONE {
            let error = ConnectError::Gone { addr: self.server };
            self.session = None;
            self.fail(error, renet);
            return;
        }
        if let Some((packet, _)) = session.netcode.update(passed) {
            send(&mut *self.wire, &mut self.tally, self.server, packet);
        }
    }

    fn flush_control(&mut self, renet: &mut RenetClient) {
        let Some(session) = &mut self.session else { return };
        let under_way = renet.channel_available_memory(CONTROL_CHANNEL) < CONTROL_MEMORY_TO_SERVER;
        if !session.flow.wants_flush(under_way) {
            return;
        }
        let flow = session.flow;
        session.flow.flushed();
        for packet in renet.get_packets_to_send().iter().filter(|packet| flow.is_worth_sending(packet)) {
            self.send_sealed(packet);
        }
    }

    fn send_sealed(&mut self, bytes: &[u8]) {
        let Some(session) = &mut self.session else { return };
        match session.netcode.generate_payload_packet(bytes) {
            Ok((_, packet)) => send(&mut *self.wire, &mut self.tally, self.server, packet),
            Err(error) => debug_assert!(false, "a connected session and a payload within bounds: {error}"),
        }
    }

    fn fail(&mut self, error: ConnectError, renet: &mut RenetClient) {
        self.state = ConnectState::Failed(error);
        renet.disconnect_due_to_transport();
    }
}

fn send(wire: &mut dyn Wire, tally: &mut Tally, to: SocketAddr, bytes: &[u8]) {
    tally.sent(bytes.len());
    wire.send(to, bytes);
}

/// Silence that ends a session.
pub const SESSION_TIMEOUT: Duration = Duration::from_millis(SESSION_TIMEOUT_MS);
/// Silence after which it counts that the system says nobody listens there: a server that restarts in less has forgotten
/// the session anyway, but a stray message of the network must not end one.
const GONE_PATIENCE: Duration = Duration::from_secs(4);
/// Such messages during the silence that leave no doubt.
const REFUSALS_OF_THE_GONE: u64 = 10;
/// Silence that ends one attempt to open a session. A LAN needs milliseconds; netcode repeats every 250 ms.
const OPENING_PATIENCE: Duration = Duration::from_secs(2);
/// Together longer than a server remembers a half-open session.
const OPENING_ATTEMPTS: u32 = 4;
/// Copies of the word that a session is over: it is not acknowledged, and any one will do.
const GOODBYES: usize = 5;
