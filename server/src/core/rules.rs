//! What a match allows its clients to choose, what it imposes on them, and how they are told.
//!
//! Part of [`ServerCore`] because the answer to a wish depends on the match and on the session; must not know what a
//! hit check does.

use super::ServerCore;
use crate::sessions::Session;
use tickshot_shared::lagcomp::MatchRules;
use tickshot_shared::limits::LINK_TEXT_BYTES_MAX;
use tickshot_shared::protocol::control::ServerControl;
use tickshot_shared::protocol::evidence::ShotEvidence;

/// What a client wishes of its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The evidence of its shots.
    pub evidence: bool,
    /// A snapshot every so many ticks, at least 1.
    pub snapshot_every: u8,
}

impl Default for Wanted {
    fn default() -> Wanted {
        Wanted { evidence: false, snapshot_every: 1 }
    }
}

impl Wanted {
    /// What `session` gets of what it wants, under `rules`.
    pub(super) fn granted(rules: MatchRules, session: &Session) -> Wanted {
        if rules.experiments { session.wanted } else { Wanted::default() }
    }
}

impl ServerCore {
    /// The rules from the next tick on; everyone is told.
    pub fn set_rules(&mut self, rules: MatchRules) {
        self.setup.rules = rules;
        self.note_rules();
        for client_id in self.sessions.admitted().collect::<Vec<_>>() {
            self.tell_rules(client_id);
        }
    }

    /// The link of this client is conditioned from here, as `text` says (empty = no more): it is told so, for nobody shall
    /// take a simulated lag for a true one. False if there is no such client. The core only passes it on; whoever owns
    /// the sockets conditions.
    pub fn impose_link(&mut self, client_id: u64, text: &str) -> bool {
        let Some(session) = self.sessions.with_id_mut(client_id).filter(|session| session.slot().is_some()) else {
            return false;
        };
        text[..text.floor_char_boundary(LINK_TEXT_BYTES_MAX)].clone_into(&mut session.imposed_link);
        let link = session.imposed_link.clone();
        self.note_link(client_id, &link);
        self.tell_rules(client_id);
        true
    }

    /// Evidence of the shots of the latest tick that carried a view stamp, in the order in which they were judged.
    pub fn shots(&self) -> &[ShotEvidence] {
        &self.shots
    }

    /// Names the shots of this tick.
    pub(super) fn name_shots(&mut self) {
        let now = self.deadline(self.world.tick);
        for shot in &mut self.shots {
            shot.id = self.setup.ids.next(now);
        }
    }

    /// Counts the shots of this tick, and shows their evidence to the shooters that asked for it.
    pub(super) fn tell_shots(&mut self) {
        let (shots, rules) = (std::mem::take(&mut self.shots), self.setup.rules);
        for shot in &shots {
            self.metrics.shots.record(shot);
            let asked = |session: &Session| Wanted::granted(rules, session).evidence;
            if self.sessions.in_slot(shot.shooter).is_some_and(asked)
                && let Some(client_id) = self.sessions.id_in_slot(shot.shooter)
            {
                self.tell(client_id, &ServerControl::Shot(*shot));
            }
        }
        self.shots = shots;
    }

    pub(super) fn tell_rules(&mut self, client_id: u64) {
        let Some(session) = self.sessions.with_id_mut(client_id) else { return };
        let MatchRules { experiments, hit_checks: hits, rewind_ms } = self.setup.rules;
        let rules = ServerControl::Rules { experiments, hits, rewind_ms, imposed_link: session.imposed_link.clone() };
        self.tell(client_id, &rules);
    }
}
