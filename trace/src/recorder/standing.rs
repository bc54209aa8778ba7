//! What stands until it is replaced: a file that begins in the middle starts with it, or nobody could read the rest.
//!
//! Must not know files.

use crate::proto::session_event::Kind;
use crate::proto::{FieldNames, ImposedLink, MatchBegan, Rules, SessionEvent, SessionState, Switched, Welcomed};
use crate::record::{Encoded, OnChannel, Record, Stamped};
use std::collections::BTreeMap;

/// The records that hold at some time of a recording.
#[derive(Clone, Debug, Default)]
pub(super) struct Standing {
    /// By channel: the latest of a kind of which only one holds.
    single: BTreeMap<usize, Stamped>,
    /// Who is there, by slot.
    present: BTreeMap<u32, Stamped>,
    /// Links that are conditioned, by client.
    links: BTreeMap<u64, Stamped>,
}

impl Standing {
    /// It happened.
    pub(super) fn apply(&mut self, record: &Encoded<'_>) {
        if !STANDING.contains(&record.channel) {
            return;
        }
        let stamped = record.decode();
        match &stamped.record {
            Record::SessionEvent(event) => match event.kind() {
                Kind::Admitted | Kind::Present if self.present.len() < PRESENT_MAX => {
                    let event = SessionEvent { kind: Kind::Present.into(), ..event.clone() };
                    self.present.insert(event.slot, Stamped { at: stamped.at, record: event.into() });
                }
                Kind::Left => {
                    self.present.remove(&event.slot);
                    self.links.remove(&event.client_id);
                }
                _ => {}
            },
            Record::ImposedLink(imposed) if imposed.link.is_empty() => drop(self.links.remove(&imposed.client_id)),
            Record::ImposedLink(imposed) if self.links.len() < PRESENT_MAX => {
                self.links.insert(imposed.client_id, stamped);
            }
            Record::ImposedLink(_) => {}
            _ => drop(self.single.insert(record.channel, stamped)),
        }
    }

    /// All of it, in the order of the channels; players in that of their slots.
    pub(super) fn records(&self) -> impl Iterator<Item = &Stamped> {
        self.single.values().chain(self.present.values()).chain(self.links.values())
    }
}

/// Channels of such records. The header is the recorder's own matter.
const STANDING: [usize; 8] = [
    FieldNames::CHANNEL,
    MatchBegan::CHANNEL,
    Rules::CHANNEL,
    SessionEvent::CHANNEL,
    ImposedLink::CHANNEL,
    Welcomed::CHANNEL,
    SessionState::CHANNEL,
    Switched::CHANNEL,
];

/// More than any server has places.
const PRESENT_MAX: usize = 1024;
