//! The points of a map: where players appear and where pickups lie, checked for being of any use.
//!
//! Each stands on free floor that all others can be reached from; refusals name layer, object and tile. Must not know how
//! the file spells them.

use super::grid::BitGrid;
use crate::limits::TILE_UNITS;
use crate::sim::pickup::{Pickup, PickupKind};
use crate::sim::round::Team;
use crate::sim::tmx::{PICKUPS, SPAWNS, TmxMap, TmxPoint};
use crate::sim::world::Player;
use glam::IVec2;

/// The points of a map, in world units, in the order of the file.
pub(super) struct Points {
    pub spawns: Vec<IVec2>,
    /// By [`Team`]; both empty if no spawn point belongs to a side.
    pub team_spawns: [Vec<IVec2>; 2],
    pub pickups: Vec<Pickup>,
}

/// All points, or the first that nobody could use.
pub(super) fn check(map: &TmxMap, rows: &BitGrid) -> Result<Points, String> {
    let first =
        map.spawns.first().ok_or("layer 'spawns': holds no point; add at least one with Insert Point (I) in Tiled")?;
    on_floor(SPAWNS, &map.spawns, rows)?;
    on_floor(PICKUPS, &map.pickups, rows)?;
    let reached = flood(rows, tile_of(first));
    let all = map.spawns.iter().map(|p| (SPAWNS, p)).chain(map.pickups.iter().map(|p| (PICKUPS, p)));
    for (layer, point) in all {
        let (tx, ty) = tile_of(point);
        if !reached[(ty * rows.width + tx) as usize] {
            return Err(format!(
                "layer '{layer}': object {} at tile {tx},{ty} cannot be reached from object {} of layer 'spawns'; open a \
                 way or move it",
                point.id, first.id
            ));
        }
    }
    let spawns = map.spawns.iter().map(|point| clear_of_walls(at(point), rows)).collect();
    Ok(Points { spawns, team_spawns: team_spawns(map, rows)?, pickups: pickups(map)? })
}

/// Refuses points outside the map and inside walls.
fn on_floor(layer: &str, points: &[TmxPoint], rows: &BitGrid) -> Result<(), String> {
    for point in points {
        let (tx, ty) = tile_of(point);
        if !(0..rows.width).contains(&tx) || !(0..rows.height).contains(&ty) {
            return Err(format!("layer '{layer}': object {} lies outside the map; move it inside", point.id));
        }
        if rows.contains(tx, ty) {
            return Err(format!("layer '{layer}': object {} is inside the wall at tile {tx},{ty}; move it", point.id));
        }
    }
    Ok(())
}

/// Spawn points of each side. A point without a class serves both where no point has one, and neither where any has.
fn team_spawns(map: &TmxMap, rows: &BitGrid) -> Result<[Vec<IVec2>; 2], String> {
    let mut sides = [Vec::new(), Vec::new()];
    for point in map.spawns.iter().filter(|point| !point.class.is_empty()) {
        let side = match point.class.as_str() {
            "amber" => Team::Amber,
            "azure" => Team::Azure,
            other => {
                let (tx, ty) = tile_of(point);
                return Err(format!(
                    "layer '{SPAWNS}': object {} at tile {tx},{ty} has class '{other}'; use amber or azure, or leave it \
                     empty for a point of both sides",
                    point.id
                ));
            }
        };
        sides[side.index()].push(clear_of_walls(at(point), rows));
    }
    let [amber, azure] = sides.each_ref().map(Vec::len);
    match (amber, azure) {
        (0, 1..) => Err(one_sided(azure, "azure", "amber")),
        (1.., 0) => Err(one_sided(amber, "amber", "azure")),
        _ => Ok(sides),
    }
}

fn one_sided(points: usize, has: &str, lacks: &str) -> String {
    format!(
        "layer '{SPAWNS}': {points} points are of class {has} and none is of class {lacks}; give both sides at least one, \
         or neither"
    )
}

fn pickups(map: &TmxMap) -> Result<Vec<Pickup>, String> {
    let kind_of = |point: &TmxPoint| {
        let word = if point.class.is_empty() { &point.name } else { &point.class };
        PickupKind::ALL.into_iter().find(|kind| kind.name() == word).ok_or_else(|| {
            let (tx, ty) = tile_of(point);
            format!(
                "layer '{PICKUPS}': object {} at tile {tx},{ty} is of class '{word}'; set its class to health, armour or \
                 ammo",
                point.id
            )
        })
    };
    map.pickups.iter().map(|point| Ok(Pickup { kind: kind_of(point)?, pos: at(point) })).collect()
}

fn at(point: &TmxPoint) -> IVec2 {
    IVec2::new(point.x, point.y)
}

fn tile_of(point: &TmxPoint) -> (i32, i32) {
    (point.x.div_euclid(TILE_UNITS), point.y.div_euclid(TILE_UNITS))
}

/// Tiles (row by row) that a walker starting on free tile `start` gets to; bodies do not fit through diagonal gaps.
pub(super) fn flood(rows: &BitGrid, start: (i32, i32)) -> Vec<bool> {
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
