//! The client's side of a session: from an address and a name to two open lanes, or a reason why not.
//!
//! Wires, the gate and the keys are the server's ([`tickshot_server::net`]), so that both ends agree; the way through an
//! opening is the client's own.

pub mod address;
pub mod connect;
pub mod transport;
