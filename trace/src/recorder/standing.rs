//! What stands until it is replaced: a file that begins in the middle starts with it, or nobody could read the rest.
//!
//! Must not know files.

use crate::proto::session_event::Kind;
use crate::record::{Record, Stamped};
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
    /// Whether such a record stands. The header is the recorder's own matter.
    pub(super) fn stands(record: &Record) -> bool {
        matches!(
            record,
            Record::FieldNames(_)
                | Record::MatchBegan(_)
                | Record::Rules(_)
                | Record::SessionEvent(_)
                | Record::ImposedLink(_)
                | Record::Welcomed(_)
                | Record::SessionState(_)
                | Record::Switched(_)
        )
    }

    /// It happened.
    pub(super) fn apply(&mut self, stamped: &Stamped) {
        match &stamped.record {
            Record::SessionEvent(event) => match event.kind() {
                Kind::Admitted | Kind::Present if self.present.len() < PRESENT_MAX => {
                    let mut present = stamped.clone();
                    if let Record::SessionEvent(event) = &mut present.record {
                        event.kind = Kind::Present.into();
                    }
                    self.present.insert(event.slot, present);
                }
                Kind::Left => {
                    self.present.remove(&event.slot);
                    self.links.remove(&event.client_id);
                }
                _ => {}
            },
            Record::ImposedLink(imposed) if imposed.link.is_empty() => drop(self.links.remove(&imposed.client_id)),
            Record::ImposedLink(imposed) if self.links.len() < PRESENT_MAX => {
                self.links.insert(imposed.client_id, stamped.clone());
            }
            record if Standing::stands(record) => drop(self.single.insert(record.channel(), stamped.clone())),
            _ => {}
        }
    }

    /// All of it, in the order of the channels; players in that of their slots.
    pub(super) fn records(&self) -> impl Iterator<Item = &Stamped> {
        self.single.values().chain(self.present.values()).chain(self.links.values())
    }
}

/// More than any server has places.
const PRESENT_MAX: usize = 1024;
