//! The ruler of clocks: which tick is drawn, has arrived, is on the server, and is being played, on one moving axis.
//!
//! Ticks pass from right to left under pointers that nearly stand still: what moves a pointer is the network.

use super::{netgraph, screen, side, theme};
use crate::gui::palette;
use crate::view::{NetView, ViewModel};
use bevy_egui::egui::{self, Area, Color32, FontId, Id, Margin, Painter, Pos2, Rect, Sense, Shape, Stroke, pos2, vec2};

/// The four moments, in ticks.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Clocks {
    display: f64,
    newest: f64,
    server: f64,
    input: f64,
}

/// A moment with its words.
struct Pointer {
    tick: f64,
    name: &'static str,
    means: &'static str,
    colour: Color32,
    above: bool,
}

pub(super) fn show(ctx: &egui::Context, view: &ViewModel) {
    let screen = screen(ctx);
    let left = screen.left() + HEALTH_PX;
    let right = screen.right() - netgraph::WIDTH_PX - 2.0 * netgraph::MARGIN_PX - 24.0;
    let width = (right - left).clamp(300.0, 760.0);
    let x = (left + right - width) * 0.5;
    show_at(ctx, &view.net, pos2(x, screen.bottom() - HEIGHT_PX - 12.0), width);
}

/// With its upper left corner at `at`; nothing before all clocks are known.
pub(in crate::gui) fn show_at(ctx: &egui::Context, net: &NetView, at: Pos2, width: f32) {
    let Some(clocks) = Clocks::of(net) else { return };
    let area = Area::new(Id::new("ruler")).fade_in(false).fixed_pos(at);
    area.show(ctx, |ui| {
        let frame = theme::frame().inner_margin(Margin::same(0));
        frame.show(ui, |ui| {
            let (rect, response) = ui.allocate_exact_size(vec2(width, HEIGHT_PX), Sense::hover());
            paint(&ui.painter_at(rect), rect.shrink2(vec2(10.0, 4.0)), clocks, net.tick_rate.max(1));
            response.on_hover_ui(explain);
        });
    });
}

impl Clocks {
    fn of(net: &NetView) -> Option<Clocks> {
        let (display, newest) = (net.display_now?, net.newest_snapshot?);
        Some(Clocks { display, newest, server: net.server_now?, input: net.input_now? })
    }

    /// The pointers' places relative to the server, with room at both ends, in ticks.
    fn span(&self) -> (f64, f64) {
        let low = self.display.min(self.newest).min(self.server) - self.server;
        let high = self.input.max(self.server).max(self.display) - self.server;
        // In steps, so that the scale does not breathe with every packet.
        let step = |ticks: f64| (ticks / SPAN_STEP).ceil().max(1.0) * SPAN_STEP;
        (-step(-low + 1.5), step(high + 1.5))
    }
}

fn paint(painter: &Painter, rect: Rect, clocks: Clocks, tick_rate: u32) {
    let (low, high) = clocks.span();
    let per_tick = f64::from(rect.width()) / (high - low);
    let x_of = |tick: f64| rect.left() + ((tick - clocks.server - low) * per_tick) as f32;
    let ms = |ticks: f64| ticks * 1000.0 / f64::from(tick_rate);
    let axis_y = rect.center().y;
    paint_spans(painter, &clocks, &x_of, axis_y);
    paint_ticks(painter, rect, clocks.server + low, clocks.server + high, per_tick, &x_of);
    let mut pointers = [
        Pointer {
            tick: clocks.display,
            name: "display now",
            means: "others are drawn here",
            colour: theme::GREEN,
            above: true,
        },
        Pointer {
            tick: clocks.newest,
            name: "newest snapshot",
            means: "has arrived",
            colour: theme::SKY,
            above: false,
        },
        Pointer {
            tick: clocks.server,
            name: "server now",
            means: "is being made",
            colour: Color32::WHITE,
            above: true,
        },
        Pointer {
            tick: clocks.input,
            name: "input now",
            means: "your keys act here",
            colour: theme::ORANGE,
            above: false,
        },
    ];
    let mut taken = [(f32::MIN, f32::MIN); 2];
    pointers.sort_by(|a, b| a.tick.total_cmp(&b.tick));
    for pointer in &pointers {
        let x = x_of(pointer.tick).clamp(rect.left(), rect.right());
        let sign = if pointer.above { -1.0 } else { 1.0 };
        let (tip, base) = (axis_y + sign * 6.0, axis_y + sign * 15.0);
        let triangle = vec![pos2(x, tip), pos2(x - 5.0, base), pos2(x + 5.0, base)];
        painter.add(Shape::convex_polygon(triangle, pointer.colour, Stroke::NONE));
        painter.line_segment([pos2(x, axis_y - 7.0), pos2(x, axis_y + 7.0)], Stroke::new(2.0, pointer.colour));
        let away = ms(pointer.tick - clocks.server).round() + 0.0;
        let offset = if pointer.name == "server now" { String::new() } else { format!("  {away:+.0} ms") };
        let head =
            painter.layout_no_wrap(format!("{}{offset}", pointer.name), FontId::proportional(12.5), pointer.colour);
        let foot =
            painter.layout_no_wrap(pointer.means.into(), FontId::proportional(10.5), theme::ink(palette::INK_SOFT));
        let width = head.size().x.max(foot.size().x);
        let lane = &mut taken[usize::from(!pointer.above)];
        let at = (x - width * 0.5).max(lane.1 + 10.0).clamp(rect.left(), (rect.right() - width).max(rect.left()));
        lane.1 = at + width;
        let (head_y, foot_y) =
            if pointer.above { (rect.top(), rect.top() + 13.0) } else { (axis_y + 17.0, axis_y + 30.0) };
        painter.galley(pos2(at, head_y), head, pointer.colour);
        painter.galley(pos2(at, foot_y), foot, Color32::WHITE);
    }
}

/// What lies between two clocks: the buffer, the way here, the way there.
fn paint_spans(painter: &Painter, clocks: &Clocks, x_of: &impl Fn(f64) -> f32, axis_y: f32) {
    for (from, to, colour) in [
        (clocks.display, clocks.newest, theme::GREEN),
        (clocks.newest, clocks.server, theme::SKY),
        (clocks.server, clocks.input, theme::ORANGE),
    ] {
        // Display now beyond the newest snapshot: nothing to draw from, in red.
        let colour = if to < from { theme::VERMILION } else { colour };
        let span = Rect::from_x_y_ranges(x_of(from.min(to))..=x_of(from.max(to)), axis_y - 5.0..=axis_y + 5.0);
        painter.rect_filled(span, 2.0, colour.gamma_multiply(0.34));
    }
}

fn paint_ticks(painter: &Painter, rect: Rect, from: f64, to: f64, per_tick: f64, x_of: &impl Fn(f64) -> f32) {
    let axis_y = rect.center().y;
    painter.hline(rect.x_range(), axis_y, Stroke::new(1.0, Color32::from_white_alpha(70)));
    // With many ticks only every fourth or sixteenth has a line.
    let every = if per_tick >= 5.0 {
        1
    } else if per_tick >= 1.3 {
        4
    } else {
        16
    };
    let named = every * if per_tick * f64::from(every as u32) * 4.0 > 34.0 { 4 } else { 8 };
    for tick in from.ceil() as i64..=to.floor() as i64 {
        if tick.rem_euclid(every) != 0 {
            continue;
        }
        let x = x_of(tick as f64);
        let major = tick.rem_euclid(named) == 0;
        let reach = if major { 5.0 } else { 2.5 };
        let alpha = if major { 130 } else { 60 };
        painter.vline(x, axis_y - reach..=axis_y + reach, Stroke::new(1.0, Color32::from_white_alpha(alpha)));
    }
}

fn explain(ui: &mut egui::Ui) {
    ui.label(theme::title("Which moment is which"));
    for (colour, text) in [
        (theme::GREEN, "display now: the tick whose world you see of the others. Left of everything: it is the past."),
        (
            theme::SKY,
            "newest snapshot: the last word from the server. Green between the two is the buffer against jitter.",
        ),
        (Color32::WHITE, "server now: the tick the server is making at this moment, as well as this client can tell."),
        (theme::ORANGE, "input now: the tick your keys are for. Ahead of the server, so that they arrive in time."),
        (theme::VERMILION, "red: display now has overtaken the newest snapshot; others are guessed or stand still."),
    ] {
        ui.label(egui::RichText::new(text).size(theme::SMALL_PX).color(colour));
    }
}

pub(in crate::gui) const HEIGHT_PX: f32 = 98.0;
/// The health panel's room at the left.
const HEALTH_PX: f32 = side::WIDTH_PX + 48.0;
const SPAN_STEP: f64 = 4.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_clock_is_on_the_axis_and_the_scale_rests() {
        let clocks = Clocks { display: 92.0, newest: 96.5, server: 100.0, input: 103.2 };
        let (low, high) = clocks.span();
        assert_eq!((low, high), (-12.0, 8.0));
        let later = Clocks { display: 92.4, newest: 96.0, ..clocks };
        assert_eq!(later.span(), (low, high));
    }

    #[test]
    fn a_display_ahead_of_the_server_still_fits() {
        let clocks = Clocks { display: 106.0, newest: 90.0, server: 100.0, input: 103.0 };
        let (low, high) = clocks.span();
        assert!(low <= -10.0 && high >= 6.0, "{low} {high}");
    }

    #[test]
    fn without_clocks_there_is_no_ruler() {
        assert_eq!(Clocks::of(&NetView::default()), None);
    }
}
