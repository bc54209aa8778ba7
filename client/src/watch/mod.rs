//! Watching traces: a recorded match played again, at any speed, through the server's eyes and through a client's.
//!
//! Time line: files are sorted and put on one time line ([`sources`]); the worlds of the server's trace are made again as they
//! are needed ([`film`]), each client's frames lie beside them ([`eye`]); a [`Player`] moves through both ([`time`]) and
//! fills the same view model as a match ([`picture`], [`chat`]), with what only a watcher may know beside it ([`shown`], [`cards`]).
//! What is worth finding is marked ([`marks`]).
//!
//! Must not know a window: that is `gui::watch`.

pub mod cards;
pub mod chat;
pub mod eye;
pub mod film;
pub mod marks;
pub mod picture;
mod player;
pub mod roll;
pub mod shown;
pub mod sources;
pub mod time;

pub use self::marks::{Mark, MarkKind};
pub use self::player::Player;
pub use self::shown::{Look, Shown, State};
pub use self::sources::{Sources, Traces, WatchError};
pub use self::time::Moment;
