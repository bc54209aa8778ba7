//! Things worth recording, of either end: the message, its channel, and when it happened.
//!
//! What lies between a core that says what happened and a file that keeps it. A core's records become bytes as they are said
//! ([`Batch`]): a tick's columns are filled a moment before, and need not be kept, handed to another thread and freed there.
//! Must not know files.

use crate::proto;
use prost::Message;
use std::time::Duration;

/// A record as a file gives it back.
#[derive(Clone, Debug, PartialEq)]
pub struct Stamped {
    /// Local time of what it tells, on the monotonic clock of this process.
    pub at: Duration,
    pub record: Record,
}

/// Each message with its channel, and a record of each. One line per channel: nothing else lists them.
macro_rules! channels {
    ($($kind:ident $topic:literal $(by $encode:path)?),+ $(,)?) => {
        /// A message of a trace.
        #[derive(Clone, Debug, PartialEq)]
        #[allow(clippy::large_enum_variant, reason = "ticks, the largest, are what most of them are")]
        pub enum Record { $($kind(proto::$kind)),+ }

        impl Record {
            /// (topic, name of its message without package) of every channel.
            pub const CHANNELS: &[(&'static str, &'static str)] = &[$(($topic, stringify!($kind))),+];

            /// The place of its channel in [`Record::CHANNELS`].
            pub fn channel(&self) -> usize {
                (match self { $(Record::$kind(_) => Place::$kind),+ }) as usize
            }

            /// Append its message to `bytes`.
            pub fn encode(&self, bytes: &mut Vec<u8>) {
                match self { $(Record::$kind(message) => message.append_to(bytes)),+ }
            }

            /// A message of the channel `topic`; `None` = a channel of a later version.
            pub fn decode(topic: &str, bytes: &[u8]) -> Result<Option<Record>, prost::DecodeError> {
                match topic {
                    $($topic => proto::$kind::decode(bytes).map(|message| Some(Record::$kind(message))),)+
                    _ => Ok(None),
                }
            }
        }

        /// Its message alone; the channel says which it is.
        #[cfg(feature = "tool")]
        impl serde::Serialize for Record {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                match self { $(Record::$kind(message) => message.serialize(to)),+ }
            }
        }

        $(impl From<proto::$kind> for Record {
            fn from(message: proto::$kind) -> Record { Record::$kind(message) }
        }

        impl OnChannel for proto::$kind {
            const CHANNEL: usize = Place::$kind as usize;

            $(fn append_to(&self, bytes: &mut Vec<u8>) {
                $encode(self, bytes);
            })?
        })+

        #[derive(Clone, Copy)]
        enum Place { $($kind),+ }
    };
}

/// A message that has a channel of its own.
pub trait OnChannel: Message + Sized {
    /// Its place in [`Record::CHANNELS`].
    const CHANNEL: usize;

    /// Append it to `bytes`.
    fn append_to(&self, bytes: &mut Vec<u8>) {
        // A vector grows; nothing else can fail.
        self.encode(bytes).expect("a vector has room");
    }
}

/// Records as bytes, in the order in which they were said: one allocation for many.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    bytes: Vec<u8>,
    entries: Vec<Entry>,
}

/// A record of a [`Batch`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoded<'a> {
    pub at: Duration,
    /// The place of its channel in [`Record::CHANNELS`].
    pub channel: usize,
    pub payload: &'a [u8],
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    at: Duration,
    channel: usize,
    /// Of its payload in the batch's bytes.
    end: usize,
}

impl Batch {
    /// Append a message that tells of `at`.
    pub fn push<M: OnChannel>(&mut self, at: Duration, message: &M) {
        message.append_to(&mut self.bytes);
        self.close(at, M::CHANNEL);
    }

    /// Append what was recorded before.
    pub fn push_record(&mut self, Stamped { at, record }: &Stamped) {
        record.encode(&mut self.bytes);
        self.close(*at, record.channel());
    }

    /// Everything of `other` goes to the end of this one; `other` keeps its room.
    pub fn append(&mut self, other: &mut Batch) {
        let before = self.bytes.len();
        self.bytes.extend_from_slice(&other.bytes);
        self.entries.extend(other.entries.iter().map(|entry| Entry { end: before + entry.end, ..*entry }));
        other.clear();
    }

    /// Its room stays.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.entries.clear();
    }

    /// Records.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Of all payloads.
    pub fn bytes(&self) -> usize {
        self.bytes.len()
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Encoded<'_>> + ExactSizeIterator {
        (0..self.entries.len()).map(|index| {
            let from = index.checked_sub(1).map_or(0, |before| self.entries[before].end);
            let Entry { at, channel, end } = self.entries[index];
            Encoded { at, channel, payload: &self.bytes[from..end] }
        })
    }

    /// The same as a file with them would give them back.
    pub fn records(&self) -> impl Iterator<Item = Stamped> + '_ {
        self.iter().map(|record| record.decode())
    }

    fn close(&mut self, at: Duration, channel: usize) {
        self.entries.push(Entry { at, channel, end: self.bytes.len() });
    }
}

impl FromIterator<Stamped> for Batch {
    fn from_iter<I: IntoIterator<Item = Stamped>>(records: I) -> Batch {
        let mut batch = Batch::default();
        records.into_iter().for_each(|record| batch.push_record(&record));
        batch
    }
}

impl Encoded<'_> {
    pub fn decode(&self) -> Stamped {
        let decoded = Record::decode(Record::CHANNELS[self.channel].0, self.payload);
        Stamped { at: self.at, record: decoded.ok().flatten().expect("a batch holds what its own channels encoded") }
    }
}

channels! {
    Header "/header",
    RecorderNote "/recorder",
    Chat "/chat",
    FieldNames "/server/field_names",
    MatchBegan "/server/match",
    Rules "/server/rules",
    Keyframe "/server/keyframe",
    ServerTick "/server/tick" by crate::pack::encode_tick,
    Shot "/server/shot",
    SessionEvent "/server/session",
    ImposedLink "/server/link",
    ServerTotals "/server/totals",
    Welcomed "/client/welcome",
    SessionState "/client/session",
    Frame "/client/frame",
    InputSampled "/client/input",
    PacketSent "/client/packet",
    SnapshotReceived "/client/snapshot",
    ClockEstimate "/client/clock",
    Correction "/client/correction",
    Switched "/client/modes",
    ShotSeen "/client/shot",
    ShotAnswered "/client/answer",
    ClientTotals "/client/totals",
}
