//! What a replay knows of the past: the states that shots are judged in, and since when inputs are those of who sits there now.

use tickshot_shared::limits::HISTORY_TICKS;
use tickshot_shared::sim::history::History;
use tickshot_shared::sim::world::{Slot, World};
use tickshot_shared::tick::Tick;

/// Behind the tick being made.
pub(super) struct Past {
    pub(super) history: History,
    /// The first tick whose state is known, or is as unknown to the server as it is here.
    pub(super) known_from: Tick,
    /// By slot: inputs up to this tick are of somebody else, or of another match.
    pub(super) seated: Vec<Tick>,
}

impl Past {
    /// A match begins with `world`: there is nothing before.
    pub(super) fn of_match(world: &World) -> Past {
        let capacity = world.players.len();
        let mut history = History::new(capacity);
        history.push(world);
        Past { history, known_from: Tick(0), seated: vec![world.tick; capacity] }
    }

    /// States up to `tick` are not known: between it and the next step people may have come or gone.
    pub(super) fn unknown(capacity: usize, tick: Tick) -> Past {
        Past { history: History::new(capacity), known_from: tick.plus(1), seated: vec![tick; capacity] }
    }

    /// `slot` is somebody else's after `tick`.
    pub(super) fn seat(&mut self, slot: Slot, tick: Tick) {
        if let Some(seated) = self.seated.get_mut(slot.index()) {
            *seated = tick;
        }
    }

    /// A state was made; what lies too far behind it the server has forgotten, too.
    pub(super) fn remember(&mut self, world: &World) {
        self.history.push(world);
        let forgotten = world.tick.checked_minus(HISTORY_TICKS as u32);
        if forgotten.is_some_and(|forgotten| forgotten >= self.known_from) {
            self.known_from = Tick(0);
        }
    }
}
