//! One tick of the world: the only function that changes it while a match runs.
//!
//! Stages in order, each for all players before the next begins, so that a slot number is never an advantage: what runs
//! down, respawns, movement, weapons (with the judging of all shots), rockets, what all that did to its victims, pickups, the
//! match. A predicting client runs the very same functions for its own player ([`predict_own`]). Must not know where inputs
//! or targets come from.

use super::angle::Turn;
use super::arena::Arena;
use super::combat::{self, Judge, Shot};
use super::damage::{Hit, apply_hits};
use super::flight;
use super::input::Input;
use super::movement::move_player;
pub use super::operate::OwnDeeds;
use super::operate::{count_down, operate};
use super::pickup;
use super::rocket::Rocket;
use super::round::{self, Phase};
use super::spawn::respawn_due;
use super::weapon::Weapon;
use super::world::{Player, Slot, World};
use crate::tick::TickRate;
use glam::IVec2;

/// What happened in a tick, for those who show or count it. The world does not depend on events being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// `range_units`: from `from` to where the shot ended, of a fan see [`combat::Verdict::range_units`]; of a rocket 0.
    Shot {
        slot: Slot,
        weapon: Weapon,
        from: IVec2,
        aim: Turn,
        range_units: i32,
        /// Whom most of its rays hit; nobody while the phase does not hurt.
        hit: Option<Slot>,
    },
    /// `damage` is what was taken of health and armour together: less than the weapon's when less was left, 0 beside
    /// another's killing shot.
    Hurt {
        slot: Slot,
        by: Slot,
        damage: u8,
    },
    /// `killer` is the victim itself if its own rocket did it.
    Killed {
        victim: Slot,
        killer: Slot,
        weapon: Weapon,
    },
    Respawned {
        slot: Slot,
    },
    /// A rocket burst at `at`.
    Burst {
        owner: Slot,
        at: IVec2,
    },
    /// `pickup`: its index in [`Arena::pickups`].
    PickedUp {
        slot: Slot,
        pickup: u8,
    },
    /// The match entered another phase; see [`World::round`].
    PhaseBegan {
        phase: Phase,
    },
}

/// Advances `world` by one tick and appends what happened to `events`.
///
/// `inputs[slot]`; a present player with `None` (or beyond the end) stands still, keeps its aim and its weapon, and holds
/// fire.
pub fn step(world: &mut World, arena: &Arena, inputs: &[Option<Input>], judge: &dyn Judge, events: &mut Vec<Event>) {
    world.tick = world.tick.plus(1);
    count_down_all(world);
    respawn_due(world, arena, events);
    let before = flight::places_before_movement(world);
    move_all(world, arena, inputs);
    let mut hits = Vec::new();
    operate_all(world, arena, inputs, judge, &mut hits, events);
    flight::fly(world, arena, &before, &mut hits, events);
    apply_hits(world, &hits, events);
    pickup::take(world, arena, events);
    round::advance(world, arena, events);
}

/// The own-player part of [`step`], for prediction: what runs down, movement, aim and weapons with the same functions, in
/// the same order. Returns what the player did.
///
/// It cannot know others, so it never hits, is hurt or knocked back, picks up, dies or respawns, and `shot_range` reaches to
/// the wall: leave `shot_range`, `health`, `armour`, `hits`, `hurt_seq`, `hurt_from`, `pickup_seq`, `respawn_ticks`, `team`,
/// `kills` and `deaths` out of a comparison with the server.
pub fn predict_own(player: &mut Player, arena: &Arena, rate: TickRate, input: &Input) -> OwnDeeds {
    let reload_done = count_down(player);
    let dashed = move_player(player, arena, rate, input);
    let deeds = operate(player, rate, input);
    if let Some(weapon) = deeds.fired {
        let direction = input.aim.direction();
        let range = super::collision::raycast(arena, player.pos, direction, weapon.table().range_units);
        player.shot_range = combat::told_range(range);
    }
    OwnDeeds { dashed, reload_done, ..deeds }
}

fn count_down_all(world: &mut World) {
    for player in world.players.iter_mut().flatten() {
        count_down(player);
    }
    for ticks in &mut world.pickups {
        *ticks = ticks.saturating_sub(1);
    }
}

fn move_all(world: &mut World, arena: &Arena, inputs: &[Option<Input>]) {
    let rate = world.rate;
    for (index, player) in world.players.iter_mut().enumerate() {
        if let Some(player) = player {
            match input_of(inputs, index) {
                Some(input) => move_player(player, arena, rate, input),
                None => move_player(player, arena, rate, &Input::idle(player)),
            };
        }
    }
}

fn input_of(inputs: &[Option<Input>], index: usize) -> Option<&Input> {
    inputs.get(index).and_then(Option::as_ref)
}

/// Everyone handles its weapon; nobody is hurt before all shots are judged.
fn operate_all(
    world: &mut World,
    arena: &Arena,
    inputs: &[Option<Input>],
    judge: &dyn Judge,
    hits: &mut Vec<Hit>,
    events: &mut Vec<Event>,
) {
    let rate = world.rate;
    for index in 0..world.players.len() {
        let slot = Slot(index as u16);
        // Without an input nobody touches a weapon: see `Input::idle`.
        let (Some(player), Some(input)) = (&mut world.players[index], input_of(inputs, index)) else { continue };
        let Some(weapon) = operate(player, rate, input).fired else { continue };
        let from = player.pos;
        if weapon.table().rays == 0 {
            player.shot_range = 0;
            let rocket = Rocket::launched(slot, world.tick, from, input.aim);
            flight::launch(world, arena, rocket, hits, events);
            events.push(Event::Shot { slot, weapon, from, aim: input.aim, range_units: 0, hit: None });
        } else {
            let shot = Shot::new(slot, weapon, input.aim, world.tick);
            shoot(world, arena, judge, &shot, hits, events);
        }
    }
}

/// Judges a shot of rays and notes whom it hit.
fn shoot(
    world: &mut World,
    arena: &Arena,
    judge: &dyn Judge,
    shot: &Shot,
    hits: &mut Vec<Hit>,
    events: &mut Vec<Event>,
) {
    let &Shot { shooter, weapon, aim, .. } = shot;
    let verdict = judge.judge(world, arena, shot);
    let victim = verdict.victim().filter(|_| world.round.phase.hurts());
    let range_units = verdict.range_units();
    let Some(player) = &mut world.players[shooter.index()] else { return };
    player.shot_range = combat::told_range(range_units);
    player.hits = player.hits.wrapping_add(u8::from(victim.is_some()));
    let from = player.pos;
    let table = weapon.table();
    hits.extend(verdict.victims().map(|(victim, rays)| Hit {
        by: shooter,
        weapon,
        victim,
        damage: table.damage.saturating_mul(rays),
        from,
        direction: aim.direction(),
        knock_units_per_s: table.knock_units_per_s * i32::from(rays),
    }));
    events.push(Event::Shot { slot: shooter, weapon, from: verdict.muzzle, aim, range_units, hit: victim });
}
