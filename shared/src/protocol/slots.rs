//! Sets of slots, in memory and as bits against an older set.
//!
//! One bit says "the same set". Otherwise the slots that came or went are listed, or marked in a mask of all slots,
//! whichever is shorter.

use super::DecodeError;
use super::bits::{BitReader, BitWriter};
use crate::sim::world::Slot;

/// Slots below a capacity that was fixed at creation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SlotSet {
    capacity: usize,
    words: Vec<u64>,
}

impl SlotSet {
    /// The empty set of slots below `capacity`.
    pub fn new(capacity: usize) -> SlotSet {
        SlotSet { capacity, words: vec![0; capacity.div_ceil(64)] }
    }

    /// All slots in it are below this.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    pub fn clear(&mut self) {
        self.words.fill(0);
    }

    pub fn copy_from(&mut self, other: &SlotSet) {
        debug_assert_eq!(self.capacity, other.capacity);
        self.words.copy_from_slice(&other.words);
    }

    /// The slot must be below the capacity.
    #[inline]
    pub fn insert(&mut self, slot: Slot) {
        self.words[slot.index() / 64] |= 1 << (slot.index() % 64);
    }

    #[inline]
    pub fn remove(&mut self, slot: Slot) {
        self.words[slot.index() / 64] &= !(1 << (slot.index() % 64));
    }

    #[inline]
    pub fn contains(&self, slot: Slot) -> bool {
        self.words.get(slot.index() / 64).is_some_and(|word| word >> (slot.index() % 64) & 1 == 1)
    }

    pub fn len(&self) -> usize {
        self.words.iter().map(|w| w.count_ones() as usize).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|&w| w == 0)
    }

    /// Ascending.
    pub fn iter(&self) -> impl Iterator<Item = Slot> + '_ {
        self.words.iter().enumerate().flat_map(|(i, &word)| ones(word).map(move |bit| Slot((i * 64) as u16 + bit)))
    }

    /// Bits that [`SlotSet::encode`] will take.
    pub fn encoded_bits(&self, base: &SlotSet) -> u32 {
        match self.toggles(base) {
            0 => 1,
            n if list_is_shorter(n, self.capacity) => 2 + list_bits(n, self.capacity),
            _ => 2 + self.capacity as u32,
        }
    }

    /// Append this set as a change of `base`.
    pub fn encode(&self, base: &SlotSet, bits: &mut BitWriter<'_>) {
        encode_changes(self.words.iter().zip(&base.words).map(|(a, b)| a ^ b), self.capacity, bits);
    }

    /// Read a change of this set and apply it.
    pub fn decode_onto(&mut self, bits: &mut BitReader<'_>) -> Result<(), DecodeError> {
        decode_changes(&mut self.words, self.capacity, "visible set", bits)
    }

    fn toggles(&self, base: &SlotSet) -> u32 {
        debug_assert_eq!(self.capacity, base.capacity);
        self.words.iter().zip(&base.words).map(|(a, b)| (a ^ b).count_ones()).sum()
    }
}

/// Append the `changes` of a set of numbers below `capacity`: 64 of them a word, a set bit for each that came or went.
pub(super) fn encode_changes(changes: impl Iterator<Item = u64> + Clone, capacity: usize, bits: &mut BitWriter<'_>) {
    let toggles: u32 = changes.clone().map(u64::count_ones).sum();
    bits.write_bool(toggles > 0);
    if toggles == 0 {
        return;
    }
    let list = list_is_shorter(toggles, capacity);
    bits.write_bool(list);
    if !list {
        for (i, word) in changes.enumerate() {
            bits.write(word, (capacity - i * 64).min(64) as u32);
        }
        return;
    }
    bits.write(u64::from(toggles - 1), slot_bits(capacity));
    for (i, word) in changes.enumerate() {
        for bit in ones(word) {
            bits.write(i as u64 * 64 + u64::from(bit), slot_bits(capacity));
        }
    }
}

/// Read changes and apply them to `words`; `name` is what errors call the set.
pub(super) fn decode_changes(
    words: &mut [u64],
    capacity: usize,
    name: &'static str,
    bits: &mut BitReader<'_>,
) -> Result<(), DecodeError> {
    if !bits.read_bool()? {
        return Ok(());
    }
    let list = bits.read_bool()?;
    let toggles = if list { decode_list(words, capacity, name, bits)? } else { decode_mask(words, capacity, bits)? };
    if toggles == 0 || list != list_is_shorter(toggles, capacity) {
        return Err(DecodeError::NotCanonical(name));
    }
    Ok(())
}

fn decode_list(
    words: &mut [u64],
    capacity: usize,
    name: &'static str,
    bits: &mut BitReader<'_>,
) -> Result<u32, DecodeError> {
    let count = bits.read(slot_bits(capacity))? + 1;
    let mut next = 0;
    for _ in 0..count {
        let number = bits.read(slot_bits(capacity))? as usize;
        if number >= capacity || number < next {
            return Err(DecodeError::Value(name));
        }
        next = number + 1;
        words[number / 64] ^= 1 << (number % 64);
    }
    Ok(count)
}

fn decode_mask(words: &mut [u64], capacity: usize, bits: &mut BitReader<'_>) -> Result<u32, DecodeError> {
    let mut toggles = 0;
    for (i, word) in words.iter_mut().enumerate() {
        let change = bits.read_wide((capacity - i * 64).min(64) as u32)?;
        toggles += change.count_ones();
        *word ^= change;
    }
    Ok(toggles)
}

/// Bits of one slot number.
pub(super) const fn slot_bits(capacity: usize) -> u32 {
    capacity.next_power_of_two().trailing_zeros()
}

fn list_bits(toggles: u32, capacity: usize) -> u32 {
    (toggles + 1) * slot_bits(capacity)
}

fn list_is_shorter(toggles: u32, capacity: usize) -> bool {
    list_bits(toggles, capacity) < capacity as u32
}

/// Positions of the set bits, ascending.
fn ones(mut word: u64) -> impl Iterator<Item = u16> {
    std::iter::from_fn(move || {
        let bit = word.trailing_zeros();
        word &= word.wrapping_sub(1);
        (bit < 64).then_some(bit as u16)
    })
}
