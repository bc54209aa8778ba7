//! Angles as fractions of a turn, with trigonometry that is the same on every machine.
//!
//! `Turn(0)` points along +x, a quarter turn (16384) along +y; y grows downwards on screen and in maps.

use glam::IVec2;
use serde::{Deserialize, Serialize};

/// An angle: 65,536 steps to a full turn (0.0055 degrees each).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Turn(pub u16);

impl Turn {
    /// The unit vector of this angle in Q15: its length is 32768, to within 1.
    pub fn direction(self) -> IVec2 {
        todo!()
    }

    /// The angle of `v` (any length; the zero vector has angle 0), rounded to the nearest step.
    pub fn of(v: IVec2) -> Turn {
        let _ = v;
        todo!()
    }

    /// The angle in 1/1024 turn, as others are told it: `0..1024`.
    pub const fn coarse(self) -> u16 {
        self.0 >> 6
    }

    /// From radians, for the input edge; nearest step, any number of turns.
    pub fn from_radians(radians: f32) -> Turn {
        let _ = radians;
        todo!()
    }

    /// In radians `0 .. 2 pi`, for the drawing edge.
    pub fn radians(self) -> f32 {
        f32::from(self.0) * (std::f32::consts::TAU / 65536.0)
    }
}
