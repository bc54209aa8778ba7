//! `tickshot-trace diff`: two traces side by side.

use super::{Failure, Output};
use crate::analysis::diff::diff;
use crate::model::Trace;
use std::path::{Path, PathBuf};

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// A trace of a server, or of a client
    #[arg(value_name = "A")]
    a: PathBuf,
    /// Another of the same kind: another run, or what was recovered of the first
    #[arg(value_name = "B")]
    b: PathBuf,
}

pub(super) fn run(args: &Args, output: Output) -> Result<(), Failure> {
    // Not put together as parts of one recording are: a recovered file and its original are just that.
    let (a, b) = (open(&args.a)?, open(&args.b)?);
    let diff = diff(&a, &b).map_err(|error| Failure::Undone(error.to_string()))?;
    output.print(&diff, &diff.text());
    Ok(())
}

fn open(path: &Path) -> Result<Trace, Failure> {
    Trace::open(path).map_err(|error| match error {
        // It names the file itself.
        crate::file::ReadError::Io { .. } => Failure::Undone(error.to_string()),
        error => Failure::Undone(format!("{}: {error}", path.display())),
    })
}
