//! What one player pressed in one tick: the only thing a client can make the server do.
//!
//! No position, no time step: a speed hack has nothing to lie about.

use super::angle::Turn;
use super::world::Player;
use crate::tick::Tick;
use serde::{Deserialize, Serialize};

/// A direction of walking: nothing, or one of eight compass directions.
///
/// 0 is "stand"; 1..=8 are multiples of an eighth turn starting at +x, clockwise on screen (2 is +x+y, 3 is +y).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Heading(u8);

impl Heading {
    pub const STAND: Heading = Heading(0);
    /// Number of distinct values.
    pub const COUNT: u8 = 9;

    /// From its number; `None` above 8.
    pub const fn new(value: u8) -> Option<Heading> {
        if value < Self::COUNT { Some(Heading(value)) } else { None }
    }

    /// From the signs of the pressed keys: x right, y down. Opposite keys cancel before this call.
    pub const fn from_axes(x: i32, y: i32) -> Heading {
        Heading(match (x.signum(), y.signum()) {
            (1, 0) => 1,
            (1, 1) => 2,
            (0, 1) => 3,
            (-1, 1) => 4,
            (-1, 0) => 5,
            (-1, -1) => 6,
            (0, -1) => 7,
            (1, -1) => 8,
            _ => 0,
        })
    }

    pub const fn value(self) -> u8 {
        self.0
    }
}

/// Pressed buttons as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Buttons(pub u8);

impl Buttons {
    /// Trigger held.
    pub const FIRE: Buttons = Buttons(1);
    /// Bits that mean anything; others are refused by the decoder.
    pub const KNOWN: u8 = 1;

    pub const fn contains(self, other: Buttons) -> bool {
        self.0 & other.0 == other.0
    }
}

/// Exactly what a shooter had on screen when it fired.
///
/// Others were drawn as `a + (b - a) * fraction / 256`; the shooter itself stood between its states P-1 and P
/// at `own_fraction / 256`. `a == b` means one snapshot was shown as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ViewStamp {
    pub a: Tick,
    pub b: Tick,
    pub fraction: u8,
    pub own_fraction: u8,
}

/// One player's input of one tick. What stands in for a missing one is part of the rules, because a client predicts it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Input {
    pub heading: Heading,
    pub aim: Turn,
    pub buttons: Buttons,
    /// Present when the trigger is held; what the shooter saw.
    pub view: Option<ViewStamp>,
}

impl Input {
    /// What the server uses for the tick after this input's when none came: the same without the trigger, for a repeated
    /// one would be a shot that nobody aimed, with a view stamp of another tick.
    pub fn repeated(self) -> Input {
        Input { buttons: Buttons::default(), view: None, ..self }
    }

    /// What a player is taken to press when there is nothing to repeat: it stands and keeps its aim.
    pub fn idle(player: &Player) -> Input {
        Input { aim: Turn(player.aim << 6), ..Input::default() }
    }
}
