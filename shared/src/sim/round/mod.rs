//! What is played: rules of a match, its phases and its score, advanced by one tick with the world.
//!
//! Deathmatch is one live phase; elimination is played in rounds without respawn, each begun by a freeze. Part of the world,
//! so that a replay and a hash know it. What happens in a tick is in `advance`, who belongs to which side in `sides`. Must not
//! know clients, maps or votes.

mod advance;
mod sides;

pub(super) use self::advance::advance;

use super::rules;
use super::world::Player;
use crate::tick::{Tick, TickRate};
use serde::{Deserialize, Serialize};

/// What decides a match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum GameMode {
    /// Everyone for themselves; most kills win.
    #[default]
    Deathmatch,
    /// Two teams; who is out stays out until the round is over; best of N rounds.
    Elimination,
}

/// One of two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Team {
    Amber,
    Azure,
}

/// Limits of a match; 0 = no such limit, where that makes sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MatchOptions {
    pub mode: GameMode,
    /// Deathmatch: kills that end the match.
    pub score_limit: u16,
    /// Deathmatch: length of the match, seconds.
    pub time_limit_s: u16,
    /// Elimination: rounds of the match; whoever has won more than half of them has won.
    pub best_of: u8,
    /// Elimination: length of a round, seconds; then the side with more players left wins it, or nobody.
    pub round_s: u16,
    /// Nobody scores before this time is over, seconds, and while nobody is there to play against.
    pub warm_up_s: u16,
    /// Elimination: everyone stands still for so long at the start of a round, seconds.
    pub freeze_s: u16,
    /// From a round's end to the next, seconds.
    pub round_over_s: u16,
    /// From the end of a match to the next, seconds: time to read the scores and vote.
    pub match_over_s: u16,
    /// Shots hurt one's own side.
    pub friendly_fire: bool,
}

/// Where a match stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Phase {
    /// Everyone plays and comes back at once; nothing counts.
    #[default]
    WarmUp,
    /// A round is about to begin: nobody moves or fires.
    Freeze,
    Live,
    /// The round is decided: nobody is hurt any more.
    RoundOver,
    /// The match is decided; nobody is hurt any more.
    MatchOver,
}

/// The state of the match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Round {
    pub options: MatchOptions,
    pub phase: Phase,
    /// When the phase began, and when it ends at the latest; `None` = not by itself.
    pub since: Tick,
    pub ends: Option<Tick>,
    /// The round in play or just over, from 1; 0 before the first. A deathmatch is one round.
    pub number: u16,
    /// Rounds won, by [`Team`].
    pub wins: [u16; 2],
    /// Who won the round that is over, or the match in [`Phase::MatchOver`]; `None` = nobody (yet), or a draw.
    pub winner: Option<Winner>,
}

/// Who won.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Winner {
    Player(super::world::Slot),
    Team(Team),
}

impl GameMode {
    pub const ALL: [GameMode; 2] = [GameMode::Deathmatch, GameMode::Elimination];

    pub const fn name(self) -> &'static str {
        match self {
            GameMode::Deathmatch => "deathmatch",
            GameMode::Elimination => "elimination",
        }
    }

    pub const fn has_teams(self) -> bool {
        matches!(self, GameMode::Elimination)
    }
}

impl Team {
    pub const ALL: [Team; 2] = [Team::Amber, Team::Azure];

    pub const fn index(self) -> usize {
        self as usize
    }

    pub const fn other(self) -> Team {
        match self {
            Team::Amber => Team::Azure,
            Team::Azure => Team::Amber,
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Team::Amber => "Amber",
            Team::Azure => "Azure",
        }
    }
}

impl Default for MatchOptions {
    fn default() -> MatchOptions {
        MatchOptions {
            mode: GameMode::Deathmatch,
            score_limit: 30,
            time_limit_s: 600,
            best_of: 9,
            round_s: 120,
            warm_up_s: 0,
            freeze_s: 3,
            round_over_s: 4,
            match_over_s: 15,
            friendly_fire: false,
        }
    }
}

impl MatchOptions {
    /// What is usual for `mode`. Rounds do not begin before people had a moment to load the map.
    pub fn of(mode: GameMode) -> MatchOptions {
        let warm_up_s = if mode.has_teams() { 10 } else { 0 };
        MatchOptions { mode, warm_up_s, ..MatchOptions::default() }
    }

    /// A deathmatch that never ends: for measurements and tests.
    pub const ENDLESS: MatchOptions = MatchOptions {
        mode: GameMode::Deathmatch,
        score_limit: 0,
        time_limit_s: 0,
        best_of: 0,
        round_s: 0,
        warm_up_s: 0,
        freeze_s: 0,
        round_over_s: 0,
        match_over_s: 0,
        friendly_fire: false,
    };
}

impl Phase {
    /// May shots hurt?
    pub const fn hurts(self) -> bool {
        matches!(self, Phase::WarmUp | Phase::Live)
    }
}

impl Round {
    /// The start of a match whose first tick is `now`.
    pub fn new(options: MatchOptions, now: Tick, rate: TickRate) -> Round {
        let mut round =
            Round { options, phase: Phase::WarmUp, since: now, ends: None, number: 0, wins: [0; 2], winner: None };
        if options.mode == GameMode::Deathmatch && options.warm_up_s == 0 {
            (round.phase, round.number) = (Phase::Live, 1);
            round.ends = (options.time_limit_s > 0).then(|| now.plus(u32::from(options.time_limit_s) * rate.hz()));
        } else {
            round.ends = Some(now.plus(u32::from(options.warm_up_s.max(1)) * rate.hz()));
        }
        round
    }

    /// Do those who come, and those who die, come into the world while this phase lasts? If not, they are [`Player::OUT`]
    /// until the next round.
    pub const fn lets_in(&self) -> bool {
        !self.options.mode.has_teams() || matches!(self.phase, Phase::WarmUp | Phase::Freeze)
    }

    /// A player who has just come into the world in state `now`: too late for the round in play, or in time for its freeze.
    pub fn welcome(&self, player: &mut Player, now: Tick) {
        if !self.lets_in() {
            (player.alive, player.health, player.respawn_ticks) = (false, 0, Player::OUT);
        } else if let (Phase::Freeze, Some(left)) = (self.phase, self.ends.and_then(|ends| ends.since(now))) {
            player.frozen_ticks = frozen_ticks(left);
        }
    }

    /// [`Player::respawn_ticks`] of whoever dies now.
    pub const fn respawn_ticks(&self, rate: TickRate) -> u16 {
        if self.lets_in() { rules::respawn_ticks(rate) } else { Player::OUT }
    }
}

/// [`Player::frozen_ticks`] of a freeze with `left` ticks to come: its last tick still belongs to it.
fn frozen_ticks(left: u32) -> u16 {
    u16::try_from(left + 1).unwrap_or(u16::MAX)
}
