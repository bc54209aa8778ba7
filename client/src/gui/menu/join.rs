//! Servers of this network, favourites, and any address.

use super::style::{self, AMBER, AZURE, badge, field, note, soft, text};
use super::{Page, Parts};
use crate::front::{FrontRequest, Join};
use crate::lan::book::ServerRow;
use crate::lan::{Found, Lan, Reach};
use crate::net::address::{Lookup, resolve_in_background};
use crate::settings::{FAVOURITES_MAX, Favourite, Settings};
use bevy_egui::egui::{self, Align2, Color32, CornerRadius, FontId, Pos2, Sense, Ui, vec2};
use std::net::SocketAddr;

/// What the page remembers.
#[derive(Default)]
pub(super) struct JoinPage {
    /// The search; only while the page is open.
    lan: Option<Lan>,
    address: String,
    lookup: Option<Lookup>,
    /// Why the address typed cannot be used.
    refusal: Option<String>,
    /// The first server that is found gets the keyboard.
    awaits_first: bool,
}

impl JoinPage {
    /// The page is left: nobody is asked any more.
    pub(super) fn close(&mut self) {
        self.lan = None;
        self.lookup = None;
    }

    /// What the search has found; it begins with the first call.
    fn found(&mut self, settings: &Settings) -> Found {
        let favourites = || settings.favourites.iter().map(|favourite| favourite.addr).collect::<Vec<_>>();
        let lan = self.lan.get_or_insert_with(|| {
            // Only ties answers to questions; without random numbers the time of day would do as well.
            Lan::start(Reach::default(), favourites(), getrandom::u64().unwrap_or_default())
        });
        lan.set_favourites(favourites());
        lan.found()
    }
}

pub(super) fn show(ui: &mut Ui, parts: &mut Parts, opened: bool) {
    let found = {
        let Parts { menu, settings, .. } = parts;
        menu.join.found(settings)
    };
    style::heading(ui, "Join");
    list(ui, parts, &found, opened);
    ui.add_space(6.0);
    ui.separator();
    by_address(ui, parts);
    style::ending(ui, |ui| {
        if style::plain(ui, "Back", 120.0).clicked() {
            parts.menu.open(Page::Start);
        }
    });
}

fn list(ui: &mut Ui, parts: &mut Parts, found: &Found, opened: bool) {
    header(ui);
    parts.menu.join.awaits_first |= opened;
    // Whoever types an address meanwhile is not interrupted.
    let mut first = parts.menu.join.awaits_first && !ui.ctx().text_edit_focused();
    for row in &found.servers {
        let is_favourite = parts.settings.favourites.iter().any(|favourite| row.addrs.contains(&favourite.addr));
        let response = server_row(ui, row, is_favourite);
        if std::mem::take(&mut first) {
            response.whole.request_focus();
            parts.menu.join.awaits_first = false;
        }
        if response.star.clicked() {
            toggle_favourite(&mut parts.settings, row, is_favourite);
        } else if response.whole.clicked() {
            join(parts, row.addr);
        }
    }
    let answers = |addr: &SocketAddr| found.servers.iter().any(|row| row.addrs.contains(addr));
    let silent: Vec<Favourite> = parts.settings.favourites.iter().filter(|f| !answers(&f.addr)).cloned().collect();
    for favourite in silent {
        ui.horizontal(|ui| {
            let name = if favourite.name.is_empty() { "A favourite" } else { &favourite.name };
            note(ui, format!("{name} at {} does not answer", favourite.addr));
            if ui.small_button("forget").clicked() {
                parts.settings.favourites.retain(|one| one.addr != favourite.addr);
            }
        });
    }
    if found.servers.is_empty() {
        ui.add_space(12.0);
        let words = if found.search.asked < 2 { "Looking..." } else { "No server answers on this network yet." };
        ui.label(words);
        note(ui, "Host one with Play, open to LAN; or type an address below. The list refreshes itself every second.");
    }
    if let Some(trouble) = &found.trouble {
        style::warning(ui, trouble.clone());
    }
}

fn by_address(ui: &mut Ui, parts: &mut Parts) {
    ui.horizontal(|ui| {
        let page = &mut parts.menu.join;
        let edit = field(ui, &mut page.address, "Address, like 192.168.1.20", 320.0, false);
        let enter = edit.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        let asked = style::chip(ui, "Join address", false).clicked() || enter;
        if asked && !page.address.trim().is_empty() {
            page.refusal = None;
            page.lookup = Some(resolve_in_background(page.address.trim()));
        }
    });
    let page = &mut parts.menu.join;
    match page.lookup.as_ref().and_then(Lookup::poll) {
        None if page.lookup.is_some() => {
            note(ui, "Looking up the address...");
        }
        None => {}
        Some(Ok(addr)) => {
            page.lookup = None;
            join(parts, addr);
        }
        Some(Err(refusal)) => {
            page.lookup = None;
            page.refusal = Some(refusal);
        }
    }
    if let Some(refusal) = &parts.menu.join.refusal {
        style::warning(ui, refusal.clone());
    }
}

fn join(parts: &mut Parts, addr: SocketAddr) {
    let name = parts.settings.player_name();
    parts.requests.write(FrontRequest::Join(Join { addr, name, password: None }));
}

fn toggle_favourite(settings: &mut Settings, row: &ServerRow, is_favourite: bool) {
    if is_favourite {
        settings.favourites.retain(|favourite| !row.addrs.contains(&favourite.addr));
    } else if settings.favourites.len() < FAVOURITES_MAX {
        settings.favourites.push(Favourite { name: row.name.clone(), addr: row.addr });
    }
}

/// The parts of a row that can be pressed.
struct RowResponse {
    whole: egui::Response,
    star: egui::Response,
}

fn header(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 22.0), Sense::hover());
    for (part, words) in [(NAME, "Name"), (MAP, "Map"), (MODE, "Mode"), (PLAYERS, "Players"), (PING, "Ping")] {
        let at = Pos2::new(rect.left() + part * rect.width(), rect.center().y);
        ui.painter().text(at, Align2::LEFT_CENTER, words, FontId::proportional(style::SMALL_PX), soft());
    }
}

fn server_row(ui: &mut Ui, row: &ServerRow, is_favourite: bool) -> RowResponse {
    let (rect, whole) = ui.allocate_exact_size(vec2(ui.available_width(), 46.0), Sense::click());
    whole.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Button, true, &row.name));
    let star_rect = egui::Rect::from_min_size(rect.min, vec2(34.0, rect.height()));
    let star = ui.interact(star_rect, whole.id.with("star"), Sense::click());
    let lit = whole.hovered() || whole.has_focus();
    let fill = if lit { Color32::from_rgb(36, 50, 72) } else { Color32::from_rgb(22, 28, 40) };
    ui.painter().rect_filled(rect, CornerRadius::same(6), fill);
    if whole.has_focus() {
        let ring = egui::Stroke::new(2.0, AZURE);
        ui.painter().rect_stroke(rect, CornerRadius::same(6), ring, egui::StrokeKind::Inside);
    }
    let at = |part: f32| Pos2::new(rect.left() + part * rect.width(), rect.center().y);
    let put = |part: f32, words: &str, colour: Color32| {
        ui.painter().text(at(part), Align2::LEFT_CENTER, words, FontId::proportional(style::BODY_PX), colour)
    };
    let (mark, colour) = if is_favourite { ("★", AMBER) } else { ("☆", soft()) };
    ui.painter().text(star_rect.center(), Align2::CENTER_CENTER, mark, FontId::proportional(20.0), colour);
    let ink = if row.version_fits { text() } else { soft() };
    put(NAME, &row.name, ink);
    put(MAP, &row.map, ink);
    let mode = if row.version_fits { super::play::mode_words(row.mode).0 } else { "?" };
    put(MODE, mode, ink);
    let bots = if row.bots > 0 { format!("+{}", row.bots) } else { String::new() };
    put(PLAYERS, &format!("{}{bots} / {}", row.players, row.max), ink);
    put(PING, &format!("{:.0} ms", row.ping_ms), ink);
    let mut x = at(BADGES).x;
    let mut mark = |shown: bool, words: &str, colour: Color32| {
        if shown {
            x += badge(ui, Pos2::new(x, rect.center().y), words, colour) + 5.0;
        }
    };
    mark(!row.version_fits, "VERSION", Color32::from_rgb(232, 105, 40));
    mark(row.version_fits && row.players >= row.max, "FULL", Color32::from_rgb(232, 105, 40));
    mark(row.locked, "LOCK", AMBER);
    mark(row.lagged, "LAG", Color32::from_rgb(214, 135, 180));
    RowResponse { whole, star }
}

// Where the columns begin, parts of the width.
const NAME: f32 = 0.055;
const MAP: f32 = 0.385;
const MODE: f32 = 0.505;
const PLAYERS: f32 = 0.665;
const PING: f32 = 0.785;
const BADGES: f32 = 0.865;
