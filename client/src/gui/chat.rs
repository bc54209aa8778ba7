//! Chat: the latest lines, fading, and the line that is being typed.
//!
//! Enter and its stand-ins open a line, Enter sends it, Esc drops it. While one types no key reaches the game (see
//! `panels::Capture`). It must not know who hears a line: the server decides.

use super::palette::{self, Tints};
use super::panels::Capture;
use super::widgets::{panel, set_shown, set_text};
use crate::bindings::{Action, Hands};
use crate::settings::Settings;
use crate::view::{ChatView, Saying, Sayings, Status, ViewModel};
use bevy::input::ButtonState;
use bevy::input::keyboard::{Key, KeyboardInput};
use bevy::prelude::*;
use tickshot_shared::limits::CHAT_BYTES_MAX;
use tickshot_shared::protocol::control::Audience;

/// The line that is being typed.
#[derive(Resource, Debug, Default)]
pub(super) struct Typing(Option<Draft>);

#[derive(Debug, Default)]
struct Draft {
    to: Audience,
    text: String,
}

/// What a key did to the line.
#[derive(Debug, PartialEq)]
enum Outcome {
    Goes,
    Sent(Saying),
    Dropped,
}

impl Typing {
    pub(super) fn is_open(&self) -> bool {
        self.0.is_some()
    }
}

/// Reads the keys of this frame while a line is open, and those that open one.
pub(super) fn type_in(
    mut strokes: MessageReader<KeyboardInput>,
    (keys, mouse): (Res<ButtonInput<KeyCode>>, Res<ButtonInput<MouseButton>>),
    (settings, view, capture): (Res<Settings>, Res<ViewModel>, Res<Capture>),
    mut typing: ResMut<Typing>,
    mut sayings: ResMut<Sayings>,
) {
    if view.status != Status::Playing {
        typing.0 = None;
    }
    let Some(draft) = &mut typing.0 else {
        strokes.clear();
        let hands = Hands { keys: &keys, mouse: &mouse, wheel: 0.0 };
        let opens = |action| settings.keys.just_pressed(action, hands);
        let to = if opens(Action::ChatAll) {
            Audience::All
        } else if opens(Action::ChatTeam) {
            Audience::Team
        } else {
            return;
        };
        if view.status == Status::Playing && !capture.keyboard {
            typing.0 = Some(Draft { to, text: String::new() });
        }
        return;
    };
    for stroke in strokes.read().filter(|stroke| stroke.state == ButtonState::Pressed) {
        match draft.take(&stroke.logical_key, stroke.text.as_deref()) {
            Outcome::Goes => {}
            Outcome::Sent(saying) => {
                sayings.0.push(saying);
                typing.0 = None;
                return;
            }
            Outcome::Dropped => {
                typing.0 = None;
                return;
            }
        }
    }
}

impl Draft {
    /// One key: a letter goes to the end as long as the line has room for all of it.
    fn take(&mut self, key: &Key, text: Option<&str>) -> Outcome {
        match key {
            Key::Escape => return Outcome::Dropped,
            Key::Enter if self.text.trim().is_empty() => return Outcome::Dropped,
            Key::Enter => {
                return Outcome::Sent(Saying::Chat { to: self.to, text: self.text.trim().to_owned() });
            }
            Key::Backspace => {
                self.text.pop();
            }
            _ => {
                for letter in text.unwrap_or_default().chars().filter(|letter| !letter.is_control()) {
                    if self.text.len() + letter.len_utf8() <= CHAT_BYTES_MAX {
                        self.text.push(letter);
                    }
                }
            }
        }
        Outcome::Goes
    }
}

/// All of it: where it stands is a matter of what else is on the screen.
#[derive(Component)]
pub(super) struct Column;
/// One line of history, from the oldest shown.
#[derive(Component)]
pub(super) struct Line(usize);
/// The words of a line, after the name.
#[derive(Component)]
pub(super) struct Words;
#[derive(Component)]
pub(super) struct Entry;
#[derive(Component)]
pub(super) struct EntryText;

pub(super) fn spawn(mut commands: Commands) {
    let column = Node {
        position_type: PositionType::Absolute,
        left: px(18),
        bottom: px(BOTTOM_PX),
        width: px(WIDTH_PX),
        flex_direction: FlexDirection::Column,
        align_items: AlignItems::Start,
        row_gap: px(2),
        ..default()
    };
    commands.spawn((Column, column)).with_children(|column| {
        for index in 0..LINES {
            let node = Node {
                padding: UiRect::axes(px(7), px(2)),
                border_radius: BorderRadius::all(px(4)),
                max_width: px(WIDTH_PX),
                display: Display::None,
                ..default()
            };
            column.spawn((Line(index), node, BackgroundColor(Color::NONE))).with_children(|line| {
                line.spawn((Text::default(), TextFont::from_font_size(TEXT_PX), TextColor(palette::INK))).with_child((
                    Words,
                    TextSpan::default(),
                    TextFont::from_font_size(TEXT_PX),
                    TextColor(palette::INK),
                ));
            });
        }
        let node = Node { padding: UiRect::axes(px(8), px(4)), width: px(WIDTH_PX), ..default() };
        column.spawn((Entry, panel(node), Visibility::Hidden)).with_children(|entry| {
            entry.spawn((EntryText, Text::default(), TextFont::from_font_size(TEXT_PX), TextColor(Color::WHITE)));
        });
    });
}

type Rows<'w, 's> = Query<'w, 's, (&'static Line, &'static mut Node, &'static mut BackgroundColor, &'static Children)>;
type Names<'w, 's> = Query<'w, 's, (&'static mut Text, &'static mut TextColor, &'static Children), Without<EntryText>>;
type Spans<'w, 's> = Query<'w, 's, (&'static mut TextSpan, &'static mut TextColor), (With<Words>, Without<Text>)>;

pub(super) fn refresh(
    (view, typing, tints): (Res<ViewModel>, Res<Typing>, Res<Tints>),
    mut rows: Rows,
    mut names: Names,
    mut spans: Spans,
    mut entry: Single<&mut Visibility, With<Entry>>,
    mut text: Single<&mut Text, With<EntryText>>,
) {
    set_shown(&mut entry, typing.is_open());
    if let Some(draft) = &typing.0 {
        set_text(&mut text, format!("{}: {}\u{258F}", audience(draft.to), draft.text));
    }
    let shown = shown(&view.chat, typing.is_open());
    for (line, mut node, mut background, children) in &mut rows {
        let said = shown.get(line.0);
        let display = if said.is_some() { Display::Flex } else { Display::None };
        if node.display != display {
            node.display = display;
        }
        let Some((said, opacity)) = said else { continue };
        background.set_if_neq(BackgroundColor(palette::faded(palette::PANEL, 0.62 * opacity)));
        let Some(Ok((mut name, mut ink, children))) = children.first().map(|text| names.get_mut(*text)) else {
            continue;
        };
        set_text(&mut name, who(said));
        let colour = said.slot.map_or(palette::AMMO, |slot| palette::mixed(tints.of(slot), Color::WHITE, 0.35));
        ink.set_if_neq(TextColor(palette::faded(colour, *opacity)));
        let Some(Ok((mut words, mut ink))) = children.first().map(|span| spans.get_mut(*span)) else { continue };
        if words.0 != said.text {
            words.0.clone_from(&said.text);
        }
        ink.set_if_neq(TextColor(palette::faded(palette::INK, *opacity)));
    }
}

/// The latest lines with their opacity: the fresh ones, or as many as there is room for while somebody types.
fn shown(chat: &[ChatView], typing: bool) -> Vec<(&ChatView, f32)> {
    let opacity = |line: &ChatView| if typing { 1.0 } else { ((SHOWN_S - line.age_s) / FADE_S).clamp(0.0, 1.0) };
    let latest = &chat[chat.len().saturating_sub(LINES)..];
    // In steps too small to see: text is painted anew whenever its colour changes.
    let stepped = |opacity: f32| (opacity * 16.0).round() / 16.0;
    latest.iter().map(|line| (line, stepped(opacity(line)))).filter(|(_, opacity)| *opacity > 0.0).collect()
}

fn who(line: &ChatView) -> String {
    match (line.slot, line.team_only) {
        (None, _) => String::new(),
        (Some(_), true) => format!("[team] {}: ", line.name),
        (Some(_), false) => format!("{}: ", line.name),
    }
}

const fn audience(to: Audience) -> &'static str {
    match to {
        Audience::All => "All",
        Audience::Team => "Team",
    }
}

const LINES: usize = 8;
const WIDTH_PX: f32 = 400.0;
const TEXT_PX: f32 = 15.0;
/// Over the health panel.
const BOTTOM_PX: f32 = 112.0;
/// How long a line shows, and how much of that it spends fading.
const SHOWN_S: f32 = 9.0;
const FADE_S: f32 = 1.0;

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Draft {
        let mut draft = Draft::default();
        for letter in text.chars() {
            draft.take(&Key::Character(letter.to_string().into()), Some(&letter.to_string()));
        }
        draft
    }

    #[test]
    fn what_is_typed_is_sent_to_those_it_is_for() {
        let mut draft = Draft { to: Audience::Team, ..typed(" Grüße, Ωmega ") };
        let sent = Saying::Chat { to: Audience::Team, text: "Grüße, Ωmega".into() };
        assert_eq!(draft.take(&Key::Enter, Some("\r")), Outcome::Sent(sent));
    }

    #[test]
    fn a_line_never_grows_beyond_what_the_server_takes() {
        let draft = typed(&"é".repeat(CHAT_BYTES_MAX));
        assert_eq!(draft.text.len(), CHAT_BYTES_MAX / 2 * 2);
        assert_eq!(typed("\u{1b}\tab").text, "ab", "control characters are not said");
    }

    #[test]
    fn backspace_takes_one_letter_and_escape_all() {
        let mut draft = typed("né");
        assert_eq!(draft.take(&Key::Backspace, None), Outcome::Goes);
        assert_eq!(draft.text, "n");
        assert_eq!(draft.take(&Key::Escape, None), Outcome::Dropped);
        assert_eq!(typed("  ").take(&Key::Enter, None), Outcome::Dropped);
    }

    #[test]
    fn old_lines_fade_and_come_back_while_one_types() {
        let line = |age_s| ChatView { slot: Some(1), name: "Ann".into(), team_only: false, text: "hi".into(), age_s };
        let chat = [line(60.0), line(SHOWN_S - 0.5 * FADE_S), line(1.0)];
        let opacities: Vec<f32> = shown(&chat, false).iter().map(|(_, opacity)| *opacity).collect();
        assert_eq!(opacities, [0.5, 1.0]);
        assert_eq!(shown(&chat, true).len(), 3);
    }
}
