//! Snapshots, server side: one client's part of a world state as at most [`SNAPSHOT_BYTES_MAX`] bytes.
//!
//! Most clients know the same few states of a player, so a delta is made once per (entity, baseline age) and tick, and
//! its bits are appended to every snapshot that needs them. Must not know how clients are told apart or what is
//! visible to whom.
//!
//! Layout after the lane byte: header, own player, scene ([`super::scene`]), "some are stale" bit, visible set, entities in slot order (each with
//! a stale bit if some are stale and the receiver knows it already).

use super::bits::{BitWriter, Mark};
use super::delta_cache::{Base, DeltaCache, Present};
use super::fields::{self, ExtrapolationTable, OWNER, PUBLIC, bits_max};
use super::scene::{Frame, SCENE_BITS_MAX, Scene};
use super::server_msg::SnapshotHeader;
use super::slots::SlotSet;
use super::told::Told;
use super::{delta, lane, scene};
use crate::limits::{PLAYERS_MAX, SNAPSHOT_BYTES_MAX};
use crate::sim::history::History;
use crate::sim::world::{Player, Slot};
use crate::tick::Tick;

/// Encodes the snapshots of one tick for every client.
pub struct SnapshotEncoder {
    table: ExtrapolationTable,
    now: Tick,
    capacity: usize,
    deltas: DeltaCache,
    /// Slots that the receiver of the snapshot in work knows and still remembers.
    known: SlotSet,
    /// Slots that will be in the snapshot in work.
    set: SlotSet,
    /// Work space of [`SnapshotEncoder::choose`], reused: (priority, index into `visible`).
    order: Vec<(u32, u16)>,
    /// Per index into `visible`: told now, rather than deferred.
    chosen: Vec<bool>,
}

/// Everything one snapshot depends on.
pub struct SnapshotRequest<'a> {
    /// `baseline` in it is overwritten by what is really used.
    pub header: SnapshotHeader,
    /// Holds state `header.tick` and the states the baseline tells of.
    pub history: &'a History,
    /// The receiver's player, present in state `header.tick`; `None` for spectators.
    pub own: Option<Slot>,
    /// What the receiver was told in the snapshot to code against. Not used if older than
    /// [`crate::limits::BASELINE_AGE_TICKS_MAX`] ticks.
    pub baseline: Option<&'a Told>,
    /// Slots the receiver may see, ascending, without `own`, all present in state `header.tick`.
    pub visible: &'a [Slot],
    /// What lies and flies for the receiver to know.
    pub scene: Scene<'a>,
    /// One accumulator per slot of this receiver: grows while an entity waits, 0 once sent. The caller may add weight.
    pub priority: &'a mut [u32],
}

/// What became of one snapshot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SnapshotStats {
    pub bytes: u32,
    /// Lane byte, header and final padding.
    pub header_bits: u32,
    pub own_bits: u32,
    /// Pickups and rockets.
    pub scene_bits: u32,
    /// Which slots are visible and which are stale.
    pub set_bits: u32,
    pub entity_bits: u32,
    /// Entities told at this tick.
    pub sent: u32,
    /// Entities without room: the receiver keeps what it knows of them, or does not know them yet.
    pub deferred: u32,
    /// Rockets without room in this snapshot that the receiver should know of.
    pub rockets_deferred: u32,
    /// The baseline really used.
    pub baseline: Option<Tick>,
}

impl SnapshotEncoder {
    /// For a world of `capacity` slots, at most [`PLAYERS_MAX`]; `table` from its tick rate.
    pub fn new(capacity: usize, table: impl Into<ExtrapolationTable>) -> SnapshotEncoder {
        assert!((1..=PLAYERS_MAX).contains(&capacity), "capacity is checked where it is configured");
        SnapshotEncoder {
            table: table.into(),
            now: Tick(0),
            capacity,
            deltas: DeltaCache::new(capacity),
            known: SlotSet::new(capacity),
            set: SlotSet::new(capacity),
            order: Vec::with_capacity(capacity),
            chosen: Vec::with_capacity(capacity),
        }
    }

    /// A new tick: forget the deltas of the last one.
    pub fn begin(&mut self, now: Tick) {
        self.now = now;
        self.deltas.forget();
    }

    /// Append one snapshot to `out`, and note in `told` what it tells.
    ///
    /// # Panics
    /// If `request` breaks what its fields promise, or is of another tick than [`SnapshotEncoder::begin`] named.
    pub fn encode(&mut self, request: SnapshotRequest<'_>, told: &mut Told, out: &mut Vec<u8>) -> SnapshotStats {
        let SnapshotRequest { mut header, history, own, baseline, visible, scene, priority } = request;
        assert_eq!(header.tick, self.now, "begin() names the tick of the snapshots that follow");
        debug_assert!(visible.is_sorted_by(|a, b| a < b) && own.is_none_or(|own| !visible.contains(&own)));
        let state = history.state(self.now).expect("the caller pushed the state that it wants sent");
        let base = Base::of(baseline, self.now);
        header.baseline = base.map(|base| base.told.tick());
        told.reset(self.now, own);

        out.push(lane::SNAPSHOT);
        let mut bits = BitWriter::new(out);
        header.encode(&mut bits);
        let header_end = bits.bits();
        bits.write_bool(own.is_some());
        if let Some(own) = own {
            let player = state[own.index()].as_ref().expect("the own player is present");
            self.encode_own(player, base.and_then(|base| base.own(own, history)), &mut bits);
        }
        let own_end = bits.bits();
        let frame = Frame { tick: self.now, capacity: self.capacity, own };
        let rockets_deferred = scene::encode(frame, &scene, base.map(|base| base.told), told, &mut bits);
        let scene_end = bits.bits();

        let world = Present { state, history, base, visible };
        let fits = self.encode_all(&world, &mut bits, scene_end);
        let (entity_bits, sent) = match fits {
            Some(entity_bits) => {
                told.tell_all(&self.set);
                visible.iter().for_each(|slot| priority[slot.index()] = 0);
                (entity_bits, visible.len())
            }
            None => self.encode_chosen(&world, &mut bits, scene_end, priority, told),
        };
        let set_bits = bits.bits() - scene_end - entity_bits;
        let content = bits.bits();
        let bytes = bits.finish() + 1;
        SnapshotStats {
            bytes: bytes as u32,
            header_bits: (8 + header_end + (bytes * 8 - 8 - content)) as u32,
            own_bits: (own_end - header_end) as u32,
            scene_bits: (scene_end - own_end) as u32,
            set_bits: set_bits as u32,
            entity_bits: entity_bits as u32,
            sent: sent as u32,
            deferred: (visible.len() - sent) as u32,
            rockets_deferred,
            baseline: header.baseline,
        }
    }

    /// Bits spent so far per field group of other players, over all snapshots: (name, bits), in table order. The first
    /// is the bit that says whether a player differs from its prediction at all.
    pub fn field_bits(&self) -> Vec<(&'static str, u64)> {
        let names = std::iter::once("changed").chain(PUBLIC.iter().map(|group| group.name));
        names.zip(self.deltas.totals()).collect()
    }

    /// Public and owner fields, against the own player of the baseline's tick.
    fn encode_own(&self, player: &Player, base: Option<(&Player, u32)>, bits: &mut BitWriter<'_>) {
        let predicted = base.map_or(Player::default(), |(player, age)| fields::predict(player, age, &self.table));
        delta::encode(&PUBLIC, &predicted, player, bits);
        delta::encode(&OWNER, &predicted, player, bits);
    }

    /// The usual case: everything visible is told now. Returns the bits of the entities; if they do not fit, `None`,
    /// and nothing stays written. Leaves `known` and `set` filled either way.
    fn encode_all(&mut self, world: &Present<'_>, bits: &mut BitWriter<'_>, start: usize) -> Option<usize> {
        match world.base {
            Some(base) => base.told.young(base.shift, &mut self.known),
            None => self.known.clear(),
        }
        self.set.clear();
        world.visible.iter().for_each(|&slot| self.set.insert(slot));

        let mark: Mark = bits.mark();
        bits.write_bool(false);
        self.set.encode(&self.known, bits);
        let entities_start = bits.bits();
        debug_assert!(entities_start > start);
        for &slot in world.visible {
            let age = world.age(slot, &self.known);
            bits.append(&self.deltas.run(world, slot, age, &self.table));
        }
        if bits.bits() > PAYLOAD_BITS_MAX {
            self.deltas.unuse(world, &self.known);
            bits.rewind(mark);
            return None;
        }
        Some(bits.bits() - entities_start)
    }

    /// Not everything fits: tell what has waited longest, keep the rest as it was. Returns (entity bits, sent).
    fn encode_chosen(
        &mut self,
        world: &Present<'_>,
        bits: &mut BitWriter<'_>,
        start: usize,
        priority: &mut [u32],
        told: &mut Told,
    ) -> (usize, usize) {
        let sent = self.choose(world, start, priority);
        // Those never told and not chosen are not in the snapshot at all.
        for (&slot, _) in world.visible.iter().zip(&self.chosen).filter(|(_, chosen)| !**chosen) {
            if !self.known.contains(slot) {
                self.set.remove(slot);
            }
        }
        let stale = |(&slot, &chosen): (&Slot, &bool)| !chosen && self.known.contains(slot);
        let any_stale = world.visible.iter().zip(&self.chosen).any(stale);
        bits.write_bool(any_stale);
        self.set.encode(&self.known, bits);
        let mut entity_bits = 0;
        for (&slot, &chosen) in world.visible.iter().zip(&self.chosen) {
            let known = self.known.contains(slot);
            if any_stale && known {
                bits.write_bool(!chosen);
            }
            if chosen {
                let run = self.deltas.run(world, slot, world.age(slot, &self.known), &self.table);
                entity_bits += run.bits() as usize;
                bits.append(&run);
                told.tell(slot, 0);
            } else if let Some(base) = world.base.filter(|_| known) {
                told.tell(slot, base.told.age(slot, base.shift));
            }
        }
        debug_assert!(bits.bits() <= PAYLOAD_BITS_MAX);
        (entity_bits, sent)
    }

    /// Fill `chosen`, longest wait first, and update the accumulators. Returns how many were chosen.
    fn choose(&mut self, world: &Present<'_>, start: usize, priority: &mut [u32]) -> usize {
        self.order.clear();
        let waiting = |(i, slot): (usize, &Slot)| (priority[slot.index()], i as u16);
        self.order.extend(world.visible.iter().enumerate().map(waiting));
        self.order.sort_unstable_by_key(|&(waited, i)| (std::cmp::Reverse(waited), i));
        self.chosen.clear();
        self.chosen.resize(world.visible.len(), false);

        // Fewer toggles never take more bits, so the set costs at most what it would with everyone in it.
        let known = world.visible.iter().filter(|&&slot| self.known.contains(slot)).count();
        let fixed = start + 1 + self.set.encoded_bits(&self.known) as usize + known;
        let mut room = PAYLOAD_BITS_MAX.saturating_sub(fixed) as u32;
        let mut sent = 0;
        for &(_, i) in &self.order {
            let slot = world.visible[usize::from(i)];
            let age = world.age(slot, &self.known);
            let cost = self.deltas.cost(world, slot, age, &self.table);
            let chosen = cost <= room;
            self.chosen[usize::from(i)] = chosen;
            priority[slot.index()] = if chosen { 0 } else { priority[slot.index()].saturating_add(1) };
            if chosen {
                room -= cost;
                sent += 1;
            }
        }
        sent
    }
}

/// Bits of a snapshot after its lane byte.
const PAYLOAD_BITS_MAX: usize = (SNAPSHOT_BYTES_MAX - 1) * 8;

// With header, own player, scene and the marks of everyone at their longest there is room for players still.
const MARKS_BITS_MAX: usize = 1 + 2 + 2 * PLAYERS_MAX;
const FIXED_BITS_MAX: usize =
    SnapshotHeader::BITS_MAX + 1 + (bits_max(&PUBLIC) + bits_max(&OWNER) + SCENE_BITS_MAX) as usize;
const _: () = assert!(FIXED_BITS_MAX + MARKS_BITS_MAX + 16 * bits_max(&PUBLIC) as usize <= PAYLOAD_BITS_MAX);
