//! Emptying a UDP socket with as few system calls as the system allows, every datagram stamped with its arrival.
//!
//! It stands alone because it is the one place that differs between systems. Linux: `recvmmsg`, 32 datagrams a call,
//! stamped by the kernel, so nobody needs to wake up for a datagram just to know when it came. Elsewhere: `recv_from`,
//! stamped when read. It must not know queues or sessions.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use mio::net::UdpSocket;

use super::clock::Clock;

/// What one emptying of a socket found.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Drained {
    pub(super) datagrams: usize,
    pub(super) refused: u64,
    pub(super) errors: u64,
}

impl Drained {
    /// Counts a failed receive. False when there is nothing left to read.
    fn goes_on_after(&mut self, kind: ErrorKind) -> bool {
        match kind {
            ErrorKind::WouldBlock => return false,
            ErrorKind::Interrupted => {}
            // ICMP port unreachable, as Linux and Windows report it. It says nothing about the other datagrams.
            ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset => self.refused += 1,
            _ => self.errors += 1,
        }
        true
    }
}

/// A buffer longer than any datagram we accept, so that a longer one shows.
const BUFFER_BYTES: usize = 2048;

#[cfg(target_os = "linux")]
pub(super) use linux::{drain, prepare};

#[cfg(not(target_os = "linux"))]
pub(super) use portable::{drain, prepare};

#[cfg(target_os = "linux")]
mod linux {
    use std::array;
    use std::cell::RefCell;
    use std::io::{self, IoSliceMut};
    use std::os::fd::AsRawFd;
    use std::time::SystemTime;

    use nix::cmsg_space;
    use nix::sys::socket::{
        ControlMessageOwned, MsgFlags, MultiHeaders, SockaddrStorage, recvmmsg, setsockopt, sockopt::ReceiveTimestampns,
    };
    use nix::sys::time::TimeSpec;
    use tickshot_shared::limits::{RECEIVE_BATCH, RECEIVE_CALLS_PER_POLL_MAX};

    use super::*;

    /// Asks the kernel to stamp what arrives.
    pub(in super::super) fn prepare(socket: &UdpSocket) -> io::Result<()> {
        setsockopt(socket, ReceiveTimestampns, &true).map_err(io::Error::from)
    }

    /// Reads until the socket is empty or the limit of calls is reached, calling `take` for each datagram.
    pub(in super::super) fn drain(
        socket: &UdpSocket,
        clock: Clock,
        take: &mut dyn FnMut(SocketAddr, Duration, &[u8]),
    ) -> Drained {
        BATCH.with_borrow_mut(|batch| {
            let mut drained = Drained::default();
            for _ in 0..RECEIVE_CALLS_PER_POLL_MAX {
                match batch.receive(socket, clock, take) {
                    Ok(count) => {
                        drained.datagrams += count;
                        // A short batch means an empty socket: what comes later makes a new event.
                        if count < RECEIVE_BATCH {
                            break;
                        }
                    }
                    Err(error) => {
                        if !drained.goes_on_after(error.kind()) {
                            break;
                        }
                    }
                }
            }
            drained
        })
    }

    /// Scratch memory of one thread: the headers point into themselves, so they cannot move between threads.
    struct Batch {
        buffers: Vec<u8>,
        headers: MultiHeaders<SockaddrStorage>,
    }

    thread_local! {
        static BATCH: RefCell<Batch> = RefCell::new(Batch {
            buffers: vec![0; RECEIVE_BATCH * BUFFER_BYTES],
            headers: headers(),
        });
    }

    fn headers() -> MultiHeaders<SockaddrStorage> {
        MultiHeaders::preallocate(RECEIVE_BATCH, Some(cmsg_space!(TimeSpec)))
    }

    impl Batch {
        fn receive(
            &mut self,
            socket: &UdpSocket,
            clock: Clock,
            take: &mut dyn FnMut(SocketAddr, Duration, &[u8]),
        ) -> io::Result<usize> {
            let mut chunks = self.buffers.chunks_exact_mut(BUFFER_BYTES);
            let mut slices: [[IoSliceMut<'_>; 1]; RECEIVE_BATCH] =
                array::from_fn(|_| [IoSliceMut::new(chunks.next().expect("one chunk per header"))]);
            let flags = MsgFlags::MSG_DONTWAIT;
            let results = recvmmsg(socket.as_raw_fd(), &mut self.headers, slices.iter_mut(), flags, None)?;
            // Kernel stamps count wall-clock time. Both clocks read side by side carry them over; a step of the wall
            // clock in between can only push a stamp to one of the bounds.
            let now = clock.now();
            let wall = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            let mut count = 0;
            for message in results {
                count += 1;
                let Some(from) = message.address.and_then(address) else { continue };
                let stamp = message.cmsgs().ok().and_then(|mut cmsgs| cmsgs.find_map(|control| stamp(&control)));
                let age = stamp.map_or(Duration::ZERO, |stamp| wall.saturating_sub(stamp).min(AGE_MAX));
                let bytes = message.iovs().next().unwrap_or_default();
                take(from, now.saturating_sub(age), bytes);
            }
            Ok(count)
        }
    }

    fn stamp(control: &ControlMessageOwned) -> Option<Duration> {
        match control {
            ControlMessageOwned::ScmTimestampns(time) => Some(Duration::from(*time)),
            _ => None,
        }
    }

    fn address(address: SockaddrStorage) -> Option<SocketAddr> {
        if let Some(v4) = address.as_sockaddr_in() {
            return Some(SocketAddr::from(*v4));
        }
        address.as_sockaddr_in6().map(|v6| SocketAddr::from(*v6))
    }

    /// Oldest believable stamp: the I/O thread never leaves a datagram in the kernel for longer.
    const AGE_MAX: Duration = Duration::from_millis(250);
}

#[cfg(not(target_os = "linux"))]
mod portable {
    use std::io;

    use tickshot_shared::limits::{RECEIVE_BATCH, RECEIVE_CALLS_PER_POLL_MAX};

    use super::*;

    /// Nothing to prepare: datagrams are stamped when they are read.
    pub(in super::super) fn prepare(_socket: &UdpSocket) -> io::Result<()> {
        Ok(())
    }

    /// Reads until the socket is empty or the limit of datagrams is reached, calling `take` for each one.
    pub(in super::super) fn drain(
        socket: &UdpSocket,
        clock: Clock,
        take: &mut dyn FnMut(SocketAddr, Duration, &[u8]),
    ) -> Drained {
        let mut drained = Drained::default();
        let mut buffer = [0; BUFFER_BYTES];
        for _ in 0..RECEIVE_CALLS_PER_POLL_MAX * RECEIVE_BATCH {
            match socket.recv_from(&mut buffer) {
                Ok((length, from)) => {
                    drained.datagrams += 1;
                    take(from, clock.now(), &buffer[..length]);
                }
                Err(error) => {
                    if !drained.goes_on_after(error.kind()) {
                        break;
                    }
                }
            }
        }
        drained
    }
}
