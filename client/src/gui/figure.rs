//! One body as shapes: shadow, weapon, hands, helmet; and what only the own body wears.
//!
//! Alone because it is pure drawing. A held (starved) pose is drawn hollow because nobody knows it is true.

use super::arms::{self, Held};
use super::canvas::{Canvas, Fill};
use super::palette;
use crate::view::OwnView;
use bevy::prelude::*;
use tickshot_shared::limits::UNITS_PER_METRE;
use tickshot_shared::sim::weapon::Weapon;
use tickshot_shared::sim::world::Player;

/// How a body is drawn.
#[derive(Clone, Copy)]
pub(super) struct Figure {
    pub at: Vec2,
    pub along: Vec2,
    pub weapon: Weapon,
    pub colour: Color,
    pub pips: u16,
    pub size: f32,
    pub opacity: f32,
    /// How far its weapon is thrown back, metres.
    pub kick: f32,
    pub own: bool,
    pub hollow: bool,
}

pub(super) fn paint(canvas: &mut Canvas, figure: Figure) {
    let Figure { at, along, colour, opacity, .. } = figure;
    let r = BODY_RADIUS_M * figure.size;
    if figure.hollow {
        canvas.disc(at, r - 0.03, Fill::line(palette::faded(colour, 0.75 * opacity), 0.06));
        canvas.disc(at, r - 0.05, palette::faded(colour, 0.16 * opacity));
        let tip = at + along * arms::reach_m(figure.weapon);
        canvas.stroke(at + along * r, tip, 0.07, palette::faded(colour, 0.6 * opacity));
        return;
    }
    let solid = |colour: Color| palette::faded(colour, opacity);
    canvas.disc(at + Vec2::new(0.09, 0.12), r, Fill::soft(palette::faded(Color::BLACK, 0.5 * opacity), 0.22));
    if figure.own {
        canvas.disc(at, r + 0.055, solid(Color::WHITE));
    }
    arms::paint(canvas, Held { weapon: figure.weapon, at, along, size: figure.size, opacity, kick: figure.kick });
    paint_torso(canvas, &figure, r);
}

fn paint_torso(canvas: &mut Canvas, figure: &Figure, r: f32) {
    let (at, along, across) = (figure.at, figure.along, figure.along.perp());
    let solid = |colour: Color| palette::faded(colour, figure.opacity);
    let edge = palette::mixed(figure.colour, Color::BLACK, 0.80);
    canvas.disc(at, r, solid(edge));
    canvas.disc(at, r * 0.90, solid(palette::mixed(figure.colour, Color::BLACK, 0.12)));
    let glint = Fill::soft(palette::faded(Color::WHITE, 0.26 * figure.opacity), r * 0.9);
    canvas.disc(at - Vec2::splat(r * 0.16), r * 0.52, glint);
    for (forward, aside) in arms::hands(figure.weapon) {
        let hand = at + (along * (forward * figure.size - figure.kick)) + across * (aside * figure.size);
        canvas.disc(hand, r * 0.23, solid(edge));
        canvas.disc(hand, r * 0.16, solid(palette::mixed(figure.colour, Color::WHITE, 0.25)));
    }
    // The helmet, with a visor that looks along the aim.
    canvas.disc(at, r * 0.50, solid(edge));
    canvas.disc(at, r * 0.42, solid(palette::mixed(figure.colour, Color::BLACK, 0.50)));
    let visor = at + along * (r * 0.24);
    let glass = palette::mixed(figure.colour, Color::WHITE, 0.72);
    canvas.stroke(visor - across * (r * 0.22), visor + across * (r * 0.22), r * 0.13, solid(glass));
    for pip in 0..figure.pips {
        let spread = (f32::from(pip) - (f32::from(figure.pips) - 1.0) * 0.5) * r * 0.26;
        canvas.disc(at - along * (r * 0.10) + across * spread, r * 0.10, solid(Color::WHITE));
    }
}

/// One step of a dash's wake; `left` goes from 1 to 0.
pub(super) fn paint_wake(canvas: &mut Canvas, at: Vec2, left: f32, colour: Color) {
    let ink = palette::mixed(colour, Color::WHITE, 0.35);
    let r = BODY_RADIUS_M * (0.55 + 0.45 * left);
    canvas.disc(at, r, Fill::glowing(palette::faded(ink, 0.34 * left * left), 0.18));
}

/// Thin rings around the own body: the inner one fills while the weapon recovers, the outer one while the dash does.
pub(super) fn paint_readiness(canvas: &mut Canvas, own: &OwnView) {
    let start = -std::f32::consts::FRAC_PI_2;
    let ring = |canvas: &mut Canvas, radius: f32, ready: f32, colour: Color| {
        canvas.disc(own.pos, radius, Fill::line(palette::faded(colour, 0.14), 0.045));
        let sweep = std::f32::consts::TAU * ready.clamp(0.0, 1.0);
        canvas.arc(own.pos, radius, start, sweep, 0.05, palette::faded(colour, 0.8));
    };
    if own.weapon_ready < 1.0 {
        ring(canvas, BODY_RADIUS_M + 0.17, own.weapon_ready, Color::WHITE);
    }
    if own.dash_ready < 1.0 {
        ring(canvas, BODY_RADIUS_M + 0.27, own.dash_ready, palette::ARMOUR);
    }
    if own.frozen_s > 0.0 {
        canvas.disc(own.pos, BODY_RADIUS_M + 0.22, Fill::line(palette::faded(palette::INK, 0.5), 0.06));
    }
}

/// What is drawn is what is hit.
pub(super) const BODY_RADIUS_M: f32 = Player::RADIUS as f32 / UNITS_PER_METRE as f32;
