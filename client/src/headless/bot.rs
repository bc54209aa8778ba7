//! One client steered by a bot's brain: the same session as behind a window, in an `App` without one.
//!
//! The brain sees what a frame at this moment would draw, and nothing else of the session. It fires only when its
//! crosshair lies on a body that is drawn, so that a shot of a bot is a hit that a person would swear to; a rocket is aimed
//! where a body will be, or at a wall beside it, and so flies as the brain wants.

use crate::app::{ClientSet, Core, LocalTime, SessionPlugin};
use crate::core::ClientCore;
use crate::net::transport::ClientTransport;
use crate::play::Play;
use crate::recording::{Recording, RecordingPlugin};
use crate::session;
use crate::view::{Controls, Switches};
use bevy::app::{App, PreUpdate};
use bevy::ecs::prelude::*;
use std::time::Duration;
use tickshot_server::app::run_in_order;
use tickshot_shared::sim::arena::MapHash;
use tickshot_shared::sim::bot::{Bot, Seen, Sight, Skill};
use tickshot_shared::sim::input::Buttons;
use tickshot_shared::sim::pose::Pose;
use tickshot_shared::sim::weapon::Weapon;
use tickshot_shared::sim::world::Slot;
use tickshot_shared::tick::Tick;

/// What steers a client that nobody steers.
#[derive(Clone, Debug, Resource)]
pub struct Brain {
    seed: u64,
    skill: Skill,
    /// Made when slot and map are known; another one for others.
    bot: Option<(Slot, MapHash, Bot)>,
    /// The tick thought about last.
    thought: Option<Tick>,
}

impl Brain {
    pub fn new(seed: u64, skill: Skill) -> Brain {
        Brain { seed, skill, bot: None, thought: None }
    }

    /// What it wants at `now`, of what the latest frame drew; as before if it has thought about this tick already.
    pub fn think(&mut self, now: Duration, core: &ClientCore, controls: &mut Controls) {
        let (Some((slot, own)), Some(arena), Some(input_tick)) = (core.own(), core.arena(), core.input_tick()) else {
            return;
        };
        // An update between two ticks (a message came) is no reason to think again.
        if self.thought == Some(input_tick) {
            return;
        }
        self.thought = Some(input_tick);
        let team_of = |slot: Slot| core.roster().entries().get(&slot).and_then(|entry| entry.team);
        let team = team_of(slot);
        let seen = |&(slot, pose): &(Slot, Pose)| Seen { slot, pose, friend: team.is_some() && team_of(slot) == team };
        let others: Vec<Seen> = core.others().iter().map(seen).collect();
        let told = core.play().and_then(Play::newest);
        let known = self.bot.take().filter(|(its_slot, its_map, _)| (*its_slot, *its_map) == (slot, arena.hash()));
        let fresh = || (slot, arena.hash(), Bot::new(self.seed, slot, self.skill));
        let (_, _, bot) = self.bot.insert(known.unwrap_or_else(fresh));
        let input = bot.think(&Sight {
            arena,
            rate: core.rate(),
            now: input_tick.plus(1),
            own,
            team,
            others: &others,
            rockets: told.map_or(&[], |told| &told.rockets),
            pickups: told.map_or(0, |told| told.pickups),
        });
        let pressed = |button| input.buttons.contains(button);
        *controls = Controls {
            heading: input.heading,
            aim: input.aim,
            fire: pressed(Buttons::FIRE) && (own.weapon == Weapon::Launcher || core.crosshair_on_enemy(input.aim)),
            dash: pressed(Buttons::DASH),
            reload: pressed(Buttons::RELOAD),
            weapon: input.weapon,
            read_at: now,
        };
    }
}

/// An `App` that plays by itself over `transport`, under these switches, and records if it is given a recorder. Whoever runs
/// it sets [`LocalTime`] and calls `update`.
pub fn bot_app(
    transport: ClientTransport,
    seed: u64,
    skill: Skill,
    switches: Switches,
    recording: Option<Recording>,
) -> App {
    let mut app = App::new();
    if let Some(recording) = recording {
        app.add_plugins(RecordingPlugin).insert_resource(recording);
    }
    app.add_plugins(SessionPlugin)
        .insert_resource(Brain::new(seed, skill))
        .insert_resource(switches)
        .add_systems(PreUpdate, think.in_set(ClientSet::Controls));
    session::insert(&mut app, transport, seed);
    run_in_order(&mut app);
    app.finish();
    app.cleanup();
    app
}

/// Runs one update at `now`; returns when the next one has something to do.
pub fn update(app: &mut App, now: Duration) -> Duration {
    app.insert_resource(LocalTime(now));
    app.update();
    app.world().resource::<Core>().0.next_due(now)
}

fn think(local: Res<LocalTime>, mut core: ResMut<Core>, mut brain: ResMut<Brain>, mut controls: ResMut<Controls>) {
    // Without a window nothing else settles what a frame would show.
    core.0.look(local.0);
    brain.think(local.0, &core.0, &mut controls);
}
