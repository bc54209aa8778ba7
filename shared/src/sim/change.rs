//! What may change a world between two ticks: somebody comes, goes, or changes sides.
//!
//! One type and one function for all of it, so that whoever makes the changes and whoever makes them again from a record cannot
//! differ. Must not know why anybody comes or goes. (The next match is another world; see [`World::for_match`].)

use super::arena::Arena;
use super::round::Team;
use super::world::{Slot, World};

/// One change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A new player comes into empty `slot`, in a mode with sides on one of them.
    Join { slot: Slot, side: Option<Team> },
    /// `slot` becomes empty.
    Leave { slot: Slot },
    /// The player of `slot` belongs to `team` now.
    Side { slot: Slot, team: Team },
}

impl World {
    /// Can this be done? What a server does can; what a file says, perhaps.
    pub fn allows(&self, change: Change) -> bool {
        match change {
            Change::Join { slot, .. } => self.players.get(slot.index()).is_some_and(Option::is_none),
            Change::Leave { slot } | Change::Side { slot, .. } => slot.index() < self.players.len(),
        }
    }

    /// Does it; the change must be [allowed](World::allows).
    pub fn apply(&mut self, arena: &Arena, change: Change) {
        match change {
            Change::Join { slot, side } => self.join_team(arena, slot, side),
            Change::Leave { slot } => self.leave(slot),
            Change::Side { slot, team } => self.set_side(slot, team),
        }
    }
}
