//! The unit of time of a match, and its rate. Arithmetic that could wrap lives here and nowhere else.

use crate::limits::{TICK_RATE_DEFAULT, TICK_RATE_MAX, TICK_RATE_MIN};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// One fixed step of the simulation. State *T* is the world after the inputs of tick *T* were applied.
///
/// Counts from 0 at the server's start; at 128 Hz it lasts 388 days before it would wrap.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Tick(pub u32);

impl Tick {
    /// The tick `n` steps later.
    pub const fn plus(self, n: u32) -> Tick {
        Tick(self.0.saturating_add(n))
    }

    /// The tick `n` steps earlier, or `None` before the first.
    pub const fn checked_minus(self, n: u32) -> Option<Tick> {
        match self.0.checked_sub(n) {
            Some(t) => Some(Tick(t)),
            None => None,
        }
    }

    /// Ticks from `earlier` to `self`; `None` if `earlier` is later.
    pub const fn since(self, earlier: Tick) -> Option<u32> {
        self.0.checked_sub(earlier.0)
    }

    /// Signed distance `self - other`, in ticks.
    pub const fn distance(self, other: Tick) -> i64 {
        self.0 as i64 - other.0 as i64
    }
}

impl fmt::Debug for Tick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "t{}", self.0)
    }
}

impl fmt::Display for Tick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Ticks per second, always within [`TICK_RATE_MIN`]..=[`TICK_RATE_MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct TickRate(u32);

impl TickRate {
    /// `hz` ticks per second, or an error that names the allowed range.
    pub fn new(hz: u32) -> Result<TickRate, TickRateError> {
        if (TICK_RATE_MIN..=TICK_RATE_MAX).contains(&hz) { Ok(TickRate(hz)) } else { Err(TickRateError(hz)) }
    }

    /// Ticks per second.
    pub const fn hz(self) -> u32 {
        self.0
    }

    /// Length of one tick in nanoseconds, rounded down (exact for divisors of 10^9, e.g. 64).
    pub const fn tick_nanos(self) -> u64 {
        1_000_000_000 / self.0 as u64
    }

    /// Length of one tick.
    pub const fn tick_duration(self) -> Duration {
        Duration::from_nanos(self.tick_nanos())
    }

    /// Time of the start of tick number `n` after an epoch, without accumulated rounding.
    pub const fn time_of(self, n: u64) -> Duration {
        let secs = n / self.0 as u64;
        let rest = n % self.0 as u64;
        Duration::new(secs, (rest * 1_000_000_000 / self.0 as u64) as u32)
    }

    /// Whole ticks in `ms` milliseconds, rounded up.
    pub const fn ticks_in_ms(self, ms: u32) -> u32 {
        ((ms as u64 * self.0 as u64).div_ceil(1000)) as u32
    }
}

impl Default for TickRate {
    fn default() -> Self {
        TickRate(TICK_RATE_DEFAULT)
    }
}

impl TryFrom<u32> for TickRate {
    type Error = TickRateError;
    fn try_from(hz: u32) -> Result<Self, Self::Error> {
        TickRate::new(hz)
    }
}

impl From<TickRate> for u32 {
    fn from(rate: TickRate) -> u32 {
        rate.0
    }
}

impl fmt::Display for TickRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl std::str::FromStr for TickRate {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let hz: u32 = s.parse().map_err(|_| format!("'{s}' is not a whole number of ticks per second"))?;
        TickRate::new(hz).map_err(|e| e.to_string())
    }
}

/// A tick rate outside the allowed range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("tick rate {0} Hz is outside {TICK_RATE_MIN} to {TICK_RATE_MAX} Hz")]
pub struct TickRateError(pub u32);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tick_times_do_not_drift_at_rates_that_do_not_divide_a_second() {
        let rate = TickRate::new(60).unwrap();
        assert_eq!(rate.time_of(60 * 3600), Duration::from_secs(3600));
        assert_eq!(rate.time_of(61) - rate.time_of(60), Duration::from_nanos(16_666_666));
    }

    #[test]
    fn rates_outside_the_range_are_refused_by_name() {
        assert!(TickRate::new(19).unwrap_err().to_string().contains("19 Hz"));
        assert!(TickRate::new(129).is_err());
        assert!("64".parse::<TickRate>().is_ok());
    }
}
