//! `tickshot-trace merge`: every clock on the server's, how sure that is, and whether both ends tell the same.

use super::open::open;
use super::{Failure, Output};
use crate::analysis::merge::merge;
use std::path::PathBuf;

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// Traces of one server and of its clients, in any order; parts of one recording are put together
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub(super) fn run(args: &Args, output: Output) -> Result<(), Failure> {
    let opened = open(&args.files)?;
    let merged = merge(opened.server()?, &opened.clients()).map_err(|error| Failure::Undone(error.to_string()))?;
    let report = merged.report();
    output.print(&report, &report.text());
    Ok(())
}
