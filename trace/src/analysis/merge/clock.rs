//! One client's clock against the server's: a piecewise linear map, and how far from the truth it may be.
//!
//! A map holds *pieces*; within one the clock ran evenly, between two it stepped. A piece holds *knots*: at such a local time
//! the server's clock showed something between `lowest` and `highest`, for otherwise a packet would have arrived before it
//! left. Nothing recorded can narrow that further. The map takes the middle, which is right if the quickest packets of
//! either way took equally long. Must not know packets; `fit` makes maps of them.

use serde::Serialize;

/// Turns a client's local time into the server's, and back.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ClockMap {
    /// In order of local time; at least one, each with at least one knot.
    pub pieces: Vec<Piece>,
}

/// A time in which the clock ran without a step.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Piece {
    /// Where it begins, local time; the first piece is used for everything before it, too.
    pub from_ns: i64,
    /// In order of local time.
    pub knots: Vec<Knot>,
}

/// What the server's clock may have shown at one local time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Knot {
    pub local_ns: i64,
    pub lowest_ns: i64,
    pub highest_ns: i64,
}

impl Knot {
    /// The middle: an assumption.
    pub fn server_ns(&self) -> i64 {
        self.lowest_ns + (self.highest_ns - self.lowest_ns) / 2
    }

    pub fn error_bound_ns(&self) -> i64 {
        (self.highest_ns - self.lowest_ns + 1) / 2
    }
}

impl ClockMap {
    /// The server's local time at this client's.
    pub fn to_server_ns(&self, local_ns: i64) -> i64 {
        let (at, slope) = self.piece(local_ns).around(local_ns);
        let (lowest, highest) = at.bounds(local_ns, slope);
        lowest + (highest - lowest) / 2
    }

    /// The truth is no further from [`to_server_ns`](Self::to_server_ns) than this.
    pub fn error_bound_ns(&self, local_ns: i64) -> i64 {
        let (lowest, highest) = self.interval_ns(local_ns);
        (highest - lowest + 1) / 2
    }

    /// The lowest and the highest server time that no packet contradicts.
    pub fn interval_ns(&self, _local_ns: i64) -> (i64, i64) {
        (0, 0)
    }

    /// This client's local time at the server's. Where its clock stood still while the server's went on: the time at which it
    /// stood.
    pub fn to_local_ns(&self, server_ns: i64) -> i64 {
        server_ns
    }

    /// Local times at which the clock stepped, and by how much the server's time jumped against it, nanoseconds.
    pub fn steps(&self) -> Vec<(i64, i64)> {
        Vec::new()
    }

    fn piece(&self, _local_ns: i64) -> &Piece {
        &self.pieces[0]
    }
}

impl Piece {
    fn around(&self, _local_ns: i64) -> (Knot, f64) {
        (self.knots[0], 1.0)
    }
}

impl Knot {
    fn bounds(&self, _local_ns: i64, _slope: f64) -> (i64, i64) {
        (self.lowest_ns, self.highest_ns)
    }
}
