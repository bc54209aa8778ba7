//! 128-bit names for things that happen: time-ordered, and unique across servers without anybody to ask.
//!
//! UUIDs of version 7 (RFC 9562): 48 bits of Unix time in milliseconds, 12 bits that count within one (section 6.2, method
//! 1), 62 random bits. Traces of many machines can be merged without two things of one name. Time and randomness come in
//! from outside; nothing here reads a clock.

use crate::rng::Rng;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// The name of a match, a player's session, a shot or a line of chat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Id(pub [u8; 16]);

/// Makes names, each later than the one before.
#[derive(Clone, Debug)]
pub struct IdSource {
    /// Unix time of this process's monotonic zero, ms.
    unix_ms_at_zero: u64,
    rng: Rng,
    /// Millisecond of the latest name, and its number within it.
    last: (u64, u16),
}

impl IdSource {
    /// `unix_ms_at_zero`: Unix time at the monotonic zero of the times given to [`IdSource::next`]. `entropy` must come
    /// from the system, never from a match's seed: two servers of one seed make different names.
    pub fn new(unix_ms_at_zero: u64, entropy: u64) -> IdSource {
        IdSource { unix_ms_at_zero, rng: Rng::fork(entropy, 0x6964), last: (0, 0) }
    }

    /// A new name for something that happens at `now`.
    pub fn next(&mut self, now: Duration) -> Id {
        let ms = (self.unix_ms_at_zero + now.as_millis() as u64).max(self.last.0);
        // A clock may go back, a name never does; when a millisecond is full, one is borrowed from the future.
        self.last = match self.last {
            (last, COUNT_MAX) if last == ms => (ms + 1, 0),
            (last, count) if last == ms => (ms, count + 1),
            _ => (ms, 0),
        };
        let (ms, count) = self.last;
        let mut counter_and_random = [0; 10];
        counter_and_random[..2].copy_from_slice(&count.to_be_bytes());
        counter_and_random[2..].copy_from_slice(&self.rng.next_u64().to_be_bytes());
        Id(uuid::Builder::from_unix_timestamp_millis(ms, &counter_and_random).into_uuid().into_bytes())
    }
}

/// As UUIDs are written.
impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        uuid::Uuid::from_bytes(self.0).fmt(f)
    }
}

/// Names within one millisecond.
const COUNT_MAX: u16 = 0xFFF;

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_of_one_source_are_in_order_however_fast_and_whatever_the_clock_does() {
        let mut source = IdSource::new(1_790_000_000_000, 5);
        let times = (0..10_000).map(|i| Duration::from_micros(i / 3)).chain([Duration::ZERO, Duration::from_secs(1)]);
        let names: Vec<Id> = times.map(|now| source.next(now)).collect();
        assert!(names.is_sorted_by(|a, b| a < b));
        // The order of their bytes is the order in which they are written, too.
        assert!(names.is_sorted_by(|a, b| a.to_string() < b.to_string()));
    }

    #[test]
    fn two_sources_at_the_same_time_never_give_the_same_name() {
        let mut sources = [IdSource::new(1_790_000_000_000, 1), IdSource::new(1_790_000_000_000, 2)];
        let mut names = BTreeSet::new();
        for ms in 0..5_000 {
            for source in &mut sources {
                assert!(names.insert(source.next(Duration::from_millis(ms / 10))), "at {ms}");
            }
        }
    }

    #[test]
    fn a_name_reads_back_as_a_uuid_of_version_7_and_tells_when() {
        let name = IdSource::new(1_790_000_000_000, 9).next(Duration::from_millis(1234)).to_string();
        let read = uuid::Uuid::parse_str(&name).expect("it is written as UUIDs are");
        assert_eq!((read.get_version_num(), read.get_variant()), (7, uuid::Variant::RFC4122));
        let time = read.get_timestamp().expect("version 7 has a time").to_unix();
        assert_eq!(time, (1_790_000_001, 234_000_000));
    }
}
