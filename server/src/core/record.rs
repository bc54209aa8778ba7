//! What a server says for a trace: enough to make every tick again, and what it knew when it judged.
//!
//! Time line of tick *P*: changes and input packets gather between the ticks; before the step a keyframe is taken if one is
//! due; right after it the state's checks, the inputs that were used and the shots, while all that the judge knew of their
//! shooters is still as it was; then each snapshot as it leaves; [`ServerCore::take_records`] adds how long all that took. A
//! core that is not recorded pays a branch for each.
//!
//! Must not know files, threads or wall clocks.

use super::ServerCore;
use crate::inputs::Filed;
use crate::seats::Seated;
use prost::Message;
use std::time::Duration;
use tickshot_shared::lagcomp::Shooters;
use tickshot_shared::protocol::client_msg::InputPacket;
use tickshot_shared::protocol::control::{Audience, ChatLine};
use tickshot_shared::protocol::evidence::ShotEvidence;
use tickshot_shared::protocol::server_msg::InputUse;
use tickshot_shared::protocol::snapshot::SnapshotStats;
use tickshot_shared::sim::change::Change;
use tickshot_shared::sim::combat::Verdict;
use tickshot_shared::sim::world::{Slot, World};
use tickshot_shared::tick::Tick;
use tickshot_trace::proto::change::Kind as ChangeKind;
use tickshot_trace::proto::session_event::Kind as SessionKind;
use tickshot_trace::proto::{
    self, Chat, Drop, FieldNames, ImposedLink, Keyframe, MatchBegan, Rules, ServerTick, ServerTotals, SessionEvent,
    Shot, ShotBelief,
};
use tickshot_trace::record::{Batch, OnChannel};
use tickshot_trace::replay;

/// When a tick's work began, and how long each stage of it took. The shell measures, for it has the clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct StageTimes {
    /// Local time.
    pub began: Duration,
    pub receive: Duration,
    pub control: Duration,
    pub step: Duration,
    pub snapshots: Duration,
    pub flush: Duration,
}

impl StageTimes {
    /// All stages, each in whole microseconds, as a trace has them.
    pub fn busy_us(&self) -> u64 {
        let stages = [self.receive, self.control, self.step, self.snapshots, self.flush];
        stages.iter().map(|stage| stage.as_micros() as u64).sum()
    }
}

/// What is said, and what is still being gathered of the tick in the making. Ticks keep the room of their columns.
#[derive(Default)]
pub(super) struct Recording {
    said: Batch,
    /// The latest local time that anybody named.
    now: Duration,
    /// What happened since the tick before.
    next: ServerTick,
    /// Arrivals of the packets in `next`; their deadline may still move.
    arrivals: Vec<Duration>,
    /// Packets in `next` by newest input and newest ack.
    packets: Vec<(Tick, Option<Tick>)>,
    /// The tick just made and its shots, while its snapshots leave.
    made: ServerTick,
    shots: Vec<Shot>,
    is_made: bool,
    /// When the next keyframe is taken at the latest; at once = before the next step.
    keyframe_at: Tick,
    /// Bits by field group when the tick began.
    field_bits: Vec<u64>,
}

impl ServerCore {
    /// Whether this core says what happens. Switched on it begins with all that stands, and with a keyframe before its next tick.
    pub fn set_recording(&mut self, on: bool) {
        if !on {
            self.recording = None;
        } else if self.recording.is_none() {
            self.recording = Some(Box::default());
            self.note_opening();
        }
    }

    pub fn is_recording(&self) -> bool {
        self.recording.is_some()
    }

    /// Ends the record of the tick just made, and moves all that was said since the last call to the end of `out`. Called once
    /// per tick, after its snapshots left.
    pub fn take_records(&mut self, times: &StageTimes, out: &mut Batch) {
        let Some(recording) = &mut self.recording else { return };
        recording.now = recording.now.max(times.began);
        if std::mem::take(&mut recording.is_made) {
            let tick = &mut recording.made;
            let totals = self.encoder.field_bits();
            recording.field_bits.resize(totals.len(), 0);
            for (before, (_, now)) in recording.field_bits.iter_mut().zip(&totals) {
                tick.field_bits.push((now - std::mem::replace(before, *now)) as u32);
            }
            tick.late_us = us(times.began, tick.deadline_ns);
            let us = |time: Duration| u32::try_from(time.as_micros()).unwrap_or(u32::MAX);
            tick.receive_us = us(times.receive);
            tick.control_us = us(times.control);
            tick.step_us = us(times.step);
            tick.snapshots_us = us(times.snapshots);
            tick.flush_us = us(times.flush);
            recording.said.push(recording.now, tick);
            recording.shots.drain(..).for_each(|shot| recording.said.push(recording.now, &shot));
        }
        out.append(&mut recording.said);
    }

    /// Counts since the server began, but for what only the shell knows.
    pub fn totals(&self) -> ServerTotals {
        let drops =
            self.metrics.drops.iter().map(|(reason, count)| Drop { reason: (*reason).to_owned(), count: *count });
        ServerTotals {
            tick: self.world.tick.0,
            players: self.players() as u32,
            clients: self.clients() as u32,
            drops: drops.collect(),
            ..ServerTotals::default()
        }
    }

    // --- what stands

    fn note_opening(&mut self) {
        let names = self.encoder.field_bits().into_iter().map(|(name, _)| name.to_owned()).collect();
        let bits = self.encoder.field_bits().into_iter().map(|(_, bits)| bits).collect();
        let Some(recording) = &mut self.recording else { return };
        recording.now = self.epoch + self.setup.rate.time_of(u64::from(self.world.tick.0));
        recording.field_bits = bits;
        recording.say(&FieldNames { names });
        self.note_match();
        self.note_rules();
        for index in 0..self.seats.len() {
            let slot = Slot(index as u16);
            let client_id = self.sessions.id_in_slot(slot).unwrap_or(0);
            self.note_seat(SessionKind::Present, client_id, slot, "");
        }
        let links = self.sessions.iter().filter(|(_, session)| !session.imposed_link.is_empty());
        for (client_id, link) in links.map(|(id, session)| (id, session.imposed_link.clone())).collect::<Vec<_>>() {
            self.note_link(client_id, &link);
        }
    }

    /// The match being played, with its map; a keyframe follows.
    pub(super) fn note_match(&mut self) {
        let Some(recording) = &mut self.recording else { return };
        let map = &self.setup.map;
        recording.say(&MatchBegan {
            match_id: self.match_id.0.to_vec(),
            number: self.matches_begun,
            seed: self.match_seed,
            capacity: self.setup.capacity as u32,
            tick: self.match_began.0,
            options: Some(replay::of_options(&self.setup.options)),
            map_name: super::matches::map_name(map),
            map_hash: map.arena.hash().0.to_vec(),
            map: map.bytes.to_vec(),
        });
        recording.keyframe_at = Tick(0);
    }

    pub(super) fn note_rules(&mut self) {
        let Some(recording) = &mut self.recording else { return };
        let rules = self.setup.rules;
        recording.say(&Rules {
            tick: self.world.tick.0,
            experiments: rules.experiments,
            hit_checks: rules.hit_checks as u32,
            rewind_ms: rules.rewind_ms.into(),
        });
    }

    pub(super) fn note_link(&mut self, client_id: u64, link: &str) {
        let Some(recording) = &mut self.recording else { return };
        recording.say(&ImposedLink { tick: self.world.tick.0, client_id, link: link.to_owned() });
    }

    // --- between the ticks

    /// Whoever has the seat of `slot` comes or goes; nothing if nobody has it.
    pub(super) fn note_seat(&mut self, kind: SessionKind, client_id: u64, slot: Slot, reason: &str) {
        let Some(recording) = &mut self.recording else { return };
        let Some(seat) = self.seats.get(slot.index()).and_then(Option::as_ref) else { return };
        recording.say(&SessionEvent {
            kind: kind.into(),
            tick: self.world.tick.0,
            client_id,
            slot: slot.0.into(),
            name: seat.name.clone(),
            session_id: seat.session.0.to_vec(),
            bot: seat.is_bot(),
            reason: reason.to_owned(),
        });
    }

    pub(super) fn note_refusal(&mut self, now: Duration, client_id: u64, name: &str, reason: &str) {
        let Some(recording) = &mut self.recording else { return };
        recording.now = recording.now.max(now);
        // A name that was refused may be anything.
        let name = name.chars().filter(|c| !c.is_control()).take(REFUSED_NAME_CHARS_MAX).collect();
        recording.say(&SessionEvent {
            kind: SessionKind::Refused.into(),
            tick: self.world.tick.0,
            client_id,
            name,
            reason: reason.to_owned(),
            ..SessionEvent::default()
        });
    }

    pub(super) fn note_chat(&mut self, line: &ChatLine) {
        let Some(recording) = &mut self.recording else { return };
        recording.say(&Chat {
            id: line.id.0.to_vec(),
            tick: line.tick.0,
            name: line.name.clone(),
            text: line.text.clone(),
            to_side: line.to == Audience::Team,
        });
    }

    pub(super) fn note_change(&mut self, change: Change) {
        let Some(recording) = &mut self.recording else { return };
        let (kind, slot, side) = match change {
            Change::Join { slot, side } => (ChangeKind::Join, slot, side),
            Change::Leave { slot } => (ChangeKind::Leave, slot, None),
            Change::Side { slot, team } => (ChangeKind::Side, slot, Some(team)),
        };
        let team = replay::of_team(side);
        recording.next.changes.push(proto::Change { kind: kind.into(), slot: slot.0.into(), team });
    }

    pub(super) fn note_next_match(&mut self) {
        let Some(recording) = &mut self.recording else { return };
        recording.next.changes.push(proto::Change { kind: ChangeKind::NextMatch.into(), slot: 0, team: 0 });
        self.note_match();
    }

    /// The world is set by hand: the keyframe before the next step says to what.
    pub(super) fn note_set(&mut self) {
        let Some(recording) = &mut self.recording else { return };
        recording.keyframe_at = Tick(0);
        if recording.next.changes.last().is_none_or(|change| change.kind() != ChangeKind::Set) {
            recording.next.changes.push(proto::Change { kind: ChangeKind::Set.into(), slot: 0, team: 0 });
        }
    }

    pub(super) fn note_lost_ticks(&mut self, ticks: u32) {
        let Some(recording) = &mut self.recording else { return };
        recording.next.lost_ticks = recording.next.lost_ticks.saturating_add(ticks);
    }
}

impl Recording {
    fn say(&mut self, message: &impl OnChannel) {
        self.said.push(self.now, message);
    }

    /// An input packet was handled; `filed`: what became of its inputs.
    pub(super) fn note_packet(&mut self, slot: Slot, arrived: Duration, packet: &InputPacket, filed: FiledCounts) {
        self.now = self.now.max(arrived);
        let next = &mut self.next;
        next.packet_slots.push(slot.0.into());
        next.packet_inputs.push(packet.inputs.len() as u32);
        next.packet_kept.push(filed.kept);
        next.packet_late.push(filed.late);
        // The decoder's mask says what is acked; the record what is not.
        next.packet_ack_gaps.push(if packet.ack.is_some() { !packet.ack_mask } else { 0 });
        next.packet_display_delays.push(packet.display_delay.into());
        self.arrivals.push(arrived);
        self.packets.push((packet.newest, packet.ack));
    }

    /// Before the step: the world as it is, if that is due. Everything that changes it between the ticks has happened.
    pub(super) fn note_keyframe(&mut self, now: Duration, world: &World) {
        self.now = self.now.max(now);
        if world.tick < self.keyframe_at {
            return;
        }
        self.keyframe_at = world.tick.plus(KEYFRAME_SECONDS * world.rate.hz());
        self.say(&Keyframe { world: Some(replay::of_world(world)), state_hash: world.hash() });
    }

    /// A snapshot leaves at `sent`.
    pub(super) fn note_snapshot(&mut self, slot: Slot, sent: Duration, stats: &SnapshotStats) {
        self.now = self.now.max(sent);
        if !self.is_made {
            return;
        }
        let tick = &mut self.made;
        let baseline = stats.baseline.and_then(|baseline| Tick(tick.tick).since(baseline)).unwrap_or(0);
        tick.snapshot_slots.push(slot.0.into());
        tick.snapshot_sent_us.push(us(sent, tick.deadline_ns));
        tick.snapshot_bytes.push(stats.bytes);
        tick.snapshot_baselines.push(baseline);
        tick.snapshot_entities.push(stats.sent);
        tick.snapshot_deferred.push(stats.deferred);
        tick.snapshot_header_bits.push(stats.header_bits);
        tick.snapshot_own_bits.push(stats.own_bits);
        tick.snapshot_scene_bits.push(stats.scene_bits);
        tick.snapshot_set_bits.push(stats.set_bits);
    }

    /// The packets since the tick before, now that this one's deadline cannot move any more.
    fn close_packets(&mut self) {
        let tick = &mut self.made;
        let now = Tick(tick.tick);
        let arrivals = self.arrivals.drain(..);
        tick.packet_arrivals_us.extend(arrivals.map(|arrived| us(arrived, tick.deadline_ns)));
        for (newest, ack) in self.packets.drain(..) {
            let ahead = newest.distance(now).clamp(i32::MIN.into(), i32::MAX.into());
            tick.packet_newest.push(ahead as i32);
            tick.packet_acks.push(ack.and_then(|ack| now.since(ack)).map_or(0, |age| age.saturating_add(1)));
        }
    }
}

/// What became of the inputs of one packet.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FiledCounts {
    kept: u32,
    late: u32,
}

impl FiledCounts {
    pub(super) fn count(&mut self, filed: Filed) {
        self.kept += u32::from(filed == Filed::Kept);
        self.late += u32::from(filed == Filed::Late);
    }
}

/// What a core has at hand right after a step.
impl ServerCore {
    /// The tick just made, as it is before anything else changes. `verdicts`: of all its shots, in order.
    pub(super) fn note_tick(&mut self, verdicts: &[(Slot, Verdict)]) {
        let deadline = self.deadline(self.world.tick);
        let Some(recording) = &mut self.recording else { return };
        let players = self.seats.len();
        std::mem::swap(&mut recording.next, &mut recording.made);
        recording.next.clear();
        recording.made.tick = self.world.tick.0;
        recording.made.deadline_ns = deadline.as_nanos() as i64;
        recording.close_packets();
        let tick = &mut recording.made;
        for index in 0..players {
            let slot = Slot(index as u16);
            if !self.scratch.present[index] {
                continue;
            }
            let seat = self.seats[index].as_ref();
            let used = self.scratch.uses[index];
            let over_the_wire = seat.filter(|seat| used == InputUse::Used && !seat.is_bot());
            let arrived = over_the_wire.and_then(|seat| seat.inputs.arrived(self.world.tick));
            let margin_us = arrived.map_or(0, |arrived| us(deadline, arrived.as_nanos() as i64));
            replay::push_input(tick, slot, used, self.scratch.inputs[index].as_ref(), margin_us);
        }
        tick.input_sums.extend(replay::input_sums(tick));
        let checks = self.world.checks();
        tick.state_hash = checks.whole;
        tick.player_checks = checks.players;
        tick.field_checks = checks.fields;
        let seated = Seated { sessions: &self.sessions, seats: &self.seats };
        recording.shots.clear();
        recording.shots.extend(self.shots.iter().map(|shot| shot_record(shot, &seated, verdicts)));
        recording.is_made = true;
    }
}

/// A shot with what the judge knew of its shooter, which nothing has touched since.
fn shot_record(shot: &ShotEvidence, seated: &Seated<'_>, verdicts: &[(Slot, Verdict)]) -> Shot {
    let (now, shooter) = (shot.tick, shot.shooter);
    let age = |tick: i64| (i64::from(now.0) - tick).clamp(i32::MIN.into(), i32::MAX.into()) as i32;
    let belief = seated.believed(shooter, now).map(|believed| ShotBelief {
        estimate_age: age(believed.estimate),
        first_age: age(believed.first),
        last_age: age(believed.last),
        had_age: believed.had.map(|had| age(had.0.into())),
    });
    let told = |tick: Tick| seated.told(shooter, tick).map(|told| replay::told_ages(told, told.slots().iter()));
    let mut record = Shot {
        acked_age: seated.acked(shooter).and_then(|acked| now.since(acked)),
        belief,
        told_a: told(shot.claim.a).unwrap_or_default(),
        told_b: told(shot.claim.b).unwrap_or_default(),
        based_on_told: replay::based_on(&shot.claim).is_some_and(|tick| seated.was_told(shooter, tick)),
        ..replay::of_evidence(shot)
    };
    if let Some((_, verdict)) = verdicts.iter().find(|(slot, _)| *slot == shooter) {
        replay::note_hits(&mut record, verdict);
    }
    record
}

/// Microseconds from `origin_ns` to `at`, rounded down.
fn us(at: Duration, origin_ns: i64) -> i32 {
    let us = (at.as_nanos() as i64 - origin_ns).div_euclid(1000);
    us.clamp(i32::MIN.into(), i32::MAX.into()) as i32
}

/// A part of a trace, and a saved flight, can begin at a keyframe only.
const KEYFRAME_SECONDS: u32 = 5;
/// Characters of a refused name that are worth a record.
const REFUSED_NAME_CHARS_MAX: usize = 32;
