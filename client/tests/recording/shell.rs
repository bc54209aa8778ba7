//! The recorder behind a session on real sockets and real files: what a swarm writes reads back whole; keys without a window.

use bevy::app::{App, AppExit};
use bevy::prelude::Messages;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tickshot_client::app::{ClientPlugin, Core, LocalTime};
use tickshot_client::headless::swarm::{SwarmConfig, run_swarm};
use tickshot_client::recording::{
    BYTES_MAX, Recording, RecordingConfig, RecordingDeskPlugin, RecordingNotice, RecordingRequest, RecordingView,
    header, unix_ns_at_zero,
};
use tickshot_client::session::{SessionConfig, open_session};
use tickshot_client::view::{Status, Switches};
use tickshot_server::config::ServerConfig;
use tickshot_server::host::HostedServer;
use tickshot_server::net::socket::{Clock, IoThread};
use tickshot_shared::sim::bot::Skill;
use tickshot_trace::model::{ClientTrace, Trace};
use tickshot_trace::proto::recorder_note::Kind;

/// A folder that is gone when the test is over.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("tickshot-recording-{name}-{}", std::process::id()));
        // One that a killed run left behind.
        _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("temporary files can be written");
        Folder(path)
    }

    fn files(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(&self.0).expect("it is there");
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("readable").path()).collect();
        files.sort();
        files
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.0);
    }
}

fn open(path: &Path) -> ClientTrace {
    match Trace::open(path) {
        Ok(Trace::Client(trace)) => *trace,
        Ok(Trace::Server(_)) => panic!("{} is a server's", path.display()),
        Err(error) => panic!("{}: {error}", path.display()),
    }
}

#[test]
fn a_swarm_records_every_client_into_a_file_of_its_own_that_reads_back_whole() {
    let folder = Folder::new("swarm");
    let config = ServerConfig { listen: ([127, 0, 0, 1], 0).into(), max_players: 4, ..ServerConfig::default() };
    let server = HostedServer::start(config).expect("a server on this machine");
    let config = SwarmConfig {
        server: server.addr(),
        count: 4,
        seconds: 4,
        seed: 51,
        name_prefix: "bot ".to_owned(),
        password: None,
        skill: Skill::default(),
        switches: Switches { evidence: true, ..Switches::default() },
        record: Some(folder.0.clone()),
    };
    let report = run_swarm(config, &mut |_| {}).expect("a match to join");
    server.stop();
    let recorded = report.recording.expect("it was asked for");
    assert_eq!((recorded.lost, &recorded.failures), (0, &Vec::new()));
    let listed: BTreeSet<PathBuf> = recorded.files.iter().map(|file| file.path.clone()).collect();
    assert_eq!(folder.files(), listed.into_iter().collect::<Vec<_>>());
    let traces: Vec<ClientTrace> = recorded.files.iter().map(|file| open(&file.path)).collect();
    assert_eq!(traces.len(), 4);
    for trace in &traces {
        assert!(trace.health.finished && trace.health.faults.is_empty(), "{}: {:?}", trace.header.name, trace.health);
        assert!(recorded.files.iter().any(|file| file.seal == trace.health.last_seal), "its seal was told");
        let states: Vec<&str> = trace.sessions.iter().map(|state| state.it.state.as_str()).collect();
        assert_eq!(states, ["connecting", "playing", "ended"], "{}", trace.header.name);
        assert!(trace.inputs.len() > 150 && trace.frames.len() > 150, "{}: hardly anything", trace.header.name);
        assert_eq!(trace.header.tick_rate_hz, 0, "a client learns it from the welcome");
        assert_eq!(trace.welcomes[0].it.tick_rate_hz, 64);
    }
    let sum = |of: fn(&ClientTrace) -> usize| traces.iter().map(of).sum::<usize>() as u64;
    assert_eq!(sum(|trace| trace.snapshots.iter().filter(|it| it.dropped.is_empty()).count()), report.snapshots);
    assert_eq!(sum(|trace| trace.shots.len()), report.shots.fired);
    assert_eq!(sum(|trace| trace.inputs.len()), report.inputs.produced);
    let ids: BTreeSet<u64> = traces.iter().map(ClientTrace::client_id).collect();
    assert!(ids.len() == 4 && !ids.contains(&0), "every session has a number of its own: {ids:?}");
}

/// A window's desk without the window, in a match.
struct Desk {
    app: App,
    clock: Clock,
    _server: HostedServer,
}

impl Desk {
    fn new(dir: &Path) -> Desk {
        let config = ServerConfig { listen: ([127, 0, 0, 1], 0).into(), ..ServerConfig::default() };
        let server = HostedServer::start(config).expect("a server on this machine");
        let mut app = App::new();
        app.add_plugins((ClientPlugin, RecordingDeskPlugin));
        let config =
            RecordingConfig { dir: dir.to_owned(), label: "client-Ann".into(), flight: true, bytes_max: BYTES_MAX };
        let clock = Clock::start();
        let header = header("Ann", 0, unix_ns_at_zero(clock.now()), "{}".to_owned());
        app.insert_resource(Recording::start(config, header));
        let io = IoThread::start(clock).expect("a thread");
        let whom = SessionConfig { server: server.addr(), name: "Ann".into(), password: None, seed: 52 };
        open_session(&mut app, &io, clock.now(), whom).expect("a socket");
        app.finish();
        app.cleanup();
        let mut desk = Desk { app, clock, _server: server };
        while desk.app.world().resource::<Core>().0.status() != Status::Playing {
            assert!(desk.clock.now() < Duration::from_secs(10), "no match within 10 s");
            desk.frame();
            std::thread::sleep(Duration::from_millis(5));
        }
        desk
    }

    /// A frame; what it has to tell.
    fn frame(&mut self) -> Vec<String> {
        self.app.insert_resource(LocalTime(self.clock.now()));
        self.app.update();
        let mut notices = self.app.world_mut().resource_mut::<Messages<RecordingNotice>>();
        notices.drain().map(|RecordingNotice(text)| text).collect()
    }

    /// Frames for so long.
    fn play(&mut self, time: Duration) {
        let end = self.clock.now() + time;
        while self.clock.now() < end {
            self.frame();
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn ask(&mut self, request: RecordingRequest) {
        self.app.world_mut().write_message(request);
    }

    /// Frames until one tells something that contains `what`.
    fn hear(&mut self, what: &str) -> String {
        let mut heard = Vec::new();
        for _ in 0..500 {
            heard.extend(self.frame());
            if let Some(found) = heard.iter().find(|text| text.contains(what)) {
                return found.clone();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("nobody said '{what}' within 5 s, but {heard:?}");
    }

    fn view(&self) -> RecordingView {
        self.app.world().resource::<RecordingView>().clone()
    }
}

#[test]
fn f9_begins_a_file_and_ends_it_and_says_where_it_is() {
    let folder = Folder::new("f9");
    let mut desk = Desk::new(&folder.0);
    desk.frame();
    assert_eq!(folder.files(), Vec::<PathBuf>::new(), "nothing is written before it is asked for");
    desk.ask(RecordingRequest::Toggle);
    desk.hear("Recording.");
    desk.play(Duration::from_millis(500));
    assert!(desk.view().recording && desk.view().bytes > 0, "{:?}", desk.view());
    desk.ask(RecordingRequest::Toggle);
    let said = desk.hear("Recording saved");
    assert!(!desk.view().recording);
    let [file] = &folder.files()[..] else { panic!("{:?}", folder.files()) };
    assert!(said.contains(&file.display().to_string()) && file.display().to_string().contains("client-Ann"), "{said}");
    let trace = open(file);
    assert!(trace.health.finished && trace.health.faults.is_empty(), "{:?}", trace.health);
    assert_eq!(trace.header.name, "Ann");
}

#[test]
fn the_last_minute_is_saved_on_request_as_a_file_of_its_own() {
    let folder = Folder::new("flight");
    let mut desk = Desk::new(&folder.0);
    desk.frame();
    desk.ask(RecordingRequest::SaveFlight);
    desk.hear("What the last 60 s held is saved");
    let [file] = &folder.files()[..] else { panic!("{:?}", folder.files()) };
    let trace = open(file);
    assert!(trace.health.finished && trace.health.faults.is_empty(), "{:?}", trace.health);
    assert!(
        !trace.frames.is_empty() && trace.welcomes.len() == 1 && trace.notes[0].it.kind() == Kind::Flight,
        "{:?}",
        trace.notes
    );
    assert!(!desk.view().recording);
}

#[test]
fn a_folder_that_cannot_be_written_stops_the_recording_and_nothing_else() {
    let folder = Folder::new("unwritable");
    let blocked = folder.0.join("a-file");
    std::fs::write(&blocked, b"where the folder should be").expect("temporary files can be written");
    let mut desk = Desk::new(&blocked);
    desk.ask(RecordingRequest::Toggle);
    let said = desk.hear("Recording stopped");
    assert!(said.contains("a-file") && said.ends_with("The match goes on."), "{said}");
    assert!(!desk.view().recording);
}

#[test]
fn whoever_leaves_the_program_leaves_a_finished_file() {
    let folder = Folder::new("exit");
    let mut desk = Desk::new(&folder.0);
    desk.ask(RecordingRequest::Toggle);
    desk.hear("Recording.");
    desk.play(Duration::from_millis(200));
    desk.app.world_mut().write_message(AppExit::Success);
    desk.frame();
    let [file] = &folder.files()[..] else { panic!("{:?}", folder.files()) };
    assert!(open(file).health.finished);
}

#[test]
fn without_a_folder_a_request_is_answered_with_what_to_do() {
    let mut desk = Desk::new(&std::env::temp_dir());
    desk.app.world_mut().remove_resource::<Recording>();
    desk.ask(RecordingRequest::Toggle);
    assert!(desk.hear("Nothing can be recorded").contains("--record"));
}
