//! How early inputs are produced: late enough to feel immediate, early enough to be there.

use crate::rig::{Checks, Rig, Setup, Way};

#[test]
fn a_clean_wire_starves_nobody_at_any_frame_and_tick_rate_and_keeps_the_lead_short() {
    for delay_ms in [0, 25, 100, 250] {
        for (hz, fps) in [(64, 60), (64, 30), (64, 144), (128, 60), (128, 30), (20, 60), (90, 75)] {
            let mut rig = Rig::new(Setup { hz, fps, drift_ppm: 200, ..Setup::both(Way::ms(delay_ms), 1) });
            // The first input takes a round trip to be asked for, and one way to come.
            rig.run_ms(1000 + 3 * delay_ms);
            rig.measure();
            rig.run_ms(15_000);
            assert_eq!(rig.starved, 0, "{delay_ms} ms, {hz} Hz, {fps} frames");
            rig.measure();
            rig.run_ms(40_000);
            assert_eq!(rig.starved, 0, "{delay_ms} ms, {hz} Hz, {fps} frames");
            let tick_ms = 1000.0 / f64::from(hz);
            let wait = Checks::mean_ms(&rig.checks.leads_ns) - delay_ms as f64;
            let most = tick_ms * 1.5 + 1000.0 / f64::from(fps) + 10.0;
            assert!(wait < most, "{wait} ms beyond the way of {delay_ms} ms, at {hz} Hz, {fps} frames");
        }
    }
}

#[test]
fn up_to_five_percent_loss_and_20_ms_jitter_starve_less_than_one_tick_in_a_thousand() {
    for (loss, jitter_ms) in [(10, 0), (50, 0), (0, 20), (10, 20), (50, 20)] {
        for (hz, fps) in [(64, 60), (64, 144), (64, 30), (128, 144), (20, 60)] {
            let (mut starved, mut ticks, mut lead) = (0, 0, 0.0);
            for seed in 1..=6 {
                let way = Way::ms(50).jitter_ms(jitter_ms).loss(loss);
                let mut rig = Rig::new(Setup { hz, fps, ..Setup::both(way, seed) });
                rig.run_ms(1500);
                rig.measure();
                rig.run_ms(60_000);
                (starved, ticks) = (starved + rig.starved, ticks + rig.stepped);
                lead += Checks::mean_ms(&rig.checks.leads_ns) / 6.0;
            }
            let pct = starved as f64 * 100.0 / ticks as f64;
            println!("loss {loss}/1000 jitter {jitter_ms} {hz} Hz {fps} fps: starved {pct:.3} % lead {lead:.1} ms");
            assert!(pct < 0.1, "{pct} % at loss {loss}/1000, jitter {jitter_ms} ms, {hz} Hz, {fps} frames");
        }
    }
}

#[test]
fn heavy_loss_and_bursts_cost_lead_but_few_inputs() {
    let burst = Way { burst: Some((10, 300)), ..Way::ms(50).jitter_ms(10) };
    // One burst in twelve is longer than seven packets; the inputs it swallows, 0.26 % of all, never come.
    let twenty = Way::ms(50).loss(200);
    for (name, way, most_pct) in [("20 % loss", twenty, 0.15), ("bursts", burst, 0.4)] {
        let (mut starved, mut ticks, mut lead) = (0, 0, 0.0);
        for seed in 1..=6 {
            let mut rig = Rig::new(Setup::both(way, seed));
            rig.run_ms(3000);
            rig.measure();
            rig.run_ms(60_000);
            (starved, ticks) = (starved + rig.starved, ticks + rig.stepped);
            lead += Checks::mean_ms(&rig.checks.leads_ns) / 6.0;
        }
        let pct = starved as f64 * 100.0 / ticks as f64;
        println!("{name}: starved {pct:.3} % lead {lead:.1} ms");
        assert!(pct < most_pct, "{name}: {pct} %");
        assert!(lead < 50.0 + 11.0 * 15.625, "{name}: a lead of {lead} ms is more than repeats can use");
    }
}

#[test]
fn a_lead_that_cannot_help_is_not_taken() {
    // At 30 frames a packet carries four new inputs and each is sent twice at most: two lost in a row are lost for good.
    let mut rig = Rig::new(Setup { hz: 128, fps: 30, ..Setup::both(Way::ms(50).loss(200), 1) });
    rig.run_ms(60_000);
    let lead = Checks::mean_ms(&rig.checks.leads_ns);
    assert!(lead < 50.0 + 33.0 + 10.0 * 7.8, "{lead} ms");
}

#[test]
fn one_stall_on_the_way_up_does_not_hold_the_lead_up() {
    let mut rig = Rig::new(Setup::both(Way::ms(40), 1));
    rig.run_ms(20_000);
    rig.measure();
    rig.run_ms(1000);
    let before = Checks::mean_ms(&rig.checks.leads_ns);
    let (up, down) = (rig.setup.up, rig.setup.down);
    rig.set_ways(Way { cut: true, ..up }, down);
    rig.run_ms(300);
    rig.set_ways(up, down);
    rig.run_ms(500);
    rig.measure();
    rig.run_ms(1000);
    let after = Checks::mean_ms(&rig.checks.leads_ns);
    assert!(after - before < 8.0, "a lead of {after} ms after {before} ms");
}

#[test]
fn a_longer_route_is_followed_at_once_and_a_shorter_one_within_the_window() {
    for extra_ms in [30, 100, 200] {
        let mut rig = Rig::new(Setup::both(Way::ms(30).jitter_ms(5), 1));
        rig.run_ms(5000);
        rig.set_ways(Way::ms(30 + extra_ms).jitter_ms(5), rig.setup.down);
        // Walking at 5 % takes twenty times as long as the way; more than 8 ticks are jumped.
        rig.run_ms(if extra_ms < 125 { 21 * extra_ms } else { 1000 } + 1000);
        rig.measure();
        rig.run_ms(5000);
        assert_eq!(rig.starved, 0, "{extra_ms} ms more");
        rig.set_ways(rig.setup.up, rig.setup.down);
        rig.run_ms(22_000);
        rig.measure();
        rig.run_ms(5000);
        let lead = Checks::mean_ms(&rig.checks.leads_ns);
        assert!(lead < 30.0 + 50.0, "a lead of {lead} ms over 30 ms, {extra_ms} ms for a while");
    }
}

#[test]
fn input_now_is_dilated_by_five_percent_at_most() {
    let mut rig = Rig::new(Setup::both(Way::ms(60).jitter_ms(40).loss(50), 3));
    rig.run_ms(2000);
    for _ in 0..3000 {
        rig.run_ms(10);
        let dilation = rig.clocks.dilation_pct();
        assert!(dilation.abs() <= 5.01, "{dilation} %");
    }
}
