//! Why bytes were not a message. Every kind has a short name to count drops by.

use crate::tick::Tick;

/// A refused datagram or message. Nothing of it has been applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    #[error("the message ends before its last field")]
    Truncated,
    #[error("bytes or set bits follow the last field")]
    Trailing,
    #[error("the message is longer than its kind can be")]
    TooLong,
    #[error("the first bytes do not name this kind of message")]
    WrongKind,
    #[error("'{0}' is written in a longer form than needed")]
    NotCanonical(&'static str),
    #[error("'{0}' is outside its range")]
    Value(&'static str),
    #[error("the snapshot builds on snapshot {0}, which is not held")]
    BaselineUnknown(Tick),
    #[error("snapshot {0} is already held")]
    Duplicate(Tick),
    #[error("snapshot {0} is older than the ring")]
    TooOld(Tick),
    #[error("the snapshot describes an own player, but no slot was assigned yet")]
    OwnUnknown,
}

impl DecodeError {
    /// A short stable name for drop counters.
    pub fn reason(&self) -> &'static str {
        match self {
            DecodeError::Truncated => "truncated",
            DecodeError::Trailing => "trailing",
            DecodeError::TooLong => "too_long",
            DecodeError::WrongKind => "wrong_kind",
            DecodeError::NotCanonical(_) => "not_canonical",
            DecodeError::Value(_) => "value",
            DecodeError::BaselineUnknown(_) => "baseline_unknown",
            DecodeError::Duplicate(_) => "duplicate",
            DecodeError::TooOld(_) => "too_old",
            DecodeError::OwnUnknown => "own_unknown",
        }
    }
}
