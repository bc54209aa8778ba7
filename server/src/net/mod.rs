//! The transport: everything between a socket and a message, for both ends of a session.
//!
//! Lowest first: [`wire`] (datagrams in and out; [`socket`] over UDP, [`memory`] in a test; [`conditioned`] makes either a bad link), [`gate`] (what may pass),
//! [`access`] (keys, tokens, what a client says of itself), [`lanes`] (control messages without renet's endless acks),
//! [`transport`] (a server's sessions). A client uses all but the last, so that both ends agree.
//! Nothing here knows the rules of the game, what a message means, or an ECS.

pub mod access;
pub mod answers;
mod batch;
mod clock;
pub mod conditioned;
pub mod counters;
pub mod gate;
mod held;
mod inbox;
pub mod lanes;
pub mod memory;
pub mod socket;
pub mod transport;
pub mod wire;
