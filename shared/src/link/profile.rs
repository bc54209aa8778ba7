//! What one direction of a link does to datagrams, as data: delays, losses, limits.
//!
//! Must not know who applies it, or any clock.

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
    /// Does it change anything?
    pub fn is_clean(&self) -> bool {
        *self == Profile::default()
    }
}

impl LinkSettings {
    /// Does it change anything, in either direction?
    pub fn is_clean(&self) -> bool {
        self.up.is_clean() && self.down.is_clean()
    }
}
