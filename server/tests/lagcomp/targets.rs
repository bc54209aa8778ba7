//! Who can be hit, and from where: the dead, the moved, those never told of, and the shooter's own place.

use glam::IVec2;
use tickshot_server::maps;
use tickshot_shared::lagcomp::rewind::{Past, Target, View};
use tickshot_shared::protocol::evidence::Fate;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::combat::Targets;
use tickshot_shared::sim::history::History;
use tickshot_shared::sim::input::OwnView;
use tickshot_shared::sim::world::{Player, Slot, World};
use tickshot_shared::tick::{Tick, TickRate};

const SHOOTER: Slot = Slot(0);
const TARGET: Slot = Slot(1);

/// Both walk right, 100 units a tick, in the free row of the open map; `change` makes the history of ticks 1..=40. The world
/// is at tick 41.
fn history(change: impl Fn(u32, &mut World)) -> (World, History) {
    let mut world = World::new(2, TickRate::default(), 1);
    let mut history = History::new(2);
    for tick in 1..=41u32 {
        world.tick = Tick(tick);
        for (slot, y) in [(SHOOTER, 10), (TARGET, 14)] {
            let pos = IVec2::new(10 * 1024 + tick as i32 * 100, y * 1024);
            let before = world.players[slot.index()].unwrap_or_default();
            world.players[slot.index()] = Some(Player { pos, alive: true, health: 100, ..before });
        }
        change(tick, &mut world);
        if tick < 41 {
            history.push(&world);
        }
    }
    (world, history)
}

fn at(tick: i64) -> View<'static> {
    View::True { at_256ths: tick * 256 }
}

fn past<'a>(history: &'a History, arena: &'a Arena, view: View<'a>, own: OwnView) -> Past<'a> {
    Past { history, arena, view, own }
}

fn open() -> std::sync::Arc<Arena> {
    maps::load("open").unwrap().arena
}

fn found(world: &World, history: &History, tick: i64) -> (Target, bool) {
    let arena = open();
    let past = past(history, &arena, at(tick), OwnView::WithOthers);
    (past.target(world, SHOOTER, TARGET).unwrap(), past.pose(world, SHOOTER, TARGET).is_some())
}

#[test]
fn a_target_is_tested_where_it_was() {
    let (world, history) = history(|_, _| {});
    let (target, can_be_hit) = found(&world, &history, 30);
    assert_eq!((target.fate, target.tested.x, can_be_hit), (Fate::Rewound, 10 * 1024 + 3000, true));
    assert_eq!(found(&world, &history, 41).0.tested.x, 10 * 1024 + 4100, "the present is in the making");
}

#[test]
fn who_is_dead_now_or_was_drawn_dead_cannot_be_hit() {
    let dies_at = |death: u32, back: u32| {
        move |tick: u32, world: &mut World| {
            let player = world.players[1].as_mut().unwrap();
            player.alive = !(death..back).contains(&tick);
            player.deaths = u16::from(tick >= death);
        }
    };
    let (world, died) = history(dies_at(35, 99));
    assert_eq!((found(&world, &died, 30).0.fate, found(&world, &died, 30).1), (Fate::Dead, false));
    let (world, died) = history(dies_at(25, 38));
    let (target, can_be_hit) = found(&world, &died, 30);
    assert_eq!((target.fate, can_be_hit), (Fate::Dead, false), "a corpse was on screen");
    let (target, can_be_hit) = found(&world, &died, 20);
    assert_eq!((target.fate, target.tested.x, can_be_hit), (Fate::Respawned, 10 * 1024 + 4100, true), "another life");
}

#[test]
fn who_was_moved_is_tested_where_it_is_now_and_a_fast_walker_is_not_taken_for_it() {
    let (world, moved) = history(|tick, world| world.players[1].as_mut().unwrap().pos.y += i32::from(tick > 35) * 5000);
    let (target, can_be_hit) = found(&world, &moved, 30);
    assert_eq!((target.fate, target.tested.y, can_be_hit), (Fate::Respawned, 14 * 1024 + 5000, true));
    let (world, walked) = history(|_, _| {});
    let (target, _) = found(&world, &walked, 1);
    assert_eq!(target.fate, Fate::Rewound, "4,000 units in 40 ticks are a walk, however far");
}

#[test]
fn who_was_not_there_cannot_be_hit() {
    let (world, joined) = history(|tick, world| world.players[1] = world.players[1].filter(|_| tick >= 30));
    assert_eq!((found(&world, &joined, 29).0.fate, found(&world, &joined, 29).1), (Fate::NotTold, false));
    assert_eq!(found(&world, &joined, 30).0.fate, Fate::Rewound);
    let arena = open();
    let told = View::Told { a: None, b: None, fraction: 9 };
    let target = past(&joined, &arena, told, OwnView::WithOthers).target(&world, SHOOTER, TARGET).unwrap();
    assert_eq!(target.fate, Fate::NotTold, "snapshots that were never sent show nobody");
}

#[test]
fn a_muzzle_is_where_the_shooter_drew_itself_and_never_from_another_life() {
    let (world, history) = history(|_, _| {});
    let arena = open();
    let muzzle = |view, own| past(&history, &arena, view, own).muzzle(&world, SHOOTER).x - 10 * 1024;
    let between = |from: u32| OwnView::Between { from: Tick(from), fraction: 128, based_on: Tick(from) };
    assert_eq!(muzzle(at(20), between(39)), 3950, "however old the others are");
    assert_eq!(muzzle(at(20), between(40)), 4050, "up to the present");
    assert_eq!(muzzle(at(20), between(33)), 3350, "eight ticks are allowed");
    for impossible in [32, 41, 42, 0, u32::MAX] {
        assert_eq!(muzzle(at(20), between(impossible)), 4100, "from {impossible}");
    }
    assert_eq!(muzzle(at(20), OwnView::WithOthers), 2000, "without prediction the shooter is as old as the others");
    assert_eq!((muzzle(View::Present, between(39)), muzzle(View::Present, OwnView::WithOthers)), (4100, 4100));
    let (world, died) = self::history(|tick, world| {
        let player = world.players[0].as_mut().unwrap();
        (player.alive, player.deaths) = (tick != 38, u16::from(tick >= 38));
    });
    let own = past(&died, &arena, at(20), between(36)).muzzle(&world, SHOOTER);
    assert_eq!(own.x - 10 * 1024, 4100, "a past life shoots no more");
}

#[test]
fn nobody_shoots_through_a_wall_by_drawing_itself_beyond_it() {
    let arena = maps::load("arena").unwrap().arena;
    // A free tile with a wall to its right.
    let tile = |x: i32, y: i32| IVec2::new(x * 1024 + 512, y * 1024 + 512);
    let (width, height) = (arena.width() as i32, arena.height() as i32);
    let mut tiles = (0..width * height).map(|i| (i % width, i / width));
    let is_beside_a_wall = |(x, y): &(i32, i32)| *x > 0 && !arena.is_solid(*x, *y) && arena.is_solid(x + 1, *y);
    let (x, y) = tiles.find(is_beside_a_wall).expect("the arena has walls");
    let (world, history) = history(|tick, world| {
        world.players[0].as_mut().unwrap().pos = tile(x, y) - IVec2::new((41 - tick as i32).min(5) * 60, 0);
    });
    let mut sent = tickshot_shared::protocol::told::ToldRing::new(2);
    for tick in [36, 37] {
        tell(&mut sent, &history, Tick(tick));
    }
    let (a, b) = (sent.at(Tick(36)), sent.at(Tick(37)));
    let view = |fraction| View::Told { a, b, fraction };
    let muzzle = |fraction| past(&history, &arena, view(fraction), OwnView::WithOthers).muzzle(&world, SHOOTER);
    assert_eq!(muzzle(128), tile(x, y) - IVec2::new(270, 0));
    assert_eq!(muzzle(2 * 256), tile(x, y) - IVec2::new(180, 0), "a little beyond, in the open");
    assert_eq!(muzzle(32 * 256), tile(x, y) - IVec2::new(240, 0), "not inside or behind the wall");
}

/// Sends the snapshot of `tick` to the shooter.
fn tell(sent: &mut tickshot_shared::protocol::told::ToldRing, history: &History, tick: Tick) {
    use tickshot_shared::protocol::fields::ExtrapolationTable;
    use tickshot_shared::protocol::scene::Scene;
    use tickshot_shared::protocol::server_msg::SnapshotHeader;
    use tickshot_shared::protocol::snapshot::{SnapshotEncoder, SnapshotRequest};
    let mut encoder = SnapshotEncoder::new(2, ExtrapolationTable::of(TickRate::default()));
    encoder.begin(tick);
    let (told, baseline) = sent.begin(tick);
    let header = SnapshotHeader { tick, ..SnapshotHeader::default() };
    let priority = &mut [0; 2];
    let request = SnapshotRequest {
        header,
        history,
        own: Some(SHOOTER),
        baseline,
        visible: &[TARGET],
        scene: Scene::default(),
        priority,
    };
    encoder.encode(request, told, &mut Vec::new());
}
