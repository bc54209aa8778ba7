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
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::combat::{Shot, trace};
use tickshot_shared::sim::pose::TELEPORT_UNITS;
use tickshot_shared::sim::rules::{SHOT_RANGE_STEP_UNITS, SPEED_UNITS_PER_S};
use tickshot_shared::sim::step::OwnDeeds;
use tickshot_shared::sim::weapon::Weapon;
use tickshot_shared::sim::world::{Player, Slot};
use tickshot_shared::tick::{Tick, TickRate};

/// Remembers what the screen has shown of each player.
#[derive(Clone, Debug)]
pub struct Passing {
    passed: Option<Tick>,
    /// `seen[slot]`: its state in the snapshot passed last; `None` if that did not tell of it.
    seen: Vec<Option<Seen>>,
}

/// One other player in the snapshot passed last.
#[derive(Clone, Copy, Debug)]
struct Seen {
    told: Tick,
    player: Player,
    /// It moves faster than anybody walks.
    dashes: bool,
}

impl Passing {
    pub fn new(capacity: usize) -> Passing {
        Passing { passed: None, seen: vec![None; capacity] }
    }

    /// Display now has reached snapshot `tick`: appends what the snapshots since the last call tell of others.
    pub fn advance(&mut self, ring: &SnapshotRing, world: Around<'_>, tick: Tick, out: &mut Vec<Effect>) {
        let Some(passed) = self.passed else {
            self.passed = Some(tick);
            if let Some(snapshot) = ring.at(tick) {
                self.pass(snapshot, world, &mut Vec::new());
            }
            return;
        };
        if tick <= passed {
            return;
        }
        self.passed = Some(tick);
        for snapshot in ring.between(passed.plus(1), tick) {
            self.pass(snapshot, world, out);
        }
    }

    fn pass(&mut self, snapshot: &Snapshot, world: Around<'_>, out: &mut Vec<Effect>) {
        let mut entities = snapshot.entities.iter().peekable();
        for (index, seen) in self.seen.iter_mut().enumerate() {
            let slot = Slot(index as u16);
            let entity = entities.next_if(|entity| entity.slot == slot);
            let mut now = entity.map(|e| Seen { told: e.told, player: e.player, dashes: false });
            if let (Some(before), Some(now)) = (&*seen, &mut now) {
                now.dashes = moves_fast(before, now, world.rate);
                changes(slot, before, now, world, out);
            }
            *seen = now;
        }
    }
}

/// What effects of shots and dashes are worked out with.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    pub arena: &'a Arena,
    pub rate: TickRate,
}

/// Half as fast again as a walker, who may have been pushed.
fn moves_fast(before: &Seen, now: &Seen, rate: TickRate) -> bool {
    let Some(ticks) = now.told.since(before.told).filter(|ticks| *ticks > 0) else { return before.dashes };
    let moved = (now.player.pos - before.player.pos).as_i64vec2().length_squared();
    let walked = i64::from(SPEED_UNITS_PER_S) * i64::from(ticks) * 3 / (2 * i64::from(rate.hz()));
    moved > walked * walked && moved < i64::from(TELEPORT_UNITS).pow(2)
}

/// What happened to `slot` in the tick that made `now` of `before`: for who knows every state.
pub fn told_changes(slot: Slot, before: &Player, now: &Player, tick: Tick, world: Around<'_>, out: &mut Vec<Effect>) {
    let seen = |told, player: &Player| Seen { told, player: *player, dashes: player.dash_ticks > 0 };
    changes(slot, &seen(tick, before), &seen(tick, now), world, out);
}

/// What happened to `slot` between two states of it. Several shots between them show as the latest.
fn changes(slot: Slot, seen: &Seen, now: &Seen, world: Around<'_>, out: &mut Vec<Effect>) {
    if now.dashes && !seen.dashes {
        out.push(Effect::Dashed { slot: slot.0, pos: metres(now.player.pos.as_vec2()) });
    }
    let (before, tick, now) = (&seen.player, now.told, &now.player);
    if before.shot_seq != now.shot_seq {
        told_shot(slot, now, tick, world, false, out);
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
pub fn own_shots(slot: Slot, before: &Player, now: &Player, tick: Tick, world: Around<'_>, out: &mut Vec<Effect>) {
    if before.shot_seq != now.shot_seq {
        told_shot(slot, now, tick, world, true, out);
    }
}

/// The latest shot that a state of `tick` tells of. How far a single ray went is told; the rays of a fan, which everybody works
/// out alike, are drawn to the walls.
fn told_shot(slot: Slot, now: &Player, tick: Tick, world: Around<'_>, own: bool, out: &mut Vec<Effect>) {
    if now.weapon.table().rays == 0 {
        return;
    }
    let traced = trace(world.arena, now.pos, &Shot::new(slot, now.weapon, Turn(now.aim << 6), tick), [].into_iter());
    let told = i32::from(now.shot_range) * SHOT_RANGE_STEP_UNITS;
    let single = traced.rays().len() == 1;
    for (i, ray) in traced.rays().iter().enumerate() {
        let range = if single { told } else { ray.range_units };
        out.push(shot(slot, now.weapon, i as u8, now.pos.as_vec2(), ray.aim, range, own));
    }
}

/// What the own player did in one tick of prediction that left it `at`, beside shooting.
pub fn own_deeds(slot: Slot, at: &Player, deeds: OwnDeeds, out: &mut Vec<Effect>) {
    if deeds.dashed {
        out.push(Effect::Dashed { slot: slot.0, pos: metres(at.pos.as_vec2()) });
    }
    let [dry, began, done] = [Effect::DryFire, Effect::ReloadBegan, Effect::ReloadDone];
    let happened = [(deeds.dry, dry), (deeds.reload_began, began), (deeds.reload_done, done)];
    out.extend(happened.into_iter().filter(|(happened, _)| *happened).map(|(_, effect)| effect));
}

/// A tracer from the edge of the body at `from` (world units) along `aim`.
pub fn shot(slot: Slot, weapon: Weapon, ray: u8, from: Vec2, aim: Turn, range_units: i32, own: bool) -> Effect {
    let direction = aim.direction().as_vec2() / 32768.0;
    let start = (Player::RADIUS as f32).min(range_units as f32);
    Effect::Shot {
        slot: slot.0,
        weapon,
        ray,
        from: metres(from + direction * start),
        to: metres(from + direction * range_units as f32),
        own,
    }
}

/// World units to metres.
pub fn metres(units: Vec2) -> Vec2 {
    units / UNITS_PER_METRE as f32
}
