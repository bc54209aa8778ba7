//! The flight memory: the last minute, encoded, bounded in time and in bytes. Must not know files.

use super::standing::Standing;
use crate::record::{Record, Stamped};
use std::collections::VecDeque;
use std::time::Duration;

/// A record as a file takes it.
#[derive(Debug)]
pub(super) struct Encoded {
    pub(super) at: Duration,
    /// Place in [`Record::CHANNELS`].
    pub(super) channel: usize,
    pub(super) payload: Box<[u8]>,
    /// A server's file can begin here.
    pub(super) keyframe: bool,
    /// The record itself, if it stands: few do.
    pub(super) standing: Option<Box<Stamped>>,
}

/// The last minute.
#[derive(Debug)]
pub(super) struct Flight {
    keep: Duration,
    /// What stood before the first record.
    base: Standing,
    records: VecDeque<Encoded>,
    payload_bytes: usize,
}

impl Flight {
    /// `keep`: at least so long, beginning at a keyframe.
    pub(super) fn new(keep: Duration) -> Flight {
        let keep = keep + KEYFRAMES_APART_MAX;
        Flight { keep, base: Standing::default(), records: VecDeque::new(), payload_bytes: 0 }
    }

    pub(super) fn push(&mut self, stamped: &Stamped, payload: &[u8]) {
        let standing = Standing::stands(&stamped.record).then(|| Box::new(stamped.clone()));
        self.payload_bytes += payload.len() + ENTRY_BYTES;
        self.records.push_back(Encoded {
            at: stamped.at,
            channel: stamped.record.channel(),
            payload: payload.into(),
            keyframe: matches!(stamped.record, Record::Keyframe(_)),
            standing,
        });
        while let Some(oldest) = self.records.front()
            && (oldest.at + self.keep < stamped.at || self.payload_bytes > FLIGHT_BYTES_MAX)
        {
            self.payload_bytes -= oldest.payload.len() + ENTRY_BYTES;
            if let Some(standing) = &oldest.standing {
                self.base.apply(standing);
            }
            self.records.pop_front();
        }
    }

    /// Everything that is remembered; of a server from the first keyframe on. What stood before, and the records.
    pub(super) fn all(&self, from_keyframe: bool) -> Option<(Standing, impl Iterator<Item = &Encoded>)> {
        let first = if from_keyframe { self.records.iter().position(|it| it.keyframe)? } else { 0 };
        self.from(first)
    }

    /// From the newest keyframe on.
    pub(super) fn since_keyframe(&self) -> Option<(Standing, impl Iterator<Item = &Encoded>)> {
        self.from(self.records.iter().rposition(|it| it.keyframe)?)
    }

    fn from(&self, first: usize) -> Option<(Standing, impl Iterator<Item = &Encoded>)> {
        let mut standing = self.base.clone();
        self.records.range(..first).filter_map(|it| it.standing.as_ref()).for_each(|it| standing.apply(it));
        (first < self.records.len()).then(|| (standing, self.records.range(first..)))
    }
}

/// A server says everything again so often: what comes before the first keyframe is of no use.
const KEYFRAMES_APART_MAX: Duration = Duration::from_secs(5);

/// A minute of 64 players takes a sixth of it.
const FLIGHT_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Of a record, beside its payload.
const ENTRY_BYTES: usize = size_of::<Encoded>() + 16;
