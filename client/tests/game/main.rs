//! The game as its players see it: rockets and pickups on screen against the server's truth, on virtual time.

#[path = "../bench/mod.rs"]
mod bench;
mod matches;
mod rockets;
mod steering;
