//! The encoded deltas of one tick: made once per (entity, baseline age), appended to every snapshot that needs them.

use super::bits::BitRun;
use super::delta;
use super::fields::{self, ExtrapolationTable, PUBLIC};
use super::slots::SlotSet;
use super::told::Told;
use crate::limits::BASELINE_AGE_TICKS_MAX;
use crate::sim::history::History;
use crate::sim::world::{Player, Slot};
use crate::tick::Tick;

/// The world as one snapshot sees it.
pub(super) struct Present<'a> {
    pub(super) state: &'a [Option<Player>],
    pub(super) history: &'a History,
    pub(super) base: Option<Base<'a>>,
    pub(super) visible: &'a [Slot],
}

impl Present<'_> {
    /// Age in ticks of what the receiver knows of `slot`; 0 = nothing.
    #[inline]
    pub(super) fn age(&self, slot: Slot, known: &SlotSet) -> u32 {
        match self.base {
            Some(base) if known.contains(slot) => base.told.age(slot, base.shift),
            _ => 0,
        }
    }
}

/// A baseline that can be used, and its age in ticks.
#[derive(Clone, Copy)]
pub(super) struct Base<'a> {
    pub(super) told: &'a Told,
    pub(super) shift: u32,
}

impl<'a> Base<'a> {
    pub(super) fn of(told: Option<&'a Told>, now: Tick) -> Option<Base<'a>> {
        let told = told?;
        let shift = now.since(told.tick())?;
        (1..=BASELINE_AGE_TICKS_MAX).contains(&shift).then_some(Base { told, shift })
    }

    /// The own player in the baseline and its age, if it is the same slot.
    pub(super) fn own(&self, own: Slot, history: &'a History) -> Option<(&'a Player, u32)> {
        (self.told.own() == Some(own)).then_some(())?;
        let player = history.player(self.told.tick(), own).expect("what was told is in the history");
        Some((player, self.shift))
    }
}

/// The encoded deltas of one tick, by baseline age (0 = against nothing) and slot: clients with equal round trips read
/// one row in order.
pub(super) struct DeltaCache {
    capacity: usize,
    entries: Vec<CachedDelta>,
    /// Entries of other generations are void.
    generation: u32,
    /// Entries of this generation.
    made: Vec<u32>,
    /// Bits of earlier generations times their uses: the leading bits, then by group.
    totals: [u64; 1 + PUBLIC.len()],
}

#[derive(Clone, Copy, Default)]
struct CachedDelta {
    run: BitRun,
    generation: u32,
    /// Snapshots it went into.
    uses: u32,
    /// Bits by group.
    spent: [u8; PUBLIC.len()],
}

impl DeltaCache {
    pub(super) fn new(capacity: usize) -> DeltaCache {
        let rows = BASELINE_AGE_TICKS_MAX as usize + 1;
        let entries = vec![CachedDelta::default(); rows * capacity];
        DeltaCache { capacity, entries, generation: 1, made: Vec::new(), totals: [0; 1 + PUBLIC.len()] }
    }

    pub(super) fn forget(&mut self) {
        self.totals = self.totals();
        self.made.clear();
        self.generation = self.generation.wrapping_add(1).max(1);
    }

    /// The delta of `slot` against its state `age` ticks ago, counted as used.
    #[inline]
    pub(super) fn run(&mut self, world: &Present<'_>, slot: Slot, age: u32, table: &ExtrapolationTable) -> BitRun {
        let index = age as usize * self.capacity + slot.index();
        let entry = &mut self.entries[index];
        if entry.generation == self.generation {
            entry.uses += 1;
            return entry.run;
        }
        self.make(world, slot, age, table)
    }

    /// Bits of the delta of `slot`, not counted as used.
    pub(super) fn cost(&mut self, world: &Present<'_>, slot: Slot, age: u32, table: &ExtrapolationTable) -> u32 {
        let bits = self.run(world, slot, age, table).bits();
        self.entries[age as usize * self.capacity + slot.index()].uses -= 1;
        bits
    }

    /// Take back the uses of a snapshot that did not fit.
    pub(super) fn unuse(&mut self, world: &Present<'_>, known: &SlotSet) {
        for &slot in world.visible {
            self.entries[world.age(slot, known) as usize * self.capacity + slot.index()].uses -= 1;
        }
    }

    #[cold]
    fn make(&mut self, world: &Present<'_>, slot: Slot, age: u32, table: &ExtrapolationTable) -> BitRun {
        let player = world.state[slot.index()].as_ref().expect("visible players are present");
        let predicted = match world.base.filter(|_| age > 0) {
            Some(base) => {
                let told = Tick(base.told.tick().0 + base.shift - age);
                let known = world.history.player(told, slot).expect("what was told is in the history");
                fields::predict(known, age, table)
            }
            None => Player::default(),
        };
        let mut run = BitRun::default();
        let spent = delta::encode(&PUBLIC, &predicted, player, &mut run);
        let index = age as usize * self.capacity + slot.index();
        self.entries[index] = CachedDelta { run, generation: self.generation, uses: 1, spent };
        self.made.push(index as u32);
        run
    }

    pub(super) fn totals(&self) -> [u64; 1 + PUBLIC.len()] {
        let mut totals = self.totals;
        for &index in &self.made {
            let entry = &self.entries[index as usize];
            for (total, bits) in totals.iter_mut().zip(std::iter::once(1).chain(entry.spent)) {
                *total += u64::from(bits) * u64::from(entry.uses);
            }
        }
        totals
    }
}
