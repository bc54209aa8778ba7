//! `tickshot-trace report`: one HTML file that tells a whole match.

use super::export::spinner;
use super::open::open;
use super::{Failure, Output};
use crate::report::{self, ReportSummary, Sources};
use std::path::PathBuf;

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// Traces of one server and of its clients, in any order; one of them is enough
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Where to write it
    #[arg(long, short, value_name = "HTML", default_value = "report.html")]
    out: PathBuf,
}

pub(super) fn run(args: &Args, output: Output) -> Result<(), Failure> {
    let bar = spinner();
    bar.set_message("reading");
    let opened = open(&args.files)?;
    bar.set_message("one time line");
    let server = if opened.servers.is_empty() { None } else { Some(opened.server()?) };
    let sources = Sources::new(server, &opened.clients());
    let summary = report::write_sources(&sources, &args.out, &mut |section| bar.set_message(section))
        .map_err(|error| Failure::Undone(error.to_string()))?;
    bar.finish_and_clear();
    output.print(&summary, &text(&summary));
    Ok(())
}

fn text(summary: &ReportSummary) -> String {
    format!("{}\n{} ({} kB)", summary.headline.text(), summary.path.display(), summary.bytes.div_ceil(1_000))
}
