//! `tickshot-trace info`: what a file is, of whom, when, how long, how whole, and which parts belong together.

use super::{Failure, Output};
use crate::file::{self, Contents, Health};
use crate::proto::{Header, Role};
use crate::record::Record;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// Traces
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

#[derive(Serialize)]
struct Answer {
    traces: Vec<Info>,
    /// Files of which nothing can be read.
    unreadable: Vec<Unreadable>,
}

#[derive(Serialize)]
struct Info {
    file: PathBuf,
    role: &'static str,
    name: String,
    build: String,
    protocol: String,
    system: String,
    /// As the wall clock of its machine had it.
    begun_utc: String,
    begun_unix_ns: i64,
    duration_s: f64,
    /// `None` = it says none: a client that was never welcomed.
    tick_rate_hz: Option<u32>,
    part: u32,
    /// The file given beside it that it goes on from.
    continues: Option<PathBuf>,
    /// The last seal of the file that it goes on from, hexadecimal; empty = it is the first.
    continues_seal: String,
    maps: Vec<String>,
    /// First and last tick (of a server), frames (of a client) among them.
    first_tick: Option<u32>,
    last_tick: Option<u32>,
    records: BTreeMap<&'static str, u64>,
    health: Health,
}

#[derive(Serialize)]
struct Unreadable {
    file: PathBuf,
    why: String,
}

pub(super) fn run(args: &Args, output: Output) -> Result<(), Failure> {
    let mut answer = Answer { traces: Vec::new(), unreadable: Vec::new() };
    for path in &args.files {
        match file::load(path).and_then(|bytes| file::read(&bytes)) {
            Ok(contents) => answer.traces.push(info(path, &contents)),
            Err(error) => answer.unreadable.push(Unreadable { file: path.clone(), why: error.to_string() }),
        }
    }
    link_parts(&mut answer.traces);
    output.print(&answer, &answer.text());
    if answer.unreadable.is_empty() { Ok(()) } else { Err(Failure::Refuted) }
}

fn info(path: &std::path::Path, Contents { records, health }: &Contents) -> Info {
    let header =
        records.iter().find_map(|it| if let Record::Header(header) = &it.record { Some(header) } else { None });
    let header = header.cloned().unwrap_or_default();
    let first = records.first().map_or(0, |it| it.at.as_nanos() as i64);
    let last = records.iter().map(|it| it.at.as_nanos() as i64).max().unwrap_or(first);
    let begun_unix_ns = header.unix_ns_at_zero.saturating_add(first);
    let mut counts = BTreeMap::new();
    let (mut ticks, mut maps) = (Vec::new(), Vec::new());
    // A client is told by its server.
    let mut rate_hz = header.tick_rate_hz;
    for stamped in records {
        *counts.entry(Record::CHANNELS[stamped.record.channel()].1).or_default() += 1;
        if let Record::Welcomed(it) = &stamped.record {
            rate_hz = it.tick_rate_hz;
        }
        match &stamped.record {
            Record::ServerTick(it) => ticks.push(it.tick),
            Record::InputSampled(it) => ticks.push(it.tick),
            Record::MatchBegan(it) if !maps.contains(&it.map_name) => maps.push(it.map_name.clone()),
            Record::Welcomed(it) if !maps.contains(&it.map_name) => maps.push(it.map_name.clone()),
            _ => {}
        }
    }
    Info {
        file: path.to_owned(),
        role: role(&header),
        begun_utc: crate::recorder::utc(begun_unix_ns),
        begun_unix_ns,
        duration_s: (last - first) as f64 / 1e9,
        tick_rate_hz: Some(rate_hz).filter(|hz| *hz > 0),
        part: header.part,
        continues: None,
        continues_seal: header.continues.iter().map(|byte| format!("{byte:02x}")).collect(),
        maps,
        first_tick: ticks.iter().min().copied(),
        last_tick: ticks.iter().max().copied(),
        records: counts,
        health: health.clone(),
        protocol: format!("{:016x}", header.protocol),
        name: header.name,
        build: header.build,
        system: header.system,
    }
}

fn role(header: &Header) -> &'static str {
    match header.role() {
        Role::Server => "server",
        Role::Client => "client",
        Role::Unknown => "unknown",
    }
}

/// A part says the last seal of the one before it.
fn link_parts(traces: &mut [Info]) {
    let seals: Vec<(String, PathBuf)> =
        traces.iter().map(|it| (it.health.last_seal.clone(), it.file.clone())).collect();
    for trace in traces.iter_mut().filter(|it| !it.continues_seal.is_empty()) {
        let before = seals.iter().find(|(seal, _)| *seal == trace.continues_seal);
        trace.continues = before.map(|(_, file)| file.clone());
    }
}

impl Answer {
    fn text(&self) -> String {
        let mut parts: Vec<String> = self.traces.iter().map(Info::text).collect();
        parts.extend(self.unreadable.iter().map(|it| format!("{}\n  unreadable  {}\n", it.file.display(), it.why)));
        parts.join("\n")
    }
}

impl Info {
    fn text(&self) -> String {
        let mut text = format!("{}\n", self.file.display());
        let mut line = |key: &str, value: &str| {
            // Memory takes all.
            _ = writeln!(text, "  {key:<11} {value}");
        };
        line("who", &format!("{} {:?}, build {}, {}", self.role, self.name, self.build, self.system));
        line("when", &format!("{} UTC, for {:.1} s", self.begun_utc, self.duration_s));
        if !self.maps.is_empty() {
            line("map", &self.maps.join(", "));
        }
        if let (Some(first), Some(last)) = (self.first_tick, self.last_tick) {
            let rate = self.tick_rate_hz.map_or_else(String::new, |hz| format!(", {hz} a second"));
            line("ticks", &format!("{first} to {last}{rate}"));
        }
        if self.part > 1 || !self.continues_seal.is_empty() {
            let before = match &self.continues {
                Some(file) => format!("goes on from {}", file.display()),
                None => format!("goes on from the file whose last seal is {}", self.continues_seal),
            };
            line("part", &format!("{}, {before}", self.part));
        }
        for (index, names) in self.records.iter().collect::<Vec<_>>().chunks(5).enumerate() {
            let names: Vec<String> = names.iter().map(|(name, count)| format!("{count} {name}")).collect();
            line(if index == 0 { "records" } else { "" }, &names.join(", "));
        }
        health_lines(&self.health).iter().for_each(|(key, value)| line(key, value));
        text
    }
}

/// How whole it is, in words.
fn health_lines(health: &Health) -> Vec<(&'static str, String)> {
    let verdict = match (health.is_whole(), health.finished) {
        (true, _) => "whole: every byte is as it was written",
        (false, true) => "damaged",
        (false, false) => "torn: what follows is what is whole of it",
    };
    let mut lines = vec![
        ("health", verdict.to_owned()),
        ("bytes", format!("{} of {} in {} chunks", health.valid_bytes, health.bytes, health.chunks)),
        ("last seal", format!("{} ({} seals)", health.last_seal, health.seals)),
    ];
    lines.extend(health.faults.iter().map(|fault| ("fault", fault.to_string())));
    if health.lost > 0 {
        lines.push(("lost", format!("{} records, because the recorder's queue was full", health.lost)));
    }
    if health.unknown > 0 {
        lines.push(("unknown", format!("{} records of a later version", health.unknown)));
    }
    if let Some(origin) = &health.origin {
        let seal = if origin.last_seal.is_empty() { "none" } else { &origin.last_seal };
        let made = format!("a torn file of {} bytes, of which {} were whole", origin.bytes, origin.valid_bytes);
        lines.push(("made from", made));
        lines.push(("", format!("its last seal: {seal}; {}", origin.fault)));
    }
    lines
}
