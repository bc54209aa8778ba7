//! The time of a replay: moments of the server, and a playhead that goes through them at any speed.
//!
//! Integers, and what a division leaves is kept: at 1/16 speed an hour of frames is as exact as one long frame. Must not know
//! what is played.

use std::time::Duration;
use tickshot_shared::tick::{Tick, TickRate};

/// A moment of the server's time in 1/65,536 tick: state *T* is the world at `Moment::of(T)`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub i64);

/// Parts of a tick.
const WHOLE: i64 = 1 << 16;

impl Moment {
    /// The moment of state `tick`.
    pub const fn of(tick: u32) -> Moment {
        Moment(tick as i64 * WHOLE)
    }

    /// `ns` nanoseconds after state 0 was due.
    pub fn of_server_ns(ns: i64, rate: TickRate) -> Moment {
        Moment::of_ticks(ns as f64 * f64::from(rate.hz()) / 1e9)
    }

    pub fn of_ticks(ticks: f64) -> Moment {
        Moment((ticks * WHOLE as f64).round() as i64)
    }

    /// The latest state at this moment.
    pub const fn tick(self) -> u32 {
        let tick = self.0.div_euclid(WHOLE);
        if tick < 0 {
            0
        } else if tick > u32::MAX as i64 {
            u32::MAX
        } else {
            tick as u32
        }
    }

    /// How far it is to the next state, in 1/256.
    pub const fn fraction_256ths(self) -> u16 {
        (self.0.rem_euclid(WHOLE) >> 8) as u16
    }

    /// It is the moment of a state.
    pub const fn is_whole(self) -> bool {
        self.0.rem_euclid(WHOLE) == 0
    }

    pub fn ticks(self) -> f64 {
        self.0 as f64 / WHOLE as f64
    }

    /// From `earlier` to this, milliseconds.
    pub fn ms_since(self, earlier: Moment, rate: TickRate) -> f64 {
        (self.0 - earlier.0) as f64 * 1000.0 / (WHOLE as f64 * f64::from(rate.hz()))
    }

    /// `seconds` later.
    pub fn plus_seconds(self, seconds: f64, rate: TickRate) -> Moment {
        Moment(self.0 + (seconds * f64::from(rate.hz()) * WHOLE as f64).round() as i64)
    }

    pub fn plus_ticks(self, ticks: i64) -> Moment {
        Moment(self.0 + ticks * WHOLE)
    }
}

impl From<Tick> for Moment {
    fn from(tick: Tick) -> Moment {
        Moment::of(tick.0)
    }
}

/// How fast a replay goes: a power of two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Speed(i8);

impl Speed {
    pub const SLOWEST: Speed = Speed(-4);
    pub const FASTEST: Speed = Speed(3);

    pub fn faster(self) -> Speed {
        Speed(self.0 + 1).min(Speed::FASTEST)
    }

    pub fn slower(self) -> Speed {
        Speed(self.0 - 1).max(Speed::SLOWEST)
    }

    /// As it is read: "1/16x" to "8x".
    pub fn text(self) -> String {
        if self.0 < 0 { format!("1/{}x", 1 << -self.0) } else { format!("{}x", 1 << self.0) }
    }

    /// Sixteenths of real time.
    const fn sixteenths(self) -> i128 {
        1 << (self.0 - Speed::SLOWEST.0)
    }
}

/// Where a replay is, and how it goes on.
#[derive(Clone, Debug)]
pub struct Playhead {
    at: Moment,
    first: Moment,
    last: Moment,
    rate: TickRate,
    pub speed: Speed,
    pub paused: bool,
    /// What the divisions so far have left over, in 1/16 ns * Hz * parts.
    rest: i128,
}

impl Playhead {
    /// At the first moment of `first..=last`, playing at the speed of life.
    pub fn new(first: Moment, last: Moment, rate: TickRate) -> Playhead {
        let last = last.max(first);
        Playhead { at: first, first, last, rate, speed: Speed::default(), paused: false, rest: 0 }
    }

    pub fn at(&self) -> Moment {
        self.at
    }

    pub fn first(&self) -> Moment {
        self.first
    }

    pub fn last(&self) -> Moment {
        self.last
    }

    pub fn rate(&self) -> TickRate {
        self.rate
    }

    /// Seconds from the first moment to `moment`.
    pub fn seconds(&self, moment: Moment) -> f64 {
        moment.ms_since(self.first, self.rate) / 1000.0
    }

    /// `elapsed` has passed outside. At the end it rests.
    pub fn advance(&mut self, elapsed: Duration) {
        if self.paused {
            return;
        }
        let parts =
            elapsed.as_nanos() as i128 * i128::from(self.rate.hz()) * self.speed.sixteenths() * i128::from(WHOLE);
        let whole = parts + self.rest;
        self.at = Moment(self.at.0.saturating_add((whole / PER_PART) as i64));
        self.rest = whole % PER_PART;
        if self.at >= self.last {
            (self.at, self.paused) = (self.last, true);
        }
    }

    /// Play on or rest; at the end, from the beginning.
    pub fn toggle(&mut self) {
        if self.paused && self.at >= self.last {
            self.seek(self.first);
        }
        self.paused = !self.paused;
    }

    /// Go to `at`, or as near as there is something to see.
    pub fn seek(&mut self, at: Moment) {
        (self.at, self.rest) = (at.clamp(self.first, self.last), 0);
    }

    /// Rest at the state `ticks` after the one at hand; between two states, -1 is the earlier of them.
    pub fn step_ticks(&mut self, ticks: i64) {
        let between = i64::from(ticks < 0 && !self.at.is_whole());
        self.paused = true;
        self.seek(Moment::of(self.at.tick()).plus_ticks(ticks + between));
    }
}

/// A sixteenth of a second in ns, and sixteen of those: what `sixteenths` and nanoseconds are divided by.
const PER_PART: i128 = 16 * 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn playhead() -> Playhead {
        Playhead::new(Moment::of(100), Moment::of(100_000), TickRate::default())
    }

    #[test]
    fn every_speed_makes_its_own_number_of_ticks_whatever_the_frames_are() {
        let mut speed = Speed::SLOWEST;
        for (text, ticks_a_second) in
            [("1/16x", 4), ("1/8x", 8), ("1/4x", 16), ("1/2x", 32), ("1x", 64), ("2x", 128), ("4x", 256), ("8x", 512)]
        {
            assert_eq!(speed.text(), text);
            for frames_a_second in [7u32, 30, 60, 144] {
                let mut playhead = Playhead { speed, ..playhead() };
                let frame = |n: u32| Duration::from_nanos(u64::from(n) * 1_000_000_000 / u64::from(frames_a_second));
                (0..10 * frames_a_second).for_each(|n| playhead.advance(frame(n + 1) - frame(n)));
                assert_eq!(playhead.at(), Moment::of(100 + 10 * ticks_a_second), "{text} at {frames_a_second}");
            }
            speed = speed.faster();
        }
        assert_eq!((speed, speed.faster()), (Speed::FASTEST, Speed::FASTEST));
    }

    #[test]
    fn a_step_lands_on_a_state_and_rests_there() {
        let mut playhead = playhead();
        playhead.seek(Moment::of(200).plus_seconds(0.010, TickRate::default()));
        assert!(!playhead.at().is_whole());
        playhead.step_ticks(-1);
        assert_eq!((playhead.at(), playhead.paused), (Moment::of(200), true));
        playhead.step_ticks(-1);
        assert_eq!(playhead.at(), Moment::of(199));
        playhead.step_ticks(1);
        playhead.advance(Duration::from_secs(5));
        assert_eq!(playhead.at(), Moment::of(200));
    }

    #[test]
    fn it_stays_within_what_there_is_and_begins_anew_at_the_end() {
        let mut playhead = playhead();
        playhead.step_ticks(-5);
        assert_eq!(playhead.at(), Moment::of(100));
        playhead.toggle();
        playhead.advance(Duration::from_secs(1_000_000));
        assert_eq!((playhead.at(), playhead.paused), (Moment::of(100_000), true));
        playhead.toggle();
        assert_eq!((playhead.at(), playhead.paused), (Moment::of(100), false));
    }

    #[test]
    fn moments_before_the_first_tick_have_a_tick_too() {
        assert_eq!((Moment(-1).tick(), Moment(-1).fraction_256ths()), (0, 255));
        assert_eq!(Moment::of_server_ns(1_500_000_000, TickRate::default()), Moment::of(96));
    }
}
