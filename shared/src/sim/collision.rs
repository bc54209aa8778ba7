//! Geometry against walls, in integers: bodies that slide, rays that stop, lines of sight; and rays against bodies.
//!
//! Stands alone so that movement, combat, interest and bots ask the same walls the same questions. Must not know players.

use super::arena::{Arena, BitGrid, any_in_words};
use crate::limits::{POS_BITS, TILE_UNITS};
use glam::IVec2;

/// Where a body of `radius` (world units, under half a tile) ends that wants to move from `from` by `delta`.
///
/// It slides along walls and round their corners, and is never inside a wall if it was not at `from`. An unhindered
/// body ends exactly at `from + delta`. No speed tunnels: long moves are cut into steps of half a radius.
pub fn slide(arena: &Arena, from: IVec2, delta: IVec2, radius: i32) -> IVec2 {
    let wanted = from + delta;
    let margin = IVec2::splat(radius);
    if arena.is_box_free(tile_of(from.min(wanted) - margin), tile_of(from.max(wanted) + margin)) {
        return wanted;
    }
    let parts = delta.abs().max_element() / (radius / 2) + 1;
    let mut at = from;
    for part in 1..=parts {
        // Differences of rounded multiples: the parts add up to `delta` exactly.
        let step = delta * part / parts - delta * (part - 1) / parts;
        at = pushed_out(arena, at + step, radius).unwrap_or(at);
    }
    at
}

/// Distance (world units) from `from` along `dir_q15` to the first wall, at most `range_units`; 0 from inside one.
///
/// A ray through the very corner of two tiles is stopped by either.
pub fn raycast(arena: &Arena, from: IVec2, dir_q15: IVec2, range_units: i32) -> i32 {
    let (step_x, step_y) = (dir_q15.x.signum(), dir_q15.y.signum());
    let mut tile = tile_of(from);
    if arena.is_solid(tile.x, tile.y) {
        return 0;
    }
    let (dx, dy) = (i64::from(dir_q15.x.abs()), i64::from(dir_q15.y.abs()));
    // World units along each axis to the next tile border that the ray crosses.
    let mut gap_x = i64::from(border_gap(from.x, step_x));
    let mut gap_y = i64::from(border_gap(from.y, step_y));
    loop {
        // gap_x / dx against gap_y / dy, without the division; an axis that is not moved along is never first.
        let (time_x, time_y) = (gap_x * dy, gap_y * dx);
        let cross_x = dx != 0 && (dy == 0 || time_x <= time_y);
        let cross_y = dy != 0 && (dx == 0 || time_y <= time_x);
        let travelled = if cross_x {
            (gap_x << 15) / dx
        } else if cross_y {
            (gap_y << 15) / dy
        } else {
            i64::MAX
        };
        if travelled >= i64::from(range_units) {
            return range_units;
        }
        let corner = cross_x && cross_y;
        let beside = corner && (arena.is_solid(tile.x + step_x, tile.y) || arena.is_solid(tile.x, tile.y + step_y));
        if cross_x {
            tile.x += step_x;
            gap_x += i64::from(TILE_UNITS);
        }
        if cross_y {
            tile.y += step_y;
            gap_y += i64::from(TILE_UNITS);
        }
        if beside || arena.is_solid(tile.x, tile.y) {
            return travelled as i32;
        }
    }
}

/// Whether any of a body at `centre` can be seen from `eye`: its middle or one of eight points just inside its edge.
pub fn body_in_sight(arena: &Arena, eye: IVec2, centre: IVec2, radius: i32) -> bool {
    let r = radius - 2;
    let d = r * 7 / 10;
    [(0, 0), (r, 0), (-r, 0), (0, r), (0, -r), (d, d), (-d, d), (d, -d), (-d, -d)]
        .into_iter()
        .any(|(x, y)| line_of_sight(arena, eye, centre + IVec2::new(x, y)))
}

/// Whether no wall lies on the segment between two points. Symmetric: who sees is seen.
///
/// Asked about every pair of players in every tick. A box around both without a wall hides nothing; otherwise it reads
/// whole spans of tiles: a segment covers one span in each line of tiles it crosses, and the lines are chosen (rows or
/// columns) so that they are few.
pub fn line_of_sight(arena: &Arena, a: IVec2, b: IVec2) -> bool {
    let (tiles_a, tiles_b) = (tile_of(a), tile_of(b));
    if arena.is_box_free(tiles_a.min(tiles_b), tiles_a.max(tiles_b)) {
        return true;
    }
    // Also refuses points outside the map, so that all numbers below are small and all lines exist.
    if arena.is_solid(tiles_a.x, tiles_a.y) || arena.is_solid(tiles_b.x, tiles_b.y) {
        return false;
    }
    let spread = (tiles_b - tiles_a).abs();
    if spread.y <= spread.x {
        spans_clear(arena.rows(), a, b)
    } else {
        spans_clear(arena.columns(), IVec2::new(a.y, a.x), IVec2::new(b.y, b.x))
    }
}

/// Distance (world units) at which a ray enters a circle, if it does within `range_units`; 0 from inside.
pub fn ray_hits_circle(from: IVec2, dir_q15: IVec2, range_units: i32, centre: IVec2, radius: i32) -> Option<i32> {
    let (rel, dir) = (centre.as_i64vec2() - from.as_i64vec2(), dir_q15.as_i64vec2());
    let radius = i64::from(radius);
    if rel.length_squared() <= radius * radius {
        return Some(0);
    }
    let along = rel.dot(dir) >> 15;
    let beside = rel.perp_dot(dir).abs() >> 15;
    if along <= 0 || beside > radius {
        return None;
    }
    let half_chord = (radius * radius - beside * beside).isqrt();
    let entry = (along - half_chord).max(0);
    (entry <= i64::from(range_units)).then_some(entry as i32)
}

/// Whether a body of `radius` at `centre` overlaps a wall. Touching is not overlapping.
pub fn touches_wall(arena: &Arena, centre: IVec2, radius: i32) -> bool {
    deepest_contact(arena, centre, radius).is_some()
}

/// `centre` moved out of every wall it overlaps, by the shortest way; `None` if a few pushes do not do it.
fn pushed_out(arena: &Arena, mut centre: IVec2, radius: i32) -> Option<IVec2> {
    for _ in 0..PUSHES_MAX {
        let Some(contact) = deepest_contact(arena, centre, radius) else {
            return Some(centre);
        };
        centre = push_from(contact, centre, radius)?;
    }
    deepest_contact(arena, centre, radius).is_none().then_some(centre)
}

/// The point of the solid tiles under a body that lies nearest to its centre, if it lies inside the body.
///
/// Nearest first makes seams between tiles harmless: the flat of a wall is always nearer than the next tile's corner.
fn deepest_contact(arena: &Arena, centre: IVec2, radius: i32) -> Option<IVec2> {
    let (low, high) = (tile_of(centre - IVec2::splat(radius)), tile_of(centre + IVec2::splat(radius)));
    let mut nearest = (radius * radius, None);
    for ty in low.y..=high.y {
        for tx in low.x..=high.x {
            if !arena.is_solid(tx, ty) {
                continue;
            }
            let corner = IVec2::new(tx, ty) * TILE_UNITS;
            let point = centre.clamp(corner, corner + IVec2::splat(TILE_UNITS));
            let distance_sq = (centre - point).length_squared();
            if distance_sq < nearest.0 {
                nearest = (distance_sq, Some(point));
            }
        }
    }
    nearest.1
}

/// `centre` moved away from `contact` until it is `radius` away, rounded outwards; `None` from inside the wall itself.
fn push_from(contact: IVec2, centre: IVec2, radius: i32) -> Option<IVec2> {
    let away = centre - contact;
    let length = away.length_squared().isqrt();
    if length == 0 {
        return None;
    }
    // The length is rounded down and the parts up, so that the result is never short of `radius`.
    let part = |component: i32| component.signum() * ((component.abs() * radius + length - 1) / length);
    Some(contact + IVec2::new(part(away.x), part(away.y)))
}

/// Line by line, whether the tiles under segment `a`-`b` are free. Lines run along x; both ends lie inside the map.
fn spans_clear(lines: &BitGrid, a: IVec2, b: IVec2) -> bool {
    // Always from the lower end, so that both directions are the same computation.
    let (a, b) = if (a.y, a.x) <= (b.y, b.x) { (a, b) } else { (b, a) };
    let (first_line, last_line) = (a.y >> TILE_BITS, b.y >> TILE_BITS);
    let blocked = |line: &[u64], tile_0: i32, tile_1: i32| any_in_words(line, tile_0.min(tile_1), tile_0.max(tile_1));
    let (mut tile, end_tile) = (a.x >> TILE_BITS, b.x >> TILE_BITS);
    let mut lines = lines.lines(first_line, last_line);
    // Where the segment leaves each line but the last, in Q32: the slope is cut by less than 2^-32 for each of at most
    // 2^18 units, so half as much again as that sum keeps a line through a tile's very corner on its own side.
    let slope = (i64::from(b.x - a.x) << 32).checked_div(i64::from(b.y - a.y)).unwrap_or(0);
    let to_border = ((first_line + 1) << TILE_BITS) - a.y;
    let mut x_q32 = (i64::from(a.x) << 32) + slope * i64::from(to_border) + (3 << (POS_BITS - 1));
    for line in lines.by_ref().take((last_line - first_line) as usize) {
        let next = (x_q32 >> (32 + TILE_BITS)) as i32;
        if blocked(line, tile, next) {
            return false;
        }
        tile = next;
        x_q32 += slope << TILE_BITS;
    }
    !lines.any(|line| blocked(line, tile, end_tile))
}

fn tile_of(at: IVec2) -> IVec2 {
    at >> TILE_BITS
}

/// World units from `at` to the next tile border in direction `sign`.
fn border_gap(at: i32, sign: i32) -> i32 {
    let within = at.rem_euclid(TILE_UNITS);
    if sign > 0 { TILE_UNITS - within } else { within }
}

/// An arithmetic shift by this is a division by [`TILE_UNITS`] that rounds down.
const TILE_BITS: u32 = TILE_UNITS.trailing_zeros();
const _: () = assert!(TILE_UNITS.count_ones() == 1 && POS_BITS + TILE_BITS + 32 < 63);

/// Pushes tried before a step is given up: a body touches at most three tiles in turn (a corner and two sides).
const PUSHES_MAX: u32 = 4;
