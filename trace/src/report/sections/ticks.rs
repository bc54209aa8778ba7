//! Whether the server kept time, and what its ticks were made of.

use super::super::headline::Headline;
use super::super::html::{Html, decimal, text};
use super::super::stats::{Bin, Series, Spread, plot};
use super::super::{Sources, began_ns, busy_us, figures};
use super::seconds;
use crate::proto::ServerTick;

pub(super) fn write(sources: &Sources<'_>, _headline: &Headline, html: &mut Html) {
    let Some(server) = sources.server.filter(|server| !server.ticks.is_empty()) else { return };
    let budget_us = sources.tick_ns() as f64 / 1e3;
    html.section(
        "ticks",
        "Ticks",
        &format!(
            "A tick is due every {:.3} ms. Late is how long after that it began; busy is how long its stages took. A tick that \
             takes longer than its budget makes the next one late, for everybody.",
            budget_us / 1e3
        ),
    );
    let strip = |(colour, (name, value)): (usize, Stage)| {
        let spread = Spread::of(server.ticks.iter().map(|tick| value(tick).into()))?;
        Some(figures::Strip { name: name.to_owned(), colour, spread })
    };
    let strips: Vec<figures::Strip> = STAGES.into_iter().enumerate().filter_map(strip).collect();
    html.figure(
        &figures::strips("us", &strips),
        "Lateness, all work, and its stages: 1st to 99th percentile, middle half, median; at the right median · 99th percentile · \
         maximum.",
    );
    let rows: Vec<_> = strips
        .iter()
        .map(|strip| {
            let s = &strip.spread;
            let share = decimal(s.p99 / budget_us * 100.0, 1);
            vec![
                text(&*strip.name),
                decimal(s.mean, 0),
                decimal(s.p50, 0),
                decimal(s.p95, 0),
                decimal(s.p99, 0),
                decimal(s.max, 0),
                share,
            ]
        })
        .collect();
    html.table("Microseconds", &["<stage", "mean", "p50", "p95", "p99", "max", "p99, % of budget"], &rows);
    let zero_ns = sources.zero_ns();
    let series = |name: &str, colour, bin, value: fn(&ServerTick) -> f64| Series {
        name: name.to_owned(),
        colour,
        dashed: false,
        bin,
        values: server.ticks.iter().map(|tick| (seconds(began_ns(tick) - zero_ns), value(tick))).collect(),
    };
    let busy = |tick: &ServerTick| f64::from(busy_us(tick)) / 1e3;
    let lines = vec![
        series("busy, longest", 0, Bin::Max, busy),
        series("busy, median", 2, Bin::Median, busy),
        series("late, longest", 3, Bin::Max, |tick| f64::from(tick.late_us) / 1e3),
    ];
    html.plot("Ticks over time", "The longest and the median of each moment.", plot("ms", lines));
    let lost: u64 = server.ticks.iter().map(|tick| u64::from(tick.lost_ticks)).sum();
    if lost > 0 {
        html.note(&format!("{lost} ticks were given up because the process had stood still."));
    }
}

/// A name, and the microseconds of a tick that go by it.
type Stage = (&'static str, fn(&ServerTick) -> u32);

const STAGES: [Stage; 7] = [
    ("late", |tick| tick.late_us.max(0) as u32),
    ("busy, all stages", busy_us),
    ("receive", |tick| tick.receive_us),
    ("control", |tick| tick.control_us),
    ("step", |tick| tick.step_us),
    ("snapshots", |tick| tick.snapshots_us),
    ("flush", |tick| tick.flush_us),
];
