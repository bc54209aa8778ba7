//! Bad networks on purpose: what a link does to datagrams, as data, and the seeded machine that does it.
//!
//! [`profile`] says what one direction does; [`text`] writes and reads it the way `netem` does (`words` takes one word,
//! [`units`] one quantity); [`presets`] names some after what they feel like. [`conditioner`] decides what happens to each
//! datagram (the shape of delays is in `jitter`); [`pipe`] adds the queue, for virtual time.

pub mod conditioner;
mod jitter;
pub mod pipe;
pub mod presets;
pub mod profile;
pub mod text;
pub mod units;
mod words;
