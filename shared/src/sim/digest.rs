//! The hash of a world: its canonical bytes, in one written order, and nothing that depends on the machine.
//!
//! Stands alone because the order of these bytes is a promise: traces and replays compare hashes across builds.

use super::rocket::Rocket;
use super::round::{MatchOptions, Round, Winner};
use super::world::{Player, World};

impl World {
    /// First 8 bytes (little-endian) of BLAKE3 over every field of the state: equal worlds, equal hash, on any machine.
    pub fn hash(&self) -> u64 {
        // Taken apart by name, here and below: a new field does not compile until it is hashed.
        let World { tick, rate, rng, players, rockets, pickups, round } = self;
        let size = HEAD_BYTES + players.len() * (1 + PLAYER_BYTES) + rockets.len() * ROCKET_BYTES + pickups.len() * 2;
        let mut bytes = Vec::with_capacity(size);
        bytes.extend(tick.0.to_le_bytes());
        bytes.extend(rate.hz().to_le_bytes());
        bytes.extend(rng.0.to_le_bytes());
        bytes.extend((players.len() as u32).to_le_bytes());
        for player in players {
            bytes.push(u8::from(player.is_some()));
            if let Some(player) = player {
                append_player(&mut bytes, player);
            }
        }
        bytes.extend((rockets.len() as u32).to_le_bytes());
        for rocket in rockets {
            append_rocket(&mut bytes, rocket);
        }
        bytes.extend((pickups.len() as u32).to_le_bytes());
        for ticks in pickups {
            bytes.extend(ticks.to_le_bytes());
        }
        append_round(&mut bytes, round);
        let [a, b, c, d, e, f, g, h, ..] = *blake3::hash(&bytes).as_bytes();
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }
}

fn append_rocket(bytes: &mut Vec<u8>, rocket: &Rocket) {
    let Rocket { owner, spawned, from, aim, burst } = *rocket;
    bytes.extend(owner.0.to_le_bytes());
    bytes.extend(spawned.0.to_le_bytes());
    bytes.extend(from.x.to_le_bytes());
    bytes.extend(from.y.to_le_bytes());
    bytes.extend(aim.0.to_le_bytes());
    bytes.push(u8::from(burst.is_some()));
    let (tick, units) = burst.map_or((0, 0), |(tick, units)| (tick.0, units));
    bytes.extend(tick.to_le_bytes());
    bytes.extend(units.to_le_bytes());
}

fn append_round(bytes: &mut Vec<u8>, round: &Round) {
    let Round { options, phase, since, ends, number, wins, winner } = *round;
    let MatchOptions {
        mode,
        score_limit,
        time_limit_s,
        best_of,
        round_s,
        warm_up_s,
        freeze_s,
        round_over_s,
        match_over_s,
        friendly_fire,
    } = options;
    for number in [score_limit, time_limit_s, round_s, warm_up_s, freeze_s, round_over_s, match_over_s, number] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend([mode as u8, best_of, u8::from(friendly_fire), phase as u8]);
    bytes.extend(since.0.to_le_bytes());
    bytes.push(u8::from(ends.is_some()));
    bytes.extend(ends.map_or(0, |ends| ends.0).to_le_bytes());
    bytes.extend(wins[0].to_le_bytes());
    bytes.extend(wins[1].to_le_bytes());
    let (kind, who) = match winner {
        None => (0, 0),
        Some(Winner::Player(slot)) => (1, slot.0),
        Some(Winner::Team(team)) => (2, team as u16),
    };
    bytes.push(kind);
    bytes.extend(who.to_le_bytes());
}

fn append_player(bytes: &mut Vec<u8>, player: &Player) {
    let Player {
        pos,
        aim,
        heading,
        alive,
        weapon,
        shot_seq,
        shot_range,
        vel,
        health,
        armour,
        fire_cooldown,
        magazines,
        reserves,
        reload_ticks,
        dash_ticks,
        dash_cooldown,
        frozen_ticks,
        respawn_ticks,
        hits,
        hurt_seq,
        hurt_from,
        pickup_seq,
        team,
        kills,
        deaths,
    } = *player;
    for number in [pos.x, pos.y, vel.x, vel.y] {
        bytes.extend(number.to_le_bytes());
    }
    for number in [aim, respawn_ticks, reload_ticks, dash_cooldown, frozen_ticks, kills, deaths] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend([
        heading.value(),
        u8::from(alive),
        weapon as u8,
        team.map_or(0, |team| 1 + team as u8),
        shot_seq,
        shot_range,
        health,
        armour,
        fire_cooldown,
        dash_ticks,
        hits,
        hurt_seq,
        hurt_from,
        pickup_seq,
    ]);
    bytes.extend(magazines);
    bytes.extend(reserves);
}

/// Everything but players, rockets and pickups.
const HEAD_BYTES: usize = 20 + 8 + 36;
const PLAYER_BYTES: usize = 50;
const ROCKET_BYTES: usize = 25;
