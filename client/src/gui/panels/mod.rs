//! Panels over the arena: switches of time and of the link, the net graph, the ruler of clocks, shots, help.
//!
//! They read the [`ViewModel`](crate::view::ViewModel) and write [`Switches`](crate::view::Switches); what a switch does
//! is for the session to know. Text of the game itself (health, feed, scores) is elsewhere and never covered.
//!
//! A frame: keys are read in `PreUpdate`; what the network did is remembered and changes are announced in
//! [`Draw`](super::Draw); egui runs in `PostUpdate`, over everything else.

mod banner;
mod capture;
pub(super) mod ghosts;
mod help;
mod history;
mod keys;
pub(super) mod legend;
mod link;
mod link_direction;
mod modes;
mod netgraph;
mod plots;
mod recording;
pub(super) mod ruler;
pub(super) mod shots;
mod side;
pub(super) mod theme;
mod toast;
mod words;

pub(super) use capture::Capture;
pub(super) use ghosts::paint as paint_ghosts;
pub(super) use theme::{BOLD, ink};

use super::camera::Lens;
use super::hud::FrameRate;
use super::palette::Tints;
use crate::app::ClientSet;
use crate::recording::{RecordingNotice, RecordingRequest, RecordingView};
use crate::settings::{NetworkView, Settings};
use crate::view::{Status, Switches, ViewModel};
use bevy::ecs::system::SystemParam;
use bevy::input::InputSystems;
use bevy::prelude::*;
use bevy_egui::{EguiContexts, EguiPlugin, EguiPreUpdateSet, EguiPrimaryContextPass, egui};

/// What is open.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Panels {
    pub help: bool,
    pub side: Option<Tab>,
    pub graph: bool,
    pub ghosts: bool,
    /// The tab that the side panel showed last.
    last_tab: Tab,
}

/// The pages of the side panel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Tab {
    #[default]
    Modes,
    Link,
}

impl Panels {
    /// Closes what lies on top; `false` if nothing was open.
    pub(super) fn close_top(&mut self) -> bool {
        if self.help {
            self.help = false;
        } else if self.side.is_some() {
            self.side = None;
        } else if self.graph {
            self.graph = false;
        } else if self.ghosts {
            self.ghosts = false;
        } else {
            return false;
        }
        true
    }

    /// Opens the side panel on `tab`, or closes it if it is there already.
    fn toggle_tab(&mut self, tab: Tab) {
        self.side = if self.side == Some(tab) { None } else { Some(tab) };
        self.last_tab = tab;
    }

    /// Opens the side panel where it was.
    pub(super) fn open_side(&mut self) {
        self.side = Some(self.last_tab);
    }

    fn toggle_side(&mut self) {
        self.side = if self.side.is_some() { None } else { Some(self.last_tab) };
    }
}

pub(super) struct PanelsPlugin;

impl Plugin for PanelsPlugin {
    fn build(&self, app: &mut App) {
        app.add_plugins(EguiPlugin::default())
            .init_resource::<Panels>()
            .init_resource::<Switches>()
            .init_resource::<Capture>()
            .init_resource::<toast::Toast>()
            .init_resource::<history::NetHistory>()
            .init_resource::<side::Drafts>()
            .init_resource::<RecordingView>()
            .add_message::<RecordingRequest>()
            .add_message::<RecordingNotice>()
            .add_systems(
                PreUpdate,
                (
                    capture::note,
                    recording::press,
                    super::menu::take_over,
                    keys::press.run_if(not(super::menu::is_open)),
                )
                    .chain()
                    .after(InputSystems)
                    .before(ClientSet::Controls),
            )
            .add_systems(
                PreUpdate,
                capture::keep_keys_from_egui.after(EguiPreUpdateSet::ProcessInput).before(EguiPreUpdateSet::BeginPass),
            )
            .add_systems(super::Draw, (history::remember, toast::announce, recording::tell).chain())
            .add_systems(EguiPrimaryContextPass, draw);
    }
}

/// All that panels show or change.
#[derive(SystemParam)]
struct Everything<'w> {
    time: Res<'w, Time<Real>>,
    view: Res<'w, ViewModel>,
    lens: Res<'w, Lens>,
    frames: Res<'w, FrameRate>,
    history: Res<'w, history::NetHistory>,
    panels: ResMut<'w, Panels>,
    switches: ResMut<'w, Switches>,
    drafts: ResMut<'w, side::Drafts>,
    toast: Res<'w, toast::Toast>,
    settings: Res<'w, Settings>,
    tints: Res<'w, Tints>,
    recording: Res<'w, RecordingView>,
}

/// Builds this frame's panels; egui may ask for a second pass, so nothing here may count frames.
fn draw(mut contexts: EguiContexts, all: Everything, mut themed: Local<bool>) {
    let Ok(ctx) = contexts.ctx_mut() else { return };
    if !*themed {
        theme::install(ctx);
        *themed = true;
    }
    let Everything { time, view, lens, frames, history, toast, settings, tints, recording, .. } = all;
    let (mut panels, mut switches, mut drafts) = (all.panels, all.switches, all.drafts);
    if ctx.zoom_factor() != settings.ui_scale {
        ctx.set_zoom_factor(settings.ui_scale);
    }
    if view.status != Status::Playing {
        return;
    }
    let now_s = time.elapsed_secs();
    banner::show(ctx, &view, &switches);
    recording::show(ctx, &recording);
    if panels.help {
        // Much to read: nothing beside it.
        return help::show(ctx, &view, &mut panels.help);
    }
    // Whoever came to play has no tab of switches in the way; P still opens them.
    let offered = settings.network == NetworkView::Expert || panels.side.is_some();
    if offered {
        side::show(ctx, side::Parts { view: &view, panels: &mut panels, switches: &mut switches, drafts: &mut drafts });
    }
    if panels.graph {
        netgraph::show(ctx, &view, &history, frames.per_second);
        ruler::show(ctx, &view);
    }
    if panels.ghosts {
        ghosts::label(ctx, &view, &lens);
        shots::show(ctx, &view, &tints, &panels);
    }
    toast.show(ctx, now_s, &panels);
}

/// The window's logical pixels.
fn screen(ctx: &egui::Context) -> egui::Rect {
    ctx.content_rect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_closes_one_panel_after_the_other_and_then_has_nothing_left() {
        let mut panels = Panels { help: true, side: Some(Tab::Link), graph: true, ghosts: true, ..default() };
        assert!(panels.close_top() && !panels.help && panels.side.is_some());
        assert!(panels.close_top() && panels.side.is_none() && panels.graph);
        assert!(panels.close_top() && !panels.graph && panels.ghosts);
        assert!(panels.close_top() && !panels.ghosts);
        assert!(!panels.close_top());
    }

    #[test]
    fn the_side_panel_comes_back_on_the_tab_it_was_closed_on() {
        let mut panels = Panels::default();
        panels.toggle_tab(Tab::Link);
        panels.toggle_side();
        assert_eq!(panels.side, None);
        panels.toggle_side();
        assert_eq!(panels.side, Some(Tab::Link));
        panels.toggle_tab(Tab::Link);
        assert_eq!(panels.side, None);
    }
}
