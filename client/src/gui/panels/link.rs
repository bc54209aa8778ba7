//! The page of the simulated link: presets, its text, freeze, and the sliders of each direction.

use super::side::Parts;
use super::{link_direction, modes, theme};
use crate::view::FREEZE_MS;
use bevy_egui::egui::{self, Color32, FontId, RichText, TextEdit, Ui};
use tickshot_shared::limits::LINK_TEXT_BYTES_MAX;
use tickshot_shared::link::presets::{self, PRESETS};
use tickshot_shared::link::profile::LinkSettings;

/// What is being typed, and how the sliders are laid out.
#[derive(Debug, Default)]
pub(super) struct Draft {
    text: String,
    /// The link that `text` was written for.
    of: Option<LinkSettings>,
    problem: Option<String>,
    /// Each direction has sliders of its own.
    each: bool,
    /// The direction whose sliders are shown.
    down: bool,
}

pub(super) fn show(ui: &mut Ui, parts: &mut Parts) {
    ui.label(theme::soft("Makes your own network worse: every datagram to and from the server passes through this."));
    if !parts.view.rules.imposed_link.is_empty() {
        let text = format!("The server imposes on top: {}", parts.view.rules.imposed_link);
        ui.label(RichText::new(text).size(theme::SMALL_PX).color(theme::WARNING));
    }
    let before = parts.switches.link;
    let mut link = before;
    show_presets(ui, &mut link);
    show_text(ui, &mut link, &mut parts.drafts.link);
    ui.horizontal(|ui| {
        let freeze = ui.button(format!("Freeze {} s", FREEZE_MS / 1000));
        let freeze = freeze.on_hover_text(
            "Nothing passes for two seconds, then all of it at once: watch others hold still, catch up and be well again.",
        );
        if freeze.clicked() {
            parts.switches.freezes = parts.switches.freezes.wrapping_add(1);
        }
        let draft = &mut parts.drafts.link;
        let each = ui.checkbox(&mut draft.each, "each direction");
        let each = each.on_hover_text("Sliders for up and down apart: watch what lag of only one kind does.");
        if each.changed() && !draft.each {
            // What is shown counts for both from now on.
            link = LinkSettings::both(if draft.down { link.down } else { link.up });
        }
        if draft.each {
            ui.selectable_value(&mut draft.down, false, "up").on_hover_text("From you to the server: your inputs.");
            ui.selectable_value(&mut draft.down, true, "down").on_hover_text("From the server to you: its snapshots.");
        }
    });
    show_sliders(ui, &mut link, &mut parts.drafts.link);
    if link != before {
        match link.check() {
            Ok(()) => {
                parts.switches.link = link;
                parts.drafts.link.problem = None;
            }
            Err(error) => parts.drafts.link.problem = Some(error.to_string()),
        }
    }
}

fn show_presets(ui: &mut Ui, link: &mut LinkSettings) {
    modes::heading(ui, "Presets", "");
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = egui::vec2(4.0, 4.0);
        if ui.selectable_label(link.is_clean(), "none").on_hover_text("Your real network, as it is.").clicked() {
            *link = LinkSettings::default();
        }
        for preset in &PRESETS {
            let chosen = ui.selectable_label(*link == preset.link, preset.name).on_hover_text(preset.feels);
            if chosen.clicked() {
                *link = preset.link;
            }
        }
    });
    match presets::of(link) {
        Some(preset) => ui.label(theme::soft(preset.feels)),
        None if link.is_clean() => ui.label(theme::soft("No simulated lag. Try a preset: you feel it at once.")),
        None => ui.label(theme::soft("Settings of your own.")),
    };
}

/// The link in words, editable; what cannot be read says why and changes nothing.
fn show_text(ui: &mut Ui, link: &mut LinkSettings, draft: &mut Draft) {
    let field = TextEdit::singleline(&mut draft.text)
        .id_salt("link text")
        .font(FontId::monospace(12.0))
        .char_limit(LINK_TEXT_BYTES_MAX)
        .hint_text("delay 75ms 20ms loss 5%")
        .desired_width(f32::INFINITY);
    let response = ui.add(field).on_hover_text(
        "The same in words, as `tc netem` has them; `up ... down ...` for each direction. Enter puts it on.",
    );
    if response.changed() {
        draft.problem = draft.text.parse::<LinkSettings>().err().map(|error| error.to_string());
    }
    if response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter)) {
        match draft.text.parse() {
            Ok(parsed) => *link = parsed,
            Err(error) => draft.problem = Some(format!("{error}")),
        }
    }
    if !response.has_focus()
        && draft.of != Some(*link)
        && (draft.problem.is_none() || draft.of.is_some_and(|of| of != *link))
    {
        draft.text = if link.is_clean() { String::new() } else { link.to_string() };
        draft.of = Some(*link);
        draft.problem = None;
    }
    if let Some(problem) = &draft.problem {
        ui.label(RichText::new(problem).size(theme::SMALL_PX).color(Color32::from_rgb(255, 140, 110)));
    }
}

fn show_sliders(ui: &mut Ui, link: &mut LinkSettings, draft: &mut Draft) {
    if !draft.each && link.up != link.down {
        // They differ already: showing one of them as both would be a lie.
        draft.each = true;
    }
    let profile = if draft.each && draft.down { &mut link.down } else { &mut link.up };
    link_direction::show(ui, profile);
    if !draft.each {
        link.down = link.up;
    }
}
