//! The top of the window: how long the phase goes on, and who is ahead; with sides, how many of each stand.

use super::screen::Screen;
use super::spots::{Said, Spot};
use crate::gui::palette::{self, Tints};
use crate::view::{RosterView, Status, ViewModel};
use bevy::prelude::*;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use tickshot_shared::sim::round::{Phase, Team};
use tickshot_shared::sim::world::Slot;

/// Who is out of the round, as far as was heard: whoever is behind walls is not seen to stand.
#[derive(Resource, Default)]
pub(in crate::gui) struct Fallen {
    slots: BTreeSet<u16>,
    round: Option<(Phase, u16)>,
}

pub(in crate::gui) fn count_fallen(time: Res<Time<Real>>, view: Res<ViewModel>, mut fallen: ResMut<Fallen>) {
    fallen.hear(&view, time.delta_secs());
}

impl Fallen {
    fn hear(&mut self, view: &ViewModel, dt_s: f32) {
        let round = view.round.state.map(|state| (state.phase, state.number));
        if round != self.round && round.is_some_and(|(phase, _)| phase == Phase::Freeze) {
            self.slots.clear();
        }
        self.round = round;
        // A line of this frame has no age yet; a frame's worth of it is allowed for.
        let fresh = view.kill_feed.iter().filter(|kill| kill.age_s <= dt_s.max(0.05) * 2.0);
        self.slots.extend(fresh.map(|kill| kill.victim));
        for other in &view.others {
            if other.alive {
                self.slots.remove(&other.slot);
            }
        }
        if let Some(own) = view.own {
            if own.alive {
                self.slots.remove(&own.slot)
            } else {
                self.slots.insert(own.slot)
            };
        }
    }

    /// Of a side: how many there are, and how many of them stand.
    fn standing(&self, view: &ViewModel, team: Team) -> (usize, usize) {
        let side = view.roster.iter().filter(|(_, player)| player.team == Some(team));
        let stands = side.clone().filter(|(slot, _)| !self.slots.contains(&slot.0)).count();
        (side.count(), stands)
    }
}

pub(super) fn said(spot: Spot, view: &ViewModel, tints: &Tints) -> Option<Said> {
    let state = view.round.state?;
    let teams = state.options.mode.has_teams();
    match spot {
        Spot::Timer => {
            let left_s = view.round.left_s?;
            let hurry = left_s < HURRY_S && state.phase == Phase::Live;
            Said::new(clock(left_s), if hurry { palette::HEALTH_LOW } else { palette::INK })
        }
        Spot::TimerNote => {
            let note = match state.phase {
                Phase::WarmUp => "WARM-UP".to_owned(),
                Phase::MatchOver => "NEXT MATCH".to_owned(),
                _ if teams => format!("ROUND {}", state.number),
                _ if state.options.score_limit > 0 => format!("TO {} KILLS", state.options.score_limit),
                _ => String::new(),
            };
            Said::new(note, palette::INK_SOFT)
        }
        Spot::LeftScore | Spot::LeftNote if teams => side(spot, &state.wins, Team::Amber, tints),
        Spot::RightScore | Spot::RightNote if teams => side(spot, &state.wins, Team::Azure, tints),
        _ => rival(spot, view, tints),
    }
}

fn side(spot: Spot, wins: &[u16; 2], team: Team, tints: &Tints) -> Option<Said> {
    match spot {
        Spot::LeftScore | Spot::RightScore => Said::new(wins[team.index()].to_string(), palette::INK),
        _ => Said::new(team.name(), palette::mixed(tints.team(team), Color::WHITE, 0.25)),
    }
}

/// Without sides: the own kills, and those of the best of the others.
fn rival(spot: Spot, view: &ViewModel, tints: &Tints) -> Option<Said> {
    let (slot, player) = match spot {
        Spot::LeftScore | Spot::LeftNote => own_line(view)?,
        _ => best_other(view)?,
    };
    match spot {
        Spot::LeftScore | Spot::RightScore => Said::new(player.kills.to_string(), palette::INK),
        _ => Said::new(short(&player.name), palette::mixed(tints.of(slot.0), Color::WHITE, 0.25)),
    }
}

fn own_line(view: &ViewModel) -> Option<(Slot, &RosterView)> {
    let slot = Slot(view.own?.slot);
    Some((slot, view.roster.get(&slot)?))
}

fn best_other(view: &ViewModel) -> Option<(Slot, &RosterView)> {
    let own = view.own.map(|own| Slot(own.slot));
    let others = view.roster.iter().filter(|(slot, _)| Some(**slot) != own);
    others
        .min_by_key(|(slot, player)| (Reverse(player.kills), player.deaths, slot.0))
        .map(|(slot, player)| (*slot, player))
}

/// The boxes behind the words.
pub(super) fn paint(screen: &mut Screen, view: &ViewModel, tints: &Tints, fallen: &Fallen) {
    let Some(state) = view.round.state.filter(|_| matches!(view.status, Status::Playing | Status::Watching)) else {
        return;
    };
    let middle = screen.size.x * 0.5;
    screen.panel(Vec2::new(middle - 52.0, 8.0), Vec2::new(104.0, 48.0));
    let teams = state.options.mode.has_teams();
    let colours = if teams {
        Team::ALL.map(|team| Some(tints.team(team)))
    } else {
        [own_line(view), best_other(view)].map(|line| line.map(|(slot, _)| tints.of(slot.0)))
    };
    for (colour, x) in colours.into_iter().zip([middle - 60.0 - SIDE_PX, middle + 60.0]) {
        let Some(colour) = colour else { continue };
        screen.panel(Vec2::new(x, 8.0), Vec2::new(SIDE_PX, 34.0));
        screen.plate(Vec2::new(x, 40.0), Vec2::new(SIDE_PX, 3.0), 1.5, colour);
    }
    if teams && matches!(state.phase, Phase::Freeze | Phase::Live | Phase::RoundOver) {
        for (team, direction) in [(Team::Amber, -1.0), (Team::Azure, 1.0)] {
            paint_standing(screen, fallen.standing(view, team), tints.team(team), middle, direction);
        }
    }
}

/// One mark for each player of a side, outwards from the middle: filled while it stands.
fn paint_standing(screen: &mut Screen, (all, stands): (usize, usize), colour: Color, middle: f32, direction: f32) {
    for at in 0..all.min(MARKS_MAX) {
        let x = middle + direction * (66.0 + 13.0 * at as f32);
        let ink = if at < stands { colour } else { palette::faded(Color::WHITE, 0.16) };
        screen.plate(Vec2::new(x - 4.5, 50.0), Vec2::new(9.0, 9.0), 4.5, ink);
    }
}

/// As much of a name as there is room for.
fn short(name: &str) -> String {
    if name.chars().count() <= NAME_LETTERS_MAX {
        return name.to_owned();
    }
    name.chars().take(NAME_LETTERS_MAX - 1).chain(['\u{2026}']).collect()
}

/// Minutes and seconds, rounded up: it shows zero when it is over.
fn clock(left_s: f32) -> String {
    let seconds = left_s.max(0.0).ceil() as u32;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// The last seconds of a round are counted in a warning colour.
const HURRY_S: f32 = 10.5;
const NAME_LETTERS_MAX: usize = 11;
/// Width of the box of a name and a score.
const SIDE_PX: f32 = 166.0;
/// Marks of one side that there is room for.
const MARKS_MAX: usize = 16;

#[cfg(test)]
mod tests {
    use super::super::announce::tests::state;
    use super::*;
    use crate::view::{KillLine, RoundView};
    use tickshot_shared::sim::round::GameMode;

    fn view() -> ViewModel {
        let mut view = ViewModel { status: Status::Playing, ..default() };
        let (teams, kills) = ([Team::Amber, Team::Amber, Team::Azure], [4, 9, 7]);
        for slot in 0..3u16 {
            let (team, kills) = (Some(teams[usize::from(slot)]), kills[usize::from(slot)]);
            view.roster.insert(Slot(slot), RosterView { team, kills, name: slot.to_string(), ..default() });
        }
        view.round = RoundView { state: Some(state(GameMode::Elimination, Phase::Live)), left_s: Some(61.2) };
        view
    }

    fn kill(victim: u16, age_s: f32) -> KillLine {
        let (killer_name, victim_name) = ("a".into(), "b".into());
        KillLine { killer: 9, victim, killer_name, victim_name, weapon: default(), age_s }
    }

    #[test]
    fn time_is_told_in_minutes_and_whole_seconds() {
        assert_eq!((clock(61.2).as_str(), clock(0.0).as_str(), clock(9.01).as_str()), ("1:02", "0:00", "0:10"));
    }

    #[test]
    fn a_long_name_is_cut_between_letters() {
        assert_eq!(
            (short("Zo\u{EB}").as_str(), short("\u{3A9}".repeat(24).as_str()).chars().count()),
            ("Zo\u{EB}", 11)
        );
    }

    #[test]
    fn who_fell_counts_no_more_until_the_next_round() {
        let (mut view, mut fallen) = (view(), Fallen::default());
        fallen.hear(&view, 0.016);
        assert_eq!(fallen.standing(&view, Team::Amber), (2, 2));
        view.kill_feed.push(kill(1, 0.0));
        fallen.hear(&view, 0.016);
        view.kill_feed[0].age_s = 3.0;
        fallen.hear(&view, 0.016);
        assert_eq!(fallen.standing(&view, Team::Amber), (2, 1));
        assert_eq!(fallen.standing(&view, Team::Azure), (1, 1));
        view.round.state = Some(state(GameMode::Elimination, Phase::Freeze));
        fallen.hear(&view, 0.016);
        assert_eq!(fallen.standing(&view, Team::Amber), (2, 2));
    }

    #[test]
    fn without_sides_the_best_of_the_others_stands_on_the_right() {
        let mut view = view();
        view.round.state = Some(state(GameMode::Deathmatch, Phase::Live));
        view.own = Some(crate::view::OwnView { slot: 0, ..default() });
        let text = |spot| said(spot, &view, &Tints::default()).map(|said| said.text);
        assert_eq!((text(Spot::LeftScore).as_deref(), text(Spot::RightScore).as_deref()), (Some("4"), Some("9")));
        assert_eq!(text(Spot::RightNote).as_deref(), Some("1"));
    }
}
