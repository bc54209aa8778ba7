//! What time it is elsewhere: who knows what at which tick, on whose clock. The client's side only; a server just counts.
//!
//! ```text
//! server time  ──┬────────┬────────┬────────┬────────┬──▶  deadline(T) = T ticks after the server's start
//!               T-4      T-3      T-2      T-1       T      state T exists from deadline(T) on
//!                │ snapshot T-4, stamped "sent x us after deadline(T-4)"         ▲ input T must be there
//!                ╲                                                              ╱  `margin` before deadline(T)
//!            down ╲ (one-way)                                               up ╱ (one-way)
//!                  ▼                                                          ╱
//! client time  ────●───────────────────────────────●─────────────────────────●────▶
//!                  arrives: display now may         server now: estimate      input now = T:
//!                  reach T-4 - delay                (mid of the two ways)     input T is sampled and sent,
//!                                                                            own state T predicted
//! ```
//!
//! - [`sync`] bounds the offset of the two clocks from both sides: the server's present, the round trip, steps of a clock.
//! - [`lead`] says how far ahead of the server an input must be produced, by the server's reports on each tick.
//! - [`arrivals`] says how early a snapshot can be had, and how late it usually is; [`loss`] counts what does not come.
//! - [`window`] holds the recent past of all these at a few nanoseconds a value.
//! - [`timeline`] walks a tick position along such a line: at local speed, dilated by at most 5 %, snapping beyond 8 ticks;
//!   [`display`] is the one the others are drawn at, by the chosen mode.
//! - [`pacer`] cuts the input position into whole ticks, each produced once.
//! - [`clocks`] joins them to what a client needs.
//!
//! At input now *T* (position exactly T) input T is sampled; until T+1 the own player is drawn between its predicted
//! states T-1 and T. At display now *D* the others are drawn between the snapshots around D. Local and server time are
//! signed nanoseconds; the epochs are anyone's.

pub mod arrivals;
pub mod clocks;
pub mod display;
pub mod lead;
pub mod loss;
pub mod pacer;
pub mod sync;
pub mod timeline;
pub mod window;

use crate::tick::{Tick, TickRate};
use std::time::Duration;

/// A point in server time: nanoseconds since the server's tick 0. Its whole part in ticks is a [`Tick`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ServerTime(pub i64);

impl ServerTime {
    /// The deadline of `tick`, rounded down to a nanosecond. Exact sums: no rounding accumulates over a match.
    pub fn of(tick: Tick, rate: TickRate) -> ServerTime {
        // 2^32 ticks * 10^9 fits: 4.3e18 < 9.2e18.
        ServerTime(i64::from(tick.0) * NANOS_PER_S / i64::from(rate.hz()))
    }

    /// The newest tick whose deadline is not after this time. Times before tick 0 give tick 0.
    pub fn tick(self, rate: TickRate) -> Tick {
        // One more nanosecond undoes the rounding down of `of`, so that `of(t).tick() == t` at every rate.
        let ticks = (i128::from(self.0) + 1) * i128::from(rate.hz()) / i128::from(NANOS_PER_S);
        Tick(ticks.clamp(0, i128::from(u32::MAX)) as u32)
    }

    /// How far this time lies from `a` to `b`, in 1/256, clamped to `0..=255`.
    pub fn fraction(self, a: ServerTime, b: ServerTime) -> u8 {
        if b.0 <= a.0 {
            return 0;
        }
        (i128::from(self.0 - a.0) * 256 / i128::from(b.0 - a.0)).clamp(0, 255) as u8
    }

    /// In 1/256 ticks, rounded down.
    pub fn ticks_256ths(self, rate: TickRate) -> i64 {
        (i128::from(self.0) * 256 * i128::from(rate.hz())).div_euclid(i128::from(NANOS_PER_S)) as i64
    }

    /// In ticks, for read-outs.
    pub fn ticks_f64(self, rate: TickRate) -> f64 {
        self.0 as f64 * f64::from(rate.hz()) / NANOS_PER_S as f64
    }
}

/// Local monotonic time as signed nanoseconds; beyond 292 years it saturates.
pub fn local_nanos(now: Duration) -> i64 {
    i64::try_from(now.as_nanos()).unwrap_or(i64::MAX)
}

const NANOS_PER_S: i64 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticks_deadline_belongs_to_that_tick_at_every_rate() {
        for hz in 20..=128 {
            let rate = TickRate::new(hz).unwrap();
            for t in [0, 1, 2, 59, 1_000_003, u32::MAX - 1] {
                let time = ServerTime::of(Tick(t), rate);
                assert_eq!(time.tick(rate), Tick(t), "{hz} Hz");
                assert_eq!(ServerTime(time.0 - 2).tick(rate), Tick(t.saturating_sub(1)), "{hz} Hz");
            }
        }
    }
}
