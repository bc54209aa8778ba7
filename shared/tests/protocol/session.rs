//! Snapshots over links that lose, delay and repeat.

use super::world::{Link, any_player};
use std::collections::VecDeque;
use tickshot_shared::limits::{HISTORY_TICKS, SNAPSHOT_BYTES_MAX};
use tickshot_shared::protocol::DecodeError;
use tickshot_shared::rng::Rng;
use tickshot_shared::sim::world::Slot;
use tickshot_shared::tick::Tick;

#[test]
fn every_received_snapshot_is_true_whatever_the_link_loses() {
    for seed in 1..=4u64 {
        println!("seed {seed}");
        let mut link = Link::new(40, 30, seed);
        let mut chance = Rng::fork(seed, 1);
        let (mut down, mut up) = (VecDeque::new(), VecDeque::new());
        let (mut received, mut deltas) = (0, 0);
        for _ in 0..5_000u32 {
            link.step();
            // The visible set wanders: each of the others comes and goes in long stretches.
            let now = link.world.tick.0;
            let visible: Vec<Slot> =
                link.others().into_iter().filter(|s| !(now / 50 + u32::from(s.0)).is_multiple_of(5)).collect();
            let (bytes, stats) = link.send(&visible);
            assert!(bytes.len() <= SNAPSHOT_BYTES_MAX);
            assert_eq!(stats.bytes as usize, bytes.len());
            let parts = stats.header_bits + stats.own_bits + stats.scene_bits + stats.set_bits + stats.entity_bits;
            assert_eq!(parts, stats.bytes * 8);
            deltas += u32::from(stats.baseline.is_some());
            // Long outages as well as single losses, both ways, and snapshots that overtake each other.
            let outage = now % 700 > 500;
            if !chance.chance(1, 5) && !outage {
                down.push_back((now + chance.below(4), bytes));
            }
            down.make_contiguous().sort_by_key(|(due, _)| *due);
            while let Some((_, bytes)) = down.pop_front_if(|(due, _)| *due <= now) {
                match link.received.decode(&bytes, link.own) {
                    Ok(tick) => {
                        received += 1;
                        link.check(tick);
                    }
                    Err(error) => panic!("a snapshot a few ticks late can be read: {error}"),
                }
            }
            if !chance.chance(1, 3) {
                up.push_back((now + chance.below(6), link.received.ack()));
            }
            while let Some((_, (ack, mask))) = up.pop_front_if(|(due, _)| *due <= now) {
                link.sent.handle_ack(ack, mask);
            }
        }
        assert!(received > 2_500 && deltas > 3_000, "{received} received, {deltas} deltas");
    }
}

#[test]
fn a_client_that_acks_nothing_gets_full_snapshots() {
    let mut link = Link::new(16, 10, 5);
    for _ in 0..300 {
        link.step();
        let visible = link.others();
        let (bytes, stats) = link.send(&visible);
        assert_eq!(stats.baseline, None);
        let tick = link.received.decode(&bytes, link.own).unwrap();
        link.check(tick);
    }
}

#[test]
fn acks_of_snapshots_never_sent_are_ignored() {
    let mut link = Link::new(16, 10, 6);
    link.step();
    let visible = link.others();
    link.send(&visible);
    link.sent.handle_ack(Some(Tick(4_000_000_000)), u32::MAX);
    link.sent.handle_ack(Some(Tick(0)), u32::MAX);
    assert_eq!(link.sent.acked(), None);
    link.sent.handle_ack(Some(Tick(9)), 1 << 7);
    assert_eq!(link.sent.acked(), Some(Tick(1)), "the mask of a newer tick reaches back to one that was sent");
    link.sent.handle_ack(Some(Tick(0)), 0);
    assert_eq!(link.sent.acked(), Some(Tick(1)), "an old ack does not undo a newer one");
}

#[test]
fn a_spectator_is_told_of_everyone_and_owns_nobody() {
    let mut link = Link::new(16, 10, 7);
    link.own = None;
    for _ in 0..20 {
        link.step();
        let visible = link.others();
        let (bytes, _) = link.send(&visible);
        let tick = link.received.decode(&bytes, None).unwrap();
        link.check(tick);
        let (ack, mask) = link.received.ack();
        link.sent.handle_ack(ack, mask);
    }
}

#[test]
fn snapshots_that_come_twice_or_too_late_or_without_their_baseline_are_named() {
    let mut link = Link::new(16, 10, 8);
    let mut all = Vec::new();
    for tick in 1..=320u32 {
        link.step();
        let visible = link.others();
        let (bytes, _) = link.send(&visible);
        if tick != 100 {
            link.received.decode(&bytes, link.own).unwrap();
            link.sent.handle_ack(Some(Tick(tick)), 0);
        }
        all.push(bytes);
    }
    let error = |link: &mut Link, tick: usize| link.received.decode(&all[tick - 1], Some(Slot(0))).unwrap_err();
    assert_eq!(error(&mut link, 320), DecodeError::Duplicate(Tick(320)));
    assert_eq!(error(&mut link, 150), DecodeError::Duplicate(Tick(150)));
    assert_eq!(error(&mut link, 320 - HISTORY_TICKS), DecodeError::TooOld(Tick(64)));
    assert_eq!(link.received.decode(&all[99], None), Err(DecodeError::OwnUnknown));
    assert_eq!(link.received.decode(&all[99], Some(Slot(0))), Ok(Tick(100)), "100 is late, but not too late");

    let mut late = Link::new(16, 10, 8);
    late.step();
    let visible = late.others();
    let (first, _) = late.send(&visible);
    late.received.decode(&first, late.own).unwrap();
    assert!(matches!(late.received.decode(&all[50], late.own), Err(DecodeError::BaselineUnknown(Tick(50)))));
    assert_eq!(late.received.ack(), (Some(Tick(1)), 0), "errors change nothing");
}

#[test]
fn what_is_told_does_not_depend_on_who_was_encoded_before() {
    // Two clients share one encoder; each must get what it would get alone.
    let mut rng = Rng::new(9);
    let mut shared = Link::new(32, 20, 9);
    for round in 0..50 {
        shared.step();
        let visible = shared.others();
        let rng_before = shared.rng;
        let (first, _) = shared.send(&visible);
        shared.rng = rng_before;
        let (again, _) = shared.send(&visible);
        assert_eq!(first, again, "cached deltas are the deltas, round {round}");
        if rng.chance(2, 3) {
            shared.received.decode(&first, shared.own).unwrap();
            let (ack, mask) = shared.received.ack();
            shared.sent.handle_ack(ack, mask);
        }
    }
}

#[test]
fn a_slot_that_changes_hands_is_told_like_any_change() {
    let mut link = Link::new(8, 4, 10);
    for round in 0..60 {
        if round % 3 == 0 {
            link.world.players[2] = None;
        } else {
            link.world.players[2] = Some(any_player(&mut link.rng));
        }
        link.step();
        let visible = link.others();
        let (bytes, _) = link.send(&visible);
        let tick = link.received.decode(&bytes, link.own).unwrap();
        link.check(tick);
        let (ack, mask) = link.received.ack();
        link.sent.handle_ack(ack, mask);
    }
}
