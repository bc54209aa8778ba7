//! Sums over the inputs of a tick that do not only show that one was altered, but say whose, and what of it.
//!
//! Each cell (a player's use, heading, aim, buttons, weapon or stamp) has a value *h* below the prime *P* = 2^31 - 1, mixed from
//! slot, field and content. Kept are the sums of *h*, of (slot + 1) *h* and of (field + 1) *h*, modulo *P*. If one cell is
//! another than it was, they are off by *d*, (slot + 1) *d* and (field + 1) *d*: their quotients name slot and field. Several
//! fields of one player still give its slot. (The first syndromes of a Reed-Solomon code, which finds errors the same way.)
//!
//! Whoever alters a trace on purpose can make these anew, as everything but the seal that the recorder told; then the replay
//! finds what follows from the alteration.

use super::inputs::{stamp_of, stamps};
use crate::proto::{ServerTick, Stamp};

/// Columns of `ServerTick` that hold inputs.
const FIELDS: [&str; 6] = ["input_uses", "headings", "aims", "buttons", "weapons", "stamps"];
const STAMPS: u32 = 5;

/// What of the inputs is not as it was when the sums were made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Altered {
    /// `None` = of more than one player, or who is there.
    pub(super) slot: Option<u32>,
    /// `None` = more than one field.
    pub(super) field: Option<&'static str>,
}

/// For `ServerTick.input_sums`.
pub fn input_sums(record: &ServerTick) -> [u32; 3] {
    let mut sums = [0; 3];
    let mut add = |slot: u32, field: u32, content: u64| {
        let value = cell(slot, field, content);
        // A slot has 16 bits, so 2^16 cells fit before these overflow: more than any tick has.
        sums[0] += value;
        sums[1] += u64::from(slot.min(u16::MAX.into()) + 1) * value;
        sums[2] += u64::from(field + 1) * value;
    };
    let columns = [&record.input_uses, &record.headings, &record.aims, &record.buttons, &record.weapons];
    for (index, slot) in record.input_slots.iter().enumerate().take(CELLS_MAX) {
        for (field, column) in columns.into_iter().enumerate() {
            add(*slot, field as u32, column.get(index).copied().unwrap_or(0).into());
        }
    }
    for stamp in stamps(record).take(CELLS_MAX) {
        add(stamp.slot, STAMPS, content(&stamp));
    }
    sums.map(|sum| (sum % P) as u32)
}

/// Compares the inputs of `record` with the sums it carries; `None` = they are as they were.
pub(super) fn altered(record: &ServerTick) -> Option<Altered> {
    let now = input_sums(record);
    let Ok(then) = <[u32; 3]>::try_from(record.input_sums.as_slice()) else { return Some(Altered::default()) };
    if now == then {
        return None;
    }
    let [by, by_slot, by_field] = [0, 1, 2].map(|i| (u64::from(now[i]) + P - u64::from(then[i]) % P) % P);
    let quotient = |of: u64| of * inverse(by) % P;
    let slot = quotient(by_slot).checked_sub(1).and_then(|slot| u32::try_from(slot).ok());
    let slot = slot.filter(|slot| by != 0 && record.input_slots.contains(slot));
    let field = quotient(by_field).checked_sub(1).and_then(|field| FIELDS.get(usize::try_from(field).ok()?));
    Some(Altered { slot, field: field.copied().filter(|_| slot.is_some()) })
}

/// What `record` has for `slot` in the column `field`.
pub(super) fn recorded(record: &ServerTick, slot: u32, field: &str) -> String {
    let column = match field {
        "input_uses" => &record.input_uses,
        "headings" => &record.headings,
        "aims" => &record.aims,
        "buttons" => &record.buttons,
        "weapons" => &record.weapons,
        _ => {
            return stamp_of(record, slot).map_or_else(|| "no stamp".to_owned(), |stamp| format!("{stamp:?}"));
        }
    };
    let value = record.input_slots.iter().position(|it| *it == slot).and_then(|index| column.get(index));
    value.map_or_else(|| "nothing".to_owned(), u32::to_string)
}

fn content(stamp: &Stamp) -> u64 {
    let Stamp { slot: _, a_age, b_age, fraction_256ths, own_age, own_fraction_256ths, based_on_age, check } = *stamp;
    let pair = |high: u32, low: u32| u64::from(high) << 32 | u64::from(low);
    let others = mixed(pair(a_age, b_age), pair(fraction_256ths, check));
    // No age is that large, so it is free to say that there is none.
    let own = mixed(pair(own_age.unwrap_or(u32::MAX), own_fraction_256ths), based_on_age.into());
    mixed(others, own)
}

/// Below [`P`].
fn cell(slot: u32, field: u32, content: u64) -> u64 {
    (mixed(u64::from(slot) << 8 | u64::from(field), content) >> 33) % P
}

/// One step of a cheap hash: every bit of both reaches the upper half of the outcome.
#[inline]
fn mixed(state: u64, value: u64) -> u64 {
    let product = u128::from(state ^ 0x9E37_79B9_7F4A_7C15) * u128::from(value ^ 0xD1B5_4A32_D192_ED03);
    ((product >> 64) as u64 ^ product as u64).rotate_left(23).wrapping_mul(0x517C_C1B7_2722_0A95)
}

/// By Fermat; of 0 it is 0.
fn inverse(of: u64) -> u64 {
    let (mut base, mut exponent, mut power) = (of % P, P - 2, 1);
    while exponent > 0 {
        if exponent & 1 == 1 {
            power = power * base % P;
        }
        base = base * base % P;
        exponent >>= 1;
    }
    power
}

/// A Mersenne prime.
const P: u64 = (1 << 31) - 1;
/// More players than a slot can number.
const CELLS_MAX: usize = 1 << 13;

#[cfg(test)]
mod tests {
    use super::super::inputs::push_stamp;
    use super::*;
    use tickshot_shared::rng::Rng;

    /// 40 players, every other with a stamp, and the sums of all that.
    fn record(seed: u64) -> ServerTick {
        let mut rng = Rng::new(seed);
        let mut column = |below: u32| (0..40).map(|_| rng.below(below)).collect::<Vec<u32>>();
        let mut record = ServerTick {
            input_slots: (0..40).map(|slot| slot + 3).collect(),
            input_uses: column(3),
            headings: column(9),
            aims: column(65_536),
            buttons: column(8),
            weapons: column(3),
            ..ServerTick::default()
        };
        (0..20).for_each(|i| push_stamp(&mut record, &Stamp { slot: 2 * i + 3, a_age: i, ..Stamp::default() }));
        record.input_sums = input_sums(&record).to_vec();
        record
    }

    fn columns(record: &mut ServerTick) -> [&mut Vec<u32>; 5] {
        let ServerTick { input_uses, headings, aims, buttons, weapons, .. } = record;
        [input_uses, headings, aims, buttons, weapons]
    }

    #[test]
    fn one_cell_that_is_another_is_named_by_slot_and_field_wherever_it_is() {
        for seed in 1..20 {
            let whole = record(seed);
            assert_eq!(altered(&whole), None);
            for index in 0..40 {
                for (field, name) in FIELDS.into_iter().enumerate().take(5) {
                    let mut other = whole.clone();
                    columns(&mut other)[field][index] ^= 1;
                    let found = Altered { slot: Some(index as u32 + 3), field: Some(name) };
                    assert_eq!(altered(&other), Some(found), "seed {seed}");
                }
            }
            for index in 0..20 {
                let mut other = whole.clone();
                other.stamp_own_fractions[index] += 1;
                let found = Altered { slot: Some(other.stamp_slots[index]), field: Some("stamps") };
                assert_eq!(altered(&other), Some(found), "seed {seed}");
            }
        }
    }

    #[test]
    fn a_stamp_that_was_taken_out_is_a_stamp_that_is_another() {
        let whole = record(1);
        let slot = whole.stamp_slots[7];
        let mut other = record(1);
        let ServerTick { stamp_slots, stamp_a_ages, .. } = &mut other;
        [stamp_slots, stamp_a_ages].into_iter().for_each(|column| _ = column.remove(7));
        // Its cell is gone: off by as much as it was.
        assert_eq!(altered(&other), Some(Altered { slot: Some(slot), field: Some("stamps") }));
    }

    #[test]
    fn of_several_fields_the_player_is_named_and_of_several_players_nobody() {
        for seed in 1..200 {
            let mut other = record(seed);
            other.aims[5] ^= 77;
            other.buttons[5] ^= 1;
            assert_eq!(altered(&other), Some(Altered { slot: Some(8), field: None }), "seed {seed}");
            other.weapons[30] += 1;
            assert_eq!(altered(&other), Some(Altered { slot: None, field: None }), "seed {seed}");
        }
    }

    #[test]
    fn sums_that_are_missing_or_huge_are_sums_that_differ() {
        for sums in [vec![], vec![u32::MAX; 3], vec![0; 2]] {
            let other = ServerTick { input_sums: sums, ..record(3) };
            assert!(altered(&other).is_some());
        }
    }
}
