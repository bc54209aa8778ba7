//! The bar at the bottom: buttons for what keys do, the time line, the strip, and the keys.

use super::keys::{self, KEYS};
use super::{Watch, strip, timeline};
use crate::gui::palette::{self, Tints};
use crate::gui::panels::theme;
use crate::watch::Look;
use bevy_egui::egui::{
    self, Align, Area, Color32, ComboBox, Id, Layout, Margin, Painter, Rect, RichText, Sense, Shape, Stroke, Ui, pos2,
    vec2,
};

pub(super) fn show(ctx: &egui::Context, watch: &mut Watch, tints: &Tints, now_s: f32) {
    let screen = ctx.content_rect();
    let area = Area::new(Id::new("watch bar")).fade_in(false).fixed_pos(pos2(0.0, screen.bottom() - HEIGHT_PX));
    area.show(ctx, |ui| {
        let fill = theme::ink(palette::VOID);
        let frame = theme::frame().fill(fill).corner_radius(0).inner_margin(Margin::symmetric(12, 7));
        frame.show(ui, |ui| {
            ui.set_width(screen.width() - 26.0);
            ui.set_height(HEIGHT_PX - 16.0);
            ui.spacing_mut().item_spacing.y = 5.0;
            buttons(ui, watch, tints, now_s);
            timeline::show(ui, watch);
            strip::show(ui, watch);
            key_line(ui);
        });
    });
    if let Some((said, at_s)) = watch.said.clone().filter(|(_, at_s)| now_s - at_s < SAID_S) {
        let fade = ((SAID_S - (now_s - at_s)) * 2.0).clamp(0.0, 1.0);
        let place = pos2(screen.center().x, SAID_Y_PX);
        let painter = ctx.layer_painter(egui::LayerId::background());
        let font = egui::FontId::proportional(15.0);
        let text = painter.layout_no_wrap(said, font, Color32::WHITE.gamma_multiply(fade));
        let plate = Rect::from_center_size(place, text.size() + vec2(20.0, 8.0));
        painter.rect_filled(plate, 5.0, Color32::from_black_alpha((190.0 * fade) as u8));
        painter.galley(plate.min + vec2(10.0, 4.0), text, Color32::WHITE);
    }
}

fn buttons(ui: &mut Ui, watch: &mut Watch, tints: &Tints, now_s: f32) {
    ui.horizontal(|ui| {
        ui.set_height(22.0);
        transport(ui, watch, now_s);
        ui.add_space(8.0);
        speed(ui, watch);
        ui.add_space(8.0);
        clock(ui, watch);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            looks(ui, watch);
            ui.add_space(8.0);
            follow(ui, watch, tints);
        });
    });
}

/// What a button shows.
#[derive(Clone, Copy, PartialEq)]
enum Icon {
    Before,
    Back,
    Play,
    Rest,
    On,
    After,
}

fn transport(ui: &mut Ui, watch: &mut Watch, now_s: f32) {
    let play = if watch.player.head().paused { Icon::Play } else { Icon::Rest };
    for (icon, tip) in [
        (Icon::Before, "The mark before (Page Up)"),
        (Icon::Back, "A tick back (Left); with Shift a frame"),
        (play, "Play or rest (Space)"),
        (Icon::On, "A tick on (Right); with Shift a frame"),
        (Icon::After, "The next mark (Page Down)"),
    ] {
        if !icon_button(ui, icon, tip) {
            continue;
        }
        match icon {
            Icon::Before => keys::jump(false, false, now_s, watch),
            Icon::After => keys::jump(true, false, now_s, watch),
            Icon::Back => watch.player.step_ticks(-1),
            Icon::On => watch.player.step_ticks(1),
            Icon::Play | Icon::Rest => watch.player.toggle_pause(),
        }
    }
}

fn icon_button(ui: &mut Ui, icon: Icon, tip: &str) -> bool {
    let (rect, response) = ui.allocate_exact_size(vec2(30.0, 22.0), Sense::click());
    let visuals = ui.style().interact(&response);
    ui.painter().rect_filled(rect, 4.0, visuals.weak_bg_fill);
    paint_icon(ui.painter(), rect.center(), icon, visuals.fg_stroke.color);
    response.on_hover_text(tip).clicked()
}

fn paint_icon(painter: &Painter, at: egui::Pos2, icon: Icon, ink: Color32) {
    let triangle = |x: f32, way: f32| {
        let tip = at + vec2(x + 5.0 * way, 0.0);
        let points = vec![tip, at + vec2(x - 4.0 * way, -5.5), at + vec2(x - 4.0 * way, 5.5)];
        painter.add(Shape::convex_polygon(points, ink, Stroke::NONE));
    };
    let post = |x: f32| {
        let rect = Rect::from_center_size(at + vec2(x, 0.0), vec2(2.6, 11.0));
        painter.rect_filled(rect, 0.5, ink);
    };
    match icon {
        Icon::Play => triangle(0.0, 1.3),
        Icon::Rest => [-3.2, 3.2].into_iter().for_each(post),
        Icon::On => (triangle(2.0, 1.0), post(-5.0)).1,
        Icon::Back => (triangle(-2.0, -1.0), post(5.0)).1,
        Icon::After => (triangle(-2.0, 1.0), post(5.5)).1,
        Icon::Before => (triangle(2.0, -1.0), post(-5.5)).1,
    }
}

fn speed(ui: &mut Ui, watch: &mut Watch) {
    if ui.button("\u{2212}").on_hover_text("Slower (Down)").clicked() {
        watch.player.slower();
    }
    let text = RichText::new(watch.player.speed().text()).monospace().size(13.0).color(Color32::WHITE);
    ui.add_sized(vec2(44.0, 20.0), egui::Label::new(text)).on_hover_text("How fast time goes, 1/16 to 8");
    if ui.button("+").on_hover_text("Faster (Up)").clicked() {
        watch.player.faster();
    }
}

fn clock(ui: &mut Ui, watch: &Watch) {
    let (head, at) = (watch.player.head(), watch.player.at());
    let now = timeline::clock(head.seconds(at));
    ui.label(RichText::new(now).monospace().size(15.0).color(Color32::WHITE));
    let length = timeline::clock(head.seconds(head.last()));
    ui.label(theme::soft(format!("of {length}")));
    let part = at.fraction_256ths();
    let tick = if at.is_whole() { format!("tick {}", at.tick()) } else { format!("tick {} + {part}/256", at.tick()) };
    ui.label(theme::soft(tick));
}

fn follow(ui: &mut Ui, watch: &mut Watch, tints: &Tints) {
    let followed = watch.player.followed();
    let name = followed.map_or_else(|| "nobody".to_owned(), |slot| watch.player.name(slot));
    let everyone = watch.player.slots();
    let ink = followed.map_or(theme::GREY, |slot| theme::ink(tints.of(slot)));
    ComboBox::from_id_salt("follow").selected_text(RichText::new(name).color(ink)).width(150.0).show_ui(ui, |ui| {
        if watch.player.film().is_some() && ui.selectable_label(followed.is_none(), "nobody").clicked() {
            watch.follow(None);
        }
        for slot in everyone {
            let traced = watch.player.eyes().any(|(eye, _)| eye == slot);
            let mut name = watch.player.name(slot);
            if traced {
                name.push_str("  (own trace)");
            }
            let text = RichText::new(name).color(theme::ink(tints.of(slot)));
            if ui.selectable_label(followed == Some(slot), text).clicked() {
                watch.follow(Some(slot));
            }
        }
    });
    ui.label(theme::soft("follow"));
}

fn looks(ui: &mut Ui, watch: &mut Watch) {
    let can_choose = watch.player.film().is_some() && watch.shown.has_eye;
    ui.add_enabled_ui(can_choose, |ui| {
        // From the right.
        for (look, name, tip) in [
            (Look::Both, "Both", "What it saw as bodies, what the server knew as outlines"),
            (Look::Client, "What it saw", "The frames that the followed client drew"),
            (Look::Server, "What the server knew", "The server's world"),
        ] {
            if ui.selectable_label(watch.shown.look == look, name).on_hover_text(tip).clicked() {
                watch.player.set_look(look);
            }
        }
    })
    .response
    .on_disabled_hover_text("Follow somebody whose own trace is open, too");
}

fn key_line(ui: &mut Ui) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        for (key, does) in KEYS.into_iter().filter(|(_, does)| does.len() <= SHORT) {
            theme::key_cap(ui, key);
            ui.label(theme::soft(does).size(11.0));
            ui.add_space(5.0);
        }
        theme::key_cap(ui, "F1");
        ui.label(theme::soft("all keys").size(11.0));
    });
}

/// Of the window's lower edge.
pub(super) const HEIGHT_PX: f32 = 196.0;
const SAID_S: f32 = 3.0;
/// Under the match bar.
const SAID_Y_PX: f32 = 84.0;
/// Keys that take more words are in the help alone.
const SHORT: usize = 22;
