//! A bot's brain: what it may see in, one input out.
//!
//! Time line of a thought: what is seen and remembered (`senses`), what to do about it (`tactics`), where to walk (`legs`),
//! where to point (`hand`), what to hold and when to fire (`arms`). It plays through the same inputs as a person, and how well is
//! one table (`traits`). Must not know the world: only its own state and what it is told of others.

mod arms;
mod hand;
mod legs;
mod senses;
mod tactics;
mod traits;

use super::arena::Arena;
use super::input::{Buttons, Heading, Input};
use super::pose::Pose;
use super::rocket::Rocket;
use super::round::Team;
use super::world::{Player, Slot};
use crate::rng::Rng;
use crate::tick::{Tick, TickRate};
use arms::Arms;
use hand::Hand;
use legs::Legs;
use senses::Senses;
use tactics::Plan;
use traits::Traits;

/// How good a bot is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum Skill {
    Easy,
    #[default]
    Normal,
    Hard,
}

/// What a bot knows when it thinks: no more than a person in its place is told.
#[derive(Clone, Copy, Debug)]
pub struct Sight<'a> {
    pub arena: &'a Arena,
    pub rate: TickRate,
    /// The tick of the input to be thought of.
    pub now: Tick,
    pub own: &'a Player,
    /// Its side, in a mode with teams.
    pub team: Option<Team>,
    /// The others it is told of. May contain players behind walls and the dead: it looks for a line of sight itself.
    pub others: &'a [Seen],
    /// The rockets it is told of.
    pub rockets: &'a [Rocket],
    /// Bit *i*: pickup *i* of the arena lies there.
    pub pickups: u64,
}

/// Somebody a bot is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    pub slot: Slot,
    pub pose: Pose,
    /// On its own side.
    pub friend: bool,
}

/// One bot.
#[derive(Clone, Debug)]
pub struct Bot {
    slot: Slot,
    traits: &'static Traits,
    rng: Rng,
    senses: Senses,
    plan: Plan,
    legs: Legs,
    hand: Hand,
    arms: Arms,
}

impl Skill {
    pub const ALL: [Skill; 3] = [Skill::Easy, Skill::Normal, Skill::Hard];

    pub const fn name(self) -> &'static str {
        match self {
            Skill::Easy => "easy",
            Skill::Normal => "normal",
            Skill::Hard => "hard",
        }
    }
}

impl Bot {
    /// `seed` is the match's; every slot gets its own stream.
    pub fn new(seed: u64, slot: Slot, skill: Skill) -> Bot {
        Bot {
            slot,
            traits: Traits::of(skill),
            rng: Rng::fork(seed, 0x626f_7400 + u64::from(slot.0)),
            senses: Senses::default(),
            plan: Plan::default(),
            legs: Legs::default(),
            hand: Hand::default(),
            arms: Arms::default(),
        }
    }

    /// The input of tick `sight.now` (without a view stamp).
    pub fn think(&mut self, sight: &Sight<'_>) -> Input {
        if !sight.own.alive {
            self.forget(sight.own);
            return Input { aim: self.hand.aim(sight.own), weapon: sight.own.weapon, ..Input::default() };
        }
        self.senses.update(sight, self.slot, self.traits, &mut self.rng);
        tactics::decide(self, sight);
        let heading = self.legs.heading();
        let aim = self.hand.point(sight, &self.senses, heading, self.traits, &mut self.rng);
        let weapon = self.arms.choose(sight, &self.senses, self.traits, &mut self.rng);
        let mut buttons = 0;
        if self.arms.fires(sight, &mut self.senses, aim, self.traits, &mut self.rng) {
            buttons |= Buttons::FIRE.0;
        }
        if self.arms.reloads(sight, &self.senses, self.traits) {
            buttons |= Buttons::RELOAD.0;
        }
        if self.legs.wants_dash(sight) {
            buttons |= Buttons::DASH.0;
        }
        Input { heading, aim, buttons: Buttons(buttons), weapon, view: None }
    }

    /// A dead bot starts afresh.
    fn forget(&mut self, own: &Player) {
        self.senses.forget(own);
        self.plan = Plan::default();
        self.legs = Legs::default();
        self.arms = Arms::default();
    }
}

/// Ticks in a time drawn from a range of milliseconds.
fn draw_ticks(rng: &mut Rng, rate: TickRate, (least_ms, most_ms): (u32, u32)) -> u32 {
    rate.ticks_in_ms(least_ms + rng.below(most_ms - least_ms + 1))
}

/// The heading nearest to a direction; standing for none.
fn heading_along(direction: glam::IVec2) -> Heading {
    if direction == glam::IVec2::ZERO { Heading::STAND } else { Heading::nearest(super::angle::Turn::of(direction)) }
}
