//! The window without a server: a made-up match on a real map, for looking at and for measuring frames.
//!
//! `cargo run --release --example gallery -- [SCENE] [--players N] [--seconds S] [--no-vsync] [--strict] [--scale S]` where SCENE is
//! one of `fight` (the default), `teams` (rounds in all phases), `low` (hardly any health), `out` (watching others), `over`
//! (the end of a match, with a vote), `vote`, `dead`, `connecting`, `loading`, `ended`. With `--seconds` it closes by itself and prints how
//! many frames it drew. `--strict` plays a server that allows no experiments and imposes a link. Walk with WASD, hold Tab
//! for the scoreboard, F1 for the rest.

mod arms;
mod net;
mod party;
mod shots;

use arms::{Arms, Rocket};
use bevy::prelude::*;
use net::{Net, Poses};
use party::Party;
use std::collections::BTreeMap;
use std::f32::consts::TAU;
use std::process::ExitCode;
use std::sync::Arc;
use tickshot_client::gui::{FrameRate, GuiPlugin};
use tickshot_client::settings::Settings as Kept;
use tickshot_client::view::{
    Controls, Effect, GhostsView, KillLine, OtherView, OwnView, RosterView, RulesView, SHOT_CARDS_MAX, Sayings,
    ShotCard, Status, Switches, ViewModel,
};
use tickshot_shared::modes::{HitCheck, Others, Prediction};
use tickshot_shared::rng::Rng;
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::collision::{body_in_sight, raycast, slide};
use tickshot_shared::sim::round::{Phase, Team};
use tickshot_shared::sim::weapon::Weapon;
use tickshot_shared::sim::world::{Player, Slot};

fn main() -> ExitCode {
    let settings = match Settings::parse(std::env::args().skip(1)) {
        Ok(settings) => settings,
        Err(problem) => {
            eprintln!("gallery: {problem}");
            return ExitCode::FAILURE;
        }
    };
    let map = include_bytes!("../../../assets/maps/arena.tmx");
    let arena = match Arena::parse("arena", map) {
        Ok(arena) => Arc::new(arena),
        Err(error) => {
            eprintln!("gallery: {error}");
            return ExitCode::FAILURE;
        }
    };
    let mut app = App::new();
    app.add_plugins(GuiPlugin { title: "Tickshot gallery".into(), vsync: settings.vsync })
        .insert_resource(Play::new(arena, &settings))
        .insert_resource(kept(&settings))
        .insert_resource(settings)
        .add_systems(Update, (play, close_in_time).chain());
    match app.run() {
        AppExit::Success => ExitCode::SUCCESS,
        AppExit::Error(code) => ExitCode::from(code.get()),
    }
}

/// The game's settings, as the flags want them.
fn kept(settings: &Settings) -> Kept {
    let mut kept = Kept::default();
    kept.ui_scale = settings.scale;
    kept
}

#[derive(Resource)]
struct Settings {
    scene: String,
    players: u16,
    seconds: Option<f32>,
    vsync: bool,
    strict: bool,
    scale: f32,
}

impl Settings {
    fn parse(mut words: impl Iterator<Item = String>) -> Result<Settings, String> {
        let mut settings =
            Settings { scene: "fight".into(), players: 16, seconds: None, vsync: true, strict: false, scale: 1.0 };
        while let Some(word) = words.next() {
            let mut number = |name: &str| -> Result<f32, String> {
                let value = words.next().ok_or(format!("{name} needs a number"))?;
                value.parse().map_err(|_| format!("{name}: '{value}' is not a number"))
            };
            match word.as_str() {
                "--players" => settings.players = number("--players")?.clamp(1.0, 64.0) as u16,
                "--seconds" => settings.seconds = Some(number("--seconds")?),
                "--no-vsync" => settings.vsync = false,
                "--strict" => settings.strict = true,
                "--scale" => settings.scale = number("--scale")?.clamp(0.5, 3.0),
                scene if SCENES.contains(&scene) => settings.scene = word,
                _ => return Err(format!("unknown scene or flag '{word}'; scenes: {}", SCENES.join(" "))),
            }
        }
        Ok(settings)
    }
}

const SCENES: [&str; 10] = ["fight", "teams", "low", "out", "over", "vote", "dead", "connecting", "loading", "ended"];

/// The made-up match. Slot 0 is the own player.
#[derive(Resource)]
struct Play {
    arena: Arc<Arena>,
    actors: Vec<Actor>,
    feed: Vec<KillLine>,
    rng: Rng,
    net: Net,
    shots: Vec<ShotCard>,
    rockets: Vec<Rocket>,
    shots_fired: u32,
    party: Party,
    dash: Dash,
}

/// The own dash.
#[derive(Default)]
struct Dash {
    /// Seconds left of it, and until the next.
    going_s: f32,
    back_s: f32,
}

struct Actor {
    pos: IVec2,
    aim: Turn,
    heading: f32,
    next_turn_s: f32,
    arms: Arms,
    health: u8,
    armour: u8,
    dead_s: f32,
    kills: u16,
    deaths: u16,
}

fn play(
    time: Res<Time<Real>>,
    settings: Res<Settings>,
    controls: Res<Controls>,
    switches: Res<Switches>,
    mut sayings: ResMut<Sayings>,
    mut play: ResMut<Play>,
    mut view: ResMut<ViewModel>,
) {
    let now_s = time.elapsed_secs();
    view.effects.clear();
    view.status = match settings.scene.as_str() {
        "connecting" => Status::Connecting,
        "loading" => Status::LoadingMap((now_s * 9_000.0) as usize % 42_000, 42_000),
        "ended" => Status::Ended("the server 'Den' is full: 64 of 64 players. Try again later.".into()),
        _ => Status::Playing,
    };
    if view.status != Status::Playing {
        return;
    }
    view.news.clear();
    let own_shots = view.effects.len();
    let dt_s = time.delta_secs().min(0.1);
    play.advance(dt_s, &controls, &mut view.effects);
    play.run_party(dt_s, &mut sayings, &mut view.effects);
    play.set_the_scene(&settings.scene, now_s, &mut view.effects);
    let poses: Poses = play
        .actors
        .iter()
        .map(|actor| (actor.dead_s <= 0.0).then(|| (metres(actor.pos), actor.aim.radians())))
        .collect();
    play.net.advance(f64::from(time.delta_secs()), &poses, &switches, &mut view.news);
    for effect in &view.effects[own_shots..] {
        if let Effect::Shot { own: true, from, to, .. } = *effect {
            play.remember_shot(&switches, from, to);
        }
    }
    play.show(&switches, &settings, &mut view);
}

impl Play {
    fn new(arena: Arc<Arena>, settings: &Settings) -> Play {
        let teams = ["teams", "out", "over"].contains(&settings.scene.as_str());
        let party = Party::new(teams, Party::pickups(&arena));
        let actors = (0..settings.players).map(|slot| Actor {
            // Close together, so that there is something to see at once.
            pos: free_near_centre(&arena, slot),
            aim: Turn(0),
            heading: f32::from(slot),
            next_turn_s: 0.0,
            arms: Arms { cooldown_s: 0.3 * f32::from(slot), ..Arms::full(Weapon::ALL[usize::from(slot) % 3]) },
            health: 100,
            armour: if slot == 0 { 60 } else { 0 },
            dead_s: 0.0,
            kills: slot % 7,
            deaths: slot % 4,
        });
        Play {
            actors: actors.collect(),
            arena,
            feed: Vec::new(),
            rng: Rng::fork(7, 7),
            net: Net::new(),
            shots: Vec::new(),
            rockets: Vec::new(),
            shots_fired: 0,
            party,
            dash: Dash::default(),
        }
    }

    fn set_the_scene(&mut self, scene: &str, now_s: f32, effects: &mut Vec<Effect>) {
        match scene {
            "dead" => {
                self.actors[0].dead_s = 2.0 - (now_s % 2.0);
                if self.feed.iter().all(|kill| kill.victim != 0) {
                    self.kill(3, 0, effects);
                    self.actors[0].dead_s = 2.0;
                }
            }
            "low" => self.actors[0].health = self.actors[0].health.clamp(1, 12),
            "out" if self.actors[0].dead_s <= 0.0 && self.hurts() => self.kill(3, 0, effects),
            "over" if self.party.phase != Phase::MatchOver => self.end_match(effects),
            "vote" if (now_s % 30.0) < 0.2 => self.call_vote(),
            _ => {}
        }
    }

    fn advance(&mut self, dt_s: f32, controls: &Controls, effects: &mut Vec<Effect>) {
        for kill in &mut self.feed {
            kill.age_s += dt_s;
        }
        self.feed.retain(|kill| kill.age_s < 8.0);
        for slot in 0..self.actors.len() {
            if self.actors[slot].dead_s > 0.0 {
                self.wait_to_respawn(slot, dt_s, effects);
                continue;
            }
            if slot == 0 {
                self.steer_own(dt_s, controls, effects);
            } else {
                self.steer(slot, dt_s);
            }
            if self.party.phase == Phase::Freeze {
                continue;
            }
            self.walk(slot, dt_s, controls);
            let own = slot == 0;
            let (wish, reload, pulls) = match own {
                true => (controls.weapon, controls.reload, controls.fire),
                false => (self.actors[slot].arms.weapon, false, true),
            };
            let arms = &mut self.actors[slot].arms;
            let heard = arms.advance(dt_s, wish, reload, pulls);
            if !own {
                arms.reserves = [9; 3];
            }
            effects.extend(heard.filter(|_| own));
            if pulls && self.actors[slot].arms.can_fire() {
                self.shoot(slot, effects);
            }
        }
        self.fly_rockets(dt_s, effects);
    }

    fn wait_to_respawn(&mut self, slot: usize, dt_s: f32, effects: &mut Vec<Effect>) {
        self.actors[slot].dead_s -= dt_s;
        if self.actors[slot].dead_s <= 0.0 {
            let spawn = self.rng.below(self.arena.spawns().len() as u32) as usize;
            let actor = &mut self.actors[slot];
            (actor.pos, actor.health, actor.dead_s) = (self.arena.spawns()[spawn], 100, 0.0);
            effects.push(Effect::Spawned { slot: slot as u16, pos: metres(actor.pos) });
        }
    }

    fn steer_own(&mut self, dt_s: f32, controls: &Controls, effects: &mut Vec<Effect>) {
        self.actors[0].aim = controls.aim;
        (self.dash.going_s, self.dash.back_s) = (self.dash.going_s - dt_s, self.dash.back_s - dt_s);
        if controls.dash && self.dash.back_s <= 0.0 {
            (self.dash.going_s, self.dash.back_s) = (0.15, 2.5);
            effects.push(Effect::Dashed { slot: 0, pos: metres(self.actors[0].pos) });
        }
    }

    /// Wanders, and turns towards the nearest other.
    fn steer(&mut self, slot: usize, dt_s: f32) {
        let turn = (self.rng.below(1000) as f32 / 1000.0) * TAU;
        let here = self.actors[slot].pos;
        let nearest = (0..self.actors.len())
            .filter(|other| *other != slot && self.actors[*other].dead_s <= 0.0)
            .min_by_key(|other| (self.actors[*other].pos - here).length_squared());
        let towards = nearest.map(|other| self.actors[other].pos - here).filter(|offset| *offset != IVec2::ZERO);
        let centre = IVec2::new(self.arena.width(), self.arena.height()) * 512;
        let actor = &mut self.actors[slot];
        actor.next_turn_s -= dt_s;
        if actor.next_turn_s <= 0.0 {
            let home = centre - actor.pos;
            let far = home.length_squared() > (9 * 1024) * (9 * 1024);
            let heading = if far { home.as_vec2().to_angle() + (turn - 3.0) * 0.25 } else { turn };
            (actor.heading, actor.next_turn_s) = (heading, 0.6 + turn * 0.2);
        }
        if let Some(offset) = towards {
            let wanted = Turn::of(offset).0.wrapping_sub(actor.aim.0) as i16;
            actor.aim = Turn(actor.aim.0.wrapping_add((f32::from(wanted) * (6.0 * dt_s).min(1.0)) as i16 as u16));
        }
    }

    fn walk(&mut self, slot: usize, dt_s: f32, controls: &Controls) {
        let direction = if slot > 0 {
            Vec2::from_angle(self.actors[slot].heading)
        } else if controls.heading.value() == 0 {
            return;
        } else {
            Vec2::from_angle(f32::from(controls.heading.value() - 1) * TAU / 8.0)
        };
        let speed = if slot == 0 && self.dash.going_s > 0.0 { 15.0 } else { 5.0 };
        let step = (direction * speed * dt_s * 1024.0).as_ivec2();
        let from = self.actors[slot].pos;
        let moved = slide(&self.arena, from, step, Player::RADIUS);
        if (moved - from).length_squared() * 4 < step.length_squared() {
            self.actors[slot].next_turn_s = 0.0;
        }
        self.actors[slot].pos = moved;
    }

    fn remember_shot(&mut self, switches: &Switches, from: Vec2, to: Vec2) {
        if !switches.evidence {
            return;
        }
        let along = (to - from).normalize_or(Vec2::X);
        let wall = raycast(&self.arena, (from * 1024.0).as_ivec2(), self.actors[0].aim.direction(), 40 * 1024);
        let card = shots::card(&self.net, switches, from, along, wall as f32 / 1024.0, self.actors.len(), name);
        self.shots.push(card);
        let surplus = self.shots.len().saturating_sub(SHOT_CARDS_MAX);
        self.shots.drain(..surplus);
    }

    fn show(&self, switches: &Switches, settings: &Settings, view: &mut ViewModel) {
        let (own, net) = (&self.actors[0], &self.net);
        let here = metres(own.pos);
        let confirmed = net.pose(0, net.newest() - net.lead_ticks()).map_or(here, |(at, _)| at) + net.drift * 2.0;
        let drawn = match switches.modes.prediction {
            Prediction::Off => net.pose(0, net.display_now() - net.lead_ticks()).map_or(here, |(at, _)| at),
            Prediction::Unreconciled => here + net.drift,
            Prediction::Reconciled | Prediction::Smoothed => here,
        };
        view.arena = Some(self.arena.clone());
        view.own = Some(OwnView {
            slot: 0,
            pos: drawn,
            aim: own.aim.radians(),
            alive: own.dead_s <= 0.0,
            health: own.health,
            armour: own.armour,
            weapon: own.arms.weapon,
            weapon_ready: 1.0 - (own.arms.cooldown_s / own.arms.cycle_s()).clamp(0.0, 1.0),
            magazines: own.arms.magazines,
            reserves: own.arms.reserves_shown(),
            reload: own.arms.reload_part(),
            dash_ready: 1.0 - (self.dash.back_s / 2.5).clamp(0.0, 1.0),
            dashing: self.dash.going_s > 0.0,
            frozen_s: if self.party.phase == Phase::Freeze { self.party.left_s.max(0.0) } else { 0.0 },
            respawn_s: own.dead_s.is_finite().then_some(own.dead_s),
            team: team(self.party.teams, 0),
        });
        let told = |slot: usize| match switches.modes.others {
            Others::Newest => net.pose(slot, net.newest()),
            Others::Interpolate(_) => net.pose(slot, net.display_now().min(net.newest())),
            Others::Extrapolate => net.guess(slot, net.server_now()),
        };
        let alive = || self.actors.iter().enumerate().skip(1).filter(|(_, actor)| actor.dead_s <= 0.0);
        let others = alive().filter_map(|(slot, _)| Some((slot, told(slot)?)));
        view.others = others
            .map(|(slot, (pos, aim))| OtherView {
                slot: slot as u16,
                pos,
                aim,
                alive: true,
                weapon: self.actors[slot].arms.weapon,
                team: team(self.party.teams, slot),
                starved: net.display_now() > net.newest() + 16.0,
                in_sight: body_in_sight(&self.arena, own.pos, (pos * 1024.0).as_ivec2(), Player::RADIUS),
            })
            .collect();
        let by_slot = |(slot, _): (usize, &Actor), tick: f64| Some((slot as u16, net.guess(slot, tick)?.0));
        view.ghosts = GhostsView {
            own_confirmed: Some(confirmed),
            own_predicted: Some(here),
            newest: alive().filter_map(|actor| by_slot(actor, net.newest())).collect(),
            present: alive().filter_map(|actor| by_slot(actor, net.server_now())).collect(),
        };
        view.shots.clone_from(&self.shots);
        view.roster = self
            .actors
            .iter()
            .enumerate()
            .map(|actor| roster_entry(actor, self.party.teams))
            .collect::<BTreeMap<_, _>>();
        self.show_party(view);
        view.kill_feed.clone_from(&self.feed);
        view.net = net.view();
        (view.modes, view.link) = (switches.modes, switches.link);
        let imposed_link = if settings.strict { "delay 40ms 5ms loss 1%".into() } else { String::new() };
        let rewind_ms = shots::CAP_MS as u16;
        view.rules = RulesView { experiments: !settings.strict, hits: HitCheck::Exact, rewind_ms, imposed_link };
    }
}

/// A free place some tiles from the middle of the map, another one for each slot.
fn free_near_centre(arena: &Arena, slot: u16) -> IVec2 {
    let centre = IVec2::new(arena.width(), arena.height()) / 2;
    let free = (0..400).map(|i| {
        let (angle, distance) = (0.7 * i as f32 + f32::from(slot), 2.5 + 0.03 * i as f32 + 0.5 * f32::from(slot % 12));
        centre + (Vec2::from_angle(angle) * distance).as_ivec2()
    });
    let tile = free.into_iter().find(|tile| !arena.is_solid(tile.x, tile.y)).unwrap_or(centre);
    tile * 1024 + IVec2::splat(512)
}

/// Every other player is of the other side.
fn team(teams: bool, slot: usize) -> Option<Team> {
    teams.then(|| Team::ALL[slot % 2])
}

fn roster_entry((slot, actor): (usize, &Actor), teams: bool) -> (Slot, RosterView) {
    let bot = slot % 3 == 2;
    let ping_ms = (!bot).then_some(8 + 7 * slot as u16);
    let (kills, deaths) = (actor.kills, actor.deaths);
    let (team, loss_pct) = (team(teams, slot), (slot % 4) as u8);
    let player = RosterView { name: name(slot as u16), kills, deaths, ping_ms, bot, team, loss_pct, ..default() };
    (Slot(slot as u16), player)
}

fn name(slot: u16) -> String {
    const NAMES: [&str; 12] = [
        "you",
        "Quorum",
        "Drift",
        "Epoch",
        "Jitter",
        "a name of 24 bytes long!",
        "Raft",
        "Skew",
        "Beacon",
        "Gossip",
        "Zoë Ångström",
        "Βύρων",
    ];
    let index = usize::from(slot);
    if index < NAMES.len() { NAMES[index].into() } else { format!("bot {slot}") }
}

fn metres(units: IVec2) -> Vec2 {
    units.as_vec2() / 1024.0
}

fn close_in_time(
    time: Res<Time<Real>>,
    settings: Res<Settings>,
    rate: Res<FrameRate>,
    mut exit: MessageWriter<AppExit>,
    mut from: Local<Option<(f32, u64)>>,
) {
    let Some(seconds) = settings.seconds else { return };
    let now_s = time.elapsed_secs();
    // The first seconds go into compiling shaders and are not counted.
    if now_s < WARM_UP_S {
        return;
    }
    let (start_s, start_frames) = *from.get_or_insert((now_s, rate.total));
    let elapsed_s = now_s - start_s;
    if elapsed_s >= seconds {
        let frames = rate.total - start_frames;
        println!("{frames} frames in {elapsed_s:.1} s: {:.1} per second", frames as f32 / elapsed_s);
        exit.write(AppExit::Success);
    }
}

const WARM_UP_S: f32 = 3.0;
