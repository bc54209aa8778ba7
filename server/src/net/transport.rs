//! The server's side of every session: netcode, the gate and both lanes over one wire.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use bevy_renet::renet::RenetServer;

use super::wire::Wire;

/// How a server's transport is set up.
#[derive(Clone, Debug)]
pub struct TransportConfig {
    /// Sessions held at once, players and those who are only told why they cannot play: at most 1,024.
    pub max_sessions: usize,
    /// With a password, nothing is accepted without it. Without, anyone may join and nothing is secret.
    pub password: Option<String>,
    /// Salt of the password key: fresh random bytes per server start.
    pub salt: [u8; 16],
}

/// What a server tells anyone who asks.
#[derive(Clone, Debug)]
pub struct ServerInfo {
    pub version: u64,
    pub name: String,
    pub map: String,
    pub players: u16,
    pub max: u16,
    pub tick_rate: u8,
}

/// What happened on the wire, in order.
#[derive(Debug)]
pub enum TransportEvent<'a> {
    /// A session began. `version` and `name` are what the client says; nothing is checked yet.
    Connected { client_id: u64, addr: SocketAddr, version: u64, name: String },
    /// A hot-lane datagram, opened: its first byte is 0xA0.
    Hot { client_id: u64, arrived: Duration, bytes: &'a [u8] },
    /// A session ended, for `reason`. Its id never comes back.
    Disconnected { client_id: u64, reason: &'static str },
}

/// Traffic and drops since the start.
#[derive(Clone, Debug, Default)]
pub struct Counters {
    pub bytes_in: u64,
    pub bytes_out: u64,
    pub datagrams_in: u64,
    pub datagrams_out: u64,
    /// Drops by reason.
    pub drops: BTreeMap<&'static str, u64>,
}

/// Why a transport could not be made.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    #[error("{sessions} sessions asked for, at most {max} are possible; lower --max-players")]
    TooManySessions { sessions: usize, max: usize },
    #[error("the password could not be made into a key: {0}; use a password of 1 to 64 bytes")]
    Password(String),
}

/// All sessions of one server.
pub struct ServerTransport {
    wire: Box<dyn Wire>,
}

impl ServerTransport {
    /// Opens for business on `wire`.
    pub fn new(wire: Box<dyn Wire>, _config: TransportConfig, _now: Duration) -> Result<Self, TransportError> {
        Ok(Self { wire })
    }
    /// Once per tick, first: takes in all that has arrived.
    pub fn receive(
        &mut self,
        _now: Duration,
        _renet: &mut RenetServer,
        _info: &ServerInfo,
        _on: &mut dyn FnMut(TransportEvent<'_>),
    ) {
        todo!()
    }
    /// Seals and sends one hot-lane datagram at once.
    pub fn send_hot(&mut self, _client_id: u64, _bytes: &[u8]) {
        todo!()
    }
    /// Once per tick, last: sends what the control lane has to say.
    pub fn flush(&mut self, _renet: &mut RenetServer) {
        todo!()
    }
    /// Ends one session; the client is told. No event is reported for it.
    pub fn disconnect(&mut self, _client_id: u64, _renet: &mut RenetServer) {
        todo!()
    }
    /// Ends all sessions.
    pub fn disconnect_all(&mut self, _renet: &mut RenetServer) {
        todo!()
    }
    /// Traffic and drops since the start, the wire's own drops included.
    pub fn counters(&self) -> Counters {
        todo!()
    }
    /// The address the wire is bound to.
    pub fn local_addr(&self) -> SocketAddr {
        self.wire.local_addr()
    }
}
