//! Short-lived specks: sparks, muzzle smoke, the burst of a death.
//!
//! Alone because it is a small simulation of its own, for looks only; nothing reads it back.

use super::canvas::{Canvas, Fill};
use super::palette;
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
}

impl Particles {
    pub(super) fn burst(&mut self, at: Vec2, burst: Burst) {
        for _ in 0..burst.count {
            let angle = burst.direction + burst.half_fan * (self.unit() * 2.0 - 1.0);
            let speed = Vec2::from_angle(angle) * burst.speed * (0.25 + 0.75 * self.unit());
            let (life_s, size) = (burst.life_s * (0.5 + 0.5 * self.unit()), burst.size * (0.6 + 0.4 * self.unit()));
            let (colour, glow) = (burst.colour, burst.glow);
            self.specks.push(Speck { at, speed, age_s: 0.0, life_s, size, colour, glow });
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
            let fill = Fill { colour: palette::faded(speck.colour, left), soft: 0.0, glow: speck.glow, outline: 0.0 };
            // Fast specks are streaks along their way.
            canvas.stroke(speck.at - speck.speed * STREAK_S, speck.at, speck.size * (0.4 + 0.6 * left), fill);
        }
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

/// Specks alive at once; a fight of 16 players keeps about 150.
const SPECKS_MAX: usize = 512;
const DRAG_PER_S: f32 = 5.0;
const STREAK_S: f32 = 0.018;
