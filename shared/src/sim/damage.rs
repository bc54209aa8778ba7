//! What hits do to their victims: armour, health, a push, death and who is credited with it.
//!
//! Must not know how it was decided who was hit. Everything that hits in one tick is applied together, after all of it is
//! known: two who kill each other in one tick both die.

use super::angle::Turn;
use super::input::Heading;
use super::movement::knock;
use super::pickup::ARMOUR_PERCENT;
use super::step::Event;
use super::weapon::Weapon;
use super::world::{Player, Slot, World};
use glam::IVec2;

/// One shot or burst that reached one body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    pub by: Slot,
    pub weapon: Weapon,
    pub victim: Slot,
    /// Before armour.
    pub damage: u8,
    /// Where it came from, world units.
    pub from: IVec2,
    /// Where it pushes (a unit vector in 1/32,768), and how fast, world units per second.
    pub direction: IVec2,
    pub knock_units_per_s: i32,
}

/// Hurts and kills. If several hits of one tick together kill, the credit goes to the first in an order that starts at
/// another slot every tick.
pub(super) fn apply_hits(world: &mut World, hits: &[Hit], events: &mut Vec<Event>) {
    if hits.is_empty() || !world.round.phase.hurts() {
        return;
    }
    let start = world.tick.0 as usize % world.players.len();
    let (late, early): (Vec<&Hit>, Vec<&Hit>) = hits.iter().partition(|hit| hit.by.index() < start);
    for hit in early.into_iter().chain(late) {
        apply_hit(world, hit, events);
    }
}

fn apply_hit(world: &mut World, hit: &Hit, events: &mut Vec<Event>) {
    let &Hit { by, weapon, victim, damage, from, direction, knock_units_per_s } = hit;
    let (rate, respawn_ticks) = (world.rate, world.round.respawn_ticks(world.rate));
    let Some(player) = &mut world.players[victim.index()] else {
        return;
    };
    let damage = take_damage(player, damage);
    player.hurt_seq = (player.hurt_seq + 1) % HURT_SEQ_COUNT;
    player.hurt_from = (Turn::of(from - player.pos).0 >> 10) as u8;
    events.push(Event::Hurt { slot: victim, by, damage });
    if !player.alive {
        return;
    }
    if player.health > 0 {
        player.vel = knock(player.vel, direction, knock_units_per_s, rate);
        return;
    }
    die(player, respawn_ticks);
    if let Some(killer) = world.players[by.index()].as_mut().filter(|_| by != victim) {
        killer.kills = killer.kills.saturating_add(1);
    }
    events.push(Event::Killed { victim, killer: by, weapon });
}

/// Armour takes its part while it lasts, health the rest. Returns what was taken of both together.
fn take_damage(player: &mut Player, damage: u8) -> u8 {
    let armour_part = (u32::from(damage) * ARMOUR_PERCENT / 100) as u8;
    let armour = armour_part.min(player.armour);
    let health = (damage - armour).min(player.health);
    player.armour -= armour;
    player.health -= health;
    armour + health
}

fn die(player: &mut Player, respawn_ticks: u16) {
    player.alive = false;
    player.vel = IVec2::ZERO;
    player.heading = Heading::STAND;
    player.reload_ticks = 0;
    player.dash_ticks = 0;
    player.respawn_ticks = respawn_ticks;
    player.deaths = player.deaths.saturating_add(1);
}

/// `Player::hurt_seq` counts modulo this.
const HURT_SEQ_COUNT: u8 = 16;

const _: () = assert!(ARMOUR_PERCENT <= 100, "the parts of a damage are never more than all of it");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn armour_takes_three_fifths_of_a_damage_as_long_as_it_lasts() {
        for (health, armour, damage, taken, left) in [
            (100, 0, 20, 20, (80, 0)),
            (100, 50, 20, 20, (92, 38)),
            (100, 5, 20, 20, (85, 0)),
            (100, 100, 9, 9, (96, 95)),
            (10, 100, 80, 58, (0, 52)),
            (100, 100, 255, 200, (0, 0)),
            (0, 20, 20, 12, (0, 8)),
            (3, 0, 20, 3, (0, 0)),
        ] {
            let mut player = Player { health, armour, ..Player::default() };
            assert_eq!(take_damage(&mut player, damage), taken, "{damage} from {health} and {armour}");
            assert_eq!((player.health, player.armour), left, "{damage} from {health} and {armour}");
        }
    }
}
