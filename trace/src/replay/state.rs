//! Worlds as messages, and back: everything that the next tick depends on.
//!
//! What comes from a file may say anything. What no server can mean is refused by name, so that a step of what is accepted
//! cannot panic.

use super::ReplayError;
use crate::proto::{self, PlayerState, RocketState, RoundState, WorldState};
use glam::IVec2;
use tickshot_shared::limits::{PLAYERS_MAX, POS_BITS};
use tickshot_shared::rng::Rng;
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::input::Heading;
use tickshot_shared::sim::rocket::{ROCKETS_MAX, Rocket};
use tickshot_shared::sim::round::{GameMode, MatchOptions, Phase, Round, Team, Winner};
use tickshot_shared::sim::weapon::Weapon;
use tickshot_shared::sim::world::{Player, Slot, World};
use tickshot_shared::tick::{Tick, TickRate};

/// `world` as a message. Its rate is the header's.
pub fn of_world(world: &World) -> WorldState {
    let World { tick, rate: _, rng, players, rockets, pickups, round } = world;
    let present = world.present().map(|(slot, player)| of_player(slot, player));
    WorldState {
        tick: tick.0,
        capacity: players.len() as u32,
        rng: rng.0,
        players: present.collect(),
        rockets: rockets.iter().map(of_rocket).collect(),
        pickups: pickups.iter().map(|ticks| u32::from(*ticks)).collect(),
        round: Some(of_round(round)),
    }
}

/// The rules of a match as a message.
pub fn of_options(options: &MatchOptions) -> proto::MatchOptions {
    proto::MatchOptions {
        mode: options.mode as u32,
        score_limit: options.score_limit.into(),
        time_limit_s: options.time_limit_s.into(),
        best_of: options.best_of.into(),
        round_s: options.round_s.into(),
        warm_up_s: options.warm_up_s.into(),
        freeze_s: options.freeze_s.into(),
        round_over_s: options.round_over_s.into(),
        match_over_s: options.match_over_s.into(),
        friendly_fire: options.friendly_fire,
    }
}

/// 0 none, 1 amber, 2 azure.
pub fn of_team(team: Option<Team>) -> u32 {
    team.map_or(0, |team| 1 + team as u32)
}

/// A side as it is written; `Err` for a number that is none.
pub(super) fn team(number: u32) -> Result<Option<Team>, ReplayError> {
    match number {
        0 => Ok(None),
        number => Team::ALL.get(number as usize - 1).copied().map(Some).ok_or(ReplayError::State("team")),
    }
}

/// The world that a message tells of, on the arena of its match.
pub(super) fn world(state: &WorldState, rate: TickRate, arena: &Arena) -> Result<World, ReplayError> {
    let capacity = state.capacity as usize;
    if !(1..=PLAYERS_MAX).contains(&capacity) {
        return Err(ReplayError::State("capacity"));
    }
    if state.rockets.len() > ROCKETS_MAX {
        return Err(ReplayError::State("rockets"));
    }
    if state.pickups.len() != arena.pickups().len() {
        return Err(ReplayError::State("pickups"));
    }
    let mut players = vec![None; capacity];
    for state in &state.players {
        let place = players.get_mut(state.slot as usize).ok_or(ReplayError::State("slot"))?;
        *place = Some(player(state)?);
    }
    Ok(World {
        tick: Tick(state.tick),
        rate,
        rng: Rng(state.rng),
        players,
        rockets: state.rockets.iter().map(|rocket| self::rocket(rocket, state.tick)).collect::<Result<_, _>>()?,
        pickups: state.pickups.iter().map(|ticks| small(*ticks, "pickups")).collect::<Result<_, _>>()?,
        round: round(state.round.as_ref().ok_or(ReplayError::State("round"))?)?,
    })
}

/// The rules of a match.
pub(super) fn options(options: &proto::MatchOptions) -> Result<MatchOptions, ReplayError> {
    Ok(MatchOptions {
        mode: *GameMode::ALL.get(options.mode as usize).ok_or(ReplayError::State("mode"))?,
        score_limit: small(options.score_limit, "score_limit")?,
        time_limit_s: small(options.time_limit_s, "time_limit_s")?,
        best_of: small(options.best_of, "best_of")?,
        round_s: small(options.round_s, "round_s")?,
        warm_up_s: small(options.warm_up_s, "warm_up_s")?,
        freeze_s: small(options.freeze_s, "freeze_s")?,
        round_over_s: small(options.round_over_s, "round_over_s")?,
        match_over_s: small(options.match_over_s, "match_over_s")?,
        friendly_fire: options.friendly_fire,
    })
}

fn of_player(slot: Slot, player: &Player) -> PlayerState {
    PlayerState {
        slot: slot.0.into(),
        x: player.pos.x,
        y: player.pos.y,
        vel_x: player.vel.x,
        vel_y: player.vel.y,
        aim_1024ths: player.aim.into(),
        heading: player.heading.value().into(),
        alive: player.alive,
        weapon: player.weapon as u32,
        shot_seq: player.shot_seq.into(),
        shot_range: player.shot_range.into(),
        health: player.health.into(),
        armour: player.armour.into(),
        fire_cooldown: player.fire_cooldown.into(),
        magazines: player.magazines.map(u32::from).to_vec(),
        reserves: player.reserves.map(u32::from).to_vec(),
        reload_ticks: player.reload_ticks.into(),
        dash_ticks: player.dash_ticks.into(),
        dash_cooldown: player.dash_cooldown.into(),
        frozen_ticks: player.frozen_ticks.into(),
        respawn_ticks: player.respawn_ticks.into(),
        hits: player.hits.into(),
        hurt_seq: player.hurt_seq.into(),
        hurt_from: player.hurt_from.into(),
        pickup_seq: player.pickup_seq.into(),
        team: of_team(player.team),
        kills: player.kills.into(),
        deaths: player.deaths.into(),
    }
}

fn player(state: &PlayerState) -> Result<Player, ReplayError> {
    let heading = small(state.heading, "heading").map(Heading::new)?.ok_or(ReplayError::State("heading"))?;
    Ok(Player {
        pos: place(state.x, state.y, "pos")?,
        vel: velocity(state.vel_x, state.vel_y)?,
        aim: Some(state.aim_1024ths).filter(|aim| *aim < 1024).ok_or(ReplayError::State("aim"))? as u16,
        heading,
        alive: state.alive,
        weapon: small(state.weapon, "weapon").map(Weapon::new)?.ok_or(ReplayError::State("weapon"))?,
        shot_seq: small(state.shot_seq, "shot_seq")?,
        shot_range: small(state.shot_range, "shot_range")?,
        health: small(state.health, "health")?,
        armour: small(state.armour, "armour")?,
        fire_cooldown: small(state.fire_cooldown, "fire_cooldown")?,
        magazines: three(&state.magazines, "magazines")?,
        reserves: three(&state.reserves, "reserves")?,
        reload_ticks: small(state.reload_ticks, "reload_ticks")?,
        dash_ticks: small(state.dash_ticks, "dash_ticks")?,
        dash_cooldown: small(state.dash_cooldown, "dash_cooldown")?,
        frozen_ticks: small(state.frozen_ticks, "frozen_ticks")?,
        respawn_ticks: small(state.respawn_ticks, "respawn_ticks")?,
        hits: small(state.hits, "hits")?,
        hurt_seq: small(state.hurt_seq, "hurt_seq")?,
        hurt_from: small(state.hurt_from, "hurt_from")?,
        pickup_seq: small(state.pickup_seq, "pickup_seq")?,
        team: team(state.team)?,
        kills: small(state.kills, "kills")?,
        deaths: small(state.deaths, "deaths")?,
    })
}

fn of_rocket(rocket: &Rocket) -> RocketState {
    RocketState {
        owner: rocket.owner.0.into(),
        spawned_tick: rocket.spawned.0,
        from_x: rocket.from.x,
        from_y: rocket.from.y,
        aim: rocket.aim.0.into(),
        burst_tick: rocket.burst.map(|(tick, _)| tick.0),
        burst_units: rocket.burst.map_or(0, |(_, units)| units),
    }
}

fn rocket(state: &RocketState, now: u32) -> Result<Rocket, ReplayError> {
    let is_past = state.spawned_tick <= now && state.burst_tick.is_none_or(|tick| tick <= now);
    if !is_past || !(0..1 << (POS_BITS + 1)).contains(&state.burst_units) {
        return Err(ReplayError::State("rockets"));
    }
    Ok(Rocket {
        owner: Slot(small(state.owner, "rockets")?),
        spawned: Tick(state.spawned_tick),
        from: place(state.from_x, state.from_y, "rockets")?,
        aim: Turn(small(state.aim, "rockets")?),
        burst: state.burst_tick.map(|tick| (Tick(tick), state.burst_units)),
    })
}

fn of_round(round: &Round) -> RoundState {
    let (winner_kind, winner) = match round.winner {
        None => (0, 0),
        Some(Winner::Player(slot)) => (1, slot.0.into()),
        Some(Winner::Team(team)) => (2, team as u32),
    };
    RoundState {
        options: Some(of_options(&round.options)),
        phase: round.phase as u32,
        since_tick: round.since.0,
        ends_tick: round.ends.map(|ends| ends.0),
        number: round.number.into(),
        wins: round.wins.map(u32::from).to_vec(),
        winner_kind,
        winner,
    }
}

fn round(state: &RoundState) -> Result<Round, ReplayError> {
    let invalid = ReplayError::State("round");
    let winner = match state.winner_kind {
        0 => None,
        1 => Some(Winner::Player(Slot(small(state.winner, "round")?))),
        2 => Some(Winner::Team(*Team::ALL.get(state.winner as usize).ok_or(invalid.clone())?)),
        _ => return Err(invalid),
    };
    let [amber, azure] = state.wins[..] else { return Err(invalid) };
    Ok(Round {
        options: options(state.options.as_ref().ok_or(invalid.clone())?)?,
        phase: *PHASES.get(state.phase as usize).ok_or(invalid)?,
        since: Tick(state.since_tick),
        ends: state.ends_tick.map(Tick),
        number: small(state.number, "round")?,
        wins: [small(amber, "round")?, small(azure, "round")?],
        winner,
    })
}

/// By number.
const PHASES: [Phase; 5] = [Phase::WarmUp, Phase::Freeze, Phase::Live, Phase::RoundOver, Phase::MatchOver];
const _: () = assert!(PHASES[4] as usize == 4 && PHASES[2] as usize == 2 && Team::ALL[1] as usize == 1);

/// A number within its type.
pub(super) fn small<T: TryFrom<u32>>(number: u32, field: &'static str) -> Result<T, ReplayError> {
    T::try_from(number).map_err(|_| ReplayError::State(field))
}

fn three(numbers: &[u32], field: &'static str) -> Result<[u8; 3], ReplayError> {
    let [a, b, c] = *numbers else { return Err(ReplayError::State(field)) };
    Ok([small(a, field)?, small(b, field)?, small(c, field)?])
}

/// On the largest map there can be.
fn place(x: i32, y: i32, field: &'static str) -> Result<IVec2, ReplayError> {
    let inside = |at: i32| (0..1 << POS_BITS).contains(&at);
    if inside(x) && inside(y) { Ok(IVec2::new(x, y)) } else { Err(ReplayError::State(field)) }
}

fn velocity(x: i32, y: i32) -> Result<IVec2, ReplayError> {
    let possible = |speed: i32| (-VELOCITY_MAX..=VELOCITY_MAX).contains(&speed);
    if possible(x) && possible(y) { Ok(IVec2::new(x, y)) } else { Err(ReplayError::State("vel")) }
}

/// Far beyond what anything does to a player in a tick, and far within what arithmetic holds: half the largest map.
const VELOCITY_MAX: i32 = 1 << (POS_BITS - 1);
