//! One client inside a match: snapshots in, inputs out, and the frame in between. Everything on the hot lane.
//!
//! Time line of a frame at local time t: the clocks walk to t; each input tick that has come due is sampled, stamped with
//! what the previous frame drew, logged and predicted; one packet carries them. A snapshot is judged the moment it is
//! handed in. Drawing reads, and changes nothing that is sent.
//!
//! Must not know the control lane, sockets or who else runs in this process.

use crate::clocks::Clocks;
use crate::effects::{Passing, metres, own_changes, shot};
use crate::input_log::InputLog;
use crate::interpolate::Cursor;
use crate::predict::Predictor;
use crate::reconcile::{Reason, Reconciler, Smoothing};
use crate::stats::ClientStats;
use crate::view::{Controls, Effect, NetView, OtherView, OwnView, ViewModel};
use glam::{IVec2, Vec2};
use std::sync::Arc;
use std::time::Duration;
use tickshot_shared::clock::ServerTime;
use tickshot_shared::clock::sync::Timing;
use tickshot_shared::modes::Others;
use tickshot_shared::protocol::client_msg::{InputPacket, InputRun, encode_inputs};
use tickshot_shared::protocol::fields::ExtrapolationTable;
use tickshot_shared::protocol::ring::SnapshotRing;
use tickshot_shared::protocol::server_msg::{InputUse, Snapshot, SnapshotHeader};
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::collision::{body_in_sight, ray_hits_circle, raycast};
use tickshot_shared::sim::input::{Buttons, Input};
use tickshot_shared::sim::movement::full_speed;
use tickshot_shared::sim::pose::Pose;
use tickshot_shared::sim::rules::{self, RIFLE_RANGE_UNITS};
use tickshot_shared::sim::world::{Player, Slot};
use tickshot_shared::tick::{Tick, TickRate};

/// A match as one client knows it.
pub struct Play {
    slot: Slot,
    rate: TickRate,
    arena: Arc<Arena>,
    clocks: Clocks,
    ring: SnapshotRing,
    log: InputLog,
    predictor: Predictor,
    reconciler: Reconciler,
    smoothing: Smoothing,
    passing: Passing,
    /// What the latest frame drew: the others' place in time, their poses there.
    cursor: Option<Cursor>,
    others: Vec<(Slot, Pose)>,
    /// Where the latest frame drew the own player, as a time between two of its states.
    own_drawn: Option<ServerTime>,
    drawn_at: Duration,
    next_probe: Duration,
    /// Waiting for the next frame.
    effects: Vec<Effect>,
}

impl Play {
    /// A match of `capacity` slots in which this client plays `slot`.
    pub fn new(slot: Slot, capacity: u16, rate: TickRate, arena: Arc<Arena>, others: Others) -> Play {
        let table = ExtrapolationTable::new(|heading| full_speed(rate, heading));
        Play {
            slot,
            rate,
            arena,
            clocks: Clocks::new(rate, others),
            ring: SnapshotRing::new(usize::from(capacity), table),
            log: InputLog::new(),
            predictor: Predictor::new(rate),
            reconciler: Reconciler::default(),
            smoothing: Smoothing::default(),
            passing: Passing::new(usize::from(capacity)),
            cursor: None,
            others: Vec::new(),
            own_drawn: None,
            drawn_at: Duration::ZERO,
            next_probe: Duration::ZERO,
            effects: Vec::new(),
        }
    }

    pub fn slot(&self) -> Slot {
        self.slot
    }

    pub fn arena(&self) -> &Arc<Arena> {
        &self.arena
    }

    pub fn clocks(&self) -> &Clocks {
        &self.clocks
    }

    pub fn snapshots(&self) -> &SnapshotRing {
        &self.ring
    }

    pub fn predictor(&self) -> &Predictor {
        &self.predictor
    }

    /// Has any snapshot come?
    pub fn has_begun(&self) -> bool {
        self.ring.newest().is_some()
    }

    /// What the latest frame drew of the others, and where in time.
    pub fn others(&self) -> &[(Slot, Pose)] {
        &self.others
    }

    pub fn cursor(&self) -> Option<Cursor> {
        self.cursor
    }

    pub fn input_tick(&self) -> Option<Tick> {
        self.log.newest()
    }

    // --- snapshots

    /// A snapshot datagram. What cannot be used is dropped and counted.
    pub fn handle_snapshot(&mut self, arrived: Duration, bytes: &[u8], stats: &mut ClientStats) {
        let tick = match self.ring.decode(bytes, Some(self.slot)) {
            Ok(tick) => tick,
            Err(error) => return stats.drop_one(error.reason()),
        };
        stats.snapshots += 1;
        let Some(snapshot) = self.ring.at(tick) else { return };
        let header = snapshot.header;
        let own = snapshot.own.map(|(_, player)| player);
        self.clocks.handle_snapshot(arrived, &timing(&header));
        self.log.handle_ack(tick);
        if let Some(truth) = own {
            self.reconcile(tick, &truth, header.input_use, stats);
        }
    }

    fn reconcile(&mut self, tick: Tick, truth: &Player, input_use: InputUse, stats: &mut ClientStats) {
        let before = self.reconciler.confirmed().map(|(tick, player)| (tick, *player));
        if before.is_some_and(|(newest, _)| tick <= newest) {
            return;
        }
        let drawn_before = self.own_state_drawn();
        let correction =
            self.reconciler.handle_truth(tick, truth, input_use, &mut self.predictor, &self.log, &self.arena);
        if let Some(correction) = correction {
            stats.corrections.record(&correction);
            self.hide(correction.reason, drawn_before);
        }
        if let Some((_, before)) = before {
            let hits = own_changes(self.slot, &before, truth, &mut self.effects);
            stats.shots.confirmed_hits += u64::from(hits);
        }
        self.effects.truncate(EFFECTS_PER_FRAME_MAX);
    }

    fn hide(&mut self, reason: Reason, drawn_before: Option<Vec2>) {
        match (drawn_before, self.own_state_drawn()) {
            (Some(before), Some(after)) if reason.is_misprediction() => self.smoothing.absorb(before, after),
            _ => self.smoothing.snap(),
        }
    }

    // --- inputs

    /// Produces the inputs due at `now`; appends at most one packet to `out`.
    pub fn advance(&mut self, now: Duration, controls: &Controls, stats: &mut ClientStats, out: &mut Vec<Vec<u8>>) {
        let Some(newest) = self.ring.newest().map(|s| s.header.tick) else { return };
        self.clocks.update(now);
        let Some((first, count)) = self.clocks.poll_due() else {
            return self.probe(now, newest, out);
        };
        for tick in (0..count).map(|i| first.plus(i)) {
            self.produce(tick, controls, stats);
        }
        stats.inputs += u64::from(count);
        [stats.ticks_skipped, stats.input_snaps, stats.display_snaps, _] = self.clocks.counts();
        if let Some((newest, run)) = self.log.unacked().filter(|_| count > 0) {
            let ping = self.clocks.stamp(now, first, newest);
            out.push(self.packet(newest, run, ping));
        }
    }

    /// When the next input is due, or the next question for the time.
    pub fn next_due(&self, now: Duration) -> Duration {
        if !self.has_begun() {
            return now + POLL;
        }
        self.clocks.next_due(now).unwrap_or_else(|| self.next_probe.max(now))
    }

    /// Before the server's clock is known, no input can be on time. This one carries a tick that is over, which is no
    /// input at all, and a ping, which brings the time back.
    fn probe(&mut self, now: Duration, newest: Tick, out: &mut Vec<Vec<u8>>) {
        if now < self.next_probe {
            return;
        }
        self.next_probe = now + PROBE_INTERVAL;
        let ping = self.clocks.stamp_probe(now);
        if let Some(run) = InputRun::of(&[Input::default()]) {
            out.push(self.packet(newest, run, ping));
        }
    }

    fn packet(&self, newest: Tick, inputs: InputRun, ping: u32) -> Vec<u8> {
        let (ack, ack_mask) = self.ring.ack();
        let mut bytes = Vec::new();
        encode_inputs(&InputPacket { newest, inputs, ack, ack_mask, ping: Some(ping) }, &mut bytes);
        bytes
    }

    /// Samples, logs and predicts one input.
    fn produce(&mut self, tick: Tick, controls: &Controls, stats: &mut ClientStats) {
        // A shot must say what was drawn when it was fired; before the first frame nothing was.
        let view = self.cursor.filter(|_| controls.fire).map(|cursor| cursor.stamp(self.own_fraction(tick)));
        let buttons = if view.is_some() { Buttons::FIRE } else { Buttons::default() };
        self.log.push(tick, Input { heading: controls.heading, aim: controls.aim, buttons, view });
        let Some((confirmed, _)) = self.reconciler.confirmed() else { return };
        if self.predictor.advance(tick, confirmed, &self.log, &self.arena) {
            stats.shots.fired += 1;
            stats.shots.claimed_hits += u64::from(self.show_own_shot(tick, controls.aim));
        }
    }

    /// How far between its states `tick - 1` and `tick` the own player was drawn when it fired, in 1/256. Input `tick` is
    /// sampled before state `tick` exists, so what was drawn never lies past `tick - 1`.
    fn own_fraction(&self, tick: Tick) -> u8 {
        let Some(drawn) = self.own_drawn else { return 0 };
        let before = tick.checked_minus(1).unwrap_or(tick);
        drawn.fraction(ServerTime::of(before, self.rate), ServerTime::of(tick, self.rate))
    }

    /// The shot of `tick` goes off: its tracer appears now. Returns whether a drawn body lay on its path.
    fn show_own_shot(&mut self, tick: Tick, aim: Turn) -> bool {
        let before = tick.checked_minus(1).unwrap_or(tick);
        let (Some(before), Some(after)) = (self.predictor.at(before), self.predictor.at(tick)) else { return false };
        let muzzle = Pose::blend(Pose::of(before), Pose::of(after), self.own_fraction(tick)).pos;
        let (range, hit) = ray_end(&self.arena, muzzle, aim, &self.others);
        self.effects.push(shot(self.slot, muzzle.as_vec2() + self.smoothing.offset(), aim, range, true));
        hit
    }

    // --- the frame

    /// Settles what the frame of `now` shows, and counts it in `stats`.
    pub fn look(&mut self, now: Duration, stats: &mut ClientStats) {
        self.clocks.update(now);
        self.smoothing.decay(now.saturating_sub(self.drawn_at).as_secs_f32());
        self.drawn_at = now;
        self.place_others(stats);
        self.own_drawn = self.own_time();
        self.effects.truncate(EFFECTS_PER_FRAME_MAX);
    }

    /// The frame of `now`; appends to its effects.
    pub fn rebuild_view(&mut self, now: Duration, view: &mut ViewModel, stats: &mut ClientStats) {
        self.look(now, stats);
        view.arena = Some(Arc::clone(&self.arena));
        view.own = self.own_view();
        let starved = self.cursor.is_some_and(|cursor| cursor.starved);
        let eye = self.own_state_drawn().map(|at| at.round().as_ivec2());
        let in_sight = |pose: &Pose| eye.is_none_or(|eye| body_in_sight(&self.arena, eye, pose.pos, Player::RADIUS));
        view.others.clear();
        view.others.extend(self.others.iter().map(|(slot, pose)| OtherView {
            slot: slot.0,
            pos: metres(pose.pos.as_vec2()),
            aim: Turn(pose.aim << 6).radians(),
            alive: pose.alive,
            starved,
            in_sight: in_sight(pose),
        }));
        view.effects.append(&mut self.effects);
        view.net = self.net_view(stats);
    }

    fn place_others(&mut self, stats: &mut ClientStats) {
        let Some(display) = self.clocks.display_now() else { return };
        let Some(cursor) = Cursor::locate(&self.ring, display, self.rate) else { return };
        stats.frames += 1;
        stats.frames_starved += u64::from(cursor.starved);
        cursor.poses(&self.ring, &mut self.others);
        self.passing.advance(&self.ring, cursor.a, &mut self.effects);
        self.cursor = Some(cursor);
    }

    /// The moment of its own past that the player is drawn at: one tick behind input now, so that it glides from state to
    /// state, and never past the newest state there is.
    fn own_time(&self) -> Option<ServerTime> {
        let (newest, _) = self.predictor.newest()?;
        let newest = ServerTime::of(newest, self.rate);
        let behind = self.clocks.input_now().map(|now| ServerTime(now.0 - self.rate.tick_nanos() as i64));
        Some(behind.map_or(newest, |behind| behind.min(newest)))
    }

    /// Where the predicted states put the own player at [`Self::own_time`], world units, without smoothing.
    fn own_state_drawn(&self) -> Option<Vec2> {
        let (newest, player) = self.predictor.newest()?;
        let time = self.own_time()?;
        let before = newest.checked_minus(1).unwrap_or(newest);
        match self.predictor.at(before) {
            Some(from) if time < ServerTime::of(newest, self.rate) => {
                let fraction = time.fraction(ServerTime::of(before, self.rate), ServerTime::of(newest, self.rate));
                Some(Pose::blend(Pose::of(from), Pose::of(player), fraction).pos.as_vec2())
            }
            _ => Some(player.pos.as_vec2()),
        }
    }

    fn own_view(&self) -> Option<OwnView> {
        let (_, player) = self.predictor.newest()?;
        let drawn = self.own_state_drawn()? + self.smoothing.offset();
        let aim = self.log.newest().and_then(|tick| self.log.at(tick)).map_or(Turn(player.aim << 6), |input| input.aim);
        let cooldown = f32::from(rules::rifle_cooldown_ticks(self.rate).max(1));
        Some(OwnView {
            slot: self.slot.0,
            pos: metres(drawn),
            aim: aim.radians(),
            alive: player.alive,
            health: player.health,
            weapon_ready: 1.0 - (f32::from(player.fire_cooldown) / cooldown).min(1.0),
            respawn_s: f32::from(player.respawn_ticks) / self.rate.hz() as f32,
        })
    }

    fn net_view(&self, stats: &ClientStats) -> NetView {
        let tick_ms = 1000.0 / self.rate.hz() as f32;
        let between = |a: Option<ServerTime>, b: Option<ServerTime>| match (a, b) {
            (Some(a), Some(b)) => ServerTime(a.0 - b.0).ticks_f64(self.rate) as f32,
            _ => 0.0,
        };
        let clocks = &self.clocks;
        NetView {
            rtt_ms: clocks.rtt().map_or(0.0, |rtt| rtt.as_secs_f32() * 1000.0),
            tick_rate: self.rate.hz(),
            input_lead_ticks: between(clocks.input_now(), clocks.server_now()),
            display_delay_ms: between(clocks.server_now(), clocks.display_now()) * tick_ms,
            corrections: stats.corrections.count(),
            starved_frames_pct: stats.starved_frames_pct() as f32,
            ..NetView::default()
        }
    }

    /// Own predicted state, newest input applied.
    pub fn own(&self) -> Option<(Slot, &Player)> {
        self.predictor.newest().map(|(_, player)| (self.slot, player))
    }

    /// The newest snapshot.
    pub fn newest(&self) -> Option<&Snapshot> {
        self.ring.newest()
    }
}

/// Where a shot from `muzzle` along `aim` ends on screen, in world units from it, and whether a drawn body stops it.
fn ray_end(arena: &Arena, muzzle: IVec2, aim: Turn, others: &[(Slot, Pose)]) -> (i32, bool) {
    let direction = aim.direction();
    let wall = raycast(arena, muzzle, direction, RIFLE_RANGE_UNITS);
    let bodies = others.iter().filter(|(_, pose)| pose.alive);
    let hit = bodies
        .filter_map(|(_, pose)| ray_hits_circle(muzzle, direction, wall, pose.pos, Player::RADIUS))
        .filter(|units| *units < wall)
        .min();
    (hit.unwrap_or(wall), hit.is_some())
}

fn timing(header: &SnapshotHeader) -> Timing {
    Timing {
        tick: header.tick,
        since_tick_us: header.pong.map_or(0, |pong| pong.since_tick_us),
        pong: header.pong.map(|pong| (pong.ping, pong.hold_us)),
        margin_16ths: header.margin_16ths,
        received: header.received,
        starved: header.starved,
    }
}

/// Time between questions for the server's clock until the first answer.
const PROBE_INTERVAL: Duration = Duration::from_millis(50);
/// How often to look for the first snapshot.
const POLL: Duration = Duration::from_millis(10);
/// Effects of one frame; a window that was hidden for long need not show every shot it missed.
const EFFECTS_PER_FRAME_MAX: usize = 256;
