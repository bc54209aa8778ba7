//! The panel at the left: a small tab while closed, pages of switches while open.

use super::{Panels, Tab, link, modes, screen, theme};
use crate::view::{Switches, ViewModel};
use bevy::prelude::Resource;
use bevy_egui::egui::{self, Area, Color32, Id, Margin, RichText, ScrollArea, Sense, pos2};

/// What is half typed or half chosen.
#[derive(Resource, Default)]
pub(super) struct Drafts {
    pub link: link::Draft,
    /// The fixed display delay to come back to, ms.
    pub delay_ms: Option<u16>,
}

/// What the side panel reads and writes.
pub(super) struct Parts<'a> {
    pub view: &'a ViewModel,
    pub panels: &'a mut Panels,
    pub switches: &'a mut Switches,
    pub drafts: &'a mut Drafts,
}

pub(super) fn show(ctx: &egui::Context, mut parts: Parts) {
    match parts.panels.side {
        None => show_tab(ctx, parts.panels),
        Some(tab) => show_pages(ctx, tab, &mut parts),
    }
}

/// Always there, so that nobody needs a key to find the rest.
fn show_tab(ctx: &egui::Context, panels: &mut Panels) {
    Area::new(Id::new("side tab")).fixed_pos(pos2(LEFT_PX, TOP_PX)).fade_in(false).show(ctx, |ui| {
        let frame = theme::frame().inner_margin(Margin::symmetric(8, 4));
        let shown = frame.show(ui, |ui| {
            ui.horizontal(|ui| {
                theme::key_cap(ui, "P");
                ui.label(RichText::new("Time & network").size(theme::SMALL_PX));
                ui.add_space(4.0);
                theme::key_cap(ui, "F1");
                ui.label(RichText::new("Help").size(theme::SMALL_PX));
            });
        });
        let click = ui.interact(shown.response.rect, Id::new("side tab click"), Sense::click());
        if click.on_hover_text("Every switch of time and of the network, with the mouse.").clicked() {
            panels.toggle_side();
        }
    });
}

fn show_pages(ctx: &egui::Context, tab: Tab, parts: &mut Parts) {
    let height = screen(ctx).height() - TOP_PX - ABOVE_HEALTH_PX;
    Area::new(Id::new("side")).fixed_pos(pos2(LEFT_PX, TOP_PX)).fade_in(false).show(ctx, |ui| {
        theme::frame().show(ui, |ui| {
            ui.set_width(WIDTH_PX);
            show_head(ui, tab, parts);
            ui.add_space(3.0);
            ScrollArea::vertical()
                .id_salt(tab as u8)
                .max_height(height - 90.0)
                .min_scrolled_height(height - 90.0)
                .auto_shrink([false, true])
                .show(ui, |ui| {
                    ui.set_width(WIDTH_PX - 10.0);
                    match tab {
                        Tab::Modes => modes::show(ui, parts),
                        Tab::Link => link::show(ui, parts),
                    }
                });
            ui.add_space(2.0);
            show_foot(ui, parts);
        });
    });
}

fn show_head(ui: &mut egui::Ui, tab: Tab, parts: &mut Parts) {
    ui.horizontal(|ui| {
        for (page, name) in [(Tab::Modes, "Modes"), (Tab::Link, "Link")] {
            let colour = if tab == page { Color32::WHITE } else { theme::GREY };
            let text = RichText::new(name).size(16.0).color(colour);
            if ui.selectable_label(tab == page, text).clicked() {
                parts.panels.side = Some(page);
                parts.panels.last_tab = page;
            }
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if ui.button(" × ").on_hover_text("Close (Esc or P)").clicked() {
                parts.panels.side = None;
            }
            theme::key_cap(ui, if tab == Tab::Link { "F7" } else { "P" });
        });
    });
}

/// The views, for those who have no F keys.
fn show_foot(ui: &mut egui::Ui, parts: &mut Parts) {
    ui.separator();
    ui.horizontal(|ui| {
        ui.toggle_value(&mut parts.panels.graph, "F2 Graph").on_hover_text(
            "Net graph and the ruler of clocks: what arrives when, and which moment each picture shows.",
        );
        let ghosts = ui.toggle_value(&mut parts.panels.ghosts, "F8 Ghosts");
        if ghosts.on_hover_text("The same bodies at other times, and both sides of your latest shot.").changed() {
            parts.switches.evidence = parts.panels.ghosts;
        }
        ui.toggle_value(&mut parts.panels.help, "F1 Help").on_hover_text("Keys, modes, experiments to try.");
    });
}

pub(super) const LEFT_PX: f32 = 12.0;
/// Under the connection line.
pub(super) const TOP_PX: f32 = 44.0;
pub(super) const WIDTH_PX: f32 = 336.0;
/// Room for the health panel under it.
const ABOVE_HEALTH_PX: f32 = 84.0;
