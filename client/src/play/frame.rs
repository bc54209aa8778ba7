//! The frame of one moment: where in time everybody is drawn, and the part of the view model that follows from it.
//!
//! Others are drawn at display now (see `interpolate`). With prediction the own player is drawn one tick behind input now,
//! between two of its predicted states, so that it glides; without, with the others.

use super::{EFFECTS_PER_FRAME_MAX, Play};
use crate::effects::{Around, metres};
use crate::interpolate::Cursor;
use crate::record::Tape;
use crate::roster::Roster;
use crate::scene::Moment;
use crate::stats::ClientStats;
use crate::view::{GhostsView, OtherView, OwnView, ViewModel};
use glam::Vec2;
use std::sync::Arc;
use std::time::Duration;
use tickshot_shared::clock::ServerTime;
use tickshot_shared::modes::Prediction;
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::collision::body_in_sight;
use tickshot_shared::sim::input::OwnView as OwnMoment;
use tickshot_shared::sim::movement::full_speed;
use tickshot_shared::sim::pose::Pose;
use tickshot_shared::sim::round::Team;
use tickshot_shared::sim::rules;
use tickshot_shared::sim::weapon::Weapon;
use tickshot_shared::sim::world::{Player, Slot};

/// Where and when the own body is drawn, without smoothing.
#[derive(Clone, Copy, Debug)]
pub(super) struct OwnDrawn {
    pub(super) view: OwnMoment,
    pub(super) pose: Pose,
}

impl Play {
    /// Settles what the frame of `now` shows, and counts it in `stats`.
    pub fn look(&mut self, now: Duration, stats: &mut ClientStats, tape: &mut Tape) {
        self.clocks.update(now);
        self.smoothing.decay(now.saturating_sub(self.drawn_at).as_secs_f32());
        self.drawn_at = now;
        self.place_others(stats);
        self.own_drawn = self.place_own();
        self.place_scene();
        tape.note(now, || self.frame_record(now));
        self.effects.truncate(EFFECTS_PER_FRAME_MAX);
    }

    /// The frame of `now`; appends to its effects.
    pub fn rebuild_view(
        &mut self,
        now: Duration,
        roster: &Roster,
        view: &mut ViewModel,
        stats: &mut ClientStats,
        tape: &mut Tape,
    ) {
        self.look(now, stats, tape);
        view.arena = Some(Arc::clone(&self.arena));
        let team = |slot: Slot| roster.entries().get(&slot).and_then(|entry| entry.team);
        view.own = self.own_view(team(self.slot));
        let starved = self.cursor.is_some_and(|cursor| cursor.starved);
        let eye = self.own_drawn.map(|own| own.pose.pos);
        let in_sight = |pose: &Pose| eye.is_none_or(|eye| body_in_sight(&self.arena, eye, pose.pos, Player::RADIUS));
        let shown = self.cursor.and_then(|cursor| self.ring.at(cursor.a));
        let weapon = |slot: Slot| Some(shown?.entity(slot)?.player.weapon);
        view.rockets.clear();
        view.rockets.extend(self.scene.drawn());
        self.scene.fill_pickups(&self.arena, &mut view.pickups);
        view.others.clear();
        view.others.extend(self.others.iter().map(|(slot, pose)| OtherView {
            slot: slot.0,
            pos: metres(pose.pos.as_vec2()),
            aim: Turn(pose.aim << 6).radians(),
            alive: pose.alive,
            weapon: weapon(*slot).unwrap_or_default(),
            team: team(*slot),
            starved,
            in_sight: in_sight(pose),
        }));
        view.effects.append(&mut self.effects);
        view.news.append(&mut self.news);
        view.shots.clear();
        view.shots.extend(self.shots.cards().cloned());
        view.modes = self.modes;
        view.net = self.net_view(now, stats);
        self.fill_ghosts(&mut view.ghosts);
    }

    fn place_others(&mut self, stats: &mut ClientStats) {
        let Some(display) = self.clocks.display_now() else { return };
        let Some(cursor) = Cursor::locate(&self.ring, display, self.rate, self.modes.others) else { return };
        stats.frames += 1;
        stats.frames_starved += u64::from(cursor.starved);
        stats.display_delay_ms.record(self.clocks.display_delay_ms().round().max(0.0) as u64);
        cursor.poses(&self.ring, &mut self.others);
        let world = Around { arena: &self.arena, rate: self.rate };
        self.passing.advance(&self.ring, world, cursor.a, &mut self.effects);
        self.cursor = Some(cursor);
        self.display_drawn = Some(display);
    }

    /// Rockets and pickups of this moment.
    fn place_scene(&mut self) {
        let (Some(cursor), Some(display)) = (self.cursor, self.display_drawn) else { return };
        let own = self.own_time().filter(|_| self.modes.prediction.predicts());
        let moment = Moment { ring: &self.ring, arena: &self.arena, rate: self.rate, cursor, display, own };
        self.scene.advance(&moment, &mut self.effects);
    }

    /// The own body is drawn one tick behind input now.
    fn own_time(&self) -> Option<ServerTime> {
        self.clocks.input_now().map(|now| ServerTime(now.0 - self.rate.tick_nanos() as i64))
    }

    fn place_own(&self) -> Option<OwnDrawn> {
        if self.modes.prediction.predicts() {
            let (view, pose) = self.own_predicted()?;
            Some(OwnDrawn { view, pose })
        } else {
            let pose = self.cursor?.own_pose(&self.ring)?;
            Some(OwnDrawn { view: OwnMoment::WithOthers, pose })
        }
    }

    /// Where the predicted states put the own body at this moment: one tick behind input now, never past the newest state.
    fn own_predicted(&self) -> Option<(OwnMoment, Pose)> {
        let (newest, player) = self.predictor.newest()?;
        let (based_on, _) = self.reconciler.confirmed()?;
        let last = ServerTime::of(newest, self.rate);
        if let Some(time) = self.own_time().filter(|time| *time < last) {
            let from = time.tick(self.rate);
            if let (Some(before), Some(after)) = (self.predictor.at(from), self.predictor.at(from.plus(1))) {
                let fraction = time.fraction(ServerTime::of(from, self.rate), ServerTime::of(from.plus(1), self.rate));
                let pose = Pose::blend(Pose::of(before), Pose::of(after), fraction.into());
                return Some((OwnMoment::Between { from, fraction, based_on }, pose));
            }
        }
        Some((OwnMoment::Between { from: newest, fraction: 0, based_on }, Pose::of(player)))
    }

    pub(super) fn own_pose_predicted(&self) -> Option<Pose> {
        self.own_predicted().map(|(_, pose)| pose)
    }

    /// What smoothing adds to the own position at the moment, world units.
    pub(super) fn own_offset(&self) -> Vec2 {
        if self.modes.prediction == Prediction::Smoothed { self.smoothing.offset() } else { Vec2::ZERO }
    }

    fn own_view(&self, team: Option<Team>) -> Option<OwnView> {
        let (_, player) = self.own()?;
        let drawn = self.own_drawn?;
        let predicts = self.modes.prediction.predicts();
        let aimed = self.log.newest().and_then(|tick| self.log.at(tick)).filter(|_| predicts);
        let aim = aimed.map_or(Turn(drawn.pose.aim << 6), |input| input.aim);
        let cooldown = f32::from(player.weapon.cooldown_ticks(self.rate).max(1));
        let reload = f32::from(player.weapon.reload_ticks(self.rate).max(1));
        let dash = self.rate.ticks_in_ms(rules::DASH_COOLDOWN_MS).max(1) as f32;
        Some(OwnView {
            slot: self.slot.0,
            pos: metres(drawn.pose.pos.as_vec2() + self.own_offset()),
            aim: aim.radians(),
            alive: player.alive,
            health: player.health,
            armour: player.armour,
            weapon: player.weapon,
            magazines: player.magazines,
            reserves: Weapon::ALL.map(|weapon| weapon.table().reserve.map(|_| player.reserves[weapon.index()])),
            reload: (player.reload_ticks > 0).then(|| 1.0 - (f32::from(player.reload_ticks) / reload).min(1.0)),
            dash_ready: 1.0 - (f32::from(player.dash_cooldown) / dash).min(1.0),
            dashing: player.dash_ticks > 0,
            frozen_s: f32::from(player.frozen_ticks) / self.rate.hz() as f32,
            team,
            weapon_ready: 1.0 - (f32::from(player.fire_cooldown) / cooldown).min(1.0),
            respawn_s: (player.respawn_ticks != Player::OUT)
                .then(|| f32::from(player.respawn_ticks) / self.rate.hz() as f32),
        })
    }

    /// The same bodies at other times.
    fn fill_ghosts(&self, ghosts: &mut GhostsView) {
        let place = |player: &Player| metres(player.pos.as_vec2());
        ghosts.own_confirmed = self.reconciler.confirmed().map(|(_, player)| place(player));
        ghosts.own_predicted = self.own_pose_predicted().map(|pose| metres(pose.pos.as_vec2()));
        ghosts.newest.clear();
        ghosts.present.clear();
        let Some(newest) = self.ring.newest() else { return };
        let behind =
            self.clocks.server_now().map_or(0.0, |now| now.ticks_f64(self.rate) - f64::from(newest.header.tick.0));
        // Nobody knows where they are now; a walker who goes on walking would be here.
        let ahead = behind.clamp(0.0, f64::from(self.rate.hz()) * PRESENT_GUESS_S) as f32;
        for entity in newest.entities.iter().filter(|entity| entity.player.alive) {
            let step = full_speed(self.rate, entity.player.heading).as_vec2() * ahead;
            ghosts.newest.push((entity.slot.0, place(&entity.player)));
            ghosts.present.push((entity.slot.0, metres(entity.player.pos.as_vec2() + step)));
        }
    }
}

/// Ghosts of the present walk on for this long without news, seconds.
const PRESENT_GUESS_S: f64 = 0.25;
