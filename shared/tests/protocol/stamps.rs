//! View stamps on the wire: which can be, what they cost, and that each has one spelling. Shots come back whole.

use super::messages::any_stamp;
use tickshot_shared::modes::HitCheck;
use tickshot_shared::protocol::DecodeError;
use tickshot_shared::protocol::client_msg::{InputPacket, InputRun, decode_inputs, encode_inputs};
use tickshot_shared::protocol::control::{ServerControl, decode_control, encode_control};
use tickshot_shared::protocol::evidence::{Clamp, Fate, ShotEvidence, TargetEvidence};
use tickshot_shared::protocol::stamp::stamp_is_possible;
use tickshot_shared::rng::Rng;
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::input::{Buttons, FRACTION_MAX, Input, OwnView, ViewStamp};
use tickshot_shared::sim::world::Slot;
use tickshot_shared::tick::Tick;

const NOW: Tick = Tick(1000);

fn stamp(a: u32, b: u32) -> ViewStamp {
    ViewStamp { a: Tick(a), b: Tick(b), fraction: 0, own: OwnView::WithOthers, check: HitCheck::Exact }
}

fn own(from: u32) -> ViewStamp {
    ViewStamp { own: OwnView::Between { from: Tick(from), fraction: 7, based_on: Tick(980) }, ..stamp(990, 991) }
}

fn packet(inputs: &[Input]) -> InputPacket {
    let inputs = InputRun::of(inputs).unwrap();
    InputPacket { newest: NOW, inputs, ack: None, ack_mask: 0, display_delay: 0, ping: None }
}

fn firing(view: ViewStamp) -> Input {
    Input { buttons: Buttons::FIRE, view: Some(view), ..Input::default() }
}

fn encoded(packet: &InputPacket) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode_inputs(packet, &mut bytes);
    bytes
}

pub(crate) fn any_shot(rng: &mut Rng) -> ShotEvidence {
    let slot = |rng: &mut Rng| rng.chance(1, 2).then(|| Slot(rng.below(1024) as u16));
    let place = |rng: &mut Rng| [rng.next_u64() as i32, rng.below(1 << 18) as i32];
    let fates = [Fate::Rewound, Fate::Dead, Fate::Respawned, Fate::NotTold];
    ShotEvidence {
        id: tickshot_shared::ids::Id([rng.below(256) as u8; 16]),
        weapon: tickshot_shared::sim::weapon::Weapon::ALL[rng.below(3) as usize],
        rays_hit: [0; 3].map(|_: u8| rng.below(9) as u8),
        tick: NOW,
        shooter: Slot(rng.below(1024) as u16),
        aim: Turn(rng.next_u64() as u16),
        claim: any_stamp(NOW, rng),
        claimed_age_256ths: rng.next_u64() as i32,
        used_age_256ths: rng.next_u64() as u32,
        clamp: Clamp::ALL[rng.below(6) as usize],
        policy: HitCheck::ALL[rng.below(3) as usize],
        muzzle: place(rng),
        range_units: rng.below(61_441) as i32,
        hit: slot(rng),
        target: slot(rng).map(|slot| TargetEvidence {
            slot,
            drawn: rng.chance(1, 2).then(|| place(rng)),
            tested: place(rng),
            present: place(rng),
            fate: fates[rng.below(4) as usize],
        }),
        verdicts: std::array::from_fn(|_| slot(rng)),
    }
}

#[test]
fn a_stamp_that_cannot_be_is_left_out_by_the_sender() {
    let good =
        [stamp(745, 808), stamp(1000, 1000), own(999), own(992), ViewStamp { fraction: FRACTION_MAX, ..own(998) }];
    for view in good {
        assert!(stamp_is_possible(&view, NOW));
        assert_eq!(decode_inputs(&encoded(&packet(&[firing(view)]))).unwrap().inputs[0].view, Some(view));
    }
    for (view, why) in [
        (stamp(744, 800), "too old"),
        (stamp(900, 899), "backwards"),
        (stamp(800, 864), "too wide"),
        (stamp(999, 1001), "the future"),
        (stamp(0, u32::MAX), "the end of time"),
        (own(1000), "an own state that does not exist yet"),
        (own(991), "an own state too old"),
        (own(u32::MAX), "an own state of the far future"),
        (ViewStamp { fraction: 1, ..stamp(990, 990) }, "between one snapshot and itself"),
        (ViewStamp { fraction: FRACTION_MAX + 1, ..stamp(990, 991) }, "too far beyond"),
    ] {
        assert!(!stamp_is_possible(&view, NOW), "{why}");
        assert_eq!(decode_inputs(&encoded(&packet(&[firing(view)]))).unwrap().inputs[0].view, None, "{why}");
    }
}

#[test]
fn a_stamp_that_cannot_be_is_refused_by_the_receiver() {
    let views = [stamp(997, 999), own(999), ViewStamp { fraction: FRACTION_MAX, ..own(998) }];
    for view in views {
        let good = encoded(&packet(&[firing(view)]));
        let refused = (0..good.len() * 8).any(|i| {
            let mut bad = good.clone();
            bad[i / 8] ^= 1 << (i % 8);
            decode_inputs(&bad) == Err(DecodeError::Value("view stamp"))
        });
        assert!(refused, "some flipped bit makes {view:?} impossible");
    }
}

#[test]
fn a_view_that_moves_with_time_costs_a_bit_per_field() {
    let bytes = |moving: bool| {
        let inputs: Vec<Input> = (993..=1000u32)
            .map(|tick| {
                let view = ViewStamp {
                    own: OwnView::Between { from: Tick(tick - 2), fraction: 9, based_on: Tick(tick - 12) },
                    ..stamp(tick - 9, tick - 8)
                };
                let fraction = 40 + u16::from(moving && tick == 1000);
                firing(ViewStamp { fraction, ..view })
            })
            .collect();
        encoded(&packet(&inputs)).len()
    };
    let held = InputRun::of(&[Input { buttons: Buttons::FIRE, ..Input::default() }; 8]).unwrap();
    let without = encoded(&InputPacket { inputs: held, ..packet(&[Input::default()]) }).len();
    // The first stamp is spelled out in 6 + 14 + 9 + 4 + 8 + 8 bits, the other seven take 6 bits each.
    let cost = 8 * (bytes(false) - without);
    assert!(cost.abs_diff(49 + 7 * 6) < 8, "{cost} bits, but for the last byte");
    assert!(bytes(true) - bytes(false) <= 2, "a fraction that moved costs 9 bits");
}

#[test]
fn a_declared_delay_beyond_its_range_is_cut_to_it() {
    for (declared, travels) in [(-513, -512), (i16::MIN, -512), (511, 511), (512, 511), (i16::MAX, 511), (-1, -1)] {
        let sent = InputPacket { display_delay: declared, ..packet(&[Input::default()]) };
        assert_eq!(decode_inputs(&encoded(&sent)).unwrap().display_delay, travels);
    }
}

#[test]
fn evidence_comes_back_exactly_and_fits_a_small_message() {
    let mut rng = Rng::new(70);
    for _ in 0..2_000 {
        let shot = ServerControl::Shot(any_shot(&mut rng));
        let bytes = encode_control(&shot).unwrap();
        assert!(bytes.len() <= 128, "{} bytes", bytes.len());
        assert_eq!(decode_control(&bytes), Ok(shot));
    }
    for impossible in [
        ShotEvidence { hit: Some(Slot(1024)), ..any_shot(&mut rng) },
        ShotEvidence { verdicts: [Some(Slot(u16::MAX)); 3], ..any_shot(&mut rng) },
        ShotEvidence { range_units: -1, ..any_shot(&mut rng) },
    ] {
        assert!(encode_control(&ServerControl::Shot(impossible)).is_err());
    }
}
