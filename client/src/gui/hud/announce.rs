//! What the match has to say in large letters: a round begins, a side wins, the match is over.
//!
//! Pure words from the view model and from how long a phase has lasted. Must not know where they stand.

use crate::gui::palette::{self, Tints};
use crate::view::{RoundView, ViewModel};
use bevy::prelude::*;
use tickshot_shared::protocol::control::RoundState;
use tickshot_shared::sim::round::{GameMode, Phase, Team, Winner};

/// How long the match has been in its phase, as far as this window has seen.
#[derive(Resource, Default)]
pub(in crate::gui) struct Announcer {
    phase: Option<(Phase, u16)>,
    age_s: f32,
}

/// Large words, smaller ones under them, and the colour of the large ones.
#[derive(Debug, PartialEq)]
pub(super) struct Words {
    pub title: String,
    pub detail: String,
    pub colour: Color,
}

pub(in crate::gui) fn listen(time: Res<Time<Real>>, view: Res<ViewModel>, mut announcer: ResMut<Announcer>) {
    announcer.hear(&view.round, time.delta_secs());
}

impl Announcer {
    fn hear(&mut self, round: &RoundView, dt_s: f32) {
        let phase = round.state.map(|state| (state.phase, state.number));
        if phase != self.phase {
            // What was going on before this window came is no news.
            let joined_late = self.phase.is_none() && phase.is_some_and(|(phase, _)| phase == Phase::Live);
            (self.phase, self.age_s) = (phase, if joined_late { OLD_S } else { 0.0 });
        } else {
            self.age_s += dt_s;
        }
    }

    pub(super) fn words(&self, view: &ViewModel, tints: &Tints) -> Option<Words> {
        let state = view.round.state?;
        let words = |title: String, detail: String, colour| Some(Words { title, detail, colour });
        match state.phase {
            Phase::WarmUp if self.age_s < NEWS_S => words("Warm-up".into(), "Nothing counts yet".into(), palette::INK),
            Phase::Freeze => words(format!("Round {}", state.number), aim_of(&state), palette::INK),
            Phase::Live if self.age_s < GO_S && state.options.mode == GameMode::Elimination => {
                words("Fight!".into(), String::new(), palette::AMMO)
            }
            Phase::Live if self.age_s < NEWS_S && !state.options.mode.has_teams() => {
                words("Deathmatch".into(), aim_of(&state), palette::INK)
            }
            Phase::RoundOver => {
                let (who, colour) = winner(&state, view, tints);
                words(format!("{who} wins the round"), score(&state), colour)
            }
            Phase::MatchOver => {
                let (who, colour) = winner(&state, view, tints);
                let decided = if state.winner.is_some() { format!("{who} wins the match") } else { "A draw".into() };
                words(decided, format!("Match over. {}", score(&state)), colour)
            }
            _ => None,
        }
    }
}

fn winner(state: &RoundState, view: &ViewModel, tints: &Tints) -> (String, Color) {
    match state.winner {
        Some(Winner::Team(team)) => (team.name().into(), tints.team(team)),
        Some(Winner::Player(slot)) => {
            let name = view.roster.get(&slot).map_or("Somebody", |player| player.name.as_str());
            (name.into(), tints.of(slot.0))
        }
        None => ("Nobody".into(), palette::INK),
    }
}

fn score(state: &RoundState) -> String {
    if !state.options.mode.has_teams() {
        return String::new();
    }
    let [amber, azure] = state.wins;
    format!("{} {amber} : {azure} {}", Team::Amber.name(), Team::Azure.name())
}

fn aim_of(state: &RoundState) -> String {
    let options = state.options;
    match (options.mode, options.score_limit) {
        (GameMode::Elimination, _) => format!("First to {} rounds", options.best_of / 2 + 1),
        (GameMode::Deathmatch, 0) => "Most kills win".into(),
        (GameMode::Deathmatch, limit) => format!("First to {limit} kills"),
    }
}

/// How long news stand that the phase itself does not keep up.
const NEWS_S: f32 = 3.0;
const GO_S: f32 = 0.9;
const OLD_S: f32 = 1000.0;

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use tickshot_shared::sim::round::MatchOptions;
    use tickshot_shared::tick::Tick;

    pub(in crate::gui::hud) fn state(mode: GameMode, phase: Phase) -> RoundState {
        let options = MatchOptions { mode, ..MatchOptions::default() };
        RoundState { options, phase, since: Tick(0), ends: None, number: 3, wins: [1, 1], winner: None }
    }

    fn said(state: RoundState, age_s: f32) -> Option<String> {
        let view = ViewModel { round: RoundView { state: Some(state), left_s: None }, ..default() };
        let mut announcer = Announcer::default();
        announcer.hear(&view.round, 0.0);
        announcer.age_s += age_s;
        announcer.words(&view, &Tints::default()).map(|words| format!("{}. {}", words.title, words.detail))
    }

    #[test]
    fn every_phase_says_what_it_is() {
        let team = Some(Winner::Team(Team::Amber));
        let round = |phase| state(GameMode::Elimination, phase);
        assert_eq!(said(round(Phase::Freeze), 0.0).as_deref(), Some("Round 3. First to 5 rounds"));
        let over = RoundState { winner: team, wins: [2, 1], ..round(Phase::RoundOver) };
        assert_eq!(said(over, 2.0).as_deref(), Some("Amber wins the round. Amber 2 : 1 Azure"));
        assert_eq!(said(round(Phase::RoundOver), 0.0).as_deref(), Some("Nobody wins the round. Amber 1 : 1 Azure"));
        let over = RoundState { winner: team, wins: [5, 1], ..round(Phase::MatchOver) };
        assert!(said(over, 9.0).is_some_and(|text| text.starts_with("Amber wins the match. Match over")));
        assert_eq!(said(round(Phase::WarmUp), NEWS_S + 0.1), None);
    }

    #[test]
    fn who_joins_in_the_middle_of_a_round_is_not_told_that_it_begins() {
        assert_eq!(said(state(GameMode::Deathmatch, Phase::Live), 0.0), None);
    }
}
