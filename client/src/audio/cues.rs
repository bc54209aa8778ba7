//! What of a frame can be heard: a function from the view model to commands for the mixer.
//!
//! Time line: an effect is heard in the frame that shows it. Remembers only what it needs to tell news from what was there
//! before. Must not know devices, samples or bevy.

use super::mixer::Command;
use super::place::Placement;
use super::sounds::Sound;
use super::steps::Steps;
use crate::view::{Effect, OwnView, RoundView, Status, ViewModel};
use glam::Vec2;
use tickshot_shared::sim::round::{Phase, Winner};
use tickshot_shared::sim::weapon::Weapon;

/// The ears of one client.
#[derive(Clone, Debug, Default)]
pub struct Cues {
    /// Time of the frame before, seconds.
    heard_s: Option<f64>,
    steps: Steps,
    /// The second of a countdown that was struck last.
    second: Option<u32>,
    /// The vote that was open in the frame before.
    vote: Option<u32>,
    /// When the heart beats next.
    beat_s: f64,
}

impl Cues {
    /// Appends what this frame sounds like from `listener`, metres. Call it once per frame.
    pub fn listen(&mut self, view: &ViewModel, listener: Vec2, out: &mut Vec<Command>) {
        let gain = match view.status {
            Status::Playing => 1.0,
            Status::Attract => BEHIND_THE_MENU,
            _ => {
                *self = Cues::default();
                return;
            }
        };
        let now_s = view.net.now_s;
        let elapsed = self.heard_s.map_or(0.0, |before| (now_s - before).max(0.0)) as f32;
        self.heard_s = Some(now_s);
        let mut ear = Ear { view, listener, gain, out };
        ear.effects();
        ear.rockets();
        ear.kills(elapsed);
        self.walk(&mut ear, elapsed);
        self.count_down(&mut ear);
        self.heart(&mut ear);
        let vote = view.vote.as_ref().map(|vote| vote.number);
        if vote.is_some() && vote != self.vote {
            ear.own(Sound::Vote);
        }
        self.vote = vote;
    }

    fn walk(&mut self, ear: &mut Ear<'_>, elapsed: f32) {
        let view = ear.view;
        if let Some(own) = view.own.filter(|own| own.alive && !own.dashing)
            && self.steps.follow(own.slot, own.pos, elapsed)
        {
            ear.own_softer(Sound::Step, OWN_STEPS);
        }
        for other in view.others.iter().filter(|other| other.alive && !other.starved) {
            let step = self.steps.follow(other.slot, other.pos, elapsed);
            if step {
                ear.at(Sound::Step, other.pos);
            }
        }
        self.steps.end_frame();
    }

    /// Strikes each of the last seconds of a phase that everybody waits for.
    fn count_down(&mut self, ear: &mut Ear<'_>) {
        let RoundView { state, left_s } = &ear.view.round;
        let last = match state.map(|state| state.phase) {
            Some(Phase::Freeze | Phase::WarmUp) => 3,
            Some(Phase::Live) => 5,
            _ => 0,
        };
        let left = left_s.filter(|left| *left > 0.0).map(|left| left.ceil() as u32);
        let second = left.filter(|second| (1..=last).contains(second));
        if second.is_some() && second != self.second {
            ear.own(Sound::Countdown);
        }
        self.second = second;
    }

    /// Beats while life is short, the faster the shorter.
    fn heart(&mut self, ear: &mut Ear<'_>) {
        let now_s = ear.view.net.now_s;
        let weak = ear.view.own.filter(|own| own.alive && (1..=WEAK_HEALTH).contains(&own.health));
        let Some(own) = weak else { return };
        if now_s >= self.beat_s {
            let health = f64::from(own.health) / f64::from(WEAK_HEALTH);
            self.beat_s = now_s + BEAT_S_MIN + (BEAT_S_MAX - BEAT_S_MIN) * health;
            ear.own(Sound::Heartbeat);
        }
    }
}

/// One frame, one listener.
struct Ear<'a> {
    view: &'a ViewModel,
    listener: Vec2,
    /// Loudness of everything.
    gain: f32,
    out: &'a mut Vec<Command>,
}

impl Ear<'_> {
    fn effects(&mut self) {
        let mut chat = false;
        for effect in &self.view.effects {
            match *effect {
                Effect::ChatCame => chat = true,
                _ => self.effect(effect),
            }
        }
        // Who joins gets the latest fifty lines at once.
        if chat {
            self.own(Sound::Chat);
        }
    }

    fn effect(&mut self, effect: &Effect) {
        match *effect {
            // A launcher's shot is told as the launch of its rocket; a shot of many rays is one.
            Effect::Shot { weapon: Weapon::Launcher, .. } | Effect::Shot { ray: 1.., .. } | Effect::ChatCame => {}
            Effect::Shot { weapon, own: true, .. } => self.own(Sound::of_shot(weapon)),
            Effect::Shot { weapon, from, .. } => self.at(Sound::of_shot(weapon), from),
            Effect::Launched { own: true, .. } => self.own(Sound::Launcher),
            Effect::Launched { from, .. } => self.at(Sound::Launcher, from),
            Effect::Burst { pos, .. } => self.at(Sound::Burst, pos),
            Effect::HitConfirmed => self.own(Sound::HitGiven),
            Effect::Hurt { from_angle } => self.blow(Vec2::from_angle(from_angle)),
            Effect::Died { slot, .. } if self.is_own(slot) => self.own(Sound::OwnDied),
            Effect::Died { pos, .. } => self.at(Sound::Died, pos),
            Effect::Spawned { slot, .. } if self.is_own(slot) => self.own(Sound::Spawned),
            Effect::Spawned { pos, .. } => self.at(Sound::Spawned, pos),
            Effect::PickedUp { kind, own: true, .. } => self.own(Sound::of_pickup(kind)),
            Effect::PickedUp { kind, pos, .. } => self.at(Sound::of_pickup(kind), pos),
            Effect::PickupBack { pos, .. } => self.at(Sound::PickupBack, pos),
            Effect::Dashed { slot, .. } if self.is_own(slot) => self.own(Sound::Dash),
            Effect::Dashed { pos, .. } => self.at(Sound::Dash, pos),
            Effect::DryFire => self.own(Sound::DryFire),
            Effect::ReloadBegan => self.own(Sound::ReloadBegan),
            Effect::ReloadDone => self.own(Sound::ReloadDone),
            Effect::PhaseBegan { phase } => self.phase(phase),
        }
    }

    fn phase(&mut self, phase: Phase) {
        let winner = self.view.round.state.and_then(|state| state.winner);
        match phase {
            // Whose ticking ends in it, or nothing at all.
            Phase::WarmUp | Phase::Freeze => {}
            Phase::Live => self.own(Sound::RoundBegan),
            Phase::RoundOver => self.own(match (winner, self.view.own) {
                (None, _) => Sound::RoundDrawn,
                (Some(winner), Some(own)) if !is_winner(winner, &own) => Sound::RoundLost,
                // Who only watches is glad with the winner.
                (Some(_), _) => Sound::RoundWon,
            }),
            Phase::MatchOver => self.own(Sound::MatchOver),
        }
    }

    /// The nearest rockets are heard all the way.
    fn rockets(&mut self) {
        let listener = self.listener;
        let mut heard: Vec<(f32, u32, Vec2)> = Vec::new();
        for (i, rocket) in self.view.rockets.iter().enumerate() {
            let earlier = self.view.rockets[..i].iter().filter(|before| before.slot == rocket.slot).count();
            let key = u32::from(rocket.slot) * ROCKETS_PER_SLOT + earlier as u32;
            heard.push((rocket.pos.distance_squared(listener), key, rocket.pos));
        }
        heard.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (_, key, pos) in heard.into_iter().take(ROCKETS_HEARD) {
            let sound = Sound::RocketFlight;
            let place = Placement::hear(listener, pos, sound.table().reach_m, self.view.arena.as_deref());
            self.out.extend(place.map(|place| Command::Hold { key, sound, place: place.scaled(self.gain) }));
        }
    }

    /// Own kills that the feed tells in this frame for the first time.
    fn kills(&mut self, elapsed: f32) {
        let Some(own) = self.view.own else { return };
        let fresh = |age_s: f32| age_s < 0.5 * elapsed;
        let mut lines = self.view.kill_feed.iter();
        if lines.any(|line| line.killer == own.slot && line.victim != own.slot && fresh(line.age_s)) {
            self.own(Sound::Kill);
        }
    }

    /// A blow from a direction: it is felt, so no wall is between.
    fn blow(&mut self, from: Vec2) {
        let sound = Sound::HitTaken;
        let place = Placement::hear(Vec2::ZERO, from * HURT_M, sound.table().reach_m, None);
        self.out.extend(place.map(|place| Command::Play { sound, place: place.scaled(self.gain) }));
    }

    /// Heard from `pos`, if it can be heard there.
    fn at(&mut self, sound: Sound, pos: Vec2) {
        let place = Placement::hear(self.listener, pos, sound.table().reach_m, self.view.arena.as_deref());
        self.out.extend(place.map(|place| Command::Play { sound, place: place.scaled(self.gain) }));
    }

    /// Heard from within.
    fn own(&mut self, sound: Sound) {
        self.own_softer(sound, 1.0);
    }

    fn own_softer(&mut self, sound: Sound, gain: f32) {
        self.out.push(Command::Play { sound, place: Placement::CENTRE.scaled(gain * self.gain) });
    }

    fn is_own(&self, slot: u16) -> bool {
        self.view.own.is_some_and(|own| own.slot == slot)
    }
}

fn is_winner(winner: Winner, own: &OwnView) -> bool {
    match winner {
        Winner::Player(slot) => slot.0 == own.slot,
        Winner::Team(team) => own.team == Some(team),
    }
}

/// The game behind the menu is there to be looked at, not to be listened to.
const BEHIND_THE_MENU: f32 = 0.3;
/// Own steps are for the rhythm; those of others are information.
const OWN_STEPS: f32 = 0.55;
/// Blows are heard from this far, metres: clearly from a side.
const HURT_M: f32 = 6.0;
/// From here down the heart is heard.
const WEAK_HEALTH: u8 = 30;
/// Between two beats, at the last point of health and at [`WEAK_HEALTH`].
const BEAT_S_MIN: f64 = 0.55;
const BEAT_S_MAX: f64 = 1.05;
/// More rockets than this at once are a roar anyway.
const ROCKETS_HEARD: usize = 6;
/// Keys of held sounds: more than one player can have in the air.
const ROCKETS_PER_SLOT: u32 = 64;
