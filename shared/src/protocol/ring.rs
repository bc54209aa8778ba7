//! Snapshots, client side: decoded, kept for interpolation and as baselines, acked.

use super::DecodeError;
use super::fields::ExtrapolationTable;
use super::server_msg::Snapshot;
use crate::sim::world::Slot;
use crate::tick::Tick;

/// The snapshots of the last [`crate::limits::HISTORY_TICKS`] ticks that arrived. Memory is fixed after the first round.
pub struct SnapshotRing {
    rows: Vec<Snapshot>,
    table: ExtrapolationTable,
    newest: Option<Tick>,
}

impl SnapshotRing {
    /// For a world of `capacity` slots.
    pub fn new(capacity: usize, table: ExtrapolationTable) -> SnapshotRing {
        let _ = (capacity, table);
        todo!()
    }

    /// Decode a snapshot datagram (lane byte included) and keep it. `own` is the slot the server assigned.
    ///
    /// On an error nothing has changed. Errors `Duplicate`, `TooOld` and `BaselineUnknown` happen on honest links.
    pub fn decode(&mut self, bytes: &[u8], own: Option<Slot>) -> Result<Tick, DecodeError> {
        let _ = (bytes, own, &mut self.rows, &self.table);
        todo!()
    }

    /// The snapshot of `tick`, if it arrived and is held.
    pub fn at(&self, tick: Tick) -> Option<&Snapshot> {
        let _ = tick;
        todo!()
    }

    /// The newest snapshot.
    pub fn newest(&self) -> Option<&Snapshot> {
        self.at(self.newest?)
    }

    /// Held snapshots with ticks in `from..=to`, oldest first (at most a ring's worth).
    pub fn between(&self, from: Tick, to: Tick) -> impl DoubleEndedIterator<Item = &Snapshot> {
        (from.0..=to.0).filter_map(|t| self.at(Tick(t)))
    }

    /// What to put into the next input packet: the newest tick held, and a mask of the 32 before it.
    pub fn ack(&self) -> (Option<Tick>, u32) {
        todo!()
    }
}
