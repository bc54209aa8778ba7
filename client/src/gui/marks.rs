//! Marks for the person behind the own player: crosshair, hit marker, where damage came from, the pulse of low health.
//!
//! Painted on the overlay, so that nothing of the world covers them.

use super::camera::Lens;
use super::canvas::{Canvas, Fill, Overlay};
use super::hud::{LOW_HEALTH, Screen};
use super::palette;
use crate::settings::Settings;
use crate::view::{Effect, OwnView, Status, ViewModel};
use bevy::prelude::*;
use std::f32::consts::TAU;
use tickshot_shared::sim::weapon::Weapon;

/// Marks that are still showing, by their age in seconds.
#[derive(Resource)]
pub(super) struct Marks {
    hit_age_s: f32,
    kill_age_s: f32,
    dry_age_s: f32,
    /// Direction of the source and age.
    hurts: Vec<(f32, f32)>,
    /// Age of the newest own kill in the feed.
    newest_kill_s: f32,
}

impl Default for Marks {
    fn default() -> Self {
        Marks { hit_age_s: HIT_S, kill_age_s: KILL_S, dry_age_s: DRY_S, hurts: Vec::new(), newest_kill_s: f32::MAX }
    }
}

pub(super) fn paint(
    time: Res<Time<Real>>,
    view: Res<ViewModel>,
    settings: Res<Settings>,
    lens: Res<Lens>,
    mut marks: ResMut<Marks>,
    mut overlay: ResMut<Overlay>,
) {
    marks.advance(time.delta_secs(), &view);
    if view.status != Status::Playing {
        return;
    }
    let Some(own) = view.own else { return };
    paint_edges(&mut overlay, &lens, edge_strength(&own, &marks, time.elapsed_secs()));
    for (angle, age_s) in &marks.hurts {
        let left = 1.0 - age_s / HURT_S;
        let colour = palette::faded(palette::HURT, 0.9 * left);
        overlay.arc(own.pos, HURT_RADIUS_M, angle - HURT_HALF_RAD, 2.0 * HURT_HALF_RAD, 0.15, colour);
        let tip = own.pos + Vec2::from_angle(*angle) * (HURT_RADIUS_M + 0.24);
        overlay.disc(tip, 0.07, colour);
    }
    if own.alive && !super::spectate::is_out(&view) {
        let px = Screen::new(&mut overlay, &lens, settings.ui_scale).metre;
        let at = lens.cursor();
        paint_crosshair(&mut overlay, at, px, &own, marks.dry_age_s / DRY_S);
        marks.paint_hit(&mut overlay, at, px);
    }
}

impl Marks {
    fn advance(&mut self, dt_s: f32, view: &ViewModel) {
        for (age_s, life_s) in
            [(&mut self.hit_age_s, HIT_S), (&mut self.kill_age_s, KILL_S), (&mut self.dry_age_s, DRY_S)]
        {
            *age_s = (*age_s + dt_s).min(life_s);
        }
        self.hurts.retain_mut(|(_, age_s)| {
            *age_s += dt_s;
            *age_s < HURT_S
        });
        for effect in &view.effects {
            match effect {
                Effect::HitConfirmed => self.hit_age_s = 0.0,
                Effect::Hurt { from_angle } => self.hurts.push((*from_angle, 0.0)),
                Effect::DryFire => self.dry_age_s = 0.0,
                _ => {}
            }
        }
        let surplus = self.hurts.len().saturating_sub(HURTS_MAX);
        self.hurts.drain(..surplus);
        self.note_kills(view);
    }

    /// Lines only grow older: one younger than the youngest before is a new kill.
    fn note_kills(&mut self, view: &ViewModel) {
        let own = view.own.map(|own| own.slot);
        let mine = view.kill_feed.iter().filter(|kill| Some(kill.killer) == own && kill.victim != kill.killer);
        let youngest = mine.map(|kill| kill.age_s).fold(f32::MAX, f32::min);
        if youngest < self.newest_kill_s {
            self.kill_age_s = 0.0;
        }
        self.newest_kill_s = youngest;
    }

    /// Four strokes around the crosshair; larger, and with a ring, when somebody fell.
    fn paint_hit(&self, canvas: &mut Canvas, at: Vec2, px: f32) {
        let (hit, kill) = (1.0 - self.hit_age_s / HIT_S, 1.0 - self.kill_age_s / KILL_S);
        let (left, length, width, ink) = if kill > 0.0 {
            (kill, 15.0, 4.0, palette::HURT)
        } else if hit > 0.0 {
            (hit, 9.0, 3.0, palette::HIT)
        } else {
            return;
        };
        let reach = (10.0 + 6.0 * (1.0 - left)) * px;
        for (width, colour) in
            [(width + 2.0, palette::faded(Color::BLACK, 0.6 * left)), (width, palette::faded(ink, left.sqrt()))]
        {
            for angle in [0.25, 0.75, 1.25, 1.75] {
                let arm = Vec2::from_angle(angle * std::f32::consts::PI);
                canvas.stroke(at + arm * reach, at + arm * (reach + length * px), width * px, colour);
            }
        }
        if kill > 0.0 {
            let ring = Fill::line(palette::faded(ink, 0.8 * kill), 2.0 * px);
            canvas.disc(at, (14.0 + 16.0 * (1.0 - kill)) * px, ring);
        }
    }
}

/// How red the window's edges are: a flash for fresh damage, a slow pulse at low health.
fn edge_strength(own: &OwnView, marks: &Marks, now_s: f32) -> f32 {
    let fresh = marks.hurts.iter().map(|(_, age_s)| 1.0 - age_s / HURT_S).fold(0.0, f32::max);
    let low = if own.alive { 1.0 - (f32::from(own.health) / LOW_HEALTH).min(1.0) } else { 0.0 };
    let pulse = 0.65 + 0.35 * (now_s * PULSE_RAD_PER_S).sin();
    (0.16 * fresh * fresh).max(low.sqrt() * 0.26 * pulse)
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

/// Its shape tells the weapon: a cross, a circle as wide as the fan, a dot in corners. It opens with a shot.
fn paint_crosshair(canvas: &mut Canvas, at: Vec2, px: f32, own: &OwnView, dry: f32) {
    let open = 5.0 * (1.0 - own.weapon_ready.clamp(0.0, 1.0));
    let ink = palette::mixed(palette::HURT, palette::INK, dry);
    for (width, colour) in [(4.5, palette::faded(Color::BLACK, 0.55)), (2.0, ink)] {
        canvas.disc(at, width * 0.55 * px, colour);
        match own.weapon {
            Weapon::Rifle => {
                for arm in [Vec2::X, Vec2::NEG_X, Vec2::Y, Vec2::NEG_Y] {
                    let gap = (6.0 + open) * px;
                    canvas.stroke(at + arm * gap, at + arm * (gap + 8.0 * px), width * px, colour);
                }
            }
            Weapon::Shotgun => {
                for quarter in 0..4 {
                    let start = (quarter as f32 + 0.5) * TAU / 4.0 - 0.5;
                    canvas.arc(at, (15.0 + open) * px, start, 1.0, width * px, colour);
                }
            }
            Weapon::Launcher => {
                for corner in [Vec2::new(1.0, 1.0), Vec2::new(-1.0, 1.0), Vec2::new(-1.0, -1.0), Vec2::new(1.0, -1.0)] {
                    let tip = at + corner * ((9.0 + open) * px);
                    canvas.stroke(tip, tip + Vec2::new(corner.x, 0.0) * 6.0 * px, width * px, colour);
                    canvas.stroke(tip, tip + Vec2::new(0.0, corner.y) * 6.0 * px, width * px, colour);
                }
            }
        }
    }
    if let Some(part) = own.reload {
        let radius = 24.0 * px;
        canvas.disc(at, radius, Fill::line(palette::faded(Color::BLACK, 0.45), 5.0 * px));
        canvas.arc(at, radius, -TAU / 4.0, TAU * part.clamp(0.0, 1.0), 3.5 * px, palette::AMMO);
    }
}

const HIT_S: f32 = 0.22;
const KILL_S: f32 = 0.45;
const DRY_S: f32 = 0.25;
const HURT_S: f32 = 0.9;
const HURT_RADIUS_M: f32 = 1.3;
const HURT_HALF_RAD: f32 = 0.42;
/// Damage cues showing at once; more say nothing new.
const HURTS_MAX: usize = 8;
const PULSE_RAD_PER_S: f32 = 6.0;
const EDGE_M: f32 = 1.3;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::KillLine;

    fn kill(killer: u16, age_s: f32) -> KillLine {
        let (killer_name, victim_name) = ("a".into(), "b".into());
        KillLine { killer, victim: 7, killer_name, victim_name, weapon: default(), age_s }
    }

    #[test]
    fn only_a_new_kill_of_ones_own_is_marked_and_only_once() {
        let mut view = ViewModel { own: Some(OwnView { slot: 1, ..default() }), ..default() };
        let mut marks = Marks::default();
        view.kill_feed = vec![kill(2, 0.0)];
        marks.advance(0.016, &view);
        assert_eq!(marks.kill_age_s, KILL_S);
        view.kill_feed.push(kill(1, 0.0));
        marks.advance(0.016, &view);
        assert_eq!(marks.kill_age_s, 0.0);
        view.kill_feed[1].age_s = 0.016;
        marks.advance(0.016, &view);
        assert!(marks.kill_age_s > 0.0);
        view.kill_feed.push(kill(1, 0.0));
        marks.advance(0.016, &view);
        assert_eq!(marks.kill_age_s, 0.0, "the second one, too");
    }

    #[test]
    fn edges_redden_with_damage_and_with_low_health_only() {
        let (own, marks) = (OwnView { alive: true, health: 100, ..default() }, Marks::default());
        assert_eq!(edge_strength(&own, &marks, 0.0), 0.0);
        assert!(edge_strength(&OwnView { health: 10, ..own }, &marks, 0.0) > 0.05);
        let hurt = Marks { hurts: vec![(0.0, 0.0)], ..Marks::default() };
        assert!(edge_strength(&own, &hurt, 0.0) > 0.1);
    }
}
