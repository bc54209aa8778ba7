//! A bot's brain: what it may see in, one input out.

use super::arena::Arena;
use super::input::Input;
use super::pose::Pose;
use super::world::{Player, Slot};
use crate::tick::{Tick, TickRate};

/// One bot. Plays through the same inputs as a person and knows only what a client in its place may know.
#[derive(Clone, Debug)]
pub struct Bot {}

impl Bot {
    /// `seed` is the match's; every slot gets its own stream.
    pub fn new(seed: u64, slot: Slot) -> Bot {
        let _ = (seed, slot);
        todo!()
    }

    /// The input of tick `now` (without a view stamp), from the bot's own state and the poses of others it is told of.
    /// `others` may contain players behind walls: the bot looks for a line of sight itself.
    pub fn think(&mut self, arena: &Arena, rate: TickRate, now: Tick, own: &Player, others: &[(Slot, Pose)]) -> Input {
        let _ = (arena, rate, now, own, others);
        todo!()
    }
}
