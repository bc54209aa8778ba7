//! Short-lived specks: sparks, splinters, and puffs of smoke.
//!
//! Alone because it is a small simulation of its own, for looks only; nothing reads it back.

use crate::gui::canvas::{Canvas, Fill};
use crate::gui::palette;
use bevy::prelude::*;
use tickshot_shared::rng::Rng;

/// All specks in flight; the oldest make room for new ones.
pub(super) struct Particles {
    specks: Vec<Speck>,
    rng: Rng,
}

struct Speck {
    at: Vec2,
    /// Metres per second.
    speed: Vec2,
    age_s: f32,
    life_s: f32,
    size: f32,
    colour: Color,
    glow: f32,
    puff: bool,
}

/// What a burst looks like.
#[derive(Clone, Copy)]
pub(super) struct Burst {
    pub count: u32,
    /// Middle of the fan and half its width, radians.
    pub direction: f32,
    pub half_fan: f32,
    /// Fastest speed, metres per second; specks start between a quarter of it and all of it.
    pub speed: f32,
    pub life_s: f32,
    pub size: f32,
    pub colour: Color,
    pub glow: f32,
    /// A soft disc that swells, instead of a streak.
    pub puff: bool,
}

impl Burst {
    /// Glowing streaks all around; what differs is set by whoever uses it.
    pub(super) const SPARKS: Burst = Burst {
        count: 6,
        direction: 0.0,
        half_fan: std::f32::consts::PI,
        speed: 7.0,
        life_s: 0.28,
        size: 0.07,
        colour: palette::SPARK,
        glow: 0.8,
        puff: false,
    };
    pub(super) const SMOKE: Burst = Burst {
        count: 1,
        speed: 0.6,
        life_s: 0.7,
        size: 0.20,
        colour: palette::SMOKE,
        glow: 0.0,
        puff: true,
        ..Burst::SPARKS
    };
}

impl Particles {
    pub(super) fn burst(&mut self, at: Vec2, burst: Burst) {
        for _ in 0..burst.count {
            let angle = burst.direction + burst.half_fan * (self.unit() * 2.0 - 1.0);
            let speed = Vec2::from_angle(angle) * burst.speed * (0.25 + 0.75 * self.unit());
            let (life_s, size) = (burst.life_s * (0.5 + 0.5 * self.unit()), burst.size * (0.6 + 0.4 * self.unit()));
            let (colour, glow, puff) = (burst.colour, burst.glow, burst.puff);
            self.specks.push(Speck { at, speed, age_s: 0.0, life_s, size, colour, glow, puff });
        }
        let surplus = self.specks.len().saturating_sub(SPECKS_MAX);
        self.specks.drain(..surplus);
    }

    pub(super) fn advance(&mut self, dt_s: f32) {
        for speck in &mut self.specks {
            speck.age_s += dt_s;
            speck.at += speck.speed * dt_s;
            speck.speed *= (-DRAG_PER_S * dt_s).exp();
        }
        self.specks.retain(|speck| speck.age_s < speck.life_s);
    }

    pub(super) fn paint(&self, canvas: &mut Canvas) {
        for speck in &self.specks {
            let left = 1.0 - speck.age_s / speck.life_s;
            if speck.puff {
                let (r, thin) = (speck.size * (1.6 - left), speck.colour.alpha() * 0.34 * left);
                canvas.disc(speck.at, r * 0.5, Fill::soft(palette::faded(speck.colour, thin), r));
                continue;
            }
            let fill = Fill { colour: palette::faded(speck.colour, left), soft: 0.0, glow: speck.glow, outline: 0.0 };
            // Fast specks are streaks along their way.
            canvas.stroke(speck.at - speck.speed * STREAK_S, speck.at, speck.size * (0.4 + 0.6 * left), fill);
        }
    }

    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.specks.len()
    }

    /// Evenly from 0 to 1.
    fn unit(&mut self) -> f32 {
        self.rng.below(1 << 16) as f32 / 65_535.0
    }
}

impl Default for Particles {
    fn default() -> Self {
        // The same sparks in every run: looks depend on nothing hidden.
        Particles { specks: Vec::new(), rng: Rng::fork(1, 0x0073_7061_726b) }
    }
}

/// Specks alive at once; a fight of 16 players keeps about 250.
const SPECKS_MAX: usize = 512;
const DRAG_PER_S: f32 = 5.0;
const STREAK_S: f32 = 0.018;
