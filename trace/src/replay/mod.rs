//! Ticks made again from a server's trace, compared with what the server made.
//!
//! Time line of one tick: what changed the world since the tick before is done again; if the server wrote the whole world down
//! then, the two are compared field by field; the inputs of the record step the world, shots being judged by the very code that
//! the server ran (`shots`); the state must have the recorded hash, or a [`Divergence`] says where the two part.
//!
//! Must not know files: it works on a trace in memory, whole or not.

mod divergence;
mod hearing;
mod inputs;
mod past;
mod shots;
mod state;
mod sums;
mod verify;

pub use self::divergence::Divergence;
pub use self::hearing::{Hearing, Listener};
pub use self::inputs::{push_input, push_stamp, stamp, stamp_of, stamps, view_stamp};
pub(crate) use self::shots::Recorded;
pub use self::shots::{Noting, based_on, note_hits, of_evidence, told_ages};
pub use self::state::{of_options, of_team, of_world};
pub use self::sums::input_sums;
pub use self::verify::{VerifyReport, verify};

use self::hearing::Bench;
use self::past::Past;
use self::shots::{ReplayJudge, difference, oldest_needed};
use crate::FORMAT;
use crate::model::ServerTrace;
use crate::proto::change::Kind;
use crate::proto::{self, Keyframe, MatchBegan, ServerTick};
use std::sync::Arc;
use tickshot_shared::lagcomp::{LagCompensation, MatchRules};
use tickshot_shared::limits::REWIND_MS_CAP_MAX;
use tickshot_shared::modes::HitCheck;
use tickshot_shared::protocol::evidence::ShotEvidence;
use tickshot_shared::sim::arena::{Arena, MapHash};
use tickshot_shared::sim::change::Change;
use tickshot_shared::sim::combat::Verdict;
use tickshot_shared::sim::history::History;
use tickshot_shared::sim::input::{Input, ViewStamp};
use tickshot_shared::sim::step::{Event, step};
use tickshot_shared::sim::world::{Slot, World};
use tickshot_shared::tick::{Tick, TickRate};

/// A match, or several one after the other, made again tick by tick.
pub struct Replay<'t> {
    trace: &'t ServerTrace,
    rate: TickRate,
    arena: Arc<Arena>,
    world: World,
    past: Past,
    /// Place in `trace.ticks` of the next one.
    next: usize,
    /// The world is that of a keyframe, so what changed it before the next tick has happened.
    at_keyframe: bool,
    inputs: Vec<Option<Input>>,
    stamps: Vec<Option<ViewStamp>>,
    events: Vec<Event>,
    evidence: Vec<ShotEvidence>,
    verdicts: Vec<(Slot, Verdict)>,
    counts: Counts,
}

/// One tick that was made again and is as the server made it.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    pub record: &'a ServerTick,
    pub events: &'a [Event],
    /// Shots of this tick.
    pub shots: &'a [proto::Shot],
    /// The match that began with this tick.
    pub began: Option<&'a MatchBegan>,
}

/// What was compared so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub ticks: u64,
    /// Whole worlds that were compared field by field.
    pub keyframes: u64,
    /// Shots whose evidence was found again, and those that look back further than the replay began.
    pub shots_judged_again: u64,
    pub shots_by_record: u64,
}

/// Why a trace cannot be replayed at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    #[error(
        "this trace is of format {0}, and this program makes the ticks of format {FORMAT} again: use the version that wrote it"
    )]
    Format(u32),
    #[error("the header says {0} ticks per second, which no server makes")]
    Rate(u32),
    #[error("there is no keyframe to begin at: a server writes one as soon as it records, and every 5 s")]
    NoKeyframe,
    #[error("tick {0} is of a match whose beginning, and map, is not in this trace")]
    NoMatch(u32),
    #[error("the map of the match that began at tick {tick} cannot be read: {problem}")]
    Map { tick: u32, problem: String },
    #[error("'{0}' has a value that no server writes")]
    State(&'static str),
}

impl<'t> Replay<'t> {
    /// At the first keyframe.
    pub fn new(trace: &'t ServerTrace) -> Result<Replay<'t>, ReplayError> {
        Replay::begin(trace, trace.keyframes.first().ok_or(ReplayError::NoKeyframe)?)
    }

    /// Goes on from the last keyframe before `tick`, so that some steps later, perhaps none, the world is that of `tick`; if
    /// there is none so early, from the first one.
    pub fn at(trace: &'t ServerTrace, tick: u32) -> Result<Replay<'t>, ReplayError> {
        let before = trace.keyframes.iter().rev().find(|keyframe| tick_of(keyframe) <= tick);
        Replay::begin(trace, before.or(trace.keyframes.first()).ok_or(ReplayError::NoKeyframe)?)
    }

    fn begin(trace: &'t ServerTrace, keyframe: &Keyframe) -> Result<Replay<'t>, ReplayError> {
        if trace.header.format != FORMAT {
            return Err(ReplayError::Format(trace.header.format));
        }
        let hz = trace.header.tick_rate_hz;
        let rate = TickRate::new(hz).map_err(|_| ReplayError::Rate(hz))?;
        let tick = tick_of(keyframe);
        let began = match_of(trace, tick).ok_or(ReplayError::NoMatch(tick))?;
        let arena = arena(began)?;
        let world = state::world(keyframe.world.as_ref().ok_or(ReplayError::State("world"))?, rate, &arena)?;
        let capacity = world.players.len();
        let past = if began.tick == tick {
            // The first tick of a match: nobody can have seen anything before.
            Past::of_match(&first_world(began, rate, &arena)?)
        } else {
            Past::unknown(capacity, Tick(tick))
        };
        Ok(Replay {
            trace,
            rate,
            arena,
            past,
            next: trace.ticks.partition_point(|record| record.tick <= tick),
            at_keyframe: true,
            inputs: vec![None; capacity],
            stamps: vec![None; capacity],
            events: Vec::new(),
            evidence: Vec::new(),
            verdicts: Vec::new(),
            counts: Counts::default(),
            world,
        })
    }

    /// Makes the next tick; `None` = the trace is over. After a divergence the replay has nothing more to say.
    pub fn step(&mut self) -> Option<Result<Step<'_>, Divergence>> {
        self.step_heard(&|_| ())
    }

    /// The same; `listener` hears every recorded shot at the moment it is judged.
    pub fn step_heard(&mut self, listener: &Listener<'_, 't>) -> Option<Result<Step<'_>, Divergence>> {
        let record = self.trace.ticks.get(self.next)?;
        let outcome = self.make(record, listener);
        self.next = if outcome.is_ok() { self.next + 1 } else { self.trace.ticks.len() };
        Some(outcome.map(|began| Step { record, events: &self.events, shots: self.shots_of(record.tick), began }))
    }

    /// The state of the tick made last, before anything else changed it.
    pub fn world(&self) -> &World {
        &self.world
    }

    pub fn arena(&self) -> &Arc<Arena> {
        &self.arena
    }

    /// The states before, as far as they are known.
    pub fn history(&self) -> &History {
        &self.past.history
    }

    /// What was compared so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    // --- one tick

    fn make(
        &mut self,
        record: &'t ServerTick,
        listener: &Listener<'_, 't>,
    ) -> Result<Option<&'t MatchBegan>, Divergence> {
        let expected = self.world.tick.plus(1).0;
        if record.tick != expected {
            return Err(Divergence::missing(expected, record.tick));
        }
        let began = self.change(record)?;
        self.take_inputs(record)?;
        self.advance(record, listener)?;
        self.past.remember(&self.world);
        self.compare(record)?;
        self.compare_shots(record)?;
        self.counts.ticks += 1;
        Ok(began)
    }

    /// All that happened between the ticks.
    fn change(&mut self, record: &'t ServerTick) -> Result<Option<&'t MatchBegan>, Divergence> {
        let keyframe = self.keyframe_at(self.world.tick);
        let is = |kind: Kind| record.changes.iter().any(|change| change.kind() == kind);
        let began = is(Kind::NextMatch).then(|| match_of(self.trace, self.world.tick.0)).flatten();
        if std::mem::take(&mut self.at_keyframe) {
            return Ok(began);
        }
        for change in &record.changes {
            self.apply(record.tick, change)?;
        }
        match keyframe {
            Some(keyframe) if is(Kind::Set) => self.set(record.tick, keyframe)?,
            None if is(Kind::Set) => {
                return Err(Divergence::of_record(record.tick, "changes", "no keyframe says to what"));
            }
            Some(keyframe) => {
                Divergence::between_worlds(keyframe, &self.world)?;
                self.counts.keyframes += 1;
            }
            None => {}
        }
        Ok(began)
    }

    fn apply(&mut self, tick: u32, change: &proto::Change) -> Result<(), Divergence> {
        let impossible = || Divergence::of_record(tick, "changes", &format!("{change:?} cannot be done to this world"));
        let slot = Slot(u16::try_from(change.slot).map_err(|_| impossible())?);
        let side = state::team(change.team).map_err(|_| impossible())?;
        let change = match (change.kind(), side) {
            (Kind::Join, side) => Change::Join { slot, side },
            (Kind::Leave, _) => Change::Leave { slot },
            (Kind::Side, Some(team)) => Change::Side { slot, team },
            (Kind::NextMatch, _) => return self.begin_match(tick),
            (Kind::Set, _) => return Ok(()),
            (Kind::Side | Kind::Unknown, _) => return Err(impossible()),
        };
        if !self.world.allows(change) {
            return Err(impossible());
        }
        self.world.apply(&self.arena, change);
        if let Change::Join { slot, .. } = change {
            self.past.seat(slot, self.world.tick);
        }
        Ok(())
    }

    fn begin_match(&mut self, tick: u32) -> Result<(), Divergence> {
        let refuse = |error: ReplayError| Divergence::of_record(tick, "changes", &error.to_string());
        let now = self.world.tick.0;
        let began = match_of(self.trace, now).filter(|began| began.tick == now);
        let began = began.ok_or(ReplayError::NoMatch(tick)).map_err(refuse)?;
        if began.map_hash != self.arena.hash().0 {
            self.arena = arena(began).map_err(refuse)?;
        }
        self.world = first_world(began, self.rate, &self.arena).map_err(refuse)?;
        self.past = Past::of_match(&self.world);
        self.inputs.resize(self.world.players.len(), None);
        self.stamps.resize(self.world.players.len(), None);
        Ok(())
    }

    /// The world becomes that of a keyframe.
    fn set(&mut self, tick: u32, keyframe: &Keyframe) -> Result<(), Divergence> {
        let refuse = |error: ReplayError| Divergence::of_record(tick, "keyframe", &error.to_string());
        let state = keyframe.world.as_ref().ok_or(ReplayError::State("world")).map_err(refuse)?;
        let world = state::world(state, self.rate, &self.arena).map_err(refuse)?;
        if world.players.len() != self.world.players.len() || world.tick != self.world.tick {
            return Err(refuse(ReplayError::State("capacity")));
        }
        if world.hash() != keyframe.state_hash {
            return Err(Divergence::of_record(tick, "keyframe", "its hash is not that of its world"));
        }
        self.world = world;
        Ok(())
    }

    /// Those that were written down, if they are those that the server took its sums of.
    fn take_inputs(&mut self, record: &ServerTick) -> Result<(), Divergence> {
        if let Some(altered) = sums::altered(record) {
            return Err(Divergence::of_inputs(record, altered));
        }
        inputs::read_inputs(record, &mut self.inputs)
            .map_err(|error| Divergence::of_record(record.tick, "inputs", &error.to_string()))?;
        for (stamp, input) in self.stamps.iter_mut().zip(&self.inputs) {
            *stamp = input.and_then(|input| input.view);
        }
        Ok(())
    }

    fn advance(&mut self, record: &ServerTick, listener: &Listener<'_, 't>) -> Result<(), Divergence> {
        let Some(rules) = rules(self.trace, record.tick) else {
            return Err(Divergence::of_record(record.tick, "rules", "the trace does not say how its shots are judged"));
        };
        self.events.clear();
        self.evidence.clear();
        let evidence = std::mem::take(&mut self.evidence);
        let recorded = Recorded::of(self.trace, shots_of(self.trace, record.tick), &self.past.seated);
        let again =
            LagCompensation::new(&self.past.history, &self.arena, &recorded, &self.stamps, rules, self.rate, evidence);
        let judge = ReplayJudge { again: &again, recorded: &recorded, known_from: self.past.known_from };
        let bench = Bench {
            judge: &judge,
            history: &self.past.history,
            recorded: &recorded,
            stamps: &self.stamps,
            rules,
            known_from: self.past.known_from,
            listener,
        };
        let noting = Noting::new(&bench);
        step(&mut self.world, &self.arena, &self.inputs, &noting, &mut self.events);
        self.verdicts = noting.into_verdicts();
        self.evidence = again.into_evidence();
        Ok(())
    }

    // --- comparing

    /// The state just made.
    fn compare(&self, record: &ServerTick) -> Result<(), Divergence> {
        let checks = self.world.checks();
        if checks.whole != record.state_hash
            || checks.players != record.player_checks
            || checks.fields != record.field_checks
        {
            return Err(Divergence::between_checks(record, &self.world, &checks));
        }
        Ok(())
    }

    /// The evidence of each shot of this tick.
    fn compare_shots(&mut self, record: &ServerTick) -> Result<(), Divergence> {
        let shots = self.shots_of(record.tick);
        let known_from = self.past.known_from;
        let mut judged = self.evidence.iter();
        for shot in shots {
            if oldest_needed(shot) < known_from {
                self.counts.shots_by_record += 1;
                continue;
            }
            let again = judged.find(|again| u32::from(again.shooter.0) == shot.shooter);
            let Some(again) = again else { return Err(Divergence::of_shot(shot, "shooter", "a shot", "no shot")) };
            let mut expected = of_evidence(again);
            if let Some((_, verdict)) = self.verdicts.iter().find(|(slot, _)| *slot == again.shooter) {
                note_hits(&mut expected, verdict);
            }
            if let Some((field, recorded, replayed)) = difference(shot, &expected) {
                return Err(Divergence::of_shot(shot, field, &recorded, &replayed));
            }
            self.counts.shots_judged_again += 1;
        }
        let is_recorded = |again: &&ShotEvidence| shots.iter().any(|shot| shot.shooter == u32::from(again.shooter.0));
        match self.evidence.iter().find(|again| !is_recorded(again)) {
            Some(again) => Err(Divergence::of_shot(&of_evidence(again), "shooter", "no shot", "a shot")),
            None => Ok(()),
        }
    }

    fn shots_of(&self, tick: u32) -> &'t [proto::Shot] {
        shots_of(self.trace, tick)
    }

    fn keyframe_at(&self, tick: Tick) -> Option<&'t Keyframe> {
        let keyframes = &self.trace.keyframes;
        let index = keyframes.partition_point(|keyframe| tick_of(keyframe) < tick.0);
        keyframes.get(index).filter(|keyframe| tick_of(keyframe) == tick.0)
    }
}

/// Shots stand in the order of their ticks.
fn shots_of(trace: &ServerTrace, tick: u32) -> &[proto::Shot] {
    let from = trace.shots.partition_point(|shot| shot.tick < tick);
    let count = trace.shots[from..].partition_point(|shot| shot.tick == tick);
    &trace.shots[from..from + count]
}

fn tick_of(keyframe: &Keyframe) -> u32 {
    keyframe.world.as_ref().map_or(0, |world| world.tick)
}

/// The match that state `tick`, with all that happens after it before the next step, belongs to.
fn match_of(trace: &ServerTrace, tick: u32) -> Option<&MatchBegan> {
    trace.matches.iter().rev().find(|began| began.tick <= tick)
}

fn arena(began: &MatchBegan) -> Result<Arc<Arena>, ReplayError> {
    let refuse = |problem: String| ReplayError::Map { tick: began.tick, problem };
    if MapHash::of(&began.map).0 != *began.map_hash {
        return Err(refuse("it is not the one that its hash names".to_owned()));
    }
    Arena::parse(&began.map_name, &began.map).map(Arc::new).map_err(|error| refuse(error.problem))
}

/// Before anybody is in it.
fn first_world(began: &MatchBegan, rate: TickRate, arena: &Arena) -> Result<World, ReplayError> {
    let capacity = began.capacity as usize;
    if !(1..=tickshot_shared::limits::PLAYERS_MAX).contains(&capacity) {
        return Err(ReplayError::State("capacity"));
    }
    let options = state::options(began.options.as_ref().ok_or(ReplayError::State("options"))?)?;
    Ok(World::for_match(capacity, arena.pickups().len(), rate, began.seed, Tick(began.tick), options))
}

/// How shots of `tick` are judged.
fn rules(trace: &ServerTrace, tick: u32) -> Option<MatchRules> {
    let rules = trace.rules.iter().rev().find(|rules| rules.tick < tick)?;
    Some(MatchRules {
        experiments: rules.experiments,
        hit_checks: *HitCheck::ALL.get(rules.hit_checks as usize)?,
        rewind_ms: u16::try_from(rules.rewind_ms).ok().filter(|ms| *ms <= REWIND_MS_CAP_MAX)?,
    })
}
