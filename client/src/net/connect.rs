//! How far a connection has come, why there is none, and the question that comes before one.
//!
//! It stands alone because everything before a session is question and answer: no netcode, no renet. It must not know a
//! wire: answers come in, verdicts go out, queries are asked for.

use std::net::SocketAddr;
use std::time::Duration;

use tickshot_server::net::access::SessionKey;
use tickshot_server::net::answers::read_answer;
use tickshot_shared::protocol::query::{QUERY_BYTES, Query, Reply, encode_query, key_proof};
use tickshot_shared::protocol::version::protocol_version;
use tickshot_shared::rng::Rng;

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
    TimedOut { addr: SocketAddr, seconds: u64 },
    #[error(
        "the server at {addr} is gone: its machine says that nobody listens there any more; start it and join again"
    )]
    Gone { addr: SocketAddr },
    #[error("the server at {addr} ended the session")]
    ClosedByServer { addr: SocketAddr },
}

/// The question to one server, asked until it is answered or time is up.
#[derive(Debug)]
pub(super) struct Inquiry {
    server: SocketAddr,
    password: Option<String>,
    rng: Rng,
    nonce: u64,
    /// The key of a locked server and the salt it was made with.
    key: Option<([u8; 16], SessionKey)>,
    started: Duration,
    next_query: Duration,
}

/// What an answer means.
#[derive(Debug)]
pub(super) enum Verdict {
    /// Not an answer to our question.
    Ignore,
    /// Go on asking: the next query carries the proof that we know the password.
    AskAgain,
    /// The server fits. `clock_s` is its netcode clock.
    Fits { key: SessionKey, clock_s: u32, reply: Reply },
    /// It does not.
    Fails(ConnectError),
}

impl Inquiry {
    pub(super) fn new(server: SocketAddr, password: Option<String>, seed: u64, now: Duration) -> Self {
        let mut rng = Rng::fork(seed, RNG_PURPOSE);
        let nonce = rng.next_u64();
        Self { server, password, rng, nonce, key: None, started: now, next_query: now }
    }

    /// Begins again with a fresh nonce; a key made before is kept.
    pub(super) fn restart(&mut self, now: Duration) {
        self.nonce = self.rng.next_u64();
        self.started = now;
        self.next_query = now;
    }

    /// A fresh session id.
    pub(super) fn client_id(&mut self) -> u64 {
        self.rng.next_u64()
    }

    /// The query to send now, if one is due.
    pub(super) fn poll_query(&mut self, now: Duration) -> Option<[u8; QUERY_BYTES]> {
        if now < self.next_query {
            return None;
        }
        self.next_query = now + QUERY_INTERVAL;
        let key_check = self.key.as_ref().map(|(_, key)| key_proof(key.bytes(), self.nonce));
        Some(encode_query(&Query { nonce: self.nonce, key_check }))
    }

    /// Whether to give up. `refused`: the system said that nobody listens there.
    pub(super) fn gives_up(&self, now: Duration, refused: bool) -> Option<ConnectError> {
        let asked_for = now.saturating_sub(self.started);
        let patience = if refused { PATIENCE_REFUSED } else { PATIENCE };
        (asked_for >= patience).then_some(ConnectError::NobodyThere { addr: self.server })
    }

    /// Judges an answer. Making a key from a password takes about 50 ms.
    pub(super) fn handle_answer(&mut self, now: Duration, bytes: &[u8]) -> Verdict {
        let Ok((reply, clock_s)) = read_answer(bytes) else { return Verdict::Ignore };
        if reply.nonce != self.nonce {
            return Verdict::Ignore;
        }
        let addr = self.server;
        if reply.version != protocol_version() {
            let error = ConnectError::WrongVersion { addr, server: reply.version, client: protocol_version() };
            return Verdict::Fails(error);
        }
        let key = match reply.salt {
            None => SessionKey::open(),
            Some(salt) => match self.locked_key(salt, reply.key_ok) {
                Ok(Some(key)) => key,
                Ok(None) => {
                    self.restart(now);
                    return Verdict::AskAgain;
                }
                Err(error) => return Verdict::Fails(error),
            },
        };
        if reply.players >= reply.max {
            return Verdict::Fails(ConnectError::Full { addr, players: reply.players, max: reply.max });
        }
        Verdict::Fits { key, clock_s, reply }
    }

    /// The key for a locked server once it has confirmed it; `None` if it was made just now and not yet confirmed.
    fn locked_key(&mut self, salt: [u8; 16], key_ok: Option<bool>) -> Result<Option<SessionKey>, ConnectError> {
        let addr = self.server;
        let Some(password) = &self.password else { return Err(ConnectError::PasswordNeeded { addr }) };
        match &self.key {
            Some((made_with, key)) if *made_with == salt => match key_ok {
                Some(true) => Ok(Some(key.clone())),
                Some(false) => Err(ConnectError::PasswordWrong { addr }),
                None => Ok(None),
            },
            _ => {
                // A password no server can have is a wrong one.
                let key =
                    SessionKey::from_password(password, &salt).map_err(|_| ConnectError::PasswordWrong { addr })?;
                self.key = Some((salt, key));
                Ok(None)
            }
        }
    }
}

/// A lost query or answer is made up for after this long.
const QUERY_INTERVAL: Duration = Duration::from_millis(250);
/// How long nobody may answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// The same once the system has said that nobody listens there: a server that is just starting gets a moment.
const PATIENCE_REFUSED: Duration = Duration::from_millis(600);
const RNG_PURPOSE: u64 = 0x636F_6E6E_6563_7421;
