//! Matches that begin, are decided and end: random ones keep their books right, and small ones say what each rule means.
#![allow(clippy::disallowed_macros, reason = "tests print their seeds")]

mod common;

use glam::IVec2;
use tickshot_shared::rng::Rng;
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::combat::Present;
use tickshot_shared::sim::input::{Buttons, Heading, Input};
use tickshot_shared::sim::round::{GameMode, MatchOptions, Phase, Team, Winner};
use tickshot_shared::sim::step::{Event, step};
use tickshot_shared::sim::world::{Player, Slot, World};
use tickshot_shared::tick::{Tick, TickRate};

const CAPACITY: usize = 12;

/// A match of people who run about and fire at whoever is nearest.
struct Game {
    arena: Arena,
    world: World,
    rng: Rng,
    inputs: Vec<Option<Input>>,
    events: Vec<Event>,
}

impl Game {
    fn new(options: MatchOptions, seed: u64) -> Game {
        let arena = common::open();
        let world = World::for_match(CAPACITY, arena.pickups().len(), TickRate::default(), seed, Tick(0), options);
        Game { arena, world, rng: Rng::fork(seed, 7), inputs: vec![None; CAPACITY], events: Vec::new() }
    }

    /// With players in slots `0..players`.
    fn with_players(options: MatchOptions, players: u16) -> Game {
        let mut game = Game::new(options, 1);
        (0..players).for_each(|slot| game.join(Slot(slot)));
        game
    }

    fn join(&mut self, slot: Slot) {
        let side = self.world.side_of_newcomer();
        self.world.join_team(&self.arena, slot, side);
    }

    /// As a server does between rounds.
    fn even_out_sides(&mut self) {
        if let Some(team) = self.world.side_too_large() {
            let last = self.world.present().filter(|(_, player)| player.team == Some(team)).last();
            let slot = last.map(|(slot, _)| slot).expect("the larger side has somebody");
            self.world.set_side(slot, team.other());
        }
    }

    fn tick(&mut self) {
        self.events.clear();
        step(&mut self.world, &self.arena, &self.inputs, &Present, &mut self.events);
    }

    /// Ticks until `phase` begins; fails if it does not within a minute of play.
    fn tick_until(&mut self, phase: Phase) {
        for _ in 0..60 * self.world.rate.hz() {
            self.tick();
            if self.events.contains(&Event::PhaseBegan { phase }) {
                return;
            }
        }
        panic!("{phase:?} did not begin: {:?}", self.world.round);
    }

    /// Everyone fires at the nearest enemy and walks somewhere.
    fn fight(&mut self) {
        for index in 0..CAPACITY {
            let Some(own) = self.world.players[index] else {
                self.inputs[index] = None;
                continue;
            };
            let enemies = self.world.present().filter(|(slot, other)| {
                slot.index() != index && other.alive && (own.team.is_none() || other.team != own.team)
            });
            let away = enemies.map(|(_, other)| other.pos - own.pos).min_by_key(|away| away.length_squared());
            let (x, y) = (self.rng.range_i32(-1, 1), self.rng.range_i32(-1, 1));
            self.inputs[index] = Some(Input {
                heading: Heading::from_axes(x, y),
                aim: Turn::of(away.unwrap_or(IVec2::X)),
                buttons: if away.is_some() { Buttons::FIRE } else { Buttons::default() },
                ..Input::idle(&own)
            });
        }
    }

    fn player(&mut self, slot: u16) -> &mut Player {
        self.world.players[usize::from(slot)].as_mut().expect("the player is present")
    }

    /// As if somebody had shot them.
    fn kill_side(&mut self, team: Team) {
        let out = self.world.round.respawn_ticks(self.world.rate);
        for player in self.world.players.iter_mut().flatten().filter(|player| player.team == Some(team)) {
            (player.alive, player.health, player.respawn_ticks) = (false, 0, out);
        }
    }
}

const ELIMINATION: MatchOptions = MatchOptions {
    mode: GameMode::Elimination,
    best_of: 5,
    round_s: 20,
    warm_up_s: 2,
    freeze_s: 1,
    round_over_s: 1,
    match_over_s: 2,
    ..MatchOptions::ENDLESS
};
const DEATHMATCH: MatchOptions = MatchOptions {
    mode: GameMode::Deathmatch,
    score_limit: 10,
    time_limit_s: 40,
    warm_up_s: 2,
    match_over_s: 2,
    ..MatchOptions::ENDLESS
};

/// What the events of a match say its books must be.
#[derive(Default)]
struct Books {
    scores: [(u16, u16); CAPACITY],
    wins: [u16; 2],
    drawn: u16,
    phase: Phase,
}

impl Books {
    fn leave(&mut self, slot: Slot) {
        self.scores[slot.index()] = (0, 0);
    }

    /// After a tick: enter what happened, then compare.
    fn check(&mut self, game: &Game, seed: u64) {
        let world = &game.world;
        let context = format!("seed {seed}, {:?}, {:?}", world.tick, world.round);
        for event in &game.events {
            match *event {
                Event::Killed { victim, killer, .. } => {
                    assert!(self.phase.hurts(), "killed in {:?}; {context}", self.phase);
                    self.scores[victim.index()].1 += 1;
                    self.scores[killer.index()].0 += u16::from(killer != victim);
                }
                Event::Respawned { .. } if self.phase == Phase::Live && world.round.phase == Phase::Live => {
                    assert!(!world.round.options.mode.has_teams(), "back in the middle of a round; {context}");
                }
                Event::PhaseBegan { phase } => self.turn_page(phase, world, &context),
                _ => {}
            }
        }
        for (slot, player) in world.present() {
            assert_eq!((player.kills, player.deaths), self.scores[slot.index()], "{slot:?}; {context}");
        }
        let round = &world.round;
        assert_eq!(round.phase, self.phase, "{context}");
        assert_eq!(round.wins, self.wins, "{context}");
        let over = matches!(round.phase, Phase::RoundOver | Phase::MatchOver);
        if round.options.mode.has_teams() {
            let played = self.wins[0] + self.wins[1] + self.drawn;
            let begun = matches!(round.phase, Phase::Freeze | Phase::Live);
            assert!(round.phase == Phase::WarmUp || round.number == played + u16::from(begun), "{context}");
            assert!(round.number <= u16::from(round.options.best_of), "{context}");
            assert!(round.wins.iter().all(|wins| *wins <= u16::from(round.options.best_of) / 2 + 1), "{context}");
        }
        assert!(over || round.winner.is_none(), "a winner of nothing; {context}");
        // Only what comes after the match is for others to begin.
        let ends = round.ends.filter(|_| round.phase != Phase::MatchOver);
        assert!(ends.is_none_or(|ends| ends >= world.tick), "a phase beyond its end; {context}");
    }

    fn turn_page(&mut self, phase: Phase, world: &World, context: &str) {
        let before = std::mem::replace(&mut self.phase, phase);
        match (before, phase) {
            (Phase::WarmUp, Phase::Freeze | Phase::Live) => self.scores = Default::default(),
            (Phase::Freeze, Phase::Live) | (Phase::RoundOver, Phase::Freeze) => {}
            (Phase::RoundOver, Phase::WarmUp) => (self.wins, self.drawn) = ([0; 2], 0),
            (Phase::Live, Phase::RoundOver | Phase::MatchOver) if world.round.options.mode.has_teams() => {
                match (0..2).find(|side| world.round.wins[*side] > self.wins[*side]) {
                    Some(side) => self.wins[side] += 1,
                    None => self.drawn += 1,
                }
            }
            (Phase::Live, Phase::MatchOver) => {}
            _ => panic!("{before:?} became {phase:?}; {context}"),
        }
    }
}

/// Plays one match with people who come, go and change sides, until it is over.
fn play_random_match(seed: u64) -> World {
    let mut dice = Rng::fork(seed, 99);
    let base = if dice.chance(1, 3) { DEATHMATCH } else { ELIMINATION };
    let options = MatchOptions {
        best_of: 1 + dice.below(7) as u8,
        round_s: 5 + dice.below(20) as u16,
        friendly_fire: dice.chance(1, 4),
        ..base
    };
    let mut game = Game::new(options, seed);
    let mut books = Books { phase: game.world.round.phase, ..Books::default() };
    (0..2 + dice.below(6) as u16).for_each(|slot| game.join(Slot(slot)));
    // Some matches are calm, in some nobody stays for long.
    let restless = [0, 200, 1000][dice.below(3) as usize];
    for _ in 0..30 * 60 * game.world.rate.hz() {
        if dice.chance(restless, 100_000) {
            let slot = Slot(dice.below(CAPACITY as u32) as u16);
            if game.world.player(slot).is_none() {
                game.join(slot);
            } else {
                game.world.leave(slot);
                books.leave(slot);
            }
        }
        if matches!(game.world.round.phase, Phase::WarmUp | Phase::RoundOver) {
            game.even_out_sides();
        }
        game.fight();
        game.tick();
        books.check(&game, seed);
        if game.world.round.phase == Phase::MatchOver {
            assert_stays_over(&mut game, &mut books, seed);
            return game.world;
        }
    }
    // Only a match that lost a side over and over takes half an hour.
    assert!(restless > 0, "seed {seed}: {:?}", game.world.round);
    game.world
}

/// Whatever people do, a match that is over stays as it is.
fn assert_stays_over(game: &mut Game, books: &mut Books, seed: u64) {
    let end = game.world.round;
    for _ in 0..4 * game.world.rate.hz() {
        game.fight();
        game.tick();
        books.check(game, seed);
    }
    assert_eq!(game.world.round, end, "seed {seed}");
}

#[test]
fn scores_wins_and_rounds_of_random_matches_add_up() {
    let (mut over, mut drawn, mut kills) = (0, 0, 0);
    for seed in 1..=60 {
        let world = play_random_match(seed);
        over += u32::from(world.round.phase == Phase::MatchOver);
        drawn += u32::from(world.round.phase == Phase::MatchOver && world.round.winner.is_none());
        kills += world.present().map(|(_, player)| u32::from(player.kills)).sum::<u32>();
    }
    println!("seeds 1..=60: {over} matches ended, {drawn} of them drawn, {kills} kills at the end");
    assert!(over >= 50 && kills > 300, "matches that nobody plays show little");
}

#[test]
fn the_same_inputs_give_the_same_match() {
    for seed in [5, 6] {
        assert_eq!(play_random_match(seed).hash(), play_random_match(seed).hash(), "seed {seed}");
    }
}

#[test]
fn warm_up_lasts_its_time_and_until_both_sides_have_somebody() {
    let mut game = Game::with_players(ELIMINATION, 1);
    for _ in 0..10 * 64 {
        game.tick();
    }
    assert_eq!((game.world.round.phase, game.world.round.ends), (Phase::WarmUp, None), "nobody to play against");
    game.player(0).kills = 3;
    game.join(Slot(1));
    game.tick();
    assert_eq!((game.world.round.phase, game.world.round.number), (Phase::Freeze, 1));
    assert_eq!(game.player(0).kills, 0, "what was shot to warm up counts nothing");

    let mut game = Game::with_players(ELIMINATION, 2);
    game.tick_until(Phase::Freeze);
    assert_eq!(game.world.tick, Tick(2 * 64), "its time, though everyone is here");
}

#[test]
fn a_round_begins_with_everyone_alive_on_their_own_side_and_frozen_to_the_tick() {
    let mut game = Game::with_players(ELIMINATION, 6);
    game.kill_side(Team::Azure);
    game.world.rockets.clear();
    game.tick_until(Phase::Freeze);
    let middle = game.arena.bounds().x / 2;
    for (slot, player) in game.world.present() {
        assert!(player.alive && player.health == Player::HEALTH_FULL, "{slot:?}");
        assert_eq!(player.pos.x > middle, player.team == Some(Team::Azure), "{slot:?} at {}", player.pos);
    }
    let (ends, places) = (game.world.round.ends.unwrap(), positions(&game.world));
    while game.world.tick < ends {
        game.fight();
        game.tick();
        assert_eq!(positions(&game.world), places, "{:?}", game.world.tick);
    }
    assert_eq!(game.world.round.phase, Phase::Live);
    (0..CAPACITY).for_each(|index| {
        game.inputs[index] =
            game.world.players[index].map(|own| Input { heading: Heading::from_axes(1, 0), ..Input::idle(&own) });
    });
    game.tick();
    assert_ne!(positions(&game.world), places, "the first tick of the round is everyone's own");
}

fn positions(world: &World) -> Vec<IVec2> {
    world.present().map(|(_, player)| player.pos).collect()
}

#[test]
fn who_comes_during_a_round_waits_and_plays_the_next_one() {
    let mut game = Game::with_players(ELIMINATION, 4);
    game.tick_until(Phase::Live);
    game.join(Slot(7));
    let late = *game.player(7);
    assert!(!late.alive && late.respawn_ticks == Player::OUT, "{late:?}");
    for _ in 0..300 {
        game.tick();
    }
    assert_eq!(game.player(7).respawn_ticks, Player::OUT, "no patience brings it in");
    game.kill_side(Team::Azure);
    game.tick();
    assert_eq!((game.world.round.phase, game.world.round.winner), (Phase::RoundOver, Some(Winner::Team(Team::Amber))));
    game.tick_until(Phase::Freeze);
    assert!(game.player(7).alive);
    game.join(Slot(8));
    assert!(game.player(8).alive && game.player(8).frozen_ticks > 0, "in time for this round's freeze");
}

#[test]
fn time_decides_a_round_for_the_side_with_more_left_and_for_nobody_if_they_are_even() {
    let mut game = Game::with_players(ELIMINATION, 4);
    game.tick_until(Phase::Live);
    game.tick_until(Phase::RoundOver);
    assert_eq!((game.world.round.winner, game.world.round.wins), (None, [0, 0]));
    game.tick_until(Phase::Live);
    let began = game.world.tick;
    let dead = game.player(0);
    (dead.alive, dead.respawn_ticks) = (false, Player::OUT);
    let other = game.world.players[0].and_then(|player| player.team).unwrap().other();
    game.tick_until(Phase::RoundOver);
    assert_eq!(game.world.round.winner, Some(Winner::Team(other)));
    assert_eq!(game.world.tick, began.plus(20 * 64));
}

#[test]
fn best_of_five_is_decided_by_the_third_win() {
    let mut game = Game::with_players(ELIMINATION, 2);
    for round in 1..=3 {
        game.tick_until(Phase::Live);
        assert_eq!(game.world.round.number, round);
        game.kill_side(Team::Amber);
        game.tick();
    }
    let round = game.world.round;
    assert_eq!((round.phase, round.wins, round.winner), (Phase::MatchOver, [0, 3], Some(Winner::Team(Team::Azure))));
}

#[test]
fn both_sides_out_in_one_tick_is_a_draw_and_all_rounds_drawn_is_a_drawn_match() {
    let mut game = Game::with_players(ELIMINATION, 2);
    for _ in 0..5 {
        game.tick_until(Phase::Live);
        Team::ALL.into_iter().for_each(|team| game.kill_side(team));
        game.tick();
        assert_eq!((game.world.round.wins, game.world.round.winner), ([0, 0], None));
    }
    assert_eq!((game.world.round.phase, game.world.round.number), (Phase::MatchOver, 5));
}

#[test]
fn a_side_that_everyone_left_loses_its_round_and_the_match_starts_over() {
    let mut game = Game::with_players(ELIMINATION, 3);
    game.tick_until(Phase::Live);
    let lonely = game.world.present().find(|(_, player)| player.team == Some(Team::Azure)).map(|(slot, _)| slot);
    game.world.leave(lonely.unwrap());
    game.tick();
    assert_eq!((game.world.round.phase, game.world.round.wins), (Phase::RoundOver, [1, 0]));
    game.tick_until(Phase::WarmUp);
    assert_eq!((game.world.round.wins, game.world.round.number), ([0, 0], 0));
    assert!(game.world.present().all(|(_, player)| player.alive));
}

#[test]
fn a_deathmatch_ends_at_its_score_or_its_time_and_says_who_won() {
    let mut game = Game::with_players(DEATHMATCH, 3);
    game.tick_until(Phase::Live);
    game.player(1).kills = 10;
    game.tick();
    assert_eq!((game.world.round.phase, game.world.round.winner), (Phase::MatchOver, Some(Winner::Player(Slot(1)))));

    let mut game = Game::with_players(DEATHMATCH, 3);
    game.tick_until(Phase::Live);
    let began = game.world.tick;
    (game.player(0).kills, game.player(2).kills) = (4, 4);
    game.player(0).deaths = 1;
    game.tick_until(Phase::MatchOver);
    assert_eq!(game.world.tick, began.plus(40 * 64));
    assert_eq!(game.world.round.winner, Some(Winner::Player(Slot(2))), "of equal kills, fewer deaths");
}

#[test]
fn newcomers_even_out_the_sides_and_of_even_ones_join_the_one_that_is_behind() {
    let mut game = Game::with_players(ELIMINATION, 4);
    assert_eq!(game.world.side_sizes(), [2, 2]);
    assert_eq!(game.world.side_of_newcomer(), Some(Team::Amber));
    game.world.round.wins = [1, 0];
    assert_eq!(game.world.side_of_newcomer(), Some(Team::Azure));
    game.world.round.wins = [0, 1];
    game.join(Slot(4));
    assert_eq!(game.world.side_of_newcomer(), Some(Team::Azure), "one more is more than one win");
    assert_eq!(game.world.side_too_large(), None);
    game.world.set_side(Slot(4), Team::Azure);
    game.join(Slot(5));
    assert_eq!(game.world.side_sizes(), [3, 3]);
    game.world.set_side(Slot(5), Team::Azure);
    assert_eq!(game.world.side_too_large(), Some(Team::Azure));
    assert_eq!(Game::with_players(DEATHMATCH, 2).world.side_of_newcomer(), None);
}
