//! How egui looks here: the game's own colours, dark and half transparent, small type.
//!
//! Alone so that no panel names a colour that is not in the palette.

use crate::gui::fonts::{BOLD_BYTES, MEDIUM};
use crate::gui::palette;
use bevy::prelude::Color;
use bevy_egui::egui::{
    self, Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Frame, Margin, RichText, Shadow,
    Stroke, TextStyle, Visuals, vec2,
};

pub(in crate::gui) fn install(ctx: &egui::Context) {
    ctx.set_theme(egui::Theme::Dark);
    ctx.set_fonts(fonts());
    ctx.all_styles_mut(|style| {
        style.visuals = visuals();
        let sizes = [
            (TextStyle::Small, FontId::proportional(SMALL_PX)),
            (TextStyle::Body, FontId::proportional(BODY_PX)),
            (TextStyle::Button, FontId::proportional(BODY_PX)),
            (TextStyle::Heading, FontId::proportional(18.0)),
            (TextStyle::Monospace, FontId::monospace(12.0)),
        ];
        style.text_styles = sizes.into_iter().collect();
        style.spacing.item_spacing = vec2(6.0, 4.0);
        style.spacing.button_padding = vec2(7.0, 2.0);
        style.spacing.slider_width = 132.0;
        style.spacing.slider_rail_height = 4.0;
        style.spacing.interact_size = vec2(34.0, 19.0);
        style.spacing.tooltip_width = 300.0;
        style.interaction.selectable_labels = false;
        style.interaction.tooltip_delay = 0.15;
        style.animation_time = 0.08;
    });
}

/// The game's own face, and figures of one width for tables; what both lack comes from egui's fonts.
fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    fonts.font_data.insert(FACE.into(), FontData::from_static(MEDIUM).into());
    for family in [FontFamily::Proportional, FontFamily::Monospace] {
        fonts.families.entry(family).or_default().insert(0, FACE.into());
    }
    fonts.font_data.insert(BOLD.into(), FontData::from_static(BOLD_BYTES).into());
    fonts.families.insert(FontFamily::Name(BOLD.into()), vec![BOLD.into(), FACE.into()]);
    let instruments = FontData::from_static(bevy::text::DEFAULT_FONT_DATA);
    fonts.font_data.insert(INSTRUMENTS.into(), instruments.into());
    fonts.families.entry(FontFamily::Monospace).or_default().insert(0, INSTRUMENTS.into());
    fonts
}

fn visuals() -> Visuals {
    let mut visuals = Visuals::dark();
    let round = CornerRadius::same(4);
    visuals.override_text_color = None;
    visuals.window_fill = PANEL.into_colour();
    visuals.panel_fill = PANEL.into_colour();
    visuals.window_stroke = Stroke::new(1.0, ink(palette::PANEL_EDGE));
    visuals.window_corner_radius = CornerRadius::same(8);
    visuals.menu_corner_radius = CornerRadius::same(6);
    visuals.window_shadow = Shadow::NONE;
    visuals.popup_shadow = Shadow { offset: [0, 3], blur: 10, spread: 0, color: Color32::from_black_alpha(120) };
    visuals.extreme_bg_color = Color32::from_rgba_unmultiplied(0, 0, 0, 110);
    visuals.text_edit_bg_color = Some(Color32::from_rgba_unmultiplied(0, 0, 0, 130));
    visuals.faint_bg_color = Color32::from_white_alpha(6);
    visuals.weak_text_color = Some(ink(palette::INK_SOFT));
    visuals.slider_trailing_fill = true;
    visuals.disabled_alpha = 0.45;
    visuals.selection.bg_fill = Color32::from_rgb(38, 88, 128);
    visuals.selection.stroke = Stroke::new(1.0, Color32::from_rgb(190, 226, 250));
    let shades = [
        (&mut visuals.widgets.noninteractive, Color32::from_white_alpha(8), ink(palette::INK), 14),
        (&mut visuals.widgets.inactive, Color32::from_rgb(38, 47, 63), ink(palette::INK), 0),
        (&mut visuals.widgets.hovered, Color32::from_rgb(56, 70, 94), Color32::WHITE, 60),
        (&mut visuals.widgets.active, Color32::from_rgb(72, 104, 140), Color32::WHITE, 90),
        (&mut visuals.widgets.open, Color32::from_rgb(48, 60, 80), Color32::WHITE, 30),
    ];
    for (widget, fill, text, edge) in shades {
        widget.bg_fill = fill;
        widget.weak_bg_fill = fill;
        widget.fg_stroke = Stroke::new(1.0, text);
        widget.bg_stroke = Stroke::new(1.0, Color32::from_white_alpha(edge));
        widget.corner_radius = round;
        widget.expansion = 0.0;
    }
    visuals
}

/// The box around every panel.
pub(in crate::gui) fn frame() -> Frame {
    Frame::NONE
        .fill(PANEL.into_colour())
        .stroke(Stroke::new(1.0, ink(palette::PANEL_EDGE)))
        .corner_radius(CornerRadius::same(8))
        .inner_margin(Margin::symmetric(11, 9))
}

/// A palette colour for egui.
pub(in crate::gui) fn ink(colour: Color) -> Color32 {
    let colour = colour.to_srgba();
    let byte = |part: f32| (part.clamp(0.0, 1.0) * 255.0).round() as u8;
    Color32::from_rgba_unmultiplied(byte(colour.red), byte(colour.green), byte(colour.blue), byte(colour.alpha))
}

pub(in crate::gui) fn soft(text: impl Into<String>) -> RichText {
    RichText::new(text).size(SMALL_PX).color(ink(palette::INK_SOFT))
}

pub(in crate::gui) fn title(text: impl Into<String>) -> RichText {
    RichText::new(text).size(BODY_PX).strong().color(Color32::WHITE)
}

/// A key as it is printed on a keyboard.
pub(in crate::gui) fn key_cap(ui: &mut egui::Ui, key: &str) -> egui::Response {
    let text = RichText::new(key).monospace().size(11.0).color(ink(palette::INK_SOFT));
    Frame::NONE
        .stroke(Stroke::new(1.0, Color32::from_white_alpha(45)))
        .corner_radius(CornerRadius::same(3))
        .inner_margin(Margin::symmetric(4, 0))
        .show(ui, |ui| ui.label(text))
        .response
}

trait IntoColour {
    fn into_colour(self) -> Color32;
}

impl IntoColour for [u8; 4] {
    fn into_colour(self) -> Color32 {
        Color32::from_rgba_unmultiplied(self[0], self[1], self[2], self[3])
    }
}

/// `palette::PANEL`, but less transparent: sentences and curves are harder to read than a number.
const PANEL: [u8; 4] = [8, 11, 17, 249];
const FACE: &str = "Inter";
/// The family of titles.
pub(in crate::gui) const BOLD: &str = "Inter Bold";
const INSTRUMENTS: &str = "FiraMono";
pub(in crate::gui) const BODY_PX: f32 = 13.5;
pub(in crate::gui) const SMALL_PX: f32 = 12.0;

// Okabe and Ito's set again, by what it means in panels.
pub(in crate::gui) const SKY: Color32 = Color32::from_rgb(86, 180, 233);
pub(in crate::gui) const ORANGE: Color32 = Color32::from_rgb(240, 170, 40);
pub(in crate::gui) const GREEN: Color32 = Color32::from_rgb(30, 190, 140);
pub(in crate::gui) const VERMILION: Color32 = Color32::from_rgb(232, 105, 40);
pub(in crate::gui) const PURPLE: Color32 = Color32::from_rgb(214, 135, 180);
pub(in crate::gui) const YELLOW: Color32 = Color32::from_rgb(240, 228, 66);
pub(in crate::gui) const GREY: Color32 = Color32::from_rgb(150, 162, 180);
pub(in crate::gui) const WARNING: Color32 = Color32::from_rgb(255, 190, 70);
