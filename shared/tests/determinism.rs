//! Same inputs, same world, bit for bit: on every build, in any order of arrival, after any rollback.
#![allow(clippy::disallowed_macros, reason = "tests print their seeds")]

mod common;

use common::{Match, Restless};
use std::collections::{BTreeSet, VecDeque};
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::combat::Present;
use tickshot_shared::sim::input::{Heading, Input};
use tickshot_shared::sim::rocket::Rocket;
use tickshot_shared::sim::round::{GameMode, MatchOptions, Phase, Team, Winner};
use tickshot_shared::sim::step::{Event, step};
use tickshot_shared::sim::weapon::Weapon;
use tickshot_shared::sim::world::{Player, Slot, World};
use tickshot_shared::tick::{Tick, TickRate};

const SEED: u64 = 20_261_122;

/// Hash chain of 100,000 ticks. Changes only with the rules: then run the test and commit the value that it prints.
const CHAIN_OF_100_000_TICKS: u64 = 0x63d6_f107_c13c_506e;
/// The same of a match without bots: it changes with the rules alone, not with how a bot plays.
const CHAIN_OF_A_BRAWL: u64 = 0x74d6_9db8_0d1a_e6f3;

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
fn every_field_of_a_world_is_in_the_hash() {
    let arena = common::open();
    let mut game = Match::new(&arena, 2, TickRate::default(), SEED);
    let from = glam::IVec2::new(9000, 9000);
    game.world.rockets.push(Rocket { burst: Some((Tick(3), 70)), ..Rocket::launched(Slot(1), Tick(2), from, Turn(5)) });
    game.world.pickups = vec![0, 30];
    let changes: Vec<fn(&mut World)> = [of_players(), of_rockets(), of_the_rest()].concat();
    let mut hashes: BTreeSet<u64> = [game.world.hash()].into();
    for (i, change) in changes.iter().enumerate() {
        let mut world = game.world.clone();
        change(&mut world);
        assert_ne!(world, game.world, "change {i} changes nothing");
        assert!(hashes.insert(world.hash()), "change {i} is not seen by the hash");
    }
}

fn of_players() -> Vec<fn(&mut World)> {
    fn player(world: &mut World) -> &mut Player {
        world.players[1].as_mut().expect("slot 1 is taken")
    }
    vec![
        |w| player(w).pos.x += 1,
        |w| player(w).pos.y += 1,
        |w| player(w).aim += 1,
        |w| player(w).heading = Heading::from_axes(1, 0),
        |w| player(w).alive = false,
        |w| player(w).weapon = Weapon::Launcher,
        |w| player(w).shot_seq += 1,
        |w| player(w).shot_range += 1,
        |w| player(w).vel.x += 1,
        |w| player(w).vel.y += 1,
        |w| player(w).health -= 1,
        |w| player(w).armour += 1,
        |w| player(w).fire_cooldown += 1,
        |w| player(w).magazines[0] -= 1,
        |w| player(w).magazines[1] -= 1,
        |w| player(w).magazines[2] -= 1,
        |w| player(w).reserves[0] += 1,
        |w| player(w).reserves[1] += 1,
        |w| player(w).reserves[2] += 1,
        |w| player(w).reload_ticks += 1,
        |w| player(w).dash_ticks += 1,
        |w| player(w).dash_cooldown += 1,
        |w| player(w).frozen_ticks += 1,
        |w| player(w).respawn_ticks += 1,
        |w| player(w).hits += 1,
        |w| player(w).hurt_seq += 1,
        |w| player(w).hurt_from += 1,
        |w| player(w).pickup_seq += 1,
        |w| player(w).team = Some(Team::Amber),
        |w| player(w).team = Some(Team::Azure),
        |w| player(w).kills += 1,
        |w| player(w).deaths += 1,
        |w| w.leave(Slot(1)),
    ]
}

fn of_rockets() -> Vec<fn(&mut World)> {
    vec![
        |w| w.rockets[0].owner = Slot(0),
        |w| w.rockets[0].spawned = Tick(1),
        |w| w.rockets[0].from.x += 1,
        |w| w.rockets[0].from.y += 1,
        |w| w.rockets[0].aim = Turn(6),
        |w| w.rockets[0].burst = None,
        |w| w.rockets[0].burst = Some((Tick(4), 70)),
        |w| w.rockets[0].burst = Some((Tick(3), 71)),
        |w| w.rockets.clear(),
    ]
}

fn of_the_rest() -> Vec<fn(&mut World)> {
    vec![
        |w| w.tick = w.tick.plus(1),
        |w| w.rate = TickRate::new(65).expect("a rate"),
        |w| w.rng.0 += 1,
        |w| w.pickups[0] += 1,
        |w| w.pickups[1] += 1,
        |w| w.pickups.truncate(1),
        |w| w.round.options.mode = GameMode::Elimination,
        |w| w.round.options.score_limit += 1,
        |w| w.round.options.time_limit_s += 1,
        |w| w.round.options.best_of += 1,
        |w| w.round.options.round_s += 1,
        |w| w.round.options.warm_up_s += 1,
        |w| w.round.options.freeze_s += 1,
        |w| w.round.options.round_over_s += 1,
        |w| w.round.options.match_over_s += 1,
        |w| w.round.options.friendly_fire = true,
        |w| w.round.phase = Phase::Freeze,
        |w| w.round.since = Tick(9),
        |w| w.round.ends = Some(Tick(0)),
        |w| w.round.ends = Some(Tick(9)),
        |w| w.round.number += 1,
        |w| w.round.wins[0] += 1,
        |w| w.round.wins[1] += 1,
        |w| w.round.winner = Some(Winner::Player(Slot(0))),
        |w| w.round.winner = Some(Winner::Player(Slot(1))),
        |w| w.round.winner = Some(Winner::Team(Team::Amber)),
        |w| w.round.winner = Some(Winner::Team(Team::Azure)),
    ]
}

/// Sixteen on two sides who press everything there is, on a map with pickups, for as long as rounds go on.
struct Brawl {
    arena: Arena,
    world: World,
    people: Vec<Restless>,
}

impl Brawl {
    fn new(seed: u64) -> Brawl {
        let arena = common::sketch(&[
            "S.....H....#....S...........S...",
            "...........#..........##........",
            "...##......M..........##....A...",
            "...##...........................",
            ".........S......##......S.......",
            "H...............##.............S",
            ".....A......................H...",
            "S..........#.........S..........",
            "...........#....M...............",
            "......S....#.......S...........S",
        ]);
        let options = MatchOptions {
            mode: GameMode::Elimination,
            best_of: 0,
            round_s: 20,
            warm_up_s: 2,
            freeze_s: 1,
            round_over_s: 1,
            friendly_fire: false,
            ..MatchOptions::ENDLESS
        };
        let pickups = arena.pickups().len();
        let mut world = World::for_match(16, pickups, TickRate::default(), seed, Tick(0), options);
        for slot in 0..16 {
            let side = world.side_of_newcomer();
            world.join_team(&arena, Slot(slot), side);
        }
        Brawl { arena, world, people: (0..16).map(|slot| Restless::new(seed, slot)).collect() }
    }

    fn inputs(&mut self) -> Vec<Option<Input>> {
        self.people.iter_mut().map(|restless| Some(restless.press())).collect()
    }
}

#[test]
fn a_hundred_thousand_ticks_of_every_weapon_in_rounds_end_in_the_committed_hash_in_every_build() {
    println!("seed {SEED}");
    let mut brawl = Brawl::new(SEED);
    let (mut chain, mut seen, mut events) = (0, BTreeSet::new(), Vec::new());
    for _ in 0..100_000 {
        let inputs = brawl.inputs();
        events.clear();
        step(&mut brawl.world, &brawl.arena, &inputs, &Present, &mut events);
        seen.extend(events.iter().map(|event| match event {
            Event::Shot { weapon, hit, .. } => format!("{} {}", weapon.table().name, hit.is_some()),
            Event::Killed { weapon, victim, killer } => {
                format!("killed by {} {}", weapon.table().name, victim == killer)
            }
            Event::PickedUp { .. } => "picked up".to_owned(),
            Event::Burst { .. } => "burst".to_owned(),
            Event::PhaseBegan { phase } => format!("{phase:?}"),
            Event::Hurt { .. } => "hurt".to_owned(),
            Event::Respawned { .. } => "respawned".to_owned(),
        }));
        chain = linked(chain, brawl.world.hash());
    }
    println!("chain {chain:#018x} in round {}, wins {:?}; {seen:?}", brawl.world.round.number, brawl.world.round.wins);
    for happened in
        ["rifle true", "shotgun true", "killed by launcher false", "killed by launcher true", "picked up", "RoundOver"]
    {
        assert!(seen.contains(happened), "never: {happened}");
    }
    assert_eq!(chain, CHAIN_OF_A_BRAWL, "seed {SEED}: this build computes {chain:#018x}");
}

#[test]
fn a_brawl_rolled_back_by_eight_ticks_and_played_again_is_the_same_in_every_tick() {
    println!("seed {SEED}");
    let mut brawl = Brawl::new(SEED);
    let mut past = VecDeque::new();
    for _ in 0..5_000 {
        let inputs = brawl.inputs();
        past.push_back((brawl.world.clone(), inputs.clone()));
        step(&mut brawl.world, &brawl.arena, &inputs, &Present, &mut Vec::new());
        if past.len() > 8 {
            past.pop_front();
        }
        let (mut again, _) = past[0].clone();
        for (_, inputs) in &past {
            step(&mut again, &brawl.arena, inputs, &Present, &mut Vec::new());
        }
        assert_eq!(again, brawl.world);
        assert_eq!(again.hash(), brawl.world.hash(), "{:?}", brawl.world.tick);
    }
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
