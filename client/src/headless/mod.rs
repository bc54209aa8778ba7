//! Clients without a window: [`bot`] is one, [`swarm`] runs many, [`report`] is what they measured.

pub mod bot;
pub mod report;
pub mod swarm;
