//! UDP: the sockets of a process, and the one thread that looks after them.
//!
//! Who owns a socket empties it once per tick ([`Wire::poll`]); the I/O thread empties it in between, so that a stalled
//! tick or a flood cannot overflow the system's buffer, and sends what a link condition held back, on time. On Linux
//! the kernel stamps arrivals, so the thread may rest after each wake-up while more gather: waking for every datagram
//! cost 14 us of CPU each, waking every 12 ms costs 3.6 (64 clients, 64 Hz, `examples/io_cost.rs`). It must not know
//! netcode, sessions or what a datagram means.

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use mio::net::UdpSocket;
use mio::{Events, Interest, Poll, Registry, Token, Waker};
use socket2::{Domain, Protocol, Socket, Type};
use tickshot_shared::limits::{HELD_DATAGRAMS_MAX, SOCKET_BUFFER_BYTES};

use super::batch;
pub use super::clock::Clock;
use super::held::Lane;
use super::inbox::Inbox;
use super::wire::{Datagram, LinkHook, Wire, WireDrops};

/// A thread that serves all UDP sockets of a process. Clones are the same thread; it ends with the last clone and wire.
#[derive(Clone)]
pub struct IoThread {
    running: Arc<Running>,
}

/// Why a socket or its thread could not be had.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    #[error("UDP address {addr} is in use; stop the program that holds it or listen on another port")]
    InUse { addr: SocketAddr },
    #[error("UDP ports {} to {} are all in use; stop one of the servers or name another port", ports.start(), ports.end())]
    AllInUse { ports: std::ops::RangeInclusive<u16> },
    #[error("UDP address {addr} is not one of this machine; listen on 0.0.0.0 or on an address of an interface")]
    NotOurs { addr: SocketAddr },
    #[error("no permission for UDP address {addr}; choose a port above 1023")]
    Forbidden { addr: SocketAddr },
    #[error("cannot open UDP address {addr}: {source}")]
    Open { addr: SocketAddr, source: io::Error },
    #[error("cannot start the network thread: {0}")]
    Thread(io::Error),
}

impl IoThread {
    /// Starts the thread. Arrivals are stamped on `clock`.
    pub fn start(clock: Clock) -> Result<IoThread, SocketError> {
        let poll = Poll::new().map_err(SocketError::Thread)?;
        let registry = poll.registry().try_clone().map_err(SocketError::Thread)?;
        let waker = Waker::new(&registry, WAKER).map_err(SocketError::Thread)?;
        let shared = Arc::new(Shared {
            clock,
            registry,
            waker,
            ports: Mutex::default(),
            next_token: AtomicUsize::new(0),
            conditioned: AtomicBool::new(false),
            stop: AtomicBool::new(false),
        });
        let for_thread = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("tickshot-io".into())
            .spawn(move || run(poll, &for_thread))
            .map_err(SocketError::Thread)?;
        Ok(IoThread { running: Arc::new(Running { shared, thread: Some(thread) }) })
    }

    /// A socket at `bind` that hears from anyone: a server's.
    pub fn listen(&self, bind: SocketAddr) -> Result<UdpWire, SocketError> {
        self.open(bind, None)
    }

    /// A socket on any free port that hears from `peer` alone and learns when nobody listens there: a client's.
    pub fn connect(&self, peer: SocketAddr) -> Result<UdpWire, SocketError> {
        let any: SocketAddr = if peer.is_ipv4() { ([0, 0, 0, 0], 0).into() } else { ([0u16; 8], 0).into() };
        self.open(any, Some(peer))
    }

    fn open(&self, bind: SocketAddr, peer: Option<SocketAddr>) -> Result<UdpWire, SocketError> {
        let shared = &self.running.shared;
        let failed = |source: io::Error| match source.kind() {
            ErrorKind::AddrInUse => SocketError::InUse { addr: bind },
            ErrorKind::AddrNotAvailable => SocketError::NotOurs { addr: bind },
            ErrorKind::PermissionDenied => SocketError::Forbidden { addr: bind },
            _ => SocketError::Open { addr: peer.unwrap_or(bind), source },
        };
        let mut socket = bound(bind, peer).map_err(failed)?;
        batch::prepare(&socket).map_err(failed)?;
        let addr = socket.local_addr().map_err(failed)?;
        let token = Token(shared.next_token.fetch_add(1, Ordering::Relaxed));
        shared.registry.register(&mut socket, token, Interest::READABLE).map_err(failed)?;
        let port = Arc::new(Port { socket, peer, state: Mutex::new(PortState::new()) });
        lock(&shared.ports).insert(token, Arc::downgrade(&port));
        Ok(UdpWire {
            running: Arc::clone(&self.running),
            port,
            token,
            addr,
            conditioned: false,
            ready: VecDeque::new(),
            spent: Vec::new(),
            drops: WireDrops::default(),
        })
    }
}

/// One UDP socket.
pub struct UdpWire {
    running: Arc<Running>,
    port: Arc<Port>,
    token: Token,
    addr: SocketAddr,
    /// True once anything was conditioned: sends then go through the lane.
    conditioned: bool,
    ready: VecDeque<Datagram>,
    spent: Vec<Vec<u8>>,
    /// Drops of the sending side.
    drops: WireDrops,
}

impl Wire for UdpWire {
    fn poll(&mut self, now: Duration) {
        let mut state = lock(&self.port.state);
        state.inbox.refill(&mut self.spent);
        state.collect(&self.port.socket, self.running.shared.clock, now);
        state.inbox.drain_into(&mut self.ready);
    }

    fn receive(&mut self) -> Option<Datagram> {
        self.ready.pop_front()
    }

    fn recycle(&mut self, bytes: Vec<u8>) {
        self.spent.push(bytes);
    }

    fn send(&mut self, to: SocketAddr, bytes: &[u8]) {
        if !self.conditioned {
            self.port.send(to, bytes, &mut self.drops);
            return;
        }
        let shared = &self.running.shared;
        let now = shared.clock.now();
        let mut state = lock(&self.port.state);
        let before = state.outgoing.next_release();
        state.outgoing.pass(now, to, bytes);
        self.port.send_due(&mut state, now);
        let earlier = state.outgoing.next_release();
        drop(state);
        if earlier.is_some() && (before.is_none() || earlier < before) {
            shared.wake();
        }
    }

    fn local_addr(&self) -> SocketAddr {
        self.addr
    }

    fn drops(&self) -> WireDrops {
        let state = lock(&self.port.state);
        WireDrops {
            queue: state.inbox.queue_drops,
            length: state.inbox.length_drops,
            send_full: self.drops.send_full + state.drops.send_full,
            send_error: self.drops.send_error + state.drops.send_error,
            refused: self.drops.refused + state.drops.refused,
            receive_error: state.drops.receive_error,
            held: state.incoming.dropped + state.outgoing.dropped,
        }
    }

    fn admit(&mut self, peer: SocketAddr) {
        lock(&self.port.state).inbox.admit(peer);
    }

    fn forget(&mut self, peer: SocketAddr) {
        let mut state = lock(&self.port.state);
        state.inbox.forget(peer);
        state.incoming.forget(peer);
        state.outgoing.forget(peer);
    }

    fn condition(&mut self, incoming: Option<Box<dyn LinkHook>>, outgoing: Option<Box<dyn LinkHook>>) {
        self.conditioned = true;
        self.running.shared.conditioned.store(true, Ordering::Relaxed);
        let mut state = lock(&self.port.state);
        state.incoming.condition(incoming);
        state.outgoing.condition(outgoing);
    }
}

impl Drop for UdpWire {
    fn drop(&mut self) {
        lock(&self.running.shared.ports).remove(&self.token);
    }
}

/// Ends the thread when the last owner is gone.
struct Running {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Release);
        self.shared.wake();
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was printed when it happened; there is nothing left to undo here.
            let _ = thread.join();
        }
    }
}

struct Shared {
    clock: Clock,
    registry: Registry,
    waker: Waker,
    ports: Mutex<BTreeMap<Token, Weak<Port>>>,
    next_token: AtomicUsize,
    /// True once any wire was conditioned: only then the thread looks for datagrams to release.
    conditioned: AtomicBool,
    stop: AtomicBool,
}

impl Shared {
    fn wake(&self) {
        // It can only fail when the poll is gone, and then there is nobody to wake.
        let _ = self.waker.wake();
    }

    fn port(&self, token: Token) -> Option<Arc<Port>> {
        lock(&self.ports).get(&token).and_then(Weak::upgrade)
    }

    /// Sends everything that is due on every port; the time of the next one.
    fn send_due(&self, now: Duration) -> Option<Duration> {
        if !self.conditioned.load(Ordering::Relaxed) {
            return None;
        }
        let ports: Vec<_> = lock(&self.ports).values().filter_map(Weak::upgrade).collect();
        let releases = ports.iter().filter_map(|port| {
            let mut state = lock(&port.state);
            port.send_due(&mut state, now);
            state.outgoing.next_release()
        });
        releases.min()
    }
}

/// What a wire and the thread share of one socket.
struct Port {
    socket: UdpSocket,
    peer: Option<SocketAddr>,
    state: Mutex<PortState>,
}

struct PortState {
    inbox: Inbox,
    incoming: Lane,
    outgoing: Lane,
    /// Drops of the receiving side, and of sends by the thread.
    drops: WireDrops,
}

impl PortState {
    fn new() -> Self {
        Self {
            inbox: Inbox::default(),
            incoming: Lane::new(HELD_DATAGRAMS_MAX),
            outgoing: Lane::new(HELD_DATAGRAMS_MAX),
            drops: WireDrops::default(),
        }
    }

    /// Takes over what the system holds for `socket`; how many datagrams that were.
    fn collect(&mut self, socket: &UdpSocket, clock: Clock, now: Duration) -> usize {
        let Self { inbox, incoming, drops, .. } = self;
        let drained = batch::drain(socket, clock, &mut |from, arrived, bytes| {
            if incoming.is_open() {
                inbox.push(from, arrived, bytes);
            } else {
                incoming.pass(arrived, from, bytes);
            }
        });
        drops.refused += drained.refused;
        drops.receive_error += drained.errors;
        while let Some(held) = incoming.pop_due(now) {
            inbox.push(held.peer, held.release, &held.bytes);
        }
        drained.datagrams
    }
}

impl Port {
    fn send(&self, to: SocketAddr, bytes: &[u8], drops: &mut WireDrops) {
        // A connected socket reports an ICMP answer to an earlier datagram here, without sending this one: try again.
        for _ in 0..2 {
            let result = if self.peer.is_some() { self.socket.send(bytes) } else { self.socket.send_to(bytes, to) };
            match result.map_err(|error| error.kind()) {
                Ok(_) => return,
                Err(ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset) => drops.refused += 1,
                Err(ErrorKind::WouldBlock) => {
                    drops.send_full += 1;
                    return;
                }
                Err(_) => {
                    drops.send_error += 1;
                    return;
                }
            }
        }
    }

    fn send_due(&self, state: &mut PortState, now: Duration) {
        while let Some(held) = state.outgoing.pop_due(now) {
            self.send(held.peer, &held.bytes, &mut state.drops);
        }
    }
}

/// The thread: wait, rest so that more can gather, empty what has something, release what is due.
fn run(mut poll: Poll, shared: &Shared) {
    let mut events = Events::with_capacity(EVENTS_PER_WAKE);
    let mut rest = REST_MAX;
    while !shared.stop.load(Ordering::Acquire) {
        let now = shared.clock.now();
        let next = shared.send_due(now).map(|release| release.saturating_sub(now));
        if let Err(error) = poll.poll(&mut events, next)
            && error.kind() != ErrorKind::Interrupted
        {
            tracing::error!("waiting for the network failed: {error}; receiving goes on once per tick");
            return;
        }
        let mut most = 0;
        for event in events.iter().filter(|event| event.token() != WAKER) {
            if let Some(port) = shared.port(event.token()) {
                let now = shared.clock.now();
                most = lock(&port.state).collect(&port.socket, shared.clock, now).max(most);
            }
        }
        rest = if most >= GATHERED_MAX { rest / 2 } else { (rest + REST_STEP).min(REST_MAX) };
        // Under a link condition there is no rest: there is no telling when the next release will be due.
        let rests = !events.is_empty() && !shared.conditioned.load(Ordering::Relaxed);
        if rests && !rest.is_zero() && !shared.stop.load(Ordering::Acquire) {
            thread::sleep(rest);
        }
    }
}

fn bound(bind: SocketAddr, peer: Option<SocketAddr>) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(bind), Type::DGRAM, Some(Protocol::UDP))?;
    // Best effort: the system caps both, and less only means that a longer stall loses datagrams.
    let _ = socket.set_recv_buffer_size(SOCKET_BUFFER_BYTES);
    let _ = socket.set_send_buffer_size(SOCKET_BUFFER_BYTES);
    if bind.is_ipv6() {
        let _ = socket.set_only_v6(false);
    }
    socket.set_nonblocking(true)?;
    socket.bind(&bind.into())?;
    if let Some(peer) = peer {
        socket.connect(&peer.into())?;
    }
    Ok(UdpSocket::from_std(socket.into()))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // No code under these locks panics half way through a change, so what a poisoned one holds is whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Longest time the thread lets datagrams gather: with kernel stamps that costs no accuracy, and whoever owns the socket
/// has usually emptied it himself by then. Without them a datagram is stamped when it is read, so there is no rest.
const REST_MAX: Duration = Duration::from_millis(if cfg!(target_os = "linux") { 25 } else { 0 });
/// How much longer each rest may be than the last; a rest that gathered too much is halved.
const REST_STEP: Duration = Duration::from_millis(1);
/// Datagrams one rest may gather in a socket: half of what the system's default buffer holds.
const GATHERED_MAX: usize = 128;
const EVENTS_PER_WAKE: usize = 256;
const WAKER: Token = Token(usize::MAX);
