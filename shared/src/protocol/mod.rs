//! The bytes on the wire: what every datagram and control message means, bit for bit.
//!
//! Decoders take bytes from strangers: they return a value or a [`DecodeError`], never panic, never allocate beyond a
//! named limit, and refuse every encoding that the encoder would not have written. Must not know sockets, sessions
//! or who is allowed to say what.
//!
//! Reading order: [`bits`], [`fields`] (the one field table), [`delta`] (one entity), [`scene`] (what lies and flies),
//! [`told`] (what a client knows), [`snapshot`] (server) and [`ring`] (client), then the messages.

pub mod ack_lead;
pub mod bits;
pub mod client_msg;
pub mod control;
pub mod delta;
mod delta_cache;
pub mod error;
pub mod evidence;
pub mod fields;
pub mod lane;
pub mod query;
pub mod ring;
pub mod scene;
pub mod server_msg;
pub mod slots;
pub mod snapshot;
pub mod stamp;
pub mod told;
pub mod version;

pub use error::DecodeError;
