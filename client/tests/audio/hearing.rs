//! What a frame sounds like.

use glam::Vec2;
use std::sync::Arc;
use tickshot_client::audio::cues::Cues;
use tickshot_client::audio::mixer::Command;
use tickshot_client::audio::place::Placement;
use tickshot_client::audio::sounds::{STEPS_REACH_M, Sound};
use tickshot_client::view::{Effect, KillLine, OtherView, OwnView, RocketView, Status, ViewModel, VoteView};
use tickshot_shared::protocol::control::RoundState;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::round::{MatchOptions, Phase, Team, Winner};
use tickshot_shared::sim::weapon::Weapon;
use tickshot_shared::sim::world::Slot;
use tickshot_shared::tick::Tick;

/// A client that hears frames, sixty a second.
struct Client {
    view: ViewModel,
    cues: Cues,
}

impl Client {
    fn new() -> Client {
        let mut view = ViewModel { status: Status::Playing, ..Default::default() };
        view.own = Some(OwnView { slot: OWN, pos: HERE, alive: true, health: 100, ..Default::default() });
        Client { view, cues: Cues::default() }
    }

    fn own(&mut self) -> &mut OwnView {
        self.view.own.as_mut().expect("every test's client has a body")
    }

    fn frame(&mut self) -> Vec<Command> {
        let mut out = Vec::new();
        self.view.net.now_s += 1.0 / 60.0;
        self.cues.listen(&self.view, HERE, &mut out);
        self.view.effects.clear();
        out
    }

    fn frame_with(&mut self, effects: &[Effect]) -> Vec<Command> {
        self.view.effects = effects.to_vec();
        self.frame()
    }

    /// Sounds played in so many seconds, while `change` moves the world before each frame.
    fn seconds(&mut self, seconds: f32, mut change: impl FnMut(&mut ViewModel, f32)) -> Vec<Sound> {
        let mut heard = Vec::new();
        for frame in 0..(seconds * 60.0) as u32 {
            change(&mut self.view, frame as f32 / 60.0);
            heard.extend(self.frame().into_iter().filter_map(played).map(|(sound, _)| sound));
        }
        heard
    }
}

fn played(command: Command) -> Option<(Sound, Placement)> {
    match command {
        Command::Play { sound, place } => Some((sound, place)),
        _ => None,
    }
}

fn only(commands: Vec<Command>) -> (Sound, Placement) {
    assert_eq!(commands.len(), 1, "{commands:?}");
    played(commands[0]).expect("something is played")
}

fn shot(slot: u16, weapon: Weapon, from: Vec2) -> Effect {
    Effect::Shot { slot, weapon, ray: 0, from, to: from, own: slot == OWN }
}

fn other(pos: Vec2) -> OtherView {
    OtherView {
        slot: OTHER,
        pos,
        aim: 0.0,
        alive: true,
        weapon: Weapon::Rifle,
        team: None,
        starved: false,
        in_sight: true,
    }
}

fn round(phase: Phase, winner: Option<Winner>) -> RoundState {
    let (options, since) = (MatchOptions::default(), Tick::default());
    RoundState { options, phase, since, ends: None, number: 1, wins: [0; 2], winner }
}

#[test]
fn a_shot_of_another_player_at_the_right_is_a_rifle_at_the_right() {
    let mut client = Client::new();
    let (sound, place) = only(client.frame_with(&[shot(OTHER, Weapon::Rifle, HERE + Vec2::new(9.0, 2.0))]));
    assert_eq!(sound, Sound::Rifle);
    assert!(place.right > 2.0 * place.left, "{place:?}");
    let (_, far) = only(client.frame_with(&[shot(OTHER, Weapon::Rifle, HERE + Vec2::new(27.0, 6.0))]));
    assert!(far.right < 0.5 * place.right, "farther is softer: {far:?} after {place:?}");
    assert_eq!(client.frame_with(&[shot(OTHER, Weapon::Rifle, HERE + Vec2::new(500.0, 0.0))]), []);
}

#[test]
fn each_weapon_has_its_voice_and_a_launch_is_told_once() {
    let mut client = Client::new();
    for (weapon, expected) in [(Weapon::Rifle, Sound::Rifle), (Weapon::Shotgun, Sound::Shotgun)] {
        let (sound, place) = only(client.frame_with(&[shot(OWN, weapon, HERE)]));
        assert_eq!((sound, place), (expected, Placement::CENTRE));
    }
    let launch = [shot(OWN, Weapon::Launcher, HERE), Effect::Launched { slot: OWN, from: HERE, own: true }];
    assert_eq!(only(client.frame_with(&launch)).0, Sound::Launcher);
}

#[test]
fn a_shot_of_eight_rays_is_one_shot() {
    let rays: Vec<Effect> = (0..8)
        .map(|ray| Effect::Shot { slot: OTHER, weapon: Weapon::Shotgun, ray, from: HERE, to: HERE, own: false })
        .collect();
    assert_eq!(only(Client::new().frame_with(&rays)).0, Sound::Shotgun);
}

#[test]
fn behind_the_menu_it_is_softer_and_before_a_match_it_is_silent() {
    let heard = |status: Status| {
        let mut client = Client::new();
        client.view.status = status;
        client.frame_with(&[shot(OTHER, Weapon::Rifle, HERE)])
    };
    let (_, playing) = only(heard(Status::Playing));
    let (_, menu) = only(heard(Status::Attract));
    assert!(menu.loudness() < 0.5 * playing.loudness(), "{menu:?}");
    assert_eq!(heard(Status::Connecting), []);
}

#[test]
fn a_shot_behind_a_wall_is_muffled() {
    let arena =
        Arena::parse("arena", include_bytes!("../../../assets/maps/arena.tmx")).expect("the shipped map parses");
    let (mut dull, mut clear) = (0, 0);
    let spawns: Vec<Vec2> = arena.spawns().iter().map(|spawn| spawn.as_vec2() / 1024.0).collect();
    let arena = Arc::new(arena);
    for from in spawns {
        let mut client = Client::new();
        client.view.arena = Some(Arc::clone(&arena));
        let listener = arena.spawns()[0].as_vec2() / 1024.0;
        client.view.effects = vec![shot(OTHER, Weapon::Rifle, from)];
        let mut out = Vec::new();
        client.cues.listen(&client.view, listener, &mut out);
        for (_, place) in out.into_iter().filter_map(played) {
            *(if place.muffle > 0.9 { &mut dull } else { &mut clear }) += 1;
        }
    }
    assert!(dull > 0 && clear > 0, "{dull} dull, {clear} clear");
}

#[test]
fn a_blow_is_heard_from_where_it_came() {
    let mut client = Client::new();
    let (sound, place) = only(client.frame_with(&[Effect::Hurt { from_angle: std::f32::consts::PI }]));
    assert_eq!(sound, Sound::HitTaken);
    assert!(place.left > 2.0 * place.right, "{place:?}");
}

#[test]
fn own_steps_go_with_the_walk_and_others_are_heard_when_near() {
    let walk =
        |from: Vec2| move |view: &mut ViewModel, t: f32| view.others = vec![other(from + Vec2::new(0.0, 6.0 * t))];
    let steps = |heard: &[Sound]| heard.iter().filter(|sound| **sound == Sound::Step).count();
    let near = Client::new().seconds(1.0, walk(HERE + Vec2::new(5.0, -3.0)));
    assert_eq!(steps(&near), 3);
    let far = Client::new().seconds(1.0, walk(HERE + Vec2::new(STEPS_REACH_M + 1.0, 0.0)));
    assert_eq!(steps(&far), 0);

    let mut client = Client::new();
    let own = |view: &mut ViewModel, t: f32| view.own.as_mut().expect("a body").pos = HERE + Vec2::new(6.0 * t, 0.0);
    assert_eq!(steps(&client.seconds(1.0, own)), 3);
    client.own().dashing = true;
    assert_eq!(steps(&client.seconds(0.1, |view, t| own(view, 1.0 + t))), 0, "who dashes does not step");
}

#[test]
fn fifty_lines_of_chat_are_one_sound() {
    assert_eq!(only(Client::new().frame_with(&[Effect::ChatCame; 50])).0, Sound::Chat);
}

#[test]
fn the_end_of_a_round_sounds_as_one_fared() {
    let end = |own: Option<Team>, winner: Option<Winner>| {
        let mut client = Client::new();
        client.own().team = own;
        client.view.round.state = Some(round(Phase::RoundOver, winner));
        only(client.frame_with(&[Effect::PhaseBegan { phase: Phase::RoundOver }])).0
    };
    let amber = Some(Winner::Team(Team::Amber));
    assert_eq!(end(Some(Team::Amber), amber), Sound::RoundWon);
    assert_eq!(end(Some(Team::Azure), amber), Sound::RoundLost);
    assert_eq!(end(Some(Team::Azure), None), Sound::RoundDrawn);
    assert_eq!(end(None, Some(Winner::Player(Slot(OWN)))), Sound::RoundWon);
    assert_eq!(end(None, Some(Winner::Player(Slot(OTHER)))), Sound::RoundLost);
    let begins = |phase| Client::new().frame_with(&[Effect::PhaseBegan { phase }]);
    assert_eq!(only(begins(Phase::Live)).0, Sound::RoundBegan);
    assert_eq!(only(begins(Phase::MatchOver)).0, Sound::MatchOver);
    assert_eq!(begins(Phase::Freeze), []);
}

#[test]
fn the_last_seconds_of_a_freeze_are_struck_once_each() {
    let mut client = Client::new();
    client.view.round.state = Some(round(Phase::Freeze, None));
    let heard = client.seconds(6.0, |view, t| view.round.left_s = Some(5.0 - t));
    assert_eq!(heard, [Sound::Countdown; 3]);
}

#[test]
fn the_heart_is_heard_while_life_is_short() {
    let mut client = Client::new();
    let beats = |client: &mut Client, health: u8| {
        client.own().health = health;
        client.seconds(5.0, |_, _| ()).len()
    };
    assert_eq!(beats(&mut client, 60), 0);
    let (weak, dying) = (beats(&mut client, 30), beats(&mut client, 5));
    assert!((4..=6).contains(&weak) && dying > weak, "{weak} beats at 30, {dying} at 5");
    client.own().alive = false;
    assert_eq!(beats(&mut client, 0), 0);
}

#[test]
fn rockets_in_the_air_are_held_each_by_its_own_key() {
    let mut client = Client::new();
    let rocket = |slot, x| RocketView { slot, pos: HERE + Vec2::new(x, 0.0), aim: 0.0 };
    client.view.rockets = vec![rocket(3, 4.0), rocket(5, -6.0), rocket(3, 8.0), rocket(3, 300.0)];
    let held = client.frame();
    let mut keys: Vec<u32> = held
        .iter()
        .map(|command| match command {
            Command::Hold { key, sound: Sound::RocketFlight, .. } => *key,
            other => panic!("not a rocket: {other:?}"),
        })
        .collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), 3, "the one out of reach is not heard: {held:?}");
}

#[test]
fn news_is_heard_once() {
    let mut client = Client::new();
    client.view.vote = Some(VoteView { number: 4, subject: String::new(), options: vec![], own: None, left_s: 9.0 });
    let line = |age_s| KillLine {
        killer: OWN,
        victim: OTHER,
        killer_name: String::new(),
        victim_name: String::new(),
        weapon: Weapon::Rifle,
        age_s,
    };
    client.frame();
    let heard = client.seconds(1.0, |view, t| view.kill_feed = vec![line(t)]);
    assert_eq!(heard, [Sound::Kill], "the vote was heard before, the kill once");
}

#[test]
fn the_own_death_is_another_sound_than_that_of_others() {
    let mut client = Client::new();
    assert_eq!(only(client.frame_with(&[Effect::Died { slot: OWN, pos: HERE }])).0, Sound::OwnDied);
    assert_eq!(only(client.frame_with(&[Effect::Died { slot: OTHER, pos: HERE }])).0, Sound::Died);
}

const OWN: u16 = 2;
const OTHER: u16 = 7;
const HERE: Vec2 = Vec2::new(20.0, 20.0);
