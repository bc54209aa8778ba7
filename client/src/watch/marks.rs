//! What is worth finding on the time line: kills, shots, corrections, starvation, switches, matches.
//!
//! All but kills are records; kills are known once the ticks have been made again, which is done a slice at a time ([`Survey`])
//! while one watches. Must not know how a time line looks.

use super::eye::{Eye, MM_PER_UNIT};
use super::roll::Roll;
use super::time::Moment;
use crate::stats::Disagreement;
use std::collections::BTreeMap;
use tickshot_shared::ids::Id;
use tickshot_shared::sim::step::Event;
use tickshot_shared::sim::weapon::Weapon;
use tickshot_trace::model::ServerTrace;
use tickshot_trace::proto::{Shot, ShotSeen};
use tickshot_trace::replay::Replay;

/// One mark.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    pub at: Moment,
    pub kind: MarkKind,
    /// Whose it is; `None` = everybody's.
    pub slot: Option<u16>,
    /// Whom else it concerns.
    pub other: Option<u16>,
    pub text: String,
    /// Its place among [`Marks::shots`].
    pub shot: Option<usize>,
}

/// Kinds of marks, in the order of their lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub enum MarkKind {
    /// A match begins; a client switched its modes or its link.
    Switch,
    Kill,
    /// A shot on which shooter and server disagree.
    Disputed,
    Shot,
    Correction,
    /// A tick without input, or a frame without a snapshot.
    Starved,
}

impl MarkKind {
    pub const ALL: [MarkKind; 6] =
        [MarkKind::Switch, MarkKind::Kill, MarkKind::Disputed, MarkKind::Shot, MarkKind::Correction, MarkKind::Starved];

    pub const fn name(self) -> &'static str {
        match self {
            MarkKind::Switch => "switches",
            MarkKind::Kill => "kills",
            MarkKind::Disputed => "disputed shots",
            MarkKind::Shot => "shots",
            MarkKind::Correction => "corrections",
            MarkKind::Starved => "starvation",
        }
    }
}

/// One shot, from both sides.
#[derive(Clone, Debug)]
pub struct ShotMark<'t> {
    pub id: Id,
    pub judged: &'t Shot,
    /// What its shooter had on screen, if its trace is there, and when.
    pub seen: Option<(&'t ShotSeen, Moment)>,
    /// What its shooter made of the server's answer, if it got one.
    pub outcome: Option<&'t str>,
}

impl ShotMark<'_> {
    /// The shooter saw a hit, the server counted none, and neither a quicker shot nor looser rules explain it: by the same
    /// rule by which a client keeps its last minute. Without the shooter's trace: the server took another time than was claimed,
    /// and nobody was hit.
    pub fn is_disputed(&self) -> bool {
        let judged = self.judged;
        let Some((seen, _)) = self.seen else {
            return judged.clamp != 0 && judged.hit == 0 && judged.target.as_ref().is_some_and(|it| it.was_drawn);
        };
        let denied = seen.claimed != 0 && seen.claimed != judged.hit;
        let explained = match self.outcome {
            Some(outcome) => !Disagreement::ALL.into_iter().any(|why| why.is_disputable() && why.name() == outcome),
            // Nobody asked for evidence: it was dead, or had been, or less than what was seen is promised.
            None => judged.policy != EXACT || judged.target.as_ref().is_some_and(|target| target.fate != REWOUND),
        };
        denied && !explained
    }

    pub fn shooter(&self) -> u16 {
        u16::try_from(self.judged.shooter).unwrap_or(u16::MAX)
    }

    /// Whom it hit by the server's word.
    pub fn hit(&self) -> Option<u16> {
        slot_of_plus_one(self.judged.hit)
    }

    /// When it was fired on its shooter's screen, as far as that is known; else when it was judged.
    pub fn fired(&self) -> Moment {
        self.seen.map_or(self.judged(), |(_, at)| at)
    }

    pub fn judged(&self) -> Moment {
        Moment::of(self.judged.tick)
    }
}

/// Slots are written plus one, so that 0 is nobody.
pub(super) fn slot_of_plus_one(slot: u32) -> Option<u16> {
    slot.checked_sub(1).and_then(|slot| u16::try_from(slot).ok())
}

/// All marks, in the order of their time, and all shots, in the order of their ticks.
#[derive(Clone, Debug, Default)]
pub struct Marks<'t> {
    pub all: Vec<Mark>,
    pub shots: Vec<ShotMark<'t>>,
}

impl<'t> Marks<'t> {
    /// Everything but kills.
    pub fn of(server: Option<&'t ServerTrace>, eyes: &[Eye<'t>], roll: &Roll) -> Marks<'t> {
        let mut marks = Marks::default();
        if let Some(server) = server {
            marks.add_shots(server, eyes, roll);
            marks.add_matches(server);
            marks.add_starved_ticks(server, roll);
        } else {
            eyes.iter().for_each(|eye| marks.add_shots_seen(eye));
        }
        for eye in eyes {
            marks.add_corrections(eye);
            marks.add_switches(eye);
            marks.add_starved_frames(eye);
        }
        marks.sort();
        marks
    }

    fn sort(&mut self) {
        self.all.sort_by_key(|mark| (mark.at, mark.kind));
    }

    fn add(&mut self, at: Moment, kind: MarkKind, slot: Option<u16>, text: String) {
        self.all.push(Mark { at, kind, slot, other: None, text, shot: None });
    }

    fn add_shots(&mut self, server: &'t ServerTrace, eyes: &[Eye<'t>], roll: &Roll) {
        let mut seen: BTreeMap<(u32, u16), (&ShotSeen, Moment)> = BTreeMap::new();
        let mut outcomes: BTreeMap<(u32, u16), &str> = BTreeMap::new();
        for eye in eyes {
            let answers = eye.trace.answers.iter().filter(|answer| eye.owns(answer.at_ns));
            outcomes.extend(answers.map(|answer| ((answer.it.tick, eye.slot), answer.it.outcome.as_str())));
            let own = eye.trace.shots.iter().filter(|shot| eye.owns(shot.at_ns));
            seen.extend(own.map(|shot| ((shot.tick, eye.slot), (shot, eye.moment(shot.at_ns)))));
        }
        for judged in &server.shots {
            let id = <[u8; 16]>::try_from(judged.id.as_slice()).map(Id).unwrap_or_default();
            let slot = u16::try_from(judged.shooter).unwrap_or(u16::MAX);
            let key = (judged.tick, slot);
            let shot = ShotMark { id, judged, seen: seen.get(&key).copied(), outcome: outcomes.get(&key).copied() };
            let kind = if shot.is_disputed() { MarkKind::Disputed } else { MarkKind::Shot };
            let name = |slot: u16| roll.name(slot, judged.tick);
            let claimed = shot.seen.and_then(|(seen, _)| slot_of_plus_one(seen.claimed));
            let text = match (shot.hit(), claimed) {
                (Some(hit), Some(claimed)) if hit != claimed => {
                    format!("{} hit {}, but saw {}", name(slot), name(hit), name(claimed))
                }
                (Some(hit), _) => format!("{} hit {}", name(slot), name(hit)),
                (None, Some(claimed)) => format!("{} missed {}: on its screen it hit", name(slot), name(claimed)),
                (None, None) => format!("{} missed", name(slot)),
            };
            let (at, other) = (shot.judged(), shot.hit());
            self.all.push(Mark { at, kind, slot: Some(slot), other, text, shot: Some(self.shots.len()) });
            self.shots.push(shot);
        }
    }

    /// Shots of a client whose server wrote nothing: nobody knows what became of them but by its answers.
    fn add_shots_seen(&mut self, eye: &Eye<'t>) {
        for seen in &eye.trace.shots {
            let answer = eye.trace.answers.iter().find(|answer| answer.it.tick == seen.tick);
            let said = answer.map_or("the server said nothing", |answer| answer.it.outcome.as_str());
            let disputed = answer.is_some_and(|answer| seen.claimed != 0 && answer.it.hit != seen.claimed);
            let kind = if disputed { MarkKind::Disputed } else { MarkKind::Shot };
            self.add(eye.moment(seen.at_ns), kind, Some(eye.slot), format!("{} fired: {said}", eye.name));
        }
    }

    fn add_matches(&mut self, server: &ServerTrace) {
        for began in server.matches.iter().skip(1) {
            let text = format!("match {} begins on {}", began.number, began.map_name);
            self.add(Moment::of(began.tick), MarkKind::Switch, None, text);
        }
    }

    /// The first of each run of ticks that the server made without this player's input.
    fn add_starved_ticks(&mut self, server: &ServerTrace, roll: &Roll) {
        let mut lasts: BTreeMap<u32, u32> = BTreeMap::new();
        for tick in &server.ticks {
            for (slot, input_use) in tick.input_slots.iter().zip(&tick.input_uses) {
                if *input_use != REPEATED {
                    continue;
                }
                let goes_on = lasts.insert(*slot, tick.tick).is_some_and(|last| last + 1 == tick.tick);
                if !goes_on {
                    let slot = u16::try_from(*slot).unwrap_or(u16::MAX);
                    let text = format!("no input of {} for this tick", roll.name(slot, tick.tick));
                    self.add(Moment::of(tick.tick), MarkKind::Starved, Some(slot), text);
                }
            }
        }
    }

    fn add_starved_frames(&mut self, eye: &Eye<'_>) {
        let mut before = true;
        for (index, frame) in eye.trace.frames.iter().enumerate() {
            if frame.starved
                && !before
                && eye.owns(frame.at_ns)
                && let Some(at) = eye.drawn_at(index)
            {
                self.add(at, MarkKind::Starved, Some(eye.slot), format!("{} had no snapshot to draw from", eye.name));
            }
            before = frame.starved;
        }
    }

    fn add_corrections(&mut self, eye: &Eye<'_>) {
        // Where one comes into the world nobody can predict.
        let worth = |reason: &str| !matches!(reason, "join" | "respawn" | "death");
        for one in eye.trace.corrections.iter().filter(|one| worth(&one.it.reason) && eye.owns(one.at_ns)) {
            let mm = f64::from(one.it.units) * MM_PER_UNIT;
            let text = format!("{} corrected by {mm:.0} mm: {}", eye.name, one.it.reason.replace('_', " "));
            self.add(eye.moment(one.at_ns), MarkKind::Correction, Some(eye.slot), text);
        }
    }

    fn add_switches(&mut self, eye: &Eye<'_>) {
        for pair in eye.trace.switches.windows(2) {
            let [before, after] = pair else { continue };
            if !eye.owns(after.at_ns) {
                continue;
            }
            let mut changes = Vec::new();
            for (name, was, is) in [
                ("modes", &before.it.modes, &after.it.modes),
                ("link", &before.it.link, &after.it.link),
                ("imposed link", &before.it.imposed_link, &after.it.imposed_link),
            ] {
                if was != is {
                    changes.push(format!("{name} {}", if is.is_empty() { "clean" } else { is.as_str() }));
                }
            }
            let text = format!("{} switched {}", eye.name, changes.join(", "));
            self.add(eye.moment(after.at_ns), MarkKind::Switch, Some(eye.slot), text);
        }
    }

    /// Takes in what a survey has found.
    pub fn add_kills(&mut self, kills: &[Kill], roll: &Roll) {
        for kill in kills {
            let name = |slot: u16| roll.name(slot, kill.tick);
            let text = match kill.killer == kill.victim {
                true => format!("{} died by its own {}", name(kill.victim), kill.weapon.table().name),
                false => format!("{} killed {} ({})", name(kill.killer), name(kill.victim), kill.weapon.table().name),
            };
            let (at, kind) = (Moment::of(kill.tick), MarkKind::Kill);
            self.all.push(Mark { at, kind, slot: Some(kill.killer), other: Some(kill.victim), text, shot: None });
        }
        if !kills.is_empty() {
            self.sort();
        }
    }

    /// The next mark after `at` (or the latest before it) that `wanted` takes.
    pub fn beside(&self, at: Moment, forward: bool, wanted: impl Fn(&Mark) -> bool) -> Option<&Mark> {
        if forward {
            let first = self.all.partition_point(|mark| mark.at <= at);
            self.all[first..].iter().find(|mark| wanted(mark))
        } else {
            let end = self.all.partition_point(|mark| mark.at < at);
            self.all[..end].iter().rev().find(|mark| wanted(mark))
        }
    }

    /// The marks from `from` up to `to`.
    pub fn between(&self, from: Moment, to: Moment) -> &[Mark] {
        let first = self.all.partition_point(|mark| mark.at < from);
        let end = self.all.partition_point(|mark| mark.at < to).max(first);
        &self.all[first..end]
    }

    /// The shot whose name ends with `end`: why not, if there is none, or more than one.
    pub fn shot_named(&self, end: &str) -> Result<usize, String> {
        let end = end.to_lowercase();
        let mut found = self.shots.iter().enumerate().filter(|(_, shot)| shot.id.to_string().ends_with(&end));
        match (found.next(), found.next()) {
            (Some((index, _)), None) => Ok(index),
            (None, _) => Err(format!("no shot of these traces is named '{end}'; 'tickshot-trace shots' lists them")),
            (Some(_), Some(_)) => Err(format!("more than one shot's name ends with '{end}': give more of it")),
        }
    }
}

/// Somebody was killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kill {
    pub tick: u32,
    pub killer: u16,
    pub victim: u16,
    pub weapon: Weapon,
}

/// Makes all ticks again, a slice at a time, and notes who was killed.
pub struct Survey<'t> {
    trace: &'t ServerTrace,
    replay: Option<Replay<'t>>,
    pub kills: Vec<Kill>,
}

impl<'t> Survey<'t> {
    pub fn new(trace: &'t ServerTrace) -> Survey<'t> {
        Survey { trace, replay: Replay::new(trace).ok(), kills: Vec::new() }
    }

    /// Up to `ticks` more; returns the kills in them.
    pub fn advance(&mut self, ticks: u32) -> &[Kill] {
        let known = self.kills.len();
        for _ in 0..ticks {
            let Some(replay) = &mut self.replay else { break };
            let tick = replay.world().tick.0;
            match replay.step() {
                Some(Ok(step)) => self.kills.extend(step.events.iter().filter_map(|event| kill(tick + 1, event))),
                Some(Err(_)) => self.replay = self.resume_after(tick.saturating_add(1)),
                None => self.replay = None,
            }
        }
        &self.kills[known..]
    }

    pub fn is_done(&self) -> bool {
        self.replay.is_none()
    }

    /// Goes on at the next keyframe: `tick` cannot be made.
    fn resume_after(&self, tick: u32) -> Option<Replay<'t>> {
        let mut ticks = self.trace.keyframes.iter().filter_map(|keyframe| Some(keyframe.world.as_ref()?.tick));
        Replay::at(self.trace, ticks.find(|keyframe| *keyframe >= tick)?).ok()
    }
}

fn kill(tick: u32, event: &Event) -> Option<Kill> {
    match *event {
        Event::Killed { victim, killer, weapon } => Some(Kill { tick, killer: killer.0, victim: victim.0, weapon }),
        _ => None,
    }
}

/// `ServerTick.input_uses`: the input before was used again.
const REPEATED: u32 = 1;
/// `Shot.policy`: the exact hit check.
const EXACT: u32 = 2;
/// `ShotTarget.fate`: nothing happened to it.
const REWOUND: u32 = 0;

#[cfg(test)]
mod tests {
    use super::*;
    use tickshot_shared::tick::TickRate;
    use tickshot_trace::model::{At, ClientTrace};
    use tickshot_trace::proto::{Correction, Frame, ServerTick, Switched};

    fn texts(marks: &Marks<'_>) -> Vec<String> {
        marks.all.iter().map(|mark| format!("{} {}", mark.at.tick(), mark.text)).collect()
    }

    #[test]
    fn a_run_of_ticks_without_input_is_one_mark() {
        let tick = |tick, input_uses: [u32; 2]| ServerTick {
            tick,
            input_slots: vec![0, 3],
            input_uses: input_uses.to_vec(),
            ..ServerTick::default()
        };
        let uses = [(1, [0, 1]), (2, [0, 1]), (3, [0, 0]), (4, [1, 1])];
        let ticks = uses.map(|(number, uses)| tick(number, uses)).to_vec();
        let server = ServerTrace { ticks, ..ServerTrace::default() };
        let marks = Marks::of(Some(&server), &[], &Roll::default());
        let starved: Vec<_> = marks.all.iter().map(|mark| (mark.at.tick(), mark.slot)).collect();
        assert_eq!(starved, [(1, Some(3)), (4, Some(0)), (4, Some(3))]);
    }

    #[test]
    fn a_shot_is_disputed_if_a_hit_was_seen_and_denied_without_a_reason_that_a_player_would_take() {
        let seen = ShotSeen { claimed: 5, ..ShotSeen::default() };
        let disputed = |hit: u32, claimed: u32, outcome: Option<&str>| {
            let judged = Shot { hit, policy: EXACT, ..Shot::default() };
            let seen = ShotSeen { claimed, ..seen.clone() };
            ShotMark { id: Id::default(), judged: &judged, seen: Some((&seen, Moment::of(1))), outcome }.is_disputed()
        };
        assert!(disputed(0, 5, Some("clamped")) && disputed(0, 5, None) && disputed(7, 5, Some("unexplained")));
        assert!(!disputed(5, 5, Some("agreed")) && !disputed(0, 0, Some("missed")) && !disputed(3, 0, None));
        assert!(!disputed(0, 5, Some("target_dead")) && !disputed(0, 5, Some("other_policy")));
    }

    #[test]
    fn what_a_client_switched_and_how_it_was_corrected_is_told_in_words() {
        let ns = |tick: i64| tick * 15_625_000;
        let frame = |tick, starved| {
            let (at_ns, server_tick_ns) = (ns(tick), Some(ns(tick)));
            Frame { at_ns, server_tick_ns, starved, ..Frame::default() }
        };
        let switched = |at, link: &str| {
            let it = Switched { link: link.to_owned(), modes: "hits=exact".to_owned(), ..Switched::default() };
            At { at_ns: ns(at), it }
        };
        let correction = |at, reason: &str| At {
            at_ns: ns(at),
            it: Correction { units: 512, reason: reason.to_owned(), ..Correction::default() },
        };
        let trace = ClientTrace {
            frames: vec![frame(1, true), frame(2, false), frame(3, true), frame(4, true)],
            switches: vec![switched(1, ""), switched(5, "delay 50ms"), switched(9, "")],
            corrections: vec![correction(6, "respawn"), correction(7, "knock_back")],
            ..ClientTrace::default()
        };
        let eyes = [Eye::alone(&trace, (2, "Ann".to_owned()), TickRate::default())];
        let marks = Marks::of(None, &eyes, &Roll::default());
        let expected = [
            "3 Ann had no snapshot to draw from",
            "5 Ann switched link delay 50ms",
            "7 Ann corrected by 500 mm: knock back",
            "9 Ann switched link clean",
        ];
        assert_eq!(texts(&marks), expected);
        assert_eq!(marks.beside(Moment::of(5), true, |_| true).map(|mark| mark.at), Some(Moment::of(7)));
        assert_eq!(marks.beside(Moment::of(5), false, |_| true).map(|mark| mark.at), Some(Moment::of(3)));
        assert_eq!(marks.between(Moment::of(3), Moment::of(7)).len(), 2);
    }
}
