//! The window onto a replay: the game's own renderer, a bar with a time line, and what only a watcher may know.
//!
//! A frame: keys become calls of the [`Player`] in `PreUpdate`; in `Update` it goes on and fills the view model; [`Draw`] paints
//! it like any match, with the server's truth as outlines over what a client drew (one picture instead of two halves: what is
//! worth seeing is centimetres, which two half pictures side by side do not show); the bar and the panels come last.
//!
//! Must not know traces: that is [`crate::watch`].

mod bar;
mod ghosts;
mod keys;
mod side;
mod state;
mod strip;
mod timeline;

use super::camera::Lens;
use super::panels::ruler;
use super::spectate::{Spectator, Subject};
use super::{Draw, camera, chat, effects, hud, players, spectate};
use crate::app::ClientSet;
use crate::view::ViewModel;
use crate::watch::{Player, Shown};
use bevy::input::InputSystems;
use bevy::prelude::*;
use bevy_egui::EguiPrimaryContextPass;
use std::path::PathBuf;
use std::sync::Mutex;

/// Watches a replay in a window that [`GuiPlugin`](super::GuiPlugin) has opened.
pub struct WatchPlugin {
    player: Mutex<Option<Player<'static>>>,
    state_file: Option<PathBuf>,
}

impl WatchPlugin {
    /// `state_file`: where to keep a line of JSON that says what is shown.
    pub fn new(player: Player<'static>, state_file: Option<PathBuf>) -> WatchPlugin {
        WatchPlugin { player: Mutex::new(Some(player)), state_file }
    }
}

impl Plugin for WatchPlugin {
    fn build(&self, app: &mut App) {
        let player = self.player.lock().ok().and_then(|mut player| player.take()).expect("a plugin is built once");
        app.insert_resource(Watch::new(player))
            .insert_resource(state::StateFile::new(self.state_file.clone()))
            .add_systems(PreUpdate, keys::press.in_set(ClientSet::Controls).after(InputSystems))
            .add_systems(Update, (go_on, state::write).chain())
            .add_systems(
                Draw,
                (
                    make_room_for_chat.before(chat::refresh),
                    look_on.after(spectate::choose).before(camera::follow),
                    ghosts::paint.after(players::paint).after(effects::paint_over).before(hud::listen),
                ),
            )
            .add_systems(EguiPrimaryContextPass, show);
    }
}

/// The replay, and how this window looks at it.
#[derive(Resource)]
pub(super) struct Watch {
    player: Player<'static>,
    shown: Shown,
    /// The camera follows the followed player; else it is flown.
    follows: bool,
    /// Where the camera looks, map metres.
    eye: Vec2,
    /// The map has been fitted into the window.
    fitted: bool,
    /// What the latest jump went to, and when, seconds of the clock.
    said: Option<(String, f32)>,
    help: bool,
    /// Keys heard so far.
    heard: u64,
}

impl Watch {
    fn new(player: Player<'static>) -> Watch {
        let follows = player.followed().is_some();
        let (shown, eye, said) = (Shown::default(), Vec2::ZERO, None);
        Watch { player, shown, follows, eye, fitted: false, said, help: false, heard: 0 }
    }

    fn follow(&mut self, slot: Option<u16>) {
        self.player.follow(slot);
        self.follows = self.player.followed().is_some();
    }
}

/// The time that has passed, and the picture of the moment.
fn go_on(time: Res<Time<Real>>, mut watch: ResMut<Watch>, mut view: ResMut<ViewModel>) {
    let watch = &mut *watch;
    watch.player.advance(time.delta());
    watch.player.survey(SURVEY_TICKS_PER_FRAME);
    watch.shown = watch.player.rebuild_view(&mut view);
}

/// Points the camera.
fn look_on(view: Res<ViewModel>, mut watch: ResMut<Watch>, mut spectator: ResMut<Spectator>, mut lens: ResMut<Lens>) {
    let followed = watch.player.followed().filter(|_| watch.follows);
    let body = |slot: u16| {
        let own = view.own.filter(|own| own.slot == slot).map(|own| own.pos);
        own.or_else(|| view.others.iter().find(|other| other.slot == slot).map(|other| other.pos))
    };
    watch.eye = followed.and_then(body).unwrap_or(watch.eye);
    if let (false, Some(arena)) = (watch.fitted, &view.arena) {
        let map = Vec2::new(arena.width() as f32, arena.height() as f32);
        if followed.is_none() {
            watch.eye = map * 0.5;
            lens.zoom = (FIT_WIDTH_M / map.x.max(map.y * 16.0 / 9.0)).clamp(keys::ZOOM_MIN, 1.0);
        }
        watch.fitted = true;
    }
    lens.covered_px = Vec2::new(side::RIGHT_EDGE_PX, bar::HEIGHT_PX);
    spectator.look(followed.map_or(Subject::Free, Subject::Player), watch.eye);
}

/// Where it stands in a match are the panels and the bar here: it goes beside those, and over the ruler while that is there.
fn make_room_for_chat(watch: Res<Watch>, mut column: Single<&mut Node, With<chat::Column>>) {
    let ruler_px = if watch.shown.glance.is_some() { ruler::HEIGHT_PX } else { 0.0 };
    let (left, bottom) = (px(side::RIGHT_EDGE_PX + 10.0), px(bar::HEIGHT_PX + ruler_px + 14.0));
    if (column.left, column.bottom) != (left, bottom) {
        (column.left, column.bottom) = (left, bottom);
    }
}

/// The bar and the panels.
fn show(
    mut contexts: bevy_egui::EguiContexts,
    time: Res<Time<Real>>,
    view: Res<ViewModel>,
    tints: Res<super::palette::Tints>,
    lens: Res<Lens>,
    mut watch: ResMut<Watch>,
) {
    let Ok(ctx) = contexts.ctx_mut() else { return };
    // The theme is there from the second frame on.
    if time.elapsed_secs() == 0.0 {
        return;
    }
    ghosts::label(ctx, &watch.shown, &lens);
    side::show(ctx, &view, &tints, &mut watch);
    bar::show(ctx, &mut watch, &tints, time.elapsed_secs());
}

/// Ticks looked through for kills in each frame, about a millisecond of work.
const SURVEY_TICKS_PER_FRAME: u32 = 64;
/// Metres that fit across the window at zoom 1.
const FIT_WIDTH_M: f32 = 26.0;
