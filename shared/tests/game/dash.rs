//! Dashing, and standing frozen before a round.

use super::{RIGHT, common, hall, holding, press, rate, tick, world_of};
use glam::IVec2;
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::input::{Buttons, Heading, Input};
use tickshot_shared::sim::movement::full_speed;
use tickshot_shared::sim::rules::{DASH_COOLDOWN_MS, DASH_MS};
use tickshot_shared::sim::weapon::Weapon;
use tickshot_shared::sim::world::{Player, Slot};

fn dash(heading: Heading, aim: Turn) -> Option<Input> {
    Some(Input { heading, aim, buttons: Buttons::DASH, ..Input::default() })
}

#[test]
fn a_dash_goes_three_times_as_fast_as_a_walk_for_its_time_whatever_is_pressed_meanwhile() {
    let arena = hall();
    for hz in [20, 64, 128] {
        for value in 1..Heading::COUNT {
            let heading = Heading::new(value).unwrap();
            let mut world = world_of(&arena, hz, &[holding(Weapon::Rifle, 40.0, 10.0)]);
            let from = world.player(Slot(0)).unwrap().pos;
            let ticks = rate(hz).ticks_in_ms(DASH_MS);
            tick(&mut world, &arena, &[dash(heading, RIGHT)]);
            // Steering the other way, and wishing for another dash, change nothing.
            let back = Heading::new((value + 3) % 8 + 1).unwrap();
            for passed in 1..=ticks {
                let player = *world.player(Slot(0)).unwrap();
                assert_eq!(
                    player.pos - from,
                    3 * passed as i32 * full_speed(rate(hz), heading),
                    "{hz} Hz, {heading:?}"
                );
                assert_eq!(player.heading, heading, "what others are told of a dash is where it goes");
                if passed < ticks {
                    tick(&mut world, &arena, &[dash(back, RIGHT)]);
                }
            }
            let end = world.player(Slot(0)).unwrap().pos;
            tick(&mut world, &arena, &[None]);
            let after = world.player(Slot(0)).unwrap().pos - end;
            let walk = full_speed(rate(hz), heading);
            assert!(after.abs().cmple(walk.abs()).all(), "{hz} Hz: slid on by {after}, a walker goes {walk}");
        }
    }
}

#[test]
fn the_next_dash_begins_two_and_a_half_seconds_after_the_last_began() {
    let arena = hall();
    for hz in [20, 64, 128] {
        let mut world = world_of(&arena, hz, &[holding(Weapon::Rifle, 40.0, 10.0)]);
        let mut begun = Vec::new();
        for now in 0..10 * hz {
            let heading = Heading::from_axes(if now / hz % 2 == 0 { 1 } else { -1 }, 0);
            let before = world.player(Slot(0)).unwrap().dash_ticks;
            tick(&mut world, &arena, &[dash(heading, RIGHT)]);
            if world.player(Slot(0)).unwrap().dash_ticks > before {
                begun.push(now);
            }
        }
        let wait = rate(hz).ticks_in_ms(DASH_COOLDOWN_MS);
        assert_eq!(begun, [0, wait, 2 * wait, 3 * wait], "{hz} Hz");
    }
}

#[test]
fn who_stands_dashes_in_the_eighth_of_a_turn_nearest_to_its_aim() {
    let arena = hall();
    for raw in (0..=u16::MAX).step_by(97) {
        let mut world = world_of(&arena, 64, &[holding(Weapon::Rifle, 40.0, 10.0)]);
        tick(&mut world, &arena, &[dash(Heading::STAND, Turn(raw))]);
        let heading = world.player(Slot(0)).unwrap().heading;
        let step = full_speed(rate(64), heading);
        let off = Turn::of(step).shortest_to(Turn(raw)).abs();
        assert!(off <= 4096 + 1, "aim {raw}: dashes {heading:?}, {off} steps beside it");
    }
}

#[test]
fn a_dash_ends_at_a_wall_at_every_tick_rate() {
    let arena = common::sketch(&["S...#...", "....#...", "....#..."]);
    for hz in [20, 64, 128] {
        for gap in 0..100 {
            let player = Player::default().spawned(IVec2::new(3 * 1024 - gap * 7, 1536));
            let mut world = world_of(&arena, hz, &[player]);
            for _ in 0..hz / 2 {
                tick(&mut world, &arena, &[dash(Heading::from_axes(1, 0), RIGHT)]);
                let x = world.player(Slot(0)).unwrap().pos.x;
                assert!(x <= 4 * 1024 - Player::RADIUS, "{hz} Hz, {gap}: {x}");
            }
            assert_eq!(world.player(Slot(0)).unwrap().pos.x, 4 * 1024 - Player::RADIUS, "{hz} Hz, {gap}");
        }
    }
}

#[test]
fn the_frozen_aim_but_neither_walk_dash_switch_nor_fire_until_the_very_tick_in_which_it_ends() {
    let arena = hall();
    for hz in [20, 64, 128] {
        let mut player = holding(Weapon::Rifle, 40.0, 10.0);
        (player.frozen_ticks, player.vel) = (30, IVec2::new(50, 0));
        let mut world = world_of(&arena, hz, &[player]);
        let aim = Turn(16384);
        let all = Input { heading: Heading::from_axes(1, 0), ..press(Weapon::Shotgun, 7, aim).unwrap() };
        for _ in 0..29 {
            assert_eq!(tick(&mut world, &arena, &[Some(all)]), []);
            let now = *world.player(Slot(0)).unwrap();
            assert_eq!((now.pos, now.vel, now.aim), (player.pos, IVec2::ZERO, aim.coarse()));
            assert_eq!((now.weapon, now.dash_ticks, now.heading), (Weapon::Rifle, 0, Heading::STAND));
        }
        tick(&mut world, &arena, &[Some(all)]);
        let now = *world.player(Slot(0)).unwrap();
        assert!(now.pos != player.pos && now.dash_ticks > 0 && now.weapon == Weapon::Shotgun, "{hz} Hz: {now:?}");
    }
}

#[test]
fn the_dead_do_not_dash() {
    let arena = hall();
    let dead = Player { alive: false, respawn_ticks: 50, ..holding(Weapon::Rifle, 40.0, 10.0) };
    let mut world = world_of(&arena, 64, &[dead]);
    tick(&mut world, &arena, &[dash(Heading::from_axes(1, 0), RIGHT)]);
    let player = world.player(Slot(0)).unwrap();
    assert_eq!((player.pos, player.dash_ticks, player.dash_cooldown), (dead.pos, 0, 0));
}
