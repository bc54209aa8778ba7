//! An arena: solid tiles and spawn points, read from a Tiled `.tmx` by a small strict reader.

/// A checked arena.
pub struct Arena {}

/// BLAKE3 of a map file: two ends with equal hashes stand on the same ground.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct MapHash(pub [u8; 32]);
