//! Waking up on time: absolute deadlines, bounded catch-up, and an honest account of what was lost.
//!
//! A loop that sleeps "the rest of the tick" drifts by its own overhead; this one asks, after every wake, which
//! deadline is next on a scale that never moves unless time is given up. The decision is pure; only [`sleep_until`]
//! touches the system.

use crate::net::socket::Clock;
use std::time::Duration;

/// What to do at `now`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Nothing yet; come back at this time.
    Wait(Duration),
    /// Make one tick. If the process was stopped for too long, first give up `lost` ticks.
    Tick { lost: u32 },
}

/// Decide for the tick due at `deadline`, with ticks `period` apart.
pub fn poll_due(now: Duration, deadline: Duration, period: Duration) -> Due {
    let Some(late) = now.checked_sub(deadline) else { return Due::Wait(deadline) };
    let behind = (late.as_nanos() / period.as_nanos().max(1)) as u64;
    // Ticks up to CATCH_UP_TICKS_MAX behind are made up at once, one after the other.
    let lost = behind.saturating_sub(u64::from(CATCH_UP_TICKS_MAX));
    Due::Tick { lost: u32::try_from(lost).unwrap_or(u32::MAX) }
}

/// Sleep until `deadline` on `clock`. The system wakes us tens of microseconds late; the lateness histogram shows it.
pub fn sleep_until(clock: Clock, deadline: Duration) {
    let now = clock.now();
    if let Some(rest) = deadline.checked_sub(now) {
        std::thread::sleep(rest);
    }
}

/// Most ticks a server makes up in a row after a stall; what is beyond them is reported as lost time.
pub const CATCH_UP_TICKS_MAX: u32 = 4;

#[cfg(test)]
mod tests {
    use super::*;

    const PERIOD: Duration = Duration::from_millis(10);

    #[test]
    fn before_its_deadline_a_tick_waits() {
        assert_eq!(poll_due(PERIOD, 2 * PERIOD, PERIOD), Due::Wait(2 * PERIOD));
    }

    #[test]
    fn a_short_stall_is_made_up_and_a_long_one_loses_the_rest() {
        assert_eq!(poll_due(5 * PERIOD, PERIOD, PERIOD), Due::Tick { lost: 0 });
        assert_eq!(poll_due(106 * PERIOD, PERIOD, PERIOD), Due::Tick { lost: 101 });
    }
}
