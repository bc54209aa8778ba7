//! The bounded queue between a network and a tick: fair shares, pooled buffers.
//!
//! It stands alone because both wires need the same promise: a stranger's flood cannot crowd out a connected peer, and
//! one peer's flood cannot crowd out another. Connected peers share [`RECEIVE_QUEUE_MAX`] equally; all others share a
//! small queue of their own. It must not know sockets, clocks or what a datagram means.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

use tickshot_shared::limits::{DATAGRAM_BYTES_MAX, RECEIVE_QUEUE_MAX, RECEIVE_SHARE_MIN, STRANGER_QUEUE_MAX};

use super::wire::Datagram;

/// What arrived and waits to be received.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    peers: VecDeque<Datagram>,
    strangers: VecDeque<Datagram>,
    /// Datagrams waiting per connected peer.
    waiting: HashMap<SocketAddr, usize>,
    /// Empty buffers. Never more than were once in use, and those are bounded by the queues.
    pool: Vec<Vec<u8>>,
    /// Datagrams dropped because a share was full.
    pub(super) queue_drops: u64,
    /// Datagrams dropped because they were too long.
    pub(super) length_drops: u64,
}

impl Inbox {
    /// Files one datagram, or drops and counts it.
    pub(super) fn push(&mut self, from: SocketAddr, arrived: Duration, bytes: &[u8]) {
        if bytes.len() > DATAGRAM_BYTES_MAX {
            self.length_drops += 1;
            return;
        }
        let share = (RECEIVE_QUEUE_MAX / self.waiting.len().max(1)).max(RECEIVE_SHARE_MIN);
        let queue = match self.waiting.get_mut(&from) {
            Some(waiting) if *waiting < share => {
                *waiting += 1;
                &mut self.peers
            }
            None if self.strangers.len() < STRANGER_QUEUE_MAX => &mut self.strangers,
            _ => {
                self.queue_drops += 1;
                return;
            }
        };
        let mut buffer = self.pool.pop().unwrap_or_default();
        buffer.clear();
        buffer.extend_from_slice(bytes);
        queue.push_back(Datagram { from, arrived, bytes: buffer });
    }

    /// Moves everything that waits to the end of `ready`, connected peers first.
    pub(super) fn drain_into(&mut self, ready: &mut VecDeque<Datagram>) {
        for waiting in self.waiting.values_mut() {
            *waiting = 0;
        }
        ready.append(&mut self.peers);
        ready.append(&mut self.strangers);
    }

    /// Takes empty buffers back.
    pub(super) fn refill(&mut self, spent: &mut Vec<Vec<u8>>) {
        self.pool.append(spent);
        self.pool.truncate(RECEIVE_QUEUE_MAX);
    }

    /// Gives `peer` a share of its own.
    pub(super) fn admit(&mut self, peer: SocketAddr) {
        self.waiting.entry(peer).or_insert(0);
    }

    /// Takes that share away.
    pub(super) fn forget(&mut self, peer: SocketAddr) {
        self.waiting.remove(&peer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addr(port: u16) -> SocketAddr {
        SocketAddr::from(([10, 0, 0, 1], port))
    }

    #[test]
    fn a_strangers_flood_leaves_every_peer_its_share() {
        let mut inbox = Inbox::default();
        inbox.admit(addr(1));
        for i in 0..100_000u32 {
            inbox.push(addr(2 + (i % 60_000) as u16), Duration::ZERO, b"junk");
        }
        inbox.push(addr(1), Duration::ZERO, b"input");
        let mut ready = VecDeque::new();
        inbox.drain_into(&mut ready);
        assert_eq!(ready.len(), 1 + STRANGER_QUEUE_MAX);
        assert_eq!(ready[0].bytes, b"input", "a connected peer comes first");
        assert_eq!(inbox.queue_drops, 100_000 - STRANGER_QUEUE_MAX as u64);
    }

    #[test]
    fn one_peers_flood_leaves_the_other_its_share() {
        let mut inbox = Inbox::default();
        inbox.admit(addr(1));
        inbox.admit(addr(2));
        for _ in 0..10_000 {
            inbox.push(addr(1), Duration::ZERO, b"flood");
        }
        for _ in 0..RECEIVE_QUEUE_MAX / 2 {
            inbox.push(addr(2), Duration::ZERO, b"input");
        }
        let mut ready = VecDeque::new();
        inbox.drain_into(&mut ready);
        assert_eq!(ready.iter().filter(|datagram| datagram.from == addr(2)).count(), RECEIVE_QUEUE_MAX / 2);
    }
}
