//! Rockets in the world: launched, flying, bursting.
//!
//! Time line: a rocket launched in tick *P* is at its shooter's place of that tick, and is moved for the first time in
//! *P + 1*, after everyone's movement. It meets bodies where they are at present, at the very moment of the tick at which
//! both would touch: no rocket is rewound, for everybody sees it come. Must not know what a hit does to its victim.

use super::angle::Turn;
use super::arena::Arena;
use super::collision::{body_in_sight, raycast};
use super::combat::Foes;
use super::damage::Hit;
use super::rocket::{ROCKET_AFTERGLOW_MS, ROCKETS_MAX, Rocket};
use super::step::Event;
use super::weapon::{ROCKET_RADIUS, SPLASH_EDGE_DAMAGE, SPLASH_SELF_PERCENT, SPLASH_UNITS, Weapon};
use super::world::{Player, Slot, World};
use crate::limits::TILE_UNITS;
use glam::{I64Vec2, IVec2};

/// Where everyone stands before this tick's movement; empty while no rocket flies, when nobody asks.
pub(super) fn places_before_movement(world: &World) -> Vec<IVec2> {
    if world.rockets.iter().all(|rocket| rocket.burst.is_some()) {
        return Vec::new();
    }
    world.players.iter().map(|player| player.as_ref().map_or(IVec2::ZERO, |player| player.pos)).collect()
}

/// Adds a rocket to the world. If there are as many as can be, one that burst already is forgotten, or else the oldest
/// bursts where it is, and is forgotten.
pub(super) fn launch(world: &mut World, arena: &Arena, rocket: Rocket, hits: &mut Vec<Hit>, events: &mut Vec<Event>) {
    if world.rockets.len() >= ROCKETS_MAX {
        let index = world.rockets.iter().position(|rocket| rocket.burst.is_some()).unwrap_or(0);
        let oldest = world.rockets.remove(index);
        if oldest.burst.is_none() {
            let before = world.tick.checked_minus(1).unwrap_or_default();
            burst(world, arena, &oldest, oldest.flown_at(before, world.rate), hits, events);
        }
    }
    world.rockets.push(rocket);
}

/// Moves all rockets by one tick; those that meet something burst. `before`: see [`places_before_movement`].
pub(super) fn fly(world: &mut World, arena: &Arena, before: &[IVec2], hits: &mut Vec<Hit>, events: &mut Vec<Event>) {
    let (now, rate) = (world.tick, world.rate);
    let afterglow = rate.ticks_in_ms(ROCKET_AFTERGLOW_MS);
    world.rockets.retain(|rocket| rocket.burst.is_none_or(|(at, _)| now.since(at).is_some_and(|age| age <= afterglow)));
    for index in 0..world.rockets.len() {
        let rocket = world.rockets[index];
        if rocket.burst.is_some() || rocket.spawned >= now {
            continue;
        }
        let Some(units) = end_of_flight(world, arena, &rocket, before) else { continue };
        world.rockets[index].burst = Some((now, units));
        burst(world, arena, &rocket, units, hits, events);
    }
}

/// How far from its start `rocket` bursts in this tick; `None` if it flies on.
fn end_of_flight(world: &World, arena: &Arena, rocket: &Rocket, before: &[IVec2]) -> Option<i32> {
    let last = world.tick.checked_minus(1)?;
    let (first_units, last_units) = (rocket.flown_at(last, world.rate), rocket.flown_at(world.tick, world.rate));
    let way = last_units - first_units;
    let wall = raycast(arena, rocket.at(first_units), rocket.aim.direction(), way);
    // Relative to where this tick's flight begins, which may be less than a rocket's radius before the wall.
    let mut end = (wall < way).then_some(wall - ROCKET_RADIUS);
    let leg = [rocket.at(first_units), rocket.at(last_units)];
    let foes = Foes::of(world, rocket.owner);
    for (slot, player) in world.present().filter(|(slot, player)| foes.include(*slot, player)) {
        let body = [before.get(slot.index()).copied().unwrap_or(player.pos), player.pos];
        if let Some(part_q16) = meeting_q16(leg, body) {
            let units = ((i64::from(way) * part_q16) >> 16) as i32;
            end = Some(end.map_or(units, |end| end.min(units)));
        }
    }
    let is_spent = world.tick.since(rocket.spawned)? >= Rocket::life_ticks(world.rate);
    end.or(is_spent.then_some(way)).map(|units| out_of_the_wall(arena, rocket, first_units + units))
}

/// When in a tick a rocket and a body touch that both move straight on, each from its first place to its second: as a part
/// of the tick in 1/65,536. However fast they are, they never pass through each other.
fn meeting_q16(rocket: [IVec2; 2], body: [IVec2; 2]) -> Option<i64> {
    let gap = |i: usize| rocket[i].as_i64vec2() - body[i].as_i64vec2();
    let (gap, closing) = (gap(0), gap(1) - gap(0));
    let touch = i64::from(ROCKET_RADIUS + Player::RADIUS);
    // Who is far away, or was moved further than anybody can go, is not met; all numbers below are small.
    if gap.abs().max_element() > touch + FASTEST_UNITS || closing.abs().max_element() > FASTEST_UNITS {
        return None;
    }
    // |gap + closing * part| = touch: a part^2 + 2 b part + c = 0, of which the first solution counts.
    let (a, b, c) = (closing.length_squared(), gap.dot(closing), gap.length_squared() - touch * touch);
    if c <= 0 {
        return Some(0);
    }
    let root_sq = b * b - a * c;
    if b >= 0 || root_sq < 0 {
        return None;
    }
    let part_q16 = ((-b - root_sq.isqrt()) << 16) / a;
    (part_q16 <= 1 << 16).then_some(part_q16)
}

/// A burst is never inside a wall, where it would see nobody: not even by the rounding of a rocket that grazes one.
fn out_of_the_wall(arena: &Arena, rocket: &Rocket, units: i32) -> i32 {
    let is_solid = |units: i32| {
        let tile = rocket.at(units).div_euclid(IVec2::splat(TILE_UNITS));
        arena.is_solid(tile.x, tile.y)
    };
    let mut units = units.max(0);
    while units > 0 && is_solid(units) {
        units = (units - ROCKET_RADIUS).max(0);
    }
    units
}

/// Everyone near the burst whom no wall hides is hit, the more the nearer.
fn burst(world: &mut World, arena: &Arena, rocket: &Rocket, units: i32, hits: &mut Vec<Hit>, events: &mut Vec<Event>) {
    let (owner, at) = (rocket.owner, rocket.at(units));
    events.push(Event::Burst { owner, at });
    if !world.round.phase.hurts() {
        return;
    }
    let (first, foes) = (hits.len(), Foes::of(world, owner));
    for (victim, player) in world.present() {
        let is_own = victim == owner && player.alive;
        if !is_own && !foes.include(victim, player) {
            continue;
        }
        let Some(damage) = damage_at(at, player.pos).filter(|_| body_in_sight(arena, at, player.pos, Player::RADIUS))
        else {
            continue;
        };
        hits.push(hit(rocket, at, victim, player.pos, damage));
    }
    let hit_others = hits[first..].iter().any(|hit| hit.victim != owner);
    if let Some(shooter) = &mut world.players[owner.index()] {
        shooter.hits = shooter.hits.wrapping_add(u8::from(hit_others));
    }
}

fn hit(rocket: &Rocket, at: IVec2, victim: Slot, pos: IVec2, damage: u32) -> Hit {
    let table = Weapon::Launcher.table();
    let share = if victim == rocket.owner { SPLASH_SELF_PERCENT } else { 100 };
    let away = pos - at;
    // Who stands in the very middle of a burst is pushed on along its flight.
    let direction = if away == IVec2::ZERO { rocket.aim } else { Turn::of(away) }.direction();
    Hit {
        by: rocket.owner,
        weapon: Weapon::Launcher,
        victim,
        damage: (damage * share / 100) as u8,
        from: at,
        direction,
        knock_units_per_s: table.knock_units_per_s * damage as i32 / i32::from(table.damage),
    }
}

/// What a burst at `at` takes of a body at `pos`, before armour; `None` beyond its reach.
///
/// All of it from whom the rocket touches, and evenly less from there to the edge of the reach.
fn damage_at(at: IVec2, pos: IVec2) -> Option<u32> {
    let gap: I64Vec2 = pos.as_i64vec2() - at.as_i64vec2();
    if gap.abs().max_element() > i64::from(SPLASH_UNITS + Player::RADIUS) {
        return None;
    }
    let beyond_body = gap.length_squared().isqrt() as i32 - Player::RADIUS;
    if beyond_body > SPLASH_UNITS {
        return None;
    }
    let (most, least) = (i32::from(Weapon::Launcher.table().damage), i32::from(SPLASH_EDGE_DAMAGE));
    let (off, fall) = ((beyond_body - ROCKET_RADIUS).max(0), SPLASH_UNITS - ROCKET_RADIUS);
    // Rounded to nearest.
    Some((most - (2 * (most - least) * off + fall) / (2 * fall)) as u32)
}

/// Furthest that a rocket and a body come closer in one tick, world units: a rocket and a dash at the slowest tick rate are
/// less than half of it together. Whoever moved further was put elsewhere.
const FASTEST_UNITS: i64 = 4096;
