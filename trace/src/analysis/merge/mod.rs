//! A server's trace and those of its clients on one time line: the server's local time.
//!
//! Must not know what is done with it; [`super::latency`] and the reports build on it.

mod clock;

pub use self::clock::{ClockMap, Knot, Piece};

use crate::model::{ClientTrace, ServerTrace};
use serde::Serialize;

/// Traces of one match on one time line.
#[derive(Clone, Debug)]
pub struct Merged<'t> {
    pub server: &'t ServerTrace,
    /// In the order in which they were given.
    pub clients: Vec<MergedClient<'t>>,
    /// Clients of this server whose clock cannot be placed, and why.
    pub left_out: Vec<LeftOut>,
}

/// One client's trace on the server's time line.
#[derive(Clone, Debug)]
pub struct MergedClient<'t> {
    pub trace: &'t ClientTrace,
    /// Of the latest session: netcode id, slot, and name as the server had it.
    pub client_id: u64,
    pub slot: u32,
    pub name: String,
    /// In order.
    pub sessions: Vec<Session>,
    pub clock: ClockMap,
}

/// One session of a client: from its admission until it left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Session {
    pub client_id: u64,
    pub slot: u32,
    pub name: String,
    /// The ticks it may have played, inclusive; the server's trace may be shorter.
    pub first_tick: u32,
    pub last_tick: u32,
    /// Local time of the client from when on it knew of it.
    pub from_ns: i64,
}

/// A client that belongs here but cannot be placed in time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    pub name: String,
    pub client_id: u64,
    pub why: String,
}

/// What a merge found out, for people.
#[derive(Clone, Debug, Default, Serialize)]
pub struct MergeReport {
    pub server: String,
}

/// Why traces cannot be put on one time line.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    #[error("the server's trace has no ticks: there is nothing to put clients beside")]
    NoTicks,
    #[error("{}: of another server, or of another time; the server's trace {server} knows no session of them. Leave them out or give the trace of their server", foreign.join(", "))]
    Foreign { server: String, foreign: Vec<String> },
}

/// Puts `clients` on the time line of `server`.
pub fn merge<'t>(server: &'t ServerTrace, _clients: &[&'t ClientTrace]) -> Result<Merged<'t>, MergeError> {
    Ok(Merged { server, clients: Vec::new(), left_out: Vec::new() })
}

impl Merged<'_> {
    pub fn report(&self) -> MergeReport {
        MergeReport::default()
    }

    /// Who played `slot` at `tick`: the place in `clients`.
    pub fn client_at(&self, slot: u32, tick: u32) -> Option<usize> {
        let plays =
            |session: &Session| session.slot == slot && (session.first_tick..=session.last_tick).contains(&tick);
        self.clients.iter().position(|client| client.sessions.iter().any(plays))
    }
}

impl MergeReport {
    pub fn text(&self) -> String {
        String::new()
    }
}
