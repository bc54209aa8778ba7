//! Keyboard and mouse to [`Controls`], once per frame.
//!
//! Alone because it is the only writer of the controls. It must not know what a tick does with them.

use super::camera::Lens;
use super::panels::{Capture, Panels};
use crate::front::{Front, FrontRequest};
use crate::view::{Controls, Status, Switches, ViewModel};
use bevy::ecs::system::SystemParam;
use bevy::prelude::*;
use bevy::window::{CursorOptions, PrimaryWindow, WindowFocused};
use tickshot_shared::limits::UNITS_PER_METRE;
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::input::Heading;

/// Samples held keys and the cursor. A click that begins and ends within a frame is a pull of that frame: the session notes
/// it there and then, whether an input is due or not.
pub(super) fn sample(
    mut devices: Devices,
    view: Res<ViewModel>,
    window: Single<(&Window, &mut CursorOptions), With<PrimaryWindow>>,
    mut lens: ResMut<Lens>,
    mut controls: ResMut<Controls>,
) {
    let (window, mut cursor) = window.into_inner();
    // Over a panel the aim rests; over the arena it follows, whatever is open.
    if let Some(at) = window.cursor_position().filter(|_| !devices.capture.pointer) {
        lens.cursor_px = at;
    }
    let playing = view.status == Status::Playing;
    // In the arena the crosshair is the cursor.
    let shown = !playing || devices.capture.pointer;
    if cursor.visible != shown {
        cursor.visible = shown;
    }
    if let Some(own) = view.own {
        controls.aim = turn_towards(lens.cursor() - own.pos).unwrap_or(controls.aim);
    }
    devices.let_go_without_focus();
    devices.leave_to_panels();
    if !playing {
        (controls.heading, controls.fire) = (Heading::STAND, false);
        return;
    }
    controls.heading = if devices.capture.keyboard { Heading::STAND } else { heading(&devices.keys) };
    controls.fire = devices.trigger_pressed() || devices.trigger_just_pressed();
}

/// Keyboard and mouse.
#[derive(SystemParam)]
pub(super) struct Devices<'w, 's> {
    keys: ResMut<'w, ButtonInput<KeyCode>>,
    buttons: ResMut<'w, ButtonInput<MouseButton>>,
    focus: MessageReader<'w, 's, WindowFocused>,
    capture: Res<'w, Capture>,
    /// The mouse button went down over a panel and has not come up since.
    button_is_a_panels: Local<'s, bool>,
}

impl Devices<'_, '_> {
    /// Releases that happen elsewhere are never reported: whoever loses the focus lets go of everything. (The focus
    /// itself is not asked for: without a window manager nobody has it.)
    fn let_go_without_focus(&mut self) {
        if self.focus.read().any(|change| !change.focused) {
            self.keys.release_all();
            self.buttons.release_all();
        }
    }

    /// A click that begins on a panel is the panel's until the button comes up; one that begins in the arena stays the game's.
    fn leave_to_panels(&mut self) {
        if self.buttons.just_pressed(MouseButton::Left) {
            *self.button_is_a_panels = self.capture.pointer;
        } else if !self.buttons.pressed(MouseButton::Left) {
            *self.button_is_a_panels = false;
        }
    }

    fn trigger_pressed(&self) -> bool {
        (self.buttons.pressed(MouseButton::Left) && !*self.button_is_a_panels)
            || (self.keys.pressed(KeyCode::Space) && !self.capture.keyboard)
    }

    fn trigger_just_pressed(&self) -> bool {
        (self.buttons.just_pressed(MouseButton::Left) && !*self.button_is_a_panels)
            || (self.keys.just_pressed(KeyCode::Space) && !self.capture.keyboard)
    }
}

/// Closes what is open, one thing at a time; with nothing open it asks for the menu. Where there is none (a picture without
/// a program around it) it ends the program.
pub(super) fn escape(
    keys: Res<ButtonInput<KeyCode>>,
    view: Res<ViewModel>,
    capture: Res<Capture>,
    mut panels: ResMut<Panels>,
    mut switches: ResMut<Switches>,
    front: Option<Res<Front>>,
    mut requests: MessageWriter<FrontRequest>,
    mut exit: MessageWriter<AppExit>,
) {
    // Whoever types leaves the text field first; egui sees to that.
    if !keys.just_pressed(KeyCode::Escape) || capture.keyboard {
        return;
    }
    let ghosts = panels.ghosts;
    if view.status != Status::Playing || !panels.close_top() {
        if front.is_some() {
            requests.write(FrontRequest::Menu);
        } else {
            exit.write(AppExit::Success);
        }
    }
    if ghosts && !panels.ghosts {
        switches.evidence = false;
    }
}

fn heading(keys: &ButtonInput<KeyCode>) -> Heading {
    let axis = |plus: [KeyCode; 2], minus: [KeyCode; 2]| {
        i32::from(keys.any_pressed(plus)) - i32::from(keys.any_pressed(minus))
    };
    Heading::from_axes(
        axis([KeyCode::KeyD, KeyCode::ArrowRight], [KeyCode::KeyA, KeyCode::ArrowLeft]),
        axis([KeyCode::KeyS, KeyCode::ArrowDown], [KeyCode::KeyW, KeyCode::ArrowUp]),
    )
}

/// The direction of `offset` (metres); `None` if it is too short to have one.
fn turn_towards(offset: Vec2) -> Option<Turn> {
    let units = (offset * UNITS_PER_METRE as f32).as_ivec2();
    if units == IVec2::ZERO { None } else { Some(Turn::of(units)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pressed(codes: &[KeyCode]) -> Heading {
        let mut keys = ButtonInput::default();
        for code in codes {
            keys.press(*code);
        }
        heading(&keys)
    }

    #[test]
    fn opposite_keys_cancel_and_two_keys_walk_diagonally() {
        assert_eq!(pressed(&[KeyCode::KeyA, KeyCode::KeyD]), Heading::STAND);
        assert_eq!(pressed(&[KeyCode::KeyD, KeyCode::KeyS]), Heading::from_axes(1, 1));
        assert_eq!(pressed(&[KeyCode::ArrowUp]), Heading::from_axes(0, -1));
        assert_eq!(pressed(&[KeyCode::KeyW, KeyCode::ArrowUp]), Heading::from_axes(0, -1));
    }

    #[test]
    fn a_cursor_on_the_own_body_keeps_the_aim() {
        assert_eq!(turn_towards(Vec2::ZERO), None);
    }
}
