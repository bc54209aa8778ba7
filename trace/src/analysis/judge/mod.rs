//! The counterfactual referee: every recorded shot judged again, by the code that judged it, under other rules.
//!
//! Time line: the ticks of a trace are made again; where one judges a shot, the world is as it was then, and the shot is
//! judged once per [`Policy`]. What was decided stays decided: the replayed world goes on as it did, so every shot is held
//! against what really was. Only the shot itself is judged again. What would have followed is not: who had lived on would
//! have shot back, and who had died would not have.
//!
//! Must not know how a verdict comes about: that is [`tickshot_shared::lagcomp`]'s business.

mod policy;
mod tally;
mod text;

#[cfg(test)]
mod tests;

pub use self::policy::Policy;
pub use self::tally::{Band, Flip, Otherwise, PlayerSwing, PolicyResult, Swing};

use self::policy::Case;
use self::tally::{Rejudged, Tally};
use crate::analysis::shots::words::handle;
use crate::model::ServerTrace;
use crate::replay::{Hearing, Replay, ReplayError};
use serde::Serialize;
use std::cell::RefCell;

/// Judges every shot of `trace` under every policy; `progress` is told of every tick: how many are done, of how many.
pub fn judge(trace: &ServerTrace, progress: &mut dyn FnMut(usize, usize)) -> Result<Judgement, ReplayError> {
    let mut replay = Replay::new(trace)?;
    let heard = RefCell::new(Heard::default());
    let mut done = 0;
    let stopped = loop {
        match replay.step_heard(&|hearing| heard.borrow_mut().hear(hearing)) {
            None => break None,
            Some(Err(divergence)) => break Some(divergence.to_string()),
            Some(Ok(_)) => {
                done += 1;
                progress(done, trace.ticks.len());
            }
        }
    };
    let Heard { rejudged, without_past } = heard.into_inner();
    let inconsistent: Vec<String> =
        rejudged.iter().filter(|it| it.victims[0] != it.was()).map(|it| handle(it.shot)).collect();
    let tally = Tally::new(trace, &rejudged);
    Ok(Judgement {
        shots: trace.shots.len(),
        judged: rejudged.len(),
        without_past,
        not_reached: trace.shots.len().saturating_sub(rejudged.len() + without_past),
        stopped,
        hits: rejudged.iter().filter(|it| it.was().is_some()).count(),
        inconsistent,
        policies: tally.policies(),
        flips: tally.flips(),
        players: tally.players(),
        by_picture_age: tally.by_picture_age(),
        by_round_trip: tally.by_round_trip(),
        caveats: CAVEATS.to_vec(),
    })
}

/// What has been judged so far.
#[derive(Default)]
struct Heard<'t> {
    rejudged: Vec<Rejudged<'t>>,
    without_past: usize,
}

impl<'t> Heard<'t> {
    fn hear(&mut self, hearing: &Hearing<'_, 't>) {
        if !hearing.past_is_known() {
            self.without_past += 1;
            return;
        }
        let judge = |rules| hearing.judge(rules);
        let case = Case { world: hearing.world, arena: hearing.arena, rules: hearing.rules, judge: &judge };
        let victims = Policy::ALL.map(|policy| policy.victim(&case));
        self.rejudged.push(Rejudged { shot: hearing.record, victims });
    }
}

/// All shots under all policies.
#[derive(Clone, Debug, Serialize)]
pub struct Judgement {
    /// Shots that the trace has evidence of.
    pub shots: usize,
    /// Those of them that were judged again: what everything below is of.
    pub judged: usize,
    /// Those that could not be: what they were judged by lies before the first keyframe, or the replay ended before.
    pub without_past: usize,
    pub not_reached: usize,
    /// Why the replay ended before the trace did.
    pub stopped: Option<String>,
    /// Hits as they were decided.
    pub hits: usize,
    /// Shots that the rules in force now decide otherwise than they did then: none, or the trace is not what was played.
    pub inconsistent: Vec<String>,
    /// In the order of [`Policy::ALL`].
    pub policies: Vec<PolicyResult>,
    /// Shots that at least one policy decides otherwise.
    pub flips: Vec<Flip>,
    pub players: Vec<PlayerSwing>,
    pub by_picture_age: Vec<Band>,
    pub by_round_trip: Vec<Band>,
    /// What this does not tell.
    pub caveats: Vec<&'static str>,
}

/// What no number here can tell.
const CAVEATS: [&str; 2] = [
    "Only the shot itself is judged again. What would have followed is not: who had lived on would have shot back, and who had \
     died would not have.",
    "Rockets fly in the present and the server's own bots see it: no rule here concerns them, and they are not counted.",
];
