//! `tickshot-trace export`: traces in the formats of other tools.

use super::open::open;
use super::{Failure, Output};
use crate::export::parquet::{self, TableSummary};
use crate::export::perfetto::{self, PerfettoSummary};
use crate::export::{Sources, ndjson};
use crate::file;
use crate::proto::Role;
use crate::record::{Record, Stamped};
use crate::report::SERVER;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
#[group(id = "format", required = true, multiple = true, args = ["parquet", "perfetto", "ndjson"])]
pub(super) struct Args {
    /// Traces of one server and of its clients, in any order; parts of one recording are put together
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// One table per file, for DuckDB, Polars and other SQL
    #[arg(long, value_name = "DIR")]
    parquet: Option<PathBuf>,
    /// Make every tick again and write players' states, kills and events, too
    #[arg(long, value_name = "BOOL", default_value_t = true, action = clap::ArgAction::Set, requires = "parquet")]
    states: bool,
    /// A .pftrace for ui.perfetto.dev, or SQL by its trace processor
    #[arg(long, value_name = "PFTRACE")]
    perfetto: Option<PathBuf>,
    /// A line of JSON per record on stdout, file after file
    #[arg(long, conflicts_with_all = ["parquet", "perfetto"])]
    ndjson: bool,
}

/// What was written.
#[derive(Clone, Debug, Default, Serialize)]
struct Exported {
    /// Why some traces are not on the common time line, or states end early.
    notes: Vec<String>,
    tables: Vec<TableSummary>,
    perfetto: Option<PerfettoFile>,
}

#[derive(Clone, Debug, Serialize)]
struct PerfettoFile {
    path: PathBuf,
    #[serde(flatten)]
    holds: PerfettoSummary,
}

pub(super) fn run(args: &Args, output: Output) -> Result<(), Failure> {
    if args.ndjson {
        return args.files.iter().try_for_each(|path| lines(path));
    }
    let bar = spinner();
    bar.set_message("reading");
    let opened = open(&args.files)?;
    bar.set_message("one time line");
    let server = if opened.servers.is_empty() { None } else { Some(opened.server()?) };
    let sources = Sources::new(server, &opened.clients());
    let mut exported = Exported { notes: sources.notes.clone(), ..Exported::default() };
    let undone = |error: crate::export::ExportError| Failure::Undone(error.to_string());
    let mut progress = |piece: &'static str| bar.set_message(piece);
    if let Some(dir) = &args.parquet {
        let options = parquet::Options { states: args.states };
        let written = parquet::write(&sources, dir, options, &mut progress).map_err(undone)?;
        exported.tables = written.tables;
        exported.notes.extend(written.states_end);
    }
    if let Some(path) = &args.perfetto {
        let holds = perfetto::write(&sources, path, &mut progress).map_err(undone)?;
        exported.perfetto = Some(PerfettoFile { path: path.clone(), holds });
    }
    bar.finish_and_clear();
    output.print(&exported, &exported.text());
    Ok(())
}

impl Exported {
    fn text(&self) -> String {
        let mut text = String::new();
        for note in &self.notes {
            text += &format!("{note}\n");
        }
        for table in &self.tables {
            text += &format!("{:>10} rows  {}\n", table.rows, table.path.display());
        }
        if let Some(PerfettoFile { path, holds }) = &self.perfetto {
            text += &format!(
                "{:>10} slices, {} instants, {} values, {} arrows  {}\n",
                holds.slices,
                holds.instants,
                holds.counter_values,
                holds.flow_arrows,
                path.display()
            );
        }
        text
    }
}

/// A file as lines of JSON on stdout. A reader that is gone is no error: `| head` has seen enough.
fn lines(path: &Path) -> Result<(), Failure> {
    let undone = |what: String| Failure::Undone(format!("{}: {what}", path.display()));
    let bytes = file::load(path).map_err(|error| Failure::Undone(error.to_string()))?;
    let contents = file::read(&bytes).map_err(|error| undone(error.to_string()))?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    let written = ndjson::write(&process(&contents.records), &contents.records, &mut out).and_then(|_| out.flush());
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(undone(error.to_string())),
        _ => Ok(()),
    }
}

/// Whose file it is, by its header.
fn process(records: &[Stamped]) -> String {
    match records.first().map(|first| &first.record) {
        Some(Record::Header(header)) if header.role() == Role::Client => header.name.clone(),
        _ => SERVER.to_owned(),
    }
}

/// Shows on a terminal that something is being done, and what.
pub(super) fn spinner() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    let style = ProgressStyle::with_template("{spinner} {elapsed} {msg}").expect("the template is valid");
    bar.set_style(style);
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

const EXAMPLES: &str = "Examples:
  tickshot-trace export --parquet tables *.mcap
  duckdb -c \"select name, avg(margin_us) from 'tables/inputs.parquet' group by name\"
  tickshot-trace export --perfetto match.pftrace *.mcap      open it in ui.perfetto.dev
  tickshot-trace export --ndjson server.mcap | jq -c 'select(.channel == \"/server/shot\")'

In lines of JSON numbers of 64 bits are text, since JavaScript would round them.";
