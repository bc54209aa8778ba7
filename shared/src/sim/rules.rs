//! The numbers of the game, in one table: units in the names.

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
/// Health a rifle hit takes.
pub const RIFLE_DAMAGE: u8 = 20;
/// Speed a rifle hit adds to its victim, away from the shooter, world units per second (4 m/s, which carries
/// somebody who stands a hand's breadth). The one thing in a match
/// that no prediction can know: what reconciliation is there for.
pub const RIFLE_KNOCK_UNITS_PER_S: i32 = 4 * crate::limits::UNITS_PER_METRE;
/// Rifle shots per second with the trigger held, before rounding to whole ticks.
pub const RIFLE_SHOTS_PER_S: u32 = 6;
/// Reach of a rifle shot, world units (60 m).
pub const RIFLE_RANGE_UNITS: i32 = 60 * crate::limits::UNITS_PER_METRE;
/// Time a player stays dead, ms.
pub const RESPAWN_MS: u32 = 2000;
/// Spawn points drawn at a respawn; the one farthest from living others is taken.
pub const SPAWN_DRAWS: u32 = 4;
/// World units to one step of `Player::shot_range` (a quarter metre).
pub const SHOT_RANGE_STEP_UNITS: i32 = crate::limits::UNITS_PER_METRE / 4;

/// Ticks from one rifle shot to the next, nearest to [`RIFLE_SHOTS_PER_S`].
pub const fn rifle_cooldown_ticks(rate: TickRate) -> u8 {
    ((rate.hz() + RIFLE_SHOTS_PER_S / 2) / RIFLE_SHOTS_PER_S) as u8
}

/// Ticks a player stays dead.
pub const fn respawn_ticks(rate: TickRate) -> u16 {
    rate.ticks_in_ms(RESPAWN_MS) as u16
}
