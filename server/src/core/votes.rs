//! Votes: on who has to go, and on what is played next.
//!
//! Part of [`ServerCore`] because voters are sessions and what they decide concerns seats and maps. One vote at a time.

use super::ServerCore;
use tickshot_shared::sim::world::Slot;

impl ServerCore {
    /// `client_id` wants a vote on whether the player in `slot` has to go; `Err` names why there is none (already counted).
    pub(super) fn handle_call_kick(&mut self, _client_id: u64, _slot: Slot) -> Result<(), &'static str> {
        Ok(())
    }

    /// The voice of `client_id` in vote number `vote`.
    pub(super) fn handle_ballot(&mut self, _client_id: u64, _vote: u32, _option: u8) -> Result<(), &'static str> {
        Ok(())
    }

    /// Opens, closes and counts what is due in this tick.
    pub(super) fn advance_votes(&mut self) {}
}
