//! Bytes from nobody honest: an error or a valid value, never a panic, nothing unbounded, nothing half applied.

use super::messages::{a_reply, any_control, any_packet};
use super::world::Link;
use tickshot_shared::limits::{POS_BITS, ROCKETS_PER_SNAPSHOT_MAX, SNAPSHOT_BYTES_MAX};
use tickshot_shared::protocol::client_msg::{decode_inputs, encode_inputs};
use tickshot_shared::protocol::control::{ClientControl, ServerControl, decode_control, encode_control};
use tickshot_shared::protocol::lane;
use tickshot_shared::protocol::query::{Query, decode_query, decode_reply, encode_query, encode_reply};
use tickshot_shared::protocol::ring::SnapshotRing;
use tickshot_shared::protocol::scene::key_of;
use tickshot_shared::protocol::server_msg::Snapshot;
use tickshot_shared::rng::Rng;
use tickshot_shared::sim::world::Slot;

const CAPACITY: usize = 20;

/// Every truncation and every single-bit flip of `bytes`.
fn every_damage(bytes: &[u8], mut on: impl FnMut(&[u8])) {
    for len in 0..bytes.len() {
        on(&bytes[..len]);
    }
    let mut damaged = bytes.to_vec();
    for bit in 0..bytes.len() * 8 {
        damaged[bit / 8] ^= 1 << (bit % 8);
        on(&damaged);
        damaged[bit / 8] ^= 1 << (bit % 8);
    }
    damaged.push(0);
    on(&damaged);
}

fn assert_valid(snapshot: &Snapshot) {
    assert!(snapshot.entities.len() <= CAPACITY);
    assert!(snapshot.entities.is_sorted_by(|a, b| a.slot < b.slot));
    for entity in &snapshot.entities {
        assert!(entity.slot.index() < CAPACITY && Some(entity.slot) != snapshot.own.map(|(slot, _)| slot));
        assert!(entity.told <= snapshot.header.tick);
        let (pos, max) = (entity.player.pos, (1 << POS_BITS) - 1);
        assert!((0..=max).contains(&pos.x) && (0..=max).contains(&pos.y) && entity.player.aim < 1024);
    }
    assert!(snapshot.own.is_none_or(|(_, own)| own.health <= 100));
    assert!(snapshot.rockets.len() <= ROCKETS_PER_SNAPSHOT_MAX);
    assert!(snapshot.rockets.is_sorted_by(|a, b| key_of(a) < key_of(b)));
    for rocket in &snapshot.rockets {
        assert!(rocket.owner.index() < CAPACITY && rocket.spawned <= snapshot.header.tick);
        let burst_is_possible = |(tick, flown)| (rocket.spawned..=snapshot.header.tick).contains(&tick) && flown >= 0;
        assert!(rocket.burst.is_none_or(burst_is_possible), "{rocket:?}");
    }
}

/// Decode bytes that may be anything; `ring` is as before afterwards.
fn decode_damaged(ring: &mut SnapshotRing, bytes: &[u8]) -> bool {
    let before = (ring.ack(), ring.newest().cloned());
    let mut trial = ring.clone();
    match trial.decode(bytes, Some(Slot(0))) {
        Ok(tick) => {
            assert_valid(trial.at(tick).expect("an accepted snapshot is held"));
            true
        }
        Err(_) => {
            assert_eq!((trial.ack(), trial.newest().cloned()), before, "a refused snapshot changes nothing");
            *ring = trial;
            false
        }
    }
}

#[test]
fn damaged_snapshots_are_refused_or_valid() {
    let mut link = Link::new(CAPACITY, 12, 40);
    link.sky.launches = 300;
    let (mut accepted, mut refused) = (0, 0);
    for i in 0..60u32 {
        link.step();
        let visible = link.others();
        let (bytes, _) = link.send(&visible);
        // Only the first bytes' worth of the ring matters to a decode, so a young ring is as good as a full one.
        every_damage(&bytes, |damaged| match decode_damaged(&mut link.received, damaged) {
            true => accepted += 1,
            false => refused += 1,
        });
        link.received.decode(&bytes, link.own).unwrap();
        if i % 4 != 3 {
            let (ack, mask) = link.received.ack();
            link.sent.handle_ack(ack, mask);
        }
    }
    assert!(accepted > 1_000 && refused > 1_000, "{accepted} accepted, {refused} refused");
}

#[test]
fn damaged_inputs_are_refused_or_mean_exactly_what_they_say() {
    let mut rng = Rng::new(41);
    let mut accepted = 0;
    for _ in 0..60 {
        let mut bytes = Vec::new();
        encode_inputs(&any_packet(&mut rng), &mut bytes);
        every_damage(&bytes, |damaged| {
            if let Ok(packet) = decode_inputs(damaged) {
                accepted += 1;
                let mut again = Vec::new();
                encode_inputs(&packet, &mut again);
                assert_eq!(again, damaged, "one value, one form");
            }
        });
    }
    assert!(accepted > 1_000, "{accepted}");
}

#[test]
fn damaged_control_messages_are_refused_or_mean_exactly_what_they_say() {
    let mut rng = Rng::new(42);
    for _ in 0..60 {
        let bytes = encode_control(&any_control(&mut rng)).unwrap();
        every_damage(&bytes, |damaged| {
            if let Ok(message) = decode_control::<ServerControl>(damaged) {
                assert_eq!(encode_control(&message).unwrap(), damaged);
            }
            let _ = decode_control::<ClientControl>(damaged);
        });
    }
}

#[test]
fn damaged_queries_are_refused_or_mean_exactly_what_they_say() {
    let mut rng = Rng::new(43);
    for i in 0..20u8 {
        let key_check = (i % 2 == 0).then_some([i; 8]);
        let query = encode_query(&Query { nonce: rng.next_u64(), key_check });
        every_damage(&query, |damaged| {
            if let Ok(query) = decode_query(damaged) {
                assert_eq!(encode_query(&query), damaged);
                assert!(query.key_is(&[3; 32]).is_none_or(|right| !right));
            }
        });
        let mut reply = a_reply();
        reply.nonce = rng.next_u64();
        reply.salt = reply.salt.filter(|_| i % 3 > 0);
        every_damage(&encode_reply(&reply), |damaged| {
            // Of a server of another version not everything is read.
            if let Ok(read) = decode_reply(damaged)
                && read.version == reply.version
            {
                assert_eq!(encode_reply(&read), damaged);
            }
        });
    }
}

#[test]
fn random_bytes_do_no_harm() {
    let mut rng = Rng::new(44);
    println!("seed 44");
    let mut link = Link::new(CAPACITY, 12, 44);
    for _ in 0..5 {
        link.step();
        let visible = link.others();
        let (bytes, _) = link.send(&visible);
        link.received.decode(&bytes, link.own).unwrap();
    }
    for _ in 0..60_000 {
        let longest = [8, 60, SNAPSHOT_BYTES_MAX as u32 + 10][rng.below(3) as usize];
        let len = rng.below(longest) as usize;
        let mut bytes: Vec<u8> = (0..len).map(|_| rng.next_u64() as u8).collect();
        if let Some(first) = bytes.first_mut() {
            *first = [lane::INPUTS, lane::SNAPSHOT, lane::QUERY, *first][rng.below(4) as usize];
        }
        let _ = decode_inputs(&bytes);
        let _ = decode_query(&bytes);
        let _ = decode_reply(&bytes);
        let _ = decode_control::<ServerControl>(&bytes);
        let _ = decode_control::<ClientControl>(&bytes);
        if let Ok(tick) = link.received.decode(&bytes, link.own) {
            assert_valid(link.received.at(tick).unwrap());
        }
    }
}
