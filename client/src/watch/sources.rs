//! What there is to watch: files sorted into one server and its clients, put on one time line.
//!
//! Parts of one recording are joined; what is damaged or missing is said and the rest plays. Must not know how anything
//! plays.

use super::eye::Eye;
use super::film::Film;
use super::marks::{Marks, Survey};
use super::roll::Roll;
use super::time::Moment;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tickshot_shared::sim::arena::{Arena, MapHash};
use tickshot_shared::tick::TickRate;
use tickshot_trace::analysis::merge::merge;
use tickshot_trace::file::{Health, ReadError};
use tickshot_trace::model::{ClientTrace, ServerTrace, Trace};
use tickshot_trace::proto::Header;
use tickshot_trace::replay::ReplayError;

/// Why there is nothing to watch.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    #[error("{path}: {error}")]
    Read { path: PathBuf, error: ReadError },
    #[error("no trace was given: name at least one file that was recorded with --record or F9")]
    Nothing,
    #[error("{first} and {second} are traces of two servers: give those of one at a time")]
    TwoServers { first: String, second: String },
    #[error("{path}: {error}")]
    Replay { path: String, error: ReplayError },
    #[error(
        "{path} has no frame in which anything was drawn, and no server's trace was given: there is nothing to see"
    )]
    Empty { path: String },
}

/// Traces as they were read, one of each process.
#[derive(Debug, Default)]
pub struct Traces {
    pub server: Option<(String, Box<ServerTrace>)>,
    pub clients: Vec<(String, Box<ClientTrace>)>,
    /// What is wrong with them.
    pub remarks: Vec<String>,
}

impl Traces {
    /// Reads the files at `paths`; tells `read` after each how many have been.
    pub fn open(paths: &[PathBuf], read: &mut dyn FnMut(usize)) -> Result<Traces, WatchError> {
        let mut traces = Vec::new();
        for (index, path) in paths.iter().enumerate() {
            let trace = Trace::open(path).map_err(|error| WatchError::Read { path: path.clone(), error })?;
            traces.push((name_of(path), trace));
            read(index + 1);
        }
        Traces::of(traces)
    }

    /// Sorts traces and joins parts.
    pub fn of(mut traces: Vec<(String, Trace)>) -> Result<Traces, WatchError> {
        if traces.is_empty() {
            return Err(WatchError::Nothing);
        }
        traces.sort_by_key(|(_, trace)| (trace.header().unix_ns_at_zero, trace.header().part));
        let mut all = Traces::default();
        for (name, trace) in traces {
            all.remarks.extend(remark(&name, trace.header(), trace.health()));
            match trace {
                Trace::Server(trace) => all.add_server(name, trace)?,
                Trace::Client(trace) => all.add_client(name, trace),
            }
        }
        Ok(all)
    }

    fn add_server(&mut self, name: String, trace: Box<ServerTrace>) -> Result<(), WatchError> {
        match &mut self.server {
            None => self.server = Some((name, trace)),
            Some((_, first)) if is_next_part(&first.header, &trace.header) => join_servers(first, *trace),
            Some((first, _)) => return Err(WatchError::TwoServers { first: first.clone(), second: name }),
        }
        Ok(())
    }

    fn add_client(&mut self, name: String, trace: Box<ClientTrace>) {
        let mut known = self.clients.iter_mut();
        match known.find(|(_, first)| is_next_part(&first.header, &trace.header)) {
            Some((_, first)) => join_clients(first, *trace),
            None => self.clients.push((name, trace)),
        }
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// What is wrong with a file, and what becomes of it.
fn remark(name: &str, header: &Header, health: &Health) -> Option<String> {
    let fault = health
        .faults
        .first()
        .map(|fault| format!("{name} is damaged at byte {} ({}): what is whole plays", fault.at_byte, fault.what));
    let lost = || (health.lost > 0).then(|| format!("{name}: {} records were lost while it was written", health.lost));
    let other = || {
        let (theirs, ours) = (header.build.as_str(), env!("CARGO_PKG_VERSION"));
        (!theirs.is_empty() && theirs != ours)
            .then(|| format!("{name} was written by version {theirs}, this is {ours}"))
    };
    fault.or_else(lost).or_else(other)
}

/// The same process wrote both, one after the other.
fn is_next_part(first: &Header, next: &Header) -> bool {
    let of = |header: &Header| (header.unix_ns_at_zero, header.seed, header.client_id, header.name.clone());
    of(first) == of(next) && first.part != next.part
}

/// Each part begins with what stood when it was begun: that is there already.
fn join_servers(first: &mut ServerTrace, next: ServerTrace) {
    let last = first.ticks.last().map_or(0, |tick| tick.tick);
    let last_keyframe = first.keyframes.iter().filter_map(|it| Some(it.world.as_ref()?.tick)).max();
    first.ticks.extend(next.ticks.into_iter().filter(|tick| tick.tick > last));
    first
        .keyframes
        .extend(next.keyframes.into_iter().filter(|it| it.world.as_ref().map(|world| world.tick) > last_keyframe));
    first.matches.extend(next.matches.into_iter().filter(|began| began.tick > last));
    first.rules.extend(next.rules.into_iter().filter(|rules| rules.tick > last));
    first.shots.extend(next.shots.into_iter().filter(|shot| shot.tick > last));
    first.sessions.extend(next.sessions.into_iter().filter(|event| event.it.tick > last));
    first.links.extend(next.links.into_iter().filter(|link| link.tick > last));
    first.chat.extend(next.chat.into_iter().filter(|line| line.tick > last));
    first.totals.extend(next.totals);
    first.notes.extend(next.notes);
}

fn join_clients(first: &mut ClientTrace, next: ClientTrace) {
    let last = first.frames.last().map_or(i64::MIN, |frame| frame.at_ns);
    first.welcomes.extend(next.welcomes.into_iter().filter(|it| it.at_ns > last));
    first.sessions.extend(next.sessions.into_iter().filter(|it| it.at_ns > last));
    first.frames.extend(next.frames.into_iter().filter(|it| it.at_ns > last));
    first.inputs.extend(next.inputs);
    first.packets.extend(next.packets);
    first.snapshots.extend(next.snapshots);
    first.clocks.extend(next.clocks);
    first.corrections.extend(next.corrections);
    first.switches.extend(next.switches.into_iter().filter(|it| it.at_ns > last));
    first.shots.extend(next.shots);
    first.answers.extend(next.answers);
    first.totals.extend(next.totals);
    first.chat.extend(next.chat);
    first.notes.extend(next.notes);
}

/// All that a player plays from.
pub struct Sources<'t> {
    pub film: Option<Film<'t>>,
    pub survey: Option<Survey<'t>>,
    pub roll: Roll,
    pub eyes: Vec<Eye<'t>>,
    pub marks: Marks<'t>,
    pub rate: TickRate,
    /// What there is to see.
    pub first: Moment,
    pub last: Moment,
    /// The map of clients without a server's trace.
    pub arena: Option<Arc<Arena>>,
    pub remarks: Vec<String>,
}

impl<'t> Sources<'t> {
    pub fn new(traces: &'t Traces) -> Result<Sources<'t>, WatchError> {
        match &traces.server {
            Some((name, server)) => Sources::with_server(name, server, traces),
            None => Sources::of_clients(traces),
        }
    }

    fn with_server(name: &str, server: &'t ServerTrace, traces: &'t Traces) -> Result<Sources<'t>, WatchError> {
        let film = Film::new(server).map_err(|error| WatchError::Replay { path: name.to_owned(), error })?;
        let (rate, roll) = (rate_of(&server.header), Roll::of(server));
        let (mut eyes, mut remarks) = (Vec::new(), traces.remarks.clone());
        for (name, client) in &traces.clients {
            match merge(server, &[client]) {
                Ok(merged) => {
                    // It was here, but how its clock ran nobody can tell: then it lies where it believed itself to be.
                    for one in &merged.left_out {
                        remarks.push(format!("{name} is placed in time by its own belief: {}", one.why));
                        eyes.extend(believed(client, rate));
                    }
                    for client in &merged.clients {
                        let eye = |session| Eye::merged(client.trace, session, client.clock.clone(), server, rate);
                        eyes.extend(client.sessions.iter().map(eye));
                    }
                }
                Err(error) => remarks.push(format!("{name} is left out: {error}")),
            }
        }
        let first = Moment::of(film.still_or_latest(0).world.tick.0);
        let last = Moment::of(server.ticks.last().map_or(0, |tick| tick.tick)).max(first);
        let marks = Marks::of(Some(server), &eyes, &roll);
        let (film, survey) = (Some(film), Some(Survey::new(server)));
        Ok(Sources { film, survey, roll, eyes, marks, rate, first, last, arena: None, remarks })
    }

    /// What clients saw, without the world that they saw it of.
    fn of_clients(traces: &'t Traces) -> Result<Sources<'t>, WatchError> {
        let Some((name, first_client)) = traces.clients.first() else { return Err(WatchError::Nothing) };
        let rate = rate_of(&first_client.header);
        let mut remarks = traces.remarks.clone();
        remarks.push("no server's trace: this is what the clients saw and believed, not what was".to_owned());
        let eyes: Vec<Eye<'t>> = traces.clients.iter().filter_map(|(_, client)| believed(client, rate)).collect();
        let spans = || eyes.iter().filter_map(Eye::span);
        let (Some(first), Some(last)) = (spans().map(|span| span.0).min(), spans().map(|span| span.1).max()) else {
            return Err(WatchError::Empty { path: name.clone() });
        };
        let arena = arena_of(first_client, &mut remarks);
        let (roll, marks) = (Roll::default(), Marks::of(None, &eyes, &Roll::default()));
        Ok(Sources { film: None, survey: None, roll, eyes, marks, rate, first, last, arena, remarks })
    }
}

/// A client by itself; `None` if it never was in a match.
fn believed(client: &ClientTrace, rate: TickRate) -> Option<Eye<'_>> {
    let slot = client.welcomes.last()?.it.slot;
    Some(Eye::alone(client, (u16::try_from(slot).unwrap_or(u16::MAX), client.header.name.clone()), rate))
}

/// The map that a client played on, if this program has it.
fn arena_of(client: &ClientTrace, remarks: &mut Vec<String>) -> Option<Arc<Arena>> {
    let welcome = &client.welcomes.last()?.it;
    let hash = <[u8; 32]>::try_from(welcome.map_hash.as_slice()).ok().map(MapHash)?;
    let arena = tickshot_server::maps::built_in_by_hash(hash).and_then(|map| Arena::parse(&welcome.map_name, map).ok());
    if arena.is_none() {
        remarks
            .push(format!("the map '{}' is not part of this program: it is in the server's trace", welcome.map_name));
    }
    arena.map(Arc::new)
}

fn rate_of(header: &Header) -> TickRate {
    TickRate::new(header.tick_rate_hz).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tickshot_trace::file::Fault;
    use tickshot_trace::proto::{Frame, Role, ServerTick, Shot};

    fn server(part: u32, ticks: &[u32], health: Health) -> (String, Trace) {
        let header = Header { role: Role::Server.into(), part, seed: 9, ..Header::default() };
        let tick = |tick: &u32| ServerTick { tick: *tick, ..ServerTick::default() };
        let shot = |tick: &u32| Shot { tick: *tick, ..Shot::default() };
        let (ticks, shots) = (ticks.iter().map(tick).collect(), ticks.iter().map(shot).collect());
        let trace = ServerTrace { header, ticks, shots, health, ..ServerTrace::default() };
        (format!("server-{part}.mcap"), Trace::Server(Box::new(trace)))
    }

    #[test]
    fn parts_given_in_any_order_are_one_recording_and_nothing_is_in_it_twice() {
        let parts = vec![server(2, &[3, 4], Health::default()), server(1, &[1, 2, 3], Health::default())];
        let traces = Traces::of(parts).expect("one server");
        let (name, joined) = traces.server.expect("a server");
        let ticks: Vec<u32> = joined.ticks.iter().map(|tick| tick.tick).collect();
        assert_eq!((name.as_str(), ticks, joined.shots.len()), ("server-1.mcap", vec![1, 2, 3, 4], 4));
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said_and_what_is_whole_of_it_plays() {
        let faults = vec![Fault { at_byte: 77, what: "a chunk's CRC does not hold".to_owned() }];
        let health = Health { faults, ..Health::default() };
        let traces = Traces::of(vec![server(1, &[1, 2], health)]).expect("a server");
        assert!(traces.remarks[0].contains("server-1.mcap is damaged at byte 77"), "{:?}", traces.remarks);
        let lost = Health { lost: 12, ..Health::default() };
        let traces = Traces::of(vec![server(1, &[1, 2], lost)]).expect("a server");
        assert!(traces.remarks[0].contains("12 records were lost"), "{:?}", traces.remarks);
    }

    #[test]
    fn a_client_that_never_drew_anything_is_nothing_to_watch() {
        let frames = vec![Frame::default()];
        let header = Header { role: Role::Client.into(), ..Header::default() };
        let trace = ClientTrace { header, frames, ..ClientTrace::default() };
        let traces = Traces::of(vec![("ann.mcap".to_owned(), Trace::Client(Box::new(trace)))]).expect("a trace");
        let error = Sources::new(&traces).err().expect("nothing to see").to_string();
        assert!(error.contains("nothing to see"), "{error}");
    }
}
