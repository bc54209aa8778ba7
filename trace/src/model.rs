//! A whole trace in memory, sorted by kind: what every analysis works on.
//!
//! Must not judge: what is missing or odd in a file is for [`crate::file`] to say.

use crate::file::{Health, ReadError};
use crate::proto::{
    Chat, ClientTotals, ClockEstimate, Correction, FieldNames, Frame, Header, ImposedLink, InputSampled, Keyframe,
    MatchBegan, PacketSent, RecorderNote, Role, Rules, ServerTick, ServerTotals, SessionEvent, SessionState, Shot,
    ShotAnswered, ShotSeen, SnapshotReceived, Switched, Welcomed,
};
use crate::record::{Record, Stamped};
use std::path::Path;
use std::time::Duration;

/// A trace of either end.
#[derive(Clone, Debug)]
pub enum Trace {
    Server(Box<ServerTrace>),
    Client(Box<ClientTrace>),
}

/// Something that was recorded at a time on its process's clock.
#[derive(Clone, Debug, PartialEq)]
pub struct At<T> {
    /// Local time, nanoseconds.
    pub at_ns: i64,
    pub it: T,
}

/// What one server wrote, in the order in which it did.
#[derive(Clone, Debug, Default)]
pub struct ServerTrace {
    pub header: Header,
    pub fields: FieldNames,
    /// Ascending by tick.
    pub ticks: Vec<ServerTick>,
    pub matches: Vec<MatchBegan>,
    pub rules: Vec<Rules>,
    pub keyframes: Vec<Keyframe>,
    pub shots: Vec<Shot>,
    pub sessions: Vec<At<SessionEvent>>,
    pub links: Vec<ImposedLink>,
    pub totals: Vec<At<ServerTotals>>,
    pub chat: Vec<Chat>,
    pub notes: Vec<At<RecorderNote>>,
    pub health: Health,
}

/// What one client wrote, in the order in which it did.
#[derive(Clone, Debug, Default)]
pub struct ClientTrace {
    pub header: Header,
    pub welcomes: Vec<At<Welcomed>>,
    pub sessions: Vec<At<SessionState>>,
    pub frames: Vec<Frame>,
    pub inputs: Vec<InputSampled>,
    pub packets: Vec<PacketSent>,
    pub snapshots: Vec<SnapshotReceived>,
    pub clocks: Vec<At<ClockEstimate>>,
    pub corrections: Vec<At<Correction>>,
    pub switches: Vec<At<Switched>>,
    pub shots: Vec<ShotSeen>,
    pub answers: Vec<At<ShotAnswered>>,
    pub totals: Vec<At<ClientTotals>>,
    /// When each line came; it says itself when it was said.
    pub chat: Vec<At<Chat>>,
    pub notes: Vec<At<RecorderNote>>,
    pub health: Health,
}

impl Trace {
    /// Read a file: all of it that is whole. What is wrong with the rest is in its `health`.
    pub fn open(path: &Path) -> Result<Trace, ReadError> {
        let bytes = crate::file::load(path)?;
        Trace::read(&bytes)
    }

    /// The same from memory.
    pub fn read(bytes: &[u8]) -> Result<Trace, ReadError> {
        let contents = crate::file::read(bytes)?;
        Trace::of(contents.records, contents.health)
    }

    /// Sort records by kind. The first one must be a header.
    pub fn of(records: Vec<Stamped>, health: Health) -> Result<Trace, ReadError> {
        let mut records = records.into_iter();
        let Some(Stamped { record: Record::Header(header), .. }) = records.next() else {
            return Err(ReadError::NoHeader);
        };
        match header.role() {
            Role::Server => {
                let mut trace = ServerTrace { header, health, ..ServerTrace::default() };
                records.for_each(|stamped| trace.push(stamped));
                Ok(Trace::Server(Box::new(trace)))
            }
            Role::Client => {
                let mut trace = ClientTrace { header, health, ..ClientTrace::default() };
                records.for_each(|stamped| trace.push(stamped));
                Ok(Trace::Client(Box::new(trace)))
            }
            Role::Unknown => Err(ReadError::NoHeader),
        }
    }

    pub fn header(&self) -> &Header {
        match self {
            Trace::Server(trace) => &trace.header,
            Trace::Client(trace) => &trace.header,
        }
    }

    pub fn health(&self) -> &Health {
        match self {
            Trace::Server(trace) => &trace.health,
            Trace::Client(trace) => &trace.health,
        }
    }
}

impl ServerTrace {
    /// Records that a server does not write are left out: a file of two roles is nobody's.
    fn push(&mut self, Stamped { at, record }: Stamped) {
        match record {
            Record::FieldNames(it) => self.fields = it,
            Record::ServerTick(it) => self.ticks.push(it),
            Record::MatchBegan(it) => self.matches.push(it),
            Record::Rules(it) => self.rules.push(it),
            Record::Keyframe(it) => self.keyframes.push(it),
            Record::Shot(it) => self.shots.push(it),
            Record::SessionEvent(it) => self.sessions.push(At::new(at, it)),
            Record::ImposedLink(it) => self.links.push(it),
            Record::ServerTotals(it) => self.totals.push(At::new(at, it)),
            Record::Chat(it) => self.chat.push(it),
            Record::RecorderNote(it) => self.notes.push(At::new(at, it)),
            _ => {}
        }
    }

    /// Length of a tick, nanoseconds.
    pub fn tick_ns(&self) -> i64 {
        1_000_000_000 / i64::from(self.header.tick_rate_hz.max(1))
    }

    /// The record of `tick`.
    pub fn tick(&self, tick: u32) -> Option<&ServerTick> {
        self.ticks.binary_search_by_key(&tick, |it| it.tick).ok().map(|index| &self.ticks[index])
    }
}

impl ClientTrace {
    fn push(&mut self, Stamped { at, record }: Stamped) {
        match record {
            Record::Welcomed(it) => self.welcomes.push(At::new(at, it)),
            Record::SessionState(it) => self.sessions.push(At::new(at, it)),
            Record::Frame(it) => self.frames.push(it),
            Record::InputSampled(it) => self.inputs.push(it),
            Record::PacketSent(it) => self.packets.push(it),
            Record::SnapshotReceived(it) => self.snapshots.push(it),
            Record::ClockEstimate(it) => self.clocks.push(At::new(at, it)),
            Record::Correction(it) => self.corrections.push(At::new(at, it)),
            Record::Switched(it) => self.switches.push(At::new(at, it)),
            Record::ShotSeen(it) => self.shots.push(it),
            Record::ShotAnswered(it) => self.answers.push(At::new(at, it)),
            Record::ClientTotals(it) => self.totals.push(At::new(at, it)),
            Record::Chat(it) => self.chat.push(At::new(at, it)),
            Record::RecorderNote(it) => self.notes.push(At::new(at, it)),
            _ => {}
        }
    }

    /// The netcode id that a server's records know this client by; 0 before it was welcomed.
    pub fn client_id(&self) -> u64 {
        self.welcomes.last().map_or(self.header.client_id, |welcome| welcome.it.client_id)
    }
}

impl<T> At<T> {
    fn new(at: Duration, it: T) -> At<T> {
        At { at_ns: at.as_nanos() as i64, it }
    }
}
