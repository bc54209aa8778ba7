//! What one client was told in which snapshot: all that the server remembers per client to code deltas.
//!
//! States themselves lie in the shared `History`; here is one byte per slot and snapshot, and the keys of rockets told.

use super::scene::{Key, ToldRocket};
use super::slots::SlotSet;
use crate::limits::{BASELINE_AGE_TICKS_MAX, HISTORY_TICKS, ROCKETS_PER_SNAPSHOT_MAX};
use crate::sim::world::Slot;
use crate::tick::Tick;

/// For one snapshot sent to one client: which state tick each entity in it is from.
#[derive(Clone, Debug)]
pub struct Told {
    tick: Tick,
    own: Option<Slot>,
    /// Slots in the snapshot.
    set: SlotSet,
    /// Snapshot tick minus state tick; meaningful for slots in `set`.
    ages: Vec<u8>,
    /// The greatest age in it.
    oldest: u8,
    pickups: u64,
    /// In the order of their keys, at most [`ROCKETS_PER_SNAPSHOT_MAX`].
    rockets: Vec<ToldRocket>,
}

impl Told {
    /// Nothing told to anybody yet.
    pub fn new(capacity: usize) -> Told {
        Told {
            tick: Tick(0),
            own: None,
            set: SlotSet::new(capacity),
            ages: vec![0; capacity],
            oldest: 0,
            pickups: 0,
            rockets: Vec::new(),
        }
    }

    /// The tick of the snapshot.
    pub fn tick(&self) -> Tick {
        self.tick
    }

    /// The own player in the snapshot (always told at the snapshot's tick).
    pub fn own(&self) -> Option<Slot> {
        self.own
    }

    /// The state tick of `slot` in the snapshot; `None` if it is not in it. The own player is not an entity.
    pub fn told_at(&self, slot: Slot) -> Option<Tick> {
        if self.set.contains(slot) { self.tick.checked_minus(u32::from(self.ages[slot.index()])) } else { None }
    }

    /// Whether the snapshot tells of this rocket.
    pub fn tells_rocket(&self, key: Key) -> bool {
        self.rockets.binary_search_by_key(&key, |rocket| rocket.key).is_ok()
    }

    /// Slots in the snapshot.
    pub fn slots(&self) -> &SlotSet {
        &self.set
    }

    pub(super) fn reset(&mut self, tick: Tick, own: Option<Slot>) {
        self.tick = tick;
        self.own = own;
        self.set.clear();
        self.oldest = 0;
        self.pickups = 0;
        self.rockets.clear();
    }

    /// The pickups that lay there.
    pub(super) fn pickups(&self) -> u64 {
        self.pickups
    }

    /// The rockets in the snapshot, in the order of their keys.
    pub(super) fn rockets(&self) -> &[ToldRocket] {
        &self.rockets
    }

    pub(super) fn set_pickups(&mut self, pickups: u64) {
        self.pickups = pickups;
    }

    pub(super) fn set_rockets(&mut self, rockets: impl Iterator<Item = ToldRocket>) {
        self.rockets.clear();
        self.rockets.extend(rockets);
        debug_assert!(self.rockets.len() <= ROCKETS_PER_SNAPSHOT_MAX);
    }

    /// All of `set` told at the snapshot's own tick.
    pub(super) fn tell_all(&mut self, set: &SlotSet) {
        self.set.copy_from(set);
        self.ages.fill(0);
    }

    /// `slot` is in the snapshot with a state `age` (at most [`BASELINE_AGE_TICKS_MAX`]) ticks old.
    pub(super) fn tell(&mut self, slot: Slot, age: u32) {
        self.set.insert(slot);
        self.ages[slot.index()] = age as u8;
        self.oldest = self.oldest.max(age as u8);
    }

    /// Age, at a snapshot `shift` ticks after this one, of the state of a slot in `set`.
    #[inline]
    pub(super) fn age(&self, slot: Slot, shift: u32) -> u32 {
        u32::from(self.ages[slot.index()]) + shift
    }

    /// The slots whose states are still young enough `shift` ticks later; the receiver forgets the others too.
    pub(super) fn young(&self, shift: u32, into: &mut SlotSet) {
        into.copy_from(&self.set);
        if u32::from(self.oldest) + shift > BASELINE_AGE_TICKS_MAX {
            for slot in self.set.iter().filter(|&slot| self.age(slot, shift) > BASELINE_AGE_TICKS_MAX) {
                into.remove(slot);
            }
        }
    }
}

/// The last [`HISTORY_TICKS`] snapshots sent to one client, and the newest of them that it has acked.
#[derive(Clone, Debug)]
pub struct ToldRing {
    rows: Vec<Told>,
    /// Which rows hold a snapshot that was sent.
    sent: Vec<bool>,
    acked: Option<Tick>,
}

impl ToldRing {
    /// For a world of `capacity` slots: `HISTORY_TICKS * capacity` bytes and a little more, and as much as
    /// [`ROCKETS_PER_SNAPSHOT_MAX`] keys per snapshot if so many rockets fly (147 KiB).
    pub fn new(capacity: usize) -> ToldRing {
        ToldRing { rows: vec![Told::new(capacity); HISTORY_TICKS], sent: vec![false; HISTORY_TICKS], acked: None }
    }

    /// The acks of an input packet came. Ticks that were never sent, or are no longer held, are ignored.
    pub fn handle_ack(&mut self, ack: Option<Tick>, mask: u32) {
        let Some(ack) = ack else { return };
        let earlier = (0..u32::BITS).filter(|i| mask >> i & 1 == 1).filter_map(|i| ack.checked_minus(i + 1));
        let newest = std::iter::once(ack).chain(earlier).find(|&tick| self.at(tick).is_some());
        self.acked = self.acked.max(newest);
    }

    /// The newest acked snapshot.
    pub fn acked(&self) -> Option<Tick> {
        self.acked
    }

    /// Room for what snapshot `tick` will tell, and the baseline to code it against (acked, held, young enough).
    pub fn begin(&mut self, tick: Tick) -> (&mut Told, Option<&Told>) {
        let young = |acked: &Tick| tick.since(*acked).is_some_and(|age| (1..=BASELINE_AGE_TICKS_MAX).contains(&age));
        let base = self.acked.filter(young).filter(|&acked| self.at(acked).is_some()).map(row_of);
        let row = row_of(tick);
        self.rows[row].reset(tick, None);
        self.sent[row] = true;
        let Some(base) = base else { return (&mut self.rows[row], None) };
        let [told, base] = self.rows.get_disjoint_mut([row, base]).expect("a baseline is younger than a round");
        (told, Some(base))
    }

    /// What the client was told in snapshot `tick`, if that was sent and is still held: also what lag compensation
    /// rebuilds the client's view from.
    pub fn at(&self, tick: Tick) -> Option<&Told> {
        let row = row_of(tick);
        (self.sent[row] && self.rows[row].tick == tick).then(|| &self.rows[row])
    }
}

fn row_of(tick: Tick) -> usize {
    tick.0 as usize & (HISTORY_TICKS - 1)
}

// Ages live in a byte each.
const _: () = assert!(BASELINE_AGE_TICKS_MAX < 255 && (BASELINE_AGE_TICKS_MAX as usize) < HISTORY_TICKS);
