//! Who is in the match, and who killed whom lately.
//!
//! Bounded by the world's capacity and by the lines a kill feed shows. Must not know how messages travel.

use crate::view::{KillLine, RosterView};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;
use tickshot_shared::protocol::control::RosterEntry;
use tickshot_shared::sim::weapon::Weapon;
use tickshot_shared::sim::world::Slot;

/// Names, scores, latest kills.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    capacity: u16,
    entries: BTreeMap<Slot, RosterView>,
    kills: VecDeque<(Duration, KillLine)>,
}

impl Roster {
    pub fn new(capacity: u16) -> Roster {
        Roster { capacity, ..Roster::default() }
    }

    /// Adds or replaces a line; false if there is no such slot in this match.
    #[must_use]
    pub fn set(&mut self, entry: RosterEntry) -> bool {
        if entry.slot.0 >= self.capacity {
            return false;
        }
        let RosterEntry { slot, name, bot, kills, deaths, ping_ms, loss_pct, team, session } = entry;
        self.entries.insert(slot, RosterView { name, kills, deaths, ping_ms, loss_pct, team, session, bot });
        true
    }

    pub fn remove(&mut self, slot: Slot) {
        self.entries.remove(&slot);
    }

    /// `killer` killed `victim`, as we heard at `now`. Scores follow at once; the server's next roster settles them.
    pub fn handle_kill(&mut self, now: Duration, killer: Slot, victim: Slot, weapon: Weapon) {
        if let Some(entry) = self.entries.get_mut(&victim) {
            entry.deaths = entry.deaths.saturating_add(1);
        }
        if let Some(entry) = self.entries.get_mut(&killer).filter(|_| killer != victim) {
            entry.kills = entry.kills.saturating_add(1);
        }
        if self.kills.len() == KILL_LINES_MAX {
            self.kills.pop_front();
        }
        let name =
            |slot: Slot| self.entries.get(&slot).map_or_else(|| format!("player {}", slot.0), |e| e.name.clone());
        let line = KillLine {
            killer: killer.0,
            victim: victim.0,
            killer_name: name(killer),
            victim_name: name(victim),
            weapon,
            age_s: 0.0,
        };
        self.kills.push_back((now, line));
    }

    /// Everyone of the side that `slot` is on, itself too; `None` without sides.
    pub fn side_of(&self, slot: Slot) -> Option<Vec<Slot>> {
        let team = self.entries.get(&slot)?.team?;
        Some(self.entries.iter().filter(|(_, entry)| entry.team == Some(team)).map(|(slot, _)| *slot).collect())
    }

    /// Everyone, by slot.
    pub fn entries(&self) -> &BTreeMap<Slot, RosterView> {
        &self.entries
    }

    /// The latest kills that are not stale, oldest first.
    pub fn kill_feed(&self, now: Duration) -> impl Iterator<Item = KillLine> + '_ {
        self.kills
            .iter()
            .map(move |(at, line)| KillLine { age_s: now.saturating_sub(*at).as_secs_f32(), ..line.clone() })
            .filter(|line| line.age_s < KILL_LINE_S)
    }
}

/// Lines of the kill feed.
const KILL_LINES_MAX: usize = 6;
/// How long a line is worth reading, seconds.
const KILL_LINE_S: f32 = 8.0;

#[cfg(test)]
mod tests {
    use super::*;
    use tickshot_shared::ids::Id;

    #[test]
    fn the_feed_keeps_six_lines_and_forgets_old_ones() {
        let mut roster = Roster::new(4);
        for i in 0..9 {
            roster.handle_kill(Duration::from_secs(i), Slot(1), Slot(0), Weapon::Rifle);
        }
        let ages: Vec<f32> = roster.kill_feed(Duration::from_secs(12)).map(|line| line.age_s).collect();
        assert_eq!(ages, [7.0, 6.0, 5.0, 4.0]);
        assert_eq!(roster.kill_feed(Duration::from_secs(8)).count(), 6);
    }

    #[test]
    fn a_slot_outside_the_match_is_refused() {
        let entry = RosterEntry {
            slot: Slot(4),
            name: "x".into(),
            bot: false,
            kills: 0,
            deaths: 0,
            ping_ms: None,
            loss_pct: 0,
            team: None,
            session: Id::default(),
        };
        assert!(!Roster::new(4).set(entry.clone()));
        assert!(Roster::new(5).set(entry));
    }
}
