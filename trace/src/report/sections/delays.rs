//! From a key to a picture, part by part; and the links that most of it is spent on.

use super::super::headline::Headline;
use super::super::html::{Cell, Html, decimal, player, text, whole};
use super::super::stats::{Bin, plot};
use super::super::{Sources, figures};
use super::clocks::strips;
use super::of_clients;
use crate::analysis::latency::{LatencyReport, Waterfall, latency};

pub(super) fn write(sources: &Sources<'_>, _headline: &Headline, html: &mut Html) {
    if sources.clients.is_empty() {
        return;
    }
    html.section(
        "delays",
        "Delays",
        "Where the time goes between a key of one player and the picture of another: read the keys, send a packet, the wire, wait \
         for the tick, make it, the wire back, and wait until display now has reached it. Every part is measured from records of \
         both ends.",
    );
    if let Some(merged) = &sources.merged {
        waterfalls(&latency(merged), html);
        ways(sources, html);
    }
    let rtt = of_clients(sources, Bin::Median, |client| {
        client.trace.clocks.iter().map(|at| (at.at_ns, f64::from(at.it.rtt_us) / 1e3)).collect()
    });
    html.plot("Round trip", "As each client measured it while it played, without the server's hold.", plot("ms", rtt));
    let delays = |client: &super::super::ClientSource<'_>| {
        let known = client.trace.frames.iter().filter(|frame| frame.display_tick_ns.is_some());
        known.map(|frame| f64::from(frame.display_delay_us) / 1e3).collect()
    };
    let delay = strips(sources, delays);
    if !delay.is_empty() {
        html.heading("Display delay");
        html.figure(
            &figures::strips("ms", &delay),
            "How far display now lies behind what a quick way would have brought: it grows with jitter and loss, so that nearly \
             always two snapshots are there to draw between.",
        );
    }
}

fn waterfalls(report: &LatencyReport, html: &mut Html) {
    let stack = |name: &str, fall: &Waterfall| figures::Stack {
        name: name.to_owned(),
        parts: fall
            .parts
            .iter()
            .map(|part| figures::Part { name: WORDS[part.part as usize].0.to_owned(), value: part.times.mean })
            .collect(),
    };
    if report.all.whole.count == 0 {
        html.note("No input is recorded from its key to another's picture: the traces do not overlap.");
        return;
    }
    let mut stacks = vec![stack("everyone", &report.all)];
    stacks.extend(
        report
            .clients
            .iter()
            .filter(|client| client.seen.whole.count > 0)
            .map(|client| stack(&format!("{} sees", client.name), &client.seen)),
    );
    html.heading("From a key to another's picture");
    html.figure(
        &figures::stacks("ms", &stacks),
        "Means, so that the parts add up: of all paths, and of those that each client saw. In order from the left.",
    );
    let row = |part: usize, fall: &Waterfall| {
        let part = &fall.parts[part];
        let (name, until) = WORDS[part.part as usize];
        let times = &part.times;
        let note = if part.below_clock_bound { "less than the clocks are sure of" } else { "" };
        vec![
            text(name),
            text(until),
            decimal(times.p50, 2),
            decimal(times.p95, 2),
            decimal(times.p99, 2),
            decimal(times.max, 2),
            decimal(part.clock_bound_ms, 2),
            text(note),
        ]
    };
    let mut rows: Vec<Vec<Cell>> = (0..report.all.parts.len()).map(|part| row(part, &report.all)).collect();
    let (whole_times, bound) = (&report.all.whole, report.all.clock_bound_ms);
    rows.push(vec![
        text("the whole"),
        text("key to picture"),
        decimal(whole_times.p50, 2),
        decimal(whole_times.p95, 2),
        decimal(whole_times.p99, 2),
        decimal(whole_times.max, 2),
        decimal(bound, 2),
        text(""),
    ]);
    let heads = ["<part", "<until", "p50 ms", "p95", "p99", "max", "clocks ± ms", "<note"];
    html.table("All paths, part by part; percentiles of parts do not add up", &heads, &rows);
    own_and_advantage(report, html);
}

fn own_and_advantage(report: &LatencyReport, html: &mut Html) {
    let rows: Vec<Vec<Cell>> = report
        .clients
        .iter()
        .map(|client| {
            vec![
                player(&client.name, Some(client.slot)),
                decimal(client.own.whole.p50, 2),
                decimal(client.own.whole.p99, 2),
                decimal(client.echo.whole.p50, 2),
                decimal(client.seen.whole.p50, 2),
                decimal(client.sent.whole.p50, 2),
            ]
        })
        .collect();
    let heads = ["<client", "own body p50 ms", "p99", "by way of the server p50", "sees others p50", "is seen p50"];
    html.table(
        "Why clients predict: the own body from key to picture, and everything that goes by the server",
        &heads,
        &rows,
    );
    if report.advantage.times.count > 0 {
        html.paragraph(&format!(
            "Peeker's advantage: who moves sees the other before it is seen, by {:.1} ms in half of all cases and {:.1} ms in one of \
             a hundred (clocks ± {:.1} ms). It is what the other's picture is behind the mover's own.",
            report.advantage.times.p50, report.advantage.times.p99, report.advantage.clock_bound_ms
        ));
    }
}

fn ways(sources: &Sources<'_>, html: &mut Html) {
    let Some(merged) = &sources.merged else { return };
    let rows: Vec<Vec<Cell>> = merged
        .clients
        .iter()
        .flat_map(|client| {
            [("up", &client.up_times), ("down", &client.down_times)].map(|(way, times)| {
                vec![
                    player(&client.name, Some(client.slot)),
                    text(way),
                    whole(times.sent),
                    whole(times.lost),
                    decimal(super::percent(times.lost, times.sent), 2),
                    whole(times.copies),
                    whole(times.overtaken),
                    decimal(times.min_ms, 2),
                    decimal(times.p50_ms, 2),
                    decimal(times.p99_ms, 2),
                    decimal(times.jitter_ms, 2),
                ]
            })
        })
        .collect();
    let heads = ["<client", "<way", "sent", "lost", "%", "copies", "overtaken", "least ms", "p50", "p99", "jitter ms"];
    html.table("What the links did: input packets up, snapshots down, one way each", &heads, &rows);
}

/// By [`Part`](crate::analysis::latency::Part): its name, and what ends it.
const WORDS: [(&str, &str); 8] = [
    ("sample", "an input is made of the keys that were read"),
    ("send", "the first packet with it leaves"),
    ("wire up", "its first copy is at the server"),
    ("queue", "its tick begins: the margin, and lateness"),
    ("tick", "the snapshot of that tick leaves for the observer"),
    ("wire down", "it, or the next one if it was lost, is at the observer"),
    ("handle", "the observer's next frame looks at it"),
    ("display", "a frame is drawn whose display now has reached the tick"),
];
