//! Traces in the formats of other tools: tables for SQL, a time line for Perfetto, lines of JSON.
//!
//! Each format is a file of its own and knows nothing of the others; what they share is [`Sources`].

pub mod ndjson;
pub mod parquet;
pub mod perfetto;
pub(crate) mod text;

pub use crate::report::Sources;
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

/// When a tick began, local time.
fn began_ns(tick: &crate::proto::ServerTick) -> i64 {
    tick.deadline_ns + i64::from(tick.late_us) * 1_000
}

/// All stages of a tick.
fn busy_us(it: &crate::proto::ServerTick) -> u32 {
    [it.receive_us, it.control_us, it.step_us, it.snapshots_us, it.flush_us].into_iter().fold(0, u32::saturating_add)
}
