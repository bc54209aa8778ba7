//! Sessions as players meet them: they open, carry both lanes, end, and say why when they do not.

mod common;

use std::net::{SocketAddr, UdpSocket};
use std::thread;
use std::time::Duration;

use common::{Guest, Host, Rogue, Seen, TICK, Table, guest_addr, server_addr};
use tickshot_client::net::transport::{ConnectError, ConnectState, SESSION_TIMEOUT};
use tickshot_server::net::access::SessionKey;
use tickshot_server::net::lanes::CONTROL_CHANNEL;
use tickshot_server::net::memory::MemoryNet;
use tickshot_server::net::socket::{Clock, IoThread, SocketError};
use tickshot_server::net::transport::{ServerTransport, TransportConfig, TransportError};
use tickshot_server::net::wire::{LinkHook, Wire};
use tickshot_shared::limits::SESSIONS_MAX;
use tickshot_shared::protocol::version::protocol_version;
use tickshot_shared::rng::Rng;

#[test]
fn a_client_connects_uses_both_lanes_and_leaves() {
    let mut table = Table::new(8, None);
    let mut guest = table.guest(1, None);
    table.ticks(8, &mut [&mut guest]);
    assert!(guest.is_connected(), "{:?}", guest.transport.state());
    let id = table.host.ids()[0];
    let name = "guest 4294967296".to_owned();
    assert_eq!(table.host.seen, [Seen::Connected { id, version: protocol_version(), name }]);

    guest.say(b"hello");
    guest.transport.send_hot(&[0xA0, 1, 2, 3]);
    table.ticks(2, &mut [&mut guest]);
    assert_eq!(table.host.hot(), [[0xA0, 1, 2, 3]]);
    assert_eq!(table.host.renet.receive_message(id, CONTROL_CHANNEL).as_deref(), Some(b"hello".as_slice()));

    table.host.say(id, b"welcome".to_vec());
    table.host.transport.send_hot(id, &[0xA1, 9]);
    table.ticks(3, &mut [&mut guest]);
    assert_eq!(guest.hot, [[0xA1, 9]]);
    assert_eq!(guest.heard().as_deref(), Some(b"welcome".as_slice()));

    guest.transport.disconnect(&mut guest.renet);
    table.ticks(2, &mut [&mut guest]);
    assert_eq!(table.host.reasons(), ["left"]);
    assert!(table.host.ids().is_empty());
    assert_eq!(*guest.transport.state(), ConnectState::Closed);
}

#[test]
fn a_hot_datagram_is_stamped_with_its_arrival() {
    let mut table = Table::new(8, None);
    let mut guest = table.connected_guest(1);
    guest.transport.send_hot(&[0xA0, 7]);
    let sent = table.now;
    table.tick(&mut [&mut guest]);
    assert!(matches!(table.host.seen.last(), Some(Seen::Hot { arrived, .. }) if *arrived == sent + TICK));
}

#[test]
fn an_idle_session_sends_keep_alives_and_nothing_else() {
    let mut table = Table::new(8, None);
    let mut guest = table.connected_guest(1);
    guest.say(b"hello");
    table.ticks(64, &mut [&mut guest]);
    let (host, client) = (table.host.transport.counters(), guest.transport.counters());
    table.ticks(64 * 4, &mut [&mut guest]);
    let host_sent = table.host.transport.counters().datagrams_out - host.datagrams_out;
    let client_sent = guest.transport.counters().datagrams_out - client.datagrams_out;
    assert!((8..=17).contains(&host_sent) && (8..=17).contains(&client_sent), "{host_sent} {client_sent} in 4 s");
}

#[test]
fn control_messages_survive_a_link_that_loses_a_third_each_way() {
    let mut table = Table::new(8, None);
    let mut guest = table.guest(1, None);
    guest.transport.wire_mut().condition(Some(Box::new(Lossy(Rng::new(5)))), Some(Box::new(Lossy(Rng::new(6)))));
    table.ticks(64 * 4, &mut [&mut guest]);
    assert!(guest.is_connected(), "{:?}", guest.transport.state());
    let id = table.host.ids()[0];
    for number in 0..50u8 {
        guest.renet.send_message(CONTROL_CHANNEL, vec![number]);
        table.host.say(id, vec![number]);
        table.ticks(4, &mut [&mut guest]);
    }
    table.ticks(64 * 3, &mut [&mut guest]);
    for number in 0..50u8 {
        assert_eq!(guest.heard(), Some(vec![number]));
        assert_eq!(table.host.renet.receive_message(id, CONTROL_CHANNEL).as_deref(), Some([number].as_slice()));
    }
}

#[test]
fn a_locked_server_accepts_its_password_and_nothing_else() {
    let mut table = Table::new(8, Some("sesame"));
    let addr = server_addr();
    let (mut without, mut wrong, mut right) =
        (table.guest(1, None), table.guest(2, Some("open")), table.guest(3, Some("sesame")));
    table.ticks(12, &mut [&mut without, &mut wrong, &mut right]);
    assert_eq!(*without.transport.state(), ConnectState::Failed(ConnectError::PasswordNeeded { addr }));
    assert_eq!(*wrong.transport.state(), ConnectState::Failed(ConnectError::PasswordWrong { addr }));
    assert!(right.is_connected());
    assert!(without.renet.is_disconnected() && wrong.renet.is_disconnected());

    // Who skips the question and knocks with the key of an open server is not heard.
    let mut rogue = Rogue::new(&table.net, 4, &SessionKey::open(), 99, 5);
    for _ in 0..64 {
        table.tick(&mut [&mut right]);
        rogue.tick(table.now);
    }
    assert!(rogue.netcode.is_connecting());
    assert_eq!(table.host.ids().len(), 1);
    assert!(table.host.drops("unsealed") > 0);
}

#[test]
fn another_version_is_told_apart_before_a_session() {
    let mut table = Table::new(8, None);
    table.host.info.version ^= 1;
    let mut guest = table.guest(1, None);
    table.ticks(4, &mut [&mut guest]);
    let error =
        ConnectError::WrongVersion { addr: server_addr(), server: protocol_version() ^ 1, client: protocol_version() };
    assert_eq!(*guest.transport.state(), ConnectState::Failed(error));
    assert!(table.host.ids().is_empty());
}

#[test]
fn a_full_server_refuses_with_numbers() {
    let mut table = Table::new(8, None);
    table.host.info.players = 8;
    let mut guest = table.guest(1, None);
    table.ticks(4, &mut [&mut guest]);
    let full = ConnectError::Full { addr: server_addr(), players: 8, max: 8 };
    assert_eq!(*guest.transport.state(), ConnectState::Failed(full));
}

#[test]
fn a_server_without_a_free_session_refuses_at_once() {
    let mut table = Table::new(1, None);
    let mut first = table.connected_guest(1);
    let mut second = table.guest(2, None);
    table.ticks(16, &mut [&mut first, &mut second]);
    assert!(matches!(second.transport.state(), ConnectState::Failed(ConnectError::Full { .. })));
    assert!(first.is_connected());
}

#[test]
fn nobody_there_is_said_within_two_seconds() {
    let net = MemoryNet::new();
    // An address that swallows everything, and one that does not exist.
    let _hole = net.wire(guest_addr(9));
    for (server, ticks) in [(guest_addr(9), 130), (guest_addr(10), 45)] {
        let mut guest = Guest::new(net.wire(guest_addr(1)), server, None, 1, Duration::ZERO);
        for tick in 1..=ticks {
            net.deliver(TICK * tick);
            guest.tick(TICK * tick);
        }
        assert_eq!(*guest.transport.state(), ConnectState::Failed(ConnectError::NobodyThere { addr: server }));
        assert!(guest.renet.is_disconnected());
    }
}

#[test]
fn a_vanished_client_is_timed_out_and_can_be_back_at_once_from_another_port() {
    let mut table = Table::new(2, None);
    let guest = table.connected_guest(1);
    drop(guest);
    let mut back = table.connected_guest(2);
    assert_eq!(table.host.ids().len(), 2, "the old session is still there, and in nobody's way");
    table.ticks(64 * 6, &mut [&mut back]);
    assert_eq!(table.host.reasons(), ["timed out"]);
    assert_eq!(table.host.ids().len(), 1);
    assert!(back.is_connected());
}

#[test]
fn a_vanished_client_can_be_back_from_its_very_own_port() {
    let mut table = Table::new(2, None);
    let guest = table.connected_guest(1);
    drop(guest);
    let mut back = table.guest(1, None);
    table.ticks(64 * 2, &mut [&mut back]);
    assert!(back.is_connected(), "{:?}", back.transport.state());
    assert_eq!(table.host.reasons(), ["came back"]);
    back.transport.send_hot(&[0xA0, 42]);
    table.tick(&mut [&mut back]);
    assert_eq!(table.host.hot().last(), Some(&vec![0xA0, 42]));
}

#[test]
fn an_abandoned_opening_is_in_nobodys_way() {
    let mut table = Table::new(2, None);
    let mut abandoned = table.guest(1, None);
    while *abandoned.transport.state() != ConnectState::Connecting {
        table.tick(&mut [&mut abandoned]);
    }
    drop(abandoned);
    table.tick(&mut []);
    let mut back = table.guest(1, None);
    table.ticks(64 * 9, &mut [&mut back]);
    assert!(back.is_connected(), "{:?}", back.transport.state());
}

#[test]
fn a_silent_server_is_noticed() {
    let mut table = Table::new(2, None);
    let mut guest = table.connected_guest(1);
    let seconds = SESSION_TIMEOUT.as_secs();
    for _ in 0..=64 * seconds {
        table.now += TICK;
        table.net.deliver(table.now);
        guest.tick(table.now);
    }
    let lost = ConnectError::TimedOut { addr: server_addr(), seconds };
    assert_eq!(*guest.transport.state(), ConnectState::Failed(lost));
}

#[test]
fn a_closing_server_is_heard_to_its_last_word() {
    let mut table = Table::new(2, None);
    let mut guest = table.connected_guest(1);
    let id = table.host.ids()[0];
    table.host.say(id, b"closing".to_vec());
    table.host.transport.disconnect_all(&mut table.host.renet);
    table.tick(&mut [&mut guest]);
    assert_eq!(guest.heard().as_deref(), Some(b"closing".as_slice()));
    assert_eq!(*guest.transport.state(), ConnectState::Failed(ConnectError::ClosedByServer { addr: server_addr() }));
    table.tick(&mut [&mut guest]);
    assert!(guest.renet.is_disconnected());
    assert!(table.host.ids().is_empty());
}

#[test]
fn more_sessions_than_netcode_can_hold_are_an_error_and_no_panic() {
    let timeout = Duration::from_secs(5);
    let config = TransportConfig { max_sessions: SESSIONS_MAX + 1, password: None, salt: [0; 16], timeout };
    let made = ServerTransport::new(Box::new(MemoryNet::new().wire(server_addr())), config, Duration::ZERO);
    assert_eq!(made.err(), Some(TransportError::TooManySessions { sessions: SESSIONS_MAX + 1 }));
}

#[test]
fn the_same_session_works_over_real_udp() {
    let clock = Clock::start();
    let io = IoThread::start(clock).expect("an I/O thread");
    let wire = io.listen(loopback(0)).expect("a free port");
    let server = wire.local_addr();
    let mut host = Host::new(wire, 4, Some("sesame"));
    let mut guest = Guest::new(io.connect(server).expect("a socket"), server, Some("sesame"), 1, clock.now());
    let step = |host: &mut Host, guest: &mut Guest| {
        thread::sleep(Duration::from_millis(2));
        host.tick(clock.now());
        guest.tick(clock.now());
    };
    for _ in 0..1000 {
        step(&mut host, &mut guest);
        if guest.is_connected() {
            break;
        }
    }
    assert!(guest.is_connected(), "{:?}", guest.transport.state());
    let id = host.ids()[0];
    guest.say(b"hello");
    guest.transport.send_hot(&[0xA0, 1]);
    let sent = clock.now();
    for _ in 0..10 {
        step(&mut host, &mut guest);
    }
    host.transport.send_hot(id, &[0xA1, 2]);
    for _ in 0..10 {
        step(&mut host, &mut guest);
    }
    assert_eq!(host.hot(), [[0xA0, 1]]);
    let late = host.seen.iter().find_map(|seen| match seen {
        Seen::Hot { arrived, .. } => Some(arrived.as_secs_f64() - sent.as_secs_f64()),
        _ => None,
    });
    assert!(late.is_some_and(|late| late.abs() < 0.001), "stamped {late:?} s after sending");
    assert_eq!(host.renet.receive_message(id, CONTROL_CHANNEL).as_deref(), Some(b"hello".as_slice()));
    assert_eq!(guest.hot, [[0xA1, 2]]);
    guest.transport.disconnect(&mut guest.renet);
    for _ in 0..10 {
        step(&mut host, &mut guest);
    }
    assert_eq!(host.reasons(), ["left"]);
}

#[test]
fn over_udp_nobody_there_is_known_sooner_than_by_waiting() {
    let clock = Clock::start();
    let io = IoThread::start(clock).expect("an I/O thread");
    let free = UdpSocket::bind(loopback(0)).and_then(|socket| socket.local_addr()).expect("a free port");
    let started = clock.now();
    let mut guest = Guest::new(io.connect(free).expect("a socket"), free, None, 1, started);
    while *guest.transport.state() == ConnectState::Querying {
        thread::sleep(Duration::from_millis(5));
        guest.tick(clock.now());
    }
    assert_eq!(*guest.transport.state(), ConnectState::Failed(ConnectError::NobodyThere { addr: free }));
    if cfg!(target_os = "linux") {
        assert!(clock.now() - started < Duration::from_millis(1500));
    }
}

#[test]
fn a_port_in_use_is_an_error_that_names_it() {
    let io = IoThread::start(Clock::start()).expect("an I/O thread");
    let first = io.listen(loopback(0)).expect("a free port");
    let error = io.listen(first.local_addr()).err().expect("the port is taken");
    assert!(matches!(error, SocketError::InUse { addr } if addr == first.local_addr()));
    assert!(error.to_string().contains(&first.local_addr().to_string()));
}

#[test]
fn a_conditioned_udp_wire_releases_on_time_in_both_directions() {
    let clock = Clock::start();
    let io = IoThread::start(clock).expect("an I/O thread");
    let mut a = io.listen(loopback(0)).expect("a free port");
    let mut b = io.listen(loopback(0)).expect("a free port");
    a.condition(None, Some(Box::new(Late(Duration::from_millis(30)))));
    b.condition(Some(Box::new(Late(Duration::from_millis(20)))), None);
    let sent = clock.now();
    a.send(b.local_addr(), b"hi");
    let datagram = loop {
        b.poll(clock.now());
        if let Some(datagram) = b.receive() {
            break datagram;
        }
        assert!(clock.now() - sent < Duration::from_secs(2), "it never came");
        thread::sleep(Duration::from_millis(1));
    };
    let took = datagram.arrived - sent;
    assert!(took >= Duration::from_millis(50), "{took:?}");
    // The upper bound leaves room for a loaded machine: without the I/O thread it would never have been sent.
    assert!(took < Duration::from_millis(150), "{took:?}");
}

/// Loses every third datagram or so.
struct Lossy(Rng);

impl LinkHook for Lossy {
    fn pass(&mut self, now: Duration, _: SocketAddr, bytes: &[u8], emit: &mut dyn FnMut(Duration, &[u8])) {
        if !self.0.chance(1, 3) {
            emit(now, bytes);
        }
    }
}

struct Late(Duration);

impl LinkHook for Late {
    fn pass(&mut self, now: Duration, _: SocketAddr, bytes: &[u8], emit: &mut dyn FnMut(Duration, &[u8])) {
        emit(now + self.0, bytes);
    }
}

fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}
