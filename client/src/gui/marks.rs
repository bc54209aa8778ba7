//! Marks for the person behind the own player: crosshair, hit marker, where damage came from, the pulse of low health.
//!
//! Painted on the canvas last, so that nothing covers them.

use super::camera::Lens;
use super::canvas::{Canvas, Fill};
use super::palette;
use crate::view::{Effect, OwnView, Status, ViewModel};
use bevy::prelude::*;

/// Marks that are still showing, by their age in seconds.
#[derive(Resource)]
pub(super) struct Marks {
    hit_age_s: f32,
    /// Direction of the source and age.
    hurts: Vec<(f32, f32)>,
}

impl Default for Marks {
    fn default() -> Self {
        Marks { hit_age_s: HIT_S, hurts: Vec::new() }
    }
}

pub(super) fn paint(
    time: Res<Time<Real>>,
    view: Res<ViewModel>,
    lens: Res<Lens>,
    mut marks: ResMut<Marks>,
    mut canvas: ResMut<Canvas>,
) {
    marks.advance(time.delta_secs(), &view);
    if view.status != Status::Playing {
        return;
    }
    let Some(own) = view.own else { return };
    paint_edges(&mut canvas, &lens, edge_strength(&own, &marks, time.elapsed_secs()));
    for (angle, age_s) in &marks.hurts {
        let left = 1.0 - age_s / HURT_S;
        let colour = palette::faded(palette::HURT, 0.9 * left);
        canvas.arc(own.pos, HURT_RADIUS_M, angle - HURT_HALF_RAD, 2.0 * HURT_HALF_RAD, 0.14, colour);
        let tip = own.pos + Vec2::from_angle(*angle) * (HURT_RADIUS_M + 0.22);
        canvas.disc(tip, 0.06, colour);
    }
    if own.alive {
        paint_crosshair(&mut canvas, &lens, &own, 1.0 - marks.hit_age_s / HIT_S);
    }
}

impl Marks {
    fn advance(&mut self, dt_s: f32, view: &ViewModel) {
        self.hit_age_s = (self.hit_age_s + dt_s).min(HIT_S);
        self.hurts.retain_mut(|(_, age_s)| {
            *age_s += dt_s;
            *age_s < HURT_S
        });
        for effect in &view.effects {
            match effect {
                Effect::HitConfirmed => self.hit_age_s = 0.0,
                Effect::Hurt { from_angle } => self.hurts.push((*from_angle, 0.0)),
                _ => {}
            }
        }
        let surplus = self.hurts.len().saturating_sub(HURTS_MAX);
        self.hurts.drain(..surplus);
    }
}

/// How red the window's edges are: a flash for fresh damage, a slow pulse at low health.
fn edge_strength(own: &OwnView, marks: &Marks, now_s: f32) -> f32 {
    let fresh = marks.hurts.iter().map(|(_, age_s)| 1.0 - age_s / HURT_S).fold(0.0, f32::max);
    let low = if own.alive { 1.0 - (f32::from(own.health) / LOW_HEALTH).min(1.0) } else { 0.0 };
    let pulse = 0.65 + 0.35 * (now_s * PULSE_RAD_PER_S).sin();
    (0.16 * fresh * fresh).max(low * 0.34 * pulse)
}

/// Red bands along the four edges of the window, fading inwards.
fn paint_edges(canvas: &mut Canvas, lens: &Lens, strength: f32) {
    if strength < 0.01 {
        return;
    }
    let half = lens.half_extent();
    let outer = [Vec2::new(-1.0, -1.0), Vec2::new(1.0, -1.0), Vec2::new(1.0, 1.0), Vec2::new(-1.0, 1.0)];
    let (red, clear) = (palette::faded(palette::HURT, strength), palette::faded(palette::HURT, 0.0));
    for i in 0..4 {
        let (a, b) = (outer[i], outer[(i + 1) % 4]);
        let at = |corner: Vec2, inset: f32| lens.centre + corner * (half - Vec2::splat(inset));
        let corners = [(at(a, 0.0), red), (at(b, 0.0), red), (at(b, EDGE_M), clear), (at(a, EDGE_M), clear)];
        canvas.gradient(corners);
    }
}

fn paint_crosshair(canvas: &mut Canvas, lens: &Lens, own: &OwnView, hit: f32) {
    let at = lens.cursor();
    let px = 1.0 / lens.px_per_metre;
    // The gap opens with a shot and closes as the weapon recovers.
    let gap = (6.0 + 5.0 * (1.0 - own.weapon_ready.clamp(0.0, 1.0))) * px;
    let length = 8.0 * px;
    for (width, colour) in [(4.5, palette::faded(Color::BLACK, 0.55)), (2.0, palette::INK)] {
        for arm in [Vec2::X, Vec2::NEG_X, Vec2::Y, Vec2::NEG_Y] {
            canvas.stroke(at + arm * gap, at + arm * (gap + length), width * px, colour);
        }
        canvas.disc(at, width * 0.55 * px, colour);
    }
    if hit > 0.0 {
        let reach = (9.0 + 5.0 * (1.0 - hit)) * px;
        for (width, colour) in
            [(5.0, palette::faded(Color::BLACK, 0.6 * hit)), (3.0, palette::faded(palette::HURT, hit.sqrt()))]
        {
            for angle in [0.25, 0.75, 1.25, 1.75] {
                let arm = Vec2::from_angle(angle * std::f32::consts::PI);
                canvas.stroke(at + arm * reach, at + arm * (reach + 9.0 * px), width * px, Fill::from(colour));
            }
        }
    }
}

const HIT_S: f32 = 0.22;
const HURT_S: f32 = 0.9;
const HURT_RADIUS_M: f32 = 1.25;
const HURT_HALF_RAD: f32 = 0.42;
/// Damage cues showing at once; more say nothing new.
const HURTS_MAX: usize = 8;
/// Health below which the edges pulse.
const LOW_HEALTH: f32 = 35.0;
const PULSE_RAD_PER_S: f32 = 6.0;
const EDGE_M: f32 = 1.3;
