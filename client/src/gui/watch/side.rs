//! What only a watcher may know, in panels: what the followed client believed, what the tick cost, the selected shot.

use super::ghosts::{TRUE_OTHER, TRUE_OWN, UNTOLD};
use super::keys::KEYS;
use super::{Watch, bar};
use crate::gui::palette::Tints;
use crate::gui::panels::legend::{self, DRAWN, PRESENT, TESTED};
use crate::gui::panels::{ruler, shots, theme};
use crate::view::{NetView, ViewModel};
use crate::watch::Look;
use crate::watch::eye::Glance;
use crate::watch::shown::{ShotScene, TickCost};
use bevy_egui::egui::{self, Align2, Area, Color32, Grid, Id, RichText, Ui, pos2};

pub(super) fn show(ctx: &egui::Context, view: &ViewModel, tints: &Tints, watch: &mut Watch) {
    let screen = ctx.content_rect();
    if watch.help {
        return show_help(ctx, &mut watch.help);
    }
    let shown = &watch.shown;
    let left = Area::new(Id::new("watch left")).fade_in(false).fixed_pos(pos2(12.0, 12.0));
    left.show(ctx, |ui| {
        ui.spacing_mut().item_spacing.y = 8.0;
        if let Some(glance) = &shown.glance {
            theme::frame().show(ui, |ui| show_glance(ui, glance, shown.vitals));
        } else if let Some((slot, name)) = &shown.followed {
            theme::frame().show(ui, |ui| {
                ui.set_width(LEFT_PX);
                ui.label(RichText::new(name).strong().color(theme::ink(tints.of(*slot))));
                show_vitals(ui, shown.vitals);
            });
        }
        if watch.player.film().is_some() {
            theme::frame().show(ui, |ui| show_tick(ui, &shown.tick));
        }
        if shown.look == Look::Both {
            theme::frame().show(ui, |ui| {
                ui.set_width(LEFT_PX);
                [TRUE_OTHER, TRUE_OWN, UNTOLD].iter().for_each(|outline| legend::line(ui, outline));
            });
        }
        show_remarks(ui, &shown.remarks);
    });
    let above_bar = screen.bottom() - bar::HEIGHT_PX - 10.0;
    let card_px = if shown.shot.is_some() { shots::WIDTH_PX + 44.0 } else { 0.0 };
    if let Some(glance) = &shown.glance {
        let left = RIGHT_EDGE_PX + 10.0;
        let width = (screen.width() - left - card_px - 12.0).clamp(280.0, 560.0);
        let net = clocks(glance, view.net.tick_rate);
        ruler::show_at(ctx, &net, pos2(left, above_bar - ruler::HEIGHT_PX), width);
    }
    if let Some(shot) = &shown.shot {
        let place = pos2(screen.right() - 12.0, above_bar);
        let card = Area::new(Id::new("watch shot")).fade_in(false).pivot(Align2::RIGHT_BOTTOM).fixed_pos(place);
        card.show(ctx, |ui| theme::frame().show(ui, |ui| show_shot(ui, view, tints, shot)));
    }
}

/// What is wrong with the traces: the latest first, for it is about this very place.
fn show_remarks(ui: &mut Ui, remarks: &[String]) {
    if remarks.is_empty() {
        return;
    }
    theme::frame().show(ui, |ui| {
        ui.set_width(LEFT_PX);
        for remark in remarks.iter().rev().take(REMARKS_MAX) {
            ui.label(RichText::new(remark).size(11.0).color(theme::WARNING));
        }
        if let Some(more) = remarks.len().checked_sub(REMARKS_MAX).filter(|more| *more > 0) {
            ui.label(theme::soft(format!("and {more} more, see the terminal")));
        }
    });
}

/// What the ruler draws.
fn clocks(glance: &Glance, tick_rate: u32) -> NetView {
    NetView {
        tick_rate,
        input_now: glance.input_tick,
        server_now: glance.server_tick,
        display_now: glance.display_tick,
        newest_snapshot: glance.newest_snapshot.map(f64::from),
        ..NetView::default()
    }
}

fn show_glance(ui: &mut Ui, glance: &Glance, vitals: Option<(u8, u8, bool)>) {
    ui.set_width(LEFT_PX);
    ui.label(theme::title(format!("What {} knew", glance.name)));
    show_vitals(ui, vitals);
    let ms = |value: f64| format!("{value:.1} ms");
    Grid::new("glance").num_columns(2).spacing([10.0, 2.0]).show(ui, |ui| {
        row(ui, "frame", format!("{}, for {} on screen", glance.frame, ms(glance.age_ms)), None);
        let starved = if glance.starved { ", nothing to draw from" } else { "" };
        let colour = glance.starved.then_some(theme::VERMILION);
        row(ui, "display delay", format!("{}{starved}", ms(glance.display_delay_ms)), colour);
        if let Some(error) = glance.server_error_ms {
            let bound = glance.server_error_bound_ms.map_or_else(String::new, |bound| format!("  (\u{B1} {bound:.1})"));
            row(ui, "server now, off by", format!("{error:+.1} ms{bound}"), None);
        }
        if let (Some(rtt), Some(jitter)) = (glance.rtt_ms, glance.jitter_ms) {
            row(ui, "round trip, jitter", format!("{rtt:.1}, {}", ms(jitter)), None);
        }
        if let Some((up, down)) = glance.loss_pct {
            row(ui, "lost up, down", format!("{up:.1} %, {down:.1} %"), None);
        }
        if let Some(margin) = glance.input_margin_ms {
            row(ui, "input margin, told", ms(margin), (margin < 0.0).then_some(theme::VERMILION));
        }
        if glance.smoothing_mm > 0.5 {
            row(ui, "smoothing", format!("{:.0} mm", glance.smoothing_mm), Some(theme::SKY));
        }
        if let Some((ago_ms, why, mm)) = &glance.correction {
            let text = format!("{mm:.0} mm, {}, {ago_ms:.0} ms ago", why.replace('_', " "));
            row(ui, "corrected", text, Some(theme::SKY));
        }
    });
    for (name, text) in [("link", &glance.link), ("imposed", &glance.imposed_link)] {
        if !text.is_empty() {
            ui.label(RichText::new(format!("{name}: {text}")).size(11.5).color(theme::WARNING));
        }
    }
    if !glance.modes.is_empty() {
        ui.label(theme::soft(glance.modes.replace(',', ", ")).size(11.0));
    }
}

fn show_vitals(ui: &mut Ui, vitals: Option<(u8, u8, bool)>) {
    let Some((health, armour, alive)) = vitals else { return };
    let text =
        if alive { format!("health {health}, armour {armour}") } else { "dead, by the server's word".to_owned() };
    ui.label(theme::soft(text));
}

fn show_tick(ui: &mut Ui, tick: &TickCost) {
    ui.set_width(LEFT_PX);
    ui.label(theme::title(format!("Tick {} of the server", tick.tick)));
    Grid::new("tick").num_columns(2).spacing([10.0, 2.0]).show(ui, |ui| {
        let late = (tick.late_us > 1000).then_some(theme::VERMILION);
        row(
            ui,
            "late, busy",
            format!("{:.2}, {:.2} ms", f64::from(tick.late_us) / 1000.0, f64::from(tick.busy_us()) / 1000.0),
            late,
        );
        let [receive, control, step, snapshots, flush] = tick.stages_us;
        row(ui, "stages, \u{B5}s", format!("{receive} + {control} + {step} + {snapshots} + {flush}"), None);
        if tick.starved > 0 {
            row(ui, "without input", format!("{} players", tick.starved), Some(theme::PURPLE));
        }
        if tick.lost_ticks > 0 {
            row(ui, "given up before it", format!("{} ticks", tick.lost_ticks), Some(theme::VERMILION));
        }
        if let Some(margin) = tick.margin_us {
            row(ui, "its input came", format!("{:.1} ms before", f64::from(margin) / 1000.0), None);
        }
        if let Some((bytes, baseline)) = tick.snapshot {
            let against = if baseline == 0 { "whole".to_owned() } else { format!("against {baseline} ticks before") };
            row(ui, "its snapshot", format!("{bytes} bytes, {against}"), None);
        }
    });
}

fn row(ui: &mut Ui, name: &str, value: String, colour: Option<Color32>) {
    ui.label(theme::soft(name).size(11.5));
    ui.label(RichText::new(value).size(11.5).color(colour.unwrap_or(Color32::from_rgb(225, 232, 242))));
    ui.end_row();
}

fn show_shot(ui: &mut Ui, view: &ViewModel, tints: &Tints, shot: &ShotScene) {
    ui.set_width(shots::WIDTH_PX);
    ui.spacing_mut().item_spacing.y = 2.0;
    let title = format!("{}'s shot", shot.shooter_name);
    let whose = shots::Whose { title: &title, saw: "it saw", screen: "its screen" };
    shots::show_card(ui, view, tints, &shot.card, &whose);
    let fired = shot.fired_s.map_or_else(String::new, |fired| format!("Fired at {}, ", super::timeline::clock(fired)));
    ui.label(theme::soft(format!("{fired}judged at {}.", super::timeline::clock(shot.judged_s))));
    if shot.disputed {
        ui.label(
            RichText::new("Disputed: shooter and server do not agree.").size(theme::SMALL_PX).color(theme::YELLOW),
        );
    }
    ui.horizontal(|ui| {
        for outline in [DRAWN, TESTED, PRESENT] {
            let name = outline.name.trim_start_matches("others, ");
            ui.label(RichText::new(name).size(11.0).color(outline.colour));
        }
        ui.label(theme::soft(format!("{}", shot.card.id)).size(10.0));
    });
}

fn show_help(ctx: &egui::Context, open: &mut bool) {
    let screen = ctx.content_rect();
    let middle = pos2(screen.center().x, (screen.height() - bar::HEIGHT_PX) * 0.5);
    let area = Area::new(Id::new("watch help")).fade_in(false).pivot(Align2::CENTER_CENTER).fixed_pos(middle);
    area.show(ctx, |ui| {
        theme::frame().show(ui, |ui| {
            ui.label(theme::title("Watching a trace"));
            ui.add_space(4.0);
            Grid::new("watch keys").num_columns(2).spacing([16.0, 6.0]).show(ui, |ui| {
                for (key, does) in KEYS {
                    theme::key_cap(ui, key);
                    ui.label(does);
                    ui.end_row();
                }
            });
            if ui.button("Close (F1)").clicked() {
                *open = false;
            }
        });
    });
}

/// Width of what is in the panels at the left, and where they end.
const LEFT_PX: f32 = 276.0;
pub(super) const RIGHT_EDGE_PX: f32 = LEFT_PX + 12.0 + 24.0;
/// Remarks shown at once.
const REMARKS_MAX: usize = 2;
