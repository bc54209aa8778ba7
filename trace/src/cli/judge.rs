//! `tickshot-trace judge`: every shot again under other rules.

use super::open::open;
use super::{Failure, Output};
use crate::analysis::judge::judge;
use indicatif::{ProgressBar, ProgressStyle};
use std::path::PathBuf;

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// The trace of one server; parts of one recording are put together. Traces of clients are not needed
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub(super) fn run(args: &Args, output: Output) -> Result<(), Failure> {
    let opened = open(&args.files)?;
    let server = opened.server()?;
    // Drawn on stderr, and only if that is a terminal.
    let bar = ProgressBar::new(server.ticks.len() as u64).with_style(
        ProgressStyle::with_template("{bar:30} tick {pos} of {len}, {eta} left").expect("the template is a constant"),
    );
    let judgement = judge(server, &mut |done, _| {
        if done.is_multiple_of(TICKS_PER_UPDATE) {
            bar.set_position(done as u64);
        }
    });
    bar.finish_and_clear();
    let judgement = judgement.map_err(|error| Failure::Undone(format!("this trace cannot be replayed: {error}")))?;
    output.print(&judgement, &judgement.text());
    if judgement.stopped.is_some() || !judgement.inconsistent.is_empty() {
        return Err(Failure::Refuted);
    }
    Ok(())
}

/// Drawing costs more than a tick does.
const TICKS_PER_UPDATE: usize = 256;
