//! One match after the other: when the next one begins, on which map, and what everybody is told of it.
//!
//! Time line: a match that is over lasts its time for reading the scores; in the last tick of that time the next world
//! takes its place, in the same tick. Sessions, seats and clocks go on; whoever plays is as one who was just welcomed: it
//! loads the map, perhaps asks for it, says that it is ready, and comes into the world.
//!
//! Part of [`ServerCore`] because a match is a world, its past, and all who play; must not know why a map was chosen.

use super::ServerCore;
use super::admission::LOADING_PATIENCE;
use crate::interest::Interest;
use crate::maps::Map;
use std::sync::Arc;
use tickshot_shared::protocol::control::{RoundState, ServerControl, tidy_name};
use tickshot_shared::rng::Rng;
use tickshot_shared::sim::history::History;
use tickshot_shared::sim::round::Phase;
use tickshot_shared::sim::world::{Slot, World};

impl ServerCore {
    /// Evens out sides, begins the next match when this one is over, and tells everyone where the match stands if that
    /// changed.
    pub(super) fn advance_match(&mut self) {
        self.balance_sides();
        let round = &self.world.round;
        if round.phase == Phase::MatchOver && round.ends.is_some_and(|ends| ends <= self.world.tick) {
            self.begin_next_match();
        }
        let state = RoundState::from(&self.world.round);
        if self.told_round != state {
            self.told_round = state;
            self.tell_others(0, &ServerControl::Round(state));
        }
    }

    /// How many matches this server has begun.
    pub fn matches_begun(&self) -> u32 {
        self.matches_begun
    }

    fn begin_next_match(&mut self) {
        if let Some(map) = self.votes.take_chosen_map().or_else(|| self.next_in_rotation()) {
            self.interest = Interest::new(&map.arena);
            self.arena = Arc::clone(&map.arena);
            self.setup.map = map;
        }
        let now = self.deadline(self.world.tick);
        self.match_id = self.setup.ids.next(now);
        self.matches_begun += 1;
        let seed = Rng::fork(self.setup.seed, MATCH_PURPOSE + u64::from(self.matches_begun)).next_u64();
        let (capacity, pickups) = (self.setup.capacity, self.arena.pickups().len());
        self.world = World::for_match(capacity, pickups, self.setup.rate, seed, self.world.tick, self.setup.options);
        (self.match_seed, self.match_began) = (seed, self.world.tick);
        self.history = History::new(capacity);
        self.history.push(&self.world);
        self.note_next_match();
        for (_, session) in self.sessions.iter_mut() {
            session.begin_match(now + LOADING_PATIENCE, capacity, self.setup.rate);
        }
        for index in 0..self.seats.len() {
            let Some(seat) = &mut self.seats[index] else { continue };
            let slot = Slot(index as u16);
            seat.begin_match(seed, slot, self.setup.bot_skill);
            if seat.is_bot() {
                self.put_into_world(slot);
            }
        }
        self.chat.forget_sides();
        self.tell_others(0, &self.next_match());
        self.tell_rosters();
    }

    fn next_match(&self) -> ServerControl {
        ServerControl::NextMatch {
            tick: self.world.tick,
            map_name: map_name(&self.setup.map),
            map_hash: self.arena.hash(),
            map_bytes: self.setup.map.bytes.len() as u32,
            match_id: self.match_id,
        }
    }

    /// The map after the present one; `None` = there is no rotation.
    pub(super) fn next_in_rotation(&self) -> Option<Map> {
        let rotation = &self.setup.rotation;
        let present = rotation.iter().position(|map| map.arena.hash() == self.arena.hash());
        rotation.get(present.map_or(0, |index| (index + 1) % rotation.len())).cloned()
    }
}

/// The name of a map as clients are told it.
pub(super) fn map_name(map: &Map) -> String {
    tidy_name(map.arena.name(), "map")
}

/// Forks the seeds of later matches off the server's.
const MATCH_PURPOSE: u64 = 0x6d61_7463_6800;
