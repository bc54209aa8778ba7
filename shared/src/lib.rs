//! The rules both ends of a match must agree on: one tick of the world, the bytes on the wire, the clocks.
//!
//! Everything here is plain data and pure functions. Time, seed and bytes come in as arguments. This crate
//! must not know sockets, files, the operating system's clock, an ECS or renet; `clippy.toml` beside it
//! bans the calls that would let one in.
//!
//! Layers, lowest first: [`limits`], [`tick`], [`rng`], [`modes`], [`ids`], [`sim`], [`protocol`], [`lagcomp`]; [`clock`] and [`link`] stand beside them.

pub mod clock;
pub mod ids;
pub mod lagcomp;
pub mod limits;
pub mod link;
pub mod modes;
pub mod protocol;
pub mod rng;
pub mod sim;
pub mod tick;
