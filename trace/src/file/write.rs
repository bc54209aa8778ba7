//! Writing: records in, chained chunks out.

use crate::record::Stamped;
use std::io::Write;

/// BLAKE3 over the seal before it and every byte of the file since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seal(pub [u8; 32]);

/// How a file is written.
#[derive(Clone, Copy, Debug)]
pub struct WriteOptions {
    /// A chunk is closed at this size, bytes before compression.
    pub chunk_bytes: usize,
    /// zstd level.
    pub level: u32,
}

/// A file in the making.
pub struct TraceWriter<W: Write> {
    _sink: W,
}

impl<W: Write> TraceWriter<W> {
    /// Begins a file. `unix_ns_at_zero`: see the header's field.
    pub fn new(_sink: W, _unix_ns_at_zero: i64, _options: WriteOptions) -> std::io::Result<TraceWriter<W>> {
        Err(std::io::ErrorKind::Unsupported.into())
    }

    /// Append a record; closes the chunk when it is full.
    pub fn write(&mut self, _record: &Stamped) -> std::io::Result<()> {
        Err(std::io::ErrorKind::Unsupported.into())
    }

    /// Close the chunk, seal it, and hand all bytes to the sink.
    pub fn seal(&mut self) -> std::io::Result<Seal> {
        Err(std::io::ErrorKind::Unsupported.into())
    }

    /// Seal, and write the summary that ends a file.
    pub fn finish(self) -> std::io::Result<(Seal, W)> {
        Err(std::io::ErrorKind::Unsupported.into())
    }
}
