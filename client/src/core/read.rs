//! What may be asked of a session at any time. Nothing here changes it.

use super::{ClientCore, Phase};
use crate::ending::Ending;
use crate::play::Play;
use crate::roster::Roster;
use crate::stats::ClientStats;
use crate::talk::Talk;
use crate::view::{RulesView, Status, Switches};
use std::sync::Arc;
use std::time::Duration;
use tickshot_shared::ids::Id;
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::pose::Pose;
use tickshot_shared::sim::rocket::Rocket;
use tickshot_shared::sim::world::{Player, Slot};
use tickshot_shared::tick::{Tick, TickRate};

impl ClientCore {
    pub fn switches(&self) -> &Switches {
        &self.config.switches
    }

    pub fn status(&self) -> Status {
        match &self.phase {
            Phase::AwaitWelcome => Status::Connecting,
            Phase::LoadMap { download, .. } => {
                let (received, total) = download.progress();
                Status::LoadingMap(received, total)
            }
            Phase::Play(play) if !play.has_begun() => Status::LoadingMap(1, 1),
            Phase::Play(_) => Status::Playing,
            Phase::Ended { ending, .. } => Status::Ended(ending.to_string()),
        }
    }

    pub fn has_ended(&self) -> bool {
        self.ending().is_some()
    }

    /// Why it is over.
    pub fn ending(&self) -> Option<&Ending> {
        match &self.phase {
            Phase::Ended { ending, .. } => Some(ending),
            _ => None,
        }
    }

    pub fn stats(&self) -> &ClientStats {
        &self.stats
    }

    /// The match in play.
    pub fn match_id(&self) -> Id {
        self.match_id
    }

    /// What was said in it.
    pub fn talk(&self) -> &Talk {
        &self.talk
    }

    /// Whether shots pass through this player: one of our own side.
    pub fn is_friend(&self, slot: Slot) -> bool {
        self.play().is_some_and(|play| play.is_friend(slot))
    }

    /// Bit *i*: as the latest frame showed it, pickup *i* of the arena lies there.
    pub fn pickups(&self) -> u64 {
        self.play().map_or(0, Play::pickups)
    }

    /// Rockets told of at the time the latest frame showed, those of our own included.
    pub fn rockets(&self) -> &[Rocket] {
        self.play().map_or(&[], Play::rockets)
    }

    /// What the server allows and imposes.
    pub fn rules(&self) -> &RulesView {
        &self.rules
    }

    /// Would a shot along `aim` hit a body as the latest frame drew it?
    pub fn crosshair_on_enemy(&self, aim: Turn) -> bool {
        self.play().is_some_and(|play| play.crosshair_on_enemy(aim))
    }

    /// Shortest of the recent round trips; `None` before the first answer.
    pub fn rtt(&self) -> Option<Duration> {
        self.play()?.clocks().rtt()
    }

    /// The newest own state there is to steer by: predicted, unless prediction is off; `None` before the first spawn.
    pub fn own(&self) -> Option<(Slot, &Player)> {
        self.play()?.own()
    }

    /// Poses of the others as the latest frame showed them, in slot order.
    pub fn others(&self) -> &[(Slot, Pose)] {
        self.play().map_or(&[], |play| play.others())
    }

    /// Who is in the match.
    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    pub fn arena(&self) -> Option<&Arc<Arena>> {
        self.play().map(Play::arena)
    }

    pub fn rate(&self) -> TickRate {
        self.rate
    }

    /// Newest tick an input was produced for.
    pub fn input_tick(&self) -> Option<Tick> {
        self.play()?.input_tick()
    }

    /// The match, while it runs and after it ended.
    pub fn play(&self) -> Option<&Play> {
        match &self.phase {
            Phase::Play(play) => Some(play),
            Phase::Ended { last, .. } => last.as_deref(),
            _ => None,
        }
    }
}
