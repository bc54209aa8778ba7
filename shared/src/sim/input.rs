//! What one player pressed in one tick: the only thing a client can make the server do.
//!
//! No position, no time step: a speed hack has nothing to lie about.

use super::angle::Turn;
use super::weapon::Weapon;
use super::world::Player;
use crate::modes::HitCheck;
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

    /// The direction of walking nearest to `aim`.
    pub const fn nearest(aim: Turn) -> Heading {
        // An eighth turn is 8,192 steps.
        Heading(1 + (aim.0.wrapping_add(4096) >> 13) as u8)
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
    /// A dash, as soon as it is ready.
    pub const DASH: Buttons = Buttons(2);
    pub const RELOAD: Buttons = Buttons(4);
    /// Bits that mean anything; others are refused by the decoder.
    pub const KNOWN: u8 = 7;

    pub const fn contains(self, other: Buttons) -> bool {
        self.0 & other.0 == other.0
    }
}

/// Exactly what a shooter had on screen when it fired.
///
/// Others were drawn as `Pose::blend(a, b, fraction)`: up to 255 between the two, from 256 on as far beyond *b* as that
/// says, in 1/256 of the way from *a* to *b*. `a == b` means one snapshot was shown as it is; `fraction` is 0 then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ViewStamp {
    pub a: Tick,
    pub b: Tick,
    /// 0..=[`FRACTION_MAX`].
    pub fraction: u16,
    pub own: OwnView,
    /// Which past the shooter wishes its shot tested in.
    pub check: HitCheck,
}

/// Where in its own past a shooter was drawn when it fired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum OwnView {
    /// `fraction / 256` of the way from its state `from` to the next one.
    ///
    /// Time line: from its input now *P* to *P+1* a client draws itself between its states *P-1* and *P*; a click in that
    /// time rides in input *P+1*, whose stamp says `from` = *P-1*. Those states are its own predictions, from the newest own
    /// state it had been told by then, which is that of `based_on`.
    Between { from: Tick, fraction: u8, based_on: Tick },
    /// Like everyone else, as the snapshots tell: no prediction.
    WithOthers,
}

/// The furthest a view goes beyond its *b*: 250 ms at 128 Hz over a span of one tick, plus the span itself.
pub const FRACTION_MAX: u16 = 33 * 256;
/// Oldest own state a shooter can have been drawn from, in ticks before its input.
pub const OWN_AGE_TICKS_MAX: u32 = 8;

/// One player's input of one tick. What stands in for a missing one is part of the rules, because a client predicts it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Input {
    pub heading: Heading,
    pub aim: Turn,
    pub buttons: Buttons,
    /// What it wants to hold: said in every input, so that none that is lost matters.
    pub weapon: Weapon,
    /// Present when the trigger is held; what the shooter saw.
    pub view: Option<ViewStamp>,
}

impl Input {
    /// What the server uses for the tick after this input's when none came: the same without any button, for a
    /// repeated trigger would be a shot that nobody aimed, with a view stamp of another tick.
    pub fn repeated(self) -> Input {
        Input { buttons: Buttons::default(), view: None, ..self }
    }

    /// What a player is taken to press when there is nothing to repeat: it stands and keeps its aim.
    pub fn idle(player: &Player) -> Input {
        Input { aim: Turn(player.aim << 6), weapon: player.weapon, ..Input::default() }
    }
}
