//! The client of Tickshot: what one player's machine knows, predicts, shows and says.
//!
//! Layers: [`core`] is the netcode without a window, socket or clock (its parts: [`join`], [`play`], [`clocks`],
//! [`input_log`], [`predict`], [`reconcile`], [`interpolate`], [`shots`], [`effects`], [`roster`], [`stats`]); [`view`] is all that a
//! renderer may read of it; [`net`] carries its bytes; [`app`] puts it on a Bevy schedule, [`session`] opens one there;
//! [`headless`] runs many of them without a window, `gui` draws one, `audio` makes it
//! heard, [`lab`] is a whole match on virtual time, [`watch`] plays a recorded one; [`cli`] is
//! the command line.

pub mod app;
pub mod attract;
#[cfg(feature = "sound")]
pub mod audio;
pub mod bindings;
pub mod cli;
pub mod core;
pub mod effects;
pub mod ending;
pub mod front;
#[cfg(feature = "gui")]
pub mod gui;
pub mod headless;
pub mod input_log;
pub mod interpolate;
pub mod join;
pub mod lab;
pub mod lan;
pub mod net;
pub mod play;
pub mod predict;
pub mod reconcile;
pub mod record;
pub mod recording;
pub mod roster;
pub mod scene;
pub mod session;
pub mod settings;
pub mod shots;
pub mod stats;
pub mod talk;
pub mod view;
pub mod watch;

pub use tickshot_shared::clock::clocks;
