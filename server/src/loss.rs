//! How many of its snapshots a client did not get lately, from its acks: the scoreboard's loss.
//!
//! Time line of a snapshot: sent at its tick; named by the ack or one of the mask's 32 bits of every packet that leaves the
//! client within half a second of its arrival. Its fate is noted when the newest ack is `PATIENCE_TICKS` later, so that
//! one that was overtaken on its way counts as arrived. Must not know what a snapshot tells.

use tickshot_shared::tick::Tick;

/// A sliding count of snapshots sent and arrived.
#[derive(Clone, Debug, Default)]
pub struct SnapshotLoss {
    /// Fates of all snapshots before this tick are noted.
    next: Tick,
    /// By spans of [`SPAN_TICKS`]: which one, sent, arrived.
    spans: [(u32, u16, u16); SPANS],
}

impl SnapshotLoss {
    /// An input packet acked `ack` and, by `mask`, those before it; `was_sent` tells for which ticks there was a snapshot.
    pub fn handle_ack(&mut self, ack: Tick, mask: u32, was_sent: impl Fn(Tick) -> bool) {
        let Some(noted) = ack.checked_minus(PATIENCE_TICKS) else { return };
        // Older fates cannot be told from this packet: after a silence they stay unknown.
        let oldest = ack.checked_minus(u32::BITS).unwrap_or(Tick(0));
        for tick in self.next.max(oldest).0..=noted.0 {
            self.next = Tick(tick + 1);
            if was_sent(Tick(tick)) {
                let arrived = mask >> (ack.0 - 1 - tick) & 1 == 1;
                self.note(tick / SPAN_TICKS, arrived);
            }
        }
    }

    fn note(&mut self, number: u32, arrived: bool) {
        let span = &mut self.spans[number as usize % SPANS];
        if span.0 != number {
            *span = (number, 0, 0);
        }
        span.1 += 1;
        span.2 += u16::from(arrived);
    }

    /// Percent that did not arrive, of those of the last seconds before `now`; 0 if nothing is known.
    pub fn percent(&self, now: Tick) -> u8 {
        let newest = now.0 / SPAN_TICKS;
        let recent = self.spans.iter().filter(|(number, ..)| newest.saturating_sub(*number) < SPANS as u32);
        let (sent, arrived) =
            recent.fold((0u32, 0u32), |(s, a), (_, sent, arrived)| (s + u32::from(*sent), a + u32::from(*arrived)));
        ((sent - arrived) * 100 + sent / 2).checked_div(sent).unwrap_or(0) as u8
    }
}

/// A snapshot that came so much later than the ones after it came too late for anything.
const PATIENCE_TICKS: u32 = 8;
/// One second at the default rate.
const SPAN_TICKS: u32 = 64;
const SPANS: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fifth_lost_is_twenty_percent_and_a_clean_link_none() {
        for (lost, percent) in [(0, 0), (5, 20)] {
            let mut loss = SnapshotLoss::default();
            let arrived = |tick: u32| lost == 0 || !tick.is_multiple_of(lost);
            for now in (33..1000).filter(|tick| arrived(*tick)) {
                let mask = (0..32).filter(|i| arrived(now - 1 - i)).fold(0, |mask, i| mask | 1 << i);
                loss.handle_ack(Tick(now), mask, |_| true);
            }
            assert_eq!(loss.percent(Tick(1000)), percent);
            assert_eq!(loss.percent(Tick(3000)), 0, "what was long ago is no news");
        }
    }

    #[test]
    fn a_client_that_wants_every_other_snapshot_loses_none() {
        let mut loss = SnapshotLoss::default();
        for now in (34..600).step_by(2) {
            loss.handle_ack(Tick(now), 0xAAAA_AAAA, |tick| tick.0 % 2 == 0);
        }
        assert_eq!(loss.percent(Tick(600)), 0);
    }
}
