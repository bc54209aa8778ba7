//! Fire rates, magazines, reloads and reserves, held against the table.

use super::{RIGHT, fire, hall, holding, press, rate, tick, world_of};
use tickshot_shared::limits::{TICK_RATE_MAX, TICK_RATE_MIN};
use tickshot_shared::sim::input::{Buttons, Input};
use tickshot_shared::sim::step::{Event, predict_own};
use tickshot_shared::sim::weapon::{SWITCH_MS, Weapon};
use tickshot_shared::sim::world::{Player, Slot, World};

/// The ticks in which a trigger fires that is held from tick 1 on, until the rounds are gone; and what is left at the end of
/// tick `last`: rounds in the magazine and beside it.
fn shots_by_the_table(weapon: Weapon, hz: u32, last: u32) -> (Vec<u32>, (u8, u8)) {
    let (table, rate) = (weapon.table(), rate(hz));
    let (between, reload) = (u32::from(weapon.cooldown_ticks(rate)), u32::from(weapon.reload_ticks(rate)));
    let (mut magazine, mut reserve) = (table.magazine, table.reserve.map_or(0, |(first, _)| first));
    let (mut shots, mut at) = (Vec::new(), 1);
    while at <= last {
        shots.push(at);
        magazine -= 1;
        if magazine > 0 {
            at += between;
            continue;
        }
        let filled = if table.reserve.is_some() { reserve.min(table.magazine) } else { table.magazine };
        if filled == 0 {
            break;
        }
        // The tick after the last round begins the reload, which ends `reload` ticks later.
        let full = at + 1 + reload;
        at = full.max(at + between);
        if full <= last {
            magazine = filled;
            reserve -= if table.reserve.is_some() { filled } else { 0 };
        }
    }
    (shots, (magazine, reserve))
}

#[test]
fn a_held_trigger_fires_reloads_and_runs_out_exactly_as_the_table_says_at_every_tick_rate() {
    let arena = hall();
    for hz in TICK_RATE_MIN..=TICK_RATE_MAX {
        for weapon in Weapon::ALL {
            let mut world = world_of(&arena, hz, &[holding(weapon, 5.0, 5.0)]);
            let mut fired = Vec::new();
            for now in 1..=40 * hz {
                let events = tick(&mut world, &arena, &[fire(weapon, RIGHT)]);
                let shot = |e: &Event| matches!(e, Event::Shot { weapon: with, .. } if *with == weapon);
                // Ten seconds and all of what there is.
                if events.iter().any(shot) {
                    fired.push(now);
                }
                if now == 10 * hz || now == 40 * hz {
                    let (expected, left) = shots_by_the_table(weapon, hz, now);
                    let player = world.player(Slot(0)).unwrap();
                    let held = weapon.index();
                    assert_eq!(fired, expected, "{} at {hz} Hz", weapon.table().name);
                    assert_eq!((player.magazines[held], player.reserves[held]), left, "{weapon:?} at {hz} Hz");
                }
            }
        }
    }
}

#[test]
fn the_time_between_two_shots_is_the_tables_to_the_nearest_tick() {
    for hz in TICK_RATE_MIN..=TICK_RATE_MAX {
        for weapon in Weapon::ALL {
            let shots = weapon.table().shots_per_10s;
            let off = u32::from(weapon.cooldown_ticks(rate(hz))) * shots;
            assert!(off.abs_diff(10 * hz) * 2 <= shots, "{weapon:?} at {hz} Hz");
        }
    }
}

#[test]
fn at_64_hz_ten_seconds_of_a_held_trigger_are_these_shots_and_rounds() {
    // A shot every 11, 53 and 64 ticks; two magazines each, of which the third is still on its way, or there is none.
    let told = Weapon::ALL.map(|weapon| {
        let (shots, (magazine, reserve)) = shots_by_the_table(weapon, 64, 640);
        (shots.len(), magazine, reserve)
    });
    assert_eq!(told, [(48, 0, 0), (12, 0, 6), (6, 0, 0)]);
}

#[test]
fn a_dry_trigger_clicks_at_the_weapons_rate_and_fires_nothing() {
    let arena = hall();
    for hz in [20, 64, 128] {
        let mut player = Player { magazines: [0; 3], reserves: [0; 3], ..holding(Weapon::Launcher, 5.0, 5.0) };
        let input = fire(Weapon::Launcher, RIGHT).unwrap();
        let deeds: Vec<_> = (0..5 * hz).map(|_| predict_own(&mut player, &arena, rate(hz), &input)).collect();
        assert_eq!(deeds.iter().filter(|deeds| deeds.dry).count(), 5, "{hz} Hz: once a second");
        assert!(deeds.iter().all(|deeds| deeds.fired.is_none() && !deeds.reload_began));
        assert_eq!(player.shot_seq, 0);
    }
}

/// A player with half a magazine, and its world.
fn half_empty(hz: u32) -> (tickshot_shared::sim::arena::Arena, World) {
    let arena = hall();
    let player = Player { magazines: [10, 2, 1], ..holding(Weapon::Shotgun, 5.0, 5.0) };
    let world = world_of(&arena, hz, &[player]);
    (arena, world)
}

#[test]
fn a_reload_takes_its_time_fills_the_magazine_from_what_is_beside_it_and_holds_fire_meanwhile() {
    for hz in [20, 64, 128] {
        let (arena, mut world) = half_empty(hz);
        let reload = u32::from(Weapon::Shotgun.reload_ticks(rate(hz)));
        assert!((1600..1600 + 1000 / hz).contains(&(reload * 1000 / hz)), "{hz} Hz");
        tick(&mut world, &arena, &[press(Weapon::Shotgun, Buttons::RELOAD.0, RIGHT)]);
        for waited in 1..reload {
            // Neither the trigger nor another press of the key changes it.
            let both = press(Weapon::Shotgun, Buttons::FIRE.0 | Buttons::RELOAD.0, RIGHT);
            assert_eq!(tick(&mut world, &arena, &[both]), [], "{hz} Hz, {waited} ticks");
            assert_eq!(world.player(Slot(0)).unwrap().magazines, [10, 2, 1]);
        }
        let events = tick(&mut world, &arena, &[fire(Weapon::Shotgun, RIGHT)]);
        assert!(matches!(events[0], Event::Shot { .. }), "and fires at once: {events:?}");
        let player = world.player(Slot(0)).unwrap();
        assert_eq!((player.magazines, player.reserves), ([10, 5, 1], [0, 8, 3]));
    }
}

#[test]
fn a_full_magazine_and_an_empty_pocket_are_not_reloaded() {
    let arena = hall();
    let full = holding(Weapon::Rifle, 5.0, 5.0);
    let empty = Player { magazines: [1; 3], reserves: [0; 3], ..holding(Weapon::Launcher, 5.0, 8.0) };
    let mut world = world_of(&arena, 64, &[full, empty]);
    let key = |weapon| press(weapon, Buttons::RELOAD.0, RIGHT);
    tick(&mut world, &arena, &[key(Weapon::Rifle), key(Weapon::Launcher)]);
    assert!(world.present().all(|(_, player)| player.reload_ticks == 0));
}

#[test]
fn a_part_of_a_magazine_is_loaded_if_there_is_no_more() {
    let arena = hall();
    let player = Player { magazines: [24, 1, 0], reserves: [0, 3, 2], ..holding(Weapon::Shotgun, 5.0, 5.0) };
    let mut world = world_of(&arena, 64, &[player]);
    let key = press(Weapon::Shotgun, Buttons::RELOAD.0, RIGHT);
    (0..120).for_each(|_| drop(tick(&mut world, &arena, &[key])));
    let player = world.player(Slot(0)).unwrap();
    assert_eq!((player.magazines[1], player.reserves[1], player.reload_ticks), (4, 0, 0));
}

#[test]
fn switching_takes_its_time_gives_up_a_reload_and_shortens_no_cooldown() {
    for hz in [20, 64, 128] {
        let (arena, mut world) = half_empty(hz);
        let switch = rate(hz).ticks_in_ms(SWITCH_MS);
        tick(&mut world, &arena, &[press(Weapon::Shotgun, Buttons::RELOAD.0, RIGHT)]);
        let shots: Vec<u32> =
            (0..switch + 2).filter(|_| !tick(&mut world, &arena, &[fire(Weapon::Rifle, RIGHT)]).is_empty()).collect();
        assert_eq!(shots, [switch], "{hz} Hz: {switch} ticks after the wish");
        let player = world.player(Slot(0)).unwrap();
        assert_eq!((player.weapon, player.reload_ticks, player.magazines[1]), (Weapon::Rifle, 0, 2));

        // A launcher that has just fired lets nobody fire before it could itself.
        let mut world = world_of(&arena, hz, &[holding(Weapon::Launcher, 5.0, 5.0)]);
        tick(&mut world, &arena, &[fire(Weapon::Launcher, RIGHT)]);
        let wait = u32::from(Weapon::Launcher.cooldown_ticks(rate(hz)));
        let first = (1..200).find(|_| !tick(&mut world, &arena, &[fire(Weapon::Rifle, RIGHT)]).is_empty());
        assert_eq!(first, Some(wait), "{hz} Hz");
    }
}

#[test]
fn a_missing_input_keeps_the_weapon_in_hand_and_pulls_no_trigger() {
    let arena = hall();
    let mut world = world_of(&arena, 64, &[holding(Weapon::Launcher, 5.0, 5.0)]);
    assert_eq!(tick(&mut world, &arena, &[None]), []);
    let held = Input { buttons: Buttons(7), weapon: Weapon::Launcher, ..Input::default() };
    assert_eq!(tick(&mut world, &arena, &[Some(held.repeated())]), []);
    let player = world.player(Slot(0)).unwrap();
    assert_eq!(
        (player.weapon, player.fire_cooldown, player.dash_ticks, player.reload_ticks),
        (Weapon::Launcher, 0, 0, 0)
    );
}

#[test]
fn a_life_begins_with_full_magazines_the_first_reserve_no_armour_and_nothing_to_wait_for() {
    let arena = hall();
    let worn = Player {
        health: 1,
        armour: 60,
        magazines: [1, 0, 0],
        reserves: [0, 30, 12],
        dash_cooldown: 100,
        fire_cooldown: 9,
        ..holding(Weapon::Shotgun, 8.0, 5.0)
    };
    let mut world = world_of(&arena, 64, &[holding(Weapon::Rifle, 5.0, 5.0), Player { armour: 0, ..worn }]);
    tick(&mut world, &arena, &[fire(Weapon::Rifle, RIGHT), None]);
    assert!(!world.player(Slot(1)).unwrap().alive);
    (0..128).for_each(|_| drop(tick(&mut world, &arena, &[None, None])));
    let player = *world.player(Slot(1)).unwrap();
    assert!(player.alive);
    assert_eq!((player.health, player.armour, player.weapon), (100, 0, Weapon::Shotgun), "the weapon in hand stays");
    assert_eq!((player.magazines, player.reserves), ([24, 6, 3], [0, 12, 3]));
    assert_eq!((player.dash_cooldown, player.fire_cooldown, player.reload_ticks), (0, 0, 0));
}
