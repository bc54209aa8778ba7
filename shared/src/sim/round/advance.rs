//! A tick of the match: the last stage of [`step`](crate::sim::step::step), when everyone who dies in this tick has.

use super::super::arena::Arena;
use super::super::step::Event;
use super::super::world::World;

/// Ends the phase if it is over and begins the next one.
pub(in crate::sim) fn advance(_world: &mut World, _arena: &Arena, _events: &mut Vec<Event>) {}
