//! The world and its one rule of change: [`step::step`]. Integers only; same inputs, same world, bit for bit.
//!
//! Must not know who is local or remote, how states travel, or what time it is outside.

pub mod angle;
pub mod arena;
pub mod bot;
pub mod change;
pub mod collision;
pub mod combat;
mod damage;
pub mod digest;
mod flight;
pub mod history;
pub mod input;
pub mod movement;
mod operate;
pub mod pickup;
pub mod pose;
pub mod rocket;
pub mod round;
pub mod rules;
mod spawn;
pub mod step;
mod tmx;
pub mod weapon;
pub mod world;
