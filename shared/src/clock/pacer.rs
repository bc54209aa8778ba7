//! Cuts a moving position into whole ticks: each tick is handed out once, in order, however uneven the frames.
//!
//! Stands alone because "once" must survive a clock that jumps. Must not know what a tick is used for.

use super::ServerTime;
use crate::tick::{Tick, TickRate};

/// Most ticks handed out at once after a stall; older ones are skipped: the server has long gone on without them.
pub const TICKS_PER_CALL_MAX: u32 = 8;

/// Hands out the ticks of one timeline.
#[derive(Clone, Debug)]
pub struct Pacer {
    rate: TickRate,
    next: Option<Tick>,
    skipped: u64,
}

impl Pacer {
    pub fn new(rate: TickRate) -> Pacer {
        Pacer { rate, next: None, skipped: 0 }
    }

    /// Ticks that have come due when the position is `position`: `first .. first + count`. The very first one is the
    /// next whole tick after the first call.
    pub fn poll_due(&mut self, position: ServerTime) -> (Tick, u32) {
        let now = position.tick(self.rate);
        let next = *self.next.get_or_insert(now.plus(1));
        let due = u32::try_from(now.distance(next) + 1).unwrap_or(0);
        let skipped = due.saturating_sub(TICKS_PER_CALL_MAX);
        self.skipped += u64::from(skipped);
        self.next = Some(next.plus(due));
        (next.plus(skipped), due - skipped)
    }

    /// The next tick to be handed out; `None` before the first call.
    pub fn next(&self) -> Option<Tick> {
        self.next
    }

    /// Ticks that were never handed out.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tick_comes_once_whatever_the_frames() {
        let rate = TickRate::default();
        for frame_us in [500, 4167, 16_667, 33_333, 100_000] {
            let mut pacer = Pacer::new(rate);
            let mut expected = 1;
            for frame in 0..200i64 {
                let (first, count) = pacer.poll_due(ServerTime(frame * frame_us * 1000));
                if count > 0 {
                    assert_eq!(first, Tick(expected), "frames of {frame_us} us");
                }
                expected += count;
            }
            assert_eq!(pacer.skipped(), 0);
        }
    }

    #[test]
    fn a_long_stall_skips_all_but_the_latest_ticks_and_counts_them() {
        let rate = TickRate::default();
        let mut pacer = Pacer::new(rate);
        pacer.poll_due(ServerTime::of(Tick(10), rate));
        assert_eq!(pacer.poll_due(ServerTime::of(Tick(40), rate)), (Tick(33), 8));
        assert_eq!(pacer.skipped(), 22);
    }

    #[test]
    fn a_clock_that_jumps_back_repeats_nothing() {
        let rate = TickRate::default();
        let mut pacer = Pacer::new(rate);
        pacer.poll_due(ServerTime::of(Tick(10), rate));
        assert_eq!(pacer.poll_due(ServerTime::of(Tick(12), rate)), (Tick(11), 2));
        assert_eq!(pacer.poll_due(ServerTime::of(Tick(5), rate)).1, 0);
        assert_eq!(pacer.poll_due(ServerTime::of(Tick(13), rate)), (Tick(13), 1));
    }
}
