//! `tickshot-server` as a person starts it: what it prints, how it ends, how soon it refuses.

use std::net::UdpSocket;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

fn server(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tickshot-server")).args(args).output().expect("the program was just built")
}

/// Runs with these flags, expects a refusal within a second, returns what it said.
fn refusal(args: &[&str]) -> String {
    let began = Instant::now();
    let output = server(args);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{args:?} should be refused, but: {said}");
    assert!(began.elapsed() < Duration::from_secs(1), "{args:?} took {:?} to be refused", began.elapsed());
    said
}

#[test]
fn a_run_of_a_second_ends_with_its_numbers_as_one_json_object() {
    let output = server(&["--listen", "127.0.0.1:0", "--bots", "3", "--seconds", "1", "--seed", "5", "--json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("stdout is one JSON object");
    for key in [
        "ticks",
        "tick_rate",
        "tick_ms",
        "lateness_ms",
        "clients_peak",
        "cpu_ms_per_tick",
        "bytes_in",
        "bytes_out",
        "snapshots",
        "snapshot_bytes",
        "snapshot_bits_per_visible_player",
        "inputs",
        "shots",
        "drops",
    ] {
        assert!(report.get(key).is_some(), "no '{key}' in {report}");
    }
    let made = report["ticks"].as_u64().unwrap() + report["lost_ticks"].as_u64().unwrap();
    assert!((48..=68).contains(&made), "about one second at 64 Hz and two ticks of goodbye, not {made} ticks");
    assert_eq!(
        report["inputs"]["used"].as_u64().unwrap(),
        report["ticks"].as_u64().unwrap() * 3,
        "one input per bot and tick"
    );
    assert_eq!(report["seed"], 5);
}

#[test]
fn the_sample_configuration_runs_and_flags_win_over_it() {
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/server.toml");
    let output = server(&["--config", sample, "--listen", "127.0.0.1:0", "--bots", "2", "--seconds", "0.2", "--json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stderr).contains("Lab 3"));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["inputs"]["used"].as_u64().unwrap(), report["ticks"].as_u64().unwrap() * 2);
}

#[test]
fn a_port_in_use_is_named_within_a_second() {
    let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
    let addr = taken.local_addr().unwrap().to_string();
    let said = refusal(&["--listen", &addr]);
    assert!(said.contains(&addr) && said.contains("in use"), "{said}");
}

#[test]
fn bad_settings_are_refused_by_name() {
    assert!(refusal(&["--tick-rate", "500"]).contains("500"));
    assert!(refusal(&["--no-such-flag"]).contains("--no-such-flag"));
    assert!(refusal(&["--map", "atlantis"]).contains("atlantis"));
    assert!(refusal(&["--map", "missing.tmx"]).contains("missing.tmx"));
    assert!(refusal(&["--bots", "9", "--max-players", "4"]).contains("9 bots"));
    assert!(refusal(&["--max-players", "4096"]).contains("4096"));
    let said = refusal(&["--rewind-ms", "1001"]);
    assert!(said.contains("1001") && said.contains("--rewind-ms"), "{said}");
    let said = refusal(&["--hit-checks", "sometimes"]);
    assert!(said.contains("--hit-checks") && said.contains("none, tick or exact"), "{said}");
    let said = refusal(&["--best-of", "100"]);
    assert!(said.contains("--best-of") && said.contains("0 to 99"), "{said}");
    assert!(refusal(&["--mode", "chess"]).contains("deathmatch or elimination"));
    assert!(refusal(&["--bot-skill", "god"]).contains("easy, normal or hard"));
    assert!(refusal(&["--rotation", "arena,atlantis"]).contains("atlantis"));
    assert!(refusal(&["--config", "missing.toml"]).contains("missing.toml"));
}

#[test]
fn a_bad_link_is_refused_at_start_with_the_flag_or_the_key_and_the_word() {
    let said = refusal(&["--link", "Ann=delay 75"]);
    assert!(said.contains("--link: link of 'Ann': word 2 '75' must be a time"), "{said}");
    let said = refusal(&["--link", "wifi-bad"]);
    assert!(said.contains("--link") && said.contains("NAME=PROFILE"), "{said}");
    let path = std::env::temp_dir().join(format!("tickshot-links-{}.toml", std::process::id()));
    std::fs::write(&path, "[links]\n\"*\" = \"wifi\"\nAnn = \"rate 1bit\"\n").unwrap();
    let said = refusal(&["--config", path.to_str().unwrap()]);
    std::fs::remove_file(&path).unwrap();
    assert!(said.contains("table [links]: link of 'Ann': up: rate of 0.001kbit is out of range"), "{said}");
}

#[test]
fn a_broken_map_file_is_refused_with_what_and_where() {
    let path = std::env::temp_dir().join(format!("tickshot-broken-{}.tmx", std::process::id()));
    std::fs::write(&path, "<map><layer").unwrap();
    let said = refusal(&["--map", path.to_str().unwrap()]);
    std::fs::remove_file(&path).unwrap();
    assert!(said.contains("tickshot-broken"), "{said}");
}

#[test]
fn a_team_match_over_several_maps_is_a_line_on_the_command_line() {
    let args = ["--mode", "elimination", "--best-of", "5", "--bots", "4", "--map", "arena", "--map", "open"];
    let output = server(&[&args[..], &["--listen", "127.0.0.1:0", "--seconds", "0.2", "--json"]].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("elimination · map arena"), "{said}");
}

/// Not on every system can a process be asked to stop by a signal.
#[cfg(unix)]
#[test]
fn a_terminated_server_says_goodbye_and_still_reports() {
    let child = Command::new(env!("CARGO_BIN_EXE_tickshot-server"))
        .args(["--listen", "127.0.0.1:0", "--json"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_millis(500));
    let asked = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(asked.success());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(serde_json::from_slice::<serde_json::Value>(&output.stdout).is_ok());
}
