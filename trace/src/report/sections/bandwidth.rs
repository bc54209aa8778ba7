//! What snapshots cost, by what is in them and by who gets them.

use super::super::headline::Headline;
use super::super::html::{Cell, Html, decimal, player, whole};
use super::super::stats::{Bin, Series, Spread, plot};
use super::super::{Sources, figures};
use super::seconds;
use crate::model::ServerTrace;
use crate::proto::ServerTick;
use std::collections::BTreeMap;

pub(super) fn write(sources: &Sources<'_>, _headline: &Headline, html: &mut Html) {
    let Some(server) = sources.server.filter(|server| !server.ticks.is_empty()) else { return };
    html.section(
        "bandwidth",
        "Bandwidth",
        "A snapshot is coded as the difference to one that the client has acknowledged, so what costs is what changes, and what is \
         not known to have arrived is told again. Sizes are without transport.",
    );
    let length_s = (sources.length_ns() as f64 / 1e9).max(f64::MIN_POSITIVE);
    let parts = by_field(server);
    let per_second: Vec<figures::Part> = parts
        .into_iter()
        .map(|(name, bits)| figures::Part { name, value: bits as f64 / 8.0 / length_s })
        .filter(|part| part.value > 0.0)
        .collect();
    html.heading("By what is told");
    html.figure(&figures::ranked("B/s", &per_second), "Bytes a second, of all clients together, and their share.");
    let by_slot = by_slot(server);
    let rows: Vec<Vec<Cell>> = by_slot
        .iter()
        .filter_map(|(slot, sent)| {
            let bytes = Spread::of(sent.iter().map(|(_, bytes)| *bytes))?;
            let all: f64 = sent.iter().map(|(_, bytes)| bytes).sum();
            Some(vec![
                player(&sources.who(*slot, u32::MAX), Some(*slot)),
                whole(sent.len() as u64),
                decimal(all / length_s / 1e3, 2),
                decimal(bytes.p50, 0),
                decimal(bytes.p99, 0),
                decimal(bytes.max, 0),
            ])
        })
        .collect();
    html.table("Snapshots by receiver", &["<to", "snapshots", "kB/s", "bytes p50", "p99", "max"], &rows);
    let zero_ns = sources.zero_ns();
    let series = by_slot
        .into_iter()
        .map(|(slot, sent)| Series {
            name: sources.who(slot, u32::MAX).to_string(),
            colour: slot as usize % 8,
            dashed: false,
            bin: Bin::PerSecond,
            values: sent.into_iter().map(|(at_ns, bytes)| (seconds(at_ns - zero_ns), bytes / 1e3)).collect(),
        })
        .collect();
    html.plot("To each client", "Snapshots, kilobytes a second.", plot("kB/s", series));
}

/// Bits by what they tell: field groups of other players, and the rest of a snapshot.
fn by_field(server: &ServerTrace) -> Vec<(String, u64)> {
    let sum = |column: fn(&ServerTick) -> &Vec<u32>| -> u64 {
        server.ticks.iter().flat_map(column).map(|bits| u64::from(*bits)).sum()
    };
    let mut parts = vec![
        ("header and padding".to_owned(), sum(|tick| &tick.snapshot_header_bits)),
        ("own player".to_owned(), sum(|tick| &tick.snapshot_own_bits)),
        ("pickups and rockets".to_owned(), sum(|tick| &tick.snapshot_scene_bits)),
        ("who is visible".to_owned(), sum(|tick| &tick.snapshot_set_bits)),
    ];
    let fields = server.ticks.iter().map(|tick| tick.field_bits.len()).max().unwrap_or(0);
    for field in 0..fields {
        let bits = server.ticks.iter().filter_map(|tick| tick.field_bits.get(field)).map(|bits| u64::from(*bits)).sum();
        let name =
            server.fields.names.get(field).map_or_else(|| format!("field {field}"), |name| format!("others: {name}"));
        parts.push((name, bits));
    }
    parts
}

/// (sent, bytes) of every snapshot, by receiver.
fn by_slot(server: &ServerTrace) -> BTreeMap<u32, Vec<(i64, f64)>> {
    let mut by_slot: BTreeMap<u32, Vec<(i64, f64)>> = BTreeMap::new();
    for tick in &server.ticks {
        for (slot, bytes) in tick.snapshot_slots.iter().zip(&tick.snapshot_bytes) {
            by_slot.entry(*slot).or_default().push((tick.deadline_ns, f64::from(*bytes)));
        }
    }
    by_slot
}
