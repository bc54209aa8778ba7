//! The scene of a snapshot: which pickups lie there and which rockets fly, as changes of what the receiver knows.
//!
//! A rocket's flight follows from where it began, so it is told once, and once more when it bursts; in between an
//! unchanged scene costs two bits. Rockets are told apart by [`Key`]; a receiver's list is in the order of keys.
//!
//! Layout: the change of the pickups (see [`super::slots`]); a bit whether any rocket changed; if so, for every rocket that
//! the receiver knows whether it stays, goes or bursts, then those new to it, each after a set bit, closed by a clear one.
//!
//! Must not know who may see what, nor how a rocket flies.

use super::DecodeError;
use super::bits::{BitReader, BitWriter};
use super::slots;
use super::told::Told;
use crate::limits::{PLAYERS_MAX, POS_BITS, ROCKETS_PER_SNAPSHOT_MAX, TICK_RATE_MAX};
use crate::sim::angle::Turn;
use crate::sim::pickup::PICKUPS_MAX;
use crate::sim::rocket::{ROCKET_AFTERGLOW_MS, Rocket};
use crate::sim::weapon::{ROCKET_LIFE_MS, ROCKET_SPEED_UNITS_PER_S};
use crate::sim::world::Slot;
use crate::tick::Tick;
use glam::IVec2;

/// What lies and flies in the part of the world that one receiver may know.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scene<'a> {
    /// Bit *i*: pickup *i* of the arena lies there.
    pub pickups: u64,
    /// In the order of their keys.
    pub rockets: &'a [Rocket],
}

/// What tells one rocket from all others: nobody fires two in one tick.
pub type Key = (Tick, Slot);

/// The key of a rocket.
pub fn key_of(rocket: &Rocket) -> Key {
    (rocket.spawned, rocket.owner)
}

/// A rocket in a snapshot that was sent. Where it began follows from its key; a burst, once told, does not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ToldRocket {
    pub(super) key: Key,
    pub(super) burst: bool,
}

/// What one snapshot is about, for the coding of its scene.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    pub(super) tick: Tick,
    pub(super) capacity: usize,
    /// Whose rockets come first when not all have room.
    pub(super) own: Option<Slot>,
}

/// Append `scene` as a change of what `base` told, and note it in `told`. Returns how many rockets found no room: those the
/// receiver knows already come first, then its own, then in order of launch.
pub(super) fn encode(
    frame: Frame,
    scene: &Scene<'_>,
    base: Option<&Told>,
    told: &mut Told,
    bits: &mut BitWriter<'_>,
) -> u32 {
    debug_assert!(scene.rockets.is_sorted_by(|a, b| key_of(a) < key_of(b)), "rockets come in the order of their keys");
    let known = base.map_or(&[][..], Told::rockets);
    let pickups_before = base.map_or(0, Told::pickups);
    slots::encode_changes(std::iter::once(scene.pickups ^ pickups_before), PICKUPS_MAX, bits);

    let deferred = choose(frame, scene.rockets, known, told);
    told.set_pickups(scene.pickups);
    let same = told.rockets() == known;
    bits.write_bool(!same);
    if same {
        return deferred;
    }
    let find = |key: Key| scene.rockets.binary_search_by_key(&key, key_of).ok().map(|i| &scene.rockets[i]);
    for before in known {
        encode_known(frame.tick, before, find(before.key), bits);
    }
    for rocket in told.rockets().iter().filter(|rocket| !knows(known, rocket.key)) {
        bits.write_bool(true);
        encode_new(frame, find(rocket.key).expect("only what is in the scene is told"), bits);
    }
    bits.write_bool(false);
    deferred
}

/// Read a scene coded by [`encode`]. `known` are the rockets of the baseline; `rockets` is cleared first.
pub(super) fn decode(
    tick: Tick,
    capacity: usize,
    base: Option<(u64, &[Rocket])>,
    rockets: &mut Vec<Rocket>,
    bits: &mut BitReader<'_>,
) -> Result<u64, DecodeError> {
    rockets.clear();
    let (mut pickups, known) = base.unwrap_or((0, &[]));
    slots::decode_changes(std::slice::from_mut(&mut pickups), PICKUPS_MAX, "pickups", bits)?;
    if !bits.read_bool()? {
        rockets.extend_from_slice(known);
        return Ok(pickups);
    }
    let mut changed = false;
    for before in known {
        let now = decode_known(tick, before, bits)?;
        changed |= now != Some(*before);
        rockets.extend(now);
    }
    let mut last = None;
    while bits.read_bool()? {
        changed = true;
        if rockets.len() == ROCKETS_PER_SNAPSHOT_MAX {
            return Err(DecodeError::Value("rockets"));
        }
        let rocket = decode_new(tick, capacity, bits)?;
        let key = key_of(&rocket);
        if last.is_some_and(|last| key <= last) || known.binary_search_by_key(&key, key_of).is_ok() {
            return Err(DecodeError::NotCanonical("rockets"));
        }
        last = Some(key);
        let place = rockets.partition_point(|rocket| key_of(rocket) < key);
        rockets.insert(place, rocket);
    }
    if changed { Ok(pickups) } else { Err(DecodeError::NotCanonical("rockets")) }
}

/// Note in `told` the rockets that have room; returns how many have not.
fn choose(frame: Frame, rockets: &[Rocket], known: &[ToldRocket], told: &mut Told) -> u32 {
    let keep = |rocket: &Rocket| ToldRocket { key: key_of(rocket), burst: rocket.burst.is_some() };
    if rockets.len() <= ROCKETS_PER_SNAPSHOT_MAX {
        told.set_rockets(rockets.iter().map(keep));
        return 0;
    }
    // Rare, so it may allocate: in the order of rank, cut, and back in the order of keys.
    let rank = |rocket: &&Rocket| match knows(known, key_of(rocket)) {
        true => 0,
        false if Some(rocket.owner) == frame.own => 1,
        false => 2,
    };
    let mut chosen: Vec<&Rocket> = rockets.iter().collect();
    chosen.sort_by_key(rank);
    chosen.truncate(ROCKETS_PER_SNAPSHOT_MAX);
    chosen.sort_by_key(|rocket| key_of(rocket));
    told.set_rockets(chosen.into_iter().map(keep));
    (rockets.len() - ROCKETS_PER_SNAPSHOT_MAX) as u32
}

fn knows(known: &[ToldRocket], key: Key) -> bool {
    known.binary_search_by_key(&key, |rocket| rocket.key).is_ok()
}

/// A rocket that the receiver knows: stays 0; goes 1 if it burst before, else 10; bursts 11.
fn encode_known(tick: Tick, before: &ToldRocket, now: Option<&Rocket>, bits: &mut BitWriter<'_>) {
    let burst = now.and_then(|rocket| rocket.burst).filter(|_| !before.burst);
    bits.write_bool(now.is_none() || burst.is_some());
    if !before.burst && (now.is_none() || burst.is_some()) {
        bits.write_bool(burst.is_some());
    }
    if let Some(burst) = burst {
        encode_burst(tick, burst, bits);
    }
}

fn decode_known(tick: Tick, before: &Rocket, bits: &mut BitReader<'_>) -> Result<Option<Rocket>, DecodeError> {
    if !bits.read_bool()? {
        return Ok(Some(*before));
    }
    if before.burst.is_some() || !bits.read_bool()? {
        return Ok(None);
    }
    Ok(Some(Rocket { burst: Some(decode_burst(tick, before.spawned, bits)?), ..*before }))
}

fn encode_new(frame: Frame, rocket: &Rocket, bits: &mut BitWriter<'_>) {
    let age = frame.tick.since(rocket.spawned).expect("a rocket is not of the future");
    bits.write(rocket.owner.0.into(), slots::slot_bits(frame.capacity));
    bits.write(age.into(), ROCKET_AGE_BITS);
    bits.write(rocket.from.x as u64, POS_BITS);
    bits.write(rocket.from.y as u64, POS_BITS);
    bits.write(rocket.aim.0.into(), 16);
    bits.write_bool(rocket.burst.is_some());
    if let Some(burst) = rocket.burst {
        encode_burst(frame.tick, burst, bits);
    }
}

fn decode_new(tick: Tick, capacity: usize, bits: &mut BitReader<'_>) -> Result<Rocket, DecodeError> {
    let owner = bits.read(slots::slot_bits(capacity))?;
    if owner as usize >= capacity {
        return Err(DecodeError::Value("rocket owner"));
    }
    let age = bits.read(ROCKET_AGE_BITS)?;
    let spawned = tick.checked_minus(age).ok_or(DecodeError::Value("rocket age"))?;
    let from = IVec2::new(bits.read(POS_BITS)? as i32, bits.read(POS_BITS)? as i32);
    let aim = Turn(bits.read(16)? as u16);
    let burst = if bits.read_bool()? { Some(decode_burst(tick, spawned, bits)?) } else { None };
    Ok(Rocket { owner: Slot(owner as u16), spawned, from, aim, burst })
}

fn encode_burst(tick: Tick, (burst, flown): (Tick, i32), bits: &mut BitWriter<'_>) {
    let age = tick.since(burst).expect("a burst is not of the future");
    bits.write(age.into(), BURST_AGE_BITS);
    bits.write(flown as u64, FLOWN_BITS);
}

fn decode_burst(tick: Tick, spawned: Tick, bits: &mut BitReader<'_>) -> Result<(Tick, i32), DecodeError> {
    let burst = tick.checked_minus(bits.read(BURST_AGE_BITS)?).filter(|&burst| burst >= spawned);
    Ok((burst.ok_or(DecodeError::Value("burst"))?, bits.read(FLOWN_BITS)? as i32))
}

/// Bits of the time since a launch, in ticks.
const ROCKET_AGE_BITS: u32 = 9;
/// Bits of the time since a burst, in ticks.
const BURST_AGE_BITS: u32 = 7;
/// Bits of a distance flown, in world units.
const FLOWN_BITS: u32 = 16;

/// Most bits of a scene.
pub(super) const SCENE_BITS_MAX: u32 = 2
    + PICKUPS_MAX as u32
    + 2
    + ROCKETS_PER_SNAPSHOT_MAX as u32
        * (2 + 1
            + slots::slot_bits(PLAYERS_MAX)
            + ROCKET_AGE_BITS
            + 2 * POS_BITS
            + 16
            + 1
            + BURST_AGE_BITS
            + FLOWN_BITS);

// A rocket's whole life, to the end of its afterglow, and its longest flight fit; a tick to spare for each end.
const _: () = assert!(TICK_RATE_MAX * (ROCKET_LIFE_MS + ROCKET_AFTERGLOW_MS) / 1000 + 2 < 1 << ROCKET_AGE_BITS);
const _: () = assert!(TICK_RATE_MAX * ROCKET_AFTERGLOW_MS / 1000 + 2 < 1 << BURST_AGE_BITS);
const _: () = assert!(ROCKET_SPEED_UNITS_PER_S as u64 * (ROCKET_LIFE_MS as u64 + 100) / 1000 < 1 << FLOWN_BITS);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    const SEED: u64 = 70;
    const NOW: Tick = Tick(500);
    const FRAME: Frame = Frame { tick: NOW, capacity: 64, own: Some(Slot(3)) };

    fn rockets(rng: &mut Rng) -> Vec<Rocket> {
        let mut rockets: Vec<Rocket> = (0..rng.below(6))
            .map(|_| {
                let spawned = NOW.checked_minus(10 + rng.below(300)).unwrap();
                let burst = rng.chance(1, 2).then(|| (spawned.plus(rng.below(10)), rng.below(60_000) as i32));
                let from = IVec2::splat(rng.below(1 << POS_BITS) as i32);
                Rocket { owner: Slot(rng.below(64) as u16), spawned, from, aim: Turn(rng.next_u64() as u16), burst }
            })
            .collect();
        rockets.sort_by_key(key_of);
        rockets.dedup_by_key(|rocket| key_of(rocket));
        rockets
    }

    #[test]
    fn bits_that_the_encoder_would_not_write_are_refused() {
        let mut rng = Rng::new(SEED);
        let (mut accepted, mut refused, mut seen) = (0, 0, 0);
        for _ in 0..100_000 {
            let known = rockets(&mut rng);
            let mut base = Told::new(64);
            base.set_pickups(rng.next_u64());
            base.set_rockets(known.iter().map(|r| ToldRocket { key: key_of(r), burst: r.burst.is_some() }));
            // Sparse bits, so that many of them end.
            let mut garbage = [0u8; 600];
            garbage.fill_with(|| (rng.next_u64() & rng.next_u64()) as u8);
            let (mut now, mut reader) = (Vec::new(), BitReader::new(&garbage));
            match decode(NOW, 64, Some((base.pickups(), &known)), &mut now, &mut reader) {
                Ok(pickups) => {
                    let mut again = Vec::new();
                    let mut bits = BitWriter::new(&mut again);
                    let scene = Scene { pickups, rockets: &now };
                    encode(FRAME, &scene, Some(&base), &mut Told::new(64), &mut bits);
                    let len = bits.bits();
                    bits.finish();
                    let bit = |bytes: &[u8], i: usize| bytes[i / 8] >> (i % 8) & 1;
                    assert!((0..len).all(|i| bit(&garbage, i) == bit(&again, i)), "seed {SEED}: {known:?} {now:?}");
                    assert!(now.len() <= ROCKETS_PER_SNAPSHOT_MAX);
                    seen += now.len();
                    accepted += 1;
                }
                Err(DecodeError::NotCanonical(_) | DecodeError::Value(_)) => refused += 1,
                Err(other) => panic!("600 bytes are enough: {other}"),
            }
        }
        assert!(accepted > 10_000 && refused > 10_000 && seen > 10_000, "{accepted} {refused} {seen}");
    }
}
