//! Clients without a window.
pub mod swarm;
