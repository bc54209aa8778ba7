//! F1: keys, what each mode means, and three experiments to begin with.

use super::{screen, theme, words};
use crate::gui::palette;
use crate::view::ViewModel;
use bevy_egui::egui::text::{LayoutJob, TextFormat};
use bevy_egui::egui::{
    self, Align2, Area, Color32, FontFamily, FontId, Grid, Id, Margin, Order, RichText, ScrollArea, Ui, vec2,
};
use tickshot_shared::modes::{Delay, HitCheck, Others, Prediction};

pub(super) fn show(ctx: &egui::Context, view: &ViewModel, open: &mut bool) {
    let size = vec2((screen(ctx).width() - 80.0).min(WIDTH_PX), (screen(ctx).height() - 140.0).min(HEIGHT_PX));
    let area =
        Area::new(Id::new("help")).order(Order::Middle).fade_in(false).anchor(Align2::CENTER_CENTER, [0.0, 18.0]);
    area.show(ctx, |ui| {
        theme::frame().inner_margin(Margin::symmetric(20, 14)).show(ui, |ui| {
            ui.set_width(size.x - 40.0);
            ui.horizontal(|ui| {
                ui.label(RichText::new("How time works here").size(20.0).color(Color32::WHITE));
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    if ui.button(" × ").on_hover_text("Close (Esc or F1)").clicked() {
                        *open = false;
                    }
                });
            });
            ui.label(theme::soft(
                "Others are drawn a little in the past, you are drawn a little in the future, and shots are tested in the past you saw. \
                 Every part of that can be switched off while you play.",
            ));
            ui.add_space(6.0);
            let height = size.y - 90.0;
            ScrollArea::vertical().max_height(height).min_scrolled_height(height).show(ui, |ui| {
                ui.horizontal_top(|ui| {
                    column(ui, (size.x - 40.0) * 0.5 - 12.0, |ui| {
                        show_keys(ui);
                        show_experiments(ui);
                    });
                    ui.add_space(18.0);
                    column(ui, (size.x - 40.0) * 0.5 - 12.0, |ui| show_modes(ui, view));
                });
            });
        });
    });
}

fn column(ui: &mut Ui, width: f32, contents: impl FnOnce(&mut Ui)) {
    ui.vertical(|ui| {
        ui.set_width(width);
        contents(ui);
    });
}

fn show_keys(ui: &mut Ui) {
    ui.label(theme::title("Keys"));
    Grid::new("keys").num_columns(2).spacing([10.0, 1.0]).show(ui, |ui| {
        for (key, does) in KEYS {
            theme::key_cap(ui, key);
            ui.label(RichText::new(does).size(theme::SMALL_PX + 0.5));
            ui.end_row();
        }
    });
    ui.add_space(3.0);
    ui.label(theme::soft("No F keys? P opens a panel with all of it, for the mouse."));
}

fn show_experiments(ui: &mut Ui) {
    ui.add_space(8.0);
    ui.label(theme::title("Three experiments"));
    for (number, (head, steps)) in (1..).zip(EXPERIMENTS) {
        ui.add_space(2.0);
        ui.label(RichText::new(format!("{number}  {head}")).size(theme::BODY_PX).color(theme::SKY));
        ui.label(theme::soft(steps));
    }
}

fn show_modes(ui: &mut Ui, view: &ViewModel) {
    let modes = &view.modes;
    ui.label(theme::title("You (F3, F4)"));
    for mode in Prediction::ALL {
        meaning(ui, mode.name(), words::prediction(mode), mode == modes.prediction);
    }
    ui.add_space(6.0);
    ui.label(theme::title("Others (F5)"));
    for mode in [Others::Newest, Others::Interpolate(Delay::Adaptive), Others::Extrapolate] {
        let (name, current) = (words::others_name(mode), words::others_name(modes.others));
        meaning(ui, name, words::others(mode), name == current);
    }
    ui.add_space(6.0);
    ui.label(theme::title("Hit checks (F6)"));
    for check in HitCheck::ALL {
        meaning(ui, check.name(), words::hits(check), check == modes.hits);
    }
    if !view.rules.experiments {
        ui.label(RichText::new(words::NO_EXPERIMENTS).size(theme::SMALL_PX).color(theme::WARNING));
    }
}

/// The mode in force is marked.
fn meaning(ui: &mut Ui, name: &str, means: &str, current: bool) {
    let colour = if current { theme::SKY } else { Color32::WHITE };
    let dot = if current { "• " } else { "" };
    let mut line = LayoutJob::default();
    let format = |size, colour, family| TextFormat {
        font_id: FontId::new(size, family),
        color: colour,
        ..TextFormat::default()
    };
    line.append(&format!("{dot}{name}  "), 0.0, format(12.5, colour, FontFamily::Monospace));
    line.append(means, 0.0, format(theme::SMALL_PX, theme::ink(palette::INK_SOFT), FontFamily::Proportional));
    ui.label(line);
}

const KEYS: [(&str, &str); 14] = [
    ("F1", "this help"),
    ("F2", "net graph, and the ruler of clocks"),
    ("F3", "you: smooth, off, predict, reconcile"),
    ("F4", "the server's corrections: glide, are ignored, jump"),
    ("F5", "others: interpolate, extrapolate, newest"),
    ("F6", "hit checks: exact, none, tick"),
    ("F7", "simulated link: delay, jitter, loss ..."),
    ("F8", "ghosts, and the card of your latest shot"),
    ("F9", "record, begin and end; with Shift: save the last minute"),
    ("P or `", "panel with every switch"),
    ("W A S D", "walk; mouse aims, click fires, Space dashes"),
    ("1 2 3 Q", "weapons, also with the wheel; R reloads"),
    ("Enter Y", "chat to all, to the team; Tab scores; V and a digit votes"),
    ("Esc", "close what is open"),
];

const EXPERIMENTS: [(&str, &str); 3] = [
    (
        "What prediction hides",
        "F7: transcontinental. Then F3: off. Walk, and feel the delay between key and step. F3 again until smooth: it is gone.",
    ),
    (
        "What interpolation costs",
        "F7: wifi-bad, F2 for the graph, F5: newest. Others stutter. F5: interpolate: smooth again, but the green display delay has grown.",
    ),
    (
        "Who decides a hit",
        "F7: 4g, F8, F6: none. Shoot who walks across: misses, though you were on them. F6: exact: aim at what you see. The card shows both bodies.",
    ),
];

const WIDTH_PX: f32 = 880.0;
const HEIGHT_PX: f32 = 620.0;
