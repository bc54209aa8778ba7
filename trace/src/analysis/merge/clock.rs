//! One client's clock against the server's: a piecewise linear map, and how far from the truth it may be.
//!
//! A map holds *pieces*; within one the clock ran without a step, between two it jumped. A piece holds *knots*: at such a
//! local time the server's clock showed something between `lowest` and `highest`, for otherwise a packet would have arrived
//! before it left. Nothing recorded can narrow that further. The map takes the middle, which is right if the quickest packets
//! of either way took equally long, and an assumption if nobody knows that. Must not know packets; `fit` makes maps of them.

use serde::Serialize;

/// Turns a client's local time into the server's, and back.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClockMap {
    /// In order of local time; never empty, and no piece is without a knot.
    pieces: Vec<Piece>,
}

/// A time in which the clock ran without a step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Piece {
    /// Where it begins, local time. What lies before the first piece is read off the first, too.
    pub from_ns: i64,
    /// In order of local time.
    pub knots: Vec<Knot>,
    /// How much faster than the client's clock the server's runs, parts per million: by what went up, and by what came down.
    pub drift_up_ppm: f64,
    pub drift_down_ppm: f64,
    /// Packets of one way only were there: the other side of the interval is as wide as it was next to this piece.
    pub one_sided: bool,
}

/// What the server's clock may have shown at one local time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Knot {
    pub local_ns: i64,
    pub lowest_ns: i64,
    pub highest_ns: i64,
}

/// A jump of one clock against the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Local time of the client.
    pub at_ns: i64,
    /// The server's clock gained so much on the client's; negative = it lost.
    pub by_ns: i64,
}

/// Furthest that two clocks may drift apart, parts per million: quartz is within 100, a clock being slewed by NTP at up to
/// 500. The same as `shared::clock::sync` allows.
pub const DRIFT_PPM_MAX: f64 = tickshot_shared::clock::sync::DRIFT_PPM_MAX as f64;

impl Knot {
    /// The middle: an assumption.
    pub fn server_ns(&self) -> i64 {
        middle((self.lowest_ns, self.highest_ns))
    }
}

impl ClockMap {
    /// `None` without a knot.
    pub(super) fn new(pieces: Vec<Piece>) -> Option<ClockMap> {
        let pieces: Vec<Piece> = pieces.into_iter().filter(|piece| !piece.knots.is_empty()).collect();
        (!pieces.is_empty()).then_some(ClockMap { pieces })
    }

    /// The server's local time at this client's.
    pub fn to_server_ns(&self, local_ns: i64) -> i64 {
        middle(self.interval_ns(local_ns))
    }

    /// The truth is no further from [`to_server_ns`](Self::to_server_ns) than this.
    pub fn error_bound_ns(&self, local_ns: i64) -> i64 {
        let (lowest, highest) = self.interval_ns(local_ns);
        highest.saturating_sub(lowest).saturating_add(1) / 2
    }

    /// The lowest and the highest server time that no packet contradicts.
    pub fn interval_ns(&self, local_ns: i64) -> (i64, i64) {
        self.piece(local_ns).interval_ns(local_ns)
    }

    /// This client's local time at the server's. Where its clock stood still while the server's went on: the time at which it
    /// stood. Where the server's went back, and one time was twice: the first.
    pub fn to_local_ns(&self, server_ns: i64) -> i64 {
        for (piece, next) in self.pieces.iter().zip(self.pieces.iter().skip(1)) {
            if server_ns < middle(piece.interval_ns(next.from_ns)) {
                return piece.local_ns(server_ns);
            }
            if server_ns < middle(next.interval_ns(next.from_ns)) {
                return next.from_ns;
            }
        }
        self.last().local_ns(server_ns)
    }

    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Where one of the clocks stepped.
    pub fn steps(&self) -> Vec<Step> {
        let step = |(piece, next): (&Piece, &Piece)| Step {
            at_ns: next.from_ns,
            by_ns: middle(next.interval_ns(next.from_ns)) - middle(piece.interval_ns(next.from_ns)),
        };
        self.pieces.iter().zip(self.pieces.iter().skip(1)).map(step).collect()
    }

    fn piece(&self, local_ns: i64) -> &Piece {
        let after = self.pieces.partition_point(|piece| piece.from_ns <= local_ns);
        &self.pieces[after.saturating_sub(1)]
    }

    /// The piece that the recording ended in.
    pub fn last(&self) -> &Piece {
        self.pieces.last().expect("a map has a piece")
    }
}

impl Piece {
    /// Middle of both ways' drift, parts per million.
    pub fn drift_ppm(&self) -> f64 {
        (self.drift_up_ppm + self.drift_down_ppm) / 2.0
    }

    /// How far each way's drift is from the middle. Zero does not mean that it is right: both may be wrong alike, if one way
    /// grew slower just as the other grew quicker.
    pub fn drift_spread_ppm(&self) -> f64 {
        (self.drift_up_ppm - self.drift_down_ppm).abs() / 2.0
    }

    fn interval_ns(&self, local_ns: i64) -> (i64, i64) {
        let after = self.knots.partition_point(|knot| knot.local_ns <= local_ns);
        match (after.checked_sub(1).map(|before| self.knots[before]), self.knots.get(after)) {
            (Some(a), Some(b)) => between(a, *b, local_ns),
            (Some(last), None) => self.beyond(last, local_ns),
            (None, Some(first)) => self.beyond(*first, local_ns),
            (None, None) => (local_ns, local_ns),
        }
    }

    /// Outside of what was measured the clocks go on as they did, and nobody knows how far they drift meanwhile.
    fn beyond(&self, knot: Knot, local_ns: i64) -> (i64, i64) {
        let away = local_ns.saturating_sub(knot.local_ns);
        let moved = away.saturating_add((away as f64 * self.drift_ppm() * 1e-6).round() as i64);
        let doubt = (away.unsigned_abs() as f64 * DRIFT_PPM_MAX * 1e-6).ceil() as i64;
        (
            knot.lowest_ns.saturating_add(moved).saturating_sub(doubt),
            knot.highest_ns.saturating_add(moved).saturating_add(doubt),
        )
    }

    fn local_ns(&self, server_ns: i64) -> i64 {
        let after = self.knots.partition_point(|knot| knot.server_ns() <= server_ns);
        match (after.checked_sub(1).map(|before| self.knots[before]), self.knots.get(after)) {
            (Some(a), Some(b)) => {
                let (from, to) = (a.server_ns(), b.server_ns());
                a.local_ns + share(b.local_ns - a.local_ns, server_ns - from, to - from)
            }
            (Some(knot), None) | (None, Some(&knot)) => {
                let away = server_ns.saturating_sub(knot.server_ns());
                let slower = (away as f64 * (1.0 - 1.0 / (1.0 + self.drift_ppm() * 1e-6))).round() as i64;
                knot.local_ns.saturating_add(away - slower)
            }
            (None, None) => server_ns,
        }
    }
}

fn middle((lowest, highest): (i64, i64)) -> i64 {
    lowest.midpoint(highest)
}

fn between(a: Knot, b: Knot, local_ns: i64) -> (i64, i64) {
    let (done, all) = (local_ns - a.local_ns, b.local_ns - a.local_ns);
    let at = |from: i64, to: i64| from + share(to - from, done, all);
    (at(a.lowest_ns, b.lowest_ns), at(a.highest_ns, b.highest_ns))
}

/// `whole * done / all`, in integers: what is equal comes out equal.
fn share(whole: i64, done: i64, all: i64) -> i64 {
    if all == 0 { 0 } else { (i128::from(whole) * i128::from(done) / i128::from(all)) as i64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn knot(local_ns: i64, lowest_ns: i64, highest_ns: i64) -> Knot {
        Knot { local_ns, lowest_ns, highest_ns }
    }

    fn piece(from_ns: i64, knots: Vec<Knot>) -> Piece {
        Piece { from_ns, knots, drift_up_ppm: 100.0, drift_down_ppm: 100.0, one_sided: false }
    }

    #[test]
    fn there_and_back_again() {
        let map = ClockMap::new(vec![piece(0, vec![knot(0, 900, 1_100), knot(10_000, 10_950, 11_150)])]).unwrap();
        assert_eq!((map.to_server_ns(0), map.error_bound_ns(0)), (1_000, 100));
        for local in [0, 1, 777, 5_000, 10_000] {
            assert!((map.to_local_ns(map.to_server_ns(local)) - local).abs() <= 1, "{local}");
        }
        assert!((map.to_local_ns(map.to_server_ns(2_000_000)) - 2_000_000).abs() <= 1);
    }

    #[test]
    fn beyond_what_was_measured_doubt_grows_with_what_clocks_may_drift() {
        let map = ClockMap::new(vec![piece(0, vec![knot(0, -1_000, 1_000)])]).unwrap();
        assert_eq!(map.error_bound_ns(0), 1_000);
        assert_eq!(map.error_bound_ns(1_000_000_000), 601_000);
        assert_eq!(map.to_server_ns(1_000_000_000), 1_000_100_000);
    }

    #[test]
    fn times_within_a_sleep_are_the_moment_it_began() {
        let map = ClockMap::new(vec![piece(0, vec![knot(0, 0, 0)]), piece(1_000, vec![knot(1_000, 9_000, 9_000)])]);
        let map = map.unwrap();
        assert_eq!(map.steps(), [Step { at_ns: 1_000, by_ns: 8_000 }]);
        assert_eq!((map.to_local_ns(500), map.to_local_ns(5_000), map.to_local_ns(9_500)), (500, 1_000, 1_500));
        assert_eq!((map.to_server_ns(999), map.to_server_ns(1_000)), (999, 9_000));
    }
}
