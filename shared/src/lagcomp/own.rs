//! Where a shooter drew itself: between two of its own states, as it had predicted them from what it had been told.
//!
//! Time line: when the click came, the newest own state that the client had been told was that of tick `based_on`; from
//! there it had predicted with its own inputs, up to `from + 1`. A push it takes meanwhile (a hit, say) it cannot know of for
//! half a round trip and more. The server has that state and those inputs, so it predicts the same again: the muzzle is where
//! the shooter saw it, and still no client ever says a position.
//!
//! Must not know targets.

use super::Shooters;
use crate::sim::arena::Arena;
use crate::sim::history::History;
use crate::sim::input::{Input, OWN_AGE_TICKS_MAX};
use crate::sim::pose::Pose;
use crate::sim::step::predict_own;
use crate::sim::world::{Player, Slot, World};
use crate::tick::Tick;

/// What the stamp says of the own body.
#[derive(Clone, Copy, Debug)]
pub(super) struct OwnClaim {
    pub(super) from: Tick,
    pub(super) fraction: u8,
    pub(super) based_on: Tick,
}

/// The own body of `shooter` as it drew it. `None` if it cannot have: a state too old, a snapshot it never acked, another life.
pub(super) fn drawn<S: Shooters>(
    claim: OwnClaim,
    shooter: Slot,
    lookup: &S,
    history: &History,
    world: &World,
    arena: &Arena,
) -> Option<Pose> {
    let OwnClaim { from, fraction, based_on } = claim;
    world.tick.since(from).filter(|age| (1..=OWN_AGE_TICKS_MAX).contains(age))?;
    lookup.acked(shooter).filter(|acked| based_on <= *acked && based_on < world.tick)?;
    if !lookup.was_told(shooter, based_on) {
        return None;
    }
    // Predicted from long ago it would be without any push since: as if it had never been hit.
    lookup.believed(shooter, world.tick).filter(|believed| believed.may_be_newest(based_on))?;
    let base = history.player(based_on, shooter)?;
    let present = world.player(shooter)?;
    if !base.alive || base.deaths != present.deaths {
        return None;
    }
    let predict = |player: &mut Player, tick: Tick| {
        let input = lookup.input(shooter, tick).unwrap_or_else(|| Input::idle(player));
        predict_own(player, arena, world.rate, &input);
    };
    // States up to `based_on` are as they were told.
    let mut state = *history.player(from.min(based_on), shooter)?;
    for tick in based_on.0 + 1..=from.0 {
        predict(&mut state, Tick(tick));
    }
    let before = Pose::of(&state);
    let after = if from < based_on {
        Pose::of(history.player(from.plus(1), shooter)?)
    } else {
        predict(&mut state, from.plus(1));
        Pose::of(&state)
    };
    Some(Pose::blend(before, after, fraction.into()))
}
