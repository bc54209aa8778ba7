//! The first screen: what was played, whether it was what it should be, and what the report cannot tell.

use super::super::Sources;
use super::super::headline::Headline;
use super::super::html::{Cell, Html, Markup, decimal, escape, grouped, text, whole};
use crate::sli::SliResult;

pub(super) fn write(sources: &Sources<'_>, headline: &Headline, html: &mut Html) {
    html.section("summary", "Summary", &lead(sources, headline));
    for note in notes(sources) {
        html.note(&note);
    }
    match headline.replay_holds {
        Some(true) => html.paragraph(&headline.replay),
        Some(false) => html.note(&headline.replay),
        None => {}
    }
    html.markup(&tiles(headline));
    let rows: Vec<Vec<Cell>> = headline.slis.iter().map(sli).collect();
    if !rows.is_empty() {
        let caption = "Service level indicators against their objectives";
        html.table(caption, &["<indicator", "<says", "value", "objective", "<met", "counted"], &rows);
    }
}

fn lead(sources: &Sources<'_>, headline: &Headline) -> String {
    let map = if headline.map.is_empty() { String::new() } else { format!(" on the map {}", headline.map) };
    let objectives = match headline.objectives {
        0 => String::new(),
        all => format!(" {} of {all} objectives were met.", headline.objectives_met),
    };
    match sources.server {
        Some(_) => format!(
            "{:.0} seconds at {} ticks a second with up to {} players{map}, told by the server and {} of its clients.{objectives}",
            headline.seconds,
            sources.tick_rate_hz(),
            headline.players,
            headline.clients
        ),
        None => format!("{:.0} seconds, told by {} clients alone.{objectives}", headline.seconds, headline.clients),
    }
}

/// What is not whole.
fn notes(sources: &Sources<'_>) -> Vec<String> {
    let mut notes = sources.notes.clone();
    let of_clients = sources.clients.iter().map(|client| (&*client.name, &client.trace.health));
    let healths = sources.server.map(|server| ("The server", &server.health)).into_iter().chain(of_clients);
    for (name, health) in healths {
        if health.lost > 0 {
            notes.push(format!("{name}'s recorder lost {} records: what they told is missing here.", health.lost));
        }
        if let Some(fault) = health.faults.first() {
            notes.push(format!("{name}'s file is damaged from byte {} on: {}.", fault.at_byte, fault.what));
        }
    }
    if sources.server.is_none() {
        notes.push("There is no trace of the server: ticks, bandwidth and verdicts are not known.".to_owned());
    } else if sources.clients.is_empty() {
        notes.push("There is no trace of a client: clocks, delays and corrections are not known.".to_owned());
    }
    notes
}

fn tiles(headline: &Headline) -> Markup {
    let number = |value: Option<f64>, decimals: usize| value.map(|value| format!("{value:.decimals$}"));
    let hits = match headline.shots {
        0 => None,
        shots => Some(format!("{} of {}", grouped(headline.hits), grouped(shots))),
    };
    let corrections = (headline.clients > 0)
        .then(|| format!("{}, {} unexplained", grouped(headline.corrections), headline.corrections_unexplained));
    let lost = headline.lost_up_pct.zip(headline.lost_down_pct).map(|(up, down)| format!("{up:.2} / {down:.2}"));
    let tiles = [
        (number(headline.tick_busy_us_p99.map(|us| us / 1e3), 2), "ms", "work in a tick, 99th percentile"),
        (number(headline.tick_late_us_p99.map(|us| us / 1e3), 2), "ms", "a tick begins late, 99th percentile"),
        (number(headline.inputs_missing_pct, 3), "%", "inputs missing at their tick"),
        (number(headline.bytes_per_client_s.map(|bytes| bytes / 1e3), 1), "kB/s", "snapshots to each client"),
        (lost, "%", "packets lost, up / down"),
        (hits, "", "judged shots that hit"),
        (corrections, "", "corrections of predictions"),
    ];
    let tile = |(value, unit, what): (Option<String>, &str, &str)| {
        value.map(|value| {
            format!("<div><strong>{}<small> {unit}</small></strong><span>{what}</span></div>", escape(&value))
        })
    };
    Markup(format!("<div class=\"tiles\">{}</div>\n", tiles.into_iter().filter_map(tile).collect::<String>()))
}

fn sli(sli: &SliResult) -> Vec<Cell> {
    let met = match sli.met {
        Some(true) => "<span class=\"met\">✓ met</span>",
        Some(false) => "<span class=\"missed\">✗ missed</span>",
        None => "<span class=\"unknown\">not measured</span>",
    };
    let decimals = if sli.unit == "%" { 3 } else { 2 };
    let value = match sli.value {
        Some(value) => Cell::Number(format!("{value:.decimals$} {}", sli.unit)),
        None => decimal(None, 0),
    };
    let objective = Cell::Number(format!("{} {}", sli.objective, sli.unit));
    let name = sli.name.replace('_', " ");
    vec![text(name), text(sli.what), value, objective, Cell::Markup(Markup(met.to_owned())), whole(sli.count)]
}
