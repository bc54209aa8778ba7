//! Who holds the controls of a machine in the universe.
//!
//! A bot sees what its machine drew last, like a person, and nothing else.

use crate::core::ClientCore;
use crate::view::Controls;
use tickshot_shared::sim::bot::Bot;
use tickshot_shared::sim::input::Buttons;
use tickshot_shared::tick::Tick;

/// What steers one client.
#[derive(Clone, Copy, Debug, Default)]
pub enum Steer {
    /// A bot's brain, seeded by the universe.
    #[default]
    Bot,
    /// These controls, until somebody sets others.
    Controls(Controls),
}

/// The bot of one machine; made when its slot is known, used while it steers.
#[derive(Clone, Debug)]
pub struct Pilot {
    seed: u64,
    bot: Option<Bot>,
    /// The tick thought about last, and the decision.
    thought: Option<(Tick, Controls)>,
}

impl Pilot {
    pub fn new(seed: u64) -> Pilot {
        Pilot { seed, bot: None, thought: None }
    }

    /// What `steer` presses now.
    pub fn controls(&mut self, steer: &Steer, core: &ClientCore) -> Controls {
        match steer {
            Steer::Controls(controls) => *controls,
            Steer::Bot => self.think(core),
        }
    }

    fn think(&mut self, core: &ClientCore) -> Controls {
        let (Some((slot, own)), Some(arena), Some(tick)) = (core.own(), core.arena(), core.input_tick()) else {
            return Controls::default();
        };
        // One thought per tick, however many frames it has.
        if let Some((_, controls)) = self.thought.filter(|(thought, _)| *thought == tick) {
            return controls;
        }
        let bot = self.bot.get_or_insert_with(|| Bot::new(self.seed, slot));
        let input = bot.think(arena, core.rate(), tick.plus(1), own, core.others());
        let controls = Controls { heading: input.heading, aim: input.aim, fire: input.buttons.contains(Buttons::FIRE) };
        self.thought = Some((tick, controls));
        controls
    }
}
