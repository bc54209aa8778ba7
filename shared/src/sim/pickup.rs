//! Things that lie about and help whoever walks over them. Which lie where is the map's business; when they come back, the
//! world's.

use crate::limits::UNITS_PER_METRE;
use glam::IVec2;
use serde::{Deserialize, Serialize};

/// What a pickup gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PickupKind {
    Health,
    Armour,
    Ammo,
}

/// One place of a map where something lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pickup {
    pub kind: PickupKind,
    /// World units.
    pub pos: IVec2,
}

impl PickupKind {
    pub const ALL: [PickupKind; 3] = [PickupKind::Health, PickupKind::Armour, PickupKind::Ammo];

    pub const fn name(self) -> &'static str {
        match self {
            PickupKind::Health => "health",
            PickupKind::Armour => "armour",
            PickupKind::Ammo => "ammo",
        }
    }

    /// Time from being taken to lying there again, ms.
    pub const fn back_ms(self) -> u32 {
        match self {
            PickupKind::Health => 15_000,
            PickupKind::Armour => 20_000,
            PickupKind::Ammo => 12_000,
        }
    }
}

/// Health a pickup gives, never above full.
pub const HEALTH_GAIN: u8 = 40;
/// Armour a pickup gives, never above full.
pub const ARMOUR_GAIN: u8 = 50;
/// Of every damage the armour takes this many percent, as long as there is any.
pub const ARMOUR_PERCENT: u32 = 60;
/// A body's centre within this of a pickup takes it, world units (0.7 m).
pub const TAKE_UNITS: i32 = 7 * UNITS_PER_METRE / 10;
/// Most pickups of a map: one bit each in every snapshot that changes any.
pub const PICKUPS_MAX: usize = 64;
