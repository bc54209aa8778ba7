//! Snapshots, client side: decoded, kept for interpolation and as baselines, acked.

use super::bits::BitReader;
use super::fields::{self, ExtrapolationTable, OWNER, PUBLIC};
use super::server_msg::{Entity, Snapshot, SnapshotHeader};
use super::slots::SlotSet;
use super::{DecodeError, delta, lane, scene};
use crate::limits::{BASELINE_AGE_TICKS_MAX, HISTORY_TICKS, PLAYERS_MAX, SNAPSHOT_BYTES_MAX};
use crate::sim::world::{Player, Slot};
use crate::tick::Tick;

/// The snapshots of the last [`HISTORY_TICKS`] ticks that arrived. Rows are reused: after one round nothing allocates.
#[derive(Clone)]
pub struct SnapshotRing {
    table: ExtrapolationTable,
    rows: Vec<Snapshot>,
    /// Which tick each row holds.
    ticks: Vec<Option<Tick>>,
    newest: Option<Tick>,
    /// Work space of [`SnapshotRing::decode`]: becomes a row when it is whole.
    scratch: Snapshot,
    set: SlotSet,
}

impl SnapshotRing {
    /// For a world of `capacity` slots, 1..=[`PLAYERS_MAX`] (cut to it: the number may come from a server); `table` from
    /// its tick rate.
    pub fn new(capacity: usize, table: impl Into<ExtrapolationTable>) -> SnapshotRing {
        SnapshotRing {
            table: table.into(),
            rows: vec![Snapshot::default(); HISTORY_TICKS],
            ticks: vec![None; HISTORY_TICKS],
            newest: None,
            scratch: Snapshot::default(),
            set: SlotSet::new(capacity.clamp(1, PLAYERS_MAX)),
        }
    }

    /// Decode a snapshot datagram (lane byte included) and keep it. `own` is the slot the server assigned.
    ///
    /// On an error nothing has changed. Errors `Duplicate`, `TooOld` and `BaselineUnknown` happen on honest links.
    pub fn decode(&mut self, bytes: &[u8], own: Option<Slot>) -> Result<Tick, DecodeError> {
        if bytes.len() > SNAPSHOT_BYTES_MAX {
            return Err(DecodeError::TooLong);
        }
        let (&lane::SNAPSHOT, payload) = bytes.split_first().ok_or(DecodeError::Truncated)? else {
            return Err(DecodeError::WrongKind);
        };
        let mut scratch = std::mem::take(&mut self.scratch);
        let result = self.decode_into(&mut scratch, payload, own);
        self.scratch = scratch;
        let tick = result?;
        let row = row_of(tick);
        std::mem::swap(&mut self.rows[row], &mut self.scratch);
        self.ticks[row] = Some(tick);
        self.newest = self.newest.max(Some(tick));
        Ok(tick)
    }

    /// The snapshot of `tick`, if it arrived and is held.
    pub fn at(&self, tick: Tick) -> Option<&Snapshot> {
        let row = row_of(tick);
        (self.ticks[row] == Some(tick)).then(|| &self.rows[row])
    }

    /// The newest snapshot.
    pub fn newest(&self) -> Option<&Snapshot> {
        self.at(self.newest?)
    }

    /// Held snapshots with ticks in `from..=to`, oldest first (at most a ring's worth).
    pub fn between(&self, from: Tick, to: Tick) -> impl DoubleEndedIterator<Item = &Snapshot> {
        let newest = self.newest.unwrap_or_default();
        let oldest = Tick(newest.0.saturating_sub(HISTORY_TICKS as u32 - 1));
        (from.max(oldest).0..=to.min(newest).0).filter_map(|tick| self.at(Tick(tick)))
    }

    /// What to put into the next input packet: the newest tick held, and a mask of the 32 before it.
    pub fn ack(&self) -> (Option<Tick>, u32) {
        let Some(newest) = self.newest else { return (None, 0) };
        let held = |i: &u32| newest.checked_minus(i + 1).is_some_and(|tick| self.at(tick).is_some());
        (Some(newest), (0..u32::BITS).filter(held).fold(0, |mask, i| mask | 1 << i))
    }

    fn decode_into(&mut self, into: &mut Snapshot, payload: &[u8], own: Option<Slot>) -> Result<Tick, DecodeError> {
        let mut bits = BitReader::new(payload);
        let header = SnapshotHeader::decode(&mut bits, self.newest)?;
        let tick = header.tick;
        if self.ticks[row_of(tick)] == Some(tick) {
            return Err(DecodeError::Duplicate(tick));
        }
        if self.newest.is_some_and(|newest| newest.distance(tick) >= HISTORY_TICKS as i64) {
            return Err(DecodeError::TooOld(tick));
        }
        into.header = header;
        into.entities.clear();
        // Taken apart, so that the set can be worked on beside the baseline's row.
        let SnapshotRing { table, rows, ticks, set, .. } = self;
        let base = match header.baseline {
            Some(tick) if ticks[row_of(tick)] == Some(tick) => Some(&rows[row_of(tick)]),
            Some(tick) => return Err(DecodeError::BaselineUnknown(tick)),
            None => None,
        };
        into.own = decode_own(&mut bits, own, tick, base, table)?;
        let scene_before = base.map(|base| (base.pickups, &base.rockets[..]));
        into.pickups = scene::decode(tick, set.capacity(), scene_before, &mut into.rockets, &mut bits)?;
        decode_entities(&mut bits, into, base, set, table)?;
        bits.finish()?;
        Ok(tick)
    }
}

fn decode_own(
    bits: &mut BitReader<'_>,
    own: Option<Slot>,
    tick: Tick,
    base: Option<&Snapshot>,
    table: &ExtrapolationTable,
) -> Result<Option<(Slot, Player)>, DecodeError> {
    if !bits.read_bool()? {
        return Ok(None);
    }
    let own = own.ok_or(DecodeError::OwnUnknown)?;
    let known = base.and_then(|base| {
        let (_, player) = base.own.as_ref().filter(|(slot, _)| *slot == own)?;
        Some(fields::predict(player, tick.since(base.header.tick)?, table))
    });
    let predicted = known.unwrap_or_default();
    let public = delta::decode(&PUBLIC, &predicted, bits)?;
    Ok(Some((own, delta::decode(&OWNER, &public, bits)?)))
}

fn decode_entities(
    bits: &mut BitReader<'_>,
    into: &mut Snapshot,
    base: Option<&Snapshot>,
    set: &mut SlotSet,
    table: &ExtrapolationTable,
) -> Result<(), DecodeError> {
    let tick = into.header.tick;
    let own = into.own.map(|(slot, _)| slot);
    // Both ends forget a state once it is too old to build on.
    let age = |entity: &Entity| tick.since(entity.told).filter(|&age| age <= BASELINE_AGE_TICKS_MAX);
    let mut known = base.map_or(&[][..], |base| &base.entities).iter().filter(|e| age(e).is_some()).peekable();
    set.clear();
    known.clone().for_each(|entity| set.insert(entity.slot));

    let any_stale = bits.read_bool()?;
    let mut stale = false;
    set.decode_onto(bits)?;
    for slot in set.iter() {
        if own == Some(slot) {
            return Err(DecodeError::Value("visible set"));
        }
        while known.next_if(|entity| entity.slot < slot).is_some() {}
        let entity = known.next_if(|entity| entity.slot == slot);
        if let Some(entity) = entity.filter(|_| any_stale)
            && bits.read_bool()?
        {
            stale = true;
            into.entities.push(*entity);
            continue;
        }
        let predicted = match entity {
            Some(entity) => fields::predict(&entity.player, age(entity).unwrap_or(0), table),
            None => Player::default(),
        };
        into.entities.push(Entity { slot, told: tick, player: delta::decode(&PUBLIC, &predicted, bits)? });
    }
    if any_stale && !stale { Err(DecodeError::NotCanonical("stale entities")) } else { Ok(()) }
}

fn row_of(tick: Tick) -> usize {
    tick.0 as usize & (HISTORY_TICKS - 1)
}
