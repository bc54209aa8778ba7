//! Times the link conditioner: nanoseconds per datagram of each fault alone, of all together, and of the pipe that holds them.
//!
//! `cargo run --release -p tickshot-shared --example link_bench`. Plain wall time of a single thread; the least of
//! several rounds is shown, so that a busy machine does not look like a slow program.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a bench reads the clock and prints")]

use std::hint::black_box;
use std::time::{Duration, Instant};
use tickshot_shared::link::conditioner::Conditioner;
use tickshot_shared::link::pipe::Pipe;
use tickshot_shared::link::presets::PRESETS;
use tickshot_shared::link::profile::Profile;

fn main() {
    let alone = [
        "clean",
        "delay 50ms",
        "delay 50ms 20ms",
        "delay 50ms 20ms distribution normal",
        "delay 50ms 20ms distribution skewed",
        "delay 50ms 20ms 25% distribution skewed",
        "loss 5%",
        "loss gemodel 1% 10%",
        "duplicate 1%",
        "delay 50ms reorder 5%",
        "rate 2mbit queue 64kb",
        "mtu 1200",
        "freeze 100ms every 10s",
        "delay 50ms 20ms 25% distribution skewed loss gemodel 1% 10% duplicate 1% reorder 5% rate 2mbit queue 64kb mtu 1200",
    ];
    println!(
        "{:>9} {:>9}  ns a datagram: decided, and carried through a pipe (64 a second, 150 bytes)",
        "decide", "pipe"
    );
    for text in alone {
        show(text, text.parse().expect("a profile"));
    }
    for preset in PRESETS {
        show(preset.name, preset.link.down);
    }
}

fn show(name: &str, profile: Profile) {
    println!("{:>9.1} {:>9.1}  {name}", best(|| decide(profile)), best(|| carry(profile)));
}

/// Only what the conditioner decides.
fn decide(profile: Profile) {
    let mut link = Conditioner::new(profile, 1);
    for i in 0..DATAGRAMS {
        link.pass(GAP * i, 150, &mut |release| {
            black_box(release);
        });
    }
}

/// With the bytes, through the queue.
fn carry(profile: Profile) {
    let mut pipe = Pipe::new(profile, 1);
    for i in 0..DATAGRAMS {
        pipe.send(GAP * i, &[0; 150]);
        pipe.deliver(GAP * i, &mut |at, bytes| {
            black_box((at, bytes));
        });
    }
}

/// Nanoseconds a datagram in the quickest of ten rounds.
fn best(round: impl Fn()) -> f64 {
    let time = |_| {
        let start = Instant::now();
        round();
        start.elapsed().as_secs_f64()
    };
    (0..10).map(time).fold(f64::MAX, f64::min) * 1e9 / f64::from(DATAGRAMS)
}

const DATAGRAMS: u32 = 200_000;
const GAP: Duration = Duration::from_micros(15_625);
