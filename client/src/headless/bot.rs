//! One client steered by a bot's brain: the same session as behind a window, in an `App` without one.
//!
//! The brain sees what a frame at this moment would draw, and nothing else of the session.

use crate::app::{ClientSet, Core, LocalTime, SessionPlugin};
use crate::net::transport::ClientTransport;
use crate::session;
use crate::view::Controls;
use bevy::app::{App, PreUpdate};
use bevy::ecs::prelude::*;
use std::time::Duration;
use tickshot_server::app::run_in_order;
use tickshot_shared::sim::bot::Bot;
use tickshot_shared::sim::input::Buttons;
use tickshot_shared::tick::Tick;

/// The seed of this client's brain; the brain itself is made when the slot is known.
#[derive(Resource)]
struct Brain {
    seed: u64,
    bot: Option<Bot>,
    /// The tick thought about last.
    thought: Option<Tick>,
}

/// An `App` that plays by itself over `transport`. Whoever runs it sets [`LocalTime`] and calls `update`.
pub fn bot_app(transport: ClientTransport, seed: u64) -> App {
    let mut app = App::new();
    app.add_plugins(SessionPlugin)
        .insert_resource(Brain { seed, bot: None, thought: None })
        .add_systems(PreUpdate, think.in_set(ClientSet::Controls));
    session::insert(&mut app, transport);
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
    let core = &mut core.0;
    core.look(local.0);
    let (Some((slot, own)), Some(arena), Some(input_tick)) = (core.own(), core.arena(), core.input_tick()) else {
        return;
    };
    let brain = &mut *brain;
    // An update between two ticks (a message came) is no reason to think again.
    if brain.thought == Some(input_tick) {
        return;
    }
    brain.thought = Some(input_tick);
    let bot = brain.bot.get_or_insert_with(|| Bot::new(brain.seed, slot));
    let input = bot.think(arena, core.rate(), input_tick.plus(1), own, core.others());
    *controls = Controls { heading: input.heading, aim: input.aim, fire: input.buttons.contains(Buttons::FIRE) };
}
