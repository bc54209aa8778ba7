//! What is drawn is what is tested, for every body on screen and not only for those shot at: random worlds, told with gaps.

use super::rig::{look, poses};
use glam::IVec2;
use tickshot_server::maps;
use tickshot_shared::lagcomp::rewind::{Past, View};
use tickshot_shared::limits::REWIND_MS_CAP_MAX;
use tickshot_shared::modes::HitCheck;
use tickshot_shared::protocol::evidence::Fate;
use tickshot_shared::protocol::fields::ExtrapolationTable;
use tickshot_shared::protocol::ring::SnapshotRing;
use tickshot_shared::protocol::scene::Scene;
use tickshot_shared::protocol::server_msg::SnapshotHeader;
use tickshot_shared::protocol::snapshot::{SnapshotEncoder, SnapshotRequest};
use tickshot_shared::protocol::told::ToldRing;
use tickshot_shared::rng::Rng;
use tickshot_shared::sim::history::History;
use tickshot_shared::sim::input::{FRACTION_MAX, OwnView, ViewStamp};
use tickshot_shared::sim::world::{Player, Slot, World};
use tickshot_shared::tick::{Tick, TickRate};

const CAPACITY: usize = 260;

/// Everyone walks; now and then somebody dies, comes back elsewhere, leaves or joins.
fn live(world: &mut World, rng: &mut Rng) {
    world.tick = world.tick.plus(1);
    for place in &mut world.players {
        let anywhere = IVec2::new(rng.range_i32(0, 60_000), rng.range_i32(0, 60_000));
        let Some(player) = place else {
            let joined = Player { pos: anywhere, alive: true, health: 100, ..Player::default() };
            *place = rng.chance(1, 100).then_some(joined);
            continue;
        };
        player.aim = rng.below(1024) as u16;
        if player.alive {
            let step = IVec2::new(rng.range_i32(-600, 600), rng.range_i32(-600, 600));
            player.pos = (player.pos + step).clamp(IVec2::ZERO, IVec2::splat(60_000));
            if rng.chance(1, 200) {
                (player.alive, player.deaths) = (false, player.deaths + 1);
            }
        } else if rng.chance(1, 30) {
            (player.alive, player.pos) = (true, anywhere);
        }
        if rng.chance(1, 1000) {
            *place = None;
        }
    }
}

#[test]
fn every_body_on_screen_is_tested_where_it_is_drawn_to_the_unit() {
    let arena = maps::load("open").unwrap().arena;
    let (mut compared, mut beyond, mut gone, mut deferred) = (0u64, 0u64, 0u64, 0u64);
    for (seed, hz) in [(1, 64), (2, 128), (3, 20)] {
        println!("seed {seed}, {hz} Hz");
        let mut rng = Rng::new(seed);
        let rate = TickRate::new(hz).unwrap();
        let cap = rate.ticks_in_ms(REWIND_MS_CAP_MAX.into());
        let mut world = World::new(CAPACITY, rate, seed);
        let mut history = History::new(CAPACITY);
        let (mut sent, mut ring) = (ToldRing::new(CAPACITY), SnapshotRing::new(CAPACITY, ExtrapolationTable::of(rate)));
        let mut encoder = SnapshotEncoder::new(CAPACITY, ExtrapolationTable::of(rate));
        let mut priority = [0; CAPACITY];
        for tick in 1..=900u32 {
            live(&mut world, &mut rng);
            if tick > 200 {
                let display = (i64::from(tick) - 1) * 256 - i64::from(rng.below(cap * 256));
                let own = OwnView::WithOthers;
                let between = look(&ring, display, own, HitCheck::Exact).unwrap();
                let straight_on = extrapolated(&ring, &mut rng);
                for (stamp, drawn) in [between, straight_on] {
                    let (a, b) = (sent.at(stamp.a), sent.at(stamp.b));
                    let view = View::Told { a, b, fraction: stamp.fraction };
                    let past = Past { history: &history, arena: &arena, view, own };
                    for slot in (0..CAPACITY as u16).map(Slot).filter(|slot| *slot != Slot(0)) {
                        let shown = drawn.iter().find(|(other, _)| *other == slot).map(|(_, pose)| pose);
                        let why = format!("tick {tick}, {slot:?}, {stamp:?}");
                        assert_eq!(past.drawn(&world, Slot(0), slot), shown.map(|pose| pose.pos), "{why}");
                        let Some(target) = past.target(&world, Slot(0), slot) else { continue };
                        match (target.fate, shown) {
                            (Fate::Rewound, Some(pose)) => assert!(pose.alive && target.tested == pose.pos, "{why}"),
                            (Fate::NotTold, shown) => assert!(shown.is_none(), "{why}"),
                            (Fate::Dead | Fate::Respawned, Some(_)) => gone += 1,
                            (fate, shown) => panic!("{why}: {fate:?} of {shown:?}"),
                        }
                        compared += u64::from(target.fate == Fate::Rewound);
                        beyond += u64::from(target.fate == Fate::Rewound && stamp.fraction > 256);
                    }
                }
            }
            history.push(&world);
            // Each of the others vanishes and comes back in long stretches; there are too many for one snapshot.
            let in_sight = |slot: &Slot| !(tick / 40 + u32::from(slot.0)).is_multiple_of(5);
            let visible: Vec<Slot> =
                world.present().map(|(slot, _)| slot).filter(|slot| *slot != Slot(0)).filter(in_sight).collect();
            encoder.begin(world.tick);
            let (told, baseline) = sent.begin(world.tick);
            let own = world.player(Slot(0)).map(|_| Slot(0));
            let header = SnapshotHeader { tick: world.tick, ..SnapshotHeader::default() };
            let request = SnapshotRequest {
                header,
                history: &history,
                own,
                baseline,
                visible: &visible,
                scene: Scene::default(),
                priority: &mut priority,
            };
            let mut bytes = Vec::new();
            deferred += u64::from(encoder.encode(request, told, &mut bytes).deferred);
            let outage = tick % 300 > 270;
            if !outage && !rng.chance(1, 8) {
                ring.decode(&bytes, Some(Slot(0))).unwrap();
                let (ack, mask) = ring.ack();
                sent.handle_ack(ack, mask);
            }
        }
    }
    println!(
        "{compared} bodies compared, {beyond} beyond the newest snapshot, {gone} dead or moved, {deferred} deferred"
    );
    assert!(compared > 200_000 && beyond > 50_000 && gone > 1_000 && deferred > 3_000);
}

/// The newest two snapshots, drawn on.
fn extrapolated(ring: &SnapshotRing, rng: &mut Rng) -> (ViewStamp, Vec<(Slot, tickshot_shared::sim::pose::Pose)>) {
    let b = ring.newest().unwrap().header.tick;
    let a = ring.between(Tick(0), Tick(b.0 - 1)).next_back().unwrap().header.tick;
    let fraction = 256 + rng.below(u32::from(FRACTION_MAX) - 255) as u16;
    let stamp = ViewStamp { a, b, fraction, own: OwnView::WithOthers, check: HitCheck::Exact };
    (stamp, poses(ring, &stamp))
}
