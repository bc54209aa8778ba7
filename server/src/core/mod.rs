//! The authoritative server without sockets, clocks or Bevy: bytes and times come in, bytes and wishes go out.
//!
//! Time line of tick *P*, due at `epoch + P / rate`: everything that arrived before is filed by
//! [`ServerCore::handle_hot`]; [`ServerCore::step`] takes one input *P* per player, moves the world, judges the shots
//! against the past their shooters saw and remembers the state; [`ServerCore::encode_snapshots`] tells each client
//! what it may know of state *P*, at once (in `snapshots`). Stages are the only writers of what they write.
//!
//! Its lobby is in `admission`, its reliable messages in `control`, `chat` and `votes`, one match after the other in
//! `matches`, who plays for whom in `teams`, what is said of all that for a trace in `record`. Must not know how bytes travel, or that other cores exist.

mod admission;
mod chat;
mod control;
mod matches;
mod record;
mod rules;
mod snapshots;
mod teams;
mod votes;

use self::chat::ChatLog;
pub use self::record::StageTimes;
use self::record::{FiledCounts, Recording};
pub use self::rules::Wanted;
use self::votes::Votes;
use crate::bans::Bans;
use crate::inputs::InputBuffer;
use crate::interest::{InSight, Interest};
use crate::maps::Map;
use crate::metrics::Metrics;
use crate::seats::{Seat, Seated};
use crate::sessions::{SendTimes, SessionState, Sessions};
use std::sync::Arc;
use std::time::Duration;
use tickshot_shared::ids::{Id, IdSource};
use tickshot_shared::lagcomp::LagCompensation;
pub use tickshot_shared::lagcomp::MatchRules;
use tickshot_shared::protocol::client_msg::{InputPacket, decode_inputs};
use tickshot_shared::protocol::control::{RoundState, ServerControl};
use tickshot_shared::protocol::evidence::ShotEvidence;
use tickshot_shared::protocol::fields::ExtrapolationTable;
use tickshot_shared::protocol::server_msg::InputUse;
use tickshot_shared::protocol::snapshot::SnapshotEncoder;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::bot::Skill;
use tickshot_shared::sim::change::Change;
use tickshot_shared::sim::combat::Verdict;
use tickshot_shared::sim::history::History;
use tickshot_shared::sim::input::{Input, ViewStamp};
use tickshot_shared::sim::round::MatchOptions;
use tickshot_shared::sim::step::{Event, step};
use tickshot_shared::sim::world::{Slot, World};
use tickshot_shared::tick::{Tick, TickRate};
use tickshot_trace::replay::Noting;

/// What a match is made of.
#[derive(Clone)]
pub struct MatchSetup {
    pub server_name: String,
    pub map: Map,
    pub capacity: usize,
    pub rate: TickRate,
    pub seed: u64,
    pub bots: usize,
    pub rules: MatchRules,
    /// What is played, and what decides it.
    pub options: MatchOptions,
    /// Maps of later matches, in turn; empty = always the same one.
    pub rotation: Vec<Map>,
    pub bot_skill: Skill,
    /// Names of matches, sessions, shots and lines of chat.
    pub ids: IdSource,
}

impl MatchSetup {
    /// A deathmatch that never ends, without bots: what tests and measurements start from. Names follow from the seed.
    pub fn endless(map: Map, capacity: usize, rate: TickRate, seed: u64) -> MatchSetup {
        MatchSetup {
            server_name: "Tickshot server".to_owned(),
            map,
            capacity,
            rate,
            seed,
            bots: 0,
            rules: MatchRules::default(),
            options: MatchOptions::ENDLESS,
            rotation: Vec::new(),
            bot_skill: Skill::default(),
            ids: IdSource::new(0, seed),
        }
    }
}

/// What the core wants the shell to do, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Send these bytes reliably.
    Control { client_id: u64, bytes: Vec<u8> },
    /// End this session.
    Disconnect { client_id: u64 },
}

/// One match and everyone in it.
pub struct ServerCore {
    setup: MatchSetup,
    arena: Arc<Arena>,
    world: World,
    match_id: Id,
    match_seed: u64,
    /// The tick before its first.
    match_began: Tick,
    /// The first one included.
    matches_begun: u32,
    /// Where the match stands, as everyone was told.
    told_round: RoundState,
    chat: ChatLog,
    votes: Votes,
    bans: Bans,
    history: History,
    interest: Interest,
    sessions: Sessions,
    /// `seats[slot]`: who plays it, with its inputs and name.
    seats: Vec<Option<Seat>>,
    encoder: SnapshotEncoder,
    pub metrics: Metrics,
    /// When tick 0 was due, on the shell's monotonic clock.
    epoch: Duration,
    sent_at: SendTimes,
    wishes: Vec<Wish>,
    /// What happened in the latest tick.
    events: Vec<Event>,
    /// Evidence of the shots of the latest tick.
    shots: Vec<ShotEvidence>,
    /// Present while what happens is said for a trace.
    recording: Option<Box<Recording>>,
    scratch: Scratch,
}

/// Buffers that live longer than a tick so that a tick allocates nothing.
#[derive(Default)]
struct Scratch {
    inputs: Vec<Option<Input>>,
    uses: Vec<InputUse>,
    stamps: Vec<Option<ViewStamp>>,
    /// Who was in the world when the inputs were taken.
    present: Vec<bool>,
    in_sight: InSight,
    snapshot: Vec<u8>,
}

impl ServerCore {
    /// A match whose tick 0 is due at `epoch`; bots are seated at once.
    pub fn new(mut setup: MatchSetup, epoch: Duration) -> ServerCore {
        let arena = Arc::clone(&setup.map.arena);
        let capacity = setup.capacity;
        let world = World::for_match(capacity, arena.pickups().len(), setup.rate, setup.seed, Tick(0), setup.options);
        let mut core = ServerCore {
            matches_begun: 1,
            told_round: RoundState::from(&world.round),
            chat: ChatLog::default(),
            votes: Votes::default(),
            bans: Bans::default(),
            world,
            match_id: setup.ids.next(epoch),
            match_seed: setup.seed,
            match_began: Tick(0),
            history: History::new(capacity),
            interest: Interest::new(&arena),
            sessions: Sessions::new(capacity),
            seats: (0..capacity).map(|_| None).collect(),
            encoder: SnapshotEncoder::new(capacity, ExtrapolationTable::of(setup.rate)),
            metrics: Metrics::new(),
            epoch,
            sent_at: SendTimes::new(),
            wishes: Vec::new(),
            events: Vec::new(),
            shots: Vec::new(),
            recording: None,
            scratch: Scratch {
                inputs: vec![None; capacity],
                uses: vec![InputUse::Idle; capacity],
                stamps: vec![None; capacity],
                present: vec![false; capacity],
                ..Scratch::default()
            },
            arena,
            setup,
        };
        core.history.push(&core.world);
        core.fill_with_bots();
        core
    }

    pub fn world(&self) -> &World {
        &self.world
    }

    /// To set a scene between two ticks, which no rule of the game does: for tests and measurements.
    pub fn world_mut(&mut self) -> &mut World {
        self.note_set();
        &mut self.world
    }

    /// Name of the match being played.
    pub fn match_id(&self) -> Id {
        self.match_id
    }

    pub fn setup(&self) -> &MatchSetup {
        &self.setup
    }

    /// Everyone who plays or is about to, bots included.
    pub fn players(&self) -> usize {
        self.seats.iter().flatten().count()
    }

    /// Clients among [`ServerCore::players`]; bots make room for them.
    pub fn clients(&self) -> usize {
        self.sessions.admitted().count()
    }

    /// Clients but for ghosts (see [`crate::sessions::Session::is_ghost`]), whose places can be had again.
    pub fn clients_present(&self, now: Duration) -> usize {
        self.sessions.iter().filter(|(_, session)| session.slot().is_some() && !session.is_ghost(now)).count()
    }

    /// The tick the next [`ServerCore::step`] makes.
    pub fn next_tick(&self) -> Tick {
        self.world.tick.plus(1)
    }

    /// When `tick` is due.
    pub fn deadline(&self, tick: Tick) -> Duration {
        self.epoch + self.setup.rate.time_of(u64::from(tick.0))
    }

    /// The process lost so much time that `ticks` are given up: every later deadline moves.
    pub fn lose_time(&mut self, ticks: u32) {
        self.epoch += self.setup.rate.time_of(u64::from(ticks));
        self.metrics.lost_ticks += u64::from(ticks);
        self.note_lost_ticks(ticks);
    }

    /// What happened in the latest tick.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// Take all wishes made since the last call.
    pub fn take_wishes(&mut self) -> Vec<Wish> {
        std::mem::take(&mut self.wishes)
    }

    /// The one place where the world changes between two ticks (but for the next match, which is another world).
    fn change_world(&mut self, change: Change) {
        self.world.apply(&self.arena, change);
        self.note_change(change);
    }

    // --- hot lane

    /// An input packet that arrived at `arrived`; dropped and counted if it makes no sense.
    pub fn handle_hot(&mut self, client_id: u64, arrived: Duration, bytes: &[u8]) -> Result<(), &'static str> {
        let Ok(packet) = decode_inputs(bytes) else {
            self.metrics.drop_one("input_malformed");
            return Err("input_malformed");
        };
        let next = self.next_tick();
        let Some(session) = self.sessions.with_id_mut(client_id) else { return Err("unknown_session") };
        let SessionState::Playing(slot) = session.state else {
            self.metrics.drop_one("input_out_of_place");
            return Err("input_out_of_place");
        };
        session.heard = session.heard.max(arrived);
        session.received = session.received.wrapping_add(1);
        if let Some(ping) = packet.ping {
            session.ping = Some((ping, arrived));
        }
        let acked_before = session.told.acked();
        let sent_at = packet.ack.and_then(|ack| self.sent_at.of(ack));
        session.handle_ack(packet.ack, packet.ack_mask, sent_at, arrived);
        session.display.handle_packet(next, &packet, acked_before, session.told.acked());
        let seat = self.seats[slot.index()].as_mut();
        let filed = seat.map(|seat| file_all(&mut seat.inputs, next, &packet, arrived)).unwrap_or_default();
        if let Some(recording) = &mut self.recording {
            recording.note_packet(slot, arrived, &packet, filed);
        }
        Ok(())
    }

    // --- one tick

    /// Make the next tick.
    pub fn step(&mut self, now: Duration) {
        self.close_overdue(now);
        if let Some(recording) = &mut self.recording {
            recording.note_keyframe(now, &self.world);
        }
        self.take_inputs();
        let verdicts = self.advance_world();
        self.history.push(&self.world);
        self.name_shots();
        self.note_tick(&verdicts);
        self.handle_events();
        self.tell_shots();
        self.advance_match();
        self.advance_votes();
        self.refresh_roster();
    }

    /// One input per present player: a client's own of this tick, a bot's thought of what it sees.
    fn take_inputs(&mut self) {
        let tick = self.next_tick();
        for (i, seat) in self.seats.iter_mut().enumerate() {
            let slot = Slot(i as u16);
            let (input, used) = match (seat, self.world.player(slot)) {
                (Some(seat), Some(_)) => {
                    let in_sight = &mut self.scratch.in_sight;
                    if let Some(input) = seat.think(&self.arena, &self.world, &mut self.interest, slot, in_sight) {
                        seat.inputs.file(tick, tick, input, Duration::ZERO);
                    }
                    let before = seat.inputs.counts;
                    let taken = seat.inputs.take(tick);
                    if !seat.is_bot() {
                        self.metrics.slis.inputs(
                            seat.inputs.counts.ticks_since(before),
                            seat.inputs.counts.missing - before.missing,
                        );
                    }
                    taken
                }
                _ => (None, InputUse::Idle),
            };
            self.scratch.present[i] = self.world.player(slot).is_some();
            self.scratch.inputs[i] = input;
            self.scratch.uses[i] = used;
            self.scratch.stamps[i] = input.and_then(|input| input.view);
        }
    }

    /// The step. Returns all verdicts, if anybody writes them down.
    fn advance_world(&mut self) -> Vec<(Slot, Verdict)> {
        self.shots.clear();
        let shots = std::mem::take(&mut self.shots);
        let MatchSetup { rules, rate, .. } = self.setup;
        let Scratch { inputs, stamps, .. } = &self.scratch;
        let seated = Seated { sessions: &self.sessions, seats: &self.seats };
        let judge = LagCompensation::new(&self.history, &self.arena, &seated, stamps, rules, rate, shots);
        self.events.clear();
        let verdicts = if self.recording.is_some() {
            let noting = Noting::new(&judge);
            step(&mut self.world, &self.arena, inputs, &noting, &mut self.events);
            noting.into_verdicts()
        } else {
            step(&mut self.world, &self.arena, inputs, &judge, &mut self.events);
            Vec::new()
        };
        self.shots = judge.into_evidence();
        verdicts
    }

    fn handle_events(&mut self) {
        let events = std::mem::take(&mut self.events);
        for event in &events {
            match *event {
                Event::Shot { hit, .. } => {
                    self.metrics.shots.fired += 1;
                    self.metrics.shots.hit += u64::from(hit.is_some());
                }
                Event::Killed { victim, killer, weapon } => {
                    self.tell_others(0, &ServerControl::Killed { tick: self.world.tick, killer, victim, weapon });
                }
                Event::PhaseBegan { .. } => self.tell_rosters(),
                Event::Hurt { .. } | Event::Respawned { .. } | Event::Burst { .. } | Event::PickedUp { .. } => {}
            }
        }
        self.events = events;
    }

    // --- counts

    /// Input counts of everyone, present and gone.
    pub fn input_counts(&self) -> crate::inputs::InputCounts {
        let mut sum = self.metrics.inputs_gone;
        for seat in self.seats.iter().flatten() {
            sum += seat.inputs.counts;
        }
        sum
    }
}

/// File every input of a packet, oldest first. A packet whose newest input is of a tick the client has seen the state of
/// carries none to be used: the client only asks for the time.
fn file_all(buffer: &mut InputBuffer, next: Tick, packet: &InputPacket, arrived: Duration) -> FiledCounts {
    let mut counts = FiledCounts::default();
    if packet.ack.is_some_and(|ack| packet.newest <= ack) {
        return counts;
    }
    for (tick, input) in packet.ticks() {
        counts.count(buffer.file(next, tick, input, arrived));
    }
    counts
}
