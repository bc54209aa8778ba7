//! The world as one shot sees it: every target and the muzzle at the time at which the shot is tested.
//!
//! Reads what was told and what was true; must not know which time is allowed, or why.

use super::Tells;
use crate::protocol::evidence::Fate;
use crate::protocol::told::Told;
use crate::sim::arena::Arena;
use crate::sim::collision::line_of_sight;
use crate::sim::combat::Targets;
use crate::sim::history::History;
use crate::sim::input::{OWN_AGE_TICKS_MAX, OwnView};
use crate::sim::pose::{Pose, TELEPORT_UNITS, WHOLE};
use crate::sim::world::{Player, Slot, World};
use crate::tick::Tick;
use glam::IVec2;

/// One view of the past, for the shots of one shooter.
pub struct Past<'a, T = Told> {
    /// Every state before the one in the making.
    pub history: &'a History,
    pub arena: &'a Arena,
    pub view: View<'a, T>,
    /// Where the shooter was drawn.
    pub own: OwnView,
}

/// Which past.
pub enum View<'a, T = Told> {
    /// The server's present.
    Present,
    /// The true states at this time, in 1/256 tick since the server's start.
    True { at_256ths: i64 },
    /// What the shooter was told in two snapshots, blended as it drew them.
    Told { a: Option<&'a T>, b: Option<&'a T>, fraction: u16 },
}

// Derived, these would ask the snapshots to be copied, too.
impl<T> Clone for Past<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Past<'_, T> {}

impl<T> Clone for View<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for View<'_, T> {}

/// A target in that past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    pub fate: Fate,
    /// Where it is tested; if it cannot be hit, where it would have been.
    pub tested: IVec2,
}

/// A past looked up once for one shooter, for whoever asks about everyone more than once.
pub(super) struct Sight<'a> {
    muzzle: IVec2,
    /// `targets[slot]`: the living but for the shooter.
    targets: &'a [Option<Target>],
}

/// A body in the past, with the state that says whose life it was.
struct Seen<'a> {
    pose: Pose,
    state: &'a Player,
    tick: Tick,
}

impl<T: Tells> Past<'_, T> {
    /// Everyone alive, looked up once; `targets` is the memory for it.
    pub(super) fn sight<'t>(&self, world: &World, shooter: Slot, targets: &'t mut Vec<Option<Target>>) -> Sight<'t> {
        targets.clear();
        targets.resize(world.players.len(), None);
        for (slot, _) in world.present().filter(|(slot, player)| *slot != shooter && player.alive) {
            targets[slot.index()] = self.target(world, shooter, slot);
        }
        Sight { muzzle: self.muzzle(world, shooter), targets }
    }

    /// What a shot of `shooter` finds of `slot`, who is in the world at present.
    pub fn target(&self, world: &World, shooter: Slot, slot: Slot) -> Option<Target> {
        let present = world.player(slot)?;
        let found = |fate, tested| Some(Target { fate, tested });
        let Some(seen) = self.seen(world, shooter, slot) else { return found(Fate::NotTold, present.pos) };
        if !present.alive || !seen.pose.alive {
            found(Fate::Dead, seen.pose.pos)
        } else if !self.is_same_life(world, slot, &seen, present) {
            found(Fate::Respawned, present.pos)
        } else {
            found(Fate::Rewound, seen.pose.pos)
        }
    }

    /// Where `slot` was drawn or was, whatever became of it since.
    pub fn drawn(&self, world: &World, shooter: Slot, slot: Slot) -> Option<IVec2> {
        self.seen(world, shooter, slot).map(|seen| seen.pose.pos)
    }

    fn seen<'w>(&'w self, world: &'w World, shooter: Slot, slot: Slot) -> Option<Seen<'w>> {
        match self.view {
            View::Present => self.seen_between(world, slot, world.tick, world.tick, 0),
            View::True { at_256ths } => {
                let tick = Tick(u32::try_from(at_256ths.div_euclid(256)).ok()?);
                self.seen_between(world, slot, tick, tick.plus(1), at_256ths.rem_euclid(256) as u16)
            }
            View::Told { a, b, fraction } => {
                let told_at = |told: Option<&T>| {
                    let told = told?;
                    // The own player is no entity; it is told with every snapshot.
                    if told.own() == Some(slot) && slot == shooter { Some(told.tick()) } else { told.told_at(slot) }
                };
                // Who is there, and held where, as `Pose::seen` says for the client.
                let (a, b) = (told_at(a), told_at(b));
                let there = if fraction < WHOLE { a } else { b }?;
                self.seen_between(world, slot, a.unwrap_or(there), b.unwrap_or(there), fraction)
            }
        }
    }

    /// `slot` as its states of two ticks blend.
    fn seen_between<'w>(&'w self, world: &'w World, slot: Slot, a: Tick, b: Tick, fraction: u16) -> Option<Seen<'w>> {
        let from = self.state(world, a, slot)?;
        if fraction == 0 || a == b {
            return Some(Seen { pose: Pose::of(from), state: from, tick: a });
        }
        let to = self.state(world, b, slot).unwrap_or(from);
        let pose = Pose::blend(Pose::of(from), Pose::of(to), fraction);
        let (state, tick) = if fraction < WHOLE { (from, a) } else { (to, b) };
        Some(Seen { pose, state, tick })
    }

    /// Has the player neither died nor been moved since it was seen? A scan of its states, but only if it is further away
    /// than a blend could be.
    fn is_same_life(&self, world: &World, slot: Slot, seen: &Seen<'_>, present: &Player) -> bool {
        let near = |a: IVec2, b: IVec2| (b - a).abs().max_element() <= TELEPORT_UNITS;
        if seen.state.deaths != present.deaths {
            return false;
        }
        if near(seen.state.pos, present.pos) {
            return true;
        }
        let mut at = seen.state.pos;
        (seen.tick.0..world.tick.0).all(|tick| {
            let next = self.state(world, Tick(tick + 1), slot).map(|player| player.pos);
            next.is_some_and(|next| near(std::mem::replace(&mut at, next), next))
        })
    }

    /// State `world.tick` is in the making: the world has it, not the history.
    fn state<'w>(&'w self, world: &'w World, tick: Tick, slot: Slot) -> Option<&'w Player> {
        if tick == world.tick { world.player(slot) } else { self.history.player(tick, slot) }
    }

    /// The shooter between two of its own states; nowhere if they are older than a client can have drawn itself from.
    fn own_between<'w>(&'w self, world: &'w World, shooter: Slot, from: Tick, fraction: u8) -> Option<Seen<'w>> {
        world.tick.since(from).filter(|age| (1..=OWN_AGE_TICKS_MAX).contains(age))?;
        self.seen_between(world, shooter, from, from.plus(1), fraction.into())
    }
}

impl Sight<'_> {
    /// The living with where they are tested, in slot order.
    pub(super) fn targets(&self) -> impl Iterator<Item = (Slot, Target)> {
        self.targets.iter().enumerate().filter_map(|(i, target)| Some((Slot(i as u16), (*target)?)))
    }
}

impl Target {
    /// The body that a shot can hit, if it can.
    fn pose(self, present: &Player) -> Option<Pose> {
        let can_be_hit = matches!(self.fate, Fate::Rewound | Fate::Respawned);
        can_be_hit.then(|| Pose { pos: self.tested, ..Pose::of(present) })
    }
}

impl Targets for Sight<'_> {
    fn pose(&self, world: &World, _shooter: Slot, slot: Slot) -> Option<Pose> {
        (*self.targets.get(slot.index())?)?.pose(world.player(slot)?)
    }

    fn muzzle(&self, _world: &World, _shooter: Slot) -> IVec2 {
        self.muzzle
    }
}

impl<T: Tells> Targets for Past<'_, T> {
    fn pose(&self, world: &World, shooter: Slot, slot: Slot) -> Option<Pose> {
        self.target(world, shooter, slot)?.pose(world.player(slot)?)
    }

    fn muzzle(&self, world: &World, shooter: Slot) -> IVec2 {
        let Some(present) = world.player(shooter) else { return IVec2::ZERO };
        let seen = match self.own {
            _ if matches!(self.view, View::Present) => None,
            OwnView::Between { from, fraction, .. } => self.own_between(world, shooter, from, fraction),
            OwnView::WithOthers => self.seen(world, shooter, shooter),
        };
        let stands = |seen: &Seen<'_>| seen.pose.alive && self.is_same_life(world, shooter, seen, present);
        let Some(Seen { pose, state, .. }) = seen.filter(stands) else { return present.pos };
        // A blend over a gap cuts corners, and one beyond *b* walks through walls: no place to shoot from.
        if line_of_sight(self.arena, state.pos, pose.pos) { pose.pos } else { state.pos }
    }
}
