//! The server's truth over a client's picture: an outline where each body really was, a line to where it was drawn, and how
//! far and how long ago that is. And the bodies of the selected shot.

use super::Watch;
use crate::gui::camera::Lens;
use crate::gui::canvas::World;
use crate::gui::palette;
use crate::gui::panels::ghosts::{RADIUS_M, colour, on_screen, paint_shot, ring};
use crate::gui::panels::legend::{CONFIRMED, DRAWN, Outline, PRESENT, TESTED};
use crate::gui::panels::theme;
use crate::watch::Shown;
use crate::watch::shown::Truth;
use bevy::prelude::*;
use bevy_egui::egui::{self, Align2, Color32, FontId};

/// Others by the server's word, while a client's picture of them lies under it.
pub(super) const TRUE_OTHER: Outline =
    Outline { name: "others", means: "where the server has them", dashes: 14, filled: 0.64, width_m: 0.07, ..PRESENT };
/// The followed player itself.
pub(super) const TRUE_OWN: Outline = Outline { name: "itself", means: "where the server has it", ..CONFIRMED };
/// Somebody the client was not told of.
pub(super) const UNTOLD: Outline =
    Outline { name: "not told", means: "only the server knows", colour: theme::GREY, ..PRESENT };

pub(super) fn paint(watch: Res<Watch>, mut canvas: ResMut<World>) {
    for truth in &watch.shown.truths {
        let outline = outline(truth);
        let ink = palette::faded(colour(outline.colour), 0.9);
        if let Some(drawn) = truth.drawn.filter(|drawn| drawn.distance(truth.pos) > LINE_M_MIN) {
            canvas.stroke(drawn, truth.pos, 0.045, ink);
        }
        canvas.disc(truth.pos, RADIUS_M - 0.04, palette::faded(ink, 0.16));
        ring(&mut canvas, truth.pos, outline, if truth.drawn.is_some() { 1.0 } else { 0.7 });
        let along = Vec2::from_angle(truth.aim);
        canvas.stroke(truth.pos + along * RADIUS_M, truth.pos + along * (RADIUS_M + 0.22), 0.05, ink);
    }
    if let Some(shot) = watch.shown.shot.as_ref().filter(|shot| shot.is_near) {
        paint_shot(&mut canvas, &shot.card, 1.0);
    }
}

fn outline(truth: &Truth) -> Outline {
    match truth {
        Truth { own: true, .. } => TRUE_OWN,
        Truth { drawn: Some(_), .. } => TRUE_OTHER,
        _ => UNTOLD,
    }
}

/// How far apart, and how old.
pub(super) fn label(ctx: &egui::Context, shown: &Shown, lens: &Lens) {
    let painter = ctx.layer_painter(egui::LayerId::background());
    let write = |at: Vec2, align: Align2, text: &str, ink: Color32, size: f32| {
        let place = on_screen(lens, at);
        let font = FontId::proportional(size);
        painter.text(place + egui::vec2(1.0, 1.0), align, text, font.clone(), Color32::from_black_alpha(210));
        painter.text(place, align, text, font, ink);
    };
    for truth in &shown.truths {
        let ink = outline(truth).colour;
        // Under both bodies.
        let lower = truth.drawn.map_or(truth.pos.y, |drawn| drawn.y.max(truth.pos.y));
        let below = Vec2::new(truth.pos.x, lower + RADIUS_M + 0.08);
        match truth.drawn {
            Some(_) => write(below, Align2::CENTER_TOP, &apart(truth), ink, 12.0),
            None => write(below, Align2::CENTER_TOP, UNTOLD.name, ink, 11.0),
        }
    }
    let Some(shot) = shown.shot.as_ref().filter(|shot| shot.is_near) else { return };
    let Some(target) = &shot.card.target else { return };
    let beside = Vec2::new(RADIUS_M + 0.10, -RADIUS_M * 0.5);
    match target.drawn {
        Some(drawn) if drawn.distance(target.tested) < WORDS_M_MIN => {
            write(drawn - beside, Align2::RIGHT_BOTTOM, "drawn = tested", DRAWN.colour, 11.0);
        }
        Some(drawn) => {
            write(drawn - beside, Align2::RIGHT_BOTTOM, DRAWN.name, DRAWN.colour, 11.0);
            write(target.tested + beside, Align2::LEFT_BOTTOM, TESTED.name, TESTED.colour, 11.0);
        }
        None => write(target.tested + beside, Align2::LEFT_BOTTOM, TESTED.name, TESTED.colour, 11.0),
    }
    if target.present.distance(target.tested) > WORDS_M_MIN {
        write(target.present + beside, Align2::LEFT_BOTTOM, "present", PRESENT.colour, 11.0);
    }
}

/// "412 mm   85 ms ago"; the own body is ahead.
fn apart(truth: &Truth) -> String {
    let age = truth.age_ms.round();
    let when = if age > 0.0 {
        format!("{age:.0} ms ago")
    } else if age < 0.0 {
        format!("{:.0} ms ahead", -age)
    } else {
        "now".to_owned()
    };
    format!("{:.0} mm  {when}", truth.apart_mm)
}

const LINE_M_MIN: f32 = 0.02;
const WORDS_M_MIN: f32 = 0.10;
