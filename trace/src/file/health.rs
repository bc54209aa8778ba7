//! How whole a file is: counts, and what is wrong where. Must not judge what the records say.

use serde::Serialize;

/// How whole a file is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Health {
    pub bytes: u64,
    /// Bytes up to which everything is whole: all of a finished file, else up to the last seal, or to the last chunk whose
    /// seal was not written any more.
    pub valid_bytes: u64,
    /// It ends as a recording that was stopped does.
    pub finished: bool,
    pub chunks: u64,
    pub seals: u64,
    /// The last seal, hexadecimal; empty = none.
    pub last_seal: String,
    /// Messages, and those of channels that this version does not know.
    pub messages: u64,
    pub unknown: u64,
    /// Records that the recorder lost while it ran.
    pub lost: u64,
    /// What is wrong: where (byte), and what.
    pub faults: Vec<Fault>,
    /// It is what was whole of another file.
    pub origin: Option<Origin>,
}

/// Something that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    pub at_byte: u64,
    pub what: String,
}

/// The torn file that a mended one was made of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Origin {
    pub bytes: u64,
    pub valid_bytes: u64,
    pub seals: u64,
    /// Its last seal that held, hexadecimal; empty = none did.
    pub last_seal: String,
    /// What was wrong with it.
    pub fault: String,
}

impl Health {
    /// Every byte is as it was written, up to an end that was meant.
    pub fn is_whole(&self) -> bool {
        self.finished && self.faults.is_empty()
    }
}

impl Fault {
    pub(super) fn new(at_byte: usize, what: impl Into<String>) -> Fault {
        Fault { at_byte: at_byte as u64, what: what.into() }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "byte {}: {}", self.at_byte, self.what)
    }
}
