//! Things that lie about and help whoever walks over them. Which lie where is the map's business; when they come back, the
//! world's.
//!
//! Only the server knows who takes what, for others compete for it; a client hears of it by `Player::pickup_seq`.

use super::arena::Arena;
use super::step::Event;
use super::weapon::Weapon;
use super::world::{Player, Slot, World};
use crate::limits::UNITS_PER_METRE;
use glam::IVec2;
use serde::{Deserialize, Serialize};

/// What a pickup gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PickupKind {
    Health,
    Armour,
    Ammo,
}

/// One place of a map where something lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pickup {
    pub kind: PickupKind,
    /// World units.
    pub pos: IVec2,
}

impl PickupKind {
    pub const ALL: [PickupKind; 3] = [PickupKind::Health, PickupKind::Armour, PickupKind::Ammo];

    pub const fn name(self) -> &'static str {
        match self {
            PickupKind::Health => "health",
            PickupKind::Armour => "armour",
            PickupKind::Ammo => "ammo",
        }
    }

    /// Time from being taken to lying there again, ms.
    pub const fn back_ms(self) -> u32 {
        match self {
            PickupKind::Health => 15_000,
            PickupKind::Armour => 20_000,
            PickupKind::Ammo => 12_000,
        }
    }
}

/// Everything that lies there goes to the nearest living player who touches it and has a use for it; of equally near ones to
/// the first in an order that starts at another slot every tick.
pub(super) fn take(world: &mut World, arena: &Arena, events: &mut Vec<Event>) {
    let rate = world.rate;
    for (index, pickup) in arena.pickups().iter().enumerate().take(world.pickups.len()) {
        if world.pickups[index] > 0 {
            continue;
        }
        let Some(slot) = taker(world, pickup) else { continue };
        let Some(player) = &mut world.players[slot.index()] else { continue };
        give(player, pickup.kind);
        player.pickup_seq = (player.pickup_seq + 1) % PICKUP_SEQ_COUNT;
        world.pickups[index] = rate.ticks_in_ms(pickup.kind.back_ms()) as u16;
        events.push(Event::PickedUp { slot, pickup: index as u8 });
    }
}

fn taker(world: &World, pickup: &Pickup) -> Option<Slot> {
    let capacity = world.players.len();
    let start = world.tick.0 as usize % capacity;
    let near = world.present().filter_map(|(slot, player)| {
        let distance_sq = (player.pos - pickup.pos).as_i64vec2().length_squared();
        let touches = distance_sq <= i64::from(TAKE_UNITS).pow(2);
        let turn = (slot.index() + capacity - start) % capacity;
        (touches && player.alive && can_use(player, pickup.kind)).then_some((distance_sq, turn, slot))
    });
    near.min().map(|(_, _, slot)| slot)
}

fn can_use(player: &Player, kind: PickupKind) -> bool {
    match kind {
        PickupKind::Health => player.health < Player::HEALTH_FULL,
        PickupKind::Armour => player.armour < Player::ARMOUR_FULL,
        PickupKind::Ammo => Weapon::ALL
            .into_iter()
            .any(|weapon| weapon.table().reserve.is_some_and(|(_, most)| player.reserves[weapon.index()] < most)),
    }
}

fn give(player: &mut Player, kind: PickupKind) {
    match kind {
        PickupKind::Health => player.health = (player.health + HEALTH_GAIN).min(Player::HEALTH_FULL),
        PickupKind::Armour => player.armour = (player.armour + ARMOUR_GAIN).min(Player::ARMOUR_FULL),
        PickupKind::Ammo => {
            for weapon in Weapon::ALL {
                let (table, held) = (weapon.table(), &mut player.reserves[weapon.index()]);
                if let Some((_, most)) = table.reserve {
                    *held = (*held + table.pickup_rounds).min(most);
                }
            }
        }
    }
}

/// `Player::pickup_seq` counts modulo this.
const PICKUP_SEQ_COUNT: u8 = 8;

/// Health a pickup gives, never above full.
pub const HEALTH_GAIN: u8 = 40;
/// Armour a pickup gives, never above full.
pub const ARMOUR_GAIN: u8 = 50;
/// Of every damage the armour takes this many percent, as long as there is any.
pub const ARMOUR_PERCENT: u32 = 60;
/// A body's centre within this of a pickup takes it, world units (0.7 m).
pub const TAKE_UNITS: i32 = 7 * UNITS_PER_METRE / 10;
/// Most pickups of a map: one bit each in every snapshot that changes any.
pub const PICKUPS_MAX: usize = 64;
