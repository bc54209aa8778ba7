//! An arena: solid tiles and spawn points, read from a Tiled `.tmx` by a small strict reader.

/// A checked arena.
pub struct Arena {}
