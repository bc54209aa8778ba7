//! Two servers' traces: what was given, what went in, what came out of it, and how long it took.

use super::numbers::Number;
use super::worlds;
use super::{Diff, Difference, First, Given, Kind, Overlap, file_numbers, header_givens, origin_notes};
use crate::analysis::shots::Players;
use crate::analysis::shots::words::handle;
use crate::model::ServerTrace;
use crate::proto::{ServerTick, Shot};
use crate::replay::{Replay, stamp_of};
use std::collections::{BTreeMap, BTreeSet};
use tickshot_shared::sim::digest::FIELDS;
use tickshot_shared::sim::world::World;

pub(super) fn diff(a: &ServerTrace, b: &ServerTrace) -> Diff {
    let hz = a.header.tick_rate_hz;
    let players = Players::of(a);
    let pairs = pairs(&a.ticks, &b.ticks);
    let first_input = pairs
        .iter()
        .find(|(a, b)| !same_inputs(a, b))
        .map(|(a, b)| First::new(a.tick, hz, input_differences(a, b, &players)));
    let mut notes: Vec<String> = origin_notes(&a.health, &b.health).collect();
    if pairs.is_empty() {
        notes.push("The two have no tick in common: only numbers are compared.".to_owned());
    }
    let first_world = pairs.iter().find(|(a, b)| !same_worlds(a, b)).map(|(in_a, in_b)| {
        First::new(in_a.tick, hz, differences_of_worlds((a, in_a), (b, in_b), &players, &mut notes))
    });
    let common = pairs.first().zip(pairs.last()).map(|((first, _), (last, _))| Overlap {
        first: first.tick,
        last: last.tick,
        ticks: pairs.len(),
        same_inputs: pairs.iter().filter(|(a, b)| same_inputs(a, b)).count(),
        same_worlds: pairs.iter().filter(|(a, b)| same_worlds(a, b)).count(),
    });
    Diff {
        role: "server",
        same_recording: same_recording(a, b, &pairs),
        givens: givens(a, b),
        records: records(a, b),
        first_shot: common.and_then(|common| first_shot(a, b, common)),
        common,
        first_input,
        first_world,
        numbers: numbers(a, b),
        notes,
    }
}

/// Matches are named after their time and their machine; what was recorded once is the same in every part of it.
fn same_recording(a: &ServerTrace, b: &ServerTrace, pairs: &[(&ServerTick, &ServerTick)]) -> bool {
    let names = |trace: &ServerTrace| trace.matches.iter().map(|it| it.match_id.clone()).collect::<BTreeSet<_>>();
    a.header.unix_ns_at_zero == b.header.unix_ns_at_zero
        && !names(a).is_disjoint(&names(b))
        && pairs.iter().all(|(a, b)| a == b)
}

fn givens(a: &ServerTrace, b: &ServerTrace) -> Vec<Given> {
    let mut givens = header_givens(&a.header, &b.header);
    let list = |trace: &ServerTrace, word: &dyn Fn(&crate::proto::MatchBegan) -> String| {
        trace.matches.iter().map(word).collect::<Vec<_>>().join(", ")
    };
    let mut of_matches = |what, word: &dyn Fn(&crate::proto::MatchBegan) -> String| {
        givens.push(Given::new(what, list(a, word), list(b, word)));
    };
    of_matches("maps", &|it| format!("{} {}", it.map_name, hex(&it.map_hash, 4)));
    of_matches("matches begin after", &|it| format!("tick {}", it.tick));
    of_matches("seeds of matches", &|it| format!("{:016x}", it.seed));
    of_matches("capacity", &|it| it.capacity.to_string());
    of_matches("options", &|it| it.options.as_ref().map_or_else(|| "none".to_owned(), |it| format!("{it:?}")));
    let rules = |trace: &ServerTrace| {
        let words = trace.rules.iter().map(|it| {
            format!(
                "after tick {}: check {}, {} ms{}",
                it.tick,
                it.hit_checks,
                it.rewind_ms,
                if it.experiments { ", experiments" } else { "" }
            )
        });
        words.collect::<Vec<_>>().join("; ")
    };
    givens.push(Given::new("rules", rules(a), rules(b)));
    givens
}

fn hex(bytes: &[u8], count: usize) -> String {
    bytes.iter().take(count).map(|byte| format!("{byte:02x}")).collect()
}

fn records(a: &ServerTrace, b: &ServerTrace) -> Vec<Kind> {
    vec![
        Kind::of("ticks", &a.ticks, &b.ticks),
        Kind::of("shots", &a.shots, &b.shots),
        Kind::of("keyframes", &a.keyframes, &b.keyframes),
        Kind::of("matches", &a.matches, &b.matches),
        Kind::of("rules", &a.rules, &b.rules),
        Kind::of("session events", &a.sessions, &b.sessions),
        Kind::of("imposed links", &a.links, &b.links),
        Kind::of("totals", &a.totals, &b.totals),
        Kind::of("chat", &a.chat, &b.chat),
        Kind::of("recorder's notes", &a.notes, &b.notes),
    ]
}

/// The records of the ticks that both have.
fn pairs<'t>(a: &'t [ServerTick], b: &'t [ServerTick]) -> Vec<(&'t ServerTick, &'t ServerTick)> {
    let of_b = |tick: u32| b.binary_search_by_key(&tick, |it| it.tick).ok().map(|i| &b[i]);
    a.iter().filter_map(|tick| Some((tick, of_b(tick.tick)?))).collect()
}

fn same_inputs(a: &ServerTick, b: &ServerTick) -> bool {
    a.input_sums == b.input_sums && a.changes == b.changes
}

fn same_worlds(a: &ServerTick, b: &ServerTick) -> bool {
    a.state_hash == b.state_hash
}

/// Whose input differs in what: who comes and goes first, then by slot.
fn input_differences(a: &ServerTick, b: &ServerTick, players: &Players) -> Vec<Difference> {
    let mut all: Vec<Difference> = Difference::of("world", "changes", &a.changes, &b.changes).into_iter().collect();
    let (in_a, in_b) = (inputs(a), inputs(b));
    let slots: BTreeSet<u32> = in_a.keys().chain(in_b.keys()).copied().collect();
    for slot in slots {
        let of = format!("player {slot} ({})", players.who(slot, a.tick).name);
        let columns = INPUT_FIELDS.iter().enumerate();
        all.extend(columns.filter_map(|(i, field)| {
            let at = |inputs: &BTreeMap<u32, [Option<u32>; 5]>| {
                let value = inputs.get(&slot).and_then(|input| input[i]);
                value.map_or_else(|| "none".to_owned(), |value| value.to_string())
            };
            let (a, b) = (at(&in_a), at(&in_b));
            (a != b).then(|| Difference { of: of.clone(), field: (*field).to_owned(), a, b })
        }));
        all.extend(Difference::of(&of, "stamp", &stamp_of(a, slot), &stamp_of(b, slot)));
    }
    all
}

/// By slot, in the order of [`INPUT_FIELDS`].
fn inputs(tick: &ServerTick) -> BTreeMap<u32, [Option<u32>; 5]> {
    let columns = [&tick.input_uses, &tick.headings, &tick.aims, &tick.buttons, &tick.weapons];
    let row = |i: usize| columns.map(|column| column.get(i).copied());
    tick.input_slots.iter().enumerate().map(|(i, slot)| (*slot, row(i))).collect()
}

/// Who differs in what: by the worlds themselves, if both can be made again.
fn differences_of_worlds(
    (a, tick_a): (&ServerTrace, &ServerTick),
    (b, tick_b): (&ServerTrace, &ServerTick),
    players: &Players,
    notes: &mut Vec<String>,
) -> Vec<Difference> {
    match (world_at(a, tick_a.tick), world_at(b, tick_b.tick)) {
        (Ok(a), Ok(b)) => worlds::differences(&a, &b, players),
        (a, b) => {
            let why = [a.err(), b.err()].into_iter().flatten().collect::<Vec<_>>().join("; ");
            notes.push(format!("Worlds are compared by their checks alone, for they cannot be made again: {why}"));
            check_differences(tick_a, tick_b, players)
        }
    }
}

/// The state of `tick`, made again.
fn world_at(trace: &ServerTrace, tick: u32) -> Result<World, String> {
    let mut replay = Replay::at(trace, tick.saturating_sub(1)).map_err(|error| error.to_string())?;
    while replay.world().tick.0 < tick {
        match replay.step() {
            Some(Ok(_)) => {}
            Some(Err(divergence)) => return Err(divergence.to_string()),
            None => return Err(format!("the trace ends before tick {tick}")),
        }
    }
    if replay.world().tick.0 == tick { Ok(replay.world().clone()) } else { Err(format!("there is no tick {tick}")) }
}

/// Who differs in what, as far as one byte per player and per field tells.
fn check_differences(a: &ServerTick, b: &ServerTick, players: &Players) -> Vec<Difference> {
    let check = |bytes: &[u8], slot: usize| bytes.get(slot).copied().unwrap_or(0);
    let slots = 0..a.player_checks.len().max(b.player_checks.len());
    let mut all: Vec<Difference> = slots
        .filter_map(|slot| {
            let of = format!("player {slot} ({})", players.who(slot as u32, a.tick).name);
            Difference::of(&of, "check", &check(&a.player_checks, slot), &check(&b.player_checks, slot))
        })
        .collect();
    let fields = FIELDS.iter().enumerate();
    all.extend(fields.filter_map(|(i, field)| {
        let (a, b) = (check(&a.field_checks, i), check(&b.field_checks, i));
        Difference::of("all players", field, &a, &b)
    }));
    let hash = |tick: &ServerTick| format!("{:016x}", tick.state_hash);
    let (a, b) = (hash(a), hash(b));
    all.push(Difference { of: "world".to_owned(), field: "hash".to_owned(), a, b });
    all
}

/// The first shot of the common ticks that is not the same: fired by one only, or judged otherwise.
fn first_shot(a: &ServerTrace, b: &ServerTrace, common: Overlap) -> Option<First> {
    let shots = |trace: &'_ ServerTrace| -> BTreeMap<(u32, u32), Shot> {
        let within = trace.shots.iter().filter(|shot| (common.first..=common.last).contains(&shot.tick));
        // Names follow from clocks; two runs of one match have different ones.
        within.map(|shot| ((shot.tick, shot.shooter), Shot { id: Vec::new(), ..shot.clone() })).collect()
    };
    let (in_a, in_b) = (shots(a), shots(b));
    let keys: BTreeSet<(u32, u32)> = in_a.keys().chain(in_b.keys()).copied().collect();
    let key = keys.into_iter().find(|key| in_a.get(key) != in_b.get(key))?;
    let (a_shot, b_shot) = (in_a.get(&key), in_b.get(&key));
    let name = a_shot.or(b_shot).map_or_else(String::new, handle);
    let of = format!("shot {name}");
    let field = |field: &str, value: &dyn Fn(&Shot) -> String| {
        let (a, b) = (a_shot.map(value)?, b_shot.map(value)?);
        (a != b).then(|| Difference { of: of.clone(), field: field.to_owned(), a, b })
    };
    let differences = [
        Difference::of(&of, "fired", &a_shot.is_some(), &b_shot.is_some()),
        field("hit (slot plus 1)", &|shot| shot.hit.to_string()),
        field("verdicts", &|shot| format!("{:?}", shot.verdicts)),
        field("clamp", &|shot| shot.clamp.to_string()),
        field("claim", &|shot| format!("{:?}", shot.claim)),
        field("muzzle", &|shot| format!("{}, {}", shot.muzzle_x, shot.muzzle_y)),
        field("target", &|shot| format!("{:?}", shot.target)),
        field("belief", &|shot| format!("{:?}", shot.belief)),
        field("told", &|shot| format!("{:?} {:?}", shot.told_a, shot.told_b)),
    ];
    let differences: Vec<Difference> = differences.into_iter().flatten().collect();
    Some(First::new(key.0, a.header.tick_rate_hz, differences))
}

fn numbers(a: &ServerTrace, b: &ServerTrace) -> Vec<Number> {
    let of_ticks = |value: &dyn Fn(&ServerTick) -> i64| {
        let all = |trace: &ServerTrace| trace.ticks.iter().map(value).collect::<Vec<i64>>();
        (all(a), all(b))
    };
    let sum = |name: &str, unit, value: &dyn Fn(&ServerTick) -> u64| {
        let all = |trace: &ServerTrace| trace.ticks.iter().map(value).sum();
        Number::count(name, unit, all(a), all(b))
    };
    let count =
        |name: &str, value: &dyn Fn(&ServerTrace) -> usize| Number::count(name, "", value(a) as u64, value(b) as u64);
    let total = |values: &[u32]| values.iter().map(|value| u64::from(*value)).sum::<u64>();
    let used = |tick: &ServerTick, how: u32| tick.input_uses.iter().filter(|it| **it == how).count() as u64;
    let mut numbers = vec![count("ticks", &|trace| trace.ticks.len())];
    numbers.push(sum("ticks given up", "", &|tick| tick.lost_ticks.into()));
    let (late_a, late_b) = of_ticks(&|tick| tick.late_us.into());
    numbers.extend(Number::spread("tick late", "us", late_a, late_b));
    let (busy_a, busy_b) = of_ticks(&busy_us);
    numbers.extend(Number::spread("tick's work", "us", busy_a, busy_b));
    numbers.extend([
        sum("inputs used", "", &|tick| used(tick, 0)),
        sum("inputs repeated", "", &|tick| used(tick, 1)),
        sum("inputs missing", "", &|tick| used(tick, 2)),
        sum("input packets", "", &|tick| tick.packet_slots.len() as u64),
        sum("snapshots", "", &|tick| tick.snapshot_slots.len() as u64),
        sum("snapshots", "bytes", &|tick| total(&tick.snapshot_bytes)),
        sum("players put off", "", &|tick| total(&tick.snapshot_deferred)),
    ]);
    numbers.extend(bits(a, b));
    numbers.extend([
        count("shots", &|trace| trace.shots.len()),
        count("hits", &|trace| trace.shots.iter().filter(|shot| shot.hit != 0).count()),
        count("shots clamped", &|trace| trace.shots.iter().filter(|shot| shot.clamp != 0).count()),
        Number::count("kills, by keyframes", "", kills(a), kills(b)),
        count("lines of chat", &|trace| trace.chat.len()),
    ]);
    numbers.extend(file_numbers(&a.health, &b.health));
    numbers
}

fn busy_us(tick: &ServerTick) -> i64 {
    let stages = [tick.receive_us, tick.control_us, tick.step_us, tick.snapshots_us, tick.flush_us];
    stages.iter().map(|us| i64::from(*us)).sum()
}

/// What snapshots are made of, by part and by field of other players.
fn bits(a: &ServerTrace, b: &ServerTrace) -> Vec<Number> {
    let parts = |trace: &ServerTrace| {
        let mut parts: BTreeMap<(u32, String), u64> = BTreeMap::new();
        let mut add = |order: u32, name: &str, bits: u64| {
            *parts.entry((order, format!("bits of {name}"))).or_default() += bits;
        };
        let total = |values: &[u32]| values.iter().map(|value| u64::from(*value)).sum::<u64>();
        for tick in &trace.ticks {
            add(0, "headers", total(&tick.snapshot_header_bits));
            add(1, "own players", total(&tick.snapshot_own_bits));
            add(2, "pickups and rockets", total(&tick.snapshot_scene_bits));
            add(3, "who is visible", total(&tick.snapshot_set_bits));
            for (i, bits) in tick.field_bits.iter().enumerate() {
                let name = trace.fields.names.get(i).map_or("a field without a name", String::as_str);
                add(4 + i as u32, &format!("others: {name}"), u64::from(*bits));
            }
        }
        parts
    };
    let (in_a, in_b) = (parts(a), parts(b));
    let keys: BTreeSet<&(u32, String)> = in_a.keys().chain(in_b.keys()).collect();
    let of = |parts: &BTreeMap<(u32, String), u64>, key| parts.get(key).copied().unwrap_or(0);
    keys.into_iter().map(|key| Number::count(key.1.clone(), "bits", of(&in_a, key), of(&in_b, key))).collect()
}

/// Kills that the keyframes know of: of each match its last one, so those of its last seconds may be missing.
fn kills(trace: &ServerTrace) -> u64 {
    let mut by_match: BTreeMap<usize, u64> = BTreeMap::new();
    for world in trace.keyframes.iter().filter_map(|keyframe| keyframe.world.as_ref()) {
        let number = trace.matches.iter().filter(|began| began.tick < world.tick).count();
        by_match.insert(number, world.players.iter().map(|player| u64::from(player.kills)).sum());
    }
    by_match.values().sum()
}

/// Columns of an input, in the order of [`inputs`].
const INPUT_FIELDS: [&str; 5] = ["use", "heading", "aim", "buttons", "weapon"];
