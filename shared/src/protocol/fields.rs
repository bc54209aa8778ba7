//! The one table of player fields on the wire. Encode, decode, delta, statistics and the protocol version all read it.

use crate::sim::input::Heading;
use glam::IVec2;

/// World units a body walking at full speed moves in one tick, by [`Heading`]. Both ends build it with
/// [`ExtrapolationTable::new`] from `sim::movement::full_speed` at the match's tick rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtrapolationTable([IVec2; Heading::COUNT as usize]);

impl ExtrapolationTable {
    /// The table of a step function, e.g. `|heading| movement::full_speed(rate, heading)`.
    pub fn new(step: impl Fn(Heading) -> IVec2) -> ExtrapolationTable {
        let heading = |value: usize| Heading::new(value as u8).unwrap_or_default();
        ExtrapolationTable(std::array::from_fn(|value| step(heading(value))))
    }

    /// World units per tick.
    pub fn step(&self, heading: Heading) -> IVec2 {
        self.0[usize::from(heading.value())]
    }
}
