//! Which key or mouse button does what.
//!
//! Keys are named by where they are on the keyboard (the names of the W3C's `code`), so that a binding means the same place on
//! every layout, and is readable in the settings file. Must not know a window; with one, its key codes are looked up here.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;

/// What a person can do with a key in a match. The fixed keys (F1 to F9, P, Esc in menus) are not among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    MoveUp,
    MoveDown,
    MoveLeft,
    MoveRight,
    Fire,
    Dash,
    Reload,
    Weapon1,
    Weapon2,
    Weapon3,
    NextWeapon,
    PreviousWeapon,
    /// The weapon held before this one.
    LastWeapon,
    /// Held: the scoreboard.
    Scores,
    ChatAll,
    ChatTeam,
    /// Held: the digits 1 to 6 are voices in the open vote.
    Vote,
    /// The Esc menu.
    Menu,
}

/// A key, a mouse button or a notch of the wheel.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Button(u8);

/// Two buttons per action: one, the other, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bindings(BTreeMap<Action, [Option<Button>; 2]>);

impl Action {
    pub const ALL: [Action; 18] = [
        Action::MoveUp,
        Action::MoveDown,
        Action::MoveLeft,
        Action::MoveRight,
        Action::Fire,
        Action::Dash,
        Action::Reload,
        Action::Weapon1,
        Action::Weapon2,
        Action::Weapon3,
        Action::NextWeapon,
        Action::PreviousWeapon,
        Action::LastWeapon,
        Action::Scores,
        Action::ChatAll,
        Action::ChatTeam,
        Action::Vote,
        Action::Menu,
    ];

    /// In words, for the settings and the help.
    pub const fn words(self) -> &'static str {
        match self {
            Action::MoveUp => "Move up",
            Action::MoveDown => "Move down",
            Action::MoveLeft => "Move left",
            Action::MoveRight => "Move right",
            Action::Fire => "Fire",
            Action::Dash => "Dash",
            Action::Reload => "Reload",
            Action::Weapon1 => "Rifle",
            Action::Weapon2 => "Shotgun",
            Action::Weapon3 => "Rocket launcher",
            Action::NextWeapon => "Next weapon",
            Action::PreviousWeapon => "Previous weapon",
            Action::LastWeapon => "Weapon before",
            Action::Scores => "Scores (hold)",
            Action::ChatAll => "Chat to all",
            Action::ChatTeam => "Chat to team",
            Action::Vote => "Vote (hold, then 1 to 6)",
            Action::Menu => "Menu",
        }
    }
}

impl Button {
    pub const MOUSE_LEFT: Button = Button(0);
    pub const MOUSE_RIGHT: Button = Button(1);
    pub const MOUSE_MIDDLE: Button = Button(2);
    pub const MOUSE_BACK: Button = Button(3);
    pub const MOUSE_FORWARD: Button = Button(4);
    pub const WHEEL_UP: Button = Button(5);
    pub const WHEEL_DOWN: Button = Button(6);

    /// Every key that can be bound.
    pub fn keys() -> impl Iterator<Item = Button> {
        (0..KEYS.len()).map(|at| Button((MICE.len() + at) as u8))
    }

    /// The button of this name in the settings file.
    pub fn named(name: &str) -> Option<Button> {
        let names = MICE.iter().chain(KEYS).map(|(code, _)| *code);
        names.zip(0..).find(|(code, _)| *code == name).map(|(_, at)| Button(at))
    }

    /// Its name in the settings file.
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// As it is printed on a keyboard (of the US), short.
    pub fn label(self) -> &'static str {
        self.row().1
    }

    fn row(self) -> (&'static str, &'static str) {
        let at = usize::from(self.0);
        MICE.get(at).copied().unwrap_or_else(|| KEYS[at - MICE.len()])
    }
}

impl fmt::Debug for Button {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Default for Bindings {
    fn default() -> Bindings {
        let key = |name| Some(Button::named(name).expect("the names of the defaults are in the table"));
        let of = |action| match action {
            Action::MoveUp => [key("KeyW"), key("ArrowUp")],
            Action::MoveDown => [key("KeyS"), key("ArrowDown")],
            Action::MoveLeft => [key("KeyA"), key("ArrowLeft")],
            Action::MoveRight => [key("KeyD"), key("ArrowRight")],
            Action::Fire => [Some(Button::MOUSE_LEFT), None],
            Action::Dash => [key("Space"), Some(Button::MOUSE_RIGHT)],
            Action::Reload => [key("KeyR"), None],
            Action::Weapon1 => [key("Digit1"), None],
            Action::Weapon2 => [key("Digit2"), None],
            Action::Weapon3 => [key("Digit3"), None],
            Action::NextWeapon => [Some(Button::WHEEL_DOWN), key("KeyE")],
            Action::PreviousWeapon => [Some(Button::WHEEL_UP), None],
            Action::LastWeapon => [key("KeyQ"), None],
            Action::Scores => [key("Tab"), None],
            Action::ChatAll => [key("Enter"), key("KeyT")],
            Action::ChatTeam => [key("KeyY"), None],
            Action::Vote => [key("KeyV"), None],
            Action::Menu => [key("Escape"), None],
        };
        Bindings(Action::ALL.into_iter().map(|action| (action, of(action))).collect())
    }
}

impl Bindings {
    /// The buttons of `action`.
    pub fn of(&self, action: Action) -> [Option<Button>; 2] {
        self.0.get(&action).copied().unwrap_or_default()
    }

    /// Put `button` (or none) into one of the two places of `action`.
    pub fn bind(&mut self, action: Action, place: usize, button: Option<Button>) {
        let places = self.0.entry(action).or_default();
        if let Some(held) = places.get_mut(place) {
            *held = button;
        }
        // The same button twice is the same button once.
        if places[0].is_some() && places[0] == places[1] {
            places[1 - place.min(1)] = None;
        }
    }

    /// Other actions that have one of the buttons of `action`.
    pub fn conflicts(&self, action: Action) -> Vec<Action> {
        let own = self.of(action);
        let shares = |other: Action| self.of(other).iter().flatten().any(|button| own.contains(&Some(*button)));
        Action::ALL.into_iter().filter(|other| *other != action && shares(*other)).collect()
    }

    /// Its buttons as they are printed, for a hint: "W or Up"; "nothing" if there are none.
    pub fn labels(&self, action: Action) -> String {
        let labels: Vec<&str> = self.of(action).into_iter().flatten().map(Button::label).collect();
        if labels.is_empty() { "nothing".to_owned() } else { labels.join(" or ") }
    }
}

impl Serialize for Button {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Button {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Button, D::Error> {
        let name = String::deserialize(from)?;
        Button::named(&name).ok_or_else(|| {
            D::Error::custom(format!("'{name}' is no key or button; use names like KeyW, Space, MouseLeft, WheelUp"))
        })
    }
}

impl Serialize for Bindings {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|(action, places)| {
            let bound: Vec<Button> = places.iter().flatten().copied().collect();
            (action, bound)
        }))
    }
}

/// Actions that the file does not name keep their defaults; names of actions this program does not know are passed over.
impl<'de> Deserialize<'de> for Bindings {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Bindings, D::Error> {
        let file = BTreeMap::<String, Vec<Button>>::deserialize(from)?;
        let mut bindings = Bindings::default();
        for action in Action::ALL {
            let Some(buttons) = file.get(&action.key()) else { continue };
            bindings.0.insert(action, [buttons.first().copied(), buttons.get(1).copied()]);
        }
        Ok(bindings)
    }
}

impl Action {
    /// Its name in the settings file.
    fn key(self) -> String {
        let camel = format!("{self:?}");
        let mut snake = String::new();
        for (at, c) in camel.char_indices() {
            if at > 0 && c.is_ascii_uppercase() {
                snake.push('_');
            }
            snake.push(c.to_ascii_lowercase());
        }
        snake
    }
}

/// The window's words for keys and buttons.
#[cfg(feature = "gui")]
mod window {
    use super::{Action, Bindings, Button, CODES, MICE};
    use bevy::input::ButtonInput;
    use bevy::input::keyboard::KeyCode;
    use bevy::input::mouse::MouseButton;

    /// What is held, and what went down in this frame.
    #[derive(Clone, Copy)]
    pub struct Hands<'a> {
        pub keys: &'a ButtonInput<KeyCode>,
        pub mouse: &'a ButtonInput<MouseButton>,
        /// How far the wheel turned in this frame; up is positive.
        pub wheel: f32,
    }

    impl Button {
        pub fn of_key(key: KeyCode) -> Option<Button> {
            CODES.iter().zip(Button::keys()).find(|(code, _)| **code == key).map(|(_, button)| button)
        }

        pub fn of_mouse(button: MouseButton) -> Option<Button> {
            MOUSE_BUTTONS.iter().position(|one| *one == button).map(|at| Button(at as u8))
        }

        fn key(self) -> Option<KeyCode> {
            CODES.get(usize::from(self.0).checked_sub(MICE.len())?).copied()
        }

        fn mouse(self) -> Option<MouseButton> {
            MOUSE_BUTTONS.get(usize::from(self.0)).copied()
        }
    }

    impl Bindings {
        /// Is a button of `action` held? A notch of the wheel is held for its frame.
        pub fn pressed(&self, action: Action, hands: Hands) -> bool {
            self.of(action).into_iter().flatten().any(|button| {
                button.key().is_some_and(|key| hands.keys.pressed(key))
                    || button.mouse().is_some_and(|mouse| hands.mouse.pressed(mouse))
                    || turned(button, hands.wheel)
            })
        }

        /// Did a button of `action` go down in this frame?
        pub fn just_pressed(&self, action: Action, hands: Hands) -> bool {
            self.of(action).into_iter().flatten().any(|button| {
                button.key().is_some_and(|key| hands.keys.just_pressed(key))
                    || button.mouse().is_some_and(|mouse| hands.mouse.just_pressed(mouse))
                    || turned(button, hands.wheel)
            })
        }
    }

    fn turned(button: Button, wheel: f32) -> bool {
        (button == Button::WHEEL_UP && wheel > 0.0) || (button == Button::WHEEL_DOWN && wheel < 0.0)
    }

    /// In the order of their [`Button`]s.
    const MOUSE_BUTTONS: [MouseButton; 5] =
        [MouseButton::Left, MouseButton::Right, MouseButton::Middle, MouseButton::Back, MouseButton::Forward];
}

#[cfg(feature = "gui")]
pub use window::Hands;

/// The mouse, in the order of the constants of [`Button`]: name in the file, and as it is shown.
const MICE: &[(&str, &str)] = &[
    ("MouseLeft", "Left button"),
    ("MouseRight", "Right button"),
    ("MouseMiddle", "Middle button"),
    ("MouseBack", "Back button"),
    ("MouseForward", "Forward button"),
    ("WheelUp", "Wheel up"),
    ("WheelDown", "Wheel down"),
];

/// The keys once: name in the file and label; and, with a window, its code.
macro_rules! keys {
    ($($code:ident $label:literal),+ $(,)?) => {
        const KEYS: &[(&str, &str)] = &[$((stringify!($code), $label)),+];
        #[cfg(feature = "gui")]
        const CODES: &[bevy::input::keyboard::KeyCode] = &[$(bevy::input::keyboard::KeyCode::$code),+];
    };
}

keys! {
    KeyA "A", KeyB "B", KeyC "C", KeyD "D", KeyE "E", KeyF "F", KeyG "G", KeyH "H", KeyI "I", KeyJ "J", KeyK "K", KeyL "L",
    KeyM "M", KeyN "N", KeyO "O", KeyP "P", KeyQ "Q", KeyR "R", KeyS "S", KeyT "T", KeyU "U", KeyV "V", KeyW "W", KeyX "X",
    KeyY "Y", KeyZ "Z",
    Digit0 "0", Digit1 "1", Digit2 "2", Digit3 "3", Digit4 "4", Digit5 "5", Digit6 "6", Digit7 "7", Digit8 "8", Digit9 "9",
    ArrowUp "Up", ArrowDown "Down", ArrowLeft "Left", ArrowRight "Right",
    Space "Space", Enter "Enter", Tab "Tab", Escape "Esc", Backspace "Backspace", CapsLock "Caps Lock",
    ShiftLeft "Left Shift", ShiftRight "Right Shift", ControlLeft "Left Ctrl", ControlRight "Right Ctrl",
    AltLeft "Left Alt", AltRight "Right Alt",
    Backquote "`", Minus "-", Equal "=", BracketLeft "[", BracketRight "]", Backslash "\\", Semicolon ";", Quote "'",
    Comma ",", Period ".", Slash "/", IntlBackslash "<",
    Insert "Insert", Delete "Delete", Home "Home", End "End", PageUp "Page Up", PageDown "Page Down",
    Numpad0 "Num 0", Numpad1 "Num 1", Numpad2 "Num 2", Numpad3 "Num 3", Numpad4 "Num 4", Numpad5 "Num 5",
    Numpad6 "Num 6", Numpad7 "Num 7", Numpad8 "Num 8", Numpad9 "Num 9",
    NumpadAdd "Num +", NumpadSubtract "Num -", NumpadMultiply "Num *", NumpadDivide "Num /", NumpadDecimal "Num .",
    NumpadEnter "Num Enter",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_button_has_a_name_of_its_own_that_reads_back() {
        let mice = (0..MICE.len() as u8).map(Button);
        for button in mice.chain(Button::keys()) {
            assert_eq!(Button::named(button.name()), Some(button));
        }
        assert_eq!(Button::named("KeyÄ"), None);
    }

    #[test]
    fn the_defaults_bind_everything_and_conflict_nowhere() {
        let bindings = Bindings::default();
        for action in Action::ALL {
            assert!(bindings.of(action)[0].is_some(), "{action:?}");
            assert_eq!(bindings.conflicts(action), [], "{action:?}");
        }
    }

    #[test]
    fn two_actions_on_one_key_are_named_as_a_conflict_from_both_sides() {
        let mut bindings = Bindings::default();
        bindings.bind(Action::Reload, 1, Button::named("KeyW"));
        assert_eq!(bindings.conflicts(Action::Reload), [Action::MoveUp]);
        assert_eq!(bindings.conflicts(Action::MoveUp), [Action::Reload]);
    }

    #[test]
    fn a_button_bound_twice_to_one_action_is_bound_once() {
        let mut bindings = Bindings::default();
        bindings.bind(Action::Reload, 1, Button::named("KeyR"));
        assert_eq!(bindings.of(Action::Reload), [None, Button::named("KeyR")]);
    }

    #[test]
    fn the_names_in_the_file_are_the_ones_that_serde_writes() {
        for action in Action::ALL {
            assert_eq!(serde_json::to_string(&action).unwrap(), format!("\"{}\"", action.key()));
        }
    }
}
