//! Bots behave like players: they go places, fight, miss, fetch what they need, are never stuck; and better ones win.
#![allow(clippy::disallowed_macros, reason = "tests print their seeds and what they measured")]

mod common;

use common::Match;
use glam::IVec2;
use tickshot_shared::limits::UNITS_PER_METRE;
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::bot::Skill;
use tickshot_shared::sim::pickup::PickupKind;
use tickshot_shared::sim::round::{GameMode, MatchOptions, Phase};
use tickshot_shared::sim::step::Event;
use tickshot_shared::sim::weapon::Weapon;
use tickshot_shared::sim::world::{Player, Slot};
use tickshot_shared::tick::TickRate;

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
    fired_while_alone: usize,
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

fn play(game: &mut Match, arena: &Arena, seconds: u32) -> Played {
    let rate = game.world.rate;
    let players = game.world.players.len();
    let mut played = Played::default();
    let mut trails = vec![Trail::default(); players];
    let mut held = vec![0u32; players];
    let mut visited = vec![false; (arena.width() * arena.height()) as usize];
    let samples_per_s = 8;
    for tick in 0..seconds * rate.hz() {
        let (inputs, world) = (game.inputs.clone(), game.world.clone());
        game.tick(arena);
        for (slot, player) in game.world.present() {
            let (i, before) = (slot.index(), world.player(slot).copied().unwrap_or_default());
            visited[(player.pos.y / 1024 * arena.width() + player.pos.x / 1024) as usize] = true;
            played.dashes += usize::from(player.dash_ticks > before.dash_ticks);
            played.reloads += usize::from(player.reload_ticks > before.reload_ticks);
            if !player.alive || player.frozen_ticks > 0 {
                trails[i] = Trail::default();
            } else if tick.is_multiple_of(rate.hz() / samples_per_s) {
                let stayed_s = trails[i].stayed(player.pos) as f32 / samples_per_s as f32;
                if stayed_s > 5.0 {
                    println!("{} is about {} for {stayed_s} s at tick {}", i, player.pos / 1024, game.world.tick);
                }
                played.stayed_longest_s = played.stayed_longest_s.max(stayed_s);
            }
            let (Some(old), Some(new)) = (inputs[i], game.inputs[i]) else { continue };
            played.turn_fastest_steps = played.turn_fastest_steps.max(Turn::shortest_to(old.aim, new.aim).abs());
            held[i] += 1;
            if old.heading != new.heading {
                played.heading_holds_s.push(held[i] as f32 / rate.hz() as f32);
                held[i] = 0;
            }
        }
        count(&mut played, &game.events, arena);
    }
    played.tiles_visited = visited.iter().filter(|v| **v).count();
    played
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
