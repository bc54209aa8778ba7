//! A small hand-made match: Ann shoots at Bob, who walks; both traces of clients are there, or not.

use super::{ShotError, card, find, table};
use crate::analysis::merge::merge;
use crate::model::{At, ClientTrace, ServerTrace};
use crate::proto::session_event::Kind;
use crate::proto::{
    Frame, Header, MatchBegan, PacketSent, Rules, ServerTick, SessionEvent, Shot, ShotAnswered, ShotBelief, ShotSeen,
    ShotTarget, SnapshotReceived, Stamp, Welcomed,
};

const TICK_NS: i64 = 15_625_000;
const AT: u32 = 100;

fn id(last: u8) -> Vec<u8> {
    [1, 0x99, 0xa1, 0xf0, 0x7e, 0x11, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, last].to_vec()
}

/// Fired by Ann in slot 0: she drew Bob at (10, 20) m; he was tested there and is half a metre further by now.
fn shot(id: Vec<u8>, tick: u32, hit: u32) -> Shot {
    Shot {
        id,
        tick,
        shooter: 0,
        claim: Some(Stamp { a_age: 8, b_age: 8, ..Stamp::default() }),
        claimed_age_256ths: 8 * 256,
        used_age_256ths: 8 * 256,
        policy: 2,
        muzzle_x: 10 * 1024,
        muzzle_y: 10 * 1024,
        range_units: 9 * 1024,
        aim: 1 << 14,
        hit,
        verdicts: vec![0, hit, hit],
        rays_hit: vec![0, 1, 1],
        belief: Some(ShotBelief { estimate_age: 8, first_age: 11, last_age: 5, had_age: Some(6) }),
        target: Some(ShotTarget {
            slot: 1,
            was_drawn: true,
            drawn_x: 10 * 1024,
            drawn_y: 20 * 1024,
            tested_x: 10 * 1024,
            tested_y: 20 * 1024,
            present_x: 10 * 1024 + 512,
            present_y: 20 * 1024,
            fate: 0,
        }),
        ..Shot::default()
    }
}

fn server() -> ServerTrace {
    let came = |slot: u32, name: &str| At {
        at_ns: 0,
        it: SessionEvent {
            kind: Kind::Present.into(),
            slot,
            name: name.into(),
            client_id: 7 + u64::from(slot),
            ..SessionEvent::default()
        },
    };
    let tick = |tick: u32| ServerTick {
        tick,
        deadline_ns: i64::from(tick) * TICK_NS,
        input_slots: vec![0, 1],
        margins_us: vec![4500, 0],
        snapshot_slots: vec![0, 1],
        snapshot_sent_us: vec![300, 300],
        packet_slots: vec![0, 1],
        packet_arrivals_us: vec![-1000, -1000],
        packet_newest: vec![0, 0],
        packet_inputs: vec![1, 1],
        packet_kept: vec![1, 1],
        packet_late: vec![0, 0],
        packet_acks: vec![0, 0],
        packet_ack_gaps: vec![0, 0],
        packet_display_delays: vec![0, 0],
        ..ServerTick::default()
    };
    let map = include_bytes!("../../../../assets/maps/open.tmx").to_vec();
    ServerTrace {
        header: Header { tick_rate_hz: 64, ..Header::default() },
        matches: vec![MatchBegan { number: 1, map_name: "open".into(), map, ..MatchBegan::default() }],
        rules: vec![Rules { tick: 0, experiments: true, hit_checks: 2, rewind_ms: 250 }],
        sessions: vec![came(0, "Ann"), came(1, "Bob")],
        ticks: TICKS.map(tick).collect(),
        shots: vec![shot(id(1), AT, 2), shot(id(2), AT + 5, 0)],
        ..ServerTrace::default()
    }
}

/// The client of `slot` with its own clock, a packet up and a snapshot down each tick, half a millisecond either way.
fn client(slot: u32, ahead_ns: i64) -> ClientTrace {
    let client_id = 7 + u64::from(slot);
    let welcome = Welcomed { client_id, slot, tick_rate_hz: 64, ..Welcomed::default() };
    let local = |server_ns: i64| server_ns + ahead_ns;
    let packet = |tick: u32| PacketSent {
        sent_ns: local(i64::from(tick) * TICK_NS - WIRE_NS - 1_000_000),
        newest: tick,
        inputs: 1,
        fresh: 1,
        ..PacketSent::default()
    };
    let snapshot = |tick: u32| {
        let arrived_ns = local(i64::from(tick) * TICK_NS + 300_000 + WIRE_NS);
        SnapshotReceived { tick, arrived_ns, handled_ns: arrived_ns + 2_000_000, ..SnapshotReceived::default() }
    };
    ClientTrace {
        header: Header { client_id, ..Header::default() },
        welcomes: vec![At { at_ns: local(i64::from(TICKS.start) * TICK_NS), it: welcome }],
        packets: TICKS.map(packet).collect(),
        snapshots: TICKS.map(snapshot).collect(),
        ..ClientTrace::default()
    }
}

const TICKS: std::ops::Range<u32> = 20..180;
const WIRE_NS: i64 = 500_000;
const ANN_AHEAD_NS: i64 = 3_000_000_000;
const BOB_AHEAD_NS: i64 = 9_000_000_000;
/// When Ann clicked, on the server's clock: 30 ms before the verdict.
const CLICK_NS: i64 = AT as i64 * TICK_NS - 30_000_000;

fn ann() -> ClientTrace {
    let seen = ShotSeen {
        tick: AT,
        at_ns: CLICK_NS + ANN_AHEAD_NS,
        muzzle_x: 10 * 1024,
        muzzle_y: 10 * 1024 + 4,
        stamp: Some(Stamp::default()),
        claimed: 2,
        slots: vec![1],
        xs: vec![10 * 1024 + 1],
        ys: vec![20 * 1024],
        ..ShotSeen::default()
    };
    let answer = ShotAnswered { id: id(1), tick: AT, hit: 2, outcome: "agreed".into(), ..ShotAnswered::default() };
    ClientTrace { shots: vec![seen], answers: vec![At { at_ns: 0, it: answer }], ..client(0, ANN_AHEAD_NS) }
}

/// Bob's frames come every 10 ms of his clock; he sees himself a metre further each time.
fn bob() -> ClientTrace {
    let begin = CLICK_NS + BOB_AHEAD_NS - 1_000_000;
    let frame = |i: i32| Frame {
        at_ns: begin + i64::from(i) * 10_000_000,
        own_x: Some((11 + i) * 1024),
        own_y: 20 * 1024,
        ..Frame::default()
    };
    let mut bob = ClientTrace { frames: (-3..12).map(frame).collect(), ..client(1, BOB_AHEAD_NS) };
    // The one of the verdict was dropped; the next one tells of it.
    bob.snapshots[(AT - TICKS.start) as usize].dropped = "late".into();
    bob
}

fn place(card: &super::ShotCard, letter: char) -> &super::Place {
    card.places.iter().find(|place| place.letter == letter).unwrap_or_else(|| panic!("no {letter}: {:?}", card.places))
}

#[test]
fn a_card_tells_what_the_shooter_drew_the_server_tested_and_the_victim_saw() {
    let (server, ann, bob) = (server(), ann(), bob());
    let merged = merge(&server, &[&ann, &bob]).unwrap();
    let card = card(&server, Some(&merged), "0@100").unwrap();
    assert_eq!(card.missing, Vec::<String>::new());
    let off = |letter| place(&card, letter).from_tested_mm;
    assert_eq!((off('T'), off('d'), off('P')), (0.0, 0.0, 500.0));
    assert!((off('D') - 0.977).abs() < 0.001 && (off('s') - 3.906).abs() < 0.001, "one unit, and four of the muzzle");
    // At the click he was at 11 m; 30 ms later, at the verdict, at 14 m; two ticks on, in the frame after he was told, at 16 m.
    assert_eq!(['c', 'j', 'v'].map(|letter| place(&card, letter).x_m), [11.0, 14.0, 16.0]);
    let at = |word: &str| {
        let moment = card.moments.iter().find(|moment| moment.what.contains(word));
        moment
            .map(|moment| (moment.at_ms, moment.error_bound_ms))
            .unwrap_or_else(|| panic!("{word}: {:?}", card.moments))
    };
    assert_eq!((at("claims").0, at("was tested").0, at("reached the server").0), (-125.0, -125.0, -4.5));
    let (click_ms, bound_ms) = at("click");
    assert!((click_ms + 30.0).abs() < 0.01 && (bound_ms.unwrap() - 0.5).abs() < 0.1, "{click_ms} +- {bound_ms:?}");
    assert!((at("is told").0 - (15.625 + 0.3 + 0.5 + 2.0)).abs() < 0.01);
    assert!(card.moments.is_sorted_by_key(|moment| moment.at_ms));
    assert!(card.decided.contains("'exact' (the shooter's own choice): the claim was allowed"), "{}", card.decided);
    let text = card.text();
    assert!(text.contains("under the crosshair of Ann: Bob; its verdict: agreed"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 120), "{text}");
}

#[test]
fn without_the_traces_of_clients_a_card_says_what_it_does_not_know() {
    let card = card(&server(), None, "0@105").unwrap();
    assert_eq!(card.missing.len(), 2, "{:?}", card.missing);
    assert!(card.missing[0].contains("Ann") && card.missing[1].contains("Bob"), "{:?}", card.missing);
    assert_eq!(card.places.iter().map(|place| place.letter).collect::<String>(), "SdTP");
    assert!(card.text().contains("missed; nearest to the line of aim was Bob"));
}

#[test]
fn a_plan_shows_walls_and_the_body_at_its_times() {
    let card = card(&server(), None, "0@100").unwrap();
    for letter in ['S', 'T', 'P', '·'] {
        assert!(card.plan.contains(letter), "no {letter} on\n{}", card.plan);
    }
    // The muzzle is above what it shoots at; what is tested hides what was drawn in the same place.
    let (plan, _scale) = card.plan.trim_end().rsplit_once('\n').unwrap();
    let row = |letter: char| plan.lines().position(|line| line.contains(letter));
    assert!(row('S') < row('T') && row('d').is_none(), "{}", card.plan);
    assert!(card.plan.lines().count() < 35, "{}", card.plan);
}

#[test]
fn no_number_of_a_file_makes_a_card_panic() {
    for extreme in [i32::MIN, -1, 0, i32::MAX] {
        let mut server = server();
        let shot = &mut server.shots[0];
        (shot.muzzle_x, shot.range_units) = (extreme, extreme);
        (shot.policy, shot.clamp, shot.weapon, shot.aim) = (extreme as u32, 77, 99, u32::MAX);
        shot.verdicts.clear();
        let target = shot.target.as_mut().unwrap();
        (target.tested_y, target.present_x, target.fate) = (extreme, extreme, 9);
        let card = card(&server, None, "0@100").unwrap();
        assert!(card.plan.len() < 10_000 && !card.text().is_empty());
        let _text = table(&server, None).text();
    }
    let mut server = server();
    server.matches[0].map.truncate(100);
    let card = card(&server, None, "0@100").unwrap();
    assert!(card.plan.is_empty() && card.missing[0].contains("walls"), "{:?}", card.missing);
}

#[test]
fn a_shot_is_found_by_slot_and_tick_and_by_the_beginning_of_its_name() {
    let server = server();
    let found = |wanted: &str| find(&server, wanted).map(|shot| shot.tick);
    assert_eq!((found("0@100"), found("0@105")), (Ok(100), Ok(105)));
    assert_eq!(found("0199A1F0-7e11-7000-8000-000000000001"), Ok(100));
    assert_eq!(found("0199a1f07e117000-8000000000000002"), Ok(105));
    let unknown = |wanted: &str| ShotError::Unknown { wanted: wanted.into(), shots: 2 };
    assert_eq!([found("1@100"), found("ff"), found("")], ["1@100", "ff", ""].map(|wanted| Err(unknown(wanted))));
    match found("0199") {
        Err(ShotError::Ambiguous { count: 2, .. }) => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_table_names_everyone_and_fits_a_terminal() {
    let (server, ann) = (server(), ann());
    let merged = merge(&server, &[&ann]).unwrap();
    let table = table(&server, Some(&merged));
    let first = &table.shots[0];
    assert_eq!((first.shooter.name.as_str(), first.hit.as_ref().unwrap().name.as_str()), ("Ann", "Bob"));
    assert_eq!((first.picture_age_ms, first.tested_to_present_mm), (125.0, Some(500.0)));
    let saw = first.saw.as_ref().unwrap();
    assert_eq!((saw.claimed.as_ref().unwrap().slot, saw.outcome.as_deref()), (1, Some("agreed")));
    assert!(table.shots[1].saw.is_none());
    let counts = &table.counts;
    assert_eq!((counts.shots, counts.hits, counts.hits_by_check, counts.seen), (2, 1, [0, 1, 1], 1));
    let text = table.text();
    assert!(text.lines().all(|line| line.chars().count() <= 120), "{text}");
}
