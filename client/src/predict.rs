//! The own player ahead of the server: its predicted state of every tick that has an input.
//!
//! Time line: the newest snapshot told state *P* exactly; inputs *P+1 ..= N* are on their way; so states *P+1 ..= N* are
//! what the server will compute if they arrive in time. The dead do not move, and come back only by the server's word.
//! Must not know packets or drawing.

use crate::input_log::InputLog;
use tickshot_shared::limits::HISTORY_TICKS;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::step::{OwnDeeds, predict_own};
use tickshot_shared::sim::world::Player;
use tickshot_shared::tick::{Tick, TickRate};

/// Ring of predicted own states by tick, without gaps from the newest confirmed one to the newest predicted one.
#[derive(Clone, Debug)]
pub struct Predictor {
    rate: TickRate,
    ring: Vec<Option<(Tick, Player)>>,
    newest: Option<Tick>,
}

impl Predictor {
    pub fn new(rate: TickRate) -> Predictor {
        Predictor { rate, ring: vec![None; HISTORY_TICKS], newest: None }
    }

    pub fn at(&self, tick: Tick) -> Option<&Player> {
        match &self.ring[row_of(tick)] {
            Some((held, player)) if *held == tick => Some(player),
            _ => None,
        }
    }

    pub fn newest(&self) -> Option<(Tick, &Player)> {
        let tick = self.newest?;
        self.at(tick).map(|player| (tick, player))
    }

    /// Predicts every state up to `tick` from the inputs in `log`. Returns what the player does in `tick` itself.
    ///
    /// Does nothing without a confirmed state to start from, or if that is over [`HISTORY_TICKS`] behind (`confirmed`):
    /// the server has been silent so long that walking on would be fiction.
    pub fn advance(&mut self, tick: Tick, confirmed: Tick, log: &InputLog, arena: &Arena) -> OwnDeeds {
        let mut deeds = OwnDeeds::default();
        if tick.since(confirmed).is_none_or(|ahead| ahead as usize >= HISTORY_TICKS) {
            return deeds;
        }
        while let Some((newest, player)) = self.newest()
            && newest < tick
        {
            let (next, mut player) = (newest.plus(1), *player);
            deeds = self.apply(next, &mut player, log, arena);
            self.put(next, player);
        }
        deeds
    }

    /// State `tick` is `truth`, exactly. Predicts all later ones again.
    pub fn replace(&mut self, tick: Tick, truth: Player, log: &InputLog, arena: &Arena) {
        let newest = self.newest;
        self.put(tick, truth);
        if let Some(newest) = newest {
            self.advance(newest, tick, log, arena);
        }
    }

    /// State `tick` was predicted right: takes over what only the server knows, here and in all later states.
    pub fn adopt(&mut self, tick: Tick, truth: &Player) {
        let Some(newest) = self.newest else { return };
        for t in tick.0..=newest.0 {
            if let Some((held, player)) = &mut self.ring[row_of(Tick(t))]
                && *held == Tick(t)
            {
                adopt_server_fields(player, truth);
            }
        }
    }

    fn apply(&self, tick: Tick, player: &mut Player, log: &InputLog, arena: &Arena) -> OwnDeeds {
        let input = log.assumed(tick, player);
        predict_own(player, arena, self.rate, &input)
    }

    fn put(&mut self, tick: Tick, player: Player) {
        self.ring[row_of(tick)] = Some((tick, player));
        self.newest = Some(tick);
    }
}

/// Do `a` and `b` agree in everything that a prediction can know?
pub fn agree(a: &Player, b: &Player) -> bool {
    let body = |p: &Player| (p.pos, p.vel, p.heading, p.aim, p.alive, p.dash_ticks, p.dash_cooldown, p.frozen_ticks);
    let arms = |p: &Player| (p.weapon, p.shot_seq, p.fire_cooldown, p.magazines, p.reserves, p.reload_ticks);
    body(a) == body(b) && arms(a) == arms(b)
}

fn adopt_server_fields(player: &mut Player, truth: &Player) {
    player.health = truth.health;
    player.armour = truth.armour;
    player.respawn_ticks = truth.respawn_ticks;
    player.hits = truth.hits;
    player.hurt_seq = truth.hurt_seq;
    player.hurt_from = truth.hurt_from;
    player.pickup_seq = truth.pickup_seq;
    player.team = truth.team;
    player.kills = truth.kills;
    player.deaths = truth.deaths;
}

fn row_of(tick: Tick) -> usize {
    tick.0 as usize % HISTORY_TICKS
}
