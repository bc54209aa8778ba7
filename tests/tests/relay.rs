//! The relay as a person starts it, between an echo and its client, over loopback. Only lower bounds of time are asserted.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};
use tickshot_shared::link::profile::LinkSettings;
use tickshot_tests::relay::{CLIENTS_MAX, Relay, RelayConfig};

/// The relay in a process, and where it listens.
fn start(to: SocketAddr, link: &str, seconds: &str) -> (Child, SocketAddr) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_relay"))
        .args(["--listen", "127.0.0.1:0", "--to", &to.to_string(), "--link", link, "--seed", "7", "--json"])
        .args(["--seconds", seconds])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program was just built");
    let mut line = String::new();
    BufReader::new(child.stderr.take().expect("it is piped")).read_line(&mut line).expect("it says where it listens");
    let addr = line.strip_prefix("relay: ").and_then(|rest| rest.split(' ').next()).and_then(|addr| addr.parse().ok());
    (child, addr.unwrap_or_else(|| panic!("no address in {line:?}")))
}

fn report(child: Child) -> serde_json::Value {
    let output = child.wait_with_output().expect("it ends by itself");
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).expect("stdout is one JSON object")
}

/// Sends back whatever comes.
fn echo() -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let addr = socket.local_addr().expect("it is bound");
    std::thread::spawn(move || {
        let mut buffer = [0; 2048];
        while let Ok((bytes, from)) = socket.recv_from(&mut buffer) {
            _ = socket.send_to(&buffer[..bytes], from);
        }
    });
    addr
}

/// Sends `count` numbers, one every 2 ms, for `patience` altogether; those that came back, with how long each took.
fn exchange(relay: SocketAddr, count: u32, patience: Duration) -> Vec<(u32, Duration)> {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    socket.connect(relay).expect("an address of this machine");
    socket.set_read_timeout(Some(Duration::from_millis(2))).expect("a time-out above zero");
    let (began, mut sent, mut back) = (Instant::now(), Vec::new(), Vec::new());
    while began.elapsed() < patience {
        if sent.len() < count as usize {
            socket.send(&(sent.len() as u32).to_le_bytes()).expect("loopback takes it");
            sent.push(Instant::now());
        }
        let mut buffer = [0; 16];
        if let Ok(4) = socket.recv(&mut buffer) {
            let number = u32::from_le_bytes(buffer[..4].try_into().expect("four bytes"));
            back.push((number, sent[number as usize].elapsed()));
        }
    }
    back
}

#[test]
fn datagrams_are_late_by_the_delay_in_order_and_every_loss_is_counted() {
    let (child, relay) = start(echo(), "up delay 20ms 5ms loss 10% down delay 10ms", "4");
    let back = exchange(relay, 300, Duration::from_secs(3));
    let report = report(child);
    println!("{report}");
    let count = |way: &str, what: &str| report[way][what].as_u64().expect("a count");
    assert_eq!(count("up", "passed") + count("up", "lost"), 300);
    assert!((10..=60).contains(&count("up", "lost")), "one in ten of 300: {}", count("up", "lost"));
    assert_eq!(back.len() as u64, count("down", "passed"), "what passed came back");
    assert_eq!(count("up", "passed"), count("down", "passed"));
    assert!(back.is_sorted_by_key(|(number, _)| *number), "in order");
    let quickest = back.iter().map(|(_, taken)| *taken).min().expect("some came back");
    assert!(quickest >= Duration::from_millis(25), "15 ms up and 10 down at least, not {quickest:?}");
    assert_eq!((report["clients"].as_u64(), report["under_way"].as_u64()), (Some(1), Some(0)));
}

#[test]
fn each_client_has_a_link_of_its_own() {
    let (child, relay) = start(echo(), "loss 50%", "3");
    let clients: Vec<_> =
        (0..3).map(|_| std::thread::spawn(move || exchange(relay, 100, Duration::from_secs(2)))).collect();
    let back: Vec<Vec<u32>> = clients
        .into_iter()
        .map(|client| client.join().expect("no panic").into_iter().map(|(number, _)| number).collect())
        .collect();
    let report = report(child);
    assert_eq!(report["clients"], 3);
    assert_eq!(report["up"]["passed"].as_u64().unwrap() + report["up"]["lost"].as_u64().unwrap(), 300);
    assert!(back[0] != back[1] && back[1] != back[2], "they do not lose the same");
    assert_eq!(back.iter().map(Vec::len).sum::<usize>() as u64, report["down"]["passed"].as_u64().unwrap());
}

#[test]
fn more_clients_than_it_has_sockets_for_are_turned_away_and_counted() {
    let config = RelayConfig { listen: ([127, 0, 0, 1], 0).into(), to: echo(), link: LinkSettings::default(), seed: 7 };
    let relay = Relay::bind(config).expect("a free port");
    let addr = relay.local_addr();
    let running = std::thread::spawn(move || {
        relay.run(&AtomicBool::new(false), Some(Duration::from_secs(2)), &mut |_, _| {}).expect("it runs")
    });
    let sockets: Vec<UdpSocket> = (0..CLIENTS_MAX + 20)
        .map(|_| {
            let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
            socket.send_to(b"hello", addr).expect("loopback takes it");
            socket
        })
        .collect();
    let report = running.join().expect("no panic");
    drop(sockets);
    assert_eq!((report.clients, report.turned_away), (CLIENTS_MAX as u64, 20), "{report:?}");
    assert_eq!(report.up.passed, CLIENTS_MAX as u64);
}

#[test]
fn bad_usage_says_what_and_what_to_do() {
    let said = |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_relay")).args(args).output().expect("the program was just built");
        assert!(!output.status.success(), "{args:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let link = said(&["--link", "delay 75ms los 5%"]);
    assert!(link.contains("--link") && link.contains("word 3 'los' is none of"), "{link}");
    assert!(said(&["--seconds", "-1"]).contains("--seconds"));
    let taken = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let addr = taken.local_addr().expect("it is bound").to_string();
    let listen = said(&["--listen", &addr]);
    assert!(listen.contains(&addr) && listen.contains("--listen"), "{listen}");
}
