//! A replay that is being watched: where it is, whom it follows, whose picture it shows.
//!
//! Time line of a frame: the keys of the window become calls here; [`Player::advance`] moves the playhead; then
//! [`Player::rebuild_view`] (in `frame`) makes the picture of that moment.
//!
//! Must not know keys, windows or files.

mod frame;

use super::eye::Eye;
use super::film::Film;
use super::marks::{Mark, MarkKind, Marks};
use super::roll::Roll;
use super::shown::Look;
use super::sources::Sources;
use super::time::{Moment, Playhead, Speed};
use std::collections::BTreeSet;
use std::time::Duration;
use tickshot_shared::tick::TickRate;

/// A replay.
pub struct Player<'t> {
    sources: Sources<'t>,
    head: Playhead,
    follow: Option<u16>,
    look: Look,
    /// Index of the selected shot in the marks.
    shot: Option<usize>,
    /// The moment drawn last, with whose eyes; `None` = the next one is a jump.
    drawn: Option<(Moment, Look, Option<u16>)>,
}

impl<'t> Player<'t> {
    pub fn new(sources: Sources<'t>) -> Player<'t> {
        let head = Playhead::new(sources.first, sources.last, sources.rate);
        let mut player = Player { sources, head, follow: None, look: Look::Server, shot: None, drawn: None };
        // With one client's trace beside the server's, that is whom one wants to see; without the server there is nothing else.
        if let [eye] = player.sources.eyes.as_slice() {
            (player.follow, player.look) = (Some(eye.slot), Look::Both);
        }
        if player.sources.film.is_none() {
            player.look = Look::Client;
            player.follow = player.follow.or(player.sources.eyes.first().map(|eye| eye.slot));
        }
        player
    }

    // --- time

    pub fn head(&self) -> &Playhead {
        &self.head
    }

    pub fn at(&self) -> Moment {
        self.head.at()
    }

    pub fn rate(&self) -> TickRate {
        self.sources.rate
    }

    /// `elapsed` has passed outside.
    pub fn advance(&mut self, elapsed: Duration) {
        self.head.advance(elapsed);
    }

    pub fn toggle_pause(&mut self) {
        let before = self.at();
        self.head.toggle();
        if self.at() != before {
            self.drawn = None;
        }
    }

    pub fn set_paused(&mut self, paused: bool) {
        self.head.paused = paused;
    }

    pub fn faster(&mut self) {
        self.head.speed = self.head.speed.faster();
    }

    pub fn slower(&mut self) {
        self.head.speed = self.head.speed.slower();
    }

    pub fn speed(&self) -> Speed {
        self.head.speed
    }

    /// Goes to `at`: what happened on the way is not shown.
    pub fn seek(&mut self, at: Moment) {
        self.head.seek(at);
        self.drawn = None;
    }

    pub fn seek_seconds(&mut self, seconds: f64) {
        self.seek(self.head.first().plus_seconds(seconds, self.rate()));
    }

    /// Rests at the next state (1) or the one before (-1).
    pub fn step_ticks(&mut self, ticks: i64) {
        self.head.step_ticks(ticks);
        if ticks < 0 {
            self.drawn = None;
        }
    }

    /// Rests at the followed client's next frame, or the one before; without its trace, a tick.
    pub fn step_frames(&mut self, frames: i64) {
        let at = self.at();
        let next = self.eye().and_then(|eye| {
            let index = eye.frame_at(at).map_or(-1, |index| index as i64);
            // In the middle of a frame the one before is its own beginning.
            let inside = frames < 0 && eye.drawn_at(index.max(0) as usize).is_some_and(|drawn| drawn < at);
            eye.drawn_at(usize::try_from(index + frames + i64::from(inside)).ok()?)
        });
        match next {
            Some(next) => {
                self.head.paused = true;
                self.head.seek(next);
                if frames < 0 {
                    self.drawn = None;
                }
            }
            None => self.step_ticks(frames),
        }
    }

    /// Goes to the next mark that concerns whom one follows, or the one before; tells which.
    pub fn seek_mark(&mut self, forward: bool, disputed_only: bool) -> Option<Mark> {
        let concerns = |mark: &Mark| self.concerns(mark) && (!disputed_only || mark.kind == MarkKind::Disputed);
        let mark = self.sources.marks.beside(self.at(), forward, concerns)?.clone();
        self.shot = mark.shot.or(self.shot);
        self.seek(mark.at);
        Some(mark)
    }

    // --- whom and what

    /// Follows the player in `slot`; `None` = nobody.
    pub fn follow(&mut self, slot: Option<u16>) {
        if self.sources.film.is_some() || slot.is_some_and(|slot| self.eye_of(slot).is_some()) {
            self.follow = slot;
        }
    }

    pub fn followed(&self) -> Option<u16> {
        self.follow
    }

    /// Follows whoever was ever called `name`: why not, if nobody was.
    pub fn follow_name(&mut self, name: &str) -> Result<(), String> {
        let eye = self.sources.eyes.iter().find(|eye| eye.name.to_lowercase() == name.to_lowercase());
        let slot = eye.map(|eye| eye.slot).or_else(|| self.sources.roll.find(name).map(|entry| entry.slot));
        match slot {
            Some(slot) => {
                self.follow(Some(slot));
                Ok(())
            }
            None => {
                let mut names = self.sources.roll.names();
                names.extend(self.sources.eyes.iter().map(|eye| eye.name.as_str()));
                names.sort_unstable();
                names.dedup();
                Err(format!("nobody in these traces is called '{name}'; there are {}", names.join(", ")))
            }
        }
    }

    /// Follows the next player there, or the one before; those with a trace of their own come first.
    pub fn follow_next(&mut self, forward: bool) {
        let slots = self.slots();
        let at = self.follow.and_then(|slot| slots.iter().position(|one| *one == slot));
        let next = match (at, forward) {
            (None, true) => 0,
            (None, false) => slots.len().saturating_sub(1),
            (Some(at), true) => (at + 1) % slots.len().max(1),
            (Some(at), false) => (at + slots.len() - 1) % slots.len().max(1),
        };
        if let Some(slot) = slots.get(next) {
            self.follow(Some(*slot));
        }
    }

    /// Everyone who can be followed now: who has a trace of their own first.
    pub fn slots(&self) -> Vec<u16> {
        let mut slots: Vec<u16> = self.sources.eyes.iter().map(|eye| eye.slot).collect();
        if let Some(film) = &self.sources.film {
            let there = film.still_or_latest(self.at().tick()).world.present().map(|(slot, _)| slot.0);
            slots.extend(there);
        }
        let mut seen = BTreeSet::new();
        slots.retain(|slot| seen.insert(*slot));
        slots
    }

    pub fn set_look(&mut self, look: Look) {
        self.look = if self.sources.film.is_some() { look } else { Look::Client };
    }

    /// Server, client, both, round and round.
    pub fn next_look(&mut self) {
        let at = Look::ALL.iter().position(|look| *look == self.look).unwrap_or(0);
        self.set_look(Look::ALL[(at + 1) % Look::ALL.len()]);
    }

    pub fn look(&self) -> Look {
        self.look
    }

    /// Selects a shot, follows its shooter and goes to where it was fired.
    pub fn select_shot(&mut self, shot: Option<usize>) {
        self.shot = shot.filter(|shot| *shot < self.sources.marks.shots.len());
        if let Some(shot) = self.shot.map(|shot| self.sources.marks.shots[shot].clone()) {
            self.follow(Some(shot.shooter()));
            self.head.paused = true;
            self.seek(shot.fired());
        }
    }

    pub fn selected_shot(&self) -> Option<usize> {
        self.shot
    }

    /// From the moment the selected shot was fired to the one it was judged in, and back.
    pub fn turn_shot(&mut self) {
        let Some(shot) = self.shot.map(|shot| &self.sources.marks.shots[shot]) else { return };
        let (fired, judged) = (shot.fired(), shot.judged());
        self.head.paused = true;
        self.seek(if self.at() == judged { fired } else { judged });
    }

    pub fn marks(&self) -> &Marks<'t> {
        &self.sources.marks
    }

    /// It is about whom one follows; everything is, while one follows nobody.
    pub fn concerns(&self, mark: &Mark) -> bool {
        match (self.follow, mark.slot) {
            (Some(follow), Some(slot)) => follow == slot || mark.other == Some(follow),
            _ => true,
        }
    }

    /// Looks for kills in `ticks` more ticks; false when all are known.
    pub fn survey(&mut self, ticks: u32) -> bool {
        let Some(survey) = self.sources.survey.as_mut().filter(|survey| !survey.is_done()) else { return false };
        let kills = survey.advance(ticks).to_vec();
        self.sources.marks.add_kills(&kills, &self.sources.roll);
        true
    }

    fn eye(&self) -> Option<&Eye<'t>> {
        self.eye_of(self.follow?)
    }

    fn eye_of(&self, slot: u16) -> Option<&Eye<'t>> {
        // Of several sessions in one slot the one that has a frame now.
        let eyes = || self.sources.eyes.iter().filter(|eye| eye.slot == slot);
        eyes().find(|eye| eye.frame_at(self.at()).is_some()).or_else(|| eyes().next())
    }

    /// When the followed client drew a frame from `from` to `to`, and whether it had nothing to draw from.
    pub fn frames_between(&self, from: Moment, to: Moment) -> impl Iterator<Item = (Moment, bool)> + '_ {
        self.eye().into_iter().flat_map(move |eye| eye.between(from, to))
    }

    /// Who has a trace of their own.
    pub fn eyes(&self) -> impl Iterator<Item = (u16, &str)> {
        self.sources.eyes.iter().map(|eye| (eye.slot, eye.name.as_str()))
    }

    pub fn name(&self, slot: u16) -> String {
        match self.eye_of(slot).filter(|_| self.sources.film.is_none()) {
            Some(eye) => eye.name.clone(),
            None => self.sources.roll.name(slot, self.at().tick()),
        }
    }

    pub fn film(&self) -> Option<&Film<'t>> {
        self.sources.film.as_ref()
    }

    pub fn roll(&self) -> &Roll {
        &self.sources.roll
    }
}
