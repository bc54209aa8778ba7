//! Same inputs, same world, bit for bit: on every build, in any order of arrival, after any rollback.
#![allow(clippy::disallowed_macros, reason = "tests print their seeds")]

mod common;

use common::Match;
use std::collections::VecDeque;
use tickshot_shared::sim::combat::Present;
use tickshot_shared::sim::step::step;
use tickshot_shared::sim::world::Slot;
use tickshot_shared::tick::TickRate;

const SEED: u64 = 20_261_122;

/// Hash chain of 100,000 ticks. Changes only with the rules: then run the test and commit the value that it prints.
const CHAIN_OF_100_000_TICKS: u64 = 0xbc1f_2798_a70a_3978;

#[test]
fn a_hundred_thousand_ticks_end_in_the_committed_hash_in_every_build() {
    let arena = common::arena();
    let mut game = Match::new(&arena, 16, TickRate::default(), SEED);
    let mut chain = 0;
    for tick in 0..100_000u32 {
        // People come and go: now and then a slot is left and taken again.
        match tick % 5_000 {
            1_000 => game.world.leave(Slot((tick / 5_000 % 16) as u16)),
            2_000 => game.world.join(&arena, Slot((tick / 5_000 % 16) as u16)),
            _ => {}
        }
        game.tick(&arena);
        chain = linked(chain, game.world.hash());
    }
    let (kills, deaths) = score(&game);
    println!("seed {SEED}: chain {chain:#018x} after {:?}, kills {kills}, deaths {deaths}", game.world.tick);
    assert!(deaths > 200, "a match in which hardly anyone dies shows little");
    assert_eq!(chain, CHAIN_OF_100_000_TICKS, "seed {SEED}: this build computes {chain:#018x}");
}

#[test]
fn the_order_in_which_inputs_arrive_does_not_matter() {
    println!("seed {SEED}");
    let arena = common::arena();
    let mut forward = Match::new(&arena, 16, TickRate::default(), SEED);
    let mut reversed = Match::new(&arena, 16, TickRate::default(), SEED);
    for _ in 0..5_000 {
        forward.think(&arena, 0..16);
        reversed.think(&arena, (0..16).rev());
        forward.step(&arena);
        reversed.step(&arena);
        assert_eq!(forward.world.hash(), reversed.world.hash(), "{:?}", forward.world.tick);
    }
}

#[test]
fn rolling_back_eight_ticks_and_simulating_again_gives_the_same_hash_every_tick() {
    println!("seed {SEED}");
    let arena = common::arena();
    let mut game = Match::new(&arena, 16, TickRate::default(), SEED);
    let mut past = VecDeque::new();
    for _ in 0..5_000 {
        game.think(&arena, 0..16);
        past.push_back((game.world.clone(), game.inputs.clone()));
        game.step(&arena);
        if past.len() > 8 {
            past.pop_front();
        }
        let (mut again, _) = past[0].clone();
        for (_, inputs) in &past {
            step(&mut again, &arena, inputs, &Present, &mut Vec::new());
        }
        assert_eq!(again.hash(), game.world.hash(), "{:?}", game.world.tick);
        assert_eq!(again, game.world);
    }
}

#[test]
fn every_field_of_a_player_is_in_the_hash() {
    let arena = common::open();
    let game = Match::new(&arena, 2, TickRate::default(), SEED);
    let changes: [fn(&mut tickshot_shared::sim::world::Player); 15] = [
        |p| p.pos.x += 1,
        |p| p.aim += 1,
        |p| p.heading = tickshot_shared::sim::input::Heading::from_axes(1, 0),
        |p| p.alive = false,
        |p| p.shot_seq += 1,
        |p| p.shot_range += 1,
        |p| p.vel.y += 1,
        |p| p.health -= 1,
        |p| p.fire_cooldown += 1,
        |p| p.respawn_ticks += 1,
        |p| p.hits += 1,
        |p| p.hurt_seq += 1,
        |p| p.hurt_from += 1,
        |p| p.kills += 1,
        |p| p.deaths += 1,
    ];
    let before = game.world.hash();
    for (i, change) in changes.iter().enumerate() {
        let mut world = game.world.clone();
        change(world.players[1].as_mut().unwrap());
        assert_ne!(world.hash(), before, "change {i} is not seen by the hash");
    }
    let mut world = game.world.clone();
    world.rng.0 += 1;
    assert_ne!(world.hash(), before);
    world.rng.0 -= 1;
    world.leave(Slot(1));
    assert_ne!(world.hash(), before);
}

fn linked(chain: u64, hash: u64) -> u64 {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&chain.to_le_bytes());
    bytes[8..].copy_from_slice(&hash.to_le_bytes());
    u64::from_le_bytes(blake3::hash(&bytes).as_bytes()[..8].try_into().expect("eight bytes"))
}

fn score(game: &Match) -> (u32, u32) {
    game.world.present().fold((0, 0), |(k, d), (_, p)| (k + u32::from(p.kills), d + u32::from(p.deaths)))
}
