//! When a shot is tested: what its stamp claims, or the nearest time that the claim may be.
//!
//! Pure arithmetic on whole numbers that is total: any stamp, possible or not, gets a time within its limits. Must not
//! know worlds or sessions.

use super::Believed;
use crate::protocol::evidence::Clamp;
use crate::sim::input::ViewStamp;
use crate::tick::Tick;

/// Between which times a shot may be tested.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The tick being made: the server's present.
    pub now: Tick,
    pub rewind_ticks_max: u32,
    /// `None`: the shooter has never told what it has, so nothing can have been on its screen.
    pub believed: Option<Believed>,
    /// Both snapshots of the stamp were sent to this shooter, are remembered, and it has acked as much.
    pub known: bool,
}

/// When a shot is tested. Times are in 1/256 tick since the server's start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowed {
    pub now_256ths: i64,
    pub claimed_256ths: i64,
    pub used_256ths: i64,
    pub clamp: Clamp,
}

/// The time at which a shot with this stamp is tested.
///
/// It lies in `now - rewind_ticks_max ..= now`, and as near to what is believed as that allows; without belief it is `now`.
pub fn allow(stamp: &ViewStamp, limits: &Limits) -> Allowed {
    let now = at(limits.now.0.into());
    let oldest = at(limits.now.0.saturating_sub(limits.rewind_ticks_max).into());
    let (first, last) = match limits.believed {
        Some(believed) => (at(believed.first).clamp(oldest, now), at(believed.last).clamp(oldest, now)),
        None => (now, now),
    };
    let claimed = claimed_256ths(stamp);
    let clamp = if !limits.known || is_passed_over(stamp, limits) {
        Clamp::Unknown
    } else if claimed > now {
        Clamp::Ahead
    } else if claimed < oldest {
        Clamp::Cap
    } else if claimed < first {
        Clamp::Early
    } else if claimed > last {
        Clamp::Late
    } else {
        Clamp::None
    };
    Allowed { now_256ths: now, claimed_256ths: claimed, used_256ths: claimed.clamp(first, last), clamp }
}

impl Allowed {
    /// How old the claimed picture is; negative = in the future.
    pub fn claimed_age_256ths(&self) -> i64 {
        self.now_256ths - self.claimed_256ths
    }

    /// The whole tick nearest to the used time, which is within the same limits, for those are whole ticks.
    pub fn nearest_tick_256ths(&self) -> i64 {
        at((self.used_256ths + ONE_TICK / 2).div_euclid(ONE_TICK))
    }
}

/// When the others on screen were where they were drawn. Of any stamp: 2^32 ticks times 2^16 fractions fit well.
fn claimed_256ths(stamp: &ViewStamp) -> i64 {
    at(stamp.a.0.into()) + stamp.b.distance(stamp.a) * i64::from(stamp.fraction)
}

/// Straight on beyond *b* is only drawn from the newest snapshot there is: a shooter that had a newer one for certain
/// chooses among pasts that it did not see.
fn is_passed_over(stamp: &ViewStamp, limits: &Limits) -> bool {
    i64::from(stamp.fraction) > ONE_TICK && limits.believed.is_some_and(|believed| !believed.may_be_newest(stamp.b))
}

/// A whole tick in 1/256 tick.
fn at(tick: i64) -> i64 {
    tick * ONE_TICK
}

/// One tick in 1/256 tick; also the fraction at which a view has arrived at its *b*.
const ONE_TICK: i64 = 256;
