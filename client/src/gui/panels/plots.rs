//! One strip of the net graph: a title with present values, and curves over the shared time axis.

use super::history::{HISTORY_S, NetHistory, Series};
use super::netgraph::MARK;
use super::theme;
use crate::gui::palette;
use bevy_egui::egui::{Color32, FontId, RichText, Ui, Vec2b, vec2};
use egui_plot::{AxisHints, HPlacement, HoverPosition, Line, Plot, PlotPoint, PlotPoints, Points, VLine};

/// A plot with its title.
pub(super) struct Strip<'a> {
    pub name: &'static str,
    /// What it shows and what to look for.
    pub hint: &'static str,
    /// Title included.
    pub height: f32,
    pub history: &'a NetHistory,
}

/// A number in a title.
pub(super) struct Value {
    text: String,
    colour: Color32,
}

/// How a series is drawn.
#[derive(Clone, Copy)]
pub(super) enum Plotted<'a> {
    Curve(&'a Series, Color32),
    Dots(&'a Series, Color32),
    /// From zero up, with a dot.
    Stems(&'a Series, Color32),
    /// Over the full height: something went wrong here.
    Alarms(&'a Series, Color32),
}

pub(super) fn value(name: &str, value: f32, unit: &str, colour: Color32) -> Value {
    let digits: usize = if unit.is_empty() || value.abs() >= 20.0 { 0 } else { 1 };
    // Without a minus before a zero.
    let scale = 10f32.powi(digits as i32);
    let value = (value * scale).round() / scale + 0.0;
    Value { text: format!("{name} {value:.digits$} {unit}").trim_end().to_owned(), colour }
}

impl Strip<'_> {
    /// The y axis reaches at least from `least.1` to `least.0`.
    pub(super) fn show(&self, ui: &mut Ui, titles: &[Value], plotted: &[Plotted], least: (f64, f64)) {
        let title = ui.horizontal(|ui| {
            ui.set_height(TITLE_PX);
            ui.spacing_mut().item_spacing.x = 10.0;
            // Beside the axis, whose topmost number has the same height.
            ui.add_space(AXIS_PX - 4.0);
            for value in titles {
                ui.label(RichText::new(&value.text).size(11.5).color(value.colour));
            }
        });
        title.response.on_hover_text(self.hint);
        let (top, bottom) = bounds(plotted, least);
        let now_s = self.history.now_s();
        let axis = AxisHints::new_y()
            .placement(HPlacement::Left)
            .min_thickness(AXIS_PX)
            .tick_label_font(FontId::proportional(10.0))
            .tick_label_color(theme::ink(palette::INK_SOFT))
            .formatter(|mark, _| format!("{:.0}", mark.value));
        let plot = Plot::new(self.name)
            .height((self.height - TITLE_PX - GAP_PX).max(16.0))
            .show_axes([false, true])
            .custom_y_axes(vec![axis])
            .y_grid_spacer(move |_| marks_of(top, bottom))
            .x_grid_spacer(move |_| seconds(now_s))
            .show_grid(Vec2b::new(true, true))
            .grid_color(Color32::from_white_alpha(26))
            .grid_fade(0.0)
            .set_margin_fraction(vec2(0.0, 0.0))
            .allow_drag(false)
            .allow_zoom(false)
            .allow_scroll(false)
            .allow_boxed_zoom(false)
            .allow_double_click_reset(false)
            .allow_axis_zoom_drag(false)
            .link_cursor("net graph", [true, false])
            .show_background(false)
            .cursor_color(Color32::from_white_alpha(70))
            .label_formatter(move |at| match at {
                HoverPosition::NearDataPoint { position, .. } | HoverPosition::Elsewhere { position } => {
                    Some(format!("{:.1}\n{:.1} s ago", position.y, now_s - position.x))
                }
            });
        plot.show(ui, |plot| {
            plot.set_plot_bounds_x(now_s - HISTORY_S..=now_s);
            plot.set_plot_bounds_y(bottom..=top);
            for mark in &self.history.marks {
                plot.vline(
                    VLine::new("switched", mark.at_s).color(MARK.gamma_multiply(0.55)).width(1.0).allow_hover(false),
                );
            }
            for plotted in plotted {
                match *plotted {
                    Plotted::Curve(series, colour) => {
                        plot.line(
                            Line::new("", PlotPoints::Borrowed(series.points()))
                                .color(colour)
                                .width(1.4)
                                .allow_hover(false),
                        );
                    }
                    Plotted::Dots(series, colour) => {
                        plot.points(
                            Points::new("", PlotPoints::Borrowed(series.points()))
                                .color(colour)
                                .radius(1.1)
                                .allow_hover(false),
                        );
                    }
                    Plotted::Stems(series, colour) => {
                        let points = Points::new("", PlotPoints::Borrowed(series.points()));
                        plot.points(points.color(colour).radius(2.2).stems(0.0).allow_hover(false));
                    }
                    Plotted::Alarms(series, colour) => alarms(plot, series, colour, top, bottom),
                }
            }
        });
        ui.add_space(GAP_PX);
    }
}

fn alarms(plot: &mut egui_plot::PlotUi, series: &Series, colour: Color32, top: f64, bottom: f64) {
    let reach = top - (top - bottom) * 0.04;
    let points: Vec<_> = series.points().iter().map(|point| PlotPoint::new(point.x, reach)).collect();
    if !points.is_empty() {
        let points = Points::new("", PlotPoints::Owned(points));
        plot.points(points.color(colour.gamma_multiply(0.85)).radius(1.6).stems(bottom as f32).allow_hover(false));
    }
}

/// Round limits that hold everything, so that the scale rests.
fn bounds(plotted: &[Plotted], (least_top, least_bottom): (f64, f64)) -> (f64, f64) {
    let (mut top, mut bottom) = (least_top, least_bottom);
    for one in plotted {
        if let Plotted::Curve(series, _) | Plotted::Dots(series, _) | Plotted::Stems(series, _) = one {
            top = top.max(series.highest() * 1.05);
            bottom = bottom.min(series.lowest() * 1.05);
        }
    }
    (round_up(top), if bottom < 0.0 { -round_up(-bottom) } else { 0.0 })
}

/// The next of 1, 2, 3, 5, 10, 20 ...
fn round_up(value: f64) -> f64 {
    let scale = 10f64.powf(value.max(1e-3).log10().floor());
    [1.0, 2.0, 3.0, 5.0, 10.0]
        .into_iter()
        .map(|step| step * scale)
        .find(|round| *round >= value * 0.9999)
        .unwrap_or(value)
}

/// Lines at the top, at zero, and half way.
fn marks_of(top: f64, bottom: f64) -> Vec<egui_plot::GridMark> {
    let step_size = (top - bottom) / 2.0;
    let marks = [bottom, 0.0, top / 2.0, top];
    // A lowest line so near to zero that their numbers would touch has none.
    let marks = marks.into_iter().filter(move |mark| *mark >= 0.0 || -mark > 0.2 * (top - bottom));
    marks.map(|value| egui_plot::GridMark { value, step_size }).collect()
}

fn seconds(now_s: f64) -> Vec<egui_plot::GridMark> {
    let first = ((now_s - HISTORY_S) / SECONDS_PER_LINE).ceil() as i64;
    let lines = (HISTORY_S / SECONDS_PER_LINE) as i64 + 1;
    let values = (first..first + lines).map(|line| line as f64 * SECONDS_PER_LINE);
    values.map(|value| egui_plot::GridMark { value, step_size: SECONDS_PER_LINE }).collect()
}

pub(super) const AXIS_PX: f32 = 30.0;
const TITLE_PX: f32 = 15.0;
const GAP_PX: f32 = 3.0;
const SECONDS_PER_LINE: f64 = 5.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_round_and_hold_everything() {
        let rounded: Vec<f64> = [0.7, 1.0, 4.2, 11.0, 31.0, 99.0].into_iter().map(round_up).collect();
        assert_eq!(rounded, [1.0, 1.0, 5.0, 20.0, 50.0, 100.0]);
        let mut series = Series::default();
        series.push(0.0, -12.0);
        series.push(1.0, 77.0);
        assert_eq!(bounds(&[Plotted::Curve(&series, Color32::WHITE)], (10.0, -5.0)), (100.0, -20.0));
    }

    #[test]
    fn titles_round_large_numbers() {
        assert_eq!(value("rtt", 12.34, "ms", Color32::WHITE).text, "rtt 12.3 ms");
        assert_eq!(value("delay", -0.04, "ms", Color32::WHITE).text, "delay 0.0 ms");
        assert_eq!(value("rtt", 151.7, "ms", Color32::WHITE).text, "rtt 152 ms");
        assert_eq!(value("ticks without you", 3.0, "", Color32::WHITE).text, "ticks without you 3");
    }
}
