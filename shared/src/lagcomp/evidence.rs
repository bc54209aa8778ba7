//! What is written down of a judged shot.
//!
//! Turns views of the past into plain numbers; decides nothing.

use super::Tells;
use super::plausibility::Allowed;
use super::rewind::{Past, Sight, Target};
use crate::ids::Id;
use crate::modes::HitCheck;
use crate::protocol::evidence::{ShotEvidence, TargetEvidence};
use crate::sim::combat::{Foes, Shot, Verdict};
use crate::sim::input::ViewStamp;
use crate::sim::world::{Slot, World};
use glam::{I64Vec2, IVec2};

/// One shot as it was judged.
pub(super) struct Judged<'a, T> {
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
    pub drawn: &'a Past<'a, T>,
}

impl<T: Tells> Judged<'_, T> {
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
