//! Sides: who joins which, and who changes when they have become uneven.
//!
//! Part of [`ServerCore`] because a side is a matter of seats and of the world; must not know who wins.

use super::ServerCore;
use crate::seats::Seat;
use tickshot_shared::protocol::control::ServerControl;
use tickshot_shared::sim::change::Change;
use tickshot_shared::sim::round::{Phase, Team};
use tickshot_shared::sim::world::Slot;

impl ServerCore {
    /// The player of `slot` comes into the world, in a mode with sides on the one that needs it.
    pub(super) fn put_into_world(&mut self, slot: Slot) {
        let side = self.world.side_of_newcomer();
        self.change_world(Change::Join { slot, side });
    }

    /// Between rounds, sides that differ by more than one are evened out: bots change first, then who came last.
    pub(super) fn balance_sides(&mut self) {
        if !matches!(self.world.round.phase, Phase::WarmUp | Phase::RoundOver) {
            return;
        }
        while let Some(team) = self.world.side_too_large() {
            let Some(slot) = self.last_of(team) else { return };
            self.change_world(Change::Side { slot, team: team.other() });
            self.tell_others(0, &ServerControl::Roster { entries: vec![self.roster_entry(slot)] });
            if let Some(client_id) = self.sessions.id_in_slot(slot) {
                self.notify(
                    client_id,
                    &format!("You play for {} now: the sides had become uneven.", team.other().name()),
                );
            }
        }
    }

    /// Of `team`, the bot that was seated last, or else the client.
    fn last_of(&self, team: Team) -> Option<Slot> {
        let members = self.world.present().filter(|(_, player)| player.team == Some(team)).map(|(slot, _)| slot);
        let seated = members.filter_map(|slot| self.seats[slot.index()].as_ref().map(|seat| (slot, seat)));
        // Names of stays are in the order in which they began.
        seated.max_by_key(|(_, seat)| (Seat::is_bot(seat), seat.session)).map(|(slot, _)| slot)
    }
}
