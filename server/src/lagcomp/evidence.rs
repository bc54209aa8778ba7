//! What is written down of a judged shot, and what a server counts of all of them.
//!
//! Turns views of the past into plain numbers; decides nothing.

use super::plausibility::Allowed;
use super::rewind::{Past, Sight, Target};
use crate::metrics::Spread;
use glam::{I64Vec2, IVec2};
use hdrhistogram::Histogram;
use serde::Serialize;
use tickshot_shared::ids::Id;
use tickshot_shared::modes::HitCheck;
use tickshot_shared::protocol::evidence::{Clamp, ShotEvidence, TargetEvidence};
use tickshot_shared::sim::combat::{Foes, Shot, Verdict};
use tickshot_shared::sim::input::ViewStamp;
use tickshot_shared::sim::world::{Slot, World};
use tickshot_shared::tick::TickRate;

/// One shot as it was judged.
pub(super) struct Judged<'a> {
    pub shot: &'a Shot,
    pub stamp: ViewStamp,
    pub allowed: Allowed,
    /// The hit check that decides.
    pub policy: HitCheck,
    /// In the order of [`HitCheck::ALL`].
    pub verdicts: [Verdict; 3],
    /// Everyone in the past that decides.
    pub sight: &'a Sight<'a>,
    /// The past that the shooter claims, allowed or not.
    pub drawn: &'a Past<'a>,
}

impl Judged<'_> {
    pub(super) fn evidence(&self, world: &World) -> ShotEvidence {
        let Allowed { now_256ths, used_256ths, clamp, .. } = self.allowed;
        let verdict = self.verdicts[self.policy as usize];
        let used_256ths = match self.policy {
            HitCheck::None => now_256ths,
            HitCheck::WholeTick => self.allowed.nearest_tick_256ths(),
            HitCheck::Exact => used_256ths,
        };
        let age = self.allowed.claimed_age_256ths();
        ShotEvidence {
            id: Id::default(),
            weapon: self.shot.weapon,
            rays_hit: self.verdicts.map(|verdict| verdict.rays_hit()),
            tick: world.tick,
            shooter: self.shot.shooter,
            aim: self.shot.aim,
            claim: self.stamp,
            claimed_age_256ths: age.clamp(i32::MIN.into(), i32::MAX.into()) as i32,
            used_age_256ths: (now_256ths - used_256ths) as u32,
            clamp,
            policy: self.policy,
            muzzle: verdict.muzzle.to_array(),
            range_units: verdict.range_units(),
            hit: verdict.victim(),
            target: self.target(world, &verdict),
            verdicts: self.verdicts.map(|verdict| verdict.victim()),
        }
    }

    /// The body the shot is about: the one that most rays hit, else the living one nearest to where the shooter aimed.
    fn target(&self, world: &World, verdict: &Verdict) -> Option<TargetEvidence> {
        let (victim, shooter) = (verdict.victim(), self.shot.shooter);
        let nearest = |(slot, target): &(Slot, Target)| match victim {
            Some(victim) => i64::from(victim != *slot),
            None => distance_sq(verdict.muzzle, self.shot, target.tested),
        };
        let foes = Foes::of(world, shooter);
        let is_foe = |slot: Slot| world.player(slot).is_some_and(|player| foes.include(slot, player));
        let (slot, target) = self.sight.targets().filter(|(slot, _)| is_foe(*slot)).min_by_key(nearest)?;
        Some(TargetEvidence {
            slot,
            drawn: self.drawn.drawn(world, shooter, slot).map(|at| at.to_array()),
            tested: target.tested.to_array(),
            present: world.player(slot)?.pos.to_array(),
            fate: target.fate,
        })
    }
}

/// Square of the distance of `at` from the line that a shot was aimed along, walls or not.
fn distance_sq(muzzle: IVec2, shot: &Shot, at: IVec2) -> i64 {
    let (rel, direction) = (at.as_i64vec2() - muzzle.as_i64vec2(), shot.aim.direction().as_i64vec2());
    let along = (rel.dot(direction) >> 15).clamp(0, shot.weapon.table().range_units.into());
    let foot = I64Vec2::new((direction.x * along) >> 15, (direction.y * along) >> 15);
    (rel - foot).length_squared()
}

/// Counts of all shots of one server run.
#[derive(Debug)]
pub struct ShotTally {
    pub fired: u64,
    pub hit: u64,
    /// Shots that carried a view stamp: all counts below are of these.
    pub stamped: u64,
    /// By [`Clamp::ALL`].
    clamps: [u64; 6],
    /// By [`HitCheck::ALL`]: shots that this check would have decided otherwise than the exact one.
    differs: [u64; 3],
    exact_hits: u64,
    /// How far back shots were tested, 1/256 tick.
    rewind_256ths: Histogram<u64>,
}

/// Shots as the server judged them.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct ShotCounts {
    pub fired: u64,
    pub hit: u64,
    /// Those with a view stamp: from people and their bots, not from the server's own bots.
    pub stamped: u64,
    /// Of these, tested at another time than claimed.
    pub clamped: u64,
    pub clamped_by: ClampCounts,
    /// How far back they were tested.
    pub rewind_ms: Spread,
    /// Of these, hits by the exact view; and shots that another check would have decided otherwise.
    pub exact_hits: u64,
    pub none_differs: u64,
    pub tick_differs: u64,
}

/// Clamped shots by reason, see [`Clamp`].
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct ClampCounts {
    pub cap: u64,
    pub ahead: u64,
    pub early: u64,
    pub late: u64,
    pub unknown: u64,
}

impl ShotTally {
    pub fn new() -> ShotTally {
        ShotTally {
            fired: 0,
            hit: 0,
            stamped: 0,
            clamps: [0; 6],
            differs: [0; 3],
            exact_hits: 0,
            rewind_256ths: Histogram::new_with_bounds(1, REWIND_256THS_MAX, 3).expect("bounds are constants that fit"),
        }
    }

    pub fn record(&mut self, shot: &ShotEvidence) {
        self.stamped += 1;
        self.clamps[shot.clamp as usize] += 1;
        let exact = shot.verdicts[HitCheck::Exact as usize];
        self.exact_hits += u64::from(exact.is_some());
        for (differs, verdict) in self.differs.iter_mut().zip(shot.verdicts) {
            *differs += u64::from(verdict != exact);
        }
        self.rewind_256ths.saturating_record(shot.used_age_256ths.into());
    }

    pub fn counts(&self, rate: TickRate) -> ShotCounts {
        let [none, cap, ahead, early, late, unknown] = self.clamps;
        let ms = 1000.0 / (256.0 * f64::from(rate.hz()));
        ShotCounts {
            fired: self.fired,
            hit: self.hit,
            stamped: self.stamped,
            clamped: self.stamped - none,
            clamped_by: ClampCounts { cap, ahead, early, late, unknown },
            rewind_ms: Spread::of(&self.rewind_256ths, ms),
            exact_hits: self.exact_hits,
            none_differs: self.differs[HitCheck::None as usize],
            tick_differs: self.differs[HitCheck::WholeTick as usize],
        }
    }
}

impl Default for ShotTally {
    fn default() -> Self {
        Self::new()
    }
}

/// The longest rewind at the highest tick rate, in 1/256 tick, and to spare.
const REWIND_256THS_MAX: u64 = 256 * 256;

const _: () = assert!(Clamp::ALL.len() == 6 && Clamp::Unknown as usize == 5, "clamps are counted by position");
