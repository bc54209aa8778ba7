//! One shot: muzzle flash, tracer, and sparks where it ends.
//!
//! A rifle draws one long bright line, a shotgun a fan of short streaks that fly. Must not know of rockets.

use super::{Burst, Effects, TRACERS_MAX, limit};
use crate::gui::canvas::{Canvas, Fill};
use crate::gui::figure::BODY_RADIUS_M;
use crate::gui::palette::{self, Tints};
use crate::view::ViewModel;
use bevy::prelude::*;
use tickshot_shared::sim::weapon::Weapon;

/// One ray of a shot, from the drawn muzzle to where it ends.
#[derive(Clone, Copy)]
pub(super) struct Shot {
    pub slot: u16,
    pub weapon: Weapon,
    /// Which ray of the shot: the first alone flashes.
    pub ray: u8,
    pub from: Vec2,
    pub to: Vec2,
    pub own: bool,
}

pub(super) struct Tracer {
    shot: Shot,
    colour: Color,
    pub age_s: f32,
    pub life_s: f32,
}

impl Effects {
    pub(super) fn add_shot(&mut self, view: &ViewModel, tints: &Tints, shot: Shot) {
        let Shot { slot, weapon, from, to, .. } = shot;
        let along = (to - from).normalize_or(Vec2::X);
        let life_s = match weapon {
            Weapon::Shotgun => (from.distance(to) / PELLET_M_PER_S).max(FLASH_S),
            _ => TRACER_S,
        };
        self.tracers.push(Tracer { shot, colour: tints.of(slot), age_s: 0.0, life_s });
        limit(&mut self.tracers, TRACERS_MAX);
        let back = (-along).to_angle();
        let victim = body_at(view, to);
        let count = if weapon == Weapon::Shotgun { 3 } else { 7 };
        let sparks = Burst { count, direction: back, half_fan: 1.0, ..Burst::SPARKS };
        self.particles.burst(to, sparks);
        if let Some(victim) = victim {
            let colour = tints.of(victim);
            self.particles.burst(to, Burst { count, speed: 5.0, life_s: 0.4, size: 0.11, colour, glow: 0.1, ..sparks });
        } else {
            self.particles.burst(to, Burst { count: 1, direction: back, size: 0.11, life_s: 0.45, ..Burst::SMOKE });
        }
        if shot.ray == 0 {
            let direction = along.to_angle();
            let smoke =
                Burst { count: 2, direction, half_fan: 0.5, speed: 1.6, life_s: 0.4, size: 0.13, ..Burst::SMOKE };
            self.particles.burst(from, smoke);
        }
    }
}

/// The player whose body the point `at` touches.
fn body_at(view: &ViewModel, at: Vec2) -> Option<u16> {
    let others = view.others.iter().filter(|other| other.alive).map(|other| (other.slot, other.pos));
    let own = view.own.iter().filter(|own| own.alive).map(|own| (own.slot, own.pos));
    others.chain(own).find(|(_, pos)| pos.distance(at) < BODY_RADIUS_M + TOUCH_M).map(|(slot, _)| slot)
}

impl Tracer {
    pub(super) fn paint(&self, canvas: &mut Canvas) {
        let Shot { weapon, from, to, own, .. } = self.shot;
        let left = 1.0 - self.age_s / self.life_s;
        let hot = palette::mixed(self.colour, Color::WHITE, 0.65);
        let (glow, core) = if own { (0.40, 1.0) } else { (0.30, 0.85) };
        if weapon == Weapon::Shotgun {
            let (way, length) = ((to - from).normalize_or(Vec2::X), from.distance(to));
            let head = (self.age_s * PELLET_M_PER_S + PELLET_M).min(length);
            let tail = (head - PELLET_M).max(0.0);
            let fill = Fill::glowing(palette::faded(palette::mixed(hot, palette::SPARK, 0.5), core), 0.05);
            canvas.stroke(from + way * tail, from + way * head, 0.05, fill);
            return;
        }
        let tail = from + (to - from) * (0.7 * (1.0 - left));
        canvas.stroke(tail, to, 0.05, Fill::glowing(palette::faded(self.colour, glow * left), 0.26));
        canvas.stroke(tail, to, 0.045, Fill::glowing(palette::faded(hot, core * left), 0.03));
    }

    pub(super) fn paint_flash(&self, canvas: &mut Canvas) {
        let left = 1.0 - self.age_s / FLASH_S;
        if left <= 0.0 {
            return;
        }
        let Shot { weapon, from, to, .. } = self.shot;
        canvas.disc(to, 0.05, Fill::glowing(palette::faded(palette::SPARK, 0.6 * left), 0.34));
        if self.shot.ray > 0 {
            return;
        }
        let along = (to - from).normalize_or(Vec2::X);
        let (length, width, fan) = if weapon == Weapon::Shotgun { (0.50, 0.20, 0.5) } else { (0.55, 0.13, 0.0) };
        canvas.disc(from, 0.10, Fill::glowing(palette::faded(palette::SPARK, 0.65 * left), 0.50));
        let bright = Fill::glowing(palette::faded(palette::HIT, left), 0.07);
        canvas.stroke(from, from + along * (0.15 + length * left), width * left, bright);
        for side in [-1.0, 1.0] {
            let tongue = Vec2::from_angle(side * (0.75 + fan * 0.2)).rotate(along);
            canvas.stroke(from, from + tongue * (length * (0.35 + fan * 0.4) * left), width * 0.6 * left, bright);
        }
    }
}

const TRACER_S: f32 = 0.11;
const FLASH_S: f32 = 0.06;
/// Pellets are drawn as streaks this long that fly this fast.
const PELLET_M: f32 = 1.1;
const PELLET_M_PER_S: f32 = 110.0;
/// A ray ends on a body's edge, and bodies are drawn at another moment than it was tested in.
const TOUCH_M: f32 = 0.2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pellets_fly_and_a_rifles_ray_does_not() {
        let (mut effects, view, tints) = (Effects::default(), ViewModel::default(), Tints::default());
        for weapon in [Weapon::Rifle, Weapon::Shotgun] {
            let to = Vec2::new(16.5, 0.0);
            effects.add_shot(&view, &tints, Shot { slot: 1, weapon, ray: 0, from: Vec2::ZERO, to, own: false });
        }
        let lives: Vec<f32> = effects.tracers.iter().map(|tracer| tracer.life_s).collect();
        assert_eq!(lives, [TRACER_S, 16.5 / PELLET_M_PER_S]);
    }
}
