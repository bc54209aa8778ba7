//! A server in a thread, as a menu uses it: nothing that a frame calls waits.

use std::time::{Duration, Instant};
use tickshot_server::config::ServerConfig;
use tickshot_server::host::HostedServer;

fn config() -> ServerConfig {
    ServerConfig {
        listen: ([127, 0, 0, 1], 0).into(),
        map: "open".to_owned(),
        seed: Some(4),
        ..ServerConfig::default()
    }
}

/// Calls `poll` until it gives something, and asserts that no call took as long as a frame.
fn poll_each_frame<T>(mut poll: impl FnMut() -> Option<T>) -> T {
    for _ in 0..1000 {
        let began = Instant::now();
        let polled = poll();
        // Generous, for a machine that does other things, too; a wait for the server's goodbye would take longer.
        assert!(began.elapsed() < Duration::from_millis(30), "a frame waited for {:?}", began.elapsed());
        if let Some(polled) = polled {
            return polled;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("nothing came of it");
}

#[test]
fn starting_and_stopping_need_no_frame_to_wait() {
    let mut starting = HostedServer::begin(ServerConfig { password: Some("tea".to_owned()), ..config() });
    let server = poll_each_frame(|| starting.poll()).expect("a free loopback port can be had");
    assert!(server.addr().port() > 0 && server.seed() == 4);
    server.begin_stop();
    poll_each_frame(|| server.has_stopped().then_some(()));
    assert_eq!(server.stop().seed, 4);
}

#[test]
fn why_a_server_cannot_start_is_told_and_a_start_can_be_given_up() {
    let running = HostedServer::start(config()).unwrap();
    let mut starting = HostedServer::begin(ServerConfig { listen: running.addr(), ..config() });
    let error = poll_each_frame(|| starting.poll()).err().expect("the port is taken");
    assert!(error.to_string().contains("in use"), "{error}");
    let began = Instant::now();
    drop(HostedServer::begin(config()));
    assert!(began.elapsed() < Duration::from_millis(30));
}
