//! Things to draw once: what changes between two states of a player as display now passes from one to the next.
//!
//! Time line: the others' shots, deaths and spawns happen on screen when display now reaches the snapshot that told them,
//! so that they fit the bodies drawn; the own player's when the snapshot arrives. Must not know how anything is drawn.

use crate::view::Effect;
use glam::Vec2;
use tickshot_shared::limits::UNITS_PER_METRE;
use tickshot_shared::protocol::ring::SnapshotRing;
use tickshot_shared::protocol::server_msg::Snapshot;
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::rules::SHOT_RANGE_STEP_UNITS;
use tickshot_shared::sim::weapon::Weapon;
use tickshot_shared::sim::world::{Player, Slot};
use tickshot_shared::tick::Tick;

/// Remembers what the screen has shown of each player.
#[derive(Clone, Debug)]
pub struct Passing {
    passed: Option<Tick>,
    /// `seen[slot]`: its state in the snapshot passed last; `None` if that did not tell of it.
    seen: Vec<Option<Player>>,
}

impl Passing {
    pub fn new(capacity: usize) -> Passing {
        Passing { passed: None, seen: vec![None; capacity] }
    }

    /// Display now has reached snapshot `tick`: appends what the snapshots since the last call tell of others.
    pub fn advance(&mut self, ring: &SnapshotRing, tick: Tick, out: &mut Vec<Effect>) {
        let Some(passed) = self.passed else {
            self.passed = Some(tick);
            if let Some(snapshot) = ring.at(tick) {
                self.pass(snapshot, &mut Vec::new());
            }
            return;
        };
        if tick <= passed {
            return;
        }
        self.passed = Some(tick);
        for snapshot in ring.between(passed.plus(1), tick) {
            self.pass(snapshot, out);
        }
    }

    fn pass(&mut self, snapshot: &Snapshot, out: &mut Vec<Effect>) {
        let mut entities = snapshot.entities.iter().peekable();
        for (index, seen) in self.seen.iter_mut().enumerate() {
            let slot = Slot(index as u16);
            let now = entities.next_if(|entity| entity.slot == slot).map(|entity| entity.player);
            if let (Some(before), Some(now)) = (&*seen, &now) {
                changes(slot, before, now, out);
            }
            *seen = now;
        }
    }
}

/// What happened to `slot` between two states of it. Several shots between them show as the latest.
fn changes(slot: Slot, before: &Player, now: &Player, out: &mut Vec<Effect>) {
    if before.shot_seq != now.shot_seq {
        let range = i32::from(now.shot_range) * SHOT_RANGE_STEP_UNITS;
        out.push(shot(slot, now.weapon, now.pos.as_vec2(), Turn(now.aim << 6), range, false));
    }
    match (before.alive, now.alive) {
        (true, false) => out.push(Effect::Died { slot: slot.0, pos: metres(now.pos.as_vec2()) }),
        (false, true) => out.push(Effect::Spawned { slot: slot.0, pos: metres(now.pos.as_vec2()) }),
        _ => {}
    }
}

/// What happened to the own player between two states the server told, and how many hits it confirmed.
pub fn own_changes(slot: Slot, before: &Player, now: &Player, out: &mut Vec<Effect>) -> u8 {
    let hits = now.hits.wrapping_sub(before.hits);
    if hits > 0 {
        out.push(Effect::HitConfirmed);
    }
    if before.hurt_seq != now.hurt_seq {
        out.push(Effect::Hurt { from_angle: Turn(u16::from(now.hurt_from) << 10).radians() });
    }
    match (before.alive, now.alive) {
        (true, false) => out.push(Effect::Died { slot: slot.0, pos: metres(now.pos.as_vec2()) }),
        (false, true) => out.push(Effect::Spawned { slot: slot.0, pos: metres(now.pos.as_vec2()) }),
        _ => {}
    }
    hits
}

/// The own shots between two states the server told, for who does not predict them: the latest stands for all.
pub fn own_shots(slot: Slot, before: &Player, now: &Player, out: &mut Vec<Effect>) {
    if before.shot_seq != now.shot_seq {
        let range = i32::from(now.shot_range) * SHOT_RANGE_STEP_UNITS;
        out.push(shot(slot, now.weapon, now.pos.as_vec2(), Turn(now.aim << 6), range, true));
    }
}

/// A tracer from the edge of the body at `from` (world units) along `aim`.
pub fn shot(slot: Slot, weapon: Weapon, from: Vec2, aim: Turn, range_units: i32, own: bool) -> Effect {
    let direction = aim.direction().as_vec2() / 32768.0;
    let start = (Player::RADIUS as f32).min(range_units as f32);
    Effect::Shot {
        slot: slot.0,
        weapon,
        ray: 0,
        from: metres(from + direction * start),
        to: metres(from + direction * range_units as f32),
        own,
    }
}

/// World units to metres.
pub fn metres(units: Vec2) -> Vec2 {
    units / UNITS_PER_METRE as f32
}
