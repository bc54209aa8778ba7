//! What is seen behind the menu: a real match of bots, without anybody watching over a network.
//!
//! A server core of its own is stepped on the frame's clock and its states are drawn one tick late, blended like everybody's.
//! Must not know menus or sockets.

use crate::effects::{Around, metres, told_changes};
use crate::view::{Effect, OtherView, PickupView, RocketView, Status, ViewModel};
use bevy::prelude::Resource;
use std::sync::Arc;
use std::time::Duration;
use tickshot_server::core::{MatchSetup, ServerCore};
use tickshot_server::maps;
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::pose::Pose;
use tickshot_shared::sim::world::{Player, Slot};
use tickshot_shared::tick::TickRate;

/// The match behind the menu; made when it is first looked at.
#[derive(Resource)]
pub struct Attract {
    seed: u64,
    scene: Option<Scene>,
}

struct Scene {
    core: ServerCore,
    /// Everybody one tick before the core's state.
    before: Vec<Option<Player>>,
    effects: Vec<Effect>,
}

impl Attract {
    pub fn new(seed: u64) -> Attract {
        Attract { seed, scene: None }
    }

    /// The frame of `now`.
    pub fn rebuild_view(&mut self, now: Duration, view: &mut ViewModel) {
        let scene = self.scene.get_or_insert_with(|| Scene::new(self.seed, now));
        scene.advance(now);
        scene.rebuild_view(now, view);
    }
}

impl Scene {
    fn new(seed: u64, now: Duration) -> Scene {
        let map = maps::load(MAP).expect("the maps of the program are sound: a test loads them all");
        let setup = MatchSetup { bots: BOTS, ..MatchSetup::endless(map, BOTS, TickRate::default(), seed) };
        let core = ServerCore::new(setup, now);
        Scene { before: core.world().players.clone(), core, effects: Vec::new() }
    }

    /// The ticks that are due; after a pause (a match was played) the lost time is given up.
    fn advance(&mut self, now: Duration) {
        let period = self.core.setup().rate.tick_duration();
        let behind = now.saturating_sub(self.core.deadline(self.core.next_tick()));
        let ticks = (behind.as_nanos() / period.as_nanos().max(1)) as u32;
        if ticks > TICKS_PER_FRAME_MAX {
            self.core.lose_time(ticks);
        }
        while self.core.deadline(self.core.next_tick()) <= now {
            self.before.clone_from(&self.core.world().players);
            self.core.step(now);
            // Nobody is connected, so there is nothing to say and nobody to say it to.
            self.core.take_wishes();
            let (world, setup) = (self.core.world(), self.core.setup());
            let around = Around { arena: &setup.map.arena, rate: setup.rate };
            for (slot, (before, after)) in self.before.iter().zip(&world.players).enumerate() {
                if let (Some(before), Some(after)) = (before, after) {
                    told_changes(Slot(slot as u16), before, after, world.tick, around, &mut self.effects);
                }
            }
            self.effects.truncate(EFFECTS_MAX);
        }
    }

    fn rebuild_view(&mut self, now: Duration, view: &mut ViewModel) {
        let (world, setup) = (self.core.world(), self.core.setup());
        let past = now.saturating_sub(self.core.deadline(world.tick)).as_secs_f64();
        let fraction = (past / setup.rate.tick_duration().as_secs_f64()).clamp(0.0, 1.0);
        let fraction = (fraction * f64::from(u16::MAX)) as u16;
        view.status = Status::Attract;
        view.arena = Some(Arc::clone(&setup.map.arena));
        view.own = None;
        view.others.clear();
        for (slot, (before, after)) in self.before.iter().zip(&world.players).enumerate() {
            let (Some(before), Some(after)) = (before, after) else { continue };
            let pose = Pose::blend(Pose::of(before), Pose::of(after), fraction);
            view.others.push(OtherView {
                slot: slot as u16,
                pos: metres(pose.pos.as_vec2()),
                aim: Turn(pose.aim << 6).radians(),
                alive: pose.alive,
                weapon: after.weapon,
                team: after.team,
                starved: false,
                in_sight: true,
            });
        }
        view.rockets.clear();
        let flying = world.rockets.iter().filter(|rocket| rocket.burst.is_none());
        view.rockets.extend(flying.map(|rocket| RocketView {
            slot: rocket.owner.0,
            pos: metres(rocket.pos(world.tick, setup.rate).as_vec2()),
            aim: rocket.aim.radians(),
        }));
        view.pickups.clear();
        let pickups = setup.map.arena.pickups().iter().zip(&world.pickups);
        view.pickups.extend(pickups.map(|(pickup, ticks)| PickupView {
            kind: pickup.kind,
            pos: metres(pickup.pos.as_vec2()),
            there: *ticks == 0,
        }));
        view.effects.clear();
        view.effects.append(&mut self.effects);
        view.news.clear();
    }
}

const MAP: &str = "arena";
/// Enough for a fight to be going on somewhere in the middle.
const BOTS: usize = 10;
/// Frames slower than this give time up instead of making the next frame slower still.
const TICKS_PER_FRAME_MAX: u32 = 16;
const EFFECTS_MAX: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn behind_the_menu_bots_move_and_fight_at_the_pace_of_the_clock_and_a_pause_costs_nothing() {
        let mut attract = Attract::new(5);
        let mut view = ViewModel::default();
        let (mut shots, mut moved) = (0, 0.0);
        let mut last = None;
        for frame in 0..60 * 20 {
            attract.rebuild_view(Duration::from_secs_f64(f64::from(frame) / 60.0), &mut view);
            shots += view.effects.iter().filter(|effect| matches!(effect, Effect::Shot { .. })).count();
            moved += last.map_or(0.0, |last: glam::Vec2| view.others[0].pos.distance(last));
            last = Some(view.others[0].pos);
        }
        assert_eq!((view.status.clone(), view.others.len()), (Status::Attract, BOTS));
        assert!(shots > 10 && moved > 5.0, "{shots} shots, {moved} m in 20 s");
        let tick = |attract: &Attract| attract.scene.as_ref().unwrap().core.world().tick.0;
        let before = tick(&attract);
        attract.rebuild_view(Duration::from_secs(3600), &mut view);
        assert!(tick(&attract) - before <= 1, "an hour in a match is not made up for");
    }
}
