//! A tick of the match: the last stage of [`step`](crate::sim::step::step), when everyone who dies in this tick has.
//!
//! ```text
//! WarmUp --+--> Live ---------------------------------> MatchOver      deathmatch
//!          |
//!          +--> Freeze -> Live -> RoundOver --+         MatchOver      elimination
//!                 ^         \________________ | ___________^  more than half of the rounds won, or all played
//!                 +---------------------------+
//!          ^                                  |
//!          +------ a side is empty -----------+
//! ```
//!
//! A phase that ends at tick *E* is over once tick *E* was made: tick *E+1* is the first of the next one. A match that
//! lacks players when a round is due starts over: nobody is there to be beaten. Must not know what hurts whom.

use super::super::arena::Arena;
use super::super::spawn::choose_spawn;
use super::super::step::Event;
use super::super::world::{Player, Slot, World};
use super::{GameMode, Phase, Team, Winner, frozen_ticks};
use glam::IVec2;

/// Ends the phase if it is over and begins the next one.
pub(in crate::sim) fn advance(world: &mut World, arena: &Arena, events: &mut Vec<Event>) {
    let is_over = world.round.ends.is_some_and(|ends| ends <= world.tick);
    match world.round.phase {
        Phase::WarmUp => end_warm_up(world, arena, is_over, events),
        Phase::Freeze if is_over => enter(world, Phase::Live, limit(world.round.options.round_s), events),
        Phase::Live => match world.round.options.mode {
            GameMode::Deathmatch => end_deathmatch(world, is_over, events),
            GameMode::Elimination => end_round(world, is_over, events),
        },
        Phase::RoundOver if is_over && can_begin(world) => begin_round(world, arena, events),
        Phase::RoundOver if is_over => begin_warm_up(world, arena, events),
        Phase::Freeze | Phase::RoundOver | Phase::MatchOver => {}
    }
}

// --- phases that end

/// Once its time is over, warm-up waits for players and has no end of its own.
fn end_warm_up(world: &mut World, arena: &Arena, is_over: bool, events: &mut Vec<Event>) {
    if world.round.ends.is_some() && !is_over {
        return;
    }
    if !can_begin(world) {
        world.round.ends = None;
        return;
    }
    for player in world.players.iter_mut().flatten() {
        (player.kills, player.deaths) = (0, 0);
    }
    match world.round.options.mode {
        GameMode::Deathmatch => {
            world.round.number = 1;
            place_all(world, arena, events);
            enter(world, Phase::Live, limit(world.round.options.time_limit_s), events);
        }
        GameMode::Elimination => begin_round(world, arena, events),
    }
}

/// Are there enough players for something to count?
fn can_begin(world: &World) -> bool {
    match world.round.options.mode {
        GameMode::Deathmatch => world.present().count() >= 2,
        GameMode::Elimination => world.side_sizes().iter().all(|size| *size > 0),
    }
}

fn end_deathmatch(world: &mut World, is_over: bool, events: &mut Vec<Event>) {
    let limit = world.round.options.score_limit;
    let is_reached = limit > 0 && world.present().any(|(_, player)| player.kills >= limit);
    if is_over || is_reached {
        world.round.winner = leader(world).map(Winner::Player);
        enter(world, Phase::MatchOver, Some(world.round.options.match_over_s), events);
    }
}

/// Most kills; of those, fewest deaths; nobody if several have both, or nobody killed anybody.
fn leader(world: &World) -> Option<Slot> {
    let key = |player: &Player| (player.kills, u16::MAX - player.deaths);
    let best = world.present().map(|(_, player)| key(player)).max().filter(|(kills, _)| *kills > 0)?;
    let mut leaders = world.present().filter(|(_, player)| key(player) == best);
    let (slot, _) = leaders.next()?;
    leaders.next().is_none().then_some(slot)
}

fn end_round(world: &mut World, is_over: bool, events: &mut Vec<Event>) {
    let alive = Team::ALL.map(|team| world.present().filter(|(_, p)| p.alive && p.team == Some(team)).count());
    let side_with_more = match alive[0].cmp(&alive[1]) {
        std::cmp::Ordering::Greater => Some(Team::Amber),
        std::cmp::Ordering::Equal => None,
        std::cmp::Ordering::Less => Some(Team::Azure),
    };
    if !alive.contains(&0) && !is_over {
        return;
    }
    let round = &mut world.round;
    if let Some(team) = side_with_more {
        let wins = &mut round.wins[team.index()];
        *wins = wins.saturating_add(1);
    }
    round.winner = side_with_more.map(Winner::Team);
    let best_of = u16::from(round.options.best_of);
    let is_decided = best_of > 0 && (round.number >= best_of || round.wins.iter().any(|wins| *wins > best_of / 2));
    if is_decided {
        let [amber, azure] = round.wins;
        let ahead = if amber > azure { Team::Amber } else { Team::Azure };
        round.winner = (amber != azure).then_some(Winner::Team(ahead));
        let seconds = round.options.match_over_s;
        enter(world, Phase::MatchOver, Some(seconds), events);
    } else {
        let seconds = round.options.round_over_s;
        enter(world, Phase::RoundOver, Some(seconds), events);
    }
}

// --- phases that begin

/// Everyone at a spawn of their own side, as good as new, and frozen until the phase ends.
fn begin_round(world: &mut World, arena: &Arena, events: &mut Vec<Event>) {
    let seconds = world.round.options.freeze_s;
    world.round.number = world.round.number.saturating_add(1);
    world.round.winner = None;
    place_sides(world, arena, events);
    let frozen = frozen_ticks(u32::from(seconds) * world.rate.hz());
    for player in world.players.iter_mut().flatten() {
        player.frozen_ticks = frozen;
    }
    enter(world, Phase::Freeze, Some(seconds), events);
}

/// The match starts over.
fn begin_warm_up(world: &mut World, arena: &Arena, events: &mut Vec<Event>) {
    let round = &mut world.round;
    (round.number, round.wins, round.winner) = (0, [0; 2], None);
    let seconds = round.options.warm_up_s.max(1);
    place_all(world, arena, events);
    enter(world, Phase::WarmUp, Some(seconds), events);
}

/// `seconds` as an end of a phase; 0 = none.
fn limit(seconds: u16) -> Option<u16> {
    (seconds > 0).then_some(seconds)
}

fn enter(world: &mut World, phase: Phase, seconds: Option<u16>, events: &mut Vec<Event>) {
    world.round.phase = phase;
    world.round.since = world.tick;
    world.round.ends = seconds.map(|s| world.tick.plus(u32::from(s) * world.rate.hz()));
    events.push(Event::PhaseBegan { phase });
}

// --- who stands where

/// Everyone anew at some spawn point, away from each other.
fn place_all(world: &mut World, arena: &Arena, events: &mut Vec<Event>) {
    clear_field(world);
    // Only who was placed already is somebody to keep away from.
    world.players.iter_mut().flatten().for_each(|player| player.alive = false);
    for index in 0..world.players.len() {
        if let Some(player) = world.players[index] {
            let at = choose_spawn(world, arena, player.team);
            place(world, index, at, events);
            // Whoever predicts itself must see that it was put elsewhere, even if that is near and a snapshot is lost.
            let frozen_ticks = world.rate.ticks_in_ms(PLACED_FREEZE_MS) as u16;
            if let Some(player) = &mut world.players[index] {
                player.frozen_ticks = frozen_ticks;
            }
        }
    }
}

/// Everyone anew at the spawn points of their side, in turn from one that is drawn.
fn place_sides(world: &mut World, arena: &Arena, events: &mut Vec<Event>) {
    clear_field(world);
    let points = Team::ALL.map(|team| side_spawns(arena, team));
    let mut next = Team::ALL.map(|team| world.rng.below(points[team.index()].len() as u32) as usize);
    for index in 0..world.players.len() {
        let Some(player) = &world.players[index] else { continue };
        // Without a side one belongs to no round; a match with sides gives everyone one.
        let side = player.team.unwrap_or(Team::Amber).index();
        let at = points[side][next[side] % points[side].len()];
        next[side] += 1;
        place(world, index, at, events);
    }
}

/// Nothing flies, and everything lies where it lay at first.
fn clear_field(world: &mut World) {
    world.rockets.clear();
    world.pickups.fill(0);
}

fn place(world: &mut World, index: usize, at: IVec2, events: &mut Vec<Event>) {
    if let Some(player) = world.players[index] {
        world.players[index] = Some(player.spawned(at));
        events.push(Event::Respawned { slot: Slot(index as u16) });
    }
}

/// Spawn points of a side; on a map that has none of its own for each, one half of them: those to the left (of a tall map,
/// at the top) are Amber's. Never empty.
fn side_spawns(arena: &Arena, team: Team) -> Vec<IVec2> {
    let own = arena.team_spawns(team);
    if own != arena.team_spawns(team.other()) || own.len() < 2 {
        return own.to_vec();
    }
    let mut points = own.to_vec();
    if arena.width() >= arena.height() {
        points.sort_by_key(|at| (at.x, at.y));
    } else {
        points.sort_by_key(|at| (at.y, at.x));
    }
    let azure = points.split_off(points.len() / 2);
    if team == Team::Amber { points } else { azure }
}

/// How long everyone stands still who was put elsewhere in the middle of play, ms.
const PLACED_FREEZE_MS: u32 = 250;
