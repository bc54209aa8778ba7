//! How players come into the world: where, and with what.
//!
//! Must not know when: that is said by whoever joins, by [`super::step`] and by [`super::round`].

use super::arena::Arena;
use super::input::Heading;
use super::round::Team;
use super::rules::SPAWN_DRAWS;
use super::step::Event;
use super::weapon::Weapon;
use super::world::{Player, Slot, World};
use glam::IVec2;

impl World {
    /// Puts a new player, without score and side, into empty `slot` at a spawn point.
    pub fn join(&mut self, arena: &Arena, slot: Slot) {
        self.join_team(arena, slot, None);
    }

    /// The same, on `team`'s side.
    ///
    /// Rockets that the slot's last player left in the air are gone: they would be the newcomer's.
    pub fn join_team(&mut self, arena: &Arena, slot: Slot, team: Option<Team>) {
        assert!(self.players[slot.index()].is_none(), "slot {slot:?} is taken; ask free_slot first");
        self.rockets.retain(|rocket| rocket.owner != slot);
        let at = choose_spawn(self, arena, team);
        let mut player = Player { team, ..Player::default() }.spawned(at);
        self.round.welcome(&mut player, self.tick);
        self.players[slot.index()] = Some(player);
    }

    /// Empties `slot`. Rockets that it fired go on flying.
    pub fn leave(&mut self, slot: Slot) {
        self.players[slot.index()] = None;
    }

    /// Lowest empty slot.
    pub fn free_slot(&self) -> Option<Slot> {
        self.players.iter().position(Option::is_none).map(|i| Slot(i as u16))
    }
}

impl Player {
    /// This player alive at `at`, unhurt, with full magazines and what it begins with beside them. Scores, the weapon in hand
    /// and the counters that mark events stay: a jump would read as an event.
    pub fn spawned(self, at: IVec2) -> Player {
        Player {
            pos: at,
            vel: IVec2::ZERO,
            heading: Heading::STAND,
            alive: true,
            health: Player::HEALTH_FULL,
            armour: 0,
            fire_cooldown: 0,
            magazines: Weapon::ALL.map(|weapon| weapon.table().magazine),
            reserves: Weapon::ALL.map(|weapon| weapon.table().reserve.map_or(0, |(first, _)| first)),
            reload_ticks: 0,
            dash_ticks: 0,
            dash_cooldown: 0,
            frozen_ticks: 0,
            respawn_ticks: 0,
            ..self
        }
    }
}

/// Brings the dead back whose time has come.
pub(super) fn respawn_due(world: &mut World, arena: &Arena, events: &mut Vec<Event>) {
    for index in 0..world.players.len() {
        let Some(dead) = world.players[index].filter(|p| !p.alive && p.respawn_ticks == 0) else {
            continue;
        };
        // Chosen one after the other: whoever respawned just before is someone to keep away from.
        let at = choose_spawn(world, arena, dead.team);
        world.players[index] = Some(dead.spawned(at));
        events.push(Event::Respawned { slot: Slot(index as u16) });
    }
}

/// Of a few spawn points of the player's side drawn from the world's stream, the one farthest from the nearest living player.
pub(super) fn choose_spawn(world: &mut World, arena: &Arena, team: Option<Team>) -> IVec2 {
    let spawns = team.map_or(arena.spawns(), |team| arena.team_spawns(team));
    let drawn: [IVec2; SPAWN_DRAWS as usize] =
        std::array::from_fn(|_| spawns[world.rng.below(spawns.len() as u32) as usize]);
    let distance_sq = |at: &IVec2| {
        let living = world.players.iter().flatten().filter(|p| p.alive);
        living.map(|p| (p.pos - *at).as_i64vec2().length_squared()).min().unwrap_or(i64::MAX)
    };
    // `max_by_key` keeps the last of equals.
    drawn.into_iter().max_by_key(distance_sq).expect("SPAWN_DRAWS is at least 1")
}
