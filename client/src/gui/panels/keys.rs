//! F1 to F8 and their stand-ins: which key does what, and in which order modes follow each other.
//!
//! Each action can also be had in a panel, for keyboards whose F keys are taken.

use super::capture::Capture;
use super::toast::Toast;
use super::{Panels, Tab, words};
use crate::view::{RulesView, Status, Switches, ViewModel};
use bevy::prelude::*;
use tickshot_shared::modes::{Delay, HitCheck, Modes, Others, Prediction};

/// What one key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Help,
    Graph,
    Prediction,
    Corrections,
    Others,
    Hits,
    Link,
    Ghosts,
    Side,
}

/// Reads the keys of this frame.
pub(super) fn press(
    keys: Res<ButtonInput<KeyCode>>,
    time: Res<Time<Real>>,
    capture: Res<Capture>,
    view: Res<ViewModel>,
    mut panels: ResMut<Panels>,
    mut switches: ResMut<Switches>,
    mut toast: ResMut<Toast>,
) {
    if view.status != Status::Playing {
        return;
    }
    for (key, action) in KEYS {
        // In a text field letters are letters.
        if !keys.just_pressed(key) || (capture.types() && action == Action::Side) {
            continue;
        }
        if let Some(refusal) = act(action, &mut panels, &mut switches, &view.rules) {
            toast.say(refusal, time.elapsed_secs());
        }
    }
}

/// Does it; says why not if it cannot be.
fn act(action: Action, panels: &mut Panels, switches: &mut Switches, rules: &RulesView) -> Option<String> {
    let modes = &mut switches.modes;
    match action {
        Action::Help => panels.help = !panels.help,
        Action::Graph => panels.graph = !panels.graph,
        Action::Prediction => modes.prediction = after(&Prediction::ALL, modes.prediction),
        Action::Corrections => modes.prediction = next_corrections(modes.prediction),
        Action::Others => modes.others = next_others(modes),
        Action::Hits if !rules.experiments => {
            return Some(format!("Hit checks stay {}. {}", rules.hits.name(), words::NO_EXPERIMENTS));
        }
        Action::Hits => modes.hits = after(&HitCheck::ALL, modes.hits),
        Action::Link => panels.toggle_tab(Tab::Link),
        Action::Side => panels.toggle_side(),
        Action::Ghosts => {
            panels.ghosts = !panels.ghosts;
            switches.evidence = panels.ghosts;
        }
    }
    None
}

/// The one that follows `current` in `all`, round and round.
fn after<T: Copy + PartialEq>(all: &[T], current: T) -> T {
    let at = all.iter().position(|one| *one == current).map_or(0, |at| (at + 1) % all.len());
    all[at]
}

/// What is done with the server's corrections: they jump, glide, or are ignored. Whoever does not predict begins to.
fn next_corrections(current: Prediction) -> Prediction {
    match current {
        Prediction::Smoothed => Prediction::Unreconciled,
        Prediction::Unreconciled | Prediction::Off => Prediction::Reconciled,
        Prediction::Reconciled => Prediction::Smoothed,
    }
}

fn next_others(modes: &Modes) -> Others {
    match modes.others {
        Others::Interpolate(_) => Others::Extrapolate,
        Others::Extrapolate => Others::Newest,
        Others::Newest => Others::Interpolate(Delay::Adaptive),
    }
}

const KEYS: [(KeyCode, Action); 10] = [
    (KeyCode::F1, Action::Help),
    (KeyCode::F2, Action::Graph),
    (KeyCode::F3, Action::Prediction),
    (KeyCode::F4, Action::Corrections),
    (KeyCode::F5, Action::Others),
    (KeyCode::F6, Action::Hits),
    (KeyCode::F7, Action::Link),
    (KeyCode::F8, Action::Ghosts),
    (KeyCode::KeyP, Action::Side),
    (KeyCode::Backquote, Action::Side),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn pressed(actions: &[Action], experiments: bool) -> (Panels, Switches, Vec<String>) {
        let rules = RulesView { experiments, ..RulesView::default() };
        let (mut panels, mut switches) = (Panels::default(), Switches::default());
        let said = actions.iter().filter_map(|action| act(*action, &mut panels, &mut switches, &rules)).collect();
        (panels, switches, said)
    }

    #[test]
    fn f3_goes_through_all_predictions_and_comes_back() {
        let steps = (0..=4).map(|n| pressed(&vec![Action::Prediction; n], true).1.modes.prediction);
        let names: Vec<_> = steps.map(Prediction::name).collect();
        assert_eq!(names, ["smooth", "off", "predict", "reconcile", "smooth"]);
    }

    #[test]
    fn f4_only_changes_what_becomes_of_corrections() {
        let names: Vec<_> =
            (0..=3).map(|n| pressed(&vec![Action::Corrections; n], true).1.modes.prediction.name()).collect();
        assert_eq!(names, ["smooth", "predict", "reconcile", "smooth"]);
        assert_eq!(next_corrections(Prediction::Off), Prediction::Reconciled);
    }

    #[test]
    fn f5_and_f6_visit_every_value() {
        let others: Vec<_> =
            (0..=3).map(|n| words::others_name(pressed(&vec![Action::Others; n], true).1.modes.others)).collect();
        assert_eq!(others, ["interpolate", "extrapolate", "newest", "interpolate"]);
        let hits: Vec<_> = (0..=3).map(|n| pressed(&vec![Action::Hits; n], true).1.modes.hits.name()).collect();
        assert_eq!(hits, ["exact", "none", "tick", "exact"]);
    }

    #[test]
    fn a_server_without_experiments_keeps_its_hit_checks_and_says_so() {
        let (_, switches, said) = pressed(&[Action::Hits], false);
        assert_eq!(switches.modes, Modes::default());
        assert!(said[0].contains("does not allow"), "{said:?}");
    }

    #[test]
    fn ghosts_ask_for_the_evidence_of_shots() {
        assert!(pressed(&[Action::Ghosts], true).1.evidence);
        assert!(!pressed(&[Action::Ghosts, Action::Ghosts], true).1.evidence);
    }
}
