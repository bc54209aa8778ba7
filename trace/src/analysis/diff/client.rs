//! Two clients' traces: the same player in two runs, two players of one run, or a recording and what was recovered of it.
//!
//! A client records no worlds: its inputs are compared by tick, all else by how many and how much.

use super::numbers::Number;
use super::{Diff, Difference, First, Given, Kind, Overlap, file_numbers, header_givens, origin_notes};
use crate::model::ClientTrace;
use crate::proto::{Chat, InputSampled};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn diff(a: &ClientTrace, b: &ClientTrace) -> Diff {
    let (in_a, in_b) = (inputs(a), inputs(b));
    let both: Vec<u32> = in_a.keys().filter(|tick| in_b.contains_key(tick)).copied().collect();
    let same = |tick: &u32| pressed(in_a[tick]) == pressed(in_b[tick]);
    let hz = a.welcomes.first().map_or(a.header.tick_rate_hz, |welcome| welcome.it.tick_rate_hz);
    let first_input = both.iter().find(|tick| !same(tick)).map(|tick| {
        let (a, b) = (pressed(in_a[tick]), pressed(in_b[tick]));
        let fields = INPUT_FIELDS.iter().zip(a.iter().zip(&b));
        First::new(*tick, hz, fields.filter_map(|(field, (a, b))| Difference::of("input", field, a, b)).collect())
    });
    Diff {
        role: "client",
        same_recording: same_recording(a, b, first_input.is_none()),
        givens: givens(a, b),
        records: records(a, b),
        common: both.first().zip(both.last()).map(|(first, last)| Overlap {
            first: *first,
            last: *last,
            ticks: both.len(),
            same_inputs: both.iter().filter(|tick| same(tick)).count(),
            same_worlds: 0,
        }),
        first_input,
        first_world: None,
        first_shot: None,
        numbers: numbers(a, b),
        notes: origin_notes(&a.health, &b.health).chain([NO_WORLDS.to_owned()]).collect(),
    }
}

/// Two processes that begin at the same nanosecond are one, and press what they press once.
fn same_recording(a: &ClientTrace, b: &ClientTrace, same_inputs: bool) -> bool {
    same_inputs && (a.header.unix_ns_at_zero, a.client_id()) == (b.header.unix_ns_at_zero, b.client_id())
}

fn givens(a: &ClientTrace, b: &ClientTrace) -> Vec<Given> {
    let mut givens = header_givens(&a.header, &b.header);
    givens.push(Given::new("name", &*a.header.name, &*b.header.name));
    let maps = |trace: &ClientTrace| {
        trace.welcomes.iter().map(|welcome| welcome.it.map_name.clone()).collect::<Vec<_>>().join(", ")
    };
    givens.push(Given::new("maps", maps(a), maps(b)));
    let modes = |trace: &ClientTrace| {
        trace
            .switches
            .iter()
            .map(|switch| format!("{} {}", switch.it.modes, switch.it.link))
            .collect::<Vec<_>>()
            .join("; ")
    };
    givens.push(Given::new("modes and links", modes(a), modes(b)));
    givens
}

fn records(a: &ClientTrace, b: &ClientTrace) -> Vec<Kind> {
    vec![
        Kind::of("frames", &a.frames, &b.frames),
        Kind::of("inputs", &a.inputs, &b.inputs),
        Kind::of("packets", &a.packets, &b.packets),
        Kind::of("snapshots", &a.snapshots, &b.snapshots),
        Kind::of("clock estimates", &a.clocks, &b.clocks),
        Kind::of("corrections", &a.corrections, &b.corrections),
        Kind::of("shots", &a.shots, &b.shots),
        Kind::of("answers to shots", &a.answers, &b.answers),
        Kind::of("modes and links", &a.switches, &b.switches),
        Kind::of("welcomes", &a.welcomes, &b.welcomes),
        Kind::of("session states", &a.sessions, &b.sessions),
        Kind::of("totals", &a.totals, &b.totals),
        Kind::of("chat", &said(a), &said(b)),
        Kind::of("recorder's notes", &a.notes, &b.notes),
    ]
}

/// Whenever it came: two clients of one match were told the same.
fn said(trace: &ClientTrace) -> Vec<&Chat> {
    trace.chat.iter().map(|line| &line.it).collect()
}

/// The last one made for each tick.
fn inputs(trace: &ClientTrace) -> BTreeMap<u32, &InputSampled> {
    trace.inputs.iter().map(|input| (input.tick, input)).collect()
}

/// In the order of [`INPUT_FIELDS`].
fn pressed(input: &InputSampled) -> [u32; 4] {
    [input.heading, input.aim, input.buttons, input.weapon]
}

fn numbers(a: &ClientTrace, b: &ClientTrace) -> Vec<Number> {
    let count =
        |name: &str, value: &dyn Fn(&ClientTrace) -> usize| Number::count(name, "", value(a) as u64, value(b) as u64);
    let spread = |name: &str, value: &dyn Fn(&ClientTrace) -> Vec<i64>| Number::spread(name, "us", value(a), value(b));
    let last = |name: &str, unit, value: fn(&crate::proto::ClientTotals) -> u64| {
        let of = |trace: &ClientTrace| trace.totals.last().map(|totals| value(&totals.it) as f64);
        Number { name: name.to_owned(), unit, a: of(a), b: of(b) }
    };
    let mut numbers = vec![
        count("frames", &|trace| trace.frames.len()),
        count("frames starved", &|trace| trace.frames.iter().filter(|frame| frame.starved).count()),
        count("inputs", &|trace| trace.inputs.len()),
        count("packets sent", &|trace| trace.packets.len()),
        count("snapshots used", &|trace| trace.snapshots.iter().filter(|it| it.dropped.is_empty()).count()),
        count("snapshots dropped", &|trace| trace.snapshots.iter().filter(|it| !it.dropped.is_empty()).count()),
    ];
    let interval = |trace: &ClientTrace| {
        trace.frames.windows(2).map(|it| it[1].at_ns.saturating_sub(it[0].at_ns) / 1000).collect()
    };
    numbers.extend(spread("from frame to frame", &interval));
    numbers.extend(spread("display delay", &|trace| {
        trace.frames.iter().map(|frame| frame.display_delay_us.into()).collect()
    }));
    numbers.extend(spread("round trip", &|trace| trace.clocks.iter().map(|clock| clock.it.rtt_us.into()).collect()));
    numbers.extend(corrections(a, b));
    numbers.extend([
        count("shots", &|trace| trace.shots.len()),
        last("bytes in", "bytes", |totals| totals.bytes_in),
        last("bytes out", "bytes", |totals| totals.bytes_out),
    ]);
    numbers.extend(file_numbers(&a.health, &b.health));
    numbers
}

fn corrections(a: &ClientTrace, b: &ClientTrace) -> Vec<Number> {
    let of = |trace: &ClientTrace, reason: &str| {
        trace.corrections.iter().filter(|correction| correction.it.reason == reason).count() as u64
    };
    let all = a.corrections.iter().chain(&b.corrections).map(|correction| correction.it.reason.as_str());
    let reasons: BTreeSet<&str> = all.collect();
    let number = |reason: &str| Number::count(format!("corrections: {reason}"), "", of(a, reason), of(b, reason));
    reasons.into_iter().map(number).collect()
}

const NO_WORLDS: &str =
    "A client's trace has no worlds: inputs are compared by the ticks they were made for, all else by numbers.";
/// In the order of [`pressed`].
const INPUT_FIELDS: [&str; 4] = ["heading", "aim", "buttons", "weapon"];
