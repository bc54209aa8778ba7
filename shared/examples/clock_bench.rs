//! Times what a client's clocks cost: each snapshot that arrives, each frame, and a look at every read-out.
//!
//! `cargo run --release -p tickshot-shared --example clock_bench`. Plain wall time of a single thread; the least of
//! several rounds is shown, so that a busy machine does not look like a slow program.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a bench reads the clock and prints")]

use std::hint::black_box;
use std::time::{Duration, Instant};
use tickshot_shared::clock::ServerTime;
use tickshot_shared::clock::clocks::Clocks;
use tickshot_shared::clock::sync::Timing;
use tickshot_shared::modes::Others;
use tickshot_shared::rng::Rng;
use tickshot_shared::tick::{Tick, TickRate};

/// Snapshots of one round, and before the first: longer than every window.
const SNAPSHOTS: u32 = 20_000;
const WARM_UP: u32 = 4_000;
const ROUNDS: usize = 10;

fn main() {
    let rate = TickRate::new(128).expect("128 Hz is allowed");
    let (mut snapshot, mut frame, mut readings) = (f64::MAX, f64::MAX, f64::MAX);
    for round in 0..ROUNDS {
        let [s, f, r] = session(rate, round as u64);
        (snapshot, frame, readings) = (snapshot.min(s), frame.min(f), readings.min(r));
    }
    println!("128 Hz, 50 ms each way, up to 40 ms of jitter, 5 % loss; least of {ROUNDS} rounds of {SNAPSHOTS}");
    println!("one snapshot       {snapshot:7.0} ns");
    println!("one frame          {frame:7.0} ns   (clocks moved, inputs looked for, a packet stamped)");
    println!("all read-outs once {readings:7.0} ns");
}

/// Mean nanoseconds of one snapshot, one frame and one look at all read-outs.
fn session(rate: TickRate, seed: u64) -> [f64; 3] {
    let mut clocks = Clocks::new(rate, Others::default());
    let mut rng = Rng::new(seed);
    let mut pings = std::collections::VecDeque::new();
    let [mut snapshot, mut frame, mut readings] = [Duration::ZERO; 3];
    let mut latest = Duration::ZERO;
    for n in 0..WARM_UP + SNAPSHOTS {
        let tick = Tick(1000 + n);
        let sent = Duration::from_nanos(ServerTime::of(tick, rate).0 as u64);
        latest = latest.max(sent + Duration::from_micros(50_000 + u64::from(rng.below(40_000))));
        let answers = pings.len() > 13;
        let timing = Timing {
            tick,
            since_tick_us: 100,
            pong: pings.pop_front().filter(|_| answers).map(|ping| (ping, 2_000)),
            margin_16ths: Some(20 + rng.below(30) as i16),
            received: n as u8,
            starved: (n / 3000) as u8,
        };
        let start = Instant::now();
        if !rng.chance(1, 20) {
            clocks.handle_snapshot(latest, black_box(&timing));
        }
        let handled = Instant::now();
        clocks.update(latest);
        if let Some((first, count @ 1..)) = clocks.poll_due() {
            pings.push_back(clocks.stamp(latest, first, first.plus(count - 1)));
        } else if !clocks.is_settled() {
            pings.push_back(clocks.stamp_probe(latest));
        }
        let moved = Instant::now();
        black_box((
            clocks.jitter(),
            clocks.loss_down_pct(),
            clocks.loss_up_pct(),
            clocks.rtt(),
            clocks.display_delay_ms(),
        ));
        black_box((clocks.input_margin_per_mille_ticks(50), clocks.input_margin_per_mille_ticks(500)));
        if n >= WARM_UP {
            snapshot += handled - start;
            frame += moved - handled;
            readings += moved.elapsed();
        }
    }
    [snapshot, frame, readings].map(|sum| sum.as_nanos() as f64 / f64::from(SNAPSHOTS))
}
