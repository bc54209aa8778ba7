//! `tickshot-trace verify`: does every byte hold, and is what the bytes say what a server made?

use super::{Failure, Output};
use crate::file::Health;
use crate::model::{ClientTrace, ServerTrace, Trace};
use crate::recordings::Part;
use crate::replay::{self, VerifyReport};
use crate::sli::{self, SliResult, Slis};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// Traces of servers and clients; parts of one recording are also checked to follow on each other
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// All files.
#[derive(Debug, Serialize)]
struct Answer {
    holds: bool,
    files: Vec<FileAnswer>,
}

/// One file.
#[derive(Debug, Serialize)]
struct FileAnswer {
    path: PathBuf,
    holds: bool,
    role: &'static str,
    /// Every byte is as it was written, if the last seal is the one that the recorder told.
    bytes_hold: bool,
    health: Health,
    /// What it goes on from: the last seal of the part before, hexadecimal; empty = it is the first.
    continues: String,
    /// That part is among the files, and its last seal is another one.
    breaks_chain: bool,
    /// Of a server: what making it again showed.
    replay: Option<VerifyReport>,
    /// Faster than it was played, on one core, reading left out.
    times_real_time: Option<f64>,
    /// Each indicator against its objective.
    slis: Vec<SliResult>,
}

pub(super) fn run(args: &Args, output: Output) -> Result<(), Failure> {
    let parts = args.files.iter().map(|path| Part::open(path)).collect::<Result<Vec<_>, _>>()?;
    let breaks: Vec<bool> = parts.iter().map(|part| breaks_chain(part, &parts)).collect();
    let traces: Vec<Trace> = parts.into_iter().map(Part::into_trace).collect();
    let clients: Vec<&ClientTrace> = traces.iter().filter_map(client).collect();
    let of_file = |((path, trace), breaks): ((&PathBuf, _), _)| verify(path, trace, breaks, &clients);
    let files: Vec<FileAnswer> = args.files.iter().zip(&traces).zip(breaks).map(of_file).collect();
    let answer = Answer { holds: files.iter().all(|file| file.holds), files };
    let texts: Vec<String> = answer.files.iter().map(FileAnswer::text).collect();
    output.print(&answer, &texts.join("\n\n"));
    if answer.holds { Ok(()) } else { Err(Failure::Refuted) }
}

/// A part says which seal it goes on from: if parts that may be the one before are here, it must be the last of one of them.
fn breaks_chain(part: &Part, all: &[Part]) -> bool {
    let mut before = all.iter().filter(|before| part.may_follow(before)).peekable();
    before.peek().is_some() && !before.any(|before| before.health().last_seal == hex(&part.header().continues))
}

fn verify(path: &Path, trace: &Trace, breaks_chain: bool, clients: &[&ClientTrace]) -> FileAnswer {
    let health = trace.health();
    let bytes_hold = health.is_whole();
    let mut answer = FileAnswer {
        path: path.to_owned(),
        holds: bytes_hold && !breaks_chain,
        role: "client",
        bytes_hold,
        health: health.clone(),
        continues: hex(&trace.header().continues),
        breaks_chain,
        replay: None,
        times_real_time: None,
        slis: Vec::new(),
    };
    if let Trace::Server(server) = trace {
        let (report, took) = replay_timed(server, path);
        answer.role = "server";
        answer.holds &= report.holds;
        answer.times_real_time = Some(report.seconds / took.as_secs_f64().max(1e-9));
        answer.replay = Some(report);
        answer.slis = Slis::of_traces(Some(server), clients).report();
    }
    answer
}

fn replay_timed(server: &ServerTrace, path: &Path) -> (VerifyReport, Duration) {
    // Draws on stderr, and only if that is a terminal.
    let bar = ProgressBar::new(server.ticks.len() as u64);
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} ticks {eta}");
    bar.set_style(style.expect("the template is a constant that parses"));
    bar.set_message(path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()));
    let began = Instant::now();
    let report = replay::verify(server, &mut |made, all| {
        bar.set_length(all);
        bar.set_position(made);
    });
    let took = began.elapsed();
    bar.finish_and_clear();
    (report, took)
}

fn client(trace: &Trace) -> Option<&ClientTrace> {
    match trace {
        Trace::Client(client) => Some(client),
        Trace::Server(_) => None,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl FileAnswer {
    fn text(&self) -> String {
        let mut lines =
            vec![format!("{}: {}", self.path.display(), if self.holds { "HOLDS" } else { "DOES NOT HOLD" })];
        let Health { bytes, valid_bytes, chunks, seals, faults, .. } = &self.health;
        lines.push(if self.bytes_hold {
            format!("  bytes   all {bytes} are as they were written: {chunks} chunks under {seals} seals, and the end")
        } else {
            format!("  bytes   the first {valid_bytes} of {bytes} hold: tickshot-trace recover keeps what is whole")
        });
        lines.extend(faults.iter().take(FAULTS_SHOWN).map(|fault| format!("          {fault}")));
        if faults.len() > FAULTS_SHOWN {
            lines.push(format!("          and {} more", faults.len() - FAULTS_SHOWN));
        }
        if let Some(origin) = &self.health.origin {
            lines.push(format!(
                "          mended: what was whole ({} of {} bytes) of a file whose last seal was {}",
                origin.valid_bytes, origin.bytes, origin.last_seal
            ));
        }
        if self.breaks_chain {
            lines.push("  parts   the part before does not end with the seal that this one goes on from".to_owned());
        }
        match &self.replay {
            Some(replay) => lines.extend(self.replay_lines(replay)),
            None => lines.push("  ticks   a client's: its bytes can be proven, what it saw is its word".to_owned()),
        }
        lines.push(format!("  seal    {}", self.health.last_seal));
        lines.join("\n")
    }

    fn replay_lines(&self, replay: &VerifyReport) -> Vec<String> {
        let mut lines: Vec<String> = replay.text().lines().map(|line| format!("  ticks   {line}")).collect();
        if let Some(times) = self.times_real_time.filter(|_| replay.ticks > 0) {
            lines.push(format!("  speed   {times:.0} x real time"));
        }
        lines.extend(sli::text(&self.slis).lines().map(|line| format!("  {line}")));
        lines
    }
}

/// Faults of one file that are shown; JSON has them all.
const FAULTS_SHOWN: usize = 8;
