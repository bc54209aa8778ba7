//! Files of traces: written in chained chunks, read as far as they are whole, mended, checked byte by byte.
//!
//! A file is an MCAP file. After each chunk stands a *seal*: a metadata record with BLAKE3 over the seal before it and
//! every byte of the file since. Whoever trusts the last seal can check all that lies before it. Behind the last seal of a
//! finished file stands only MCAP's summary, which its CRCs guard. So there is no byte that may change unseen.

mod chain;
mod chunk;
mod container;
mod end;
mod health;
mod read;
mod recover;
mod scan;
mod write;

pub use self::chain::Seal;
pub use self::health::{Fault, Health, Origin};
pub use self::read::{Contents, ReadError, check, load, read};
pub use self::recover::{Recovered, recover};
pub use self::write::{TraceWriter, WriteOptions};
