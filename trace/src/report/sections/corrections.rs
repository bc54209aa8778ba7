//! Where predictions were wrong, and why.

use super::super::headline::Headline;
use super::super::html::{Cell, Html, decimal, player, text, whole};
use super::super::stats::Spread;
use super::super::{ClientSource, Sources, figures};
use std::collections::{BTreeMap, BTreeSet};
use tickshot_shared::limits::TILE_UNITS;

pub(super) fn write(sources: &Sources<'_>, headline: &Headline, html: &mut Html) {
    if sources.clients.is_empty() {
        return;
    }
    html.section(
        "corrections",
        "Corrections",
        "A client moves its own body at once, by the server's rules. Where the server's answer differs, it takes the answer. Every \
         difference has a reason: something the client could not know yet. One without a reason would be a defect of the program.",
    );
    if headline.corrections == 0 {
        html.paragraph("Every prediction was right.");
        return;
    }
    let reasons: BTreeSet<&str> = all(sources).map(|(_, reason, _)| reason).collect();
    let count = |client: &ClientSource<'_>, reason: &str| {
        client.trace.corrections.iter().filter(|at| at.it.reason == reason).count() as u64
    };
    let stack = |client: &ClientSource<'_>| figures::Stack {
        name: client.name.to_string(),
        parts: reasons
            .iter()
            .map(|reason| figures::Part { name: reason.replace('_', " "), value: count(client, reason) as f64 })
            .collect(),
    };
    let stacks: Vec<figures::Stack> = sources.clients.iter().map(stack).collect();
    html.figure(&figures::stacks("", &stacks), "Corrections of each client by reason.");
    let mut by_reason: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (_, reason, units) in all(sources) {
        by_reason.entry(reason).or_default().push(f64::from(units) * 1000.0 / f64::from(TILE_UNITS));
    }
    let rows: Vec<Vec<Cell>> = by_reason
        .into_iter()
        .filter_map(|(reason, mm)| {
            let (count, spread) = (mm.len() as u64, Spread::of(mm)?);
            let says = MEANINGS.iter().find(|(known, _)| *known == reason).map_or("", |(_, says)| says);
            Some(vec![
                text(reason.replace('_', " ")),
                text(says),
                whole(count),
                decimal(spread.p50, 0),
                decimal(spread.p99, 0),
                decimal(spread.max, 0),
            ])
        })
        .collect();
    html.table("By reason; distances in millimetres, where 0 means that something else than the place differed, such as the velocity", &["<reason", "<means", "count", "p50", "p99", "max"], &rows);
    unexplained(sources, html);
}

fn all<'a>(sources: &'a Sources<'_>) -> impl Iterator<Item = (&'a ClientSource<'a>, &'a str, u32)> {
    sources
        .clients
        .iter()
        .flat_map(|client| client.trace.corrections.iter().map(move |at| (client, at.it.reason.as_str(), at.it.units)))
}

fn unexplained(sources: &Sources<'_>, html: &mut Html) {
    let rows: Vec<Vec<Cell>> = sources
        .clients
        .iter()
        .flat_map(|client| client.trace.corrections.iter().map(move |at| (client, &at.it)))
        .filter(|(_, it)| it.reason == "unexplained")
        .take(LISTED_MAX)
        .map(|(client, it)| {
            let at = |x: i32, y: i32| Cell::Number(format!("{x}, {y}"));
            vec![
                player(&client.name, client.slot),
                whole(it.tick),
                at(it.predicted_x, it.predicted_y),
                at(it.true_x, it.true_y),
                whole(it.units),
            ]
        })
        .collect();
    if !rows.is_empty() {
        let caption = "Without a reason: the first of them, for whoever looks for the defect; world units";
        html.table(caption, &["<client", "tick", "predicted", "true", "apart"], &rows);
    }
}

const MEANINGS: [(&str, &str); 7] = [
    ("join", "the first state of a body that was not there before"),
    ("respawn", "the server chose where it stands again"),
    ("death", "it died, which it heard of later"),
    ("knock_back", "a hit pushed it"),
    ("late_input", "the server had to do without one of its inputs"),
    ("pickup", "the server says who was first"),
    ("unexplained", "nothing happened that the client could not know"),
];
const LISTED_MAX: usize = 20;
