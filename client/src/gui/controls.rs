//! Keyboard and mouse to [`Controls`], once per frame.
//!
//! Alone because it is the only writer of the controls. It must not know what a tick does with them.

use super::camera::Lens;
use super::panels::{Capture, Panels};
use super::spectate::{self, Spectator, Wishes};
use crate::app::LocalTime;
use crate::bindings::{Action, Bindings, Hands};
use crate::front::{Front, FrontRequest};
use crate::settings::Settings;
use crate::view::{Controls, Status, Switches, ViewModel};
use bevy::ecs::system::SystemParam;
use bevy::input::mouse::AccumulatedMouseScroll;
use bevy::prelude::*;
use bevy::window::{CursorOptions, PrimaryWindow, WindowFocused};
use tickshot_shared::limits::UNITS_PER_METRE;
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::input::Heading;
use tickshot_shared::sim::weapon::Weapon;

/// Samples held keys and the cursor. A click that begins and ends within a frame is a pull of that frame: the session notes
/// it there and then, whether an input is due or not.
#[allow(clippy::too_many_arguments, reason = "a system names all that it touches")]
pub(super) fn sample(
    mut devices: Devices,
    view: Res<ViewModel>,
    window: Single<(&Window, &mut CursorOptions), With<PrimaryWindow>>,
    mut lens: ResMut<Lens>,
    mut controls: ResMut<Controls>,
    mut spectator: ResMut<Spectator>,
    mut before: Local<Weapon>,
    local: Res<LocalTime>,
) {
    let (window, mut cursor) = window.into_inner();
    // Over a panel the aim rests; over the arena it follows, whatever is open.
    if let Some(at) = window.cursor_position().filter(|_| !devices.capture.pointer) {
        lens.cursor_px = at;
    }
    let playing = view.status == Status::Playing;
    // In the arena the crosshair is the cursor.
    let shown = !playing || devices.capture.pointer || spectate::is_out(&view);
    if cursor.visible != shown {
        cursor.visible = shown;
    }
    if let Some(own) = view.own {
        controls.aim = turn_towards(lens.cursor() - own.pos).unwrap_or(controls.aim);
    }
    controls.read_at = local.0;
    devices.let_go_without_focus();
    devices.leave_to_panels();
    let idle = Controls { aim: controls.aim, weapon: controls.weapon, read_at: local.0, ..default() };
    if !playing {
        *controls = idle;
        return;
    }
    if spectate::is_out(&view) {
        *controls = idle;
        spectator.ask(devices.wishes());
        return;
    }
    *controls = Controls {
        heading: devices.heading(),
        fire: devices.asks(Action::Fire),
        dash: devices.asks(Action::Dash),
        reload: devices.asks(Action::Reload),
        ..idle
    };
    if let Some(wished) = devices.weapon(controls.weapon, *before).filter(|wished| *wished != controls.weapon) {
        *before = std::mem::replace(&mut controls.weapon, wished);
    }
}

/// Keyboard and mouse.
#[derive(SystemParam)]
pub(super) struct Devices<'w, 's> {
    keys: ResMut<'w, ButtonInput<KeyCode>>,
    buttons: ResMut<'w, ButtonInput<MouseButton>>,
    wheel: Res<'w, AccumulatedMouseScroll>,
    settings: Res<'w, Settings>,
    focus: MessageReader<'w, 's, WindowFocused>,
    capture: Res<'w, Capture>,
    /// A mouse button went down over a panel and has not come up since.
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
        if self.buttons.get_just_pressed().next().is_some() {
            *self.button_is_a_panels = self.capture.pointer;
        } else if self.buttons.get_pressed().next().is_none() {
            *self.button_is_a_panels = false;
        }
        if *self.button_is_a_panels {
            self.buttons.reset_all();
        }
        // Letters are letters while somebody types.
        if self.capture.types() {
            self.keys.reset_all();
        }
    }

    fn hands(&self) -> Hands<'_> {
        let wheel = if self.capture.pointer { 0.0 } else { self.wheel.delta.y };
        Hands { keys: &self.keys, mouse: &self.buttons, wheel }
    }

    fn holds(&self, action: Action) -> bool {
        self.settings.keys.pressed(action, self.hands())
    }

    fn presses(&self, action: Action) -> bool {
        self.settings.keys.just_pressed(action, self.hands())
    }

    /// Held, or pressed and let go within this very frame.
    fn asks(&self, action: Action) -> bool {
        self.holds(action) || self.presses(action)
    }

    fn heading(&self) -> Heading {
        let axes = axes(&self.settings.keys, self.hands());
        Heading::from_axes(axes.x, axes.y)
    }

    /// What a spectator asks for. The right button is the other way round, whatever else it is bound to.
    fn wishes(&self) -> Wishes {
        let previous = self.buttons.just_pressed(MouseButton::Right);
        Wishes {
            next: self.presses(Action::Fire),
            previous,
            free: self.presses(Action::Dash) && !previous,
            pan: axes(&self.settings.keys, self.hands()).as_vec2().normalize_or_zero(),
        }
    }

    /// The weapon that this frame's keys ask for.
    fn weapon(&self, current: Weapon, before: Weapon) -> Option<Weapon> {
        // Digits are voices while the key for votes is held.
        if self.holds(Action::Vote) {
            return None;
        }
        wished_weapon(|action| self.presses(action), current, before)
    }
}

fn wished_weapon(presses: impl Fn(Action) -> bool, current: Weapon, before: Weapon) -> Option<Weapon> {
    let count = Weapon::ALL.len();
    let turned = |by: usize| Some(Weapon::ALL[(current.index() + by) % count]);
    let direct = [Action::Weapon1, Action::Weapon2, Action::Weapon3];
    if let Some(at) = direct.into_iter().position(&presses) {
        return Some(Weapon::ALL[at]);
    }
    if presses(Action::LastWeapon) {
        Some(before)
    } else if presses(Action::NextWeapon) {
        turned(1)
    } else if presses(Action::PreviousWeapon) {
        turned(count - 1)
    } else {
        None
    }
}

/// Closes what is open, one thing at a time; with nothing open it asks for the menu. Where there is none (a picture without
/// a program around it) it ends the program.
pub(super) fn escape(
    (keys, view, capture): (Res<ButtonInput<KeyCode>>, Res<ViewModel>, Res<Capture>),
    mut panels: ResMut<Panels>,
    mut switches: ResMut<Switches>,
    front: Option<Res<Front>>,
    mut requests: MessageWriter<FrontRequest>,
    mut exit: MessageWriter<AppExit>,
) {
    // Whoever types leaves the text field first.
    if !keys.just_pressed(KeyCode::Escape) || capture.types() {
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

/// Signs of x (right) and y (down) of the held keys; opposite keys cancel.
fn axes(keys: &Bindings, hands: Hands) -> IVec2 {
    let held = |action| i32::from(keys.pressed(action, hands));
    IVec2::new(held(Action::MoveRight) - held(Action::MoveLeft), held(Action::MoveDown) - held(Action::MoveUp))
}

/// The direction of `offset` (metres); `None` if it is too short to have one.
fn turn_towards(offset: Vec2) -> Option<Turn> {
    let units = (offset * UNITS_PER_METRE as f32).as_ivec2();
    if units == IVec2::ZERO { None } else { Some(Turn::of(units)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pressed(codes: &[KeyCode]) -> IVec2 {
        let (mut keys, mouse) = (ButtonInput::default(), ButtonInput::default());
        for code in codes {
            keys.press(*code);
        }
        axes(&Bindings::default(), Hands { keys: &keys, mouse: &mouse, wheel: 0.0 })
    }

    #[test]
    fn opposite_keys_cancel_and_two_keys_walk_diagonally() {
        assert_eq!(pressed(&[KeyCode::KeyA, KeyCode::KeyD]), IVec2::ZERO);
        assert_eq!(pressed(&[KeyCode::KeyD, KeyCode::KeyS]), IVec2::new(1, 1));
        assert_eq!(pressed(&[KeyCode::ArrowUp]), IVec2::new(0, -1));
        assert_eq!(pressed(&[KeyCode::KeyW, KeyCode::ArrowUp]), IVec2::new(0, -1));
    }

    #[test]
    fn a_cursor_on_the_own_body_keeps_the_aim() {
        assert_eq!(turn_towards(Vec2::ZERO), None);
    }

    #[test]
    fn weapons_are_chosen_by_number_by_turns_and_by_going_back() {
        let wish = |pressed: Action, current| wished_weapon(|action| action == pressed, current, Weapon::Launcher);
        assert_eq!(wish(Action::Weapon2, Weapon::Rifle), Some(Weapon::Shotgun));
        assert_eq!(wish(Action::NextWeapon, Weapon::Launcher), Some(Weapon::Rifle));
        assert_eq!(wish(Action::PreviousWeapon, Weapon::Rifle), Some(Weapon::Launcher));
        assert_eq!(wish(Action::LastWeapon, Weapon::Rifle), Some(Weapon::Launcher));
        assert_eq!(wish(Action::Reload, Weapon::Rifle), None);
    }
}
