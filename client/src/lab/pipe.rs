//! Delay, uniform jitter and random loss of one direction.

use std::collections::VecDeque;
use std::time::Duration;
use tickshot_shared::link::profile::{Loss, Profile};
use tickshot_shared::rng::Rng;

/// Datagrams under way.
pub struct Pipe {
    profile: Profile,
    rng: Rng,
    queue: VecDeque<(Duration, Vec<u8>)>,
}

impl Pipe {
    pub fn new(profile: Profile, seed: u64) -> Pipe {
        Pipe { profile, rng: Rng::new(seed), queue: VecDeque::new() }
    }

    pub fn set_profile(&mut self, _now: Duration, profile: Profile) {
        self.profile = profile;
    }

    pub fn push(&mut self, now: Duration, bytes: Vec<u8>) {
        if let Loss::Random { ppm } = self.profile.loss
            && self.rng.chance(ppm, 1_000_000)
        {
            return;
        }
        let spread = self.rng.below(2 * self.profile.jitter_us + 1);
        let late = (self.profile.delay_us + spread).saturating_sub(self.profile.jitter_us);
        let at = now + Duration::from_micros(u64::from(late));
        let at = self.queue.back().map_or(at, |(last, _)| at.max(*last));
        self.queue.push_back((at, bytes));
    }

    pub fn pop(&mut self, now: Duration) -> Option<(Duration, Vec<u8>)> {
        if self.queue.front()?.0 <= now { self.queue.pop_front() } else { None }
    }
}
