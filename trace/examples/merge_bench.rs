//! How long it takes to put eight clients on one time line, and to measure every path between them: `merge_bench [SECONDS]`.

#[path = "../tests/synthetic/mod.rs"]
mod synthetic;

use std::time::Instant;
use synthetic::{Link, MS, Player, Synthetic};
use tickshot_trace::analysis::latency::latency;
use tickshot_trace::analysis::merge::merge;

fn main() {
    let seconds: i64 = std::env::args().nth(1).and_then(|it| it.parse().ok()).unwrap_or(60);
    let player = |index: i64| {
        let link = Link { jitter_ns: 4 * MS, lost: 10, ..Link::of(10 + 10 * index) };
        let (lead_ns, display_lag_ns) = ((40 + 10 * index) * MS, (70 + 10 * index) * MS);
        let name = ["Ann", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gwen", "Hal"][index as usize];
        Player { up: link, down: link, lead_ns, display_lag_ns, drift_ppm: 40 * index, ..Player::new(name, 10) }
    };
    let made = Synthetic::run(1, seconds, (0..8).map(player).collect());
    let began = Instant::now();
    let merged = merge(&made.server, &made.clients()).expect("these traces belong together");
    let merging = began.elapsed();
    let began = Instant::now();
    let report = latency(&merged);
    let measuring = began.elapsed();
    println!("{}\n{}", merged.report().text(), report.text());
    println!("8 clients, {seconds} s: merged in {merging:.1?}, {} paths in {measuring:.1?}", report.all.whole.count);
}
