//! The rate with its bounded queue, freezes, and the pipe that holds what is under way.

use crate::{SEED, ms, profile, releases};
use std::time::Duration;
use tickshot_shared::limits::HELD_DATAGRAMS_MAX;
use tickshot_shared::link::conditioner::{Conditioner, HEADER_BYTES};
use tickshot_shared::link::pipe::Pipe;
use tickshot_shared::link::profile::Profile;

/// On a wire, what [`releases`] sends.
const BITS: u64 = (100 + HEADER_BYTES) * 8;

#[test]
fn a_rate_spaces_datagrams_and_drops_what_its_queue_cannot_hold() {
    // Ten full datagrams of 1,024 bits each may wait; a thousand come at once.
    let mut link = Conditioner::new(profile("rate 1024kbit queue 1280b"), SEED);
    let all: Vec<Duration> = releases(&mut link, 1000, Duration::ZERO).concat();
    assert_eq!(BITS, 1024);
    assert_eq!(all, (1..=10).map(ms).collect::<Vec<_>>());
    assert_eq!((link.counts().passed, link.counts().over_queue), (10, 990));
    let mut later = Vec::new();
    link.pass(ms(5), 100, &mut |release| later.push(release));
    assert_eq!(later, [ms(11)], "five left, one fits");
}

#[test]
fn under_overload_exactly_the_rate_gets_through() {
    let mut link = Conditioner::new(profile("rate 256kbit queue 4kb"), SEED);
    // 1,024 bits each millisecond are four times what passes.
    releases(&mut link, 20_000, ms(1));
    let passed_bits = link.counts().passed * BITS;
    let (least, most) = (256_000 * 20, 256_000 * 20 + 4_000 * 8);
    assert!((least..=most).contains(&passed_bits), "{passed_bits} of {least}..={most}");
}

#[test]
fn an_idle_link_takes_a_datagram_larger_than_its_queue() {
    let mut link = Conditioner::new(profile("rate 1024kbit queue 10b"), SEED);
    let all = releases(&mut link, 3, ms(2)).concat();
    assert_eq!(all, [ms(1), ms(3), ms(5)]);
}

#[test]
fn a_freeze_holds_everything_and_releases_it_in_order_at_its_end() {
    let mut link = Conditioner::new(profile("delay 10ms"), SEED);
    link.freeze(ms(100), ms(500));
    let mut at = |now| {
        let mut release = None;
        link.pass(now, 100, &mut |r| release = Some(r));
        release.expect("a freeze loses nothing")
    };
    assert_eq!([at(ms(100)), at(ms(300)), at(ms(599))], [ms(610); 3]);
    assert_eq!([at(ms(600)), at(ms(601))], [ms(610), ms(611)]);
    assert_eq!(link.counts().frozen, 3);
}

#[test]
fn after_a_freeze_the_queue_empties_at_the_rate() {
    let mut link = Conditioner::new(profile("rate 1024kbit queue 64kb"), SEED);
    link.freeze(Duration::ZERO, ms(100));
    let all = releases(&mut link, 5, ms(10)).concat();
    assert_eq!(all, [ms(101), ms(102), ms(103), ms(104), ms(105)]);
}

#[test]
fn a_freeze_of_the_profile_begins_when_it_is_put_on_and_comes_again() {
    let mut link = Conditioner::new(Profile::default(), SEED);
    link.set_profile(ms(50), profile("freeze 20ms every 100ms"));
    let at = |link: &mut Conditioner, now| {
        let mut release = Duration::ZERO;
        link.pass(now, 100, &mut |r| release = r);
        release
    };
    let passes: Vec<Duration> = [50, 69, 70, 149, 150, 160, 250].map(|now| at(&mut link, ms(now))).to_vec();
    assert_eq!(passes, [70, 70, 70, 149, 170, 170, 270].map(ms));
    // The same freeze with another delay goes on; one that is taken off is over.
    link.set_profile(ms(280), profile("freeze 20ms every 100ms delay 1ms"));
    assert_eq!(at(&mut link, ms(300)), ms(301));
    assert_eq!(at(&mut link, ms(355)), ms(371));
    link.set_profile(ms(455), Profile::default());
    assert_eq!(at(&mut link, ms(456)), ms(456));
}

#[test]
fn a_pipe_hands_over_in_order_with_the_time_of_release() {
    let mut pipe = Pipe::new(profile("delay 20ms 15ms duplicate 20%"), SEED);
    let mut arrived: Vec<(Duration, u32)> = Vec::new();
    for i in 0..2000u32 {
        let now = ms(5) * i;
        pipe.deliver(now, &mut |at, bytes| {
            assert!(at <= now);
            arrived.push((at, u32::from_le_bytes(bytes.try_into().expect("four bytes were sent"))));
        });
        assert!(pipe.next_due().is_none_or(|due| due > now));
        pipe.send(now, &i.to_le_bytes());
    }
    pipe.deliver(ms(20_000), &mut |at, bytes| arrived.push((at, u32::from_le_bytes(bytes.try_into().unwrap()))));
    assert!(arrived.is_sorted(), "order in is order out, at equal releases too");
    assert_eq!(arrived.len() as u64, 2000 + pipe.counts().duplicated);
    assert_eq!((pipe.held(), pipe.next_due()), (0, None));
}

#[test]
fn a_pipe_holds_no_more_than_its_limit_and_counts_the_rest() {
    let mut pipe = Pipe::new(profile("delay 10s"), SEED);
    for _ in 0..HELD_DATAGRAMS_MAX + 100 {
        pipe.send(ms(1), b"x");
    }
    assert_eq!((pipe.held(), pipe.counts().over_held), (HELD_DATAGRAMS_MAX, 100));
}
