//! What a recorded match was like: the report of its traces, and the few numbers worth a line on a terminal.
//!
//! Must not know who played, or how the traces came to be.

use super::Failure;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tickshot_trace::analysis::latency::{TimesMs, latency};
use tickshot_trace::model::{ClientTrace, Trace};
use tickshot_trace::recordings;
use tickshot_trace::report::{ReportSummary, Sources, write_sources};
use tickshot_trace::sli::{self, SliResult, Slis};

/// What there is to tell.
#[derive(Debug, Serialize)]
pub(super) struct Story {
    pub(super) report: ReportSummary,
    pub(super) indicators: Vec<SliResult>,
    /// From a key to the picture of it on the own screen, and on others'. `None` = the traces cannot be put on one time line.
    pub(super) key_to_own_picture_ms: Option<TimesMs>,
    pub(super) key_to_others_picture_ms: Option<TimesMs>,
}

/// Reads the files of one match and writes their report to `out`.
pub(super) fn tell(files: &[PathBuf], out: &Path) -> Result<Story, Failure> {
    let bar = indicatif::ProgressBar::new_spinner();
    bar.enable_steady_tick(Duration::from_millis(100));
    bar.set_message("reading what was recorded");
    let recordings = recordings::open(files, &mut |_| {}).map_err(|error| error.to_string())?;
    let traces: Vec<Trace> = recordings.into_iter().map(|recording| recording.trace).collect();
    let sources = Sources::of(&traces)?;
    let report = write_sources(&sources, out, &mut |section| bar.set_message(format!("report: {section}")))?;
    bar.set_message("times and objectives");
    let clients: Vec<&ClientTrace> = sources.clients.iter().map(|client| client.trace).collect();
    let indicators = Slis::of_traces(sources.server, &clients).report();
    let latency = sources.merged.as_ref().map(latency);
    bar.finish_and_clear();
    Ok(Story {
        report,
        indicators,
        key_to_own_picture_ms: latency.as_ref().map(|latency| latency.own.whole.clone()),
        key_to_others_picture_ms: latency.as_ref().map(|latency| latency.all.whole.clone()),
    })
}

impl Story {
    /// As lines of the table that the demo prints.
    pub(super) fn text(&self) -> String {
        let mut text = sli::text(&self.indicators);
        let mut line = |what: &str, value: String| text.push_str(&format!("{what:<22} {value}\n"));
        let of = |met: bool| self.indicators.iter().filter(move |one| one.met == Some(met));
        let missed = of(false).map(described).collect::<Vec<_>>().join(", ");
        let missed = if missed.is_empty() { String::new() } else { format!("   missed: {missed}") };
        line("objectives met", format!("{:>10} of {}{missed}", of(true).count(), of(true).count() + of(false).count()));
        for (what, times) in [
            ("key to own picture", &self.key_to_own_picture_ms),
            ("key to others' picture", &self.key_to_others_picture_ms),
        ] {
            if let Some(times) = times.as_ref().filter(|times| times.count > 0) {
                line(what, format!("{:>10.1} ms   p95 {:.1} ms, p99 {:.1} ms", times.p50, times.p95, times.p99));
            }
        }
        line("report", self.report.path.display().to_string());
        text
    }
}

/// `tick_on_time 99.2 % (>= 99.9)`.
fn described(one: &SliResult) -> String {
    let value = one.value.map_or_else(|| "?".to_owned(), |value| format!("{value:.3}"));
    format!("{} {value} {} ({})", one.name, one.unit, one.objective)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_missed_is_named_and_what_was_not_measured_is_not_counted() {
        let indicator = |name, met: Option<bool>| SliResult {
            name,
            value: met.map(|_| 99.25),
            unit: "%",
            objective: ">= 99.9",
            met,
            count: 1,
            what: "",
        };
        let story = Story {
            report: ReportSummary { path: "/r/report.html".into(), ..ReportSummary::default() },
            indicators: vec![indicator("a", Some(true)), indicator("b", Some(false)), indicator("c", None)],
            key_to_own_picture_ms: Some(TimesMs { count: 9, p50: 12.34, ..TimesMs::default() }),
            key_to_others_picture_ms: None,
        };
        let text = story.text();
        assert!(text.contains("1 of 2   missed: b 99.250 % (>= 99.9)"), "{text}");
        assert!(text.contains("12.3 ms") && !text.contains("others'") && text.ends_with("/r/report.html\n"), "{text}");
    }
}
