//! The picture of the moment a player is at: the same view model that a match fills, and a [`Shown`] with what only a watcher
//! may read.
//!
//! Must not change where the player is.

use super::Player;
use crate::effects::metres;
use crate::view::{Effect, NetView, RosterView, RulesView, Status, ViewModel};
use crate::watch::cards;
use crate::watch::chat;
use crate::watch::eye::{self, Eye};
use crate::watch::film::Film;
use crate::watch::picture;
use crate::watch::shown::{Look, ShotScene, Shown, State, TickCost, Truth};
use crate::watch::time::Moment;
use glam::IVec2;
use tickshot_shared::modes::HitCheck;
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::world::Slot;
use tickshot_shared::tick::TickRate;
use tickshot_trace::model::ServerTrace;
use tickshot_trace::proto::{Chat, Frame, ServerTick};

impl Player<'_> {
    /// The frame of this moment.
    pub fn rebuild_view(&mut self, view: &mut ViewModel) -> Shown {
        let (at, rate) = (self.at(), self.rate());
        let index = self.eye().and_then(|eye| eye.frame_at(at));
        let frame = index.and_then(|index| self.eye()?.frame(index));
        // Nothing drawn yet, or long gone: then there is only the server's picture.
        let frame = frame.filter(|frame| frame.a.is_some() || frame.own_x.is_some()).filter(|_| self.is_live());
        let look = if frame.is_some() { self.look } else { Look::Server };
        self.make_states(at, frame);
        view.status = Status::Watching;
        view.net = NetView { tick_rate: rate.hz(), now_s: self.head.seconds(at), ..NetView::default() };
        let mut shown = self.beside(at, look);
        match (look, frame, self.eye()) {
            (Look::Client | Look::Both, Some(frame), Some(eye)) => {
                if self.sources.film.is_none() {
                    view.arena.clone_from(&self.sources.arena);
                }
                picture::draw_frame(self.sources.film.as_ref(), eye, frame, rate, view);
            }
            _ => match &self.sources.film {
                Some(film) => picture::draw_world(film, at, rate, view),
                None => picture::clear(view),
            },
        }
        if let (Look::Both, Some(frame), Some(film)) = (look, frame, &self.sources.film) {
            shown.truths = truths(film, frame, self.follow, at, rate);
        }
        if let (Some(index), Some(eye)) = (index, self.eye()) {
            shown.glance = eye.glance(index, at);
        }
        self.fill_match(at, view);
        self.fill_effects(at, look, frame, view);
        self.fill_chat(at, look, view);
        self.drawn = Some((at, look, self.follow));
        shown
    }

    /// The followed client's last frame is not long ago.
    fn is_live(&self) -> bool {
        let last = self.eye().and_then(Eye::span).map(|(_, last)| last);
        last.is_some_and(|last| self.at().ms_since(last, self.rate()) < GONE_MS)
    }

    /// All states that a picture of `at` is made of: that of the frame's others first, since it lies before.
    fn make_states(&mut self, at: Moment, frame: Option<&Frame>) {
        let then = frame.and_then(eye::others_moment).map(|then| then.tick());
        let Some(film) = &mut self.sources.film else { return };
        let tick = at.tick();
        if let Some(then) = then.filter(|then| *then < tick && tick - then < LAG_TICKS_MAX) {
            film.show(then.saturating_sub(1));
        }
        film.show(tick.saturating_sub(1));
        film.show(tick);
    }

    fn fill_match(&self, at: Moment, view: &mut ViewModel) {
        match &self.sources.film {
            Some(film) => {
                view.rules = rules(film.trace(), at.tick());
                let kills = self.sources.survey.as_ref().map_or(&[][..], |survey| &survey.kills);
                picture::draw_match(film, at, self.rate(), (&self.sources.roll, kills), view);
            }
            None => {
                let named =
                    |eye: &Eye<'_>| (Slot(eye.slot), RosterView { name: eye.name.clone(), ..RosterView::default() });
                view.roster = self.sources.eyes.iter().map(named).collect();
            }
        }
    }

    /// What happened since the picture before; after a jump, what happens in this very tick.
    fn fill_effects(&self, at: Moment, look: Look, frame: Option<&Frame>, view: &mut ViewModel) {
        view.effects.clear();
        let before = self
            .drawn
            .filter(|(_, eyes, slot)| (*eyes == Look::Server) == (look == Look::Server) && *slot == self.follow);
        let before = before.map(|(before, ..)| before).filter(|before| *before <= at);
        view.passed_s = Some(before.map_or(JUMP_S, |before| (at.ms_since(before, self.rate()) / 1000.0) as f32));
        let eye = self.eye().filter(|_| look != Look::Server);
        let Some((eye, frame)) = eye.zip(frame) else {
            let from = before.map_or(at.tick(), |before| before.tick() + 1);
            if let Some(film) = &self.sources.film {
                picture::happened(film, from..=at.tick(), None, self.rate(), &mut view.effects);
            }
            return;
        };
        // On its screen others' deeds come with the others' moment, its own when it did them.
        let then = |frame: &Frame| eye::others_moment(frame).map(|then| then.tick());
        let before_frame = before.and_then(|before| eye.frame(eye.frame_at(before)?));
        if let (Some(film), Some(now)) = (&self.sources.film, then(frame)) {
            let from = before_frame.and_then(then).map_or(now, |before| before + 1);
            picture::happened(film, from..=now, Some(eye.slot), self.rate(), &mut view.effects);
        }
        let Some(arena) = view.arena.clone() else { return };
        let since = before.unwrap_or(at.plus_ticks(-1));
        let until = |end: Moment| eye.trace.shots.partition_point(|shot| eye.moment(shot.at_ns) <= end);
        for shot in eye.trace.shots.get(until(since)..until(at)).unwrap_or_default() {
            picture::own_shot(&arena, eye.slot, shot, &mut view.effects);
        }
    }

    /// What whoever's picture it is could read by now.
    fn fill_chat(&self, at: Moment, look: Look, view: &mut ViewModel) {
        let (time, server) = ((at, self.rate()), self.sources.film.as_ref().map(Film::trace));
        let speaker = |line: &Chat| self.speaker(line);
        let name = server.map(|server| server.header.name.as_str());
        match (self.eye().filter(|_| look != Look::Server), server) {
            (Some(eye), _) => chat::draw(chat::told(eye), time, speaker, name, &mut view.chat),
            (None, Some(server)) => chat::draw(chat::said(server), time, speaker, name, &mut view.chat),
            (None, None) => view.chat.clear(),
        }
        let passed_s = view.passed_s.filter(|passed_s| *passed_s < JUMP_S).unwrap_or(0.0);
        if view.chat.last().is_some_and(|line| line.age_s < passed_s) {
            view.effects.push(Effect::ChatCame);
        }
    }

    /// Who said it: records name the speaker, but not the seat.
    fn speaker(&self, line: &Chat) -> Option<u16> {
        let eye = self.sources.eyes.iter().find(|eye| eye.name == line.name);
        self.sources.roll.slot_of(&line.name, line.tick).or(eye.map(|eye| eye.slot))
    }

    /// All but the picture.
    fn beside(&self, at: Moment, look: Look) -> Shown {
        let film = self.sources.film.as_ref();
        let mut remarks = self.sources.remarks.clone();
        if let Some((tick, why)) = film.and_then(|film| film.fault_at(at.tick())) {
            remarks.push(format!("tick {tick} cannot be made again: {why}"));
        }
        if look != self.look && self.follow.is_some() {
            let name = self.follow.map(|slot| self.name(slot)).unwrap_or_default();
            let why = if self.eye().is_some() { "drew nothing at this moment" } else { "has no trace of its own here" };
            remarks.push(format!("{name} {why}: this is the server's picture"));
        }
        let player = |slot: u16| film?.still_or_latest(at.tick()).world.player(Slot(slot)).copied();
        Shown {
            look,
            followed: self.follow.map(|slot| (slot, self.name(slot))),
            has_eye: self.eye().is_some(),
            tick: film.map(|film| tick_cost(film.trace().tick(at.tick()), self.follow, at.tick())).unwrap_or_default(),
            shot: self.shot.map(|shot| self.shot_scene(shot)),
            vitals: self.follow.and_then(player).map(|player| (player.health, player.armour, player.alive)),
            remarks,
            ..Shown::default()
        }
    }

    fn shot_scene(&self, index: usize) -> ShotScene {
        let (shot, at) = (&self.sources.marks.shots[index], self.at());
        let (fired, judged) = (shot.fired(), shot.judged());
        let tail_ms = at.ms_since(judged.max(fired), self.rate());
        ShotScene {
            card: cards::card(shot, &self.sources.roll, self.rate()),
            shooter: shot.shooter(),
            shooter_name: self.sources.roll.name(shot.shooter(), shot.judged.tick),
            disputed: shot.is_disputed(),
            judged_s: self.head.seconds(judged),
            fired_s: shot.seen.map(|_| self.head.seconds(fired)),
            is_near: at.plus_ticks(1) >= fired.min(judged) && tail_ms < SHOT_TAIL_MS,
        }
    }

    /// Where it is.
    pub fn state(&self, shown: &Shown, view: &ViewModel) -> State {
        let at = self.at();
        let apart = |truth: &Truth| truth.drawn.map(|_| truth.apart_mm);
        State {
            tick: at.tick(),
            fraction_256ths: at.fraction_256ths(),
            seconds: (self.head.seconds(at) * 1000.0).round() / 1000.0,
            length_s: (self.head.seconds(self.head.last()) * 1000.0).round() / 1000.0,
            speed: self.head.speed.text(),
            paused: self.head.paused,
            look_wished: self.look,
            look: shown.look,
            follows: shown.followed.as_ref().map(|(_, name)| name.clone()),
            frame: shown.glance.as_ref().map(|glance| glance.frame),
            shot: self.shot.map(|shot| self.sources.marks.shots[shot].id.to_string()),
            marks: self.sources.marks.all.len(),
            kills_known: self.sources.survey.as_ref().map_or(0, |survey| survey.kills.len()),
            surveyed: self.sources.survey.as_ref().is_none_or(|survey| survey.is_done()),
            players: view.others.len() + usize::from(view.own.is_some()),
            apart_mm_max: shown.truths.iter().filter_map(apart).reduce(f32::max),
            remarks: shown.remarks.clone(),
        }
    }
}

/// Everyone by the server's word at `at`, beside where `frame` has them.
fn truths(film: &Film<'_>, frame: &Frame, own: Option<u16>, at: Moment, rate: TickRate) -> Vec<Truth> {
    let drawn: Vec<eye::Drawn> = eye::others(frame).filter(|drawn| drawn.alive).collect();
    let place = |units: IVec2| metres(units.as_vec2());
    let age = |then: Option<Moment>| then.map_or(0.0, |then| at.ms_since(then, rate) as f32);
    let living = picture::true_poses(film, at).into_iter().filter(|(_, pose)| pose.alive);
    living
        .map(|(slot, pose)| {
            let is_own = own == Some(slot);
            let on_screen = drawn.iter().find(|drawn| drawn.slot == slot).map(|drawn| drawn.pos);
            let drawn = if is_own { eye::own(frame) } else { on_screen }.map(place);
            let pos = place(pose.pos);
            Truth {
                slot,
                pos,
                aim: Turn(pose.aim << 6).radians(),
                own: is_own,
                drawn,
                apart_mm: drawn.map_or(0.0, |drawn| drawn.distance(pos) * 1000.0),
                age_ms: age(if is_own { eye::own_moment(frame) } else { eye::others_moment(frame) }),
            }
        })
        .collect()
}

/// How shots were judged at `tick`.
fn rules(server: &ServerTrace, tick: u32) -> RulesView {
    let Some(rules) = server.rules.iter().rev().find(|rules| rules.tick <= tick) else { return RulesView::default() };
    let hits = HitCheck::ALL.get(rules.hit_checks as usize).copied().unwrap_or(HitCheck::Exact);
    let rewind_ms = u16::try_from(rules.rewind_ms).unwrap_or(u16::MAX);
    RulesView { experiments: rules.experiments, hits, rewind_ms, ..RulesView::default() }
}

fn tick_cost(record: Option<&ServerTick>, follow: Option<u16>, tick: u32) -> TickCost {
    let Some(record) = record else { return TickCost { tick, ..TickCost::default() } };
    let column = |slots: &[u32]| slots.iter().position(|slot| follow.is_some_and(|follow| u32::from(follow) == *slot));
    let input = column(&record.input_slots);
    let used = |index: &usize| record.input_uses.get(*index) == Some(&0);
    let snapshot = column(&record.snapshot_slots);
    TickCost {
        tick,
        late_us: record.late_us,
        stages_us: [record.receive_us, record.control_us, record.step_us, record.snapshots_us, record.flush_us],
        lost_ticks: record.lost_ticks,
        starved: record.input_uses.iter().filter(|input_use| **input_use == 1).count() as u32,
        margin_us: input.filter(used).and_then(|index| record.margins_us.get(index).copied()).filter(|us| *us != 0),
        snapshot: snapshot
            .and_then(|index| Some((*record.snapshot_bytes.get(index)?, *record.snapshot_baselines.get(index)?))),
    }
}

/// What goes by in the picture at a jump: longer than any effect lasts.
const JUMP_S: f32 = 60.0;
/// How long a client's last frame stands for what it sees, milliseconds.
const GONE_MS: f64 = 2000.0;
/// A screen that lags further behind has its own troubles: its things are then drawn as they are now.
const LAG_TICKS_MAX: u32 = 256;
/// How long the bodies of the selected shot stay in the arena after it was judged.
const SHOT_TAIL_MS: f64 = 1500.0;
