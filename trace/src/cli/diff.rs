//! `tickshot-trace diff`.

use super::{Failure, Output};
use std::path::PathBuf;

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// Traces
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub(super) fn run(_args: &Args, _output: Output) -> Result<(), Failure> {
    Err(Failure::Undone("not built yet".to_owned()))
}
