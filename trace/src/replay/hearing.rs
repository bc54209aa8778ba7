//! A recorded shot at the moment it is judged, for whoever wants to know what other rules would have said.
//!
//! Whatever is said changes nothing: the replay goes on with what was decided.

use super::shots::{Recorded, oldest_needed};
use crate::proto;
use tickshot_shared::lagcomp::{LagCompensation, MatchRules};
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::combat::{Judge, Shot, Verdict};
use tickshot_shared::sim::history::History;
use tickshot_shared::sim::input::ViewStamp;
use tickshot_shared::sim::world::World;
use tickshot_shared::tick::Tick;

/// Who hears every recorded shot.
pub type Listener<'l, 't> = dyn Fn(&Hearing<'_, 't>) + 'l;

/// One recorded shot, after everyone's movement of its tick and before anyone is hurt.
pub struct Hearing<'a, 't> {
    pub record: &'t proto::Shot,
    pub world: &'a World,
    pub arena: &'a Arena,
    /// The rules in force.
    pub rules: MatchRules,
    shot: &'a Shot,
    bench: &'a Bench<'a, 't>,
}

impl Hearing<'_, '_> {
    /// Whether all that its judge may look at is known: if not, the record's word is all there is.
    pub fn past_is_known(&self) -> bool {
        oldest_needed(self.record) >= self.bench.known_from
    }

    /// What the code that judged it says under these rules.
    pub fn judge(&self, rules: MatchRules) -> Verdict {
        let Bench { history, recorded, stamps, .. } = *self.bench;
        LagCompensation::new(history, self.arena, recorded, stamps, rules, self.world.rate, Vec::new())
            .judge(self.world, self.arena, self.shot)
    }
}

/// Passes every shot on to `judge`, and lets a listener hear those that are recorded.
pub(super) struct Bench<'a, 't> {
    pub(super) judge: &'a dyn Judge,
    pub(super) history: &'a History,
    pub(super) recorded: &'a Recorded<'a, 't>,
    pub(super) stamps: &'a [Option<ViewStamp>],
    pub(super) rules: MatchRules,
    pub(super) known_from: Tick,
    pub(super) listener: &'a Listener<'a, 't>,
}

impl Judge for Bench<'_, '_> {
    fn judge(&self, world: &World, arena: &Arena, shot: &Shot) -> Verdict {
        if let Some(record) = self.recorded.shot(shot.shooter) {
            (self.listener)(&Hearing { record, world, arena, rules: self.rules, shot, bench: self });
        }
        self.judge.judge(world, arena, shot)
    }
}
