//! Whole matches over real UDP, with real clients.

use tickshot_server::config::ServerConfig;
use tickshot_tests::{host, server_config, swarm};

#[test]
fn on_a_clean_link_eight_bots_play_a_minute_without_one_unexplained_correction() {
    let server = host(server_config());
    let clients = swarm(&server, 8, 60).expect("eight bots can join");
    let server = server.stop();
    println!("{}", serde_json::to_string_pretty(&clients).unwrap());
    println!("{}", serde_json::to_string_pretty(&server).unwrap());
    assert_eq!(clients.clients_connected, 8);
    assert_eq!(clients.clients_disconnected, 0);
    assert_eq!(clients.corrections.unexplained, 0);
    assert!(clients.snapshots > 8 * 55 * 64, "snapshots flow: {}", clients.snapshots);
    assert!(clients.shots.fired > 50 && clients.shots.confirmed_hits > 5, "it is a fight: {:?}", clients.shots);
    assert_eq!(server.entities_deferred, 0, "eight players always fit");
}

#[test]
fn sixty_four_players_in_sight_of_each_other_cost_each_less_than_15_kb_a_second() {
    let server = host(ServerConfig { max_players: 64, map: "open".to_owned(), ..server_config() });
    let clients = swarm(&server, 64, 12).expect("64 bots can join");
    let server = server.stop();
    println!("{}", serde_json::to_string_pretty(&server).unwrap());
    assert_eq!(clients.clients_connected, 64);
    assert_eq!(server.clients_peak, 64);
    assert!(clients.bytes_in_per_client_s < 15_000.0, "{} bytes a second", clients.bytes_in_per_client_s);
    assert!(server.snapshot_bytes.max <= 1150.0);
    assert!(
        server.snapshot_bits_per_visible_player <= 24.0,
        "{} bits a visible player",
        server.snapshot_bits_per_visible_player
    );
}

#[test]
fn a_match_at_every_corner_of_the_tick_rates_works() {
    for hz in [20, 60, 128] {
        let rate = tickshot_shared::tick::TickRate::new(hz).unwrap();
        let server = host(ServerConfig { tick_rate: rate, bots: 2, ..server_config() });
        let clients = swarm(&server, 3, 4).expect("three bots can join");
        server.stop();
        assert_eq!(clients.clients_connected, 3, "at {hz} Hz");
        assert_eq!(clients.corrections.unexplained, 0, "at {hz} Hz: {clients:?}");
        assert!(clients.snapshots > u64::from(hz) * 3 * 2, "at {hz} Hz: {clients:?}");
    }
}

#[test]
fn a_map_that_the_clients_lack_is_fetched_from_the_server() {
    let arena = tickshot_server::maps::load("arena").unwrap().bytes;
    let mut bytes = arena.to_vec();
    // Another hash, so that nobody has it built in.
    bytes.extend_from_slice(b"<!-- edited -->\n");
    let path = std::env::temp_dir().join(format!("tickshot-edited-{}.tmx", std::process::id()));
    std::fs::write(&path, &bytes).unwrap();
    let server = host(ServerConfig { map: path.to_str().unwrap().to_owned(), ..server_config() });
    let clients = swarm(&server, 2, 4).expect("two bots can join");
    std::fs::remove_file(&path).unwrap();
    let server = server.stop();
    assert_eq!(clients.clients_connected, 2);
    assert!(clients.snapshots > 2 * 64, "they play: {clients:?}");
    assert!(server.bytes_out > 2 * bytes.len() as u64, "the map crossed the wire twice: {}", server.bytes_out);
}
