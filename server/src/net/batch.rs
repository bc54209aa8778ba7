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
            let wall = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            let (now, wall) = side_by_side(&mut || clock.now(), &mut { wall });
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

    /// The two clocks at one moment, as near as they can be read: the own one at or just after the wall clock.
    ///
    /// A thread that is put aside between two reads would stamp by the time it lay there. Too late a stamp only makes a way
    /// seem longer; too early a one would let a datagram arrive before it was sent, and prove that a clock had stepped.
    pub(super) fn side_by_side(
        own: &mut dyn FnMut() -> Duration,
        wall: &mut dyn FnMut() -> Duration,
    ) -> (Duration, Duration) {
        let mut read = || {
            let before = own();
            let wall = wall();
            let after = own();
            (after.saturating_sub(before), after, wall)
        };
        let mut best = read();
        for _ in 1..READS_MAX {
            if best.0 <= GAP_FINE {
                break;
            }
            let again = read();
            if again.0 < best.0 {
                best = again;
            }
        }
        (best.1, best.2)
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
    /// Two reads of the own clock so near each other are as good as one; how often to try for that.
    const GAP_FINE: Duration = Duration::from_micros(5);
    const READS_MAX: usize = 3;

    #[cfg(test)]
    mod tests {
        use super::*;
        use std::cell::Cell;

        /// True time passes by `pauses` before each read, in turn; both clocks tell it.
        fn read_with(pauses: &[u64]) -> (Duration, Duration) {
            let (time, turn) = (Cell::new(0), Cell::new(0));
            let tell = || {
                time.set(time.get() + pauses[turn.get() % pauses.len()]);
                turn.set(turn.get() + 1);
                Duration::from_micros(time.get())
            };
            side_by_side(&mut { tell }, &mut { tell })
        }

        #[test]
        fn a_thread_put_aside_between_two_reads_stamps_nothing_too_early_and_reads_again() {
            assert_eq!(read_with(&[1]), (Duration::from_micros(3), Duration::from_micros(2)));
            // 3 ms aside between the wall clock and the own one, the first time.
            let (own, wall) = read_with(&[1, 1, 3000, 1, 1, 1, 1, 1, 1]);
            assert_eq!(own - wall, Duration::from_micros(1));
            // Every time, whichever read it hits: late by that much, never early.
            for pauses in [[1, 1, 3000], [1, 3000, 1]] {
                let (own, wall) = read_with(&pauses);
                assert!(own >= wall && own - wall <= Duration::from_millis(3), "{own:?} {wall:?}");
            }
        }
    }
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
