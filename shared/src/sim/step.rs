//! One tick of the world.

use super::angle::Turn;
use super::arena::Arena;
use super::combat::Targets;
use super::input::Input;
use super::world::{Player, Slot, World};
use crate::tick::TickRate;
use glam::IVec2;

/// What happened in a tick, for those who show or count it. The world does not depend on events being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    Shot { slot: Slot, from: IVec2, aim: Turn, range_units: i32, hit: Option<Slot> },
    Hurt { slot: Slot, by: Slot, damage: u8 },
    Killed { victim: Slot, killer: Slot },
    Respawned { slot: Slot },
}

/// Advances `world` by one tick. `inputs[slot]`; `None` for a present player: stand still, keep aim, no fire.
/// Appends to `events`.
pub fn step(
    world: &mut World,
    arena: &Arena,
    inputs: &[Option<Input>],
    targets: &dyn Targets,
    events: &mut Vec<Event>,
) {
    let _ = (world, arena, inputs, targets, events);
    todo!()
}

/// The own-player part of [`step`]: movement, aim, cooldowns, shot_seq, shot_range against walls only; never death or
/// respawn. Returns whether it fired. Compare with the server's state by [`Player::differs_from_prediction`] style equality on
/// everything but `shot_range`, `health`, `hits`, `hurt_*` and scores.
pub fn predict_own(player: &mut Player, arena: &Arena, rate: TickRate, input: &Input) -> bool {
    let _ = (player, arena, rate, input);
    todo!()
}

impl World {
    /// Puts a new player into empty `slot` at a spawn point.
    pub fn join(&mut self, arena: &Arena, slot: Slot) {
        let _ = (arena, slot);
        todo!()
    }
    /// Empties `slot`.
    pub fn leave(&mut self, slot: Slot) {
        let _ = slot;
        todo!()
    }
    /// Lowest empty slot.
    pub fn free_slot(&self) -> Option<Slot> {
        self.players.iter().position(Option::is_none).map(|i| Slot(i as u16))
    }
    /// Hash of the whole state in canonical bytes.
    pub fn hash(&self) -> u64 {
        todo!()
    }
}
