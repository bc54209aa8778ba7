//! What happened, made visible: tracers, muzzle flashes, impacts, deaths and spawns.
//!
//! Effects arrive once in the view model and live on here for their short time. It must not know why they happened.

use super::camera::Lens;
use super::canvas::{Canvas, Fill};
use super::palette;
use super::particles::{Burst, Particles};
use super::players::GUN_REACH_M;
use crate::view::{Effect, ViewModel};
use bevy::prelude::*;

/// Effects that are still showing.
#[derive(Resource, Default)]
pub(super) struct Effects {
    tracers: Vec<Tracer>,
    rings: Vec<Ring>,
    stains: Vec<Stain>,
    particles: Particles,
}

struct Tracer {
    from: Vec2,
    to: Vec2,
    colour: Color,
    own: bool,
    age_s: f32,
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

/// Takes in this frame's effects and ages the rest. Starts the canvas: nothing may be painted before.
pub(super) fn collect(
    time: Res<Time<Real>>,
    view: Res<ViewModel>,
    lens: Res<Lens>,
    mut canvas: ResMut<Canvas>,
    mut effects: ResMut<Effects>,
) {
    canvas.begin(lens.pixel());
    effects.advance(time.delta_secs());
    for effect in &view.effects {
        match *effect {
            Effect::Shot { slot, from, to, own, .. } => effects.add_shot(&view, slot, from, to, own),
            // What happens behind a wall is told, but not seen.
            Effect::Died { slot, .. } | Effect::Spawned { slot, .. } if is_hidden(&view, slot) => {}
            Effect::Died { slot, pos } => effects.add_death(slot, pos),
            Effect::Spawned { slot, pos } => effects.add_spawn(slot, pos),
            // Marks on the screen, not in the world: see `marks`.
            _ => {}
        }
    }
}

fn is_hidden(view: &ViewModel, slot: u16) -> bool {
    view.others.iter().any(|other| other.slot == slot && !other.in_sight)
}

/// Under the bodies: stains and tracers.
pub(super) fn paint_under(effects: Res<Effects>, mut canvas: ResMut<Canvas>) {
    for stain in &effects.stains {
        let left = 1.0 - stain.age_s / STAIN_S;
        let colour = palette::faded(palette::mixed(stain.colour, Color::BLACK, 0.75), 0.5 * left.min(0.4) / 0.4);
        canvas.disc(stain.at, 0.42, Fill::soft(colour, 0.35));
        canvas.disc(stain.at + Vec2::new(0.30, 0.16), 0.16, Fill::soft(colour, 0.2));
        canvas.disc(stain.at + Vec2::new(-0.24, -0.28), 0.12, Fill::soft(colour, 0.2));
    }
    for tracer in &effects.tracers {
        let left = 1.0 - tracer.age_s / TRACER_S;
        let tail = tracer.from + (tracer.to - tracer.from) * (0.7 * (1.0 - left));
        let (glow, core) = if tracer.own { (0.40, 1.0) } else { (0.30, 0.85) };
        canvas.stroke(tail, tracer.to, 0.05, Fill::glowing(palette::faded(tracer.colour, glow * left), 0.30));
        let hot = palette::mixed(tracer.colour, Color::WHITE, 0.65);
        canvas.stroke(tail, tracer.to, 0.045, Fill::glowing(palette::faded(hot, core * left), 0.03));
    }
}

/// Over the bodies: flashes, rings, sparks.
pub(super) fn paint_over(effects: Res<Effects>, mut canvas: ResMut<Canvas>) {
    for tracer in &effects.tracers {
        let left = 1.0 - tracer.age_s / FLASH_S;
        if left <= 0.0 {
            continue;
        }
        let along = (tracer.to - tracer.from).normalize_or(Vec2::X);
        canvas.disc(tracer.from, 0.10, Fill::glowing(palette::faded(palette::SPARK, 0.75 * left), 0.55));
        let tip = tracer.from + along * (0.20 + 0.35 * left);
        canvas.stroke(tracer.from, tip, 0.16 * left, Fill::glowing(palette::faded(palette::HIT, left), 0.08));
        canvas.disc(tracer.to, 0.05, Fill::glowing(palette::faded(palette::SPARK, 0.7 * left), 0.40));
    }
    for ring in &effects.rings {
        let part = ring.age_s / ring.life_s;
        let eased = 1.0 - (1.0 - part) * (1.0 - part);
        let radius = ring.from_radius + (ring.to_radius - ring.from_radius) * eased;
        let line = Fill::line(palette::faded(ring.colour, 0.9 * (1.0 - part)), 0.03 + 0.10 * (1.0 - part));
        canvas.disc(ring.at, radius, line);
    }
    effects.particles.paint(&mut canvas);
}

impl Effects {
    fn advance(&mut self, dt_s: f32) {
        self.tracers.retain_mut(|tracer| older(&mut tracer.age_s, dt_s) < TRACER_S);
        self.rings.retain_mut(|ring| older(&mut ring.age_s, dt_s) < ring.life_s);
        self.stains.retain_mut(|stain| older(&mut stain.age_s, dt_s) < STAIN_S);
        self.particles.advance(dt_s);
    }

    fn add_shot(&mut self, view: &ViewModel, slot: u16, from: Vec2, to: Vec2, own: bool) {
        let shooter = match view.own {
            Some(own) if own.slot == slot => Some(own.pos),
            _ => view.others.iter().find(|other| other.slot == slot).map(|other| other.pos),
        };
        // The shot starts in the body; what is seen of it starts at the end of the gun.
        let along = (to - from).normalize_or(Vec2::X);
        let in_body = shooter.map_or(0.0, |body| (GUN_REACH_M - body.distance(from)).max(0.0));
        let muzzle = from + along * in_body.min(from.distance(to));
        let colour = palette::player(slot);
        self.tracers.push(Tracer { from: muzzle, to, colour, own, age_s: 0.0 });
        limit(&mut self.tracers, TRACERS_MAX);
        let back = (-along).to_angle();
        let spark = Burst {
            count: 6,
            direction: back,
            half_fan: 1.0,
            speed: 7.0,
            life_s: 0.28,
            size: 0.07,
            colour: palette::SPARK,
            glow: 0.8,
        };
        self.particles.burst(to, spark);
        let smoke = Burst {
            count: 2,
            direction: along.to_angle(),
            half_fan: 0.4,
            speed: 2.0,
            life_s: 0.30,
            size: 0.12,
            colour: palette::faded(palette::INK_SOFT, 0.35),
            glow: 0.0,
        };
        self.particles.burst(muzzle, smoke);
    }

    fn add_death(&mut self, slot: u16, at: Vec2) {
        let colour = palette::player(slot);
        self.stains.push(Stain { at, colour, age_s: 0.0 });
        limit(&mut self.stains, STAINS_MAX);
        self.add_ring(Ring { at, from_radius: 0.3, to_radius: 1.5, life_s: 0.45, colour, age_s: 0.0 });
        self.add_ring(Ring { at, from_radius: 0.2, to_radius: 0.8, life_s: 0.25, colour: palette::HIT, age_s: 0.0 });
        let burst = Burst {
            count: 22,
            direction: 0.0,
            half_fan: std::f32::consts::PI,
            speed: 8.0,
            life_s: 0.65,
            size: 0.15,
            colour,
            glow: 0.15,
        };
        self.particles.burst(at, burst);
        self.particles
            .burst(at, Burst { count: 8, speed: 5.0, colour: palette::SPARK, glow: 1.0, size: 0.08, ..burst });
    }

    fn add_spawn(&mut self, slot: u16, at: Vec2) {
        let colour = palette::mixed(palette::player(slot), Color::WHITE, 0.4);
        self.add_ring(Ring { at, from_radius: 1.7, to_radius: 0.45, life_s: 0.40, colour, age_s: 0.0 });
        self.add_ring(Ring { at, from_radius: 0.4, to_radius: 1.1, life_s: 0.60, colour, age_s: 0.0 });
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

const TRACER_S: f32 = 0.11;
const FLASH_S: f32 = 0.06;
const STAIN_S: f32 = 8.0;
/// Shots, rings and stains showing at once: more than 64 players can cause in their short lives.
const TRACERS_MAX: usize = 128;
const RINGS_MAX: usize = 128;
const STAINS_MAX: usize = 48;
