//! How menus look: calm, big type, the colours of the two sides; and the few widgets they are made of.
//!
//! Every widget can have the keyboard's focus and shows it: arrows and Tab move it, Enter presses.

use crate::gui::palette;
use crate::gui::panels::{BOLD, ink};
use bevy_egui::egui::{
    self, Align, Align2, Color32, CornerRadius, FontId, Frame, Layout, Margin, Response, RichText, Sense, Stroke,
    StrokeKind, Ui, Vec2, vec2,
};

/// What one presses most.
pub(super) const AMBER: Color32 = Color32::from_rgb(240, 165, 50);
/// What is chosen.
pub(super) const AZURE: Color32 = Color32::from_rgb(86, 180, 233);
const CARD: Color32 = Color32::from_rgba_unmultiplied_const(11, 15, 23, 252);
const BUTTON: Color32 = Color32::from_rgb(27, 34, 47);
const BUTTON_HOVERED: Color32 = Color32::from_rgb(40, 51, 70);
const DARK: Color32 = Color32::from_rgb(18, 14, 6);
pub(super) const DIM: Color32 = Color32::from_rgba_unmultiplied_const(4, 6, 10, 150);

pub(super) const TITLE_PX: f32 = 54.0;
pub(super) const HEADING_PX: f32 = 28.0;
pub(super) const BUTTON_PX: f32 = 21.0;
pub(super) const BODY_PX: f32 = 17.0;
pub(super) const SMALL_PX: f32 = 14.0;

pub(super) fn text() -> Color32 {
    ink(palette::INK)
}

pub(super) fn soft() -> Color32 {
    ink(palette::INK_SOFT)
}

/// The sheet that a page is written on.
pub(super) fn card() -> Frame {
    Frame::NONE
        .fill(CARD)
        .stroke(Stroke::new(1.0, Color32::from_white_alpha(22)))
        .corner_radius(CornerRadius::same(14))
        .inner_margin(Margin::symmetric(30, 24))
}

/// Sizes of everything inside a menu; panels have their own.
pub(super) fn begin(ui: &mut Ui) {
    let style = ui.style_mut();
    style.text_styles = [
        (egui::TextStyle::Small, FontId::proportional(SMALL_PX)),
        (egui::TextStyle::Body, FontId::proportional(BODY_PX)),
        (egui::TextStyle::Button, FontId::proportional(BODY_PX)),
        (egui::TextStyle::Heading, FontId::proportional(HEADING_PX)),
        (egui::TextStyle::Monospace, FontId::monospace(SMALL_PX)),
    ]
    .into();
    style.spacing.item_spacing = vec2(10.0, 10.0);
    style.spacing.button_padding = vec2(14.0, 7.0);
    style.spacing.interact_size = vec2(40.0, 34.0);
    style.spacing.slider_width = 260.0;
    style.spacing.slider_rail_height = 5.0;
    style.visuals.selection.bg_fill = AZURE.gamma_multiply(0.55);
    style.visuals.widgets.active.bg_stroke = Stroke::new(2.0, AZURE);
    style.visuals.widgets.hovered.bg_stroke = Stroke::new(1.0, Color32::from_white_alpha(70));
    style.visuals.widgets.inactive.weak_bg_fill = BUTTON;
    style.visuals.widgets.inactive.bg_fill = BUTTON;
}

/// The face of titles and buttons.
pub(super) fn bold(px: f32) -> FontId {
    FontId::new(px, egui::FontFamily::Name(BOLD.into()))
}

pub(super) fn heading(ui: &mut Ui, words: &str) {
    ui.label(RichText::new(words).font(bold(HEADING_PX)).color(text()));
    ui.add_space(4.0);
}

pub(super) fn note(ui: &mut Ui, words: impl Into<String>) -> Response {
    ui.label(RichText::new(words).size(SMALL_PX).color(soft()))
}

pub(super) fn warning(ui: &mut Ui, words: impl Into<String>) -> Response {
    ui.label(RichText::new(words).size(SMALL_PX).color(AMBER))
}

/// A line of a form: what it is about on the left, the widgets on the right.
pub(super) fn line(ui: &mut Ui, words: &str, widgets: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(LABEL_WIDTH, 34.0), Sense::hover());
        ui.painter().text(rect.left_center(), Align2::LEFT_CENTER, words, FontId::proportional(BODY_PX), soft());
        widgets(ui);
    });
}

/// The one that Enter is for.
pub(super) fn primary(ui: &mut Ui, words: &str, width: f32) -> Response {
    button(ui, words, vec2(width, 50.0), Look { fill: AMBER, hovered: AMBER.gamma_multiply(1.15), text: DARK })
}

pub(super) fn plain(ui: &mut Ui, words: &str, width: f32) -> Response {
    button(ui, words, vec2(width, 50.0), Look { fill: BUTTON, hovered: BUTTON_HOVERED, text: text() })
}

/// One of several, `chosen` or not.
pub(super) fn chip(ui: &mut Ui, words: &str, chosen: bool) -> Response {
    let galley = ui.painter().layout_no_wrap(words.to_owned(), FontId::proportional(BODY_PX), text());
    let size = vec2(galley.size().x + 28.0, 36.0);
    let look = if chosen {
        Look { fill: AZURE, hovered: AZURE, text: DARK }
    } else {
        Look { fill: BUTTON, hovered: BUTTON_HOVERED, text: text() }
    };
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    paint(ui, rect, &response, look, words, FontId::proportional(BODY_PX));
    response
}

/// A row of chips that chooses a value; true if it was changed.
pub(super) fn choose<T: Copy + PartialEq>(ui: &mut Ui, value: &mut T, all: &[T], words: impl Fn(T) -> String) -> bool {
    let before = *value;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
        for one in all {
            if chip(ui, &words(*one), *value == *one).clicked() {
                *value = *one;
            }
        }
    });
    before != *value
}

/// A field to type into.
pub(super) fn field(ui: &mut Ui, value: &mut String, hint: &str, width: f32, secret: bool) -> Response {
    let edit = egui::TextEdit::singleline(value)
        .hint_text(hint)
        .password(secret)
        .desired_width(width)
        .margin(Margin::symmetric(10, 7))
        .font(FontId::proportional(BODY_PX));
    ui.add(edit)
}

/// A word in a coloured box.
pub(super) fn badge(ui: &Ui, at: egui::Pos2, words: &str, colour: Color32) -> f32 {
    let galley = ui.painter().layout_no_wrap(words.to_owned(), FontId::proportional(12.5), colour);
    let rect = egui::Rect::from_min_size(at - vec2(0.0, 10.0), vec2(galley.size().x + 12.0, 20.0));
    ui.painter().rect_stroke(rect, CornerRadius::same(4), Stroke::new(1.0, colour), StrokeKind::Inside);
    ui.painter().galley(rect.center() - galley.size() * 0.5, galley, colour);
    rect.width()
}

/// Buttons at the end of a page, from the right.
pub(super) fn ending(ui: &mut Ui, buttons: impl FnOnce(&mut Ui)) {
    ui.add_space(12.0);
    ui.allocate_ui_with_layout(vec2(ui.available_width(), 50.0), Layout::right_to_left(Align::Center), buttons);
}

#[derive(Clone, Copy)]
struct Look {
    fill: Color32,
    hovered: Color32,
    text: Color32,
}

fn button(ui: &mut Ui, words: &str, size: Vec2, look: Look) -> Response {
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    paint(ui, rect, &response, look, words, bold(BUTTON_PX));
    response
}

fn paint(ui: &Ui, rect: egui::Rect, response: &Response, look: Look, words: &str, font: FontId) {
    response.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Button, ui.is_enabled(), words));
    if response.gained_focus() {
        response.scroll_to_me(None);
    }
    let round = CornerRadius::same(8);
    let lit = response.hovered() || response.has_focus();
    let fade = if ui.is_enabled() { 1.0 } else { 0.4 };
    let fill = if lit { look.hovered } else { look.fill };
    ui.painter().rect_filled(rect, round, fill.gamma_multiply(fade));
    if response.has_focus() {
        ui.painter().rect_stroke(
            rect.expand(2.0),
            CornerRadius::same(10),
            Stroke::new(2.0, AZURE),
            StrokeKind::Outside,
        );
    }
    ui.painter().text(rect.center(), Align2::CENTER_CENTER, words, font, look.text.gamma_multiply(fade));
}

const LABEL_WIDTH: f32 = 150.0;
