//! One client steered by a bot's brain: the same session as behind a window, in an `App` without one.
//!
//! The brain sees what a frame at this moment would draw, and nothing else of the session. It fires only when its
//! crosshair lies on a body that is drawn, so that a shot of a bot is a hit that a person would swear to.

use crate::app::{ClientSet, Core, LocalTime, SessionPlugin};
use crate::core::ClientCore;
use crate::net::transport::ClientTransport;
use crate::session;
use crate::view::{Controls, Switches};
use bevy::app::{App, PreUpdate};
use bevy::ecs::prelude::*;
use std::time::Duration;
use tickshot_server::app::run_in_order;
use tickshot_shared::sim::bot::Bot;
use tickshot_shared::sim::input::Buttons;
use tickshot_shared::tick::Tick;

/// What steers a client that nobody steers.
#[derive(Clone, Debug, Resource)]
pub struct Brain {
    seed: u64,
    /// Made when the slot is known.
    bot: Option<Bot>,
    /// The tick thought about last.
    thought: Option<Tick>,
}

impl Brain {
    pub fn new(seed: u64) -> Brain {
        Brain { seed, bot: None, thought: None }
    }

    /// What it wants, of what the latest frame drew; as before if it has thought about this tick already.
    pub fn think(&mut self, core: &ClientCore, controls: &mut Controls) {
        let (Some((slot, own)), Some(arena), Some(input_tick)) = (core.own(), core.arena(), core.input_tick()) else {
            return;
        };
        // An update between two ticks (a message came) is no reason to think again.
        if self.thought == Some(input_tick) {
            return;
        }
        self.thought = Some(input_tick);
        let bot = self.bot.get_or_insert_with(|| Bot::new(self.seed, slot));
        let input = bot.think(arena, core.rate(), input_tick.plus(1), own, core.others());
        let fire = input.buttons.contains(Buttons::FIRE) && core.crosshair_on_enemy(input.aim);
        *controls =
            Controls { heading: input.heading, aim: input.aim, fire, weapon: input.weapon, ..Controls::default() };
    }
}

/// An `App` that plays by itself over `transport`, under these switches. Whoever runs it sets [`LocalTime`] and calls
/// `update`.
pub fn bot_app(transport: ClientTransport, seed: u64, switches: Switches) -> App {
    let mut app = App::new();
    app.add_plugins(SessionPlugin)
        .insert_resource(Brain::new(seed))
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
    brain.think(&core.0, &mut controls);
}
