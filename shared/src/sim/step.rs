//! One tick of the world: the only function that changes it while a match runs.
//!
//! Stages in order, each for all players before the next begins, so that a slot number is never an advantage:
//! cooldowns and respawns, movement, judging of all shots, their effects. A predicting client runs the very same
//! functions for its own player ([`predict_own`]). Must not know where inputs or targets come from.

use super::angle::Turn;
use super::arena::Arena;
use super::combat::{self, Judge, Verdict};
use super::input::{Buttons, Heading, Input};
use super::movement::{knock, move_player};
use super::round::{self, Phase, Team};
use super::rules::{self, RIFLE_DAMAGE, RIFLE_KNOCK_UNITS_PER_S, RIFLE_RANGE_UNITS, SPAWN_DRAWS};
use super::weapon::Weapon;
use super::world::{Player, Slot, World};
use crate::tick::TickRate;
use glam::IVec2;

/// What happened in a tick, for those who show or count it. The world does not depend on events being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// `range_units`: from `from` to where the shot ended.
    Shot {
        slot: Slot,
        weapon: Weapon,
        from: IVec2,
        aim: Turn,
        range_units: i32,
        hit: Option<Slot>,
    },
    /// `damage` is what was taken: less than the weapon's when less health was left, 0 beside another's killing shot.
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
/// `inputs[slot]`; a present player with `None` (or beyond the end) stands still, keeps its aim and holds fire.
pub fn step(world: &mut World, arena: &Arena, inputs: &[Option<Input>], judge: &dyn Judge, events: &mut Vec<Event>) {
    world.tick = world.tick.plus(1);
    cool_down_all(world);
    respawn_due(world, arena, events);
    move_all(world, arena, inputs);
    let hits = fire_all(world, arena, inputs, judge, events);
    apply_hits(world, &hits, events);
    round::advance(world, arena, events);
}

/// The own-player part of [`step`], for prediction: cooldowns, movement, aim and firing with the same functions, in the
/// same order. Returns whether it fired.
///
/// It cannot know others, so it never hits, is hurt or knocked back, dies or respawns, and `shot_range` reaches to the wall: leave
/// `shot_range`, `health`, `hits`, `hurt_seq`, `hurt_from`, `kills` and `deaths` out of a comparison with the server.
pub fn predict_own(player: &mut Player, arena: &Arena, rate: TickRate, input: &Input) -> bool {
    cool_down(player);
    move_player(player, arena, rate, input);
    let fired = pull_trigger(player, rate, input);
    if fired {
        let range = super::collision::raycast(arena, player.pos, input.aim.direction(), RIFLE_RANGE_UNITS);
        player.shot_range = combat::told_range(range);
    }
    fired
}

impl World {
    /// Puts a new player, without score and side, into empty `slot` at a spawn point.
    pub fn join(&mut self, arena: &Arena, slot: Slot) {
        self.join_team(arena, slot, None);
    }

    /// The same, on `team`'s side.
    pub fn join_team(&mut self, arena: &Arena, slot: Slot, team: Option<Team>) {
        assert!(self.players[slot.index()].is_none(), "slot {slot:?} is taken; ask free_slot first");
        let mut player = spawned(Player { team, ..Player::default() }, choose_spawn(self, arena));
        self.round.welcome(&mut player, self.tick);
        self.players[slot.index()] = Some(player);
    }

    /// Empties `slot`.
    pub fn leave(&mut self, slot: Slot) {
        self.players[slot.index()] = None;
    }

    /// Lowest empty slot.
    pub fn free_slot(&self) -> Option<Slot> {
        self.players.iter().position(Option::is_none).map(|i| Slot(i as u16))
    }
}

fn cool_down_all(world: &mut World) {
    world.players.iter_mut().flatten().for_each(cool_down);
}

fn cool_down(player: &mut Player) {
    player.fire_cooldown = player.fire_cooldown.saturating_sub(1);
    if player.respawn_ticks != Player::OUT {
        player.respawn_ticks = player.respawn_ticks.saturating_sub(1);
    }
}

fn respawn_due(world: &mut World, arena: &Arena, events: &mut Vec<Event>) {
    for index in 0..world.players.len() {
        let Some(dead) = world.players[index].filter(|p| !p.alive && p.respawn_ticks == 0) else {
            continue;
        };
        // Chosen one after the other: whoever respawned just before is someone to keep away from.
        let at = choose_spawn(world, arena);
        world.players[index] = Some(spawned(dead, at));
        events.push(Event::Respawned { slot: Slot(index as u16) });
    }
}

/// Of a few spawn points drawn from the world's stream, the one farthest from the nearest living player.
pub(super) fn choose_spawn(world: &mut World, arena: &Arena) -> IVec2 {
    let spawns = arena.spawns();
    let drawn: [IVec2; SPAWN_DRAWS as usize] =
        std::array::from_fn(|_| spawns[world.rng.below(spawns.len() as u32) as usize]);
    let distance_sq = |at: &IVec2| {
        let living = world.players.iter().flatten().filter(|p| p.alive);
        living.map(|p| (p.pos - *at).as_i64vec2().length_squared()).min().unwrap_or(i64::MAX)
    };
    // `max_by_key` keeps the last of equals.
    drawn.into_iter().max_by_key(distance_sq).expect("SPAWN_DRAWS is at least 1")
}

/// `player` alive again at `at`. Scores and the counters that mark events stay: a jump would read as an event.
pub(super) fn spawned(player: Player, at: IVec2) -> Player {
    Player {
        pos: at,
        vel: IVec2::ZERO,
        heading: Heading::STAND,
        alive: true,
        health: Player::HEALTH_FULL,
        fire_cooldown: 0,
        respawn_ticks: 0,
        ..player
    }
}

fn move_all(world: &mut World, arena: &Arena, inputs: &[Option<Input>]) {
    let rate = world.rate;
    for (index, player) in world.players.iter_mut().enumerate() {
        if let Some(player) = player {
            let input = input_of(inputs, index).unwrap_or_else(|| Input::idle(player));
            move_player(player, arena, rate, &input);
        }
    }
}

fn input_of(inputs: &[Option<Input>], index: usize) -> Option<Input> {
    inputs.get(index).copied().flatten()
}

/// One judged hit, to be applied after all shots of the tick are judged.
struct Hit {
    by: Slot,
    aim: Turn,
    victim: Slot,
}

/// Fires everyone's weapon that is due; nobody is hurt before all shots are judged.
fn fire_all(
    world: &mut World,
    arena: &Arena,
    inputs: &[Option<Input>],
    judge: &dyn Judge,
    events: &mut Vec<Event>,
) -> Vec<Hit> {
    let mut hits = Vec::new();
    let rate = world.rate;
    for index in 0..world.players.len() {
        let slot = Slot(index as u16);
        let (Some(player), Some(input)) = (&mut world.players[index], input_of(inputs, index)) else {
            continue;
        };
        if !pull_trigger(player, rate, &input) {
            continue;
        }
        let Verdict { muzzle, range_units, hit } = judge.judge(world, arena, slot, input.aim);
        if let Some(player) = &mut world.players[index] {
            player.shot_range = combat::told_range(range_units);
            player.hits = player.hits.wrapping_add(u8::from(hit.is_some()));
        }
        hits.extend(hit.map(|victim| Hit { by: slot, aim: input.aim, victim }));
        events.push(Event::Shot { slot, weapon: Weapon::Rifle, from: muzzle, aim: input.aim, range_units, hit });
    }
    hits
}

/// Whether `player` fires in this tick; if so, counts the shot and starts the cooldown.
fn pull_trigger(player: &mut Player, rate: TickRate, input: &Input) -> bool {
    if !player.alive || player.fire_cooldown > 0 || !input.buttons.contains(Buttons::FIRE) {
        return false;
    }
    player.fire_cooldown = rules::rifle_cooldown_ticks(rate);
    player.shot_seq = (player.shot_seq + 1) % SHOT_SEQ_COUNT;
    true
}

/// Hurts and kills. If several shots of one tick together kill, the credit goes to the first in an order that starts at
/// another slot every tick.
fn apply_hits(world: &mut World, hits: &[Hit], events: &mut Vec<Event>) {
    let start = world.tick.0 as usize % world.players.len();
    let (late, early) = hits.split_at(hits.partition_point(|hit| hit.by.index() < start));
    for hit in early.iter().chain(late) {
        apply_hit(world, hit, events);
    }
}

fn apply_hit(world: &mut World, hit: &Hit, events: &mut Vec<Event>) {
    let &Hit { by, aim, victim } = hit;
    let rate = world.rate;
    let respawn_ticks = world.round.respawn_ticks(rate);
    let from = world.player(by).map_or(IVec2::ZERO, |p| p.pos);
    let Some(player) = &mut world.players[victim.index()] else {
        return;
    };
    let damage = RIFLE_DAMAGE.min(player.health);
    player.health -= damage;
    player.hurt_seq = (player.hurt_seq + 1) % HURT_SEQ_COUNT;
    player.hurt_from = (Turn::of(from - player.pos).0 >> 10) as u8;
    if player.alive {
        player.vel = knock(player.vel, aim.direction(), RIFLE_KNOCK_UNITS_PER_S, rate);
    }
    events.push(Event::Hurt { slot: victim, by, damage });
    if player.alive && player.health == 0 {
        player.alive = false;
        player.vel = IVec2::ZERO;
        player.heading = Heading::STAND;
        player.respawn_ticks = respawn_ticks;
        player.deaths = player.deaths.saturating_add(1);
        if let Some(killer) = &mut world.players[by.index()] {
            killer.kills = killer.kills.saturating_add(1);
        }
        events.push(Event::Killed { victim, killer: by, weapon: Weapon::Rifle });
    }
}

/// `Player::shot_seq` and `Player::hurt_seq` count modulo these.
const SHOT_SEQ_COUNT: u8 = 8;
const HURT_SEQ_COUNT: u8 = 16;
