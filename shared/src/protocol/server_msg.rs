//! What a snapshot says, once decoded, and the coding of its header.

use super::bits::{BitReader, BitWriter};
use super::fields::{fits, mask, signed};
use super::{DecodeError, lane};
use crate::limits::BASELINE_AGE_TICKS_MAX;
use crate::sim::rocket::Rocket;
use crate::sim::world::{Player, Slot};
use crate::tick::Tick;

/// The part of one world state that one client may know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    pub header: SnapshotHeader,
    /// The receiver's own player with public and owner fields (scores are 0: they travel on the control lane).
    /// `None` for spectators. Always of tick `header.tick`.
    pub own: Option<(Slot, Player)>,
    /// Everyone else it sees, in slot order, never the own slot.
    pub entities: Vec<Entity>,
    /// Bit *i*: pickup *i* of the arena lies there.
    pub pickups: u64,
    /// Rockets the receiver may know of, by (tick of launch, owner): those that fly, and those that burst lately.
    pub rockets: Vec<Rocket>,
}

/// Another player as the receiver was told of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entity {
    pub slot: Slot,
    /// The tick this state is from: the snapshot's own, or an earlier one if there was no room to tell it again.
    pub told: Tick,
    /// Public fields only; the others are default.
    pub player: Player,
}

/// What every snapshot says beside the world.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SnapshotHeader {
    pub tick: Tick,
    /// The snapshot this one is coded against; `None` = nothing, readable by itself.
    pub baseline: Option<Tick>,
    /// What the server did for the receiver's input of `tick`.
    pub input_use: InputUse,
    /// How long before the deadline of `tick` the first copy of the receiver's input of `tick` arrived, in 1/16 tick, rounded
    /// down. `None` = it was not there. Redundancy, jitter and loss are all in it.
    pub margin_16ths: Option<i16>,
    /// Input packets of the receiver that have reached the server, modulo 256: what it sent more was lost on the way.
    pub received: u8,
    /// Ticks made without the receiver's input while it played, modulo 256.
    pub starved: u8,
    pub pong: Option<Pong>,
}

/// What the server did when a tick wanted this client's input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InputUse {
    /// It was there and was used.
    Used,
    /// It was not there: the last one was used again.
    Repeated,
    /// No player in the world, or nothing to repeat.
    #[default]
    Idle,
}

/// The answer to the newest ping of the receiver.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pong {
    /// The ping stamp as it came.
    pub ping: u32,
    /// From its arrival at the server's socket to the sending of this snapshot, microseconds.
    pub hold_us: u32,
    /// From the deadline of `header.tick` to the sending of this snapshot, microseconds.
    pub since_tick_us: u32,
}

impl Snapshot {
    /// The entity of `slot`, if the receiver sees it.
    pub fn entity(&self, slot: Slot) -> Option<&Entity> {
        self.entities.binary_search_by_key(&slot, |e| e.slot).ok().map(|i| &self.entities[i])
    }
}

/// Only the header of a snapshot datagram (lane byte included): which one it is, though it cannot be used. `newest`: the
/// newest snapshot the receiver knows of.
pub fn header_of(bytes: &[u8], newest: Option<Tick>) -> Result<SnapshotHeader, DecodeError> {
    let (&lane::SNAPSHOT, payload) = bytes.split_first().ok_or(DecodeError::Truncated)? else {
        return Err(DecodeError::WrongKind);
    };
    SnapshotHeader::decode(&mut BitReader::new(payload), newest)
}

impl SnapshotHeader {
    /// Everything at its longest: tick, use, margin, counts, pong.
    pub(super) const BITS_MAX: usize = 33 + 2 + 18 + 16 + 1 + 32 + 2 * 33;

    /// Append the header. A baseline must be 1..=[`BASELINE_AGE_TICKS_MAX`] ticks older than the snapshot.
    pub(super) fn encode(&self, bits: &mut BitWriter<'_>) {
        let age = self.baseline.and_then(|baseline| self.tick.since(baseline));
        debug_assert!(age.is_none_or(|age| (1..=BASELINE_AGE_TICKS_MAX).contains(&age)));
        bits.write_bool(age.is_some());
        match age {
            // Whoever holds the baseline knows the tick to within its low bits.
            Some(age) => {
                bits.write(u64::from(self.tick.0 & mask(TICK_LOW_BITS)), TICK_LOW_BITS);
                bits.write(u64::from(age), AGE_BITS);
            }
            None => bits.write(u64::from(self.tick.0), 32),
        }
        bits.write(self.input_use as u64, 2);
        bits.write_bool(self.margin_16ths.is_some());
        if let Some(margin) = self.margin_16ths {
            let class = if fits(margin.into(), MARGIN_BITS) { MARGIN_BITS } else { 16 };
            bits.write_bool(class == 16);
            bits.write(u64::from(margin as u32 & mask(class)), class);
        }
        bits.write(self.received.into(), 8);
        bits.write(self.starved.into(), 8);
        bits.write_bool(self.pong.is_some());
        if let Some(pong) = self.pong {
            bits.write(pong.ping.into(), 32);
            write_micros(pong.hold_us, bits);
            write_micros(pong.since_tick_us, bits);
        }
    }

    /// Read a header. `newest` is the newest snapshot the receiver holds; without one only a full tick can be read.
    pub(super) fn decode(bits: &mut BitReader<'_>, newest: Option<Tick>) -> Result<SnapshotHeader, DecodeError> {
        let (tick, baseline) = if bits.read_bool()? {
            let low = bits.read(TICK_LOW_BITS)?;
            let age = bits.read(AGE_BITS)?;
            if !(1..=BASELINE_AGE_TICKS_MAX).contains(&age) {
                return Err(DecodeError::Value("baseline"));
            }
            let newest = newest.ok_or(DecodeError::BaselineUnknown(Tick(low.saturating_sub(age))))?;
            let shift = signed(low.wrapping_sub(newest.0) & mask(TICK_LOW_BITS), TICK_LOW_BITS);
            let tick = newest.0.checked_add_signed(shift).map(Tick).ok_or(DecodeError::Value("tick"))?;
            (tick, Some(tick.checked_minus(age).ok_or(DecodeError::Value("baseline"))?))
        } else {
            (Tick(bits.read(32)?), None)
        };
        let input_use = match bits.read(2)? {
            0 => InputUse::Used,
            1 => InputUse::Repeated,
            2 => InputUse::Idle,
            _ => return Err(DecodeError::Value("input use")),
        };
        let margin_16ths = if bits.read_bool()? { Some(read_margin(bits)?) } else { None };
        let (received, starved) = (bits.read(8)? as u8, bits.read(8)? as u8);
        let pong = if bits.read_bool()? {
            let ping = bits.read(32)?;
            Some(Pong { ping, hold_us: read_micros(bits)?, since_tick_us: read_micros(bits)? })
        } else {
            None
        };
        Ok(SnapshotHeader { tick, baseline, input_use, margin_16ths, received, starved, pong })
    }
}

fn read_margin(bits: &mut BitReader<'_>) -> Result<i16, DecodeError> {
    let class = if bits.read_bool()? { 16 } else { MARGIN_BITS };
    let margin = signed(bits.read(class)?, class);
    if class == 16 && fits(margin, MARGIN_BITS) {
        return Err(DecodeError::NotCanonical("margin"));
    }
    Ok(margin as i16)
}

/// A duration: 16 bits up to 65 ms, else 32.
fn write_micros(micros: u32, bits: &mut BitWriter<'_>) {
    let wide = micros > mask(16);
    bits.write_bool(wide);
    bits.write(micros.into(), if wide { 32 } else { 16 });
}

fn read_micros(bits: &mut BitReader<'_>) -> Result<u32, DecodeError> {
    let wide = bits.read_bool()?;
    let micros = bits.read(if wide { 32 } else { 16 })?;
    if wide && micros <= mask(16) { Err(DecodeError::NotCanonical("duration")) } else { Ok(micros) }
}

/// Bits of a tick when the receiver knows it roughly: ambiguous only to a datagram 8 minutes late.
const TICK_LOW_BITS: u32 = 16;
/// Bits of a baseline's age in ticks.
const AGE_BITS: u32 = 7;
/// Bits of a usual input margin, in 1/16 tick: +-8 ticks.
const MARGIN_BITS: u32 = 8;

const _: () = assert!(BASELINE_AGE_TICKS_MAX < 1 << AGE_BITS);
