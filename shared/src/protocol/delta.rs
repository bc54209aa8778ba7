//! One player as bits against what its receiver predicts. Driven by the field table alone.
//!
//! A player as predicted is one 0 bit. Otherwise 1, then every group: a "changed" bit and its residuals. The last
//! group's bit is left out when all others are unchanged: it must have changed.

use super::DecodeError;
use super::bits::{BitReader, BitRun, BitWriter};
use super::fields::{Form, Group, fits, mask, signed};
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

/// Bits spent on the groups of one player; index 0 is the leading bit, then the groups in table order.
pub type Spent = [u8; 4];

/// Append `now` as a change of `predicted`.
pub fn encode(groups: &[Group; 3], predicted: &Player, now: &Player, sink: &mut impl BitSink) -> Spent {
    let changed: [bool; 3] =
        std::array::from_fn(|i| groups[i].fields.iter().any(|field| field.value(predicted) != field.value(now)));
    let any = changed.contains(&true);
    sink.put(u64::from(any), 1);
    let mut spent: Spent = [1, 0, 0, 0];
    if !any {
        return spent;
    }
    for (i, group) in groups.iter().enumerate() {
        let implied = i == 2 && !changed[0] && !changed[1];
        if !implied {
            sink.put(u64::from(changed[i]), 1);
        }
        spent[i + 1] = u8::from(!implied) + if changed[i] { encode_group(group, predicted, now, sink) } else { 0 };
    }
    spent
}

/// Read a player that was [`encode`]d against the same `predicted`.
pub fn decode(groups: &[Group; 3], predicted: &Player, bits: &mut BitReader<'_>) -> Result<Player, DecodeError> {
    let mut player = *predicted;
    if !bits.read_bool()? {
        return Ok(player);
    }
    let mut any = false;
    for (i, group) in groups.iter().enumerate() {
        let implied = i == 2 && !any;
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
    match group.form {
        Form::Each => {
            for field in group.fields {
                let residual = field.residual(predicted, now);
                put(u32::from(residual != 0), 1);
                if residual != 0 {
                    put(residual as u32 & mask(field.bits), field.bits);
                }
            }
        }
        Form::Classes(classes) => {
            let last = classes.len() - 1;
            let holds = |bits: u32| group.fields.iter().all(|f| fits(f.residual(predicted, now), bits));
            let class = classes.iter().position(|&bits| holds(bits)).unwrap_or(last);
            // Unary: as many ones as the class, closed by a zero unless it is the last.
            put(mask(class as u32), (class + usize::from(class < last)) as u32);
            for field in group.fields {
                put(field.residual(predicted, now) as u32 & mask(classes[class]), classes[class]);
            }
        }
    }
    spent
}

fn decode_group(group: &Group, player: &mut Player, bits: &mut BitReader<'_>) -> Result<(), DecodeError> {
    // The residual that must be there for this form to be the shortest one.
    let mut justified = false;
    match group.form {
        Form::Each => {
            for field in group.fields {
                if bits.read_bool()? {
                    let residual = signed(bits.read(field.bits)?, field.bits);
                    if residual == 0 {
                        return Err(DecodeError::NotCanonical(field.name));
                    }
                    justified = true;
                    if !field.shift(player, residual) {
                        return Err(DecodeError::Value(field.name));
                    }
                }
            }
        }
        Form::Classes(classes) => {
            let mut class = 0;
            while class + 1 < classes.len() && bits.read_bool()? {
                class += 1;
            }
            for field in group.fields {
                let residual = signed(bits.read(classes[class])?, classes[class]);
                justified |= if class == 0 { residual != 0 } else { !fits(residual, classes[class - 1]) };
                if !field.shift(player, residual) {
                    return Err(DecodeError::Value(field.name));
                }
            }
        }
    }
    if justified { Ok(()) } else { Err(DecodeError::NotCanonical(group.name)) }
}
