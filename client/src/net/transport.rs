//! Query, key, netcode session, both lanes: one connection to one server.

use std::net::SocketAddr;
use std::time::Duration;

use bevy_renet::renet::RenetClient;
use tickshot_server::net::wire::Wire;

/// What a client brings to a connection.
#[derive(Clone, Debug)]
pub struct ConnectConfig {
    pub name: String,
    pub password: Option<String>,
    /// Source of the session's fresh client id and query nonces.
    pub seed: u64,
}

/// How far a connection has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectState {
    /// Asking the server who it is.
    Querying,
    /// It answered and fits; the session is being opened.
    Connecting,
    /// Both lanes are open.
    Connected,
    /// Over, by our own wish.
    Closed,
    /// Over, or never begun, for a reason the player should read.
    Failed(ConnectError),
}

/// Why there is no connection, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    #[error("no server answers at {addr}; check the address and that the server is running")]
    NobodyThere { addr: SocketAddr },
    #[error(
        "the server at {addr} speaks protocol {server:016x}, this game {client:016x}; use the same release on both ends"
    )]
    WrongVersion { addr: SocketAddr, server: u64, client: u64 },
    #[error("the server at {addr} asks for a password; join with --password")]
    PasswordNeeded { addr: SocketAddr },
    #[error("the password is not the one of the server at {addr}; ask its host and try again")]
    PasswordWrong { addr: SocketAddr },
    #[error("the server at {addr} is full ({players} of {max} players); try again when somebody has left")]
    Full { addr: SocketAddr, players: u16, max: u16 },
    #[error("the server at {addr} answers questions but opened no session; try again in a few seconds")]
    NoSession { addr: SocketAddr },
    #[error("the connection to {addr} was lost: nothing heard for {seconds} s; check the network and join again")]
    TimedOut { addr: SocketAddr, seconds: u32 },
    #[error("the server at {addr} ended the session")]
    ClosedByServer { addr: SocketAddr },
}

/// One connection to one server.
pub struct ClientTransport {
    state: ConnectState,
    #[allow(dead_code)]
    wire: Box<dyn Wire>,
}

impl ClientTransport {
    /// Starts to connect to `server`.
    pub fn new(wire: Box<dyn Wire>, _server: SocketAddr, _config: ConnectConfig, _now: Duration) -> Self {
        Self { wire, state: ConnectState::Querying }
    }
    /// Once per tick or frame, first: takes in all that has arrived. `on` gets each hot-lane datagram with its time of
    /// arrival; the control lane goes to `renet`.
    pub fn receive(&mut self, _now: Duration, _renet: &mut RenetClient, _on: &mut dyn FnMut(Duration, &[u8])) {
        todo!()
    }
    /// Seals and sends one hot-lane datagram at once; nothing happens unless connected.
    pub fn send_hot(&mut self, _bytes: &[u8]) {
        todo!()
    }
    /// Once per tick, last: sends what the control lane and the connection itself have to say.
    pub fn flush(&mut self, _now: Duration, _renet: &mut RenetClient) {
        todo!()
    }
    /// How far the connection has come.
    pub fn state(&self) -> &ConnectState {
        &self.state
    }
    /// Ends the connection; the server is told.
    pub fn disconnect(&mut self, _renet: &mut RenetClient) {
        todo!()
    }
}
