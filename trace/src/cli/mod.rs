//! The command line of `tickshot-trace`: one file per command, each turning files into a struct that prints itself.

mod diff;
mod export;
mod info;
mod judge;
mod latency;
mod merge;
mod open;
mod recover;
mod report;
mod shots;
mod verify;

use crate::recordings::OpenError;
use clap::{Parser, Subcommand};
use serde::Serialize;
use std::io::Write;
use std::process::ExitCode;

/// Read, mend, prove, judge and show tick traces of Tickshot.
#[derive(Parser)]
#[command(name = "tickshot-trace", version, after_help = EXAMPLES)]
struct Cli {
    /// Print one JSON object on stdout instead of a table
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// What a trace is: of whom, when, how long, how whole
    Info(info::Args),
    /// Rewrite what is whole of a torn file
    Recover(recover::Args),
    /// Prove a trace: every byte, then every tick, every shot
    Verify(verify::Args),
    /// A server's trace and those of its clients on one time line
    Merge(merge::Args),
    /// All shots, or the card of one
    Shots(shots::Args),
    /// Every shot again under other rules
    Judge(judge::Args),
    /// Where the time between a key and a picture goes
    Latency(latency::Args),
    /// Two runs of the same match
    Diff(diff::Args),
    /// Parquet, Perfetto or NDJSON
    Export(export::Args),
    /// One HTML file that tells it all
    Report(report::Args),
}

/// Why a command did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// It could not be done: what, where, what to do.
    #[error("{0}")]
    Undone(String),
    /// It was done, and the answer, printed already, is no.
    #[error("")]
    Refuted,
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Failure {
        Failure::Undone(error.to_string())
    }
}

/// How answers are printed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    pub(crate) json: bool,
}

impl Output {
    /// One answer on stdout. A reader that is gone is no error: `| head` has seen enough.
    pub(crate) fn print(self, answer: &impl Serialize, text: &str) {
        let mut out = std::io::stdout().lock();
        _ = if self.json {
            let json = serde_json::to_string(answer).expect("answers are numbers, names and lists");
            writeln!(out, "{json}")
        } else {
            writeln!(out, "{}", text.trim_end())
        };
    }
}

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let output = Output { json: cli.json };
    let outcome = match &cli.command {
        Command::Info(args) => info::run(args, output),
        Command::Recover(args) => recover::run(args, output),
        Command::Verify(args) => verify::run(args, output),
        Command::Merge(args) => merge::run(args, output),
        Command::Shots(args) => shots::run(args, output),
        Command::Judge(args) => judge::run(args, output),
        Command::Latency(args) => latency::run(args, output),
        Command::Diff(args) => diff::run(args, output),
        Command::Export(args) => export::run(args, output),
        Command::Report(args) => report::run(args, output),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Refuted) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("tickshot-trace: {failure}");
            ExitCode::FAILURE
        }
    }
}

const EXAMPLES: &str = "Examples:
  tickshot-trace info *.mcap                        who, when, how long, how whole
  tickshot-trace verify server.mcap                 does every byte, tick and shot hold?
  tickshot-trace recover torn.mcap                  after a crash: writes torn-recovered.mcap
  tickshot-trace shots server.mcap                  all shots; with an ID the card of one
  tickshot-trace judge server.mcap                  who gains under which rule
  tickshot-trace latency server.mcap client*.mcap   from key to picture, part by part
  tickshot-trace merge server.mcap client*.mcap     one time line, and how sure it is
  tickshot-trace export --parquet DIR *.mcap        for DuckDB and Polars
  tickshot-trace report *.mcap                      report.html: works offline and in print

Exit codes: 0 done and true, 1 could not be done or does not hold, 2 wrong usage.";
