//! One server and its guests on an in-memory network with virtual time. Shared by the transport's tests.

#![allow(dead_code, reason = "each test binary uses its own part of the harness")]
#![allow(unreachable_pub, reason = "a test binary has no users")]

use std::net::SocketAddr;
use std::time::Duration;

use bevy_renet::renet::{RenetClient, RenetServer};
use renetcode::{ClientAuthentication, ConnectToken, NetcodeClient};
use tickshot_client::net::transport::{ClientTransport, ConnectConfig, ConnectState};
use tickshot_server::net::access::{NETCODE_PROTOCOL_ID, SessionKey, token_address};
use tickshot_server::net::lanes::{CONTROL_CHANNEL, control_config};
use tickshot_server::net::memory::{MemoryNet, MemoryWire};
use tickshot_server::net::transport::{ServerInfo, ServerTransport, TransportConfig, TransportEvent};
use tickshot_server::net::wire::Wire;
use tickshot_shared::protocol::version::protocol_version;
use tickshot_shared::sim::round::GameMode;

pub const TICK: Duration = Duration::from_nanos(1_000_000_000 / 64);

/// What the server's transport reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    Connected { id: u64, version: u64, name: String },
    Hot { id: u64, arrived: Duration, bytes: Vec<u8> },
    Disconnected { id: u64, reason: &'static str },
}

/// The server's side.
pub struct Host {
    pub transport: ServerTransport,
    pub renet: RenetServer,
    pub info: ServerInfo,
    pub seen: Vec<Seen>,
}

impl Host {
    pub fn new(wire: impl Wire + 'static, max_sessions: usize, password: Option<&str>) -> Host {
        let config = TransportConfig {
            max_sessions,
            password: password.map(str::to_owned),
            salt: [7; 16],
            timeout: Duration::from_secs(5),
        };
        let info = ServerInfo {
            version: protocol_version(),
            server: 1,
            name: "test".into(),
            map: "open".into(),
            players: 0,
            max: 8,
            tick_rate: 64,
            mode: GameMode::Deathmatch,
            bots: 0,
            lagged: false,
            round: 1,
            best_of: 1,
        };
        Host {
            transport: ServerTransport::new(Box::new(wire), config, Duration::ZERO).expect("a valid configuration"),
            renet: RenetServer::new(control_config()),
            info,
            seen: Vec::new(),
        }
    }

    pub fn tick(&mut self, now: Duration) {
        self.renet.update(TICK);
        let seen = &mut self.seen;
        self.transport.receive(now, &mut self.renet, &self.info, &mut |event| {
            seen.push(match event {
                // The tests read the control lane themselves.
                TransportEvent::Control { .. } => return,
                TransportEvent::Connected { client_id, version, name, .. } => {
                    Seen::Connected { id: client_id, version, name }
                }
                TransportEvent::Hot { client_id, arrived, bytes } => {
                    Seen::Hot { id: client_id, arrived, bytes: bytes.to_vec() }
                }
                TransportEvent::Disconnected { client_id, reason } => Seen::Disconnected { id: client_id, reason },
            });
        });
        self.transport.flush(&mut self.renet);
    }

    /// A control message to `id`.
    pub fn say(&mut self, id: u64, message: Vec<u8>) {
        self.transport.send_control(id, message, &mut self.renet);
    }

    pub fn ids(&self) -> Vec<u64> {
        let mut ids = self.renet.clients_id();
        ids.sort_unstable();
        ids
    }

    pub fn reasons(&self) -> Vec<&'static str> {
        let reason = |seen: &Seen| match seen {
            Seen::Disconnected { reason, .. } => Some(*reason),
            _ => None,
        };
        self.seen.iter().filter_map(reason).collect()
    }

    pub fn hot(&self) -> Vec<Vec<u8>> {
        let hot = |seen: &Seen| match seen {
            Seen::Hot { bytes, .. } => Some(bytes.clone()),
            _ => None,
        };
        self.seen.iter().filter_map(hot).collect()
    }

    pub fn drops(&self, reason: &str) -> u64 {
        self.transport.counters().drops.get(reason).copied().unwrap_or(0)
    }
}

/// An honest client's side.
pub struct Guest {
    pub transport: ClientTransport,
    pub renet: RenetClient,
    pub hot: Vec<Vec<u8>>,
}

impl Guest {
    pub fn new(
        wire: impl Wire + 'static,
        server: SocketAddr,
        password: Option<&str>,
        seed: u64,
        now: Duration,
    ) -> Guest {
        let config = ConnectConfig { name: format!("guest {seed}"), password: password.map(str::to_owned), seed };
        Guest {
            transport: ClientTransport::new(Box::new(wire), server, config, now),
            renet: RenetClient::new(control_config()),
            hot: Vec::new(),
        }
    }

    pub fn tick(&mut self, now: Duration) {
        self.renet.update(TICK);
        let hot = &mut self.hot;
        self.transport.receive(now, &mut self.renet, &mut |_, bytes| hot.push(bytes.to_vec()));
        self.transport.flush(now, &mut self.renet);
    }

    pub fn say(&mut self, message: &'static [u8]) {
        self.renet.send_message(CONTROL_CHANNEL, message);
    }

    pub fn heard(&mut self) -> Option<Vec<u8>> {
        self.renet.receive_message(CONTROL_CHANNEL).map(|message| message.to_vec())
    }

    pub fn is_connected(&self) -> bool {
        *self.transport.state() == ConnectState::Connected
    }
}

/// A network, a host on it, and the time.
pub struct Table {
    pub net: MemoryNet,
    pub host: Host,
    pub now: Duration,
}

impl Table {
    pub fn new(max_sessions: usize, password: Option<&str>) -> Table {
        let net = MemoryNet::new();
        let host = Host::new(net.wire(server_addr()), max_sessions, password);
        Table { net, host, now: Duration::ZERO }
    }

    pub fn guest(&self, port: u16, password: Option<&str>) -> Guest {
        let seed = u64::from(port) << 32 | self.now.as_millis() as u64;
        Guest::new(self.net.wire(guest_addr(port)), server_addr(), password, seed, self.now)
    }

    /// One tick of everybody; a datagram takes one tick to arrive.
    pub fn tick(&mut self, guests: &mut [&mut Guest]) {
        self.now += TICK;
        self.net.deliver(self.now);
        self.host.tick(self.now);
        for guest in guests {
            guest.tick(self.now);
        }
    }

    pub fn ticks(&mut self, count: u32, guests: &mut [&mut Guest]) {
        for _ in 0..count {
            self.tick(guests);
        }
    }

    /// A guest that has connected and said something, so that the server knows that it knows.
    pub fn connected_guest(&mut self, port: u16) -> Guest {
        let mut guest = self.guest(port, None);
        self.ticks(8, &mut [&mut guest]);
        assert!(guest.is_connected(), "{:?}", guest.transport.state());
        guest.transport.send_hot(&[0xA0]);
        self.tick(&mut [&mut guest]);
        guest
    }
}

/// A client that speaks netcode and nothing else honestly.
pub struct Rogue {
    pub wire: MemoryWire,
    pub netcode: NetcodeClient,
}

impl Rogue {
    pub fn new(net: &MemoryNet, port: u16, key: &SessionKey, client_id: u64, timeout_s: i32) -> Rogue {
        let token = ConnectToken::generate(
            Duration::ZERO,
            NETCODE_PROTOCOL_ID,
            3600,
            client_id,
            timeout_s,
            vec![token_address()],
            None,
            key.bytes(),
        )
        .expect("a token");
        let auth = ClientAuthentication::Secure { connect_token: token };
        Rogue { wire: net.wire(guest_addr(port)), netcode: NetcodeClient::new(Duration::ZERO, auth).expect("a client") }
    }

    pub fn tick(&mut self, now: Duration) {
        self.wire.poll(now);
        while let Some(mut datagram) = self.wire.receive() {
            self.netcode.process_packet(&mut datagram.bytes);
        }
        let passed = now.saturating_sub(self.netcode.current_time());
        if let Some((packet, _)) = self.netcode.update(passed) {
            self.wire.send(server_addr(), packet);
        }
    }

    pub fn connect(&mut self, table: &mut Table, guests: &mut [&mut Guest]) {
        for _ in 0..64 {
            table.tick(guests);
            self.tick(table.now);
        }
        assert!(self.netcode.is_connected());
    }

    /// Seals and sends whatever it likes.
    pub fn send(&mut self, payload: &[u8]) {
        let (_, packet) = self.netcode.generate_payload_packet(payload).expect("a connected client");
        self.wire.send(server_addr(), packet);
    }
}

pub fn server_addr() -> SocketAddr {
    SocketAddr::from(([10, 0, 0, 1], 5000))
}

pub fn guest_addr(port: u16) -> SocketAddr {
    SocketAddr::from(([10, 0, 0, 2], port))
}
