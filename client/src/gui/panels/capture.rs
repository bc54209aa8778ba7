//! Who gets the keyboard and the mouse: the game, unless a panel is being used.
//!
//! Alone because both sides must agree: the game lets go of what a panel takes, and egui never sees the keys that walk.

use crate::gui::chat::Typing;
use bevy::prelude::*;
use bevy_egui::input::EguiWantsInput;
use bevy_egui::{EguiInput, egui};

/// What panels have taken in this frame.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::gui) struct Capture {
    /// The pointer is over a panel, or drags something of one.
    pub pointer: bool,
    /// Somebody types into a panel.
    pub keyboard: bool,
    /// Somebody types a line of chat.
    pub chat: bool,
}

impl Capture {
    /// Letters are letters, not commands.
    pub(in crate::gui) fn types(self) -> bool {
        self.keyboard || self.chat
    }
}

pub(super) fn note(wants: Res<EguiWantsInput>, typing: Res<Typing>, mut capture: ResMut<Capture>) {
    let (pointer, keyboard) = (wants.wants_any_pointer_input(), wants.wants_keyboard_input());
    capture.set_if_neq(Capture { pointer, keyboard, chat: typing.is_open() });
}

/// Without a text field in use egui hears no keys: it would move its focus with Tab (the scores) and press what has the
/// focus with Space (the trigger).
pub(super) fn keep_keys_from_egui(capture: Res<Capture>, mut inputs: Query<&mut EguiInput>) {
    if capture.keyboard {
        return;
    }
    for mut input in &mut inputs {
        input.0.events.retain(|event| !matches!(event, egui::Event::Key { .. } | egui::Event::Text(_)));
    }
}
