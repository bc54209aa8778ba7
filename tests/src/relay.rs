//! A UDP relay that makes a bad link out of a good one: what stands between any client and any server, without either knowing.
//!
//! Time line: a datagram of a client is stamped when it is read, goes through the client's own `up` pipe, and leaves by the
//! client's own socket when it is due; what comes back there goes through its `down` pipe to the client. One thread,
//! which waits for sockets or for the next release. Clients, datagrams and work per turn are bounded; all drops are
//! counted. It must not know what a datagram means.

use mio::net::UdpSocket;
use mio::{Events, Interest, Poll, Token};
use serde::Serialize;
use socket2::{Domain, Protocol, Socket, Type};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tickshot_shared::limits::SOCKET_BUFFER_BYTES;
use tickshot_shared::link::conditioner::LinkCounts;
use tickshot_shared::link::pipe::Pipe;
use tickshot_shared::link::profile::LinkSettings;

/// What a relay needs to know.
#[derive(Clone, Debug)]
pub struct RelayConfig {
    /// Where clients send to.
    pub listen: SocketAddr,
    /// Where the server is.
    pub to: SocketAddr,
    pub link: LinkSettings,
    pub seed: u64,
}

/// What a relay did.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RelayReport {
    pub link: String,
    pub seed: u64,
    /// Addresses that were ever relayed.
    pub clients: u64,
    /// Datagrams of addresses beyond [`CLIENTS_MAX`].
    pub turned_away: u64,
    /// "Nobody listens there" answers, of the server or a client.
    pub refused: u64,
    /// Datagrams that the system would not send.
    pub send_errors: u64,
    /// Datagrams still under way at the end.
    pub under_way: u64,
    /// Clients to server, all together.
    pub up: LinkCounts,
    /// Server to clients, all together.
    pub down: LinkCounts,
}

/// Why a relay cannot start.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    #[error("cannot listen on {addr} (--listen): {error}; stop who holds it or give another port, 0 for any")]
    Listen { addr: SocketAddr, error: io::Error },
    #[error("cannot wait for sockets: {0}")]
    Wait(io::Error),
    #[error("the system gives no random seed: {0}; give one with --seed")]
    Random(getrandom::Error),
}

/// A bound relay.
pub struct Relay {
    config: RelayConfig,
    poll: Poll,
    listen: UdpSocket,
    local_addr: SocketAddr,
    clients: BTreeMap<Token, Client>,
    tokens: BTreeMap<SocketAddr, Token>,
    /// Sockets that may hold more than the last turn read: they report no second time.
    unread: BTreeSet<Token>,
    /// Of clients that are gone, and of the relay itself.
    report: RelayReport,
    buffer: Vec<u8>,
}

/// One client with a socket of its own, so that the server can tell clients apart.
struct Client {
    addr: SocketAddr,
    upstream: UdpSocket,
    up: Pipe,
    down: Pipe,
    /// When it last sent something.
    heard: Duration,
}

impl Relay {
    pub fn bind(config: RelayConfig) -> Result<Relay, RelayError> {
        let failed = |error| RelayError::Listen { addr: config.listen, error };
        let poll = Poll::new().map_err(RelayError::Wait)?;
        let mut listen = socket(config.listen).map_err(failed)?;
        let local_addr = listen.local_addr().map_err(failed)?;
        poll.registry().register(&mut listen, LISTEN, Interest::READABLE).map_err(RelayError::Wait)?;
        let report = RelayReport { link: config.link.to_string(), seed: config.seed, ..RelayReport::default() };
        Ok(Relay {
            config,
            poll,
            listen,
            local_addr,
            clients: BTreeMap::new(),
            tokens: BTreeMap::new(),
            unread: BTreeSet::new(),
            report,
            buffer: vec![0; 65_536],
        })
    }

    /// Where clients send to.
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Relay until `stop` is set or the time is over; `progress` is told once a second how far it is.
    pub fn run(
        mut self,
        stop: &AtomicBool,
        end: Option<Duration>,
        progress: &mut dyn FnMut(Duration, &RelayReport),
    ) -> Result<RelayReport, RelayError> {
        let (started, mut next_progress) = (Instant::now(), Duration::from_secs(1));
        let mut events = Events::with_capacity(256);
        while !stop.load(Ordering::Relaxed) && end.is_none_or(|end| started.elapsed() < end) {
            self.release(started.elapsed());
            if started.elapsed() >= next_progress {
                progress(next_progress, &self.report());
                next_progress += Duration::from_secs(1);
            }
            let wait = if self.unread.is_empty() { self.wait(started.elapsed(), end) } else { Duration::ZERO };
            match self.poll.poll(&mut events, Some(wait)) {
                Err(error) if error.kind() != ErrorKind::Interrupted => return Err(RelayError::Wait(error)),
                _ => {}
            }
            self.unread.extend(events.iter().map(mio::event::Event::token));
            for token in std::mem::take(&mut self.unread) {
                let more = if token == LISTEN { self.hear_clients(started) } else { self.hear_server(started, token) };
                if more {
                    self.unread.insert(token);
                }
            }
        }
        Ok(self.report())
    }

    /// The counts of all clients, gone and present.
    fn report(&self) -> RelayReport {
        let mut report = self.report.clone();
        for client in self.clients.values() {
            report.count(client);
        }
        report
    }

    /// How long nothing needs to be done.
    fn wait(&self, now: Duration, end: Option<Duration>) -> Duration {
        let pipes = self.clients.values().flat_map(|client| [&client.up, &client.down]);
        let due = pipes.filter_map(Pipe::next_due).chain(end).min();
        due.map_or(LOOK_UP, |due| due.saturating_sub(now).min(LOOK_UP))
    }

    /// Takes over what clients sent; true if there may be more.
    fn hear_clients(&mut self, started: Instant) -> bool {
        for _ in 0..DATAGRAMS_PER_TURN {
            let (bytes, from) = match self.listen.recv_from(&mut self.buffer) {
                Ok(received) => received,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return false,
                Err(_) => {
                    // On a socket that sends to many this is an answer to an earlier datagram.
                    self.report.refused += 1;
                    continue;
                }
            };
            let now = started.elapsed();
            let Some(token) = self.tokens.get(&from).copied().or_else(|| self.welcome(now, from)) else {
                self.report.turned_away += 1;
                continue;
            };
            if let Some(client) = self.clients.get_mut(&token) {
                client.heard = now;
                client.up.send(now, &self.buffer[..bytes]);
            }
        }
        true
    }

    /// Takes over what the server sent to one client; true if there may be more.
    fn hear_server(&mut self, started: Instant, token: Token) -> bool {
        let Some(client) = self.clients.get_mut(&token) else { return false };
        for _ in 0..DATAGRAMS_PER_TURN {
            match client.upstream.recv(&mut self.buffer) {
                Ok(bytes) => client.down.send(started.elapsed(), &self.buffer[..bytes]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return false,
                Err(_) => self.report.refused += 1,
            }
        }
        true
    }

    /// A place for a client that was not heard before, if there is one or one can be given up.
    fn welcome(&mut self, now: Duration, addr: SocketAddr) -> Option<Token> {
        if self.clients.len() >= CLIENTS_MAX {
            let (idle, client) = self.clients.iter().min_by_key(|(_, client)| client.heard)?;
            if now.saturating_sub(client.heard) < IDLE {
                return None;
            }
            let idle = *idle;
            self.dismiss(idle);
        }
        let any: SocketAddr = if self.config.to.is_ipv4() { ([0, 0, 0, 0], 0).into() } else { ([0u16; 8], 0).into() };
        let mut upstream = socket(any).ok()?;
        upstream.connect(self.config.to).ok()?;
        let token = Token(1 + self.report.clients as usize);
        self.poll.registry().register(&mut upstream, token, Interest::READABLE).ok()?;
        // Streams of its own for every client and direction.
        let seed = self.config.seed.wrapping_add(2 * self.report.clients);
        let LinkSettings { up, down } = self.config.link;
        let (up, down) = (Pipe::new(up, seed), Pipe::new(down, seed.wrapping_add(1)));
        self.report.clients += 1;
        self.tokens.insert(addr, token);
        self.clients.insert(token, Client { addr, upstream, up, down, heard: now });
        Some(token)
    }

    fn dismiss(&mut self, token: Token) {
        if let Some(client) = self.clients.remove(&token) {
            self.tokens.remove(&client.addr);
            self.report.count(&client);
        }
    }

    /// Sends what is due.
    fn release(&mut self, now: Duration) {
        let Self { clients, listen, report, .. } = self;
        for client in clients.values_mut() {
            let Client { addr, upstream, up, down, .. } = client;
            // A connected socket reports an answer to an earlier datagram here, without sending this one: try again.
            up.deliver(now, &mut |_, bytes| report.sent(upstream.send(bytes).or_else(|_| upstream.send(bytes))));
            down.deliver(now, &mut |_, bytes| report.sent(listen.send_to(bytes, *addr)));
        }
    }
}

impl RelayReport {
    fn sent(&mut self, result: io::Result<usize>) {
        match result {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => self.refused += 1,
            Err(_) => self.send_errors += 1,
        }
    }

    fn count(&mut self, client: &Client) {
        self.up += client.up.counts();
        self.down += client.down.counts();
        self.under_way += (client.up.held() + client.down.held()) as u64;
    }
}

fn socket(bind: SocketAddr) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(bind), Type::DGRAM, Some(Protocol::UDP))?;
    // Best effort: the system caps both.
    let _ = socket.set_recv_buffer_size(SOCKET_BUFFER_BYTES);
    let _ = socket.set_send_buffer_size(SOCKET_BUFFER_BYTES);
    socket.set_nonblocking(true)?;
    socket.bind(&bind.into())?;
    Ok(UdpSocket::from_std(socket.into()))
}

/// Clients relayed at once, each with a socket. More are turned away until one was silent for `IDLE`.
pub const CLIENTS_MAX: usize = 256;
/// Silence after which a client's place may be given to another.
const IDLE: Duration = Duration::from_secs(60);
/// Datagrams read from one socket before the others and the releases have their turn.
const DATAGRAMS_PER_TURN: usize = 64;
/// How often the end and the stop flag are looked at when nothing happens.
const LOOK_UP: Duration = Duration::from_millis(100);
const LISTEN: Token = Token(0);
