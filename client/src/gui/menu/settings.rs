//! What is set once and for all.

use super::style::{self, choose, ending, line, note, plain};
use super::{Page, Parts};
use crate::settings::{NetworkView, Palette, UI_SCALE_MAX, UI_SCALE_MIN};
use bevy_egui::egui::{self, Ui};

pub(super) fn show(ui: &mut Ui, parts: &mut Parts, opened: bool) {
    style::heading(ui, "Settings");
    let mut settings = parts.settings.clone();
    line(ui, "Colours", |ui| {
        choose(ui, &mut settings.palette, &Palette::ALL, |palette| palette.words().to_owned());
    });
    line(ui, "", |ui| {
        note(ui, "All of them can be told apart with any common colour vision.");
    });
    line(ui, "Size", |ui| {
        choose(ui, &mut settings.ui_scale, &SCALES, |scale| format!("{:.0} %", scale * 100.0));
    });
    line(ui, "", |ui| {
        note(ui, "Of menus, panels and text; large sizes are for projectors.");
    });
    line(ui, "Picture", |ui| {
        choose(ui, &mut settings.reduce_motion, &[false, true], |still| {
            if still { "Does not shake" } else { "Shakes with explosions" }.to_owned()
        });
    });
    line(ui, "Volume", |ui| {
        ui.add(egui::Slider::new(&mut settings.volume.master, 0..=100).suffix(" %"));
    });
    line(ui, "Effects", |ui| {
        ui.add(egui::Slider::new(&mut settings.volume.effects, 0..=100).suffix(" %"));
    });
    line(ui, "Network", |ui| {
        choose(ui, &mut settings.network, &[NetworkView::Simple, NetworkView::Expert], |view| match view {
            NetworkView::Simple => "Simple".to_owned(),
            NetworkView::Expert => "Expert".to_owned(),
        });
    });
    line(ui, "", |ui| {
        note(
            ui,
            match settings.network {
                NetworkView::Simple => "Just the game. F1 in a match still shows what there is to see.",
                NetworkView::Expert => "Tick rate of own matches; modes, link and net graph in the Esc menu.",
            },
        );
    });
    line(ui, "Denied hits", |ui| {
        choose(ui, &mut settings.recording.save_disputed, &[true, false], |save| {
            if save { "Save the last minute" } else { "Save nothing" }.to_owned()
        });
    });
    line(ui, "", |ui| {
        note(ui, "When the server denies a hit that you saw, for a later look at why. F9 records in a match.");
    });
    if settings != *parts.settings {
        *parts.settings = settings;
    }
    ending(ui, |ui| {
        let back = plain(ui, "Back", 140.0);
        if back.clicked() {
            parts.menu.open(Page::Start);
        }
        let keys = plain(ui, "Keys and buttons", 230.0);
        if opened {
            keys.request_focus();
        }
        if keys.clicked() {
            parts.menu.open(Page::Keys);
        }
    });
}

const SCALES: [f32; 6] = [UI_SCALE_MIN, 1.0, 1.25, 1.5, 2.0, UI_SCALE_MAX];
