//! The clock of one machine: another epoch than the server's, another quartz, and a machine that may be asleep.
//!
//! True time is the time of the universe, which is the server's clock. Must not know who reads it.

use std::time::Duration;

/// Turns true time into what this machine's monotonic clock shows.
#[derive(Clone, Debug)]
pub struct Quartz {
    offset: Duration,
    drift_ppm: i32,
    /// Times asleep, in order, apart: (true start, length).
    asleep: Vec<(Duration, Duration)>,
}

impl Quartz {
    /// Shows `offset` at true time zero and runs `drift_ppm` parts per million too fast (negative: too slow).
    pub fn new(offset: Duration, drift_ppm: i32) -> Quartz {
        Quartz { offset, drift_ppm, asleep: Vec::new() }
    }

    /// What the clock shows at true time `at`.
    pub fn local(&self, at: Duration) -> Duration {
        let nanos = self.awake(at).as_nanos() as i128;
        let shown = nanos + nanos * i128::from(self.drift_ppm) / 1_000_000;
        // A quartz that is wrong by less than all of its time never shows less than nothing.
        self.offset + Duration::from_nanos(u64::try_from(shown).unwrap_or(0))
    }

    /// The machine sleeps from `at` for `length`: its clock stands still, as monotonic clocks do on suspend.
    pub fn suspend(&mut self, at: Duration, length: Duration) {
        match self.asleep.last_mut() {
            Some((start, held)) if at <= *start + *held => *held = (at + length - *start).max(*held),
            _ => self.asleep.push((at, length)),
        }
    }

    pub fn is_asleep(&self, at: Duration) -> bool {
        self.asleep.iter().any(|(start, length)| (*start..*start + *length).contains(&at))
    }

    fn awake(&self, at: Duration) -> Duration {
        let slept: Duration = self.asleep.iter().map(|(start, length)| at.saturating_sub(*start).min(*length)).sum();
        at - slept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_runs_at_its_own_speed_from_its_own_epoch_and_stands_while_the_machine_sleeps() {
        let second = Duration::from_secs(1);
        let mut quartz = Quartz::new(500 * second, -500);
        assert_eq!(quartz.local(10 * second), 500 * second + Duration::from_micros(9_995_000));
        quartz.suspend(20 * second, 5 * second);
        assert!(quartz.is_asleep(22 * second) && !quartz.is_asleep(25 * second));
        assert_eq!(quartz.local(22 * second), quartz.local(20 * second));
        assert_eq!(quartz.local(35 * second) - quartz.local(20 * second), Duration::from_micros(9_995_000));
    }

    #[test]
    fn a_second_sleep_within_the_first_makes_it_longer_and_not_twice_as_deep() {
        let ms = Duration::from_millis;
        let mut quartz = Quartz::new(Duration::ZERO, 0);
        quartz.suspend(ms(100), ms(50));
        quartz.suspend(ms(120), ms(50));
        assert_eq!(quartz.local(ms(200)), ms(130));
    }
}
