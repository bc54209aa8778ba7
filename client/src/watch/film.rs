//! The worlds of a server's trace by tick, made again from its inputs: the last few seconds of them are held, so that going
//! back a little costs nothing; further away the nearest keyframe begins anew.
//!
//! Where a replay cannot go on (a damaged file lacks ticks) the last good world stands until the next keyframe, and what was
//! wrong is said. Must not know who looks.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::step::Event;
use tickshot_shared::sim::world::World;
use tickshot_trace::model::ServerTrace;
use tickshot_trace::replay::{Replay, ReplayError};

/// One state, as it was hashed, and what happened in the tick that made it.
#[derive(Clone, Debug)]
pub struct Still {
    pub world: World,
    pub arena: Arc<Arena>,
    pub events: Vec<Event>,
}

/// A server's trace as something to look at.
pub struct Film<'t> {
    trace: &'t ServerTrace,
    /// Has made the newest of `stills`; `None` = it cannot go on from there.
    replay: Option<Replay<'t>>,
    /// Consecutive ticks, oldest first, never empty.
    stills: VecDeque<Still>,
    /// Ticks that could not be made, and why.
    faults: BTreeMap<u32, String>,
    /// Every map seen so far: whoever draws one knows it again after a jump.
    arenas: Vec<Arc<Arena>>,
}

impl<'t> Film<'t> {
    /// At the first state of `trace`.
    pub fn new(trace: &'t ServerTrace) -> Result<Film<'t>, ReplayError> {
        let replay = Replay::new(trace)?;
        let mut arenas = Vec::new();
        let stills = VecDeque::from([Still::of(&replay, Vec::new(), &mut arenas)]);
        Ok(Film { trace, replay: Some(replay), stills, faults: BTreeMap::new(), arenas })
    }

    /// Makes the state `tick`, or the latest before it that can be made, and the one after it.
    pub fn show(&mut self, tick: u32) {
        if self.still(tick).is_none() || self.still(tick.saturating_add(1)).is_none() {
            self.reach(tick);
            self.reach(tick.saturating_add(1));
        }
    }

    fn reach(&mut self, tick: u32) {
        let tick = self.reachable(tick);
        if self.still(tick).is_some() {
            return;
        }
        // Played on, unless a keyframe is much nearer than the newest state, or `tick` lies before what is held.
        let newest = self.newest();
        let near = tick <= newest.saturating_add(NEAR_TICKS);
        let ahead = newest < tick && (near || self.keyframe_before(tick).is_none_or(|keyframe| keyframe <= newest));
        if !ahead || self.replay.is_none() {
            self.begin_before(tick);
        }
        while self.newest() < tick && self.step() {}
    }

    /// The latest state up to `tick` that is not known to be out of reach.
    fn reachable(&self, tick: u32) -> u32 {
        let from = self.keyframe_before(tick).unwrap_or(0);
        self.faults.range(from..=tick).next().map_or(tick, |(fault, _)| fault.saturating_sub(1).max(from))
    }

    /// The keyframe that `tick` is made from. The one of `tick` itself holds what changed after that state was hashed, too, so
    /// an earlier one is preferred: from wherever one comes, a state is the same.
    fn keyframe_before(&self, tick: u32) -> Option<u32> {
        let ticks = || self.trace.keyframes.iter().filter_map(|keyframe| Some(keyframe.world.as_ref()?.tick));
        let before = ticks().take_while(|keyframe| *keyframe < tick).last();
        before.or_else(|| ticks().next().filter(|keyframe| *keyframe == tick))
    }

    fn begin_before(&mut self, tick: u32) {
        let Some(keyframe) = self.keyframe_before(tick) else { return };
        match Replay::at(self.trace, keyframe) {
            Ok(replay) => {
                self.stills.clear();
                self.stills.push_back(Still::of(&replay, Vec::new(), &mut self.arenas));
                self.replay = Some(replay);
            }
            Err(error) => _ = self.faults.insert(keyframe, error.to_string()),
        }
    }

    /// One more state; false if there is none.
    fn step(&mut self) -> bool {
        let next = self.newest().saturating_add(1);
        let Some(replay) = &mut self.replay else { return false };
        let events = match replay.step() {
            Some(Ok(step)) => step.events.to_vec(),
            Some(Err(divergence)) => {
                self.faults.insert(next, divergence.to_string());
                self.replay = None;
                return false;
            }
            None => return false,
        };
        if self.stills.len() == STILLS_MAX {
            self.stills.pop_front();
        }
        self.stills.push_back(Still::of(replay, events, &mut self.arenas));
        true
    }

    fn newest(&self) -> u32 {
        self.stills.back().map_or(0, |still| still.world.tick.0)
    }

    /// The state `tick`, if it is held.
    pub fn still(&self, tick: u32) -> Option<&Still> {
        let oldest = self.stills.front()?.world.tick.0;
        self.stills.get(tick.checked_sub(oldest)? as usize)
    }

    /// The state `tick`, or the held one that stands in for it.
    pub fn still_or_latest(&self, tick: u32) -> &Still {
        let held = self.still(tick).or_else(|| {
            let oldest = self.stills.front()?;
            if tick < oldest.world.tick.0 { Some(oldest) } else { self.stills.back() }
        });
        held.expect("a film always holds a state")
    }

    /// What could not be made on the way to `tick`, and from which tick on.
    pub fn fault_at(&self, tick: u32) -> Option<(u32, &str)> {
        let from = self.keyframe_before(tick).unwrap_or(0);
        self.faults.range(from..=tick).next().map(|(tick, why)| (*tick, why.as_str()))
    }

    pub fn trace(&self) -> &'t ServerTrace {
        self.trace
    }
}

impl Still {
    fn of(replay: &Replay<'_>, events: Vec<Event>, arenas: &mut Vec<Arc<Arena>>) -> Still {
        let known = arenas.iter().find(|arena| arena.hash() == replay.arena().hash());
        let arena = Arc::clone(known.unwrap_or(replay.arena()));
        if known.is_none() {
            arenas.push(Arc::clone(&arena));
        }
        Still { world: replay.world().clone(), arena, events }
    }
}

/// States held: eight seconds at the usual rate, more than lies between two keyframes.
const STILLS_MAX: usize = 512;
/// So many ticks are made rather than skipped: what happened in them is still to be shown.
const NEAR_TICKS: u32 = 128;
