//! Where the others are drawn: never backwards (the rig looks at every frame), never far beyond what is known.

use crate::rig::{Checks, MS, Rig, S, Setup, Way};
use tickshot_shared::clock::ServerTime;
use tickshot_shared::modes::{Delay, Others};

const ALL: [Others; 4] = [
    Others::Newest,
    Others::Extrapolate,
    Others::Interpolate(Delay::FixedMs(200)),
    Others::Interpolate(Delay::Adaptive),
];

#[test]
fn switching_modes_glides_waits_or_jumps_forward_and_settles() {
    for from in ALL {
        for to in ALL {
            let mut rig = Rig::new(Setup { others: from, ..Setup::both(Way::ms(60), 1) });
            rig.run_ms(6000);
            rig.clocks.set_others(to);
            rig.run_ms(5000);
            rig.measure();
            rig.run_ms(1000);
            let delay = Checks::mean_ms(&rig.checks.delays_ns);
            let expected = match to {
                Others::Newest => 60.0,
                Others::Extrapolate => 0.0,
                Others::Interpolate(Delay::FixedMs(ms)) => 60.0 + f64::from(ms),
                // A tick, and a quarter to a half.
                Others::Interpolate(Delay::Adaptive) => 60.0 + 15.6 * 1.4,
            };
            assert!((delay - expected).abs() < 4.0, "{delay} ms for {expected} ms, {from} to {to}");
        }
    }
}

#[test]
fn the_adaptive_delay_surrounds_ninety_eight_frames_in_a_hundred_and_no_more_than_needed() {
    for (jitter_ms, loss, every, most_ms) in [
        (0, 0, 1, 25),
        (20, 0, 1, 70),
        (20, 50, 1, 85),
        (0, 200, 1, 75),
        (0, 0, 4, 75),
        (10, 50, 8, 290),
        (0, 0, 16, 260),
    ] {
        let way = Way::ms(50).jitter_ms(jitter_ms).loss(loss);
        let mut rig = Rig::new(Setup { every, ..Setup::both(way, 2) });
        rig.run_ms(6000);
        rig.measure();
        rig.run_ms(60_000);
        let quickest = 50 - jitter_ms;
        let delay = Checks::mean_ms(&rig.checks.delays_ns) - quickest as f64;
        let pct = rig.unsurrounded_pct();
        println!("jitter {jitter_ms} loss {loss}/1000 every {every}: {delay:.1} ms, {pct:.2} % unsurrounded");
        assert!(pct < 2.0, "{pct} % at jitter {jitter_ms}, loss {loss}, every {every}");
        assert!(delay < f64::from(most_ms), "{delay} ms at jitter {jitter_ms}, loss {loss}, every {every}");
        assert_eq!(rig.clocks.snapshot_interval_ticks(), every);
    }
}

#[test]
fn display_now_stays_near_the_newest_snapshot_when_nothing_more_comes() {
    for others in ALL {
        let mut rig = Rig::new(Setup { others, ..Setup::both(Way::ms(30), 1) });
        rig.run_ms(5000);
        rig.freeze_server(3 * S);
        let newest = rig.truth().tick(rig.rate);
        let most = if others == Others::Extrapolate { 250 * MS } else { 8 * 15_625_000 };
        for _ in 0..280 {
            rig.run_ms(10);
            let display = rig.clocks.display_now().unwrap();
            let beyond = display.0 - ServerTime::of(newest, rig.rate).0;
            assert!(beyond <= most, "{} ms beyond the newest snapshot, {others}", beyond / MS);
        }
    }
}

#[test]
fn the_display_delay_is_what_the_display_really_lies_behind() {
    for others in ALL {
        let mut rig = Rig::new(Setup { others, ..Setup::both(Way::ms(60), 1) });
        rig.run_ms(3000);
        for _ in 0..200 {
            rig.run_ns(17 * MS);
            // On a wire without jitter every way is the quickest; frames come some time after the truth.
            let frame_ago = 17 * MS;
            let display = rig.clocks.display_now().unwrap().0;
            let behind = rig.truth().0 - 60 * MS - display;
            let declared = (rig.clocks.display_delay_ms() * 1e6) as i64;
            let off = behind - declared;
            assert!(
                (-MS..=frame_ago + 15_625_000 / 4 + MS).contains(&off),
                "{behind} ns, declared {declared}, {others}"
            );
        }
    }
}

#[test]
fn one_stall_on_the_way_down_leaves_no_delay_behind() {
    let mut rig = Rig::new(Setup::both(Way::ms(40), 1));
    rig.run_ms(8000);
    rig.measure();
    rig.run_ms(1000);
    let before = Checks::mean_ms(&rig.checks.delays_ns);
    let (up, down) = (rig.setup.up, rig.setup.down);
    rig.set_ways(up, Way { cut: true, ..down });
    rig.run_ms(400);
    rig.set_ways(up, down);
    rig.run_ms(1000);
    rig.measure();
    rig.run_ms(1000);
    let after = Checks::mean_ms(&rig.checks.delays_ns);
    assert!(after - before < 5.0, "{after} ms after {before} ms");
}
