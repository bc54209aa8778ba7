//! Bodies: the own player and every other one that is known of, with how they come and go, recoil and dash.
//!
//! It must not know where poses come from, nor how a body is painted (see `figure`).

use super::arms::{kick_m, reach_m};
use super::canvas::World;
use super::figure::{self, Figure};
use super::palette::Tints;
use crate::view::{Effect, OtherView, ViewModel};
use bevy::prelude::*;
use std::collections::BTreeMap;
use tickshot_shared::sim::weapon::Weapon;

/// What was drawn of each player last, so that nobody pops in or out.
#[derive(Resource, Default)]
pub(super) struct Bodies(BTreeMap<u16, Body>);

#[derive(Default)]
struct Body {
    at: Vec2,
    aim: f32,
    weapon: Weapon,
    /// Seconds since it appeared.
    shown_s: f32,
    /// Seconds since it was last told of; 0 while it is.
    gone_s: f32,
    /// It died, rather than went out of sight.
    dead: bool,
    /// How far its weapon is thrown back, metres.
    kick: f32,
    /// Seconds until its dash is over.
    dash_s: f32,
    /// Where it was in its dash, and how long ago.
    wake: Vec<(Vec2, f32)>,
}

/// Who is no longer alive lies where it died and looks around: walls hide nothing from it that it is told.
pub(super) fn is_seen(view: &ViewModel, other: &OtherView) -> bool {
    other.in_sight || !view.own.is_some_and(|own| own.alive)
}

pub(super) fn paint(
    time: Res<Time<Real>>,
    view: Res<ViewModel>,
    tints: Res<Tints>,
    mut bodies: ResMut<Bodies>,
    mut canvas: ResMut<World>,
) {
    bodies.age(time.delta_secs(), view.passed_s.unwrap_or(time.delta_secs()));
    bodies.follow(&view);
    bodies.take_effects(&view);
    bodies.0.retain(|_, body| body.gone_s < if body.dead { DEATH_S } else { VANISH_S });
    let own_slot = view.own.map(|own| own.slot);
    for (slot, body) in &bodies.0 {
        for (at, age_s) in &body.wake {
            figure::paint_wake(&mut canvas, *at, 1.0 - age_s / WAKE_S, tints.of(*slot));
        }
    }
    for (slot, body) in bodies.0.iter().filter(|(slot, _)| Some(**slot) != own_slot) {
        let hollow = view.others.iter().any(|other| other.slot == *slot && other.starved);
        figure::paint(&mut canvas, body.figure(*slot, &tints, false, hollow));
    }
    if let Some((own, body)) = view.own.and_then(|own| Some((own, bodies.0.get(&own.slot)?))) {
        figure::paint(&mut canvas, body.figure(own.slot, &tints, true, false));
        if own.alive {
            figure::paint_readiness(&mut canvas, &own);
        }
    }
}

impl Bodies {
    /// Coming and going is told by the clock, `dt_s`; what bodies do, by the time in the picture, `passed_s`.
    fn age(&mut self, dt_s: f32, passed_s: f32) {
        for body in self.0.values_mut() {
            body.shown_s += dt_s;
            body.gone_s += dt_s;
            body.kick *= (-passed_s / KICK_S).exp();
            body.dash_s = (body.dash_s - passed_s).max(0.0);
            body.wake.retain_mut(|(_, age_s)| {
                *age_s += passed_s;
                *age_s < WAKE_S
            });
        }
    }

    fn follow(&mut self, view: &ViewModel) {
        // Who steps behind a wall fades like one who is no longer told of.
        let seen = view.others.iter().filter(|other| is_seen(view, other));
        let others = seen.map(|other| (other.slot, other.pos, other.aim, other.alive, other.weapon));
        let own = view.own.iter().map(|own| (own.slot, own.pos, own.aim, own.alive, own.weapon));
        for (slot, at, aim, alive, weapon) in others.chain(own) {
            if alive {
                let body = self.0.entry(slot).or_default();
                if body.dead {
                    (body.shown_s, body.dead) = (0.0, false);
                }
                (body.at, body.aim, body.weapon, body.gone_s) = (at, aim, weapon, 0.0);
                body.leave_wake();
            } else if let Some(body) = self.0.get_mut(&slot) {
                body.dead = true;
            }
        }
        if let Some((own, body)) = view.own.and_then(|own| Some((own, self.0.get_mut(&own.slot)?))) {
            body.dash_s = if own.dashing { body.dash_s.max(0.02) } else { body.dash_s };
        }
    }

    fn take_effects(&mut self, view: &ViewModel) {
        for effect in &view.effects {
            let slot = match effect {
                Effect::Died { slot, .. } | Effect::Spawned { slot, .. } | Effect::Dashed { slot, .. } => slot,
                Effect::Shot { slot, .. } | Effect::Launched { slot, .. } => slot,
                _ => continue,
            };
            let Some(body) = self.0.get_mut(slot) else { continue };
            match effect {
                Effect::Died { .. } => body.dead = true,
                Effect::Spawned { .. } => body.shown_s = 0.0,
                Effect::Dashed { .. } => body.dash_s = DASH_S,
                Effect::Shot { weapon, .. } => body.kick = kick_m(*weapon),
                _ => body.kick = kick_m(Weapon::Launcher),
            }
        }
    }

    /// Where the muzzle of the player in `slot` is drawn.
    pub(super) fn muzzle(&self, slot: u16) -> Option<Vec2> {
        let body = self.0.get(&slot)?;
        Some(body.at + Vec2::from_angle(body.aim) * reach_m(body.weapon))
    }
}

impl Body {
    /// Remembers the way of a dash, in steps that overlap.
    fn leave_wake(&mut self) {
        let moved = self.wake.last().is_none_or(|(last, _)| last.distance(self.at) > WAKE_STEP_M);
        if self.dash_s > 0.0 && moved && self.wake.len() < WAKE_MAX {
            self.wake.push((self.at, 0.0));
        }
    }

    fn figure(&self, slot: u16, tints: &Tints, own: bool, hollow: bool) -> Figure {
        let arrival = (self.shown_s / APPEAR_S).min(1.0);
        let departure = self.gone_s / if self.dead { DEATH_S } else { VANISH_S };
        let shrink = if self.dead { 1.0 - 0.8 * departure } else { 1.0 };
        // A little overshoot makes an arrival a pop.
        let pop = if arrival < 1.0 { arrival * (2.2 - 1.2 * arrival) } else { 1.0 };
        Figure {
            at: self.at,
            along: Vec2::from_angle(self.aim),
            weapon: self.weapon,
            colour: tints.of(slot),
            pips: tints.pips(slot),
            size: shrink * pop.max(0.05),
            opacity: (1.0 - departure).clamp(0.0, 1.0) * arrival,
            kick: self.kick,
            own,
            hollow,
        }
    }
}

const APPEAR_S: f32 = 0.14;
/// How long a player that went out of sight fades.
const VANISH_S: f32 = 0.12;
const DEATH_S: f32 = 0.28;
/// A weapon is back in place after a few times this.
const KICK_S: f32 = 0.07;
/// How long others' dashes show: the rules' 150 ms.
const DASH_S: f32 = 0.15;
const WAKE_S: f32 = 0.32;
const WAKE_STEP_M: f32 = 0.22;
const WAKE_MAX: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::OwnView;

    fn other(slot: u16, in_sight: bool) -> OtherView {
        let (pos, aim, weapon, team) = (Vec2::ZERO, 0.0, Weapon::Rifle, None);
        OtherView { slot, pos, aim, alive: true, weapon, team, starved: false, in_sight }
    }

    #[test]
    fn walls_hide_others_from_the_living_only() {
        let own = OwnView { alive: true, ..default() };
        let mut view = ViewModel { own: Some(own), others: vec![other(1, false)], ..default() };
        assert!(!is_seen(&view, &view.others[0]));
        view.own = Some(OwnView { alive: false, ..own });
        assert!(is_seen(&view, &view.others[0]));
    }

    #[test]
    fn a_shot_throws_the_weapon_back_and_it_returns() {
        let shot = Effect::Shot { slot: 1, weapon: Weapon::Shotgun, ray: 0, from: Vec2::ZERO, to: Vec2::X, own: false };
        let view = ViewModel { others: vec![other(1, true)], effects: vec![shot], ..default() };
        let mut bodies = Bodies::default();
        bodies.follow(&view);
        let rest = bodies.muzzle(1);
        bodies.take_effects(&view);
        assert!(bodies.0[&1].kick > 0.1);
        bodies.age(1.0, 1.0);
        assert!(bodies.0[&1].kick < 0.001);
        assert_eq!(bodies.muzzle(1), rest, "the muzzle itself stays where shots start");
    }
}
