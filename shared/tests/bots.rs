//! Bots behave like players: they go places, change direction at a human pace, fight, and miss.
#![allow(clippy::disallowed_macros, reason = "tests print their seeds")]

mod common;

use common::Match;
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::step::Event;
use tickshot_shared::tick::TickRate;

struct Played {
    stood_longest_s: f32,
    heading_holds_s: Vec<f32>,
    shots: usize,
    hits: usize,
    kills: usize,
    turn_fastest_steps: i32,
    tiles_visited: usize,
}

fn play(arena: &Arena, players: usize, rate: TickRate, seed: u64, seconds: u32) -> Played {
    let mut game = Match::new(arena, players, rate, seed);
    let mut played = Played {
        stood_longest_s: 0.0,
        heading_holds_s: Vec::new(),
        shots: 0,
        hits: 0,
        kills: 0,
        turn_fastest_steps: 0,
        tiles_visited: 0,
    };
    let mut stood = vec![(glam::IVec2::ZERO, 0u32); players];
    let mut held = vec![0u32; players];
    let mut visited = vec![false; (arena.width() * arena.height()) as usize];
    for _ in 0..seconds * rate.hz() {
        let before = game.inputs.clone();
        game.tick(arena);
        for (slot, player) in game.world.present() {
            let tile = player.pos / 1024;
            visited[(tile.y * arena.width() + tile.x) as usize] = true;
            let (anchor, ticks) = &mut stood[slot.index()];
            *ticks += 1;
            if !player.alive || (player.pos - *anchor).abs().max_element() > 512 {
                (*anchor, *ticks) = (player.pos, 0);
            }
            played.stood_longest_s = played.stood_longest_s.max(*ticks as f32 / rate.hz() as f32);
            let (Some(old), Some(new)) = (before[slot.index()], game.inputs[slot.index()]) else { continue };
            played.turn_fastest_steps = played.turn_fastest_steps.max(Turn::shortest_to(old.aim, new.aim).abs());
            held[slot.index()] += 1;
            if old.heading != new.heading {
                played.heading_holds_s.push(held[slot.index()] as f32 / rate.hz() as f32);
                held[slot.index()] = 0;
            }
        }
        for event in &game.events {
            match event {
                Event::Shot { hit, .. } => {
                    played.shots += 1;
                    played.hits += usize::from(hit.is_some());
                }
                Event::Killed { .. } => played.kills += 1,
                _ => {}
            }
        }
    }
    played.tiles_visited = visited.iter().filter(|v| **v).count();
    played
}

#[test]
fn bots_keep_moving_fight_and_turn_at_a_human_pace() {
    for (arena, players, hz, seed) in [
        (common::arena(), 12, 64, 3),
        (common::arena(), 1, 64, 4),
        (common::open(), 16, 30, 5),
        (common::arena(), 8, 128, 6),
    ] {
        let rate = TickRate::new(hz).unwrap();
        let played = play(&arena, players, rate, seed, 120);
        let mut holds = played.heading_holds_s.clone();
        holds.sort_by(f32::total_cmp);
        let (p10, median) = (holds[holds.len() / 10], holds[holds.len() / 2]);
        let mean = holds.iter().sum::<f32>() / holds.len() as f32;
        println!(
            "seed {seed}, {players} on {} at {hz} Hz, 120 s: {} shots, {} hits, {} kills, stood {:.1} s at most, heading held \
             {p10:.2}/{median:.2}/{mean:.2} s (p10/median/mean), {} tiles visited",
            arena.name(),
            played.shots,
            played.hits,
            played.kills,
            played.stood_longest_s,
            played.tiles_visited
        );
        assert!(played.stood_longest_s < 5.0, "a bot stood still for {} s", played.stood_longest_s);
        assert!(
            mean > 0.3 && median > 0.2,
            "bots twitch: a heading lasts {mean} s on average, {median} s at the median"
        );
        assert!(played.turn_fastest_steps <= 91_000 / hz as i32, "a bot snapped its aim");
        assert!(played.tiles_visited > 250, "bots stay at home: {} tiles", played.tiles_visited);
        if players > 1 {
            assert!(played.kills >= 10, "{} kills", played.kills);
            let share = played.hits as f32 / played.shots as f32;
            assert!((0.15..0.85).contains(&share), "{share} of the shots hit: not human");
        }
    }
}

#[test]
fn a_bot_without_enemies_never_fires() {
    let arena = common::arena();
    assert_eq!(play(&arena, 1, TickRate::default(), 9, 60).shots, 0);
}
