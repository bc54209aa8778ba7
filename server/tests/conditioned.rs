//! Bad links on wires: in memory on virtual time, and over real UDP, where only lower bounds of time are asserted.

use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tickshot_server::net::conditioned::{ClientLink, LinkHandle, PeerLinks};
use tickshot_server::net::memory::MemoryNet;
use tickshot_server::net::socket::{Clock, IoThread};
use tickshot_server::net::wire::Wire;
use tickshot_shared::limits::SESSIONS_MAX;
use tickshot_shared::link::profile::{LinkSettings, Profile};

const SEED: u64 = 0x7469_636b;

fn addr(port: u16) -> SocketAddr {
    SocketAddr::from(([10, 0, 0, 1], port))
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn link(text: &str) -> LinkSettings {
    text.parse().unwrap_or_else(|error| panic!("'{text}': {error}"))
}

/// Everything `wire` has got by now: when, and the number it carries.
fn received(wire: &mut dyn Wire, now: Duration) -> Vec<(Duration, u32)> {
    wire.poll(now);
    let mut all = Vec::new();
    while let Some(datagram) = wire.receive() {
        all.push((datagram.arrived, u32::from_le_bytes(datagram.bytes[..4].try_into().unwrap())));
        wire.recycle(datagram.bytes);
    }
    all
}

#[test]
fn a_clients_link_works_in_both_directions_and_changes_live() {
    let net = MemoryNet::new();
    let (mut client, mut server) = (net.wire(addr(1)), net.wire(addr(2)));
    server.admit(addr(1));
    client.admit(addr(2));
    let conditions = ClientLink::new(link("up delay 30ms down delay 50ms"), SEED);
    conditions.put_on(&mut client);
    assert!(conditions.is_active(ms(0)));
    client.send(addr(2), &1u32.to_le_bytes());
    server.send(addr(1), &2u32.to_le_bytes());
    net.deliver(ms(0));
    for now in [29, 30, 50] {
        net.deliver(ms(now));
    }
    // On memory, what is held on the way out arrives with the delivery that releases it.
    assert_eq!(received(&mut server, ms(50)), [(ms(30), 1)]);
    assert_eq!(received(&mut client, ms(50)), [(ms(50), 2)]);

    client.send(addr(2), &3u32.to_le_bytes());
    conditions.set(ms(50), LinkSettings::default());
    assert!(!conditions.is_active(ms(50)));
    client.send(addr(2), &4u32.to_le_bytes());
    net.deliver(ms(79));
    assert_eq!(received(&mut server, ms(79)), [], "nobody overtakes what was sent before");
    net.deliver(ms(80));
    assert_eq!(received(&mut server, ms(80)).iter().map(|got| got.1).collect::<Vec<_>>(), [3, 4]);

    conditions.freeze(ms(100), ms(2000));
    assert!(conditions.is_active(ms(100)) && !conditions.is_active(ms(2100)));
    assert_eq!(conditions.up.counts().passed, 3);
}

#[test]
fn only_the_peer_that_a_link_is_imposed_on_feels_it_until_it_is_forgotten() {
    let net = MemoryNet::new();
    let (mut ann, mut bob, mut server) = (net.wire(addr(1)), net.wire(addr(2)), net.wire(addr(9)));
    let links = PeerLinks::default();
    links.put_on(&mut server);
    server.admit(addr(1));
    server.admit(addr(2));
    assert!(links.impose(ms(0), addr(1), link("delay 100ms"), SEED));
    ann.send(addr(9), &1u32.to_le_bytes());
    bob.send(addr(9), &2u32.to_le_bytes());
    net.deliver(ms(0));
    assert_eq!(received(&mut server, ms(0)), [(ms(0), 2)]);
    server.send(addr(1), &3u32.to_le_bytes());
    server.send(addr(2), &4u32.to_le_bytes());
    net.deliver(ms(1));
    assert_eq!(received(&mut bob, ms(1)), [(ms(1), 4)]);
    net.deliver(ms(101));
    assert_eq!(received(&mut server, ms(101)), [(ms(100), 1)]);
    assert_eq!(received(&mut ann, ms(101)), [(ms(101), 3)]);
    assert_eq!(links.counts(addr(1)).map(|(up, down)| (up.passed, down.passed)), Some((1, 1)));
    server.forget(addr(1));
    assert!(links.is_empty());
    assert_eq!(links.totals().passed, 2, "what it did is not forgotten");
}

#[test]
fn no_more_links_are_imposed_than_there_can_be_sessions() {
    let links = PeerLinks::default();
    for port in 0..SESSIONS_MAX as u16 {
        assert!(links.impose(ms(0), addr(1 + port), link("lan"), SEED));
    }
    assert!(!links.impose(ms(0), addr(60_000), link("lan"), SEED));
    assert!(links.impose(ms(0), addr(1), link("wifi"), SEED), "one that is there can be changed");
}

#[test]
fn over_udp_a_burst_of_equal_releases_keeps_its_order_and_nothing_is_early() {
    let clock = Clock::start();
    let io = IoThread::start(clock).expect("a thread can be had");
    let mut server = io.listen(([127, 0, 0, 1], 0).into()).expect("a free port");
    let mut client = io.connect(server.local_addr()).expect("a socket");
    let up = LinkHandle::new("delay 40ms".parse::<Profile>().unwrap(), SEED);
    client.condition(None, Some(up.hook()));
    let began = clock.now();
    // A freeze makes one burst of all: they enter together at its end.
    up.freeze(began, ms(60));
    for i in 0..200u32 {
        client.send(server.local_addr(), &i.to_le_bytes());
    }
    let mut got = Vec::new();
    let patience = Instant::now() + Duration::from_secs(10);
    while got.len() < 200 && Instant::now() < patience {
        std::thread::sleep(ms(1));
        got.extend(received(&mut server, clock.now()));
    }
    assert_eq!(got.iter().map(|got| got.1).collect::<Vec<_>>(), (0..200).collect::<Vec<_>>());
    assert!(got.iter().all(|(arrived, _)| *arrived >= began + ms(100)), "{:?}", got[0].0 - began);
    assert_eq!(up.counts().frozen, 200);
}

#[test]
fn over_udp_every_datagram_is_released_after_its_delay_in_either_direction() {
    let clock = Clock::start();
    let io = IoThread::start(clock).expect("a thread can be had");
    let mut server = io.listen(([127, 0, 0, 1], 0).into()).expect("a free port");
    let mut client = io.connect(server.local_addr()).expect("a socket");
    server.admit(client.local_addr());
    client.admit(server.local_addr());
    let delay = ms(25);
    ClientLink::new(link("delay 25ms"), SEED).put_on(&mut client);
    let (mut late_up, mut late_down) = (Vec::new(), Vec::new());
    let (mut sent_up, mut sent_down) = (Vec::new(), Vec::new());
    let to_client = SocketAddr::from(([127, 0, 0, 1], client.local_addr().port()));
    while late_up.len() + late_down.len() < 200 && clock.now() < Duration::from_secs(30) {
        if sent_up.len() < 100 {
            sent_up.push(clock.now());
            client.send(server.local_addr(), &(sent_up.len() as u32 - 1).to_le_bytes());
            sent_down.push(clock.now());
            server.send(to_client, &(sent_down.len() as u32 - 1).to_le_bytes());
        }
        std::thread::sleep(ms(3));
        let now = clock.now();
        let late = |at: Duration, sent: Duration| {
            at.checked_sub(sent + delay).unwrap_or_else(|| panic!("early by {:?}", sent + delay - at))
        };
        late_up.extend(received(&mut server, now).iter().map(|(at, i)| late(*at, sent_up[*i as usize])));
        late_down.extend(received(&mut client, now).iter().map(|(at, i)| late(*at, sent_down[*i as usize])));
    }
    assert_eq!((late_up.len(), late_down.len()), (100, 100), "loopback loses nothing");
    for (way, mut late) in [("up", late_up), ("down", late_down)] {
        late.sort();
        // Printed, not asserted: it is the system's scheduler that decides.
        println!("{way}: later than its release by {:?} p50, {:?} p90, {:?} at most", late[50], late[90], late[99]);
    }
}
