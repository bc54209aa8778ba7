//! The client's side of a session: from an address and a name to two open lanes, or a reason why not.

pub mod transport;
