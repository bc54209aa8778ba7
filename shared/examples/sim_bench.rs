//! Times the simulation's hot paths: a tick of 64 players, a bot's thought, a line of sight, a state's hash and checks.
//!
//! `cargo run --release -p tickshot-shared --example sim_bench`. Plain wall time of a single thread; the least of
//! several rounds is shown, so that a busy machine does not look like a slow program.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a bench reads the clock and prints")]

#[path = "../tests/common/mod.rs"]
mod common;

use common::Match;
use glam::IVec2;
use std::hint::black_box;
use std::time::Instant;
use tickshot_shared::rng::Rng;
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::collision::{line_of_sight, raycast};
use tickshot_shared::tick::TickRate;

fn main() {
    let [_, arena, _, district] = common::walled();
    for arena in [arena, district, common::open()] {
        println!("{} ({} x {} tiles)", arena.name(), arena.width(), arena.height());
        ticks(&arena, 64);
        rays(&arena);
    }
    long_sights();
}

/// A bot match, thinking and stepping timed apart.
fn ticks(arena: &Arena, players: usize) {
    let mut game = Match::new(arena, players, TickRate::default(), 1);
    let (mut step_best, mut hash_best, mut checks_best) = (f64::MAX, f64::MAX, f64::MAX);
    for _ in 0..20 {
        let (mut step, mut hash, mut checks) = (0.0, 0.0, 0.0);
        for _ in 0..200 {
            game.think(arena, 0..players);
            let thought = Instant::now();
            game.step(arena);
            let stepped = Instant::now();
            black_box(game.world.hash());
            step += (stepped - thought).as_secs_f64();
            let hashed = Instant::now();
            black_box(game.world.checks());
            hash += (hashed - stepped).as_secs_f64();
            checks += hashed.elapsed().as_secs_f64();
        }
        step_best = f64::min(step_best, step / 200.0);
        hash_best = f64::min(hash_best, hash / 200.0);
        checks_best = f64::min(checks_best, checks / 200.0);
    }
    println!("  step, {players} fighting bots     {:8.2} us per tick", step_best * 1e6);
    let (mean, dearest) = thoughts(arena.name(), players);
    println!("  think                     {:8.2} us per bot", mean * 1e6 / players as f64);
    println!("  think, dearest tick       {:8.2} us for all {players}", dearest * 1e6);
    println!("  state hash                {:8.2} us", hash_best * 1e6);
    println!("  state checks              {:8.2} us", checks_best * 1e6);
}

/// What all bots' thoughts take in the ticks of a match's first 20 s: on average, and in the dearest. Each match begins on an
/// arena nobody has walked yet, so that what is worked out once is paid for; of each tick the least of several equal matches
/// counts, so that other programs are not.
fn thoughts(map: &str, players: usize) -> (f64, f64) {
    let mut best = vec![f64::MAX; 20 * 64];
    for _ in 0..5 {
        let fresh = common::walled().into_iter().chain([common::open()]).find(|arena| arena.name() == map);
        let arena = fresh.expect("one of the shipped maps");
        let mut game = Match::new(&arena, players, TickRate::default(), 1);
        for best in &mut best {
            let start = Instant::now();
            game.think(&arena, 0..players);
            *best = best.min(start.elapsed().as_secs_f64());
            game.step(&arena);
        }
    }
    (best.iter().sum::<f64>() / best.len() as f64, best.into_iter().fold(0.0, f64::max))
}

/// Between random free points.
fn rays(arena: &Arena) {
    let mut rng = Rng::new(2);
    let mut point = || loop {
        let at = IVec2::new(rng.range_i32(0, arena.bounds().x - 1), rng.range_i32(0, arena.bounds().y - 1));
        if !arena.is_solid(at.x / 1024, at.y / 1024) {
            return at;
        }
    };
    let pairs: Vec<(IVec2, IVec2)> = (0..4096).map(|_| (point(), point())).collect();
    let seen = pairs.iter().filter(|(a, b)| line_of_sight(arena, *a, *b)).count();
    let sight = best_ns(&pairs, |(a, b)| u64::from(line_of_sight(arena, a, b)));
    println!("  line of sight             {sight:8.1} ns ({} % of the pairs see each other)", seen * 100 / pairs.len());
    let cast = best_ns(&pairs, |(a, b)| raycast(arena, a, Turn::of(b - a).direction(), 60 * 1024) as u64);
    println!("  raycast with its angle    {cast:8.1} ns");
}

/// Unblocked and 40 tiles long in every direction, in a hall with a pillar here and there: the dearest kind.
fn long_sights() {
    let mut rng = Rng::new(3);
    let mut tile = |x: i32| {
        if x == 0 {
            'S'
        } else if rng.chance(1, 100) {
            '#'
        } else {
            '.'
        }
    };
    let rows: Vec<String> = (0..64).map(|_| (0..64).map(&mut tile).collect()).collect();
    let arena = common::sketch(&rows.iter().map(String::as_str).collect::<Vec<_>>());
    let centre = arena.bounds() / 2;
    let clear = |(a, b): &(IVec2, IVec2)| line_of_sight(&arena, *a, *b);
    let pairs: Vec<(IVec2, IVec2)> = (0..8192)
        .map(|_| {
            let half = Turn(rng.below(65536) as u16).direction() * 20 / 32;
            let jitter = IVec2::new(rng.range_i32(-10240, 10240), rng.range_i32(-10240, 10240));
            (centre + half + jitter, centre - half + jitter)
        })
        .filter(|(a, b)| !arena.is_box_free(a.min(*b) >> 10, a.max(*b) >> 10))
        .filter(clear)
        .collect();
    let sight = best_ns(&pairs, |(a, b)| u64::from(line_of_sight(&arena, a, b)));
    println!("line of sight, 40 m, free, walls in the box {sight:5.1} ns ({} pairs)", pairs.len());
}

fn best_ns<T: Copy>(items: &[T], mut work: impl FnMut(T) -> u64) -> f64 {
    let mut best = f64::MAX;
    for _ in 0..50 {
        let start = Instant::now();
        let sum: u64 = items.iter().map(|&item| work(black_box(item))).sum();
        best = best.min(start.elapsed().as_secs_f64() * 1e9 / items.len() as f64);
        black_box(sum);
    }
    best
}
