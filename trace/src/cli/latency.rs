//! `tickshot-trace latency`: from key to picture, part by part.

use super::open::open;
use super::{Failure, Output};
use crate::analysis::latency::latency;
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
    if merged.clients.is_empty() {
        return Err(Failure::Undone(
            "a server's trace alone does not tell where time goes: give those of its clients, too".to_owned(),
        ));
    }
    let report = latency(&merged);
    output.print(&report, &report.text());
    Ok(())
}
