//! Bots behave like players: they go places, fight, miss, fetch what they need, are never stuck; and better ones win.
#![allow(clippy::disallowed_macros, reason = "tests print their seeds and what they measured")]

mod common;

use common::Match;
use glam::IVec2;
use tickshot_shared::limits::UNITS_PER_METRE;
use tickshot_shared::rng::Rng;
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::bot::Skill;
use tickshot_shared::sim::collision::line_of_sight;
use tickshot_shared::sim::input::Input;
use tickshot_shared::sim::pickup::PickupKind;
use tickshot_shared::sim::round::{GameMode, MatchOptions, Phase, Team};
use tickshot_shared::sim::step::Event;
use tickshot_shared::sim::weapon::Weapon;
use tickshot_shared::sim::world::{Player, Slot, World};
use tickshot_shared::tick::{Tick, TickRate};

/// What happened in a stretch of a match.
#[derive(Debug, Default)]
struct Played {
    /// Longest time anybody who could walk stayed within a metre of one place.
    stayed_longest_s: f32,
    heading_holds_s: Vec<f32>,
    /// By [`Weapon`].
    shots: [usize; 3],
    hits: [usize; 3],
    kills: [usize; 3],
    own_kills: usize,
    dashes: usize,
    reloads: usize,
    /// By [`PickupKind`].
    pickups: [usize; 3],
    turn_fastest_steps: i32,
    tiles_visited: usize,
}

impl Played {
    fn total(counts: &[usize; 3]) -> usize {
        counts.iter().sum()
    }

    fn hold_median_s(&self) -> f32 {
        let mut holds = self.heading_holds_s.clone();
        holds.sort_by(f32::total_cmp);
        holds.get(holds.len() / 2).copied().unwrap_or(f32::INFINITY)
    }
}

/// Where a player was lately, to tell who is stuck.
#[derive(Clone, Default)]
struct Trail(Vec<IVec2>);

impl Trail {
    /// Adds a place; for how many places up to this one it has been within a metre of one point.
    fn stayed(&mut self, at: IVec2) -> usize {
        self.0.push(at);
        let (mut low, mut high) = (at, at);
        for (n, pos) in self.0.iter().rev().enumerate() {
            (low, high) = (low.min(*pos), high.max(*pos));
            let middle = (low + high) / 2;
            if self.0.iter().rev().take(n + 1).any(|p| (p - middle).length_squared() > UNITS_PER_METRE.pow(2)) {
                return n;
            }
        }
        self.0.len()
    }
}

/// Watches a match and counts.
struct Watch {
    played: Played,
    trails: Vec<Trail>,
    /// For how many ticks each has kept its heading.
    held: Vec<u32>,
    visited: Vec<bool>,
}

impl Watch {
    fn new(game: &Match, arena: &Arena) -> Watch {
        let players = game.world.players.len();
        Watch {
            played: Played::default(),
            trails: vec![Trail::default(); players],
            held: vec![0; players],
            visited: vec![false; (arena.width() * arena.height()) as usize],
        }
    }

    fn tick(&mut self, game: &mut Match, arena: &Arena) {
        let (inputs, world) = (game.inputs.clone(), game.world.clone());
        game.tick(arena);
        for (slot, player) in game.world.present() {
            let before = world.player(slot).copied().unwrap_or_default();
            self.visited[(player.pos.y / 1024 * arena.width() + player.pos.x / 1024) as usize] = true;
            self.played.dashes += usize::from(player.dash_ticks > before.dash_ticks);
            self.played.reloads += usize::from(player.reload_ticks > before.reload_ticks);
            self.follow(game, slot, player);
            if let (Some(old), Some(new)) = (inputs[slot.index()], game.inputs[slot.index()]) {
                self.compare(slot, game.world.rate, old, new);
            }
        }
        count(&mut self.played, &game.events, arena);
    }

    /// For how long this player has been about one place, looked at 8 times a second.
    fn follow(&mut self, game: &Match, slot: Slot, player: &Player) {
        let trail = &mut self.trails[slot.index()];
        if !player.alive || player.frozen_ticks > 0 {
            *trail = Trail::default();
        } else if game.world.tick.0.is_multiple_of(game.world.rate.hz() / 8) {
            let stayed_s = trail.stayed(player.pos) as f32 / 8.0;
            if stayed_s > 5.0 {
                println!("{slot:?} is about {} for {stayed_s} s at tick {}", player.pos / 1024, game.world.tick);
            }
            self.played.stayed_longest_s = self.played.stayed_longest_s.max(stayed_s);
        }
    }

    fn compare(&mut self, slot: Slot, rate: TickRate, old: Input, new: Input) {
        let turned = Turn::shortest_to(old.aim, new.aim).abs();
        self.played.turn_fastest_steps = self.played.turn_fastest_steps.max(turned);
        let held = &mut self.held[slot.index()];
        *held += 1;
        if old.heading != new.heading {
            self.played.heading_holds_s.push(*held as f32 / rate.hz() as f32);
            *held = 0;
        }
    }

    fn done(mut self) -> Played {
        self.played.tiles_visited = self.visited.iter().filter(|v| **v).count();
        self.played
    }
}

fn play(game: &mut Match, arena: &Arena, seconds: u32) -> Played {
    let mut watch = Watch::new(game, arena);
    (0..seconds * game.world.rate.hz()).for_each(|_| watch.tick(game, arena));
    watch.done()
}

fn count(played: &mut Played, events: &[Event], arena: &Arena) {
    for event in events {
        match *event {
            Event::Shot { weapon, hit, .. } => {
                played.shots[weapon.index()] += 1;
                played.hits[weapon.index()] += usize::from(hit.is_some());
            }
            Event::Killed { victim, killer, .. } if victim == killer => played.own_kills += 1,
            Event::Killed { weapon, .. } => played.kills[weapon.index()] += 1,
            Event::PickedUp { pickup, .. } => {
                let kind = arena.pickups()[usize::from(pickup)].kind;
                played.pickups[kind as usize] += 1;
            }
            _ => {}
        }
    }
}

fn report(what: &str, seed: u64, played: &Played) {
    println!(
        "{what}, seed {seed}: shots {:?}, hits {:?}, kills {:?} (own {}), {} dashes, {} reloads, pickups {:?}, stayed {:.1} s \
         at most, heading held {:.2} s at the median, {} tiles",
        played.shots,
        played.hits,
        played.kills,
        played.own_kills,
        played.dashes,
        played.reloads,
        played.pickups,
        played.stayed_longest_s,
        played.hold_median_s(),
        played.tiles_visited
    );
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
        let played = play(&mut Match::new(&arena, players, rate, seed), &arena, 120);
        report(&format!("{players} on {} at {hz} Hz, 120 s", arena.name()), seed, &played);
        let mean = played.heading_holds_s.iter().sum::<f32>() / played.heading_holds_s.len() as f32;
        assert!(played.stayed_longest_s <= 5.0, "a bot stayed for {} s", played.stayed_longest_s);
        assert!(mean > 0.3 && played.hold_median_s() > 0.2, "bots twitch: a heading lasts {mean} s on average");
        assert!(played.turn_fastest_steps <= 91_000 / hz as i32, "a bot snapped its aim");
        assert!(played.tiles_visited > 250, "bots stay at home: {} tiles", played.tiles_visited);
        if players > 1 {
            assert!(Played::total(&played.kills) >= 10, "{:?} kills", played.kills);
            let share = played.hits[0] as f32 / played.shots[0] as f32;
            assert!((0.15..0.85).contains(&share), "{share} of the rifle's shots hit: not human");
        } else {
            assert_eq!(Played::total(&played.shots), 0, "a bot without enemies never fires");
        }
    }
}

#[test]
fn sixteen_bots_play_every_map_for_three_minutes_and_nobody_is_stuck() {
    for (seed, arena) in (100..).zip(common::walled()) {
        for skill in Skill::ALL {
            let mut game = Match::of_skills(&arena, &[skill; 16], TickRate::default(), seed);
            let played = play(&mut game, &arena, 180);
            report(&format!("16 {} on {}", skill.name(), arena.name()), seed, &played);
            assert!(played.stayed_longest_s <= 5.0, "stuck for {} s", played.stayed_longest_s);
            assert!(played.shots.iter().all(|shots| *shots > 0), "every weapon is used: {:?}", played.shots);
            assert!(played.kills.iter().all(|kills| *kills > 0), "and kills: {:?}", played.kills);
            assert!(played.dashes > 0 && played.reloads > 0);
            assert!(played.pickups.iter().all(|taken| *taken > 0), "all is fetched: {:?}", played.pickups);
            assert!(played.own_kills * 20 <= Played::total(&played.kills), "{} killed themselves", played.own_kills);
        }
    }
}

#[test]
fn sixteen_bots_play_ten_rounds_of_elimination_to_their_end() {
    for (seed, arena) in (300..).zip(&common::walled()[1..3]) {
        let rate = TickRate::default();
        let mut game = Match::of_skills(arena, &[Skill::Normal; 16], rate, seed);
        let options = MatchOptions { mode: GameMode::Elimination, best_of: 0, ..MatchOptions::default() };
        game.world = World::for_match(16, arena.pickups().len(), rate, seed, Tick(0), options);
        for slot in 0..16 {
            game.world.join_team(arena, Slot(slot), Some(Team::ALL[usize::from(slot) % 2]));
        }
        let mut watch = Watch::new(&game, arena);
        let (mut rounds, mut by_time) = (0, 0);
        while rounds < 10 {
            watch.tick(&mut game, arena);
            assert!(game.world.tick.0 < 64 * 130 * 12, "rounds must end by themselves");
            if game.events.contains(&Event::PhaseBegan { phase: Phase::RoundOver }) {
                let is_left = |team| game.world.present().any(|(_, p)| p.alive && p.team == Some(team));
                by_time += usize::from(Team::ALL.map(is_left) == [true; 2]);
                rounds += 1;
            }
        }
        let stayed_longest_s = watch.done().stayed_longest_s;
        assert!(stayed_longest_s <= 5.0, "stuck for {stayed_longest_s} s");
        println!(
            "{}, seed {seed}: wins {:?}, {by_time} of {rounds} rounds ended by time, stayed {stayed_longest_s} s, {} s in all",
            arena.name(),
            game.world.round.wins,
            game.world.tick.0 / 64
        );
        assert!(by_time <= 2, "a round is decided by a fight, not by the clock: {by_time} were not");
    }
}

#[test]
fn a_hurt_bot_fetches_health_and_one_without_rockets_fetches_ammunition() {
    for (seed, arena) in (400..).zip(common::walled()) {
        for skill in Skill::ALL {
            for kind in [PickupKind::Health, PickupKind::Ammo] {
                let mut game = Match::of_skills(&arena, &[skill], TickRate::default(), seed);
                let player = game.world.players[0].as_mut().unwrap();
                match kind {
                    PickupKind::Health => player.health = 20,
                    _ => (player.reserves, player.armour) = ([0; 3], Player::ARMOUR_FULL),
                }
                // It stands two rooms away from one, where it would not stumble over it.
                player.pos = near(&arena, kind, 9);
                let mut seconds = 0;
                let taken = |events: &[Event]| {
                    let kind_of = |pickup: u8| arena.pickups()[usize::from(pickup)].kind;
                    events.iter().any(|e| matches!(e, Event::PickedUp { pickup, .. } if kind_of(*pickup) == kind))
                };
                while !play_until(&mut game, &arena, 1, taken) {
                    seconds += 1;
                    assert!(seconds < 30, "{} {skill:?} of seed {seed} finds no {}", arena.name(), kind.name());
                }
                println!("{} {skill:?}, seed {seed}: {} within {} s", arena.name(), kind.name(), seconds + 1);
            }
        }
    }
}

/// The middle of the place of `arena` whose nearest pickup of `kind` is nearest to so many tiles away.
fn near(arena: &Arena, kind: PickupKind, tiles: i32) -> IVec2 {
    let pickups: Vec<IVec2> = arena.pickups().iter().filter(|p| p.kind == kind).map(|p| p.pos / 1024).collect();
    let nearest = |place: &IVec2| pickups.iter().map(|p| (p - place).abs().max_element()).min().unwrap();
    let place = arena.ways().places().iter().min_by_key(|place| (nearest(place) - tiles).abs()).unwrap();
    place * 1024 + IVec2::splat(512)
}

/// Plays until `done` says yes to the events of a tick, or so many seconds; whether it did.
fn play_until(game: &mut Match, arena: &Arena, seconds: u32, done: impl Fn(&[Event]) -> bool) -> bool {
    (0..seconds * game.world.rate.hz()).any(|_| {
        game.tick(arena);
        done(&game.events)
    })
}

#[test]
fn nobody_fires_at_whom_it_does_not_see() {
    let arena = common::arena();
    for skill in Skill::ALL {
        let mut game = Match::of_skills(&arena, &[skill; 8], TickRate::default(), 450);
        // When each last had somebody in view.
        let mut saw = [Tick(0); 8];
        let mut shots = 0;
        for _ in 0..120 * 64 {
            let living: Vec<(Slot, IVec2)> =
                game.world.present().filter(|(_, p)| p.alive).map(|(s, p)| (s, p.pos)).collect();
            for (slot, pos) in &living {
                let sees = living.iter().any(|(other, at)| other != slot && line_of_sight(&arena, *pos, *at));
                saw[slot.index()] = if sees { game.world.tick } else { saw[slot.index()] };
            }
            let before = game.world.tick;
            game.tick(&arena);
            for event in &game.events {
                let Event::Shot { slot, weapon, .. } = event else { continue };
                shots += 1;
                // A rocket may follow somebody round a corner.
                let late = before.distance(saw[slot.index()]);
                let most = if *weapon == Weapon::Launcher { 64 } else { 0 };
                assert!(late <= most, "seed 450, {}: {slot:?} fires {weapon:?} {late} ticks too late", skill.name());
            }
        }
        assert!(shots > 200, "{shots} shots show little");
    }
}

#[test]
fn bots_of_one_seed_play_the_same_match_whatever_order_they_think_in() {
    let arena = &common::walled()[2];
    let matches = [false, true].map(|backwards| {
        let skills: Vec<Skill> = Skill::ALL.into_iter().cycle().take(24).collect();
        let mut game = Match::of_skills(arena, &skills, TickRate::default(), 500);
        for _ in 0..60 * 64 {
            if backwards {
                game.think(arena, (0..24).rev());
            } else {
                game.think(arena, 0..24);
            }
            game.step(arena);
        }
        game.world.hash()
    });
    assert_eq!(matches[0], matches[1], "seed 500");
}

#[test]
fn the_distance_on_foot_is_symmetric_and_every_way_is_free() {
    let mut rng = Rng::new(600);
    for arena in common::walled() {
        let ways = arena.ways();
        assert!(ways.places().len() >= 10, "{}: {} places", arena.name(), ways.places().len());
        for _ in 0..400 {
            let draw = |rng: &mut Rng| ways.places()[rng.below(ways.places().len() as u32) as usize];
            let (from, to) = (draw(&mut rng), draw(&mut rng));
            let there = ways.distance(from, to).expect("everything can be reached");
            assert!(there >= (to - from).abs().max_element() as u32);
            assert!(ways.distance(to, from).unwrap().abs_diff(there) <= there / 3 + 2, "{from} to {to}");
            walk(&arena, from, to);
        }
    }
}

/// Walks as a bot does, from corners to corners, and checks that no step leads into a wall.
fn walk(arena: &Arena, from: IVec2, to: IVec2) {
    let (mut at, mut legs) = (from, 0);
    while at != to {
        legs += 1;
        assert!(legs < 60, "{}: no way from {from} to {to}: lost at {at}", arena.name());
        let corners = arena.ways().corners(at, to);
        assert!(!corners.is_empty(), "{}: no way from {at} to {to}", arena.name());
        for corner in corners.into_iter().map(|corner| corner / 1024) {
            while at != corner {
                let step = (corner - at).signum();
                assert!((corner - at).abs().min_element() == 0 || (corner - at).abs().x == (corner - at).abs().y);
                for side in [step, IVec2::new(step.x, 0), IVec2::new(0, step.y)] {
                    assert!(!arena.is_solid(at.x + side.x, at.y + side.y), "{}: through a wall at {at}", arena.name());
                }
                at += step;
            }
        }
    }
}

#[test]
fn a_better_bot_wins_most_duels_against_the_next_worse() {
    for (worse, better) in [(Skill::Easy, Skill::Normal), (Skill::Normal, Skill::Hard)] {
        let (mut won, mut lost) = (0, 0);
        for seed in 0..6 {
            // The slots change places, in case one is luckier.
            let skills = if seed % 2 == 0 { [worse, better] } else { [better, worse] };
            for arena in &common::walled()[..2] {
                let mut game = Match::of_skills(arena, &skills, TickRate::default(), 200 + seed);
                (0..180 * 64).for_each(|_| game.tick(arena));
                for (slot, player) in game.world.present() {
                    *(if skills[slot.index()] == better { &mut won } else { &mut lost }) += u32::from(player.kills);
                }
            }
        }
        println!("{} : {} = {won} : {lost} kills over seeds 200..206", better.name(), worse.name());
        assert!(won + lost > 60, "they fight: {won} and {lost}");
        assert!(won * 100 >= (won + lost) * 65, "{won} of {} kills", won + lost);
    }
}
