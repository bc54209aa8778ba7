//! The three weapons: one table of numbers each, and what a player carries.
//!
//! Units are in the names. Must not know who fires, or at what.

use crate::limits::UNITS_PER_METRE;
use crate::tick::TickRate;
use serde::{Deserialize, Serialize};

/// What a player holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Weapon {
    /// Hits at once, one ray.
    #[default]
    Rifle,
    /// Hits at once, a fan of rays.
    Shotgun,
    /// A rocket that flies, bursts and pushes.
    Launcher,
}

/// Everything that tells one weapon from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeaponTable {
    pub name: &'static str,
    /// Health one ray takes, or a rocket that bursts at its victim.
    pub damage: u8,
    /// Rays of one shot; 0 = it launches a rocket.
    pub rays: u8,
    /// Half the angle of the fan of rays, in 1/65,536 turn.
    pub spread_steps: u16,
    /// Shots in ten seconds with the trigger held and rounds to spare, before rounding to whole ticks.
    pub shots_per_10s: u32,
    /// Rounds in a full magazine.
    pub magazine: u8,
    /// Rounds beside the magazine after a spawn, and at most; `None` = as many as it takes.
    pub reserve: Option<(u8, u8)>,
    /// Rounds an ammunition pickup adds to the reserve.
    pub pickup_rounds: u8,
    pub reload_ms: u32,
    /// Reach of a ray, world units.
    pub range_units: i32,
    /// Speed one ray adds to its victim, away from the shooter, world units per second; of a rocket, at its centre.
    pub knock_units_per_s: i32,
}

impl Weapon {
    pub const ALL: [Weapon; 3] = [Weapon::Rifle, Weapon::Shotgun, Weapon::Launcher];

    /// From its number on the wire.
    pub const fn new(value: u8) -> Option<Weapon> {
        match value {
            0 => Some(Weapon::Rifle),
            1 => Some(Weapon::Shotgun),
            2 => Some(Weapon::Launcher),
            _ => None,
        }
    }

    pub const fn index(self) -> usize {
        self as usize
    }

    /// Its numbers.
    pub const fn table(self) -> &'static WeaponTable {
        &TABLES[self as usize]
    }

    /// Ticks from one shot to the next, nearest to [`WeaponTable::shots_per_10s`].
    pub const fn cooldown_ticks(self, rate: TickRate) -> u8 {
        let shots = self.table().shots_per_10s;
        ((10 * rate.hz() + shots / 2) / shots) as u8
    }

    pub const fn reload_ticks(self, rate: TickRate) -> u16 {
        rate.ticks_in_ms(self.table().reload_ms) as u16
    }
}

const TABLES: [WeaponTable; 3] = [
    WeaponTable {
        name: "rifle",
        damage: 20,
        rays: 1,
        spread_steps: 0,
        shots_per_10s: 60,
        magazine: 24,
        reserve: None,
        pickup_rounds: 0,
        reload_ms: 1100,
        range_units: 60 * UNITS_PER_METRE,
        knock_units_per_s: 4 * UNITS_PER_METRE,
    },
    WeaponTable {
        name: "shotgun",
        damage: 9,
        rays: 8,
        // 7 degrees.
        spread_steps: 1274,
        shots_per_10s: 12,
        magazine: 6,
        reserve: Some((12, 30)),
        pickup_rounds: 6,
        reload_ms: 1600,
        range_units: 18 * UNITS_PER_METRE,
        knock_units_per_s: UNITS_PER_METRE,
    },
    WeaponTable {
        name: "launcher",
        damage: 80,
        rays: 0,
        spread_steps: 0,
        shots_per_10s: 10,
        magazine: 3,
        reserve: Some((3, 12)),
        pickup_rounds: 3,
        reload_ms: 2000,
        range_units: 54 * UNITS_PER_METRE,
        knock_units_per_s: 9 * UNITS_PER_METRE,
    },
];

/// Time from choosing another weapon to being able to fire it, ms.
pub const SWITCH_MS: u32 = 300;
/// Speed of a rocket, world units per second (18 m/s).
pub const ROCKET_SPEED_UNITS_PER_S: i32 = 18 * UNITS_PER_METRE;
/// A rocket that meets nothing bursts after this time, ms.
pub const ROCKET_LIFE_MS: u32 = 3000;
/// Radius of a rocket for bodies in its way, world units.
pub const ROCKET_RADIUS: i32 = 100;
/// Reach of a burst from its centre to the edge of a body, world units (3 m).
pub const SPLASH_UNITS: i32 = 3 * UNITS_PER_METRE;
/// Damage at the edge of a burst; it grows evenly to the weapon's at the centre.
pub const SPLASH_EDGE_DAMAGE: u8 = 15;
/// Percent of a burst's damage that its own shooter takes.
pub const SPLASH_SELF_PERCENT: u32 = 50;

// Cooldowns are told in 8 bits, at the fastest rate too.
const _: () = {
    let mut i = 0;
    while i < 3 {
        assert!((10 * crate::limits::TICK_RATE_MAX).div_ceil(TABLES[i].shots_per_10s) <= u8::MAX as u32);
        assert!(crate::limits::TICK_RATE_MAX * TABLES[i].reload_ms / 1000 < 1024, "reloads are told in 10 bits");
        i += 1;
    }
};
