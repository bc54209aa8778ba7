//! The question a client asks before it has a session, and the answer: is there a server, which, and may I in?
//!
//! Datagrams outside any session, first byte [`super::lane::QUERY`]. A reply is never longer than its query, so that a
//! forged sender address gains nothing.

use super::control::tidy_name;
use super::{DecodeError, lane};
use crate::limits::{DATAGRAM_BYTES_MAX, DATAGRAM_BYTES_MIN, NAME_BYTES_MAX, TICK_RATE_MAX, TICK_RATE_MIN};

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
    pub name: String,
    pub map: String,
    pub players: u16,
    pub max: u16,
    /// Ticks per second.
    pub tick_rate: u8,
    /// Present on a server with a password: what to derive the session key with.
    pub salt: Option<[u8; 16]>,
    /// Whether the query's key check was right; `None` if it had none.
    pub key_ok: Option<bool>,
}

/// Length of every query, and the most a reply can have, in bytes.
pub const QUERY_BYTES: usize = 112;

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
    for (name, fallback) in [(&reply.name, "server"), (&reply.map, "map")] {
        let name = tidy_name(name, fallback);
        out.push(name.len() as u8);
        out.extend_from_slice(name.as_bytes());
    }
    out.extend_from_slice(&reply.players.to_le_bytes());
    out.extend_from_slice(&reply.max.to_le_bytes());
    out.push(reply.tick_rate);
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
    let reply = Reply {
        nonce: from.word()?,
        version: from.word()?,
        name: from.name("server name")?,
        map: from.name("map name")?,
        players: u16::from_le_bytes(from.take()?),
        max: u16::from_le_bytes(from.take()?),
        tick_rate: u8::from_le_bytes(from.take()?),
        salt: from.optional("salt")?,
        key_ok: match from.optional("key answer")? {
            None => None,
            Some([0]) => Some(false),
            Some([1]) => Some(true),
            Some(_) => return Err(DecodeError::Value("key answer")),
        },
    };
    if !(TICK_RATE_MIN..=TICK_RATE_MAX).contains(&u32::from(reply.tick_rate)) {
        return Err(DecodeError::Value("tick rate"));
    }
    if from.0.is_empty() { Ok(reply) } else { Err(DecodeError::Trailing) }
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
const QUERY_START: [u8; 5] = [lane::QUERY, b't', b's', b'q', b'1'];
const REPLY_START: [u8; 5] = [lane::QUERY, b't', b's', b'r', b'1'];

// The longest reply: marks, nonce, version, two names, counts, rate, salt, key answer.
const _: () = assert!(5 + 8 + 8 + 2 * (1 + NAME_BYTES_MAX) + 2 + 2 + 1 + 17 + 2 <= QUERY_BYTES);
const _: () = assert!(QUERY_BYTES >= DATAGRAM_BYTES_MIN && QUERY_BYTES <= DATAGRAM_BYTES_MAX);
