//! `tickshot-trace merge` and `latency`, run on files as anybody would.

mod synthetic;

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use synthetic::{Player, Synthetic, client_records, server_records};
use tickshot_trace::file::{TraceWriter, WriteOptions};
use tickshot_trace::record::{Record, Stamped};

/// A folder of its own, gone with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("tickshot-time-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("the system's folder for such things can be written to");
        Folder(path)
    }

    fn write(&self, name: &str, records: &[Stamped]) -> PathBuf {
        let mut writer = TraceWriter::new(Vec::new(), 0, WriteOptions::default()).expect("memory can be written to");
        records.iter().for_each(|record| writer.write(record).expect("memory has room"));
        let (_, bytes) = writer.finish().expect("memory has room");
        let path = self.0.join(name);
        std::fs::write(&path, bytes).expect("the folder was made");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.0);
    }
}

fn run(command: &str, files: &[&Path], json: bool) -> Output {
    let mut tool = Command::new(env!("CARGO_BIN_EXE_tickshot-trace"));
    tool.arg(command).args(files);
    if json {
        tool.arg("--json");
    }
    tool.output().expect("cargo built it")
}

fn answer(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("one JSON object")
}

/// The same recording in two parts: each begins with what stands.
fn in_two_parts(records: &[Stamped]) -> [Vec<Stamped>; 2] {
    let half = records.len() / 2;
    let part = |number: u32, of: &[Stamped]| {
        let Record::Header(header) = &records[0].record else { panic!("a trace begins with its header") };
        let mut header = header.clone();
        header.part = number;
        let stands = records.iter().filter(|it| matches!(it.record, Record::SessionEvent(_) | Record::MatchBegan(_)));
        let first = Stamped { record: header.into(), ..records[0] };
        std::iter::once(first).chain(stands.cloned()).chain(of.iter().cloned()).collect()
    };
    [part(1, &records[1..half]), part(2, &records[half..])]
}

#[test]
fn files_in_any_order_and_recordings_in_parts_give_the_same_answer() {
    let made = Synthetic::run(41, 10, vec![Player::new("Ann", 20), Player::new("Ben", 30)]);
    let folder = Folder::new("order");
    let server = folder.write("server.mcap", &server_records(&made.server));
    let [ann, ben] =
        [0, 1].map(|client| folder.write(&format!("{client}.mcap"), &client_records(&made.clients[client])));
    let [first, second] = in_two_parts(&server_records(&made.server));
    let (first, second) = (folder.write("first.mcap", &first), folder.write("second.mcap", &second));
    for command in ["merge", "latency"] {
        let whole = answer(&run(command, &[&server, &ann, &ben], true));
        assert_eq!(whole["clients"].as_array().map(Vec::len), Some(2));
        assert_eq!(answer(&run(command, &[&ann, &server, &ben], true)), whole);
        assert_eq!(answer(&run(command, &[&second, &ann, &ben, &first], true)), whole);
        let table = run(command, &[&server, &ann, &ben], false);
        let table = String::from_utf8(table.stdout).unwrap();
        assert!(table.contains("Ann") && table.lines().all(|line| line.chars().count() <= 120), "{table}");
    }
}

#[test]
fn what_cannot_be_done_is_said_with_what_to_do() {
    let made = Synthetic::run(42, 3, vec![Player::new("Ann", 20)]);
    let other = Synthetic::run(43, 3, vec![Player::new("Bob", 20)]);
    let folder = Folder::new("wrong");
    let server = folder.write("server.mcap", &server_records(&made.server));
    let ann = folder.write("ann.mcap", &client_records(&made.clients[0]));
    let bob = folder.write("bob.mcap", &client_records(&other.clients[0]));
    let text = folder.0.join("text.mcap");
    std::fs::write(&text, "no trace").unwrap();
    for (files, said) in [
        (vec![&ann], "none of these files is a server's trace"),
        (vec![&server, &bob], "\"Bob\""),
        (vec![&server, &text], "text.mcap"),
        (vec![&folder.0.join("nowhere.mcap")], "nowhere.mcap"),
    ] {
        let files: Vec<&Path> = files.into_iter().map(PathBuf::as_path).collect();
        let output = run("merge", &files, false);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{error}");
        assert!(error.contains(said) && output.stdout.is_empty(), "{error}");
    }
    assert!(String::from_utf8_lossy(&run("latency", &[&server], false).stderr).contains("give those of its clients"));
    assert_eq!(run("merge", &[], false).status.code(), Some(2));
}
