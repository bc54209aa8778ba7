//! Nobody hears the other for half a minute, both ways or one.

use super::{TICK_MS, assert_no_lag, settled_clients};
use std::time::Duration;
use tickshot_client::lab::universe::Way;
use tickshot_client::view::Status;
use tickshot_shared::limits::SESSION_TIMEOUT_MS;

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
