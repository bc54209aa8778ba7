//! Ways across an arena for those who steer along the eight headings: how far it is, and the corners to walk by.
//!
//! A few dozen places are spread over the floor. How far each tile is from a place is worked out when it is first asked for
//! and then kept, for everybody: a long way is a walk down such a field, the end of it a search in a small window. All of it
//! follows from the walls alone. Must not know who walks, or why.

use super::Arena;
use super::buckets::{Buckets, RING};
use crate::limits::TILE_UNITS;
use glam::IVec2;
use std::sync::OnceLock;

/// Everything about walking that follows from the walls of one arena.
#[derive(Clone, Debug)]
pub struct Ways {
    /// In tiles.
    size: IVec2,
    /// By tile: bit *i* says that a body walks freely from its centre to the next tile's along heading *i + 1*.
    steps: Vec<u8>,
    /// By tile: a wall is beside it, so that walking there risks being held up.
    tight: Vec<bool>,
    /// Tiles spread over the reachable floor.
    places: Vec<IVec2>,
    /// By tile: the place nearest on foot; [`NO_PLACE`] in a wall.
    nearest: Vec<u8>,
    /// By place, then by tile: what the way to it costs.
    fields: Vec<OnceLock<Box<[u16]>>>,
}

impl Ways {
    pub(super) fn of(arena: &Arena) -> Ways {
        let tiles = (arena.width() * arena.height()) as usize;
        let tile = |index: usize| IVec2::new(index as i32 % arena.width(), index as i32 / arena.width());
        let mut ways = Ways {
            size: IVec2::new(arena.width(), arena.height()),
            steps: (0..tiles).map(|i| free_steps(arena, tile(i))).collect(),
            tight: (0..tiles).map(|i| !arena.is_box_free(tile(i) - IVec2::ONE, tile(i) + IVec2::ONE)).collect(),
            places: Vec::new(),
            nearest: vec![NO_PLACE; tiles],
            fields: Vec::new(),
        };
        let start = arena.spawns()[0] / TILE_UNITS;
        let reached = ways.flow(&[start], |_, _| {});
        ways.places = ways.choose_places(&reached);
        ways.fields = vec![OnceLock::new(); ways.places.len()];
        let mut nearest = std::mem::take(&mut ways.nearest);
        for (number, place) in (0..).zip(&ways.places) {
            nearest[ways.index(*place)] = number;
        }
        ways.flow(&ways.places, |from, to| nearest[to] = nearest[from]);
        ways.nearest = nearest;
        ways
    }

    /// Tiles to go to when there is no better reason: spread evenly over the floor, never empty.
    pub fn places(&self) -> &[IVec2] {
        &self.places
    }

    /// About how long the way between two tiles is, in tiles; `None` if there is none.
    pub fn distance(&self, from: IVec2, to: IVec2) -> Option<u32> {
        let cost = self.field(to)?[self.index(from)];
        (cost != UNREACHED).then(|| u32::from(cost / STRAIGHT).max((to - from).abs().max_element() as u32))
    }

    /// Corners (world units, tile centres) of the next part of a way from one tile to another, nearest first; empty if it is
    /// no way at all. From corner to corner each run lies along a heading. Searches `WINDOW` squared tiles at most.
    pub fn corners(&self, from: IVec2, to: IVec2) -> Vec<IVec2> {
        if let Some(bend) = self.two_runs(from, to) {
            let mut corners: Vec<IVec2> = [bend, to].into_iter().filter(|&tile| tile != from).map(centre).collect();
            corners.dedup();
            return corners;
        }
        let near = (to - from).abs().max_element() <= WINDOW / 2;
        let path = near.then(|| self.search(from, |tile| at_least(tile, to), |tile| tile == to)).flatten();
        self.pulled(&path.unwrap_or_else(|| self.downhill(from, to)))
    }

    /// The nearest tile on foot that `wanted` says yes to, with the corners of the way there, among `ASKED_MAX` tiles.
    pub fn nearest_where(&self, from: IVec2, mut wanted: impl FnMut(IVec2) -> bool) -> Option<Vec<IVec2>> {
        let mut asked = 0;
        let is_it = |tile| {
            asked += 1;
            asked > ASKED_MAX || wanted(tile)
        };
        let path = self.search(from, |_| 0, is_it)?;
        (asked <= ASKED_MAX).then(|| self.pulled(&path))
    }

    /// Whether a body walks freely from `tile` along `heading` (1..=8) for so many tiles.
    pub fn is_run_free(&self, tile: IVec2, heading: u8, tiles: u32) -> bool {
        let mut at = tile;
        for _ in 0..tiles {
            if !self.can_step(at, heading - 1) {
                return false;
            }
            at += DIRECTIONS[usize::from(heading - 1)];
        }
        true
    }

    /// What the way to the place nearest to `to` costs from everywhere, plus nothing for the rest of the way.
    fn field(&self, to: IVec2) -> Option<&[u16]> {
        let place = *self.nearest.get(self.index(to))?;
        let field = self.fields.get(usize::from(place))?;
        Some(field.get_or_init(|| self.flow(&[self.places[usize::from(place)]], |_, _| {})))
    }

    /// Tiles down the field of the place nearest to `to`.
    fn downhill(&self, from: IVec2, to: IVec2) -> Vec<IVec2> {
        let mut path = vec![from];
        let Some(field) = self.field(to) else { return path };
        let mut at = from;
        for _ in 0..WINDOW {
            let next = (0..8).filter(|&d| self.can_step(at, d)).map(|d| at + DIRECTIONS[usize::from(d)]);
            let Some(next) = next.min_by_key(|tile| field[self.index(*tile)]) else { break };
            if field[self.index(next)] >= field[self.index(at)] {
                break;
            }
            path.push(next);
            at = next;
        }
        path
    }

    /// Tiles of the cheapest way from `from` to the first tile that `done` says yes to, within [`WINDOW`] around `from`;
    /// `left` never says more than the way from a tile still costs (A*: Hart, Nilsson, Raphael 1968).
    fn search(
        &self,
        from: IVec2,
        left: impl Fn(IVec2) -> u16,
        mut done: impl FnMut(IVec2) -> bool,
    ) -> Option<Vec<IVec2>> {
        let low = from - IVec2::splat(WINDOW / 2);
        let local = |tile: IVec2| {
            let within = tile - low;
            let inside = within.min_element() >= 0 && within.max_element() < WINDOW;
            inside.then_some((within.y * WINDOW + within.x) as usize)
        };
        let mut cost = [UNREACHED; (WINDOW * WINDOW) as usize];
        // The direction each tile was reached by.
        let mut by = [0u8; (WINDOW * WINDOW) as usize];
        let mut queue = Buckets::from(left(from));
        cost[local(from)?] = 0;
        queue.push(left(from), from);
        while let Some((whole, tile)) = queue.pop() {
            let here = local(tile)?;
            if cost[here] + left(tile) != whole {
                continue;
            }
            if done(tile) {
                return path_back(from, tile, |at| local(at).map(|i| by[i]));
            }
            for direction in (0..8).filter(|&d| self.can_step(tile, d)) {
                let next = tile + DIRECTIONS[usize::from(direction)];
                let Some(there) = local(next) else { continue };
                let total = cost[here] + self.step_cost(next, direction);
                if total < cost[there] {
                    (cost[there], by[there]) = (total, direction);
                    queue.push(total + left(next), next);
                }
            }
        }
        None
    }

    /// What the cheapest way from the nearest of `sources` costs, by tile; `claim(from, to)` is told of each cheaper step.
    fn flow(&self, sources: &[IVec2], mut claim: impl FnMut(usize, usize)) -> Box<[u16]> {
        let mut cost = vec![UNREACHED; self.steps.len()].into_boxed_slice();
        let mut queue = Buckets::from(0);
        for source in sources {
            cost[self.index(*source)] = 0;
            queue.push(0, *source);
        }
        while let Some((reached_at, tile)) = queue.pop() {
            let here = self.index(tile);
            if cost[here] != reached_at {
                continue;
            }
            for direction in (0..8).filter(|&d| self.can_step(tile, d)) {
                let next = tile + DIRECTIONS[usize::from(direction)];
                let there = self.index(next);
                // Farther than anybody walks on the largest map counts as out of reach.
                let total = reached_at.saturating_add(self.step_cost(next, direction));
                if total < cost[there] {
                    cost[there] = total;
                    claim(here, there);
                    queue.push(total, next);
                }
            }
        }
        cost
    }

    /// Of each cell of a coarse grid the roomiest reachable tile nearest to its middle.
    fn choose_places(&self, reached: &[u16]) -> Vec<IVec2> {
        let size = self.size;
        let cells = |edge: i32| (size.x + edge - 1) / edge * ((size.y + edge - 1) / edge);
        let edge = (PLACE_TILES_LEAST..).find(|&edge| cells(edge) <= PLACES_MAX).expect("one cell holds any map");
        let mut places = Vec::new();
        for (y, x) in
            (0..size.y).step_by(edge as usize).flat_map(|y| (0..size.x).step_by(edge as usize).map(move |x| (y, x)))
        {
            let low = IVec2::new(x, y);
            let high = (low + IVec2::splat(edge)).min(size);
            let tiles = (low.y..high.y).flat_map(|y| (low.x..high.x).map(move |x| IVec2::new(x, y)));
            let place = tiles.filter(|tile| reached[self.index(*tile)] != UNREACHED).min_by_key(|tile| {
                let off = *tile * 2 - (low + high);
                (self.tight[self.index(*tile)], off.length_squared(), tile.x, tile.y)
            });
            places.extend(place);
        }
        places
    }

    /// Pulls a staircase of tiles into few straight runs: from each point to the farthest tile ahead that a diagonal and a
    /// straight run (in either order) reach.
    fn pulled(&self, path: &[IVec2]) -> Vec<IVec2> {
        let mut corners = Vec::new();
        let mut at = 0;
        while at + 1 < path.len() {
            let farthest = (at + RUN_TILES_MAX).min(path.len() - 1);
            let pulled = (at + 1..=farthest).rev().find_map(|k| Some((k, self.two_runs(path[at], path[k])?)));
            let (next, bend) = pulled.unwrap_or((at + 1, path[at + 1]));
            corners.extend([bend, path[next]].into_iter().filter(|&tile| tile != path[at]).map(centre));
            at = next;
        }
        corners.dedup();
        corners
    }

    /// The tile where a way of two straight runs from `a` to `b` bends, if one is free.
    fn two_runs(&self, a: IVec2, b: IVec2) -> Option<IVec2> {
        let (gap, signs) = (b - a, (b - a).signum());
        let diagonal = signs * gap.abs().min_element();
        [a + diagonal, b - diagonal].into_iter().find(|&bend| self.run_free(a, bend) && self.run_free(bend, b))
    }

    /// `a` and `b` lie on one heading.
    fn run_free(&self, a: IVec2, b: IVec2) -> bool {
        let Some(direction) = DIRECTIONS.iter().position(|d| *d == (b - a).signum()) else { return true };
        self.is_run_free(a, direction as u8 + 1, (b - a).abs().max_element() as u32)
    }

    fn can_step(&self, tile: IVec2, direction: u8) -> bool {
        self.steps[self.index(tile)] >> direction & 1 != 0
    }

    fn step_cost(&self, to: IVec2, direction: u8) -> u16 {
        let length = if direction.is_multiple_of(2) { STRAIGHT } else { DIAGONAL };
        length + if self.tight[self.index(to)] { BESIDE_WALL } else { 0 }
    }

    /// Tiles outside the map count as its nearest.
    fn index(&self, tile: IVec2) -> usize {
        let tile = tile.clamp(IVec2::ZERO, self.size - IVec2::ONE);
        (tile.y * self.size.x + tile.x) as usize
    }
}

/// The tiles from `from` to `to`, of which `by` says the direction each was reached by.
fn path_back(from: IVec2, to: IVec2, by: impl Fn(IVec2) -> Option<u8>) -> Option<Vec<IVec2>> {
    let mut path = vec![to];
    let mut at = to;
    while at != from {
        at -= DIRECTIONS[usize::from(by(at)?)];
        path.push(at);
    }
    path.reverse();
    Some(path)
}

/// What a way costs at least: diagonal steps, then straight ones, all far from walls.
fn at_least(from: IVec2, to: IVec2) -> u16 {
    let gap = (to - from).abs();
    let (short, long) = (gap.min_element() as u16, gap.max_element() as u16);
    short * DIAGONAL + (long - short) * STRAIGHT
}

/// Bodies are nearly as wide as a tile: a diagonal step needs both neighbours free as well.
fn free_steps(arena: &Arena, tile: IVec2) -> u8 {
    if arena.is_solid(tile.x, tile.y) {
        return 0;
    }
    let free = |step: IVec2| !arena.is_solid(tile.x + step.x, tile.y + step.y);
    let open = |step: IVec2| free(step) && free(IVec2::new(step.x, 0)) && free(IVec2::new(0, step.y));
    (0..8).filter(|&d| open(DIRECTIONS[d])).fold(0, |bits, d| bits | 1 << d)
}

fn centre(tile: IVec2) -> IVec2 {
    tile * TILE_UNITS + IVec2::splat(TILE_UNITS / 2)
}

/// Steps of headings 1..=8.
const DIRECTIONS: [IVec2; 8] = [
    IVec2::new(1, 0),
    IVec2::new(1, 1),
    IVec2::new(0, 1),
    IVec2::new(-1, 1),
    IVec2::new(-1, 0),
    IVec2::new(-1, -1),
    IVec2::new(0, -1),
    IVec2::new(1, -1),
];
/// What a step costs: the ratio of the lengths is right within 1 %; a wall beside it is worth a small detour.
const STRAIGHT: u16 = 5;
const DIAGONAL: u16 = 7;
const BESIDE_WALL: u16 = 2;
const UNREACHED: u16 = u16::MAX;
/// Edge of the window a search looks at, tiles: well beyond what lies between a tile and the place nearest to it.
const WINDOW: i32 = 41;
/// Tiles that [`Ways::nearest_where`] asks about.
const ASKED_MAX: u32 = 160;
/// Farthest tile ahead that a pair of runs may end at.
const RUN_TILES_MAX: usize = 24;
/// Most places, and the least edge of the cell each stands for, tiles. A field is two bytes a tile: 8 MiB for all of the
/// largest map that can be, 1.5 MiB for the largest that comes with the game.
const PLACES_MAX: i32 = 64;
const PLACE_TILES_LEAST: i32 = 6;
const NO_PLACE: u8 = u8::MAX;
const _: () = assert!(PLACES_MAX < NO_PLACE as i32);
const _: () = assert!(2 * (DIAGONAL + BESIDE_WALL) < RING as u16, "more than a step costs and leads away from a goal");
