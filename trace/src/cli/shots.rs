//! `tickshot-trace shots`: the table of all shots, or the card of one.

use super::open::open;
use super::{Failure, Output};
use crate::analysis::merge::merge;
use crate::analysis::shots;
use std::path::{Path, PathBuf};

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// Traces of one server and, for what shooters and victims saw, of its clients; among them SLOT@TICK or the beginning
    /// of a shot's id for the card of that one
    #[arg(required = true, value_name = "FILE|ID")]
    files: Vec<PathBuf>,
}

pub(super) fn run(args: &Args, output: Output) -> Result<(), Failure> {
    let undone = |error: &dyn std::error::Error| Failure::Undone(error.to_string());
    let (ids, files): (Vec<PathBuf>, Vec<PathBuf>) = args.files.iter().cloned().partition(|it| names_a_shot(it));
    let opened = open(&files)?;
    let (server, clients) = (opened.server()?, opened.clients());
    let merged = if clients.is_empty() { None } else { Some(merge(server, &clients).map_err(|error| undone(&error))?) };
    match ids.as_slice() {
        [] => {
            let table = shots::table(server, merged.as_ref());
            output.print(&table, &table.text());
        }
        [id] => {
            let card = shots::card(server, merged.as_ref(), &id.to_string_lossy()).map_err(|error| undone(&error))?;
            output.print(&card, &card.text());
        }
        [first, second, ..] => {
            return Err(Failure::Undone(format!(
                "'{}' and '{}': one shot at a time has a card",
                first.display(),
                second.display()
            )));
        }
    }
    Ok(())
}

/// What is no file and looks like a name of a shot.
fn names_a_shot(argument: &Path) -> bool {
    let text = argument.to_string_lossy();
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let slot_at_tick = text.split_once('@').is_some_and(|(slot, tick)| digits(slot) && digits(tick));
    let id = text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    (slot_at_tick || id) && !argument.exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shot_is_told_from_a_file_by_how_it_is_written() {
        for shot in ["3@1234", "0199a1f0-7e11", "0199A1"] {
            assert!(names_a_shot(Path::new(shot)), "{shot}");
        }
        for file in ["server.mcap", "a/b@3", "Cargo.toml", "3@", "@4"] {
            assert!(!names_a_shot(Path::new(file)), "{file}");
        }
    }
}
