//! The control lane: what clients ask for reliably, and what everyone is told.
//!
//! Part of [`ServerCore`] because messages speak of its seats, sessions and world; must not know how they travel.

use super::matches::map_name;
use super::{ServerCore, Wanted, Wish};
use crate::seats::Seat;
use crate::sessions::SessionState;
use std::sync::Arc;
use tickshot_shared::ids::Id;
use tickshot_shared::limits::MAP_CHUNK_BYTES;
use tickshot_shared::protocol::control::{
    ClientControl, RosterEntry, ServerControl, decode_control, encode_control, tidy_name,
};
use tickshot_shared::sim::world::Slot;

impl ServerCore {
    /// A reliable message from a client; `Err` names why it was dropped (already counted).
    pub fn handle_control(&mut self, client_id: u64, bytes: &[u8]) -> Result<(), &'static str> {
        let Ok(message) = decode_control::<ClientControl>(bytes) else {
            self.metrics.drop_one("control_malformed");
            return Err("control_malformed");
        };
        let Some(session) = self.sessions.with_id_mut(client_id) else { return Err("unknown_session") };
        match (message, session.state) {
            (ClientControl::MapRequest { hash, offset }, SessionState::Loading { .. }) => {
                if hash != self.arena.hash() {
                    self.metrics.drop_one("control_wrong_map");
                    return Err("control_wrong_map");
                }
                self.send_map_chunk(client_id, offset)
            }
            (ClientControl::Ready, SessionState::Loading { slot, .. }) => {
                session.state = SessionState::Playing(slot);
                self.metrics.slis.joins(u64::from(!session.has_played()), 0);
                self.put_into_world(slot);
                self.tell_others(0, &ServerControl::Roster { entries: vec![self.roster_entry(slot)] });
                self.tell_chat_so_far(client_id, slot);
                Ok(())
            }
            (
                ClientControl::Settings { evidence, snapshot_every },
                SessionState::Loading { .. } | SessionState::Playing(_),
            ) => {
                session.wanted = Wanted { evidence, snapshot_every };
                Ok(())
            }
            (ClientControl::Chat { to, text }, SessionState::Loading { .. } | SessionState::Playing(_)) => {
                self.handle_chat(client_id, to, &text)
            }
            (ClientControl::CallKick { slot }, SessionState::Loading { .. } | SessionState::Playing(_)) => {
                self.handle_call_kick(client_id, slot)
            }
            (ClientControl::Ballot { vote, option }, SessionState::Loading { .. } | SessionState::Playing(_)) => {
                self.handle_ballot(client_id, vote, option)
            }
            _ => {
                self.metrics.drop_one("control_out_of_place");
                Err("control_out_of_place")
            }
        }
    }

    fn send_map_chunk(&mut self, client_id: u64, offset: u32) -> Result<(), &'static str> {
        let map = Arc::clone(&self.setup.map.bytes);
        let start = offset as usize;
        if start >= map.len() {
            self.metrics.drop_one("control_map_offset");
            return Err("control_map_offset");
        }
        let bytes = map[start..map.len().min(start + MAP_CHUNK_BYTES)].to_vec();
        self.tell(client_id, &ServerControl::MapChunk { offset, bytes });
        Ok(())
    }

    pub(super) fn welcome(&self, slot: Slot) -> ServerControl {
        ServerControl::Welcome {
            slot,
            tick_rate: self.setup.rate,
            tick: self.world.tick,
            capacity: self.setup.capacity as u16,
            map_name: map_name(&self.setup.map),
            map_hash: self.arena.hash(),
            map_bytes: self.setup.map.bytes.len() as u32,
            server_name: tidy_name(&self.setup.server_name, "server"),
            match_id: self.match_id,
        }
    }

    pub(super) fn roster_entry(&self, slot: Slot) -> RosterEntry {
        let seat = self.seats[slot.index()].as_ref();
        let player = self.world.player(slot);
        RosterEntry {
            slot,
            name: seat.map_or_else(String::new, |s| s.name.clone()),
            bot: seat.is_some_and(Seat::is_bot),
            kills: player.map_or(0, |p| p.kills),
            deaths: player.map_or(0, |p| p.deaths),
            ping_ms: self
                .sessions
                .in_slot(slot)
                .and_then(|s| s.rtt)
                .map(|rtt| u16::try_from(rtt.as_millis()).unwrap_or(u16::MAX)),
            loss_pct: self.sessions.in_slot(slot).map_or(0, |session| session.loss.percent(self.world.tick)),
            team: player.and_then(|p| p.team),
            session: seat.map_or_else(Id::default, |s| s.session),
        }
    }

    /// The whole roster, in messages of a few entries so that none is large.
    pub(super) fn tell_roster(&mut self, client_id: u64) {
        for message in ServerControl::rosters(self.roster()) {
            self.tell(client_id, &message);
        }
    }

    /// The whole roster to everyone: scores start anew, or a round shows who is left.
    pub(super) fn tell_rosters(&mut self) {
        for message in ServerControl::rosters(self.roster()) {
            self.tell_others(0, &message);
        }
    }

    /// Everyone who plays or is about to, in slot order.
    pub fn roster(&self) -> Vec<RosterEntry> {
        let taken = (0..self.seats.len()).filter(|i| self.seats[*i].is_some());
        taken.map(|i| self.roster_entry(Slot(i as u16))).collect()
    }

    /// A few roster entries to everyone each second, round and round: pings stay fresh for a few bytes.
    pub(super) fn refresh_roster(&mut self) {
        let seconds = self.world.tick.0 / self.setup.rate.hz();
        if !self.world.tick.0.is_multiple_of(self.setup.rate.hz()) {
            return;
        }
        let pages = self.seats.len().div_ceil(ROSTER_ENTRIES_PER_MESSAGE);
        let first = (seconds as usize % pages) * ROSTER_ENTRIES_PER_MESSAGE;
        let last = self.seats.len().min(first + ROSTER_ENTRIES_PER_MESSAGE);
        let entries: Vec<_> =
            (first..last).filter(|i| self.seats[*i].is_some()).map(|i| self.roster_entry(Slot(i as u16))).collect();
        if !entries.is_empty() {
            self.tell_others(0, &ServerControl::Roster { entries });
        }
    }

    pub(super) fn tell(&mut self, client_id: u64, message: &ServerControl) {
        let bytes = encode_control(message).expect("our own control messages are bounded by their limits");
        self.wishes.push(Wish::Control { client_id, bytes });
    }

    /// Everyone in the match but `except` (no client has id 0).
    pub(super) fn tell_others(&mut self, except: u64, message: &ServerControl) {
        let bytes = encode_control(message).expect("our own control messages are bounded by their limits");
        for client_id in self.sessions.admitted().filter(|id| *id != except) {
            self.wishes.push(Wish::Control { client_id, bytes: bytes.clone() });
        }
    }
}

/// Roster entries in one control message.
const ROSTER_ENTRIES_PER_MESSAGE: usize = 16;
