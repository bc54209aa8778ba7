//! Links that a server imposes: felt on real UDP, by whom they are meant for, who is told so.

use tickshot_server::config::ServerConfig;
use tickshot_server::imposed::ImposedLinks;
use tickshot_shared::protocol::control::ServerControl;
use tickshot_tests::probe::Probe;
use tickshot_tests::{SEED, host, server_config, swarm};

fn links(pairs: &[&str]) -> ImposedLinks {
    let mut links = ImposedLinks::default();
    for pair in pairs {
        links.impose_pair(pair).unwrap_or_else(|error| panic!("{error}"));
    }
    links
}

/// What the server last said of this client's link.
fn told(probe: &Probe) -> Option<&str> {
    probe.heard.iter().rev().find_map(|message| match message {
        ServerControl::Rules { imposed_link, .. } => Some(imposed_link.as_str()),
        _ => None,
    })
}

#[test]
fn bots_on_an_imposed_delay_measure_it_and_play() {
    let config = ServerConfig { links: links(&["*=up delay 30ms down delay 50ms"]), ..server_config() };
    let server = host(config);
    let clients = swarm(&server, 3, 5).expect("three bots can join");
    server.stop();
    println!("round trip {} ms", clients.rtt_ms);
    assert!(clients.rtt_ms >= 80.0, "30 ms up and 50 down at least, not {}", clients.rtt_ms);
    assert_eq!((clients.clients_connected, clients.clients_disconnected), (3, 0));
    assert!(clients.snapshots > 3 * 64, "snapshots flow: {}", clients.snapshots);
}

#[test]
fn a_client_is_told_of_its_link_and_others_have_none() {
    let server = host(ServerConfig { links: links(&["ann=wifi-bad delay 20ms", "bob=dsl"]), ..server_config() });
    for (i, (name, expected)) in [("ann", "delay 20ms 16ms"), ("bob", "dsl"), ("cid", "")].into_iter().enumerate() {
        let mut probe = Probe::playing(server.addr(), name, SEED + i as u64);
        probe.pump_until(3.0, |probe| told(probe).is_some_and(|text| text.is_empty() == expected.is_empty()));
        let text = told(&probe).expect("every client is told the rules");
        assert!(text.starts_with(expected) && text.is_empty() == expected.is_empty(), "{name}: '{text}'");
    }
    server.stop();
}
