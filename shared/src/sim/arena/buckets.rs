//! The queue of a search over small whole costs.
//!
//! Stands alone because it is the one part of a search that is about neither walls nor walking. Must not know what a cost is.

use glam::IVec2;

/// A queue for small whole costs: a ring of buckets, one per cost (Dial 1969).
pub(super) struct Buckets {
    ring: [Vec<IVec2>; RING],
    lowest: u16,
    held: usize,
}

impl Buckets {
    /// Nothing cheaper than `lowest` is ever pushed.
    pub(super) fn from(lowest: u16) -> Buckets {
        Buckets { ring: std::array::from_fn(|_| Vec::new()), lowest, held: 0 }
    }

    /// `cost` is at least that of the last one popped, and at most `RING - 1` above it.
    pub(super) fn push(&mut self, cost: u16, tile: IVec2) {
        self.ring[usize::from(cost) % RING].push(tile);
        self.held += 1;
    }

    pub(super) fn pop(&mut self) -> Option<(u16, IVec2)> {
        if self.held == 0 {
            return None;
        }
        loop {
            if let Some(tile) = self.ring[usize::from(self.lowest) % RING].pop() {
                self.held -= 1;
                return Some((self.lowest, tile));
            }
            self.lowest = self.lowest.saturating_add(1);
        }
    }
}

/// A divisor of 2^16, so that no cost lands in another's bucket.
pub(super) const RING: usize = 32;
const _: () = assert!(65_536 % RING == 0);
