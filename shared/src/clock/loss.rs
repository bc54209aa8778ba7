//! The share of what was sent lately that did not arrive: a sliding count. Must not know of what.

use super::local_nanos;
use std::collections::VecDeque;
use std::time::Duration;

/// The past that is counted.
pub const SPAN: Duration = Duration::from_secs(2);

/// A sliding count of what was expected and what came.
#[derive(Clone, Debug, Default)]
pub struct Loss {
    notes: VecDeque<Note>,
}

#[derive(Clone, Copy, Debug)]
struct Note {
    at: i64,
    expected: u32,
    came: u32,
}

impl Loss {
    /// At local time `at` it was learned that of `expected` more things `came` arrived.
    pub fn note(&mut self, at: i64, expected: u32, came: u32) {
        let over = |note: &Note| at.saturating_sub(note.at) > local_nanos(SPAN);
        while self.notes.len() == NOTES_MAX || self.notes.front().is_some_and(over) {
            self.notes.pop_front();
        }
        self.notes.push_back(Note { at, expected, came });
    }

    /// Percent lost within [`SPAN`] before `now`, if `overdue` more are missing. 0 while nothing was expected.
    pub fn pct(&self, now: i64, overdue: u32) -> f32 {
        let since = now.saturating_sub(local_nanos(SPAN));
        let recent = self.notes.iter().filter(|note| note.at >= since);
        let (expected, came) = recent.fold((u64::from(overdue), 0u64), |(expected, came), note| {
            (expected + u64::from(note.expected), came + u64::from(note.came))
        });
        if expected == 0 { 0.0 } else { expected.saturating_sub(came) as f32 * 100.0 / expected as f32 }
    }
}

/// Notes held at most: 2 s of packets at 128 Hz.
const NOTES_MAX: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_lost_in_ten_is_ten_percent_and_what_is_overtaken_is_not_lost() {
        let mut loss = Loss::default();
        assert_eq!(loss.pct(0, 0), 0.0);
        for n in 1..=10 {
            // Each tenth is missing, and each fifth is overtaken by the sixth.
            match n % 10 {
                5 | 0 => {}
                6 => {
                    loss.note(n * 1000, 2, 1);
                    loss.note(n * 1000, 0, 1);
                }
                _ => loss.note(n * 1000, 1, 1),
            }
        }
        assert_eq!(loss.pct(10_000, 1), 10.0);
        assert_eq!(loss.pct(local_nanos(2 * SPAN), 50), 100.0);
    }
}
