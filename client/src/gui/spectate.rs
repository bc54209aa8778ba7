//! Whoever is out watches: a living player, team-mates first, or wherever a free camera is flown.
//!
//! Only chooses among what the server tells anyway. It must not move the camera itself (see `camera`).

use super::palette::Tints;
use crate::view::{Status, ViewModel};
use bevy::prelude::*;
use tickshot_shared::sim::round::Phase;
use tickshot_shared::sim::world::Slot;

/// Whom the camera follows when it does not follow the own player.
#[derive(Resource, Default)]
pub(super) struct Spectator {
    subject: Subject,
    /// Seconds since the own player has been out.
    out_s: f32,
    /// Where the eye was last, map metres: a free camera starts there.
    eye: Vec2,
    wishes: Wishes,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Subject {
    /// Nobody: the own player is in the game.
    #[default]
    Own,
    Player(u16),
    Free,
}

/// What the person asks of the camera in this frame.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wishes {
    pub next: bool,
    pub previous: bool,
    pub free: bool,
    /// Direction to fly in.
    pub pan: Vec2,
}

/// Is the own player out of the game for now, so that there is nothing to steer?
pub(super) fn is_out(view: &ViewModel) -> bool {
    let over = view.round.state.is_some_and(|round| round.phase == Phase::MatchOver);
    let out = match view.own {
        Some(own) => !own.alive && own.respawn_s.is_none(),
        None => !view.others.is_empty(),
    };
    view.status == Status::Playing && (over || out)
}

/// Brings the choice up to date, once per frame and before the camera moves.
pub(super) fn choose(time: Res<Time<Real>>, view: Res<ViewModel>, tints: Res<Tints>, mut spectator: ResMut<Spectator>) {
    // In a replay the watcher chooses, see `watch`.
    if view.status == Status::Watching {
        return;
    }
    spectator.advance(&view, &tints, time.delta_secs());
}

impl Spectator {
    /// Heard once, by the next choice.
    pub(super) fn ask(&mut self, wishes: Wishes) {
        self.wishes = wishes;
    }

    /// Looks at `eye`, where `subject` is, until told otherwise.
    pub(super) fn look(&mut self, subject: Subject, eye: Vec2) {
        (self.subject, self.eye) = (subject, eye);
    }

    pub(super) fn subject(&self) -> Subject {
        self.subject
    }

    /// Where to look; `None` while the own player is in the game.
    pub(super) fn eye(&self) -> Option<Vec2> {
        (self.subject != Subject::Own).then_some(self.eye)
    }

    fn advance(&mut self, view: &ViewModel, tints: &Tints, dt_s: f32) {
        let wishes = std::mem::take(&mut self.wishes);
        if !is_out(view) {
            let eye = view.own.map_or(self.eye, |own| own.pos);
            *self = Spectator { eye, ..Spectator::default() };
            return;
        }
        self.out_s += dt_s;
        // One sees how it came about first.
        if self.out_s < LINGER_S && view.own.is_some() {
            return;
        }
        let candidates = candidates(view, tints);
        if wishes.free {
            self.subject = if self.subject == Subject::Free { first(&candidates) } else { Subject::Free };
        }
        self.subject = match self.subject {
            Subject::Own => first(&candidates),
            Subject::Player(slot) => match candidates.iter().position(|one| *one == slot) {
                Some(at) => Subject::Player(candidates[step(at, candidates.len(), wishes)]),
                None => first(&candidates),
            },
            Subject::Free if wishes.next || wishes.previous => first(&candidates),
            Subject::Free => Subject::Free,
        };
        match self.subject {
            Subject::Player(slot) => {
                let place = view.others.iter().find(|other| other.slot == slot).map(|other| other.pos);
                self.eye = place.unwrap_or(self.eye);
            }
            _ => self.eye += wishes.pan * (FLY_M_PER_S * dt_s),
        }
        if let Some(arena) = &view.arena {
            self.eye = self.eye.clamp(Vec2::ZERO, Vec2::new(arena.width() as f32, arena.height() as f32));
        }
    }

    /// What is being watched, in words; `None` while the own player is in the game.
    pub(super) fn words(&self, view: &ViewModel) -> Option<String> {
        match self.subject {
            Subject::Own => None,
            Subject::Free => Some("Free camera".into()),
            Subject::Player(slot) => {
                let name = view.roster.get(&Slot(slot)).map_or("somebody", |player| player.name.as_str());
                Some(format!("Watching {name}"))
            }
        }
    }
}

fn first(candidates: &[u16]) -> Subject {
    candidates.first().map_or(Subject::Free, |slot| Subject::Player(*slot))
}

fn step(at: usize, count: usize, wishes: Wishes) -> usize {
    let forward = usize::from(wishes.next) + (count - 1) * usize::from(wishes.previous);
    (at + forward) % count
}

/// Everyone who can be watched: the own side first, then by slot.
fn candidates(view: &ViewModel, tints: &Tints) -> Vec<u16> {
    let own = view.own.and_then(|own| own.team);
    let mut living: Vec<u16> = view.others.iter().filter(|other| other.alive).map(|other| other.slot).collect();
    living.sort_by_key(|slot| (own.is_some() && tints.side(Slot(*slot)) != own, *slot));
    living
}

/// How long the camera stays with a body that is out.
const LINGER_S: f32 = 1.4;
const FLY_M_PER_S: f32 = 16.0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{OtherView, OwnView};
    use tickshot_shared::sim::weapon::Weapon;

    fn view(respawn_s: Option<f32>) -> ViewModel {
        let other = |slot: u16| {
            let (pos, aim, weapon, team) = (Vec2::splat(f32::from(slot)), 0.0, Weapon::Rifle, None);
            OtherView { slot, pos, aim, alive: slot != 3, weapon, team, starved: false, in_sight: false }
        };
        let own = OwnView { slot: 0, alive: false, respawn_s, ..default() };
        let others = [1, 2, 3, 4].map(other).to_vec();
        ViewModel { status: Status::Playing, own: Some(own), others, ..default() }
    }

    fn watched(wishes: &[Wishes]) -> Subject {
        let (view, tints, mut spectator) = (view(None), Tints::default(), Spectator::default());
        spectator.advance(&view, &tints, LINGER_S);
        for wish in wishes {
            spectator.ask(*wish);
            spectator.advance(&view, &tints, 0.016);
        }
        spectator.subject()
    }

    #[test]
    fn whoever_waits_for_a_respawn_stays_with_its_own_body() {
        let (view, mut spectator) = (view(Some(1.0)), Spectator::default());
        spectator.advance(&view, &Tints::default(), 10.0);
        assert_eq!((spectator.subject(), spectator.eye()), (Subject::Own, None));
    }

    #[test]
    fn next_and_previous_go_round_the_living() {
        let next = Wishes { next: true, ..default() };
        let previous = Wishes { previous: true, ..default() };
        assert_eq!(watched(&[]), Subject::Player(1));
        assert_eq!(watched(&[next, next]), Subject::Player(4), "the dead are passed over");
        assert_eq!(watched(&[next, next, next]), Subject::Player(1));
        assert_eq!(watched(&[previous]), Subject::Player(4));
    }

    #[test]
    fn a_free_camera_flies_from_where_the_eye_was_and_comes_back() {
        let free = Wishes { free: true, ..default() };
        let right = Wishes { pan: Vec2::X, ..default() };
        assert_eq!(watched(&[free, right]), Subject::Free);
        assert_eq!(watched(&[free, right, free]), Subject::Player(1));
        let (view, tints, mut spectator) = (view(None), Tints::default(), Spectator::default());
        spectator.advance(&view, &tints, LINGER_S);
        spectator.ask(Wishes { pan: Vec2::X, ..free });
        spectator.advance(&view, &tints, 0.5);
        assert_eq!(spectator.eye(), Some(Vec2::new(1.0 + 0.5 * FLY_M_PER_S, 1.0)));
    }
}
