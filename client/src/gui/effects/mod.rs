//! What happened, made visible: shots, rockets and their bursts, deaths and spawns, what was taken.
//!
//! Effects arrive once in the view model and live on here for their short time. It must not know why they happened, nor of
//! marks on the screen (see `marks`).

mod bursts;
mod particles;
mod shots;

use super::canvas::{Canvas, Fill, World};
use super::palette::{self, Tints};
use super::players::{Bodies, is_seen};
use crate::view::{Effect, ViewModel};
use bevy::prelude::*;
use bursts::{Blast, Scorch};
use particles::{Burst, Particles};
use shots::Tracer;

/// Effects that are still showing.
#[derive(Resource, Default)]
pub(super) struct Effects {
    tracers: Vec<Tracer>,
    blasts: Vec<Blast>,
    scorches: Vec<Scorch>,
    rings: Vec<Ring>,
    stains: Vec<Stain>,
    particles: Particles,
    /// Part of a puff of smoke that rockets still owe.
    smoke_due: f32,
}

/// A circle that grows or shrinks and fades.
struct Ring {
    at: Vec2,
    from_radius: f32,
    to_radius: f32,
    life_s: f32,
    colour: Color,
    age_s: f32,
}

/// What a death leaves on the floor for a while.
struct Stain {
    at: Vec2,
    colour: Color,
    age_s: f32,
}

/// Takes in this frame's effects and ages the rest.
pub(super) fn collect(
    time: Res<Time<Real>>,
    view: Res<ViewModel>,
    tints: Res<Tints>,
    bodies: Res<Bodies>,
    mut effects: ResMut<Effects>,
) {
    let passed_s = view.passed_s.unwrap_or(time.delta_secs());
    effects.advance(passed_s);
    effects.trail_rockets(&view, passed_s);
    for effect in &view.effects {
        match *effect {
            Effect::Shot { slot, weapon, ray, from, to, own } => {
                let muzzle = bodies.muzzle(slot).filter(|muzzle| muzzle.distance(from) < MUZZLE_OFF_M_MAX);
                let shot = shots::Shot { slot, weapon, ray, from: muzzle.unwrap_or(from), to, own };
                effects.add_shot(&view, &tints, shot);
            }
            // What happens behind a wall is told, but not seen.
            Effect::Died { slot, .. } | Effect::Spawned { slot, .. } if is_hidden(&view, slot) => {}
            Effect::Died { slot, pos } => effects.add_death(tints.of(slot), pos),
            Effect::Spawned { slot, pos } => effects.add_spawn(tints.of(slot), pos),
            Effect::Launched { slot, from, .. } => effects.add_launch(bodies.muzzle(slot).unwrap_or(from), from),
            Effect::Burst { pos, .. } => effects.add_burst(pos),
            Effect::Dashed { pos, .. } => effects.add_dust(pos),
            Effect::PickedUp { kind, pos, .. } => effects.add_taken(palette::pickup(kind), pos),
            Effect::PickupBack { kind, pos } => effects.add_back(palette::pickup(kind), pos),
            // Heard, or marks on the screen.
            Effect::HitConfirmed
            | Effect::Hurt { .. }
            | Effect::DryFire
            | Effect::ReloadBegan
            | Effect::ReloadDone
            | Effect::PhaseBegan { .. }
            | Effect::ChatCame => {}
        }
    }
}

fn is_hidden(view: &ViewModel, slot: u16) -> bool {
    view.others.iter().any(|other| other.slot == slot && !is_seen(view, other))
}

/// Under the bodies: what lies on the floor, light on it, and tracers.
pub(super) fn paint_under(view: Res<ViewModel>, effects: Res<Effects>, mut canvas: ResMut<World>) {
    for scorch in &effects.scorches {
        scorch.paint(&mut canvas);
    }
    for stain in &effects.stains {
        stain.paint(&mut canvas);
    }
    for blast in &effects.blasts {
        blast.paint_floor_light(&mut canvas);
    }
    for tracer in &effects.tracers {
        tracer.paint(&mut canvas);
    }
    for rocket in &view.rockets {
        bursts::paint_rocket(&mut canvas, rocket);
    }
}

/// Over the bodies: flashes, rings, sparks, smoke.
pub(super) fn paint_over(effects: Res<Effects>, mut canvas: ResMut<World>) {
    for tracer in &effects.tracers {
        tracer.paint_flash(&mut canvas);
    }
    effects.particles.paint(&mut canvas);
    for blast in &effects.blasts {
        blast.paint(&mut canvas);
    }
    for ring in &effects.rings {
        ring.paint(&mut canvas);
    }
}

impl Ring {
    fn paint(&self, canvas: &mut Canvas) {
        let part = self.age_s / self.life_s;
        let eased = 1.0 - (1.0 - part) * (1.0 - part);
        let radius = self.from_radius + (self.to_radius - self.from_radius) * eased;
        let line = Fill::line(palette::faded(self.colour, 0.9 * (1.0 - part)), 0.03 + 0.10 * (1.0 - part));
        canvas.disc(self.at, radius, line);
    }
}

impl Stain {
    fn paint(&self, canvas: &mut Canvas) {
        let left = 1.0 - self.age_s / STAIN_S;
        let colour = palette::faded(palette::mixed(self.colour, Color::BLACK, 0.75), 0.5 * left.min(0.4) / 0.4);
        canvas.disc(self.at, 0.42, Fill::soft(colour, 0.35));
        canvas.disc(self.at + Vec2::new(0.30, 0.16), 0.16, Fill::soft(colour, 0.2));
        canvas.disc(self.at + Vec2::new(-0.24, -0.28), 0.12, Fill::soft(colour, 0.2));
    }
}

impl Effects {
    fn advance(&mut self, dt_s: f32) {
        self.tracers.retain_mut(|tracer| older(&mut tracer.age_s, dt_s) < tracer.life_s);
        self.blasts.retain_mut(|blast| older(&mut blast.age_s, dt_s) < bursts::BLAST_S);
        self.scorches.retain_mut(|scorch| older(&mut scorch.age_s, dt_s) < bursts::SCORCH_S);
        self.rings.retain_mut(|ring| older(&mut ring.age_s, dt_s) < ring.life_s);
        self.stains.retain_mut(|stain| older(&mut stain.age_s, dt_s) < STAIN_S);
        self.particles.advance(dt_s);
    }

    fn add_death(&mut self, colour: Color, at: Vec2) {
        self.stains.push(Stain { at, colour, age_s: 0.0 });
        limit(&mut self.stains, STAINS_MAX);
        self.add_ring(Ring { at, from_radius: 0.3, to_radius: 1.5, life_s: 0.45, colour, age_s: 0.0 });
        self.add_ring(Ring { at, from_radius: 0.2, to_radius: 0.8, life_s: 0.25, colour: palette::HIT, age_s: 0.0 });
        let splinters = Burst { count: 22, speed: 8.0, life_s: 0.65, size: 0.15, colour, glow: 0.15, ..Burst::SPARKS };
        self.particles.burst(at, splinters);
        self.particles.burst(at, Burst { count: 8, speed: 5.0, size: 0.08, glow: 1.0, ..splinters });
        self.particles.burst(at, Burst { count: 3, colour: palette::faded(colour, 0.7), ..Burst::SMOKE });
    }

    fn add_spawn(&mut self, colour: Color, at: Vec2) {
        let colour = palette::mixed(colour, Color::WHITE, 0.4);
        self.add_ring(Ring { at, from_radius: 1.7, to_radius: 0.45, life_s: 0.40, colour, age_s: 0.0 });
        self.add_ring(Ring { at, from_radius: 0.4, to_radius: 1.1, life_s: 0.60, colour, age_s: 0.0 });
        let motes = Burst { count: 10, speed: 3.0, life_s: 0.5, size: 0.06, colour, ..Burst::SPARKS };
        self.particles.burst(at, motes);
    }

    /// Kicked up by whoever dashes away.
    fn add_dust(&mut self, at: Vec2) {
        let dust = Burst { count: 5, speed: 2.2, life_s: 0.45, size: 0.16, ..Burst::SMOKE };
        self.particles.burst(at, dust);
    }

    fn add_taken(&mut self, colour: Color, at: Vec2) {
        self.add_ring(Ring { at, from_radius: 0.3, to_radius: 0.95, life_s: 0.35, colour, age_s: 0.0 });
        let up = -std::f32::consts::FRAC_PI_2;
        let motes = Burst { count: 9, direction: up, half_fan: 0.7, speed: 4.5, life_s: 0.5, colour, ..Burst::SPARKS };
        self.particles.burst(at, motes);
    }

    fn add_back(&mut self, colour: Color, at: Vec2) {
        self.add_ring(Ring { at, from_radius: 1.0, to_radius: 0.45, life_s: 0.40, colour, age_s: 0.0 });
    }

    fn add_ring(&mut self, ring: Ring) {
        self.rings.push(ring);
        limit(&mut self.rings, RINGS_MAX);
    }
}

fn older(age_s: &mut f32, dt_s: f32) -> f32 {
    *age_s += dt_s;
    *age_s
}

/// Drops the oldest beyond `max`.
fn limit<T>(list: &mut Vec<T>, max: usize) {
    let surplus = list.len().saturating_sub(max);
    list.drain(..surplus);
}

const STAIN_S: f32 = 8.0;
/// A drawn muzzle further than this from where a shot began is another moment's.
const MUZZLE_OFF_M_MAX: f32 = 1.6;
/// Shots, rings and stains showing at once: more than 64 players can cause in their short lives.
const TRACERS_MAX: usize = 256;
const RINGS_MAX: usize = 128;
const STAINS_MAX: usize = 48;
const BLASTS_MAX: usize = 32;
const SCORCHES_MAX: usize = 32;
