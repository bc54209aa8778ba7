//! Shots tested in the past that their shooters saw: lag compensation, and what keeps it from being lied to.
//!
//! Time line of one shot. All times are ticks of the server; *P* is the tick of the input that carries the trigger:
//!
//! ```text
//!        a        C          b                  own    own+1         P (server present when judged)
//!   -----|--------+----------|------ ... --------|---g----|----------|---->
//!        `--f/256-'                              `-- own blend       ^
//!   others on screen at C = a + (b - a) * f      shooter on screen   click (before P), rides in input P
//!
//!        [now - cap ......................................... now]    the cap: never outside
//!             [E - 3 ..... E ..... E + 3]                             the estimate: what this client draws at P
//! ```
//!
//! 1. **Claim.** The stamp says (a, b, f): the others were drawn at *C*, and the shooter itself between two of its own
//!    states. Nothing in it is a position.
//! 2. **Estimate** ([`Believed`]). With the first copy of input *P* the server notes how old a picture this client draws:
//!    how far its inputs run ahead of the snapshots it acks, and the display delay that it declares. That age becomes
//!    smaller at once and greater only as slowly as an honest clock would let it, so a story cannot be changed shot by shot.
//! 3. **Plausibility** ([`plausibility`]). *C* must lie within the cap, within the estimate +-3 ticks, and name snapshots
//!    that this client was sent and has acked. Else the nearest allowed time is used, and the reason is kept.
//! 4. **Rewind** ([`rewind`]). A claim that holds is tested as drawn: each target's states of *a* and *b* as this client was
//!    told them, blended by the function that drew them; the muzzle is where the shooter had predicted itself (`own`).
//!    A clamped one is tested in the server's true history. A target that died or was moved since is tested where it is
//!    now; a dead one cannot be hit.
//! 5. **Evidence** (`evidence`). The same shot is judged under every hit check against the same world, one of them
//!    decides, and all of it is written down.
//!
//! What a lie is worth. A client that constantly declares an older picture than it draws, or constantly holds back acks,
//! looks like one behind a slower link and gets what that one gets: at most the cap. It is stuck with that story: the
//! age grows by a tenth of the time that passes, or once per second at once. A client that
//! pretends to receive nothing can shoot at what it last acked for as long as it stays silent about newer ones, as far as
//! the cap, which is what a starved client sees; at that alone, not at anything between it and the estimate.
//!
//! A trigger without a stamp claims no past and is tested in the present. `server/tests/lagcomp/liars.rs` measures all this.
//!
//! A server judges with this while a match runs, a replay judges the recorded shots with it again: all that is known of the
//! shooters comes in through [`Shooters`]. Must not know sessions, packets or files.

mod belief;
mod evidence;
mod own;
pub mod plausibility;
pub mod rewind;
mod rules;

pub use self::belief::{Believed, TOLERANCE_TICKS};
pub use self::rules::MatchRules;

use self::own::OwnClaim;
use self::plausibility::{Allowed, Limits, allow};
use self::rewind::{Past, Target, View};
use crate::modes::HitCheck;
use crate::protocol::evidence::{Clamp, ShotEvidence};
use crate::protocol::told::Told;
use crate::sim::arena::Arena;
use crate::sim::combat::{Judge, Present, Shot, Targets, Verdict, judge};
use crate::sim::history::History;
use crate::sim::input::{Input, OwnView, ViewStamp};
use crate::sim::pose::Pose;
use crate::sim::world::{Slot, World};
use crate::tick::{Tick, TickRate};
use glam::IVec2;
use std::cell::RefCell;

/// What one snapshot told one client.
pub trait Tells {
    /// The tick of the snapshot.
    fn tick(&self) -> Tick;
    /// The own player in it, which is always told at the snapshot's tick.
    fn own(&self) -> Option<Slot>;
    /// The state tick of `slot` in it; `None` if it is not in it. The own player is no entity.
    fn told_at(&self, slot: Slot) -> Option<Tick>;
}

impl Tells for Told {
    #[inline]
    fn tick(&self) -> Tick {
        Told::tick(self)
    }

    #[inline]
    fn own(&self) -> Option<Slot> {
        Told::own(self)
    }

    #[inline]
    fn told_at(&self, slot: Slot) -> Option<Tick> {
        Told::told_at(self, slot)
    }
}

/// What is known of the shooters: a server's sessions, or the records of them.
pub trait Shooters {
    type Told: Tells;
    /// What `shooter` was told in the snapshot of `tick`, if it was sent and is still remembered.
    fn told(&self, shooter: Slot, tick: Tick) -> Option<&Self::Told>;
    /// Whether the snapshot of `tick` was sent to `shooter` and is still remembered, whatever it told.
    fn was_told(&self, shooter: Slot, tick: Tick) -> bool {
        self.told(shooter, tick).is_some()
    }
    /// The newest snapshot that `shooter` has acked.
    fn acked(&self, shooter: Slot) -> Option<Tick>;
    /// What `shooter` is believed to have drawn when it made the input of `tick`.
    fn believed(&self, shooter: Slot, tick: Tick) -> Option<Believed>;
    /// The input that was used for `shooter` in `tick`.
    fn input(&self, shooter: Slot, tick: Tick) -> Option<Input>;
}

/// Judges all shots of one tick, each in the past that its shooter saw, and keeps the evidence.
pub struct LagCompensation<'a, S> {
    history: &'a History,
    arena: &'a Arena,
    shooters: &'a S,
    /// `stamps[slot]`: the view stamp of that player's input of this tick.
    stamps: &'a [Option<ViewStamp>],
    rules: MatchRules,
    rewind_ticks_max: u32,
    evidence: RefCell<Vec<ShotEvidence>>,
    /// Work space of the shot being judged.
    targets: RefCell<Vec<Option<Target>>>,
}

impl<'a, S: Shooters> LagCompensation<'a, S> {
    /// For the shots of one tick; evidence is appended to `evidence`.
    pub fn new(
        history: &'a History,
        arena: &'a Arena,
        shooters: &'a S,
        stamps: &'a [Option<ViewStamp>],
        rules: MatchRules,
        rate: TickRate,
        evidence: Vec<ShotEvidence>,
    ) -> Self {
        let rewind_ticks_max = rate.ticks_in_ms(rules.rewind_ms.into());
        LagCompensation {
            history,
            arena,
            shooters,
            stamps,
            rules,
            rewind_ticks_max,
            evidence: RefCell::new(evidence),
            targets: RefCell::default(),
        }
    }

    /// The evidence of all shots judged, in the order in which they were.
    pub fn into_evidence(self) -> Vec<ShotEvidence> {
        self.evidence.into_inner()
    }

    /// The time at which a shot of tick `now` is tested.
    fn allow(&self, shooter: Slot, stamp: &ViewStamp, now: Tick) -> Allowed {
        let believed = self.shooters.believed(shooter, now);
        let known = self.shooters.was_told(shooter, stamp.a)
            && self.shooters.was_told(shooter, stamp.b)
            && self.shooters.acked(shooter).is_some_and(|acked| stamp.b <= acked);
        allow(stamp, &Limits { now, rewind_ticks_max: self.rewind_ticks_max, believed, known })
    }

    /// The world as a shot sees it that is tested by `check`.
    fn past(&self, shooter: Slot, stamp: &ViewStamp, allowed: &Allowed, check: HitCheck) -> Past<'a, S::Told> {
        let view = match check {
            HitCheck::None => View::Present,
            HitCheck::WholeTick => View::True { at_256ths: allowed.nearest_tick_256ths() },
            HitCheck::Exact if allowed.clamp == Clamp::None => self.told_view(shooter, stamp),
            HitCheck::Exact => View::True { at_256ths: allowed.used_256ths },
        };
        Past { history: self.history, arena: self.arena, view, own: stamp.own }
    }

    /// Where the shooter drew itself by its own prediction; `None` if it did not, or cannot have.
    fn own_drawn(&self, world: &World, arena: &Arena, shooter: Slot, stamp: &ViewStamp) -> Option<IVec2> {
        let OwnView::Between { from, fraction, based_on } = stamp.own else { return None };
        let claim = OwnClaim { from, fraction, based_on };
        own::drawn(claim, shooter, self.shooters, self.history, world, arena).map(|pose| pose.pos)
    }

    /// What the stamp names, whether it was allowed or not. Snapshots that were never told show nobody.
    fn told_view(&self, shooter: Slot, stamp: &ViewStamp) -> View<'a, S::Told> {
        let (a, b) = (self.shooters.told(shooter, stamp.a), self.shooters.told(shooter, stamp.b));
        View::Told { a, b, fraction: stamp.fraction }
    }
}

/// A past, shot at from where the shooter drew itself, if that is known.
struct FromOwn<'a, T> {
    past: &'a T,
    own: Option<IVec2>,
}

impl<T: Targets> Targets for FromOwn<'_, T> {
    fn pose(&self, world: &World, shooter: Slot, slot: Slot) -> Option<Pose> {
        self.past.pose(world, shooter, slot)
    }

    fn muzzle(&self, world: &World, shooter: Slot) -> IVec2 {
        self.own.unwrap_or_else(|| self.past.muzzle(world, shooter))
    }
}

impl<S: Shooters> Judge for LagCompensation<'_, S> {
    fn judge(&self, world: &World, arena: &Arena, shot: &Shot) -> Verdict {
        let shooter = shot.shooter;
        // Server bots carry no stamp: they see, and are judged by, the present.
        let Some(stamp) = self.stamps.get(shooter.index()).copied().flatten() else {
            return judge(world, arena, &Present, shot);
        };
        let allowed = self.allow(shooter, &stamp, world.tick);
        let policy = if self.rules.experiments { stamp.check } else { self.rules.hit_checks };
        let pasts = HitCheck::ALL.map(|check| self.past(shooter, &stamp, &allowed, check));
        let mut targets = self.targets.borrow_mut();
        let sight = pasts[policy as usize].sight(world, shooter, &mut targets);
        let own = self.own_drawn(world, arena, shooter, &stamp);
        let verdicts = HitCheck::ALL.map(|check| match check {
            HitCheck::None => judge(world, arena, &Present, shot),
            _ if check == policy => judge(world, arena, &FromOwn { past: &sight, own }, shot),
            _ => judge(world, arena, &FromOwn { past: &pasts[check as usize], own }, shot),
        });
        let judged = evidence::Judged {
            shot,
            stamp,
            allowed,
            policy,
            verdicts,
            sight: &sight,
            drawn: &Past { view: self.told_view(shooter, &stamp), ..pasts[0] },
        };
        self.evidence.borrow_mut().push(judged.evidence(world));
        verdicts[policy as usize]
    }
}
