//! The own shots, from both sides: what was on screen at the click, and what the server says it tested.
//!
//! Time line: at the click the screen's bodies, the muzzle and the body under the crosshair are noted ([`Sight`]); the input
//! of tick *P* takes them along as a stamp; when the server has judged tick *P* it sends its evidence, if asked, and the
//! two are laid side by side. A claim is what a person would swear to: the body that was drawn under the crosshair.
//!
//! Must not know how anything is drawn, nor packets.

use crate::effects::metres;
use crate::interpolate::Cursor;
use crate::roster::Roster;
use crate::stats::{Disagreement, ShotStats};
use crate::view::{SHOT_CARDS_MAX, ShotCard, ShotTargetView};
use glam::{DVec2, IVec2};
use std::collections::VecDeque;
use std::time::Duration;
use tickshot_shared::limits::UNITS_PER_METRE;
use tickshot_shared::modes::HitCheck;
use tickshot_shared::protocol::evidence::{Clamp, Fate, ShotEvidence, TargetEvidence};
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::combat::{Shot, Verdict, trace};
use tickshot_shared::sim::input::{OwnView, ViewStamp};
use tickshot_shared::sim::pose::Pose;
use tickshot_shared::sim::world::Slot;
use tickshot_shared::tick::{Tick, TickRate};

/// What was on screen when a finger was on the trigger.
#[derive(Clone, Debug)]
pub struct Sight {
    pub aim: Turn,
    pub cursor: Cursor,
    pub own: OwnView,
    /// Where the own body was drawn, without smoothing, world units.
    pub muzzle: IVec2,
    /// The others as drawn, but for those that shots pass through.
    pub others: Vec<(Slot, Pose)>,
    /// Local time.
    pub at: Duration,
}

impl Sight {
    /// What the input that carries this shot says of it.
    pub fn stamp(&self, check: HitCheck) -> ViewStamp {
        let Cursor { a, b, fraction, .. } = self.cursor;
        ViewStamp { a, b, fraction, own: self.own, check }
    }

    /// Where the rays of a shot end, by what is drawn.
    pub fn trace(&self, arena: &Arena, shot: &Shot) -> Verdict {
        let living = self.others.iter().filter(|(_, pose)| pose.alive);
        trace(arena, self.muzzle, shot, living.map(|(slot, pose)| (*slot, pose.pos)))
    }
}

/// Shots that wait for the server's word, and the latest it has given.
#[derive(Clone, Debug, Default)]
pub struct ShotLog {
    fired: VecDeque<Fired>,
    cards: VecDeque<ShotCard>,
}

#[derive(Clone, Debug)]
struct Fired {
    tick: Tick,
    sight: Sight,
    claim: Option<Slot>,
}

impl ShotLog {
    /// The shot of input `tick` goes off here.
    pub fn push(&mut self, tick: Tick, sight: Sight, claim: Option<Slot>) {
        if self.fired.len() == FIRED_MAX {
            self.fired.pop_front();
        }
        self.fired.push_back(Fired { tick, sight, claim });
    }

    /// The server's word on one of them, in one word: `agreed`, `missed` (nothing was claimed), or the name of the
    /// [`Disagreement`]. Evidence of a shot that is not remembered is ignored: it tells nothing.
    pub fn handle_evidence(
        &mut self,
        evidence: &ShotEvidence,
        roster: &Roster,
        rate: TickRate,
        stats: &mut ShotStats,
    ) -> Option<&'static str> {
        let index = self.fired.iter().position(|fired| fired.tick == evidence.tick)?;
        let fired = self.fired.remove(index)?;
        stats.judged += 1;
        stats.clamped += u64::from(evidence.clamp != Clamp::None);
        if let Some(units) = drawn_vs_tested(&fired, evidence) {
            stats.record_error(units);
        }
        let outcome = match fired.claim {
            Some(claim) => judge_claim(&fired, claim, evidence, stats).map_or_else(Disagreement::name, |()| "agreed"),
            None => "missed",
        };
        if self.cards.len() == SHOT_CARDS_MAX {
            self.cards.pop_front();
        }
        self.cards.push_back(card(&fired, evidence, roster, rate));
        Some(outcome)
    }

    /// The latest shots that the server has answered, newest last.
    pub fn cards(&self) -> impl Iterator<Item = &ShotCard> {
        self.cards.iter()
    }
}

/// Counts whether what the server decided is what the shooter saw, and if not, why.
fn judge_claim(fired: &Fired, claim: Slot, evidence: &ShotEvidence, stats: &mut ShotStats) -> Result<(), Disagreement> {
    let judged = compare_claim(fired, claim, evidence, stats);
    if let Err(why) = judged {
        stats.disagree(why);
        stats.disputed += u64::from(why.is_disputable() && evidence.hit != Some(claim));
    }
    judged
}

/// The same without counting disagreements. Counts what other policies would have decided.
fn compare_claim(
    fired: &Fired,
    claim: Slot,
    evidence: &ShotEvidence,
    stats: &mut ShotStats,
) -> Result<(), Disagreement> {
    let about_claim = evidence.target.filter(|target| target.slot == claim);
    // The living body nearest to the ray is another one: the claimed one is dead or gone.
    let target = about_claim.filter(|target| target.fate != Fate::Dead).ok_or(Disagreement::TargetDead)?;
    if evidence.clamp != Clamp::None {
        return Err(Disagreement::Clamped);
    }
    if target.fate == Fate::Respawned {
        return Err(Disagreement::TargetRespawned);
    }
    for (count, verdict) in stats.would_agree.iter_mut().zip(evidence.verdicts) {
        *count += u64::from(verdict == Some(claim));
    }
    stats.comparable += 1;
    if evidence.hit == Some(claim) {
        stats.agreed += 1;
        Ok(())
    } else if evidence.policy != HitCheck::Exact {
        Err(Disagreement::OtherPolicy)
    } else if evidence.muzzle != fired.sight.muzzle.to_array() {
        Err(Disagreement::Mispredicted)
    } else {
        Err(Disagreement::Unexplained)
    }
}

/// Distance between the target as this client drew it and as the server tested it, world units: for shots that the server
/// tested at the time they claim, under the policy that promises it.
fn drawn_vs_tested(fired: &Fired, evidence: &ShotEvidence) -> Option<u64> {
    let target = evidence.target.filter(|target| target.fate == Fate::Rewound)?;
    let promised = evidence.clamp == Clamp::None && evidence.policy == HitCheck::Exact;
    let drawn = fired.drawn(target.slot).filter(|_| promised)?;
    Some(units_between(drawn, target.tested).round() as u64)
}

impl Fired {
    fn drawn(&self, slot: Slot) -> Option<IVec2> {
        self.sight.others.iter().find(|(drawn, _)| *drawn == slot).map(|(_, pose)| pose.pos)
    }
}

fn card(fired: &Fired, evidence: &ShotEvidence, roster: &Roster, rate: TickRate) -> ShotCard {
    let muzzle = IVec2::from_array(evidence.muzzle);
    let direction = evidence.aim.direction().as_vec2() / 32768.0;
    let ago_ms = |age_256ths: f32| age_256ths * 1000.0 / 256.0 / rate.hz() as f32;
    ShotCard {
        id: evidence.id,
        weapon: evidence.weapon,
        tick: evidence.tick.0,
        fired_s: fired.sight.at.as_secs_f64(),
        from: metres(muzzle.as_vec2()),
        to: metres(muzzle.as_vec2() + direction * evidence.range_units as f32),
        claimed: fired.claim.map(|slot| slot.0),
        hit: evidence.hit.map(|slot| slot.0),
        target: evidence.target.map(|target| target_view(fired, &target, roster)),
        claimed_ago_ms: ago_ms(evidence.claimed_age_256ths as f32),
        used_ago_ms: ago_ms(evidence.used_age_256ths as f32),
        clamp: if evidence.clamp == Clamp::None { String::new() } else { evidence.clamp.name().to_owned() },
        verdicts: evidence.verdicts.map(|verdict| verdict.map(|slot| slot.0)),
        policy: evidence.policy,
    }
}

fn target_view(fired: &Fired, target: &TargetEvidence, roster: &Roster) -> ShotTargetView {
    let drawn = fired.drawn(target.slot);
    let place = |units: [i32; 2]| metres(IVec2::from_array(units).as_vec2());
    ShotTargetView {
        slot: target.slot.0,
        name: roster.entries().get(&target.slot).map_or_else(String::new, |entry| entry.name.clone()),
        drawn: drawn.map(|pos| metres(pos.as_vec2())),
        tested: place(target.tested),
        present: place(target.present),
        error_mm: drawn.map(|drawn| (units_between(drawn, target.tested) * MM_PER_UNIT) as f32),
    }
}

fn units_between(a: IVec2, b: [i32; 2]) -> f64 {
    (a.as_dvec2() - DVec2::new(f64::from(b[0]), f64::from(b[1]))).length()
}

const MM_PER_UNIT: f64 = 1000.0 / UNITS_PER_METRE as f64;
/// Shots that may wait for the server's word: ten seconds of a held trigger.
const FIRED_MAX: usize = 64;
