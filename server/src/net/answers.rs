//! What a server answers to a question from outside any session.
//!
//! An answer is the protocol's reply, then the server's netcode clock in whole seconds (u32, least significant byte
//! first): a client makes its own token, and this is how it dates it without any two wall clocks having to agree.
//! Never longer than the question. It must not know sockets, sessions or budgets.

use tickshot_shared::protocol::query::{Query, Reply, decode_query, decode_reply, encode_reply};
use tickshot_shared::sim::round::GameMode;

use super::access::SessionKey;
use super::gate::Drop;

/// What a server tells anyone who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerInfo {
    /// The protocol version it speaks.
    pub version: u64,
    /// Its random number, see [`Reply::server`].
    pub server: u64,
    pub name: String,
    /// Name of the map being played.
    pub map: String,
    /// Slots taken, bots not counted.
    pub players: u16,
    /// Slots there are.
    pub max: u16,
    /// Ticks per second.
    pub tick_rate: u8,
    pub mode: GameMode,
    pub bots: u16,
    /// It makes somebody's link bad on purpose.
    pub lagged: bool,
    /// The round in play (0 = warm-up), and out of how many.
    pub round: u16,
    pub best_of: u8,
}

/// The answer to the question in `bytes`. `salt` is there if the server has a password.
///
/// # Errors
/// [`Drop::Query`] if it is no question, or too short for its answer.
pub fn answer(
    bytes: &[u8],
    info: &ServerInfo,
    key: &SessionKey,
    salt: Option<[u8; 16]>,
    clock_s: u32,
) -> Result<Vec<u8>, Drop> {
    let query: Query = decode_query(bytes).map_err(|_| Drop::Query)?;
    let mut answer = encode_reply(&Reply {
        nonce: query.nonce,
        version: info.version,
        server: info.server,
        name: info.name.clone(),
        map: info.map.clone(),
        players: info.players,
        max: info.max,
        tick_rate: info.tick_rate,
        mode: info.mode,
        bots: info.bots,
        lagged: info.lagged,
        round: info.round,
        best_of: info.best_of,
        salt,
        key_ok: query.key_is(key.bytes()),
    });
    answer.extend_from_slice(&clock_s.to_le_bytes());
    if answer.len() > bytes.len() { Err(Drop::Query) } else { Ok(answer) }
}

/// Reads an answer: the reply and the server's clock in seconds.
///
/// # Errors
/// [`Drop::Query`] if it is none.
pub fn read_answer(bytes: &[u8]) -> Result<(Reply, u32), Drop> {
    let (reply, clock) = bytes.split_last_chunk().ok_or(Drop::Query)?;
    Ok((decode_reply(reply).map_err(|_| Drop::Query)?, u32::from_le_bytes(*clock)))
}
