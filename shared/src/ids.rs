//! 128-bit names for things that happen: time-ordered, and unique across servers without anybody to ask.
//!
//! UUIDs of version 7 (RFC 9562): 48 bits of Unix time in milliseconds, then a counter and random bits. Traces of many machines
//! can be merged without two things of one name. Time and randomness come in from outside; nothing here reads a clock.

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
        // 12 bits of counter within a millisecond; when it is full, a millisecond is borrowed from the future.
        self.last = match self.last {
            (last, 0xFFF) if last == ms => (ms + 1, 0),
            (last, count) if last == ms => (ms, count + 1),
            _ => (ms, 0),
        };
        let (ms, count) = self.last;
        let random = self.rng.next_u64();
        let mut bytes = [0; 16];
        bytes[..6].copy_from_slice(&ms.to_be_bytes()[2..]);
        bytes[6..8].copy_from_slice(&(0x7000 | count).to_be_bytes());
        bytes[8..].copy_from_slice(&(random >> 2 | 1 << 63).to_be_bytes());
        Id(bytes)
    }
}

/// As UUIDs are written.
impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, byte) in self.0.iter().enumerate() {
            if matches!(i, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}
