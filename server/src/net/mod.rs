//! The transport: everything between a socket and a message, for both ends of a session.
//!
//! Lowest first: [`wire`] (datagrams in and out; [`socket`] over UDP, [`memory`] in a test), [`gate`] (what may pass),
//! [`access`] (keys, tokens, what a client says of itself), [`transport`] (netcode sessions, both lanes, query answers).
//! A client uses the wires, the gate and the keys of this module, so that both ends agree; it has its own transport.
//! Nothing here knows the rules of the game, what a message means, or an ECS.

pub mod transport;
pub mod wire;
