//! A server's trace and those of its clients on one time line: the server's local time.
//!
//! Time line of a merge: each client's netcode ids name its sessions (`sessions`); the datagrams of those are paired
//! (`pairs`); no packet arrives before it left, which bounds the client's clock from both sides (`fit`, [`ClockMap`]); with the
//! clocks, both ends' stories are compared (`ends`) and told (`report`).
//!
//! Must not know what is done with it; [`super::latency`] and the reports build on it.

mod clock;
mod ends;
mod fit;
mod pairs;
mod report;
mod sessions;

pub use self::clock::{ClockMap, DRIFT_PPM_MAX, Knot, Piece, Step};
pub use self::ends::{Difference, InputsChecked, WayTimes};
pub use self::fit::{Bounds, fit};
pub use self::pairs::{Flight, Way};
pub(crate) use self::pairs::{after, departure};
pub use self::report::{ClientReport, MergeReport};
pub(crate) use self::report::{clip, line, paragraph};
pub use self::sessions::Session;

use self::ends::Covered;
use crate::model::{ClientTrace, ServerTrace};
use serde::Serialize;

/// Traces of one match on one time line.
#[derive(Clone, Debug)]
pub struct Merged<'t> {
    pub server: &'t ServerTrace,
    /// In the order in which they were given.
    pub clients: Vec<MergedClient<'t>>,
    /// Clients of this server that cannot be placed in time, and why.
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
    /// In order; at least one.
    pub sessions: Vec<Session>,
    pub clock: ClockMap,
    /// Every input packet (left on the client's clock, arrived on the server's) and every snapshot (the reverse).
    pub up: Way,
    pub down: Way,
    pub up_times: WayTimes,
    pub down_times: WayTimes,
    pub inputs: InputsChecked,
}

/// A client that belongs here but cannot be placed in time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    pub name: String,
    pub client_id: u64,
    pub why: String,
}

/// Why traces cannot be put on one time line.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    #[error(
        "the server's trace has no ticks: there is nothing to put clients beside. Was it recorded to its end? `info` says"
    )]
    NoTicks,
    #[error(
        "the trace of server {server:?} knows no session of {}: leave them out, or give the trace of their server",
        foreign.join(", ")
    )]
    Foreign { server: String, foreign: Vec<String> },
    #[error("two traces are of the same client {0}: give one of them, or all parts of one recording")]
    Twice(String),
}

/// Puts `clients` on the time line of `server`.
pub fn merge<'t>(server: &'t ServerTrace, clients: &[&'t ClientTrace]) -> Result<Merged<'t>, MergeError> {
    if server.ticks.is_empty() {
        return Err(MergeError::NoTicks);
    }
    let all = sessions::of_server(server);
    let found: Vec<Vec<Session>> = clients.iter().map(|client| sessions::of_client(&all, server, client)).collect();
    sessions::refuse_foreign(server, clients, &found)?;
    refuse_twins(&found)?;
    let mut merged = Merged { server, clients: Vec::new(), left_out: Vec::new() };
    for (client, sessions) in clients.iter().zip(found) {
        match place(server, client, sessions) {
            Ok(client) => merged.clients.push(client),
            Err(left_out) => merged.left_out.push(left_out),
        }
    }
    Ok(merged)
}

fn refuse_twins(found: &[Vec<Session>]) -> Result<(), MergeError> {
    let mut ids: Vec<(u64, &str)> =
        found.iter().flatten().map(|session| (session.client_id, session.name.as_str())).collect();
    ids.sort_unstable();
    match ids.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        Some(pair) => Err(MergeError::Twice(format!("{:?} ({:016x})", pair[0].1, pair[0].0))),
        None => Ok(()),
    }
}

fn place<'t>(
    server: &'t ServerTrace,
    trace: &'t ClientTrace,
    sessions: Vec<Session>,
) -> Result<MergedClient<'t>, LeftOut> {
    let latest = sessions.last().expect("clients without a session were refused");
    let (client_id, slot, name) = (latest.client_id, latest.slot, latest.name.clone());
    let (up, down) = pairs::pair(server, trace, &sessions);
    let bounds = Bounds {
        lower: down.arrived().map(|(left, arrived)| (arrived, left)).collect(),
        upper: up.arrived().collect(),
    };
    let Some(clock) = fit(&bounds) else {
        let why = format!(
            "its clock cannot be bounded: {} input packets and {} snapshots are in both traces, and it takes some of both. \
             Do the recordings overlap?",
            bounds.upper.len(),
            bounds.lower.len()
        );
        return Err(LeftOut { name, client_id, why });
    };
    let covered = Covered::of(server, trace, &sessions);
    let up_times =
        ends::times(&up, &|left, arrived| arrived.saturating_sub(clock.to_server_ns(left)), &|flight, longest| {
            covered.up(&sessions, &clock, flight, longest)
        });
    let down_times =
        ends::times(&down, &|left, arrived| clock.to_server_ns(arrived).saturating_sub(left), &|flight, longest| {
            covered.down(&sessions, &clock, flight, longest)
        });
    let inputs = ends::check_inputs(server, trace, &sessions);
    Ok(MergedClient { trace, client_id, slot, name, sessions, clock, up, down, up_times, down_times, inputs })
}

impl Merged<'_> {
    /// Who played `slot` at `tick`: the place in `clients`.
    pub fn client_at(&self, slot: u32, tick: u32) -> Option<usize> {
        let plays = |session: &Session| session.slot == slot && session.plays_at(tick);
        self.clients.iter().position(|client| client.sessions.iter().any(plays))
    }

    /// What was found out, for people.
    pub fn report(&self) -> MergeReport {
        MergeReport::of(self)
    }
}

impl MergedClient<'_> {
    /// The session in which `tick` lies.
    pub fn session_at(&self, tick: u32) -> Option<&Session> {
        self.sessions.iter().find(|session| session.plays_at(tick))
    }
}
