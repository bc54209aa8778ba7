//! A rocket in flight: where it is follows from where it began, so that it need be told only once.
//!
//! Time line: input *P* fires; the rocket is at its shooter's state *P* in tick *P* and moves from *P+1* on, the same straight
//! line for everybody. The server alone decides when it bursts. Must not know what a burst does.

use super::angle::Turn;
use super::weapon::{ROCKET_LIFE_MS, ROCKET_SPEED_UNITS_PER_S};
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
    /// The rocket that leaves with the input of tick `spawned`, from its owner's own state of that tick.
    pub fn launched(owner: Slot, spawned: Tick, from: IVec2, aim: Turn) -> Rocket {
        Rocket { owner, spawned, from, aim, burst: None }
    }

    /// World units flown in state `now`, as if nothing was in the way.
    pub fn flown_at(&self, now: Tick, rate: TickRate) -> i32 {
        let age = now.since(self.spawned).unwrap_or(0).min(Rocket::life_ticks(rate));
        Rocket::flown(age * 256, rate)
    }

    /// Ticks after which a rocket that met nothing bursts.
    pub const fn life_ticks(rate: TickRate) -> u32 {
        rate.ticks_in_ms(ROCKET_LIFE_MS)
    }

    /// Where it is, or where it burst, in state `now`, world units.
    pub fn pos(&self, now: Tick, rate: TickRate) -> IVec2 {
        self.at(self.burst.map_or_else(|| self.flown_at(now, rate), |(_, units)| units))
    }

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
