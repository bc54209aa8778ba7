//! The Esc menu: over a match that goes on meanwhile.

use super::style::{self, note, plain, primary};
use super::{COLUMN_WIDTH, Page, Parts};
use crate::front::FrontRequest;
use crate::settings::NetworkView;
use crate::view::Saying;
use bevy_egui::egui::{RichText, Ui};

pub(super) fn show(ui: &mut Ui, parts: &mut Parts, opened: bool) {
    let resume = primary(ui, "Resume", COLUMN_WIDTH);
    if opened && parts.menu.page == Page::Start {
        resume.request_focus();
    }
    if resume.clicked() {
        parts.requests.write(FrontRequest::Menu);
    }
    if plain(ui, "Settings", COLUMN_WIDTH).clicked() {
        parts.menu.open(Page::Settings);
    }
    if parts.settings.network == NetworkView::Expert && plain(ui, "Time and network", COLUMN_WIDTH).clicked() {
        parts.panels.open_side();
        parts.requests.write(FrontRequest::Menu);
    }
    if plain(ui, "Call a kick vote", COLUMN_WIDTH).clicked() {
        parts.menu.open(Page::Kick);
    }
    if plain(ui, "Leave to menu", COLUMN_WIDTH).clicked() {
        parts.requests.write(FrontRequest::Leave);
    }
    if plain(ui, "Quit", COLUMN_WIDTH).clicked() {
        parts.requests.write(FrontRequest::Quit);
    }
    ui.add_space(8.0);
    let scores = parts.settings.keys.labels(crate::bindings::Action::Scores);
    note(ui, format!("The match goes on. {scores} shows the scores."));
}

/// Whom everybody shall vote about.
pub(super) fn kick(ui: &mut Ui, parts: &mut Parts) {
    style::heading(ui, "Call a kick vote");
    note(ui, "Everybody votes; whoever loses it has to leave.");
    ui.add_space(6.0);
    let own = parts.view.own.map(|own| own.slot);
    let people: Vec<_> = parts.view.roster.iter().filter(|(slot, entry)| Some(slot.0) != own && !entry.bot).collect();
    if people.is_empty() {
        ui.label(RichText::new("There is nobody else here but bots.").color(style::soft()));
    }
    let mut chosen = None;
    for (slot, entry) in people {
        if plain(ui, &entry.name, 360.0).clicked() {
            chosen = Some(*slot);
        }
    }
    style::ending(ui, |ui| {
        if plain(ui, "Back", 120.0).clicked() {
            parts.menu.open(Page::Start);
        }
    });
    if let Some(slot) = chosen {
        parts.sayings.0.push(Saying::CallKick { slot });
        parts.requests.write(FrontRequest::Menu);
    }
}
