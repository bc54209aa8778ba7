//! Times what a shot costs the server, of one ray or of many: one hit check, all three with the evidence; and what each
//! input packet adds.
//!
//! `cargo run --release -p tickshot-server --example judging`. Plain wall time of a single thread; the least of several
//! rounds is shown, so that a busy machine does not look like a slow program.

use glam::IVec2;
use std::hint::black_box;
use std::time::Instant;
use tickshot_server::lagcomp::estimate::DisplayEstimate;
use tickshot_server::maps;
use tickshot_shared::lagcomp::rewind::{Past, View};
use tickshot_shared::lagcomp::{Believed, LagCompensation, MatchRules, Shooters};
use tickshot_shared::modes::HitCheck;
use tickshot_shared::protocol::client_msg::{InputPacket, InputRun};
use tickshot_shared::protocol::fields::ExtrapolationTable;
use tickshot_shared::protocol::scene::Scene;
use tickshot_shared::protocol::server_msg::SnapshotHeader;
use tickshot_shared::protocol::snapshot::{SnapshotEncoder, SnapshotRequest};
use tickshot_shared::protocol::told::{Told, ToldRing};
use tickshot_shared::rng::Rng;
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::combat::{self, Judge, Present, Shot};
use tickshot_shared::sim::history::History;
use tickshot_shared::sim::input::{Input, OwnView, ViewStamp};
use tickshot_shared::sim::weapon::Weapon;
use tickshot_shared::sim::world::{Player, Slot, World};
use tickshot_shared::tick::{Tick, TickRate};

const PLAYERS: u16 = 65;
const SHOTS: u32 = 2_000;
const ROUNDS: u32 = 20;

fn main() {
    let (world, history, told) = match_of_walkers();
    let arena = maps::load("open").expect("the map is built in").arena;
    let now = world.tick;
    let estimate = i64::from(now.0) - 8;
    let believed = Believed { estimate, first: estimate - 3, last: estimate + 3, had: Some(Tick(now.0 - 3)) };
    let shooters = OneShooter { told, believed };
    let own = OwnView::Between { from: Tick(now.0 - 2), fraction: 100, based_on: Tick(now.0 - 4) };
    let (a, b) = (Tick(now.0 - 9), Tick(now.0 - 8));
    let stamps = [Some(ViewStamp { a, b, fraction: 77, own, check: HitCheck::Exact })];
    let view = View::Told { a: shooters.told(Slot(0), a), b: shooters.told(Slot(0), b), fraction: 77 };
    let exact = Past { history: &history, arena: &arena, view, own };
    for weapon in [Weapon::Rifle, Weapon::Shotgun] {
        let shots: Vec<Shot> =
            (0..SHOTS).map(|i| Shot::new(Slot(0), weapon, Turn((i * 9973) as u16), Tick(now.0 + i))).collect();
        let rays = weapon.table().rays;
        println!(
            "one {}'s shot of {rays} rays among {} targets, all alive and told of:",
            weapon.table().name,
            PLAYERS - 1
        );
        let each = |name: &str, shoot: &mut dyn FnMut(&Shot)| {
            let round = |_| {
                let begun = Instant::now();
                shots.iter().for_each(&mut *shoot);
                begun.elapsed().as_nanos() as u64 / u64::from(SHOTS)
            };
            println!("  {name:44} {:6} ns", (0..ROUNDS).map(round).min().unwrap_or(0));
        };
        each("one check, at the present", &mut |shot| {
            black_box(combat::judge(&world, &arena, &Present, shot));
        });
        each("one check, exact", &mut |shot| {
            black_box(combat::judge(&world, &arena, &exact, shot));
        });
        let whole = Past { view: View::True { at_256ths: 256 * i64::from(now.0 - 8) }, ..exact };
        each("one check, whole tick", &mut |shot| {
            black_box(combat::judge(&world, &arena, &whole, shot));
        });
        let mut evidence = Vec::with_capacity(SHOTS as usize);
        each("all three checks and the evidence", &mut |shot| {
            evidence.clear();
            let rules = MatchRules::default();
            let kept = std::mem::take(&mut evidence);
            let judge = LagCompensation::new(&history, &arena, &shooters, &stamps, rules, world.rate, kept);
            black_box(judge.judge(&world, &arena, shot));
            evidence = judge.into_evidence();
        });
    }
    packets();
    println!(
        "memory per client of 64 slots: {} KiB of told snapshots; of 1,024 slots: {} KiB",
        told_kib(64),
        told_kib(1024)
    );
}

/// What following a client's display costs per input packet of eight inputs.
fn packets() {
    let mut estimate = DisplayEstimate::new(TickRate::default());
    let inputs = InputRun::of(&[Input::default(); 8]).expect("eight inputs are a run");
    let mut tick = 100;
    let mut round = || {
        let begun = Instant::now();
        for _ in 0..SHOTS {
            tick += 1;
            let (newest, acked) = (Tick(tick + 5), Some(Tick(tick - 3)));
            let packet = InputPacket { newest, inputs, ack: acked, ack_mask: 0, display_delay: 8, ping: None };
            estimate.handle_packet(Tick(tick), black_box(&packet), acked, acked);
        }
        begun.elapsed().as_nanos() as u64 / u64::from(SHOTS)
    };
    println!("following a display clock, per input packet    {:6} ns", (0..ROUNDS).map(|_| round()).min().unwrap_or(0));
}

/// A row for every tick held, each with an age per slot and a bit set.
fn told_kib(capacity: usize) -> usize {
    let row = size_of::<Told>() + capacity + capacity.div_ceil(64) * 8;
    tickshot_shared::limits::HISTORY_TICKS * row / 1024
}

struct OneShooter {
    told: ToldRing,
    believed: Believed,
}

impl Shooters for OneShooter {
    type Told = Told;

    fn told(&self, _: Slot, tick: Tick) -> Option<&Told> {
        self.told.at(tick)
    }
    fn acked(&self, _: Slot) -> Option<Tick> {
        self.told.acked()
    }
    fn believed(&self, _: Slot, _: Tick) -> Option<Believed> {
        Some(self.believed)
    }
    fn input(&self, _: Slot, _: Tick) -> Option<Input> {
        None
    }
}

/// Everyone walks about for four seconds and the shooter is told all of it; the world is one tick on.
fn match_of_walkers() -> (World, History, ToldRing) {
    let (capacity, mut rng) = (usize::from(PLAYERS), Rng::new(1));
    let mut world = World::new(capacity, TickRate::default(), 1);
    for player in &mut world.players {
        let pos = IVec2::new(rng.range_i32(4_000, 44_000), rng.range_i32(4_000, 44_000));
        *player = Some(Player { pos, alive: true, health: 100, ..Player::default() });
    }
    let (mut history, mut told) = (History::new(capacity), ToldRing::new(capacity));
    let mut encoder = SnapshotEncoder::new(capacity, ExtrapolationTable::of(world.rate));
    let others: Vec<Slot> = (1..PLAYERS).map(Slot).collect();
    let mut priority = vec![0; capacity];
    for tick in 1..=256 {
        world.tick = Tick(tick);
        for player in world.players.iter_mut().flatten() {
            player.pos += IVec2::new(rng.range_i32(-90, 90), rng.range_i32(-90, 90));
        }
        history.push(&world);
        encoder.begin(world.tick);
        let (row, baseline) = told.begin(world.tick);
        let header = SnapshotHeader { tick: world.tick, ..SnapshotHeader::default() };
        let own = Some(Slot(0));
        let request = SnapshotRequest {
            header,
            history: &history,
            own,
            baseline,
            visible: &others,
            scene: Scene::default(),
            priority: &mut priority,
        };
        encoder.encode(request, row, &mut Vec::new());
        told.handle_ack(Some(world.tick), 0);
    }
    world.tick = Tick(257);
    (world, history, told)
}
