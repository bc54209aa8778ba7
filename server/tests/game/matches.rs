//! One match after the other, for those who stay.

use crate::rig::{DEATHMATCH, ELIMINATION, Rig, entries, rounds};
use std::collections::BTreeSet;
use tickshot_shared::protocol::control::{ClientControl, ServerControl};
use tickshot_shared::sim::round::{MatchOptions, Phase};

#[test]
fn a_session_survives_three_matches_on_changing_maps_and_keeps_its_name_and_slot() {
    for options in [DEATHMATCH, MatchOptions { round_s: 1, ..ELIMINATION }] {
        let mut rig = Rig::with_rotation(options, 3, &["arena"], &["arena", "open"]);
        let ann = rig.join("ann");
        let (slot, mut ids) = (rig.slot_of("ann"), BTreeSet::from([rig.core.match_id()]));
        let session = rig.core.roster().into_iter().find(|entry| entry.slot == slot).unwrap().session;
        for number in 2..=4 {
            rig.ticks_until(Phase::MatchOver);
            let before = rig.core.world().tick;
            rig.told(ann);
            while rig.core.world().round.phase == Phase::MatchOver {
                rig.ticks(1);
            }
            let told = rig.told(ann);
            let (tick, id) = told.iter().find_map(next_match).expect("it is told of the next match");
            assert_eq!(tick, before.plus(3 * 64), "after the time for reading the scores; ticks go on");
            assert_eq!((id, rig.core.matches_begun()), (rig.core.match_id(), number));
            assert!(ids.insert(id), "every match has its own name");
            assert!(rounds(&told).last().is_some_and(|round| round.phase != Phase::MatchOver));
            assert!(rig.core.world().player(slot).is_none(), "not before it has loaded the map");
            assert_eq!(rig.core.world().present().count(), 3, "bots need not load anything");
            rig.seconds(1);
            rig.say(ann, &ClientControl::Ready).unwrap();
            assert!(rig.core.world().player(slot).is_some());
            let own = entries(&rig.told(ann)).into_iter().rfind(|entry| entry.slot == slot).unwrap();
            assert_eq!((own.name.as_str(), own.session, own.kills, own.deaths), ("ann", session, 0, 0));
        }
        assert!(ids.iter().is_sorted());
        assert_eq!(rig.core.clients(), 1);
    }
}

fn next_match(message: &ServerControl) -> Option<(tickshot_shared::tick::Tick, tickshot_shared::ids::Id)> {
    match message {
        ServerControl::NextMatch { tick, match_id, .. } => Some((*tick, *match_id)),
        _ => None,
    }
}

#[test]
fn who_never_loads_the_next_map_loses_its_place() {
    let mut rig = Rig::new(MatchOptions { time_limit_s: 100, ..DEATHMATCH }, 1);
    let ann = rig.join("ann");
    rig.seconds(60);
    rig.ticks_until(Phase::MatchOver);
    rig.ticks_until(Phase::Live);
    rig.seconds(59);
    assert!(rig.ended.is_empty());
    rig.seconds(2);
    assert_eq!(rig.ended, [ann]);
}

#[test]
fn matches_of_one_server_are_not_the_same_match_again_but_the_same_server_is() {
    let spawns = || {
        let mut rig = Rig::new(DEATHMATCH, 4);
        let mut spawns = Vec::new();
        for _ in 0..2 {
            spawns.push(rig.core.world().present().map(|(_, player)| player.pos).collect::<Vec<_>>());
            rig.ticks_until(Phase::MatchOver);
            rig.ticks_until(Phase::Live);
        }
        (spawns, rig.core.world().hash())
    };
    let (of_matches, hash) = spawns();
    assert_ne!(of_matches[0], of_matches[1]);
    assert_eq!(spawns().1, hash);
}

#[test]
fn scores_start_anew_when_it_begins_to_count_and_everyone_is_told() {
    let mut rig = Rig::new(MatchOptions { warm_up_s: 20, ..ELIMINATION }, 8);
    let ann = rig.join("ann");
    rig.seconds(19);
    let warm: u32 = rig.core.world().present().map(|(_, player)| u32::from(player.kills)).sum();
    assert!(warm > 0, "bots warm up by shooting");
    rig.told(ann);
    rig.ticks_until(Phase::Freeze);
    let told = entries(&rig.told(ann));
    assert!(told.len() >= 9, "the whole roster");
    assert!(told[told.len() - 9..].iter().all(|entry| (entry.kills, entry.deaths) == (0, 0)));
}
