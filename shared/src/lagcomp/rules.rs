//! How shots are judged, as data: what a match decides and a trace keeps.

use crate::limits::REWIND_MS_DEFAULT;
use crate::modes::HitCheck;

/// How shots are judged, and who has a say in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MatchRules {
    /// Each client chooses hit check and snapshot interval for itself.
    pub experiments: bool,
    /// The hit check of everyone, if there are no experiments.
    pub hit_checks: HitCheck,
    /// Shots reach back this far at most, milliseconds, 0..=[`crate::limits::REWIND_MS_CAP_MAX`].
    pub rewind_ms: u16,
}

impl Default for MatchRules {
    fn default() -> MatchRules {
        MatchRules { experiments: true, hit_checks: HitCheck::default(), rewind_ms: REWIND_MS_DEFAULT }
    }
}
