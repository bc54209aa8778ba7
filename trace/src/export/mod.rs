//! Traces in the formats of other tools: tables for SQL, a time line for Perfetto, lines of JSON.
//!
//! Each format is a file of its own and knows nothing of the others; what they share is [`Sources`].

pub mod ndjson;
pub mod parquet;
pub mod perfetto;
pub(crate) mod text;

pub use crate::report::Sources;
use crate::report::{began_ns, busy_us};
use std::path::{Path, PathBuf};

/// Why an export failed.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("cannot write {path}: {why}")]
    Write { path: PathBuf, why: String },
}

impl ExportError {
    fn at(path: &Path, why: impl std::fmt::Display) -> ExportError {
        ExportError::Write { path: path.to_owned(), why: why.to_string() }
    }
}

/// Hears of each piece of work before it is done.
pub type Progress<'p> = &'p mut dyn FnMut(&'static str);
