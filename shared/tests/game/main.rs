//! How the game is played: weapons, rockets, dashes, damage, pickups, and what a player can predict of them.

// Tests print their seeds.
#![allow(clippy::disallowed_macros)]

#[path = "../common/mod.rs"]
mod common;

mod dash;
mod pickups;
mod prediction;
mod rockets;
mod shotgun;
mod sides;
mod weapons;

use glam::IVec2;
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::combat::Present;
use tickshot_shared::sim::input::{Buttons, Input};
use tickshot_shared::sim::round::MatchOptions;
use tickshot_shared::sim::step::{Event, step};
use tickshot_shared::sim::weapon::Weapon;
use tickshot_shared::sim::world::{Player, World};
use tickshot_shared::tick::{Tick, TickRate};

const RIGHT: Turn = Turn(0);

fn rate(hz: u32) -> TickRate {
    TickRate::new(hz).expect("a rate that tests use")
}

/// Who holds `weapon` and presses `buttons`, aiming at `aim`.
fn press(weapon: Weapon, buttons: u8, aim: Turn) -> Option<Input> {
    Some(Input { aim, weapon, buttons: Buttons(buttons), ..Input::default() })
}

fn fire(weapon: Weapon, aim: Turn) -> Option<Input> {
    press(weapon, Buttons::FIRE.0, aim)
}

/// Those players in an endless deathmatch on `arena`, in slot order.
fn world_of(arena: &Arena, hz: u32, players: &[Player]) -> World {
    let pickups = arena.pickups().len();
    let mut world = World::for_match(players.len(), pickups, rate(hz), 1, Tick(0), MatchOptions::ENDLESS);
    for (place, player) in world.players.iter_mut().zip(players) {
        *place = Some(*player);
    }
    world
}

/// At a place in metres, with `weapon` in hand.
fn holding(weapon: Weapon, x_m: f64, y_m: f64) -> Player {
    let at = IVec2::new((x_m * 1024.0) as i32, (y_m * 1024.0) as i32);
    Player { weapon, ..Player::default().spawned(at) }
}

fn tick(world: &mut World, arena: &Arena, inputs: &[Option<Input>]) -> Vec<Event> {
    let mut events = Vec::new();
    step(world, arena, inputs, &Present, &mut events);
    events
}

fn damage_of(events: &[Event], victim: usize) -> u32 {
    let of = |event: &Event| match event {
        Event::Hurt { slot, damage, .. } if slot.index() == victim => u32::from(*damage),
        _ => 0,
    };
    events.iter().map(of).sum()
}

/// An open hall of 80 by 20 metres without a wall inside.
fn hall() -> Arena {
    let mut rows = vec![".".repeat(80); 20];
    rows[0].replace_range(0..1, "S");
    common::sketch(&rows.iter().map(String::as_str).collect::<Vec<_>>())
}
