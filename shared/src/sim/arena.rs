//! An arena: solid tiles and spawn points, read from a Tiled `.tmx` by a small strict reader.

use glam::IVec2;
use serde::{Deserialize, Serialize};

/// BLAKE3 of a map file's bytes: what two ends compare before a match.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct MapHash(pub [u8; 32]);

/// A checked arena.
#[derive(Clone, Debug)]
pub struct Arena {}

/// Why a map file is refused: what, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("map '{map}': {problem}")]
pub struct ArenaError {
    pub map: String,
    pub problem: String,
}

impl Arena {
    pub fn parse(name: &str, tmx: &[u8]) -> Result<Arena, ArenaError> {
        let _ = (name, tmx);
        todo!()
    }
    pub fn name(&self) -> &str {
        todo!()
    }
    /// In tiles.
    pub fn width(&self) -> i32 {
        todo!()
    }
    /// In tiles.
    pub fn height(&self) -> i32 {
        todo!()
    }
    /// Size in world units.
    pub fn bounds(&self) -> IVec2 {
        todo!()
    }
    /// Outside the map everything is solid.
    pub fn is_solid(&self, tx: i32, ty: i32) -> bool {
        let _ = (tx, ty);
        todo!()
    }
    /// World units; never empty.
    pub fn spawns(&self) -> &[IVec2] {
        todo!()
    }
    pub fn hash(&self) -> MapHash {
        todo!()
    }
    /// Any solid tile besides the outermost ring.
    pub fn has_inner_walls(&self) -> bool {
        todo!()
    }
}
