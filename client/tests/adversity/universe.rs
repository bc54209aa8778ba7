//! The universe itself: a run is its settings and its seed.

use super::join_four;
use crate::bench::{Bench, delayed};
use std::time::Duration;
use tickshot_client::lab::steer::Steer;
use tickshot_client::lab::universe::Moment;
use tickshot_client::view::Controls;

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
