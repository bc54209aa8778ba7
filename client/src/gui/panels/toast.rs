//! A line in the upper middle of the window that says what a switch does, for a few seconds.

use super::{Panels, netgraph, screen, shots, side, theme, words};
use crate::gui::palette;
use crate::view::{Status, Switches, ViewModel};
use bevy::prelude::*;
use bevy_egui::egui::{self, Align2, Area, CornerRadius, Id, Margin, RichText, Stroke};
use tickshot_shared::modes::Modes;

/// The latest line.
#[derive(Resource, Debug, Default)]
pub(super) struct Toast {
    text: String,
    until_s: f32,
}

impl Toast {
    pub(super) fn say(&mut self, text: impl Into<String>, now_s: f32) {
        self.text = text.into();
        // Long sentences take longer to read.
        self.until_s = now_s + TOAST_S + TOAST_S_PER_LETTER * self.text.len() as f32;
    }

    pub(super) fn show(&self, ctx: &egui::Context, now_s: f32, panels: &Panels) {
        let left = ((self.until_s - now_s) / FADE_S).clamp(0.0, 1.0);
        if left <= 0.0 || self.text.is_empty() {
            return;
        }
        // In the middle of what the panels leave free.
        let left_px = match (panels.side, panels.ghosts) {
            (Some(_), _) => side::WIDTH_PX + 46.0,
            (None, true) => shots::WIDTH_PX + 46.0,
            (None, false) => 12.0,
        };
        let right_px = if panels.graph { netgraph::WIDTH_PX + 2.0 * netgraph::MARGIN_PX + 24.0 } else { 12.0 };
        let free = (screen(ctx).width() - left_px - right_px).max(200.0);
        Area::new(Id::new("toast"))
            .order(egui::Order::Foreground)
            .interactable(false)
            .fade_in(false)
            .anchor(Align2::CENTER_TOP, [(left_px - right_px) * 0.5, BELOW_BANNER_PX])
            .show(ctx, |ui| {
                ui.set_max_width(free.min(TOAST_PX_MAX));
                ui.set_opacity(left);
                theme::frame()
                    .corner_radius(CornerRadius::same(14))
                    .stroke(Stroke::new(1.0, theme::SKY.gamma_multiply(0.6)))
                    .inner_margin(Margin::symmetric(16, 7))
                    .show(ui, |ui| {
                        let (head, rest) = self.text.split_once(". ").unwrap_or((&self.text, ""));
                        ui.horizontal_wrapped(|ui| {
                            ui.label(RichText::new(head).size(15.0).color(egui::Color32::WHITE));
                            ui.label(RichText::new(rest).size(14.0).color(theme::ink(palette::INK_SOFT)));
                        });
                    });
            });
    }
}

/// Whoever changed a mode (a key, a panel, the game itself): the player is told.
pub(super) fn announce(
    time: Res<Time<Real>>,
    view: Res<ViewModel>,
    switches: Res<Switches>,
    mut toast: ResMut<Toast>,
    mut known: Local<Option<(Modes, u32, bool)>>,
) {
    let now_s = time.elapsed_secs();
    let current = (switches.modes, switches.freezes, switches.evidence);
    let Some((modes, freezes, evidence)) = known.replace(current) else { return };
    if view.status != Status::Playing {
        return;
    }
    if let Some(text) = words::switched(&modes, &switches.modes, &view.rules, view.net.tick_rate) {
        toast.say(text, now_s);
    }
    if freezes != switches.freezes {
        toast.say("Frozen for 2 s. Nothing comes or goes; watch how long it takes to be well again.", now_s);
    }
    if evidence != switches.evidence {
        let text = match switches.evidence {
            true => {
                "Ghosts on. Dashed outlines show the same bodies at other times; fire to see a shot from both sides."
            }
            false => "Ghosts off.",
        };
        toast.say(text, now_s);
    }
}

const TOAST_S: f32 = 1.6;
const TOAST_S_PER_LETTER: f32 = 0.025;
const FADE_S: f32 = 0.4;
/// Under the lines about lag and modes.
const BELOW_BANNER_PX: f32 = 130.0;
const TOAST_PX_MAX: f32 = 620.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_longer_sentence_stays_longer() {
        let mut toast = Toast::default();
        toast.say("short", 10.0);
        let short = toast.until_s;
        toast.say("a sentence that takes a while to read, because it goes on and on", 10.0);
        assert!(toast.until_s > short + 1.0);
    }
}
