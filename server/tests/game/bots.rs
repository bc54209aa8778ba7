//! Sixteen bots play whole matches of team elimination on every map with walls: nobody gets stuck, and the books are right.

use crate::rig::load;
use glam::IVec2;
use std::time::Duration;
use tickshot_server::core::{MatchSetup, ServerCore};
use tickshot_server::maps::BUILT_IN;
use tickshot_shared::limits::UNITS_PER_METRE;
use tickshot_shared::sim::bot::Skill;
use tickshot_shared::sim::round::{GameMode, MatchOptions, Phase};
use tickshot_shared::sim::step::Event;
use tickshot_shared::sim::world::{Slot, World};
use tickshot_shared::tick::{Tick, TickRate};

const BOTS: usize = 16;
const SEEDS: [u64; 3] = [1, 2, 3];
/// Ten wins decide it: ten rounds at least.
const OPTIONS: MatchOptions = MatchOptions {
    mode: GameMode::Elimination,
    best_of: 19,
    round_s: 120,
    warm_up_s: 5,
    freeze_s: 3,
    round_over_s: 4,
    match_over_s: 15,
    ..MatchOptions::ENDLESS
};

/// Where each bot has been since when, to notice one that does not get on.
struct Stays([Option<(IVec2, Tick)>; BOTS]);

impl Stays {
    /// Bots that were alive in the live phase, and within a metre of one place, for over five seconds; each told once a stay.
    fn note(&mut self, world: &World) -> Vec<(Slot, IVec2)> {
        let limit = 5 * world.rate.hz();
        let mut stuck = Vec::new();
        for (index, stay) in self.0.iter_mut().enumerate() {
            let slot = Slot(index as u16);
            let here = world.player(slot).filter(|p| p.alive && world.round.phase == Phase::Live).map(|p| p.pos);
            let near = |at: &IVec2, pos: IVec2| (pos - *at).length_squared() <= UNITS_PER_METRE * UNITS_PER_METRE;
            *stay = match (here, *stay) {
                (Some(pos), Some((at, since))) if near(&at, pos) => Some((at, since)),
                (pos, _) => pos.map(|pos| (pos, world.tick)),
            };
            if let Some((at, _)) = stay.filter(|(_, since)| world.tick.since(*since) == Some(limit + 1)) {
                stuck.push((slot, at));
            }
        }
        stuck
    }
}

#[derive(Default)]
struct Books {
    scores: [(u16, u16); BOTS],
    rounds: u16,
    drawn: u16,
}

impl Books {
    fn note(&mut self, world: &World, events: &[Event]) {
        for event in events {
            match *event {
                Event::Killed { victim, killer, .. } => {
                    self.scores[victim.index()].1 += 1;
                    self.scores[killer.index()].0 += u16::from(victim != killer);
                }
                Event::PhaseBegan { phase: Phase::Freeze } if world.round.number == 1 => *self = Books::default(),
                Event::PhaseBegan { phase: Phase::RoundOver | Phase::MatchOver } => {
                    self.rounds += 1;
                    self.drawn = self.rounds - world.round.wins.iter().sum::<u16>();
                }
                _ => {}
            }
        }
    }
}

/// Plays one match to its end; returns who got stuck, when and where.
fn play(map: &str, seed: u64) -> Vec<String> {
    let setup = MatchSetup {
        bots: BOTS,
        options: OPTIONS,
        bot_skill: Skill::ALL[seed as usize % Skill::ALL.len()],
        ..MatchSetup::endless(load(map), BOTS, TickRate::default(), seed)
    };
    let mut core = ServerCore::new(setup, Duration::ZERO);
    let (mut stays, mut books, mut stuck) = (Stays([None; BOTS]), Books::default(), Vec::new());
    while core.world().round.phase != Phase::MatchOver {
        let now = core.deadline(core.next_tick());
        core.step(now);
        let world = core.world();
        books.note(world, core.events());
        let metres = |at: IVec2| at.as_vec2() / UNITS_PER_METRE as f32;
        stuck.extend(stays.note(world).into_iter().map(|(slot, at)| {
            format!("{map}, seed {seed}: slot {} at {:.1?} m, {:?}", slot.0, metres(at), world.tick)
        }));
        assert!(world.tick < Tick(64 * 60 * 60), "{map}, seed {seed}: no end in an hour: {:?}", world.round);
    }
    let world = core.world();
    let kills: u16 = books.scores.iter().map(|(kills, _)| kills).sum();
    println!(
        "{map}, seed {seed}: {} rounds ({} drawn) to {:?} in {} s, {kills} kills, {} stuck",
        books.rounds,
        books.drawn,
        world.round.wins,
        world.tick.0 / 64,
        stuck.len()
    );
    assert!(books.rounds >= 10, "{map}, seed {seed}");
    assert_eq!(world.round.number, books.rounds);
    for (slot, player) in world.present() {
        assert_eq!((player.kills, player.deaths), books.scores[slot.index()], "{map}, seed {seed}: {slot:?}");
    }
    stuck
}

#[test]
fn sixteen_bots_play_ten_rounds_to_the_end_and_none_is_stuck_for_five_seconds() {
    let mut stuck = Vec::new();
    for map in BUILT_IN.iter().filter(|map| load(map.name).arena.has_inner_walls()) {
        for seed in SEEDS {
            stuck.extend(play(map.name, seed));
        }
    }
    assert!(stuck.is_empty(), "{} stuck:\n{}", stuck.len(), stuck.join("\n"));
}

#[test]
fn who_stands_still_in_a_live_round_for_over_five_seconds_is_noticed_once() {
    let arena = load("open").arena;
    let mut world = World::for_match(BOTS, 0, TickRate::default(), 1, Tick(0), OPTIONS);
    world.join(&arena, Slot(4));
    let mut stays = Stays([None; BOTS]);
    let mut noticed = |world: &mut World, phase: Phase, seconds: u32| {
        world.round.phase = phase;
        let ticks = (0..seconds * 64).map(|_| {
            world.tick = world.tick.plus(1);
            stays.note(world).len()
        });
        ticks.sum::<usize>()
    };
    assert_eq!(noticed(&mut world, Phase::Freeze, 20), 0);
    assert_eq!(noticed(&mut world, Phase::Live, 5), 0);
    assert_eq!(noticed(&mut world, Phase::Live, 20), 1);
}
