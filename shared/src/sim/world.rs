//! The state of a match at one tick, as plain integers. What is simulated is what is hashed, sent and predicted.

use super::input::Heading;
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
    /// Counts shots, modulo 8: a change tells receivers to draw a tracer along `aim`.
    pub shot_seq: u8,
    /// Length of the latest shot, in quarter metres, at most 255.
    pub shot_range: u8,

    // --- owner: only the player itself is told these
    /// World units per tick.
    pub vel: IVec2,
    /// 0..=100.
    pub health: u8,
    /// Ticks until the weapon can fire again.
    pub fire_cooldown: u8,
    /// Ticks until respawn when dead, else 0.
    pub respawn_ticks: u16,
    /// Shots of this player that hit, modulo 256: a change is a hit marker.
    pub hits: u8,
    /// Hits taken, modulo 16: a change is a damage cue from direction `hurt_from`.
    pub hurt_seq: u8,
    /// Direction the latest damage came from, in 1/64 turn.
    pub hurt_from: u8,

    // --- server: travels on the control lane as scores
    pub kills: u16,
    pub deaths: u16,
}

impl Player {
    /// Health after a spawn.
    pub const HEALTH_FULL: u8 = 100;
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
}

impl World {
    /// An empty world of `capacity` slots at tick 0.
    pub fn new(capacity: usize, rate: TickRate, seed: u64) -> World {
        assert!((1..=crate::limits::PLAYERS_MAX).contains(&capacity), "capacity is checked where it is configured");
        World { tick: Tick(0), rate, rng: Rng::fork(seed, 0x0073_7061_776e), players: vec![None; capacity] }
    }

    pub fn player(&self, slot: Slot) -> Option<&Player> {
        self.players.get(slot.index()).and_then(Option::as_ref)
    }

    /// Present players in slot order.
    pub fn present(&self) -> impl Iterator<Item = (Slot, &Player)> {
        self.players.iter().enumerate().filter_map(|(i, p)| p.as_ref().map(|p| (Slot(i as u16), p)))
    }
}
