//! How well the server's present is known.

use crate::rig::{Checks, Rig, Setup, Way};

#[test]
fn without_jitter_the_servers_present_is_known_to_two_milliseconds_at_any_delay_drift_and_tick_rate() {
    let mut worst: f64 = 0.0;
    for delay_ms in [0, 1, 25, 100, 250] {
        for drift_ppm in [-500, 0, 500] {
            for (hz, every, fps) in [(20, 1, 60), (60, 3, 30), (64, 1, 60), (64, 16, 144), (128, 1, 240)] {
                let way = Way::ms(delay_ms);
                let mut rig = Rig::new(Setup { hz, every, fps, drift_ppm, ..Setup::both(way, 1) });
                rig.run_ms(2000);
                rig.measure();
                rig.run_ms(20_000);
                let error = rig.checks.worst_error_ms();
                assert!(error < 2.0, "{error} ms at {delay_ms} ms, {drift_ppm} ppm, {hz} Hz / {every}");
                assert_eq!(rig.clocks.clock_steps(), 0, "no clock stepped");
                worst = worst.max(error);
            }
        }
    }
    println!("worst error {worst:.3} ms");
}

#[test]
fn with_20_ms_of_jitter_each_way_the_servers_present_is_known_to_half_a_tick() {
    let mut worst: f64 = 0.0;
    for delay_ms in [20, 50, 100, 250] {
        for drift_ppm in [-500, 0, 500] {
            for seed in 1..=5 {
                let way = Way::ms(delay_ms).jitter_ms(20);
                let mut rig = Rig::new(Setup { drift_ppm, ..Setup::both(way, seed) });
                rig.run_ms(2000);
                rig.measure();
                rig.run_ms(60_000);
                let error = rig.checks.worst_error_ms();
                assert!(error < 1000.0 / 64.0 / 2.0, "{error} ms at {delay_ms} ms, {drift_ppm} ppm");
                assert_eq!(rig.clocks.clock_steps(), 0, "no clock stepped");
                worst = worst.max(error);
            }
        }
    }
    println!("worst error {worst:.3} ms");
}

#[test]
fn a_wire_of_no_length_has_a_round_trip_of_microseconds() {
    let mut rig = Rig::new(Setup::both(Way::ms(0), 1));
    rig.run_ms(3000);
    let rtt = rig.clocks.rtt().unwrap();
    assert!(rtt.as_micros() < 50, "{rtt:?}");
}

#[test]
fn a_round_trip_is_measured_not_rounded_to_ticks_or_frames() {
    for delay_ms in [3, 17, 88] {
        let mut rig = Rig::new(Setup { fps: 30, ..Setup::both(Way::ms(delay_ms), 1) });
        rig.run_ms(3000);
        let rtt = rig.clocks.rtt().unwrap().as_secs_f64() * 1000.0;
        assert!((rtt - 2.0 * delay_ms as f64).abs() < 0.2, "{rtt} ms over {delay_ms} ms each way");
    }
}

#[test]
fn a_longer_way_up_costs_half_the_difference_and_no_input() {
    let (up, down) = (Way::ms(120), Way::ms(20));
    let mut rig = Rig::new(Setup { up, down, ..Setup::both(up, 1) });
    rig.run_ms(2000);
    rig.measure();
    rig.run_ms(10_000);
    let error = Checks::mean_ms(&rig.checks.errors_ns);
    assert!((error - 50.0).abs() < 1.0, "{error} ms");
    assert_eq!(rig.starved, 0, "inputs are timed by what arrives, not by the estimate");
}
