//! Files in, traces out: roles are in the files, and all parts of one recording become one trace.
//!
//! Parts and flights of one process tell the same clock's time: what two of them hold twice (what each part begins with, what a
//! flight and a recording share) is taken once. Must not know what is asked of the traces.

use super::Failure;
use crate::file::{self, Health};
use crate::model::{ClientTrace, ServerTrace, Trace};
use crate::proto::Header;
use crate::record::{Record, Stamped};
use indicatif::{ProgressBar, ProgressStyle};
use std::path::{Path, PathBuf};

/// What a number of files holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Opened {
    pub(crate) servers: Vec<ServerTrace>,
    /// In the order in which they were given.
    pub(crate) clients: Vec<ClientTrace>,
}

/// Reads `files`, in any order.
pub(crate) fn open(files: &[PathBuf]) -> Result<Opened, Failure> {
    // Drawn on stderr, and only if that is a terminal.
    let bar = ProgressBar::new(files.len() as u64).with_style(
        ProgressStyle::with_template("{bar:30} {pos}/{len} read  {msg}").expect("the template is a constant"),
    );
    let mut recordings: Vec<Vec<Part>> = Vec::new();
    for path in files {
        bar.set_message(path.display().to_string());
        let part = Part::read(path)?;
        bar.inc(1);
        match recordings.iter_mut().find(|recording| recording[0].is_of_the_same_process(&part)) {
            Some(recording) => recording.push(part),
            None => recordings.push(vec![part]),
        }
    }
    bar.finish_and_clear();
    let mut opened = Opened::default();
    for recording in recordings {
        match join(recording)? {
            Trace::Server(trace) => opened.servers.push(*trace),
            Trace::Client(trace) => opened.clients.push(*trace),
        }
    }
    Ok(opened)
}

impl Opened {
    /// The one server there must be.
    pub(crate) fn server(&self) -> Result<&ServerTrace, Failure> {
        match self.servers.as_slice() {
            [server] => Ok(server),
            [] => Err(Failure::Undone("none of these files is a server's trace: give the server's, too".to_owned())),
            many => {
                let names: Vec<&str> = many.iter().map(|server| server.header.name.as_str()).collect();
                Err(Failure::Undone(format!(
                    "these files are of {} runs of servers ({}): give those of one at a time",
                    many.len(),
                    names.join(", ")
                )))
            }
        }
    }

    pub(crate) fn clients(&self) -> Vec<&ClientTrace> {
        self.clients.iter().collect()
    }
}

/// One file.
struct Part {
    path: PathBuf,
    header: Header,
    records: Vec<Stamped>,
    health: Health,
}

impl Part {
    fn read(path: &Path) -> Result<Part, Failure> {
        let undone = |what: String| Failure::Undone(format!("{}: {what}", path.display()));
        let bytes = file::load(path).map_err(|error| Failure::Undone(error.to_string()))?;
        let contents = file::read(&bytes).map_err(|error| undone(error.to_string()))?;
        let Some(Stamped { record: Record::Header(header), .. }) = contents.records.first() else {
            return Err(undone(file::ReadError::NoHeader.to_string()));
        };
        Ok(Part { path: path.to_owned(), header: header.clone(), records: contents.records, health: contents.health })
    }

    /// The zero of a process's clock is as good as its name: nanoseconds of a wall clock.
    fn is_of_the_same_process(&self, other: &Part) -> bool {
        let of =
            |header: &Header| (header.role, header.unix_ns_at_zero, header.seed, header.client_id, header.name.clone());
        of(&self.header) == of(&other.header)
    }
}

/// All parts of one recording as one trace.
fn join(mut parts: Vec<Part>) -> Result<Trace, Failure> {
    parts.sort_by_key(|part| part.header.part);
    let paths = parts.iter().map(|part| part.path.display().to_string()).collect::<Vec<_>>().join(", ");
    let alone = parts.len() == 1;
    let mut health: Option<Health> = None;
    let mut header = None;
    let mut records = Vec::new();
    for part in parts {
        health = Some(health.map_or(part.health.clone(), |so_far| sum(so_far, part.health)));
        let mut of_part = part.records.into_iter();
        header = header.or(of_part.next());
        records.extend(of_part.filter(|stamped| !matches!(stamped.record, Record::Header(_))));
    }
    if !alone {
        records = in_order_once(records);
    }
    records.splice(0..0, header);
    Trace::of(records, health.unwrap_or_default()).map_err(|error| Failure::Undone(format!("{paths}: {error}")))
}

/// In order of time, and what was recorded twice once.
fn in_order_once(mut records: Vec<Stamped>) -> Vec<Stamped> {
    records.sort_by_key(|stamped| stamped.at);
    let mut once: Vec<Stamped> = Vec::with_capacity(records.len());
    for stamped in records {
        let same_time = once.iter().rev().take_while(|known| known.at == stamped.at).take(SAME_TIME_MAX);
        if !same_time.into_iter().any(|known| *known == stamped) {
            once.push(stamped);
        }
    }
    once
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
        lost: a.lost + b.lost,
        faults: a.faults.into_iter().chain(b.faults).collect(),
        origin: a.origin.or(b.origin),
    }
}

/// Records of one moment that are looked at for one that is there already: a tick of a full server has a few hundred.
const SAME_TIME_MAX: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::{Role, ServerTick, SessionEvent};
    use std::time::Duration;

    fn part(number: u32, records: Vec<(u64, Record)>) -> Part {
        let header = Header { role: Role::Server.into(), part: number, ..Header::default() };
        let first = Stamped { at: Duration::ZERO, record: Record::Header(header.clone()) };
        let rest = records.into_iter().map(|(ms, record)| Stamped { at: Duration::from_millis(ms), record });
        let health = Health { messages: 1, ..Health::default() };
        Part { path: PathBuf::new(), header, records: std::iter::once(first).chain(rest).collect(), health }
    }

    fn tick(tick: u32) -> (u64, Record) {
        (u64::from(tick) * 10, ServerTick { tick, ..ServerTick::default() }.into())
    }

    fn came(slot: u32) -> (u64, Record) {
        (5, SessionEvent { slot, ..SessionEvent::default() }.into())
    }

    #[test]
    fn parts_in_any_order_become_one_trace_that_holds_everything_once() {
        let first = part(1, vec![came(3), tick(1), tick(2)]);
        let second = part(2, vec![came(3), tick(3), tick(4)]);
        let flight = part(3, vec![came(3), tick(2), tick(3)]);
        let Ok(Trace::Server(trace)) = join(vec![second, flight, first]) else { panic!("a server's trace") };
        assert_eq!(trace.ticks.iter().map(|tick| tick.tick).collect::<Vec<_>>(), [1, 2, 3, 4]);
        assert_eq!((trace.sessions.len(), trace.health.messages), (1, 3));
    }
}
