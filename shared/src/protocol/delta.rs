//! One player as bits against what its receiver predicts. Driven by the field table alone.
//!
//! A player as predicted is one 0 bit. Otherwise 1, then every group: a "changed" bit and its residuals. The last
//! group's bit is left out when all others are unchanged: it must have changed.

use super::DecodeError;
use super::bits::{BitReader, BitRun, BitWriter};
use super::fields::{Field, Form, Group, fits, mask, signed};
use crate::sim::world::Player;

/// Anything bits can be appended to.
pub trait BitSink {
    /// Append the low `bits` (0..=64) of `value`, whose higher bits are 0.
    fn put(&mut self, value: u64, bits: u32);
}

impl BitSink for BitWriter<'_> {
    #[inline]
    fn put(&mut self, value: u64, bits: u32) {
        self.write(value, bits);
    }
}

impl BitSink for BitRun {
    #[inline]
    fn put(&mut self, value: u64, bits: u32) {
        self.write(value, bits);
    }
}

/// Append `now` as a change of `predicted`. Returns the bits spent on each group; the leading bit comes on top.
pub fn encode<const N: usize>(
    groups: &[Group; N],
    predicted: &Player,
    now: &Player,
    sink: &mut impl BitSink,
) -> [u8; N] {
    let changed: [bool; N] =
        std::array::from_fn(|i| groups[i].fields.iter().any(|field| field.value(predicted) != field.value(now)));
    let mut spent = [0; N];
    let mut any = changed.contains(&true);
    sink.put(u64::from(any), 1);
    if !any {
        return spent;
    }
    any = false;
    for (i, group) in groups.iter().enumerate() {
        let implied = i == N - 1 && !any;
        any |= changed[i];
        if !implied {
            sink.put(u64::from(changed[i]), 1);
        }
        spent[i] = u8::from(!implied) + if changed[i] { encode_group(group, predicted, now, sink) } else { 0 };
    }
    spent
}

/// Read a player that was [`encode`]d against the same `predicted`.
pub fn decode<const N: usize>(
    groups: &[Group; N],
    predicted: &Player,
    bits: &mut BitReader<'_>,
) -> Result<Player, DecodeError> {
    let mut player = *predicted;
    if !bits.read_bool()? {
        return Ok(player);
    }
    let mut any = false;
    for (i, group) in groups.iter().enumerate() {
        let implied = i == N - 1 && !any;
        if implied || bits.read_bool()? {
            any = true;
            decode_group(group, &mut player, bits)?;
        }
    }
    Ok(player)
}

fn encode_group(group: &Group, predicted: &Player, now: &Player, sink: &mut impl BitSink) -> u8 {
    let mut spent = 0;
    let mut put = |value: u32, bits: u32| {
        sink.put(u64::from(value), bits);
        spent += bits as u8;
    };
    match (group.form, group.fields) {
        (Form::One(classes), [field]) => {
            let residual = field.residual(predicted, now);
            let width = put_class(classes, &[residual], &mut put);
            put(residual as u32 & mask(width), width);
        }
        (Form::Pair(classes), [x, y]) => {
            let residuals = [x.residual(predicted, now), y.residual(predicted, now)];
            let width = put_class(classes, &residuals, &mut put);
            match residuals {
                [one, 0] => {
                    put(ONLY_X, 2);
                    put(one as u32 & mask(width), width);
                }
                [0, one] => {
                    put(ONLY_Y, 2);
                    put(one as u32 & mask(width), width);
                }
                both => {
                    put(0, 1);
                    both.iter().for_each(|&residual| put(residual as u32 & mask(width), width));
                }
            }
        }
        (_, fields) => {
            for field in fields {
                let residual = field.residual(predicted, now);
                put(u32::from(residual != 0), 1);
                if residual != 0 {
                    put(residual as u32 & mask(field.bits), field.bits);
                }
            }
        }
    }
    spent
}

fn decode_group(group: &Group, player: &mut Player, bits: &mut BitReader<'_>) -> Result<(), DecodeError> {
    match (group.form, group.fields) {
        (Form::One(classes), [field]) => {
            let class = read_class(classes, bits)?;
            let residual = read_residual(classes[class], bits)?;
            check_class(group, classes, class, &[residual])?;
            apply(field, player, residual)
        }
        (Form::Pair(classes), [x, y]) => {
            let class = read_class(classes, bits)?;
            let mut residuals = [0; 2];
            if bits.read_bool()? {
                let only = bits.read(1)? as usize;
                residuals[only] = read_residual(classes[class], bits)?;
            } else {
                residuals = [read_residual(classes[class], bits)?, read_residual(classes[class], bits)?];
                if residuals.contains(&0) {
                    return Err(DecodeError::NotCanonical(group.name));
                }
            }
            check_class(group, classes, class, &residuals)?;
            apply(x, player, residuals[0])?;
            apply(y, player, residuals[1])
        }
        (_, fields) => {
            let mut any = false;
            for field in fields {
                if bits.read_bool()? {
                    let residual = read_residual(field.bits, bits)?;
                    if residual == 0 {
                        return Err(DecodeError::NotCanonical(field.name));
                    }
                    any = true;
                    apply(field, player, residual)?;
                }
            }
            if any { Ok(()) } else { Err(DecodeError::NotCanonical(group.name)) }
        }
    }
}

/// Name the smallest class that holds all `residuals`; returns its width.
fn put_class(classes: &[u32], residuals: &[i32], put: &mut impl FnMut(u32, u32)) -> u32 {
    let last = classes.len() - 1;
    let holds = |&width: &u32| residuals.iter().all(|&residual| fits(residual, width));
    let class = classes.iter().position(holds).unwrap_or(last);
    // Unary: as many ones as the class, closed by a zero unless it is the last.
    put(mask(class as u32), (class + usize::from(class < last)) as u32);
    classes[class]
}

fn read_class(classes: &[u32], bits: &mut BitReader<'_>) -> Result<usize, DecodeError> {
    let mut class = 0;
    while class + 1 < classes.len() && bits.read_bool()? {
        class += 1;
    }
    Ok(class)
}

/// A group that is there has changed, and no smaller class would have held it.
fn check_class(group: &Group, classes: &[u32], class: usize, residuals: &[i32]) -> Result<(), DecodeError> {
    let needed = residuals.iter().any(|&residual| match class.checked_sub(1) {
        None => residual != 0,
        Some(smaller) => !fits(residual, classes[smaller]),
    });
    if needed { Ok(()) } else { Err(DecodeError::NotCanonical(group.name)) }
}

fn read_residual(width: u32, bits: &mut BitReader<'_>) -> Result<i32, DecodeError> {
    Ok(signed(bits.read(width)?, width))
}

fn apply(field: &Field, player: &mut Player, residual: i32) -> Result<(), DecodeError> {
    if field.shift(player, residual) { Ok(()) } else { Err(DecodeError::Value(field.name)) }
}

/// Marks of a pair of which one changed: a set bit, then which.
const ONLY_X: u32 = 0b01;
const ONLY_Y: u32 = 0b11;
