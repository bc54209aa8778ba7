//! The question a client asks before it has a session, and the answer: is there a server, which, and may I in?
//!
//! Datagrams outside any session, first byte [`super::lane::QUERY`]. A reply is never longer than its query, so that a
//! forged sender address gains nothing. Sent to a broadcast address the question is "who is there?".
//!
//! The first part of a reply, up to the places, stays as it is in every release, so that releases which do not fit can
//! tell each other so; what follows is read only from a server of the same version.

use super::control::tidy_name;
use super::version::protocol_version;
use super::{DecodeError, lane};
use crate::limits::{
    DATAGRAM_BYTES_MAX, DATAGRAM_BYTES_MIN, NAME_BYTES_MAX, TICK_RATE_DEFAULT, TICK_RATE_MAX, TICK_RATE_MIN,
};
use crate::sim::round::GameMode;

/// A client asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Query {
    /// Returned in the reply: ties it to this question.
    pub nonce: u64,
    /// Proof that the asker knows the session key, see [`key_proof`]; `None` = it does not know the salt yet.
    pub key_check: Option<[u8; 8]>,
}

/// A server answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub nonce: u64,
    /// The server's [`super::version::protocol_version`].
    pub version: u64,
    /// Drawn at random by each server when it starts: tells that two addresses are one server.
    pub server: u64,
    pub name: String,
    pub map: String,
    /// People there.
    pub players: u16,
    /// Places there are, for people and bots.
    pub max: u16,
    /// Ticks per second.
    pub tick_rate: u8,
    pub mode: GameMode,
    pub bots: u16,
    /// The server makes somebody's link bad on purpose.
    pub lagged: bool,
    /// The round in play (0 = warm-up), and out of how many.
    pub round: u16,
    pub best_of: u8,
    /// Present on a server with a password: what to derive the session key with.
    pub salt: Option<[u8; 16]>,
    /// Whether the query's key check was right; `None` if it had none.
    pub key_ok: Option<bool>,
}

/// Length of every query, and the most a reply can have, in bytes.
/// More than a reply needs today: a later release can say more without being silent to this one.
pub const QUERY_BYTES: usize = 160;

/// What a client that holds `key` puts into [`Query::key_check`]: proof for this question only.
pub fn key_proof(key: &[u8; 32], nonce: u64) -> [u8; 8] {
    let mut message = [0; 24];
    message[..16].copy_from_slice(b"tickshot key 1\0\0");
    message[16..].copy_from_slice(&nonce.to_le_bytes());
    let hash = blake3::keyed_hash(key, &message);
    std::array::from_fn(|i| hash.as_bytes()[i])
}

impl Query {
    /// Whether the asker knows `key`; `None` if it did not say.
    pub fn key_is(&self, key: &[u8; 32]) -> Option<bool> {
        let right = key_proof(key, self.nonce);
        // Every byte is compared, so that the time taken says nothing about how many are right.
        self.key_check.map(|proof| proof.iter().zip(right).fold(0, |wrong, (a, b)| wrong | (a ^ b)) == 0)
    }
}

/// The [`QUERY_BYTES`] bytes of a query.
pub fn encode_query(query: &Query) -> [u8; QUERY_BYTES] {
    let mut out = Vec::with_capacity(QUERY_BYTES);
    out.extend_from_slice(&QUERY_START);
    out.extend_from_slice(&query.nonce.to_le_bytes());
    put_optional(query.key_check.as_ref(), &mut out);
    let mut bytes = [0; QUERY_BYTES];
    bytes[..out.len()].copy_from_slice(&out);
    bytes
}

/// Read a query; exactly [`QUERY_BYTES`] bytes or refused.
pub fn decode_query(bytes: &[u8]) -> Result<Query, DecodeError> {
    let mut from = Bytes(bytes);
    if from.take::<5>()? != QUERY_START {
        return Err(DecodeError::WrongKind);
    }
    let query = Query { nonce: from.word()?, key_check: from.optional("key check")? };
    match bytes.len() {
        QUERY_BYTES if from.0.iter().all(|&byte| byte == 0) => Ok(query),
        0..QUERY_BYTES => Err(DecodeError::Truncated),
        _ => Err(DecodeError::Trailing),
    }
}

/// The bytes of a reply, at most [`QUERY_BYTES`]. Names that are too long are cut.
pub fn encode_reply(reply: &Reply) -> Vec<u8> {
    let mut out = Vec::with_capacity(QUERY_BYTES);
    out.extend_from_slice(&REPLY_START);
    out.extend_from_slice(&reply.nonce.to_le_bytes());
    out.extend_from_slice(&reply.version.to_le_bytes());
    out.extend_from_slice(&reply.server.to_le_bytes());
    for (name, fallback) in [(&reply.name, "server"), (&reply.map, "map")] {
        let name = tidy_name(name, fallback);
        out.push(name.len() as u8);
        out.extend_from_slice(name.as_bytes());
    }
    out.extend_from_slice(&reply.players.to_le_bytes());
    out.extend_from_slice(&reply.max.to_le_bytes());
    out.push(reply.tick_rate);
    out.push(reply.mode as u8);
    out.extend_from_slice(&reply.bots.to_le_bytes());
    out.push(u8::from(reply.lagged));
    out.extend_from_slice(&reply.round.to_le_bytes());
    out.push(reply.best_of);
    put_optional(reply.salt.as_ref(), &mut out);
    put_optional(reply.key_ok.map(|ok| [u8::from(ok)]).as_ref(), &mut out);
    out
}

/// Read a reply.
pub fn decode_reply(bytes: &[u8]) -> Result<Reply, DecodeError> {
    let mut from = Bytes(bytes);
    if from.take::<5>()? != REPLY_START {
        return Err(DecodeError::WrongKind);
    }
    let mut reply = Reply {
        nonce: from.word()?,
        version: from.word()?,
        server: from.word()?,
        name: from.name("server name")?,
        map: from.name("map name")?,
        players: u16::from_le_bytes(from.take()?),
        max: u16::from_le_bytes(from.take()?),
        tick_rate: TICK_RATE_DEFAULT as u8,
        mode: GameMode::default(),
        bots: 0,
        lagged: false,
        round: 0,
        best_of: 0,
        salt: None,
        key_ok: None,
    };
    if reply.version != protocol_version() {
        return Ok(reply);
    }
    reply.decode_rest(&mut from)?;
    if from.0.is_empty() { Ok(reply) } else { Err(DecodeError::Trailing) }
}

impl Reply {
    /// What only a server of our own version says.
    fn decode_rest(&mut self, from: &mut Bytes) -> Result<(), DecodeError> {
        [self.tick_rate] = from.take()?;
        if !(TICK_RATE_MIN..=TICK_RATE_MAX).contains(&u32::from(self.tick_rate)) {
            return Err(DecodeError::Value("tick rate"));
        }
        let [mode] = from.take()?;
        self.mode = GameMode::ALL.get(usize::from(mode)).copied().ok_or(DecodeError::Value("mode"))?;
        self.bots = u16::from_le_bytes(from.take()?);
        self.lagged = from.flag("lagged")?;
        self.round = u16::from_le_bytes(from.take()?);
        [self.best_of] = from.take()?;
        self.salt = from.optional("salt")?;
        self.key_ok = match from.take()? {
            [0] => None,
            [1] => Some(from.flag("key answer")?),
            [_] => return Err(DecodeError::Value("key answer")),
        };
        Ok(())
    }
}

/// What is left of a datagram.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let (taken, rest) = self.0.split_first_chunk::<N>().ok_or(DecodeError::Truncated)?;
        self.0 = rest;
        Ok(*taken)
    }

    fn word(&mut self) -> Result<u64, DecodeError> {
        Ok(u64::from_le_bytes(self.take()?))
    }

    fn flag(&mut self, what: &'static str) -> Result<bool, DecodeError> {
        match self.take()? {
            [0] => Ok(false),
            [1] => Ok(true),
            [_] => Err(DecodeError::Value(what)),
        }
    }

    fn optional<const N: usize>(&mut self, what: &'static str) -> Result<Option<[u8; N]>, DecodeError> {
        match self.take()? {
            [0] => Ok(None),
            [1] => self.take().map(Some),
            [_] => Err(DecodeError::Value(what)),
        }
    }

    fn name(&mut self, what: &'static str) -> Result<String, DecodeError> {
        let [len] = self.take()?;
        let (name, rest) = self.0.split_at_checked(len.into()).ok_or(DecodeError::Truncated)?;
        self.0 = rest;
        let name = std::str::from_utf8(name).ok().filter(|name| tidy_name(name, "") == *name && !name.is_empty());
        name.map(str::to_owned).ok_or(DecodeError::Value(what))
    }
}

fn put_optional<const N: usize>(value: Option<&[u8; N]>, out: &mut Vec<u8>) {
    out.push(u8::from(value.is_some()));
    out.extend_from_slice(value.map_or(&[][..], |value| &value[..]));
}

/// The lane byte and a mark: a stray datagram is very unlikely to start like this.
const QUERY_START: [u8; 5] = [lane::QUERY, b't', b's', b'q', b'2'];
const REPLY_START: [u8; 5] = [lane::QUERY, b't', b's', b'r', b'2'];

// The longest reply: mark; nonce, version, server; two names; places; rate, mode, bots, lag, rounds; salt, key answer. And
// the server's clock, which its answers carry beside it.
const REPLY_BYTES_MAX: usize = 5 + 3 * 8 + 2 * (1 + NAME_BYTES_MAX) + 4 + (1 + 1 + 2 + 1 + 3) + 17 + 2;
const _: () = assert!(REPLY_BYTES_MAX + 4 <= QUERY_BYTES);
const _: () = assert!(QUERY_BYTES >= DATAGRAM_BYTES_MIN && QUERY_BYTES <= DATAGRAM_BYTES_MAX);
