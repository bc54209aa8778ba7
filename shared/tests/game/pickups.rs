//! Things to pick up: who gets them, what they give, when they come back.

use super::{common, holding, tick, world_of};
use glam::IVec2;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::pickup::{PickupKind, TAKE_UNITS};
use tickshot_shared::sim::step::Event;
use tickshot_shared::sim::weapon::Weapon;
use tickshot_shared::sim::world::{Player, Slot, World};
use tickshot_shared::tick::Tick;

/// Health at tile 4, armour at 12, ammunition at 20, all in row 2.
fn store() -> Arena {
    let row = "....H.......A.......M...";
    common::sketch(&["S.......................", "........................", row, "........................"])
}

fn place(arena: &Arena, kind: PickupKind) -> (usize, IVec2) {
    let found = arena.pickups().iter().enumerate().find(|(_, pickup)| pickup.kind == kind);
    found.map(|(index, pickup)| (index, pickup.pos)).expect("the map has one of each")
}

fn at(pos: IVec2) -> Player {
    Player { health: 30, reserves: [0, 20, 11], ..Player::default().spawned(pos) }
}

fn taken(events: &[Event]) -> Vec<(u16, u8)> {
    let of = |event: &Event| match event {
        Event::PickedUp { slot, pickup } => Some((slot.0, *pickup)),
        _ => None,
    };
    events.iter().filter_map(of).collect()
}

fn idle(world: &mut World, arena: &Arena) -> Vec<Event> {
    let inputs = vec![None; world.players.len()];
    tick(world, arena, &inputs)
}

#[test]
fn each_kind_gives_what_it_says_and_never_more_than_full() {
    let arena = store();
    for (kind, before, after) in [
        (PickupKind::Health, 30, (70, 0, [0, 20, 11])),
        (PickupKind::Health, 99, (100, 0, [0, 20, 11])),
        (PickupKind::Armour, 30, (30, 50, [0, 20, 11])),
        (PickupKind::Ammo, 30, (30, 0, [0, 26, 12])),
    ] {
        let (index, pos) = place(&arena, kind);
        let mut world = world_of(&arena, 64, &[Player { health: before, ..at(pos) }]);
        assert_eq!(taken(&idle(&mut world, &arena)), [(0, index as u8)]);
        let player = world.player(Slot(0)).unwrap();
        assert_eq!((player.health, player.armour, player.reserves), after, "{kind:?}");
        assert_eq!((player.pickup_seq, player.magazines), (1, [24, 6, 3]));
    }
}

#[test]
fn what_is_of_no_use_stays_where_it_is() {
    let arena = store();
    let full = Player { armour: 100, reserves: [0, 30, 12], ..Player::default() };
    for kind in PickupKind::ALL {
        let mut world = world_of(&arena, 64, &[full.spawned(place(&arena, kind).1)]);
        let player = world.players[0].as_mut().unwrap();
        (player.armour, player.reserves) = (full.armour, full.reserves);
        assert_eq!(taken(&idle(&mut world, &arena)), [], "{kind:?}");
    }
}

#[test]
fn it_is_given_once_to_the_nearest_who_can_use_it_and_comes_back_after_its_time() {
    let arena = store();
    for hz in [20, 64, 128] {
        for kind in PickupKind::ALL {
            let (index, pos) = place(&arena, kind);
            let near = |units: i32| at(pos + IVec2::new(units, 0));
            let corpse = Player { alive: false, respawn_ticks: Player::OUT, ..near(0) };
            let mut world = world_of(&arena, hz, &[near(300), near(-200), corpse, near(TAKE_UNITS + 1)]);
            assert_eq!(taken(&idle(&mut world, &arena)), [(1, index as u8)], "{kind:?}");
            assert_eq!(world.pickups_there() >> index & 1, 0);
            world.players[1] = None;
            let waited = (1..30 * hz).find(|_| !taken(&idle(&mut world, &arena)).is_empty());
            assert_eq!(waited, Some(kind.back_ms() / 1000 * hz), "{kind:?} at {hz} Hz");
            assert_eq!(world.player(Slot(0)).unwrap().pickup_seq, 1, "the next one was still there");
        }
    }
}

#[test]
fn of_two_who_are_as_near_each_gets_it_as_often() {
    let arena = store();
    let (_, pos) = place(&arena, PickupKind::Health);
    let mut got = [0, 0];
    for start in 0..200 {
        let mut world = world_of(&arena, 64, &[at(pos + IVec2::new(100, 0)), at(pos - IVec2::new(100, 0))]);
        world.tick = Tick(start);
        got[usize::from(taken(&idle(&mut world, &arena))[0].0)] += 1;
    }
    assert_eq!(got, [100, 100]);
}

#[test]
fn armour_takes_three_fifths_of_every_damage_while_it_lasts() {
    let arena = store();
    let target = Player { armour: 30, ..holding(Weapon::Rifle, 10.0, 0.5) };
    let mut world = world_of(&arena, 64, &[holding(Weapon::Rifle, 7.0, 0.5), target]);
    let fire = super::fire(Weapon::Rifle, super::RIGHT);
    let mut left = Vec::new();
    for _ in 0..60 {
        if super::damage_of(&tick(&mut world, &arena, &[fire, None]), 1) > 0 {
            let player = world.player(Slot(1)).unwrap();
            left.push((player.health, player.armour));
        }
    }
    // Twenty each: eight from health, until armour has less than its twelve.
    assert_eq!(left[..5], [(92, 18), (84, 6), (70, 0), (50, 0), (30, 0)]);
}
