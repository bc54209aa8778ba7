//! Bad networks on purpose: what a link does to datagrams, as data, and the seeded machine that does it.

pub mod profile;
