//! A token bucket on ticks: so much at once, then so much per time. Must not know what it limits.

use tickshot_shared::tick::Tick;

/// How much may be had, and how fast it grows back.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// At once.
    pub burst: u32,
    /// One more after so many ticks.
    pub every: u32,
}

/// What one client has left of a [`Budget`]; full at first.
#[derive(Clone, Copy, Debug, Default)]
pub struct TokenBucket {
    /// Taken and not grown back.
    used: u32,
    /// Since when the next one grows.
    since: Tick,
}

impl TokenBucket {
    /// Takes one at `now`, if there is one.
    pub fn take(&mut self, now: Tick, budget: Budget) -> bool {
        let grown = now.since(self.since).unwrap_or(0) / budget.every.max(1);
        self.used = self.used.saturating_sub(grown);
        self.since = if self.used == 0 { now } else { self.since.plus(grown * budget.every) };
        let allowed = self.used < budget.burst;
        self.used += u32::from(allowed);
        allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_allowed_and_then_one_at_a_time() {
        let budget = Budget { burst: 3, every: 10 };
        let mut bucket = TokenBucket::default();
        let mut taken = |tick: u32| bucket.take(Tick(tick), budget);
        assert_eq!([1000, 1000, 1000, 1000].map(&mut taken), [true, true, true, false]);
        assert_eq!([1009, 1010, 1011, 1019, 1020].map(&mut taken), [false, true, false, false, true]);
        assert_eq!(
            [5000, 5000, 5000, 5000].map(&mut taken),
            [true, true, true, false],
            "no more than a burst is saved"
        );
    }
}
