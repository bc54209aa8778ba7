//! One thing worth recording, of either end: the message, its channel, and when it happened.
//!
//! What lies between a core that says what happened and a file that keeps it. Must not know files.

use crate::proto;
use prost::Message;
use std::time::Duration;

/// A record on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct Stamped {
    /// Local time of what it tells, on the monotonic clock of this process.
    pub at: Duration,
    pub record: Record,
}

/// Each message with its channel, and a record of each. One line per channel: nothing else lists them.
macro_rules! channels {
    ($($kind:ident $topic:literal),+ $(,)?) => {
        /// A message of a trace.
        #[derive(Clone, Debug, PartialEq)]
        #[allow(clippy::large_enum_variant, reason = "ticks, the largest, are what most of them are")]
        pub enum Record { $($kind(proto::$kind)),+ }

        impl Record {
            /// (topic, name of its message without package) of every channel.
            pub const CHANNELS: &[(&'static str, &'static str)] = &[$(($topic, stringify!($kind))),+];

            /// The place of its channel in [`Record::CHANNELS`].
            pub fn channel(&self) -> usize {
                #[derive(Clone, Copy)]
                enum Place { $($kind),+ }
                (match self { $(Record::$kind(_) => Place::$kind),+ }) as usize
            }

            /// Append its message to `bytes`.
            pub fn encode(&self, bytes: &mut Vec<u8>) {
                if let Record::ServerTick(tick) = self {
                    return crate::pack::encode_tick(tick, bytes);
                }
                // A vector grows; nothing else can fail.
                let encoded = match self { $(Record::$kind(message) => message.encode(bytes)),+ };
                encoded.expect("a vector has room");
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
        })+
    };
}

channels! {
    Header "/header",
    RecorderNote "/recorder",
    Chat "/chat",
    FieldNames "/server/field_names",
    MatchBegan "/server/match",
    Rules "/server/rules",
    Keyframe "/server/keyframe",
    ServerTick "/server/tick",
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
