//! Votes: on who has to go, and on what is played next. One at a time.
//!
//! - **Kick**: anyone may call one, once a minute; the caller says yes by calling. It passes as soon as more than half of the
//!   people who are here say yes, and fails as soon as that cannot happen any more, or after [`KICK_VOTE_MS`]. With fewer
//!   than three people nobody could be outvoted, so only bots can be voted off then. Who was voted off is told so and may
//!   not come back under that name for a while ([`crate::bans`]); a bot that was voted off is not replaced. Whoever
//!   survived a vote cannot be voted on again for a minute.
//! - **Next map**: between two matches of a server with a rotation. The first option is the next map of the rotation, the last
//!   one the map just played; of equal ones the first wins, and so does the rotation if nobody votes.
//!
//! Bots have no voice. Part of [`ServerCore`] because voters are sessions and what they decide concerns seats and maps.

use super::ServerCore;
use super::matches::map_name;
use crate::maps::Map;
use std::collections::BTreeMap;
use tickshot_shared::ids::Id;
use tickshot_shared::limits::VOTE_OPTIONS_MAX;
use tickshot_shared::protocol::control::{ServerControl, VoteState, VoteSubject};
use tickshot_shared::sim::round::Phase;
use tickshot_shared::sim::world::Slot;
use tickshot_shared::tick::Tick;

/// The vote that is open, if one is, and what the latest ones decided.
#[derive(Default)]
pub(super) struct Votes {
    open: Option<Vote>,
    /// Votes so far: the number of the latest.
    count: u32,
    /// What the vote during this [`Phase::MatchOver`] decided.
    chosen: Option<Map>,
    /// There was a vote on the map after this match.
    is_map_voted: bool,
    /// Something changed since everyone was told, and when that was.
    is_news: bool,
    told: Tick,
}

struct Vote {
    subject: Subject,
    /// By client id: the option it wants.
    voices: BTreeMap<u64, u8>,
    ends: Tick,
}

enum Subject {
    /// `session` tells the player from one who comes later.
    Kick {
        slot: Slot,
        session: Id,
        name: String,
    },
    NextMap(Vec<Map>),
}

impl Votes {
    /// The map that was voted for, once; the next match has its own vote.
    pub(super) fn take_chosen_map(&mut self) -> Option<Map> {
        self.is_map_voted = false;
        self.chosen.take()
    }
}

impl Vote {
    fn count(&self, option: usize) -> usize {
        self.voices.values().filter(|voice| usize::from(**voice) == option).count()
    }

    fn options(&self) -> Vec<(String, u16)> {
        let names = match &self.subject {
            Subject::Kick { .. } => vec!["yes".to_owned(), "no".to_owned()],
            Subject::NextMap(maps) => maps.iter().map(map_name).collect(),
        };
        names.into_iter().enumerate().map(|(option, name)| (name, self.count(option) as u16)).collect()
    }
}

impl ServerCore {
    /// `client_id` wants a vote on whether the player in `slot` has to go; `Err` names why there is none (already counted).
    pub(super) fn handle_call_kick(&mut self, client_id: u64, slot: Slot) -> Result<(), &'static str> {
        let (now, rate) = (self.world.tick, self.setup.rate);
        let Some(session) = self.sessions.with_id_mut(client_id) else { return Err("unknown_session") };
        let (own, may_call_at) = (session.slot(), session.may_call_at);
        if own == Some(slot) {
            return self.refuse_vote(client_id, "vote_on_oneself", "One leaves by leaving, not by a vote.");
        }
        let Some(seat) = self.seats.get(slot.index()).and_then(Option::as_ref) else {
            return self.refuse_vote(client_id, "vote_on_nobody", "That player is not here any more.");
        };
        if self.votes.open.is_some() {
            return self.refuse_vote(client_id, "vote_open", "There is a vote already: wait until it is over.");
        }
        if !seat.is_bot() && self.voters() < KICK_CLIENTS_MIN {
            return self.refuse_vote(client_id, "vote_too_few", "It takes three people to vote one of them off.");
        }
        if now < may_call_at {
            return self.refuse_vote(client_id, "vote_too_soon", "You called a vote a moment ago: wait a minute.");
        }
        if now < seat.spared_until {
            return self.refuse_vote(client_id, "vote_spared", "That was voted on a moment ago: wait a minute.");
        }
        let subject = Subject::Kick { slot, session: seat.session, name: seat.name.clone() };
        if let Some(session) = self.sessions.with_id_mut(client_id) {
            session.may_call_at = now.plus(rate.ticks_in_ms(CALL_PAUSE_MS));
        }
        self.open_vote(subject, now.plus(rate.ticks_in_ms(KICK_VOTE_MS)), BTreeMap::from([(client_id, YES)]));
        Ok(())
    }

    fn refuse_vote(&mut self, client_id: u64, reason: &'static str, text: &str) -> Result<(), &'static str> {
        self.notify(client_id, text);
        self.refuse(reason)
    }

    /// The voice of `client_id` in vote number `vote`; a later one replaces an earlier one.
    pub(super) fn handle_ballot(&mut self, client_id: u64, vote: u32, option: u8) -> Result<(), &'static str> {
        let number = self.votes.count;
        let Some(open) = self.votes.open.as_mut().filter(|_| vote == number) else {
            return self.refuse("ballot_too_late");
        };
        if usize::from(option) >= open.options().len() {
            return self.refuse("ballot_no_option");
        }
        if open.voices.insert(client_id, option) != Some(option) {
            self.votes.is_news = true;
        }
        Ok(())
    }

    /// Opens, closes and tells what is due in this tick.
    pub(super) fn advance_votes(&mut self) {
        self.open_map_vote();
        if let Some(mut vote) = self.votes.open.take() {
            let voices = vote.voices.len();
            // Who left has no voice.
            vote.voices.retain(|client_id, _| self.sessions.is_admitted(*client_id));
            self.votes.is_news |= vote.voices.len() != voices;
            match self.verdict(&vote) {
                None => self.votes.open = Some(vote),
                Some(verdict) => self.close_vote(&vote.subject, verdict),
            }
        }
        let pause = self.setup.rate.ticks_in_ms(TELL_EVERY_MS);
        if self.votes.is_news && self.world.tick >= self.votes.told.plus(pause) {
            self.tell_vote_to_all();
        }
    }

    /// People who can vote: those who went silent do not stand in the way.
    fn voters(&self) -> usize {
        self.clients_present(self.deadline(self.world.tick))
    }

    /// The option that has won; `None` while the vote is open.
    fn verdict(&self, vote: &Vote) -> Option<usize> {
        let is_over = self.world.tick >= vote.ends;
        match &vote.subject {
            Subject::Kick { slot, session, .. } => {
                let is_here = self.seats[slot.index()].as_ref().is_some_and(|seat| seat.session == *session);
                let (yes, no, voters) = (vote.count(YES.into()), vote.count(NO.into()), self.voters());
                let passes = is_here && yes * 2 > voters;
                let fails = is_over || !is_here || (voters - no.min(voters)) * 2 <= voters;
                if passes { Some(YES.into()) } else { fails.then_some(NO.into()) }
            }
            Subject::NextMap(maps) => {
                let is_over = is_over || self.world.round.phase != Phase::MatchOver;
                // `max_by_key` keeps the last of equals: from last to first, the first.
                let best = (0..maps.len()).rev().max_by_key(|option| vote.count(*option));
                best.filter(|_| is_over)
            }
        }
    }

    fn close_vote(&mut self, subject: &Subject, option: usize) {
        match subject {
            Subject::NextMap(maps) => self.votes.chosen = maps.get(option).cloned(),
            Subject::Kick { slot, name, .. } if option == usize::from(YES) => {
                self.announce(&format!("{name} was voted off."));
                self.remove_voted_off(*slot);
            }
            Subject::Kick { slot, session, name } => {
                let until = self.world.tick.plus(self.setup.rate.ticks_in_ms(CALL_PAUSE_MS));
                let seat = self.seats[slot.index()].as_mut();
                if let Some(seat) = seat.filter(|seat| seat.session == *session) {
                    seat.spared_until = until;
                    self.announce(&format!("{name} stays."));
                }
            }
        }
        self.tell_vote_to_all();
    }

    /// Once a match is over: which map next? In its last tick the next one begins, so the vote ends just before.
    fn open_map_vote(&mut self) {
        let round = &self.world.round;
        let Some(ends) = round.ends.filter(|_| round.phase == Phase::MatchOver) else { return };
        let Some(ends) = ends.checked_minus(1).filter(|ends| *ends > self.world.tick) else { return };
        if self.votes.open.is_some() || self.votes.is_map_voted {
            return;
        }
        let maps = self.map_options();
        if maps.len() >= 2 {
            self.votes.is_map_voted = true;
            self.open_vote(Subject::NextMap(maps), ends, BTreeMap::new());
        }
    }

    /// Maps to choose from: the rotation from the next one on, each once, and the present one last.
    fn map_options(&self) -> Vec<Map> {
        let present = self.arena.hash();
        let rotation = &self.setup.rotation;
        let from = rotation.iter().position(|map| map.arena.hash() == present).map_or(0, |index| index + 1);
        let mut options: Vec<Map> = Vec::new();
        for map in rotation.iter().cycle().skip(from).take(rotation.len()) {
            let is_new = options.iter().all(|option| option.arena.hash() != map.arena.hash());
            if is_new && map.arena.hash() != present && options.len() < VOTE_OPTIONS_MAX - 1 {
                options.push(map.clone());
            }
        }
        options.push(self.setup.map.clone());
        options
    }

    fn open_vote(&mut self, subject: Subject, ends: Tick, voices: BTreeMap<u64, u8>) {
        self.votes.count = self.votes.count.wrapping_add(1);
        self.votes.open = Some(Vote { subject, voices, ends });
        self.tell_vote_to_all();
    }

    fn tell_vote_to_all(&mut self) {
        (self.votes.is_news, self.votes.told) = (false, self.world.tick);
        for client_id in self.sessions.admitted().collect::<Vec<_>>() {
            self.tell(client_id, &self.vote_for(client_id));
        }
    }

    /// To who has just come: the vote that is open, if one is.
    pub(super) fn tell_vote(&mut self, client_id: u64) {
        if self.votes.open.is_some() {
            self.tell(client_id, &self.vote_for(client_id));
        }
    }

    fn vote_for(&self, client_id: u64) -> ServerControl {
        ServerControl::Vote(self.votes.open.as_ref().map(|vote| VoteState {
            number: self.votes.count,
            subject: match &vote.subject {
                Subject::Kick { slot, .. } => VoteSubject::Kick(*slot),
                Subject::NextMap(_) => VoteSubject::NextMap,
            },
            options: vote.options(),
            ends: vote.ends,
            own: vote.voices.get(&client_id).copied(),
        }))
    }
}

/// Options of a kick vote.
const YES: u8 = 0;
const NO: u8 = 1;
/// People it takes to vote on one of them.
const KICK_CLIENTS_MIN: usize = 3;
/// How long a kick vote is open at most.
const KICK_VOTE_MS: u32 = 20_000;
/// From one call of somebody to the next, and from a vote on somebody to the next.
const CALL_PAUSE_MS: u32 = 60_000;
/// Changes of an open vote are told at most this often: ballots are cheap to send.
const TELL_EVERY_MS: u32 = 250;
