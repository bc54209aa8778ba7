//! Prediction meets truth: compares the own state of a snapshot with the predicted one, replaces it if they differ, says by
//! how much and why, and hides what would be seen of it.
//!
//! Time line: a snapshot of tick *P* carries the exact own state *P* and counts the ticks that were made without our input.
//! Between two snapshots (every tick, or more if some were lost) those counters tell what happened that no prediction can
//! know: a tick without our input, a hit. What nothing explains is a defect, and called so.

use crate::input_log::InputLog;
use crate::predict::{Predictor, agree};
use glam::{IVec2, Vec2};
use serde::Serialize;
use tickshot_shared::protocol::server_msg::InputUse;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::pose::TELEPORT_UNITS;
use tickshot_shared::sim::world::Player;
use tickshot_shared::tick::Tick;

/// Why a predicted state was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// First state of this player: nothing was predicted. Not a misprediction.
    Join,
    /// The server put the player back into the world, or, for a new round, elsewhere in it. Not a misprediction.
    Respawn,
    /// The server killed the player while it walked on here.
    Death,
    /// A hit or a burst pushed the player.
    KnockBack,
    /// The server did not have an input in time and used another.
    LateInput,
    /// The player took something that lay about, before others could. Nothing that it did was predicted wrong.
    Pickup,
    /// Nothing known explains it: a defect.
    Unexplained,
}

impl Reason {
    pub const ALL: [Reason; 7] = [
        Reason::Join,
        Reason::Respawn,
        Reason::Death,
        Reason::KnockBack,
        Reason::LateInput,
        Reason::Pickup,
        Reason::Unexplained,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Reason::Join => "join",
            Reason::Respawn => "respawn",
            Reason::Death => "death",
            Reason::KnockBack => "knock_back",
            Reason::LateInput => "late_input",
            Reason::Pickup => "pickup",
            Reason::Unexplained => "unexplained",
        }
    }

    /// Was something predicted that turned out wrong (so that its size says how good prediction is)?
    pub fn is_misprediction(self) -> bool {
        !matches!(self, Reason::Join | Reason::Respawn | Reason::Pickup)
    }

    /// Does it begin or end a life? Then even who does not reconcile has to follow.
    pub fn is_of_life(self) -> bool {
        matches!(self, Reason::Join | Reason::Respawn | Reason::Death)
    }
}

/// One replacement of the predicted state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Correction {
    pub tick: Tick,
    pub reason: Reason,
    /// Distance between the predicted and the true position of that tick, world units, rounded.
    pub units: u32,
    /// Both positions, world units.
    pub predicted: IVec2,
    pub truth: IVec2,
}

/// Compares once per snapshot, in tick order.
#[derive(Clone, Debug, Default)]
pub struct Reconciler {
    /// The newest own state that the server told.
    confirmed: Option<Truth>,
    /// Why the prediction has been left wrong since a difference that was not to be replaced.
    left_wrong: Option<Reason>,
}

/// The own state of one snapshot.
#[derive(Clone, Copy, Debug)]
pub struct Truth {
    pub tick: Tick,
    pub player: Player,
    /// What became of the input of this tick.
    pub input_use: InputUse,
    /// Ticks that the server made without an input of ours, modulo 256.
    pub starved: u8,
}

impl Reconciler {
    /// Newest own state the server told us, and its tick.
    pub fn confirmed(&self) -> Option<(Tick, &Player)> {
        self.confirmed.as_ref().map(|truth| (truth.tick, &truth.player))
    }

    /// Takes the own state of a snapshot. Older ones than the newest compared are ignored. `None` = the prediction was
    /// right, or there was none to be wrong, or it stays as it is because `replaces` is false (a life's begin and end
    /// replace it all the same).
    pub fn handle_truth(
        &mut self,
        truth: &Truth,
        replaces: bool,
        predictor: &mut Predictor,
        log: &InputLog,
        arena: &Arena,
    ) -> Option<Correction> {
        let before = self.confirmed;
        let tick = truth.tick;
        if before.is_some_and(|before| tick <= before.tick) {
            return None;
        }
        self.confirmed = Some(*truth);
        // After a stall of ours the server may be ahead of all we predicted: compare with where we would have stood.
        let Some(predicted) = predictor.at(tick).or_else(|| predictor.newest().map(|(_, p)| p)).copied() else {
            predictor.replace(tick, truth.player, log, arena);
            let pos = truth.player.pos;
            return Some(Correction { tick, reason: Reason::Join, units: 0, predicted: pos, truth: pos });
        };
        if predictor.at(tick).is_some_and(|predicted| agree(predicted, &truth.player)) {
            predictor.adopt(tick, &truth.player);
            self.left_wrong = None;
            return None;
        }
        let reason = match reason_of(&predicted, truth, before.as_ref()) {
            Reason::Unexplained => self.left_wrong.unwrap_or(Reason::Unexplained),
            reason => reason,
        };
        if !replaces && !reason.is_of_life() && predictor.at(tick).is_some() {
            predictor.adopt(tick, &truth.player);
            self.left_wrong = Some(reason);
            return None;
        }
        self.left_wrong = None;
        predictor.replace(tick, truth.player, log, arena);
        if agree(&predicted, &truth.player) {
            return None;
        }
        let (predicted, truth) = (predicted.pos, truth.player.pos);
        Some(Correction { tick, reason, units: distance(predicted, truth), predicted, truth })
    }
}

fn reason_of(predicted: &Player, truth: &Truth, before: Option<&Truth>) -> Reason {
    let changed = |of: fn(&Truth) -> u8| before.is_some_and(|before| of(before) != of(truth));
    match (predicted.alive, truth.player.alive) {
        (true, false) => Reason::Death,
        (false, true) => Reason::Respawn,
        // A round begins, for the living too.
        _ if truth.player.frozen_ticks > predicted.frozen_ticks => Reason::Respawn,
        _ if truth.input_use != InputUse::Used || changed(|t| t.starved) => Reason::LateInput,
        _ if changed(|t| t.player.hurt_seq) => Reason::KnockBack,
        _ if changed(|t| t.player.pickup_seq) => Reason::Pickup,
        _ if is_moved(predicted, truth, before) => Reason::Respawn,
        _ => Reason::Unexplained,
    }
}

/// Both the prediction and the server's own last word are further off than anybody walks: it was put elsewhere.
fn is_moved(predicted: &Player, truth: &Truth, before: Option<&Truth>) -> bool {
    let far = |from: &Player| distance(from.pos, truth.player.pos) > TELEPORT_UNITS as u32;
    far(predicted) && before.is_some_and(|before| far(&before.player))
}

fn distance(a: IVec2, b: IVec2) -> u32 {
    let d = (a - b).as_i64vec2();
    ((d.x * d.x + d.y * d.y) as f64).sqrt().round() as u32
}

/// Hides a correction: what is drawn stays where it was and glides to where it belongs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Smoothing {
    /// Drawn minus true position, world units.
    offset: Vec2,
}

impl Smoothing {
    /// The state under the drawn player moved from `before` to `after` (world units). A teleport is shown as one.
    pub fn absorb(&mut self, before: Vec2, after: Vec2) {
        let offset = self.offset + before - after;
        self.offset = if offset.abs().max_element() > TELEPORT_UNITS as f32 { Vec2::ZERO } else { offset };
    }

    pub fn snap(&mut self) {
        self.offset = Vec2::ZERO;
    }

    /// `seconds` have passed: 95 % of an error is gone after 0.1 s, at any frame rate.
    pub fn decay(&mut self, seconds: f32) {
        self.offset *= (-seconds.max(0.0) / DECAY_S).exp();
    }

    pub fn offset(&self) -> Vec2 {
        self.offset
    }
}

/// Time constant of the glide: e^-3 = 5 % is left after 100 ms.
const DECAY_S: f32 = 0.1 / 3.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_error_glides_away_alike_at_any_frame_rate_and_a_teleport_snaps() {
        let left_after = |frames: usize| {
            let mut smoothing = Smoothing::default();
            smoothing.absorb(Vec2::new(100.0, 0.0), Vec2::ZERO);
            assert_eq!(smoothing.offset(), Vec2::new(100.0, 0.0));
            (0..frames).for_each(|_| smoothing.decay(0.1 / frames as f32));
            smoothing.offset().x
        };
        assert!((left_after(3) - left_after(24)).abs() < 0.01);
        assert!((4.0..6.0).contains(&left_after(6)));
        let mut smoothing = Smoothing::default();
        smoothing.absorb(Vec2::new(5000.0, 0.0), Vec2::ZERO);
        assert_eq!(smoothing.offset(), Vec2::ZERO);
    }
}
