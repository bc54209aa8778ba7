//! Chat: who may say how much, who reads it, and what those who come later still get to read.
//!
//! Lines for one side stay with that side. Who comes into the world for the first time gets the latest lines that it may
//! read, before any later one. Part of [`ServerCore`] because a line is said by seats and read by sessions; must not know
//! how it is drawn.

use super::ServerCore;
use crate::bucket::Budget;
use std::collections::VecDeque;
use tickshot_shared::limits::CHAT_LINES_MAX;
use tickshot_shared::protocol::control::{Audience, ChatLine, ServerControl, tidy_chat, tidy_name};
use tickshot_shared::sim::round::Team;
use tickshot_shared::sim::world::Slot;
use tickshot_shared::tick::TickRate;

/// The latest lines, oldest first, each with the side that it stays with.
#[derive(Debug, Default)]
pub(super) struct ChatLog(VecDeque<(ChatLine, Option<Team>)>);

impl ChatLog {
    fn keep(&mut self, line: ChatLine, side: Option<Team>) {
        if self.0.len() == CHAT_LINES_MAX {
            self.0.pop_front();
        }
        self.0.push_back((line, side));
    }

    /// Sides are made anew: nobody later may read what was meant for one of the old ones.
    pub(super) fn forget_sides(&mut self) {
        self.0.retain(|(_, side)| side.is_none());
    }
}

impl ServerCore {
    /// `client_id` says something; `Err` names why nobody hears it (already counted).
    pub(super) fn handle_chat(&mut self, client_id: u64, to: Audience, text: &str) -> Result<(), &'static str> {
        let text = tidy_chat(text);
        if text.is_empty() {
            return self.refuse("chat_empty");
        }
        let (now, budget) = (self.world.tick, lines_budget(self.setup.rate));
        let Some(session) = self.sessions.with_id_mut(client_id) else { return Err("unknown_session") };
        let Some(slot) = session.slot() else { return Err("unknown_session") };
        if !session.lines.take(now, budget) {
            // Said once: the answer to too much must not be as much again.
            if !std::mem::replace(&mut session.is_told_to_slow_down, true) {
                self.notify(client_id, "Not so fast: that line was not sent. Wait a moment.");
            }
            return self.refuse("chat_too_fast");
        }
        session.is_told_to_slow_down = false;
        let side = match to {
            Audience::Team if self.setup.options.mode.has_teams() => {
                let Some(side) = self.side_of(slot) else {
                    self.notify(client_id, "You have no side yet: nobody got that line.");
                    return self.refuse("chat_without_side");
                };
                Some(side)
            }
            Audience::All | Audience::Team => None,
        };
        let name = self.seats[slot.index()].as_ref().map_or_else(String::new, |seat| seat.name.clone());
        self.say(Some(slot), tidy_name(&name, "nobody"), to, side, text);
        Ok(())
    }

    /// A line of the server's own, for everybody.
    pub(super) fn announce(&mut self, text: &str) {
        let name = tidy_name(&self.setup.server_name, "server");
        self.say(None, name, Audience::All, None, tidy_chat(text));
    }

    fn say(&mut self, from: Option<Slot>, name: String, to: Audience, side: Option<Team>, text: String) {
        let now = self.deadline(self.world.tick);
        let line = ChatLine { id: self.setup.ids.next(now), tick: self.world.tick, from, name, to, text };
        let message = ServerControl::Chat(line.clone());
        let readers = self.sessions.iter().filter(|(_, session)| session.reads_chat);
        let readers: Vec<u64> = readers
            .filter(|(_, session)| side.is_none() || session.slot().and_then(|slot| self.side_of(slot)) == side)
            .map(|(client_id, _)| client_id)
            .collect();
        for client_id in readers {
            self.tell(client_id, &message);
        }
        self.note_chat(&line);
        self.chat.keep(line, side);
    }

    /// From now on `client_id` reads what is said, and first what was said before; once per session.
    pub(super) fn tell_chat_so_far(&mut self, client_id: u64, slot: Slot) {
        let Some(session) = self.sessions.with_id_mut(client_id) else { return };
        if std::mem::replace(&mut session.reads_chat, true) {
            return;
        }
        let own = self.side_of(slot);
        let readable = self.chat.0.iter().filter(|(_, side)| side.is_none() || *side == own);
        let lines: Vec<ChatLine> = readable.map(|(line, _)| line.clone()).collect();
        for line in lines {
            self.tell(client_id, &ServerControl::Chat(line));
        }
    }

    /// A few words to one client, unless it had too many lately.
    pub(super) fn notify(&mut self, client_id: u64, text: &str) {
        let (now, budget) = (self.world.tick, notices_budget(self.setup.rate));
        if self.sessions.with_id_mut(client_id).is_some_and(|session| session.notices.take(now, budget)) {
            self.tell(client_id, &ServerControl::Notice { text: text.to_owned() });
        }
    }

    fn side_of(&self, slot: Slot) -> Option<Team> {
        self.world.player(slot)?.team
    }

    /// Counts something that a client may not do.
    pub(super) fn refuse(&mut self, reason: &'static str) -> Result<(), &'static str> {
        self.metrics.drop_one(reason);
        Err(reason)
    }
}

/// Lines of one client: five at once, then one every second and a half. Faster than anyone types, slower than a flood.
fn lines_budget(rate: TickRate) -> Budget {
    Budget { burst: 5, every: rate.ticks_in_ms(1500) }
}

/// Notices to one client, whatever it does to get them.
fn notices_budget(rate: TickRate) -> Budget {
    Budget { burst: 3, every: rate.ticks_in_ms(1000) }
}
