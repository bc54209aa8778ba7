//! The question a client asks before it has a session, and the answer: is there a server, which, and may I in?
//!
//! Datagrams outside any session, first byte [`super::lane::QUERY`]. A reply is never longer than its query, so that a
//! forged sender address gains nothing.

use super::DecodeError;

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

/// What a client that holds `key` puts into [`Query::key_check`].
pub fn key_proof(key: &[u8; 32], nonce: u64) -> [u8; 8] {
    let _ = (key, nonce);
    todo!()
}

impl Query {
    /// Whether the asker knows `key`; `None` if it did not say.
    pub fn key_is(&self, key: &[u8; 32]) -> Option<bool> {
        self.key_check.map(|proof| proof == key_proof(key, self.nonce))
    }
}

/// The [`QUERY_BYTES`] bytes of a query.
pub fn encode_query(query: &Query) -> [u8; QUERY_BYTES] {
    let _ = query;
    todo!()
}

/// Read a query; exactly [`QUERY_BYTES`] bytes or refused.
pub fn decode_query(bytes: &[u8]) -> Result<Query, DecodeError> {
    let _ = bytes;
    todo!()
}

/// The bytes of a reply, at most [`QUERY_BYTES`]. Names that are too long are cut.
pub fn encode_reply(reply: &Reply) -> Vec<u8> {
    let _ = reply;
    todo!()
}

/// Read a reply.
pub fn decode_reply(bytes: &[u8]) -> Result<Reply, DecodeError> {
    let _ = bytes;
    todo!()
}
