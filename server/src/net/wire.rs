//! What a transport needs of a network: datagrams in with their arrival times, datagrams out, and what was lost.
//!
//! It stands alone so that a session cannot tell UDP from memory: tests and the Lab run the very same transport on
//! virtual time. It must not know netcode, sessions or what a datagram means.

use std::net::SocketAddr;
use std::time::Duration;

/// One received datagram. `bytes` is pooled: hand it back with [`Wire::recycle`].
#[derive(Debug)]
pub struct Datagram {
    pub from: SocketAddr,
    /// When it reached this machine, on the clock of the wire (never later than the `now` of the poll that found it).
    pub arrived: Duration,
    pub bytes: Vec<u8>,
}

/// What a wire lost or could not do since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WireDrops {
    /// Received datagrams dropped because the sender's share of the receive queue was full.
    pub queue: u64,
    /// Received datagrams longer than a datagram may be.
    pub length: u64,
    /// Datagrams the system would not take because its send buffer was full.
    pub send_full: u64,
    /// Datagrams the system refused to send for any other reason.
    pub send_error: u64,
    /// "Nobody listens there" answers (ICMP port unreachable) seen by a connected socket.
    pub refused: u64,
    /// Receive errors other than `refused`.
    pub receive_error: u64,
    /// Datagrams a link hook wanted to hold although too many were held already.
    pub held: u64,
}

/// One end of a network.
pub trait Wire: Send + Sync {
    /// Takes over what has arrived by `now`; a bounded amount of work.
    fn poll(&mut self, now: Duration);
    /// The next of what the last [`Wire::poll`] took over: known senders first, each group in order of arrival.
    fn receive(&mut self) -> Option<Datagram>;
    /// Gives a receive buffer back to the pool.
    fn recycle(&mut self, bytes: Vec<u8>);
    /// Sends at once, never waits. What cannot be sent is counted; other datagrams are not affected.
    fn send(&mut self, to: SocketAddr, bytes: &[u8]);
    /// The address others reach this wire at.
    fn local_addr(&self) -> SocketAddr;
    /// What was lost so far.
    fn drops(&self) -> WireDrops;
    /// Gives `peer` its own share of the receive queue, so that strangers cannot crowd it out.
    fn admit(&mut self, peer: SocketAddr);
    /// Makes `peer` a stranger again.
    fn forget(&mut self, peer: SocketAddr);
    /// Puts a link condition on each direction, or takes it off with `None`.
    fn condition(&mut self, incoming: Option<Box<dyn LinkHook>>, outgoing: Option<Box<dyn LinkHook>>);
}

/// A place for faults: decides when, and how often, a datagram gets through one direction of a wire.
///
/// The hook itself holds nothing and knows no clock, so a seeded conditioner is a plain state machine. For each datagram
/// it calls `emit` with the time of release once per copy: never for a loss, twice for a duplicate, a later time for a
/// delay, and other bytes for damage. The wire keeps what is not due yet in a bounded queue. Over UDP the I/O thread
/// sends it on time, and what comes in late is stamped with its time of release; in memory `deliver(now)` releases it.
pub trait LinkHook: Send + Sync {
    /// Lets `bytes`, from or to `peer`, pass at `now`.
    fn pass(&mut self, now: Duration, peer: SocketAddr, bytes: &[u8], emit: &mut dyn FnMut(Duration, &[u8]));

    /// The session with `peer` is over: nothing needs to be kept for it.
    fn forget(&mut self, _peer: SocketAddr) {}
}
