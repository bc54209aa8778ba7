//! Tick traces: what a server and its clients write down while they run, and what can be learnt from it afterwards.
//!
//! Time line: a core says what happened ([`record`]), the [`recorder`]'s thread puts it into a chained file ([`mod@file`]); later
//! the files of a process are joined ([`recordings`]) into a [`model`], its ticks are made again and compared ([`replay`]),
//! several are put on one time line and judged ([`analysis`]), and all of it is told ([`report`], [`export`]).
//!
//! Must not know sockets, windows or how a server is built: it sees worlds, inputs and records.

/// Of the schema, as `Header.format` says it. It grows when what a replay needs is written in another way.
pub const FORMAT: u32 = 2;

pub mod analysis;
pub mod file;
pub mod model;
mod pack;
pub mod proto;
pub mod record;
pub mod recorder;
pub mod recordings;
pub mod replay;
pub mod report;
pub mod sli;

#[cfg(feature = "tool")]
pub mod cli;
#[cfg(feature = "tool")]
pub mod export;
