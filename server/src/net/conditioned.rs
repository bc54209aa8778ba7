//! Bad links on real wires: the conditioner of `shared` as a link hook, changed live from another place than the wire.
//!
//! Time line: whoever owns the wire puts the hooks on once and leaves them there; the window, a script or the server's
//! settings then change the profile through a handle, and the next datagram obeys. The wire holds what is late and releases
//! it on time, in order. Hooks stay on a clean link too: a link that is taken off lets new datagrams overtake those
//! still held. It must not know sessions, names or why a link is bad.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tickshot_shared::limits::SESSIONS_MAX;
use tickshot_shared::link::conditioner::{Conditioner, LinkCounts};
use tickshot_shared::link::profile::{LinkSettings, Profile};

use super::wire::{LinkHook, Wire};

/// One direction of a wire, the same for every peer. Clones are the same link.
#[derive(Clone)]
pub struct LinkHandle {
    link: Arc<Mutex<Conditioner>>,
}

impl LinkHandle {
    /// A link that does what `profile` says.
    pub fn new(profile: Profile, seed: u64) -> LinkHandle {
        LinkHandle { link: Arc::new(Mutex::new(Conditioner::new(profile, seed))) }
    }

    /// What [`Wire::condition`] takes.
    pub fn hook(&self) -> Box<dyn LinkHook> {
        Box::new(Conditioned { link: Arc::clone(&self.link) })
    }

    /// See [`Conditioner::set_profile`]; `now` on the clock of the wire.
    pub fn set_profile(&self, now: Duration, profile: Profile) {
        lock(&self.link).set_profile(now, profile);
    }

    /// See [`Conditioner::freeze`]; `now` on the clock of the wire.
    pub fn freeze(&self, now: Duration, duration: Duration) {
        lock(&self.link).freeze(now, duration);
    }

    pub fn profile(&self) -> Profile {
        *lock(&self.link).profile()
    }

    pub fn counts(&self) -> LinkCounts {
        lock(&self.link).counts()
    }

    /// True if datagrams are treated badly on purpose now: what a player must always be told.
    pub fn is_active(&self, now: Duration) -> bool {
        lock(&self.link).is_active(now)
    }
}

/// Both directions of a client's wire. Clones are the same link.
#[derive(Clone)]
pub struct ClientLink {
    pub up: LinkHandle,
    pub down: LinkHandle,
}

impl ClientLink {
    pub fn new(link: LinkSettings, seed: u64) -> ClientLink {
        // Two streams, so that both directions do not lose the same datagrams.
        ClientLink { up: LinkHandle::new(link.up, seed), down: LinkHandle::new(link.down, !seed) }
    }

    /// From now on `wire`, a client's, obeys.
    pub fn put_on(&self, wire: &mut dyn Wire) {
        wire.condition(Some(self.down.hook()), Some(self.up.hook()));
    }

    pub fn set(&self, now: Duration, link: LinkSettings) {
        self.up.set_profile(now, link.up);
        self.down.set_profile(now, link.down);
    }

    /// Nothing passes in either direction for `duration`: a pulled cable.
    pub fn freeze(&self, now: Duration, duration: Duration) {
        self.up.freeze(now, duration);
        self.down.freeze(now, duration);
    }

    pub fn settings(&self) -> LinkSettings {
        LinkSettings { up: self.up.profile(), down: self.down.profile() }
    }

    pub fn is_active(&self, now: Duration) -> bool {
        self.up.is_active(now) || self.down.is_active(now)
    }
}

/// The links a server imposes on some of its peers; all others pass freely. Clones are the same links. What a peer sends
/// is `up`, as seen from the peer.
#[derive(Clone, Default)]
pub struct PeerLinks {
    peers: Arc<Mutex<Peers>>,
}

#[derive(Default)]
struct Peers {
    links: BTreeMap<SocketAddr, PeerLink>,
    /// What the links of forgotten peers did.
    gone: LinkCounts,
}

struct PeerLink {
    up: Conditioner,
    down: Conditioner,
}

impl PeerLinks {
    /// From now on `wire`, a server's, obeys. It tells when a peer is to be forgotten.
    pub fn put_on(&self, wire: &mut dyn Wire) {
        let hook = |side| Some(Box::new(PerPeer { links: self.clone(), side }) as Box<dyn LinkHook>);
        wire.condition(hook(Side::Up), hook(Side::Down));
    }

    /// Puts `link` on `peer`, or changes it. False if as many peers as there can be sessions have one already.
    pub fn impose(&self, now: Duration, peer: SocketAddr, link: LinkSettings, seed: u64) -> bool {
        let mut peers = lock(&self.peers);
        if let Some(known) = peers.links.get_mut(&peer) {
            known.up.set_profile(now, link.up);
            known.down.set_profile(now, link.down);
            return true;
        }
        if peers.links.len() >= SESSIONS_MAX {
            return false;
        }
        let fresh = PeerLink { up: Conditioner::new(link.up, seed), down: Conditioner::new(link.down, !seed) };
        peers.links.insert(peer, fresh);
        true
    }

    /// What the link of `peer` did, up and down.
    pub fn counts(&self, peer: SocketAddr) -> Option<(LinkCounts, LinkCounts)> {
        lock(&self.peers).links.get(&peer).map(|link| (link.up.counts(), link.down.counts()))
    }

    /// What all links did in both directions, those of forgotten peers included.
    pub fn totals(&self) -> LinkCounts {
        let peers = lock(&self.peers);
        let mut total = peers.gone;
        for link in peers.links.values() {
            total += link.up.counts();
            total += link.down.counts();
        }
        total
    }

    /// Peers with a link.
    pub fn len(&self) -> usize {
        lock(&self.peers).links.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The hook of a [`LinkHandle`].
struct Conditioned {
    link: Arc<Mutex<Conditioner>>,
}

impl LinkHook for Conditioned {
    fn pass(&mut self, now: Duration, _: SocketAddr, bytes: &[u8], emit: &mut dyn FnMut(Duration, &[u8])) {
        lock(&self.link).pass(now, bytes.len(), &mut |release| emit(release, bytes));
    }
}

/// The hook of [`PeerLinks`].
struct PerPeer {
    links: PeerLinks,
    side: Side,
}

#[derive(Clone, Copy)]
enum Side {
    Up,
    Down,
}

impl LinkHook for PerPeer {
    fn pass(&mut self, now: Duration, peer: SocketAddr, bytes: &[u8], emit: &mut dyn FnMut(Duration, &[u8])) {
        match (lock(&self.links.peers).links.get_mut(&peer), self.side) {
            (Some(link), Side::Up) => link.up.pass(now, bytes.len(), &mut |release| emit(release, bytes)),
            (Some(link), Side::Down) => link.down.pass(now, bytes.len(), &mut |release| emit(release, bytes)),
            (None, _) => emit(now, bytes),
        }
    }

    fn forget(&mut self, peer: SocketAddr) {
        let mut peers = lock(&self.links.peers);
        if let Some(link) = peers.links.remove(&peer) {
            peers.gone += link.up.counts();
            peers.gone += link.down.counts();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // No code under these locks panics half way through a change, so what a poisoned one holds is whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
