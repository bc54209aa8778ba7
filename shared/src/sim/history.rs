//! The last [`HISTORY_TICKS`] world states: baselines of snapshots and targets of rewound shots are look-ups here.

use super::world::{Player, Slot, World};
use crate::limits::HISTORY_TICKS;
use crate::tick::Tick;

/// Ring of player states by tick. Memory is fixed at creation: `HISTORY_TICKS * capacity` players.
#[derive(Clone, Debug)]
pub struct History {
    capacity: usize,
    /// `HISTORY_TICKS` rows of `capacity` players.
    players: Vec<Option<Player>>,
    /// Which tick each row holds.
    ticks: Vec<Option<Tick>>,
}

impl History {
    pub fn new(capacity: usize) -> History {
        History { capacity, players: vec![None; HISTORY_TICKS * capacity], ticks: vec![None; HISTORY_TICKS] }
    }

    /// Remember `world` as the state of its tick; the state `HISTORY_TICKS` earlier is forgotten.
    pub fn push(&mut self, world: &World) {
        let row = row_of(world.tick);
        self.ticks[row] = Some(world.tick);
        self.players[row * self.capacity..][..self.capacity].copy_from_slice(&world.players);
    }

    /// All slots of state `tick`, or `None` if it is not (or no longer) held.
    pub fn state(&self, tick: Tick) -> Option<&[Option<Player>]> {
        let row = row_of(tick);
        (self.ticks[row] == Some(tick)).then(|| &self.players[row * self.capacity..][..self.capacity])
    }

    /// One player of state `tick`; `None` if the state is gone or the slot was empty.
    pub fn player(&self, tick: Tick, slot: Slot) -> Option<&Player> {
        self.state(tick)?.get(slot.index())?.as_ref()
    }
}

fn row_of(tick: Tick) -> usize {
    tick.0 as usize & (HISTORY_TICKS - 1)
}
