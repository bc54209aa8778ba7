//! The traces that a report or an export is made of, on one time line as far as they can be put on one.
//!
//! Stands alone because everything that tells of several processes asks the same two questions: who wrote this, and when was
//! it on the server's clock? Traces that do not belong together stay on their own clocks, and that is said.

use crate::analysis::merge::{ClockMap, Merged, MergedClient, merge};
use crate::model::{ClientTrace, ServerTrace, Trace};
use crate::proto::ServerTick;
use crate::proto::session_event::Kind;
use std::sync::Arc;

/// Traces, named and merged.
#[derive(Debug)]
pub struct Sources<'t> {
    pub server: Option<&'t ServerTrace>,
    /// In the order in which they were given.
    pub clients: Vec<ClientSource<'t>>,
    pub merged: Option<Merged<'t>>,
    /// What could not be put on one time line, and why.
    pub notes: Vec<String>,
    seats: Vec<Seat>,
}

/// One client's trace.
#[derive(Debug)]
pub struct ClientSource<'t> {
    pub trace: &'t ClientTrace,
    /// Unlike that of any other process here.
    pub name: Arc<str>,
    pub slot: Option<u32>,
    /// Its place in `merged.clients`.
    pub merged: Option<usize>,
}

/// Somebody sat in `slot` from `from_tick` on.
#[derive(Debug)]
struct Seat {
    slot: u32,
    from_tick: u32,
    name: Arc<str>,
    bot: bool,
}

/// Traces that cannot be told of together.
#[derive(Debug, thiserror::Error)]
pub enum SourcesError {
    #[error("there is no trace to tell of: give at least one file")]
    Empty,
    #[error("these traces are of {0} servers: give those of one match at a time")]
    Servers(usize),
}

impl<'t> Sources<'t> {
    /// Each trace is of another process: parts of one recording were joined before.
    pub fn of(traces: &'t [Trace]) -> Result<Sources<'t>, SourcesError> {
        let mut servers = Vec::new();
        let mut clients = Vec::new();
        for trace in traces {
            match trace {
                Trace::Server(trace) => servers.push(&**trace),
                Trace::Client(trace) => clients.push(&**trace),
            }
        }
        match servers.as_slice() {
            [] if clients.is_empty() => Err(SourcesError::Empty),
            [] => Ok(Sources::new(None, &clients)),
            [server] => Ok(Sources::new(Some(server), &clients)),
            many => Err(SourcesError::Servers(many.len())),
        }
    }

    /// The same of traces that are sorted already.
    pub fn new(server: Option<&'t ServerTrace>, clients: &[&'t ClientTrace]) -> Sources<'t> {
        let mut notes = Vec::new();
        let merged = server.filter(|_| !clients.is_empty()).and_then(|server| match merge(server, clients) {
            Ok(merged) => Some(merged),
            Err(error) => {
                notes.push(format!("Times of different machines cannot be compared: {error}."));
                None
            }
        });
        if let Some(merged) = &merged {
            notes.extend(
                merged.left_out.iter().map(|out| format!("{} stays on a clock of its own: {}.", out.name, out.why)),
            );
        }
        let mut sources =
            Sources { server, clients: Vec::new(), merged, notes, seats: server.map_or(Vec::new(), seats) };
        for trace in clients {
            let source = sources.client(trace);
            sources.clients.push(source);
        }
        sources
    }

    fn client(&self, trace: &'t ClientTrace) -> ClientSource<'t> {
        let merged = self
            .merged
            .as_ref()
            .and_then(|merged| merged.clients.iter().position(|client| std::ptr::eq(client.trace, trace)));
        let placed = merged.zip(self.merged.as_ref()).map(|(index, merged)| &merged.clients[index]);
        let wished = placed.map_or(trace.header.name.as_str(), |placed| placed.name.as_str());
        let slot = placed.map(|placed| placed.slot).or(trace.welcomes.last().map(|welcome| welcome.it.slot));
        ClientSource { trace, name: self.free_name(wished), slot, merged }
    }

    /// Two players may call themselves alike, and one may call itself "server".
    fn free_name(&self, wished: &str) -> Arc<str> {
        let wished = if wished.is_empty() { "client" } else { wished };
        let taken = |name: &str| name == SERVER || self.clients.iter().any(|client| &*client.name == name);
        let numbered = (2..).map(|number| format!("{wished} ({number})"));
        let mut names = std::iter::once(wished.to_owned()).chain(numbered);
        names.find(|name| !taken(name)).expect("numbers do not end").into()
    }

    /// The clock of a client against the server's, if it could be bounded.
    pub fn clock(&self, client: usize) -> Option<&ClockMap> {
        self.placed(client).map(|placed| &placed.clock)
    }

    pub fn placed(&self, client: usize) -> Option<&MergedClient<'t>> {
        self.merged.as_ref()?.clients.get(self.clients.get(client)?.merged?)
    }

    /// A client's local time on the common time line; its own, if there is none.
    pub fn common_ns(&self, client: usize, local_ns: i64) -> i64 {
        self.clock(client).map_or(local_ns, |clock| clock.to_server_ns(local_ns))
    }

    /// Who sat in `slot` at `tick`, as the server tells, or else as the clients do.
    pub fn who(&self, slot: u32, tick: u32) -> Arc<str> {
        let sat = self.seats.iter().rev().find(|seat| seat.slot == slot && seat.from_tick <= tick);
        let known = sat.or_else(|| self.seats.iter().find(|seat| seat.slot == slot)).map(|seat| seat.name.clone());
        let own = || self.clients.iter().find(|client| client.slot == Some(slot)).map(|client| client.name.clone());
        known.or_else(own).unwrap_or_else(|| format!("slot {slot}").into())
    }

    pub fn is_bot(&self, slot: u32) -> bool {
        self.seats.iter().rev().find(|seat| seat.slot == slot).is_some_and(|seat| seat.bot)
    }

    pub fn tick_rate_hz(&self) -> u32 {
        let of_client = self.clients.iter().flat_map(|client| &client.trace.welcomes).map(|at| at.it.tick_rate_hz);
        let hz = self.server.map(|server| server.header.tick_rate_hz).into_iter().chain(of_client).find(|hz| *hz > 0);
        hz.unwrap_or(64)
    }

    /// Where the page's clock begins, common time: the first tick, or else the first frame.
    pub fn zero_ns(&self) -> i64 {
        self.span_ns().0
    }

    /// From the first to the last of what was recorded of the match.
    pub fn length_ns(&self) -> i64 {
        let (first, last) = self.span_ns();
        last - first
    }

    fn span_ns(&self) -> (i64, i64) {
        if let Some((first, last)) = self.server.and_then(|server| server.ticks.first().zip(server.ticks.last())) {
            return (first.deadline_ns, last.deadline_ns);
        }
        let frames = || self.clients.iter().flat_map(|client| &client.trace.frames).map(|frame| frame.at_ns);
        (frames().min().unwrap_or(0), frames().max().unwrap_or(0))
    }

    /// Length of a tick, nanoseconds.
    pub fn tick_ns(&self) -> i64 {
        1_000_000_000 / i64::from(self.tick_rate_hz())
    }
}

/// When a tick began, local time of the server.
pub(crate) fn began_ns(tick: &ServerTick) -> i64 {
    tick.deadline_ns + i64::from(tick.late_us) * 1_000
}

/// All stages of a tick.
pub(crate) fn busy_us(tick: &ServerTick) -> u32 {
    let stages = [tick.receive_us, tick.control_us, tick.step_us, tick.snapshots_us, tick.flush_us];
    stages.into_iter().fold(0, u32::saturating_add)
}

/// Names of the processes in tables: clients have their players'.
pub const SERVER: &str = "server";

fn seats(server: &ServerTrace) -> Vec<Seat> {
    let comes = |kind: Kind| matches!(kind, Kind::Admitted | Kind::Present);
    let events = server.sessions.iter().map(|at| &at.it).filter(|event| comes(event.kind()));
    let seat = |event: &crate::proto::SessionEvent| Seat {
        slot: event.slot,
        from_tick: event.tick,
        name: event.name.as_str().into(),
        bot: event.bot,
    };
    events.map(seat).collect()
}
