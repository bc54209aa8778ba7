//! Who played which slot when, and under what name, as a server's records of its sessions tell.
//!
//! Time line: an event says which tick had been made last; whoever came then plays from the next one on, whoever left
//! was there up to that one.

use crate::model::ServerTrace;
use crate::proto::session_event::Kind;
use serde::Serialize;

/// Everyone of a server's trace.
#[derive(Clone, Debug, Default)]
pub struct Players {
    /// In the order in which they came.
    stays: Vec<Stay>,
}

/// One stay in one slot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stay {
    pub slot: u32,
    pub name: String,
    /// Of the server's own.
    pub bot: bool,
    /// 0 for bots.
    pub client_id: u64,
    /// The ticks it may have played, inclusive.
    pub first_tick: u32,
    pub last_tick: u32,
}

/// A player as answers name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Who {
    pub slot: u32,
    pub name: String,
}

impl Players {
    pub fn of(trace: &ServerTrace) -> Players {
        let mut players = Players::default();
        for event in trace.sessions.iter().map(|event| &event.it) {
            match event.kind() {
                Kind::Admitted | Kind::Present => players.come(Stay {
                    slot: event.slot,
                    name: event.name.clone(),
                    bot: event.bot,
                    client_id: event.client_id,
                    // Who was there already may have been for long.
                    first_tick: if event.kind() == Kind::Present { 0 } else { event.tick.saturating_add(1) },
                    last_tick: u32::MAX,
                }),
                Kind::Left => players.leave(event.slot, event.tick),
                Kind::Refused | Kind::Unknown => {}
            }
        }
        players
    }

    /// Every later part of a recording says again who is there.
    fn come(&mut self, stay: Stay) {
        let open = self.stays.iter_mut().rev().find(|open| open.slot == stay.slot && open.last_tick == u32::MAX);
        match open {
            Some(open) if open.client_id == stay.client_id && open.name == stay.name => {}
            Some(open) => {
                open.last_tick = stay.first_tick.saturating_sub(1);
                self.stays.push(stay);
            }
            None => self.stays.push(stay),
        }
    }

    fn leave(&mut self, slot: u32, tick: u32) {
        let open = self.stays.iter_mut().rev().find(|open| open.slot == slot && open.last_tick == u32::MAX);
        if let Some(open) = open {
            open.last_tick = tick;
        }
    }

    /// In the order in which they came.
    pub fn stays(&self) -> &[Stay] {
        &self.stays
    }

    /// Who played `slot` at `tick`, if the trace says so.
    pub fn at(&self, slot: u32, tick: u32) -> Option<&Stay> {
        let plays = |stay: &&Stay| stay.slot == slot && (stay.first_tick..=stay.last_tick).contains(&tick);
        self.stays.iter().rev().find(plays)
    }

    /// The same, under some name in any case.
    pub fn who(&self, slot: u32, tick: u32) -> Who {
        let name = self.at(slot, tick).map(|stay| stay.name.clone()).filter(|name| !name.is_empty());
        Who { slot, name: name.unwrap_or_else(|| format!("player {slot}")) }
    }

    /// Of a slot plus 1; 0 = nobody.
    pub fn who_plus_one(&self, slot_plus_one: u32, tick: u32) -> Option<Who> {
        slot_plus_one.checked_sub(1).map(|slot| self.who(slot, tick))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::At;
    use crate::proto::SessionEvent;

    fn trace(events: &[(Kind, u32, u32, &str, u64)]) -> ServerTrace {
        let event = |&(kind, tick, slot, name, client_id): &(Kind, u32, u32, &str, u64)| At {
            at_ns: 0,
            it: SessionEvent { kind: kind.into(), tick, slot, name: name.into(), client_id, ..SessionEvent::default() },
        };
        ServerTrace { sessions: events.iter().map(event).collect(), ..ServerTrace::default() }
    }

    #[test]
    fn a_slot_has_the_name_of_who_played_it_then() {
        let players = Players::of(&trace(&[
            (Kind::Present, 100, 0, "Ann", 7),
            (Kind::Admitted, 150, 1, "Bob", 8),
            (Kind::Left, 200, 0, "Ann", 7),
            (Kind::Admitted, 220, 0, "Cid", 9),
        ]));
        let name = |slot, tick| players.who(slot, tick).name;
        assert_eq!([name(0, 50), name(0, 200), name(0, 221)], ["Ann", "Ann", "Cid"]);
        assert_eq!([name(0, 210), name(1, 150), name(1, 151)], ["player 0", "player 1", "Bob"]);
        assert_eq!((players.who_plus_one(0, 160), players.who_plus_one(2, 160).unwrap().name), (None, "Bob".into()));
    }

    #[test]
    fn being_told_again_who_is_there_begins_no_other_stay_and_a_missed_leave_ends_one() {
        let players = Players::of(&trace(&[
            (Kind::Present, 0, 3, "Ann", 7),
            (Kind::Present, 500, 3, "Ann", 7),
            (Kind::Admitted, 600, 3, "Dan", 11),
        ]));
        let spans: Vec<_> = players.stays().iter().map(|stay| (stay.first_tick, stay.last_tick)).collect();
        assert_eq!(spans, [(0, 600), (601, u32::MAX)]);
    }
}
