//! The strip: the second and a half around the moment at hand, tick by tick, with each frame that the followed client drew and
//! its three clocks. Dragged like film under a lens: here a pixel is a millisecond or so.

use super::Watch;
use super::timeline::{GUTTER_PX, Scale, ink, tell};
use crate::gui::panels::theme;
use crate::watch::{MarkKind, Moment, Player};
use bevy_egui::egui::{Align2, Color32, CursorIcon, FontId, Painter, Rect, Sense, Shape, Stroke, Ui, pos2, vec2};

pub(super) fn show(ui: &mut Ui, watch: &mut Watch) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT_PX), Sense::click_and_drag());
    let line = Rect::from_min_max(rect.min + vec2(GUTTER_PX, 0.0), rect.max - vec2(4.0, 0.0));
    let (at, rate) = (watch.player.at(), watch.player.rate());
    let scale = Scale { rect: line, from: at.plus_seconds(-HALF_S, rate), to: at.plus_seconds(HALF_S, rate) };
    let painter = ui.painter_at(rect);
    painter.rect_filled(line, 3.0, Color32::from_white_alpha(9));
    paint_ticks(&painter, &scale, &watch.player);
    paint_frames(&painter, rect, &scale, &watch.player);
    paint_marks(&painter, rect, &scale, &watch.player);
    paint_clocks(&painter, &scale, watch);
    painter.vline(scale.x_of(at), line.y_range(), Stroke::new(1.5, Color32::WHITE));
    let response = response.on_hover_cursor(CursorIcon::Grab);
    if response.dragged() {
        let back = scale.span(response.drag_delta().x);
        watch.player.seek(Moment(at.0 - back));
        return;
    }
    let Some(pointer) = response.hover_pos() else { return };
    let under = scale.moment_at(pointer.x.clamp(line.left(), line.right()));
    let reach = scale.span(4.0);
    let marks = watch.player.marks().between(Moment(under.0 - reach), Moment(under.0 + reach + 1));
    let mark = marks.iter().min_by_key(|mark| (!watch.player.concerns(mark), (mark.at.0 - under.0).abs())).cloned();
    let clicked = response.clicked();
    tell(response, &watch.player, under, mark.as_ref());
    if clicked {
        match mark.as_ref().and_then(|mark| mark.shot) {
            Some(shot) => watch.player.select_shot(Some(shot)),
            None => watch.player.seek(mark.map_or(under, |mark| mark.at)),
        }
    }
}

/// A line for each state; every eighth has its number.
fn paint_ticks(painter: &Painter, scale: &Scale, player: &Player<'_>) {
    let (top, head) = (scale.rect.top(), player.head());
    let (first, last) = (scale.from.max(head.first()).tick(), scale.to.min(head.last()).tick());
    let cost = |tick: u32| player.film().and_then(|film| film.trace().tick(tick));
    for tick in first..=last {
        let x = scale.x_of(Moment::of(tick));
        let major = tick % 8 == 0;
        let alpha = if major { 120 } else { 50 };
        painter.vline(x, top..=top + if major { 7.0 } else { 4.0 }, Stroke::new(1.0, Color32::from_white_alpha(alpha)));
        if major && x > scale.rect.left() + 16.0 && x < scale.rect.right() - 16.0 {
            let soft = Color32::from_white_alpha(120);
            painter.text(pos2(x, top + 6.0), Align2::CENTER_TOP, tick.to_string(), FontId::proportional(9.0), soft);
        }
        if cost(tick).is_some_and(|record| record.lost_ticks > 0 || record.late_us > LATE_US) {
            painter.circle_filled(pos2(x, top + 2.0), 2.5, theme::VERMILION);
        }
    }
}

/// A dot for each frame of the followed client; one that had nothing to draw from is red.
fn paint_frames(painter: &Painter, rect: Rect, scale: &Scale, player: &Player<'_>) {
    let y = scale.rect.top() + FRAMES_Y_PX;
    let mut any = false;
    for (at, starved) in player.frames_between(scale.from, scale.to) {
        any = true;
        painter.circle_filled(pos2(scale.x_of(at), y), 1.6, if starved { theme::VERMILION } else { theme::GREEN });
    }
    let soft = Color32::from_white_alpha(120);
    let name = FontId::proportional(9.5);
    let x = rect.left() + GUTTER_PX - 8.0;
    painter.text(pos2(x, scale.rect.top() + 6.0), Align2::RIGHT_CENTER, "ticks", name.clone(), soft);
    if any {
        painter.text(pos2(x, y), Align2::RIGHT_CENTER, "its frames", name, theme::GREEN);
    }
}

fn paint_marks(painter: &Painter, rect: Rect, scale: &Scale, player: &Player<'_>) {
    let top = scale.rect.top() + MARKS_Y_PX;
    let soft = Color32::from_white_alpha(120);
    let name = FontId::proportional(9.5);
    painter.text(pos2(rect.left() + GUTTER_PX - 8.0, top + 5.0), Align2::RIGHT_CENTER, "marks", name, soft);
    for mark in player.marks().between(scale.from, scale.to) {
        let colour = if player.concerns(mark) { ink(mark.kind) } else { ink(mark.kind).gamma_multiply(0.3) };
        let (x, large) = (scale.x_of(mark.at), !matches!(mark.kind, MarkKind::Shot | MarkKind::Starved));
        let stroke = Stroke::new(if large { 2.5 } else { 1.5 }, colour);
        painter.vline(x, top + if large { 0.0 } else { 3.0 }..=top + 10.0, stroke);
    }
}

/// Where the followed client's clocks were: what it drew of others, and what its keys acted on.
fn paint_clocks(painter: &Painter, scale: &Scale, watch: &Watch) {
    let Some(glance) = &watch.shown.glance else { return };
    let bottom = scale.rect.bottom();
    let clocks = [
        (glance.display_tick, "display now", theme::GREEN, Align2::RIGHT_BOTTOM, -7.0),
        (glance.input_tick, "input now", theme::ORANGE, Align2::LEFT_BOTTOM, 7.0),
    ];
    for (tick, name, colour, align, aside) in clocks {
        let Some(tick) = tick else { continue };
        let x = scale.x_of(Moment::of_ticks(tick));
        painter.vline(x, scale.rect.y_range(), Stroke::new(1.0, colour.gamma_multiply(0.7)));
        let triangle = vec![pos2(x, bottom - 8.0), pos2(x - 4.5, bottom), pos2(x + 4.5, bottom)];
        painter.add(Shape::convex_polygon(triangle, colour, Stroke::NONE));
        painter.text(pos2(x + aside, bottom), align, name, FontId::proportional(10.0), colour);
    }
}

const HEIGHT_PX: f32 = 50.0;
/// Half of what it shows.
const HALF_S: f64 = 0.75;
const FRAMES_Y_PX: f32 = 21.0;
const MARKS_Y_PX: f32 = 26.0;
/// A tick that began later than this was late: the objective of the server.
const LATE_US: i32 = 1000;
