//! Bodies: the own player and every other one that is known of, with how they come and go.
//!
//! It must not know where poses come from; a held (starved) pose is drawn hollow because nobody knows it is true.

use super::canvas::{Canvas, Fill};
use super::palette;
use crate::view::{Effect, ViewModel};
use bevy::prelude::*;
use std::collections::BTreeMap;
use tickshot_shared::limits::UNITS_PER_METRE;
use tickshot_shared::sim::world::Player;

/// What was drawn of each player last, so that nobody pops in or out.
#[derive(Resource, Default)]
pub(super) struct Bodies(BTreeMap<u16, Body>);

struct Body {
    at: Vec2,
    aim: f32,
    /// Seconds since it appeared.
    shown_s: f32,
    /// Seconds since it was last told of; 0 while it is.
    gone_s: f32,
    /// It died, rather than went out of sight.
    dead: bool,
}

/// How a body is drawn.
#[derive(Clone, Copy)]
struct Look {
    slot: u16,
    size: f32,
    opacity: f32,
    own: bool,
    hollow: bool,
}

pub(super) fn paint(
    time: Res<Time<Real>>,
    view: Res<ViewModel>,
    mut bodies: ResMut<Bodies>,
    mut canvas: ResMut<Canvas>,
) {
    let dt_s = time.delta_secs();
    for body in bodies.0.values_mut() {
        body.shown_s += dt_s;
        body.gone_s += dt_s;
    }
    bodies.follow(&view);
    let own_slot = view.own.map(|own| own.slot);
    for (slot, body) in bodies.0.iter().filter(|(slot, _)| Some(**slot) != own_slot) {
        let hollow = view.others.iter().any(|other| other.slot == *slot && other.starved);
        paint_body(&mut canvas, body, body.look(*slot, false, hollow));
    }
    if let Some((own, body)) = view.own.and_then(|own| Some((own, bodies.0.get(&own.slot)?))) {
        paint_body(&mut canvas, body, body.look(own.slot, true, false));
        if own.alive {
            paint_readiness(&mut canvas, own.pos, own.weapon_ready);
        }
    }
}

impl Bodies {
    fn follow(&mut self, view: &ViewModel) {
        // Who steps behind a wall fades like one who is no longer told of.
        let seen = view.others.iter().filter(|other| other.in_sight);
        let others = seen.map(|other| (other.slot, other.pos, other.aim, other.alive));
        let own = view.own.iter().map(|own| (own.slot, own.pos, own.aim, own.alive));
        for (slot, at, aim, alive) in others.chain(own) {
            if alive {
                let body = self.0.entry(slot).or_insert(Body { at, aim, shown_s: 0.0, gone_s: 0.0, dead: false });
                if body.dead {
                    (body.shown_s, body.dead) = (0.0, false);
                }
                (body.at, body.aim, body.gone_s) = (at, aim, 0.0);
            } else if let Some(body) = self.0.get_mut(&slot) {
                body.dead = true;
            }
        }
        for effect in &view.effects {
            match effect {
                Effect::Died { slot, .. } => {
                    if let Some(body) = self.0.get_mut(slot) {
                        body.dead = true;
                    }
                }
                Effect::Spawned { slot, .. } => {
                    if let Some(body) = self.0.get_mut(slot) {
                        body.shown_s = 0.0;
                    }
                }
                _ => {}
            }
        }
        self.0.retain(|_, body| body.gone_s < if body.dead { DEATH_S } else { VANISH_S });
    }
}

impl Body {
    fn look(&self, slot: u16, own: bool, hollow: bool) -> Look {
        let arrival = (self.shown_s / APPEAR_S).min(1.0);
        let departure = self.gone_s / if self.dead { DEATH_S } else { VANISH_S };
        let size = if self.dead { 1.0 - 0.8 * departure } else { 1.0 };
        // A little overshoot makes an arrival a pop.
        let pop = if arrival < 1.0 { arrival * (2.2 - 1.2 * arrival) } else { 1.0 };
        Look { slot, size: size * pop.max(0.05), opacity: (1.0 - departure).clamp(0.0, 1.0) * arrival, own, hollow }
    }
}

fn paint_body(canvas: &mut Canvas, body: &Body, look: Look) {
    let (at, along) = (body.at, Vec2::from_angle(body.aim));
    let across = along.perp();
    let r = BODY_RADIUS_M * look.size;
    let solid = |colour: Color| palette::faded(colour, look.opacity);
    let colour = palette::player(look.slot);
    let edge = palette::mixed(colour, Color::BLACK, 0.78);
    if look.hollow {
        canvas.disc(at, r - 0.03, Fill::line(palette::faded(colour, 0.75 * look.opacity), 0.06));
        canvas.disc(at, r - 0.05, palette::faded(colour, 0.16 * look.opacity));
        canvas.stroke(at + along * r, at + along * GUN_REACH_M, 0.07, palette::faded(colour, 0.6 * look.opacity));
        return;
    }
    canvas.disc(at + Vec2::new(0.09, 0.12), r, Fill::soft(palette::faded(Color::BLACK, 0.5 * look.opacity), 0.22));
    if look.own {
        canvas.disc(at, r + 0.055, solid(Color::WHITE));
    }
    // The gun, held in both hands.
    let (butt, tip) = (at + along * (r * 0.55), at + along * (GUN_REACH_M * look.size));
    canvas.stroke(butt, tip, 0.20 * look.size, solid(Color::srgb(0.03, 0.035, 0.045)));
    canvas.stroke(butt, tip - along * 0.02, 0.11 * look.size, solid(Color::srgb(0.42, 0.46, 0.52)));
    canvas.disc(at, r, solid(edge));
    canvas.disc(at, r * 0.90, solid(palette::mixed(colour, Color::BLACK, 0.16)));
    canvas.disc(
        at - Vec2::splat(r * 0.16),
        r * 0.52,
        Fill::soft(palette::faded(Color::WHITE, 0.28 * look.opacity), r * 0.9),
    );
    for side in [-1.0, 1.0] {
        let hand = at + along * (r * 0.92) + across * (side * r * 0.40);
        canvas.disc(hand, r * 0.27, solid(edge));
        canvas.disc(hand, r * 0.20, solid(palette::mixed(colour, Color::WHITE, 0.25)));
    }
    canvas.disc(at, r * 0.44, solid(edge));
    canvas.disc(at, r * 0.36, solid(palette::mixed(colour, Color::BLACK, 0.45)));
    for pip in 0..palette::pips(look.slot) {
        let spread = (f32::from(pip) - (f32::from(palette::pips(look.slot)) - 1.0) * 0.5) * r * 0.26;
        canvas.disc(at + across * spread, r * 0.10, solid(Color::WHITE));
    }
}

/// A thin ring around the own body that fills while the weapon recovers.
fn paint_readiness(canvas: &mut Canvas, at: Vec2, ready: f32) {
    let (radius, start) = (BODY_RADIUS_M + 0.19, -std::f32::consts::FRAC_PI_2);
    let ready = ready.clamp(0.0, 1.0);
    if ready < 1.0 {
        canvas.disc(at, radius, Fill::line(palette::faded(Color::WHITE, 0.12), 0.05));
        canvas.arc(at, radius, start, std::f32::consts::TAU * ready, 0.05, palette::faded(Color::WHITE, 0.75));
    } else {
        canvas.disc(at, radius, Fill::line(palette::faded(Color::WHITE, 0.22), 0.03));
    }
}

/// What is drawn is what is hit.
const BODY_RADIUS_M: f32 = Player::RADIUS as f32 / UNITS_PER_METRE as f32;
/// From the middle of a body to the end of its gun, metres.
pub(super) const GUN_REACH_M: f32 = 0.72;
const APPEAR_S: f32 = 0.14;
/// How long a player that went out of sight fades.
const VANISH_S: f32 = 0.12;
const DEATH_S: f32 = 0.28;
