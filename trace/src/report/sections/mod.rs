//! What a report tells, section by section, from the whole to single shots. Each turns [`Sources`] into HTML and says nothing
//! where nothing was recorded.

mod bandwidth;
mod clocks;
mod corrections;
mod delays;
mod judge;
mod players;
mod shots;
pub(super) mod spacetime;
mod summary;
mod ticks;

use super::Sources;
use super::headline::Headline;
use super::html::Html;
use super::stats::{Bin, Series};

/// Title, and what writes it.
type Section = (&'static str, fn(&Sources<'_>, &Headline, &mut Html));

/// In the order of the page.
pub(super) const ALL: [Section; 10] = [
    ("Summary", summary::write),
    ("Players and links", players::write),
    ("Clocks", clocks::write),
    ("Delays", delays::write),
    ("Ticks", ticks::write),
    ("Bandwidth", bandwidth::write),
    ("Corrections", corrections::write),
    ("Shots", shots::write),
    ("Other rules", judge::write),
    ("Space and time", spacetime::write),
];

/// At most so many letters.
pub(super) fn clip(text: &str, letters: usize) -> String {
    if text.chars().count() <= letters {
        return text.to_owned();
    }
    text.chars().take(letters.saturating_sub(1)).chain(['…']).collect()
}

/// Lines over time, one per client; `values` are (local time, value).
fn of_clients<'a>(
    sources: &'a Sources<'_>,
    bin: Bin,
    values: impl Fn(&'a super::ClientSource<'_>) -> Vec<(i64, f64)>,
) -> Vec<Series> {
    let zero_ns = sources.zero_ns();
    let series = |(index, client): (usize, &'a super::ClientSource<'_>)| Series {
        name: client.name.to_string(),
        colour: client.slot.map_or(index, |slot| slot as usize) % 8,
        dashed: false,
        bin,
        values: values(client)
            .into_iter()
            .map(|(local_ns, value)| (seconds(sources.common_ns(index, local_ns) - zero_ns), value))
            .collect(),
    };
    sources.clients.iter().enumerate().map(series).filter(|series| !series.values.is_empty()).collect()
}

fn seconds(ns: i64) -> f64 {
    ns as f64 / 1e9
}

fn percent(part: u64, of: u64) -> Option<f64> {
    (of > 0).then(|| part as f64 * 100.0 / of as f64)
}
