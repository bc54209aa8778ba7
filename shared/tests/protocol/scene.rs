//! Pickups and rockets in snapshots: what they cost, what is kept when there are too many.

use super::world::Link;
use glam::IVec2;
use tickshot_shared::limits::{ROCKETS_PER_SNAPSHOT_MAX, SNAPSHOT_BYTES_MAX};
use tickshot_shared::protocol::scene::key_of;
use tickshot_shared::protocol::snapshot::SnapshotStats;
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::rocket::Rocket;
use tickshot_shared::sim::world::Slot;
use tickshot_shared::tick::Tick;

/// A link whose sky holds still, with so many rockets in it.
fn calm(rockets: usize) -> Link {
    let mut link = Link::new(64, 8, 60);
    link.step();
    link.sky.flying = (0..rockets).map(|i| rocket(Tick(1), i as u16)).collect();
    exchange(&mut link);
    link
}

fn rocket(spawned: Tick, owner: u16) -> Rocket {
    let from = IVec2::new(40_000, 1_000 + i32::from(owner));
    Rocket { owner: Slot(owner), spawned, from, aim: Turn(owner * 999), burst: None }
}

/// One tick in which the sky is as the caller left it, told, received and acked.
fn exchange(link: &mut Link) -> SnapshotStats {
    link.world.tick = link.world.tick.plus(1);
    link.history.push(&link.world);
    link.encoder.begin(link.world.tick);
    link.sky.show(link.world.tick);
    let visible = link.others();
    let (bytes, stats) = link.send(&visible);
    assert!(bytes.len() <= SNAPSHOT_BYTES_MAX);
    let tick = link.received.decode(&bytes, link.own).unwrap();
    link.check(tick);
    let (ack, mask) = link.received.ack();
    link.sent.handle_ack(ack, mask);
    stats
}

#[test]
fn a_scene_that_does_not_change_costs_two_bits_however_much_flies() {
    for rockets in [0, 1, 20, ROCKETS_PER_SNAPSHOT_MAX] {
        assert_eq!(exchange(&mut calm(rockets)).scene_bits, 2, "{rockets} rockets");
    }
}

#[test]
fn a_pickup_a_launch_and_a_burst_cost_what_they_say_and_a_bit_for_every_other_rocket() {
    let bits = |change: fn(&mut Link)| {
        let mut link = calm(10);
        change(&mut link);
        let first = exchange(&mut link).scene_bits;
        assert_eq!(exchange(&mut link).scene_bits, 2, "told once");
        first
    };
    assert_eq!(bits(|link| link.sky.pickups ^= 1 << 7), 2 + 12 + 1);
    // Owner, age, place, angle, no burst; before it a bit for each of the ten, after it the end.
    let launch = |link: &mut Link| link.sky.flying.push(rocket(link.world.tick, 50));
    assert_eq!(bits(launch), 2 + 10 + 1 + (6 + 9 + 36 + 16 + 1) + 1);
    let burst = |link: &mut Link| link.sky.flying[3].burst = Some((link.world.tick.plus(1), 5_000));
    assert_eq!(bits(burst), 2 + 10 + (1 + 7 + 16) + 1);
    let out_of_sight = |link: &mut Link| link.sky.flying.retain(|rocket| rocket.owner != Slot(3));
    assert_eq!(bits(out_of_sight), 2 + 10 + 1 + 1);
}

#[test]
fn of_too_many_rockets_those_already_told_stay_and_then_the_own_come_first() {
    let mut link = calm(ROCKETS_PER_SNAPSHOT_MAX - 2);
    let told: Vec<Rocket> = link.sky.flying.clone();
    // Six more of later ticks, the last two the receiver's own.
    let now = link.world.tick;
    link.sky.flying.extend([50, 51, 52, 53].map(|owner| rocket(now, owner)));
    link.sky.flying.extend([rocket(now.plus(1), 0), rocket(now.plus(2), 0)]);
    link.world.tick = now.plus(2);
    let expected: Vec<Rocket> = told.iter().chain(&link.sky.flying[told.len() + 4..]).copied().collect();
    for _ in 0..3 {
        assert_eq!(exchange_overfull(&mut link), (4, expected.clone()));
    }
    // Two of the old ones are gone: the two that have waited longest come.
    link.sky.flying.drain(..2);
    let (deferred, rockets) = exchange_overfull(&mut link);
    assert_eq!((deferred, rockets.len()), (2, ROCKETS_PER_SNAPSHOT_MAX));
    assert!(rockets.contains(&rocket(now, 50)) && rockets.contains(&rocket(now, 51)));
    assert!(rockets.is_sorted_by(|a, b| key_of(a) < key_of(b)));
}

/// Like [`exchange`], of a sky too full to be told; returns how many rockets had no room, and those received.
fn exchange_overfull(link: &mut Link) -> (u32, Vec<Rocket>) {
    link.world.tick = link.world.tick.plus(1);
    link.history.push(&link.world);
    link.encoder.begin(link.world.tick);
    link.sky.show(link.world.tick);
    let (bytes, stats) = link.send(&[]);
    let tick = link.received.decode(&bytes, link.own).unwrap();
    let (ack, mask) = link.received.ack();
    link.sent.handle_ack(ack, mask);
    (stats.rockets_deferred, link.received.at(tick).unwrap().rockets.clone())
}

#[test]
fn a_full_sky_leaves_room_for_players() {
    let mut link = Link::new(1024, 1024, 61);
    for _ in 0..40 {
        link.sky.launches = 4_000;
        link.step();
        let visible = link.others();
        let (bytes, stats) = link.send(&visible);
        assert!(bytes.len() <= SNAPSHOT_BYTES_MAX);
        assert!(stats.sent >= 16, "{stats:?}");
        link.received.decode(&bytes, link.own).unwrap();
    }
}
