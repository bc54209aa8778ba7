//! The numbers of the game but for those of weapons ([`super::weapon`]) and pickups ([`super::pickup`]): units in the names.

use crate::tick::TickRate;

/// Top walking speed, world units per second (6 m/s).
pub const SPEED_UNITS_PER_S: i32 = 6 * crate::limits::UNITS_PER_METRE;
/// Time from standing to top speed, ms.
pub const SPEED_UP_MS: i32 = 100;
/// Time from top speed to standing, ms.
pub const STOP_MS: i32 = 120;
/// How long a dash lasts, ms.
pub const DASH_MS: u32 = 150;
/// Speed of a dash, in walkers' full speeds.
pub const DASH_SPEED_FACTOR: i32 = 3;
/// Time from the start of a dash to the next, ms.
pub const DASH_COOLDOWN_MS: u32 = 2500;
/// Time a player stays dead, ms.
pub const RESPAWN_MS: u32 = 2000;
/// Spawn points drawn at a respawn; the one farthest from living others is taken.
pub const SPAWN_DRAWS: u32 = 4;
/// World units to one step of `Player::shot_range` (a quarter metre).
pub const SHOT_RANGE_STEP_UNITS: i32 = crate::limits::UNITS_PER_METRE / 4;

/// Ticks a player stays dead.
pub const fn respawn_ticks(rate: TickRate) -> u16 {
    rate.ticks_in_ms(RESPAWN_MS) as u16
}
