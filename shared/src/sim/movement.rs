//! How a body moves in one tick. The server and a predicting client call the same function.

use super::arena::Arena;
use super::input::{Heading, Input};
use super::world::Player;
use crate::tick::TickRate;
use glam::IVec2;

/// The exact step (world units per tick) of a walker at full speed.
pub fn full_speed(rate: TickRate, heading: Heading) -> IVec2 {
    let _ = (rate, heading);
    todo!()
}

/// One tick of walking and aiming. A dead player does not move.
pub fn move_player(player: &mut Player, arena: &Arena, rate: TickRate, input: &Input) {
    let _ = (player, arena, rate, input);
    todo!()
}
