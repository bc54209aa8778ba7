//! One direction of a link with the datagrams under way on it, on virtual time.
//!
//! Time line: [`Pipe::send`] at the sender's moment, [`Pipe::deliver`] at any later moment hands over everything released
//! by then, in order, each with the exact time of its release. Bounded. It must not know who sends or any clock.

use super::conditioner::{Conditioner, LinkCounts};
use super::profile::Profile;
use crate::limits::HELD_DATAGRAMS_MAX;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

/// A conditioned one-way link that keeps what it delays.
#[derive(Clone, Debug)]
pub struct Pipe {
    conditioner: Conditioner,
    heap: BinaryHeap<Reverse<Held>>,
    /// Ties in release time leave in order of sending.
    order: u64,
    /// Buffers for the datagrams to come; never more than were under way at once.
    pool: Vec<Vec<u8>>,
    over_held: u64,
}

/// One datagram under way. The order of fields is the order of release.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Held {
    release: Duration,
    order: u64,
    bytes: Vec<u8>,
}

impl Pipe {
    pub fn new(profile: Profile, seed: u64) -> Pipe {
        Pipe {
            conditioner: Conditioner::new(profile, seed),
            heap: BinaryHeap::new(),
            order: 0,
            pool: Vec::new(),
            over_held: 0,
        }
    }

    /// See [`Conditioner::set_profile`].
    pub fn set_profile(&mut self, now: Duration, profile: Profile) {
        self.conditioner.set_profile(now, profile);
    }

    pub fn profile(&self) -> &Profile {
        self.conditioner.profile()
    }

    /// See [`Conditioner::freeze`].
    pub fn freeze(&mut self, now: Duration, duration: Duration) {
        self.conditioner.freeze(now, duration);
    }

    /// Put a datagram on the link.
    pub fn send(&mut self, now: Duration, bytes: &[u8]) {
        let Self { conditioner, heap, order, pool, over_held } = self;
        conditioner.pass(now, bytes.len(), &mut |release| {
            if heap.len() >= HELD_DATAGRAMS_MAX {
                *over_held += 1;
                return;
            }
            let mut buffer = pool.pop().unwrap_or_default();
            buffer.clear();
            buffer.extend_from_slice(bytes);
            *order += 1;
            heap.push(Reverse(Held { release, order: *order, bytes: buffer }));
        });
    }

    /// Hand over, in order, what was released by `now`, with the time of its release.
    pub fn deliver(&mut self, now: Duration, receive: &mut dyn FnMut(Duration, &[u8])) {
        while self.next_due().is_some_and(|due| due <= now) {
            let Some(Reverse(held)) = self.heap.pop() else { return };
            receive(held.release, &held.bytes);
            self.pool.push(held.bytes);
        }
    }

    /// When the next datagram is released.
    pub fn next_due(&self) -> Option<Duration> {
        self.heap.peek().map(|Reverse(held)| held.release)
    }

    /// Datagrams under way.
    pub fn held(&self) -> usize {
        self.heap.len()
    }

    pub fn counts(&self) -> LinkCounts {
        LinkCounts { over_held: self.over_held, ..self.conditioner.counts() }
    }
}
