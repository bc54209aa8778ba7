//! What a server believes a client's screen showed. How it comes to believe it is the server's business.

use crate::tick::Tick;

/// What one client is believed to have drawn at one input, whole ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Believed {
    /// The believed time of the picture.
    pub estimate: i64,
    /// Between these, tolerance included, the picture may be. A client that received nothing newer shows its newest: if its
    /// acks are before the estimate, so is the picture, within the tolerance of them. They are further apart only for
    /// inputs whose packet brought a newer ack: it may have come before the frame or after it.
    pub first: i64,
    pub last: i64,
    /// A snapshot that it had for certain when it drew: the last but one that it had acked before the packet with this
    /// input, for between the frame and that ack one more may have come.
    pub had: Option<Tick>,
}

impl Believed {
    /// Can `tick` have been the newest snapshot the client had when it drew? Tolerance included: its frame was earlier.
    pub fn may_be_newest(&self, tick: Tick) -> bool {
        self.had.is_none_or(|had| had.distance(tick) <= TOLERANCE_TICKS)
    }
}

/// How far from what is believed a claim may lie, in ticks: a frame that was drawn before the click, the part of a tick
/// until the input left, and the rounding of a declared delay.
pub const TOLERANCE_TICKS: i64 = 3;
