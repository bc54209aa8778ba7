//! Which key does what, and changing it: press a field, then the key.

use super::style::{self, AMBER, ending, note, plain, primary};
use super::{Menu, Page, Parts};
use crate::bindings::{Action, Bindings, Button};
use crate::settings::Settings;
use bevy::input::mouse::AccumulatedMouseScroll;
use bevy::prelude::*;
use bevy_egui::egui::{self, RichText, Ui, vec2};

/// What the page remembers.
#[derive(Default)]
pub(super) struct KeysPage {
    /// The next key goes here.
    listening: Option<(Action, usize)>,
    /// It was pressed with a button that is still down: that one is not the answer.
    armed: bool,
    /// Frames for which an answer may still be taken for something else: a click for a click on what lies there.
    echo_frames: u8,
}

impl KeysPage {
    /// Keys and clicks are answers, or the echo of one.
    pub(super) fn is_listening(&self) -> bool {
        self.listening.is_some() || self.echo_frames > 0
    }

    fn answered(&mut self) {
        self.listening = None;
        self.echo_frames = ECHO_FRAMES;
    }

    pub(super) fn stop(&mut self) {
        self.listening = None;
    }
}

/// Takes the key that was asked for: Esc gives up, Backspace and Delete unbind.
pub(super) fn listen(
    keys: Res<ButtonInput<KeyCode>>,
    mouse: Res<ButtonInput<MouseButton>>,
    wheel: Res<AccumulatedMouseScroll>,
    mut menu: ResMut<Menu>,
    mut settings: ResMut<Settings>,
) {
    let all_up = keys.get_pressed().next().is_none() && mouse.get_pressed().next().is_none();
    if menu.keys.echo_frames > 0 && all_up {
        menu.keys.echo_frames -= 1;
    }
    let Some((action, place)) = menu.keys.listening else { return };
    if !menu.keys.armed {
        // The click or key that began it has to come up first.
        menu.keys.armed = all_up;
        return;
    }
    let key = keys.get_just_pressed().next().copied();
    let button = match key {
        Some(KeyCode::Escape) if action != Action::Menu => {
            menu.keys.answered();
            return;
        }
        Some(KeyCode::Backspace | KeyCode::Delete) => None,
        Some(key) => match Button::of_key(key) {
            Some(button) => Some(button),
            None => return,
        },
        None => {
            let turned = match wheel.delta.y {
                up if up > 0.0 => Some(Button::WHEEL_UP),
                down if down < 0.0 => Some(Button::WHEEL_DOWN),
                _ => None,
            };
            let pressed = mouse.get_just_pressed().next().and_then(|button| Button::of_mouse(*button)).or(turned);
            if pressed.is_none() {
                return;
            }
            pressed
        }
    };
    settings.keys.bind(action, place, button);
    menu.keys.answered();
}

pub(super) fn show(ui: &mut Ui, parts: &mut Parts) {
    style::heading(ui, "Keys and buttons");
    note(ui, "Press a field, then the key. Backspace empties it, Esc leaves it as it is.");
    egui::Grid::new("keys").num_columns(4).spacing(vec2(14.0, 6.0)).show(ui, |ui| {
        for action in Action::ALL {
            ui.label(RichText::new(action.words()).color(style::soft()));
            for place in 0..2 {
                field(ui, parts, action, place);
            }
            let conflicts = parts.settings.keys.conflicts(action);
            let words: Vec<&str> = conflicts.iter().map(|other| other.words()).collect();
            let warning = if words.is_empty() { String::new() } else { format!("also: {}", words.join(", ")) };
            ui.label(RichText::new(warning).size(style::SMALL_PX).color(AMBER));
            ui.end_row();
        }
    });
    note(ui, "Fixed: F1 help, F2 net graph, F3 to F8 and P modes, link and ghosts, Esc in menus.");
    ending(ui, |ui| {
        if primary(ui, "Done", 140.0).clicked() {
            parts.menu.open(Page::Settings);
        }
        if plain(ui, "All as they were", 220.0).clicked() {
            parts.settings.keys = Bindings::default();
        }
    });
}

fn field(ui: &mut Ui, parts: &mut Parts, action: Action, place: usize) {
    let listening = parts.menu.keys.listening == Some((action, place));
    let bound = parts.settings.keys.of(action)[place];
    let words = match bound {
        _ if listening => "press a key...",
        Some(button) => button.label(),
        None => "",
    };
    let text = RichText::new(words).size(style::BODY_PX);
    let button = egui::Button::new(text).min_size(vec2(150.0, 30.0)).selected(listening);
    let response = ui.add(button);
    if response.clicked() && !parts.menu.keys.is_listening() {
        // Or Enter, as an answer, would press it again.
        response.surrender_focus();
        parts.menu.keys.listening = Some((action, place));
        parts.menu.keys.armed = false;
    }
}

/// One for the release of a mouse button, one for what follows from it.
const ECHO_FRAMES: u8 = 2;
