//! The recordings of this process: what a session says goes to the recorder's thread, and from there into files.
//!
//! Must not know what the records mean.

mod header;

pub use header::header;
