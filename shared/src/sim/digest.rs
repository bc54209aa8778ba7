//! The hash of a world: its canonical bytes, in one written order, and nothing that depends on the machine. Beside it, cheap
//! checks: 64 bits over everything for each tick of a trace, and one byte per player and per field, which say *where* two
//! worlds differ.
//!
//! Stands alone because both are promises: traces and replays compare them across builds.

use super::input::Heading;
use super::rocket::Rocket;
use super::round::{MatchOptions, Round, Team, Winner};
use super::weapon::Weapon;
use super::world::{Player, World};
use glam::IVec2;

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

/// Names every field of a player once: what is checked, in which order, and how it is shown.
macro_rules! player_fields {
    ($($name:ident),+ $(,)?) => {
        /// The fields that are checked one by one: those of a player, then those of the world beside `tick` and `rate`.
        pub const FIELDS: &[&str] = &[$(stringify!($name)),+, "rng", "rockets", "pickups", "round"];

        /// Each field as a number that differs if it does.
        #[inline]
        fn player_bits(player: &Player) -> [u64; PLAYER_FIELDS] {
            // Taken apart by name: a new field does not compile until it is checked.
            let Player { $($name),+ } = *player;
            [$($name.bits()),+]
        }

        /// The value of a player's field, for people; empty for a field that it does not have.
        pub fn field_text(player: &Player, field: &str) -> String {
            match field {
                $(stringify!($name) => format!("{:?}", player.$name),)+
                _ => String::new(),
            }
        }
    };
}

player_fields! {
    pos, vel, aim, heading, alive, weapon, shot_seq, shot_range, health, armour, fire_cooldown, magazines, reserves,
    reload_ticks, dash_ticks, dash_cooldown, frozen_ticks, respawn_ticks, hits, hurt_seq, hurt_from, pickup_seq, team, kills,
    deaths,
}

/// Fields of a player among [`FIELDS`].
pub const PLAYER_FIELDS: usize = FIELDS.len() - 4;

/// Where a world differs from another: compare byte by byte. Equal parts have equal checks; different ones have equal checks
/// once in 256 times, which is why there is one of 64 bits over everything beside them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checks {
    /// By slot; 0 = nobody is there.
    pub players: Vec<u8>,
    /// By [`FIELDS`], over all players.
    pub fields: Vec<u8>,
    /// Over everything: not [`World::hash`], but there anyway once the others are.
    pub whole: u64,
}

impl World {
    /// Its checks: 2.2 us for 64 players, of which the hash takes 3.4 (`examples/sim_bench.rs`).
    pub fn checks(&self) -> Checks {
        let World { tick, rate, rng, players: present, rockets, pickups, round } = self;
        let mut everything = mix(tick.0.into(), rate.hz().into());
        let mut players = vec![0; present.len()];
        let mut fields = [0; FIELDS.len()];
        for (check, player) in players.iter_mut().zip(present) {
            let Some(player) = player else {
                everything = mix(everything, 0);
                continue;
            };
            let mut whole: u64 = 0;
            for ((field, bits), weight) in fields.iter_mut().zip(player_bits(player)).zip(WEIGHTS) {
                *field = mix(*field, bits);
                // A sum, so that no field waits for the one before.
                whole = whole.wrapping_add(bits.wrapping_mul(weight));
            }
            let whole = mix(0, whole);
            everything = mix(everything, whole);
            *check = byte_of(whole).max(1);
        }
        let mut bytes = Vec::with_capacity(ROUND_BYTES + rockets.len() * ROCKET_BYTES);
        rockets.iter().for_each(|rocket| append_rocket(&mut bytes, rocket));
        let rockets = fold(&bytes);
        bytes.clear();
        append_round(&mut bytes, round);
        let pickups = pickups.iter().fold(0, |state, ticks| mix(state, (*ticks).into()));
        let others = [mix(0, rng.0), rockets, pickups, fold(&bytes)];
        fields[PLAYER_FIELDS..].copy_from_slice(&others);
        let whole = others.into_iter().fold(everything, mix);
        Checks { players, fields: fields.map(byte_of).to_vec(), whole }
    }
}

/// One step of a cheap hash: what goes in spreads upwards.
#[inline]
const fn mix(state: u64, value: u64) -> u64 {
    // The multiplier is 2^64 divided by pi, made odd.
    (state.rotate_left(5) ^ value).wrapping_add(1).wrapping_mul(0x517C_C1B7_2722_0A95)
}

/// An odd number for each field of a player: what a difference in it counts.
const WEIGHTS: [u64; PLAYER_FIELDS] = {
    let (mut weights, mut index) = ([0; PLAYER_FIELDS], 0);
    while index < PLAYER_FIELDS {
        weights[index] = mix(mix(index as u64, 1), 2) | 1;
        index += 1;
    }
    weights
};

fn fold(bytes: &[u8]) -> u64 {
    bytes.chunks(8).fold(bytes.len() as u64, |state, chunk| {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        mix(state, u64::from_le_bytes(word))
    })
}

fn byte_of(state: u64) -> u8 {
    (state >> 56) as u8
}

/// A field as a number that differs if it does.
trait Bits: Copy {
    fn bits(self) -> u64;
}

impl Bits for IVec2 {
    fn bits(self) -> u64 {
        u64::from(self.x as u32) << 32 | u64::from(self.y as u32)
    }
}

impl Bits for [u8; 3] {
    fn bits(self) -> u64 {
        u64::from(u32::from_le_bytes([self[0], self[1], self[2], 0]))
    }
}

macro_rules! small_bits {
    ($($kind:ty: $value:expr),+ $(,)?) => {
        $(impl Bits for $kind {
            fn bits(self) -> u64 {
                let as_number: fn($kind) -> u64 = $value;
                as_number(self)
            }
        })+
    };
}

small_bits! {
    u8: u64::from,
    u16: u64::from,
    bool: u64::from,
    Heading: |heading| heading.value().into(),
    Weapon: |weapon| weapon as u64,
    Option<Team>: |team| team.map_or(0, |team| 1 + team as u64),
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
const ROUND_BYTES: usize = 36;
const ROCKET_BYTES: usize = 25;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::world::Slot;
    use crate::tick::TickRate;

    fn world() -> World {
        let mut world = World::new(4, TickRate::default(), 9);
        world.players[1] = Some(Player::default());
        world.players[3] = Some(Player { kills: 3, ..Player::default() });
        world
    }

    #[test]
    fn checks_name_the_player_and_the_field_that_differ_and_no_other() {
        let before = world().checks();
        assert_eq!(before.players.iter().map(|check| *check == 0).collect::<Vec<_>>(), [true, false, true, false]);
        let mut world = world();
        world.players[3].as_mut().unwrap().reserves[2] = 1;
        let after = world.checks();
        let differ = |a: &[u8], b: &[u8]| (0..a.len()).filter(|i| a[*i] != b[*i]).collect::<Vec<_>>();
        assert_eq!(differ(&before.players, &after.players), [3]);
        let fields: Vec<_> = differ(&before.fields, &after.fields).into_iter().map(|i| FIELDS[i]).collect();
        assert_eq!(fields, ["reserves"]);
        assert_eq!(field_text(world.player(Slot(3)).unwrap(), "reserves"), "[0, 0, 1]");
    }

    #[test]
    fn of_ten_thousand_small_differences_hardly_more_escape_a_check_than_chance_allows() {
        let mut escaped = 0;
        for x in 0..10_000 {
            let mut other = world();
            other.players[1].as_mut().unwrap().pos.x = x + 1;
            escaped += u32::from(other.checks().players == world().checks().players);
            assert_ne!(other.checks().whole, world().checks().whole, "{x}");
        }
        assert!(escaped < 80, "{escaped} of 10000: 39 are expected");
    }

    #[test]
    fn what_belongs_to_no_player_has_checks_of_its_own() {
        let named = |change: &dyn Fn(&mut World)| {
            let mut other = world();
            change(&mut other);
            let (a, b) = (world().checks().fields, other.checks().fields);
            (0..FIELDS.len()).filter(|i| a[*i] != b[*i]).map(|i| FIELDS[i]).collect::<Vec<_>>()
        };
        assert_eq!(named(&|world| world.rng.0 += 1), ["rng"]);
        assert_eq!(named(&|world| world.round.number += 1), ["round"]);
        assert_eq!(named(&|world| world.pickups.push(7)), ["pickups"]);
    }
}
