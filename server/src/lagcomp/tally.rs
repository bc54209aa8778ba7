//! What a server counts of all shots it judged.
//!
//! Must not know how a shot is judged.

use crate::metrics::Spread;
use hdrhistogram::Histogram;
use serde::Serialize;
use tickshot_shared::modes::HitCheck;
use tickshot_shared::protocol::evidence::{Clamp, ShotEvidence};
use tickshot_shared::tick::TickRate;

/// Counts of all shots of one server run.
#[derive(Debug)]
pub struct ShotTally {
    pub fired: u64,
    pub hit: u64,
    /// Shots that carried a view stamp: all counts below are of these.
    pub stamped: u64,
    /// By [`Clamp::ALL`].
    clamps: [u64; 6],
    /// By [`HitCheck::ALL`]: shots that this check would have decided otherwise than the exact one.
    differs: [u64; 3],
    exact_hits: u64,
    /// How far back shots were tested, 1/256 tick.
    rewind_256ths: Histogram<u64>,
}

/// Shots as the server judged them.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct ShotCounts {
    pub fired: u64,
    pub hit: u64,
    /// Those with a view stamp: from people and their bots, not from the server's own bots.
    pub stamped: u64,
    /// Of these, tested at another time than claimed.
    pub clamped: u64,
    pub clamped_by: ClampCounts,
    /// How far back they were tested.
    pub rewind_ms: Spread,
    /// Of these, hits by the exact view; and shots that another check would have decided otherwise.
    pub exact_hits: u64,
    pub none_differs: u64,
    pub tick_differs: u64,
}

/// Clamped shots by reason, see [`Clamp`].
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct ClampCounts {
    pub cap: u64,
    pub ahead: u64,
    pub early: u64,
    pub late: u64,
    pub unknown: u64,
}

impl ShotTally {
    pub fn new() -> ShotTally {
        ShotTally {
            fired: 0,
            hit: 0,
            stamped: 0,
            clamps: [0; 6],
            differs: [0; 3],
            exact_hits: 0,
            rewind_256ths: Histogram::new_with_bounds(1, REWIND_256THS_MAX, 3).expect("bounds are constants that fit"),
        }
    }

    pub fn record(&mut self, shot: &ShotEvidence) {
        self.stamped += 1;
        self.clamps[shot.clamp as usize] += 1;
        let exact = shot.verdicts[HitCheck::Exact as usize];
        self.exact_hits += u64::from(exact.is_some());
        for (differs, verdict) in self.differs.iter_mut().zip(shot.verdicts) {
            *differs += u64::from(verdict != exact);
        }
        self.rewind_256ths.saturating_record(shot.used_age_256ths.into());
    }

    pub fn counts(&self, rate: TickRate) -> ShotCounts {
        let [none, cap, ahead, early, late, unknown] = self.clamps;
        let ms = 1000.0 / (256.0 * f64::from(rate.hz()));
        ShotCounts {
            fired: self.fired,
            hit: self.hit,
            stamped: self.stamped,
            clamped: self.stamped - none,
            clamped_by: ClampCounts { cap, ahead, early, late, unknown },
            rewind_ms: Spread::of(&self.rewind_256ths, ms),
            exact_hits: self.exact_hits,
            none_differs: self.differs[HitCheck::None as usize],
            tick_differs: self.differs[HitCheck::WholeTick as usize],
        }
    }
}

impl Default for ShotTally {
    fn default() -> Self {
        Self::new()
    }
}

/// The longest rewind at the highest tick rate, in 1/256 tick, and to spare.
const REWIND_256THS_MAX: u64 = 256 * 256;

const _: () = assert!(Clamp::ALL.len() == 6 && Clamp::Unknown as usize == 5, "clamps are counted by position");
