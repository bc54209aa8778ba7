//! What lies about: a pad for each pickup, and over it what it gives, as a plain sign in a soft light.
//!
//! It must not know when a pickup comes back; what was taken leaves its pad empty.

use super::canvas::{Canvas, Fill, World};
use super::palette;
use crate::view::{PickupView, Status, ViewModel};
use bevy::prelude::*;
use tickshot_shared::sim::pickup::PickupKind;

pub(super) fn paint(time: Res<Time<Real>>, view: Res<ViewModel>, mut canvas: ResMut<World>) {
    if !matches!(view.status, Status::Playing | Status::Attract | Status::Watching) {
        return;
    }
    for pickup in &view.pickups {
        paint_one(&mut canvas, pickup, time.elapsed_secs());
    }
}

fn paint_one(canvas: &mut Canvas, pickup: &PickupView, now_s: f32) {
    let (at, light) = (pickup.pos, palette::pickup(pickup.kind));
    canvas.disc(at, PAD_M, palette::faded(palette::IRON, 0.55));
    if !pickup.there {
        canvas.disc(at, PAD_M - 0.04, Fill::line(palette::faded(light, 0.22), 0.04));
        return;
    }
    // Neighbours do not bob in step.
    let phase = now_s * BOB_RAD_PER_S + at.x + at.y * 0.7;
    let (lift, breath) = (phase.sin(), 0.8 + 0.2 * phase.cos());
    canvas.disc(at, 0.30, Fill::glowing(palette::faded(light, 0.16 * breath), 0.75));
    canvas.disc(at, PAD_M - 0.04, Fill::line(palette::faded(light, 0.75), 0.045));
    let up = at - Vec2::new(0.0, 0.05 + 0.035 * lift);
    canvas.disc(at + Vec2::new(0.04, 0.10), 0.17, Fill::soft(palette::faded(Color::BLACK, 0.45), 0.16));
    sign(canvas, pickup.kind, up, 0.30, 1.0);
}

/// The sign of a kind around `at`, `size` metres from its middle to its edge.
pub(super) fn sign(canvas: &mut Canvas, kind: PickupKind, at: Vec2, size: f32, opacity: f32) {
    match kind {
        PickupKind::Health => cross(canvas, at, size, palette::faded(palette::pickup(kind), opacity)),
        PickupKind::Armour => shield(canvas, at, size, palette::faded(palette::pickup(kind), opacity)),
        PickupKind::Ammo => rounds(canvas, at, size, opacity),
    }
}

pub(super) fn cross(canvas: &mut Canvas, at: Vec2, size: f32, colour: Color) {
    let (long, short) = (size * 0.86, size * 0.30);
    let edge = palette::faded(palette::IRON, colour.alpha());
    for (grow, ink) in [(size * 0.16, edge), (0.0, colour)] {
        for half in [Vec2::new(long, short), Vec2::new(short, long)] {
            canvas.rounded_box(at, Vec2::X, half, grow, Fill::from(ink));
        }
    }
}

pub(super) fn shield(canvas: &mut Canvas, at: Vec2, size: f32, colour: Color) {
    let edge = palette::faded(palette::IRON, colour.alpha());
    let inner = palette::mixed(colour, Color::BLACK, 0.45).with_alpha(colour.alpha());
    for (grow, ink) in [(1.18, edge), (1.0, colour), (0.62, inner)] {
        let p = |x: f32, y: f32| at + Vec2::new(x, y) * size * grow;
        // A flat top with round corners, and flanks that meet in a point.
        canvas.rounded_box(p(0.0, -0.42), Vec2::X, Vec2::new(0.64, 0.34) * size * grow, size * grow * 0.16, ink.into());
        canvas.gradient([p(-0.80, -0.10), p(0.80, -0.10), p(0.42, 0.62), p(-0.42, 0.62)].map(|at| (at, ink)));
        canvas.gradient([p(-0.42, 0.62), p(0.42, 0.62), p(0.0, 0.98), p(0.0, 0.98)].map(|at| (at, ink)));
    }
}

pub(super) fn rounds(canvas: &mut Canvas, at: Vec2, size: f32, opacity: f32) {
    let (brass, lead) = (palette::faded(palette::AMMO, opacity), palette::faded(palette::SPARK, opacity));
    let edge = palette::faded(palette::IRON, opacity);
    for x in [-0.62, 0.0, 0.62] {
        let p = |y: f32| at + Vec2::new(x, y) * size;
        canvas.stroke(p(-0.62), p(0.68), size * 0.58, edge);
        canvas.stroke(p(-0.58), p(-0.20), size * 0.34, palette::mixed(lead, Color::WHITE, 0.35));
        canvas.rounded_box(p(0.30), Vec2::X, Vec2::new(0.15, 0.48) * size, size * 0.05, brass.into());
    }
}

const PAD_M: f32 = 0.50;
const BOB_RAD_PER_S: f32 = 2.6;
