//! One walk over a whole file, front to back: chunks are opened, seals are checked, the end is checked, and the messages of
//! what holds are handed on. It stops at the first thing that is wrong: what lies behind cannot be trusted.
//!
//! Messages go on when their seal holds. Where a file breaks off between a chunk and its seal the chunk's own CRC must do.
//! Must not know what becomes of messages.

use super::chain::{Chain, SEAL, seal_bytes};
use super::chunk::{self, Channel, Chunk, Definitions};
use super::container::{Fields, Raw, op_name, record_at};
use super::end;
use super::health::{Fault, Health, Origin};
use super::read::ReadError;
use super::write::ORIGIN;
use crate::proto::recorder_note;
use crate::record::{Record, Stamped};
use mcap::records::op;
use std::rc::Rc;
use std::time::Duration;

/// A message that is whole.
pub(super) struct Whole<'a> {
    pub(super) channel: &'a Rc<Channel>,
    pub(super) log_time: u64,
    pub(super) payload: &'a [u8],
    /// `None` = of a channel that this version does not know.
    pub(super) record: Option<Stamped>,
}

/// Walk over a file and hand on what is whole.
pub(super) fn scan(bytes: &[u8], whole: impl FnMut(Whole<'_>)) -> Result<Health, ReadError> {
    if !bytes.starts_with(mcap::MAGIC) {
        return Err(ReadError::NotMcap);
    }
    let health = Health { bytes: bytes.len() as u64, ..Health::default() };
    let mut scan = Scan {
        bytes,
        at: mcap::MAGIC.len(),
        sealed_to: 0,
        whole_to: 0,
        chain: Chain::new(),
        definitions: Definitions::default(),
        pending: Vec::new(),
        inflated_bytes: 0,
        unix_ns_at_zero: None,
        health,
        whole,
    };
    let outcome = scan.walk();
    scan.close(outcome)
}

struct Scan<'b, F> {
    bytes: &'b [u8],
    at: usize,
    /// End of the last seal that holds.
    sealed_to: usize,
    /// The same, or behind it the end of the last chunk that was handed on for its CRC.
    whole_to: usize,
    chain: Chain,
    definitions: Definitions,
    /// Chunks that no seal covers yet.
    pending: Vec<Chunk>,
    inflated_bytes: usize,
    /// Of the header, which must be the first message.
    unix_ns_at_zero: Option<i64>,
    health: Health,
    whole: F,
}

/// Why a walk ended early.
enum Stop {
    /// Nothing in it is ours.
    Foreign,
    /// What lies here is not whole; what came before is.
    Fault(Fault),
    /// What came since the last seal is not what was sealed.
    Unsealed(Fault),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Stop {
        Stop::Fault(fault)
    }
}

impl<F: FnMut(Whole<'_>)> Scan<'_, F> {
    fn walk(&mut self) -> Result<(), Stop> {
        let header = record_at(self.bytes, self.at)?;
        if header.op != op::HEADER {
            return Err(Fault::new(self.at, "an MCAP file begins with a header, this one does not").into());
        }
        self.at = header.end;
        while self.at < self.bytes.len() {
            let raw = record_at(self.bytes, self.at)?;
            match raw.op {
                op::CHUNK => self.chunk(raw)?,
                // Only says where in the chunk messages are. The seal covers it.
                op::MESSAGE_INDEX => {}
                op::METADATA => self.metadata(raw)?,
                op::DATA_END => return self.end(raw),
                other => {
                    let kind = op_name(other);
                    return Err(
                        Fault::new(self.at, format!("a record ({kind}) that no trace has at this place")).into()
                    );
                }
            }
            self.at = raw.end;
        }
        let what = "the file ends here without an end: its recorder was cut off";
        Err(Fault::new(self.at, what).into())
    }

    fn chunk(&mut self, raw: Raw<'_>) -> Result<(), Stop> {
        let budget = INFLATED_BYTES_FREE + INFLATED_TIMES_MAX * self.bytes.len();
        let chunk = chunk::open(raw, &mut self.definitions, budget.saturating_sub(self.inflated_bytes))?;
        self.inflated_bytes += chunk.bytes.len();
        self.pending.push(chunk);
        Ok(())
    }

    fn metadata(&mut self, raw: Raw<'_>) -> Result<(), Stop> {
        let mut fields = Fields { bytes: raw.body };
        match (fields.text(), fields.entries()) {
            (Some(SEAL), _) => self.seal(raw),
            (Some(ORIGIN), Some(entries)) => {
                self.health.origin = Some(Origin::of(&entries));
                Ok(())
            }
            _ => Err(Fault::new(self.at, "a metadata record that no trace has").into()),
        }
    }

    fn seal(&mut self, raw: Raw<'_>) -> Result<(), Stop> {
        self.chain.cover(&self.bytes[self.sealed_to..raw.at]);
        let mut chain = self.chain.clone();
        let seal = chain.seal();
        if self.bytes[raw.at..raw.end] != seal_bytes(chain.seals, seal) {
            let (n, from, to) = (chain.seals, self.sealed_to, raw.end);
            let what = format!("seal {n} does not hold: it, or something since byte {from} (up to {to}), was changed");
            return Err(Stop::Unsealed(Fault::new(raw.at, what)));
        }
        // Only now: `Health` says how far the chain holds.
        self.chain = chain;
        self.hand_on()?;
        (self.sealed_to, self.whole_to) = (raw.end, raw.end);
        Ok(())
    }

    fn end(&mut self, raw: Raw<'_>) -> Result<(), Stop> {
        if raw.at != self.sealed_to {
            let (from, to) = (self.sealed_to, raw.at);
            return Err(Stop::Unsealed(Fault::new(from, format!("no seal covers bytes {from} to {to}"))));
        }
        end::check(self.bytes, raw)?;
        self.whole_to = self.bytes.len();
        self.health.finished = true;
        Ok(())
    }

    /// The pending chunks hold.
    fn hand_on(&mut self) -> Result<(), Stop> {
        for chunk in std::mem::take(&mut self.pending) {
            for message in &chunk.messages {
                let payload = &chunk.bytes[message.payload.clone()];
                let record = self.record(message, payload, chunk.at)?;
                match &record {
                    None => self.health.unknown += 1,
                    Some(Stamped { record: Record::RecorderNote(note), .. })
                        if note.kind() == recorder_note::Kind::Lost =>
                    {
                        self.health.lost = self.health.lost.saturating_add(note.count);
                    }
                    Some(_) => {}
                }
                self.health.messages += 1;
                (self.whole)(Whole { channel: &message.channel, log_time: message.log_time, payload, record });
            }
            self.health.chunks += 1;
            self.whole_to = chunk.end;
        }
        Ok(())
    }

    fn record(&mut self, message: &chunk::Message, payload: &[u8], at: usize) -> Result<Option<Stamped>, Stop> {
        let topic = &message.channel.topic;
        let record = Record::decode(topic, payload)
            .map_err(|error| Fault::new(at, format!("in this chunk: a message of {topic} cannot be read: {error}")))?;
        let zero = match (self.unix_ns_at_zero, &record) {
            (Some(zero), _) => zero,
            (None, Some(Record::Header(header))) => {
                self.unix_ns_at_zero = Some(header.unix_ns_at_zero);
                header.unix_ns_at_zero
            }
            (None, _) => return Err(Stop::Foreign),
        };
        // Before zero there was no process that could have written it.
        let at_ns = u64::try_from((message.log_time as i64).wrapping_sub(zero)).unwrap_or(0);
        Ok(record.map(|record| Stamped { at: Duration::from_nanos(at_ns), record }))
    }

    fn close(mut self, outcome: Result<(), Stop>) -> Result<Health, ReadError> {
        let mut stop = outcome.err();
        // A chunk that its seal refutes is not handed on; one whose seal was never written is.
        if let Some(Stop::Fault(_)) = &stop
            && let Err(later) = self.hand_on()
        {
            stop = Some(later);
        }
        match stop {
            Some(Stop::Foreign) => return Err(ReadError::NoHeader),
            Some(Stop::Fault(fault) | Stop::Unsealed(fault)) => self.health.faults.push(fault),
            None => {}
        }
        self.health.valid_bytes = self.whole_to as u64;
        self.health.seals = self.chain.seals;
        self.health.last_seal = self.chain.last().map(|seal| seal.to_string()).unwrap_or_default();
        Ok(self.health)
    }
}

/// Bytes that may come out of all chunks, per byte of the file, and beside. Ours compress to a tenth; a message that
/// compresses to nothing still takes sixteen bytes of an index.
const INFLATED_TIMES_MAX: usize = 64;
const INFLATED_BYTES_FREE: usize = 16 * 1024 * 1024;
