//! One HTML file that tells a whole match: without network, without other files, on screen and on paper.
//!
//! Time line: [`Sources`] are put on one time line; each section turns them into HTML; `page` puts style, script and sections
//! together. Must not know where traces come from, or who asks.

mod figures;
mod headline;
mod html;
mod page;
mod sections;
mod sources;
mod stats;

pub use self::headline::Headline;
pub use self::sources::{ClientSource, SERVER, Sources, SourcesError};
pub(crate) use self::sources::{began_ns, busy_us};

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
pub fn html(sources: &Sources<'_>, section: &mut dyn FnMut(&'static str)) -> (String, Headline) {
    let headline = Headline::of(sources);
    let mut html = html::Html::default();
    for (title, write) in sections::ALL {
        section(title);
        write(sources, &headline, &mut html);
    }
    (page::page(sources, html), headline)
}
