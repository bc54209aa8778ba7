//! One client inside a match: snapshots in, inputs out, and the frame in between. Everything on the hot lane.
//!
//! Time line of a frame at local time t: the clocks walk to t; a finger that has just come down notes what the previous
//! frame drew; each input tick that has come due is sampled, logged and predicted; one packet carries them (`steer`). Then
//! the frame of t is settled and drawn (`frame`). A snapshot is judged the moment it is handed in (here). Drawing reads,
//! and changes nothing that is sent.
//!
//! Must not know the control lane, sockets or who else runs in this process.

mod frame;
mod readings;
mod record;
mod steer;

use crate::clocks::Clocks;
use crate::effects::{Around, Passing, own_changes, own_shots};
use crate::input_log::InputLog;
use crate::interpolate::Cursor;
use crate::predict::Predictor;
use crate::reconcile::{Correction, Reason, Reconciler, Smoothing, Truth};
use crate::record::Tape;
use crate::scene::Scene;
use crate::shots::{ShotLog, Sight};
use crate::stats::ClientStats;
use crate::view::{Effect, NetNews};
use frame::OwnDrawn;
use readings::Heard;
use std::sync::Arc;
use std::time::Duration;
use tickshot_shared::clock::ServerTime;
use tickshot_shared::limits::UNITS_PER_METRE;
use tickshot_shared::modes::Modes;
use tickshot_shared::protocol::ack_lead::AckLead;
use tickshot_shared::protocol::fields::ExtrapolationTable;
use tickshot_shared::protocol::ring::SnapshotRing;
use tickshot_shared::protocol::server_msg::Snapshot;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::movement::full_speed;
use tickshot_shared::sim::pose::Pose;
use tickshot_shared::sim::rocket::Rocket;
use tickshot_shared::sim::world::{Player, Slot};
use tickshot_shared::tick::{Tick, TickRate};

/// Where a client plays, and what it brings along from the match before.
pub struct Place {
    pub slot: Slot,
    /// Slots of the world.
    pub capacity: u16,
    pub before: Option<Box<Before>>,
}

/// What a match leaves to the next: ticks go on, so the clocks stay right.
pub struct Before {
    clocks: Clocks,
    /// Snapshots up to this tick are of the old world.
    until: Tick,
}

/// A match as one client knows it.
pub struct Play {
    slot: Slot,
    capacity: u16,
    rate: TickRate,
    arena: Arc<Arena>,
    /// Snapshots up to this tick are of another match.
    old_until: Option<Tick>,
    modes: Modes,
    /// Players that own shots pass through.
    friends: Vec<Slot>,
    clocks: Clocks,
    ring: SnapshotRing,
    log: InputLog,
    predictor: Predictor,
    reconciler: Reconciler,
    smoothing: Smoothing,
    passing: Passing,
    /// What the latest frame drew: the others' place in time, their poses there, the own body.
    cursor: Option<Cursor>,
    others: Vec<(Slot, Pose)>,
    own_drawn: Option<OwnDrawn>,
    display_drawn: Option<ServerTime>,
    drawn_at: Duration,
    /// What the display delay is declared against.
    ack_lead: AckLead,
    /// The trigger was held when last looked at; the sight of a pull that no input has carried yet.
    trigger_held: bool,
    pulled: Option<Sight>,
    shots: ShotLog,
    scene: Scene,
    next_probe: Duration,
    heard: Heard,
    /// Waiting for the next frame.
    effects: Vec<Effect>,
    news: Vec<NetNews>,
}

impl Play {
    /// A match that begins for this client at this place.
    pub fn new(place: Place, rate: TickRate, arena: Arc<Arena>, modes: Modes) -> Play {
        let Place { slot, capacity, before } = place;
        let old_until = before.as_ref().map(|before| before.until);
        Play {
            slot,
            capacity,
            rate,
            arena,
            old_until,
            modes,
            friends: Vec::new(),
            clocks: before.map_or_else(|| Clocks::new(rate, modes.others), |before| before.clocks),
            ring: new_ring(capacity, rate),
            log: InputLog::new(),
            predictor: Predictor::new(rate),
            reconciler: Reconciler::default(),
            smoothing: Smoothing::default(),
            passing: Passing::new(usize::from(capacity)),
            cursor: None,
            others: Vec::new(),
            own_drawn: None,
            display_drawn: None,
            drawn_at: Duration::ZERO,
            ack_lead: AckLead::new(),
            trigger_held: false,
            pulled: None,
            shots: ShotLog::default(),
            scene: Scene::default(),
            next_probe: Duration::ZERO,
            heard: Heard::default(),
            effects: Vec::new(),
            news: Vec::new(),
        }
    }

    /// This match is over, and the next one begins after state `until`.
    pub fn into_place(self, until: Tick) -> Place {
        let before = Some(Box::new(Before { clocks: self.clocks, until }));
        Place { slot: self.slot, capacity: self.capacity, before }
    }

    /// Own shots pass through these, the own player among them; `None` = through nobody.
    pub fn set_friends(&mut self, friends: Option<Vec<Slot>>) {
        self.friends = friends.unwrap_or_default();
    }

    pub fn is_friend(&self, slot: Slot) -> bool {
        self.friends.contains(&slot)
    }

    /// Bit *i*: as the latest frame showed it, pickup *i* of the arena lies there.
    pub fn pickups(&self) -> u64 {
        self.scene.pickups()
    }

    /// Rockets told of at the time the latest frame showed.
    pub fn rockets(&self) -> &[Rocket] {
        self.scene.told()
    }

    /// From now on these modes are in force.
    pub fn set_modes(&mut self, modes: Modes) {
        if self.modes == modes {
            return;
        }
        self.clocks.set_others(modes.others);
        // What glides belongs to the mode that made it glide.
        if self.modes.prediction != modes.prediction {
            self.smoothing.snap();
        }
        self.modes = modes;
    }

    pub fn modes(&self) -> Modes {
        self.modes
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

    pub fn shots(&self) -> &ShotLog {
        &self.shots
    }

    pub(crate) fn shots_mut(&mut self) -> &mut ShotLog {
        &mut self.shots
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

    /// The newest own state there is to steer by: predicted, or without prediction the newest the server told.
    pub fn own(&self) -> Option<(Slot, &Player)> {
        let newest =
            if self.modes.prediction.predicts() { self.predictor.newest() } else { self.reconciler.confirmed() };
        newest.map(|(_, player)| (self.slot, player))
    }

    /// The newest snapshot.
    pub fn newest(&self) -> Option<&Snapshot> {
        self.ring.newest()
    }

    /// Something to mark on the plots.
    pub fn note(&mut self, news: NetNews) {
        if self.news.len() < NEWS_PER_FRAME_MAX {
            self.news.push(news);
        }
    }

    /// A snapshot datagram. What cannot be used is dropped and counted.
    pub fn handle_snapshot(&mut self, arrived: Duration, bytes: &[u8], stats: &mut ClientStats, tape: &mut Tape) {
        let tick = match self.ring.decode(bytes, Some(self.slot)) {
            Ok(tick) => tick,
            Err(error) => {
                tape.note_dropped(arrived, bytes, error.reason());
                return stats.drop_one(error.reason());
            }
        };
        tape.heard(tick);
        if self.old_until.is_some_and(|until| tick <= until) {
            self.ring = new_ring(self.capacity, self.rate);
            tape.note_dropped(arrived, bytes, "snapshot_of_old_match");
            return stats.drop_one("snapshot_of_old_match");
        }
        stats.snapshots += 1;
        let Some(snapshot) = self.ring.at(tick) else { return };
        tape.note_snapshot(arrived, snapshot, bytes.len());
        let header = snapshot.header;
        let own = snapshot.own.map(|(_, player)| player);
        let timing = readings::timing(&header);
        self.clocks.handle_snapshot(arrived, &timing);
        self.report(arrived, &timing, stats);
        if timing.pong.is_some() {
            tape.note(arrived, || self.clock_record(tick));
        }
        self.log.handle_ack(tick);
        if let Some(player) = own {
            let truth = Truth { tick, player, input_use: header.input_use, starved: header.starved };
            self.reconcile(arrived, &truth, stats, tape);
        }
    }

    fn reconcile(&mut self, arrived: Duration, truth: &Truth, stats: &mut ClientStats, tape: &mut Tape) {
        let before = self.reconciler.confirmed().map(|(tick, player)| (tick, *player));
        if before.is_some_and(|(newest, _)| truth.tick <= newest) {
            return;
        }
        let modes = self.modes.prediction;
        let drawn_before = self.own_pose_predicted();
        // Without prediction nothing of this shows; the predicted states go on being right, for when it is switched on.
        let replaces = modes.reconciles() || !modes.predicts();
        let correction = self.reconciler.handle_truth(truth, replaces, &mut self.predictor, &self.log, &self.arena);
        if let Some(correction) = correction.filter(|_| modes.predicts()) {
            stats.corrections.record(&correction);
            tape.note(arrived, || record::correction(&correction));
            self.show_correction(arrived, &correction, drawn_before);
        }
        if let Some((_, before)) = before {
            let hits = own_changes(self.slot, &before, &truth.player, &mut self.effects);
            if before.pickup_seq != truth.player.pickup_seq {
                self.scene.take_own(&self.arena, truth.player.pos, &mut self.effects);
            }
            stats.shots.confirmed_hits += u64::from(hits);
            if !modes.predicts() {
                let world = Around { arena: &self.arena, rate: self.rate };
                own_shots(self.slot, &before, &truth.player, truth.tick, world, &mut self.effects);
            }
        }
        self.effects.truncate(EFFECTS_PER_FRAME_MAX);
    }

    /// What is drawn stays where it was and glides to where it belongs, if that is wished for.
    fn show_correction(&mut self, at: Duration, correction: &Correction, drawn_before: Option<Pose>) {
        if correction.reason != Reason::Join {
            let mm = correction.units as f32 * 1000.0 / UNITS_PER_METRE as f32;
            self.note(NetNews::Correction { at_s: at.as_secs_f64(), reason: correction.reason.name(), mm });
        }
        let smooths = self.modes.prediction == tickshot_shared::modes::Prediction::Smoothed;
        match (drawn_before, self.own_pose_predicted()) {
            (Some(before), Some(after)) if smooths && correction.reason.is_misprediction() => {
                self.smoothing.absorb(before.pos.as_vec2(), after.pos.as_vec2());
            }
            _ => self.smoothing.snap(),
        }
    }
}

fn new_ring(capacity: u16, rate: TickRate) -> SnapshotRing {
    SnapshotRing::new(usize::from(capacity), ExtrapolationTable::new(|heading| full_speed(rate, heading)))
}

/// Effects of one frame; a window that was hidden for long need not show every shot it missed.
const EFFECTS_PER_FRAME_MAX: usize = 256;
/// News of one frame; bots, who never look at them, keep the first.
const NEWS_PER_FRAME_MAX: usize = 256;
