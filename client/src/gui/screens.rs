//! What stands in the middle of the window when there is nothing to play: connecting, loading, dead, over.

use super::palette;
use super::widgets::{
    filling, label, overlay, panel, paragraph, set_background, set_filling, set_shown, set_text, track,
};
use crate::view::{Status, ViewModel};
use bevy::prelude::*;

/// Covers the window and holds the message.
#[derive(Component)]
pub(super) struct Screen;
#[derive(Component)]
pub(super) struct Title;
#[derive(Component)]
pub(super) struct Detail;
#[derive(Component)]
pub(super) struct Progress;
#[derive(Component)]
pub(super) struct ProgressFilling;

pub(super) fn spawn(mut commands: Commands) {
    let middle = Node { align_items: AlignItems::Center, justify_content: JustifyContent::Center, ..default() };
    commands
        .spawn((Screen, overlay(middle), BackgroundColor(Color::NONE), Visibility::Hidden, GlobalZIndex(20)))
        .with_children(|middle| {
            let node = Node {
                flex_direction: FlexDirection::Column,
                align_items: AlignItems::Center,
                row_gap: px(12),
                max_width: percent(80),
                padding: UiRect::axes(px(36), px(24)),
                ..default()
            };
            middle.spawn(panel(node)).with_children(|message| {
                message.spawn((Title, label("", 28.0, palette::INK)));
                message
                    .spawn((Progress, track(320.0, 8.0)))
                    .with_child((ProgressFilling, filling(8.0, palette::HEALTH_GOOD)));
                message.spawn((Detail, paragraph("", 16.0, palette::INK_SOFT)));
            });
        });
}

/// One message: what it says, how far something is, and whether what is behind it is darkened.
struct Message {
    title: String,
    detail: String,
    progress: Option<f32>,
    opaque: bool,
}

/// Marked `This` and not `Other`, so that several of these queries may write at once.
type Only<This, Other> = (With<This>, Without<Other>);
type IsScreen = (With<Screen>, Without<Progress>, Without<ProgressFilling>);
type Backdrop = (&'static mut Visibility, &'static mut BackgroundColor, &'static mut Node);

pub(super) fn refresh(
    time: Res<Time<Real>>,
    view: Res<ViewModel>,
    screen: Single<Backdrop, IsScreen>,
    mut title: Single<&mut Text, Only<Title, Detail>>,
    mut detail: Single<&mut Text, Only<Detail, Title>>,
    mut progress: Single<&mut Node, Only<Progress, ProgressFilling>>,
    mut bar: Single<&mut Node, Only<ProgressFilling, Progress>>,
) {
    let message = message(&view, time.elapsed_secs());
    let (mut visibility, mut background, mut place) = screen.into_inner();
    set_shown(&mut visibility, message.is_some());
    let Some(message) = message else { return };
    let cover = if message.opaque { palette::faded(palette::VOID, 0.80) } else { Color::NONE };
    set_background(&mut background, cover);
    // The dead go on watching: their message keeps out of the middle.
    let margin = UiRect::bottom(if view.status == Status::Playing { percent(26) } else { px(0) });
    if place.padding != margin {
        place.padding = margin;
    }
    set_text(&mut title, &message.title);
    set_text(&mut detail, &message.detail);
    set_filling(&mut bar, message.progress.unwrap_or(0.0));
    let display = if message.progress.is_some() { Display::Flex } else { Display::None };
    if progress.display != display {
        progress.display = display;
    }
}

fn message(view: &ViewModel, now_s: f32) -> Option<Message> {
    // Without a map there is nothing to cover (and covering every pixel is not free).
    let opaque = view.arena.is_some();
    match &view.status {
        Status::Connecting => {
            // Always three characters wide, so that the words stand still.
            let dots = ["   ", ".  ", ".. ", "..."][(now_s * 3.0) as usize % 4];
            let (title, detail) = (format!("Connecting{dots}"), "Waiting for the server. Esc for the menu.".into());
            Some(Message { title, detail, progress: None, opaque })
        }
        Status::LoadingMap(received, total) => {
            let part = *received as f32 / (*total).max(1) as f32;
            let detail = format!("{} of {} kB", received.div_ceil(1000), total.div_ceil(1000));
            Some(Message { title: "Loading the map".into(), detail, progress: Some(part), opaque })
        }
        Status::Ended(reason) => {
            let detail = format!("{reason}\n\nPress Esc to quit.");
            // A session that never got as far as a map was a try, not a match.
            let title = if view.arena.is_some() { "Disconnected" } else { "Could not join" };
            Some(Message { title: title.into(), detail, progress: None, opaque })
        }
        Status::Attract | Status::Watching => None,
        Status::Playing => {
            let own = view.own.filter(|own| !own.alive)?;
            let killer = view.kill_feed.iter().rev().find(|kill| kill.victim == own.slot);
            let title = killer.map_or("You are out".into(), |kill| format!("{} got you", kill.killer_name));
            // Who is out until the next round watches: see `spectate`.
            let detail = format!("Back in {:.1} s", own.respawn_s?);
            Some(Message { title, detail, progress: None, opaque: false })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{KillLine, OwnView};

    #[test]
    fn every_state_that_is_not_play_says_what_is_going_on() {
        let said = |status: Status| {
            let view = ViewModel { status, ..default() };
            message(&view, 0.0).map(|message| format!("{} {}", message.title, message.detail))
        };
        assert!(said(Status::Connecting).is_some_and(|text| text.contains("Connecting")));
        assert!(said(Status::LoadingMap(1500, 40_000)).is_some_and(|text| text.contains("2 of 40 kB")));
        let over = said(Status::Ended("the server is full".into()));
        assert!(over.is_some_and(|text| text.contains("the server is full") && text.contains("Esc")));
        assert_eq!(said(Status::Playing), None);
    }

    #[test]
    fn the_dead_are_told_by_whom_and_how_long() {
        let dead = OwnView { slot: 3, alive: false, respawn_s: Some(1.25), ..default() };
        let line = KillLine {
            killer: 5,
            victim: 3,
            killer_name: "Ada".into(),
            victim_name: "me".into(),
            weapon: default(),
            age_s: 0.1,
        };
        let view = ViewModel { status: Status::Playing, own: Some(dead), kill_feed: vec![line], ..default() };
        let message = message(&view, 0.0).expect("the dead see a message");
        assert_eq!((message.title.as_str(), message.detail.as_str()), ("Ada got you", "Back in 1.2 s"));
    }
}
