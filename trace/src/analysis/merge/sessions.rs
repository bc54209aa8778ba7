//! Which of the server's sessions are a client's.
//!
//! Both ends write the netcode id of a session; names and slots are given again, ids are not. Must not know time lines.

use super::MergeError;
use crate::model::{ClientTrace, ServerTrace};
use crate::proto::session_event::Kind;
use serde::Serialize;
use std::collections::BTreeSet;

/// One session of a client: from its admission until it left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Session {
    pub client_id: u64,
    pub slot: u32,
    /// As the server had it: a second Ann has another name there.
    pub name: String,
    /// The ticks it may have played, inclusive; the server's trace may be shorter.
    pub first_tick: u32,
    pub last_tick: u32,
    /// Local time of the client from which on its records are of this session, and of a later one.
    pub from_ns: i64,
    pub until_ns: i64,
}

impl Session {
    pub fn plays_at(&self, tick: u32) -> bool {
        (self.first_tick..=self.last_tick).contains(&tick)
    }

    pub fn owns(&self, local_ns: i64) -> bool {
        (self.from_ns..self.until_ns).contains(&local_ns)
    }
}

/// Every session of clients that the server's trace tells of, in order of admission.
pub(super) fn of_server(server: &ServerTrace) -> Vec<Session> {
    let mut sessions: Vec<Session> = Vec::new();
    for event in server.sessions.iter().map(|at| &at.it).filter(|event| !event.bot && event.client_id != 0) {
        let open = |session: &&mut Session| session.client_id == event.client_id && session.last_tick == u32::MAX;
        let open = sessions.iter_mut().rev().find(open);
        match (event.kind(), open) {
            (Kind::Admitted | Kind::Present, None) => sessions.push(Session {
                client_id: event.client_id,
                slot: event.slot,
                name: event.name.clone(),
                first_tick: event.tick,
                last_tick: u32::MAX,
                from_ns: i64::MIN,
                until_ns: i64::MAX,
            }),
            // Packets that came before it went are told of with the tick after.
            (Kind::Left, Some(session)) => session.last_tick = event.tick.saturating_add(1),
            _ => {}
        }
    }
    sessions
}

/// Those of `all` that are this client's, with their local times; empty = it was never here.
pub(super) fn of_client(all: &[Session], server: &ServerTrace, client: &ClientTrace) -> Vec<Session> {
    if is_of_another_match(server, client) {
        return Vec::new();
    }
    let mut ids: BTreeSet<u64> = client.welcomes.iter().map(|welcome| welcome.it.client_id).collect();
    ids.insert(client.header.client_id);
    let mut mine: Vec<Session> = all.iter().filter(|session| ids.contains(&session.client_id)).cloned().collect();
    for session in &mut mine {
        let welcome = client.welcomes.iter().find(|welcome| welcome.it.client_id == session.client_id);
        session.from_ns = welcome.map_or(i64::MIN, |welcome| welcome.at_ns);
    }
    mine.sort_by_key(|session| session.from_ns);
    for index in 1..mine.len() {
        mine[index - 1].until_ns = mine[index].from_ns;
    }
    // What came before the first welcome is of no other session.
    if let Some(first) = mine.first_mut() {
        first.from_ns = i64::MIN;
    }
    mine
}

/// Ids are drawn at random, but not in a universe: matches have names of their own.
fn is_of_another_match(server: &ServerTrace, client: &ClientTrace) -> bool {
    let known = |id: &[u8]| server.matches.iter().any(|it| it.match_id == id);
    let mut told =
        client.welcomes.iter().map(|welcome| welcome.it.match_id.as_slice()).filter(|id| !id.is_empty()).peekable();
    !server.matches.is_empty() && told.peek().is_some() && !told.any(known)
}

/// The error that names all that do not belong; none = all do.
pub(super) fn refuse_foreign(
    server: &ServerTrace,
    clients: &[&ClientTrace],
    found: &[Vec<Session>],
) -> Result<(), MergeError> {
    let foreign: Vec<String> = clients
        .iter()
        .zip(found)
        .filter(|(_, sessions)| sessions.is_empty())
        .map(|(client, _)| format!("{:?} (client {:016x})", client.header.name, client.client_id()))
        .collect();
    if foreign.is_empty() {
        return Ok(());
    }
    Err(MergeError::Foreign { server: server.header.name.clone(), foreign })
}
