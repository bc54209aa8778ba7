//! What a conditioned link does to datagrams, measured; and what its text says, both ways.

// The table of presets is printed.
#![allow(clippy::disallowed_macros)]

mod delays;
mod faults;
mod presets;
mod queue;
mod text;

use std::time::Duration;
use tickshot_shared::link::conditioner::Conditioner;
use tickshot_shared::link::profile::Profile;

/// Seed of every test that does not sweep over seeds. A failing assertion prints what it measured.
pub const SEED: u64 = 0x7469_636b;

pub fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

pub fn profile(text: &str) -> Profile {
    text.parse().unwrap_or_else(|error| panic!("'{text}': {error}"))
}

/// Sends `count` datagrams of 100 bytes, one every `gap`; the releases of each.
pub fn releases(link: &mut Conditioner, count: u32, gap: Duration) -> Vec<Vec<Duration>> {
    (0..count)
        .map(|i| {
            let mut copies = Vec::new();
            link.pass(gap * i, 100, &mut |release| copies.push(release));
            copies
        })
        .collect()
}

/// How long each datagram that arrived took, in milliseconds, sent far enough apart to never wait for one another.
pub fn delays_ms(text: &str, count: u32) -> Vec<f64> {
    let gap = Duration::from_secs(20);
    let mut link = Conditioner::new(profile(text), SEED);
    let taken = releases(&mut link, count, gap).into_iter().enumerate();
    taken.flat_map(|(i, copies)| copies.into_iter().map(move |at| (at - gap * i as u32).as_secs_f64() * 1e3)).collect()
}

pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

pub fn deviation(values: &[f64]) -> f64 {
    let middle = mean(values);
    (values.iter().map(|v| (v - middle).powi(2)).sum::<f64>() / values.len() as f64).sqrt()
}

/// The value below which the share `at` of all lies.
pub fn percentile(values: &[f64], at: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[((sorted.len() - 1) as f64 * at) as usize]
}

/// Fails unless `measured` is within `tolerance` of `expected`.
#[track_caller]
pub fn close(what: &str, measured: f64, expected: f64, tolerance: f64) {
    assert!((measured - expected).abs() <= tolerance, "{what}: {measured}, expected {expected} +- {tolerance}");
}
