//! A server that records over a real socket: stopped as asked, killed, and switched while it runs, its traces hold.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tickshot_server::config::ServerConfig;
use tickshot_server::host::HostedServer;
use tickshot_server::recording::{RecordingConfig, RecordingSwitch};
use tickshot_trace::file;
use tickshot_trace::model::{ServerTrace, Trace};
use tickshot_trace::replay::verify;

/// A folder that is gone when the test is.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        Folder(std::env::temp_dir().join(format!("tickshot-{name}-{}", std::process::id())))
    }

    fn files(&self) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(&self.0) else { return Vec::new() };
        let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        files.sort();
        files
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A server with bots that records into `folder`, once it says that it runs.
fn start(folder: &Folder) -> Child {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tickshot-server"))
        .args(["--listen", "127.0.0.1:0", "--bots", "6", "--seed", "5", "--json", "--record"])
        .arg(&folder.0)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program was just built");
    let mut said = String::new();
    let stderr = child.stderr.as_mut().expect("it is a pipe");
    BufReader::new(stderr).read_line(&mut said).expect("it says where it listens");
    child
}

/// Every byte, and every tick.
fn assert_holds(bytes: &[u8]) -> ServerTrace {
    let health = file::check(bytes).expect("a trace");
    assert!(health.is_whole(), "{:?}", health.faults);
    let Ok(Trace::Server(trace)) = Trace::read(bytes) else { panic!("a server's trace") };
    let report = verify(&trace, &mut |_, _| {});
    assert!(report.holds, "{}", report.text());
    *trace
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).expect("it was written")
}

fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(20), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[cfg(unix)]
fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([name, &child.id().to_string()]).status();
    assert!(status.is_ok_and(|status| status.success()));
}

#[cfg(unix)]
#[test]
fn stopped_as_asked_a_server_leaves_a_trace_that_holds_and_says_its_last_seal() {
    let folder = Folder::new("stopped");
    let child = start(&folder);
    std::thread::sleep(Duration::from_secs(3));
    signal(&child, "-INT");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success());
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    let [path] = &folder.files()[..] else { panic!("one file: {:?}", folder.files()) };
    let bytes = read(path);
    let trace = assert_holds(&bytes);
    assert_eq!(trace.ticks.len() as u64, report["ticks"].as_u64().unwrap(), "from the first tick to the last");
    let seal = report["recording"]["files"][0]["seal"].as_str().expect("it is in the report");
    assert_eq!(seal, file::check(&bytes).unwrap().last_seal);
    assert!(String::from_utf8_lossy(&output.stderr).contains(seal), "and told a person");
    assert!(trace.header.config_json.contains("\"bots\":6") && trace.sessions.len() == 6);
}

#[cfg(unix)]
#[test]
fn killed_a_server_leaves_all_but_the_last_second_and_what_is_mended_holds() {
    let folder = Folder::new("killed");
    let mut child = start(&folder);
    let began = Instant::now();
    std::thread::sleep(Duration::from_secs(4));
    let ran = began.elapsed();
    child.kill().expect("it runs");
    child.wait().expect("it is dead");
    let [path] = &folder.files()[..] else { panic!("one file: {:?}", folder.files()) };
    let torn = read(path);
    assert!(!file::check(&torn).expect("a trace").is_whole());
    let trace = assert_holds(&file::recover(&torn).expect("most of it is whole").bytes);
    let kept = trace.ticks.len() as f64 / 64.0;
    assert!(kept > ran.as_secs_f64() - 1.3, "{kept:.2} s of {ran:.2?} are left");
}

#[test]
fn a_server_in_this_process_is_recorded_while_somebody_wants_it_and_its_last_minute_is_saved_on_demand() {
    let folder = Folder::new("switched");
    let config = ServerConfig {
        listen: ([127, 0, 0, 1], 0).into(),
        bots: 4,
        password: Some("never to be seen in a file".to_owned()),
        recording: RecordingConfig { dir: None, flight_dir: Some(folder.0.clone()) },
        ..ServerConfig::default()
    };
    let server = HostedServer::start(config).expect("a server starts");
    let switch: RecordingSwitch = server.recording();
    std::thread::sleep(Duration::from_secs(2));
    assert!(!switch.state().recording && folder.files().is_empty(), "nobody asked for a file");
    switch.save_flight("a test wants it");
    wait_for("the last minute is saved", || !switch.state().saved.is_empty());
    switch.begin(&folder.0);
    wait_for("it records", || switch.state().recording && switch.state().bytes > 0);
    std::thread::sleep(Duration::from_secs(2));
    switch.end();
    wait_for("the file is finished", || !switch.state().recording && switch.state().last_seal.is_some());
    let report = server.stop().recording.expect("something was recorded");
    assert_eq!((report.files.len(), report.lost, report.failure), (2, 0, None));
    for file in &report.files {
        let bytes = read(&file.path);
        let trace = assert_holds(&bytes);
        assert!(trace.ticks.len() > 64, "{} ticks in {}", trace.ticks.len(), file.path.display());
        assert!(!trace.header.config_json.contains("never to be seen"), "no password goes into a file");
    }
}

#[test]
fn where_nothing_can_be_written_the_server_says_so_and_plays_on() {
    let config = ServerConfig {
        listen: ([127, 0, 0, 1], 0).into(),
        bots: 2,
        recording: RecordingConfig { dir: Some(PathBuf::from("/proc/no/such/folder")), flight_dir: None },
        ..ServerConfig::default()
    };
    let server = HostedServer::start(config).expect("a server starts, whatever becomes of its recording");
    let switch = server.recording();
    wait_for("the failure is told", || switch.state().failure.is_some());
    std::thread::sleep(Duration::from_millis(500));
    let report = server.stop();
    let recording = report.recording.expect("what failed is reported, too");
    assert!(recording.files.is_empty() && recording.failure.is_some_and(|failure| failure.contains("/proc/no")));
    assert!(report.ticks > 20);
}
