//! A position that walks along server time: at local speed, a little faster or slower while it is off its line.
//!
//! Both moving clocks of a client are one of these: input now (ahead of the server) and display now (behind it). It
//! stands alone because "never jumps, never stops, never runs backwards" is worth proving once. Must not know where its
//! line comes from or what happens at its ticks.

use super::{ServerTime, local_nanos};
use crate::tick::TickRate;
use std::time::Duration;

/// Largest dilation: a timeline runs at 0.95 to 1.05 of local speed. Unnoticeable in movement and sound.
pub const DILATION_MAX_PERCENT: i64 = 5;
/// Farther off than this a timeline jumps to its line instead of walking: at 5 % walking would take over 2 s.
pub const SNAP_TICKS: i64 = 8;
/// An error is closed at the pace that would take this long, so that the speed settles without overshoot.
const SETTLE: Duration = Duration::from_millis(200);

/// One moving clock.
#[derive(Clone, Debug)]
pub struct Timeline {
    rate: TickRate,
    backwards: Backwards,
    at: Option<At>,
    snaps: u64,
    dilation_ppm: i64,
    stands: bool,
}

/// What a timeline does when its line lies more than [`SNAP_TICKS`] behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backwards {
    /// Jump back (input now: the pacer does not produce a tick twice).
    Jump,
    /// Stand still until the line is reached (display now: what was shown is not shown again).
    Wait,
}

#[derive(Clone, Copy, Debug)]
struct At {
    local: i64,
    position: ServerTime,
}

impl Timeline {
    pub fn new(rate: TickRate, backwards: Backwards) -> Timeline {
        Timeline { rate, backwards, at: None, snaps: 0, dilation_ppm: 0, stands: false }
    }

    /// Walks on to local time `now`, towards the line "local time + `offset_nanos`". Starts there on the first call.
    /// A `now` before the last one counts as no time passed.
    pub fn advance(&mut self, now: Duration, offset_nanos: i64) -> ServerTime {
        self.advance_until(now, offset_nanos, ServerTime(i64::MAX))
    }

    /// The same, but no farther than `limit`: a clock that is there stands still, whatever its line says.
    pub fn advance_until(&mut self, now: Duration, offset_nanos: i64, limit: ServerTime) -> ServerTime {
        let local = local_nanos(now);
        let target = ServerTime(local.saturating_add(offset_nanos)).min(limit);
        let Some(at) = self.at else {
            self.at = Some(At { local, position: target });
            return target;
        };
        let elapsed = (local - at.local).max(0);
        let undilated = at.position.0.saturating_add(elapsed);
        let walked = self.step(undilated, target.0, elapsed);
        let position = walked.min(limit.0.max(at.position.0));
        if elapsed > 0 {
            self.stands = position == at.position.0;
            let gained = i128::from(position) - i128::from(undilated);
            let most = i128::from(elapsed * DILATION_MAX_PERCENT / 100);
            // Standing still and jumping are no dilation.
            let walks = gained.abs() <= most;
            self.dilation_ppm = if walks { (gained * 1_000_000 / i128::from(elapsed)) as i64 } else { 0 };
        }
        self.at = Some(At { local: local.max(at.local), position: ServerTime(position) });
        ServerTime(position)
    }

    /// Where it was at the latest [`advance`](Self::advance).
    pub fn position(&self) -> Option<ServerTime> {
        self.at.map(|at| at.position)
    }

    /// Local time, in nanoseconds, at which this clock reads (or read) `time`, at local speed.
    pub fn local_nanos_at(&self, time: ServerTime) -> Option<i64> {
        self.at.map(|at| at.local.saturating_add(time.0.saturating_sub(at.position.0)))
    }

    /// How much faster than local time it walked at the latest [`advance`](Self::advance), percent; negative = slower, 0
    /// when it stood still or jumped.
    pub fn dilation_pct(&self) -> f32 {
        self.dilation_ppm as f32 / 10_000.0
    }

    /// Did it stand still at the latest [`advance`](Self::advance), though time passed?
    pub fn stands(&self) -> bool {
        self.stands
    }

    /// Jumps so far.
    pub fn snaps(&self) -> u64 {
        self.snaps
    }

    fn step(&mut self, undilated: i64, target: i64, elapsed: i64) -> i64 {
        let error = target.saturating_sub(undilated);
        let snap = SNAP_TICKS * self.rate.tick_nanos() as i64;
        if error > snap || (error < -snap && self.backwards == Backwards::Jump) {
            self.snaps += 1;
            return target;
        }
        if error < -snap {
            return target.max(undilated - elapsed);
        }
        let settle = local_nanos(SETTLE);
        let share = i128::from(error) * i128::from(elapsed.min(settle)) / i128::from(settle);
        let most = i128::from(elapsed * DILATION_MAX_PERCENT / 100);
        undilated + share.clamp(-most, most) as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u32 = 64;

    fn timeline(backwards: Backwards) -> Timeline {
        Timeline::new(TickRate::new(RATE).unwrap(), backwards)
    }

    #[test]
    fn an_error_is_walked_off_within_five_percent_and_without_overshoot() {
        let mut clock = timeline(Backwards::Jump);
        clock.advance(Duration::ZERO, 0);
        let off = 50_000_000;
        let mut last = 0;
        for ms in 1..=3000u64 {
            let position = clock.advance(Duration::from_millis(ms), off).0;
            assert!((950_000..=1_050_000).contains(&(position - last)), "a step of {} ns in 1 ms", position - last);
            assert!(position <= ms as i64 * 1_000_000 + off, "overshoot");
            last = position;
        }
        assert!((3_000_000_000 + off - last).abs() < 10_000, "still {} ns off", 3_000_000_000 + off - last);
        assert_eq!(clock.snaps(), 0);
    }

    #[test]
    fn a_display_clock_waits_for_a_line_far_behind_and_an_input_clock_jumps_to_it() {
        let (mut display, mut input) = (timeline(Backwards::Wait), timeline(Backwards::Jump));
        let second = Duration::from_secs(1);
        let start = display.advance(second, 0);
        input.advance(second, 0);
        let later = second + Duration::from_millis(10);
        assert_eq!(display.advance(later, -500_000_000), start);
        assert_eq!(input.advance(later, -500_000_000).0, 510_000_000);
        assert_eq!(display.advance(later + second, -500_000_000).0, 1_510_000_000);
    }

    #[test]
    fn local_time_that_goes_backwards_moves_nothing() {
        let mut clock = timeline(Backwards::Wait);
        let there = clock.advance(Duration::from_millis(20), 0);
        assert_eq!(clock.advance(Duration::from_millis(10), 10_000_000), there);
    }
}
