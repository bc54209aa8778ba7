//! The menus: what stands on the screen before a match, and over it when Esc is pressed.
//!
//! They read [`Front`], edit [`Settings`] and write [`FrontRequest`]s; what a request does is for the front to know. While a menu
//! is open the keyboard and the mouse are its own: arrows and Tab move, Enter presses, Esc goes back.

mod dialog;
mod in_match;
mod join;
mod keys;
mod play;
mod settings;
mod start;
mod style;

use super::panels::{Capture, Panels};
use crate::audio::AudioSettings;
use crate::front::{Front, FrontRequest, Place};
use crate::settings::{ConfigDir, Settings};
use crate::view::{Sayings, ViewModel};
use bevy::ecs::system::SystemParam;
use bevy::prelude::*;
use bevy::window::PrimaryWindow;
use bevy_egui::{EguiContexts, EguiPrimaryContextPass, egui};
use std::time::Duration;

/// The page beside the buttons.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
enum Page {
    #[default]
    Start,
    Play,
    Join,
    Settings,
    Keys,
    /// In a match: whom to vote about.
    Kick,
}

/// What the menus remember between frames.
#[derive(Resource, Default)]
pub(super) struct Menu {
    page: Page,
    /// The page was opened in this frame: its first button gets the keyboard.
    opened: bool,
    join: join::JoinPage,
    keys: keys::KeysPage,
    dialog: dialog::Answer,
    /// Said under the title: that a settings file was broken, say.
    pub(super) notice: Option<String>,
    /// Where the menu stood in the frame before; `None` = it was closed.
    was: Option<Place>,
}

impl Menu {
    fn open(&mut self, page: Page) {
        self.page = page;
        self.opened = true;
        self.join.close();
        self.keys.stop();
    }
}

/// What the settings were when they were last written.
#[derive(Resource, Default)]
struct Written {
    settings: Option<Settings>,
    changed_at: Option<Duration>,
}

pub(super) struct MenuPlugin;

impl Plugin for MenuPlugin {
    fn build(&self, app: &mut App) {
        app.add_message::<FrontRequest>()
            .init_resource::<Menu>()
            .init_resource::<Written>()
            .init_resource::<Sayings>()
            .init_resource::<Settings>()
            .add_systems(EguiPrimaryContextPass, draw.run_if(resource_exists::<Front>))
            .add_systems(PreUpdate, keys::listen.after(bevy::input::InputSystems))
            .add_systems(Update, (keep_settings, name_window.run_if(resource_exists::<Front>)))
            .add_systems(Update, set_volume.run_if(resource_exists::<AudioSettings>))
            .add_systems(Last, keep_settings_at_the_end.run_if(on_message::<AppExit>));
    }
}

/// The keyboard and the mouse are the menu's while it is open. Runs right after the panels have said what they take.
pub(super) fn take_over(front: Option<Res<Front>>, mut capture: ResMut<Capture>) {
    if is_open(front) {
        *capture = Capture { pointer: true, keyboard: true, chat: false };
    }
}

/// A menu is open.
pub(super) fn is_open(front: Option<Res<Front>>) -> bool {
    front.is_some_and(|front| front.covers_game())
}

/// All that menus show or change.
#[derive(SystemParam)]
struct Parts<'w> {
    front: Res<'w, Front>,
    view: Res<'w, ViewModel>,
    settings: ResMut<'w, Settings>,
    menu: ResMut<'w, Menu>,
    panels: ResMut<'w, Panels>,
    sayings: ResMut<'w, Sayings>,
    requests: MessageWriter<'w, FrontRequest>,
}

fn draw(mut contexts: EguiContexts, mut parts: Parts, mut frames: Local<u8>) {
    let Ok(ctx) = contexts.ctx_mut() else { return };
    // The faces that the panels install are there from the frame after.
    if *frames < 2 {
        *frames += 1;
        return;
    }
    let now = parts.front.covers_game().then_some(parts.front.place);
    if now != parts.menu.was {
        parts.menu.was = now;
        parts.menu.open(Page::Start);
    }
    if now.is_none() {
        return;
    }
    dim(ctx, parts.front.dialog.is_none() && parts.front.place != Place::Hosting);
    if parts.front.dialog.is_some() {
        dialog::show(ctx, &mut parts);
        return;
    }
    if parts.front.place == Place::Hosting {
        dialog::starting(ctx, &mut parts);
        return;
    }
    let esc = ctx.input(|input| input.key_pressed(egui::Key::Escape));
    // Esc in a text field leaves the field, and while a key is asked for it is an answer.
    let typing = ctx.text_edit_focused() || parts.menu.keys.is_listening();
    if esc && !typing {
        go_back(&mut parts);
    }
    let was_opened = std::mem::take(&mut parts.menu.opened);
    let page = parts.menu.page;
    if page == Page::Start || !is_narrow(ctx) {
        start::show(ctx, &mut parts, was_opened);
    }
    if page == Page::Start {
        return;
    }
    sheet(ctx, page, |ui| match page {
        Page::Play => play::show(ui, &mut parts, was_opened),
        Page::Join => join::show(ui, &mut parts, was_opened),
        Page::Settings => settings::show(ui, &mut parts, was_opened),
        Page::Keys => keys::show(ui, &mut parts),
        Page::Kick => in_match::kick(ui, &mut parts),
        Page::Start => {}
    });
}

fn go_back(parts: &mut Parts) {
    match parts.menu.page {
        Page::Keys => parts.menu.open(Page::Settings),
        Page::Start if parts.front.place == Place::InMatch => {
            parts.requests.write(FrontRequest::Menu);
        }
        Page::Start => {}
        _ => parts.menu.open(Page::Start),
    }
}

/// What is behind the menu steps back, most of all behind the buttons.
fn dim(ctx: &egui::Context, has_column: bool) {
    let layer = egui::LayerId::new(egui::Order::Middle, egui::Id::new("menu dim"));
    let (painter, screen) = (ctx.layer_painter(layer), ctx.content_rect());
    painter.rect_filled(screen, 0.0, style::DIM);
    let column = egui::Rect::from_min_size(screen.min, egui::vec2(COLUMN_WIDTH + 1.5 * MARGIN, screen.height()));
    if has_column {
        painter.rect_filled(column, 0.0, style::DIM);
    }
}

/// A small window, or everything in large: then a page stands alone, and scrolls.
fn is_narrow(ctx: &egui::Context) -> bool {
    ctx.content_rect().width() < NARROW_WIDTH
}

/// The sheet of a page, to the right of the buttons.
fn sheet(ctx: &egui::Context, page: Page, content: impl FnOnce(&mut egui::Ui)) {
    let screen = ctx.content_rect();
    let narrow = is_narrow(ctx);
    let margin = if narrow { MARGIN_NARROW } else { MARGIN };
    let left = if narrow { margin } else { COLUMN_WIDTH + 2.0 * margin };
    let width = (screen.width() - left - margin - 62.0).clamp(260.0, 760.0);
    egui::Area::new(egui::Id::new(("menu sheet", page)))
        .order(egui::Order::Foreground)
        .fixed_pos(egui::pos2(left, margin))
        .show(ctx, |ui| {
            style::begin(ui);
            style::card().show(ui, |ui| {
                ui.set_width(width);
                let height = screen.height() - 2.0 * margin - 50.0;
                // As tall as what is on it; scrolled only where the window ends.
                let sheet = egui::ScrollArea::vertical().max_height(height).min_scrolled_height(height);
                sheet.show(ui, |ui| {
                    ui.set_width(width - 14.0);
                    content(ui);
                });
            });
        });
}

fn set_volume(settings: Res<Settings>, mut audio: ResMut<AudioSettings>) {
    let part = |percent: u8| f32::from(percent) / 100.0;
    let (master, effects) = (part(settings.volume.master), part(settings.volume.effects));
    if (audio.master, audio.effects) != (master, effects) {
        (audio.master, audio.effects) = (master, effects);
    }
}

/// Written a moment after the last change, so that dragging a slider is one change.
fn keep_settings(
    time: Res<Time<Real>>,
    settings: Res<Settings>,
    dir: Option<Res<ConfigDir>>,
    mut written: ResMut<Written>,
    mut menu: ResMut<Menu>,
) {
    let Some(dir) = dir else { return };
    let now = time.elapsed();
    if settings.is_changed() {
        match &written.settings {
            None => written.settings = Some(settings.clone()),
            Some(before) if *before != *settings => written.changed_at = Some(now),
            Some(_) => {}
        }
    }
    if written.changed_at.is_some_and(|at| now.saturating_sub(at) > WRITE_AFTER) {
        write(&settings, &dir, &mut written, &mut menu);
    }
}

fn keep_settings_at_the_end(
    settings: Res<Settings>,
    dir: Option<Res<ConfigDir>>,
    mut written: ResMut<Written>,
    mut menu: ResMut<Menu>,
) {
    if let Some(dir) = dir.filter(|_| written.changed_at.is_some()) {
        write(&settings, &dir, &mut written, &mut menu);
    }
}

fn write(settings: &Settings, dir: &ConfigDir, written: &mut Written, menu: &mut Menu) {
    if let Err(error) = settings.save(dir) {
        tracing::warn!("{error}");
        menu.notice = Some(format!("Your settings are not kept: {error}."));
    }
    *written = Written { settings: Some(settings.clone()), changed_at: None };
}

/// Whose match the window shows.
fn name_window(front: Res<Front>, mut window: Single<&mut Window, With<PrimaryWindow>>) {
    let title = match (front.place, front.server) {
        (Place::Joining | Place::InMatch, Some(server)) => format!("Tickshot · {server}"),
        _ => "Tickshot".to_owned(),
    };
    if window.title != title {
        window.title = title;
    }
}

/// The column of buttons on the left.
const COLUMN_WIDTH: f32 = 300.0;
const MARGIN: f32 = 48.0;
const MARGIN_NARROW: f32 = 10.0;
/// Below it there is no room for a page beside the buttons.
const NARROW_WIDTH: f32 = 1000.0;
const WRITE_AFTER: Duration = Duration::from_millis(500);
