//! The server's tracks: ticks with their stages, shots, and what a tick costs.

use super::Flows;
use super::writer::{About, Value, Writer};
use crate::export::Sources;
use crate::export::text::{CHECKS, CLAMPS, id, slot_of, word};
use crate::export::{began_ns, busy_us};
use crate::model::ServerTrace;
use crate::proto::{ServerTick, Shot};
use std::io::{self, Write};

pub(super) fn write<W: Write>(
    sources: &Sources<'_>,
    server: &ServerTrace,
    flows: &Flows,
    to: &mut Writer<W>,
) -> io::Result<()> {
    let process = to.process(&format!("server {}", server.header.name))?;
    let ticks = to.line(process, "ticks")?;
    for tick in &server.ticks {
        let began_ns = began_ns(tick);
        let both = |one: &dyn Fn(usize, u32) -> Option<u64>| -> Vec<u64> {
            (0..sources.clients.len()).filter_map(|client| one(client, tick.tick)).collect()
        };
        let mut of_tick = both(&|client, tick| flows.up(client, tick));
        of_tick.extend(both(&|client, tick| flows.down(client, tick)));
        let about = About { arguments: &arguments(tick), flows: &of_tick };
        let ended_ns = began_ns + i64::from(busy_us(tick)) * 1_000;
        to.slice(ticks, "tick", (began_ns, ended_ns), &stages(tick), &about)?;
    }
    let shots = to.line(process, "shots")?;
    for shot in &server.shots {
        if let Some(tick) = server.tick(shot.tick) {
            let name = if shot.hit == 0 { "shot misses" } else { "shot hits" };
            let about = About { arguments: &shot_arguments(sources, shot), ..About::default() };
            to.instant(shots, name, began_ns(tick), &about)?;
        }
    }
    for (name, unit, value) in COUNTERS {
        let counter = to.counter(process, name, unit)?;
        for tick in &server.ticks {
            to.value(counter, began_ns(tick), value(tick))?;
        }
    }
    Ok(())
}

/// Name, unit, value.
type Counter = (&'static str, &'static str, fn(&ServerTick) -> f64);

const COUNTERS: [Counter; 5] = [
    ("tick busy", "us", |tick| busy_us(tick).into()),
    ("tick late", "us", |tick| tick.late_us.into()),
    ("snapshot bytes", "bytes", |tick| tick.snapshot_bytes.iter().sum::<u32>().into()),
    ("inputs missing", "inputs", |tick| tick.input_uses.iter().filter(|used| **used != 0).count() as f64),
    ("players", "players", |tick| tick.input_slots.len() as f64),
];

fn stages(tick: &ServerTick) -> [(&'static str, i64); 5] {
    [
        ("receive", tick.receive_us),
        ("control", tick.control_us),
        ("step", tick.step_us),
        ("snapshots", tick.snapshots_us),
        ("flush", tick.flush_us),
    ]
    .map(|(name, us)| (name, i64::from(us) * 1_000))
}

fn arguments(tick: &ServerTick) -> [(&'static str, Value); 4] {
    [
        ("tick", tick.tick.into()),
        ("state_hash", Value::StringValue(format!("{:016x}", tick.state_hash))),
        ("packets", (tick.packet_slots.len() as u32).into()),
        ("snapshots", (tick.snapshot_slots.len() as u32).into()),
    ]
}

fn shot_arguments(sources: &Sources<'_>, shot: &Shot) -> Vec<(&'static str, Value)> {
    let who = |slot: u32| Value::StringValue(sources.who(slot, shot.tick).to_string());
    let mut arguments = vec![
        ("id", Value::StringValue(id(&shot.id))),
        ("tick", shot.tick.into()),
        ("shooter", who(shot.shooter)),
        ("policy", word(CHECKS, shot.policy).into()),
        ("clamp", word(CLAMPS, shot.clamp).into()),
        ("claimed_age_256ths", i64::from(shot.claimed_age_256ths).into()),
        ("used_age_256ths", shot.used_age_256ths.into()),
    ];
    arguments.extend(slot_of(shot.hit).map(|slot| ("hit", who(slot))));
    arguments
}
