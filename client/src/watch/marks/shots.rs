//! Shots, as the server judged them and as their shooters saw them, and which of them are disputed.
//!
//! Must not know worlds: what hit whom is recorded.

use super::{Mark, MarkKind, Marks, slot_of_plus_one};
use crate::stats::Disagreement;
use crate::watch::eye::Eye;
use crate::watch::roll::Roll;
use crate::watch::time::Moment;
use std::collections::BTreeMap;
use tickshot_shared::ids::Id;
use tickshot_trace::model::ServerTrace;
use tickshot_trace::proto::{Shot, ShotSeen};

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

impl<'t> Marks<'t> {
    pub(super) fn add_shots(&mut self, server: &'t ServerTrace, eyes: &[Eye<'t>], roll: &Roll) {
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
    pub(super) fn add_shots_seen(&mut self, eye: &Eye<'t>) {
        for seen in &eye.trace.shots {
            let answer = eye.trace.answers.iter().find(|answer| answer.it.tick == seen.tick);
            let said = answer.map_or("the server said nothing", |answer| answer.it.outcome.as_str());
            let disputed = answer.is_some_and(|answer| seen.claimed != 0 && answer.it.hit != seen.claimed);
            let kind = if disputed { MarkKind::Disputed } else { MarkKind::Shot };
            self.add(eye.moment(seen.at_ns), kind, Some(eye.slot), format!("{} fired: {said}", eye.name));
        }
    }
}

/// `Shot.policy`: the exact hit check.
const EXACT: u32 = 2;
/// `ShotTarget.fate`: nothing happened to it.
const REWOUND: u32 = 0;

#[cfg(test)]
mod tests {
    use super::*;

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
}
