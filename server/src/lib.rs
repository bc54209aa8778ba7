//! The authoritative server: one match, its clients, and the past they saw.
//!
//! [`core`] is the server as a function of bytes and times; [`net`] carries the bytes; [`app`] is the Bevy shell that
//! joins the two and keeps the deadlines. Must not know how a client works.

pub mod app;
pub mod bans;
pub mod bucket;
pub mod cli;
pub mod config;
pub mod core;
pub mod host;
pub mod imposed;
pub mod inputs;
pub mod interest;
pub mod lagcomp;
pub mod logging;
pub mod loss;
pub mod maps;
pub mod metrics;
pub mod net;
pub mod pace;
pub mod recording;
pub mod seats;
pub mod sessions;
