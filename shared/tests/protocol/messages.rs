//! Inputs, control messages, queries and the version.

use tickshot_shared::ids::Id;
use tickshot_shared::limits::{CONTROL_BYTES_MAX, INPUT_PACKET_BYTES_MAX, MAP_CHUNK_BYTES, NAME_BYTES_MAX};
use tickshot_shared::modes::HitCheck;
use tickshot_shared::protocol::DecodeError;
use tickshot_shared::protocol::client_msg::{InputPacket, InputRun, decode_inputs, encode_inputs};
use tickshot_shared::protocol::control::*;
use tickshot_shared::protocol::lane;
use tickshot_shared::protocol::query::*;
use tickshot_shared::protocol::stamp::stamp_is_possible;
use tickshot_shared::protocol::version::protocol_version;
use tickshot_shared::rng::Rng;
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::arena::MapHash;
use tickshot_shared::sim::input::{Buttons, FRACTION_MAX, Heading, Input, OwnView, ViewStamp};
use tickshot_shared::sim::round::{GameMode, Team};
use tickshot_shared::sim::weapon::Weapon;
use tickshot_shared::sim::world::Slot;
use tickshot_shared::tick::{Tick, TickRate};

/// Any packet an honest client could send.
pub(crate) fn any_packet(rng: &mut Rng) -> InputPacket {
    let newest = Tick([7, 300, 1 << 20, u32::MAX][rng.below(4) as usize]);
    let count = 1 + rng.below(8);
    let mut input = Input::default();
    let inputs: Vec<Input> = (0..count)
        .map(|i| {
            let tick = Tick(newest.0 - (count - 1 - i));
            input = next_input(&input, tick, rng);
            input
        })
        .collect();
    let ack = rng.chance(4, 5).then(|| Tick(newest.0.wrapping_sub(rng.below(400))));
    let ack_mask = if ack.is_none() { 0 } else { [u32::MAX, rng.next_u64() as u32][rng.below(2) as usize] };
    let ping = rng.chance(1, 2).then(|| rng.next_u64() as u32);
    let display_delay = rng.below(1024) as i16 - 512;
    InputPacket { newest, inputs: InputRun::of(&inputs).unwrap(), ack, ack_mask, display_delay, ping }
}

fn next_input(before: &Input, tick: Tick, rng: &mut Rng) -> Input {
    let mut input = *before;
    if rng.chance(1, 4) {
        input.heading = Heading::new(rng.below(9) as u8).unwrap();
    }
    if rng.chance(1, 3) {
        input.buttons = Buttons(rng.below(8) as u8);
    }
    if rng.chance(1, 8) {
        input.weapon = Weapon::new(rng.below(3) as u8).unwrap();
    }
    input.aim = Turn(match rng.below(4) {
        0 => input.aim.0,
        1 => input.aim.0.wrapping_add(rng.below(200) as u16).wrapping_sub(100),
        _ => rng.next_u64() as u16,
    });
    input.view = None;
    if input.buttons.contains(Buttons::FIRE) && rng.chance(5, 6) {
        input.view = Some(any_stamp(tick, rng)).filter(|stamp| stamp_is_possible(stamp, tick));
    }
    input
}

/// Any stamp an input of `tick` could carry; of the first ticks, some that it could not.
pub(crate) fn any_stamp(tick: Tick, rng: &mut Rng) -> ViewStamp {
    let age = rng.below(256).min(tick.0);
    let a = Tick(tick.0 - age);
    let b = a.plus(rng.below(64).min(age));
    let beyond = 256 + rng.below(u32::from(FRACTION_MAX) - 255) as u16;
    let fraction = if a == b { 0 } else { [rng.below(256) as u16, beyond][rng.below(2) as usize] };
    let before = |age: u32| Tick(tick.0.saturating_sub(age));
    let from = before(1 + rng.below(8));
    let own = match rng.below(4) {
        0 => OwnView::WithOthers,
        _ => OwnView::Between { from, fraction: rng.below(256) as u8, based_on: before(rng.below(255) + 1) },
    };
    ViewStamp { a, b, fraction, own, check: HitCheck::ALL[rng.below(3) as usize] }
}

pub(crate) fn any_control(rng: &mut Rng) -> ServerControl {
    let slot = Slot(rng.below(64) as u16);
    let entry = |i: u32| RosterEntry {
        slot: Slot(i as u16),
        name: format!("player {i} \u{e4}"),
        bot: i.is_multiple_of(2),
        kills: i as u16 * 1000,
        deaths: i as u16,
        ping_ms: (i.is_multiple_of(3)).then_some(i as u16),
        loss_pct: (i % 101) as u8,
        team: [None, Some(Team::Amber), Some(Team::Azure)][i as usize % 3],
        session: Id([i as u8; 16]),
    };
    match rng.below(10) {
        0 => ServerControl::Refused { reason: Refusal::Version { server: rng.next_u64(), client: rng.next_u64() } },
        1 => ServerControl::Welcome {
            slot,
            tick_rate: TickRate::default(),
            tick: Tick(rng.next_u64() as u32),
            capacity: 64,
            map_name: "open".to_owned(),
            map_hash: MapHash([9; 32]),
            map_bytes: 5_000,
            server_name: "LAN".to_owned(),
            match_id: Id([4; 16]),
        },
        2 => ServerControl::MapChunk { offset: rng.below(200_000), bytes: vec![7; rng.below(1001) as usize] },
        3 => ServerControl::Roster { entries: (0..rng.below(16)).map(entry).collect() },
        4 => ServerControl::Joined { entry: entry(rng.below(60)) },
        5 => ServerControl::Left { slot, reason: LeaveReason::TimedOut },
        6 => ServerControl::Killed {
            tick: Tick(rng.next_u64() as u32),
            killer: slot,
            victim: Slot(1),
            weapon: Weapon::Shotgun,
        },
        7 => ServerControl::Rules {
            experiments: rng.chance(1, 2),
            hits: HitCheck::ALL[rng.below(3) as usize],
            rewind_ms: rng.below(1001) as u16,
            imposed_link: "up delay 75ms 20ms loss 5% down rate 2mbit".to_owned(),
        },
        8 => ServerControl::Shot(super::stamps::any_shot(rng)),
        _ => ServerControl::ServerClosing { reason: "going home".to_owned() },
    }
}

#[test]
fn input_packets_come_back_exactly() {
    let mut rng = Rng::new(30);
    let mut bytes = Vec::new();
    for i in 0..100_000 {
        let packet = any_packet(&mut rng);
        bytes.clear();
        encode_inputs(&packet, &mut bytes);
        assert!(bytes.len() <= INPUT_PACKET_BYTES_MAX);
        assert_eq!(decode_inputs(&bytes).as_ref(), Ok(&packet), "packet {i}");
    }
}

#[test]
fn a_usual_input_packet_is_at_most_24_bytes() {
    let heading = Heading::from_axes(1, 0);
    let walk: Vec<Input> = (0..3).map(|i| Input { heading, aim: Turn(9_000 + i * 90), ..Input::default() }).collect();
    let mut bytes = Vec::new();
    let mut packet = InputPacket {
        newest: Tick(70_000),
        inputs: InputRun::of(&walk).unwrap(),
        ack: Some(Tick(69_994)),
        ack_mask: u32::MAX,
        display_delay: 9,
        ping: Some(123_456_789),
    };
    encode_inputs(&packet, &mut bytes);
    assert!(bytes.len() <= 19, "walking and turning with a ping: {} bytes", bytes.len());

    let fire: Vec<Input> = (0..3u32)
        .map(|i| {
            let a = Tick(69_990 + i);
            let own = OwnView::Between { from: Tick(69_996 + i), fraction: i as u8 * 40, based_on: Tick(69_990 + i) };
            let view = Some(ViewStamp { a, b: a.plus(1), fraction: 100, own, check: HitCheck::Exact });
            Input { buttons: Buttons::FIRE, view, ..walk[i as usize] }
        })
        .collect();
    packet.inputs = InputRun::of(&fire).unwrap();
    packet.ping = None;
    bytes.clear();
    encode_inputs(&packet, &mut bytes);
    assert!(bytes.len() <= 24, "firing: {} bytes", bytes.len());
}

#[test]
fn every_button_and_weapon_travels_and_a_weapon_that_is_none_is_refused() {
    for (buttons, weapon) in (0..=Buttons::KNOWN).flat_map(|b| Weapon::ALL.map(|w| (Buttons(b), w))) {
        let input = Input { buttons, weapon, heading: Heading::from_axes(0, 1), ..Input::default() };
        let inputs = InputRun::of(&[input]).unwrap();
        let newest = Tick(9);
        let packet = InputPacket { newest, inputs, ack: None, ack_mask: 0, display_delay: 0, ping: None };
        let mut bytes = Vec::new();
        encode_inputs(&packet, &mut bytes);
        assert_eq!(decode_inputs(&bytes).as_ref(), Ok(&packet));
        // Lane byte; then tick, count, no ack, delay, no ping, "keys changed", heading and buttons before the weapon.
        let place = 8 + 32 + 3 + 1 + 10 + 1 + 1 + 4 + 3;
        [place, place + 1].iter().for_each(|bit| bytes[bit / 8] |= 1 << (bit % 8));
        assert_eq!(decode_inputs(&bytes), Err(DecodeError::Value("weapon")));
    }
}

#[test]
fn inputs_before_the_first_tick_are_left_out() {
    let inputs = InputRun::of(&[Input::default(); 8]).unwrap();
    let mut bytes = Vec::new();
    encode_inputs(
        &InputPacket { newest: Tick(2), inputs, ack: None, ack_mask: 0, display_delay: 0, ping: None },
        &mut bytes,
    );
    let packet = decode_inputs(&bytes).unwrap();
    assert_eq!(packet.ticks().map(|(tick, _)| tick.0).collect::<Vec<_>>(), [0, 1, 2]);
}

#[test]
fn control_messages_come_back_exactly() {
    let mut rng = Rng::new(31);
    for _ in 0..2_000 {
        let message = any_control(&mut rng);
        let bytes = encode_control(&message).unwrap();
        assert!(bytes.len() <= CONTROL_BYTES_MAX);
        assert_eq!(decode_control::<ServerControl>(&bytes).unwrap(), message);
    }
    let request = ClientControl::MapRequest { hash: MapHash([9; 32]), offset: 4000 };
    assert_eq!(decode_control::<ClientControl>(&encode_control(&request).unwrap()), Ok(request));
    let settings = |snapshot_every| ClientControl::Settings { evidence: true, snapshot_every };
    assert_eq!(decode_control(&encode_control(&settings(16)).unwrap()), Ok(settings(16)));
    for never in [0, 17, 255] {
        assert!(encode_control(&settings(never)).is_err(), "a snapshot every {never} ticks");
    }
}

#[test]
fn a_full_roster_travels_in_messages_that_each_fit() {
    let entry = |i: u16| RosterEntry {
        slot: Slot(i),
        name: "x".repeat(NAME_BYTES_MAX),
        bot: false,
        kills: u16::MAX,
        deaths: u16::MAX,
        ping_ms: Some(u16::MAX),
        loss_pct: 100,
        team: Some(Team::Azure),
        session: Id([255; 16]),
    };
    let messages = ServerControl::rosters((0..1024).map(entry));
    let mut seen = 0;
    for message in &messages {
        let bytes = encode_control(message).expect("each fits");
        let ServerControl::Roster { entries } = decode_control(&bytes).unwrap() else { panic!("a roster") };
        seen += entries.len();
    }
    assert_eq!(seen, 1024);
    assert_eq!(ServerControl::rosters([]).len(), 1, "nobody is also news");
}

#[test]
fn control_messages_that_claim_too_much_are_refused() {
    // A map chunk that claims 2^60 bytes.
    let claim = [[2u8, 0, 253].as_slice(), &(1u64 << 60).to_le_bytes()].concat();
    assert!(matches!(decode_control::<ServerControl>(&claim), Err(ControlError::Malformed(_))));
    assert_eq!(decode_control::<ServerControl>(&[0; 1101]), Err(ControlError::TooLong(1101)));
    let big = ServerControl::MapChunk { offset: 0, bytes: vec![0; MAP_CHUNK_BYTES + 1] };
    assert_eq!(encode_control(&big), Err(ControlError::Value("map chunk")));
    let mut longer = encode_control(&ClientControl::Ready).unwrap();
    longer.push(0);
    assert!(decode_control::<ClientControl>(&longer).is_err(), "leftover bytes");
    // The variant 2 (Ready) as a number in three bytes instead of one.
    assert!(decode_control::<ClientControl>(&[251, 2, 0]).is_err(), "a longer form");
}

#[test]
fn names_are_checked_and_can_be_tidied() {
    for good in ["a", "Zo\u{eb}", "x y", &"n".repeat(NAME_BYTES_MAX)] {
        assert!(name_is_valid(good), "{good}");
        assert_eq!(tidy_name(good, "?"), *good);
    }
    for (bad, tidy) in [
        ("", "player"),
        ("  ", "player"),
        ("a\nb", "ab"),
        ("\u{202e}evil", "evil"),
        (&"\u{e4}".repeat(13), &*"\u{e4}".repeat(12)),
    ] {
        assert!(!name_is_valid(bad), "{bad:?}");
        assert_eq!(tidy_name(bad, "player"), tidy);
    }
}

pub(crate) fn a_reply() -> Reply {
    Reply {
        nonce: 0xDEAD_BEEF_0BAD_F00D,
        version: protocol_version(),
        server: u64::MAX,
        name: "n".repeat(NAME_BYTES_MAX),
        map: "m".repeat(NAME_BYTES_MAX),
        players: 3,
        max: 64,
        tick_rate: 64,
        mode: GameMode::Elimination,
        bots: 61,
        lagged: true,
        round: 7,
        best_of: 15,
        salt: Some([0xAB; 16]),
        key_ok: Some(false),
    }
}

#[test]
fn queries_and_replies_come_back_exactly_and_a_reply_is_never_longer() {
    for key_check in [None, Some([1, 2, 3, 4, 5, 6, 7, 8])] {
        let query = Query { nonce: 77, key_check };
        assert_eq!(decode_query(&encode_query(&query)), Ok(query));
    }
    let longest = a_reply();
    for reply in [longest.clone(), Reply { salt: None, key_ok: None, name: "x".to_owned(), ..longest.clone() }] {
        let bytes = encode_reply(&reply);
        assert!(bytes.len() <= QUERY_BYTES && lane::is_query(&bytes));
        assert_eq!(decode_reply(&bytes), Ok(reply));
    }
    let huge = Reply { name: "\u{1F600}".repeat(100), ..longest };
    assert_eq!(decode_reply(&encode_reply(&huge)).unwrap().name, "\u{1F600}".repeat(6));
}

#[test]
fn of_a_server_of_another_version_only_what_every_release_says_is_read() {
    let other = Reply { version: protocol_version() ^ 1, ..a_reply() };
    let mut bytes = encode_reply(&other);
    bytes.truncate(bytes.len() - 20);
    bytes.extend_from_slice(&[0xFF; 9]);
    let read = decode_reply(&bytes).unwrap();
    assert_eq!(
        (read.version, read.server, &read.name, &read.map),
        (other.version, other.server, &other.name, &other.map)
    );
    assert_eq!((read.players, read.max, read.bots, read.salt), (other.players, other.max, 0, None));
    for len in 0..5 + 3 * 8 + 2 * (1 + NAME_BYTES_MAX) + 4 {
        assert!(decode_reply(&bytes[..len]).is_err(), "{len} bytes");
    }
}

#[test]
fn only_the_right_key_proves_itself_and_only_for_its_question() {
    let (key, other) = ([1; 32], [2; 32]);
    let query = Query { nonce: 5, key_check: Some(key_proof(&key, 5)) };
    assert_eq!((query.key_is(&key), query.key_is(&other)), (Some(true), Some(false)));
    assert_eq!(Query { nonce: 6, ..query }.key_is(&key), Some(false), "a proof cannot be used again");
    assert_eq!(Query { nonce: 5, key_check: None }.key_is(&key), None);
}

#[test]
fn the_version_is_stable_within_a_build() {
    assert_ne!(protocol_version(), 0);
    assert_eq!(protocol_version(), protocol_version());
}
