//! One HTML file that tells a whole match: without network, without other files, on screen and on paper.
//!
//! Time line: [`Sources`] are put on one time line; each section turns them into HTML; `page` puts style, script and sections
//! together. Must not know where traces come from, or who asks.

mod sources;

pub use self::sources::{ClientSource, SERVER, Sources, SourcesError};

use crate::model::Trace;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Where a report lies, and what it says first.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ReportSummary {
    pub path: PathBuf,
    pub bytes: u64,
    pub headline: Headline,
}

/// The numbers at the top of a report. `None` = nothing was recorded that tells.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Headline {
    pub server: String,
    pub map: String,
    pub seconds: f64,
    pub ticks: u64,
    pub players: u64,
    /// Clients whose traces were given.
    pub clients: u64,
    pub shots: u64,
    pub hits: u64,
    pub kills: Option<u64>,
    pub corrections: u64,
    pub corrections_unexplained: u64,
    pub ticks_on_time_pct: Option<f64>,
    pub tick_busy_us_p99: Option<u64>,
    pub inputs_missing_pct: Option<f64>,
    /// Of input packets and snapshots that both ends recorded.
    pub lost_up_pct: Option<f64>,
    pub lost_down_pct: Option<f64>,
    pub bytes_per_client_s: Option<f64>,
    /// Objectives met, of those that something was measured for.
    pub objectives_met: u64,
    pub objectives: u64,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    #[error(transparent)]
    Sources(#[from] SourcesError),
    #[error("cannot write the report to {path}: {error}")]
    Io { path: PathBuf, error: std::io::Error },
}

/// Writes the report of `traces`, each of another process, to `out`.
pub fn write(traces: &[Trace], out: &Path) -> Result<ReportSummary, ReportError> {
    write_sources(&Sources::of(traces)?, out, &mut |_| {})
}

/// The same of traces that are on one time line already; `section` hears the title of each section before it is made.
pub fn write_sources(
    sources: &Sources<'_>,
    out: &Path,
    section: &mut dyn FnMut(&'static str),
) -> Result<ReportSummary, ReportError> {
    let (html, headline) = html(sources, section);
    std::fs::write(out, &html).map_err(|error| ReportError::Io { path: out.to_owned(), error })?;
    Ok(ReportSummary { path: out.to_owned(), bytes: html.len() as u64, headline })
}

/// The whole page.
pub fn html(_sources: &Sources<'_>, _section: &mut dyn FnMut(&'static str)) -> (String, Headline) {
    (String::new(), Headline::default())
}
