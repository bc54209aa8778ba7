//! The screen's own layer while playing: instruments, the state of the match, announcements, votes.
//!
//! Boxes and icons are painted on the overlay canvas, words stand on them. It reads the view model and never the network.

mod announce;
mod gauges;
mod link_line;
mod match_bar;
mod said;
mod screen;
mod spots;
mod vote;

pub(super) use announce::{Announcer, listen};
pub use link_line::FrameRate;
pub(super) use link_line::{refresh_hint, refresh_net};
pub(super) use match_bar::{Fallen, count_fallen};
pub(super) use said::LOW_HEALTH;
pub(super) use screen::Screen;
pub(super) use vote::{cast, refresh as refresh_vote};

use super::camera::Lens;
use super::canvas::Overlay;
use super::palette::Tints;
use super::panels::Panels;
use super::spectate::Spectator;
use super::widgets::{set_shown, set_text};
use crate::settings::Settings;
use crate::view::ViewModel;
use bevy::ecs::system::SystemParam;
use bevy::prelude::*;
use spots::Spot;

pub(super) fn spawn(commands: Commands, more: Commands, rest: Commands) {
    link_line::spawn(commands);
    spots::spawn(more);
    vote::spawn(rest);
}

/// All that the layer shows.
#[derive(SystemParam)]
pub(super) struct Shown<'w> {
    view: Res<'w, ViewModel>,
    tints: Res<'w, Tints>,
    settings: Res<'w, Settings>,
    spectator: Res<'w, Spectator>,
    announcer: Res<'w, Announcer>,
    panels: Res<'w, Panels>,
}

impl Shown<'_> {
    fn sources(&self) -> said::Sources<'_> {
        said::Sources {
            view: &self.view,
            tints: &self.tints,
            settings: &self.settings,
            spectator: &self.spectator,
            announcer: &self.announcer,
            covered: self.panels.help,
        }
    }
}

pub(super) fn paint(shown: Shown, lens: Res<Lens>, fallen: Res<Fallen>, mut overlay: ResMut<Overlay>) {
    let from = shown.sources();
    let mut screen = Screen::new(&mut overlay, &lens, shown.settings.ui_scale);
    match_bar::paint(&mut screen, &shown.view, &shown.tints, &fallen);
    gauges::paint(&mut screen, &from);
}

/// Writes every spot whose words changed.
pub(super) fn write(shown: Shown, mut texts: Query<(&Spot, &mut Text, &mut TextColor, &mut Visibility)>) {
    let from = shown.sources();
    for (spot, mut text, mut colour, mut visibility) in &mut texts {
        let said = said::said(*spot, &from);
        set_shown(&mut visibility, said.is_some());
        let Some(said) = said else { continue };
        set_text(&mut text, &said.text);
        colour.set_if_neq(TextColor(said.colour));
    }
}

/// The words' layer follows the setting; shapes do by themselves.
pub(super) fn scale(settings: Res<Settings>, mut scale: ResMut<UiScale>) {
    if scale.0 != settings.ui_scale {
        scale.0 = settings.ui_scale;
    }
}
