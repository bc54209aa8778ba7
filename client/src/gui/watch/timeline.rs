//! The time line: all of a recording in one line, a lane for each kind of mark, and the moment one is at.
//!
//! Click or drag to go there; a mark under the pointer says what it is. Marks that are not about whom one follows are faint.

use super::Watch;
use crate::gui::panels::theme;
use crate::watch::{Mark, MarkKind, Moment, Player};
use bevy_egui::egui::{self, Align2, Color32, CursorIcon, FontId, Painter, Rect, Sense, Stroke, Ui, pos2, vec2};

/// A stretch of time on a stretch of screen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    pub rect: Rect,
    pub from: Moment,
    pub to: Moment,
}

impl Scale {
    pub(super) fn x_of(&self, at: Moment) -> f32 {
        let part = (at.0 - self.from.0) as f64 / (self.to.0 - self.from.0).max(1) as f64;
        self.rect.left() + (part * f64::from(self.rect.width())) as f32
    }

    pub(super) fn moment_at(&self, x: f32) -> Moment {
        let part = f64::from((x - self.rect.left()) / self.rect.width().max(1.0));
        Moment(self.from.0 + (part * (self.to.0 - self.from.0) as f64).round() as i64)
    }

    /// The time that `px` pixels are.
    pub(super) fn span(&self, px: f32) -> i64 {
        self.moment_at(self.rect.left() + px).0 - self.from.0
    }
}

pub(super) fn show(ui: &mut Ui, watch: &mut Watch) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT_PX), Sense::click_and_drag());
    let line = Rect::from_min_max(rect.min + vec2(GUTTER_PX, 0.0), rect.max - vec2(4.0, AXIS_PX));
    let scale = Scale { rect: line, from: watch.player.head().first(), to: watch.player.head().last() };
    let painter = ui.painter_at(rect);
    paint_lanes(&painter, rect, line);
    paint_axis(&painter, &scale, &watch.player);
    paint_marks(&painter, &scale, &watch.player);
    paint_head(&painter, &scale, watch.player.at());
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    let Some(pointer) = response.hover_pos().or(response.interact_pointer_pos()) else { return };
    let under = scale.moment_at(pointer.x.clamp(line.left(), line.right()));
    let mark = mark_near(&scale, &watch.player, pointer.x, (pointer.y - line.top()) / LANE_PX).cloned();
    painter.vline(
        pointer.x.clamp(line.left(), line.right()),
        line.y_range(),
        Stroke::new(1.0, Color32::from_white_alpha(120)),
    );
    let go = response.dragged() || response.clicked() || response.drag_started();
    tell(response, &watch.player, under, mark.as_ref());
    if go {
        let clicked = ui.input(|input| input.pointer.any_click());
        match mark.filter(|_| clicked) {
            Some(Mark { shot: Some(shot), .. }) => watch.player.select_shot(Some(shot)),
            Some(mark) => watch.player.seek(mark.at),
            None => watch.player.seek(under),
        }
    }
}

/// A tooltip: the time, and the mark.
pub(super) fn tell(response: egui::Response, player: &Player<'_>, under: Moment, mark: Option<&Mark>) {
    response.on_hover_ui_at_pointer(|ui| {
        ui.label(theme::title(clock(player.head().seconds(under))));
        if let Some(mark) = mark {
            ui.label(egui::RichText::new(&mark.text).size(theme::SMALL_PX).color(ink(mark.kind)));
        }
    });
}

fn paint_lanes(painter: &Painter, rect: Rect, line: Rect) {
    painter.rect_filled(line, 3.0, Color32::from_white_alpha(9));
    for (lane, kind) in LANES.into_iter().enumerate() {
        let y = line.top() + LANE_PX * (lane as f32 + 0.5);
        let name = FontId::proportional(9.5);
        painter.text(pos2(rect.left() + GUTTER_PX - 8.0, y), Align2::RIGHT_CENTER, kind.name(), name, ink(kind));
        if lane > 0 {
            let top = line.top() + LANE_PX * lane as f32;
            painter.hline(line.x_range(), top, Stroke::new(1.0, Color32::from_white_alpha(10)));
        }
    }
}

fn paint_axis(painter: &Painter, scale: &Scale, player: &Player<'_>) {
    let length_s = player.head().seconds(player.head().last());
    let every = nice_step(length_s / f64::from(scale.rect.width() / 90.0));
    let (y, soft) = (scale.rect.bottom(), Color32::from_white_alpha(110));
    for step in 0..=(length_s / every) as u32 {
        let seconds = f64::from(step) * every;
        let x = scale.x_of(scale.from.plus_seconds(seconds, player.rate()));
        painter.vline(x, y..=y + 4.0, Stroke::new(1.0, soft));
        let align = if step == 0 { Align2::LEFT_TOP } else { Align2::CENTER_TOP };
        painter.text(pos2(x, y + 2.0), align, short_clock(seconds), FontId::proportional(9.5), soft);
    }
}

/// One stroke for all marks of a lane that fall on one pixel; those of the followed player lie on top.
fn paint_marks(painter: &Painter, scale: &Scale, player: &Player<'_>) {
    for concerned in [false, true] {
        let mut last = [f32::MIN; MarkKind::ALL.len()];
        for mark in player.marks().all.iter().filter(|mark| player.concerns(mark) == concerned) {
            let x = scale.x_of(mark.at).round();
            let kind = mark.kind as usize;
            if last[kind] == x {
                continue;
            }
            last[kind] = x;
            let lane = lane_of(mark.kind) as f32;
            let top = scale.rect.top() + LANE_PX * lane;
            let colour = if concerned { ink(mark.kind) } else { ink(mark.kind).gamma_multiply(0.25) };
            let width = if mark.kind == MarkKind::Shot { 1.0 } else { 2.0 };
            painter.vline(x, top + 1.0..=top + LANE_PX - 1.0, Stroke::new(width, colour));
        }
    }
}

/// The line of the moment at hand.
pub(super) fn paint_head(painter: &Painter, scale: &Scale, at: Moment) {
    let (x, y) = (scale.x_of(at), scale.rect.y_range());
    painter.vline(x, y, Stroke::new(3.0, Color32::from_black_alpha(160)));
    painter.vline(x, y, Stroke::new(1.5, Color32::WHITE));
    painter.circle_filled(pos2(x, scale.rect.top()), 3.5, Color32::WHITE);
}

/// The mark within a few pixels of `x`, in this lane if there is one.
fn mark_near<'m>(scale: &Scale, player: &'m Player<'_>, x: f32, lane: f32) -> Option<&'m Mark> {
    let reach = scale.span(NEAR_PX);
    let at = scale.moment_at(x);
    let near = player.marks().between(Moment(at.0 - reach), Moment(at.0 + reach + 1));
    let in_lane = |mark: &&Mark| (lane_of(mark.kind) as f32 + 0.5 - lane).abs() <= 0.75;
    near.iter().filter(in_lane).min_by_key(|mark| (!player.concerns(mark), (mark.at.0 - at.0).abs()))
}

/// The colour of a kind of marks.
pub(super) const fn ink(kind: MarkKind) -> Color32 {
    match kind {
        MarkKind::Switch => theme::GREEN,
        MarkKind::Kill => theme::VERMILION,
        MarkKind::Disputed => theme::YELLOW,
        MarkKind::Shot => theme::GREY,
        MarkKind::Correction => theme::SKY,
        MarkKind::Starved => theme::PURPLE,
        MarkKind::Chat => CHAT,
    }
}

/// Disputed shots lie among the shots.
fn lane_of(kind: MarkKind) -> usize {
    let kind = if kind == MarkKind::Disputed { MarkKind::Shot } else { kind };
    LANES.iter().position(|lane| *lane == kind).unwrap_or(0)
}

/// "1:02.345"
pub(super) fn clock(seconds: f64) -> String {
    let ms = (seconds.max(0.0) * 1000.0).round() as u64;
    format!("{}:{:02}.{:03}", ms / 60_000, ms / 1000 % 60, ms % 1000)
}

fn short_clock(seconds: f64) -> String {
    let tenths = (seconds * 10.0).round() as u64;
    if tenths.is_multiple_of(10) {
        format!("{}:{:02}", tenths / 600, tenths / 10 % 60)
    } else {
        format!("{}:{:02}.{}", tenths / 600, tenths / 10 % 60, tenths % 10)
    }
}

/// The next step of a scale that people read, seconds.
fn nice_step(seconds: f64) -> f64 {
    const STEPS: [f64; 12] = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0];
    STEPS.into_iter().find(|step| *step >= seconds).unwrap_or((seconds / 600.0).ceil().max(1.0) * 600.0)
}

const LANES: [MarkKind; 6] =
    [MarkKind::Switch, MarkKind::Kill, MarkKind::Shot, MarkKind::Correction, MarkKind::Starved, MarkKind::Chat];
/// Of words, as on the screen.
const CHAT: Color32 = Color32::from_rgb(225, 232, 242);
const LANE_PX: f32 = 9.5;
const AXIS_PX: f32 = 15.0;
const HEIGHT_PX: f32 = LANE_PX * LANES.len() as f32 + AXIS_PX;
/// Room for the names of the lanes.
pub(super) const GUTTER_PX: f32 = 70.0;
/// A pointer this near to a mark means it.
const NEAR_PX: f32 = 4.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_on_the_line_and_its_moment_belong_to_each_other() {
        let rect = Rect::from_min_max(pos2(100.0, 0.0), pos2(1100.0, 40.0));
        let scale = Scale { rect, from: Moment::of(64), to: Moment::of(64 * 101) };
        assert_eq!((scale.x_of(Moment::of(64)), scale.x_of(Moment::of(64 * 101))), (100.0, 1100.0));
        for x in [100.0f32, 377.0, 1099.0] {
            assert!((scale.x_of(scale.moment_at(x)) - x).abs() < 0.01, "{x}");
        }
    }

    #[test]
    fn times_are_read_in_minutes_and_steps_are_round() {
        assert_eq!((clock(62.3454).as_str(), clock(0.0).as_str()), ("1:02.345", "0:00.000"));
        assert_eq!([nice_step(0.04), nice_step(3.0), nice_step(61.0), nice_step(700.0)], [0.1, 5.0, 120.0, 1200.0]);
    }
}
