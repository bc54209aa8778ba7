//! Coming and going over real UDP: who gets in, who is told why not, who can come back.

use tickshot_client::net::transport::ConnectState;
use tickshot_server::config::ServerConfig;
use tickshot_shared::protocol::control::{Refusal, ServerControl};
use tickshot_tests::probe::Probe;
use tickshot_tests::{SEED, host, server_config, swarm};

fn failure(probe: &Probe) -> Option<String> {
    match probe.transport.state() {
        ConnectState::Failed(error) => Some(error.to_string()),
        _ => None,
    }
}

#[test]
fn a_client_that_vanishes_is_timed_out_and_can_come_back_at_once() {
    let server = host(ServerConfig { session_timeout_s: 5, ..server_config() });
    let vanished = Probe::playing(server.addr(), "ann", SEED);
    // It says nothing more and does not say goodbye.
    std::mem::forget(vanished.transport);
    let mut back = Probe::playing(server.addr(), "ann", SEED + 1);
    // The old session is still there, so the name is taken for now; the server must not mind.
    assert!(back.pump_until(1.0, |p| !p.heard.is_empty()));
    back.pump_until(7.0, |p| p.heard.iter().any(|m| matches!(m, ServerControl::Left { .. })));
    let left = back.heard.iter().any(|m| matches!(m, ServerControl::Left { .. }));
    let report = server.stop();
    assert!(left, "the vanished one is announced as gone: {:?}", back.heard);
    assert_eq!(report.clients_timed_out, 1);
    assert_eq!(report.clients_joined, 2);
}

#[test]
fn a_full_server_refuses_politely_and_lets_in_when_there_is_room() {
    let server = host(ServerConfig { max_players: 1, ..server_config() });
    let mut first = Probe::playing(server.addr(), "first", SEED);
    let mut second = Probe::new(server.addr(), "second", None, SEED + 1);
    let told = |p: &Probe| {
        failure(p).is_some()
            || p.heard
                .iter()
                .any(|m| matches!(m, ServerControl::Refused { reason: Refusal::Full { players: 1, max: 1 } }))
    };
    assert!(second.pump_until(4.0, told), "{:?}", second.transport.state());
    if let Some(reason) = failure(&second) {
        assert!(reason.contains("full"), "{reason}");
    }
    first.transport.disconnect(&mut first.renet);
    // Its goodbye must reach the server before the next one asks.
    first.pump_until(0.3, |_| false);
    let mut third = Probe::new(server.addr(), "third", None, SEED + 2);
    let welcomed = |p: &Probe| p.heard.iter().any(|m| matches!(m, ServerControl::Welcome { .. }));
    assert!(third.pump_until(8.0, welcomed), "{:?}", third.transport.state());
}

#[test]
fn a_bot_makes_room_for_a_person() {
    let server = host(ServerConfig { max_players: 2, bots: 2, ..server_config() });
    let _person = Probe::playing(server.addr(), "person", SEED);
    let report = server.stop();
    assert_eq!(report.clients_joined, 1);
    assert_eq!(report.clients_refused, 0);
}

#[test]
fn a_wrong_password_is_named_and_the_right_one_lets_in() {
    let server = host(ServerConfig { password: Some("tea".to_owned()), ..server_config() });
    for wrong in [None, Some("coffee")] {
        let mut probe = Probe::new(server.addr(), "guest", wrong, SEED);
        assert!(probe.pump_until(4.0, |p| failure(p).is_some()), "{:?}", probe.transport.state());
        assert!(failure(&probe).unwrap().contains("password"), "{:?}", failure(&probe));
    }
    let mut guest = Probe::new(server.addr(), "guest", Some("tea"), SEED + 9);
    assert!(guest.pump_until(4.0, Probe::is_connected), "{:?}", guest.transport.state());
}

#[test]
fn more_bots_than_slots_are_told_so_and_the_rest_play() {
    let server = host(ServerConfig { max_players: 3, ..server_config() });
    let report = swarm(&server, 4, 4).expect("some of them can join");
    assert_eq!(server.stop().clients_peak, 3);
    assert_eq!(report.clients_connected, 3, "{report:?}");
}
