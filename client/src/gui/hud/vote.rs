//! The open vote: what there is to choose, who chose what, and the keys for it.
//!
//! Digits are voices while the vote key is held; when a match is over and nothing else is to do, also without.

use crate::bindings::{Action, Hands};
use crate::gui::palette;
use crate::gui::panels::Capture;
use crate::gui::spectate;
use crate::gui::widgets::{label, panel, set_shown, set_text};
use crate::settings::Settings;
use crate::view::{Saying, Sayings, Status, ViewModel, VoteView};
use bevy::prelude::*;
use tickshot_shared::limits::VOTE_OPTIONS_MAX;

#[derive(Component)]
pub(in crate::gui) struct VotePanel;
/// The title, then one line for each option.
#[derive(Component)]
pub(in crate::gui) struct VoteLine(usize);

pub(in crate::gui) fn spawn(mut commands: Commands) {
    let node = Node {
        position_type: PositionType::Absolute,
        right: px(18),
        bottom: px(ABOVE_ARMS_PX),
        width: px(300),
        flex_direction: FlexDirection::Column,
        row_gap: px(3),
        padding: UiRect::axes(px(14), px(10)),
        ..default()
    };
    commands.spawn((VotePanel, panel(node), Visibility::Hidden)).with_children(|panel| {
        for index in 0..=VOTE_OPTIONS_MAX {
            let size_px = if index == 0 { 16.0 } else { 14.5 };
            panel.spawn((VoteLine(index), label("", size_px, palette::INK)));
        }
    });
}

pub(in crate::gui) fn refresh(
    (view, settings): (Res<ViewModel>, Res<Settings>),
    panel: Single<(&mut Visibility, &mut Node), With<VotePanel>>,
    mut lines: Query<(&VoteLine, &mut Text, &mut TextColor, &mut Node), Without<VotePanel>>,
) {
    let (mut shown, mut place) = panel.into_inner();
    let vote = view.vote.as_ref().filter(|_| view.status == Status::Playing);
    set_shown(&mut shown, vote.is_some());
    let Some(vote) = vote else { return };
    let over = spectate::is_out(&view);
    let bottom = px(if over { 18.0 } else { ABOVE_ARMS_PX });
    if place.bottom != bottom {
        place.bottom = bottom;
    }
    for (line, mut text, mut colour, mut node) in &mut lines {
        let said = words(vote, line.0, &settings, over);
        let display = if said.is_some() { Display::Flex } else { Display::None };
        if node.display != display {
            node.display = display;
        }
        let Some(said) = said else { continue };
        set_text(&mut text, said);
        let chosen = line.0 > 0 && vote.own == Some(line.0 as u8 - 1);
        colour.set_if_neq(TextColor(if chosen { palette::AMMO } else { palette::INK }));
    }
}

/// The title for 0, else an option; `None` beyond the last.
fn words(vote: &VoteView, line: usize, settings: &Settings, over: bool) -> Option<String> {
    let Some(option) = line.checked_sub(1) else {
        return Some(format!("Vote: {}   {:.0} s", vote.subject, vote.left_s.ceil()));
    };
    let (name, voices) = vote.options.get(option)?;
    let key = settings.keys.of(Action::Vote).into_iter().flatten().next().map_or("-", |button| button.label());
    let hold = if over { String::new() } else { format!("{key}+") };
    let mark = if vote.own == Some(option as u8) { "  \u{2713}" } else { "" };
    Some(format!("[{hold}{line}]  {name}   {voices}{mark}"))
}

/// Casts the voice that this frame's keys ask for.
pub(in crate::gui) fn cast(
    (keys, mouse): (Res<ButtonInput<KeyCode>>, Res<ButtonInput<MouseButton>>),
    (view, settings, capture): (Res<ViewModel>, Res<Settings>, Res<Capture>),
    mut sayings: ResMut<Sayings>,
) {
    let Some(vote) = view.vote.as_ref().filter(|_| view.status == Status::Playing) else { return };
    let hands = Hands { keys: &keys, mouse: &mouse, wheel: 0.0 };
    let may = spectate::is_out(&view) || settings.keys.pressed(Action::Vote, hands);
    let digit = DIGITS.iter().position(|digit| keys.just_pressed(*digit));
    if let Some(option) = digit.filter(|option| may && !capture.types() && *option < vote.options.len()) {
        sayings.0.push(Saying::Ballot { vote: vote.number, option: option as u8 });
    }
}

const DIGITS: [KeyCode; VOTE_OPTIONS_MAX] =
    [KeyCode::Digit1, KeyCode::Digit2, KeyCode::Digit3, KeyCode::Digit4, KeyCode::Digit5, KeyCode::Digit6];
/// Over the weapons, which are not there when a match is over.
const ABOVE_ARMS_PX: f32 = 132.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_option_names_its_key_and_the_own_voice_is_marked() {
        let options = vec![("Yes".into(), 2), ("No".into(), 1)];
        let vote = VoteView { number: 1, subject: "kick Ann".into(), options, own: Some(1), left_s: 11.2 };
        let line = |at, over| words(&vote, at, &Settings::default(), over);
        assert_eq!(line(0, false).as_deref(), Some("Vote: kick Ann   12 s"));
        assert_eq!(line(1, false).as_deref(), Some("[V+1]  Yes   2"));
        assert_eq!(line(2, true).as_deref(), Some("[2]  No   1  \u{2713}"));
        assert_eq!(line(3, true), None);
    }
}
