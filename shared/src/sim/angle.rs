//! Angles as fractions of a turn, with trigonometry that is the same on every machine.
//!
//! `Turn(0)` points along +x, a quarter turn (16384) along +y; y grows downwards on screen and in maps.

use glam::IVec2;
use serde::{Deserialize, Serialize};

/// An angle: 65,536 steps to a full turn (0.0055 degrees each).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Turn(pub u16);
