//! Bodies and walls: never inside one, never through one, smoothly along one.
#![allow(clippy::disallowed_macros, reason = "tests print their seeds")]

mod common;

use glam::IVec2;
use tickshot_shared::limits::TILE_UNITS;
use tickshot_shared::rng::Rng;
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::collision::{line_of_sight, raycast, slide, touches_wall};
use tickshot_shared::sim::input::{Buttons, Heading, Input};
use tickshot_shared::sim::movement::{full_speed, move_player};
use tickshot_shared::sim::world::Player;
use tickshot_shared::tick::TickRate;

/// Random boulders: every kind of corner, gap and dead end.
fn boulders(rng: &mut Rng) -> Arena {
    let rows: Vec<String> = (0..32)
        .map(|y| {
            (0..32)
                .map(|x| {
                    if (x, y) == (1, 1) {
                        'S'
                    } else if rng.chance(1, 4) {
                        '#'
                    } else {
                        '.'
                    }
                })
                .collect()
        })
        .collect();
    common::sketch(&rows.iter().map(String::as_str).collect::<Vec<_>>())
}

fn walk(player: &mut Player, arena: &Arena, rate: TickRate, x: i32, y: i32, ticks: u32) {
    let input = Input { heading: Heading::from_axes(x, y), ..Input::default() };
    (0..ticks).for_each(|_| _ = move_player(player, arena, rate, &input));
}

#[test]
fn no_body_is_ever_inside_a_wall_in_a_million_player_ticks() {
    let seed = 5;
    println!("seed {seed}");
    let mut rng = Rng::new(seed);
    for (arena, hz) in
        [(common::arena(), 64), (boulders(&mut rng), 64), (boulders(&mut rng), 20), (common::arena(), 128)]
    {
        let rate = TickRate::new(hz).unwrap();
        for _ in 0..50 {
            let spawn = arena.spawns()[rng.below(arena.spawns().len() as u32) as usize];
            let mut player = common::standing(spawn.x, spawn.y);
            let mut input = Input::default();
            for _ in 0..5_000 {
                if rng.chance(1, 20) {
                    input.heading = Heading::new(rng.below(9) as u8).unwrap();
                }
                // Dashes, far more often than the rules let anybody.
                input.buttons = if rng.chance(1, 30) { Buttons::DASH } else { Buttons::default() };
                (player.dash_ticks, player.dash_cooldown) = (player.dash_ticks.saturating_sub(1), 0);
                move_player(&mut player, &arena, rate, &input);
                assert!(!touches_wall(&arena, player.pos, Player::RADIUS), "{hz} Hz: {player:?}");
            }
        }
    }
}

#[test]
fn no_body_passes_a_wall_at_four_times_full_speed_and_the_slowest_tick_rate() {
    let seed = 6;
    println!("seed {seed}");
    let mut rng = Rng::new(seed);
    for _ in 0..20 {
        let arena = boulders(&mut rng);
        let mut at = arena.spawns()[0];
        for _ in 0..5_000 {
            let reach = 4 * full_speed(TickRate::new(20).unwrap(), Heading::from_axes(1, 0)).x;
            let delta = IVec2::new(rng.range_i32(-reach, reach), rng.range_i32(-reach, reach));
            let to = slide(&arena, at, delta, Player::RADIUS);
            assert!(!touches_wall(&arena, to, Player::RADIUS), "from {at} by {delta} to {to}");
            // A move this short cannot round a whole wall: its ends see each other.
            assert!(line_of_sight(&arena, at, to), "from {at} by {delta} through a wall to {to}");
            assert!((to - at).abs().max_element() <= 2 * reach);
            at = to;
        }
    }
}

#[test]
fn an_unhindered_walker_moves_by_the_same_step_every_tick() {
    let arena = common::open();
    for hz in [20, 30, 60, 64, 100, 128] {
        let rate = TickRate::new(hz).unwrap();
        for value in 1..Heading::COUNT {
            let heading = Heading::new(value).unwrap();
            let mut player = common::standing(24 * 1024, 24 * 1024);
            let input = Input { heading, ..Input::default() };
            (0..hz / 4).for_each(|_| _ = move_player(&mut player, &arena, rate, &input));
            for _ in 0..hz {
                let before = player.pos;
                move_player(&mut player, &arena, rate, &input);
                assert_eq!(player.pos - before, full_speed(rate, heading), "{hz} Hz, heading {value}");
                assert_eq!(player.vel, full_speed(rate, heading));
            }
        }
    }
}

#[test]
fn a_player_slides_along_a_wall_and_stores_no_speed_into_it() {
    let arena = common::open();
    let rate = TickRate::default();
    let mut player = common::standing(24 * 1024, 2 * 1024);
    walk(&mut player, &arena, rate, 1, -1, 64);
    let before = player.pos;
    assert_eq!(before.y, TILE_UNITS + Player::RADIUS, "pressed against the upper wall, touching it exactly");
    walk(&mut player, &arena, rate, 1, -1, 32);
    let along = full_speed(rate, Heading::from_axes(1, -1)).x;
    assert_eq!(player.pos, before + IVec2::new(32 * along, 0), "keeps its whole speed along the wall");
    assert_eq!(player.vel, IVec2::new(along, 0));
    // Turning back, it leaves the wall at once: one tick of speeding up, not a second of braking first.
    walk(&mut player, &arena, rate, 0, 1, 1);
    assert!(player.pos.y > before.y);
}

#[test]
fn a_wall_of_many_tiles_has_no_seams_to_catch_on() {
    let arena = common::arena();
    let rate = TickRate::default();
    // Down the left border and along its whole open stretch, pressing into it all the while.
    let mut player = common::standing(1024 + Player::RADIUS + 3, 11 * 1024 + 512);
    walk(&mut player, &arena, rate, -1, 0, 16);
    walk(&mut player, &arena, rate, -1, 1, 16);
    assert_eq!(player.pos.x, 1024 + Player::RADIUS);
    for _ in 0..8 {
        let before = player.pos.y;
        walk(&mut player, &arena, rate, -1, 1, 1);
        let step = player.pos.y - before;
        assert!(step == full_speed(rate, Heading::from_axes(-1, 1)).y || player.pos.y > 12 * 1024, "caught: {step}");
    }
}

#[test]
fn a_player_that_clips_a_corner_slides_round_it() {
    let arena = common::sketch(&["........", "S.......", "....#...", "....#...", "....#...", "........"]);
    let rate = TickRate::default();
    // Heading right into the top left corner of the block, with its centre just above the block's top.
    let mut player = common::standing(2 * 1024, 2 * 1024 - 60);
    walk(&mut player, &arena, rate, 1, 0, 64);
    assert!(player.pos.x > 6 * 1024, "stuck at {}", player.pos);
    assert_eq!(player.vel, full_speed(rate, Heading::from_axes(1, 0)), "and is at full speed again");
}

#[test]
fn a_player_in_a_corner_rests() {
    let arena = common::open();
    let mut player = common::standing(2 * 1024, 2 * 1024);
    walk(&mut player, &arena, TickRate::default(), -1, -1, 64);
    assert_eq!(player.pos, IVec2::splat(1024 + Player::RADIUS));
    assert_eq!(player.vel, IVec2::ZERO);
}

#[test]
fn a_ray_ends_where_its_wall_begins() {
    let arena = common::sketch(&["S.......", "....#...", "........"]);
    let row = 1024 + 512;
    let right = Turn(0).direction();
    assert_eq!(raycast(&arena, IVec2::new(512, row), right, 100_000), 4 * 1024 - 512);
    assert_eq!(raycast(&arena, IVec2::new(512, row), right, 1000), 1000, "out of reach");
    assert_eq!(raycast(&arena, IVec2::new(512, 512), right, 100_000), 8 * 1024 - 512, "the edge of the map");
    assert_eq!(raycast(&arena, IVec2::new(4 * 1024 + 5, row), right, 100_000), 0, "from inside");
    let left = Turn(32768).direction();
    assert_eq!(raycast(&arena, IVec2::new(6 * 1024, row), left, 100_000), 1024);
}

#[test]
fn rays_and_lines_of_sight_agree_with_walking_the_line_in_small_steps() {
    let seed = 7;
    println!("seed {seed}");
    let mut rng = Rng::new(seed);
    let arena = boulders(&mut rng);
    let free = |at: IVec2| !arena.is_solid(at.x.div_euclid(TILE_UNITS), at.y.div_euclid(TILE_UNITS));
    let mut seen = 0;
    for _ in 0..20_000 {
        let mut point = || IVec2::new(rng.range_i32(0, 32 * 1024 - 1), rng.range_i32(0, 32 * 1024 - 1));
        let (a, b) = (point(), point());
        if !free(a) || !free(b) {
            assert!(!line_of_sight(&arena, a, b), "no sight out of a wall");
            continue;
        }
        let steps = 4096;
        let along = |i: i32| {
            let part = |from: i32, to: i32| from + (i64::from(to - from) * i64::from(i) / steps) as i32;
            IVec2::new(part(a.x, b.x), part(a.y, b.y))
        };
        let walked = (0..=steps as i32).map(along).all(free);
        let sight = line_of_sight(&arena, a, b);
        assert_eq!(sight, line_of_sight(&arena, b, a), "who sees is seen: {a} {b}");
        // A walk in steps may jump over the very tip of a corner, never the other way round.
        assert!(walked || !sight, "{a} sees {b} through a wall");
        seen += u32::from(sight);

        let aim = Turn(rng.below(65536) as u16).direction();
        let units = raycast(&arena, a, aim, 60 * 1024);
        let at = |units: i64| a + ((aim.as_i64vec2() * units) >> 15u32).as_ivec2();
        assert!((0..i64::from(units) - 2).step_by(16).all(|u| free(at(u))), "a ray from {a} passed a wall");
        assert!(
            (-1..=2).any(|d| !free(at(i64::from(units) + d)) || !free(at(i64::from(units) + d) + 1)),
            "stopped early"
        );
    }
    assert!(seen > 500, "only {seen} pairs saw each other: the test shows little");
}

#[test]
fn a_line_of_sight_is_not_blocked_without_a_wall() {
    let arena = common::open();
    let mut rng = Rng::new(8);
    for _ in 0..10_000 {
        let mut point = || IVec2::new(rng.range_i32(1024, 47 * 1024 - 1), rng.range_i32(1024, 47 * 1024 - 1));
        let (a, b) = (point(), point());
        assert!(line_of_sight(&arena, a, b), "{a} {b}");
    }
}
