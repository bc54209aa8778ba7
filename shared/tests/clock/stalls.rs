//! What stands still, breaks off or jumps, and how soon all is as before.

use crate::rig::{Checks, MS, Rig, S, Setup, Way};
use tickshot_shared::rng::Rng;

/// A rig that has been running for `ms`, with the mean lead and display delay of its last second.
fn settled(setup: Setup) -> (Rig, f64, f64) {
    let mut rig = Rig::new(setup);
    rig.run_ms(19_000);
    rig.measure();
    rig.run_ms(1000);
    let (lead, delay) = (Checks::mean_ms(&rig.checks.leads_ns), Checks::mean_ms(&rig.checks.delays_ns));
    (rig, lead, delay)
}

/// One second after the stall everything is as it was.
fn is_as_before(what: &str, rig: &mut Rig, lead: f64, delay: f64) {
    rig.run_ms(1000);
    rig.measure();
    rig.run_ms(1000);
    let error = rig.checks.worst_error_ms();
    assert!(error < 2.0, "{what}: the estimate is {error} ms off");
    assert_eq!(rig.starved, 0, "{what}: inputs still come too late");
    assert_eq!(rig.frames_unsurrounded, 0, "{what}: frames without a snapshot to draw to");
    let more = Checks::mean_ms(&rig.checks.leads_ns) - lead;
    assert!(more.abs() < 10.0, "{what}: input now is {more} ms farther ahead");
    let more = Checks::mean_ms(&rig.checks.delays_ns) - delay;
    assert!(more.abs() < 10.0, "{what}: display now is {more} ms farther behind");
}

#[test]
fn a_stalled_client_is_back_within_a_second() {
    for delay_ms in [0, 20, 100] {
        let (mut rig, lead, delay) = settled(Setup::both(Way::ms(delay_ms), 1));
        rig.freeze_client(2 * S);
        rig.run_ms(2000);
        is_as_before("client frozen", &mut rig, lead, delay);
        assert_eq!(rig.clocks.clock_steps(), 0, "the clocks went on");
    }
}

#[test]
fn a_server_that_stood_still_and_lost_time_leaves_no_lag_behind() {
    for delay_ms in [0, 20, 100] {
        for freeze_ms in [800, 2000, 10_000] {
            let (mut rig, lead, delay) = settled(Setup::both(Way::ms(delay_ms), 1));
            rig.freeze_server(freeze_ms * MS);
            rig.run_ms(freeze_ms);
            is_as_before(&format!("server frozen, {delay_ms} ms"), &mut rig, lead, delay);
            assert_eq!(rig.clocks.clock_steps(), 1);
        }
    }
}

#[test]
fn a_link_that_held_everything_for_two_seconds_leaves_no_lag_behind() {
    for delay_ms in [0, 20, 100] {
        let (mut rig, lead, delay) = settled(Setup::both(Way::ms(delay_ms), 1));
        rig.hold(2 * S);
        rig.run_ms(2000);
        is_as_before(&format!("link frozen, {delay_ms} ms"), &mut rig, lead, delay);
    }
}

#[test]
fn a_step_smaller_than_the_round_trip_is_forgotten_with_the_window() {
    let (mut rig, ..) = settled(Setup::both(Way::ms(100), 1));
    rig.freeze_server(150 * MS);
    rig.run_ms(2500);
    rig.measure();
    rig.run_ms(2000);
    let error = rig.checks.worst_error_ms();
    assert!(error < 2.0, "{error} ms");
}

#[test]
fn a_laptop_that_slept_is_back_within_a_second() {
    for sleep_ms in [300, 3000, 20_000] {
        let (mut rig, lead, delay) = settled(Setup::both(Way::ms(20), 1));
        rig.suspend_client(sleep_ms * MS);
        is_as_before("client suspended", &mut rig, lead, delay);
        assert_eq!(rig.clocks.clock_steps(), 1);
    }
}

#[test]
fn a_partition_heals_within_a_round_trip_and_ten_ticks() {
    for (delay_ms, cut_s) in [(5, 30), (50, 30), (100, 3), (50, 1)] {
        let (mut rig, lead, delay) = settled(Setup::both(Way::ms(delay_ms), 1));
        rig.cut(true);
        rig.run_ms(cut_s * 1000);
        rig.cut(false);
        rig.run_ns(2 * delay_ms * MS + 10 * 15_625_000);
        rig.measure();
        rig.run_ms(500);
        assert_eq!(rig.starved, 0, "{delay_ms} ms, cut for {cut_s} s");
        is_as_before("partition", &mut rig, lead, delay);
    }
}

#[test]
fn a_wire_with_jitter_and_loss_is_back_within_a_second_too() {
    for seed in 1..=5 {
        let way = Way::ms(50).jitter_ms(20).loss(50);
        let mut rig = Rig::new(Setup::both(way, seed));
        rig.run_ms(20_000);
        for stall in 0..3 {
            match stall {
                0 => rig.freeze_client(2 * S),
                1 => rig.freeze_server(2 * S),
                _ => rig.cut(true),
            }
            rig.run_ms(2000);
            rig.cut(false);
            rig.run_ms(1000);
            rig.measure();
            rig.run_ms(1000);
            let error = rig.checks.worst_error_ms();
            assert!(error < 1000.0 / 64.0 / 2.0, "stall {stall}: {error} ms");
            assert!(rig.starved <= 1, "stall {stall}: {} starved", rig.starved);
            rig.run_ms(10_000);
        }
    }
}

#[test]
fn after_a_storm_of_everything_the_clocks_are_right_again() {
    for seed in 1..=40 {
        let mut rig = Rig::new(Setup { drift_ppm: 200, ..Setup::both(Way::ms(30), seed) });
        rig.run_ms(3000);
        let mut rng = Rng::new(seed);
        for _ in 0..60 {
            let ns = i64::from(rng.below(2500)) * MS;
            let (up, down) = (rig.setup.up, rig.setup.down);
            match rng.below(8) {
                0 => rig.freeze_client(ns),
                1 => rig.suspend_client(ns),
                2 => rig.hold(ns),
                3 => rig.cut(true),
                4 => rig.set_ways(Way { cut: true, ..up }, down),
                5 => rig.set_ways(up, Way { cut: true, ..down }),
                6 => rig.freeze_server(ns),
                _ => {
                    let jitter_ms = i64::from(rng.below(60));
                    let way = Way::ms(jitter_ms + i64::from(rng.below(150))).jitter_ms(jitter_ms);
                    let way = Way { reorder_per_mille: rng.below(100), ..way.loss(rng.below(300)) };
                    rig.set_ways(way, way);
                }
            }
            rig.run_ns(ns.min(i64::from(rng.below(1500)) * MS));
            if rng.chance(1, 2) {
                rig.set_ways(up, down);
            }
        }
        rig.set_ways(rig.setup.up, rig.setup.down);
        rig.run_ms(5000);
        rig.measure();
        rig.run_ms(5000);
        let error = rig.checks.worst_error_ms();
        assert!(error < 2.0, "{error} ms");
        assert_eq!(rig.starved, 0);
        // A step smaller than a long round trip went unnoticed: the lead is held up for as long as its window.
        rig.run_ms(20_000);
        rig.measure();
        rig.run_ms(1000);
        let lead = Checks::mean_ms(&rig.checks.leads_ns);
        assert!(lead < 110.0, "a lead of {lead} ms over 30 ms");
    }
}
