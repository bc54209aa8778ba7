//! What answers say, kept as one row per server. Bytes and times in, rows out.
//!
//! A server that is heard at several addresses (two interfaces, loopback) is one row, because it says the same random number
//! everywhere. It is joined at the address that answers quickest; loopback only if no other address answers, so that what is
//! shown is what friends can use, too. The number is not proven: whoever can answer on this network can also claim another's, as
//! it could claim its name. Must not know sockets.

use serde::Serialize;
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;
use tickshot_server::net::answers::read_answer;
use tickshot_shared::protocol::query::{QUERY_BYTES, Query, Reply, encode_query};
use tickshot_shared::protocol::version::protocol_version;
use tickshot_shared::rng::Rng;
use tickshot_shared::sim::round::GameMode;

/// One server, for people.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ServerRow {
    /// Its random number, the same at every address.
    #[serde(serialize_with = "as_hex")]
    pub server: u64,
    /// Where to join it.
    pub addr: SocketAddr,
    /// Everywhere it answers.
    pub addrs: Vec<SocketAddr>,
    pub name: String,
    pub map: String,
    #[serde(serialize_with = "as_name")]
    pub mode: GameMode,
    pub players: u16,
    pub max: u16,
    pub bots: u16,
    /// The round in play (0 = warm-up), and out of how many.
    pub round: u16,
    pub best_of: u8,
    /// The quickest of its latest answers; up to a tick of it is the server's own.
    pub ping_ms: f32,
    /// It asks for a password.
    pub locked: bool,
    /// It makes somebody's link bad on purpose.
    pub lagged: bool,
    /// It speaks our protocol; if not, only name, map and places are known.
    pub version_fits: bool,
    /// Since its last answer.
    pub silent_ms: u32,
}

/// How the search goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Search {
    pub asked: u64,
    pub answers: u64,
    /// Not answers, or not in a form that can be read.
    pub dropped_nonsense: u64,
    /// To a question never asked, or too long ago.
    pub dropped_stale: u64,
    /// More servers, or addresses of one, than are kept.
    pub dropped_overflow: u64,
}

/// All servers heard of lately.
pub struct Book {
    rng: Rng,
    next_query: Duration,
    /// Questions that may still be answered, oldest first: number, when.
    asked: VecDeque<(u64, Duration)>,
    servers: BTreeMap<u64, Server>,
    search: Search,
}

struct Server {
    latest: Reply,
    at: BTreeMap<SocketAddr, Heard>,
}

/// Answers from one address.
struct Heard {
    last: Duration,
    /// Round trips of the latest answers.
    trips: VecDeque<Duration>,
}

impl Book {
    /// `seed` draws the numbers of the questions.
    pub fn new(seed: u64) -> Book {
        Book {
            rng: Rng::fork(seed, RNG_PURPOSE),
            next_query: Duration::ZERO,
            asked: VecDeque::new(),
            servers: BTreeMap::new(),
            search: Search::default(),
        }
    }

    /// The question to ask everywhere now, if one is due.
    pub fn poll_query(&mut self, now: Duration) -> Option<[u8; QUERY_BYTES]> {
        if now < self.next_query {
            return None;
        }
        self.next_query = now + QUERY_INTERVAL;
        let nonce = self.rng.next_u64();
        self.asked.push_back((nonce, now));
        while self.asked.len() > QUESTIONS_OPEN_MAX {
            self.asked.pop_front();
        }
        self.search.asked += 1;
        Some(encode_query(&Query { nonce, key_check: None }))
    }

    /// Bytes that came from `from`.
    pub fn handle_answer(&mut self, now: Duration, from: SocketAddr, bytes: &[u8]) {
        let Ok((reply, _)) = read_answer(bytes) else {
            self.search.dropped_nonsense += 1;
            return;
        };
        let Some(&(_, asked)) = self.asked.iter().find(|(nonce, _)| *nonce == reply.nonce) else {
            self.search.dropped_stale += 1;
            return;
        };
        self.forget_silent(now);
        let is_known = self.servers.contains_key(&reply.server);
        if !is_known && self.servers.len() >= SERVERS_MAX {
            self.search.dropped_overflow += 1;
            return;
        }
        let server = reply.server;
        let entry = self.servers.entry(server).or_insert_with(|| Server { latest: reply.clone(), at: BTreeMap::new() });
        if !entry.at.contains_key(&from) && entry.at.len() >= ADDRESSES_MAX {
            self.search.dropped_overflow += 1;
            return;
        }
        self.search.answers += 1;
        entry.latest = reply;
        let heard = entry.at.entry(from).or_insert_with(|| Heard { last: now, trips: VecDeque::new() });
        heard.last = now;
        heard.trips.push_back(now.saturating_sub(asked));
        if heard.trips.len() > TRIPS_KEPT {
            heard.trips.pop_front();
        }
    }

    /// Who is there, by name, then number.
    pub fn rows(&mut self, now: Duration) -> Vec<ServerRow> {
        self.forget_silent(now);
        let mut rows: Vec<ServerRow> = self.servers.iter().map(|(number, server)| server.row(*number, now)).collect();
        rows.sort_by(|a, b| (&a.name, a.server).cmp(&(&b.name, b.server)));
        rows
    }

    pub fn search(&self) -> Search {
        self.search
    }

    fn forget_silent(&mut self, now: Duration) {
        self.servers.retain(|_, server| {
            server.at.retain(|_, heard| now.saturating_sub(heard.last) < SILENCE_MAX);
            !server.at.is_empty()
        });
    }
}

impl Server {
    fn row(&self, server: u64, now: Duration) -> ServerRow {
        // Whole milliseconds: the address must not change with every hair.
        let order = |(addr, heard): &(&SocketAddr, &Heard)| (addr.ip().is_loopback(), heard.trip().as_millis(), **addr);
        let (addr, heard) = self.at.iter().min_by_key(order).expect("a server without an address is forgotten");
        let last = self.at.values().map(|heard| heard.last).max().unwrap_or_default();
        let said = &self.latest;
        ServerRow {
            server,
            addr: *addr,
            addrs: self.at.keys().copied().collect(),
            name: said.name.clone(),
            map: said.map.clone(),
            mode: said.mode,
            players: said.players,
            max: said.max,
            bots: said.bots,
            round: said.round,
            best_of: said.best_of,
            ping_ms: heard.trip().as_secs_f32() * 1e3,
            locked: said.salt.is_some(),
            lagged: said.lagged,
            version_fits: said.version == protocol_version(),
            silent_ms: now.saturating_sub(last).as_millis() as u32,
        }
    }
}

impl Heard {
    fn trip(&self) -> Duration {
        self.trips.iter().min().copied().unwrap_or_default()
    }
}

fn as_hex<S: serde::Serializer>(number: &u64, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&format_args!("{number:016x}"))
}

fn as_name<S: serde::Serializer>(mode: &GameMode, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(mode.name())
}

/// How often everybody is asked.
pub const QUERY_INTERVAL: Duration = Duration::from_secs(1);
/// Who has not answered for so long is gone.
pub const SILENCE_MAX: Duration = Duration::from_secs(3);
/// Servers kept: more than any network of friends has, and a bound on what a stranger can make us hold.
pub const SERVERS_MAX: usize = 256;
/// Addresses of one server that are kept.
pub const ADDRESSES_MAX: usize = 8;
/// Answers to older questions are stale.
const QUESTIONS_OPEN_MAX: usize = 4;
/// Round trips of which the quickest counts.
const TRIPS_KEPT: usize = 8;
const RNG_PURPOSE: u64 = 0x6C61_6E21_6C61_6E21;
