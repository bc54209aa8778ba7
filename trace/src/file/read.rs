//! Reading: the longest prefix of a file that is whole, and what is wrong with the rest.

use super::health::Health;
use super::scan::scan;
use crate::record::Stamped;
use std::path::{Path, PathBuf};

/// What a file holds.
#[derive(Clone, Debug)]
pub struct Contents {
    pub records: Vec<Stamped>,
    pub health: Health,
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
    #[error("nothing in this file is whole ({0})")]
    Nothing(String),
    #[error("what is whole of this file cannot be written anew: {0}")]
    Rewrite(std::io::Error),
}

/// The bytes of a file.
pub fn load(path: &Path) -> Result<Vec<u8>, ReadError> {
    std::fs::read(path).map_err(|error| ReadError::Io { path: path.to_owned(), error })
}

/// All records of the longest whole prefix; at least one, or it is an error.
pub fn read(bytes: &[u8]) -> Result<Contents, ReadError> {
    let mut records = Vec::new();
    let health = scan(bytes, |message| records.extend(message.record))?;
    if records.is_empty() {
        let fault = health.faults.first().map_or_else(|| "it has no records".to_owned(), ToString::to_string);
        return Err(ReadError::Nothing(fault));
    }
    Ok(Contents { records, health })
}

/// Check every byte: header, chunks with their indexes under the seals, the seals, and the end with its CRCs. Not one byte
/// can differ from what was written without a fault, if the last seal is the one that the recorder told.
pub fn check(bytes: &[u8]) -> Result<Health, ReadError> {
    scan(bytes, |_| {})
}
