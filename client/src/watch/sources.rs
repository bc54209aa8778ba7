//! What there is to watch: files sorted into one server and its clients, put on one time line.
//!
//! What is damaged or missing is said and the rest plays. Must not know how files become recordings, nor how anything plays.

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
use tickshot_trace::model::{ClientTrace, ServerTrace, Trace};
use tickshot_trace::proto::Header;
use tickshot_trace::recordings::{self, FileHealth, OpenError, Recording};
use tickshot_trace::replay::ReplayError;

/// Why there is nothing to watch.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    #[error("{0}")]
    Open(#[from] OpenError),
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

/// Traces as they were read, one of each process, each with the name of its first file.
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
        Traces::of(recordings::open(paths, read)?)
    }

    /// Sorts recordings.
    pub fn of(mut recordings: Vec<Recording>) -> Result<Traces, WatchError> {
        if recordings.is_empty() {
            return Err(WatchError::Nothing);
        }
        recordings.sort_by_key(|recording| recording.trace.header().unix_ns_at_zero);
        let mut all = Traces::default();
        for Recording { trace, files } in recordings {
            let name = files.first().map_or_else(String::new, |file| name_of(&file.path));
            all.remarks.extend(files.iter().filter_map(damage));
            all.remarks.extend(other_version(&name, trace.header()));
            match (trace, &all.server) {
                (Trace::Client(trace), _) => all.clients.push((name, trace)),
                (Trace::Server(trace), None) => all.server = Some((name, trace)),
                (Trace::Server(_), Some((first, _))) => {
                    return Err(WatchError::TwoServers { first: first.clone(), second: name });
                }
            }
        }
        Ok(all)
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// What is wrong with a file, and what becomes of it.
fn damage(FileHealth { path, health }: &FileHealth) -> Option<String> {
    let name = name_of(path);
    match health.faults.first() {
        Some(fault) => {
            Some(format!("{name} is damaged at byte {} ({}): what is whole plays", fault.at_byte, fault.what))
        }
        None => (health.lost > 0).then(|| format!("{name}: {} records were lost while it was written", health.lost)),
    }
}

fn other_version(name: &str, header: &Header) -> Option<String> {
    let (theirs, ours) = (header.build.as_str(), env!("CARGO_PKG_VERSION"));
    (!theirs.is_empty() && theirs != ours).then(|| format!("{name} was written by version {theirs}, this is {ours}"))
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
    use std::time::Duration;
    use tickshot_trace::file::{Contents, Fault, Health};
    use tickshot_trace::proto::{Frame, InputSampled, PacketSent, Role, ServerTick, Shot};
    use tickshot_trace::record::{Record, Stamped};
    use tickshot_trace::recordings::{Part, join};

    fn part(name: &str, header: Header, records: Vec<(u64, Record)>, health: Health) -> Part {
        let first = Stamped { at: Duration::ZERO, record: header.into() };
        let rest = records.into_iter().map(|(ms, record)| Stamped { at: Duration::from_millis(ms), record });
        let contents = Contents { records: std::iter::once(first).chain(rest).collect(), health };
        Part::of(Path::new(name), contents).expect("it has a header")
    }

    fn server(part_number: u32, ticks: &[u32], health: Health) -> Part {
        let header = Header { role: Role::Server.into(), part: part_number, seed: 9, ..Header::default() };
        let of_tick = |tick: &u32| {
            let (tick, ms) = (*tick, u64::from(*tick) * 10);
            let record = ServerTick { tick, ..ServerTick::default() };
            [(ms, record.into()), (ms, Shot { tick, ..Shot::default() }.into())]
        };
        let records = ticks.iter().flat_map(of_tick).collect();
        part(&format!("traces/server-{part_number}.mcap"), header, records, health)
    }

    /// Of the seconds `from..to`, with an input, a packet and a frame in each.
    fn client(name: &str, seconds: std::ops::Range<u32>) -> Part {
        let header = Header { role: Role::Client.into(), part: 1, name: "Ann".to_owned(), ..Header::default() };
        let of_second = |second: u32| {
            let at_ns = i64::from(second) * 1_000_000_000;
            let input = InputSampled { made_ns: at_ns, tick: second, ..InputSampled::default() };
            let packet = PacketSent { sent_ns: at_ns, ..PacketSent::default() };
            let frame = Frame { at_ns, ..Frame::default() };
            [input.into(), packet.into(), frame.into()].map(|record| (u64::from(second) * 1000, record))
        };
        part(name, header, seconds.flat_map(of_second).collect(), Health::default())
    }

    fn traces(parts: Vec<Part>) -> Traces {
        Traces::of(join(parts)).expect("of one server at most")
    }

    #[test]
    fn parts_given_in_any_order_are_one_recording_and_nothing_is_in_it_twice() {
        let parts = vec![server(2, &[3, 4], Health::default()), server(1, &[1, 2, 3], Health::default())];
        let (name, joined) = traces(parts).server.expect("a server");
        let ticks: Vec<u32> = joined.ticks.iter().map(|tick| tick.tick).collect();
        assert_eq!((name.as_str(), ticks, joined.shots.len()), ("server-1.mcap", vec![1, 2, 3, 4], 4));
    }

    #[test]
    fn a_flight_that_overlaps_a_clients_recording_gives_every_input_packet_and_frame_once() {
        let (recorded, flight) = (client("ann-1.mcap", 0..60), client("ann-flight.mcap", 30..90));
        for parts in [[recorded.clone(), flight.clone()], [flight, recorded]] {
            let mut traces = traces(parts.into());
            assert_eq!(traces.clients.len(), 1);
            let (_, ann) = traces.clients.remove(0);
            assert_eq!(ann.inputs.iter().map(|input| input.tick).collect::<Vec<_>>(), (0..90).collect::<Vec<_>>());
            assert_eq!((ann.packets.len(), ann.frames.len()), (90, 90));
        }
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said_of_that_file_and_what_is_whole_of_it_plays() {
        let faults = vec![Fault { at_byte: 77, what: "a chunk's CRC does not hold".to_owned() }];
        let damaged = server(2, &[3], Health { faults, ..Health::default() });
        let all = traces(vec![server(1, &[1, 2], Health { lost: 12, ..Health::default() }), damaged]);
        let [lost, damaged] = all.remarks.as_slice() else { panic!("{:?}", all.remarks) };
        assert!(lost.starts_with("server-1.mcap: 12 records were lost"), "{lost}");
        assert!(damaged.starts_with("server-2.mcap is damaged at byte 77"), "{damaged}");
    }

    #[test]
    fn a_recording_of_another_version_is_named() {
        let header = Header { role: Role::Client.into(), build: "0.0.1".to_owned(), ..Header::default() };
        let remarks = traces(vec![part("old.mcap", header, Vec::new(), Health::default())]).remarks;
        assert!(remarks[0].starts_with("old.mcap was written by version 0.0.1"), "{remarks:?}");
    }

    #[test]
    fn a_client_that_never_drew_anything_is_nothing_to_watch() {
        let traces = traces(vec![client("ann.mcap", 0..1)]);
        let error = Sources::new(&traces).err().expect("nothing to see").to_string();
        assert!(error.contains("nothing to see"), "{error}");
    }

    #[test]
    fn files_that_are_not_there_are_named() {
        let error = Traces::open(&[PathBuf::from("nowhere.mcap")], &mut |_| {}).expect_err("it is not there");
        assert!(error.to_string().contains("nowhere.mcap"), "{error}");
    }
}
