//! What makes a session of play out of single ticks: sides, rounds, chat, votes and one match after the other, by the core
//! alone on virtual time.
#![allow(clippy::disallowed_macros, reason = "tests print their seeds")]

mod bots;
mod chat;
mod matches;
mod rig;
mod sides;
mod storm;
mod votes;
