//! The map checker: what it prints of a good map, and how it refuses a bad one.
#![allow(clippy::disallowed_macros, reason = "tests print what they read")]

use std::process::{Command, Output};
use tickshot_server::maps::BUILT_IN;

fn check(map: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tickshot-server")).args(["--check-map", map]).output().expect("the server starts")
}

#[test]
fn every_built_in_map_is_good_to_play() {
    for map in BUILT_IN {
        let out = check(map.name);
        let text = String::from_utf8(out.stdout).unwrap();
        println!("{text}");
        assert_eq!(out.status.code(), Some(0), "{text}");
        assert!(text.contains(map.name) && text.ends_with("good to play\n") && !text.contains("warning"), "{text}");
    }
}

#[test]
fn an_unplayable_map_is_refused_with_the_exact_place_and_a_bad_one_gets_a_warning() {
    let good = String::from_utf8(BUILT_IN[0].bytes.to_vec()).unwrap();
    let path = std::env::temp_dir().join(format!("tickshot-check-{}.tmx", std::process::id()));
    let verdict = |tmx: &str| {
        std::fs::write(&path, tmx).unwrap();
        check(path.to_str().unwrap())
    };
    let refused = verdict(&good.replacen("type=\"amber\" x=\"80\"", "type=\"amber\" x=\"16\"", 1));
    let message = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(1), "{message}");
    assert!(message.contains("layer 'spawns': object 1 is inside the wall at tile 0,2; move it"), "{message}");
    let warned = verdict(&good.replacen("type=\"amber\"", "", 1));
    std::fs::remove_file(&path).unwrap();
    let report = String::from_utf8(warned.stdout).unwrap();
    assert_eq!(warned.status.code(), Some(0), "{report}");
    assert!(report.contains("warning") && report.contains("2 points of class amber and 3 of class azure"), "{report}");
    assert!(report.ends_with("playable\n"), "{report}");
}

#[test]
fn a_map_that_is_not_there_is_said_to_be_missing() {
    let out = check("nowhere");
    assert_eq!(out.status.code(), Some(1));
    let message = String::from_utf8(out.stderr).unwrap();
    assert!(message.contains("no built-in map 'nowhere'") && message.contains("district"), "{message}");
}
