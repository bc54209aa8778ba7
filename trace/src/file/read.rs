//! Reading: the longest prefix of a file that is whole, and what is wrong with the rest.

use crate::record::Stamped;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// What a file holds.
#[derive(Clone, Debug)]
pub struct Contents {
    pub records: Vec<Stamped>,
    pub health: Health,
}

/// How whole a file is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Health {
    pub bytes: u64,
    /// Bytes up to which everything is whole.
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
}

/// Something that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    pub at_byte: u64,
    pub what: String,
}

/// Why a file cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("cannot read {path}: {error}")]
    Io { path: PathBuf, error: std::io::Error },
    #[error("this is no MCAP file: it does not begin with MCAP's eight bytes")]
    NotMcap,
    #[error("this is an MCAP file, but no Tickshot trace: its first message is no header")]
    NoHeader,
}

/// The bytes of a file.
pub fn load(path: &Path) -> Result<Vec<u8>, ReadError> {
    std::fs::read(path).map_err(|error| ReadError::Io { path: path.to_owned(), error })
}

/// All records of the longest whole prefix.
pub fn read(_bytes: &[u8]) -> Result<Contents, ReadError> {
    Err(ReadError::NotMcap)
}
