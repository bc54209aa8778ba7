//! Control messages: rare, reliable, ordered. The only user of bincode, always behind a size limit.

use super::evidence::ShotEvidence;
use crate::ids::Id;
use crate::limits::{
    CHAT_BYTES_MAX, CONTROL_BYTES_MAX, LINK_TEXT_BYTES_MAX, MAP_BYTES_MAX, MAP_CHUNK_BYTES, NAME_BYTES_MAX,
    PLAYERS_MAX, REWIND_MS_CAP_MAX, VOTE_OPTIONS_MAX,
};
use crate::modes::{HitCheck, SNAPSHOT_EVERY_MAX};
use crate::sim::arena::MapHash;
use crate::sim::round::{MatchOptions, Phase, Round, Team, Winner};
use crate::sim::weapon::Weapon;
use crate::sim::world::Slot;
use crate::tick::{Tick, TickRate};
use serde::{Deserialize, Serialize};

/// Client to server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClientControl {
    /// Send the map from byte `offset` on.
    MapRequest { hash: MapHash, offset: u32 },
    /// The map is loaded: put my player into the world.
    Ready,
    /// What I wish from now on; a server that allows no experiments goes on as before.
    Settings {
        /// Send the evidence of my shots.
        evidence: bool,
        /// Send a snapshot every so many ticks, 1..=[`SNAPSHOT_EVERY_MAX`].
        snapshot_every: u8,
    },
    /// Say something.
    Chat { to: Audience, text: String },
    /// Let everybody vote on whether this player has to go.
    CallKick { slot: Slot },
    /// My voice in the vote that is open, by its number: one of its options.
    Ballot { vote: u32, option: u8 },
}

/// Who shall read a line of chat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Audience {
    #[default]
    All,
    /// One's own side; without sides everybody.
    Team,
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
        match_id: Id,
    },
    /// The next match begins: as a welcome to those who are here already. Slots and ticks go on; the world is a new one.
    NextMatch {
        /// The state in which the new world begins: snapshots up to it are of the old one.
        tick: Tick,
        map_name: String,
        map_hash: MapHash,
        map_bytes: u32,
        match_id: Id,
    },
    /// Where the match stands: after the welcome, and whenever it changes.
    Round(RoundState),
    /// A line of chat; late joiners get the latest [`crate::limits::CHAT_LINES_MAX`].
    Chat(ChatLine),
    /// The vote that is open, whenever it changes; `None` = it is over.
    Vote(Option<VoteState>),
    /// Something the server wants this one client to read.
    Notice {
        text: String,
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
        weapon: Weapon,
    },
    /// The server stops on purpose.
    ServerClosing {
        reason: String,
    },
    /// What this server allows, and what it does to the receiver: after the welcome, and whenever it changes.
    Rules {
        /// Clients may choose hit check and snapshot interval for themselves.
        experiments: bool,
        /// The hit check of those who may not choose.
        hits: HitCheck,
        /// Shots reach back this far at most, milliseconds.
        rewind_ms: u16,
        /// The link the server imposes on the receiver, as text; empty = none.
        imposed_link: String,
    },
    /// A shot of the receiver was judged; only if it asked for evidence.
    Shot(ShotEvidence),
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
    /// Of the snapshots of the last seconds, percent that it did not get; 0 for bots.
    pub loss_pct: u8,
    /// Its side, in a mode with teams.
    pub team: Option<Team>,
    /// Of the session; of a bot, since it was seated.
    pub session: Id,
}

/// [`crate::sim::round::Round`] as clients are told it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundState {
    pub options: MatchOptions,
    pub phase: Phase,
    pub since: Tick,
    pub ends: Option<Tick>,
    pub number: u16,
    pub wins: [u16; 2],
    pub winner: Option<Winner>,
}

impl From<&Round> for RoundState {
    fn from(round: &Round) -> RoundState {
        let &Round { options, phase, since, ends, number, wins, winner } = round;
        RoundState { options, phase, since, ends, number, wins, winner }
    }
}

/// One line of chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatLine {
    pub id: Id,
    pub tick: Tick,
    /// `None` = the server itself.
    pub from: Option<Slot>,
    /// The speaker's name when it spoke.
    pub name: String,
    pub to: Audience,
    pub text: String,
}

/// A vote that is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoteState {
    /// Tells this vote from others.
    pub number: u32,
    pub subject: VoteSubject,
    /// What there is to choose, at most [`VOTE_OPTIONS_MAX`], with the voices each has.
    pub options: Vec<(String, u16)>,
    /// When it closes.
    pub ends: Tick,
    /// The receiver's own voice.
    pub own: Option<u8>,
}

/// What a vote is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum VoteSubject {
    NextMap,
    Kick(Slot),
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
    #[error("that name cannot be used: 1 to {max} bytes, no control characters", max = NAME_BYTES_MAX)]
    NameInvalid,
    #[error("removed from the server: {0}")]
    Kicked(String),
}

/// A control message that could not be written or read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    #[error("a control message has {0} bytes, more than {max}", max = CONTROL_BYTES_MAX)]
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
        match self {
            ClientControl::MapRequest { offset, .. } => within("map offset", *offset as usize <= MAP_BYTES_MAX),
            ClientControl::Ready => Ok(()),
            ClientControl::Settings { snapshot_every, .. } => {
                within("snapshot interval", (1..=SNAPSHOT_EVERY_MAX).contains(snapshot_every))
            }
            ClientControl::Chat { text, .. } => within("chat", text.len() <= CHAT_BYTES_MAX),
            ClientControl::CallKick { slot } => check_slot(*slot),
            ClientControl::Ballot { option, .. } => within("ballot", usize::from(*option) < VOTE_OPTIONS_MAX),
        }
    }
}

impl ControlMessage for ServerControl {
    fn check(&self) -> Result<(), ControlError> {
        match self {
            ServerControl::Refused { reason: Refusal::Kicked(text) } => within("reason", text.len() <= TEXT_BYTES_MAX),
            ServerControl::Refused { .. } => Ok(()),
            ServerControl::Welcome { slot, capacity, map_name, map_bytes, server_name, .. } => {
                within("capacity", (1..=PLAYERS_MAX).contains(&usize::from(*capacity)))?;
                within("slot", slot.0 < *capacity)?;
                within("map name", name_is_valid(map_name))?;
                within("map size", *map_bytes as usize <= MAP_BYTES_MAX)?;
                within("server name", name_is_valid(server_name))
            }
            ServerControl::MapChunk { offset, bytes } => {
                within("map chunk", bytes.len() <= MAP_CHUNK_BYTES)?;
                within("map offset", *offset as usize + bytes.len() <= MAP_BYTES_MAX)
            }
            ServerControl::Roster { entries } => entries.iter().try_for_each(RosterEntry::check),
            ServerControl::Joined { entry } => entry.check(),
            ServerControl::Left { slot, .. } => check_slot(*slot),
            ServerControl::Killed { killer, victim, .. } => check_slot(*killer).and_then(|()| check_slot(*victim)),
            ServerControl::ServerClosing { reason } => within("reason", reason.len() <= TEXT_BYTES_MAX),
            ServerControl::Rules { rewind_ms, imposed_link, .. } => {
                within("rewind cap", *rewind_ms <= REWIND_MS_CAP_MAX)?;
                within("link", imposed_link.len() <= LINK_TEXT_BYTES_MAX)
            }
            ServerControl::NextMatch { map_name, map_bytes, .. } => {
                within("map name", name_is_valid(map_name))?;
                within("map size", *map_bytes as usize <= MAP_BYTES_MAX)
            }
            ServerControl::Round(RoundState { winner: Some(Winner::Player(slot)), .. }) => check_slot(*slot),
            ServerControl::Round(_) | ServerControl::Vote(None) => Ok(()),
            ServerControl::Chat(line) => {
                line.from.map_or(Ok(()), check_slot)?;
                within("name", name_is_valid(&line.name))?;
                within("chat", line.text.len() <= CHAT_BYTES_MAX)
            }
            ServerControl::Vote(Some(vote)) => {
                within("vote", vote.options.len() <= VOTE_OPTIONS_MAX)?;
                vote.options.iter().try_for_each(|(name, _)| within("vote option", name_is_valid(name)))
            }
            ServerControl::Notice { text } => within("notice", text.len() <= TEXT_BYTES_MAX),
            ServerControl::Shot(evidence) => within("shot", evidence.is_possible()),
        }
    }
}

impl RosterEntry {
    fn check(&self) -> Result<(), ControlError> {
        check_slot(self.slot)?;
        within("name", name_is_valid(&self.name))
    }
}

impl ServerControl {
    /// The roster as as many messages as it needs, at least one.
    pub fn rosters(entries: impl IntoIterator<Item = RosterEntry>) -> Vec<ServerControl> {
        let entries: Vec<RosterEntry> = entries.into_iter().collect();
        if entries.is_empty() {
            return vec![ServerControl::Roster { entries }];
        }
        entries.chunks(ROSTER_ENTRIES_MAX).map(|some| ServerControl::Roster { entries: some.to_vec() }).collect()
    }
}

/// The bytes of a message; an error if it breaks a limit (a bug of the caller, or a name that was not checked).
pub fn encode_control<T: ControlMessage>(message: &T) -> Result<Vec<u8>, ControlError> {
    message.check()?;
    let malformed = |e: bincode::error::EncodeError| ControlError::Malformed(e.to_string());
    let bytes = bincode::serde::encode_to_vec(message, config()).map_err(malformed)?;
    if bytes.len() > CONTROL_BYTES_MAX { Err(ControlError::TooLong(bytes.len())) } else { Ok(bytes) }
}

/// Read one whole message of at most [`CONTROL_BYTES_MAX`] bytes.
pub fn decode_control<T: ControlMessage>(bytes: &[u8]) -> Result<T, ControlError> {
    if bytes.len() > CONTROL_BYTES_MAX {
        return Err(ControlError::TooLong(bytes.len()));
    }
    let malformed = |e: bincode::error::DecodeError| ControlError::Malformed(e.to_string());
    let (message, used): (T, usize) = bincode::serde::decode_from_slice(bytes, config()).map_err(malformed)?;
    // bincode reads numbers in longer forms than it writes and does not mind what follows: neither is ours.
    if used != bytes.len() || encode_control(&message)? != bytes {
        return Err(ControlError::Malformed("not the form this program writes".to_owned()));
    }
    Ok(message)
}

/// May a player, server or map have this name? 1..=[`NAME_BYTES_MAX`] bytes, no control characters, not only blanks.
pub fn name_is_valid(name: &str) -> bool {
    name.len() <= NAME_BYTES_MAX && !name.trim().is_empty() && !name.chars().any(is_unprintable)
}

/// The nearest valid name: control characters dropped, trimmed, cut at a character boundary; `fallback` if nothing is
/// left.
pub fn tidy_name(name: &str, fallback: &str) -> String {
    let printable: String = name.chars().filter(|&c| !is_unprintable(c)).collect();
    let kept = cut(printable.trim(), NAME_BYTES_MAX).trim_end();
    if kept.is_empty() { fallback.to_owned() } else { kept.to_owned() }
}

/// What is left of a line of chat: control characters dropped, trimmed, cut at a character boundary. Perhaps nothing.
pub fn tidy_chat(text: &str) -> String {
    let printable: String = text.chars().filter(|&c| !is_unprintable(c)).collect();
    cut(printable.trim(), CHAT_BYTES_MAX).trim_end().to_owned()
}

/// The longest start of `text` that has at most `bytes_max` bytes.
pub(super) fn cut(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max)]
}

/// Control characters, and those that change the direction of the text around them: a name must not rewrite a line.
fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

fn check_slot(slot: Slot) -> Result<(), ControlError> {
    within("slot", slot.index() < PLAYERS_MAX)
}

fn within(what: &'static str, holds: bool) -> Result<(), ControlError> {
    if holds { Ok(()) } else { Err(ControlError::Value(what)) }
}

/// The limit bounds every length a message claims before anything is allocated for it.
fn config() -> impl bincode::config::Config {
    bincode::config::standard().with_limit::<CONTROL_BYTES_MAX>()
}

/// Longest reason or unchecked name in a message, in bytes.
const TEXT_BYTES_MAX: usize = 200;
/// Entries of one roster message.
const ROSTER_ENTRIES_MAX: usize = 16;
/// A roster entry at its longest: slot, name, bot, kills, deaths, ping, as bincode writes them.
const ROSTER_ENTRY_BYTES_MAX: usize = 3 + 1 + NAME_BYTES_MAX + 1 + 3 + 3 + 4 + 1 + 2 + 16;

const _: () = assert!(8 + ROSTER_ENTRIES_MAX * ROSTER_ENTRY_BYTES_MAX <= CONTROL_BYTES_MAX);
const _: () = assert!(8 + 5 + MAP_CHUNK_BYTES <= CONTROL_BYTES_MAX);
