//! The kill feed in the upper right corner: who got whom, newest below.

use super::arms;
use super::palette::{self, Tints};
use super::widgets::{label, overlay, set_shown, set_text};
use crate::view::{KillLine, ViewModel};
use bevy::prelude::*;
use tickshot_shared::sim::weapon::Weapon;

/// One line of the feed, from the top.
#[derive(Component)]
pub(super) struct FeedLine(usize);

/// The icon of one weapon in a line.
#[derive(Component)]
pub(super) struct Gun(Weapon);

#[derive(Component, Clone, Copy, PartialEq)]
pub(super) enum Who {
    Killer,
    Victim,
}

pub(super) fn spawn(mut commands: Commands) {
    let corner = Node {
        flex_direction: FlexDirection::Column,
        align_items: AlignItems::End,
        row_gap: px(5),
        padding: UiRect::all(px(14)),
        ..default()
    };
    commands.spawn(overlay(corner)).with_children(|corner| {
        for index in 0..LINES {
            let node = Node {
                align_items: AlignItems::Center,
                column_gap: px(9),
                padding: UiRect::axes(px(9), px(4)),
                border: UiRect::all(px(1)),
                border_radius: BorderRadius::all(px(4)),
                ..default()
            };
            corner
                .spawn((
                    FeedLine(index),
                    node,
                    BackgroundColor(palette::PANEL),
                    BorderColor::all(Color::NONE),
                    Visibility::Hidden,
                ))
                .with_children(|line| {
                    line.spawn((Who::Killer, label("", 14.0, palette::INK)));
                    for weapon in Weapon::ALL {
                        spawn_gun(line, weapon);
                    }
                    line.spawn((Who::Victim, label("", 14.0, palette::INK)));
                });
        }
    });
}

/// A little weapon that points at the victim.
fn spawn_gun(line: &mut ChildSpawnerCommands, weapon: Weapon) {
    let icon = Node { width: px(arms::ICON.x), height: px(arms::ICON.y), display: Display::None, ..default() };
    line.spawn((Gun(weapon), icon)).with_children(|gun| {
        for [left, top, width, height] in arms::silhouette(weapon) {
            let node = Node {
                position_type: PositionType::Absolute,
                left: px(*left),
                top: px(*top),
                width: px(*width),
                height: px(*height),
                ..default()
            };
            gun.spawn((node, BackgroundColor(palette::INK_SOFT)));
        }
    });
}

pub(super) fn refresh(
    (view, tints): (Res<ViewModel>, Res<Tints>),
    mut lines: Query<(&FeedLine, &mut Visibility, &mut BorderColor, &mut BackgroundColor, &Children)>,
    mut texts: Query<(&Who, &mut Text, &mut TextColor)>,
    mut guns: Query<(&Gun, &mut Node)>,
) {
    let own = view.own.map(|own| own.slot);
    for (line, mut visibility, mut border, mut background, children) in &mut lines {
        let kill = view.kill_feed.get(line.0).filter(|kill| kill.age_s < SHOWN_S);
        set_shown(&mut visibility, kill.is_some());
        let Some(kill) = kill else { continue };
        // In steps too small to see: text is painted anew whenever its colour changes.
        let opacity = (((SHOWN_S - kill.age_s) / FADE_S).clamp(0.0, 1.0) * 12.0).round() / 12.0;
        let concerns_me = own == Some(kill.killer) || own == Some(kill.victim);
        let frame = if concerns_me { palette::faded(palette::INK, 0.6 * opacity) } else { Color::NONE };
        border.set_if_neq(BorderColor::all(frame));
        background.set_if_neq(BackgroundColor(palette::faded(palette::PANEL, palette::PANEL.alpha() * opacity)));
        for child in children {
            if let Ok((gun, mut node)) = guns.get_mut(*child) {
                let display = if gun.0 == kill.weapon { Display::Flex } else { Display::None };
                if node.display != display {
                    node.display = display;
                }
            }
            let Ok((who, mut text, mut colour)) = texts.get_mut(*child) else { continue };
            let (slot, name) = said(kill, *who);
            set_text(&mut text, name);
            let ink = palette::mixed(tints.of(slot), Color::WHITE, 0.3);
            colour.set_if_neq(TextColor(palette::faded(ink, opacity)));
        }
    }
}

fn said(kill: &KillLine, who: Who) -> (u16, &str) {
    match who {
        // Whoever did it to themselves is named once.
        Who::Killer if kill.killer == kill.victim => (kill.killer, ""),
        Who::Killer => (kill.killer, &kill.killer_name),
        Who::Victim => (kill.victim, &kill.victim_name),
    }
}

/// The view model keeps at most this many.
const LINES: usize = 6;
const SHOWN_S: f32 = 6.0;
const FADE_S: f32 = 0.6;
