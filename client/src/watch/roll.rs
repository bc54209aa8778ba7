//! Who is in the match at a tick, by the server's word: names by slot.

use std::collections::BTreeMap;
use tickshot_shared::ids::Id;
use tickshot_shared::sim::world::Slot;
use tickshot_trace::model::ServerTrace;
use tickshot_trace::proto::SessionEvent;
use tickshot_trace::proto::session_event::Kind;

/// Comings and goings, in their order.
#[derive(Clone, Debug, Default)]
pub struct Roll {
    entries: Vec<Entry>,
}

/// Somebody's stay.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub slot: u16,
    pub name: String,
    pub bot: bool,
    pub session: Id,
    /// 0 for bots of the server.
    pub client_id: u64,
    from_tick: u32,
    /// The tick after which it was gone.
    until_tick: u32,
}

impl Roll {
    pub fn of(trace: &ServerTrace) -> Roll {
        let mut roll = Roll::default();
        for event in trace.sessions.iter().map(|event| &event.it) {
            match event.kind() {
                Kind::Admitted | Kind::Present => roll.enter(event),
                Kind::Left => roll.leave(event),
                Kind::Refused | Kind::Unknown => {}
            }
        }
        roll
    }

    fn enter(&mut self, event: &SessionEvent) {
        let session = <[u8; 16]>::try_from(event.session_id.as_slice()).map(Id).unwrap_or_default();
        let (slot, from_tick) = (u16::try_from(event.slot).unwrap_or(u16::MAX), event.tick);
        // Each part of a recording says anew who is there.
        let stays = |entry: &Entry| entry.until_tick == u32::MAX && entry.slot == slot;
        if let Some(known) = self.entries.iter_mut().rev().find(|entry| stays(entry)) {
            if known.client_id == event.client_id && known.name == event.name {
                return;
            }
            known.until_tick = from_tick;
        }
        let (name, bot, client_id, until_tick) = (event.name.clone(), event.bot, event.client_id, u32::MAX);
        self.entries.push(Entry { slot, name, bot, session, client_id, from_tick, until_tick });
    }

    fn leave(&mut self, event: &SessionEvent) {
        let of = |entry: &&mut Entry| entry.until_tick == u32::MAX && u32::from(entry.slot) == event.slot;
        if let Some(entry) = self.entries.iter_mut().rev().find(of) {
            entry.until_tick = event.tick;
        }
    }

    /// Who has `slot` at `tick`.
    pub fn who(&self, slot: u16, tick: u32) -> Option<&Entry> {
        self.entries
            .iter()
            .rev()
            .find(|entry| entry.slot == slot && entry.from_tick <= tick && tick <= entry.until_tick)
    }

    pub fn name(&self, slot: u16, tick: u32) -> String {
        self.who(slot, tick).map_or_else(|| format!("player {slot}"), |entry| entry.name.clone())
    }

    /// The slot of whoever is called `name` at `tick`.
    pub fn slot_of(&self, name: &str, tick: u32) -> Option<u16> {
        let is = |entry: &&Entry| entry.name == name && entry.from_tick <= tick && tick <= entry.until_tick;
        self.entries.iter().rev().find(is).map(|entry| entry.slot)
    }

    /// Everyone there at `tick`, by slot.
    pub fn at(&self, tick: u32) -> BTreeMap<Slot, &Entry> {
        let there = self.entries.iter().filter(|entry| entry.from_tick <= tick && tick <= entry.until_tick);
        there.map(|entry| (Slot(entry.slot), entry)).collect()
    }

    /// The first stay of somebody of this name, whatever the case of its letters.
    pub fn find(&self, name: &str) -> Option<&Entry> {
        let lower = name.to_lowercase();
        self.entries.iter().find(|entry| entry.name == name || entry.name.to_lowercase() == lower)
    }

    /// Everyone who ever was there, once each.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.entries.iter().map(|entry| entry.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tickshot_trace::model::At;

    fn event(kind: Kind, tick: u32, slot: u32, name: &str) -> At<SessionEvent> {
        let (name, client_id) = (name.to_owned(), u64::from(slot) + 1);
        let it = SessionEvent { kind: kind.into(), tick, slot, name, client_id, ..SessionEvent::default() };
        At { at_ns: 0, it }
    }

    #[test]
    fn a_slot_has_the_name_of_whoever_had_it_then() {
        let sessions = vec![
            event(Kind::Present, 10, 3, "Ann"),
            event(Kind::Present, 400, 3, "Ann"),
            event(Kind::Left, 500, 3, "Ann"),
            event(Kind::Admitted, 600, 3, "Ben"),
            event(Kind::Refused, 610, 4, "Cid"),
        ];
        let roll = Roll::of(&ServerTrace { sessions, ..ServerTrace::default() });
        let names = [9, 10, 500, 501, 600].map(|tick| roll.name(3, tick));
        assert_eq!(names, ["player 3", "Ann", "Ann", "player 3", "Ben"]);
        assert_eq!(
            [("Ann", 450), ("Ann", 600), ("Ben", 600)].map(|(name, tick)| roll.slot_of(name, tick)),
            [Some(3), None, Some(3)]
        );
        assert_eq!(roll.at(450).keys().map(|slot| slot.0).collect::<Vec<_>>(), [3]);
        assert_eq!((roll.names(), roll.find("ben").map(|entry| entry.slot)), (vec!["Ann", "Ben"], Some(3)));
    }
}
