//! The front without a window: matches are hosted, joined, left and lost in one running `App`, over real sockets.

use bevy::app::App;
use bevy::prelude::Messages;
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};
use tickshot_client::app::{ClientPlugin, Core, LocalTime};
use tickshot_client::front::{Front, FrontPlugin, FrontRequest, Hosting, Join, Place, Retry, config_of};
use tickshot_client::settings::HostSettings;
use tickshot_client::view::{Status, ViewModel};
use tickshot_server::config::ServerConfig;
use tickshot_server::host::HostedServer;
use tickshot_server::net::access::SessionKey;
use tickshot_server::net::answers::{ServerInfo, answer};
use tickshot_server::net::socket::{Clock, IoThread};
use tickshot_shared::protocol::version::protocol_version;
use tickshot_shared::sim::round::GameMode;

const SEED: u64 = 0xF507;

/// The program without a window.
struct Program {
    app: App,
    clock: Clock,
    hosting: Hosting,
}

impl Program {
    fn start() -> Program {
        println!("seed {SEED}");
        let clock = Clock::start();
        let io = IoThread::start(clock).expect("a network thread");
        let hosting = Hosting::default();
        let mut app = App::new();
        app.add_plugins((ClientPlugin, FrontPlugin { io, seed: SEED, hosting: hosting.clone() }));
        app.finish();
        app.cleanup();
        Program { app, clock, hosting }
    }

    fn frame(&mut self) {
        self.app.world_mut().resource_mut::<LocalTime>().0 = self.clock.now();
        self.app.update();
        std::thread::sleep(Duration::from_millis(4));
    }

    fn ask(&mut self, request: FrontRequest) {
        self.app.world_mut().resource_mut::<Messages<FrontRequest>>().write(request);
        // What stood there before is gone with the frame that follows the request.
        self.frame();
    }

    fn join(&mut self, addr: SocketAddr, password: Option<&str>) {
        let name = "Ann".to_owned();
        self.ask(FrontRequest::Join(Join { addr, name, password: password.map(str::to_owned) }));
    }

    fn front(&self) -> &Front {
        self.app.world().resource::<Front>()
    }

    fn view(&self) -> &ViewModel {
        self.app.world().resource::<ViewModel>()
    }

    /// Frames until `until` holds; half a minute at most.
    fn run_until(&mut self, what: &str, until: impl Fn(&Program) -> bool) {
        let end = Instant::now() + Duration::from_secs(30);
        while !until(self) {
            assert!(Instant::now() < end, "{what}: still {:?}", self.front());
            self.frame();
        }
    }

    fn dialog(&mut self) -> &'static str {
        self.run_until("a dialog", |program| program.front().dialog.is_some());
        assert_eq!(self.front().place, Place::Menu);
        assert!(!self.app.world().contains_resource::<Core>(), "no session is left behind");
        self.front().dialog.as_ref().unwrap().title
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.hosting.finish();
    }
}

fn hosted(config: ServerConfig) -> HostedServer {
    let config = ServerConfig { listen: ([127, 0, 0, 1], 0).into(), map: "open".into(), seed: Some(SEED), ..config };
    HostedServer::start(config).expect("a free port on this machine")
}

#[test]
fn from_the_menu_into_a_match_against_bots_and_back_again_and_again() {
    let mut program = Program::start();
    program.run_until("bots behind the menu", |program| program.view().status == Status::Attract);
    for _ in 0..2 {
        let config = Box::new(config_of(&HostSettings::default(), "Ann"));
        program.ask(FrontRequest::Host { config, name: "Ann".into() });
        program.run_until("a match", |program| program.front().place == Place::InMatch);
        program.run_until("a body", |program| program.view().own.is_some());
        assert_eq!(program.view().roster.values().filter(|entry| entry.bot).count(), 5);
        program.ask(FrontRequest::Menu);
        program.run_until("the Esc menu", |program| program.front().menu_open);
        program.ask(FrontRequest::Leave);
        program.run_until("the menu", |program| program.view().status == Status::Attract);
        assert_eq!((program.front().place, program.front().menu_open), (Place::Menu, false));
    }
}

#[test]
fn a_goodbye_is_heard_at_once() {
    let server = hosted(ServerConfig { bots: 1, max_players: 2, ..ServerConfig::default() });
    let mut program = Program::start();
    for _ in 0..3 {
        // With one place, each return needs the one before to have left it.
        program.join(server.addr(), None);
        program.run_until("a match", |program| program.front().place == Place::InMatch);
        program.ask(FrontRequest::Leave);
        program.run_until("the menu", |program| program.front().place == Place::Menu);
    }
}

#[test]
fn every_way_not_to_get_in_has_its_dialog_and_a_second_try_where_one_makes_sense() {
    let mut program = Program::start();
    let nobody = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    program.join(nobody, None);
    assert_eq!(program.dialog(), "Nobody there");

    let locked = hosted(ServerConfig { password: Some("tea".into()), ..ServerConfig::default() });
    program.join(locked.addr(), None);
    assert_eq!(program.dialog(), "Password needed");
    program.join(locked.addr(), Some("coffee"));
    assert_eq!(program.dialog(), "Wrong password");
    let Some(Retry::WithPassword(whom)) = program.front().dialog.clone().unwrap().retry else { panic!("no retry") };
    program.ask(FrontRequest::Join(Join { password: Some("tea".into()), ..whom }));
    program.run_until("a match", |program| program.front().place == Place::InMatch);

    let small = hosted(ServerConfig { max_players: 1, ..ServerConfig::default() });
    let mut first = Program::start();
    first.join(small.addr(), None);
    first.run_until("a match", |program| program.front().place == Place::InMatch);
    program.join(small.addr(), None);
    assert_eq!(program.dialog(), "Server full");
    let Some(Retry::Again { request, .. }) = program.front().dialog.clone().unwrap().retry else { panic!("no retry") };
    first.ask(FrontRequest::Leave);
    first.run_until("the menu", |program| program.front().place == Place::Menu);
    let deadline = Instant::now() + Duration::from_secs(20);
    while program.front().place != Place::InMatch && Instant::now() < deadline {
        if program.front().place == Place::Menu {
            program.ask(request.clone());
        }
        program.frame();
    }
    assert_eq!(program.front().place, Place::InMatch);
}

#[test]
fn a_server_that_closes_says_so() {
    let server = hosted(ServerConfig::default());
    let mut program = Program::start();
    program.join(server.addr(), None);
    program.run_until("a match", |program| program.front().place == Place::InMatch);
    server.stop();
    assert_eq!(program.dialog(), "Server closed");
}

#[test]
fn a_server_of_another_version_is_said_to_be_one() {
    let old = UdpSocket::bind("127.0.0.1:0").unwrap();
    let addr = old.local_addr().unwrap();
    let info = ServerInfo {
        version: protocol_version() ^ 1,
        server: 9,
        name: "museum".into(),
        map: "open".into(),
        players: 0,
        max: 8,
        tick_rate: 64,
        mode: GameMode::Deathmatch,
        bots: 0,
        lagged: false,
        round: 0,
        best_of: 1,
    };
    std::thread::spawn(move || {
        let mut bytes = [0; 2000];
        while let Ok((len, from)) = old.recv_from(&mut bytes) {
            let said = answer(&bytes[..len], &info, &SessionKey::open(), None, 1).expect("a question");
            _ = old.send_to(&said, from);
        }
    });
    let mut program = Program::start();
    program.join(addr, None);
    assert_eq!(program.dialog(), "Another version");
}

#[test]
fn a_server_that_ended_without_a_word_is_missed_within_seconds() {
    // A wire in between, which is dropped: the system then says that nobody listens there.
    let server = hosted(ServerConfig::default());
    let between = UdpSocket::bind("127.0.0.1:0").unwrap();
    let addr = between.local_addr().unwrap();
    let inside = UdpSocket::bind("127.0.0.1:0").unwrap();
    inside.connect(server.addr()).unwrap();
    let forward = std::thread::spawn(move || {
        between.set_nonblocking(true).unwrap();
        inside.set_nonblocking(true).unwrap();
        let (mut bytes, mut client) = ([0; 2000], None);
        let end = Instant::now() + Duration::from_secs(4);
        while Instant::now() < end {
            while let Ok((len, from)) = between.recv_from(&mut bytes) {
                client = Some(from);
                _ = inside.send(&bytes[..len]);
            }
            while let Ok(len) = inside.recv(&mut bytes) {
                _ = client.map(|client| between.send_to(&bytes[..len], client));
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    let mut program = Program::start();
    program.join(addr, None);
    program.run_until("a match", |program| program.front().place == Place::InMatch);
    forward.join().unwrap();
    // Long before the 40 s for which a session outlives silence.
    assert_eq!(program.dialog(), "Server vanished");
}

#[test]
fn a_map_that_does_not_exist_is_a_dialog_and_not_the_end() {
    let mut program = Program::start();
    let settings = HostSettings { map: "nowhere".into(), ..HostSettings::default() };
    program.ask(FrontRequest::Host { config: Box::new(config_of(&settings, "Ann")), name: "Ann".into() });
    assert_eq!(program.dialog(), "Cannot host");
    assert!(program.front().dialog.as_ref().unwrap().why.contains("nowhere"));
}
