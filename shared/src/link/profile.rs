//! What one direction of a link does to datagrams, as data: delays, losses, limits.
//!
//! Must not know who applies it, or any clock.

use super::units::{Bytes, Rate, Share, Time};
use crate::limits::{
    LINK_DELAY_US_MAX, LINK_FREEZE_EVERY_MS_MAX, LINK_FREEZE_MS_MAX, LINK_QUEUE_MS_MAX, LINK_RATE_BPS_MAX,
    LINK_RATE_BPS_MIN,
};
use serde::{Deserialize, Serialize};

/// Both directions of a client's link, seen from the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkSettings {
    /// Client to server.
    pub up: Profile,
    /// Server to client.
    pub down: Profile,
}

/// One direction. The default does nothing at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Every datagram is late by this much, microseconds.
    pub delay_us: u32,
    /// Spread of the delay, microseconds: half the width (uniform), standard deviation (normal), mean excess (skewed).
    pub jitter_us: u32,
    pub distribution: Distribution,
    /// How much one datagram's jitter resembles the one before, parts per million.
    pub correlation_ppm: u32,
    pub loss: Loss,
    /// Share of datagrams that arrive twice, parts per million.
    pub duplicate_ppm: u32,
    /// Share of datagrams that overtake those before them (they skip the delay), parts per million.
    pub reorder_ppm: u32,
    /// Bits per second that pass; 0 = unlimited.
    pub rate_bps: u64,
    /// With a rate: most bytes that wait for it; what comes on top is dropped.
    pub queue_bytes: u32,
    /// Datagrams with more payload bytes than this are dropped; 0 = no limit.
    pub mtu_bytes: u16,
    /// Nothing passes for this long, milliseconds, from when the profile is put on; what was sent meanwhile comes at the end.
    pub freeze_ms: u32,
    /// With a freeze: it comes again every so often, milliseconds; 0 = once.
    pub freeze_every_ms: u32,
}

/// Shape of the jitter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Distribution {
    /// Anything within +- the jitter, alike.
    #[default]
    Uniform,
    /// A bell around the delay.
    Normal,
    /// Never early, mostly on time, sometimes very late.
    Skewed,
}

/// Which datagrams never arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Loss {
    /// Each with this probability, parts per million.
    Random { ppm: u32 },
    /// Gilbert-Elliott: a good and a bad state; per datagram the chances to change, and to be lost in either, ppm.
    Bursts { to_bad_ppm: u32, to_good_ppm: u32, loss_good_ppm: u32, loss_bad_ppm: u32 },
}

impl Default for Loss {
    fn default() -> Loss {
        Loss::Random { ppm: 0 }
    }
}

impl Profile {
    /// Nothing happens; the same as the default.
    pub const CLEAN: Profile = Profile {
        delay_us: 0,
        jitter_us: 0,
        distribution: Distribution::Uniform,
        correlation_ppm: 0,
        loss: Loss::Random { ppm: 0 },
        duplicate_ppm: 0,
        reorder_ppm: 0,
        rate_bps: 0,
        queue_bytes: 0,
        mtu_bytes: 0,
        freeze_ms: 0,
        freeze_every_ms: 0,
    };

    /// True if nothing ever happens to a datagram.
    pub fn is_clean(&self) -> bool {
        let harmless = match self.loss {
            Loss::Random { ppm } => ppm == 0,
            Loss::Bursts { loss_good_ppm, loss_bad_ppm, .. } => loss_good_ppm == 0 && loss_bad_ppm == 0,
        };
        // A reordered datagram skips the delay: without one there is nothing to skip.
        let quick = self.delay_us == 0 && self.jitter_us == 0 && self.rate_bps == 0 && self.freeze_ms == 0;
        harmless && quick && self.duplicate_ppm == 0 && self.mtu_bytes == 0
    }

    /// Refuses what no link could be, or what would hold datagrams for longer than anyone waits.
    pub fn check(&self) -> Result<(), ProfileError> {
        let within = |word, us: u32| {
            if us > LINK_DELAY_US_MAX { Err(ProfileError::TooLong { word, given: Time(us.into()) }) } else { Ok(()) }
        };
        within("delay", self.delay_us)?;
        within("jitter", self.jitter_us)?;
        self.check_shares()?;
        if self.rate_bps != 0 {
            if !(LINK_RATE_BPS_MIN..=LINK_RATE_BPS_MAX).contains(&self.rate_bps) {
                return Err(ProfileError::Rate { given: Rate(self.rate_bps) });
            }
            let waits_ms = u64::from(self.queue_bytes) * 8000 / self.rate_bps;
            if waits_ms > LINK_QUEUE_MS_MAX {
                return Err(ProfileError::Queue {
                    queue: Bytes(self.queue_bytes),
                    rate: Rate(self.rate_bps),
                    waits_ms,
                });
            }
        }
        let (freeze, every) = (Time::of_millis(self.freeze_ms), Time::of_millis(self.freeze_every_ms));
        if self.freeze_ms > LINK_FREEZE_MS_MAX {
            return Err(ProfileError::Freeze { given: freeze });
        }
        let is_possible = self.freeze_ms > 0 && self.freeze_every_ms > self.freeze_ms;
        if self.freeze_every_ms > 0 && (!is_possible || self.freeze_every_ms > LINK_FREEZE_EVERY_MS_MAX) {
            return Err(ProfileError::Every { freeze, every });
        }
        Ok(())
    }

    fn check_shares(&self) -> Result<(), ProfileError> {
        let within =
            |word, ppm: u32| if ppm > PPM { Err(ProfileError::Share { word, given: Share(ppm) }) } else { Ok(()) };
        within("correlation", self.correlation_ppm)?;
        within("duplicate", self.duplicate_ppm)?;
        within("reorder", self.reorder_ppm)?;
        match self.loss {
            Loss::Random { ppm } => within("loss", ppm),
            Loss::Bursts { to_bad_ppm, to_good_ppm, loss_good_ppm, loss_bad_ppm } => {
                [to_bad_ppm, to_good_ppm, loss_good_ppm, loss_bad_ppm]
                    .iter()
                    .try_for_each(|ppm| within("gemodel", *ppm))
            }
        }
    }
}

impl LinkSettings {
    /// The same in both directions.
    pub const fn both(profile: Profile) -> LinkSettings {
        LinkSettings { up: profile, down: profile }
    }

    /// True if nothing ever happens to a datagram, in either direction.
    pub fn is_clean(&self) -> bool {
        self.up.is_clean() && self.down.is_clean()
    }

    /// See [`Profile::check`]; the error names the direction.
    pub fn check(&self) -> Result<(), LinkError> {
        let of = |direction| move |error| LinkError { direction, error };
        self.up.check().map_err(of("up"))?;
        self.down.check().map_err(of("down"))
    }
}

/// A direction that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{direction}: {error}")]
pub struct LinkError {
    pub direction: &'static str,
    pub error: ProfileError,
}

/// Why a profile cannot be: the word, the value, and what is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    #[error("{word} of {given} is too long; at most {}", Time(LINK_DELAY_US_MAX.into()))]
    TooLong { word: &'static str, given: Time },
    #[error("{word} of {given} is more than all; at most 100%")]
    Share { word: &'static str, given: Share },
    #[error(
        "rate of {given} is out of range; {} to {}, or none at all",
        Rate(LINK_RATE_BPS_MIN),
        Rate(LINK_RATE_BPS_MAX)
    )]
    Rate { given: Rate },
    #[error(
        "a queue of {queue} takes {waits_ms} ms to empty at {rate}; at most {LINK_QUEUE_MS_MAX} ms: less queue or more rate"
    )]
    Queue { queue: Bytes, rate: Rate, waits_ms: u64 },
    #[error("freeze of {given} is too long; at most {}", Time::of_millis(LINK_FREEZE_MS_MAX))]
    Freeze { given: Time },
    #[error(
        "a freeze of {freeze} cannot come every {every}; the pause must be longer than the freeze, at most {}",
        Time::of_millis(LINK_FREEZE_EVERY_MS_MAX)
    )]
    Every { freeze: Time, every: Time },
}

/// The whole in parts per million.
pub const PPM: u32 = 1_000_000;
