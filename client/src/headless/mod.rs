//! Clients without a window: [`bot`] is one, [`swarm`] runs many.

pub mod bot;
pub mod swarm;
