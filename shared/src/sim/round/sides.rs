//! Two sides of like strength: where a newcomer goes, and who has to change when too many left.

use super::super::world::{Slot, World};
use super::Team;

impl World {
    /// Present players of each side, alive or not, by [`Team`].
    pub fn side_sizes(&self) -> [usize; 2] {
        Team::ALL.map(|team| self.present().filter(|(_, player)| player.team == Some(team)).count())
    }

    /// The side of the next one who joins: the smaller one; of equal ones the one that is behind, else Amber. `None` in a
    /// mode without sides.
    pub fn side_of_newcomer(&self) -> Option<Team> {
        let [amber, azure] = self.side_sizes();
        let [amber_wins, azure_wins] = self.round.wins;
        let azure_is_next = (azure, azure_wins) < (amber, amber_wins);
        self.round.options.mode.has_teams().then_some(if azure_is_next { Team::Azure } else { Team::Amber })
    }

    /// The side that has to give somebody to the other, as they differ by more than one.
    pub fn side_too_large(&self) -> Option<Team> {
        let [amber, azure] = self.side_sizes();
        match amber.abs_diff(azure) {
            0 | 1 => None,
            _ if amber > azure => Some(Team::Amber),
            _ => Some(Team::Azure),
        }
    }

    /// From now on `slot` belongs to `team`.
    pub fn set_side(&mut self, slot: Slot, team: Team) {
        if let Some(player) = &mut self.players[slot.index()] {
            player.team = Some(team);
        }
    }
}
