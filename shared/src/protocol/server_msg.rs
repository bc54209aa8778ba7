//! What a snapshot says, once decoded, and the coding of its header.

use super::DecodeError;
use super::bits::{BitReader, BitWriter};
use crate::sim::world::{Player, Slot};
use crate::tick::Tick;

/// The part of one world state that one client may know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    pub header: SnapshotHeader,
    /// The receiver's own player with public and owner fields (scores are 0: they travel on the control lane).
    /// `None` for spectators. Always of tick `header.tick`.
    pub own: Option<(Slot, Player)>,
    /// Everyone else it sees, in slot order, never the own slot.
    pub entities: Vec<Entity>,
}

/// Another player as the receiver was told of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entity {
    pub slot: Slot,
    /// The tick this state is from: the snapshot's own, or an earlier one if there was no room to tell it again.
    pub told: Tick,
    /// Public fields only; the others are default.
    pub player: Player,
}

/// What every snapshot says beside the world.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SnapshotHeader {
    pub tick: Tick,
    /// The snapshot this one is coded against; `None` = nothing, readable by itself.
    pub baseline: Option<Tick>,
    /// What the server did for the receiver's input of `tick`.
    pub input_use: InputUse,
    /// How long before its tick the newest input arrived, in 1/16 tick; negative = late. `None` = none came yet.
    pub margin_16ths: Option<i16>,
    pub pong: Option<Pong>,
}

/// What the server did when a tick wanted this client's input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InputUse {
    /// It was there and was used.
    Used,
    /// It was not there: the last one was used again.
    Repeated,
    /// No player in the world, or nothing to repeat.
    #[default]
    Idle,
}

/// The answer to the newest ping of the receiver.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pong {
    /// The ping stamp as it came.
    pub ping: u32,
    /// From its arrival at the server's socket to the sending of this snapshot, microseconds.
    pub hold_us: u32,
    /// From the deadline of `header.tick` to the sending of this snapshot, microseconds.
    pub since_tick_us: u32,
}

impl Snapshot {
    /// The entity of `slot`, if the receiver sees it.
    pub fn entity(&self, slot: Slot) -> Option<&Entity> {
        self.entities.binary_search_by_key(&slot, |e| e.slot).ok().map(|i| &self.entities[i])
    }
}
