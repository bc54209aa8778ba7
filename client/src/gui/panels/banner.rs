//! The lines that are always there while something is not as usual: simulated lag, and modes off their default.

use super::{screen, theme, words};
use crate::view::{Switches, ViewModel};
use bevy_egui::egui::{self, Align2, Area, Color32, CornerRadius, Frame, Id, Margin, RichText, Stroke};
use tickshot_shared::link::presets;
use tickshot_shared::link::profile::LinkSettings;

pub(super) fn show(ctx: &egui::Context, view: &ViewModel, switches: &Switches) {
    let lag = lag_text(view, switches);
    let unusual = words::unusual(&view.modes);
    if lag.is_none() && unusual.is_empty() {
        return;
    }
    let mut top = BELOW_NET_LINE_PX;
    if let Some(lag) = lag {
        let text = RichText::new(lag).size(13.0).color(Color32::from_rgb(24, 16, 2));
        top = pill(ctx, "lag", top, theme::WARNING, text, true) + 4.0;
    }
    if !unusual.is_empty() {
        let text = RichText::new(unusual).monospace().size(12.0).color(theme::SKY);
        pill(ctx, "unusual", top, theme::SKY, text, false);
    }
}

/// A rounded line in the middle of the window; returns where it ends.
fn pill(ctx: &egui::Context, id: &str, top: f32, colour: Color32, text: RichText, filled: bool) -> f32 {
    let fill = if filled { colour.gamma_multiply(0.94) } else { Color32::from_rgba_unmultiplied(8, 11, 17, 225) };
    let area = Area::new(Id::new(id)).order(egui::Order::Foreground).interactable(false).fade_in(false);
    let shown = area.anchor(Align2::CENTER_TOP, [0.0, top]).show(ctx, |ui| {
        ui.set_max_width((screen(ctx).width() * 0.42).max(360.0));
        Frame::NONE
            .fill(fill)
            .stroke(Stroke::new(1.0, colour.gamma_multiply(0.7)))
            .corner_radius(CornerRadius::same(10))
            .inner_margin(Margin::symmetric(11, 3))
            .show(ui, |ui| ui.label(text));
    });
    shown.response.rect.bottom()
}

/// What is done to this client's datagrams on purpose, by whomever.
fn lag_text(view: &ViewModel, switches: &Switches) -> Option<String> {
    let own = if switches.link.is_clean() { view.link } else { switches.link };
    let own = (!own.is_clean()).then(|| match presets::of(&own) {
        Some(preset) => format!("SIMULATED LAG   {}   {}", preset.name, in_short(&own)),
        None => format!("SIMULATED LAG   {own}"),
    });
    let imposed = &view.rules.imposed_link;
    let imposed = (!imposed.is_empty()).then(|| format!("LAG IMPOSED BY THE SERVER   {imposed}"));
    match (own, imposed) {
        (Some(own), Some(imposed)) => Some(format!("{own}\n{imposed}")),
        (own, imposed) => own.or(imposed),
    }
}

/// A preset's name says little to who does not know it: what it adds, roughly.
fn in_short(link: &LinkSettings) -> String {
    let round_trip_ms = (link.up.delay_us + link.down.delay_us) as f32 / 1000.0;
    let jitter_ms = link.up.jitter_us.max(link.down.jitter_us) as f32 / 1000.0;
    format!("+{round_trip_ms:.1} ms round trip, {jitter_ms:.1} ms jitter")
}

/// Under the state of the match and beside the feed.
const BELOW_NET_LINE_PX: f32 = 70.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lag_is_never_left_on_unnoticed() {
        let (mut view, mut switches) = (ViewModel::default(), Switches::default());
        assert_eq!(lag_text(&view, &switches), None);
        switches.link.up.delay_us = 75_000;
        assert!(lag_text(&view, &switches).is_some_and(|text| text.contains("SIMULATED LAG") && text.contains("75ms")));
        switches.link = presets::find("4g").expect("4g is a preset").link;
        assert!(lag_text(&view, &switches).is_some_and(|text| text.contains("4g   +57.0 ms round trip")));
        view.rules.imposed_link = "delay 50ms".into();
        let both = lag_text(&view, &switches).unwrap_or_default();
        assert!(both.contains("SIMULATED") && both.contains("IMPOSED BY THE SERVER   delay 50ms"), "{both}");
    }
}
