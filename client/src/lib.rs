//! The client of Tickshot: what one player's machine knows, predicts, shows and says.
//!
//! Layers: [`core`] is the netcode without a window, socket or clock (its parts: [`input_log`], [`predict`],
//! [`reconcile`], [`interpolate`], [`stats`]); [`view`] is all that a renderer may read of it; [`net`] carries its bytes;
//! [`app`] puts it on a Bevy schedule; [`headless`] runs many of them without a window; `gui` is the window; [`cli`] is the command line.

pub mod app;
pub mod cli;
pub mod core;
#[cfg(feature = "gui")]
pub mod gui;
pub mod headless;
pub mod net;
pub mod stats;
pub mod view;
