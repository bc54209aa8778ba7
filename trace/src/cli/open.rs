//! The files that a command was given, as traces: one of each process. Draws how far it is with that.

use super::Failure;
use crate::model::{ClientTrace, ServerTrace, Trace};
use crate::recordings;
use indicatif::{ProgressBar, ProgressStyle};
use std::path::PathBuf;

/// What a number of files holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Opened {
    pub(crate) servers: Vec<ServerTrace>,
    /// In the order in which they were given.
    pub(crate) clients: Vec<ClientTrace>,
}

/// Reads `files`, in any order.
pub(crate) fn open(files: &[PathBuf]) -> Result<Opened, Failure> {
    // Drawn on stderr, and only if that is a terminal.
    let bar = ProgressBar::new(files.len() as u64).with_style(
        ProgressStyle::with_template("{bar:30} {pos}/{len} read  {msg}").expect("the template is a constant"),
    );
    let name = |index: usize| files.get(index).map_or_else(String::new, |path| path.display().to_string());
    bar.set_message(name(0));
    let recordings = recordings::open(files, &mut |read| {
        bar.set_position(read as u64);
        bar.set_message(name(read));
    });
    bar.finish_and_clear();
    let mut opened = Opened::default();
    for recording in recordings? {
        match recording.trace {
            Trace::Server(trace) => opened.servers.push(*trace),
            Trace::Client(trace) => opened.clients.push(*trace),
        }
    }
    Ok(opened)
}

impl Opened {
    /// The one server there must be.
    pub(crate) fn server(&self) -> Result<&ServerTrace, Failure> {
        match self.servers.as_slice() {
            [server] => Ok(server),
            [] => Err(Failure::Undone("none of these files is a server's trace: give the server's, too".to_owned())),
            many => {
                let names: Vec<&str> = many.iter().map(|server| server.header.name.as_str()).collect();
                Err(Failure::Undone(format!(
                    "these files are of {} runs of servers ({}): give those of one at a time",
                    many.len(),
                    names.join(", ")
                )))
            }
        }
    }

    pub(crate) fn clients(&self) -> Vec<&ClientTrace> {
        self.clients.iter().collect()
    }
}
