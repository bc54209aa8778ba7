//! How far a client's inputs run ahead of the freshest snapshot it can have: what both ends measure display delays from.
//!
//! Time line: the packet with input *N* acks snapshot *A*. The smallest `N - A` of the last packets belongs to a snapshot
//! that came quickly and was acked at once; `N` minus it is the freshest snapshot that could be there at input *N*. A
//! client declares how far behind (or, extrapolating, beyond) that it draws; the server adds the two again. Both have to
//! mean the same, so this stands here. Must not know clocks.

use super::client_msg::DISPLAY_DELAY_MAX;
use crate::tick::Tick;

/// Smallest lead of the last [`ACK_LEAD_PACKETS`] packets.
#[derive(Clone, Debug)]
pub struct AckLead {
    /// The latest leads, ticks, in no order.
    leads: [u16; ACK_LEAD_PACKETS],
    pushed: usize,
}

/// Packets that are looked back on: a second at 64 Hz.
pub const ACK_LEAD_PACKETS: usize = 64;

impl AckLead {
    pub fn new() -> AckLead {
        AckLead { leads: [u16::MAX; ACK_LEAD_PACKETS], pushed: 0 }
    }

    /// A packet whose newest input is of tick `newest` acked snapshot `acked`.
    pub fn push(&mut self, newest: Tick, acked: Tick) {
        let lead = newest.since(acked).unwrap_or(0);
        self.leads[self.pushed % ACK_LEAD_PACKETS] = u16::try_from(lead).unwrap_or(u16::MAX);
        self.pushed += 1;
    }

    /// Ticks from the freshest snapshot to input now; 0 before the first packet.
    pub fn ticks(&self) -> u32 {
        let pushed = &self.leads[..self.pushed.min(ACK_LEAD_PACKETS)];
        pushed.iter().copied().min().unwrap_or(0).into()
    }

    /// What a client that draws the others at `display_256ths` (1/256 tick) declares with its input of tick `newest`, in
    /// 1/4 tick (see `InputPacket::display_delay`).
    pub fn declared_delay(&self, newest: Tick, display_256ths: i64) -> i16 {
        let freshest_256ths = (i64::from(newest.0) - i64::from(self.ticks())) * 256;
        let quarters = (freshest_256ths - display_256ths + 32).div_euclid(64);
        quarters.clamp((-DISPLAY_DELAY_MAX - 1).into(), DISPLAY_DELAY_MAX.into()) as i16
    }
}

impl Default for AckLead {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_lead_of_the_last_packets_counts_and_is_forgotten_after_them() {
        let mut lead = AckLead::new();
        assert_eq!(lead.ticks(), 0);
        lead.push(Tick(100), Tick(95));
        (101..=163).for_each(|tick| lead.push(Tick(tick), Tick(tick - 9)));
        assert_eq!(lead.ticks(), 5);
        lead.push(Tick(164), Tick(155));
        assert_eq!(lead.ticks(), 9);
        assert_eq!(lead.declared_delay(Tick(164), (155 - 3) * 256 + 128), 10, "two and a half ticks behind 155");
        assert_eq!(lead.declared_delay(Tick(164), i64::from(u32::MAX) * 256), -512);
        lead.push(Tick(5), Tick(u32::MAX));
        assert_eq!(lead.ticks(), 0, "an ack beyond the input is as fresh as can be");
    }
}
