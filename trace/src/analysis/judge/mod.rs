//! The counterfactual referee: every recorded shot judged again, by the code that judged it, under other rules.
//!
//! Time line: the ticks of a trace are made again; where one judges a shot, the world is as it was then, and the shot is
//! judged once per [`Policy`]. What was decided stays decided: the replayed world goes on as it did, so every shot is held
//! against what really was. Only the shot itself is judged again. What would have followed is not: who had lived on would
//! have shot back, and who had died would not have.
//!
//! Must not know how a verdict comes about: that is [`tickshot_shared::lagcomp`]'s business.

mod policy;
mod recorded;
mod tally;
mod text;

#[cfg(test)]
mod tests;

pub use self::policy::{Case, Policy};
pub use self::tally::{Band, Flip, Otherwise, PlayerSwing, PolicyResult, Swing};

use serde::Serialize;

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
