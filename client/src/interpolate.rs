//! Which blend of which two snapshots is on screen, and where it puts everyone else.
//!
//! Time line: at display now *D* the others are drawn between snapshot *a* (the newest held at or before D) and *b* (the
//! oldest held after D), `fraction / 256` of the way. Both hold states the server told us; nothing else is ever shown,
//! and the blend is the very function the server tests shots with ([`Pose::seen`]), so a [`ViewStamp`] says exactly what
//! was drawn. A player in *a* but no longer in *b* is held where *a* told it; one that is only in *b* is not there yet.
//!
//! Two other ways to draw, for comparison: the newest snapshot as it is, and straight on beyond it ([`Others`]).
//!
//! [`ViewStamp`]: tickshot_shared::sim::input::ViewStamp

use std::time::Duration;
use tickshot_shared::clock::ServerTime;
use tickshot_shared::limits::HISTORY_TICKS;
use tickshot_shared::modes::Others;
use tickshot_shared::protocol::ring::SnapshotRing;
use tickshot_shared::protocol::stamp::STAMP_SPAN_TICKS_MAX;
use tickshot_shared::sim::input::FRACTION_MAX;
use tickshot_shared::sim::pose::{Pose, WHOLE};
use tickshot_shared::sim::world::Slot;
use tickshot_shared::tick::{Tick, TickRate};

/// A place between two held snapshots, or beyond the newer one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub a: Tick,
    pub b: Tick,
    /// 1/256 of the way from `a` to `b`; above 256: beyond `b`.
    pub fraction: u16,
    /// Display now has come so far past the newest snapshot that bodies stand still where they were last known to be.
    pub starved: bool,
}

impl Cursor {
    /// The place of display time `display` in `ring`, drawn the way `others` says. `None` while no snapshot is held.
    pub fn locate(ring: &SnapshotRing, display: ServerTime, rate: TickRate, others: Others) -> Option<Cursor> {
        let newest = ring.newest()?.header.tick;
        match others {
            Others::Newest => Some(Cursor::still(newest, display > ServerTime::of(newest.plus(STALE_TICKS), rate))),
            Others::Extrapolate if display > ServerTime::of(newest, rate) => {
                Some(Cursor::beyond(ring, newest, display, rate))
            }
            Others::Interpolate(_) | Others::Extrapolate => Cursor::between(ring, newest, display, rate),
        }
    }

    fn between(ring: &SnapshotRing, newest: Tick, display: ServerTime, rate: TickRate) -> Option<Cursor> {
        let oldest = newest.checked_minus(HISTORY_TICKS as u32 - 1).unwrap_or(Tick(0));
        let at = display.tick(rate).min(newest);
        let Some(a) = ring.between(oldest, at).next_back().map(|s| s.header.tick) else {
            // Display now has not reached the first snapshot yet: show that one, still.
            let first = ring.between(oldest, newest).next()?.header.tick;
            return Some(Cursor::still(first, false));
        };
        let b = ring.between(a.plus(1), newest).next().map(|s| s.header.tick);
        match b.filter(|b| b.since(a).is_some_and(|span| span <= STAMP_SPAN_TICKS_MAX)) {
            Some(b) => {
                let fraction = u16::from(display.fraction(ServerTime::of(a, rate), ServerTime::of(b, rate)));
                Some(Cursor { a, b, fraction, starved: false })
            }
            None => Some(Cursor::still(a, display > ServerTime::of(a, rate))),
        }
    }

    /// Straight on from the two newest snapshots, as far as may be guessed.
    fn beyond(ring: &SnapshotRing, newest: Tick, display: ServerTime, rate: TickRate) -> Cursor {
        let oldest = newest.checked_minus(STAMP_SPAN_TICKS_MAX).unwrap_or(Tick(0));
        let before = newest.checked_minus(1).and_then(|to| ring.between(oldest, to).next_back());
        let Some(a) = before.map(|s| s.header.tick) else { return Cursor::still(newest, true) };
        let span = ServerTime::of(newest, rate).0 - ServerTime::of(a, rate).0;
        let past = (display.0 - ServerTime::of(newest, rate).0).max(0);
        let farthest = EXTRAPOLATION.as_nanos() as i64;
        let spans = i128::from(past.min(farthest)) * i128::from(WHOLE) / i128::from(span.max(1));
        let fraction = (i128::from(WHOLE) + spans).min(FRACTION_MAX.into()) as u16;
        Cursor { a, b: newest, fraction, starved: past >= farthest }
    }

    fn still(tick: Tick, starved: bool) -> Cursor {
        Cursor { a: tick, b: tick, fraction: 0, starved }
    }

    /// Poses of everyone else at this place, in slot order, replacing `out`.
    pub fn poses(&self, ring: &SnapshotRing, out: &mut Vec<(Slot, Pose)>) {
        out.clear();
        let (Some(a), Some(b)) = (ring.at(self.a), ring.at(self.b)) else { return };
        // Beyond b only those in b are there; before it only those in a.
        let there = if self.fraction < WHOLE { a } else { b };
        out.extend(there.entities.iter().filter_map(|entity| {
            let in_snapshot = |s: &tickshot_shared::protocol::server_msg::Snapshot| {
                s.entity(entity.slot).map(|e| Pose::of(&e.player))
            };
            Pose::seen(in_snapshot(a), in_snapshot(b), self.fraction).map(|pose| (entity.slot, pose))
        }));
    }

    /// The own player at this place, as the server told it: what is drawn of it without prediction.
    pub fn own_pose(&self, ring: &SnapshotRing) -> Option<Pose> {
        let told = |tick: Tick| ring.at(tick).and_then(|s| s.own.as_ref()).map(|(_, player)| Pose::of(player));
        Pose::seen(told(self.a), told(self.b), self.fraction)
    }
}

/// Bodies walk straight on for this long without news; then nobody can know.
pub const EXTRAPOLATION: Duration = Duration::from_millis(250);
/// In "newest" mode: silence of this many ticks is worth a mark.
const STALE_TICKS: u32 = 8;
