//! Files in, traces out: roles are in the files, and parts of one recording become one trace.

use super::Failure;
use crate::model::{ClientTrace, ServerTrace};
use std::path::PathBuf;

/// What a number of files holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Opened {
    pub(crate) servers: Vec<ServerTrace>,
    /// In the order in which they were given.
    pub(crate) clients: Vec<ClientTrace>,
}

/// Reads `files`, in any order.
pub(crate) fn open(_files: &[PathBuf]) -> Result<Opened, Failure> {
    Ok(Opened::default())
}

impl Opened {
    /// The one server there must be.
    pub(crate) fn server(&self) -> Result<&ServerTrace, Failure> {
        match self.servers.as_slice() {
            [server] => Ok(server),
            [] => Err(Failure::Undone(
                "none of these files is a server's trace: give the server's too (its name begins with the time and has \"server\" in it)"
                    .to_owned(),
            )),
            many => Err(Failure::Undone(format!(
                "these files are of {} servers ({}): give those of one match at a time",
                many.len(),
                many.iter().map(|server| server.header.name.as_str()).collect::<Vec<_>>().join(", ")
            ))),
        }
    }

    pub(crate) fn clients(&self) -> Vec<&ClientTrace> {
        self.clients.iter().collect()
    }
}
