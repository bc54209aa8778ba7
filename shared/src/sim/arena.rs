//! An arena: which tiles are solid, and where players appear. Checked once, never changes afterwards.
//!
//! One tile is one metre. Everything outside the map is solid, so a map needs no border, but nothing leaves it without
//! one either. Must not know how a map is drawn or where its file came from.

use super::pickup::Pickup;
use super::round::Team;
use super::tmx::{self, TmxMap, TmxSpawn};
use super::world::Player;
use crate::limits::TILE_UNITS;
use glam::IVec2;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A checked arena: at least one spawn point, every spawn point on free floor and reachable from every other.
#[derive(Clone, Debug)]
pub struct Arena {
    name: String,
    rows: BitGrid,
    /// The same tiles transposed: a steep line of sight reads columns as a flat one reads rows.
    columns: BitGrid,
    sums: WallSums,
    spawns: Vec<IVec2>,
    pickups: Vec<Pickup>,
    hash: MapHash,
}

/// BLAKE3 of a map file's bytes: what two ends compare before a match.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MapHash(pub [u8; 32]);

/// Why a map file is refused: what, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("map '{map}': {problem}")]
pub struct ArenaError {
    /// The name it was to be known by.
    pub map: String,
    /// Layer, tile or object, and what to change.
    pub problem: String,
}

impl Arena {
    /// Reads a Tiled map: orthogonal, CSV-encoded, tile layer `walls` (any tile is solid), object layer `spawns`
    /// (points). Other layers are ignored. Takes any bytes without panicking; its work is bounded by the file limits.
    pub fn parse(name: &str, tmx: &[u8]) -> Result<Arena, ArenaError> {
        let refuse = |problem| ArenaError { map: name.to_owned(), problem };
        let map = tmx::read(tmx).map_err(refuse)?;
        let rows = BitGrid::new(map.width, map.height, |x, y| map.solid[(y * map.width + x) as usize]);
        let columns = BitGrid::new(map.height, map.width, |y, x| map.solid[(y * map.width + x) as usize]);
        let sums = WallSums::new(&rows);
        let spawns = check_spawns(&map, &rows).map_err(refuse)?;
        Ok(Arena { name: name.to_owned(), rows, columns, sums, spawns, pickups: Vec::new(), hash: MapHash::of(tmx) })
    }

    /// The name given to [`Arena::parse`].
    pub fn name(&self) -> &str {
        &self.name
    }

    /// In tiles.
    pub fn width(&self) -> i32 {
        self.rows.width
    }

    /// In tiles.
    pub fn height(&self) -> i32 {
        self.rows.height
    }

    /// Size in world units; the top left corner is the origin.
    pub fn bounds(&self) -> IVec2 {
        IVec2::new(self.width(), self.height()) * TILE_UNITS
    }

    /// Whether tile `tx`, `ty` is a wall. Outside the map everything is.
    #[inline]
    pub fn is_solid(&self, tx: i32, ty: i32) -> bool {
        self.rows.contains(tx, ty)
    }

    /// World units; never empty, in the order of the file. A body at any of them touches no wall.
    pub fn spawns(&self) -> &[IVec2] {
        &self.spawns
    }

    /// What lies where, in the order of the file; at most [`super::pickup::PICKUPS_MAX`].
    pub fn pickups(&self) -> &[Pickup] {
        &self.pickups
    }

    /// Spawn points of one side in a mode with teams; all of them, if the map has none of its own.
    pub fn team_spawns(&self, _team: Team) -> &[IVec2] {
        &self.spawns
    }

    /// Hash of the file this arena was read from.
    pub fn hash(&self) -> MapHash {
        self.hash
    }

    /// Any solid tile besides the outermost ring.
    pub fn has_inner_walls(&self) -> bool {
        (1..self.height() - 1).any(|y| (1..self.width() - 1).any(|x| self.is_solid(x, y)))
    }

    /// Whether all tiles from `low` to `high` (both included, `low <= high`) lie inside the map and are free.
    #[inline]
    pub fn is_box_free(&self, low: IVec2, high: IVec2) -> bool {
        low.min_element() >= 0 && high.x < self.width() && high.y < self.height() && self.sums.count(low, high) == 0
    }

    /// Tiles by row, for scans along x.
    pub(super) fn rows(&self) -> &BitGrid {
        &self.rows
    }

    /// Tiles by column, for scans along y.
    pub(super) fn columns(&self) -> &BitGrid {
        &self.columns
    }
}

impl MapHash {
    /// The hash of a map file.
    pub fn of(tmx: &[u8]) -> MapHash {
        MapHash(*blake3::hash(tmx).as_bytes())
    }
}

/// Lower-case hex, as `b3sum` prints it.
impl fmt::Display for MapHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for MapHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MapHash({self})")
    }
}

/// Solid tiles as bits, line by line, so that a span of a line is one mask away.
#[derive(Clone, Debug)]
pub(super) struct BitGrid {
    width: i32,
    height: i32,
    /// `u64`s per line.
    stride: usize,
    words: Vec<u64>,
}

impl BitGrid {
    fn new(width: u32, height: u32, solid: impl Fn(u32, u32) -> bool) -> BitGrid {
        let stride = width.div_ceil(64) as usize;
        let mut words = vec![0u64; stride * height as usize];
        for y in 0..height {
            for x in (0..width).filter(|&x| solid(x, y)) {
                words[y as usize * stride + x as usize / 64] |= 1 << (x % 64);
            }
        }
        BitGrid { width: width as i32, height: height as i32, stride, words }
    }

    #[inline]
    fn contains(&self, x: i32, y: i32) -> bool {
        // Negative numbers become large ones: two comparisons instead of four.
        if x as u32 >= self.width as u32 || y as u32 >= self.height as u32 {
            return true;
        }
        self.words[y as usize * self.stride + x as usize / 64] >> (x as u32 % 64) & 1 != 0
    }

    /// The bits of lines `first..=last`, which lie inside the map.
    pub(super) fn lines(&self, first: i32, last: i32) -> impl Iterator<Item = &[u64]> {
        self.words[first as usize * self.stride..(last + 1) as usize * self.stride].chunks_exact(self.stride)
    }
}

/// Whether any of bits `first..=last` (`first <= last`, within the line) is set.
#[inline]
pub(super) fn any_in_words(line: &[u64], first: i32, last: i32) -> bool {
    let (low, high) = (u64::MAX << (first & 63), u64::MAX >> (!last & 63));
    let (a, b) = (first as usize / 64, last as usize / 64);
    if a == b {
        return line[a] & low & high != 0;
    }
    line[a] & low != 0 || line[b] & high != 0 || line[a + 1..b].iter().any(|&word| word != 0)
}

/// Walls counted from the top left corner (a summed-area table): the walls in any box are four look-ups away.
#[derive(Clone, Debug)]
struct WallSums {
    stride: usize,
    /// Entry `x, y`: walls above and left of tile `x, y`.
    counts: Vec<u32>,
}

impl WallSums {
    fn new(rows: &BitGrid) -> WallSums {
        let stride = rows.width as usize + 1;
        let mut counts = vec![0; stride * (rows.height as usize + 1)];
        for y in 0..rows.height {
            let mut in_row = 0;
            for x in 0..rows.width {
                in_row += u32::from(rows.contains(x, y));
                let below = (y as usize + 1) * stride + x as usize + 1;
                counts[below] = counts[below - stride] + in_row;
            }
        }
        WallSums { stride, counts }
    }

    #[inline]
    fn count(&self, low: IVec2, high: IVec2) -> u32 {
        let (top, bottom) = (low.y as usize * self.stride, (high.y as usize + 1) * self.stride);
        let (left, right) = (low.x as usize, high.x as usize + 1);
        (self.counts[bottom + right] + self.counts[top + left])
            - (self.counts[top + right] + self.counts[bottom + left])
    }
}

/// World positions of all spawn points, or which of them nobody could use.
fn check_spawns(map: &TmxMap, rows: &BitGrid) -> Result<Vec<IVec2>, String> {
    let tile_of = |spawn: &TmxSpawn| (spawn.x.div_euclid(TILE_UNITS), spawn.y.div_euclid(TILE_UNITS));
    let first =
        map.spawns.first().ok_or("layer 'spawns': holds no point; add at least one with Insert Point (I) in Tiled")?;
    for spawn in &map.spawns {
        let (tx, ty) = tile_of(spawn);
        if !(0..rows.width).contains(&tx) || !(0..rows.height).contains(&ty) {
            return Err(format!("layer 'spawns': object {} lies outside the map; move it inside", spawn.id));
        }
        if rows.contains(tx, ty) {
            return Err(format!("layer 'spawns': object {} is inside the wall at tile {tx},{ty}; move it", spawn.id));
        }
    }
    let reached = flood(rows, tile_of(first));
    for spawn in &map.spawns {
        let (tx, ty) = tile_of(spawn);
        if !reached[(ty * rows.width + tx) as usize] {
            return Err(format!(
                "layer 'spawns': object {} at tile {tx},{ty} cannot be reached from object {}; open a way or move it",
                spawn.id, first.id
            ));
        }
    }
    Ok(map.spawns.iter().map(|spawn| clear_of_walls(IVec2::new(spawn.x, spawn.y), rows)).collect())
}

/// Tiles (row by row) that a walker starting on free tile `start` gets to; bodies do not fit through diagonal gaps.
fn flood(rows: &BitGrid, start: (i32, i32)) -> Vec<bool> {
    let index = |(x, y): (i32, i32)| (y * rows.width + x) as usize;
    let mut reached = vec![false; (rows.width * rows.height) as usize];
    let mut open = vec![start];
    reached[index(start)] = true;
    while let Some((x, y)) = open.pop() {
        for next in [(x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)] {
            if !rows.contains(next.0, next.1) && !reached[index(next)] {
                reached[index(next)] = true;
                open.push(next);
            }
        }
    }
    reached
}

/// `spawn`, moved within its tile so far that a body cannot touch a neighbouring wall.
fn clear_of_walls(spawn: IVec2, rows: &BitGrid) -> IVec2 {
    let tile = spawn.div_euclid(IVec2::splat(TILE_UNITS));
    let lonely = (-1..=1).all(|dy| (-1..=1).all(|dx| !rows.contains(tile.x + dx, tile.y + dy)));
    if lonely {
        return spawn;
    }
    let low = tile * TILE_UNITS + IVec2::splat(Player::RADIUS);
    let high = (tile + IVec2::ONE) * TILE_UNITS - IVec2::splat(Player::RADIUS);
    spawn.clamp(low, high)
}
