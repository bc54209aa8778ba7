//! View stamps on the wire: what a shooter had on screen, relative to the tick of its input, against the stamp before.
//!
//! A held view costs six bits a tick. Says which stamps can be at all; whether one is true is the server's business.

use super::DecodeError;
use super::bits::{BitReader, BitWriter};
use crate::modes::HitCheck;
use crate::sim::input::{FRACTION_MAX, OWN_AGE_TICKS_MAX, OwnView, ViewStamp};
use crate::tick::Tick;

/// Oldest snapshot a view stamp may name, in ticks before its input.
pub const STAMP_AGE_TICKS_MAX: u32 = 255;
/// Widest gap between the two snapshots of a view stamp, in ticks.
pub const STAMP_SPAN_TICKS_MAX: u32 = 63;

/// Can an input of tick `tick` carry this stamp? It names the past (`a <= b <= tick`), no older than
/// [`STAMP_AGE_TICKS_MAX`], blended over at most [`STAMP_SPAN_TICKS_MAX`], no further beyond *b* than [`FRACTION_MAX`]; and
/// an own state that the shooter can have been drawn from.
pub fn stamp_is_possible(stamp: &ViewStamp, tick: Tick) -> bool {
    let own_is_possible = match stamp.own {
        OwnView::Between { from, based_on, .. } => {
            tick.since(from).is_some_and(|age| (1..=OWN_AGE_TICKS_MAX).contains(&age))
                && tick.since(based_on).is_some_and(|age| (1..=STAMP_AGE_TICKS_MAX).contains(&age))
        }
        OwnView::WithOthers => true,
    };
    tick.since(stamp.a).is_some_and(|age| age <= STAMP_AGE_TICKS_MAX)
        && stamp.b.since(stamp.a).is_some_and(|span| span <= STAMP_SPAN_TICKS_MAX)
        && stamp.b <= tick
        && stamp.fraction <= if stamp.a == stamp.b { 0 } else { FRACTION_MAX }
        && own_is_possible
}

/// A stamp as it travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CodedStamp {
    /// Input tick minus `a`.
    age: u8,
    /// `b` minus `a`.
    span: u8,
    fraction: u16,
    /// Input tick minus the own state drawn from; 0 = drawn with the others.
    own_age: u8,
    /// 0 when drawn with the others; so is `base_age`, the input tick minus the told state that prediction went out from.
    own_fraction: u8,
    base_age: u8,
    check: HitCheck,
}

/// What the first stamp of a packet is coded against: a shot of the default mode.
impl Default for CodedStamp {
    fn default() -> CodedStamp {
        CodedStamp {
            age: 0,
            span: 0,
            fraction: 0,
            own_age: 0,
            own_fraction: 0,
            base_age: 0,
            check: HitCheck::default(),
        }
    }
}

impl CodedStamp {
    /// Most bits of one stamp.
    pub(super) const BITS_MAX: usize =
        (6 + 2 * AGE_BITS + SPAN_BITS + 1 + BEYOND_BITS + OWN_AGE_BITS + FRACTION_BITS + CHECK_BITS) as usize;

    /// `None` for a stamp that cannot be.
    pub(super) fn of(stamp: &ViewStamp, tick: Tick) -> Option<CodedStamp> {
        let (own_age, own_fraction, base_age) = match stamp.own {
            OwnView::Between { from, fraction, based_on } => {
                (tick.since(from)? as u8, fraction, tick.since(based_on)? as u8)
            }
            OwnView::WithOthers => (0, 0, 0),
        };
        stamp_is_possible(stamp, tick).then(|| CodedStamp {
            age: (tick.0 - stamp.a.0) as u8,
            span: (stamp.b.0 - stamp.a.0) as u8,
            fraction: stamp.fraction,
            own_age,
            own_fraction,
            base_age,
            check: stamp.check,
        })
    }

    /// The stamp of an input of `tick`.
    pub(super) fn view(&self, tick: Tick) -> Result<ViewStamp, DecodeError> {
        let impossible = DecodeError::Value("view stamp");
        let a = tick.checked_minus(self.age.into()).ok_or(impossible)?;
        let b = a.0.checked_add(self.span.into()).map(Tick).ok_or(impossible)?;
        let own = match self.own_age {
            0 => OwnView::WithOthers,
            age => OwnView::Between {
                from: tick.checked_minus(age.into()).ok_or(impossible)?,
                fraction: self.own_fraction,
                based_on: tick.checked_minus(self.base_age.into()).ok_or(impossible)?,
            },
        };
        let stamp = ViewStamp { a, b, fraction: self.fraction, own, check: self.check };
        if stamp_is_possible(&stamp, tick) { Ok(stamp) } else { Err(impossible) }
    }

    pub(super) fn encode(&self, before: &CodedStamp, bits: &mut BitWriter<'_>) {
        if changed((self.age, self.span), (before.age, before.span), bits) {
            bits.write(self.age.into(), AGE_BITS);
            bits.write(self.span.into(), SPAN_BITS);
        }
        if changed(self.fraction, before.fraction, bits) {
            let beyond = self.fraction >= WHOLE;
            bits.write_bool(beyond);
            let (value, width) =
                if beyond { (self.fraction - WHOLE, BEYOND_BITS) } else { (self.fraction, FRACTION_BITS) };
            bits.write(value.into(), width);
        }
        if changed(self.own_age, before.own_age, bits) {
            bits.write(self.own_age.into(), OWN_AGE_BITS);
        }
        if self.own_age > 0 && changed(self.own_fraction, before.own_fraction, bits) {
            bits.write(self.own_fraction.into(), FRACTION_BITS);
        }
        if self.own_age > 0 && changed(self.base_age, before.base_age, bits) {
            bits.write(self.base_age.into(), AGE_BITS);
        }
        if changed(self.check, before.check, bits) {
            bits.write(self.check as u64, CHECK_BITS);
        }
    }

    pub(super) fn decode(before: &CodedStamp, bits: &mut BitReader<'_>) -> Result<CodedStamp, DecodeError> {
        let mut now = *before;
        if bits.read_bool()? {
            (now.age, now.span) = (bits.read(AGE_BITS)? as u8, bits.read(SPAN_BITS)? as u8);
            differs((now.age, now.span), (before.age, before.span))?;
        }
        if bits.read_bool()? {
            now.fraction = if bits.read_bool()? {
                WHOLE + bits.read(BEYOND_BITS)? as u16
            } else {
                bits.read(FRACTION_BITS)? as u16
            };
            differs(now.fraction, before.fraction)?;
        }
        if bits.read_bool()? {
            now.own_age = bits.read(OWN_AGE_BITS)? as u8;
            differs(now.own_age, before.own_age)?;
        }
        if now.own_age == 0 {
            (now.own_fraction, now.base_age) = (0, 0);
        } else {
            if bits.read_bool()? {
                now.own_fraction = bits.read(FRACTION_BITS)? as u8;
                differs(now.own_fraction, before.own_fraction)?;
            }
            if bits.read_bool()? {
                now.base_age = bits.read(AGE_BITS)? as u8;
                differs(now.base_age, before.base_age)?;
            }
        }
        if bits.read_bool()? {
            let check = bits.read(CHECK_BITS)? as usize;
            now.check = *HitCheck::ALL.get(check).ok_or(DecodeError::Value("hit check"))?;
            differs(now.check, before.check)?;
        }
        Ok(now)
    }
}

/// Writes whether a field differs from the stamp before.
fn changed<T: PartialEq>(now: T, before: T, bits: &mut BitWriter<'_>) -> bool {
    bits.write_bool(now != before);
    now != before
}

/// A field said to have changed must have.
fn differs<T: PartialEq>(now: T, before: T) -> Result<(), DecodeError> {
    if now == before { Err(DecodeError::NotCanonical("view stamp")) } else { Ok(()) }
}

/// The fraction from which on a view lies beyond its *b*.
const WHOLE: u16 = 256;
const AGE_BITS: u32 = 8;
const SPAN_BITS: u32 = 6;
const FRACTION_BITS: u32 = 8;
/// Of a fraction beyond the whole.
const BEYOND_BITS: u32 = 14;
const OWN_AGE_BITS: u32 = 4;
const CHECK_BITS: u32 = 2;

const _: () = assert!(STAMP_AGE_TICKS_MAX < 1 << AGE_BITS && STAMP_SPAN_TICKS_MAX < 1 << SPAN_BITS);
const _: () = assert!(((FRACTION_MAX - WHOLE) as u32) < 1 << BEYOND_BITS && OWN_AGE_TICKS_MAX < 1 << OWN_AGE_BITS);
const _: () = assert!(HitCheck::ALL.len() <= 1 << CHECK_BITS && HitCheck::ALL[2] as usize == 2, "coded by position");
