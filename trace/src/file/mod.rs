//! Files of traces: written in chained chunks, read as far as they are whole, mended, checked byte by byte.
//!
//! A file is an MCAP file. After each chunk stands a *seal*: a metadata record with BLAKE3 over the seal before it and
//! every byte of the file since. Whoever trusts the last seal can check all that lies before it.

mod chain;
mod read;
mod recover;
mod write;

pub use self::read::{Contents, Health, ReadError, load, read};
pub use self::recover::{Recovered, recover};
pub use self::write::{Seal, TraceWriter, WriteOptions};
