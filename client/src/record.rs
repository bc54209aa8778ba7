//! What one session says for a trace: while nobody records, a question asked and answered no; otherwise records, in the
//! order in which things happened, until the shell takes them away.
//!
//! Time line: the shell says that it looks around (`Tape::wake`); whatever happens in that update is noted with its own
//! local time; after the update the shell takes the notes. Nobody takes more than a frame's worth, so more than that is not
//! kept but counted, and the count is a record itself.
//!
//! Must not know files, threads or the wall clock; how a match makes its messages is [`crate::play`]'s business.

use crate::stats::ClientStats;
use std::time::Duration;
use tickshot_shared::clock::local_nanos;
use tickshot_shared::protocol::control::{Audience, ChatLine};
use tickshot_shared::protocol::evidence::ShotEvidence;
use tickshot_shared::protocol::server_msg::{Pong, Snapshot, SnapshotHeader, header_of};
use tickshot_shared::protocol::stamp::stamp_is_possible;
use tickshot_shared::sim::input::{OwnView, ViewStamp};
use tickshot_shared::sim::world::Slot;
use tickshot_shared::tick::Tick;
use tickshot_trace::proto;
use tickshot_trace::record::{Batch, OnChannel};

/// The notes of one session.
#[derive(Debug, Default)]
pub struct Tape {
    on: bool,
    /// When the process last looked around.
    now: Duration,
    records: Batch,
    lost: u64,
    /// Datagram payload at the socket: in, out.
    traffic: (u64, u64),
    next_totals: Duration,
    /// The newest snapshot that was understood: what tells the ticks of those that were not used.
    newest: Option<Tick>,
    /// The state of the session that was noted last.
    state: &'static str,
}

impl Tape {
    pub fn is_on(&self) -> bool {
        self.on
    }

    /// From now on. What was noted before is still there to be taken.
    pub(crate) fn set(&mut self, on: bool) {
        self.on = on;
        self.state = "";
        self.next_totals = self.now + TOTALS_INTERVAL;
    }

    /// The process looks around at `now`: what is handed in from here on is handled then.
    pub(crate) fn wake(&mut self, now: Duration) {
        self.now = self.now.max(now);
    }

    /// When the process last looked around.
    pub(crate) fn now(&self) -> Duration {
        self.now
    }

    pub(crate) fn set_traffic(&mut self, bytes_in: u64, bytes_out: u64) {
        self.traffic = (bytes_in, bytes_out);
    }

    /// Something happened at `at`. The record is made only if it is kept.
    pub fn note<R: OnChannel>(&mut self, at: Duration, record: impl FnOnce() -> R) {
        if !self.on {
            return;
        }
        if self.records.len() >= RECORDS_MAX {
            self.lost += 1;
            return;
        }
        self.records.push(at, &record());
    }

    /// Everything noted since the last call; if some had no room, how many.
    pub(crate) fn take(&mut self, out: &mut Batch) {
        out.append(&mut self.records);
        let count = std::mem::take(&mut self.lost);
        if count > 0 {
            let text = format!("{count} records of this session had no room: nobody took those before them away");
            let kind = proto::recorder_note::Kind::Lost.into();
            out.push(self.now, &proto::RecorderNote { kind, count, text });
        }
    }

    /// The session is in this state; noted if it is another than before.
    pub(crate) fn note_state(&mut self, state: &'static str, reason: String) {
        if std::mem::replace(&mut self.state, state) != state {
            self.note(self.now, || proto::SessionState { state: state.to_owned(), reason });
        }
    }

    /// A snapshot of `tick` was understood.
    pub(crate) fn heard(&mut self, tick: Tick) {
        self.newest = self.newest.max(Some(tick));
    }

    /// A snapshot was understood and is used.
    pub(crate) fn note_snapshot(&mut self, arrived: Duration, told: &Snapshot, bytes: usize) {
        let handled = self.now.max(arrived);
        self.note(arrived, || proto::SnapshotReceived {
            arrived_ns: local_nanos(arrived),
            handled_ns: local_nanos(handled),
            bytes: bytes as u32,
            entities: told.entities.len() as u32,
            ..snapshot(&told.header)
        });
    }

    /// A snapshot datagram was not used. Its header may still tell which one it was.
    pub(crate) fn note_dropped(&mut self, arrived: Duration, bytes: &[u8], why: &str) {
        let (handled, newest) = (self.now.max(arrived), self.newest);
        self.note(arrived, || {
            let header = header_of(bytes, newest).ok();
            let received = header.map_or_else(proto::SnapshotReceived::default, |header| snapshot(&header));
            proto::SnapshotReceived {
                arrived_ns: local_nanos(arrived),
                handled_ns: local_nanos(handled),
                bytes: bytes.len() as u32,
                dropped: why.to_owned(),
                ..received
            }
        });
    }

    pub(crate) fn note_chat(&mut self, at: Duration, line: &ChatLine) {
        self.note(at, || proto::Chat {
            id: line.id.0.to_vec(),
            tick: line.tick.0,
            name: line.name.clone(),
            text: line.text.clone(),
            to_side: line.to == Audience::Team,
        });
    }

    /// The server's word on a shot, and what it means.
    pub(crate) fn note_answer(&mut self, evidence: &ShotEvidence, outcome: &'static str) {
        self.note(self.now, || proto::ShotAnswered {
            id: evidence.id.0.to_vec(),
            tick: evidence.tick.0,
            hit: slot_plus_one(evidence.hit),
            clamp: evidence.clamp as u32,
            outcome: outcome.to_owned(),
        });
    }

    /// Once a second, the counts.
    pub(crate) fn poll_totals(&mut self, now: Duration, stats: &ClientStats) {
        if self.on && now >= self.next_totals {
            self.next_totals = now + TOTALS_INTERVAL;
            self.note_totals(now, stats);
        }
    }

    pub(crate) fn note_totals(&mut self, now: Duration, stats: &ClientStats) {
        let (bytes_in, bytes_out) = self.traffic;
        self.note(now, || proto::ClientTotals {
            bytes_in,
            bytes_out,
            frames: stats.frames,
            frames_starved: stats.frames_starved,
            inputs: stats.inputs,
            ticks_skipped: stats.ticks_skipped,
            server_ticks: stats.server_ticks,
            server_starved_ticks: stats.server_starved_ticks,
            corrections_unexplained: stats.corrections.of(crate::reconcile::Reason::Unexplained),
        });
    }
}

/// What a snapshot's header says.
fn snapshot(header: &SnapshotHeader) -> proto::SnapshotReceived {
    let age = header.baseline.and_then(|baseline| header.tick.since(baseline));
    let pong = |pong: Pong| proto::Pong { ping: pong.ping, hold_us: pong.hold_us, since_tick_us: pong.since_tick_us };
    proto::SnapshotReceived {
        tick: header.tick.0,
        baseline_age: age.unwrap_or(0),
        input_use: header.input_use as u32,
        margin_16ths: header.margin_16ths.map(i32::from),
        starved: header.starved.into(),
        pong: header.pong.map(pong),
        ..proto::SnapshotReceived::default()
    }
}

/// The stamp that an input of `tick` carries; `None` if it cannot carry this one, which then does not leave this machine.
pub(crate) fn stamp(slot: Slot, tick: Tick, view: &ViewStamp) -> Option<proto::Stamp> {
    if !stamp_is_possible(view, tick) {
        return None;
    }
    let age = |then: Tick| tick.since(then).unwrap_or(0);
    let (own_age, own_fraction_256ths, based_on_age) = match view.own {
        OwnView::Between { from, fraction, based_on } => (Some(age(from)), fraction.into(), age(based_on)),
        OwnView::WithOthers => (None, 0, 0),
    };
    Some(proto::Stamp {
        slot: slot.0.into(),
        a_age: age(view.a),
        b_age: age(view.b),
        fraction_256ths: view.fraction.into(),
        own_age,
        own_fraction_256ths,
        based_on_age,
        check: view.check as u32,
    })
}

pub(crate) fn slot_plus_one(slot: Option<Slot>) -> u32 {
    slot.map_or(0, |slot| u32::from(slot.0) + 1)
}

/// Records of one update. A stall of a second at 128 Hz brings 128 each of snapshots, answers and inputs, and a frame.
const RECORDS_MAX: usize = 2048;
const TOTALS_INTERVAL: Duration = Duration::from_secs(1);
