//! Who holds the controls of a machine in the universe.

use crate::core::ClientCore;
use crate::headless::bot::Brain;
use crate::view::Controls;
use std::time::Duration;
use tickshot_shared::sim::bot::Skill;

/// What steers one client.
#[derive(Clone, Copy, Debug, Default)]
pub enum Steer {
    /// The brain of a headless bot, seeded by the universe: it sees what its machine drew last, like a person.
    #[default]
    Bot,
    /// These controls, until somebody sets others.
    Controls(Controls),
}

/// The hands of one machine.
pub struct Pilot {
    brain: Brain,
    /// What the brain wanted last.
    wanted: Controls,
}

impl Pilot {
    pub fn new(seed: u64) -> Pilot {
        Pilot { brain: Brain::new(seed, Skill::default()), wanted: Controls::default() }
    }

    /// What is pressed at local time `now`.
    pub fn controls(&mut self, now: Duration, steer: &Steer, core: &ClientCore) -> Controls {
        match steer {
            Steer::Controls(controls) => Controls { read_at: now, ..*controls },
            Steer::Bot => {
                self.brain.think(now, core, &mut self.wanted);
                self.wanted
            }
        }
    }
}
