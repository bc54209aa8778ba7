//! `tickshot` as a person starts it on a machine without a display: what it prints and how it ends.

use std::process::{Command, Output};
use std::time::{Duration, Instant};

fn tickshot(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tickshot"))
        .args(args)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .expect("the program was just built")
}

#[test]
fn a_short_demo_connects_everyone_and_prints_both_sides() {
    let output = tickshot(&["demo", "--seconds", "3", "--count", "4", "--seed", "11", "--json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("stdout is one JSON object");
    let clients = &report["clients"];
    for key in [
        "clients_connected",
        "clients_disconnected",
        "seconds",
        "snapshots",
        "bytes_in_per_client_s",
        "bytes_out_per_client_s",
        "corrections",
        "starved_frames_pct",
        "rtt_ms",
        "shots",
    ] {
        assert!(clients.get(key).is_some(), "no '{key}' in {clients}");
    }
    assert_eq!(clients["clients_connected"], 4);
    assert_eq!(clients["clients_disconnected"], 0);
    assert!(report["server"]["snapshots"].as_u64().unwrap() > 4 * 64, "{}", report["server"]);
}

#[test]
fn a_server_that_is_not_there_is_said_so_within_seconds() {
    let free = std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let began = Instant::now();
    let output = tickshot(&["bots", &free, "--count", "1", "--seconds", "20"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success());
    assert!(said.contains(&free), "{said}");
    assert!(began.elapsed() < Duration::from_secs(5), "took {:?}: {said}", began.elapsed());
}

#[test]
fn wrong_usage_is_refused_by_name() {
    let said = |args: &[&str]| {
        let output = tickshot(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    assert!(said(&["--no-such-flag"]).contains("--no-such-flag"));
    assert!(said(&["fly"]).contains("fly"));
    assert!(said(&["bots", "127.0.0.1", "--count", "0"]).contains("count"));
    assert!(said(&["demo", "--tick-rate", "7"]).contains("7"));
}

#[test]
fn the_servers_of_the_network_and_favourites_are_listed_for_scripts_and_for_people() {
    use tickshot_server::config::ServerConfig;
    use tickshot_server::host::HostedServer;
    let listen = ([127, 0, 0, 1], 0).into();
    let config = ServerConfig { listen, name: "listed".into(), map: "open".into(), bots: 2, ..ServerConfig::default() };
    let server = HostedServer::start(config).expect("a free port on this machine");
    let folder = std::env::temp_dir().join(format!("tickshot-cli-lan-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let favourite = format!("[[favourites]]\nname = 'den'\naddr = '{}'\n", server.addr());
    std::fs::write(folder.join("settings.toml"), favourite).unwrap();
    let folder_text = folder.to_str().unwrap();
    let output = tickshot(&["lan", "--json", "--seconds", "2", "--config-dir", folder_text]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("stdout is one JSON object");
    let servers = report["servers"].as_array().unwrap();
    let row = servers.iter().find(|row| row["name"] == "listed").expect("the favourite answers");
    assert_eq!((row["bots"].as_u64(), row["mode"].as_str()), (Some(2), Some("deathmatch")));
    assert_eq!(row["addr"].as_str().unwrap(), server.addr().to_string());
    let output = tickshot(&["lan", "--seconds", "2", "--config-dir", folder_text]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.lines().any(|line| line.contains("listed") && line.contains("0+2/")), "{text}");
    std::fs::remove_dir_all(&folder).unwrap();
    let refused = tickshot(&["lan", "--seconds", "-1"]);
    assert!(!refused.status.success());
}
