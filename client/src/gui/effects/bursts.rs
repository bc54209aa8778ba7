//! Rockets: their flame and smoke while they fly, and what their burst does to the eye.
//!
//! A burst is a flash, a shock ring, light on the floor, splinters, smoke, and a scorch that stays a while. Must not know
//! whom it hurt.

use super::{BLASTS_MAX, Burst, Effects, SCORCHES_MAX, limit};
use crate::gui::canvas::{Canvas, Fill};
use crate::gui::palette;
use crate::view::{RocketView, ViewModel};
use bevy::prelude::*;
use tickshot_shared::limits::UNITS_PER_METRE;
use tickshot_shared::sim::weapon::{ROCKET_SPEED_UNITS_PER_S, SPLASH_UNITS};

/// A burst while it shines.
pub(super) struct Blast {
    at: Vec2,
    pub age_s: f32,
}

/// What a burst leaves on the floor.
pub(super) struct Scorch {
    at: Vec2,
    /// Turns the splashes around it, radians.
    turn: f32,
    pub age_s: f32,
}

impl Effects {
    pub(super) fn add_burst(&mut self, at: Vec2) {
        self.blasts.push(Blast { at, age_s: 0.0 });
        limit(&mut self.blasts, BLASTS_MAX);
        self.scorches.push(Scorch { at, turn: at.x * 3.0 + at.y, age_s: 0.0 });
        limit(&mut self.scorches, SCORCHES_MAX);
        self.particles.burst(at, Burst { count: 7, speed: 2.6, life_s: 1.1, size: 0.75, ..Burst::SMOKE });
        self.particles.burst(at, Burst { count: 16, speed: 15.0, life_s: 0.5, size: 0.10, ..Burst::SPARKS });
        let splinters =
            Burst { speed: 9.0, life_s: 0.7, size: 0.12, colour: palette::IRON, glow: 0.0, ..Burst::SPARKS };
        self.particles.burst(at, Burst { count: 9, ..splinters });
        self.particles.burst(at, Burst { count: 6, colour: palette::FLAME, glow: 0.7, speed: 6.0, ..splinters });
    }

    /// Back-blast and the first smoke.
    pub(super) fn add_launch(&mut self, muzzle: Vec2, from: Vec2) {
        let along = (muzzle - from).normalize_or(Vec2::X).to_angle();
        let smoke = Burst { count: 4, direction: along, half_fan: 0.6, speed: 2.4, size: 0.30, ..Burst::SMOKE };
        self.particles.burst(muzzle, smoke);
        let back = along + std::f32::consts::PI;
        let blast =
            Burst { count: 8, direction: back, half_fan: 0.35, speed: 8.0, colour: palette::FLAME, ..Burst::SPARKS };
        self.particles.burst(from, blast);
    }

    /// Puffs at even distances along each rocket's way.
    pub(super) fn trail_rockets(&mut self, view: &ViewModel, dt_s: f32) {
        let flown = ROCKET_M_PER_S * dt_s;
        self.smoke_due += flown / PUFF_EVERY_M;
        let puffs = (self.smoke_due.floor() as u32).min(PUFFS_PER_FRAME_MAX);
        self.smoke_due = self.smoke_due.fract();
        for rocket in &view.rockets {
            let (along, tail) = (Vec2::from_angle(rocket.aim), rocket.pos - Vec2::from_angle(rocket.aim) * 0.35);
            for puff in 0..puffs {
                let at = tail - along * (flown * puff as f32 / puffs.max(1) as f32);
                self.particles.burst(at, Burst { life_s: 0.8, size: 0.26, speed: 0.4, ..Burst::SMOKE });
            }
            let back = rocket.aim + std::f32::consts::PI;
            let sparks = Burst { count: 1, direction: back, half_fan: 0.25, speed: 5.0, life_s: 0.2, ..Burst::SPARKS };
            self.particles.burst(tail, Burst { colour: palette::FLAME, ..sparks });
        }
    }
}

pub(super) fn paint_rocket(canvas: &mut Canvas, rocket: &RocketView) {
    let (at, along) = (rocket.pos, Vec2::from_angle(rocket.aim));
    let (nose, tail) = (at + along * 0.22, at - along * 0.22);
    canvas.disc(at - along * 0.3, 0.25, Fill::glowing(palette::faded(palette::FLAME, 0.30), 0.9));
    canvas.stroke(tail, tail - along * 0.50, 0.13, Fill::glowing(palette::faded(palette::FLAME, 0.9), 0.12));
    canvas.stroke(tail, tail - along * 0.24, 0.09, Fill::glowing(palette::HIT, 0.05));
    let fins = along.perp() * 0.13;
    canvas.stroke(tail - fins, tail + fins, 0.07, palette::STEEL_DARK);
    canvas.stroke(tail, nose, 0.19, palette::IRON);
    canvas.stroke(tail, nose, 0.13, palette::STEEL);
    canvas.stroke(at + along * 0.13, nose, 0.13, palette::FLAME);
}

impl Blast {
    /// What the flash throws on floor and walls around it.
    pub(super) fn paint_floor_light(&self, canvas: &mut Canvas) {
        let left = 1.0 - self.age_s / BLAST_S;
        let light = palette::faded(palette::FLAME, 0.42 * left * left);
        canvas.disc(self.at, 0.8, Fill::glowing(light, 2.0 * SPLASH_M));
    }

    pub(super) fn paint(&self, canvas: &mut Canvas) {
        let part = self.age_s / BLAST_S;
        let left = 1.0 - part;
        let eased = 1.0 - left * left * left;
        // The ring runs out to where a burst can hurt.
        let ring = Fill::line(palette::faded(palette::HIT, 0.8 * left), 0.04 + 0.20 * left);
        canvas.disc(self.at, 0.4 + (SPLASH_M - 0.4) * eased, ring);
        if part < FIREBALL_PART {
            let fire = 1.0 - part / FIREBALL_PART;
            let r = 0.5 + 0.9 * (1.0 - fire);
            canvas.disc(self.at, r, Fill::glowing(palette::faded(palette::FLAME, 0.85 * fire), 0.8));
            canvas.disc(self.at, r * 0.55, Fill::glowing(palette::faded(palette::HIT, fire), 0.5));
        }
    }
}

impl Scorch {
    pub(super) fn paint(&self, canvas: &mut Canvas) {
        let left = (1.0 - self.age_s / SCORCH_S).min(0.3) / 0.3;
        let black = palette::faded(palette::SCORCH, 0.42 * left);
        canvas.disc(self.at, 0.30, Fill::soft(black, 0.6));
        for (angle, far, size) in [(0.0, 0.44, 0.18), (1.7, 0.50, 0.13), (3.1, 0.42, 0.20), (4.6, 0.52, 0.12)] {
            let at = self.at + Vec2::from_angle(self.turn + angle) * far;
            canvas.disc(at, size, Fill::soft(palette::faded(palette::SCORCH, 0.28 * left), 0.24));
        }
    }
}

pub(super) const BLAST_S: f32 = 0.45;
pub(super) const SCORCH_S: f32 = 14.0;
/// Part of a burst's time in which there is fire.
const FIREBALL_PART: f32 = 0.5;
const SPLASH_M: f32 = SPLASH_UNITS as f32 / UNITS_PER_METRE as f32;
const ROCKET_M_PER_S: f32 = ROCKET_SPEED_UNITS_PER_S as f32 / UNITS_PER_METRE as f32;
const PUFF_EVERY_M: f32 = 0.45;
const PUFFS_PER_FRAME_MAX: u32 = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rocket_leaves_as_much_smoke_at_any_frame_rate() {
        let rocket = RocketView { slot: 0, pos: Vec2::ZERO, aim: 0.0 };
        let view = ViewModel { rockets: vec![rocket], ..default() };
        let puffs = |frames: u32| {
            let mut effects = Effects::default();
            (0..frames).for_each(|_| effects.trail_rockets(&view, 0.25 / frames as f32));
            // Each frame adds one spark beside the smoke.
            effects.particles.count() - frames as usize
        };
        assert!(puffs(60).abs_diff(puffs(15)) <= 1, "{} and {}", puffs(60), puffs(15));
    }
}
