//! When not everything fits.

use super::world::{Link, any_player};
use tickshot_shared::limits::{BASELINE_AGE_TICKS_MAX, SNAPSHOT_BYTES_MAX};

/// Everyone becomes somebody else: the worst tick there can be.
fn scramble(link: &mut Link) {
    for place in link.world.players.iter_mut().flatten() {
        *place = any_player(&mut link.rng);
    }
}

#[test]
fn three_hundred_players_are_all_told_within_four_snapshots() {
    for (capacity, players, within, acks) in [(300, 300, 4, false), (300, 300, 4, true), (1024, 1024, 13, true)] {
        let mut link = Link::new(capacity, players, 20);
        let mut waited = vec![0; capacity];
        for _ in 0..60 {
            scramble(&mut link);
            link.step();
            let visible = link.others();
            let (bytes, stats) = link.send(&visible);
            assert!(bytes.len() <= SNAPSHOT_BYTES_MAX, "{} bytes", bytes.len());
            assert!(bytes.len() > SNAPSHOT_BYTES_MAX - 24, "room is used: {} bytes", bytes.len());
            assert_eq!((stats.sent + stats.deferred) as usize, visible.len(), "nobody is dropped silently");
            let tick = link.received.decode(&bytes, link.own).unwrap();
            link.check(tick);
            let told = link.sent.at(tick).unwrap();
            let now = visible.iter().filter(|&&slot| told.told_at(slot) == Some(tick)).count();
            assert_eq!(now, stats.sent as usize);
            for slot in &visible {
                let wait = &mut waited[slot.index()];
                *wait = if told.told_at(*slot) == Some(tick) { 0 } else { *wait + 1 };
                assert!(*wait < within, "{slot:?} was not told for {wait} snapshots");
            }
            if acks {
                let (ack, mask) = link.received.ack();
                link.sent.handle_ack(ack, mask);
            }
        }
    }
}

#[test]
fn a_crowd_that_calms_down_is_told_completely_again() {
    let mut link = Link::new(300, 300, 21);
    let mut deferred = Vec::new();
    for round in 0..12 {
        if round < 4 {
            scramble(&mut link);
        }
        link.world.tick = link.world.tick.plus(1);
        link.history.push(&link.world);
        link.encoder.begin(link.world.tick);
        let visible = link.others();
        let (bytes, stats) = link.send(&visible);
        deferred.push(stats.deferred);
        link.received.decode(&bytes, link.own).unwrap();
        let (ack, mask) = link.received.ack();
        link.sent.handle_ack(ack, mask);
    }
    assert!(deferred[3] > 0 && deferred[11] == 0, "{deferred:?}");
    assert_eq!(link.received.newest().unwrap().entities.len(), 299);
}

#[test]
fn an_extra_weight_of_the_caller_brings_a_player_to_the_front() {
    let mut link = Link::new(300, 300, 22);
    for _ in 0..10 {
        scramble(&mut link);
        link.step();
        let visible = link.others();
        let last = *visible.last().unwrap();
        link.priority[last.index()] += 1_000;
        link.send(&visible);
        assert_eq!(link.sent.at(link.world.tick).unwrap().told_at(last), Some(link.world.tick));
    }
}

#[test]
fn states_too_old_to_build_on_are_forgotten_by_both_ends() {
    // The crowd leaves states of different ages in the last acked snapshot; then no ack comes any more, so that they
    // pass the greatest age one after the other, and at last the snapshot itself does.
    let mut link = Link::new(300, 300, 23);
    for tick in 1..=160u32 {
        scramble(&mut link);
        link.step();
        let visible = link.others();
        let (bytes, stats) = link.send(&visible);
        let decoded = link.received.decode(&bytes, link.own).unwrap();
        link.check(decoded);
        let told = link.sent.at(decoded).unwrap();
        if tick == 10 {
            let oldest = visible.iter().filter_map(|&slot| told.told_at(slot)).min();
            assert!(oldest < Some(decoded), "the last acked snapshot has stale states");
        }
        if tick <= 10 {
            let (ack, mask) = link.received.ack();
            link.sent.handle_ack(ack, mask);
        }
        assert_eq!(stats.baseline.is_some(), (2..=10 + BASELINE_AGE_TICKS_MAX).contains(&tick), "tick {tick}");
    }
}
