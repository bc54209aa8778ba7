//! Who is let into a match and who is told why not, without a network: the core alone, on virtual time.

use std::time::Duration;
use tickshot_server::core::{MatchRules, MatchSetup, ServerCore, Wish};
use tickshot_server::maps;
use tickshot_shared::protocol::control::{
    ClientControl, LeaveReason, Refusal, ServerControl, decode_control, encode_control,
};
use tickshot_shared::protocol::version::protocol_version;
use tickshot_shared::sim::arena::MapHash;
use tickshot_shared::tick::TickRate;

const ANN: u64 = 11;
const BEN: u64 = 22;

fn core(capacity: usize, bots: usize) -> ServerCore {
    let setup = MatchSetup {
        server_name: "Test".to_owned(),
        bots,
        rules: MatchRules::default(),
        ..MatchSetup::endless(maps::load("arena").unwrap(), capacity, TickRate::default(), 3)
    };
    ServerCore::new(setup, Duration::ZERO)
}

fn join(core: &mut ServerCore, client_id: u64, name: &str) {
    core.handle_connected(Duration::ZERO, client_id, protocol_version(), name);
}

/// What `client_id` is told, in order, since the last call for anyone.
fn told(core: &mut ServerCore, client_id: u64) -> Vec<ServerControl> {
    let for_client = |wish| match wish {
        Wish::Control { client_id: to, bytes } if to == client_id => Some(decode_control(&bytes).unwrap()),
        _ => None,
    };
    core.take_wishes().into_iter().filter_map(for_client).collect()
}

#[test]
fn another_version_is_told_so_and_disconnected_a_second_later() {
    let mut core = core(4, 0);
    core.handle_connected(Duration::ZERO, ANN, protocol_version() ^ 1, "ann");
    let told = told(&mut core, ANN);
    assert!(
        matches!(told[..], [ServerControl::Refused { reason: Refusal::Version { server, client } }] if server == client ^ 1),
        "{told:?}"
    );
    core.step(Duration::from_millis(500));
    assert_eq!(core.take_wishes(), [], "the message has time to arrive");
    core.step(Duration::from_millis(1100));
    assert_eq!(core.take_wishes(), [Wish::Disconnect { client_id: ANN }]);
    assert_eq!((core.players(), core.metrics.clients_refused), (0, 1));
}

#[test]
fn who_vanished_from_a_full_match_comes_back_under_its_name_and_nobody_else_does() {
    let mut core = core(1, 0);
    join(&mut core, ANN, "ann");
    core.handle_control(ANN, &encode_control(&ClientControl::Ready).unwrap()).unwrap();
    core.take_wishes();
    let now = Duration::from_secs(3);
    assert_eq!((core.clients(), core.clients_present(now)), (1, 0), "a ghost is no reason to turn back");
    core.handle_connected(now, BEN, protocol_version(), "ben");
    assert!(matches!(told(&mut core, BEN)[..], [ServerControl::Refused { reason: Refusal::Full { .. } }]));
    core.handle_connected(now, ANN + 1, protocol_version(), "ann");
    let wishes = core.take_wishes();
    assert!(wishes.contains(&Wish::Disconnect { client_id: ANN }), "its old session ends: {wishes:?}");
    assert_eq!((core.clients(), core.metrics.clients_timed_out), (1, 1));
    // The transport's late word about the old session changes nothing.
    core.handle_disconnected(ANN, LeaveReason::TimedOut);
    assert_eq!((core.clients(), core.metrics.clients_timed_out), (1, 1));
}

#[test]
fn who_takes_a_place_and_never_plays_loses_it() {
    let mut core = core(1, 0);
    join(&mut core, ANN, "ann");
    core.take_wishes();
    core.step(Duration::from_secs(59));
    assert_eq!(core.take_wishes(), []);
    core.step(Duration::from_secs(61));
    assert_eq!(core.take_wishes(), [Wish::Disconnect { client_id: ANN }]);
    core.handle_disconnected(ANN, LeaveReason::Kicked);
    join(&mut core, BEN, "ben");
    assert!(matches!(told(&mut core, BEN)[0], ServerControl::Welcome { .. }));
}

#[test]
fn a_name_that_cannot_be_shown_is_refused() {
    for name in ["", "a name that is longer than any scoreboard", "tab\there"] {
        let mut core = core(4, 0);
        join(&mut core, ANN, name);
        let told = told(&mut core, ANN);
        assert!(matches!(told[..], [ServerControl::Refused { reason: Refusal::NameInvalid }]), "{name:?}: {told:?}");
    }
}

#[test]
fn a_full_match_refuses_and_a_place_that_is_left_is_given_again() {
    let mut core = core(1, 0);
    join(&mut core, ANN, "ann");
    core.take_wishes();
    join(&mut core, BEN, "ben");
    let refused = told(&mut core, BEN);
    assert!(
        matches!(refused[..], [ServerControl::Refused { reason: Refusal::Full { players: 1, max: 1 } }]),
        "{refused:?}"
    );
    core.handle_disconnected(ANN, LeaveReason::Quit);
    core.handle_disconnected(BEN, LeaveReason::Quit);
    join(&mut core, BEN, "ben");
    assert!(matches!(told(&mut core, BEN)[0], ServerControl::Welcome { .. }));
}

#[test]
fn bots_make_room_for_people_and_come_back_when_they_leave() {
    let mut core = core(3, 3);
    assert_eq!((core.players(), core.clients()), (3, 0));
    join(&mut core, ANN, "ann");
    assert_eq!((core.players(), core.clients()), (3, 1));
    core.handle_disconnected(ANN, LeaveReason::TimedOut);
    assert_eq!((core.players(), core.clients(), core.metrics.clients_timed_out), (3, 0, 1));
}

#[test]
fn two_of_one_name_are_told_apart() {
    let mut core = core(4, 0);
    join(&mut core, ANN, "ann");
    core.take_wishes();
    join(&mut core, BEN, "ann");
    let names: Vec<String> = told(&mut core, BEN)
        .into_iter()
        .filter_map(|message| match message {
            ServerControl::Roster { entries } => Some(entries.into_iter().map(|entry| entry.name)),
            _ => None,
        })
        .flatten()
        .collect();
    assert_eq!(names, ["ann", "ann 2"]);
}

#[test]
fn the_map_is_given_in_pieces_until_the_client_plays_and_nothing_else_is() {
    let mut core = core(4, 0);
    join(&mut core, ANN, "ann");
    core.take_wishes();
    let hash = core.setup().map.arena.hash();
    let mut map = Vec::new();
    while map.len() < core.setup().map.bytes.len() {
        let request = ClientControl::MapRequest { hash, offset: map.len() as u32 };
        core.handle_control(ANN, &encode_control(&request).unwrap()).unwrap();
        let [ServerControl::MapChunk { offset, bytes }] = &told(&mut core, ANN)[..] else { panic!("one piece") };
        assert_eq!(*offset as usize, map.len());
        map.extend_from_slice(bytes);
    }
    assert_eq!(map, &*core.setup().map.bytes);

    let mut refused =
        |request: &ClientControl| core.handle_control(ANN, &encode_control(request).unwrap()).unwrap_err();
    assert_eq!(refused(&ClientControl::MapRequest { hash, offset: map.len() as u32 }), "control_map_offset");
    assert_eq!(refused(&ClientControl::MapRequest { hash: MapHash([0; 32]), offset: 0 }), "control_wrong_map");
    core.handle_control(ANN, &encode_control(&ClientControl::Ready).unwrap()).unwrap();
    let late = encode_control(&ClientControl::Ready).unwrap();
    assert_eq!(core.handle_control(ANN, &late), Err("control_out_of_place"), "one cannot join twice");
    assert_eq!(core.handle_control(ANN, &[0xFF; 40]), Err("control_malformed"));
    assert_eq!(core.metrics.drops.values().sum::<u64>(), 4);
}

#[test]
fn the_same_seed_and_bots_give_the_same_match() {
    let hash = || {
        let mut core = core(8, 8);
        for _ in 0..2000 {
            let now = core.deadline(core.next_tick());
            core.step(now);
        }
        core.world().hash()
    };
    assert_eq!(hash(), hash());
}
