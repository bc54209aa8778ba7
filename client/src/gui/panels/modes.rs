//! The page of modes: every axis, what its present value means, and what this server allows.

use super::side::Parts;
use super::{theme, words};
use crate::view::RulesView;
use bevy_egui::egui::{self, Color32, RichText, Slider, Ui};
use tickshot_shared::modes::{
    DELAY_MS_MAX, Delay, HitCheck, Modes, Others, Prediction, REDUNDANCY_MAX, SNAPSHOT_EVERY_MAX,
};

pub(super) fn show(ui: &mut Ui, parts: &mut Parts) {
    let rules = &parts.view.rules;
    let tick_rate = parts.view.net.tick_rate.max(1);
    let modes = &mut parts.switches.modes;

    heading(ui, "You", "F3 F4");
    choices(ui, |ui| {
        for mode in Prediction::ALL {
            ui.selectable_value(&mut modes.prediction, mode, mode.name()).on_hover_text(words::prediction(mode));
        }
    });
    ui.label(theme::soft(words::prediction(modes.prediction)));

    heading(ui, "Others", "F5");
    let delay = parts.drafts.delay_ms.get_or_insert(100);
    choices(ui, |ui| {
        for (mode, same) in [
            (Others::Newest, matches!(modes.others, Others::Newest)),
            (Others::Interpolate(Delay::Adaptive), matches!(modes.others, Others::Interpolate(_))),
            (Others::Extrapolate, matches!(modes.others, Others::Extrapolate)),
        ] {
            let choice = ui.selectable_label(same, words::others_name(mode)).on_hover_text(words::others(mode));
            if choice.clicked() && !same {
                modes.others = mode;
            }
        }
    });
    if let Others::Interpolate(current) = &mut modes.others {
        show_delay(ui, current, delay, parts.view.net.display_delay_ms);
    }
    ui.label(theme::soft(words::others(modes.others)));

    heading(ui, "Hit checks", "F6");
    let allowed = rules.experiments;
    ui.add_enabled_ui(allowed, |ui| {
        choices(ui, |ui| {
            let mut check = if allowed { modes.hits } else { rules.hits };
            for other in HitCheck::ALL {
                ui.selectable_value(&mut check, other, other.name())
                    .on_hover_text(words::hits(other))
                    .on_disabled_hover_text(words::NO_EXPERIMENTS);
            }
            if allowed {
                modes.hits = check;
            }
        });
    });
    ui.label(theme::soft(words::hits(if allowed { modes.hits } else { rules.hits })));

    heading(ui, "Packets", "");
    ui.add_enabled_ui(allowed, |ui| {
        let slider = Slider::new(&mut modes.snapshot_every, 1..=SNAPSHOT_EVERY_MAX);
        let slider =
            slider.custom_formatter(
                |every, _| if every < 2.0 { "each tick".into() } else { format!("every {every:.0} ticks") },
            );
        labelled(ui, "snapshots", slider)
            .on_hover_text("How often the server tells you where everybody is.")
            .on_disabled_hover_text(words::NO_EXPERIMENTS);
    });
    ui.label(theme::soft(words::snapshot_every(modes.snapshot_every, tick_rate)));
    let slider = Slider::new(&mut modes.redundancy, 1..=REDUNDANCY_MAX).suffix(" inputs");
    labelled(ui, "redundancy", slider).on_hover_text("How many of your latest inputs each packet carries.");
    ui.label(theme::soft(words::redundancy(modes.redundancy)));

    ui.add_space(4.0);
    let usual = ui.add_enabled(*modes != Modes::default(), egui::Button::new("Everything as usual"));
    if usual.on_hover_text("The full machinery: smooth, interpolate, exact.").clicked() {
        *modes = Modes::default();
    }
    show_rules(ui, rules);
}

fn show_delay(ui: &mut Ui, delay: &mut Delay, fixed_ms: &mut u16, measured_ms: f32) {
    if let Delay::FixedMs(ms) = *delay {
        *fixed_ms = ms;
    }
    ui.horizontal(|ui| {
        ui.label("delay");
        if ui
            .selectable_label(*delay == Delay::Adaptive, "adaptive")
            .on_hover_text("As late as the worst one in a hundred snapshots needs: watch it grow with jitter.")
            .clicked()
        {
            *delay = Delay::Adaptive;
        }
        let fixed = *delay != Delay::Adaptive;
        if ui
            .selectable_label(fixed, "fixed")
            .on_hover_text("Always the same: find out when it is too little.")
            .clicked()
        {
            *delay = Delay::FixedMs(*fixed_ms);
        }
        if fixed {
            ui.spacing_mut().slider_width = 90.0;
            if ui.add(Slider::new(fixed_ms, 0..=DELAY_MS_MAX).suffix(" ms")).changed() {
                *delay = Delay::FixedMs(*fixed_ms);
            }
        } else {
            ui.label(theme::soft(format!("now {measured_ms:.0} ms")));
        }
    });
}

/// What the server says, which no switch here changes.
fn show_rules(ui: &mut Ui, rules: &RulesView) {
    heading(ui, "This server", "");
    let experiments = if rules.experiments {
        "Experiments are allowed: your shots are tested as you choose above.".to_owned()
    } else {
        format!("{} Shots are tested {}.", words::NO_EXPERIMENTS, rules.hits.name())
    };
    ui.label(theme::soft(experiments));
    ui.label(theme::soft(format!(
        "Shots reach back {} ms at most; older claims are tested at that limit.",
        rules.rewind_ms
    )));
    if !rules.imposed_link.is_empty() {
        let text = format!("It imposes a link on you: {}", rules.imposed_link);
        ui.label(RichText::new(text).size(theme::SMALL_PX).color(theme::WARNING));
    }
}

pub(super) fn heading(ui: &mut Ui, name: &str, keys: &str) {
    ui.add_space(5.0);
    ui.horizontal(|ui| {
        ui.label(theme::title(name));
        for key in keys.split_whitespace() {
            theme::key_cap(ui, key);
        }
    });
}

/// Values of which one is chosen, in a box that holds them together.
pub(super) fn choices(ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        let frame = egui::Frame::NONE.fill(Color32::from_white_alpha(9)).corner_radius(5).inner_margin(1);
        frame.show(ui, |ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            contents(ui);
        });
    });
}

/// A slider with its name in a column of its own.
pub(super) fn labelled(ui: &mut Ui, name: &str, slider: Slider) -> egui::Response {
    ui.horizontal(|ui| {
        let (rect, label) = ui.allocate_exact_size(egui::vec2(NAME_PX, 18.0), egui::Sense::hover());
        let colour = ui.visuals().widgets.noninteractive.fg_stroke.color;
        let font = egui::FontId::proportional(theme::BODY_PX);
        ui.painter().text(rect.left_center(), egui::Align2::LEFT_CENTER, name, font, colour);
        label | ui.add(slider)
    })
    .inner
}

const NAME_PX: f32 = 92.0;
