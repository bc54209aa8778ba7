//! A network in memory: virtual addresses, explicit time, no thread, the same run every time.
//!
//! It stands alone as the twin of UDP for tests and the Lab. A datagram sent before [`MemoryNet::deliver`] is there
//! for the next poll after it, stamped with the time of delivery, or with its time of release if a link condition held
//! it. Nothing is lost unless a bound is hit or a link hook loses it.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tickshot_shared::limits::{DATAGRAM_BYTES_MAX, HELD_DATAGRAMS_MAX, MEMORY_NET_DATAGRAMS_MAX};

use super::held::Lane;
use super::inbox::Inbox;
use super::wire::{Datagram, LinkHook, Wire, WireDrops};

/// A network whose wires are made by [`MemoryNet::wire`]. Clones are the same network.
#[derive(Clone, Default)]
pub struct MemoryNet {
    shared: Arc<Mutex<Network>>,
}

#[derive(Default)]
struct Network {
    now: Duration,
    ends: BTreeMap<SocketAddr, End>,
    /// Sent since the last delivery: from, to, bytes.
    under_way: VecDeque<(SocketAddr, SocketAddr, Vec<u8>)>,
    lost: u64,
}

struct End {
    inbox: Inbox,
    incoming: Lane,
    outgoing: Lane,
    refused: u64,
}

impl MemoryNet {
    /// An empty network at time zero.
    pub fn new() -> Self {
        Self::default()
    }

    /// A wire that others reach at `addr`. A wire already there is replaced.
    pub fn wire(&self, addr: SocketAddr) -> MemoryWire {
        let end = End {
            inbox: Inbox::default(),
            incoming: Lane::new(HELD_DATAGRAMS_MAX),
            outgoing: Lane::new(HELD_DATAGRAMS_MAX),
            refused: 0,
        };
        self.lock().ends.insert(addr, end);
        MemoryWire { net: self.clone(), addr, ready: VecDeque::new(), spent: Vec::new() }
    }

    /// Moves time to `now` and everything due by then to its receiver, in order of release, then of sending.
    pub fn deliver(&self, now: Duration) {
        self.lock().deliver(now);
    }

    /// Puts a datagram on the network as if `from` had sent it: what a forger can do.
    pub fn forge(&self, from: SocketAddr, to: SocketAddr, bytes: &[u8]) {
        self.lock().put(from, to, bytes);
    }

    /// Datagrams lost to the network's own bound, so far.
    pub fn lost(&self) -> u64 {
        self.lock().lost
    }

    fn lock(&self) -> MutexGuard<'_, Network> {
        // A panic elsewhere while the lock was held has failed its own test; the data stays usable.
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Network {
    fn put(&mut self, from: SocketAddr, to: SocketAddr, bytes: &[u8]) {
        if self.under_way.len() >= MEMORY_NET_DATAGRAMS_MAX {
            self.lost += 1;
            return;
        }
        self.under_way.push_back((from, to, bytes.to_vec()));
    }

    fn deliver(&mut self, now: Duration) {
        self.now = self.now.max(now);
        let now = self.now;
        let Self { ends, under_way, lost, .. } = self;
        for (addr, end) in ends.iter_mut() {
            while let Some(held) = end.outgoing.pop_due(now) {
                if under_way.len() >= MEMORY_NET_DATAGRAMS_MAX {
                    *lost += 1;
                    continue;
                }
                under_way.push_back((*addr, held.peer, held.bytes));
            }
        }
        while let Some((from, to, bytes)) = self.under_way.pop_front() {
            let Some(end) = self.ends.get_mut(&to) else {
                // What ICMP would do: the sender learns that nobody listens there.
                if let Some(sender) = self.ends.get_mut(&from) {
                    sender.refused += 1;
                }
                continue;
            };
            if end.incoming.is_open() {
                end.inbox.push(from, now, &bytes);
            } else {
                end.incoming.pass(now, from, &bytes);
            }
        }
        for end in self.ends.values_mut() {
            while let Some(held) = end.incoming.pop_due(now) {
                end.inbox.push(held.peer, held.release, &held.bytes);
            }
        }
    }
}

/// One end of a [`MemoryNet`]. Dropping it takes its address off the network.
pub struct MemoryWire {
    net: MemoryNet,
    addr: SocketAddr,
    ready: VecDeque<Datagram>,
    spent: Vec<Vec<u8>>,
}

impl MemoryWire {
    fn with_end<T: Default>(&self, f: impl FnOnce(&mut End) -> T) -> T {
        self.net.lock().ends.get_mut(&self.addr).map(f).unwrap_or_default()
    }
}

impl Wire for MemoryWire {
    fn poll(&mut self, _now: Duration) {
        let (mut ready, mut spent) = (std::mem::take(&mut self.ready), std::mem::take(&mut self.spent));
        self.with_end(|end| {
            end.inbox.refill(&mut spent);
            end.inbox.drain_into(&mut ready);
        });
        (self.ready, self.spent) = (ready, spent);
    }

    fn receive(&mut self) -> Option<Datagram> {
        self.ready.pop_front()
    }

    fn recycle(&mut self, bytes: Vec<u8>) {
        self.spent.push(bytes);
    }

    fn send(&mut self, to: SocketAddr, bytes: &[u8]) {
        debug_assert!(bytes.len() <= DATAGRAM_BYTES_MAX, "we never send what nobody would accept");
        let mut net = self.net.lock();
        let now = net.now;
        match net.ends.get_mut(&self.addr) {
            Some(end) if !end.outgoing.is_open() => end.outgoing.pass(now, to, bytes),
            _ => net.put(self.addr, to, bytes),
        }
    }

    fn local_addr(&self) -> SocketAddr {
        self.addr
    }

    fn drops(&self) -> WireDrops {
        self.with_end(|end| WireDrops {
            queue: end.inbox.queue_drops,
            length: end.inbox.length_drops,
            refused: end.refused,
            held: end.incoming.dropped + end.outgoing.dropped,
            ..WireDrops::default()
        })
    }

    fn admit(&mut self, peer: SocketAddr) {
        self.with_end(|end| end.inbox.admit(peer));
    }

    fn forget(&mut self, peer: SocketAddr) {
        self.with_end(|end| {
            end.inbox.forget(peer);
            end.incoming.forget(peer);
            end.outgoing.forget(peer);
        });
    }

    fn condition(&mut self, incoming: Option<Box<dyn LinkHook>>, outgoing: Option<Box<dyn LinkHook>>) {
        self.with_end(|end| {
            end.incoming.condition(incoming);
            end.outgoing.condition(outgoing);
        });
    }
}

impl Drop for MemoryWire {
    fn drop(&mut self) {
        self.net.lock().ends.remove(&self.addr);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Late(Duration);
    impl LinkHook for Late {
        fn pass(&mut self, now: Duration, _: SocketAddr, bytes: &[u8], emit: &mut dyn FnMut(Duration, &[u8])) {
            emit(now + self.0, bytes);
        }
    }

    fn addr(port: u16) -> SocketAddr {
        SocketAddr::from(([10, 0, 0, 1], port))
    }

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn a_held_datagram_arrives_stamped_with_its_release() {
        let net = MemoryNet::new();
        let (mut a, mut b) = (net.wire(addr(1)), net.wire(addr(2)));
        a.condition(None, Some(Box::new(Late(ms(30)))));
        b.condition(Some(Box::new(Late(ms(20)))), None);
        a.send(addr(2), b"hi");
        net.deliver(ms(29));
        b.poll(ms(29));
        assert!(b.receive().is_none());
        net.deliver(ms(30));
        net.deliver(ms(55));
        b.poll(ms(55));
        assert_eq!(b.receive().map(|datagram| datagram.arrived), Some(ms(50)));
    }

    #[test]
    fn nobody_there_is_told_to_the_sender() {
        let net = MemoryNet::new();
        let mut a = net.wire(addr(1));
        a.send(addr(2), b"hi");
        net.deliver(ms(1));
        assert_eq!(a.drops().refused, 1);
    }
}
