//! The state of a match at one tick, as plain integers. What is simulated is what is hashed, sent and predicted.

use super::input::Heading;
use super::rocket::Rocket;
use super::round::{MatchOptions, Round, Team};
use super::weapon::Weapon;
use crate::rng::Rng;
use crate::tick::{Tick, TickRate};
use glam::IVec2;

/// Index of a player's place in the world, `0..capacity`. Reused after a player leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Slot(pub u16);

impl Slot {
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// One player. Fields in three circles of knowledge; the wire's field table (`protocol::fields`) repeats them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Player {
    // --- public: whoever sees the player is told these
    /// Centre of the body, world units, each within `0 .. 2^POS_BITS`.
    pub pos: IVec2,
    /// Where it aims, in 1/1024 turn (`Turn >> 6`): what others draw. Shots use the input's full angle.
    pub aim: u16,
    /// Direction it walks in. Tells a receiver where a steady walker goes, so that positions cost few bits.
    pub heading: Heading,
    pub alive: bool,
    /// What it holds.
    pub weapon: Weapon,
    /// Counts shots, modulo 8: a change tells receivers to draw a tracer along `aim`.
    pub shot_seq: u8,
    /// Length of the latest shot, in quarter metres, at most 255.
    pub shot_range: u8,

    // --- owner: only the player itself is told these
    /// World units per tick.
    pub vel: IVec2,
    /// 0..=100.
    pub health: u8,
    /// 0..=100; takes a part of every damage.
    pub armour: u8,
    /// Ticks until the weapon can fire again.
    pub fire_cooldown: u8,
    /// Rounds in the magazine, by [`Weapon`].
    pub magazines: [u8; 3],
    /// Rounds beside it, by [`Weapon`]; 0 for a weapon that never runs out of them.
    pub reserves: [u8; 3],
    /// Ticks until the magazine is full again; 0 = not reloading.
    pub reload_ticks: u16,
    /// Ticks of dash still to come.
    pub dash_ticks: u8,
    /// Ticks until it can dash again.
    pub dash_cooldown: u16,
    /// Ticks for which it can neither walk nor fire: a round is about to begin.
    pub frozen_ticks: u16,
    /// Ticks until respawn when dead, else 0. [`Player::OUT`] = not before the next round.
    pub respawn_ticks: u16,
    /// Shots of this player that hit, modulo 256: a change is a hit marker.
    pub hits: u8,
    /// Hits taken, modulo 16: a change is a damage cue from direction `hurt_from`.
    pub hurt_seq: u8,
    /// Direction the latest damage came from, in 1/64 turn.
    pub hurt_from: u8,
    /// Pickups taken, modulo 8: a change tells why ammunition or health rose.
    pub pickup_seq: u8,

    // --- server: travels on the control lane as scores
    /// Its side, in a mode with teams.
    pub team: Option<Team>,
    pub kills: u16,
    pub deaths: u16,
}

impl Player {
    /// Health after a spawn.
    pub const HEALTH_FULL: u8 = 100;
    pub const ARMOUR_FULL: u8 = 100;
    /// [`Player::respawn_ticks`] of the dead who wait for the next round.
    pub const OUT: u16 = u16::MAX;
    /// Body radius for walls and shots, world units (0.4 m).
    pub const RADIUS: i32 = 410;
}

/// Everything that the next tick depends on, except the arena (which never changes in a match).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct World {
    /// The tick this state is the result of.
    pub tick: Tick,
    pub rate: TickRate,
    /// Draws for spawn points; part of the hash.
    pub rng: Rng,
    /// `players[slot]`; length is the capacity and never changes.
    pub players: Vec<Option<Player>>,
    /// In the order of their launch; at most [`super::rocket::ROCKETS_MAX`].
    pub rockets: Vec<Rocket>,
    /// Ticks until each pickup of the arena lies there again, in the order of [`super::arena::Arena::pickups`]; 0 = it does.
    pub pickups: Vec<u16>,
    pub round: Round,
}

impl World {
    /// An empty world of `capacity` slots at tick 0, for a deathmatch that never ends on a map without pickups.
    pub fn new(capacity: usize, rate: TickRate, seed: u64) -> World {
        World::for_match(capacity, 0, rate, seed, Tick(0), MatchOptions::ENDLESS)
    }

    /// An empty world of `capacity` slots in state `tick`, for a match on an arena with `pickups` pickups.
    pub fn for_match(
        capacity: usize,
        pickups: usize,
        rate: TickRate,
        seed: u64,
        tick: Tick,
        options: MatchOptions,
    ) -> World {
        assert!((1..=crate::limits::PLAYERS_MAX).contains(&capacity), "capacity is checked where it is configured");
        World {
            tick,
            rate,
            rng: Rng::fork(seed, 0x0073_7061_776e),
            players: vec![None; capacity],
            rockets: Vec::new(),
            pickups: vec![0; pickups],
            round: Round::new(options, tick, rate),
        }
    }

    pub fn player(&self, slot: Slot) -> Option<&Player> {
        self.players.get(slot.index()).and_then(Option::as_ref)
    }

    /// Bit *i*: pickup *i* of the arena lies there.
    pub fn pickups_there(&self) -> u64 {
        let there = self.pickups.iter().take(u64::BITS as usize).enumerate().filter(|(_, ticks)| **ticks == 0);
        there.fold(0, |mask, (i, _)| mask | 1 << i)
    }

    /// Present players in slot order.
    pub fn present(&self) -> impl Iterator<Item = (Slot, &Player)> {
        self.players.iter().enumerate().filter_map(|(i, p)| p.as_ref().map(|p| (Slot(i as u16), p)))
    }
}
