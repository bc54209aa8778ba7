//! The scoreboard while Tab is held, and by itself when a match is over: everyone by rank, sides beside each other.

use super::chat::Typing;
use super::palette::{self, Tints};
use super::widgets::{label, overlay, panel, set_shown, title};
use crate::bindings::{Action, Hands};
use crate::settings::Settings;
use crate::view::{RosterView, Status, ViewModel};
use bevy::prelude::*;
use std::cmp::Reverse;
use tickshot_shared::sim::round::{GameMode, Phase, Team};
use tickshot_shared::sim::world::Slot;

#[derive(Component)]
pub(super) struct Scoreboard;

/// Holds the heading and the columns; emptied and filled again when one of them changed.
#[derive(Component)]
pub(super) struct Board;

/// All that is written on the board.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Page {
    heading: String,
    columns: Vec<Column>,
}

#[derive(Clone, Debug, PartialEq)]
struct Column {
    /// Side and rounds won.
    side: Option<(Team, u16)>,
    rows: Vec<Row>,
}

#[derive(Clone, Debug, PartialEq)]
struct Row {
    rank: usize,
    name: String,
    kills: u16,
    deaths: u16,
    ping: String,
    loss: String,
    colour: Color,
    own: bool,
}

pub(super) fn spawn(mut commands: Commands) {
    let middle = Node { align_items: AlignItems::Center, justify_content: JustifyContent::Center, ..default() };
    commands.spawn((Scoreboard, overlay(middle), Visibility::Hidden, GlobalZIndex(10))).with_children(|middle| {
        let node = Node {
            flex_direction: FlexDirection::Column,
            align_items: AlignItems::Center,
            row_gap: px(10),
            padding: UiRect::axes(px(22), px(16)),
            ..default()
        };
        middle.spawn((Board, panel(node))).insert(BackgroundColor(palette::faded(palette::VOID, 0.93)));
    });
}

pub(super) fn refresh(
    mut commands: Commands,
    (keys, mouse): (Res<ButtonInput<KeyCode>>, Res<ButtonInput<MouseButton>>),
    (view, tints, settings, typing): (Res<ViewModel>, Res<Tints>, Res<Settings>, Res<Typing>),
    mut visibility: Single<&mut Visibility, With<Scoreboard>>,
    board: Single<Entity, With<Board>>,
    mut drawn: Local<Page>,
) {
    let hands = Hands { keys: &keys, mouse: &mouse, wheel: 0.0 };
    let over = view.round.state.is_some_and(|state| state.phase == Phase::MatchOver);
    let asked = settings.keys.pressed(Action::Scores, hands) && !typing.is_open();
    let shown = (asked || over) && view.status == Status::Playing;
    set_shown(&mut visibility, shown);
    if !shown {
        return;
    }
    let page = page(&view, &tints);
    if page == *drawn {
        return;
    }
    commands.entity(*board).despawn_children().with_children(|board| {
        board.spawn(label(page.heading.clone(), 15.0, palette::INK_SOFT));
        board.spawn(Node { column_gap: px(26), ..default() }).with_children(|columns| {
            for column in &page.columns {
                let node = Node { flex_direction: FlexDirection::Column, row_gap: px(2), ..default() };
                columns.spawn(node).with_children(|node| spawn_column(node, column, &tints));
            }
        });
    });
    *drawn = page;
}

fn page(view: &ViewModel, tints: &Tints) -> Page {
    let columns = match view.round.state.filter(|state| state.options.mode.has_teams()) {
        Some(state) => {
            let side = |team: Team| Column {
                side: Some((team, state.wins[team.index()])),
                rows: rows(view, tints, |player| player.team == Some(team)),
            };
            Team::ALL.map(side).to_vec()
        }
        None => {
            let rows = rows(view, tints, |_| true);
            let chunks = rows.chunks(rows_per_column(rows.len())).take(COLUMNS_MAX);
            chunks.map(|rows| Column { side: None, rows: rows.to_vec() }).collect()
        }
    };
    Page { heading: heading(view), columns }
}

/// What is played, where, and to what end.
fn heading(view: &ViewModel) -> String {
    let mut parts = Vec::new();
    if let Some(state) = view.round.state {
        let options = state.options;
        parts.push(options.mode.name().to_uppercase());
        if options.mode == GameMode::Elimination {
            parts.push(format!("best of {}", options.best_of));
        } else if options.score_limit > 0 {
            parts.push(format!("to {} kills", options.score_limit));
        }
    }
    parts.extend(view.arena.as_ref().map(|arena| format!("map {}", arena.name())));
    let bots = view.roster.values().filter(|player| player.bot).count();
    parts.push(format!("{} players, {bots} bots", view.roster.len() - bots));
    parts.join("    ")
}

/// Best first: kills, then fewer deaths, then slot.
fn rows(view: &ViewModel, tints: &Tints, of: impl Fn(&RosterView) -> bool) -> Vec<Row> {
    let own = view.own.map(|own| own.slot);
    let mut players: Vec<(&Slot, &RosterView)> = view.roster.iter().filter(|(_, player)| of(player)).collect();
    players.sort_by_key(|(slot, player)| (Reverse(player.kills), player.deaths, slot.0));
    let row = |(index, (slot, player)): (usize, (&Slot, &RosterView))| Row {
        rank: index + 1,
        name: player.name.clone(),
        kills: player.kills,
        deaths: player.deaths,
        ping: match (player.bot, player.ping_ms) {
            (true, _) => "BOT".into(),
            (false, Some(ms)) => ms.to_string(),
            (false, None) => "-".into(),
        },
        loss: if player.bot { String::new() } else { format!("{} %", player.loss_pct) },
        colour: tints.of(slot.0),
        own: own == Some(slot.0),
    };
    players.into_iter().take(ROWS_PER_COLUMN_MAX * COLUMNS_MAX).enumerate().map(row).collect()
}

/// Two columns as soon as one would be long.
fn rows_per_column(players: usize) -> usize {
    if players <= 2 * ROWS_SHORT { ROWS_SHORT } else { ROWS_PER_COLUMN_MAX }
}

fn spawn_column(column_node: &mut ChildSpawnerCommands, column: &Column, tints: &Tints) {
    if let Some((team, wins)) = column.side {
        let node =
            Node { justify_content: JustifyContent::SpaceBetween, padding: UiRect::axes(px(10), px(4)), ..default() };
        let colour = tints.team(team);
        let back = BackgroundColor(palette::faded(colour, 0.22));
        column_node.spawn((node, back)).with_children(|line| {
            line.spawn(title(team.name(), 18.0, palette::mixed(colour, Color::WHITE, 0.3)));
            line.spawn(title(wins.to_string(), 18.0, palette::INK));
        });
    }
    spawn_row(column_node, None);
    for row in &column.rows {
        spawn_row(column_node, Some(row));
    }
}

/// One row, or the heading.
fn spawn_row(column: &mut ChildSpawnerCommands, row: Option<&Row>) {
    let node = Node {
        align_items: AlignItems::Center,
        padding: UiRect::axes(px(8), px(3)),
        border_radius: BorderRadius::all(px(3)),
        ..default()
    };
    let background = if row.is_some_and(|row| row.own) { palette::ROW_OWN } else { Color::NONE };
    let size_px = if row.is_some() { 15.0 } else { 11.5 };
    let ink = if row.is_some() { palette::INK } else { palette::INK_SOFT };
    let texts = match row {
        Some(row) => [
            row.rank.to_string(),
            row.name.clone(),
            row.kills.to_string(),
            row.deaths.to_string(),
            row.ping.clone(),
            row.loss.clone(),
        ],
        None => ["#", "PLAYER", "KILLS", "DEATHS", "PING", "LOSS"].map(String::from),
    };
    column.spawn((node, BackgroundColor(background))).with_children(|cells| {
        for (index, (text, (width, justify))) in texts.into_iter().zip(CELLS).enumerate() {
            let node = Node { width: px(width), justify_content: justify, overflow: Overflow::clip_x(), ..default() };
            let colour = if index == 0 || index >= 4 { palette::INK_SOFT } else { ink };
            cells.spawn(node).with_child(label(text, size_px, colour));
            if index == 0 {
                spawn_swatch(cells, row.map_or(Color::NONE, |row| row.colour));
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

const ROWS_SHORT: usize = 8;
const ROWS_PER_COLUMN_MAX: usize = 16;
/// What a 1280-pixel window has room for; players ranked lower are not listed.
const COLUMNS_MAX: usize = 3;
/// Width in pixels and alignment of rank, name, kills, deaths, ping, loss.
const CELLS: [(f32, JustifyContent); 6] = [
    (22.0, JustifyContent::End),
    (160.0, JustifyContent::Start),
    (44.0, JustifyContent::End),
    (52.0, JustifyContent::End),
    (44.0, JustifyContent::End),
    (42.0, JustifyContent::End),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{OwnView, RoundView};
    use tickshot_shared::protocol::control::RoundState;
    use tickshot_shared::sim::round::MatchOptions;
    use tickshot_shared::tick::Tick;

    fn view() -> ViewModel {
        let player = |name: &str, kills, deaths, team| RosterView {
            name: name.into(),
            kills,
            deaths,
            team: Some(team),
            ..default()
        };
        let mut view = ViewModel { own: Some(OwnView { slot: 2, ..default() }), ..default() };
        view.roster.insert(Slot(0), player("a", 3, 9, Team::Amber));
        view.roster.insert(Slot(1), player("b", 3, 2, Team::Amber));
        view.roster.insert(Slot(2), player("c", 7, 8, Team::Azure));
        view
    }

    fn names(column: &Column) -> Vec<&str> {
        column.rows.iter().map(|row| row.name.as_str()).collect()
    }

    #[test]
    fn rows_are_ranked_by_kills_then_by_fewer_deaths() {
        let page = page(&view(), &Tints::default());
        assert_eq!(names(&page.columns[0]), ["c", "b", "a"]);
        assert_eq!(page.columns[0].rows.iter().map(|row| row.own).collect::<Vec<_>>(), [true, false, false]);
    }

    #[test]
    fn sides_stand_beside_each_other_with_the_rounds_they_won() {
        let mut view = view();
        let options = MatchOptions { mode: GameMode::Elimination, ..MatchOptions::default() };
        let (phase, since, ends, winner) = (Phase::Live, Tick(0), None, None);
        let state = RoundState { options, phase, since, ends, number: 4, wins: [1, 2], winner };
        view.round = RoundView { state: Some(state), left_s: None };
        let page = page(&view, &Tints::default());
        assert_eq!((names(&page.columns[0]), names(&page.columns[1])), (vec!["b", "a"], vec!["c"]));
        assert_eq!(page.columns[1].side, Some((Team::Azure, 2)));
        assert!(page.heading.contains("ELIMINATION") && page.heading.contains("best of 9"), "{}", page.heading);
    }

    #[test]
    fn sixteen_players_fill_two_columns() {
        assert_eq!((rows_per_column(5), rows_per_column(16), rows_per_column(40)), (8, 8, 16));
    }
}
