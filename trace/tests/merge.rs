//! Clocks on one time line, from traces whose true clocks are known.

mod synthetic;

use synthetic::{Link, MS, Player, Synthetic, client_id};
use tickshot_shared::rng::Rng;
use tickshot_trace::analysis::latency::latency;
use tickshot_trace::analysis::merge::{Bounds, MergeError, Merged, fit, merge};
use tickshot_trace::sli::Slis;

const SECOND: i64 = 1000 * MS;

/// The largest error of a client's clock while it is awake, nanoseconds; panics where the truth is outside of the bounds.
fn worst_error(made: &Synthetic, merged: &Merged<'_>, player: usize, seconds: i64) -> i64 {
    let clock = &merged.clients[player].clock;
    let mut worst = 0;
    for ms in (500..(seconds * 1000 - 500)).step_by(37) {
        let at = ms * MS;
        let near_sleep = made.players[player]
            .asleep
            .iter()
            .any(|(from, length)| (from - 50 * MS..from + length + 100 * MS).contains(&at));
        if near_sleep {
            continue;
        }
        let (local, truth) = made.true_server_ns(player, at);
        let (lowest, highest) = clock.interval_ns(local);
        assert!((lowest..=highest).contains(&truth), "at {ms} ms: {truth} is not in {lowest}..={highest}");
        let error = (clock.to_server_ns(local) - truth).abs();
        worst = worst.max(error);
        // The way back errs by as much, but for drift.
        assert!((clock.to_local_ns(truth) - local).abs() <= error + error / 1000 + 10);
    }
    worst
}

#[test]
fn offsets_of_half_a_minute_and_drift_of_200_ppm_are_found_over_50_ms_each_way() {
    let player =
        |name, offset_s: i64, drift_ppm| Player { offset_ns: offset_s * SECOND, drift_ppm, ..Player::new(name, 50) };
    let made = Synthetic::run(1, 60, vec![player("Ann", 30, 200), player("Ben", -30, -200), player("Cleo", 30, -200)]);
    let merged = merge(&made.server, &made.clients()).unwrap();
    for (index, drift) in [(0, -200.0), (1, 200.0), (2, 200.0)] {
        let error = worst_error(&made, &merged, index, 60);
        println!("{}: {error} ns", merged.clients[index].name);
        assert!(error < 100_000, "{error} ns");
        let report = &merged.report().clients[index];
        assert!((report.drift_ppm - drift).abs() < 0.5, "{report:?}");
        assert!((report.bound_ms - 50.0).abs() < 0.5, "{report:?}");
        assert_eq!((report.up.lost, report.down.lost, report.inputs.different), (0, 0, 0));
    }
}

#[test]
fn jitter_loss_copies_and_bursts_widen_the_bound_and_never_push_the_truth_out() {
    for seed in 1..=6 {
        let link = Link { jitter_ns: 8 * MS, lost: 50, copied: 20, burst: 4, ..Link::of(50) };
        let player = Player {
            up: link,
            down: link,
            offset_ns: -30 * SECOND,
            drift_ppm: 200,
            lead_ns: 110 * MS,
            ..Player::new("Ann", 50)
        };
        let made = Synthetic::run(seed, 60, vec![player]);
        let merged = merge(&made.server, &made.clients()).unwrap();
        let error = worst_error(&made, &merged, 0, 60);
        println!("{error} ns");
        assert!(error < 2 * MS, "{error} ns");
        let report = &merged.report().clients[0];
        assert!(report.up.lost > 100 && report.down.lost > 100 && report.up.copies > 10, "{report:?}");
        assert!(report.up.overtaken > 10 && report.steps.is_empty());
        assert!((report.up.jitter_ms - 24.0).abs() < 4.0, "an exponential of 8 ms: {}", report.up.jitter_ms);
    }
}

#[test]
fn losses_are_counted_as_they_were() {
    let player = Player {
        up: Link { lost: 100, ..Link::of(20) },
        down: Link { lost: 30, ..Link::of(20) },
        ..Player::new("Ann", 20)
    };
    let made = Synthetic::run(9, 60, vec![player]);
    let merged = merge(&made.server, &made.clients()).unwrap();
    let client = &merged.clients[0];
    assert!((client.up_times.loss_pct() - 10.0).abs() < 1.5, "{:?}", client.up_times);
    assert!((client.down_times.loss_pct() - 3.0).abs() < 1.0, "{:?}", client.down_times);
    assert_eq!((client.up_times.unmatched, client.down_times.unmatched), (0, 0));
}

#[test]
fn an_asymmetric_link_keeps_its_secret_and_the_report_says_so() {
    let player = Player {
        up: Link::of(80),
        down: Link::of(20),
        offset_ns: 30 * SECOND,
        lead_ns: 95 * MS,
        ..Player::new("Ann", 50)
    };
    let made = Synthetic::run(3, 30, vec![player]);
    let merged = merge(&made.server, &made.clients()).unwrap();
    let error = worst_error(&made, &merged, 0, 30);
    assert!((error - 30 * MS).abs() < MS, "half of the difference between the ways: {error}");
    let report = merged.report();
    assert!((report.clients[0].bound_ms - 50.0).abs() < 0.5, "{report:?}");
    assert!((report.clients[0].rtt_min_ms - 100.0).abs() < 0.1);
    let text = report.text();
    assert!(text.contains("The middle is an assumption"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 120), "{text}");
}

#[test]
fn a_machine_that_slept_has_its_map_cut_there() {
    let player = Player { asleep: vec![(20 * SECOND, 5 * SECOND)], drift_ppm: 50, ..Player::new("Ann", 25) };
    let made = Synthetic::run(4, 45, vec![player]);
    let merged = merge(&made.server, &made.clients()).unwrap();
    let error = worst_error(&made, &merged, 0, 45);
    assert!(error < 2 * MS, "{error} ns");
    let steps = merged.clients[0].clock.steps();
    assert_eq!(steps.len(), 1);
    assert!((steps[0].by_ns - 5 * SECOND).abs() < 2 * MS, "{steps:?}");
    let text = merged.report().text();
    assert!(text.contains("a clock stepped") && text.lines().all(|line| line.chars().count() <= 120), "{text}");
}

#[test]
fn rejoins_are_sessions_of_one_client_and_one_clock() {
    let ann = Player { joins: vec![1, 900, 1500], drift_ppm: -100, ..Player::new("Ann", 30) };
    let made = Synthetic::run(5, 40, vec![ann, Player::new("Ann", 10)]);
    let merged = merge(&made.server, &made.clients()).unwrap();
    assert_eq!(merged.clients[0].sessions.len(), 3);
    assert_eq!((merged.clients[0].client_id, merged.clients[1].client_id), (client_id(0, 2), client_id(1, 0)));
    assert_eq!(
        (merged.client_at(0, 1200), merged.client_at(1, 1200), merged.client_at(2, 1200)),
        (Some(0), Some(1), None)
    );
    assert!(worst_error(&made, &merged, 0, 40) < 2 * MS);
    assert!(worst_error(&made, &merged, 1, 40) < 2 * MS);
}

#[test]
fn an_input_that_the_server_used_otherwise_is_named() {
    let mut made = Synthetic::run(6, 20, vec![Player::new("Ann", 20)]);
    made.server.ticks[640].aims[0] ^= 1;
    let merged = merge(&made.server, &made.clients()).unwrap();
    let inputs = &merged.clients[0].inputs;
    assert_eq!((inputs.different, inputs.unrecorded), (1, 0));
    assert_eq!((inputs.differences[0].tick, inputs.differences[0].field), (641, "aim"));
    assert!(inputs.equal > 1000);
}

#[test]
fn a_client_of_another_match_is_refused_by_name() {
    let here = Synthetic::run(7, 5, vec![Player::new("Ann", 20)]);
    let there = Synthetic::run(8, 5, vec![Player::new("Bob", 20)]);
    let error = merge(&here.server, &[&here.clients[0], &there.clients[0]]).unwrap_err();
    assert!(matches!(error, MergeError::Foreign { .. }));
    assert!(error.to_string().contains("\"Bob\"") && !error.to_string().contains("\"Ann\""), "{error}");
    let twice = merge(&here.server, &[&here.clients[0], &here.clients[0]]).unwrap_err();
    assert!(matches!(twice, MergeError::Twice(_)), "{twice}");
}

#[test]
fn a_client_without_packets_is_left_out_and_said_so() {
    let mut made = Synthetic::run(10, 5, vec![Player::new("Ann", 20), Player::new("Bob", 20)]);
    made.clients[1].packets.clear();
    let merged = merge(&made.server, &made.clients()).unwrap();
    assert_eq!((merged.clients.len(), merged.left_out[0].name.as_str()), (1, "Bob"));
    assert!(merged.report().text().contains("Do the recordings overlap?"));
}

#[test]
fn stray_records_do_not_move_a_clock() {
    let mut made = Synthetic::run(11, 30, vec![Player::new("Ann", 40)]);
    // A snapshot that came a second before it left, and one packet that left after it came.
    made.clients[0].snapshots[900].arrived_ns -= SECOND;
    made.clients[0].packets[500].sent_ns += SECOND / 2;
    let merged = merge(&made.server, &made.clients()).unwrap();
    assert!(merged.clients[0].clock.steps().is_empty(), "{:?}", merged.clients[0].clock.steps());
    assert!(worst_error(&made, &merged, 0, 30) < 2 * MS);
}

#[test]
fn nothing_in_a_trace_can_make_a_merge_panic() {
    let mut made = Synthetic::run(12, 5, vec![Player::new("Ann", 20)]);
    let client = &mut made.clients[0];
    client.packets[3].sent_ns = i64::MAX;
    client.packets[4].sent_ns = i64::MIN;
    client.snapshots[3].arrived_ns = i64::MIN;
    client.snapshots[4].arrived_ns = i64::MAX;
    client.frames[3].at_ns = i64::MIN;
    client.inputs[3].made_ns = i64::MAX;
    made.server.ticks[30].deadline_ns = i64::MAX;
    made.server.ticks[31].packet_slots.extend([0; 9]);
    made.server.ticks[32].packet_acks.clear();
    made.server.ticks[33].snapshot_sent_us.clear();
    let merged = merge(&made.server, &made.clients()).unwrap();
    _ = merged.report().text();
    _ = latency(&merged).text();
    _ = Slis::of_traces(Some(&made.server), &made.clients()).report();
    for far in [i64::MIN, i64::MAX] {
        let clock = &merged.clients[0].clock;
        _ = (clock.to_server_ns(far), clock.to_local_ns(far), clock.error_bound_ns(far));
    }
}

#[test]
fn a_clock_that_warms_up_and_cools_down_is_followed_on_a_short_wire() {
    // 20 ppm to and fro in ten minutes: d(t) in nanoseconds at t seconds.
    let offset =
        |t: f64| (-(t * std::f64::consts::TAU / 600.0).cos() * 20_000.0 * 600.0 / std::f64::consts::TAU) as i64;
    let mut rng = Rng::fork(13, 0);
    let mut delay = || 100_000 + i64::from(rng.below(50_000)) + if rng.below(8) == 0 { 3 * MS } else { 0 };
    let mut bounds = Bounds::default();
    for index in 0..600 * 64 {
        let local = i64::from(index) * 15_625_000;
        let server = local + offset(f64::from(index) / 64.0);
        bounds.upper.push((local, server + delay()));
        bounds.lower.push((local, server - delay()));
    }
    let map = fit(&bounds).unwrap();
    assert!(map.steps().is_empty());
    for ms in (0..600_000).step_by(73) {
        let local = ms * MS;
        let truth = local + offset(ms as f64 / 1000.0);
        let (lowest, highest) = map.interval_ns(local);
        assert!((lowest..=highest).contains(&truth), "at {ms} ms: {truth} is not in {lowest}..={highest}");
        assert!((map.to_server_ns(local) - truth).abs() < 60_000, "at {ms} ms: {}", map.to_server_ns(local) - truth);
    }
}
