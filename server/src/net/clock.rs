//! The one monotonic clock of a process.
//!
//! It stands alone as the only place of the transport that asks the operating system for the time; everything else is
//! given it. Every `Clock` of a process counts from the same instant, so times of different threads compare.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Time since the process first asked for it.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    epoch: Instant,
}

impl Clock {
    /// The clock of this process.
    pub fn start() -> Clock {
        Clock { epoch: *EPOCH.get_or_init(Instant::now) }
    }

    /// Monotonic time since the epoch.
    pub fn now(self) -> Duration {
        self.epoch.elapsed()
    }
}

static EPOCH: OnceLock<Instant> = OnceLock::new();
