//! Joining, standing still, sleeping, changing route: the clocks are right again soon, and no lag is left.

use super::{assert_no_lag, assert_settled, run_until_all_play, settled_clients};
use crate::bench::{Bench, delayed};
use std::time::Duration;
use tickshot_client::lab::machine::ClientSetup;
use tickshot_client::view::Status;

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
