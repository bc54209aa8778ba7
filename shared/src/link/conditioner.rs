//! What becomes of each datagram on one direction of a bad link: a plain seeded state machine.
//!
//! Time line of one datagram: too long or unlucky, it is dropped; if the link is frozen, it enters at the thaw; it waits
//! for its turn at the rate; then it takes the delay. Nobody overtakes unless chosen to. The conditioner holds no bytes
//! and knows no clock: it says when each copy is released, and whoever asks keeps it until then. Same seed, same times
//! and lengths in: same outcome, on every machine. Any profile is safe, also one that [`Profile::check`] refuses. It must not know addresses, sockets or what a datagram means.

use super::jitter::Jitter;
use super::profile::{Loss, PPM, Profile};
use crate::rng::Rng;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// One direction of a link. Times may be of any clock as long as it is always the same one and never runs backwards.
#[derive(Clone, Debug)]
pub struct Conditioner {
    profile: Profile,
    /// The profile does nothing and nothing of an earlier one lingers.
    clean: bool,
    /// One stream per fault, so that turning one on does not change what another does.
    loss_rng: Rng,
    duplicate_rng: Rng,
    reorder_rng: Rng,
    jitter: Jitter,
    /// Gilbert-Elliott: in the bad state.
    bad: bool,
    /// When the freezes of the profile began to count; none until the first datagram.
    freeze_since: Option<u64>,
    /// End of the freeze asked for by [`Conditioner::freeze`].
    frozen_until: u64,
    /// When the rate limit has passed on everything it accepted.
    busy_until: u64,
    /// Latest release so far of what kept its place.
    last_release: u64,
    counts: LinkCounts,
}

/// What a link did, in datagrams since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkCounts {
    /// Got through, or will; copies not counted.
    pub passed: u64,
    /// Dropped at random or in a burst.
    pub lost: u64,
    /// Arrived, or will, a second time.
    pub duplicated: u64,
    /// Overtook at least one sent before.
    pub reordered: u64,
    /// Dropped because too many bytes waited for the rate.
    pub over_queue: u64,
    /// Dropped because they were longer than the MTU.
    pub over_mtu: u64,
    /// Passed, but only after a freeze.
    pub frozen: u64,
    /// Copies dropped because whoever holds them for the link held too many already.
    pub over_held: u64,
}

impl std::ops::AddAssign for LinkCounts {
    fn add_assign(&mut self, more: LinkCounts) {
        // Named one by one, so that a new count cannot be forgotten.
        let LinkCounts { passed, lost, duplicated, reordered, over_queue, over_mtu, frozen, over_held } = more;
        self.passed += passed;
        self.lost += lost;
        self.duplicated += duplicated;
        self.reordered += reordered;
        self.over_queue += over_queue;
        self.over_mtu += over_mtu;
        self.frozen += frozen;
        self.over_held += over_held;
    }
}

impl Conditioner {
    /// A link that does what `profile` says; freezes of the profile begin with the first datagram.
    pub fn new(profile: Profile, seed: u64) -> Conditioner {
        Conditioner {
            profile,
            clean: profile.is_clean(),
            loss_rng: Rng::fork(seed, 1),
            duplicate_rng: Rng::fork(seed, 2),
            reorder_rng: Rng::fork(seed, 3),
            jitter: Jitter::new(Rng::fork(seed, 4)),
            bad: false,
            freeze_since: None,
            frozen_until: 0,
            busy_until: 0,
            last_release: 0,
            counts: LinkCounts::default(),
        }
    }

    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    pub fn counts(&self) -> LinkCounts {
        self.counts
    }

    /// True if datagrams sent at `now` are treated other than on a plain wire: by the profile, or by a freeze asked for.
    pub fn is_active(&self, now: Duration) -> bool {
        !self.profile.is_clean() || self.frozen_until > nanos(now)
    }

    /// Change what the link does to datagrams from `now` on. Those sent before keep their times and are not overtaken. A new
    /// freeze begins now; one that is the same in both profiles goes on.
    pub fn set_profile(&mut self, now: Duration, profile: Profile) {
        let freeze = |profile: &Profile| (profile.freeze_ms, profile.freeze_every_ms);
        if freeze(&profile) != freeze(&self.profile) {
            self.freeze_since = Some(nanos(now));
        }
        if !matches!(profile.loss, Loss::Bursts { .. }) {
            self.bad = false;
        }
        self.profile = profile;
        // What lingers of the old one is looked at by the next datagram.
        self.clean = false;
    }

    /// Let nothing pass for `duration`: what is sent until then enters the link at the end. What the link has taken already
    /// is beyond the frozen spot and arrives.
    pub fn freeze(&mut self, now: Duration, duration: Duration) {
        self.frozen_until = self.frozen_until.max(nanos(now).saturating_add(nanos(duration)));
        self.clean = false;
    }

    /// A datagram of `bytes` payload bytes is sent at `now`: calls `emit` with the time of release once per copy, in no
    /// case before `now`; not at all if it is lost.
    pub fn pass(&mut self, now: Duration, bytes: usize, emit: &mut dyn FnMut(Duration)) {
        if self.clean {
            self.counts.passed += 1;
            return emit(now);
        }
        let at = nanos(now);
        if self.is_dropped(bytes) {
            return;
        }
        let entry = self.thaw(at);
        let Some(sent) = self.serialize(entry, bytes) else {
            self.counts.over_queue += 1;
            return;
        };
        self.counts.frozen += u64::from(entry > at);
        let release = self.release(sent);
        self.counts.passed += 1;
        emit(Duration::from_nanos(release));
        if chosen(&mut self.duplicate_rng, self.profile.duplicate_ppm) {
            self.counts.duplicated += 1;
            emit(Duration::from_nanos(release));
        }
        self.clean = self.profile.is_clean() && self.frozen_until.max(self.last_release) <= at;
    }

    /// Stage 1: is it too long or unlucky?
    fn is_dropped(&mut self, bytes: usize) -> bool {
        if self.profile.mtu_bytes > 0 && bytes > usize::from(self.profile.mtu_bytes) {
            self.counts.over_mtu += 1;
            return true;
        }
        let rng = &mut self.loss_rng;
        let lost = match self.profile.loss {
            Loss::Random { ppm } => chosen(rng, ppm),
            Loss::Bursts { to_bad_ppm, to_good_ppm, loss_good_ppm, loss_bad_ppm } => {
                let (leave_ppm, loss_ppm) =
                    if self.bad { (to_good_ppm, loss_bad_ppm) } else { (to_bad_ppm, loss_good_ppm) };
                let lost = chosen(rng, loss_ppm);
                self.bad ^= chosen(rng, leave_ppm);
                lost
            }
        };
        self.counts.lost += u64::from(lost);
        lost
    }

    /// Stage 2: when it enters the link: at once, or when the freeze is over.
    fn thaw(&mut self, at: u64) -> u64 {
        let since = *self.freeze_since.get_or_insert(at);
        let after = at.max(self.frozen_until);
        let freeze = u64::from(self.profile.freeze_ms) * NANOS_PER_MILLI;
        if freeze == 0 {
            return after;
        }
        let elapsed = after.saturating_sub(since);
        let every = u64::from(self.profile.freeze_every_ms) * NANOS_PER_MILLI;
        let into = elapsed.checked_rem(every).unwrap_or(elapsed);
        after + freeze.saturating_sub(into)
    }

    /// Stage 3: when its last bit is sent at the rate; none if the queue is full. The queue is counted in time: bytes over rate.
    fn serialize(&mut self, entry: u64, bytes: usize) -> Option<u64> {
        if self.profile.rate_bps == 0 {
            return Some(entry);
        }
        let nanos_of = |bytes: u64| bytes.saturating_mul(8 * NANOS_PER_SECOND) / self.profile.rate_bps;
        let waits = self.busy_until.saturating_sub(entry);
        let takes = nanos_of(bytes as u64 + HEADER_BYTES);
        // An idle link takes anything at once, whatever its queue.
        if waits > 0 && waits.saturating_add(takes) > nanos_of(u64::from(self.profile.queue_bytes)) {
            return None;
        }
        self.busy_until = entry.saturating_add(waits).saturating_add(takes);
        Some(self.busy_until)
    }

    /// Stage 4: when it arrives if it left at `sent`.
    fn release(&mut self, sent: u64) -> u64 {
        let release = if chosen(&mut self.reorder_rng, self.profile.reorder_ppm) {
            self.counts.reordered += u64::from(sent < self.last_release);
            sent
        } else {
            self.last_release.max(sent.saturating_add(self.jitter.delay_ns(&self.profile)))
        };
        self.last_release = self.last_release.max(release);
        release
    }
}

/// True with a probability of `ppm` in a million; draws nothing if that is none.
fn chosen(rng: &mut Rng, ppm: u32) -> bool {
    ppm > 0 && rng.chance(ppm, PPM)
}

/// 584 years fit.
fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX / 2)
}

const NANOS_PER_SECOND: u64 = 1_000_000_000;
const NANOS_PER_MILLI: u64 = 1_000_000;
/// What IPv4 and UDP add to a payload: a rate limit counts it, as a modem does.
pub const HEADER_BYTES: u64 = 28;
