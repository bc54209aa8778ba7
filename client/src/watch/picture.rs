//! The picture of a moment, as a view model: the server's world, or what one client drew.
//!
//! Time line: the server's world is blended between two states, by the function that everything is drawn and tested with, so
//! that slow motion is smooth and a whole tick is exact. What a client saw is its frame, untouched; only what frames do not
//! tell (weapons, rockets, pickups, what flashed) is taken from the world at the moment that the frame drew others at.
//!
//! Must not know where moments come from.

use super::eye::{self, Eye};
use super::film::{Film, Still};
use super::marks::Kill;
use super::roll::Roll;
use super::time::Moment;
use crate::effects::{Around, metres, shot, told_changes};
use crate::view::{Effect, KillLine, OtherView, OwnView, PickupView, RocketView, RosterView, RoundView, ViewModel};
use glam::IVec2;
use std::ops::RangeInclusive;
use tickshot_shared::protocol::control::RoundState;
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::collision::body_in_sight;
use tickshot_shared::sim::combat::{Shot, trace};
use tickshot_shared::sim::pose::Pose;
use tickshot_shared::sim::rocket::Rocket;
use tickshot_shared::sim::step::Event;
use tickshot_shared::sim::weapon::Weapon;
use tickshot_shared::sim::world::{Player, Slot};
use tickshot_shared::tick::{Tick, TickRate};
use tickshot_trace::proto::{Frame, ShotSeen};

/// Everyone at `at`, by the server's word.
pub fn true_poses(film: &Film<'_>, at: Moment) -> Vec<(u16, Pose)> {
    let (a, b) = pair(film, at);
    let slots = a.world.players.len().max(b.world.players.len()) as u16;
    let of = |still: &Still, slot: u16| still.world.player(Slot(slot)).map(Pose::of);
    let seen = |slot| Some((slot, Pose::seen(of(a, slot), of(b, slot), at.fraction_256ths())?));
    (0..slots).filter_map(seen).collect()
}

/// The states around `at`; the same one twice where the next is of another match, or there is none.
fn pair<'f>(film: &'f Film<'_>, at: Moment) -> (&'f Still, &'f Still) {
    let a = film.still_or_latest(at.tick());
    let b = film.still(at.tick().saturating_add(1)).filter(|b| b.arena.hash() == a.arena.hash());
    (a, b.unwrap_or(a))
}

/// The server's world at `at`.
pub fn draw_world(film: &Film<'_>, at: Moment, rate: TickRate, view: &mut ViewModel) {
    let (a, _) = pair(film, at);
    view.arena = Some(a.arena.clone());
    view.own = None;
    view.others.clear();
    view.others.extend(true_poses(film, at).into_iter().map(|(slot, pose)| {
        let player = a.world.player(Slot(slot));
        other(slot, pose, player, true)
    }));
    draw_things(film, at, rate, view);
}

/// What `eye` drew in `frame`.
pub fn draw_frame(film: Option<&Film<'_>>, eye: &Eye<'_>, frame: &Frame, rate: TickRate, view: &mut ViewModel) {
    let then = eye::others_moment(frame);
    let still = film.zip(then).map(|(film, then)| film.still_or_latest(then.tick()));
    if let Some(still) = still {
        view.arena = Some(still.arena.clone());
    }
    let known = |slot: u16| still.and_then(|still| still.world.player(Slot(slot)));
    let own = eye::own(frame);
    view.own = own.map(|pos| own_view(eye, frame, pos, known(eye.slot)));
    let arena = view.arena.clone();
    let in_sight = |pos: IVec2| match (&arena, own) {
        (Some(arena), Some(own)) => body_in_sight(arena, own, pos, Player::RADIUS),
        _ => true,
    };
    view.others.clear();
    view.others.extend(eye::others(frame).map(|drawn| {
        let pose = Pose { pos: drawn.pos, aim: drawn.aim, alive: drawn.alive };
        OtherView { starved: frame.starved, ..other(drawn.slot, pose, known(drawn.slot), in_sight(drawn.pos)) }
    }));
    match film.zip(then) {
        Some((film, then)) => draw_things(film, then, rate, view),
        None => {
            view.rockets.clear();
            view.pickups.clear();
        }
    }
}

fn other(slot: u16, pose: Pose, player: Option<&Player>, in_sight: bool) -> OtherView {
    OtherView {
        slot,
        pos: metres(pose.pos.as_vec2()),
        aim: Turn(pose.aim << 6).radians(),
        alive: pose.alive,
        weapon: player.map(|player| player.weapon).unwrap_or_default(),
        team: player.and_then(|player| player.team),
        starved: false,
        in_sight,
    }
}

/// The body that a client drew as its own. Frames tell its place alone: the rest is the server's word of that moment.
fn own_view(eye: &Eye<'_>, frame: &Frame, pos: IVec2, player: Option<&Player>) -> OwnView {
    let input = eye.aim(frame);
    let aim = input.map(|input| Turn(input.aim as u16)).or(player.map(|player| Turn(player.aim << 6)));
    OwnView {
        slot: eye.slot,
        pos: metres(pos.as_vec2()),
        aim: aim.unwrap_or_default().radians(),
        alive: player.is_none_or(|player| player.alive),
        health: player.map_or(0, |player| player.health),
        armour: player.map_or(0, |player| player.armour),
        weapon: player.map(|player| player.weapon).unwrap_or_default(),
        team: player.and_then(|player| player.team),
        weapon_ready: 1.0,
        dash_ready: 1.0,
        ..OwnView::default()
    }
}

/// Rockets and pickups at `at`.
fn draw_things(film: &Film<'_>, at: Moment, rate: TickRate, view: &mut ViewModel) {
    let (a, b) = pair(film, at);
    view.rockets.clear();
    for rocket in a.world.rockets.iter().filter(|rocket| rocket.burst.is_none()) {
        let age_256ths = (at.0 >> 8) - (i64::from(rocket.spawned.0) << 8);
        let flown = Rocket::flown(u32::try_from(age_256ths).unwrap_or(0), rate);
        let same = |other: &&Rocket| (other.owner, other.spawned) == (rocket.owner, rocket.spawned);
        let burst = b.world.rockets.iter().find(same).and_then(|rocket| rocket.burst);
        let units = burst.map_or(flown, |(_, units)| flown.min(units));
        let (slot, pos) = (rocket.owner.0, metres(rocket.at(units).as_vec2()));
        view.rockets.push(RocketView { slot, pos, aim: rocket.aim.radians() });
    }
    view.pickups.clear();
    let lying = a.arena.pickups().iter().zip(&a.world.pickups);
    view.pickups.extend(lying.map(|(pickup, ticks)| PickupView {
        kind: pickup.kind,
        pos: metres(pickup.pos.as_vec2()),
        there: *ticks == 0,
    }));
}

/// Nobody and nothing.
pub fn clear(view: &mut ViewModel) {
    view.own = None;
    view.others.clear();
    view.rockets.clear();
    view.pickups.clear();
}

/// Names, scores, the state of the match and who killed whom lately, at `at`.
pub fn draw_match(film: &Film<'_>, at: Moment, rate: TickRate, (roll, kills): (&Roll, &[Kill]), view: &mut ViewModel) {
    let world = &film.still_or_latest(at.tick()).world;
    view.roster = (roll.at(at.tick()).into_iter())
        .map(|(slot, entry)| {
            let player = world.player(slot).copied().unwrap_or_default();
            let (name, session, bot) = (entry.name.clone(), entry.session, entry.bot);
            let (kills, deaths, team) = (player.kills, player.deaths, player.team);
            (slot, RosterView { name, kills, deaths, team, session, bot, ..RosterView::default() })
        })
        .collect();
    let left_s = |ends: Tick| (Moment::from(ends).ms_since(at, rate) / 1000.0).max(0.0) as f32;
    view.round = RoundView { state: Some(RoundState::from(&world.round)), left_s: world.round.ends.map(left_s) };
    let end = kills.partition_point(|kill| Moment::of(kill.tick) <= at);
    view.kill_feed.clear();
    view.kill_feed.extend(kills[end.saturating_sub(KILL_LINES_MAX)..end].iter().filter_map(|kill| {
        let age_s = (at.ms_since(Moment::of(kill.tick), rate) / 1000.0) as f32;
        let name = |slot: u16| roll.name(slot, kill.tick);
        let (killer_name, victim_name) = (name(kill.killer), name(kill.victim));
        let Kill { killer, victim, weapon, .. } = *kill;
        (age_s < KILL_LINE_S).then_some(KillLine { killer, victim, killer_name, victim_name, weapon, age_s })
    }));
}

/// What happened in the ticks `ticks`, as far as they are held, without the shots of `without`.
pub fn happened(
    film: &Film<'_>,
    ticks: RangeInclusive<u32>,
    without: Option<u16>,
    rate: TickRate,
    out: &mut Vec<Effect>,
) {
    for tick in ticks {
        let Some(still) = film.still(tick) else { continue };
        shots_and_things(still, without, out);
        if let Some(before) = tick.checked_sub(1).and_then(|tick| film.still(tick)) {
            let around = Around { arena: &still.arena, rate };
            let pairs = before.world.players.iter().zip(&still.world.players).zip(0u16..);
            for ((before, after), slot) in pairs {
                if let (Some(before), Some(after)) = (before, after) {
                    let mut changes = Vec::new();
                    told_changes(Slot(slot), before, after, Tick(tick), around, &mut changes);
                    // Shots are drawn from their events, which know more.
                    out.extend(changes.into_iter().filter(|effect| !matches!(effect, Effect::Shot { .. })));
                }
            }
        }
    }
    out.truncate(EFFECTS_MAX);
}

fn shots_and_things(still: &Still, without: Option<u16>, out: &mut Vec<Effect>) {
    for event in &still.events {
        match *event {
            Event::Shot { slot, .. } if Some(slot.0) == without => {}
            Event::Shot { slot, weapon, from, aim, range_units, .. } => {
                fire(
                    &still.arena,
                    &Shot::new(slot, weapon, aim, still.world.tick),
                    from,
                    Some(range_units),
                    false,
                    out,
                );
            }
            Event::Burst { owner, at } => out.push(Effect::Burst { slot: owner.0, pos: metres(at.as_vec2()) }),
            Event::PickedUp { pickup, .. } => {
                if let Some(pickup) = still.arena.pickups().get(usize::from(pickup)) {
                    out.push(Effect::PickedUp { kind: pickup.kind, pos: metres(pickup.pos.as_vec2()), own: false });
                }
            }
            Event::PhaseBegan { phase } => out.push(Effect::PhaseBegan { phase }),
            Event::Hurt { .. } | Event::Killed { .. } | Event::Respawned { .. } => {}
        }
    }
}

/// An own shot as its shooter saw it leave.
pub fn own_shot(arena: &Arena, slot: u16, seen: &ShotSeen, out: &mut Vec<Effect>) {
    let weapon = Weapon::ALL.get(seen.weapon as usize).copied().unwrap_or_default();
    let shot = Shot::new(Slot(slot), weapon, Turn(seen.aim as u16), Tick(seen.tick));
    fire(arena, &shot, eye::place(seen.muzzle_x, seen.muzzle_y), None, true, out);
}

/// The rays of a shot, or the launch of a rocket. How far a single ray went is known; those of a fan are drawn to the walls.
fn fire(arena: &Arena, fired: &Shot, from: IVec2, range_units: Option<i32>, own: bool, out: &mut Vec<Effect>) {
    if fired.weapon.table().rays == 0 {
        out.push(Effect::Launched { slot: fired.shooter.0, from: metres(from.as_vec2()), own });
        return;
    }
    let traced = trace(arena, from, fired, [].into_iter());
    let single = traced.rays().len() == 1;
    for (ray, i) in traced.rays().iter().zip(0u8..) {
        let range = range_units.filter(|_| single).unwrap_or(ray.range_units);
        out.push(shot(fired.shooter, fired.weapon, i, from.as_vec2(), ray.aim, range, own));
    }
}

/// As the game's own feed has it.
const KILL_LINES_MAX: usize = 6;
const KILL_LINE_S: f32 = 8.0;
/// At 8 times the speed of life with 64 players there is more than anybody sees.
const EFFECTS_MAX: usize = 256;
