//! A rocket in flight: where it is follows from where it began, so that it need be told only once.
//!
//! Time line: input *P* fires; the rocket is at its shooter's state *P* in tick *P* and moves from *P+1* on, the same straight
//! line for everybody. The server alone decides when it bursts. Must not know what a burst does.

use super::angle::Turn;
use super::weapon::ROCKET_SPEED_UNITS_PER_S;
use super::world::Slot;
use crate::tick::{Tick, TickRate};
use glam::IVec2;

/// One rocket. Stays for [`ROCKET_AFTERGLOW_MS`] after its burst, so that everybody hears of that in spite of losses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rocket {
    pub owner: Slot,
    /// The tick of the input that fired it.
    pub spawned: Tick,
    /// Where it was in that tick, world units.
    pub from: IVec2,
    pub aim: Turn,
    /// When it burst, and how far from `from`, world units; `None` = it flies.
    pub burst: Option<(Tick, i32)>,
}

impl Rocket {
    /// World units flown when `age_256ths` of a tick have passed since it was fired.
    pub fn flown(age_256ths: u32, rate: TickRate) -> i32 {
        let per_second = i64::from(ROCKET_SPEED_UNITS_PER_S);
        (i64::from(age_256ths) * per_second / (256 * i64::from(rate.hz()))) as i32
    }

    /// The point `units` along its flight.
    pub fn at(&self, units: i32) -> IVec2 {
        let direction = self.aim.direction().as_i64vec2() * i64::from(units);
        self.from + IVec2::new((direction.x >> 15) as i32, (direction.y >> 15) as i32)
    }
}

/// Rockets in the world at once, those that burst a moment ago included. A launch into a full sky bursts the oldest.
pub const ROCKETS_MAX: usize = 256;
/// How long a burst rocket is still told of, ms.
pub const ROCKET_AFTERGLOW_MS: u32 = 500;
