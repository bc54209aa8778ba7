//! What a map's maker should know about a map that is playable: how much floor there is, and what plays badly.
//!
//! Stands apart from reading because none of it is a reason to refuse a map. Must not know files or command lines.

use super::Arena;
use super::points::flood;
use crate::limits::TILE_UNITS;
use crate::sim::collision::line_of_sight;
use crate::sim::round::Team;
use glam::IVec2;

/// A playable map in numbers, with what could be better.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// Free tiles, and those that a player gets to.
    pub free_tiles: usize,
    pub reachable_tiles: usize,
    /// What plays badly: layer, tile, what to do.
    pub warnings: Vec<String>,
}

impl Survey {
    /// Looks at all of `arena`. Meant for a map's maker: it takes milliseconds.
    pub fn of(arena: &Arena) -> Survey {
        let reached = flood(arena.rows(), (arena.spawns()[0] / TILE_UNITS).into());
        let tiles = || (0..arena.height()).flat_map(|y| (0..arena.width()).map(move |x| IVec2::new(x, y)));
        let free = |tile: &IVec2| !arena.is_solid(tile.x, tile.y);
        let is_reached = |tile: &IVec2| reached[(tile.y * arena.width() + tile.x) as usize];
        let lost: Vec<IVec2> = tiles().filter(|tile| free(tile) && !is_reached(tile)).collect();
        let narrow: Vec<IVec2> = tiles().filter(|tile| is_reached(tile) && !has_elbow_room(arena, *tile)).collect();
        let mut warnings = Vec::new();
        warnings.extend(some(&lost, "cannot be reached from any spawn point; wall it in or open a way"));
        warnings.extend(some(&narrow, "lies in a passage one tile wide, where nobody can dodge; make it two wide"));
        warnings.extend(spawn_warnings(arena));
        Survey {
            free_tiles: tiles().filter(free).count(),
            reachable_tiles: tiles().filter(is_reached).count(),
            warnings,
        }
    }
}

/// Whether `tile` is part of a free square of two by two tiles.
fn has_elbow_room(arena: &Arena, tile: IVec2) -> bool {
    [IVec2::NEG_ONE, IVec2::NEG_X, IVec2::NEG_Y, IVec2::ZERO].iter().any(|corner| {
        let low = tile + corner;
        arena.is_box_free(low, low + IVec2::ONE)
    })
}

/// A warning about the first of `tiles`, and how many more there are.
fn some(tiles: &[IVec2], what: &str) -> Option<String> {
    let first = tiles.first()?;
    let more = match tiles.len() - 1 {
        0 => String::new(),
        n => format!(" (and {n} more)"),
    };
    Some(format!("layer 'walls': tile {},{}{more} {what}", first.x, first.y))
}

fn spawn_warnings(arena: &Arena) -> Vec<String> {
    let mut warnings = Vec::new();
    if arena.spawns().len() == 1 {
        warnings.push("layer 'spawns': a single point; everyone appears on top of each other, add more".to_owned());
    }
    let [amber, azure] = Team::ALL.map(|team| arena.team_spawns(team));
    if arena.has_team_spawns() && amber.len() != azure.len() {
        warnings.push(format!(
            "layer 'spawns': {} points of class amber and {} of class azure; give both sides as many",
            amber.len(),
            azure.len()
        ));
    }
    let facing = amber.iter().flat_map(|a| azure.iter().map(move |b| (a, b)));
    let tile = |at: &IVec2| format!("{},{}", at.x / TILE_UNITS, at.y / TILE_UNITS);
    if arena.has_team_spawns()
        && let Some((a, b)) = facing.into_iter().find(|(a, b)| line_of_sight(arena, **a, **b))
    {
        warnings.push(format!(
            "layer 'spawns': the amber point at tile {} and the azure point at tile {} see each other; put a wall between",
            tile(a),
            tile(b)
        ));
    }
    warnings
}
