//! Servers on this network: who is there, how far away, and may one join.
//!
//! A thread asks every second, on every interface and on this machine, and files the answers; whoever shows the list takes a
//! copy of it. [`book`] decides what an answer means and knows no socket; `ears` owns the sockets and knows no answer.
//!
//! IPv4 only: IPv6 has no broadcast, and its servers are found by address (a favourite). Nothing is sent but to the broadcast
//! addresses of this machine's own interfaces, to this machine, and to the favourites.

pub mod book;
mod ears;

use book::{Book, Search, ServerRow};
use ears::Ears;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tickshot_server::config::PORTS;
use tickshot_server::net::socket::Clock;

/// Where to look.
#[derive(Clone, Debug)]
pub struct Reach {
    /// Ask the broadcast address of each interface, and 255.255.255.255.
    pub broadcast: bool,
    /// Addresses of this machine to ask.
    pub loopback: Vec<Ipv4Addr>,
    pub ports: Vec<u16>,
}

impl Default for Reach {
    fn default() -> Reach {
        Reach { broadcast: true, loopback: vec![Ipv4Addr::LOCALHOST], ports: PORTS.collect() }
    }
}

impl Reach {
    /// This machine alone.
    pub fn this_machine() -> Reach {
        Reach { broadcast: false, ..Reach::default() }
    }
}

/// A search that goes on until it is dropped.
pub struct Lan {
    shared: Arc<Shared>,
}

/// What is known at a moment.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// By name.
    pub servers: Vec<ServerRow>,
    pub search: Search,
    /// Why nothing can be asked, if so.
    pub trouble: Option<String>,
}

#[derive(Default)]
struct Shared {
    stop: AtomicBool,
    favourites: Mutex<Vec<SocketAddr>>,
    found: Mutex<Found>,
}

impl Lan {
    /// Begin to look; `seed` draws the numbers that tie answers to questions.
    pub fn start(reach: Reach, favourites: Vec<SocketAddr>, seed: u64) -> Lan {
        let shared = Arc::new(Shared { favourites: Mutex::new(favourites), ..Shared::default() });
        let in_thread = Arc::clone(&shared);
        let spawned = std::thread::Builder::new().name("tickshot-lan".to_owned()).spawn(move || {
            if let Err(error) = look(&in_thread, reach, seed) {
                lock(&in_thread.found).trouble = Some(format!("cannot look for servers: {error}"));
            }
        });
        if let Err(error) = spawned {
            lock(&shared.found).trouble = Some(format!("cannot look for servers: {error}"));
        }
        Lan { shared }
    }

    /// What is known now.
    pub fn found(&self) -> Found {
        lock(&self.shared.found).clone()
    }

    /// From now on these are asked, too.
    pub fn set_favourites(&self, favourites: Vec<SocketAddr>) {
        *lock(&self.shared.favourites) = favourites;
    }
}

impl Drop for Lan {
    /// The thread ends by itself, within `WAKE_INTERVAL`: nobody waits for it.
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
    }
}

fn look(shared: &Shared, reach: Reach, seed: u64) -> std::io::Result<()> {
    let clock = Clock::start();
    let mut book = Book::new(seed);
    let mut ears = Ears::open(reach)?;
    while !shared.stop.load(Ordering::Relaxed) {
        let now = clock.now();
        if let Some(query) = book.poll_query(now) {
            let favourites = lock(&shared.favourites).clone();
            ears.ask(now, &query, &favourites);
        }
        // The copy is made for every answer, so that a server appears at once; answers are few.
        ears.listen(WAKE_INTERVAL, &mut |from, bytes| book.handle_answer(clock.now(), from, bytes))?;
        let found = Found { servers: book.rows(clock.now()), search: book.search(), trouble: ears.trouble() };
        *lock(&shared.found) = found;
    }
    Ok(())
}

/// Who panics while it holds one of these locks has only copied.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How long the thread sleeps when nobody answers.
const WAKE_INTERVAL: Duration = Duration::from_millis(50);
