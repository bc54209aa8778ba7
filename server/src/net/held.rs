//! Datagrams a link condition holds back, in order of release.
//!
//! It stands alone because both wires hold in both directions. It must not know why a datagram is held, nor any clock.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::net::SocketAddr;
use std::time::Duration;

use super::wire::LinkHook;

/// One direction of a wire: its condition, and what that holds back.
#[derive(Default)]
pub(super) struct Lane {
    hook: Option<Box<dyn LinkHook>>,
    heap: BinaryHeap<Reverse<Held>>,
    /// Ties in release time leave in order of arrival.
    order: u64,
    limit: usize,
    /// Copies dropped because `limit` were held.
    pub(super) dropped: u64,
}

/// One held datagram. The order of fields is the order of release.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Held {
    pub(super) release: Duration,
    order: u64,
    pub(super) peer: SocketAddr,
    pub(super) bytes: Vec<u8>,
}

impl Lane {
    /// An unconditioned lane that will hold at most `limit` datagrams.
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, ..Self::default() }
    }

    /// Puts a condition on, or takes it off; what is held already stays held until its time.
    pub(super) fn condition(&mut self, hook: Option<Box<dyn LinkHook>>) {
        self.hook = hook;
    }

    /// Lets the condition forget `peer`; what is held for it stays held until its time.
    pub(super) fn forget(&mut self, peer: SocketAddr) {
        if let Some(hook) = &mut self.hook {
            hook.forget(peer);
        }
    }

    /// True if datagrams may pass without looking at this lane at all.
    pub(super) fn is_open(&self) -> bool {
        self.hook.is_none() && self.heap.is_empty()
    }

    /// Asks the condition, which holds each copy until its release.
    pub(super) fn pass(&mut self, now: Duration, peer: SocketAddr, bytes: &[u8]) {
        let Self { hook, heap, order, limit, dropped } = self;
        let mut hold = |release: Duration, bytes: &[u8]| {
            if heap.len() >= *limit {
                *dropped += 1;
                return;
            }
            *order += 1;
            heap.push(Reverse(Held { release: release.max(now), order: *order, peer, bytes: bytes.to_vec() }));
        };
        match hook {
            Some(hook) => hook.pass(now, peer, bytes, &mut hold),
            None => hold(now, bytes),
        }
    }

    /// The next datagram due by `now`.
    pub(super) fn pop_due(&mut self, now: Duration) -> Option<Held> {
        if self.next_release()? > now {
            return None;
        }
        self.heap.pop().map(|Reverse(held)| held)
    }

    /// When the next datagram is due.
    pub(super) fn next_release(&self) -> Option<Duration> {
        self.heap.peek().map(|Reverse(held)| held.release)
    }
}
