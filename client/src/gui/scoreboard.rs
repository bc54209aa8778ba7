//! The scoreboard while Tab is held: everyone in the match by rank.

use super::palette;
use super::widgets::{label, overlay, panel, set_shown};
use crate::view::{Status, ViewModel};
use bevy::prelude::*;

#[derive(Component)]
pub(super) struct Scoreboard;

/// Holds the columns of rows; emptied and filled again when a row changed.
#[derive(Component)]
pub(super) struct Board;

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    rank: usize,
    slot: u16,
    name: String,
    kills: u16,
    deaths: u16,
    ping: String,
    own: bool,
}

pub(super) fn spawn(mut commands: Commands) {
    let middle = Node { align_items: AlignItems::Center, justify_content: JustifyContent::Center, ..default() };
    commands.spawn((Scoreboard, overlay(middle), Visibility::Hidden, GlobalZIndex(10))).with_children(|middle| {
        let node = Node { column_gap: px(28), padding: UiRect::axes(px(22), px(18)), ..default() };
        middle.spawn((Board, panel(node)));
    });
}

pub(super) fn refresh(
    mut commands: Commands,
    keys: Res<ButtonInput<KeyCode>>,
    view: Res<ViewModel>,
    mut visibility: Single<&mut Visibility, With<Scoreboard>>,
    board: Single<Entity, With<Board>>,
    mut drawn: Local<Vec<Row>>,
) {
    let shown = keys.pressed(KeyCode::Tab) && view.status == Status::Playing;
    set_shown(&mut visibility, shown);
    if !shown {
        return;
    }
    let rows = rows(&view);
    if rows == *drawn {
        return;
    }
    commands.entity(*board).despawn_children().with_children(|board| {
        for column in rows.chunks(ROWS_PER_COLUMN) {
            let node = Node { flex_direction: FlexDirection::Column, row_gap: px(2), ..default() };
            board.spawn(node).with_children(|column_node| {
                spawn_row(column_node, None);
                for row in column {
                    spawn_row(column_node, Some(row));
                }
            });
        }
    });
    *drawn = rows;
}

/// Best first: kills, then fewer deaths, then slot.
fn rows(view: &ViewModel) -> Vec<Row> {
    let own = view.own.map(|own| own.slot);
    let mut players: Vec<_> = view.roster.iter().collect();
    players.sort_by_key(|(slot, player)| (std::cmp::Reverse(player.kills), player.deaths, slot.0));
    let ranked = players.into_iter().take(ROWS_PER_COLUMN * COLUMNS_MAX).enumerate();
    ranked
        .map(|(index, (slot, player))| Row {
            rank: index + 1,
            slot: slot.0,
            name: player.name.clone(),
            kills: player.kills,
            deaths: player.deaths,
            ping: match (player.bot, player.ping_ms) {
                (true, _) => "BOT".into(),
                (false, Some(ms)) => format!("{ms} ms"),
                (false, None) => "-".into(),
            },
            own: own == Some(slot.0),
        })
        .collect()
}

/// One row, or the heading.
fn spawn_row(column: &mut ChildSpawnerCommands, row: Option<&Row>) {
    let node = Node {
        align_items: AlignItems::Center,
        padding: UiRect::axes(px(8), px(4)),
        border_radius: BorderRadius::all(px(3)),
        ..default()
    };
    let background = if row.is_some_and(|row| row.own) { palette::ROW_OWN } else { Color::NONE };
    let size_px = if row.is_some() { 15.0 } else { 12.0 };
    let ink = if row.is_some() { palette::INK } else { palette::INK_SOFT };
    let texts = match row {
        Some(row) => {
            [row.rank.to_string(), row.name.clone(), row.kills.to_string(), row.deaths.to_string(), row.ping.clone()]
        }
        None => ["#", "PLAYER", "K", "D", "PING"].map(String::from),
    };
    column.spawn((node, BackgroundColor(background))).with_children(|cells| {
        for (index, (text, (width, justify))) in texts.into_iter().zip(CELLS).enumerate() {
            let node = Node { width: px(width), justify_content: justify, overflow: Overflow::clip_x(), ..default() };
            let colour = if index == 0 || index == 4 { palette::INK_SOFT } else { ink };
            cells.spawn(node).with_child(label(text, size_px, colour));
            if index == 0 {
                spawn_swatch(cells, row.map_or(Color::NONE, |row| palette::player(row.slot)));
            }
        }
    });
}

fn spawn_swatch(cells: &mut ChildSpawnerCommands, colour: Color) {
    let node = Node {
        width: px(12),
        height: px(12),
        margin: UiRect::horizontal(px(10)),
        border_radius: BorderRadius::all(px(6)),
        ..default()
    };
    cells.spawn((node, BackgroundColor(colour)));
}

const ROWS_PER_COLUMN: usize = 16;
/// What a 1280-pixel window has room for; players ranked lower are not listed.
const COLUMNS_MAX: usize = 4;
/// Width in pixels and alignment of rank, name, kills, deaths, ping.
const CELLS: [(f32, JustifyContent); 5] = [
    (26.0, JustifyContent::End),
    (190.0, JustifyContent::Start),
    (44.0, JustifyContent::End),
    (44.0, JustifyContent::End),
    (70.0, JustifyContent::End),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{OwnView, RosterView};
    use tickshot_shared::sim::world::Slot;

    #[test]
    fn rows_are_ranked_by_kills_then_by_fewer_deaths() {
        let player = |name: &str, kills, deaths| RosterView { name: name.into(), kills, deaths, ..default() };
        let mut view = ViewModel { own: Some(OwnView { slot: 2, ..default() }), ..default() };
        view.roster.insert(Slot(0), player("a", 3, 9));
        view.roster.insert(Slot(1), player("b", 3, 2));
        view.roster.insert(Slot(2), player("c", 7, 8));
        let rows = rows(&view);
        assert_eq!(rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["c", "b", "a"]);
        assert_eq!(rows.iter().map(|row| row.own).collect::<Vec<_>>(), [true, false, false]);
    }
}
