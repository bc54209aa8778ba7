//! A client in the hands of a test: an honest transport on a wire that the test may also use raw.

use bevy_renet::renet::RenetClient;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tickshot_client::net::transport::{ClientTransport, ConnectConfig, ConnectState};
use tickshot_server::net::lanes::{CONTROL_CHANNEL, control_config};
use tickshot_server::net::socket::{Clock, IoThread, UdpWire};
use tickshot_server::net::wire::{Datagram, LinkHook, Wire, WireDrops};
use tickshot_shared::protocol::control::{ClientControl, ServerControl, decode_control, encode_control};

/// One connection whose every byte the test decides.
pub struct Probe {
    pub transport: ClientTransport,
    pub renet: RenetClient,
    /// Control messages received so far.
    pub heard: Vec<ServerControl>,
    /// Snapshot datagrams received so far.
    pub snapshots: u64,
    wire: SharedWire,
    server: SocketAddr,
    clock: Clock,
    last: Duration,
}

impl Probe {
    /// Begin to connect to `server` as `name`.
    pub fn new(server: SocketAddr, name: &str, password: Option<&str>, seed: u64) -> Probe {
        let clock = Clock::start();
        let io = IoThread::start(clock).expect("a thread can be started");
        let wire = SharedWire(Arc::new(Mutex::new(io.connect(server).expect("a socket can be had"))));
        let config = ConnectConfig { name: name.to_owned(), password: password.map(str::to_owned), seed };
        Probe {
            transport: ClientTransport::new(Box::new(wire.clone()), server, config, clock.now()),
            renet: RenetClient::new(control_config()),
            heard: Vec::new(),
            snapshots: 0,
            wire,
            server,
            clock,
            last: clock.now(),
        }
    }

    /// Connect, and tell the server that we play.
    pub fn playing(server: SocketAddr, name: &str, seed: u64) -> Probe {
        let mut probe = Probe::new(server, name, None, seed);
        assert!(probe.pump_until(3.0, |p| p.is_connected()), "{:?}", probe.transport.state());
        probe.say(&ClientControl::Ready);
        assert!(probe.pump_until(3.0, |p| p.snapshots > 0), "no snapshot came");
        probe
    }

    pub fn is_connected(&self) -> bool {
        matches!(self.transport.state(), ConnectState::Connected)
    }

    /// A control message, sent with the next pump.
    pub fn say(&mut self, message: &ClientControl) {
        let bytes = encode_control(message).expect("a small message");
        self.renet.send_message(CONTROL_CHANNEL, bytes);
    }

    /// Bytes of our choice inside the netcode session.
    pub fn send_sealed(&mut self, bytes: &[u8]) {
        self.transport.send_hot(bytes);
    }

    /// Bytes of our choice from our address, outside any session.
    pub fn send_raw(&mut self, bytes: &[u8]) {
        let server = self.server;
        self.wire.send(server, bytes);
    }

    /// Receive, update and flush for `seconds`, or until `done`; returns whether `done` came true.
    pub fn pump_until(&mut self, seconds: f64, done: impl Fn(&Probe) -> bool) -> bool {
        let end = self.clock.now() + Duration::from_secs_f64(seconds);
        while self.clock.now() < end {
            self.pump_once();
            if done(self) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        done(self)
    }

    fn pump_once(&mut self) {
        let now = self.clock.now();
        self.renet.update(now.saturating_sub(self.last));
        self.last = now;
        let snapshots = &mut self.snapshots;
        self.transport.receive(now, &mut self.renet, &mut |_, _| *snapshots += 1);
        while let Some(bytes) = self.renet.receive_message(CONTROL_CHANNEL) {
            self.heard.push(decode_control(&bytes).expect("the server speaks our protocol"));
        }
        self.transport.flush(now, &mut self.renet);
    }
}

/// A UDP wire that a transport and a test hold together.
#[derive(Clone)]
struct SharedWire(Arc<Mutex<UdpWire>>);

impl SharedWire {
    fn with<R>(&self, f: impl FnOnce(&mut UdpWire) -> R) -> R {
        f(&mut self.0.lock().expect("no test thread panics while it holds the wire"))
    }
}

impl Wire for SharedWire {
    fn poll(&mut self, now: Duration) {
        self.with(|w| w.poll(now));
    }
    fn receive(&mut self) -> Option<Datagram> {
        self.with(|w| w.receive())
    }
    fn recycle(&mut self, bytes: Vec<u8>) {
        self.with(|w| w.recycle(bytes));
    }
    fn send(&mut self, to: SocketAddr, bytes: &[u8]) {
        self.with(|w| w.send(to, bytes));
    }
    fn local_addr(&self) -> SocketAddr {
        self.with(|w| w.local_addr())
    }
    fn drops(&self) -> WireDrops {
        self.with(|w| w.drops())
    }
    fn admit(&mut self, peer: SocketAddr) {
        self.with(|w| w.admit(peer));
    }
    fn forget(&mut self, peer: SocketAddr) {
        self.with(|w| w.forget(peer));
    }
    fn condition(&mut self, incoming: Option<Box<dyn LinkHook>>, outgoing: Option<Box<dyn LinkHook>>) {
        self.with(|w| w.condition(incoming, outgoing));
    }
}
