//! Two traces side by side: two runs of the same match, or a recording and what was recovered of it.
//!
//! Time line: runs are laid over each other by tick number. Two runs are the same match as long as their inputs are the same;
//! from equal inputs equal worlds follow, so the first tick whose worlds differ is either one after inputs differed, or two
//! builds that do not agree. Between clients there are no worlds to compare, and no ticks in common if they joined at
//! different times: their inputs are compared by tick, all else by numbers.
//!
//! Must not judge which of the two is right.

mod client;
mod numbers;
mod server;
mod text;
mod worlds;

#[cfg(test)]
mod tests;

pub use self::numbers::Number;

use crate::file::Health;
use crate::model::Trace;
use crate::proto::Header;
use serde::Serialize;

/// What two traces have in common, and what not.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Diff {
    /// "server" or "client".
    pub role: &'static str,
    /// Written by one process in one recording: one may be a part of the other.
    pub same_recording: bool,
    /// What should be the same in two runs of the same match.
    pub givens: Vec<Given>,
    /// Records by kind: how many there are, and how many of them are the same from the first one on.
    pub records: Vec<Kind>,
    /// The ticks that both have.
    pub common: Option<Overlap>,
    /// Where inputs, worlds and shots first differ among these; `None` = nowhere.
    pub first_input: Option<First>,
    pub first_world: Option<First>,
    pub first_shot: Option<First>,
    pub numbers: Vec<Number>,
    /// What was not compared, and why.
    pub notes: Vec<String>,
}

/// Something that was given to both runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Given {
    pub what: &'static str,
    pub same: bool,
    pub a: String,
    pub b: String,
}

/// Records of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Kind {
    pub kind: &'static str,
    pub a: usize,
    pub b: usize,
    /// From the first one on.
    pub equal: usize,
}

/// Ticks that both have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Overlap {
    pub first: u32,
    pub last: u32,
    pub ticks: usize,
    /// Of these: the same inputs, the same worlds.
    pub same_inputs: usize,
    pub same_worlds: usize,
}

/// Where something first differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct First {
    pub tick: u32,
    pub time_ms: u64,
    /// What of it, most telling first.
    pub differences: Vec<Difference>,
    /// There are more.
    pub more: usize,
}

/// One thing that is not the same in both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// "player 3 (Ann)", "rocket 0", "round".
    pub of: String,
    pub field: String,
    pub a: String,
    pub b: String,
}

/// Why two traces cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum DiffError {
    #[error("the first is a {a}'s trace and the second a {b}'s: give two of servers or two of clients")]
    Roles { a: &'static str, b: &'static str },
}

/// Compares two traces of one role.
pub fn diff(a: &Trace, b: &Trace) -> Result<Diff, DiffError> {
    match (a, b) {
        (Trace::Server(a), Trace::Server(b)) => Ok(server::diff(a, b)),
        (Trace::Client(a), Trace::Client(b)) => Ok(client::diff(a, b)),
        _ => Err(DiffError::Roles { a: role(a), b: role(b) }),
    }
}

fn role(trace: &Trace) -> &'static str {
    match trace {
        Trace::Server(_) => "server",
        Trace::Client(_) => "client",
    }
}

impl Given {
    fn new(what: &'static str, a: impl Into<String>, b: impl Into<String>) -> Given {
        let (a, b) = (a.into(), b.into());
        Given { what, same: a == b, a, b }
    }
}

impl Kind {
    fn of<T: PartialEq>(kind: &'static str, a: &[T], b: &[T]) -> Kind {
        let equal = a.iter().zip(b).take_while(|(a, b)| a == b).count();
        Kind { kind, a: a.len(), b: b.len(), equal }
    }
}

impl First {
    fn new(tick: u32, tick_rate_hz: u32, mut differences: Vec<Difference>) -> First {
        let more = differences.len().saturating_sub(DIFFERENCES_SHOWN);
        differences.truncate(DIFFERENCES_SHOWN);
        First { tick, time_ms: u64::from(tick) * 1000 / u64::from(tick_rate_hz.max(1)), differences, more }
    }
}

impl Difference {
    /// `None`: it is the same.
    fn of<T: PartialEq + std::fmt::Debug>(of: &str, field: &str, a: &T, b: &T) -> Option<Difference> {
        (a != b).then(|| Difference {
            of: of.to_owned(),
            field: field.to_owned(),
            a: format!("{a:?}"),
            b: format!("{b:?}"),
        })
    }
}

/// What every trace's header says that two runs may have in common.
fn header_givens(a: &Header, b: &Header) -> Vec<Given> {
    let config = |header: &Header| {
        if header.config_json.is_empty() { "none".to_owned() } else { header.config_json.clone() }
    };
    vec![
        Given::new("build", &*a.build, &*b.build),
        Given::new("protocol", format!("{:016x}", a.protocol), format!("{:016x}", b.protocol)),
        Given::new("system", &*a.system, &*b.system),
        Given::new("tick rate", format!("{} Hz", a.tick_rate_hz), format!("{} Hz", b.tick_rate_hz)),
        Given::new("seed", format!("{:016x}", a.seed), format!("{:016x}", b.seed)),
        Given::new("settings", config(a), config(b)),
    ]
}

/// What the files themselves are like.
fn file_numbers(a: &Health, b: &Health) -> Vec<Number> {
    let number = |name, unit, value: fn(&Health) -> u64| Number::count(name, unit, value(a), value(b));
    vec![
        number("file", "bytes", |health| health.bytes),
        number("of it whole", "bytes", |health| health.valid_bytes),
        number("messages", "", |health| health.messages),
        number("records lost", "", |health| health.lost),
        number("faults", "", |health| health.faults.len() as u64),
    ]
}

/// Says so if one of them was mended.
fn origin_notes<'h>(a: &'h Health, b: &'h Health) -> impl Iterator<Item = String> + use<'h> {
    [("A", a), ("B", b)].into_iter().filter_map(|(name, health)| {
        let origin = health.origin.as_ref()?;
        Some(format!(
            "{name} is what was recovered of a file of {} bytes, of which {} were whole: {}",
            origin.bytes, origin.valid_bytes, origin.fault
        ))
    })
}

/// Of one place.
const DIFFERENCES_SHOWN: usize = 12;
