//! What the program is doing: menu, hosting, joining, in a match; and what the person wants it to do next.
//!
//! Menus push [`FrontRequest`]s and show [`Front`]; they open no session themselves.

use crate::settings::HostSettings;
use bevy::prelude::{Message, Resource};
use std::net::SocketAddr;

/// What is going on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// No session; the menu and, behind it, bots at play.
    #[default]
    Menu,
    /// A server of our own is being started.
    Hosting,
    /// A session is being opened.
    Joining,
    /// A match, ours or another's.
    InMatch,
}

/// What the program is doing.
#[derive(Clone, Debug, Default, Resource)]
pub struct Front {
    pub place: Place,
    /// Something the person should read before anything else happens.
    pub dialog: Option<Dialog>,
}

/// What the person wants.
#[derive(Clone, Debug, PartialEq, Eq, Message)]
pub enum FrontRequest {
    /// Host a match and play it.
    Host { settings: HostSettings, name: String },
    /// Play on that server.
    Join { addr: SocketAddr, name: String, password: Option<String> },
    /// Back to the menu.
    Leave,
    /// Leave the program.
    Quit,
}

/// A message that waits for an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialog {
    pub title: String,
    /// What happened.
    pub what: String,
    /// Why, as far as it is known.
    pub why: String,
    /// What the person can do.
    pub what_to_do: String,
    pub retry: Option<Retry>,
}

/// Another try that the dialog offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Retry {
    /// The same again; the words of its button.
    Again { words: &'static str, request: Box<FrontRequest> },
    /// The same with a password.
    WithPassword { addr: SocketAddr },
}
