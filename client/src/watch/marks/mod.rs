//! What is worth finding on the time line: kills, shots, corrections, starvation, switches, matches, chat.
//!
//! All but kills are records; kills are what a [`Survey`] finds. Must not know how a time line looks.

mod records;
mod shots;
mod survey;

pub use self::shots::ShotMark;
pub use self::survey::{Kill, Survey};

use super::eye::Eye;
use super::roll::Roll;
use super::time::Moment;
use tickshot_trace::model::ServerTrace;

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
    /// Somebody said something.
    Chat,
}

impl MarkKind {
    pub const ALL: [MarkKind; 7] = [
        MarkKind::Switch,
        MarkKind::Kill,
        MarkKind::Disputed,
        MarkKind::Shot,
        MarkKind::Correction,
        MarkKind::Starved,
        MarkKind::Chat,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            MarkKind::Switch => "switches",
            MarkKind::Kill => "kills",
            MarkKind::Disputed => "disputed shots",
            MarkKind::Shot => "shots",
            MarkKind::Correction => "corrections",
            MarkKind::Starved => "starvation",
            MarkKind::Chat => "chat",
        }
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
            marks.add_said(server, roll);
        } else {
            eyes.iter().for_each(|eye| marks.add_shots_seen(eye));
            marks.add_told(eyes);
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
