//! The lines that are always there while something is not as usual: simulated lag, and modes off their default.

use super::{screen, theme, words};
use crate::view::{Switches, ViewModel};
use bevy_egui::egui::{self, Align2, Area, Color32, CornerRadius, Frame, Id, Margin, RichText, Stroke};

pub(super) fn show(ctx: &egui::Context, view: &ViewModel, switches: &Switches) {
    let lag = lag_text(view, switches);
    let unusual = words::unusual(&view.modes);
    if lag.is_none() && unusual.is_empty() {
        return;
    }
    Area::new(Id::new("banner"))
        .order(egui::Order::Middle)
        .interactable(false)
        .fade_in(false)
        .anchor(Align2::CENTER_TOP, [0.0, BELOW_NET_LINE_PX])
        .show(ctx, |ui| {
            ui.set_max_width((screen(ctx).width() * 0.42).max(360.0));
            ui.vertical_centered(|ui| {
                if let Some(lag) = lag {
                    pill(ui, theme::WARNING, RichText::new(lag).size(13.0).color(Color32::from_rgb(24, 16, 2)), true);
                }
                if !unusual.is_empty() {
                    pill(ui, theme::SKY, RichText::new(unusual).monospace().size(12.0).color(theme::SKY), false);
                }
            });
        });
}

fn pill(ui: &mut egui::Ui, colour: Color32, text: RichText, filled: bool) {
    let fill = if filled { colour.gamma_multiply(0.94) } else { Color32::from_rgba_unmultiplied(8, 11, 17, 200) };
    Frame::NONE
        .fill(fill)
        .stroke(Stroke::new(1.0, colour.gamma_multiply(0.7)))
        .corner_radius(CornerRadius::same(10))
        .inner_margin(Margin::symmetric(11, 3))
        .show(ui, |ui| ui.label(text));
}

/// What is done to this client's datagrams on purpose, by whomever.
fn lag_text(view: &ViewModel, switches: &Switches) -> Option<String> {
    let own = if switches.link.is_clean() { view.link } else { switches.link };
    let own = (!own.is_clean()).then(|| format!("SIMULATED LAG   {own}"));
    let imposed = &view.rules.imposed_link;
    let imposed = (!imposed.is_empty()).then(|| format!("LAG IMPOSED BY THE SERVER   {imposed}"));
    match (own, imposed) {
        (Some(own), Some(imposed)) => Some(format!("{own}\n{imposed}")),
        (own, imposed) => own.or(imposed),
    }
}

/// Under the connection line and beside the feed.
const BELOW_NET_LINE_PX: f32 = 44.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lag_is_never_left_on_unnoticed() {
        let (mut view, mut switches) = (ViewModel::default(), Switches::default());
        assert_eq!(lag_text(&view, &switches), None);
        switches.link.up.delay_us = 75_000;
        assert!(lag_text(&view, &switches).is_some_and(|text| text.contains("SIMULATED LAG") && text.contains("75ms")));
        view.rules.imposed_link = "delay 50ms".into();
        let both = lag_text(&view, &switches).unwrap_or_default();
        assert!(both.contains("SIMULATED") && both.contains("IMPOSED BY THE SERVER   delay 50ms"), "{both}");
    }
}
