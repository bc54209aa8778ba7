//! Control messages: rare, reliable, ordered. The only user of bincode, always behind a size limit.

use crate::sim::arena::MapHash;
use crate::sim::world::Slot;
use crate::tick::{Tick, TickRate};
use serde::{Deserialize, Serialize};

/// Client to server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClientControl {
    /// First message of a session.
    Hello { name: String },
    /// Send the map from byte `offset` on.
    MapRequest { hash: MapHash, offset: u32 },
    /// The map is loaded: put my player into the world.
    Ready,
}

/// Server to client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ServerControl {
    /// The session is over before it began.
    Refused {
        reason: Refusal,
    },
    /// First message of an accepted session.
    Welcome {
        slot: Slot,
        tick_rate: TickRate,
        tick: Tick,
        /// Slots of the world: sizes snapshots.
        capacity: u16,
        map_name: String,
        map_hash: MapHash,
        map_bytes: u32,
        server_name: String,
    },
    /// Bytes of the map file from `offset` on.
    MapChunk {
        offset: u32,
        bytes: Vec<u8>,
    },
    /// Everyone in the match, in several messages if need be (see [`ServerControl::rosters`]). Entries replace earlier
    /// ones of the same slot.
    Roster {
        entries: Vec<RosterEntry>,
    },
    Joined {
        entry: RosterEntry,
    },
    Left {
        slot: Slot,
        reason: LeaveReason,
    },
    Killed {
        tick: Tick,
        killer: Slot,
        victim: Slot,
    },
    /// The server stops on purpose.
    ServerClosing {
        reason: String,
    },
}

/// One line of the scoreboard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RosterEntry {
    pub slot: Slot,
    pub name: String,
    pub bot: bool,
    pub kills: u16,
    pub deaths: u16,
    /// `None` for bots.
    pub ping_ms: Option<u16>,
}

/// Why somebody left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum LeaveReason {
    #[error("left")]
    Quit,
    #[error("timed out")]
    TimedOut,
    #[error("was kicked")]
    Kicked,
}

/// Why a server does not let a client play. `Display` is what the player reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Refusal {
    #[error("the server is full ({players} of {max} players): try again when somebody has left")]
    Full { players: u16, max: u16 },
    #[error(
        "server and game do not match (server protocol {server:016x}, yours {client:016x}): use the same release on both"
    )]
    Version { server: u64, client: u64 },
    #[error("that name cannot be used: 1 to {max} bytes, no control characters", max = crate::limits::NAME_BYTES_MAX)]
    NameInvalid,
    #[error("removed from the server: {0}")]
    Kicked(String),
}

/// A control message that could not be written or read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    #[error("a control message has {0} bytes, more than {max}", max = crate::limits::CONTROL_BYTES_MAX)]
    TooLong(usize),
    #[error("a control message cannot be read: {0}")]
    Malformed(String),
    #[error("'{0}' in a control message is outside its range")]
    Value(&'static str),
}

/// Messages of the control lane.
pub trait ControlMessage: Serialize + serde::de::DeserializeOwned {
    /// Are all names, lengths and numbers inside their limits?
    fn check(&self) -> Result<(), ControlError>;
}

impl ControlMessage for ClientControl {
    fn check(&self) -> Result<(), ControlError> {
        todo!()
    }
}

impl ControlMessage for ServerControl {
    fn check(&self) -> Result<(), ControlError> {
        todo!()
    }
}

impl ServerControl {
    /// The roster as as many messages as it needs.
    pub fn rosters(entries: impl IntoIterator<Item = RosterEntry>) -> Vec<ServerControl> {
        let _ = entries.into_iter();
        todo!()
    }
}

/// The bytes of a message; an error if it breaks a limit (a bug of the caller, or a name that was not checked).
pub fn encode_control<T: ControlMessage>(message: &T) -> Result<Vec<u8>, ControlError> {
    let _ = message;
    todo!()
}

/// Read one whole message of at most [`crate::limits::CONTROL_BYTES_MAX`] bytes.
pub fn decode_control<T: ControlMessage>(bytes: &[u8]) -> Result<T, ControlError> {
    let _ = bytes;
    todo!()
}

/// May a player or server have this name? 1..=[`crate::limits::NAME_BYTES_MAX`] bytes, no control characters, not only blanks.
pub fn name_is_valid(name: &str) -> bool {
    let _ = name;
    todo!()
}

/// The nearest valid name: control characters dropped, trimmed, cut at a character boundary, `fallback` if nothing is left.
pub fn tidy_name(name: &str, fallback: &str) -> String {
    let _ = (name, fallback);
    todo!()
}
