//! Shots, deaths, respawns and the score.
#![allow(clippy::disallowed_macros, reason = "tests print their seeds")]

mod common;

use common::{Match, standing};
use glam::IVec2;
use tickshot_shared::limits::{TICK_RATE_MAX, TICK_RATE_MIN};
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::collision::ray_hits_circle;
use tickshot_shared::sim::combat::{Present, Targets};
use tickshot_shared::sim::input::{Buttons, Heading, Input};
use tickshot_shared::sim::movement::knock;
use tickshot_shared::sim::pose::Pose;
use tickshot_shared::sim::rules;
use tickshot_shared::sim::step::{Event, step};
use tickshot_shared::sim::weapon::{Weapon, WeaponTable};
use tickshot_shared::sim::world::{Player, Slot, World};
use tickshot_shared::tick::TickRate;

const RIFLE: &WeaponTable = Weapon::Rifle.table();
const RIGHT: Turn = Turn(0);
const LEFT: Turn = Turn(32768);

fn fire(aim: Turn) -> Option<Input> {
    Some(Input { aim, buttons: Buttons::FIRE, ..Input::default() })
}

fn world_of(players: &[Player]) -> World {
    let mut world = World::new(players.len(), TickRate::default(), 1);
    for (slot, player) in players.iter().enumerate() {
        world.players[slot] = Some(*player);
    }
    world
}

fn tick(world: &mut World, arena: &Arena, inputs: &[Option<Input>]) -> Vec<Event> {
    let mut events = Vec::new();
    step(world, arena, inputs, &Present, &mut events);
    events
}

/// Two players 4 m apart in the open, slot 0 on the left.
fn duel() -> World {
    world_of(&[standing(20 * 1024, 24 * 1024), standing(24 * 1024, 24 * 1024)])
}

#[test]
fn a_shot_hits_the_nearest_body_on_its_line_and_no_other() {
    let arena = common::open();
    let mut world = world_of(&[
        standing(20 * 1024, 24 * 1024),
        standing(28 * 1024, 24 * 1024),
        standing(24 * 1024, 24 * 1024),
        standing(24 * 1024, 26 * 1024),
    ]);
    let events = tick(&mut world, &arena, &[fire(RIGHT), None, None, None]);
    let range_units = 4 * 1024 - Player::RADIUS;
    let from = IVec2::new(20 * 1024, 24 * 1024);
    assert_eq!(
        events[0],
        Event::Shot { slot: Slot(0), weapon: Weapon::Rifle, from, aim: RIGHT, range_units, hit: Some(Slot(2)) }
    );
    assert_eq!(events[1], Event::Hurt { slot: Slot(2), by: Slot(0), damage: RIFLE.damage });
    let health: Vec<u8> = world.present().map(|(_, p)| p.health).collect();
    assert_eq!(health, [100, 100, 80, 100]);
    let (shooter, victim) = (world.player(Slot(0)).unwrap(), world.player(Slot(2)).unwrap());
    assert_eq!((shooter.hits, shooter.shot_seq, shooter.shot_range), (1, 1, 14), "3.6 m are 14 quarter metres");
    assert_eq!((victim.hurt_seq, victim.hurt_from), (1, 32), "hurt from the left, half a turn");
}

#[test]
fn a_hit_pushes_its_victim_away_from_the_shooter_and_never_beyond_twice_full_speed() {
    let arena = common::open();
    for hz in [TICK_RATE_MIN, 64, TICK_RATE_MAX] {
        let mut world = duel();
        world.rate = TickRate::new(hz).unwrap();
        tick(&mut world, &arena, &[fire(RIGHT), None]);
        let pushed = world.player(Slot(1)).unwrap().vel;
        let expected = RIFLE.knock_units_per_s as f32 / hz as f32;
        assert!((pushed.x as f32 - expected).abs() <= 1.0 && pushed.y == 0, "{hz} Hz: {pushed}");
        let before = world.player(Slot(1)).unwrap().pos;
        tick(&mut world, &arena, &[None, None]);
        assert!(world.player(Slot(1)).unwrap().pos.x > before.x, "{hz} Hz: it moved");
        let many = (0..50).fold(IVec2::ZERO, |vel, _| knock(vel, RIGHT.direction(), 10_000, world.rate));
        assert_eq!(many, IVec2::new(2 * rules::SPEED_UNITS_PER_S / hz as i32, 0));
    }
}

#[test]
fn a_shot_through_a_wall_misses() {
    let arena = common::sketch(&["S.......", "...#....", "........"]);
    let mut world = world_of(&[standing(512, 1536), standing(6 * 1024, 1536)]);
    let events = tick(&mut world, &arena, &[fire(RIGHT), None]);
    let from = IVec2::new(512, 1536);
    assert_eq!(
        events,
        [Event::Shot {
            slot: Slot(0),
            weapon: Weapon::Rifle,
            from,
            aim: RIGHT,
            range_units: 3 * 1024 - 512,
            hit: None
        }]
    );
    assert_eq!(world.player(Slot(1)).unwrap().health, 100);
}

#[test]
fn a_shot_flies_sixty_metres_and_no_further() {
    let arena = common::sketch(&[&format!("S{}", ".".repeat(79))]);
    for (distance, hit) in [(60 * 1024 + Player::RADIUS - 1, true), (60 * 1024 + Player::RADIUS + 1, false)] {
        let mut world = world_of(&[standing(512, 512), standing(512 + distance, 512)]);
        tick(&mut world, &arena, &[fire(RIGHT), None]);
        assert_eq!(world.player(Slot(1)).unwrap().health < 100, hit, "at {distance} units");
    }
}

#[test]
fn two_players_who_kill_each_other_in_one_tick_both_die() {
    let arena = common::open();
    let mut world = duel();
    for player in world.players.iter_mut().flatten() {
        player.health = RIFLE.damage;
    }
    let events = tick(&mut world, &arena, &[fire(RIGHT), fire(LEFT)]);
    for slot in [Slot(0), Slot(1)] {
        let player = world.player(slot).unwrap();
        assert!(!player.alive, "{slot:?} lives");
        assert_eq!((player.kills, player.deaths), (1, 1));
    }
    assert_eq!(events.iter().filter(|e| matches!(e, Event::Killed { .. })).count(), 2);
}

#[test]
fn a_kill_shared_by_two_shots_of_one_tick_is_credited_to_each_as_often() {
    let arena = common::open();
    let mut credits = [0, 0];
    for start in 0..300 {
        let mut world =
            world_of(&[standing(20 * 1024, 24 * 1024), standing(28 * 1024, 24 * 1024), standing(24 * 1024, 24 * 1024)]);
        world.tick = tickshot_shared::tick::Tick(start);
        world.players[2].as_mut().unwrap().health = RIFLE.damage;
        tick(&mut world, &arena, &[fire(RIGHT), fire(LEFT), None]);
        for (credit, player) in credits.iter_mut().zip(&world.players) {
            *credit += player.unwrap().kills;
        }
        assert_eq!(world.players[2].unwrap().deaths, 1, "dies once");
    }
    assert_eq!(credits[0] + credits[1], 300);
    assert!(credits[0].abs_diff(credits[1]) <= 100, "slot order decides kills: {credits:?}");
}

#[test]
fn the_dead_come_back_after_two_seconds_unhurt_and_cannot_act_meanwhile() {
    let arena = common::open();
    for hz in [20, 64, 128] {
        let mut world = duel();
        world.rate = TickRate::new(hz).unwrap();
        world.players[1].as_mut().unwrap().health = 1;
        tick(&mut world, &arena, &[fire(RIGHT), None]);
        let dead_at = world.player(Slot(1)).unwrap().pos;
        let mut acting = fire(LEFT);
        acting.as_mut().unwrap().heading = Heading::from_axes(1, 0);
        for waited in 1..2 * hz {
            let events = tick(&mut world, &arena, &[None, acting]);
            let dead = world.player(Slot(1)).unwrap();
            assert!(!dead.alive && dead.pos == dead_at && dead.vel == IVec2::ZERO, "{waited} ticks after its death");
            assert_eq!(events, []);
        }
        let events = tick(&mut world, &arena, &[None, None]);
        assert_eq!(events, [Event::Respawned { slot: Slot(1) }], "{hz} Hz: back after exactly {} ticks", 2 * hz);
        let back = world.player(Slot(1)).unwrap();
        assert!(back.alive && back.health == Player::HEALTH_FULL);
        assert_eq!((back.deaths, back.hurt_seq), (1, 1), "score and event counters survive");
        assert!(arena.spawns().contains(&back.pos));
    }
}

#[test]
fn a_respawn_keeps_away_from_the_living() {
    let arena = common::open();
    let mut near = 0;
    for seed in 0..200 {
        let mut world = World::new(2, TickRate::default(), seed);
        world.join(&arena, Slot(0));
        world.join(&arena, Slot(1));
        let gap = world.player(Slot(0)).unwrap().pos - world.player(Slot(1)).unwrap().pos;
        near += u32::from(gap.abs().max_element() < 9 * 1024);
    }
    println!("seeds 0..200: {near} joined within 9 m of the other");
    assert!(near <= 6, "{near} of 200 joined within 9 m; by pure chance it would be about 40");
}

#[test]
fn the_dead_are_not_hit_and_do_not_stop_shots() {
    let arena = common::open();
    let mut world =
        world_of(&[standing(20 * 1024, 24 * 1024), standing(22 * 1024, 24 * 1024), standing(24 * 1024, 24 * 1024)]);
    let corpse = world.players[1].as_mut().unwrap();
    (corpse.alive, corpse.health, corpse.respawn_ticks) = (false, 0, 100);
    tick(&mut world, &arena, &[fire(RIGHT), None, None]);
    assert_eq!(world.player(Slot(2)).unwrap().health, 80);
    assert_eq!(world.player(Slot(1)).unwrap().hurt_seq, 0);
}

#[test]
fn a_shot_is_judged_where_the_targets_view_says_not_where_bodies_are() {
    /// Everyone 3 m lower than they are; the shooter's muzzle as well.
    struct Lower;
    impl Targets for Lower {
        fn pose(&self, world: &World, _: Slot, slot: Slot) -> Option<Pose> {
            let pose = Pose::of(world.player(slot)?);
            Some(Pose { pos: pose.pos + IVec2::new(0, 3 * 1024), ..pose })
        }
        fn muzzle(&self, world: &World, shooter: Slot) -> IVec2 {
            world.player(shooter).map_or(IVec2::ZERO, |p| p.pos + IVec2::new(0, 3 * 1024))
        }
    }
    let arena = common::open();
    let mut world = duel();
    let mut events = Vec::new();
    step(&mut world, &arena, &[fire(RIGHT), None], &Lower, &mut events);
    assert!(matches!(events[0], Event::Shot { from, hit: Some(Slot(1)), .. } if from.y == 27 * 1024), "{events:?}");
}

#[test]
fn a_player_without_an_input_stands_keeps_its_aim_and_holds_fire() {
    let arena = common::open();
    let mut world = duel();
    let walking = Input { heading: Heading::from_axes(0, 1), aim: Turn(12345), ..Input::default() };
    (0..32).for_each(|_| drop(tick(&mut world, &arena, &[Some(walking), None])));
    let events: Vec<Event> = (0..32).flat_map(|_| tick(&mut world, &arena, &[])).collect();
    let player = world.player(Slot(0)).unwrap();
    assert_eq!((player.vel, player.heading, player.aim), (IVec2::ZERO, Heading::STAND, Turn(12345).coarse()));
    assert_eq!(events, []);
}

#[test]
fn kills_and_deaths_add_up_and_match_the_events() {
    let seed = 12;
    println!("seed {seed}");
    let arena = common::arena();
    let mut game = Match::new(&arena, 16, TickRate::default(), seed);
    let (mut kills_told, mut deaths_told, mut hits_told) = (0, 0, 0);
    for _ in 0..10_000 {
        game.tick(&arena);
        deaths_told += game.events.iter().filter(|e| matches!(e, Event::Killed { .. })).count();
        // Whoever falls to its own rocket earns nothing by it.
        let earned = |e: &&Event| matches!(e, Event::Killed { victim, killer, .. } if victim != killer);
        kills_told += game.events.iter().filter(earned).count();
        hits_told += game.events.iter().filter(|e| matches!(e, Event::Shot { hit: Some(_), .. })).count();
    }
    let kills: usize = game.world.present().map(|(_, p)| usize::from(p.kills)).sum();
    let deaths: usize = game.world.present().map(|(_, p)| usize::from(p.deaths)).sum();
    println!("{hits_told} hits, {kills} kills in {:?}", game.world.tick);
    assert_eq!((kills, deaths), (kills_told, deaths_told));
    assert!(kills > 20);
    assert!(hits_told > kills);
}

#[test]
fn a_ray_and_a_circle_meet_where_geometry_says() {
    let right = RIGHT.direction();
    let at = |x, y| ray_hits_circle(IVec2::ZERO, right, 10_000, IVec2::new(x, y), 410);
    assert_eq!(at(1000, 0), Some(590));
    assert_eq!(at(1000, 410), Some(1000), "grazing");
    assert_eq!(at(1000, 411), None);
    assert_eq!(at(-1000, 0), None, "behind");
    assert_eq!(at(100, 100), Some(0), "inside");
    assert_eq!(at(10_410, 0), Some(10_000), "at the very end of the reach");
    assert_eq!(at(10_411, 0), None);
}
