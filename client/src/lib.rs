//! The client of Tickshot: what one player's machine knows, predicts, shows and says.
//!
//! Layers: [`core`] is the netcode without a window, socket or clock (its parts: [`input_log`], [`predict`],
//! [`reconcile`], [`interpolate`], [`stats`]); [`view`] is all that a renderer may read of it; [`net`] carries its bytes;
//! [`app`] puts it on a Bevy schedule; [`headless`] runs many of them without a window; [`cli`] is the command line.

pub mod app;
pub mod cli;
pub mod clocks;
pub mod core;
pub mod effects;
pub mod headless;
pub mod input_log;
pub mod interpolate;
pub mod join;
pub mod net;
pub mod play;
pub mod predict;
pub mod reconcile;
pub mod roster;
pub mod stats;
pub mod view;
