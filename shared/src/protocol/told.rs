//! What one client was told in which snapshot: all that the server remembers per client to code deltas.

use crate::sim::world::Slot;
use crate::tick::Tick;

/// For one snapshot sent to one client: which state tick each entity in it is from. One byte per slot.
#[derive(Clone, Debug)]
pub struct Told {
    tick: Tick,
    own: Option<Slot>,
    ages: Vec<u8>,
}

impl Told {
    /// Nothing told to anybody yet.
    pub fn new(capacity: usize) -> Told {
        Told { tick: Tick(0), own: None, ages: vec![NEVER; capacity] }
    }

    /// The tick of the snapshot.
    pub fn tick(&self) -> Tick {
        self.tick
    }

    /// The state tick of `slot` in the snapshot; `None` if the client did not see it. The own player is not an entity.
    pub fn told_at(&self, slot: Slot) -> Option<Tick> {
        let age = *self.ages.get(slot.index())?;
        if age == NEVER { None } else { self.tick.checked_minus(u32::from(age)) }
    }

    /// The own player in the snapshot (always of the snapshot's tick).
    pub fn own(&self) -> Option<Slot> {
        self.own
    }
}

/// The last [`crate::limits::HISTORY_TICKS`] snapshots sent to one client, and which of them it has acked.
#[derive(Clone, Debug)]
pub struct ToldRing {
    rows: Vec<Told>,
    acked: Option<Tick>,
}

impl ToldRing {
    pub fn new(capacity: usize) -> ToldRing {
        let _ = capacity;
        todo!()
    }

    /// The acks of an input packet came. Ticks that were never sent, or are no longer held, are ignored.
    pub fn handle_ack(&mut self, ack: Option<Tick>, mask: u32) {
        let _ = (ack, mask, &mut self.rows);
        todo!()
    }

    /// The newest acked snapshot.
    pub fn acked(&self) -> Option<Tick> {
        self.acked
    }

    /// Room for what snapshot `tick` will tell, and the baseline to code it against (acked, held, young enough).
    pub fn begin(&mut self, tick: Tick) -> (&mut Told, Option<&Told>) {
        let _ = tick;
        todo!()
    }

    /// What the client was told in snapshot `tick`, if that was sent and is still held: for lag compensation.
    pub fn at(&self, tick: Tick) -> Option<&Told> {
        let _ = tick;
        todo!()
    }
}

const NEVER: u8 = u8::MAX;
