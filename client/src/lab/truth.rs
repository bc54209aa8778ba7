//! Every state the server had, as far back as anyone looks: what clients are measured against.

use std::collections::VecDeque;
use tickshot_shared::sim::world::{Player, Slot, World};
use tickshot_shared::tick::Tick;

/// True states by tick, at most `TRUTH_TICKS`.
#[derive(Clone, Debug, Default)]
pub struct Truth {
    states: VecDeque<(Tick, Vec<Option<Player>>)>,
}

impl Truth {
    pub(super) fn remember(&mut self, world: &World) {
        if self.states.len() == TRUTH_TICKS {
            self.states.pop_front();
        }
        self.states.push_back((world.tick, world.players.clone()));
    }

    /// The true state of `tick`, while it is remembered.
    pub fn state(&self, tick: Tick) -> Option<&[Option<Player>]> {
        let oldest = self.states.front()?.0;
        self.states.get(tick.since(oldest)? as usize).map(|(_, players)| players.as_slice())
    }

    /// The true state of one player.
    pub fn player(&self, tick: Tick, slot: Slot) -> Option<Player> {
        *self.state(tick)?.get(slot.index())?
    }
}

/// States remembered: half a minute at 128 Hz.
const TRUTH_TICKS: usize = 4096;
