//! What a transport counts: traffic, and drops by reason.
//!
//! It stands alone because both ends count the same things the same way. It must not know why a drop happened.

use std::collections::BTreeMap;

use super::gate::Drop;
use super::wire::WireDrops;

/// Traffic and drops since the start, as shown to people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Bytes of datagrams, without UDP and IP headers.
    pub bytes_in: u64,
    pub bytes_out: u64,
    pub datagrams_in: u64,
    pub datagrams_out: u64,
    /// Drops by reason; reasons that never happened are missing.
    pub drops: BTreeMap<&'static str, u64>,
}

/// The running count. Plain numbers, because it is touched for every datagram.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    bytes_in: u64,
    bytes_out: u64,
    datagrams_in: u64,
    datagrams_out: u64,
    drops: [u64; Drop::ALL.len()],
}

impl Tally {
    /// A datagram came in.
    pub fn received(&mut self, bytes: usize) {
        self.datagrams_in += 1;
        self.bytes_in += bytes as u64;
    }

    /// A datagram went out.
    pub fn sent(&mut self, bytes: usize) {
        self.datagrams_out += 1;
        self.bytes_out += bytes as u64;
    }

    /// A datagram was dropped.
    pub fn dropped(&mut self, reason: Drop) {
        self.drops[reason as usize] += 1;
    }

    /// Everything counted, together with what the wire lost.
    pub fn counters(&self, wire: &WireDrops) -> Counters {
        let mut drops = BTreeMap::new();
        let mut add = |name, count| {
            if count > 0 {
                *drops.entry(name).or_insert(0) += count;
            }
        };
        for reason in Drop::ALL {
            add(reason.name(), self.drops[reason as usize]);
        }
        add("length", wire.length);
        add("queue", wire.queue);
        add("send_full", wire.send_full);
        add("send_error", wire.send_error);
        add("refused", wire.refused);
        add("receive_error", wire.receive_error);
        add("held", wire.held);
        Counters {
            bytes_in: self.bytes_in,
            bytes_out: self.bytes_out,
            datagrams_in: self.datagrams_in,
            datagrams_out: self.datagrams_out,
            drops,
        }
    }
}
