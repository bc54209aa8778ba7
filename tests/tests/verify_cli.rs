//! `tickshot-trace verify`, as somebody at a terminal runs it, on files of a match that was really played.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::time::Duration;
use tickshot_client::lab::machine::ClientSetup;
use tickshot_client::lab::universe::{Universe, UniverseConfig};
use tickshot_trace::file::{self, TraceWriter, WriteOptions};
use tickshot_trace::proto::{Header, RecorderNote, recorder_note};
use tickshot_trace::record::{Record, Stamped};

const SEED: u64 = 33;
/// With keyframes in it: there is one every 5 s.
const SECONDS: u64 = 8;

/// What a server and its client recorded; played once for all tests.
fn recorded() -> &'static [Vec<Stamped>; 2] {
    static RECORDED: OnceLock<[Vec<Stamped>; 2]> = OnceLock::new();
    RECORDED.get_or_init(|| {
        println!("seed {SEED}");
        let mut config = UniverseConfig::on("arena", SEED).expect("a map of the program");
        (config.bots, config.record) = (3, true);
        let mut universe = Universe::new(config);
        let link = "delay 30ms 5ms loss 1%".parse().expect("a link");
        universe.join(ClientSetup { name: "Ann".to_owned(), link, ..ClientSetup::default() });
        universe.run_until(Duration::from_secs(SECONDS));
        universe.take_traces().try_into().expect("a server and a client")
    })
}

/// A finished file, and the seal that its recorder would have told.
fn file_of(records: &[Stamped]) -> (Vec<u8>, [u8; 32]) {
    let Some(Record::Header(header)) = records.first().map(|first| &first.record) else { panic!("no header") };
    let mut writer = TraceWriter::new(Vec::new(), header.unix_ns_at_zero, WriteOptions::default()).expect("in memory");
    records.iter().for_each(|record| writer.write(record).expect("memory has room"));
    let (seal, bytes) = writer.finish().expect("memory has room");
    (bytes, seal.0)
}

/// A folder of its own, gone with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("tickshot-verify-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("the system's folder for such things can be written to");
        Folder(path)
    }

    /// Returns the bytes, for whoever goes on to spoil them.
    fn write(&self, name: &str, records: &[Stamped]) -> Vec<u8> {
        let (bytes, _) = file_of(records);
        self.put(name, &bytes);
        bytes
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.0.join(name), bytes).expect("the folder was made");
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.0);
    }
}

fn verify(dir: &Path, args: &[&str]) -> Output {
    let mut tool = Command::new(env!("CARGO_BIN_EXE_trace_tool"));
    tool.arg("verify").args(args).current_dir(dir).output().expect("the program was just built")
}

/// The exit code and what is on stdout, first as words, then as JSON; both runs must end alike.
fn verdict(folder: &Folder, files: &[&str]) -> (i32, String, Value) {
    let text = verify(&folder.0, files);
    let json = verify(&folder.0, &[&["--json"], files].concat());
    assert_eq!(text.status.code(), json.status.code());
    let answer: Value = serde_json::from_slice(&json.stdout).expect("one JSON object");
    let words = String::from_utf8(text.stdout).expect("text");
    for file in answer["files"].as_array().expect("a list") {
        let (path, holds) = (file["path"].as_str().expect("a path"), file["holds"] == true);
        let line = format!("{path}: {}", if holds { "HOLDS" } else { "DOES NOT HOLD" });
        assert!(words.lines().any(|it| it == line), "no line '{line}' in:\n{words}");
    }
    assert_eq!(answer["holds"] == true, text.status.success());
    (text.status.code().expect("it ended by itself"), words, answer)
}

#[test]
fn files_that_are_as_they_were_written_hold() {
    let folder = Folder::new("whole");
    let [server, client] = recorded();
    folder.write("server.mcap", server);
    folder.write("ann.mcap", client);
    let (code, words, answer) = verdict(&folder, &["server.mcap", "ann.mcap"]);
    assert_eq!(code, 0, "{words}");
    let [server, client] = [&answer["files"][0], &answer["files"][1]];
    assert_eq!((server["role"].as_str(), client["role"].as_str()), (Some("server"), Some("client")));
    assert_eq!(server["replay"]["ticks"], SECONDS * 64);
    assert!(words.contains(&format!("{} ticks made again", SECONDS * 64)), "{words}");
    assert!(client["replay"].is_null(), "nobody can make again what a client saw");
    let seal = file_of(&recorded()[0]).1.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    assert!(words.contains(&seal), "the seal to compare with the one that was told");
}

#[test]
fn a_single_byte_that_was_changed_is_found_and_its_place_named() {
    let folder = Folder::new("byte");
    let mut bytes = folder.write("server.mcap", &recorded()[0]);
    let at = bytes.len() * 2 / 3;
    bytes[at] ^= 1;
    folder.put("server.mcap", &bytes);
    let (code, words, answer) = verdict(&folder, &["server.mcap"]);
    let file = &answer["files"][0];
    assert_eq!((code, file["bytes_hold"].as_bool()), (1, Some(false)), "{words}");
    let fault = &file["health"]["faults"][0];
    let named = fault["at_byte"].as_u64().expect("a place");
    let whole = file["health"]["valid_bytes"].as_u64().expect("a number of bytes");
    assert!(whole <= named.min(at as u64) && named.abs_diff(at as u64) < 64 * 1024, "{at} was changed: {fault}");
    assert!(words.contains(&format!("byte {named}: ")), "{words}");
    assert_eq!(file["replay"]["holds"], true, "what comes before it is what a server made");
}

/// By somebody who writes the whole chain anew.
#[test]
fn a_record_that_was_altered_under_a_new_chain_is_found_by_the_tick_it_belongs_to() {
    let folder = Folder::new("record");
    let mut records = recorded()[0].clone();
    let shots = records.iter_mut().filter_map(|stamped| match &mut stamped.record {
        Record::Shot(shot) => Some(shot),
        _ => None,
    });
    let shot = shots.last().expect("somebody fired");
    shot.hit ^= 1;
    let tick = shot.tick;
    folder.write("server.mcap", &records);
    let (code, words, answer) = verdict(&folder, &["server.mcap"]);
    let file = &answer["files"][0];
    assert_eq!((code, file["bytes_hold"].as_bool(), file["replay"]["holds"].as_bool()), (1, Some(true), Some(false)));
    let divergence = &file["replay"]["divergence"];
    assert_eq!((divergence["tick"].as_u64(), divergence["field"].as_str()), (Some(tick.into()), Some("hit")));
    assert!(words.contains("DIVERGES at") && words.contains(&format!("tick {tick}")), "{words}");
}

#[test]
fn a_torn_file_does_not_hold_and_recover_makes_one_that_does() {
    let folder = Folder::new("torn");
    let bytes = folder.write("torn.mcap", &recorded()[0]);
    folder.put("torn.mcap", &bytes[..bytes.len() / 2]);
    let (code, words, answer) = verdict(&folder, &["torn.mcap"]);
    assert_eq!((code, answer["files"][0]["health"]["finished"].as_bool()), (1, Some(false)), "{words}");
    assert!(words.contains("tickshot-trace recover"), "{words}");
    let mended = file::recover(&bytes[..bytes.len() / 2]).expect("half of it is whole");
    folder.put("mended.mcap", &mended.bytes);
    let (code, words, _) = verdict(&folder, &["mended.mcap"]);
    assert_eq!(code, 0, "{words}");
    assert!(words.contains("mended: what was whole"), "{words}");
}

#[test]
fn files_that_are_missing_or_no_traces_are_named_on_stderr() {
    let folder = Folder::new("missing");
    folder.put("text.mcap", b"something else");
    for (name, why) in [("nowhere.mcap", "cannot read"), ("text.mcap", "no MCAP file")] {
        let output = verify(&folder.0, &["--json", name]);
        let error = String::from_utf8(output.stderr).expect("text");
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{error}");
        assert!(error.contains(name) && error.contains(why), "{error}");
    }
    assert_eq!(verify(&folder.0, &[]).status.code(), Some(2), "a command line without files is wrong usage");
}

/// The records in two files as a recorder cuts them: the second begins at a keyframe and with what stands, and says the seal
/// of the first, or `continues`.
fn in_two_parts(records: &[Stamped], continues: Option<[u8; 32]>) -> [Vec<Stamped>; 2] {
    let Record::Header(header) = &records[0].record else { panic!("no header") };
    let is_keyframe = |stamped: &Stamped| matches!(stamped.record, Record::Keyframe(_));
    let cut = records.iter().rposition(is_keyframe).expect("a keyframe every 5 s");
    let stands =
        |stamped: &&Stamped| matches!(stamped.record, Record::FieldNames(_) | Record::MatchBegan(_) | Record::Rules(_));
    let continues = continues.unwrap_or_else(|| file_of(&records[..cut]).1).to_vec();
    let second = Header { part: header.part + 1, continues, ..header.clone() };
    let first = Stamped { at: records[cut].at, record: second.into() };
    let second = std::iter::once(first).chain(records[..cut].iter().filter(stands).cloned());
    [records[..cut].to_vec(), second.chain(records[cut..].iter().cloned()).collect()]
}

#[test]
fn parts_must_follow_on_each_other_and_a_flight_beside_them_changes_nothing() {
    let folder = Folder::new("parts");
    let server = &recorded()[0];
    let [first, second] = in_two_parts(server, None);
    let note = RecorderNote { kind: recorder_note::Kind::Flight.into(), ..RecorderNote::default() };
    let mut flight = server.clone();
    flight.insert(1, Stamped { at: server[0].at, record: note.into() });
    folder.write("1.mcap", &first);
    folder.write("2.mcap", &second);
    folder.write("flight.mcap", &flight);
    for files in
        [&["flight.mcap", "1.mcap", "2.mcap"][..], &["2.mcap", "1.mcap"], &["2.mcap"], &["flight.mcap", "2.mcap"]]
    {
        let (code, words, _) = verdict(&folder, files);
        assert_eq!(code, 0, "{files:?}: {words}");
    }
    let [_, exchanged] = in_two_parts(server, Some([7; 32]));
    folder.write("exchanged.mcap", &exchanged);
    let (code, words, answer) = verdict(&folder, &["1.mcap", "exchanged.mcap"]);
    assert_eq!(code, 1, "{words}");
    let breaks = |index: usize| answer["files"][index]["breaks_chain"].as_bool();
    assert_eq!((breaks(0), breaks(1)), (Some(false), Some(true)));
    assert!(words.contains("does not end with the seal that this one goes on from"), "{words}");
}
