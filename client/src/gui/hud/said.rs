//! What each spot of the screen's own layer says: words and numbers from the view model, nothing of places.

use super::announce::{Announcer, Words};
use super::match_bar;
use super::spots::{Said, Spot};
use crate::bindings::Action;
use crate::gui::palette::{self, Tints};
use crate::gui::spectate::{self, Spectator};
use crate::settings::Settings;
use crate::view::{OwnView, Status, ViewModel};
use bevy::prelude::*;
use tickshot_shared::sim::round::{GameMode, Phase};
use tickshot_shared::sim::weapon::Weapon;

/// All that the words follow from.
pub(super) struct Sources<'a> {
    pub view: &'a ViewModel,
    pub tints: &'a Tints,
    pub settings: &'a Settings,
    pub spectator: &'a Spectator,
    pub announcer: &'a Announcer,
    /// Panels cover the middle: no large words there.
    pub covered: bool,
}

impl Sources<'_> {
    /// The own player, while its instruments show.
    pub(super) fn own(&self) -> Option<OwnView> {
        self.view.own.filter(|own| own.alive && shows_instruments(self.view))
    }

    fn words(&self) -> Option<Words> {
        self.announcer.words(self.view, self.tints).filter(|_| !self.covered)
    }
}

pub(super) fn shows_instruments(view: &ViewModel) -> bool {
    view.status == Status::Playing && view.own.is_some() && !spectate::is_out(view)
}

pub(super) fn said(spot: Spot, from: &Sources) -> Option<Said> {
    match from.view.status {
        Status::Playing => {}
        // Of a replay the match bar alone; the rest is for who plays.
        Status::Watching if spot.is_of_the_match() => {}
        _ => return None,
    }
    match spot {
        Spot::Health | Spot::Armour => vitals(spot, from.own()?),
        Spot::WeaponName | Spot::Magazine | Spot::Reserve | Spot::SlotKey(_) | Spot::SlotRounds(_) => {
            arms(spot, from.own()?, from.settings)
        }
        Spot::Timer | Spot::TimerNote | Spot::LeftScore | Spot::LeftNote | Spot::RightScore | Spot::RightNote => {
            match_bar::said(spot, from.view, from.tints)
        }
        Spot::Title => from.words().and_then(|words| Said::new(words.title, words.colour)),
        Spot::Subtitle => from.words().and_then(|words| Said::new(words.detail, palette::INK)),
        Spot::Countdown => countdown(from.view).and_then(|text| Said::new(text, palette::AMMO)),
        Spot::Watching => watched(from),
        Spot::WatchKeys => watched(from).and_then(|_| Said::new(watch_keys(from.settings), palette::INK_SOFT)),
        Spot::Notice => {
            let (text, _) = from.view.notice.as_ref().filter(|(_, age_s)| *age_s < NOTICE_S)?;
            Said::new(text.as_str(), palette::AMMO)
        }
        Spot::Cue => cue(from.own()?, from.settings),
    }
}

fn vitals(spot: Spot, own: OwnView) -> Option<Said> {
    match spot {
        Spot::Health => {
            let low = f32::from(own.health) < LOW_HEALTH;
            Said::new(own.health.to_string(), if low { palette::HEALTH_LOW } else { palette::INK })
        }
        _ => Said::new(own.armour.to_string(), if own.armour > 0 { palette::ARMOUR } else { palette::INK_SOFT }),
    }
}

fn arms(spot: Spot, own: OwnView, settings: &Settings) -> Option<Said> {
    let magazine = |weapon: Weapon| own.magazines[weapon.index()];
    let reserve =
        |weapon: Weapon| own.reserves[weapon.index()].map_or("\u{221E}".to_owned(), |rounds| rounds.to_string());
    match spot {
        Spot::WeaponName if own.reload.is_some() => Said::new("Reloading", palette::AMMO),
        Spot::WeaponName => Said::new(title_case(own.weapon.table().name), palette::INK),
        Spot::Magazine => {
            let few = u32::from(magazine(own.weapon)) * 4 <= u32::from(own.weapon.table().magazine);
            let text = magazine(own.weapon).to_string();
            Said::new(text, if few { palette::HEALTH_LOW } else { palette::INK })
        }
        Spot::Reserve => Said::new(format!("/ {}", reserve(own.weapon)), palette::INK_SOFT),
        Spot::SlotKey(slot) => {
            let actions = [Action::Weapon1, Action::Weapon2, Action::Weapon3];
            let key = settings.keys.of(actions[usize::from(slot)]).into_iter().flatten().next();
            Said::new(key.map_or("", |key| key.label()), palette::INK_SOFT)
        }
        Spot::SlotRounds(slot) => {
            let weapon = Weapon::ALL[usize::from(slot)];
            let colour = if is_empty(&own, weapon) { palette::HEALTH_LOW } else { palette::INK_SOFT };
            Said::new(format!("{} / {}", magazine(weapon), reserve(weapon)), colour)
        }
        _ => None,
    }
}

/// Neither in the magazine nor beside it.
pub(super) fn is_empty(own: &OwnView, weapon: Weapon) -> bool {
    own.magazines[weapon.index()] == 0 && own.reserves[weapon.index()] == Some(0)
}

/// What the person should do about the weapon.
fn cue(own: OwnView, settings: &Settings) -> Option<Said> {
    if own.magazines[own.weapon.index()] > 0 || own.reload.is_some() || own.frozen_s > 0.0 {
        return None;
    }
    if is_empty(&own, own.weapon) {
        return Said::new("Out of ammunition", palette::HEALTH_LOW);
    }
    Said::new(format!("Reload: {}", settings.keys.labels(Action::Reload)), palette::AMMO)
}

/// Whole seconds until the freeze is over.
fn countdown(view: &ViewModel) -> Option<String> {
    let state = view.round.state.filter(|state| state.phase == Phase::Freeze)?;
    let left_s = view.own.map(|own| own.frozen_s).filter(|left| *left > 0.0).or(view.round.left_s)?;
    (state.options.mode == GameMode::Elimination).then(|| format!("{:.0}", left_s.ceil().max(1.0)))
}

fn watched(from: &Sources) -> Option<Said> {
    let colour = match from.spectator.subject() {
        spectate::Subject::Player(slot) => palette::mixed(from.tints.of(slot), Color::WHITE, 0.3),
        _ => palette::INK,
    };
    Said::new(from.spectator.words(from.view)?, colour)
}

fn watch_keys(settings: &Settings) -> String {
    let first = |action| settings.keys.of(action).into_iter().flatten().next().map_or("-", |button| button.label());
    format!("{}: next    Right button: previous    {}: free camera", first(Action::Fire), first(Action::Dash))
}

fn title_case(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// Health below which the instruments warn.
pub(in crate::gui) const LOW_HEALTH: f32 = 35.0;
const NOTICE_S: f32 = 7.0;

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> OwnView {
        let (magazines, reserves) = ([3, 6, 0], [None, Some(12), Some(0)]);
        OwnView { alive: true, health: 80, magazines, reserves, ..default() }
    }

    fn text(spot: Spot, own: OwnView) -> Option<String> {
        let view = ViewModel { status: Status::Playing, own: Some(own), ..default() };
        let (tints, settings) = (Tints::default(), Settings::default());
        let (spectator, announcer) = (Spectator::default(), Announcer::default());
        let from = Sources {
            view: &view,
            tints: &tints,
            settings: &settings,
            spectator: &spectator,
            announcer: &announcer,
            covered: false,
        };
        said(spot, &from).map(|said| said.text)
    }

    #[test]
    fn ammunition_is_magazine_and_reserve_and_the_rifle_never_runs_out() {
        assert_eq!(text(Spot::Magazine, own()).as_deref(), Some("3"));
        assert_eq!(text(Spot::Reserve, own()).as_deref(), Some("/ \u{221E}"));
        let shotgun = OwnView { weapon: Weapon::Shotgun, ..own() };
        assert_eq!(text(Spot::Reserve, shotgun).as_deref(), Some("/ 12"));
        assert_eq!(text(Spot::WeaponName, shotgun).as_deref(), Some("Shotgun"));
        assert_eq!(text(Spot::SlotRounds(2), own()).as_deref(), Some("0 / 0"));
    }

    #[test]
    fn an_empty_weapon_says_what_to_do() {
        assert_eq!(text(Spot::Cue, own()), None);
        let empty = OwnView { magazines: [0, 6, 0], ..own() };
        assert_eq!(text(Spot::Cue, empty).as_deref(), Some("Reload: R"));
        assert_eq!(text(Spot::Cue, OwnView { reload: Some(0.5), ..empty }), None);
        let out = OwnView { weapon: Weapon::Launcher, ..own() };
        assert_eq!(text(Spot::Cue, out).as_deref(), Some("Out of ammunition"));
    }

    #[test]
    fn the_dead_have_no_instruments() {
        assert_eq!(text(Spot::Health, OwnView { alive: false, respawn_s: Some(1.0), ..own() }), None);
        assert_eq!(text(Spot::Health, own()).as_deref(), Some("80"));
    }
}
