//! One player as bits.

use super::world::{any_player, next_player, table};
use tickshot_shared::protocol::DecodeError;
use tickshot_shared::protocol::bits::{BitReader, BitRun, BitWriter};
use tickshot_shared::protocol::delta;
use tickshot_shared::protocol::fields::{Group, OWNER, PUBLIC, bits_max, owner_part, predict, public_part};
use tickshot_shared::rng::Rng;
use tickshot_shared::sim::world::Player;

const SEED: u64 = 0x0070_1a7e;

#[test]
fn a_million_states_come_back_exactly_and_in_their_only_form() {
    println!("seed {SEED:#x}");
    let mut rng = Rng::new(SEED);
    let mut base = any_player(&mut rng);
    let mut bytes = Vec::new();
    for i in 0..1_000_000 {
        let now = if i % 7 == 0 { any_player(&mut rng) } else { next_player(&base, &mut rng) };
        let predicted = predict(&base, rng.below(121), &table());
        bytes.clear();
        let mut bits = BitWriter::new(&mut bytes);
        let spent = delta::encode(&PUBLIC, &predicted, &now, &mut bits);
        assert_eq!(1 + spent.iter().map(|&b| usize::from(b)).sum::<usize>(), bits.bits());
        delta::encode(&OWNER, &predicted, &now, &mut bits);
        let written = bits.bits();
        assert!(written <= (bits_max(&PUBLIC) + bits_max(&OWNER)) as usize);
        assert_eq!(bits.finish(), written.div_ceil(8));

        let mut reader = BitReader::new(&bytes);
        let public = delta::decode(&PUBLIC, &predicted, &mut reader).unwrap();
        let all = delta::decode(&OWNER, &public, &mut reader).unwrap();
        reader.finish().unwrap();
        assert_eq!(public_part(&public), public_part(&now), "state {i}");
        assert_eq!(owner_part(&all), owner_part(&now), "state {i}");
        base = now;
    }
}

#[test]
fn a_player_as_predicted_costs_one_bit() {
    let mut rng = Rng::new(3);
    let base = any_player(&mut rng);
    let mut run = BitRun::default();
    let predicted = predict(&base, 5, &table());
    delta::encode(&PUBLIC, &predicted, &predicted, &mut run);
    assert_eq!(run.bits(), 1);
}

#[test]
fn bits_that_the_encoder_would_not_write_are_refused() {
    println!("seed {SEED:#x}");
    let mut rng = Rng::new(SEED);
    let (mut accepted, mut refused) = (0, 0);
    for _ in 0..200_000 {
        let mut garbage = [0u8; 32];
        garbage.fill_with(|| rng.next_u64() as u8);
        let predicted = any_player(&mut rng);
        for was_accepted in
            [garbage_is_canonical(&PUBLIC, &predicted, &garbage), garbage_is_canonical(&OWNER, &predicted, &garbage)]
        {
            accepted += u32::from(was_accepted);
            refused += u32::from(!was_accepted);
        }
    }
    assert!(accepted > 10_000 && refused > 10_000, "{accepted} accepted, {refused} refused");
}

/// Whether these bits are a player at all; if so, they are the bits its encoder writes.
fn garbage_is_canonical<const N: usize>(groups: &[Group; N], predicted: &Player, garbage: &[u8]) -> bool {
    let mut reader = BitReader::new(garbage);
    match delta::decode(groups, predicted, &mut reader) {
        Ok(player) => {
            let mut again = Vec::new();
            let mut bits = BitWriter::new(&mut again);
            delta::encode(groups, predicted, &player, &mut bits);
            let len = bits.bits();
            bits.finish();
            assert!(same_bits(garbage, &again, len), "{player:?}");
            true
        }
        Err(DecodeError::NotCanonical(_) | DecodeError::Value(_)) => false,
        Err(other) => panic!("{} bytes are enough: {other}", garbage.len()),
    }
}

#[test]
fn what_counts_down_is_expected_to_and_the_dead_of_a_round_stay_out() {
    let started = Player {
        fire_cooldown: 11,
        reload_ticks: 70,
        dash_ticks: 10,
        dash_cooldown: 160,
        frozen_ticks: 200,
        respawn_ticks: 192,
        ..Player::default()
    };
    let later = predict(&started, 20, &table());
    assert_eq!((later.fire_cooldown, later.reload_ticks, later.respawn_ticks), (0, 50, 172));
    assert_eq!((later.dash_ticks, later.dash_cooldown, later.frozen_ticks), (0, 140, 180));
    let out = Player { respawn_ticks: Player::OUT, ..Player::default() };
    assert_eq!(predict(&out, 120, &table()).respawn_ticks, Player::OUT);
}

#[test]
fn a_shot_a_dash_and_a_full_magazine_are_told_in_a_few_bits() {
    let calm = Player { alive: true, health: 100, magazines: [24, 6, 3], reserves: [0, 12, 3], ..Player::default() };
    let bits = |now: Player| {
        let mut bytes = Vec::new();
        let mut bits = BitWriter::new(&mut bytes);
        delta::encode(&OWNER, &calm, &now, &mut bits);
        bits.bits()
    };
    assert_eq!(bits(calm), 1);
    let shot = Player { fire_cooldown: 11, magazines: [23, 6, 3], ..calm };
    let dash = Player { dash_ticks: 10, dash_cooldown: 160, ..calm };
    let reload = Player { reload_ticks: 70, ..calm };
    let shells = Player { magazines: [24, 2, 3], reserves: [0, 8, 3], ..calm };
    assert_eq!([shot, dash, reload, shells].map(bits), [18, 35, 21, 19]);
}

#[test]
fn nothing_can_be_read_past_the_end() {
    let bytes = [0xFF; 3];
    for first in 0..=24 {
        let mut reader = BitReader::new(&bytes);
        assert_eq!(reader.read(first).unwrap(), ((1u64 << first) - 1) as u32);
        assert_eq!(reader.read(25 - first), Err(DecodeError::Truncated));
        assert_eq!(reader.finish().is_err(), first < 24, "what was not read is left over");
    }
    assert!(BitReader::new(&[]).read(1).is_err());
    assert!(BitReader::new(&[]).finish().is_ok());
}

#[test]
fn runs_of_any_length_append_as_if_written_directly() {
    let mut rng = Rng::new(11);
    for _ in 0..2_000 {
        let (mut direct, mut appended) = (Vec::new(), Vec::new());
        let (mut a, mut b) = (BitWriter::new(&mut direct), BitWriter::new(&mut appended));
        for _ in 0..rng.below(30) {
            let mut run = BitRun::default();
            for _ in 0..rng.below(3) {
                let len = rng.below(65).min(BitRun::BITS_MAX - run.bits());
                let value = if len == 0 { 0 } else { rng.next_u64() >> (64 - len) };
                run.write(value, len);
                a.write(value, len);
            }
            b.append(&run);
        }
        assert_eq!(a.bits(), b.bits());
        assert_eq!(a.finish(), b.finish());
        assert_eq!(direct, appended);
    }
}

#[test]
fn only_the_table_decides_what_a_player_is_told() {
    let player = Player { kills: 7, deaths: 9, ..any_player(&mut Rng::new(5)) };
    assert_eq!(owner_part(&player), Player { kills: 0, deaths: 0, ..player });
    let public = public_part(&player);
    assert_eq!((public.health, public.vel, public.fire_cooldown), Default::default());
}

fn same_bits(a: &[u8], b: &[u8], len: usize) -> bool {
    (0..len).all(|i| a[i / 8] >> (i % 8) & 1 == b[i / 8] >> (i % 8) & 1)
}
