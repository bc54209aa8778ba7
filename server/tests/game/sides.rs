//! Who plays for which side, and who waits.

use crate::rig::{ELIMINATION, Rig, entries, notices, rounds};
use tickshot_shared::sim::round::{Phase, Team};
use tickshot_shared::sim::world::Player;

#[test]
fn sides_are_even_whoever_comes() {
    let mut rig = Rig::new(ELIMINATION, 5);
    for name in ["ann", "ben", "cid"] {
        rig.join(name);
    }
    assert_eq!(rig.core.world().side_sizes(), [4, 4]);
}

#[test]
fn who_comes_during_a_round_waits_knows_it_and_plays_the_next_one() {
    let mut rig = Rig::new(ELIMINATION, 2);
    rig.ticks_until(Phase::Live);
    let ann = rig.join("ann");
    let told = rig.told(ann);
    let round = rounds(&told)[0];
    assert_eq!((round.phase, round.number), (Phase::Live, 1));
    let own = entries(&told).into_iter().rfind(|entry| entry.name == "ann").unwrap();
    assert!(own.team.is_some(), "its side, as soon as it has one");
    assert!(!rig.player("ann").alive);
    assert_eq!(rig.player("ann").respawn_ticks, Player::OUT);
    rig.ticks_until(Phase::RoundOver);
    assert!(!rig.player("ann").alive);
    rig.ticks_until(Phase::Freeze);
    assert!(rig.player("ann").alive && rig.player("ann").frozen_ticks > 0);
    let phases: Vec<Phase> = rounds(&rig.told(ann)).iter().map(|round| round.phase).collect();
    assert_eq!(phases, [Phase::RoundOver, Phase::Freeze], "told of every change, and only of changes");
}

#[test]
fn sides_that_became_uneven_are_evened_out_between_rounds_by_who_came_last() {
    let mut rig = Rig::new(ELIMINATION, 0);
    let clients: Vec<u64> = ["ann", "ben", "cid", "dan", "eve"].map(|name| rig.join(name)).to_vec();
    assert_eq!(["ann", "cid", "eve"].map(|name| rig.side(name)), [Some(Team::Amber); 3]);
    rig.ticks_until(Phase::Live);
    rig.leave(clients[3]);
    rig.seconds(1);
    assert_eq!(rig.core.world().side_sizes(), [3, 1], "never in the middle of a round");
    rig.ticks_until(Phase::RoundOver);
    rig.ticks(1);
    assert_eq!(rig.side("eve"), Some(Team::Azure));
    assert_eq!(["ann", "cid"].map(|name| rig.side(name)), [Some(Team::Amber); 2]);
    assert!(notices(&rig.told(clients[4]))[0].contains("Azure"));
    let told = rig.told(clients[0]);
    assert!(entries(&told).iter().any(|entry| entry.name == "eve" && entry.team == Some(Team::Azure)));
}

#[test]
fn bots_change_sides_before_people_do() {
    let mut rig = Rig::new(ELIMINATION, 4);
    let clients = ["ann", "ben", "cid", "dan"].map(|name| rig.join(name));
    rig.ticks_until(Phase::Live);
    let stay = [rig.side("ann"), rig.side("cid")];
    assert_eq!(stay[0], stay[1]);
    rig.leave(clients[1]);
    rig.leave(clients[3]);
    rig.ticks_until(Phase::RoundOver);
    rig.ticks(1);
    assert_eq!(rig.core.world().side_sizes(), [3, 3]);
    assert_eq!([rig.side("ann"), rig.side("cid")], stay);
}
