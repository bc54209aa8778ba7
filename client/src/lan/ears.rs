//! The sockets of a search: one per interface, so that each interface is asked and the answer comes back through it.
//!
//! Alone as the only place that knows interfaces. What systems do differently: Linux lets a socket that is bound to an
//! interface's address send to that interface's broadcast address and hears nothing else; macOS and Windows do so, too, but send
//! 255.255.255.255 out of one interface only, which is why each interface's own broadcast address is asked first. Windows
//! reports "nobody listens there" as an error of the next receive; that and every other error of one address means only
//! that it is not heard. Tunnels have no broadcast address and are not asked.

use super::Reach;
use mio::net::UdpSocket;
use mio::{Events, Interest, Poll, Token};
use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use tickshot_shared::limits::DATAGRAM_BYTES_MAX;

pub(super) struct Ears {
    reach: Reach,
    poll: Poll,
    events: Events,
    sockets: Vec<Ear>,
    interfaces: BTreeSet<(Ipv4Addr, Ipv4Addr)>,
    next_token: usize,
    next_look: Duration,
    trouble: Option<String>,
}

/// A socket, and what is asked through it.
struct Ear {
    socket: UdpSocket,
    token: Token,
    asks: Asks,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Asks {
    /// The network of one interface.
    Interface(Ipv4Addr, Ipv4Addr),
    /// Everybody that the system's own choice of interface reaches, and favourites.
    Everybody,
    /// An address of this machine.
    Loopback(Ipv4Addr),
    /// Favourites with an IPv6 address.
    FavouritesV6,
}

impl Ears {
    pub(super) fn open(reach: Reach) -> io::Result<Ears> {
        let mut ears = Ears {
            poll: Poll::new()?,
            events: Events::with_capacity(64),
            sockets: Vec::new(),
            interfaces: BTreeSet::new(),
            next_token: 0,
            next_look: Duration::ZERO,
            trouble: None,
            reach,
        };
        ears.add(Ipv4Addr::UNSPECIFIED.into(), Asks::Everybody)?;
        for addr in ears.reach.loopback.clone() {
            ears.add(Ipv4Addr::LOCALHOST.into(), Asks::Loopback(addr))?;
        }
        // A machine without IPv6 has no use for it.
        _ = ears.add(Ipv6Addr::UNSPECIFIED.into(), Asks::FavouritesV6);
        Ok(ears)
    }

    /// Put the question to everybody.
    pub(super) fn ask(&mut self, now: Duration, query: &[u8], favourites: &[SocketAddr]) {
        if self.reach.broadcast && now >= self.next_look {
            self.next_look = now + INTERFACE_INTERVAL;
            self.look_at_interfaces();
        }
        for ear in &self.sockets {
            let everybody = |to: Ipv4Addr| self.reach.ports.iter().map(move |port| SocketAddr::from((to, *port)));
            match ear.asks {
                Asks::Interface(_, broadcast) => everybody(broadcast).for_each(|to| ear.send(query, to)),
                Asks::Loopback(addr) => everybody(addr).for_each(|to| ear.send(query, to)),
                Asks::Everybody => {
                    if self.reach.broadcast {
                        everybody(Ipv4Addr::BROADCAST).for_each(|to| ear.send(query, to));
                    }
                    favourites.iter().filter(|to| to.is_ipv4()).for_each(|to| ear.send(query, *to));
                }
                Asks::FavouritesV6 => favourites.iter().filter(|to| to.is_ipv6()).for_each(|to| ear.send(query, *to)),
            }
        }
    }

    /// Wait for answers, `patience` at most, and hand over what has come.
    pub(super) fn listen(&mut self, patience: Duration, on: &mut dyn FnMut(SocketAddr, &[u8])) -> io::Result<()> {
        match self.poll.poll(&mut self.events, Some(patience)) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
            _ => {}
        }
        let mut bytes = [0; DATAGRAM_BYTES_MAX];
        for event in &self.events {
            let Some(ear) = self.sockets.iter().find(|ear| ear.token == event.token()) else { continue };
            // Readiness is reported once: everything there is has to be taken, or the rest waits for the next datagram. A
            // flood is bounded by the socket's own buffer and by this.
            for _ in 0..DATAGRAMS_PER_WAKE_MAX {
                match ear.socket.recv_from(&mut bytes) {
                    Ok((len, from)) => on(unmapped(from), &bytes[..len]),
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                    Err(_) => {}
                }
            }
        }
        Ok(())
    }

    /// Why less is asked than should be.
    pub(super) fn trouble(&self) -> Option<String> {
        self.trouble.clone()
    }

    /// Interfaces come and go: a laptop joins a network.
    fn look_at_interfaces(&mut self) {
        let all = match if_addrs::get_if_addrs() {
            Ok(all) => all,
            Err(error) => {
                self.trouble = Some(format!("cannot list network interfaces: {error}"));
                return;
            }
        };
        self.trouble = None;
        let mut there: BTreeSet<(Ipv4Addr, Ipv4Addr)> = BTreeSet::new();
        for interface in all.into_iter().filter(|interface| !interface.is_loopback()).take(INTERFACES_MAX) {
            if let if_addrs::IfAddr::V4(v4) = interface.addr
                && let Some(broadcast) = v4.broadcast
            {
                there.insert((v4.ip, broadcast));
            }
        }
        if there == self.interfaces {
            return;
        }
        let (poll, gone) = (&self.poll, &there);
        self.sockets.retain_mut(|ear| match ear.asks {
            Asks::Interface(ip, broadcast) if !gone.contains(&(ip, broadcast)) => {
                _ = poll.registry().deregister(&mut ear.socket);
                false
            }
            _ => true,
        });
        for (ip, broadcast) in there.difference(&self.interfaces.clone()) {
            if let Err(error) = self.add(IpAddr::V4(*ip), Asks::Interface(*ip, *broadcast)) {
                self.trouble = Some(format!("cannot ask on the interface with {ip}: {error}"));
            }
        }
        self.interfaces = there;
    }

    fn add(&mut self, ip: IpAddr, asks: Asks) -> io::Result<()> {
        let socket = std::net::UdpSocket::bind(SocketAddr::new(ip, 0))?;
        socket.set_nonblocking(true)?;
        if ip.is_ipv4() {
            socket.set_broadcast(true)?;
        }
        let mut socket = UdpSocket::from_std(socket);
        let token = Token(self.next_token);
        self.next_token += 1;
        self.poll.registry().register(&mut socket, token, Interest::READABLE)?;
        self.sockets.push(Ear { socket, token, asks });
        Ok(())
    }
}

impl Ear {
    /// Not every address can be reached from every interface: who cannot be asked does not answer.
    fn send(&self, query: &[u8], to: SocketAddr) {
        _ = self.socket.send_to(query, to);
    }
}

/// An IPv4 address as such, even if a socket of both families heard it.
fn unmapped(addr: SocketAddr) -> SocketAddr {
    SocketAddr::new(addr.ip().to_canonical(), addr.port())
}

/// How often the interfaces are listed anew.
const INTERFACE_INTERVAL: Duration = Duration::from_secs(5);
const INTERFACES_MAX: usize = 32;
/// Answers taken per wake-up and socket.
const DATAGRAMS_PER_WAKE_MAX: usize = 1024;
