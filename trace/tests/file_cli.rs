//! `tickshot-trace info` and `recover`, as somebody at a terminal runs them.
#![cfg(feature = "tool")]

mod common;

use common::{Folder, at_tick, file_of, match_of};
use std::path::Path;
use std::process::{Command, Output};
use tickshot_trace::proto::{Header, InputSampled, Role, Welcomed};

fn tool(args: &[&str], dir: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tickshot-trace")).args(args).current_dir(dir).output().expect("the tool runs")
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).expect("one JSON object")
}

/// A folder with `whole.mcap` and `torn.mcap`.
fn folder() -> Folder {
    let folder = Folder::new("file-cli");
    let bytes = file_of(&match_of(200, 2, 51), 4096);
    std::fs::write(folder.join("whole.mcap"), &bytes).expect("temporary");
    std::fs::write(folder.join("torn.mcap"), &bytes[..bytes.len() / 2]).expect("temporary");
    folder
}

#[test]
fn info_says_who_when_how_long_and_how_whole() {
    let folder = folder();
    let output = tool(&["info", "--json", "whole.mcap", "torn.mcap"], folder.path());
    assert!(output.status.success());
    let answer = json(&output);
    let (whole, torn) = (&answer["traces"][0], &answer["traces"][1]);
    assert_eq!(whole["role"], "server");
    assert_eq!(whole["begun_utc"], "2026-09-21 14:13:20");
    assert_eq!((&whole["first_tick"], &whole["last_tick"]), (&1.into(), &200.into()));
    assert_eq!(whole["duration_s"], 3.125);
    assert_eq!(whole["records"]["ServerTick"], 200);
    assert_eq!((&whole["health"]["finished"], &torn["health"]["finished"]), (&true.into(), &false.into()));
    let text = String::from_utf8(tool(&["info", "torn.mcap"], folder.path()).stdout).expect("text");
    assert!(text.contains("torn: what follows is what is whole of it") && text.contains("fault       byte"), "{text}");
}

#[test]
fn info_says_at_which_rate_a_client_played_and_nothing_of_a_rate_that_nobody_told_it() {
    let folder = folder();
    let header = Header { role: Role::Client.into(), tick_rate_hz: 0, ..common::header() };
    let welcome = Welcomed { tick_rate_hz: 20, ..Welcomed::default() };
    let input = |tick| at_tick(tick, InputSampled { tick, ..InputSampled::default() });
    let told = [at_tick(0, header.clone()), at_tick(1, welcome), input(40), input(90)];
    let untold = [at_tick(0, header), input(40), input(90)];
    for (name, records, rate) in [("told.mcap", &told[..], Some(20)), ("untold.mcap", &untold[..], None)] {
        std::fs::write(folder.join(name), file_of(records, 4096)).expect("temporary");
        let answer = json(&tool(&["info", "--json", name], folder.path()));
        assert_eq!(answer["traces"][0]["tick_rate_hz"], serde_json::json!(rate));
        let text = String::from_utf8(tool(&["info", name], folder.path()).stdout).expect("text");
        let ticks = text.lines().find(|line| line.trim_start().starts_with("ticks")).expect("it has ticks");
        let words = rate.map_or_else(String::new, |hz| format!(", {hz} a second"));
        assert!(ticks.ends_with(&format!("40 to 90{words}")), "{ticks}");
    }
}

#[test]
fn info_goes_on_to_the_next_file_where_one_is_no_trace_and_fails_in_the_end() {
    let folder = folder();
    std::fs::write(folder.join("other"), b"something else").expect("temporary");
    let output = tool(&["info", "--json", "other", "whole.mcap", "missing.mcap"], folder.path());
    assert_eq!(output.status.code(), Some(1));
    let answer = json(&output);
    assert_eq!(answer["traces"].as_array().map(Vec::len), Some(1));
    assert!(answer["unreadable"][0]["why"].as_str().is_some_and(|why| why.contains("no MCAP file")));
    assert!(answer["unreadable"][1]["why"].as_str().is_some_and(|why| why.contains("missing.mcap")));
}

#[test]
fn recover_writes_a_whole_file_beside_the_torn_one_and_overwrites_nothing() {
    let folder = folder();
    let torn = std::fs::read(folder.join("torn.mcap")).expect("temporary");
    let output = tool(&["recover", "--json", "torn.mcap"], folder.path());
    assert!(output.status.success(), "{output:?}");
    let answer = json(&output);
    assert_eq!(answer["recovered"], "torn-recovered.mcap");
    assert_eq!(std::fs::read(folder.join("torn.mcap")).expect("still there"), torn);
    let info = json(&tool(&["info", "--json", "torn-recovered.mcap"], folder.path()));
    let health = &info["traces"][0]["health"];
    assert_eq!((&health["finished"], &health["faults"]), (&true.into(), &serde_json::json!([])));
    assert_eq!((&health["messages"], &health["last_seal"]), (&answer["kept_records"], &answer["new_last_seal"]));
    assert_eq!(health["origin"]["last_seal"], answer["old_last_seal"]);

    let again = tool(&["recover", "torn.mcap"], folder.path());
    let words = String::from_utf8(again.stderr).expect("text");
    assert!(again.status.code() == Some(1) && words.contains("--force"), "{words}");
    assert!(tool(&["recover", "torn.mcap", "--force"], folder.path()).status.success());
    assert!(tool(&["recover", "torn.mcap", "-o", "named.mcap"], folder.path()).status.success());
    let itself = tool(&["recover", "torn.mcap", "--force", "-o", "./torn.mcap"], folder.path());
    assert_eq!(itself.status.code(), Some(1), "the torn file stays");
}

#[test]
fn recover_leaves_a_whole_file_alone_and_refuses_what_has_nothing_whole() {
    let folder = folder();
    let output = tool(&["recover", "whole.mcap"], folder.path());
    assert!(output.status.success() && String::from_utf8_lossy(&output.stdout).contains("nothing to mend"));
    assert!(!folder.join("whole-recovered.mcap").exists());
    let bytes = std::fs::read(folder.join("whole.mcap")).expect("temporary");
    std::fs::write(folder.join("stub.mcap"), &bytes[..60]).expect("temporary");
    let output = tool(&["recover", "stub.mcap"], folder.path());
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("nothing in this file is whole"));
}
