//! Coming and going: who gets a slot, who is told why not, which bots make room.
//!
//! Part of [`ServerCore`] because a slot is a seat, a session and a player in the world at once; must not know inputs or
//! snapshots.

use super::{ServerCore, Wish};
use crate::seats::{Seat, unique_name};
use crate::sessions::{Session, SessionState};
use std::time::Duration;
use tickshot_shared::protocol::control::{LeaveReason, Refusal, RoundState, ServerControl, name_is_valid};
use tickshot_shared::protocol::version::protocol_version;
use tickshot_shared::sim::change::Change;
use tickshot_shared::sim::world::Slot;
use tickshot_trace::proto::session_event::Kind;

impl ServerCore {
    /// A client is connected and says which protocol it speaks.
    pub fn handle_connected(&mut self, now: Duration, client_id: u64, version: u64, name: &str) {
        if let Err(refusal) = self.admit(now, client_id, version, name) {
            self.metrics.clients_refused += 1;
            self.note_refusal(now, client_id, name, &refusal.to_string());
            self.dismiss(now, client_id, refusal);
        }
    }

    fn admit(&mut self, now: Duration, client_id: u64, version: u64, name: &str) -> Result<(), Refusal> {
        if version != protocol_version() {
            return Err(Refusal::Version { server: protocol_version(), client: version });
        }
        if !name_is_valid(name) {
            return Err(Refusal::NameInvalid);
        }
        let asked_and_given = [name.to_owned(), unique_name(name, &self.seats)];
        if let Some(left) = asked_and_given.iter().filter_map(|name| self.bans.remaining(name, now)).max() {
            let minutes = left.as_secs() / 60 + 1;
            return Err(Refusal::Kicked(format!("the players voted; come back in {minutes} min")));
        }
        let slot = self
            .vacate_slot(now, name)
            .ok_or(Refusal::Full { players: self.players() as u16, max: self.setup.capacity as u16 })?;
        let name = unique_name(name, &self.seats);
        self.seats[slot.index()] = Some(Seat::client(name.clone(), self.setup.ids.next(now)));
        self.sessions.insert(
            client_id,
            Session::new(
                now,
                name,
                SessionState::Loading { slot, until: now + LOADING_PATIENCE },
                self.setup.capacity,
                self.setup.rate,
            ),
        );
        self.note_seat(Kind::Admitted, client_id, slot, "");
        self.metrics.clients_joined += 1;
        self.metrics.clients_peak = self.metrics.clients_peak.max(self.clients());
        self.tell(client_id, &self.welcome(slot));
        self.tell_rules(client_id);
        self.tell(client_id, &ServerControl::Round(RoundState::from(&self.world.round)));
        self.tell_roster(client_id);
        self.tell_vote(client_id);
        self.tell_others(client_id, &ServerControl::Joined { entry: self.roster_entry(slot) });
        Ok(())
    }

    /// A client is gone; its player leaves the world, bots may take the place.
    pub fn handle_disconnected(&mut self, client_id: u64, reason: LeaveReason) {
        let Some(session) = self.sessions.remove(client_id) else { return };
        if reason == LeaveReason::TimedOut {
            self.metrics.clients_timed_out += 1;
        }
        let Some(slot) = session.slot() else { return };
        self.metrics.slis.joins(0, u64::from(!session.has_played()));
        self.free_seat(client_id, slot, reason);
        self.fill_with_bots();
    }

    /// Whoever is in `slot` leaves because of a vote. A bot stays away for good; a person is told why, and for a while.
    pub(super) fn remove_voted_off(&mut self, slot: Slot) {
        let Some(client_id) = self.sessions.id_in_slot(slot) else {
            self.setup.bots = self.setup.bots.saturating_sub(1);
            return self.free_seat(NOBODY, slot, LeaveReason::Kicked);
        };
        let now = self.deadline(self.world.tick);
        if let Some(session) = self.sessions.remove(client_id) {
            self.metrics.slis.joins(0, u64::from(!session.has_played()));
            self.bans.ban(&session.name, now);
        }
        self.metrics.clients_voted_off += 1;
        self.free_seat(client_id, slot, LeaveReason::Kicked);
        let reason = Refusal::Kicked("the players voted".to_owned());
        self.dismiss(now, client_id, reason);
        self.fill_with_bots();
    }

    /// `client_id` has no place here: it is told why, and its session ends a little later.
    fn dismiss(&mut self, now: Duration, client_id: u64, reason: Refusal) {
        self.tell(client_id, &ServerControl::Refused { reason });
        let state = SessionState::Refused { close_at: now + REFUSAL_LINGER };
        self.sessions.insert(client_id, Session::new(now, String::new(), state, 0, self.setup.rate));
    }

    /// Ask the shell to end the sessions that had their time: refused clients, who have heard why, and those who took a
    /// place and never came to play.
    pub(super) fn close_overdue(&mut self, now: Duration) {
        for (client_id, session) in self.sessions.iter_mut() {
            let (SessionState::Refused { close_at: due } | SessionState::Loading { until: due, .. }) =
                &mut session.state
            else {
                continue;
            };
            if now >= *due {
                self.wishes.push(Wish::Disconnect { client_id });
                // Ask again only if the shell could not do it for that long.
                *due = now + REFUSAL_LINGER;
            }
        }
    }

    /// Tell everyone that the server stops.
    pub fn announce_closing(&mut self, reason: &str) {
        let message = ServerControl::ServerClosing { reason: reason.to_owned() };
        self.tell_others(0, &message);
    }

    /// A free slot; if there is none, the slot of the last bot, who leaves for a person; or that of a ghost of this name, who
    /// has come back before its old session was given up.
    fn vacate_slot(&mut self, now: Duration, name: &str) -> Option<Slot> {
        if let Some(free) = self.seats.iter().position(Option::is_none) {
            return Some(Slot(free as u16));
        }
        if let Some(bot) = self.seats.iter().rposition(|seat| seat.as_ref().is_some_and(Seat::is_bot)) {
            self.free_seat(NOBODY, Slot(bot as u16), LeaveReason::Quit);
            return Some(Slot(bot as u16));
        }
        let is_theirs = |session: &Session| session.name == name && session.is_ghost(now);
        let (ghost, _) = self.sessions.iter().find(|(_, session)| is_theirs(session))?;
        let slot = self.sessions.remove(ghost)?.slot()?;
        self.metrics.clients_timed_out += 1;
        self.wishes.push(Wish::Disconnect { client_id: ghost });
        self.free_seat(ghost, slot, LeaveReason::TimedOut);
        Some(slot)
    }

    /// `client_id`: who had it, [`NOBODY`] for a bot.
    fn free_seat(&mut self, client_id: u64, slot: Slot, reason: LeaveReason) {
        self.note_seat(Kind::Left, client_id, slot, &reason.to_string());
        if let Some(seat) = self.seats[slot.index()].take() {
            self.metrics.inputs_gone += seat.inputs.counts;
        }
        self.change_world(Change::Leave { slot });
        self.tell_others(0, &ServerControl::Left { slot, reason });
    }

    /// As many bots as configured, as far as people leave room.
    pub(super) fn fill_with_bots(&mut self) {
        let mut bots = self.seats.iter().flatten().filter(|seat| seat.is_bot()).count();
        while bots < self.setup.bots {
            let Some(free) = self.seats.iter().position(Option::is_none) else { return };
            let slot = Slot(free as u16);
            self.seats[free] = Some(Seat::bot(
                unique_name(Seat::bot_name(free), &self.seats),
                self.setup.ids.next(self.deadline(self.next_tick())),
                self.setup.seed,
                slot,
                self.setup.bot_skill,
            ));
            self.note_seat(Kind::Admitted, NOBODY, slot, "");
            self.put_into_world(slot);
            self.tell_others(0, &ServerControl::Joined { entry: self.roster_entry(slot) });
            bots += 1;
        }
    }
}

/// No client has this id.
const NOBODY: u64 = 0;
/// How long a client may take from its welcome to its first tick: the largest map over a bad link, many times over.
pub(super) const LOADING_PATIENCE: Duration = Duration::from_secs(60);
/// How long a refused client stays connected so that the reason can reach it.
const REFUSAL_LINGER: Duration = Duration::from_millis(1000);
