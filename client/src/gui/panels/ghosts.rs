//! Ghosts in the arena: outlines of the same bodies at other times, and of what the latest shot was about.
//!
//! Painted on the game's canvas, under the instruments; their few words are egui's. Only what may be seen is drawn: a body
//! behind a wall has no ghost.

use super::Panels;
use super::legend::{CONFIRMED, DRAWN, NEWEST, Outline, PREDICTED, PRESENT, TESTED};
use crate::gui::camera::Lens;
use crate::gui::canvas::{Canvas, Fill, World};
use crate::gui::palette;
use crate::view::{ShotCard, Status, ViewModel};
use bevy::prelude::*;
use bevy_egui::egui::{self, Align2, Color32, FontId, Pos2, pos2};
use tickshot_shared::limits::UNITS_PER_METRE;
use tickshot_shared::sim::world::Player;

pub(in crate::gui) fn paint(panels: Res<Panels>, view: Res<ViewModel>, mut canvas: ResMut<World>) {
    if !panels.ghosts || view.status != Status::Playing {
        return;
    }
    let ghosts = &view.ghosts;
    for other in view.others.iter().filter(|other| other.alive && other.in_sight) {
        for (told, outline) in [(&ghosts.present, PRESENT), (&ghosts.newest, NEWEST)] {
            if let Some((_, at)) = told.iter().find(|(slot, _)| *slot == other.slot) {
                tie(&mut canvas, other.pos, *at, outline);
                ring(&mut canvas, *at, outline, 1.0);
            }
        }
    }
    if let Some(own) = view.own.filter(|own| own.alive) {
        if let Some(at) = ghosts.own_confirmed {
            tie(&mut canvas, own.pos, at, CONFIRMED);
            ring(&mut canvas, at, CONFIRMED, 1.0);
        }
        if let Some(at) = ghosts.own_predicted {
            ring(&mut canvas, at, PREDICTED, 1.0);
        }
    }
    if let Some((shot, left)) = latest(&view) {
        paint_shot(&mut canvas, shot, left);
    }
}

/// The latest shot, and how much of its time on screen is left, 1 to 0.
fn latest(view: &ViewModel) -> Option<(&ShotCard, f32)> {
    let shot = view.shots.last()?;
    let left = 1.0 - ((view.net.now_s - shot.fired_s) / SHOT_S) as f32;
    (left > 0.0).then_some((shot, (left * 4.0).clamp(0.0, 1.0)))
}

/// A shot's ray, and its target drawn, tested and present.
pub(in crate::gui) fn paint_shot(canvas: &mut Canvas, shot: &ShotCard, opacity: f32) {
    let ray = if shot.hit.is_some() { palette::HIT } else { palette::INK_SOFT };
    canvas.stroke(shot.from, shot.to, 0.025, palette::faded(ray, 0.75 * opacity));
    canvas.disc(shot.to, 0.05, palette::faded(ray, opacity));
    let Some(target) = &shot.target else { return };
    canvas.stroke(target.tested, target.present, 0.02, palette::faded(colour(PRESENT.colour), 0.6 * opacity));
    ring(canvas, target.present, PRESENT, opacity);
    ring(canvas, target.tested, TESTED, opacity);
    if let Some(drawn) = target.drawn {
        canvas.stroke(drawn, target.tested, 0.03, palette::faded(colour(TESTED.colour), opacity));
        ring(canvas, drawn, Outline { width_m: 0.035, ..DRAWN }, opacity);
    }
}

/// A thin line that says whose ghost it is.
pub(in crate::gui) fn tie(canvas: &mut Canvas, body: Vec2, ghost: Vec2, outline: Outline) {
    if body.distance(ghost) > TIE_M_MIN {
        canvas.stroke(body, ghost, 0.02, palette::faded(colour(outline.colour), 0.45));
    }
}

/// The outline of a body at `at`.
pub(in crate::gui) fn ring(canvas: &mut Canvas, at: Vec2, outline: Outline, opacity: f32) {
    let ink = palette::faded(colour(outline.colour), 0.95 * opacity);
    if outline.dashes == 0 {
        canvas.disc(at, RADIUS_M, Fill::line(ink, outline.width_m));
        return;
    }
    let step = std::f32::consts::TAU / outline.dashes as f32;
    for dash in 0..outline.dashes {
        canvas.arc(at, RADIUS_M, dash as f32 * step, step * outline.filled, outline.width_m, ink);
    }
}

/// A few words beside the outlines that are about one body only.
pub(super) fn label(ctx: &egui::Context, view: &ViewModel, lens: &Lens) {
    let painter = ctx.layer_painter(egui::LayerId::background());
    let write = |at: Vec2, outline: &Outline, side: f32, opacity: f32| {
        let place = on_screen(lens, at + Vec2::new(side * (RADIUS_M + 0.12), RADIUS_M * 0.9));
        // Words over the health panel would hide it.
        if place.x < 350.0 && place.y > lens.window_px.y - 90.0 {
            return;
        }
        let align = if side > 0.0 { Align2::LEFT_TOP } else { Align2::RIGHT_TOP };
        let word = outline.name.rsplit(", ").next().unwrap_or(outline.name);
        let (shade, font) = (Color32::from_black_alpha((190.0 * opacity) as u8), FontId::proportional(11.0));
        painter.text(place + egui::vec2(1.0, 1.0), align, word, font.clone(), shade);
        painter.text(place, align, word, font, outline.colour.gamma_multiply(opacity));
    };
    if let Some(own) = view.own.filter(|own| own.alive)
        && let Some(at) = view.ghosts.own_confirmed.filter(|at| at.distance(own.pos) > WORD_M_MIN)
    {
        write(at, &CONFIRMED, -1.0, 1.0);
    }
    if let Some((shot, left)) = latest(view)
        && let Some(target) = &shot.target
    {
        match target.drawn {
            Some(drawn) if drawn.distance(target.tested) > WORD_M_MIN => {
                write(drawn, &DRAWN, -1.0, left);
                write(target.tested, &TESTED, 1.0, left);
            }
            Some(drawn) => write(drawn, &Outline { name: "drawn = tested", ..DRAWN }, -1.0, left),
            None => write(target.tested, &TESTED, 1.0, left),
        }
        if target.present.distance(target.tested) > WORD_M_MIN {
            write(target.present, &PRESENT, 1.0, left);
        }
    }
}

pub(in crate::gui) fn on_screen(lens: &Lens, at: Vec2) -> Pos2 {
    let place = (at - lens.centre) * lens.px_per_metre + lens.window_px * 0.5;
    pos2(place.x, place.y)
}

pub(in crate::gui) fn colour(colour: Color32) -> Color {
    Color::srgb_u8(colour.r(), colour.g(), colour.b())
}

/// As large as the body it stands for.
pub(in crate::gui) const RADIUS_M: f32 = Player::RADIUS as f32 / UNITS_PER_METRE as f32;
const TIE_M_MIN: f32 = 0.08;
const WORD_M_MIN: f32 = 0.10;
/// How long a shot stays in the arena.
const SHOT_S: f64 = 4.0;
