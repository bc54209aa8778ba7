//! An arena: which tiles are solid, and where players appear. Checked once, never changes afterwards.
//!
//! One tile is one metre. Everything outside the map is solid, so a map needs no border, but nothing leaves it without
//! one either. Must not know how a map is drawn or where its file came from.

mod buckets;
mod grid;
mod points;
pub mod survey;
pub mod ways;

use super::pickup::Pickup;
use super::round::Team;
use super::tmx;
use crate::limits::TILE_UNITS;
use glam::IVec2;
use grid::WallSums;
pub(super) use grid::{BitGrid, any_in_words};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::OnceLock;
use ways::Ways;

/// A checked arena: at least one spawn point, every spawn point and pickup on free floor and reachable from every other.
#[derive(Clone, Debug)]
pub struct Arena {
    name: String,
    rows: BitGrid,
    /// The same tiles transposed: a steep line of sight reads columns as a flat one reads rows.
    columns: BitGrid,
    sums: WallSums,
    spawns: Vec<IVec2>,
    /// By [`Team`]; empty if the map has none of their own.
    team_spawns: [Vec<IVec2>; 2],
    pickups: Vec<Pickup>,
    ways: OnceLock<Ways>,
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
    /// (points, of class `amber` or `azure` if they serve one side only), and if there is one, object layer `pickups`
    /// (points of class `health`, `armour` or `ammo`). Other layers are ignored. Takes any bytes without panicking; its
    /// work is bounded by the file limits.
    pub fn parse(name: &str, tmx: &[u8]) -> Result<Arena, ArenaError> {
        let refuse = |problem| ArenaError { map: name.to_owned(), problem };
        let map = tmx::read(tmx).map_err(refuse)?;
        let rows = BitGrid::new(map.width, map.height, |x, y| map.solid[(y * map.width + x) as usize]);
        let columns = BitGrid::new(map.height, map.width, |y, x| map.solid[(y * map.width + x) as usize]);
        let sums = WallSums::new(&rows);
        let points = points::check(&map, &rows).map_err(refuse)?;
        let points::Points { spawns, team_spawns, pickups } = points;
        Ok(Arena {
            name: name.to_owned(),
            rows,
            columns,
            sums,
            spawns,
            team_spawns,
            pickups,
            ways: OnceLock::new(),
            hash: MapHash::of(tmx),
        })
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
    pub fn team_spawns(&self, team: Team) -> &[IVec2] {
        let own = &self.team_spawns[team.index()];
        if own.is_empty() { &self.spawns } else { own }
    }

    /// Whether each side has spawn points of its own.
    pub fn has_team_spawns(&self) -> bool {
        !self.team_spawns[0].is_empty()
    }

    /// How to walk across it; worked out when first asked for (about a millisecond on the largest map of the game).
    pub fn ways(&self) -> &Ways {
        self.ways.get_or_init(|| Ways::of(self))
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
