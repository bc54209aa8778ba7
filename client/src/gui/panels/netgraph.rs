//! The net graph: the last seconds of the connection as six small plots over one time axis, with a mark for each switch.
//!
//! What each number means stands in its title, in the colour of its curve, so that no legend has to be looked up.

use super::history::{HISTORY_S, NetHistory};
use super::plots::{Plotted, Strip, value};
use super::{screen, theme};
use crate::gui::palette;
use crate::view::ViewModel;
use bevy_egui::egui::{self, Align2, Area, Color32, FontId, Id, Margin, Rect, Sense, Stroke, Ui, pos2, vec2};

pub(super) fn show(ctx: &egui::Context, view: &ViewModel, history: &NetHistory, frames_per_second: f32) {
    let screen = screen(ctx);
    let top = FEED_PX;
    let left = screen.right() - WIDTH_PX - 2.0 * MARGIN_PX - 12.0;
    let height = ((screen.height() - top - 12.0 - 2.0 * MARGIN_PX - HEAD_PX - MARKS_PX) / STRIPS).clamp(40.0, 104.0);
    Area::new(Id::new("net graph")).fixed_pos(pos2(left, top)).fade_in(false).show(ctx, |ui| {
        theme::frame().inner_margin(Margin::same(MARGIN_PX as i8)).show(ui, |ui| {
            ui.set_width(WIDTH_PX);
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.horizontal(|ui| {
                ui.label(theme::title("Net graph"));
                theme::key_cap(ui, "F2");
                ui.label(theme::soft(format!("last {HISTORY_S:.0} s   {frames_per_second:.0} fps")));
            });
            show_marks(ui, history);
            show_strips(ui, view, history, height);
        });
    });
}

fn show_strips(ui: &mut Ui, view: &ViewModel, history: &NetHistory, height: f32) {
    let net = &view.net;
    let strip = |name, hint| Strip { name, hint, height, history };
    strip(
        "time",
        "Round trip, how uneven it is, and how far in the past the others are drawn. Jitter makes the delay grow.",
    )
    .show(
        ui,
        &[
            value("best round trip", net.rtt_ms, "ms", theme::SKY),
            value("jitter", net.jitter_ms, "ms", theme::YELLOW),
            value("display delay", net.display_delay_ms, "ms", theme::GREEN),
        ],
        &[
            Plotted::Curve(&history.delay, theme::GREEN),
            Plotted::Curve(&history.jitter, theme::YELLOW),
            Plotted::Curve(&history.rtt, theme::SKY),
        ],
        (10.0, 0.0),
    );
    let late = history.arrivals.points.last().unwrap_or(0.0) as f32;
    strip(
        "snapshots",
        "A dot for each snapshot: how much later than the quickest it came. Red: one that did not come.",
    )
    .show(
        ui,
        &[
            value("snapshots late by", late, "ms", theme::SKY),
            value("longest gap", history.gaps.highest() as f32, "", theme::VERMILION),
        ],
        &[Plotted::Dots(&history.arrivals.points, theme::SKY), Plotted::Alarms(&history.gaps, theme::VERMILION)],
        (5.0, 0.0),
    );
    strip(
        "loss",
        "Datagrams that never arrived. Lost inputs are hidden by repetition, lost snapshots by the display delay.",
    )
    .show(
        ui,
        &[value("loss up", net.loss_up_pct, "%", theme::ORANGE), value("down", net.loss_down_pct, "%", theme::SKY)],
        &[Plotted::Curve(&history.loss_up, theme::ORANGE), Plotted::Curve(&history.loss_down, theme::SKY)],
        (2.0, 0.0),
    );
    strip("margin", "How long before its tick your input was there. Below zero it is late: the server makes that tick without you (red).").show(
        ui,
        &[value("input margin", net.input_margin_ms, "ms", theme::GREEN), value("ticks without you", net.server_starved_ticks as f32, "", theme::VERMILION)],
        &[Plotted::Curve(&history.margin, theme::GREEN), Plotted::Alarms(&history.starved, theme::VERMILION)],
        (10.0, -5.0),
    );
    let reasons: Vec<_> = history.corrections.iter().collect();
    let titles = reasons.iter().map(|(reason, series)| {
        value(&reason.replace('_', " "), series.points().len() as f32, "", reason_colour(reason))
    });
    let titles: Vec<_> =
        std::iter::once(value("corrections", net.corrections as f32, "", Color32::WHITE)).chain(titles).collect();
    let stems: Vec<_> = reasons.iter().map(|(reason, series)| Plotted::Stems(series, reason_colour(reason))).collect();
    strip(
        "corrections",
        "How far, in mm (500 at most), the server's word differed from your prediction, by reason. A clean link has none that are unexplained.",
    )
    .show(ui, &titles, &stems, (20.0, 0.0));
    strip("bytes", "Payload per second, in and out.").show(
        ui,
        &[value("in", net.in_kb_s, "kB/s", theme::SKY), value("out", net.out_kb_s, "kB/s", theme::ORANGE)],
        &[Plotted::Curve(&history.bytes_in, theme::SKY), Plotted::Curve(&history.bytes_out, theme::ORANGE)],
        (2.0, 0.0),
    );
}

/// A lane with a flag for each switch, above the plots that carry its line.
fn show_marks(ui: &mut Ui, history: &NetHistory) {
    let (lane, _) = ui.allocate_exact_size(vec2(ui.available_width(), MARKS_PX), Sense::hover());
    let painter = ui.painter_at(lane);
    let now_s = history.now_s();
    let mut taken_from = [lane.right(); 2];
    // Newest first: if there is no room for all, the old ones go without words.
    for mark in history.marks.iter().rev() {
        let part = ((mark.at_s - (now_s - HISTORY_S)) / HISTORY_S) as f32;
        let x = lane.left() + super::plots::AXIS_PX + part * (lane.width() - super::plots::AXIS_PX);
        if part < 0.0 {
            continue;
        }
        let what = short(&mark.what);
        let text = painter.layout_no_wrap(what, FontId::proportional(10.5), MARK);
        let width = text.size().x;
        let at = x.min(lane.right() - width - 2.0);
        // Beside a newer flag that is near: as far to the left as that takes, but not far from its own line.
        let place = |row: &usize| at.min(taken_from[*row] - width - 8.0);
        let Some(row) = (0..2).find(|row| place(row) + width + 60.0 > x && place(row) > lane.left()) else { continue };
        let at = place(&row);
        taken_from[row] = at;
        let y = lane.top() + 1.0 + row as f32 * 13.0;
        let from = if at < x { pos2(x, y + 13.0) } else { pos2(x, y) };
        painter.line_segment([from, pos2(x, lane.bottom())], Stroke::new(1.0, MARK.gamma_multiply(0.7)));
        let back = Rect::from_min_size(pos2(at, y), text.size()).expand2(vec2(2.0, 0.0));
        painter.rect_filled(back, 2.0, Color32::from_black_alpha(150));
        painter.galley(pos2(at + 1.0, y), text, MARK);
    }
    if history.marks.is_empty() {
        let hint = "Every switch leaves a mark here.";
        painter.text(
            lane.left_center(),
            Align2::LEFT_CENTER,
            hint,
            FontId::proportional(11.0),
            theme::ink(palette::INK_SOFT),
        );
    }
}

/// A flag has room for few letters.
fn short(what: &str) -> String {
    let mut letters = what.chars();
    let head: String = letters.by_ref().take(MARK_LETTERS).collect();
    if letters.next().is_some() { head + "..." } else { head }
}

fn reason_colour(reason: &str) -> Color32 {
    match reason {
        "knock_back" => theme::YELLOW,
        "death" | "respawn" => theme::GREY,
        "late_input" => theme::ORANGE,
        "unexplained" => theme::VERMILION,
        _ => theme::PURPLE,
    }
}

pub(super) const WIDTH_PX: f32 = 372.0;
pub(super) const MARGIN_PX: f32 = 9.0;
/// The kill feed's six lines stay free.
pub(super) const FEED_PX: f32 = 206.0;
const STRIPS: f32 = 6.0;
const HEAD_PX: f32 = 24.0;
const MARKS_PX: f32 = 28.0;
const MARK_LETTERS: usize = 30;
pub(super) const MARK: Color32 = Color32::from_rgb(205, 214, 230);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{NetNews, NetView};
    use egui::epaint::Primitive;

    /// A worst case: every snapshot late by another time, a correction in every eighth tick.
    fn full_history() -> (ViewModel, NetHistory) {
        let (mut view, mut history) = (ViewModel::default(), NetHistory::default());
        for tick in 0..64 * 30_u32 {
            let now_s = f64::from(tick) / 64.0;
            let late_ms = (tick * 37 % 50) as f32;
            view.net = NetView { now_s, rtt_ms: 80.0 + late_ms, jitter_ms: late_ms, ..NetView::default() };
            view.news = vec![NetNews::Snapshot { at_s: now_s, tick, late_ms }];
            if tick % 8 == 0 {
                view.news.push(NetNews::Correction { at_s: now_s, reason: "late_input", mm: late_ms });
                view.news.push(NetNews::Gap { at_s: now_s, ticks: 2 });
            }
            history.record(&view);
        }
        (view, history)
    }

    #[test]
    fn a_full_graph_is_a_bounded_amount_of_work() {
        let (view, history) = full_history();
        let ctx = egui::Context::default();
        let frame = || {
            let screen_rect = Some(Rect::from_min_size(pos2(0.0, 0.0), vec2(1280.0, 720.0)));
            let input = egui::RawInput { screen_rect, ..egui::RawInput::default() };
            let output = ctx.run_ui(input, |ui| show(ui.ctx(), &view, &history, 60.0));
            let meshes = ctx.tessellate(output.shapes, 1.0);
            let vertices = meshes.iter().map(|clipped| match &clipped.primitive {
                Primitive::Mesh(mesh) => mesh.vertices.len(),
                Primitive::Callback(_) => 0,
            });
            vertices.sum::<usize>()
        };
        frame();
        let begin = std::time::Instant::now();
        let vertices = (0..FRAMES).map(|_| frame()).max().unwrap_or(0);
        println!("{vertices} vertices, {:.2} ms a frame", begin.elapsed().as_secs_f64() * 1000.0 / f64::from(FRAMES));
        assert!((1_000..40_000).contains(&vertices), "{vertices}");
    }

    const FRAMES: u32 = 100;

    #[test]
    fn a_long_link_is_cut_to_fit_its_flag() {
        assert_eq!(short("others=newest"), "others=newest");
        assert_eq!(short("link delay 75ms 20ms 25% distribution normal").chars().count(), MARK_LETTERS + 3);
    }
}
