//! Ways for bots to walk: from a tile to another in straight runs along the eight headings.
//!
//! Stands alone so that the brain thinks in corners, not tiles. Searched rarely and within a named bound. Must not know
//! who walks, or why.

use super::arena::Arena;
use crate::limits::TILE_UNITS;
use crate::rng::Rng;
use glam::IVec2;

/// Corners (world units, tile centres) of a way from the tile of `from` to that of `to`, nearest first.
///
/// Empty if there is no way within the search bound or nowhere to go. From tile centre to tile centre each run lies
/// exactly along a heading.
pub(super) fn towards(arena: &Arena, from: IVec2, to: IVec2) -> Vec<IVec2> {
    let goal = tile_of(to);
    let reached = search(arena, tile_of(from), Some(goal));
    match reached.last() {
        Some(last) if last.tile == goal => corners(arena, &path(&reached, reached.len() - 1)),
        _ => Vec::new(),
    }
}

/// Corners of a way to a random reachable place that is not near.
pub(super) fn wander(arena: &Arena, from: IVec2, rng: &mut Rng) -> Vec<IVec2> {
    let reached = search(arena, tile_of(from), None);
    // Tiles are reached in order of distance: the farther half.
    let near = reached.len() / 2;
    let end = near + rng.below((reached.len() - near) as u32) as usize;
    corners(arena, &path(&reached, end))
}

/// Whether a body walks freely from the centre of `tile` to the next one in direction `axes` (signs).
pub(super) fn step_free(arena: &Arena, tile: IVec2, axes: IVec2) -> bool {
    // Bodies are nearly as wide as a tile: a diagonal step needs both neighbours free as well.
    [axes, IVec2::new(axes.x, 0), IVec2::new(0, axes.y)].iter().all(|d| !arena.is_solid(tile.x + d.x, tile.y + d.y))
}

pub(super) fn tile_of(at: IVec2) -> IVec2 {
    IVec2::new(at.x.div_euclid(TILE_UNITS), at.y.div_euclid(TILE_UNITS))
}

struct Reached {
    tile: IVec2,
    /// Index of the tile it was reached from; its own for the start.
    from: usize,
}

/// Breadth first from `start` until `goal` (then last in the list) or [`SEARCH_TILES_MAX`] tiles. Never empty.
fn search(arena: &Arena, start: IVec2, goal: Option<IVec2>) -> Vec<Reached> {
    let mut seen = vec![false; (arena.width() * arena.height()) as usize];
    let mut reached = vec![Reached { tile: start, from: 0 }];
    let mut next = 0;
    while next < reached.len() && reached.len() < SEARCH_TILES_MAX {
        let at = reached[next].tile;
        if Some(at) == goal {
            reached.truncate(next + 1);
            break;
        }
        for step in [IVec2::X, IVec2::NEG_X, IVec2::Y, IVec2::NEG_Y] {
            let tile = at + step;
            if arena.is_solid(tile.x, tile.y) {
                continue;
            }
            let mark = &mut seen[(tile.y * arena.width() + tile.x) as usize];
            if !std::mem::replace(mark, true) && tile != start {
                reached.push(Reached { tile, from: next });
            }
        }
        next += 1;
    }
    reached
}

/// Tiles from the start to entry `end`, both included.
fn path(reached: &[Reached], end: usize) -> Vec<IVec2> {
    let mut tiles = vec![reached[end].tile];
    let mut at = end;
    while at != 0 {
        at = reached[at].from;
        tiles.push(reached[at].tile);
    }
    tiles.reverse();
    tiles
}

/// Pulls a staircase of tiles into few straight runs: from each point to the farthest tile ahead that a diagonal and a
/// straight run (in either order) reach.
fn corners(arena: &Arena, path: &[IVec2]) -> Vec<IVec2> {
    let mut corners = Vec::new();
    let mut at = 0;
    while at + 1 < path.len() {
        let farthest = (at + RUN_TILES_MAX).min(path.len() - 1);
        let pulled = (at + 1..=farthest).rev().find_map(|k| Some((k, two_runs(arena, path[at], path[k])?)));
        let (next, middle) = pulled.unwrap_or((at + 1, path[at + 1]));
        corners.extend([middle, path[next]].into_iter().filter(|&tile| tile != path[at]).map(centre));
        at = next;
    }
    corners.dedup();
    corners
}

/// The tile where a way of two straight runs from `a` to `b` bends, if one is free.
fn two_runs(arena: &Arena, a: IVec2, b: IVec2) -> Option<IVec2> {
    let (gap, signs) = (b - a, (b - a).signum());
    let diagonal = signs * gap.abs().min_element();
    [a + diagonal, b - diagonal].into_iter().find(|&bend| run_free(arena, a, bend) && run_free(arena, bend, b))
}

fn run_free(arena: &Arena, a: IVec2, b: IVec2) -> bool {
    let axes = (b - a).signum();
    let mut at = a;
    while at != b {
        if !step_free(arena, at, axes) {
            return false;
        }
        at += axes;
    }
    true
}

fn centre(tile: IVec2) -> IVec2 {
    tile * TILE_UNITS + IVec2::splat(TILE_UNITS / 2)
}

/// Most tiles one search visits: about 30 x 30 m of open floor.
const SEARCH_TILES_MAX: usize = 1024;
/// Farthest tile ahead that a pair of runs may end at.
const RUN_TILES_MAX: usize = 24;
