//! Numbers of the schema as the words that people know, and units as those that people measure in.
//!
//! Total: a number that a later version wrote is shown as it is.

use crate::proto::Shot;
use glam::{DVec2, IVec2};
use tickshot_shared::limits::UNITS_PER_METRE;
use tickshot_shared::modes::HitCheck;
use tickshot_shared::protocol::evidence::{Clamp, Fate};
use tickshot_shared::sim::weapon::Weapon;

pub(crate) fn weapon(number: u32) -> String {
    let known = u8::try_from(number).ok().and_then(Weapon::new);
    known.map_or_else(|| format!("weapon {number}"), |weapon| weapon.table().name.to_owned())
}

pub(crate) fn check(number: u32) -> String {
    let known = HitCheck::ALL.get(number as usize);
    known.map_or_else(|| format!("check {number}"), |check| check.name().to_owned())
}

pub(crate) fn clamp(number: u32) -> String {
    Clamp::ALL.get(number as usize).map_or_else(|| format!("clamp {number}"), |clamp| clamp.name().to_owned())
}

pub(crate) fn fate(number: u32) -> String {
    let all = [Fate::Rewound, Fate::Dead, Fate::Respawned, Fate::NotTold];
    all.get(number as usize).map_or_else(|| format!("fate {number}"), |fate| fate.name().to_owned())
}

/// An id as UUIDs are written.
pub(crate) fn id(bytes: &[u8]) -> String {
    match <[u8; 16]>::try_from(bytes) {
        Ok(bytes) => tickshot_shared::ids::Id(bytes).to_string(),
        Err(_) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

/// The name of a shot that people can type: who fired, and in which tick.
pub(crate) fn handle(shot: &Shot) -> String {
    format!("{}@{}", shot.shooter, shot.tick)
}

/// 1/256 tick as milliseconds.
pub(crate) fn ms_of_256ths(age_256ths: i64, tick_rate_hz: u32) -> f64 {
    age_256ths as f64 * 1000.0 / 256.0 / f64::from(tick_rate_hz.max(1))
}

/// Distance of two places in world units, in millimetres.
pub(crate) fn mm_between(a: IVec2, b: IVec2) -> f64 {
    mm(a.as_dvec2().distance(b.as_dvec2()))
}

pub(crate) fn mm(units: f64) -> f64 {
    units * 1000.0 / f64::from(UNITS_PER_METRE)
}

/// A place in metres.
pub(crate) fn metres(at: IVec2) -> DVec2 {
    at.as_dvec2() / f64::from(UNITS_PER_METRE)
}

/// At most `chars` characters of a name.
pub(crate) fn short(name: &str, chars: usize) -> String {
    if name.chars().count() <= chars {
        return name.to_owned();
    }
    name.chars().take(chars.saturating_sub(1)).chain(['…']).collect()
}

/// A number with so many decimals; `-` if there is none.
pub(crate) fn number(value: Option<f64>, decimals: usize) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.decimals$}"))
}
