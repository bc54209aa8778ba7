//! The window: draws the view model, and turns keyboard and mouse into controls.
//!
//! It reads [`ViewModel`] and writes [`Controls`] and [`Switches`](crate::view::Switches); it must not know of sockets, snapshots or prediction, so that any
//! source of a view model (a live match, a replay, the gallery example) is drawn by the same code.
//!
//! Lengths are map metres with y growing downwards, as in the view model; only `canvas` and `camera` know that the
//! renderer's y grows upwards.

mod arena;
mod arena_floor;
mod arena_mesh;
mod arena_shade;
mod arms;
mod camera;
mod canvas;
mod chat;
mod controls;
mod effects;
mod feed;
mod figure;
mod fonts;
mod hud;
mod marks;
mod menu;
mod names;
mod palette;
mod panels;
mod pickups;
mod players;
mod scoreboard;
mod screens;
mod spectate;
mod visibility;
mod watch;
mod widgets;

pub use hud::FrameRate;
pub use watch::WatchPlugin;

use crate::app::{ClientSet, LocalTime};
use crate::settings::Settings;
use crate::view::{Controls, Sayings, ViewModel};
use bevy::app::MainScheduleOrder;
use bevy::ecs::schedule::ScheduleLabel;
use bevy::input::InputSystems;
use bevy::log::LogPlugin;
use bevy::prelude::*;
use bevy::window::{PresentMode, WindowResolution};
use bevy::winit::WinitSettings;

/// The window and everything in it. Adds Bevy's own default plugins (without logging, which belongs to `main`), so
/// nothing else in the app may add those.
///
/// A frame: [`ClientSet::Controls`] in `PreUpdate` samples [`Controls`]; the owner of the view model brings it up to date
/// in `Update` or earlier; then [`Draw`] reads it.
#[derive(Clone, Debug)]
pub struct GuiPlugin {
    pub title: String,
    /// Wait for the display's refresh. Off: as many frames as the machine can draw.
    pub vsync: bool,
}

impl Default for GuiPlugin {
    fn default() -> Self {
        GuiPlugin { title: "Tickshot".into(), vsync: true }
    }
}

/// Something to read under the menu's title.
pub fn show_notice(app: &mut App, notice: String) {
    app.world_mut().resource_mut::<menu::Menu>().notice = Some(notice);
}

/// Runs after `Update` in every frame: reads the finished view model and draws it.
#[derive(ScheduleLabel, Clone, Debug, PartialEq, Eq, Hash)]
pub struct Draw;

impl Plugin for GuiPlugin {
    fn build(&self, app: &mut App) {
        let window = Window {
            title: self.title.clone(),
            resolution: WindowResolution::new(WINDOW_WIDTH_PX, WINDOW_HEIGHT_PX),
            present_mode: if self.vsync { PresentMode::AutoVsync } else { PresentMode::AutoNoVsync },
            ..default()
        };
        let bevy_plugins =
            DefaultPlugins.set(WindowPlugin { primary_window: Some(window), ..default() }).disable::<LogPlugin>();
        app.add_plugins(bevy_plugins)
            .add_plugins((
                fonts::FontsPlugin,
                canvas::CanvasPlugin,
                arena::ArenaPlugin,
                visibility::VisibilityPlugin,
                panels::PanelsPlugin,
                menu::MenuPlugin,
            ))
            // Two windows side by side must both keep their pace: never throttle the one without focus.
            .insert_resource(WinitSettings::continuous())
            .insert_resource(ClearColor(palette::VOID))
            .init_resource::<LocalTime>()
            .init_resource::<ViewModel>()
            .init_resource::<Controls>()
            .init_resource::<Sayings>()
            .init_resource::<Settings>()
            .init_resource::<palette::Tints>()
            .init_resource::<spectate::Spectator>()
            .init_resource::<chat::Typing>()
            .init_resource::<hud::Announcer>()
            .init_resource::<hud::Fallen>()
            .init_resource::<camera::Lens>()
            .init_resource::<effects::Effects>()
            .init_resource::<players::Bodies>()
            .init_resource::<marks::Marks>()
            .init_resource::<names::NameTags>()
            .init_resource::<hud::FrameRate>()
            .init_schedule(Draw);
        app.world_mut().resource_mut::<MainScheduleOrder>().insert_after(Update, Draw);
        add_systems(app);
    }
}

/// The order of a frame, in one place.
fn add_systems(app: &mut App) {
    app.add_systems(Startup, (camera::spawn, hud::spawn, feed::spawn, chat::spawn, screens::spawn, scoreboard::spawn))
        .add_systems(
            PreUpdate,
            (chat::type_in, hud::cast, controls::sample, controls::escape)
                .chain()
                .in_set(ClientSet::Controls)
                .after(InputSystems),
        )
        .add_systems(
            Draw,
            (
                // What everything else is placed and coloured by.
                (palette::mix_tints, spectate::choose, camera::follow, camera::lend_ears, hud::scale).chain(),
                (arena::follow_map, visibility::cast_shadows, canvas::begin).chain(),
                // The canvases are painted back to front.
                (effects::collect, effects::paint_under, pickups::paint).chain(),
                (players::paint, effects::paint_over, panels::paint_ghosts).chain(),
                (hud::listen, hud::count_fallen, hud::paint, marks::paint, canvas::present).chain(),
                // Text: names over bodies, then the screen's own layer.
                names::follow_players,
                (hud::refresh_net, hud::refresh_hint, hud::refresh_vote, hud::write),
                (feed::refresh, chat::refresh, screens::refresh, scoreboard::refresh),
            )
                .chain(),
        );
}

const WINDOW_WIDTH_PX: u32 = 1280;
const WINDOW_HEIGHT_PX: u32 = 720;
