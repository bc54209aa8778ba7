//! A match of one's own: map, mode, bots, and whether others may come.

use super::style::{self, choose, ending, field, line, note, plain, primary};
use super::{Page, Parts};
use crate::front::{FrontRequest, config_of};
use crate::settings::NetworkView;
use bevy_egui::egui::{self, Ui};
use tickshot_server::maps::BUILT_IN;
use tickshot_shared::limits::{TICK_RATE_MAX, TICK_RATE_MIN};
use tickshot_shared::sim::bot::Skill;
use tickshot_shared::sim::round::GameMode;

pub(super) fn show(ui: &mut Ui, parts: &mut Parts, opened: bool) {
    style::heading(ui, "Play");
    let expert = parts.settings.network == NetworkView::Expert;
    // Edited as a copy: settings that are touched are settings to be written.
    let mut host = parts.settings.host.clone();
    line(ui, "Map", |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = egui::vec2(6.0, 6.0);
            for map in BUILT_IN {
                if style::chip(ui, map.name, host.map == map.name).clicked() {
                    host.map = map.name.to_owned();
                }
            }
            if BUILT_IN.iter().all(|map| map.name != host.map) {
                style::chip(ui, &host.map, true);
            }
        });
    });
    if let Some(map) = BUILT_IN.iter().find(|map| map.name == host.map) {
        line(ui, "", |ui| {
            note(ui, format!("{} · made for {} to {} players", map.about, map.players.0, map.players.1));
        });
    }
    line(ui, "Mode", |ui| {
        choose(ui, &mut host.mode, &GameMode::ALL, |mode| mode_words(mode).0.to_owned());
    });
    line(ui, "", |ui| {
        note(ui, mode_words(host.mode).1);
    });
    line(ui, "Bots", |ui| {
        ui.add(egui::Slider::new(&mut host.bots, 0..=BOTS_MAX));
    });
    line(ui, "Skill", |ui| {
        choose(ui, &mut host.skill, &Skill::ALL, |skill| capital(skill.name()));
    });
    line(ui, "Open to LAN", |ui| {
        choose(ui, &mut host.to_lan, &[false, true], |open| if open { "Yes" } else { "No" }.to_owned());
        note(ui, if host.to_lan { "Others see it in their list and can join." } else { "Only you and the bots." });
    });
    if host.to_lan {
        line(ui, "Password", |ui| {
            field(ui, &mut host.password, "none: everybody may join", 280.0, false);
        });
    }
    if expert {
        line(ui, "Tick rate", |ui| {
            ui.add(egui::Slider::new(&mut host.tick_rate, TICK_RATE_MIN as u8..=TICK_RATE_MAX as u8).suffix(" Hz"));
        });
    }
    if host != parts.settings.host {
        parts.settings.host = host;
    }
    ending(ui, |ui| {
        let start = primary(ui, "Start match", 220.0);
        if opened {
            start.request_focus();
        }
        if start.clicked() {
            let name = parts.settings.player_name();
            let config = Box::new(config_of(&parts.settings.host, &name));
            parts.requests.write(FrontRequest::Host { config, name });
        }
        if plain(ui, "Back", 120.0).clicked() {
            parts.menu.open(Page::Start);
        }
    });
}

pub(super) fn mode_words(mode: GameMode) -> (&'static str, &'static str) {
    match mode {
        GameMode::Deathmatch => ("Deathmatch", "Everyone for themselves; most kills win."),
        GameMode::Elimination => ("Elimination", "Two teams, one life a round, best of several rounds."),
    }
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// A menu's slider; the command line knows no such limit.
const BOTS_MAX: u8 = 31;
