//! Where the bits of snapshots go: a match of 64 bots, everyone told of everyone else, bits per field and bytes per
//! player, and what encoding and decoding cost.
//!
//! `cargo run -p tickshot-shared --example bits`. For times that mean something, add
//! `--config profile.dev.package.tickshot-shared.opt-level=3` and the same with `debug-assertions=false`.

// A tool for people, on a console, with a watch.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods)]

use std::time::{Duration, Instant};
use tickshot_shared::protocol::fields::{ExtrapolationTable, PUBLIC, predict};
use tickshot_shared::protocol::ring::SnapshotRing;
use tickshot_shared::protocol::scene::Scene;
use tickshot_shared::protocol::server_msg::{InputUse, SnapshotHeader};
use tickshot_shared::protocol::snapshot::{SnapshotEncoder, SnapshotRequest, SnapshotStats};
use tickshot_shared::protocol::told::ToldRing;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::bot::{Bot, Seen, Sight, Skill};
use tickshot_shared::sim::combat::Present;
use tickshot_shared::sim::history::History;
use tickshot_shared::sim::input::Input;
use tickshot_shared::sim::pose::Pose;
use tickshot_shared::sim::step::step;
use tickshot_shared::sim::world::{Player, Slot, World};
use tickshot_shared::tick::TickRate;

const PLAYERS: usize = 64;
const TICKS: u32 = 1_500;
const SEED: u64 = 7;

fn main() {
    println!("{PLAYERS} bots, {TICKS} ticks at 64 Hz, seed {SEED}; everyone is told of all others");
    let open = arena("open", include_bytes!("../../assets/maps/open.tmx"));
    let walls = arena("arena", include_bytes!("../../assets/maps/arena.tmx"));
    for (name, arena, sees) in
        [("open, fighting", &open, true), ("open, walking", &open, false), ("arena", &walls, true)]
    {
        let worlds = play(arena, sees);
        for ages in [&[1][..], &[2], &[1, 2], &[4], &[8]] {
            let run = send(&worlds, ages);
            run.print(name, ages);
        }
        print_residuals(&worlds);
    }
}

fn arena(name: &str, tmx: &[u8]) -> Arena {
    Arena::parse(name, tmx).expect("the maps of this repository are valid")
}

/// The states of a match in which everyone is a bot.
fn play(arena: &Arena, sees: bool) -> Vec<World> {
    let mut world = World::new(PLAYERS, TickRate::default(), SEED);
    let mut bots: Vec<Bot> = (0..PLAYERS).map(|i| Bot::new(SEED, Slot(i as u16), Skill::default())).collect();
    (0..PLAYERS).for_each(|i| world.join(arena, Slot(i as u16)));
    let mut events = Vec::new();
    let mut worlds = Vec::new();
    for _ in 0..TICKS {
        let seen = |(slot, p)| Seen { slot, pose: Pose::of(p), friend: false };
        let others: Vec<Seen> = world.present().map(seen).collect();
        let seen = if sees { &others[..] } else { &[] };
        let think = |(bot, own): (&mut Bot, &Option<Player>)| -> Option<Input> {
            own.as_ref().map(|own| {
                bot.think(&Sight {
                    arena,
                    rate: world.rate,
                    now: world.tick.plus(1),
                    own,
                    team: None,
                    others: seen,
                    rockets: &world.rockets,
                    pickups: world.pickups_there(),
                })
            })
        };
        let inputs: Vec<Option<Input>> = bots.iter_mut().zip(&world.players).map(think).collect();
        events.clear();
        step(&mut world, arena, &inputs, &Present, &mut events);
        worlds.push(world.clone());
    }
    worlds
}

#[derive(Default)]
struct Run {
    snapshots: u64,
    total: SnapshotStats,
    fields: Vec<(&'static str, u64)>,
    encode: Duration,
    /// The quickest tick of 64 snapshots: what it costs when nothing else wants the core.
    encode_best: Option<Duration>,
    decode_best: Option<Duration>,
    /// The first snapshot of a tick, which makes the deltas.
    encode_first: Duration,
    decode: Duration,
    decoded: u64,
}

/// Send every state to 64 clients, whose acks arrive so that baselines are `ages` ticks old.
fn send(worlds: &[World], ages: &[u32]) -> Run {
    let table = ExtrapolationTable::of(TickRate::default());
    let mut history = History::new(PLAYERS);
    let mut encoder = SnapshotEncoder::new(PLAYERS, table);
    let mut clients: Vec<(ToldRing, Vec<u32>)> = vec![(ToldRing::new(PLAYERS), vec![0; PLAYERS]); PLAYERS];
    let mut ring = SnapshotRing::new(PLAYERS, table);
    let visible: Vec<Vec<Slot>> =
        (0..PLAYERS).map(|own| (0..PLAYERS).filter(|&i| i != own).map(|i| Slot(i as u16)).collect()).collect();
    let mut run = Run::default();
    let mut out = Vec::new();
    for (n, world) in worlds.iter().enumerate() {
        history.push(world);
        let header = SnapshotHeader {
            tick: world.tick,
            input_use: InputUse::Used,
            margin_16ths: Some(20),
            ..Default::default()
        };
        // The first snapshots are full and made for the first time: not what a match looks like.
        let counts = n >= 64;
        let tick_start = Instant::now();
        let mut decode = Duration::ZERO;
        encoder.begin(world.tick);
        for (i, (sent, priority)) in clients.iter_mut().enumerate() {
            let age = ages[(i + n) % ages.len()];
            sent.handle_ack(world.tick.checked_minus(age), 0);
            let (told, baseline) = sent.begin(world.tick);
            let own = Some(Slot(i as u16));
            let visible = &visible[i];
            let scene = Scene { pickups: world.pickups_there(), rockets: &world.rockets };
            let request = SnapshotRequest { header, history: &history, own, baseline, visible, priority, scene };
            out.clear();
            let stats = encoder.encode(request, told, &mut out);
            if counts {
                run.add(&stats);
            }
            if i == 0 {
                run.encode_first += tick_start.elapsed() * u32::from(counts);
                let start = Instant::now();
                ring.decode(&out, own).expect("our own snapshot");
                decode = start.elapsed();
                run.decode += decode * u32::from(counts);
                run.decoded += u64::from(counts);
            }
        }
        if counts {
            let encode = tick_start.elapsed() - decode;
            run.encode += encode;
            run.encode_best = run.encode_best.map_or(Some(encode), |best| Some(best.min(encode)));
            run.decode_best = run.decode_best.map_or(Some(decode), |best| Some(best.min(decode)));
        }
    }
    run.fields = encoder.field_bits();
    run
}

impl Run {
    fn add(&mut self, stats: &SnapshotStats) {
        self.snapshots += 1;
        self.total.bytes += stats.bytes;
        self.total.header_bits += stats.header_bits;
        self.total.own_bits += stats.own_bits;
        self.total.set_bits += stats.set_bits;
        self.total.entity_bits += stats.entity_bits;
        self.total.sent += stats.sent;
    }

    fn print(&self, name: &str, ages: &[u32]) {
        let per = |bits: u32| f64::from(bits) / self.snapshots as f64;
        let total = &self.total;
        let per_player = f64::from(total.entity_bits) / f64::from(total.sent);
        println!("\n{name}, baseline age {ages:?}: {per_player:.2} bits = {:.2} bytes a player", per_player / 8.0);
        let (header, own, set) = (per(total.header_bits), per(total.own_bits), per(total.set_bits));
        println!("  snapshot {:.1} bytes: header {header:.1} own {own:.1} set {set:.1} bits", per(total.bytes));
        let all: u64 = self.fields.iter().map(|(_, bits)| bits).sum();
        let share = |&(name, bits): &(&str, u64)| format!("{name} {:.2}", bits as f64 * per_player / all as f64);
        println!("  bits a player: {}", self.fields.iter().map(share).collect::<Vec<_>>().join(", "));
        let nanos = |time: Duration, n: u64| time.as_nanos() as f64 / n as f64;
        let best = self.encode_best.map_or(0.0, |time| nanos(time, PLAYERS as u64));
        println!(
            "  encode {:.0} ns a snapshot, best tick {best:.0} ({:.1} a player), the first of a tick {:.0}",
            nanos(self.encode, self.snapshots),
            best / (PLAYERS - 1) as f64,
            nanos(self.encode_first, self.decoded),
        );
        let best = self.decode_best.map_or(0.0, |time| nanos(time, 1));
        println!("  decode {:.0} ns a snapshot, best {best:.0}", nanos(self.decode, self.decoded));
    }
}

/// How many signed bits the residuals need, per group: what the class widths of the field table are chosen from.
fn print_residuals(worlds: &[World]) {
    let table = ExtrapolationTable::of(TickRate::default());
    for age in [1, 2] {
        for group in PUBLIC.iter().filter(|group| group.name != "rare") {
            let mut counts = [0u32; 20];
            for (before, now) in worlds.iter().skip(64).zip(worlds.iter().skip(64 + age)) {
                for (before, now) in before.players.iter().flatten().zip(now.players.iter().flatten()) {
                    let predicted = predict(before, age as u32, &table);
                    let need = |f| residual_bits(f, &predicted, now);
                    counts[group.fields.iter().map(need).max().unwrap_or(0)] += 1;
                }
            }
            let all: u32 = counts.iter().sum();
            let shares: Vec<String> =
                counts.iter().map(|&n| format!("{:.1}", f64::from(n) * 100.0 / f64::from(all))).collect();
            println!("  age {age} {}: % that need 0, 1, 2.. signed bits: {}", group.name, shares.join(" "));
        }
    }
}

fn residual_bits(field: &tickshot_shared::protocol::fields::Field, from: &Player, to: &Player) -> usize {
    let gap = (field.read)(to).wrapping_sub((field.read)(from)) << (32 - field.bits);
    let gap = gap as i32 >> (32 - field.bits);
    if gap == 0 { 0 } else { 33 - (if gap < 0 { !gap } else { gap }).leading_zeros() as usize }
}
