//! Writing: records in, chained chunks out.
//!
//! Records gather in a chunk; [`TraceWriter::seal`] compresses it, and hands it to the sink together with the seal behind
//! it, in one piece. Until then nothing of it is in the file: a crash costs the open chunk and no more.

use super::chain::{Chain, SEAL, Seal, seal_bytes, seal_entries};
use super::chunk::CHUNK_BYTES_MAX;
use super::health::Origin;
use crate::proto;
use crate::record::{Encoded, Record, Stamped};
use mcap::records::{MessageHeader, Metadata};
use mcap::write::NoSeek;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// How a file is written.
#[derive(Clone, Copy, Debug)]
pub struct WriteOptions {
    /// A chunk is closed at this size, bytes before compression; at most 1 MiB.
    pub chunk_bytes: usize,
    /// zstd level.
    pub level: u32,
}

impl Default for WriteOptions {
    fn default() -> WriteOptions {
        WriteOptions { chunk_bytes: 64 * 1024, level: 1 }
    }
}

/// A file in the making.
pub struct TraceWriter<W: Write> {
    sink: W,
    /// Writes to `spool`, which cannot fail.
    mcap: mcap::Writer<NoSeek<Spool>>,
    spool: Spool,
    chain: Chain,
    unix_ns_at_zero: i64,
    options: WriteOptions,
    /// MCAP's number of each channel of [`Record::CHANNELS`], once it was used.
    channels: Vec<Option<u16>>,
    /// Of the open chunk, before compression.
    open_bytes: usize,
    /// That the sink has taken.
    written_bytes: u64,
    messages: u64,
    payload: Vec<u8>,
    /// The sink took a part of something: what follows would not be a file.
    broken: bool,
}

impl<W: Write> TraceWriter<W> {
    /// Begins a file. `unix_ns_at_zero`: see the header's field.
    pub fn new(sink: W, unix_ns_at_zero: i64, options: WriteOptions) -> io::Result<TraceWriter<W>> {
        let spool = Spool::default();
        let mcap = mcap::WriteOptions::new()
            .profile("tickshot")
            .library(concat!("tickshot-trace ", env!("CARGO_PKG_VERSION")))
            .compression(Some(mcap::Compression::Zstd))
            .compression_level(options.level)
            // More threads would each be asked for what one does in 0.2 ms.
            .compression_threads(0)
            // Chunks end where this file says: with a seal.
            .chunk_size(None)
            .disable_seeking(true)
            .create(NoSeek::new(spool.clone()))
            .map_err(io::Error::other)?;
        Ok(TraceWriter {
            sink,
            mcap,
            spool,
            chain: Chain::new(),
            unix_ns_at_zero,
            options,
            channels: vec![None; Record::CHANNELS.len()],
            open_bytes: 0,
            written_bytes: 0,
            messages: 0,
            payload: Vec::new(),
            broken: false,
        })
    }

    /// Append a record; closes the chunk when it is full.
    pub fn write(&mut self, record: &Stamped) -> io::Result<()> {
        let mut payload = std::mem::take(&mut self.payload);
        payload.clear();
        record.record.encode(&mut payload);
        let (at, channel) = (record.at, record.record.channel());
        let written = self.write_encoded(&Encoded { at, channel, payload: &payload });
        self.payload = payload;
        written
    }

    /// The same of a record that is encoded already.
    pub(crate) fn write_encoded(&mut self, record: &Encoded<'_>) -> io::Result<()> {
        let Encoded { at, channel: index, payload } = *record;
        let channel = match self.channels[index] {
            Some(channel) => channel,
            None => {
                let (topic, message) = Record::CHANNELS[index];
                let channel = self.add_channel(topic, &schema_name(message), descriptor(message))?;
                self.channels[index] = Some(channel);
                channel
            }
        };
        // A duration of 292 years and more is nothing that happened.
        let at_ns = i64::try_from(at.as_nanos()).unwrap_or(i64::MAX);
        self.write_message(channel, self.unix_ns_at_zero.wrapping_add(at_ns) as u64, payload)
    }

    /// Close the chunk, seal it, and hand all bytes to the sink.
    pub fn seal(&mut self) -> io::Result<Seal> {
        self.mcap.flush().map_err(io::Error::other)?;
        self.open_bytes = 0;
        let mut bytes = self.spool.take();
        if let (true, Some(last)) = (bytes.is_empty(), self.chain.last()) {
            return Ok(last);
        }
        self.chain.cover(&bytes);
        let seal = self.chain.seal();
        let metadata = Metadata { name: SEAL.to_owned(), metadata: seal_entries(self.chain.seals, seal) };
        self.mcap.write_metadata(&metadata).map_err(io::Error::other)?;
        let sealed = self.spool.take();
        debug_assert_eq!(sealed, seal_bytes(self.chain.seals, seal), "a seal has one form");
        bytes.extend(sealed);
        self.hand_over(&bytes)?;
        Ok(seal)
    }

    /// Seal, and write the summary that ends a file.
    pub fn finish(mut self) -> io::Result<(Seal, W)> {
        let seal = self.seal()?;
        self.mcap.finish().map_err(io::Error::other)?;
        let bytes = self.spool.take();
        self.hand_over(&bytes)?;
        Ok((seal, self.sink))
    }

    /// Bytes of the file so far, and of the open chunk as if it were not compressed.
    pub fn bytes(&self) -> u64 {
        self.written_bytes + self.open_bytes as u64
    }

    /// Records so far.
    pub fn messages(&self) -> u64 {
        self.messages
    }

    /// The last seal that the sink has; `None` = none yet.
    pub fn last_seal(&self) -> Option<Seal> {
        self.chain.last()
    }

    /// A channel of any schema: what a later version wrote is kept as it was.
    pub(super) fn add_channel(&mut self, topic: &str, schema: &str, descriptor: &[u8]) -> io::Result<u16> {
        self.open_bytes += topic.len() + schema.len() + descriptor.len();
        let schema = self.mcap.add_schema(schema, "protobuf", descriptor).map_err(io::Error::other)?;
        self.mcap.add_channel(schema, topic, "protobuf", &BTreeMap::new()).map_err(io::Error::other)
    }

    /// Append a message as it is; closes the chunk when it is full.
    pub(super) fn write_message(&mut self, channel_id: u16, log_time: u64, payload: &[u8]) -> io::Result<()> {
        let bytes = payload.len() + MESSAGE_OVERHEAD_BYTES;
        if bytes > MESSAGE_BYTES_MAX {
            let text = format!("a record of {bytes} bytes is too large for a trace, at most {MESSAGE_BYTES_MAX} fit");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        }
        // Wraps after two years at 64 Hz; readers go by time.
        let sequence = self.messages as u32;
        let header = MessageHeader { channel_id, sequence, log_time, publish_time: log_time };
        self.mcap.write_to_known_channel(&header, payload).map_err(io::Error::other)?;
        self.messages += 1;
        self.open_bytes += bytes;
        if self.open_bytes >= self.options.chunk_bytes.min(CHUNK_BYTES_MAX / 8) {
            self.seal()?;
        }
        Ok(())
    }

    /// Say of which torn file this one is made.
    pub(super) fn note_origin(&mut self, origin: &Origin) -> io::Result<()> {
        let metadata = Metadata { name: ORIGIN.to_owned(), metadata: origin.entries() };
        self.mcap.write_metadata(&metadata).map_err(io::Error::other)
    }

    fn hand_over(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.broken {
            return Err(io::Error::new(io::ErrorKind::BrokenPipe, "the file is torn since an earlier error"));
        }
        let written = self.sink.write_all(bytes).and_then(|()| self.sink.flush());
        self.broken = written.is_err();
        self.written_bytes += bytes.len() as u64;
        written
    }
}

/// Where MCAP's writer puts its bytes, to be hashed and handed over in one piece.
#[derive(Clone, Default)]
struct Spool(Arc<Mutex<Vec<u8>>>);

impl Spool {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What `message` is made of.
fn descriptor(message: &str) -> &'static [u8] {
    let found = proto::DESCRIPTORS_BY_MESSAGE.iter().find(|(name, _)| *name == message);
    found.expect("every channel's message is in the schema").1
}

fn schema_name(message: &str) -> String {
    format!("{}.{message}", proto::PACKAGE)
}

/// Name of the metadata record that says of which torn file this one is made.
pub(super) const ORIGIN: &str = "tickshot.recovered";

/// Of a message record: opcode, length, channel, sequence and two times.
const MESSAGE_OVERHEAD_BYTES: usize = 1 + 8 + 2 + 4 + 8 + 8;

/// So that it fits into a chunk that is almost full already.
const MESSAGE_BYTES_MAX: usize = CHUNK_BYTES_MAX / 2;
