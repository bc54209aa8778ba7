//! Bits in and out of byte buffers, least significant first.
//!
//! The reader can neither panic nor read past the end nor allocate; the writer appends to a buffer of the caller.
//! Must not know what the bits mean.

use super::DecodeError;

/// Appends bits to a byte vector through a 64-bit accumulator.
pub struct BitWriter<'a> {
    out: &'a mut Vec<u8>,
    /// Length of `out` before the first bit.
    start: usize,
    /// Bits not yet in `out`, in the low `filled` places; the rest are 0.
    pending: u64,
    /// 0..64.
    filled: u32,
}

/// A place in a [`BitWriter`] to come back to.
#[derive(Clone, Copy)]
pub struct Mark {
    len: usize,
    pending: u64,
    filled: u32,
}

impl<'a> BitWriter<'a> {
    /// Write after what `out` already holds.
    pub fn new(out: &'a mut Vec<u8>) -> BitWriter<'a> {
        let start = out.len();
        BitWriter { out, start, pending: 0, filled: 0 }
    }

    /// Append the low `bits` (0..=64) of `value`; higher bits of `value` must be 0.
    #[inline]
    pub fn write(&mut self, value: u64, bits: u32) {
        debug_assert!(bits <= 64 && (bits == 64 || value >> bits == 0), "{value} does not fit {bits} bits");
        self.pending |= value << self.filled;
        let filled = self.filled + bits;
        if filled < 64 {
            self.filled = filled;
            return;
        }
        self.out.extend_from_slice(&self.pending.to_le_bytes());
        // What did not fit; a shift by 64 is nothing left over.
        let used = 64 - self.filled;
        self.pending = value.checked_shr(used).unwrap_or(0);
        self.filled = filled - 64;
    }

    #[inline]
    pub fn write_bool(&mut self, value: bool) {
        self.write(u64::from(value), 1);
    }

    /// Append a run that was written before.
    #[inline]
    pub fn append(&mut self, run: &BitRun) {
        let bits = run.bits;
        if bits <= 64 {
            self.write(run.words[0], bits);
        } else {
            self.write(run.words[0], 64);
            self.write(run.words[1], bits - 64);
        }
    }

    /// Bits written so far.
    #[inline]
    pub fn bits(&self) -> usize {
        (self.out.len() - self.start) * 8 + self.filled as usize
    }

    /// Remember this place.
    pub fn mark(&self) -> Mark {
        Mark { len: self.out.len(), pending: self.pending, filled: self.filled }
    }

    /// Forget everything written since `mark`.
    pub fn rewind(&mut self, mark: Mark) {
        self.out.truncate(mark.len);
        self.pending = mark.pending;
        self.filled = mark.filled;
    }

    /// Pad with zero bits to a whole byte; returns the bytes written in all.
    pub fn finish(self) -> usize {
        let bytes = self.filled.div_ceil(8) as usize;
        self.out.extend_from_slice(&self.pending.to_le_bytes()[..bytes]);
        self.out.len() - self.start
    }
}

/// A short run of bits, written once and appended many times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BitRun {
    words: [u64; 2],
    bits: u32,
}

impl BitRun {
    /// Most bits a run can hold.
    pub const BITS_MAX: u32 = 128;

    /// Append the low `bits` (0..=64) of `value`. The run must have room: its users assert at compile time that it has.
    #[inline]
    pub fn write(&mut self, value: u64, bits: u32) {
        debug_assert!(bits <= 64 && (bits == 64 || value >> bits == 0), "{value} does not fit {bits} bits");
        assert!(self.bits + bits <= Self::BITS_MAX, "a run holds {} bits", Self::BITS_MAX);
        let both = u128::from(value) << self.bits.min(127);
        self.words[0] |= both as u64;
        self.words[1] |= (both >> 64) as u64;
        self.bits += bits;
    }

    pub fn bits(&self) -> u32 {
        self.bits
    }
}

/// Takes bits from a byte slice.
#[derive(Clone)]
pub struct BitReader<'a> {
    bytes: &'a [u8],
    /// Next byte to load.
    next: usize,
    /// Loaded bits in the low `loaded` places; the rest are 0.
    pending: u64,
    loaded: u32,
}

impl<'a> BitReader<'a> {
    pub fn new(bytes: &'a [u8]) -> BitReader<'a> {
        BitReader { bytes, next: 0, pending: 0, loaded: 0 }
    }

    /// The next `bits` (0..=32) bits.
    #[inline]
    pub fn read(&mut self, bits: u32) -> Result<u32, DecodeError> {
        debug_assert!(bits <= 32);
        if self.loaded < bits {
            self.load();
            if self.loaded < bits {
                return Err(DecodeError::Truncated);
            }
        }
        let value = self.pending & ((1u64 << bits) - 1);
        self.pending >>= bits;
        self.loaded -= bits;
        Ok(value as u32)
    }

    #[inline]
    pub fn read_bool(&mut self) -> Result<bool, DecodeError> {
        Ok(self.read(1)? == 1)
    }

    /// The next `bits` (0..=64) bits.
    pub fn read_wide(&mut self, bits: u32) -> Result<u64, DecodeError> {
        let low = self.read(bits.min(32))?;
        let high = self.read(bits.saturating_sub(32).min(32))?;
        Ok(u64::from(low) | u64::from(high) << 32)
    }

    /// The message ends here: what is left must be fewer than 8 bits, all 0.
    pub fn finish(self) -> Result<(), DecodeError> {
        let whole = self.next < self.bytes.len() || self.loaded >= 8;
        if whole || self.pending != 0 { Err(DecodeError::Trailing) } else { Ok(()) }
    }

    /// Fill the accumulator to more than 32 bits, or with all that is left.
    #[inline]
    fn load(&mut self) {
        if let Some(four) = self.bytes.get(self.next..self.next + 4) {
            // `loaded` is below 32 here, so four bytes fit.
            let word = u32::from_le_bytes([four[0], four[1], four[2], four[3]]);
            self.pending |= u64::from(word) << self.loaded;
            self.loaded += 32;
            self.next += 4;
            return;
        }
        while self.loaded <= 56 && self.next < self.bytes.len() {
            self.pending |= u64::from(self.bytes[self.next]) << self.loaded;
            self.loaded += 8;
            self.next += 1;
        }
    }
}
