//! A shot's view of the past: every target where the shooter was told it was, blended as the shooter drew it.
//!
//! Time line: at its input now *P* the shooter showed the others between its snapshots *a* and *b*, `fraction / 256`
//! of the way. Those snapshots told each target's state of some tick at or before *a* and *b*; the server remembers
//! which ([`Told`]) and every state they could be ([`History`]). So it rebuilds both ends exactly and blends them with
//! the same integer function that drew them. The shooter's own muzzle is a blend of its own states P-1 and P.
//!
//! A claim that reaches back further than the cap is clamped to the cap, and counted by the caller.

use glam::IVec2;
use tickshot_shared::limits::REWIND_MS_DEFAULT;
use tickshot_shared::protocol::told::Told;
use tickshot_shared::sim::combat::{Present, Targets};
use tickshot_shared::sim::history::History;
use tickshot_shared::sim::input::{OwnView, ViewStamp};
use tickshot_shared::sim::pose::Pose;
use tickshot_shared::sim::world::{Slot, World};
use tickshot_shared::tick::{Tick, TickRate};

/// Whose told ticks a shot is judged by; the sessions implement it.
pub trait ToldLookup {
    /// What `shooter` was told in the snapshot of `tick`, if it was sent and is still remembered.
    fn told(&self, shooter: Slot, tick: Tick) -> Option<&Told>;
}

/// Poses of the past for every shot of one tick.
pub struct Rewind<'a, L> {
    history: &'a History,
    lookup: &'a L,
    /// `stamps[slot]`: the view stamp of that player's input of this tick.
    stamps: &'a [Option<ViewStamp>],
    /// Oldest tick a shot may look at.
    oldest: Tick,
}

impl<'a, L: ToldLookup> Rewind<'a, L> {
    /// For the shots of tick `now`.
    pub fn new(
        history: &'a History,
        lookup: &'a L,
        stamps: &'a [Option<ViewStamp>],
        now: Tick,
        rate: TickRate,
    ) -> Self {
        Rewind { history, lookup, stamps, oldest: oldest_tick(now, rate) }
    }

    /// What `shooter` drew of `slot` in its snapshot of `tick`: the state it was told there.
    fn told_pose(&self, shooter: Slot, slot: Slot, tick: Tick) -> Option<Pose> {
        let told_at = self.lookup.told(shooter, tick)?.told_at(slot)?;
        self.history.player(told_at, slot).map(Pose::of)
    }

    /// The pose of `slot` at the cap, for claims that reach beyond it.
    fn capped_pose(&self, slot: Slot) -> Option<Pose> {
        self.history.player(self.oldest, slot).map(Pose::of)
    }
}

impl<L: ToldLookup> Targets for Rewind<'_, L> {
    fn pose(&self, world: &World, shooter: Slot, slot: Slot) -> Option<Pose> {
        // Server bots carry no stamp: they see, and are judged by, the present.
        let Some(stamp) = self.stamps.get(shooter.index()).copied().flatten() else {
            return Present.pose(world, shooter, slot);
        };
        let pose = if stamp.a < self.oldest {
            self.capped_pose(slot)?
        } else {
            let a = self.told_pose(shooter, slot, stamp.a)?;
            if stamp.a == stamp.b {
                a
            } else {
                // Told in `a` but no longer in `b`: it was held where `a` showed it.
                let b = self.told_pose(shooter, slot, stamp.b).unwrap_or(a);
                Pose::blend(a, b, stamp.fraction)
            }
        };
        pose.alive.then_some(pose)
    }

    fn muzzle(&self, world: &World, shooter: Slot) -> IVec2 {
        let Some(now) = world.player(shooter) else { return IVec2::ZERO };
        let stamp = self.stamps.get(shooter.index()).copied().flatten();
        let Some(OwnView::Between { from, fraction }) = stamp.map(|stamp| stamp.own) else { return now.pos };
        // State `world.tick` is in the making: the world, not the history, has it.
        let state = |tick: Tick| if tick == world.tick { Some(now) } else { self.history.player(tick, shooter) };
        match (state(from), state(from.plus(1))) {
            (Some(from), Some(to)) => Pose::blend(Pose::of(from), Pose::of(to), fraction.into()).pos,
            _ => now.pos,
        }
    }
}

/// Oldest tick that shots of tick `now` may look at.
pub fn oldest_tick(now: Tick, rate: TickRate) -> Tick {
    now.checked_minus(rate.ticks_in_ms(REWIND_MS_DEFAULT.into())).unwrap_or(Tick(0))
}
