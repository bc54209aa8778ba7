//! The column on the left: title, name and the ways from here.

use super::style::{self, plain, primary};
use super::{COLUMN_WIDTH, MARGIN, MARGIN_NARROW, Page, Parts, in_match, is_narrow};
use crate::front::{FrontRequest, Place};
use crate::settings::system_name;
use bevy_egui::egui::{self, RichText, Ui};
use tickshot_shared::limits::NAME_BYTES_MAX;

pub(super) fn show(ctx: &egui::Context, parts: &mut Parts, opened: bool) {
    let margin = if is_narrow(ctx) { MARGIN_NARROW } else { MARGIN };
    let height = ctx.content_rect().height() - 2.0 * margin;
    egui::Area::new(egui::Id::new("menu column"))
        .order(egui::Order::Foreground)
        .fixed_pos(egui::pos2(MARGIN, margin))
        .show(ctx, |ui| {
            style::begin(ui);
            egui::ScrollArea::vertical().max_height(height).min_scrolled_height(height).show(ui, |ui| {
                // Room for the ring around what has the focus.
                egui::Frame::NONE.inner_margin(4.0).show(ui, |ui| column(ui, parts, opened));
            });
        });
}

fn column(ui: &mut Ui, parts: &mut Parts, opened: bool) {
    ui.set_width(COLUMN_WIDTH);
    title(ui);
    if let Some(notice) = &parts.menu.notice {
        style::warning(ui, notice.clone());
    }
    ui.add_space(14.0);
    if parts.front.place == Place::InMatch {
        in_match::show(ui, parts, opened);
    } else {
        name(ui, parts);
        ways(ui, parts, opened);
    }
}

fn title(ui: &mut Ui) {
    let words = RichText::new("TICKSHOT").font(style::bold(style::TITLE_PX)).extra_letter_spacing(2.0);
    ui.label(words.color(style::text()));
    let rect = ui.min_rect();
    let y = rect.bottom() + 2.0;
    let part = |from: f32, to: f32| [egui::pos2(rect.left() + from, y), egui::pos2(rect.left() + to, y)];
    ui.painter().line_segment(part(2.0, 70.0), egui::Stroke::new(4.0, style::AMBER));
    ui.painter().line_segment(part(76.0, 144.0), egui::Stroke::new(4.0, style::AZURE));
    ui.add_space(14.0);
    style::note(ui, "A fight over a network, to the tick");
}

fn name(ui: &mut Ui, parts: &mut Parts) {
    style::note(ui, "Your name");
    let settings = &mut parts.settings;
    let mut name = settings.name.clone();
    let hint = system_name();
    if style::field(ui, &mut name, &hint, COLUMN_WIDTH - 20.0, false).changed() {
        name.truncate(name.floor_char_boundary(NAME_BYTES_MAX));
        settings.name = name;
    }
    ui.add_space(10.0);
}

fn ways(ui: &mut Ui, parts: &mut Parts, opened: bool) {
    let page = parts.menu.page;
    let play = if page == Page::Start { primary } else { plain };
    let play = play(ui, "Play", COLUMN_WIDTH);
    if opened && page == Page::Start {
        play.request_focus();
    }
    if play.clicked() {
        parts.menu.open(Page::Play);
    }
    if plain(ui, "Join", COLUMN_WIDTH).clicked() {
        parts.menu.open(Page::Join);
    }
    if plain(ui, "Settings", COLUMN_WIDTH).clicked() {
        parts.menu.open(Page::Settings);
    }
    if plain(ui, "Quit", COLUMN_WIDTH).clicked() {
        parts.requests.write(FrontRequest::Quit);
    }
    ui.add_space(8.0);
    style::note(ui, "Arrows, Enter and Esc, or the mouse");
}
