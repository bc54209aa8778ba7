//! One tick of the world.
