//! Files in, recordings out: roles are in the files, and all that one process wrote becomes one trace.
//!
//! Parts and flights of one process tell the same clock's time: what two of them hold (what each begins with, what a flight
//! and a recording share) is taken once. Must not know what is asked of the traces.

use crate::file::{self, Contents, Health, ReadError};
use crate::model::Trace;
use crate::proto::recorder_note::Kind as NoteKind;
use crate::proto::session_event::Kind;
use crate::proto::{Header, Role};
use crate::record::{Record, Stamped};
use std::path::{Path, PathBuf};

/// All files of one process, as far as they were given.
#[derive(Clone, Debug)]
pub struct Recording {
    /// Its health is the sum of its files' healths.
    pub trace: Trace,
    /// In their order; at least one.
    pub files: Vec<FileHealth>,
}

/// How whole one file is.
#[derive(Clone, Debug)]
pub struct FileHealth {
    pub path: PathBuf,
    pub health: Health,
}

/// One file: a part of a recording, or a flight.
#[derive(Clone, Debug)]
pub struct Part {
    path: PathBuf,
    header: Header,
    /// The header among them, as the first.
    records: Vec<Stamped>,
    health: Health,
}

/// Who wrote a file. The zero of a process's clock is as good as its name: nanoseconds of a wall clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    role: i32,
    unix_ns_at_zero: i64,
    seed: u64,
    client_id: u64,
    name: String,
}

/// A file that is no part of anything.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It cannot be read; the error names the file.
    #[error("{0}")]
    Missing(ReadError),
    #[error("{path}: {error}")]
    Refused { path: PathBuf, error: ReadError },
}

/// Reads the files at `paths`, in any order; tells `read` after each how many have been. Recordings come in the order in
/// which the first file of each was given.
pub fn open(paths: &[PathBuf], read: &mut dyn FnMut(usize)) -> Result<Vec<Recording>, OpenError> {
    let mut parts = Vec::with_capacity(paths.len());
    for path in paths {
        parts.push(Part::open(path)?);
        read(parts.len());
    }
    Ok(join(parts))
}

/// The same from memory.
pub fn join(parts: Vec<Part>) -> Vec<Recording> {
    let mut of_processes: Vec<(Process, Vec<Part>)> = Vec::new();
    for part in parts {
        let process = part.process();
        match of_processes.iter_mut().find(|(known, _)| *known == process) {
            Some((_, parts)) => parts.push(part),
            None => of_processes.push((process, vec![part])),
        }
    }
    of_processes.into_iter().map(|(_, parts)| Recording::of(parts)).collect()
}

impl Part {
    pub fn open(path: &Path) -> Result<Part, OpenError> {
        let bytes = file::load(path).map_err(OpenError::Missing)?;
        let contents = file::read(&bytes).map_err(|error| OpenError::Refused { path: path.to_owned(), error })?;
        Part::of(path, contents)
    }

    /// What the file at `path` holds.
    pub fn of(path: &Path, Contents { records, health }: Contents) -> Result<Part, OpenError> {
        let path = path.to_owned();
        match records.first().map(|first| &first.record) {
            Some(Record::Header(header)) if header.role() != Role::Unknown => {
                Ok(Part { path, header: header.clone(), records, health })
            }
            _ => Err(OpenError::Refused { path, error: ReadError::NoHeader }),
        }
    }

    pub fn process(&self) -> Process {
        let Header { role, unix_ns_at_zero, seed, client_id, .. } = self.header;
        Process { role, unix_ns_at_zero, seed, client_id, name: self.header.name.clone() }
    }

    pub fn header(&self) -> &Header {
        &self.header
    }

    pub fn health(&self) -> &Health {
        &self.health
    }

    /// The part before it in the same recording names its last seal; a flight comes before and after nothing.
    pub fn may_follow(&self, before: &Part) -> bool {
        let follows = before.header.part.checked_add(1) == Some(self.header.part) && !self.header.continues.is_empty();
        follows && self.process() == before.process() && !before.is_flight()
    }

    fn is_flight(&self) -> bool {
        let is = |record: &Record| matches!(record, Record::RecorderNote(note) if note.kind() == NoteKind::Flight);
        self.records.iter().any(|stamped| is(&stamped.record))
    }

    /// By itself.
    pub fn into_trace(self) -> Trace {
        Trace::of(self.records, self.health).expect("a part begins with a header that has a role")
    }
}

impl Recording {
    /// Of parts of one process, at least one.
    fn of(mut parts: Vec<Part>) -> Recording {
        parts.sort_by_key(|part| part.header.part);
        let files: Vec<FileHealth> =
            parts.iter().map(|part| FileHealth { path: part.path.clone(), health: part.health.clone() }).collect();
        let trace = match <[Part; 1]>::try_from(parts) {
            Ok([only]) => only.into_trace(),
            Err(parts) => in_order_once(parts).into_trace(),
        };
        Recording { trace, files }
    }
}

/// All parts as one: records in the order of their time behind the first header, and what several parts hold once.
fn in_order_once(parts: Vec<Part>) -> Part {
    let mut all: Option<Part> = None;
    let mut records: Vec<(usize, Stamped)> = Vec::with_capacity(parts.iter().map(|part| part.records.len()).sum());
    for (index, mut part) in parts.into_iter().enumerate() {
        records.extend(part.records.split_off(1).into_iter().map(|stamped| (index, stamped)));
        match &mut all {
            Some(all) => all.health = sum(std::mem::take(&mut all.health), part.health),
            None => all = Some(part),
        }
    }
    // Stable: at one moment the order of the parts, and in each part that in which it was written.
    records.sort_by_key(|(_, stamped)| stamped.at);
    let mut once: Vec<(usize, Stamped)> = Vec::with_capacity(records.len());
    for (index, stamped) in records {
        let same_time = once.iter_mut().rev().take_while(|(_, known)| known.at == stamped.at).take(SAME_TIME_MAX);
        // What one part says twice happened twice.
        let mut of_others = same_time.filter(|(of_part, _)| *of_part != index);
        match of_others.find(|(_, known)| is_same(&known.record, &stamped.record)) {
            Some((_, known)) if has_come(&stamped.record) => *known = stamped,
            Some(_) => {}
            None => once.push((index, stamped)),
        }
    }
    let mut all = all.expect("there are parts");
    all.records.extend(once.into_iter().map(|(_, stamped)| stamped));
    all
}

/// A part says of those who came before it that they are there, with the time at which they came.
fn is_same(a: &Record, b: &Record) -> bool {
    match (a, b) {
        (Record::SessionEvent(came), Record::SessionEvent(there))
            if matches!(
                (came.kind(), there.kind()),
                (Kind::Admitted, Kind::Present) | (Kind::Present, Kind::Admitted)
            ) =>
        {
            let mut there = there.clone();
            there.kind = came.kind;
            *came == there
        }
        _ => a == b,
    }
}

fn has_come(record: &Record) -> bool {
    matches!(record, Record::SessionEvent(event) if event.kind() == Kind::Admitted)
}

fn sum(a: Health, b: Health) -> Health {
    Health {
        bytes: a.bytes + b.bytes,
        valid_bytes: a.valid_bytes + b.valid_bytes,
        finished: a.finished && b.finished,
        chunks: a.chunks + b.chunks,
        seals: a.seals + b.seals,
        last_seal: b.last_seal,
        messages: a.messages + b.messages,
        unknown: a.unknown + b.unknown,
        // Counts as files tell them: a forged one may say anything.
        lost: a.lost.saturating_add(b.lost),
        faults: a.faults.into_iter().chain(b.faults).collect(),
        origin: a.origin.or(b.origin),
    }
}

/// Records of one moment that are looked at for one that is there already: a tick of a full server has a few hundred.
const SAME_TIME_MAX: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ServerTrace;
    use crate::proto::{RecorderNote, ServerTick, SessionEvent};
    use std::time::Duration;

    fn part(name: &str, number: u32, records: Vec<(u64, Record)>) -> Part {
        let header = Header { role: Role::Server.into(), part: number, ..Header::default() };
        let first = Stamped { at: Duration::ZERO, record: header.into() };
        let rest = records.into_iter().map(|(ms, record)| Stamped { at: Duration::from_millis(ms), record });
        let health = Health { messages: 1, lost: number.into(), ..Health::default() };
        let contents = Contents { records: std::iter::once(first).chain(rest).collect(), health };
        Part::of(Path::new(name), contents).expect("it has a header")
    }

    fn tick(tick: u32) -> (u64, Record) {
        (u64::from(tick) * 10, ServerTick { tick, ..ServerTick::default() }.into())
    }

    fn seat(kind: Kind) -> (u64, Record) {
        (5, SessionEvent { kind: kind.into(), slot: 3, ..SessionEvent::default() }.into())
    }

    fn joined(parts: Vec<Part>) -> (ServerTrace, Vec<FileHealth>) {
        let mut recordings = join(parts);
        assert_eq!(recordings.len(), 1);
        let Recording { trace, files } = recordings.remove(0);
        let Trace::Server(trace) = trace else { panic!("a server's trace") };
        (*trace, files)
    }

    #[test]
    fn parts_in_any_order_become_one_trace_that_holds_everything_once() {
        let first = part("1", 1, vec![seat(Kind::Admitted), tick(1), tick(2)]);
        let second = part("2", 2, vec![seat(Kind::Present), tick(3), tick(4)]);
        let flight = part("flight", 1, vec![seat(Kind::Present), tick(2), tick(3)]);
        for parts in [[&second, &flight, &first], [&first, &second, &flight], [&flight, &first, &second]] {
            let (trace, files) = joined(parts.map(Part::clone).into());
            assert_eq!(trace.ticks.iter().map(|tick| tick.tick).collect::<Vec<_>>(), [1, 2, 3, 4]);
            assert_eq!(trace.sessions.iter().map(|event| event.it.kind()).collect::<Vec<_>>(), [Kind::Admitted]);
            assert_eq!((trace.health.messages, trace.health.lost, files.len()), (3, 4, 3));
        }
    }

    #[test]
    fn what_one_file_says_twice_happened_twice() {
        let note = || (20, RecorderNote { count: 7, ..RecorderNote::default() }.into());
        let (trace, _) = joined(vec![part("1", 1, vec![note(), note()]), part("flight", 1, vec![note(), note()])]);
        assert_eq!(trace.notes.len(), 2);
    }

    #[test]
    fn files_of_two_processes_stay_apart_and_each_file_keeps_its_own_health() {
        let mut other = part("other", 1, vec![tick(9)]);
        other.header.seed = 1;
        let recordings = join(vec![part("2", 2, vec![tick(2)]), other, part("1", 1, vec![tick(1)])]);
        let files = |recording: &Recording| {
            let of_file = |file: &FileHealth| (file.path.display().to_string(), file.health.lost);
            recording.files.iter().map(of_file).collect::<Vec<_>>()
        };
        let all: Vec<_> = recordings.iter().map(files).collect();
        assert_eq!(all, [vec![("1".to_owned(), 1), ("2".to_owned(), 2)], vec![("other".to_owned(), 1)]]);
    }

    #[test]
    fn a_part_follows_the_one_before_and_no_flight() {
        let flown = || (0, RecorderNote { kind: NoteKind::Flight.into(), ..RecorderNote::default() }.into());
        let (first, flight) = (part("1", 1, vec![tick(1)]), part("flight", 1, vec![flown(), tick(1)]));
        let mut second = part("2", 2, vec![tick(2)]);
        assert!(!second.may_follow(&first), "it says that nothing was before");
        second.header.continues = vec![7; 32];
        assert!(second.may_follow(&first) && !second.may_follow(&flight) && !second.may_follow(&second));
        second.header.name = "another server".to_owned();
        assert!(!second.may_follow(&first));
    }

    #[test]
    fn a_file_without_a_role_and_one_that_is_not_there_are_refused_with_their_names() {
        let stamped = Stamped { at: Duration::ZERO, record: Header::default().into() };
        let contents = Contents { records: vec![stamped], health: Health::default() };
        let refused = Part::of(Path::new("nobody.mcap"), contents).expect_err("nobody wrote it").to_string();
        assert!(refused.starts_with("nobody.mcap: ") && refused.contains("no Tickshot trace"), "{refused}");
        let missing = open(&[PathBuf::from("nowhere.mcap")], &mut |_| {}).expect_err("it is not there").to_string();
        assert_eq!(missing.matches("nowhere.mcap").count(), 1, "{missing}");
    }
}
