//! Judged shots as messages, and the judge that makes the same judgements again.
//!
//! A record holds what the judge knew of the shooter (what it had acked, what its screen was believed to show, what the two
//! snapshots that it names had told it); the rest, the past itself, a replay has. So the same code judges the same shot. Only a
//! shot that looks further back than a replay began is decided as the record says.

use super::inputs::{input_of, stamp};
use crate::model::ServerTrace;
use crate::proto::{self, ShotTarget};
use std::cell::RefCell;
use tickshot_shared::lagcomp::{Believed, Shooters, Tells};
use tickshot_shared::protocol::evidence::{ShotEvidence, TargetEvidence};
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::combat::{Judge, RAYS_MAX, Shot, Verdict};
use tickshot_shared::sim::input::{Input, OwnView};
use tickshot_shared::sim::world::{Slot, World};
use tickshot_shared::tick::Tick;

/// The evidence of a shot as a message, without what the judge knew of the shooter.
pub fn of_evidence(shot: &ShotEvidence) -> proto::Shot {
    let slot_plus_one = |slot: Option<Slot>| slot.map_or(0, |slot| u32::from(slot.0) + 1);
    proto::Shot {
        id: shot.id.0.to_vec(),
        tick: shot.tick.0,
        shooter: shot.shooter.0.into(),
        weapon: shot.weapon as u32,
        aim: shot.aim.0.into(),
        claim: Some(stamp(shot.shooter, shot.tick, &shot.claim)),
        claimed_age_256ths: shot.claimed_age_256ths,
        used_age_256ths: shot.used_age_256ths,
        clamp: shot.clamp as u32,
        policy: shot.policy as u32,
        muzzle_x: shot.muzzle[0],
        muzzle_y: shot.muzzle[1],
        range_units: shot.range_units,
        hit: slot_plus_one(shot.hit),
        verdicts: shot.verdicts.map(slot_plus_one).to_vec(),
        rays_hit: shot.rays_hit.map(u32::from).to_vec(),
        target: shot.target.as_ref().map(of_target),
        ..proto::Shot::default()
    }
}

fn of_target(target: &TargetEvidence) -> ShotTarget {
    let [drawn_x, drawn_y] = target.drawn.unwrap_or_default();
    ShotTarget {
        slot: target.slot.0.into(),
        was_drawn: target.drawn.is_some(),
        drawn_x,
        drawn_y,
        tested_x: target.tested[0],
        tested_y: target.tested[1],
        present_x: target.present[0],
        present_y: target.present[1],
        fate: target.fate as u32,
    }
}

/// What one snapshot told: by slot the age of the state told, 255 = not told; what stands behind the last told slot is left
/// out, but never all of it. For [`proto::Shot::told_a`].
pub fn told_ages(told: &impl Tells, slots: impl Iterator<Item = Slot>) -> Vec<u8> {
    let mut ages = vec![NOT_TOLD];
    for slot in slots {
        let Some(age) = told.told_at(slot).and_then(|at| told.tick().since(at)) else { continue };
        if ages.len() <= slot.index() {
            ages.resize(slot.index() + 1, NOT_TOLD);
        }
        ages[slot.index()] = age as u8;
    }
    ages
}

/// Passes every shot on to `judge` and keeps what it decided.
pub struct Noting<'a> {
    judge: &'a dyn Judge,
    verdicts: RefCell<Vec<(Slot, Verdict)>>,
}

impl<'a> Noting<'a> {
    pub fn new(judge: &'a dyn Judge) -> Noting<'a> {
        Noting { judge, verdicts: RefCell::default() }
    }

    /// Who shot, and what was decided, in order.
    pub fn into_verdicts(self) -> Vec<(Slot, Verdict)> {
        self.verdicts.into_inner()
    }
}

impl Judge for Noting<'_> {
    fn judge(&self, world: &World, arena: &Arena, shot: &Shot) -> Verdict {
        let verdict = self.judge.judge(world, arena, shot);
        self.verdicts.borrow_mut().push((shot.shooter, verdict));
        verdict
    }
}

/// Writes down whom `verdict` hit with how many rays: [`proto::Shot::hit_slots`].
pub fn note_hits(shot: &mut proto::Shot, verdict: &Verdict) {
    for (slot, rays) in verdict.victims() {
        shot.hit_slots.push(slot.0.into());
        shot.hit_rays.push(rays.into());
    }
}

/// The recorded shots of one tick, as their judge sees the shooters.
pub(crate) struct Recorded<'a, 't> {
    trace: &'t ServerTrace,
    shots: &'t [proto::Shot],
    /// Of each shot: what the snapshots that it names had told.
    told: Vec<[Option<RecordedTold<'t>>; 2]>,
    /// By slot: inputs up to this tick are of somebody else, or of another match.
    seated: &'a [Tick],
}

/// What one snapshot told one shooter.
pub(crate) struct RecordedTold<'t> {
    tick: Tick,
    own: Slot,
    ages: &'t [u8],
}

impl<'a, 't> Recorded<'a, 't> {
    pub(crate) fn of(trace: &'t ServerTrace, shots: &'t [proto::Shot], seated: &'a [Tick]) -> Recorded<'a, 't> {
        let told = shots.iter().map(|shot| {
            let own = Slot(u16::try_from(shot.shooter).unwrap_or(u16::MAX));
            let told = |age: Option<u32>, ages: &'t [u8]| {
                let tick = Tick(shot.tick).checked_minus(age?)?;
                (!ages.is_empty()).then_some(RecordedTold { tick, own, ages })
            };
            let claim = shot.claim.as_ref();
            [told(claim.map(|it| it.a_age), &shot.told_a), told(claim.map(|it| it.b_age), &shot.told_b)]
        });
        Recorded { trace, shots, told: told.collect(), seated }
    }

    pub(super) fn shot(&self, shooter: Slot) -> Option<&'t proto::Shot> {
        self.shots.iter().find(|shot| shot.shooter == u32::from(shooter.0))
    }
}

impl<'t> Shooters for Recorded<'_, 't> {
    type Told = RecordedTold<'t>;

    fn told(&self, shooter: Slot, tick: Tick) -> Option<&RecordedTold<'t>> {
        self.told.iter().flatten().flatten().find(|told| told.own == shooter && told.tick == tick)
    }

    fn was_told(&self, shooter: Slot, tick: Tick) -> bool {
        let is_base = |shot: &proto::Shot| {
            let age = shot.claim.as_ref().map(|claim| claim.based_on_age);
            shot.based_on_told && age.and_then(|age| Tick(shot.tick).checked_minus(age)) == Some(tick)
        };
        self.told(shooter, tick).is_some() || self.shot(shooter).is_some_and(is_base)
    }

    fn acked(&self, shooter: Slot) -> Option<Tick> {
        let shot = self.shot(shooter)?;
        Tick(shot.tick).checked_minus(shot.acked_age?)
    }

    fn believed(&self, shooter: Slot, _: Tick) -> Option<Believed> {
        let shot = self.shot(shooter)?;
        let belief = shot.belief.as_ref()?;
        let at = |age: i32| i64::from(shot.tick) - i64::from(age);
        Some(Believed {
            estimate: at(belief.estimate_age),
            first: at(belief.first_age),
            last: at(belief.last_age),
            had: belief.had_age.and_then(|age| u32::try_from(at(age)).ok()).map(Tick),
        })
    }

    fn input(&self, shooter: Slot, tick: Tick) -> Option<Input> {
        if self.seated.get(shooter.index()).is_none_or(|seated| tick <= *seated) {
            return None;
        }
        input_of(self.trace.tick(tick.0)?, shooter)
    }
}

impl Tells for RecordedTold<'_> {
    fn tick(&self) -> Tick {
        self.tick
    }

    fn own(&self) -> Option<Slot> {
        Some(self.own)
    }

    fn told_at(&self, slot: Slot) -> Option<Tick> {
        let age = self.ages.get(slot.index()).filter(|age| **age != NOT_TOLD)?;
        self.tick.checked_minus(u32::from(*age))
    }
}

/// Judges what can be judged again, and takes the record's word for the rest.
pub(super) struct ReplayJudge<'a> {
    pub(super) again: &'a dyn Judge,
    pub(super) recorded: &'a Recorded<'a, 'a>,
    /// The first tick whose state is known.
    pub(super) known_from: Tick,
}

impl Judge for ReplayJudge<'_> {
    fn judge(&self, world: &World, arena: &Arena, shot: &Shot) -> Verdict {
        match self.recorded.shot(shot.shooter).filter(|record| oldest_needed(record) < self.known_from) {
            Some(record) => recorded_verdict(record, shot),
            None => self.again.judge(world, arena, shot),
        }
    }
}

/// The oldest state that judging this shot again may look at.
pub(super) fn oldest_needed(shot: &proto::Shot) -> Tick {
    let oldest = |ages: &[u8]| ages.iter().filter(|age| **age != NOT_TOLD).max().map_or(0, |age| u32::from(*age));
    let claim = shot.claim.unwrap_or_default();
    let a = claim.a_age.saturating_add(oldest(&shot.told_a));
    let b = claim.b_age.saturating_add(oldest(&shot.told_b));
    // Every hit check's time lies between what is believed and the present; blends of true states begin a tick earlier.
    let believed = shot.belief.map_or(0, |belief| belief.first_age.max(0) as u32);
    let used = shot.used_age_256ths / 256;
    let own = claim.own_age.unwrap_or(0).max(if shot.based_on_told { claim.based_on_age } else { 0 });
    let age = [a, b, believed, used, own].into_iter().max().unwrap_or(0).saturating_add(1);
    Tick(shot.tick.saturating_sub(age))
}

/// What a record says that `shot` did.
fn recorded_verdict(record: &proto::Shot, shot: &Shot) -> Verdict {
    let slots = record.hit_slots.iter().filter_map(|slot| u16::try_from(*slot).ok().map(Slot));
    let rays = record.hit_rays.iter().map(|rays| (*rays as usize).min(RAYS_MAX) as u8);
    let muzzle = glam::IVec2::new(record.muzzle_x, record.muzzle_y);
    Verdict::recorded(shot, muzzle, record.range_units, slots.zip(rays))
}

/// The first field in which a record differs from what was judged again; `None` = they agree.
pub(super) fn difference(record: &proto::Shot, again: &proto::Shot) -> Option<(&'static str, String, String)> {
    macro_rules! compare {
        ($($field:ident),+ $(,)?) => {
            $(if record.$field != again.$field {
                return Some((stringify!($field), format!("{:?}", record.$field), format!("{:?}", again.$field)));
            })+
        };
    }
    compare!(
        tick,
        shooter,
        weapon,
        aim,
        claim,
        claimed_age_256ths,
        used_age_256ths,
        clamp,
        policy,
        muzzle_x,
        muzzle_y,
        range_units,
        hit,
        verdicts,
        rays_hit,
        hit_slots,
        hit_rays,
        target,
    );
    None
}

/// Does the own part of a claim name a told state?
pub fn based_on(claim: &tickshot_shared::sim::input::ViewStamp) -> Option<Tick> {
    match claim.own {
        OwnView::Between { based_on, .. } => Some(based_on),
        OwnView::WithOthers => None,
    }
}

/// Of an age in `Shot.told_a` and `told_b`.
const NOT_TOLD: u8 = u8::MAX;
