//! How far an eye may have come by the time its owner's screen shows what the server tells now: the peek margin.
//!
//! Time line, with the round trip the margin is made for. The server makes state *T* and its snapshot at once. The client
//! shows the others as of *T* between the arrival of that snapshot and the end of its display delay. At that time it draws
//! *itself* at its own input now, which runs ahead of the server by the way up and the input margin:
//!
//! ```text
//!   server    T ─────────────┬──────────────► time
//!              \ way down    │
//!   client      ▼ arrives    ▼ the last frame that draws the others as of T
//!   its eye     T + round trip + display delay + input margin, at the latest
//! ```
//!
//! So a snapshot of *T* must hold whoever the eye can see from any place it can reach by then. What the server knows of
//! the eye at *T* bounds that: its speed, whether it is dashing, and when its next dash may begin.
//!
//! The others are drawn where they were in *T* or on the way to the next snapshot: they may come round a corner by no more
//! than [`BODY_REACH_TILES`]. Walls bound both: only tiles that a body can walk to count.

use glam::IVec2;
use tickshot_shared::limits::TILE_UNITS;
use tickshot_shared::sim::rules::{DASH_MS, DASH_SPEED_FACTOR, SPEED_UNITS_PER_S};
use tickshot_shared::sim::world::Player;
use tickshot_shared::tick::TickRate;

/// The round trip that the margin allows for, ms.
pub const ROUND_TRIP_MS: u32 = 100;
/// Display delay and input margin of a client on a steady link, the span between two snapshots included, in ticks.
pub const PICTURE_TICKS: u32 = 5;
/// How far round a corner a drawn body may be from where it was told, in tiles: its radius and a dash of two ticks.
pub const BODY_REACH_TILES: i32 = 1;
/// The farthest reach that is allowed for, in whole tiles: what makes the margin wider (slow tick rates, few snapshots) stops
/// there.
pub const REACH_TILES_MAX: i32 = 4;

/// World units that `eye` can move before the picture told now, with a snapshot every `every` ticks, is off its owner's
/// screen.
pub fn reach_units(eye: &Player, rate: TickRate, every: u32) -> i32 {
    if !eye.alive {
        return 0;
    }
    let hz = rate.hz() as i32;
    let ticks = (rate.ticks_in_ms(ROUND_TRIP_MS) + PICTURE_TICKS + every.max(1) - 1) as i32;
    // A dash under way ends; the next may begin when its time has come.
    let whole = rate.ticks_in_ms(DASH_MS) as i32;
    let left = i32::from(eye.dash_ticks).min(ticks);
    let next = (ticks - i32::from(eye.dash_cooldown)).clamp(0, whole);
    let dashing = (left + next).min(ticks);
    let walk = SPEED_UNITS_PER_S / hz;
    // Whoever was hit flies faster than anyone walks, and slows down.
    let speed = walk.max(eye.vel.length_squared().isqrt().min(2 * walk));
    (ticks - dashing) * speed + dashing * walk * DASH_SPEED_FACTOR
}

/// A reach as whole tiles and what is left, world units.
pub fn split(reach_units: i32) -> (i32, i32) {
    let units = reach_units.clamp(0, (REACH_TILES_MAX + 1) * TILE_UNITS - 1);
    (units / TILE_UNITS, units % TILE_UNITS)
}

/// The tiles from whose edges an eye at `eye` can come as many whole tiles as [`split`] says: those within the rest. Some may
/// be walls.
pub fn starts(eye: IVec2, rest_units: i32) -> impl Iterator<Item = IVec2> {
    let tile = |at: IVec2| IVec2::new(at.x.div_euclid(TILE_UNITS), at.y.div_euclid(TILE_UNITS));
    let (low, high) = (tile(eye - rest_units), tile(eye + rest_units));
    (low.y..=high.y).flat_map(move |y| (low.x..=high.x).map(move |x| IVec2::new(x, y)))
}
