//! What a match must survive, and how soon it is itself again: stalls, sleep, partitions, storms; every tick rate, any quartz.

mod bench;

use bench::samples::{percentile, true_time};
use bench::{Bench, delayed};
use std::time::Duration;
use tickshot_client::lab::machine::ClientSetup;
use tickshot_client::lab::steer::Steer;
use tickshot_client::lab::universe::{Moment, UniverseConfig, Way};
use tickshot_client::reconcile::Reason;
use tickshot_client::stats::{Disagreement, ShotStats};
use tickshot_client::view::{Controls, Status, Switches};
use tickshot_server::core::MatchRules;
use tickshot_shared::clock::ServerTime;
use tickshot_shared::limits::SESSION_TIMEOUT_MS;
use tickshot_shared::link::profile::{LinkSettings, Loss, Profile};
use tickshot_shared::modes::{Delay, HitCheck, Modes, Others, Prediction};
use tickshot_shared::rng::Rng;
use tickshot_shared::sim::input::Heading;
use tickshot_shared::tick::TickRate;

/// The frame intervals of a strong machine, a common one and a weak one, microseconds.
const FRAMES_US: [u64; 4] = [2_000, 6_944, 16_667, 33_333];
const TICK_MS: f64 = 1000.0 / 64.0;

fn at_rate(map: &str, seed: u64, hz: u32) -> Bench {
    let rate = TickRate::new(hz).expect("a rate that is allowed");
    Bench::with(UniverseConfig { rate, ..UniverseConfig::on(map, seed).expect("the map is built in") })
}

/// Four bots, each with another frame rate, epoch and quartz, on links alike.
fn join_four(bench: &mut Bench, link: LinkSettings) {
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

fn run_until_all_play(bench: &mut Bench) {
    while bench.clients().any(|machine| machine.core.status() != Status::Playing) {
        assert!(bench.universe.now() < Duration::from_secs(60), "not everyone got in");
        bench.run_ms(50);
    }
}

fn unexplained(bench: &Bench) -> u64 {
    bench.clients().map(|machine| machine.core.stats().corrections.of(Reason::Unexplained)).sum()
}

/// Where one client's clocks stand against the server's true present, milliseconds.
#[derive(Clone, Copy, Debug)]
struct Standing {
    /// Input now is ahead by this.
    lead: f64,
    /// Display now is behind by this.
    delay: f64,
    clock_error: f64,
}

fn standing(bench: &Bench, client: usize) -> Standing {
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
fn assert_settled(bench: &mut Bench, client: usize, what: &str) {
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

fn any_heading(rng: &mut Rng) -> Heading {
    Heading::new(rng.below(u32::from(Heading::COUNT)) as u8).expect("below their number")
}

/// Nobody shoots any more: what is corrected from now on is nobody's hit.
fn cease_fire(bench: &mut Bench) {
    (0..bench.universe.clients()).for_each(|client| bench.walk(client, Heading::STAND));
}

// --- clean links

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

// --- settling

#[test]
fn two_seconds_after_joining_a_client_is_settled() {
    for (delay_ms, frame_us) in [(0, 2_000), (30, 16_667), (100, 6_944), (250, 33_333)] {
        let mut bench = Bench::new("arena", 5000 + delay_ms);
        bench.join_as(ClientSetup {
            link: delayed(delay_ms),
            frame_interval: Duration::from_micros(frame_us),
            ..ClientSetup::default()
        });
        run_until_all_play(&mut bench);
        bench.run_ms(2000);
        assert_settled(&mut bench, 0, &format!("{delay_ms} ms, joined"));
    }
}

/// Two clients with this delay each way that have been about for a while in peace; how the first one stands.
fn settled_clients(seed: u64, one_way_ms: u64) -> (Bench, Standing) {
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
fn assert_no_lag(before: Standing, bench: &Bench, what: &str) {
    let after = standing(bench, 0);
    assert!((after.lead - before.lead).abs() < TICK_MS, "{what}: lead {:.1} ms, was {:.1}", after.lead, before.lead);
    assert!((after.delay - before.delay).abs() < TICK_MS, "{what}: delay {:.1}, was {:.1}", after.delay, before.delay);
}

#[test]
fn a_client_whose_process_stood_still_for_two_seconds_is_settled_within_a_second() {
    let (mut bench, before) = settled_clients(6000, 40);
    bench.universe.freeze_client(0, Duration::from_secs(2));
    bench.run_ms(2000 + 1000);
    assert_settled(&mut bench, 0, "client frozen");
    assert_no_lag(before, &bench, "client frozen");
}

#[test]
fn a_server_whose_process_stood_still_for_two_seconds_leaves_no_lag() {
    let (mut bench, before) = settled_clients(6001, 40);
    bench.universe.freeze_server(Duration::from_secs(2));
    bench.run_ms(2000 + 1000);
    assert!(bench.server().metrics.lost_ticks > 100, "the server gave up what it could not make up");
    for client in 0..2 {
        assert_settled(&mut bench, client, "server frozen");
    }
    assert_no_lag(before, &bench, "server frozen");
}

#[test]
fn a_link_that_held_everything_for_two_seconds_leaves_no_lag() {
    let (mut bench, before) = settled_clients(6002, 40);
    bench.universe.freeze_link(0, Duration::from_secs(2));
    bench.run_ms(2000 + 1000);
    assert_settled(&mut bench, 0, "link frozen");
    assert_no_lag(before, &bench, "link frozen");
}

#[test]
fn a_laptop_that_slept_knows_the_time_again_within_a_second() {
    for slept_ms in [300, 2000, 20_000] {
        let (mut bench, before) = settled_clients(6003 + slept_ms, 40);
        bench.universe.suspend_client(0, Duration::from_millis(slept_ms));
        bench.run_ms(slept_ms + 1000);
        assert_eq!(bench.universe.client(0).core.status(), Status::Playing);
        assert_settled(&mut bench, 0, &format!("slept {slept_ms} ms"));
        assert_no_lag(before, &bench, &format!("slept {slept_ms} ms"));
    }
}

#[test]
fn a_laptop_that_slept_while_the_server_stood_still_is_left_with_no_lag() {
    for slept_ms in [300, 1200] {
        let (mut bench, before) = settled_clients(6500 + slept_ms, 40);
        bench.universe.freeze_server(Duration::from_millis(3200));
        bench.run_ms(1500);
        bench.universe.suspend_client(0, Duration::from_millis(slept_ms));
        // Two steps at once, after a silence: the display walks back from what it had to assume.
        bench.run_ms(1700 + 6000);
        assert_settled(&mut bench, 0, &format!("server still, slept {slept_ms} ms"));
        assert_no_lag(before, &bench, &format!("server still, slept {slept_ms} ms"));
    }
}

#[test]
fn a_link_that_becomes_longer_or_shorter_is_followed() {
    let (mut bench, _) = settled_clients(6010, 40);
    for delay_ms in [150, 10, 80] {
        bench.universe.set_link(0, delayed(delay_ms));
        // A route that changed is no stall: the clocks walk there within the memory of their windows.
        bench.run_ms(8000);
        assert_settled(&mut bench, 0, &format!("now {delay_ms} ms"));
    }
}

// --- partitions

#[test]
fn a_partition_of_half_a_minute_heals_within_a_round_trip_and_ten_ticks() {
    for (seed, one_way_ms) in [(7000, 10), (7001, 50), (7002, 100)] {
        let (mut bench, before) = settled_clients(seed, one_way_ms);
        bench.universe.partition(0, Duration::from_secs(30));
        bench.run_ms(30_000);
        let heal_ms = 2 * one_way_ms + (10.0 * TICK_MS) as u64;
        bench.run_ms(heal_ms);
        assert_eq!(bench.universe.client(0).core.status(), Status::Playing);
        let starved = bench.starved_ticks();
        assert!(bench.agrees(0), "{one_way_ms} ms: the own player is where the server has it");
        assert_no_lag(before, &bench, &format!("{one_way_ms} ms, healed"));
        bench.run_ms(2000);
        assert_eq!(bench.starved_ticks(), starved, "{one_way_ms} ms: every tick after healing has its input");
        assert!(bench.agrees(0));
    }
}

#[test]
fn a_partition_one_way_heals_too() {
    for (seed, way) in [(7010, Way::Up), (7011, Way::Down)] {
        let (mut bench, before) = settled_clients(seed, 40);
        bench.universe.cut(0, way, Duration::from_secs(30));
        bench.run_ms(30_000 + 80 + 157);
        let starved = bench.starved_ticks();
        assert!(bench.agrees(0), "{way:?}");
        assert_no_lag(before, &bench, &format!("{way:?}"));
        bench.run_ms(2000);
        assert_eq!(bench.starved_ticks(), starved, "{way:?}");
    }
}

#[test]
fn silence_beyond_the_session_timeout_ends_the_session_on_both_ends() {
    let (mut bench, _) = settled_clients(7020, 40);
    bench.universe.partition(0, Duration::from_millis(2 * SESSION_TIMEOUT_MS));
    bench.run_ms(SESSION_TIMEOUT_MS - 500);
    assert_eq!(bench.server().clients(), 2);
    bench.run_ms(1000);
    assert_eq!(bench.server().clients(), 1, "the other one plays on");
    assert!(bench.universe.client(0).core.has_ended());
    assert_eq!(bench.server().metrics.clients_timed_out, 1);
}

// --- shots

/// Eight bots on links alike for a minute; all shots answered at the end.
fn firefight(seed: u64, link: LinkSettings, rewind_ms: u16, modes: Modes) -> Bench {
    let config = UniverseConfig::on("arena", seed).expect("the map is built in");
    let rules = MatchRules { rewind_ms, ..config.rules };
    let mut bench = Bench::with(UniverseConfig { rules, ..config });
    for client in 0..8 {
        bench.join_as(ClientSetup {
            link,
            frame_interval: Duration::from_micros(FRAMES_US[client % 4]),
            drift_ppm: 20 * client as i32 - 80,
            switches: Switches { modes, ..Switches::default() },
            ..ClientSetup::default()
        });
    }
    bench.run_ms(60_000);
    cease_fire(&mut bench);
    bench.run_ms(3000);
    bench
}

/// Every claim has a fate: it could be compared, it was refused for a reason that has a name, or the server never saw the
/// shot, because its shooter was dead there or its input lost.
fn assert_claims_are_accounted_for(bench: &Bench, shots: &ShotStats, what: &str) {
    let refused: u64 = shots.disagreements().values().sum::<u64>() - (shots.comparable - shots.agreed);
    let unanswered = shots.fired - shots.judged;
    assert!(shots.claimed_hits <= shots.comparable + refused + unanswered, "{what}: claims without a fate");
    let deaths: u64 = bench.server().world().present().map(|(_, p)| u64::from(p.deaths)).sum();
    assert!(unanswered <= deaths + bench.starved_ticks(), "{what}: {unanswered} shots nobody judged");
    // A shooter is not where it thought only if something pushed it or an input was missing.
    let corrections = &bench.all_stats().corrections;
    let pushes = corrections.of(Reason::KnockBack) + corrections.of(Reason::LateInput);
    assert!(shots.disagreed(Disagreement::Mispredicted) <= pushes, "{what}");
    assert_eq!(shots.disagreed(Disagreement::Unexplained), 0, "{what}: {:?}", shots.disagreements());
}

#[test]
fn what_was_drawn_is_what_is_tested_and_what_was_seen_to_hit_hits() {
    let (mut comparable, mut agreed, mut elsewhere, mut whole_tick, mut off) = (0, 0, 0, 0, 0);
    for (seed, link, rewind_ms) in [
        (8000, "delay 0ms", 250),
        (8001, "delay 20ms 5ms loss 1%", 250),
        (8002, "delay 50ms 10ms loss 2%", 250),
        (8003, "delay 75ms 20ms loss 5%", 500),
        (8004, "delay 150ms 30ms loss 10%", 1000),
        (8005, "wifi-bad", 500),
    ] {
        let bench = firefight(seed, link.parse().expect("a link"), rewind_ms, Modes::default());
        let shots = bench.all_stats().shots;
        let drawn = shots.drawn_vs_tested();
        eprintln!(
            "{link}, cap {rewind_ms} ms: fired {}, judged {}, claimed {}, comparable {}, agreed {}, none/tick/exact would \
             {:?}, clamped {:?}, disagreements {:?}; drawn vs tested of {}: p50 {} max {}",
            shots.fired,
            shots.judged,
            shots.claimed_hits,
            shots.comparable,
            shots.agreed,
            shots.would_agree,
            bench.clamps,
            shots.disagreements(),
            drawn.count(),
            drawn.at(0.5),
            drawn.max(),
        );
        assert!(drawn.count() > 100, "{link}: too few to say anything");
        assert!(drawn.max() <= 1, "{link}: drawn and tested {} units apart", drawn.max());
        assert_claims_are_accounted_for(&bench, &shots, link);
        comparable += shots.comparable;
        agreed += shots.agreed;
        elsewhere += shots.disagreed(Disagreement::Mispredicted);
        whole_tick += shots.would_agree[1];
        off += shots.would_agree[0];
    }
    eprintln!("of {comparable}: exact {agreed}, whole tick {whole_tick}, off {off}; shooter elsewhere {elsewhere}");
    assert!(comparable >= 1000, "{comparable} claims cannot tell 99.9 %");
    assert!(agreed * 1000 >= comparable * 999, "{agreed} of {comparable}");
    assert!(off * 100 < comparable * 90, "without rewinding more must miss: {off} of {comparable}");
}

#[test]
fn a_hit_check_that_a_player_chose_is_the_one_that_decides() {
    let rate = |hits| {
        let modes = Modes { hits, ..Modes::default() };
        let shots = firefight(8100, delayed(60), 250, modes).all_stats().shots;
        eprintln!("{}: {} of {} comparable claims", hits.name(), shots.agreed, shots.comparable);
        assert!(shots.comparable > 100);
        shots.agreed as f64 / shots.comparable as f64
    };
    let [none, tick, exact] = HitCheck::ALL.map(rate);
    assert!(exact > 0.97 && tick > none && none < 0.9, "none {none}, whole tick {tick}, exact {exact}");
}

#[test]
fn claims_beyond_the_cap_are_clamped_to_it_and_counted() {
    // The bench holds every used time against the cap.
    let bench = firefight(8200, delayed(200), 250, Modes::default());
    let shots = bench.all_stats().shots;
    assert!(shots.clamped > 100 && shots.clamped == shots.judged, "{} of {}", shots.clamped, shots.judged);
    assert_eq!(bench.clamps.keys().copied().collect::<Vec<_>>(), ["cap"]);
    assert_claims_are_accounted_for(&bench, &shots, "beyond the cap");
}

// --- storms

/// Anything at all happens to a client, drawn from `rng`.
fn strike(bench: &mut Bench, client: usize, rng: &mut Rng) {
    let time = Duration::from_millis(u64::from(rng.below(2500)));
    match rng.below(9) {
        0 => bench.universe.freeze_client(client, time),
        1 => bench.universe.suspend_client(client, time),
        2 => bench.universe.freeze_link(client, time),
        3 => bench.universe.partition(client, time),
        4 => bench.universe.cut(client, Way::Up, time),
        5 => bench.universe.cut(client, Way::Down, time),
        6 => bench.universe.freeze_server(time),
        7 => {
            let profile = Profile {
                delay_us: rng.below(200_000),
                jitter_us: rng.below(60_000),
                loss: Loss::Random { ppm: rng.below(300_000) },
                duplicate_ppm: rng.below(100_000),
                reorder_ppm: rng.below(100_000),
                ..Profile::default()
            };
            bench.universe.set_link(client, LinkSettings::both(profile));
        }
        _ => {
            let others =
                [Others::Newest, Others::Extrapolate, Others::default(), Others::Interpolate(Delay::FixedMs(90))];
            bench.universe.client_mut(client).switches.modes = Modes {
                prediction: Prediction::ALL[rng.below(4) as usize],
                others: others[rng.below(4) as usize],
                hits: HitCheck::ALL[rng.below(3) as usize],
                snapshot_every: rng.below(4) as u8 + 1,
                redundancy: rng.below(8) as u8 + 1,
            };
        }
    }
}

#[test]
fn after_a_storm_of_everything_all_is_well() {
    for seed in 9000..9004 {
        let mut bench = Bench::new("arena", seed);
        join_four(&mut bench, delayed(30));
        bench.run_ms(3000);
        let mut rng = Rng::new(seed);
        for _ in 0..120 {
            let client = rng.below(4) as usize;
            strike(&mut bench, client, &mut rng);
            bench.run_ms(u64::from(rng.below(1000)));
        }
        cease_fire(&mut bench);
        // What is under way comes through; then there is peace, for longer than the input lead remembers what it must
        // provide for, 1,024 ticks.
        bench.run_ms(3000);
        for client in 0..4 {
            bench.universe.set_link(client, delayed(30));
            bench.universe.client_mut(client).switches.modes = Modes::default();
        }
        bench.run_ms(20_000);
        for client in 0..4 {
            let (now, play) = (standing(&bench, client), bench.play(client));
            eprintln!(
                "seed {seed}, client {client}: {now:.1?}, {:?}, at tick {:?}",
                play.newest().map(|s| s.header),
                play.input_tick()
            );
        }
        for client in 0..4 {
            assert_eq!(bench.universe.client(client).core.status(), Status::Playing, "seed {seed}");
            assert_settled(&mut bench, client, &format!("seed {seed}, client {client}"));
        }
    }
}

// --- the universe itself

/// All that a run can be told apart by.
fn fingerprint(seed: u64) -> (u64, Vec<String>) {
    let mut bench = Bench::new("arena", seed);
    join_four(&mut bench, "delay 40ms 15ms loss 5% duplicate 2% reorder 2%".parse().expect("a link"));
    bench.run_ms(10_000);
    let stats = bench.clients().map(|machine| format!("{:?}", machine.core.stats())).collect();
    (bench.server().world().hash(), stats)
}

#[test]
fn a_run_is_its_settings_and_its_seed() {
    assert_eq!(fingerprint(42), fingerprint(42));
    assert_ne!(fingerprint(42).0, fingerprint(43).0);
}

#[test]
fn how_time_is_cut_into_calls_changes_nothing() {
    let run = |step_us: u64| {
        let mut bench = Bench::new("arena", 44);
        join_four(&mut bench, delayed(20));
        while bench.universe.now() < Duration::from_secs(5) {
            bench.run_for(Duration::from_micros(step_us));
        }
        bench.server().world().hash()
    };
    assert_eq!(run(5_000_000), run(1_000));
    assert_eq!(run(5_000_000), run(62_500));
}

#[test]
fn a_step_is_one_tick_of_the_server() {
    let mut bench = Bench::new("open", 45);
    bench.join(10);
    bench.universe.client_mut(0).steer = Steer::Controls(Controls::default());
    bench.run_ms(1003);
    let tick = bench.server().world().tick;
    for n in 1..=10 {
        bench.universe.step_tick();
        assert_eq!(bench.server().world().tick, tick.plus(n));
        assert_eq!(bench.universe.now(), bench.server().deadline(tick.plus(n)));
    }
}

#[test]
fn every_moment_comes_in_order_and_once() {
    let mut bench = Bench::new("open", 46);
    bench.join(10);
    let (mut ticks, mut frames, mut last) = (0, 0, None);
    bench.run_seen(Duration::from_secs(4), &mut |moment| match moment {
        Moment::Tick { .. } => ticks += 1,
        Moment::Frame { machine, .. } => {
            assert!(last.is_none_or(|last| machine.drawn_at() > last));
            last = Some(machine.drawn_at());
            frames += 1;
        }
    });
    assert_eq!(ticks, 4 * 64);
    assert!((995..=1005).contains(&frames), "{frames} frames of 4 ms");
}
