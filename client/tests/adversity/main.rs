//! What a match must survive, and how soon it is itself again: stalls, sleep, partitions, storms; every tick rate, any quartz.

#[path = "../bench/mod.rs"]
mod bench;
mod partitions;
mod shots;
mod stalls;
mod storms;
mod universe;

use bench::samples::{percentile, true_time};
use bench::{Bench, delayed};
use std::time::Duration;
use tickshot_client::lab::machine::ClientSetup;
use tickshot_client::lab::universe::UniverseConfig;
use tickshot_client::reconcile::Reason;
use tickshot_client::view::Status;
use tickshot_shared::clock::ServerTime;
use tickshot_shared::link::profile::{LinkSettings, Loss, Profile};
use tickshot_shared::rng::Rng;
use tickshot_shared::sim::input::Heading;
use tickshot_shared::tick::TickRate;

/// The frame intervals of a strong machine, a common one and a weak one, microseconds.
pub(crate) const FRAMES_US: [u64; 4] = [2_000, 6_944, 16_667, 33_333];
pub(crate) const TICK_MS: f64 = 1000.0 / 64.0;

pub(crate) fn at_rate(map: &str, seed: u64, hz: u32) -> Bench {
    let rate = TickRate::new(hz).expect("a rate that is allowed");
    Bench::with(UniverseConfig { rate, ..UniverseConfig::on(map, seed).expect("the map is built in") })
}

/// Four bots, each with another frame rate, epoch and quartz, on links alike.
pub(crate) fn join_four(bench: &mut Bench, link: LinkSettings) {
    for (client, frame_us) in FRAMES_US.into_iter().enumerate() {
        bench.join_as(ClientSetup {
            link,
            offset: Duration::from_secs(77 * client as u64),
            drift_ppm: [500, -500, 30, 0][client],
            frame_interval: Duration::from_micros(frame_us),
            ..ClientSetup::default()
        });
    }
}

pub(crate) fn run_until_all_play(bench: &mut Bench) {
    while bench.clients().any(|machine| machine.core.status() != Status::Playing) {
        assert!(bench.universe.now() < Duration::from_secs(60), "not everyone got in");
        bench.run_ms(50);
    }
}

pub(crate) fn unexplained(bench: &Bench) -> u64 {
    bench.clients().map(|machine| machine.core.stats().corrections.of(Reason::Unexplained)).sum()
}

/// Where one client's clocks stand against the server's true present, milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing {
    /// Input now is ahead by this.
    pub(crate) lead: f64,
    /// Display now is behind by this.
    pub(crate) delay: f64,
    pub(crate) clock_error: f64,
}

pub(crate) fn standing(bench: &Bench, client: usize) -> Standing {
    let (machine, clocks) = (bench.universe.client(client), bench.play(client).clocks());
    let present = true_time(machine, bench.server());
    let ahead = |time: Option<ServerTime>| time.map_or(f64::NAN, |time| (time.0 - present.0) as f64 / 1e6);
    Standing {
        lead: ahead(clocks.input_now()),
        delay: -ahead(clocks.display_now()),
        clock_error: ahead(clocks.server_now()).abs(),
    }
}

/// For five seconds of walking about on a clean link: clocks right, no tick without an input, prediction true, and both
/// moving clocks within a tick of where they stand at the end.
pub(crate) fn assert_settled(bench: &mut Bench, client: usize, what: &str) {
    let starved = bench.starved_ticks();
    let mut rng = Rng::new(bench.universe.now().as_nanos() as u64);
    let mut seen = Vec::new();
    for tenth in 1..=50 {
        bench.walk(client, any_heading(&mut rng));
        bench.run_ms(100);
        seen.push(standing(bench, client));
        let corrections = bench.stats(client).corrections.by_reason();
        assert!(bench.agrees(client), "{what}: mispredicts after {tenth}00 ms; {:.1?}; {corrections:?}", seen.last());
    }
    let end = *seen.last().expect("fifty of them");
    eprintln!("{what}: {end:.2?}");
    let tick_ms = 1000.0 / f64::from(bench.server().setup().rate.hz());
    for (now, tenth) in seen.iter().zip(1..) {
        assert!(now.clock_error < 2.0, "{what}: clock {:.2} ms off after {tenth}00 ms", now.clock_error);
        let near = |a: f64, b: f64| (a - b).abs() < tick_ms;
        assert!(near(now.lead, end.lead), "{what}: {now:.1?} after {tenth}00 ms, at the end {end:.1?}");
        assert!(near(now.delay, end.delay), "{what}: {now:.1?} after {tenth}00 ms, at the end {end:.1?}");
    }
    assert_eq!(bench.starved_ticks(), starved, "{what}: ticks without an input");
}

pub(crate) fn any_heading(rng: &mut Rng) -> Heading {
    Heading::new(rng.below(u32::from(Heading::COUNT)) as u8).expect("below their number")
}

/// Nobody shoots any more: what is corrected from now on is nobody's hit.
pub(crate) fn cease_fire(bench: &mut Bench) {
    (0..bench.universe.clients()).for_each(|client| bench.walk(client, Heading::STAND));
}

/// Two clients with this delay each way that have been about for a while in peace; how the first one stands.
pub(crate) fn settled_clients(seed: u64, one_way_ms: u64) -> (Bench, Standing) {
    let mut bench = Bench::new("arena", seed);
    bench.join(one_way_ms);
    bench.join(one_way_ms);
    cease_fire(&mut bench);
    bench.run_ms(6000);
    assert_settled(&mut bench, 0, "at first");
    let standing = standing(&bench, 0);
    (bench, standing)
}

/// No lasting lag: neither clock stands more than a tick from where it stood.
pub(crate) fn assert_no_lag(before: Standing, bench: &Bench, what: &str) {
    let after = standing(bench, 0);
    assert!((after.lead - before.lead).abs() < TICK_MS, "{what}: lead {:.1} ms, was {:.1}", after.lead, before.lead);
    assert!((after.delay - before.delay).abs() < TICK_MS, "{what}: delay {:.1}, was {:.1}", after.delay, before.delay);
}

#[test]
fn on_a_clean_link_of_any_delay_nothing_starves_and_nothing_is_unexplained() {
    for delay_ms in [0, 1, 20, 75, 150, 250] {
        let mut bench = Bench::new("arena", 1000 + delay_ms);
        join_four(&mut bench, delayed(delay_ms));
        run_until_all_play(&mut bench);
        bench.run_ms(1000);
        let before = bench.starved_ticks();
        bench.run_ms(20_000);
        assert_eq!(bench.starved_ticks() - before, 0, "{delay_ms} ms: ticks without an input");
        assert_eq!(unexplained(&bench), 0, "{delay_ms} ms: unexplained corrections");
    }
}

#[test]
fn every_tick_rate_works_with_any_quartz() {
    for hz in [20, 30, 60, 64, 100, 128] {
        let mut bench = at_rate("arena", 2000 + u64::from(hz), hz);
        join_four(&mut bench, delayed(30));
        run_until_all_play(&mut bench);
        bench.run_ms(2000);
        let before = bench.starved_ticks();
        bench.measure_from_now();
        bench.run_ms(15_000);
        let error_us = percentile(&bench.samples().clock_error, 100);
        assert!(error_us < 2000, "{hz} Hz: a clock is {error_us} us off");
        assert_eq!(bench.starved_ticks() - before, 0, "{hz} Hz: ticks without an input");
        assert_eq!(unexplained(&bench), 0, "{hz} Hz");
        // A weak machine draws fewer frames than there are ticks: all its inputs still come.
        let inputs = bench.clients().map(|machine| machine.core.stats().inputs).min().unwrap_or(0);
        assert!(inputs >= 16 * u64::from(hz), "{hz} Hz: {inputs} inputs");
    }
}

#[test]
fn with_20_ms_of_jitter_clocks_stay_within_half_a_tick() {
    for (hz, drift_ppm) in [(20, 500), (64, -500), (64, 500), (128, -500)] {
        let mut bench = at_rate("open", 3000 + u64::from(hz), hz);
        let link: LinkSettings = "delay 60ms 20ms".parse().expect("a link");
        let client = bench.join_as(ClientSetup { link, drift_ppm, ..ClientSetup::default() });
        run_until_all_play(&mut bench);
        bench.run_ms(2000);
        bench.measure_from_now();
        bench.run_ms(30_000);
        let errors = &bench.notes(client).samples.clock_error;
        let (p50, max) = (percentile(errors, 50), percentile(errors, 100));
        eprintln!("{hz} Hz {drift_ppm} ppm: clock error p50 {p50} us, max {max} us");
        assert!(max < 500_000 / i64::from(hz), "{hz} Hz {drift_ppm} ppm: {max} us is over half a tick");
    }
}

#[test]
fn a_fifth_of_all_packets_lost_ends_no_session_in_a_minute() {
    let mut bench = Bench::new("arena", 4000);
    let lossy = Profile { delay_us: 100_000, loss: Loss::Random { ppm: 200_000 }, ..Profile::default() };
    join_four(&mut bench, LinkSettings::both(lossy));
    bench.run_ms(60_000);
    assert!(bench.clients().all(|machine| machine.core.status() == Status::Playing));
    assert_eq!(bench.server().clients(), 4);
}
