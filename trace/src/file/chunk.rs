//! One chunk: decompressed, checked, and cut into messages. Must not know the file around it.

use super::container::{Fields, Raw, op_name, record_at};
use super::health::Fault;
use mcap::records::op;
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

/// A chunk whose CRC holds.
pub(super) struct Chunk {
    /// Where it stands in the file.
    pub(super) at: usize,
    pub(super) end: usize,
    pub(super) bytes: Vec<u8>,
    pub(super) messages: Vec<Message>,
}

/// A message of a chunk.
pub(super) struct Message {
    pub(super) channel: Rc<Channel>,
    pub(super) log_time: u64,
    /// In the chunk's bytes.
    pub(super) payload: Range<usize>,
}

/// Whose message it is.
#[derive(Debug, PartialEq)]
pub(super) struct Channel {
    pub(super) topic: String,
    pub(super) schema: Rc<Schema>,
}

#[derive(Debug, Default, PartialEq)]
pub(super) struct Schema {
    pub(super) name: String,
    pub(super) descriptor: Vec<u8>,
}

/// Schemas and channels so far: a file defines each before its first message.
#[derive(Default)]
pub(super) struct Definitions {
    schemas: BTreeMap<u16, Rc<Schema>>,
    channels: BTreeMap<u16, Rc<Channel>>,
}

/// Decompress and cut up. `budget`: bytes that may come out of it.
pub(super) fn open(raw: Raw<'_>, definitions: &mut Definitions, budget: usize) -> Result<Chunk, Fault> {
    let bytes = decompress(raw, budget)?;
    let mut messages = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let inner = record_at(&bytes, at)
            .map_err(|fault| Fault::new(raw.at, format!("in this chunk, byte {at} of its contents: {}", fault.what)))?;
        let known = match inner.op {
            op::SCHEMA => definitions.add_schema(inner.body),
            op::CHANNEL => definitions.add_channel(inner.body),
            op::MESSAGE => definitions.message(inner).map(|message| messages.push(message)),
            _ => None,
        };
        if known.is_none() {
            let kind = op_name(inner.op);
            return Err(Fault::new(raw.at, format!("in this chunk, byte {at} of its contents: no valid {kind}")));
        }
        at = inner.end;
    }
    Ok(Chunk { at: raw.at, end: raw.end, bytes, messages })
}

fn decompress(raw: Raw<'_>, budget: usize) -> Result<Vec<u8>, Fault> {
    let fault = |what: String| Fault::new(raw.at, what);
    let mut fields = Fields { bytes: raw.body };
    let mut head = || {
        // Times of the first and the last message: the index has them, too.
        fields.take(16)?;
        Some((fields.u64()?, fields.u32()?, fields.text()?, fields.u64()?, fields.bytes))
    };
    let Some((size, crc, compression, packed_size, packed)) = head() else {
        return Err(fault("this chunk's first bytes make no sense".to_owned()));
    };
    if compression != "zstd" {
        return Err(fault(format!("this chunk is compressed with {compression:?}, not with zstd")));
    }
    if packed_size != packed.len() as u64 {
        return Err(fault(format!("this chunk says it has {packed_size} compressed bytes, and has {}", packed.len())));
    }
    let limit = budget.min(CHUNK_BYTES_MAX);
    let Some(size) = usize::try_from(size).ok().filter(|size| *size <= limit) else {
        return Err(fault(format!("this chunk says it holds {size} bytes; {limit} are the most that are read")));
    };
    let bytes = zstd::bulk::decompress(packed, size)
        .map_err(|error| fault(format!("this chunk cannot be decompressed to its {size} bytes: {error}")))?;
    let sum = crc32fast::hash(&bytes);
    if bytes.len() != size || sum != crc {
        return Err(fault(format!(
            "this chunk should hold {size} bytes of CRC {crc:08x}, and holds {} of {sum:08x}",
            bytes.len()
        )));
    }
    Ok(bytes)
}

impl Definitions {
    fn add_schema(&mut self, body: &[u8]) -> Option<()> {
        let mut fields = Fields { bytes: body };
        let id = fields.u16()?;
        let name = fields.text()?.to_owned();
        let _encoding = fields.text()?;
        let descriptor = fields.block()?.to_vec();
        self.schemas.insert(id, Rc::new(Schema { name, descriptor }));
        Some(())
    }

    fn add_channel(&mut self, body: &[u8]) -> Option<()> {
        let mut fields = Fields { bytes: body };
        let (id, schema) = (fields.u16()?, fields.u16()?);
        let topic = fields.text()?.to_owned();
        let schema = if schema == 0 { Rc::default() } else { Rc::clone(self.schemas.get(&schema)?) };
        self.channels.insert(id, Rc::new(Channel { topic, schema }));
        Some(())
    }

    fn message(&self, raw: Raw<'_>) -> Option<Message> {
        let mut fields = Fields { bytes: raw.body };
        let channel = Rc::clone(self.channels.get(&fields.u16()?)?);
        let _sequence = fields.u32()?;
        let log_time = fields.u64()?;
        let _publish_time = fields.u64()?;
        Some(Message { channel, log_time, payload: raw.end - fields.bytes.len()..raw.end })
    }
}

/// Bytes that a chunk may hold. Ours hold 64 KiB and the record that filled them, of which a map is the largest.
pub(super) const CHUNK_BYTES_MAX: usize = 8 * 1024 * 1024;
