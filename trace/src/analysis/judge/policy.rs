//! The rules a shot is judged again under, and one shot under one of them.
//!
//! All but one are settings of the very code that judged it ([`tickshot_shared::lagcomp`]). *Favour the victim* asks one question
//! more: does a wall stand between the muzzle and where the victim is now? Must not know traces.

use serde::{Serialize, Serializer};
use tickshot_shared::lagcomp::MatchRules;
use tickshot_shared::modes::HitCheck;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::collision::line_of_sight;
use tickshot_shared::sim::combat::Verdict;
use tickshot_shared::sim::world::{Slot, World};

/// How shots might be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// As it was: the rules in force, with the check that the shooter chose if it might.
    InForce,
    /// The server's present.
    NoRewind,
    /// The state of the whole tick nearest to the claim, within the cap that was in force.
    WholeTick,
    /// What the shooter drew, within the cap that was in force.
    Exact,
    /// What the shooter drew, within this cap in milliseconds.
    ExactCap(u16),
    /// As `Exact`; but who now stands behind a wall, seen from the muzzle, is not hit.
    ///
    /// Precisely: of the bodies that the exact view hits, those count whose centre, at the server's present, a straight line
    /// from the muzzle that was tested reaches without touching a wall. A ray that hit somebody who does not count hits
    /// nobody else instead. It takes back just the hits "around a corner". Lee and Chang ("Enhancing the experience of
    /// multiplayer shooter games via advanced lag compensation", MMSys 2018) let the victim's own machine object to such
    /// shots; here the server's present decides, which no victim can lie about and which lags behind its screen.
    FavourVictim,
}

/// One shot at the moment it is judged.
#[derive(Clone, Copy)]
pub(super) struct Case<'a> {
    /// After everyone's movement of this tick, before anyone is hurt.
    pub(super) world: &'a World,
    pub(super) arena: &'a Arena,
    /// The rules in force.
    pub(super) rules: MatchRules,
    /// What the code that judged it says under other rules.
    pub(super) judge: &'a dyn Fn(MatchRules) -> Verdict,
}

impl Policy {
    /// All that are compared; the first is what was decided.
    pub const ALL: [Policy; 9] = [
        Policy::InForce,
        Policy::NoRewind,
        Policy::WholeTick,
        Policy::Exact,
        Policy::ExactCap(100),
        Policy::ExactCap(250),
        Policy::ExactCap(500),
        Policy::ExactCap(1000),
        Policy::FavourVictim,
    ];

    pub fn name(self) -> String {
        match self {
            Policy::InForce => "in force".to_owned(),
            Policy::NoRewind => "no rewind".to_owned(),
            Policy::WholeTick => "whole tick".to_owned(),
            Policy::Exact => "exact".to_owned(),
            Policy::ExactCap(ms) => format!("exact {ms} ms"),
            Policy::FavourVictim => "favour victim".to_owned(),
        }
    }

    /// What it does, in one line.
    pub fn text(self) -> String {
        match self {
            Policy::InForce => "as it was decided".to_owned(),
            Policy::NoRewind => "everyone where the server has them now".to_owned(),
            Policy::WholeTick => "the whole tick nearest to what was drawn, within the cap in force".to_owned(),
            Policy::Exact => "exactly what was drawn, within the cap in force".to_owned(),
            Policy::ExactCap(ms) => format!("exactly what was drawn, but nothing older than {ms} ms"),
            Policy::FavourVictim => "as exact, but nobody is hit who is behind a wall by now".to_owned(),
        }
    }

    /// The settings that make it of the code that judges.
    fn rules(self, in_force: MatchRules) -> MatchRules {
        let same_for_all = |hit_checks, rewind_ms| MatchRules { experiments: false, hit_checks, rewind_ms };
        match self {
            Policy::InForce => in_force,
            Policy::NoRewind => same_for_all(HitCheck::None, in_force.rewind_ms),
            Policy::WholeTick => same_for_all(HitCheck::WholeTick, in_force.rewind_ms),
            Policy::Exact | Policy::FavourVictim => same_for_all(HitCheck::Exact, in_force.rewind_ms),
            Policy::ExactCap(ms) => same_for_all(HitCheck::Exact, ms),
        }
    }

    /// Whom the shot hits under it: the body that most of its rays hit.
    pub(super) fn victim(self, case: &Case<'_>) -> Option<Slot> {
        let verdict = (case.judge)(self.rules(case.rules));
        if self != Policy::FavourVictim {
            return verdict.victim();
        }
        let in_the_open = |slot: Slot| {
            let present = case.world.player(slot);
            present.is_some_and(|player| line_of_sight(case.arena, verdict.muzzle, player.pos))
        };
        let counts = verdict.victims().filter(|(slot, _)| in_the_open(*slot));
        counts.max_by_key(|(slot, rays)| (*rays, std::cmp::Reverse(*slot))).map(|(slot, _)| slot)
    }
}

/// By its name.
impl Serialize for Policy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name())
    }
}
