//! Looking for servers over real sockets on this machine, and what makes one row of many answers.

use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};
use tickshot_client::lan::book::{ADDRESSES_MAX, Book, SERVERS_MAX, SILENCE_MAX, ServerRow};
use tickshot_client::lan::{Found, Lan, Reach};
use tickshot_server::config::{DEFAULT_PORT, PORTS, ServerConfig};
use tickshot_server::host::HostedServer;
use tickshot_server::imposed::ImposedLinks;
use tickshot_server::net::access::SessionKey;
use tickshot_server::net::answers::{ServerInfo, answer};
use tickshot_shared::limits::NAME_BYTES_MAX;
use tickshot_shared::protocol::query::{QUERY_BYTES, decode_query};
use tickshot_shared::protocol::version::protocol_version;
use tickshot_shared::sim::round::GameMode;

const SEED: u64 = 0x1A9;

fn server(name: &str) -> HostedServer {
    hosted(ServerConfig { name: name.into(), ..ServerConfig::default() })
}

fn hosted(config: ServerConfig) -> HostedServer {
    let config = ServerConfig { listen: ([127, 0, 0, 1], 0).into(), map: "open".into(), seed: Some(SEED), ..config };
    HostedServer::start(config).expect("a free port on this machine")
}

fn look_for(ports: Vec<u16>, favourites: Vec<SocketAddr>) -> Lan {
    println!("seed {SEED}");
    Lan::start(Reach { ports, ..Reach::this_machine() }, favourites, SEED)
}

/// Until `until` holds, or half a minute is over: no test fails because a machine is slow.
fn wait(lan: &Lan, until: impl Fn(&Found) -> bool) -> Found {
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        let found = lan.found();
        if until(&found) || Instant::now() > end {
            return found;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn names(found: &Found) -> Vec<&str> {
    found.servers.iter().map(|row| row.name.as_str()).collect()
}

#[test]
fn several_servers_on_one_machine_are_all_found_one_row_each_and_vanish_when_they_stop() {
    let servers = ["attic", "cellar", "kitchen"].map(server);
    let lan = look_for(servers.iter().map(|server| server.addr().port()).collect(), Vec::new());
    let found = wait(&lan, |found| found.servers.len() == 3 && found.search.asked > 2);
    assert_eq!(names(&found), ["attic", "cellar", "kitchen"]);
    for (row, server) in found.servers.iter().zip(&servers) {
        assert_eq!((row.addr, &row.addrs), (server.addr(), &vec![server.addr()]));
        assert!(row.version_fits && !row.locked && !row.lagged);
    }
    let [attic, cellar, kitchen] = servers;
    cellar.stop();
    let found = wait(&lan, |found| found.servers.len() == 2);
    assert_eq!(names(&found), ["attic", "kitchen"]);
    drop((attic, kitchen));
}

#[test]
fn a_row_says_what_is_played_who_may_come_in_and_whether_lag_is_simulated() {
    let mut links = ImposedLinks::default();
    links.impose("Ann", "delay 50ms").unwrap();
    let server = hosted(ServerConfig {
        name: "den".into(),
        password: Some("tea".into()),
        bots: 3,
        max_players: 9,
        links,
        ..ServerConfig::default()
    });
    let lan = look_for(vec![server.addr().port()], Vec::new());
    let found = wait(&lan, |found| !found.servers.is_empty());
    let row = &found.servers[0];
    assert_eq!((row.map.as_str(), row.players, row.bots, row.max), ("open", 0, 3, 9));
    assert!(row.locked && row.lagged && row.mode == GameMode::Deathmatch);
}

#[test]
fn a_favourite_is_asked_wherever_it_is() {
    let server = server("far away");
    let lan = look_for(Vec::new(), Vec::new());
    lan.set_favourites(vec![server.addr()]);
    let found = wait(&lan, |found| !found.servers.is_empty());
    assert_eq!(names(&found), ["far away"]);
}

#[test]
fn what_is_no_answer_is_counted_and_shown_to_nobody() {
    let liar = UdpSocket::bind("127.0.0.1:0").unwrap();
    let lan = look_for(vec![liar.local_addr().unwrap().port()], Vec::new());
    let mut bytes = [0; 2000];
    let (len, from) = liar.recv_from(&mut bytes).unwrap();
    let query = decode_query(&bytes[..len]).expect("a question");
    let mut stale = info("liar", 1).answer(query.nonce.wrapping_add(1));
    liar.send_to(&stale, from).unwrap();
    liar.send_to(b"hello?", from).unwrap();
    stale.truncate(20);
    liar.send_to(&stale, from).unwrap();
    let found = wait(&lan, |found| found.search.dropped_nonsense + found.search.dropped_stale >= 3);
    assert_eq!((found.search.dropped_stale, found.search.dropped_nonsense), (1, 2));
    assert_eq!(names(&found), [""; 0]);
}

/// On an address of its own, so that no other server of this machine is in the way.
#[cfg(target_os = "linux")]
#[test]
fn a_server_whose_port_nobody_named_takes_the_next_free_one_and_is_found() {
    let addr = std::net::Ipv4Addr::new(127, 77, 19, 1);
    let start = || {
        let listen = SocketAddr::from((addr, DEFAULT_PORT));
        HostedServer::start(ServerConfig { listen, map: "open".into(), ..ServerConfig::default() })
    };
    let mut servers: Vec<HostedServer> = PORTS.map(|_| start().expect("a free port")).collect();
    let ports: Vec<u16> = servers.iter().map(|server| server.addr().port()).collect();
    assert_eq!(ports, PORTS.collect::<Vec<u16>>());
    let refusal = start().err().expect("no port is free").to_string();
    assert!(refusal.contains("34197") && refusal.contains("34204"), "{refusal}");
    servers.drain(..6);
    let lan = Lan::start(Reach { loopback: vec![addr], ..Reach::this_machine() }, Vec::new(), SEED);
    let found = wait(&lan, |found| found.servers.len() == 2);
    assert_eq!(found.servers.len(), 2);
}

/// What a server would answer.
struct Said(ServerInfo);

fn info(name: &str, server: u64) -> Said {
    Said(ServerInfo {
        version: protocol_version(),
        server,
        name: name.into(),
        map: "open".into(),
        players: 1,
        max: 8,
        tick_rate: 64,
        mode: GameMode::Elimination,
        bots: 2,
        lagged: false,
        round: 3,
        best_of: 9,
    })
}

impl Said {
    fn answer(&self, nonce: u64) -> Vec<u8> {
        use tickshot_shared::protocol::query::{Query, encode_query};
        let query = encode_query(&Query { nonce, key_check: None });
        answer(&query, &self.0, &SessionKey::open(), None, 7).unwrap()
    }
}

/// A book that has asked one question at `now`, and its number.
fn asked(book: &mut Book, now: Duration) -> u64 {
    let query = book.poll_query(now).expect("a question is due");
    decode_query(&query).unwrap().nonce
}

fn at(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

const MS: Duration = Duration::from_millis(1);

#[test]
fn the_answer_is_never_longer_than_the_question_whatever_the_names() {
    use tickshot_shared::protocol::query::{Query, encode_query};
    let mut said = info(&"n".repeat(NAME_BYTES_MAX), u64::MAX);
    said.0.map = "m".repeat(NAME_BYTES_MAX);
    let query = encode_query(&Query { nonce: 1, key_check: Some([9; 8]) });
    let longest = answer(&query, &said.0, &SessionKey::open(), Some([5; 16]), u32::MAX).unwrap();
    println!("longest answer {} bytes, question {QUERY_BYTES}", longest.len());
    assert!(longest.len() <= query.len());
    assert!(answer(&query[..QUERY_BYTES - 1], &said.0, &SessionKey::open(), None, 0).is_err(), "a short question");
}

#[test]
fn a_server_that_two_interfaces_see_is_one_row_at_its_quickest_address_and_loopback_is_the_last_choice() {
    let mut book = Book::new(SEED);
    let nonce = asked(&mut book, Duration::ZERO);
    let said = info("den", 5).answer(nonce);
    book.handle_answer(MS, at("127.0.0.1:34197"), &said);
    assert_eq!(book.rows(MS)[0].addr, at("127.0.0.1:34197"));
    book.handle_answer(20 * MS, at("10.0.0.7:34197"), &said);
    book.handle_answer(3 * MS, at("192.168.1.7:34197"), &said);
    let rows = book.rows(20 * MS);
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].addr, rows[0].addrs.len()), (at("192.168.1.7:34197"), 3));
    assert!((rows[0].ping_ms - 3.0).abs() < 0.01);
    // The quickest of the latest answers is shown, not the latest.
    let nonce = asked(&mut book, Duration::from_secs(1));
    book.handle_answer(Duration::from_secs(1) + 9 * MS, at("192.168.1.7:34197"), &info("den", 5).answer(nonce));
    assert!((book.rows(Duration::from_secs(1) + 9 * MS)[0].ping_ms - 3.0).abs() < 0.01);
}

#[test]
fn a_row_vanishes_three_seconds_after_its_last_answer() {
    let mut book = Book::new(SEED);
    let nonce = asked(&mut book, Duration::ZERO);
    book.handle_answer(5 * MS, at("10.0.0.7:34197"), &info("den", 5).answer(nonce));
    assert_eq!(book.rows(4 * MS + SILENCE_MAX).len(), 1);
    assert_eq!(book.rows(5 * MS + SILENCE_MAX), Vec::<ServerRow>::new());
}

#[test]
fn no_more_servers_and_addresses_are_kept_than_there_is_room_for() {
    let mut book = Book::new(SEED);
    let nonce = asked(&mut book, Duration::ZERO);
    for number in 0..1000u64 {
        book.handle_answer(MS, at("10.0.0.7:34197"), &info("many", number).answer(nonce));
    }
    assert_eq!(book.rows(MS).len(), SERVERS_MAX);
    assert_eq!(book.search().dropped_overflow, 1000 - SERVERS_MAX as u64);
    let mut book = Book::new(SEED);
    let nonce = asked(&mut book, Duration::ZERO);
    for port in 1..=100 {
        book.handle_answer(MS, SocketAddr::from(([10, 0, 0, 7], port)), &info("many", 1).answer(nonce));
    }
    assert_eq!(book.rows(MS)[0].addrs.len(), ADDRESSES_MAX);
}

#[test]
fn a_server_of_another_version_is_shown_as_such() {
    let mut book = Book::new(SEED);
    let nonce = asked(&mut book, Duration::ZERO);
    let mut other = info("old", 5);
    other.0.version ^= 1;
    book.handle_answer(MS, at("10.0.0.7:34197"), &other.answer(nonce));
    let row = &book.rows(MS)[0];
    assert_eq!((row.name.as_str(), row.version_fits, row.players), ("old", false, 1));
}

#[test]
fn a_question_too_old_gets_no_answer_counted() {
    let mut book = Book::new(SEED);
    let old = asked(&mut book, Duration::ZERO);
    for second in 1..=4 {
        asked(&mut book, Duration::from_secs(second));
    }
    book.handle_answer(Duration::from_secs(4), at("10.0.0.7:34197"), &info("den", 5).answer(old));
    assert_eq!((book.rows(Duration::from_secs(4)).len(), book.search().dropped_stale), (0, 1));
}
