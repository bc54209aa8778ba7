//! How the protocol behaves: exact round trips, hostile bytes, lossy links, snapshots that do not fit.

// Tests print the seed of a failing run.
#![allow(clippy::disallowed_macros)]

mod hostile;
mod messages;
mod overflow;
mod players;
mod scene;
mod session;
mod sky;
mod stamps;
mod world;
