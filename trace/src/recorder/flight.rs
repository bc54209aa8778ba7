//! The flight memory: the last minute as it was handed over, bounded in time and in bytes. Must not know files.

use super::standing::Standing;
use crate::proto::Keyframe;
use crate::record::{Batch, Encoded, OnChannel};
use std::collections::VecDeque;
use std::time::Duration;

/// The last minute.
#[derive(Debug)]
pub(super) struct Flight {
    keep: Duration,
    /// What stood before the first record.
    base: Standing,
    batches: VecDeque<Batch>,
    bytes: usize,
}

impl Flight {
    /// `keep`: at least so long, beginning at a keyframe.
    pub(super) fn new(keep: Duration) -> Flight {
        let keep = keep + KEYFRAMES_APART_MAX;
        Flight { keep, base: Standing::default(), batches: VecDeque::new(), bytes: 0 }
    }

    pub(super) fn push(&mut self, batch: Batch) {
        let newest = batch.iter().map(|record| record.at).max().unwrap_or_default();
        self.bytes += memory(&batch);
        self.batches.push_back(batch);
        while let Some(oldest) = self.batches.front()
            && (self.bytes > FLIGHT_BYTES_MAX || oldest.iter().all(|record| record.at + self.keep < newest))
        {
            self.bytes -= memory(oldest);
            oldest.iter().for_each(|record| self.base.apply(&record));
            self.batches.pop_front();
        }
    }

    /// Everything that is remembered; of a server from the first keyframe on. What stood before, and the records.
    pub(super) fn all(&self, from_keyframe: bool) -> Option<(Standing, impl Iterator<Item = Encoded<'_>>)> {
        self.from(if from_keyframe { self.records().position(|record| is_keyframe(&record))? } else { 0 })
    }

    /// From the newest keyframe on.
    pub(super) fn since_keyframe(&self) -> Option<(Standing, impl Iterator<Item = Encoded<'_>>)> {
        let behind = self.records().rev().position(|record| is_keyframe(&record))?;
        self.from(self.batches.iter().map(Batch::len).sum::<usize>() - 1 - behind)
    }

    fn from(&self, first: usize) -> Option<(Standing, impl Iterator<Item = Encoded<'_>>)> {
        let mut standing = self.base.clone();
        self.records().take(first).for_each(|record| standing.apply(&record));
        let mut records = self.records().skip(first).peekable();
        records.peek()?;
        Some((standing, records))
    }

    fn records(&self) -> impl DoubleEndedIterator<Item = Encoded<'_>> {
        self.batches.iter().flat_map(Batch::iter)
    }
}

fn is_keyframe(record: &Encoded<'_>) -> bool {
    record.channel == Keyframe::CHANNEL
}

/// Of a batch, about.
fn memory(batch: &Batch) -> usize {
    batch.bytes() + batch.len() * ENTRY_BYTES + size_of::<Batch>()
}

/// A server says everything again so often: what comes before the first keyframe is of no use.
const KEYFRAMES_APART_MAX: Duration = Duration::from_secs(5);

/// A minute of 64 players takes a sixth of it.
const FLIGHT_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Of a record, beside its payload.
const ENTRY_BYTES: usize = 32;
