//! Which blend of which two snapshots is on screen, and where it puts everyone else.
//!
//! Time line: at display now *D* the others are drawn between snapshot *a* (the newest held at or before D) and *b* (the
//! oldest held after D), `fraction / 256` of the way. Both hold states the server told us; nothing else is ever shown,
//! and the blend is the very function the server tests shots with ([`Pose::blend`]), so a [`ViewStamp`] says exactly what
//! was drawn. A player in *a* but no longer in *b* is held where *a* told it; one that is only in *b* is not there yet.

use tickshot_shared::clock::ServerTime;
use tickshot_shared::limits::HISTORY_TICKS;
use tickshot_shared::modes::HitCheck;
use tickshot_shared::protocol::ring::SnapshotRing;
use tickshot_shared::protocol::stamp::STAMP_SPAN_TICKS_MAX;
use tickshot_shared::sim::input::{OwnView, ViewStamp};
use tickshot_shared::sim::pose::Pose;
use tickshot_shared::sim::world::Slot;
use tickshot_shared::tick::{Tick, TickRate};

/// A place between two held snapshots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub a: Tick,
    pub b: Tick,
    pub fraction: u8,
    /// No snapshot later than display now is held: `a` is shown as it is.
    pub starved: bool,
}

impl Cursor {
    /// The place of display time `display` in `ring`. `None` while no snapshot is held.
    pub fn locate(ring: &SnapshotRing, display: ServerTime, rate: TickRate) -> Option<Cursor> {
        let newest = ring.newest()?.header.tick;
        let at = display.tick(rate).min(newest);
        let oldest = newest.checked_minus(HISTORY_TICKS as u32 - 1).unwrap_or(Tick(0));
        let Some(a) = ring.between(oldest, at).next_back().map(|s| s.header.tick) else {
            // Display now has not reached the first snapshot yet: show that one, still.
            let first = ring.between(oldest, newest).next()?.header.tick;
            return Some(Cursor { a: first, b: first, fraction: 0, starved: false });
        };
        let b = ring.between(a.plus(1), newest).next().map(|s| s.header.tick);
        match b.filter(|b| b.since(a).is_some_and(|span| span <= STAMP_SPAN_TICKS_MAX)) {
            Some(b) => {
                let fraction = display.fraction(ServerTime::of(a, rate), ServerTime::of(b, rate));
                Some(Cursor { a, b, fraction, starved: false })
            }
            None => Some(Cursor { a, b: a, fraction: 0, starved: display > ServerTime::of(a, rate) }),
        }
    }

    /// What an input says about this place.
    pub fn stamp(&self, own: OwnView) -> ViewStamp {
        ViewStamp { a: self.a, b: self.b, fraction: self.fraction.into(), own, check: HitCheck::default() }
    }

    /// Poses of everyone else at this place, in slot order, replacing `out`.
    pub fn poses(&self, ring: &SnapshotRing, out: &mut Vec<(Slot, Pose)>) {
        out.clear();
        let (Some(a), Some(b)) = (ring.at(self.a), ring.at(self.b)) else { return };
        out.extend(a.entities.iter().map(|from| {
            let pose = Pose::of(&from.player);
            let to = b.entity(from.slot).map_or(pose, |to| Pose::of(&to.player));
            (from.slot, if self.a == self.b { pose } else { Pose::blend(pose, to, self.fraction.into()) })
        }));
    }
}
