//! One match after the other: when the next one begins, on which map, and what everybody is told of it.
//!
//! Part of [`ServerCore`] because a match is a world, its past, and all who play; must not know why a map was chosen.

use super::ServerCore;

impl ServerCore {
    /// Tells everyone where the match stands if that changed, and begins the next one when this one is over.
    pub(super) fn advance_match(&mut self) {}
}
