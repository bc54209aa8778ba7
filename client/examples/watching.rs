//! Times what watching a recorded match costs: finding a moment anywhere in ten minutes, a frame of the picture, a look
//! through all ticks for kills.
//!
//! `cargo run --release -p tickshot-client --no-default-features --example watching -- [MINUTES] [PLAYERS]`. Plain wall time of
//! a single thread; each place is sought several times and the least is taken, so that a busy machine does not look like
//! a slow program.

use std::path::Path;
use std::time::{Duration, Instant};
use tickshot_client::lab::machine::ClientSetup;
use tickshot_client::lab::universe::{Universe, UniverseConfig};
use tickshot_client::view::ViewModel;
use tickshot_client::watch::{Look, Moment, Player, Sources, Traces};
use tickshot_shared::rng::Rng;
use tickshot_trace::file::{Contents, Health};
use tickshot_trace::recordings::{Part, join};

const SEED: u64 = 5;
const PLACES: usize = 200;
const ROUNDS: usize = 3;

fn main() {
    let mut numbers = std::env::args().skip(1).map(|word| word.parse().expect("MINUTES and PLAYERS are numbers"));
    let (minutes, players): (u64, usize) = (numbers.next().unwrap_or(10), numbers.next().unwrap_or(16) as usize);
    let traces = record(minutes, players.max(2));
    let (_, server) = traces.server.as_ref().expect("the server records");
    let ticks = server.ticks.len();
    println!("{minutes} min, {players} players, {ticks} ticks, {} keyframes, seed {SEED}", server.keyframes.len());
    let mut player = Player::new(Sources::new(&traces).expect("what was recorded can be watched"));
    player.set_paused(true);
    for look in [Look::Server, Look::Both] {
        player.set_look(look);
        let mut times = seeks(&mut player);
        times.sort();
        let (p50, p99, most) = (times[PLACES / 2], times[PLACES * 99 / 100], times[PLACES - 1]);
        println!("finding a moment, {:<6}  p50 {} ms  p99 {} ms  most {} ms", look.name(), ms(p50), ms(p99), ms(most));
        println!("a frame at 1x, {:<6}      {} ms", look.name(), ms(frames(&mut player)));
    }
    let started = Instant::now();
    while player.survey(1024) {}
    let took = started.elapsed();
    println!(
        "looking for kills           {} us a tick, all of it {} ms",
        took.as_micros() as usize / ticks.max(1),
        ms(took)
    );
}

/// Everyone but one client is a bot of the server.
fn record(minutes: u64, players: usize) -> Traces {
    let mut config = UniverseConfig::on("arena", SEED).expect("a map of the program");
    (config.bots, config.record, config.capacity) = (players - 1, true, players.max(config.capacity));
    let mut universe = Universe::new(config);
    let (link, frame_interval) = ("delay 40ms 5ms".parse().expect("a link"), Duration::from_millis(16));
    universe.join(ClientSetup { name: "Ann".to_owned(), link, frame_interval, ..ClientSetup::default() });
    universe.run_until(Duration::from_secs(60 * minutes));
    let traces = universe.take_traces().into_iter().zip(["server", "Ann"]);
    let part = |(records, name)| {
        let contents = Contents { records, health: Health::default() };
        Part::of(Path::new(name), contents).expect("a trace begins with its header")
    };
    Traces::of(join(traces.map(part).collect())).expect("a server and its client")
}

/// The time that each of many moments takes to be found and pictured.
fn seeks(player: &mut Player<'_>) -> Vec<Duration> {
    let (first, last) = (player.head().first().tick(), player.head().last().tick());
    let mut least = vec![Duration::MAX; PLACES];
    let mut view = ViewModel::default();
    for _ in 0..ROUNDS {
        let mut rng = Rng::fork(SEED, 1);
        for time in &mut least {
            let place = first + rng.below(last - first);
            let started = Instant::now();
            player.seek(Moment::of(place));
            player.rebuild_view(&mut view);
            *time = (*time).min(started.elapsed());
        }
    }
    least
}

fn frames(player: &mut Player<'_>) -> Duration {
    const FRAMES: u32 = 600;
    let mut view = ViewModel::default();
    player.seek(player.head().first().plus_ticks(1000));
    player.set_paused(false);
    let started = Instant::now();
    for _ in 0..FRAMES {
        player.advance(Duration::from_nanos(16_666_667));
        player.rebuild_view(&mut view);
    }
    player.set_paused(true);
    started.elapsed() / FRAMES
}

fn ms(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64() * 1000.0)
}
