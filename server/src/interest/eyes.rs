//! Through whose eyes a player sees the match.
//!
//! Knows the rules of play; must not know walls.

use tickshot_shared::sim::round::Phase;
use tickshot_shared::sim::world::{Slot, World};

/// What a player looks through.
#[derive(Clone, Debug, Default)]
pub struct Eyes {
    /// It may know everything, wherever it is.
    pub everywhere: bool,
    /// Players from whose places it looks; empty if `everywhere`.
    pub slots: Vec<Slot>,
}

impl Eyes {
    /// Fill in the eyes of `slot`: the living look with their own. The dead of a round look with those of their side that
    /// live, or, if none does, everywhere; the dead of a deathmatch look from where they lie. When a match is over nothing
    /// is hidden any more.
    pub fn open(&mut self, world: &World, slot: Slot) {
        self.slots.clear();
        self.everywhere = false;
        let Some(own) = world.player(slot) else { return };
        self.everywhere = world.round.phase == Phase::MatchOver;
        if self.everywhere {
            return;
        }
        if own.alive || !world.round.options.mode.has_teams() {
            self.slots.push(slot);
            return;
        }
        let on_its_side = world.present().filter(|(_, player)| player.alive && player.team == own.team);
        self.slots.extend(on_its_side.map(|(slot, _)| slot));
        self.everywhere = self.slots.is_empty();
    }
}
