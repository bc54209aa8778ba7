//! Snapshots, server side: one client's part of a world state as at most [`crate::limits::SNAPSHOT_BYTES_MAX`] bytes.

use super::fields::ExtrapolationTable;
use super::server_msg::SnapshotHeader;
use super::told::Told;
use crate::sim::history::History;
use crate::sim::world::Slot;
use crate::tick::Tick;

/// Encodes the snapshots of one tick for every client, each (entity, baseline tick) delta once.
pub struct SnapshotEncoder {
    now: Tick,
}

/// Everything one snapshot depends on.
pub struct SnapshotRequest<'a> {
    /// `baseline` in it is overwritten by what is really used.
    pub header: SnapshotHeader,
    /// Holds state `header.tick`.
    pub history: &'a History,
    /// The receiver's player, present in state `header.tick`; `None` for spectators.
    pub own: Option<Slot>,
    /// What the receiver was told in the snapshot to code against.
    pub baseline: Option<&'a Told>,
    /// Slots the receiver may see, ascending, without `own`, all present in state `header.tick`.
    pub visible: &'a [Slot],
    /// One accumulator per slot of this receiver: grows while an entity waits, 0 once sent. The caller may add weight.
    pub priority: &'a mut [u32],
}

/// What became of one snapshot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SnapshotStats {
    pub bytes: u32,
    /// Lane byte, header, and padding.
    pub header_bits: u32,
    pub own_bits: u32,
    /// Which slots are visible.
    pub set_bits: u32,
    pub entity_bits: u32,
    /// Entities told at this tick.
    pub sent: u32,
    /// Entities without room: the client keeps what it knows of them, or does not know them yet.
    pub deferred: u32,
    /// The baseline really used.
    pub baseline: Option<Tick>,
}

impl SnapshotEncoder {
    /// For a world of `capacity` slots (at most [`crate::limits::PLAYERS_MAX`]).
    pub fn new(capacity: usize, table: ExtrapolationTable) -> SnapshotEncoder {
        let _ = (capacity, table);
        todo!()
    }

    /// A new tick: forget the deltas of the last one.
    pub fn begin(&mut self, now: Tick) {
        self.now = now;
        todo!()
    }

    /// Append one snapshot to `out`, and note in `told` what it tells.
    pub fn encode(&mut self, request: SnapshotRequest<'_>, told: &mut Told, out: &mut Vec<u8>) -> SnapshotStats {
        let _ = (&request.header, told, out);
        todo!()
    }

    /// Bits spent so far per field group, over all snapshots: (name, bits). Order of the field table.
    pub fn field_bits(&self) -> Vec<(&'static str, u64)> {
        todo!()
    }
}
