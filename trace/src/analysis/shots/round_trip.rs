//! Round trips as a server's trace can tell: from a snapshot's leaving to the arrival of the first packet that acks it.
//!
//! Includes the time until the client's next packet, up to a tick; the least of a second comes near to the wire's own.

use crate::model::ServerTrace;
use std::collections::{BTreeMap, VecDeque};

/// The least round trip of the last second, by slot and tick.
#[derive(Clone, Debug, Default)]
pub(crate) struct RoundTrips {
    /// `(slot, tick)`: microseconds, at every tick in which one was measured.
    least_us: BTreeMap<(u32, u32), i64>,
}

impl RoundTrips {
    pub(crate) fn of(trace: &ServerTrace) -> RoundTrips {
        let window = trace.header.tick_rate_hz.max(1);
        // Leaving of snapshots by slot, while an ack may still come.
        let mut left: BTreeMap<(u32, u32), i64> = BTreeMap::new();
        let mut recent: BTreeMap<u32, VecDeque<(u32, i64)>> = BTreeMap::new();
        let mut trips = RoundTrips::default();
        for tick in &trace.ticks {
            let packets = tick.packet_slots.iter().zip(&tick.packet_arrivals_us).zip(&tick.packet_acks);
            for ((slot, arrival_us), ack) in packets {
                let acked = ack.checked_sub(1).and_then(|age| tick.tick.checked_sub(age));
                let Some(sent_ns) = acked.and_then(|acked| left.remove(&(*slot, acked))) else { continue };
                let trip_us = (tick.deadline_ns.saturating_sub(sent_ns)) / 1000 + i64::from(*arrival_us);
                let recent = recent.entry(*slot).or_default();
                recent.push_back((tick.tick, trip_us.max(0)));
                while recent.front().is_some_and(|(at, _)| tick.tick.saturating_sub(*at) > window) {
                    recent.pop_front();
                }
                let least = recent.iter().map(|(_, trip_us)| *trip_us).min().unwrap_or(0);
                trips.least_us.insert((*slot, tick.tick), least);
            }
            for (slot, sent_us) in tick.snapshot_slots.iter().zip(&tick.snapshot_sent_us) {
                left.insert((*slot, tick.tick), tick.deadline_ns.saturating_add(i64::from(*sent_us) * 1000));
            }
            if tick.tick.is_multiple_of(window) {
                left.retain(|(_, sent), _| tick.tick.saturating_sub(*sent) < ACK_TICKS_MAX);
            }
        }
        trips
    }

    /// Of the player in `slot` at `tick`, milliseconds; `None`: nothing was measured in the second before.
    pub(crate) fn ms(&self, slot: u32, tick: u32, tick_rate_hz: u32) -> Option<f64> {
        let from = tick.saturating_sub(tick_rate_hz.max(1));
        let newest = self.least_us.range((slot, from)..=(slot, tick)).next_back();
        newest.map(|(_, us)| *us as f64 / 1000.0)
    }
}

/// Nobody acks what is older.
const ACK_TICKS_MAX: u32 = 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::{Header, ServerTick};

    #[test]
    fn a_round_trip_is_from_a_snapshots_leaving_to_its_first_ack() {
        let header = Header { tick_rate_hz: 64, ..Header::default() };
        let tick_ns = 15_625_000;
        // Every snapshot leaves 200 us after its deadline; its ack comes eight ticks later, 1,200 us before that deadline.
        let ticks = (0..100u32).map(|tick| ServerTick {
            tick,
            deadline_ns: i64::from(tick) * tick_ns,
            packet_slots: vec![5],
            packet_arrivals_us: vec![-1200],
            packet_acks: vec![if tick < 8 { 0 } else { 9 }],
            snapshot_slots: vec![5],
            snapshot_sent_us: vec![200],
            ..ServerTick::default()
        });
        let trace = ServerTrace { header, ticks: ticks.collect(), ..ServerTrace::default() };
        let trips = RoundTrips::of(&trace);
        assert_eq!(trips.ms(5, 50, 64), Some(8.0 * 15.625 - 1.2 - 0.2));
        assert_eq!((trips.ms(5, 7, 64), trips.ms(4, 50, 64)), (None, None));
        assert!(trips.ms(5, 160, 64).is_some() && trips.ms(5, 164, 64).is_none(), "a second later it is no news");
    }
}
