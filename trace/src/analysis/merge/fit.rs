//! Bounds in, a clock map out.
//!
//! Nothing arrives before it left. So every packet bounds the offset *d* = server time - local time at one local time *l*:
//! ```text
//! a snapshot left at server time s, was here at local time l     d(l) >= s - l      (a lower bound)
//! a packet left at local time l, was there at server time s      d(l) <= s - l      (an upper bound)
//! ```
//! Over a short time a clock runs evenly: *d* is a line. At each knot, all lines are taken that lie above every lower and
//! below every upper bound around it and are no steeper than clocks drift; between the lowest and the highest value that one of
//! them has there lies the truth (the feasible polygon of a linear programme, as Duda and others 1987, "Estimating global
//! time in distributed systems"). Only corners of the bounds' convex hulls matter. Drift is the hull's edge beside its middle,
//! the line that lies nearest to all bounds of one way (Moon, Skelly and Towsley 1999, "Estimation and removal of clock
//! skew"). Where no line fits, less time around the knot is looked at, for clocks change their speed, too.
//!
//! Bounds that contradict each other however fast clocks drift prove a step; there the map is cut. What cannot be found: a step
//! smaller than the round trip, which contradicts nothing.
//!
//! Must not know packets.

use super::clock::{ClockMap, DRIFT_PPM_MAX, Knot, Piece};

/// Pairs (client's local time, server's local time).
#[derive(Clone, Debug, Default)]
pub struct Bounds {
    /// The server's clock showed at least so much.
    pub lower: Vec<(i64, i64)>,
    /// It showed at most so much.
    pub upper: Vec<(i64, i64)>,
}

/// The map that `bounds` allow; `None` unless both ways were measured.
pub fn fit(bounds: &Bounds) -> Option<ClockMap> {
    let lower = bounds.lower.iter().map(|pair| (Side::Lower, *pair));
    let all = lower.chain(bounds.upper.iter().map(|pair| (Side::Upper, *pair)));
    let is_a_time = |ns: i64| ns.unsigned_abs() < TIME_NS_MAX;
    let sane = all.filter(|(_, (local, server))| is_a_time(*local) && is_a_time(*server));
    let mut marks: Vec<Mark> = sane.map(|(side, pair)| Mark::new(side, pair)).collect();
    marks.sort_by_key(|mark| mark.at);
    let mut spans = uncontradicted(&marks);
    for _ in 0..RESCANS {
        let strays = strays(&marks, &spans);
        if strays.is_empty() {
            break;
        }
        let mut index = 0;
        marks.retain(|_| {
            index += 1;
            !strays.iter().any(|span| span.contains(&(index - 1)))
        });
        spans = uncontradicted(&marks);
    }
    let width_ns = spans
        .iter()
        .filter_map(|span| width_ns(&marks[span.clone()]))
        .fold(None, |most: Option<f64>, width| Some(most.map_or(width, |most| most.max(width))))?;
    let pieces = spans.into_iter().filter_map(|span| fit_piece(&marks[span], width_ns)).collect();
    ClockMap::new(pieces)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Lower,
    Upper,
}

/// A bound: at local time `at` the offset is at least, or at most, `offset`.
#[derive(Clone, Copy, Debug)]
struct Mark {
    at: i64,
    offset: i64,
    side: Side,
}

impl Mark {
    fn new(side: Side, (local, server): (i64, i64)) -> Mark {
        let slack = if side == Side::Lower { -SLACK_NS } else { SLACK_NS };
        Mark { at: local, offset: server - local + slack, side }
    }
}

type Span = std::ops::Range<usize>;

/// Cuts where a bound contradicts those before it at any drift that clocks have.
fn uncontradicted(marks: &[Mark]) -> Vec<Span> {
    let mut spans = Vec::new();
    let (mut from, mut lowest, mut highest) = (0, Aged::none(), Aged::none());
    for (index, mark) in marks.iter().enumerate() {
        let (low, high) = (lowest.below(mark.at), highest.above(mark.at));
        let contradicts = match mark.side {
            Side::Lower => high.is_some_and(|high| mark.offset > high),
            Side::Upper => low.is_some_and(|low| mark.offset < low),
        };
        if contradicts {
            spans.push(from..index);
            (from, lowest, highest) = (index, Aged::none(), Aged::none());
        }
        match mark.side {
            Side::Lower if lowest.below(mark.at).is_none_or(|low| mark.offset > low) => lowest = Aged(Some(*mark)),
            Side::Upper if highest.above(mark.at).is_none_or(|high| mark.offset < high) => highest = Aged(Some(*mark)),
            _ => {}
        }
    }
    if from < marks.len() {
        spans.push(from..marks.len());
    }
    spans
}

/// The tightest bound so far: it is worth less with age.
struct Aged(Option<Mark>);

impl Aged {
    fn none() -> Aged {
        Aged(None)
    }

    fn below(&self, at: i64) -> Option<i64> {
        self.0.map(|mark| mark.offset.saturating_sub(drift_ns(at.saturating_sub(mark.at))))
    }

    fn above(&self, at: i64) -> Option<i64> {
        self.0.map(|mark| mark.offset.saturating_add(drift_ns(at.saturating_sub(mark.at))))
    }
}

/// What two clocks may drift apart in that time.
fn drift_ns(time_ns: i64) -> i64 {
    (time_ns.unsigned_abs() as f64 * DRIFT_PPM_MAX * 1e-6).ceil() as i64
}

/// Spans between others of too few bounds to be a time of its own: stray records, not a clock that stepped and stepped back.
fn strays(marks: &[Mark], spans: &[Span]) -> Vec<Span> {
    let is_stray = |span: &&Span| {
        let lower = marks[(*span).clone()].iter().filter(|mark| mark.side == Side::Lower).count();
        lower.min(span.len() - lower) < 2
    };
    let inner = if spans.len() > 2 { &spans[1..spans.len() - 1] } else { &[] };
    inner.iter().filter(is_stray).cloned().collect()
}

/// Room between both sides amid one piece; `None` if it has but one.
fn width_ns(marks: &[Mark]) -> Option<f64> {
    let has = |side: Side| marks.iter().any(|mark| mark.side == side);
    let amid = marks.get(marks.len() / 2).filter(|_| has(Side::Lower) && has(Side::Upper))?;
    let (low, high) = allowed(marks, amid.at, 0.0);
    Some(high - low)
}

/// Knots of one piece. `width_ns`: what to take for the other side where only one was measured.
fn fit_piece(marks: &[Mark], width_ns: f64) -> Option<Piece> {
    let (first, last) = (marks.first()?.at, marks.last()?.at);
    let hulled = Hulled::of(marks);
    let one_sided = hulled.lower.is_empty() || hulled.upper.is_empty();
    let (lower, upper) = (hulled.lower.drift_ppm(), hulled.upper.drift_ppm());
    let step = KNOT_NS.max((last - first) / KNOTS_MAX);
    let mut knots = Vec::new();
    let mut at = first;
    loop {
        let (low, high) = allowed(marks, at, width_ns);
        let server = |offset: f64| at.saturating_add(offset as i64);
        knots.push(Knot { local_ns: at, lowest_ns: server(low.floor()), highest_ns: server(high.ceil()) });
        if at >= last {
            break;
        }
        // The last two knots are not closer than half a knot's time.
        at = if last - at < step * 3 / 2 { last } else { at + step };
    }
    let (down, up) = (lower.or(upper)?, upper.or(lower)?);
    Some(Piece { from_ns: first, knots, drift_up_ppm: up, drift_down_ppm: down, one_sided })
}

/// Between which offsets the truth lies at local time `at`: by the widest time around it in which one line fits.
fn allowed(marks: &[Mark], at: i64, width_ns: f64) -> (f64, f64) {
    let mut reach = REACH_NS;
    while reach >= REACH_NS_MIN {
        let around = around(marks, at, reach);
        if let Some(interval) = Hulled::relative(around, at).interval() {
            return interval;
        }
        reach /= 2;
    }
    // One way only, or a clock that changes its speed faster than a line can follow.
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    for mark in marks {
        let doubt = drift_ns(mark.at - at) as f64;
        match mark.side {
            Side::Lower => low = low.max(mark.offset as f64 - doubt),
            Side::Upper => high = high.min(mark.offset as f64 + doubt),
        }
    }
    match (low.is_finite(), high.is_finite()) {
        (true, true) => (low.min(high), high.max(low)),
        (true, false) => (low, low + width_ns),
        (false, true) => (high - width_ns, high),
        (false, false) => (0.0, 0.0),
    }
}

fn around(marks: &[Mark], at: i64, reach: i64) -> &[Mark] {
    let from = marks.partition_point(|mark| mark.at < at.saturating_sub(reach));
    let to = marks.partition_point(|mark| mark.at <= at.saturating_add(reach));
    &marks[from..to]
}

/// The bounds of both sides that can matter to a line.
struct Hulled {
    lower: Hull,
    upper: Hull,
}

impl Hulled {
    fn of(marks: &[Mark]) -> Hulled {
        Hulled::relative(marks, marks.first().map_or(0, |mark| mark.at))
    }

    /// With times from `at`.
    fn relative(marks: &[Mark], at: i64) -> Hulled {
        let of = |side: Side, sign: f64| {
            let mut hull = Hull { sign, points: Vec::new(), mean: 0.0 };
            let mut count = 0.0_f64;
            for mark in marks.iter().filter(|mark| mark.side == side) {
                let x = (mark.at - at) as f64;
                hull.push(x, mark.offset as f64 * sign);
                count += 1.0;
                hull.mean += (x - hull.mean) / count;
            }
            hull
        };
        Hulled { lower: of(Side::Lower, 1.0), upper: of(Side::Upper, -1.0) }
    }

    /// Lowest and highest value at time 0 of the lines that all bounds allow; `None` if there is none, or one side lacks.
    fn interval(&self) -> Option<(f64, f64)> {
        if self.lower.is_empty() || self.upper.is_empty() {
            return None;
        }
        let (steepest, low, high) =
            (DRIFT_PPM_MAX * 1e-6, |s: f64| self.lower.at_zero(s), |s: f64| -self.upper.at_zero(s));
        let room = |slope: f64| high(slope) - low(slope);
        // `room` and `high` are concave, `low` is convex: each search has one end.
        let best = climb(-steepest, steepest, &room);
        if room(best) < 0.0 {
            return None;
        }
        let (from, to) = (edge(best, -steepest, &room), edge(best, steepest, &room));
        Some((low(climb(from, to, &|slope| -low(slope))), high(climb(from, to, &high))))
    }
}

/// Upper convex hull of points in order of x; of the other side's, mirrored.
struct Hull {
    sign: f64,
    points: Vec<(f64, f64)>,
    /// Of all x, those within the hull included.
    mean: f64,
}

impl Hull {
    fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    fn push(&mut self, x: f64, y: f64) {
        if self.points.last().is_some_and(|last| last.0 == x && last.1 >= y) {
            return;
        }
        while let Some(last) = self.points.last().copied() {
            let is_corner = match self.points.len().checked_sub(2).map(|index| self.points[index]) {
                _ if last.0 == x => false,
                Some(before) => (last.1 - before.1) * (x - last.0) > (y - last.1) * (last.0 - before.0),
                None => true,
            };
            if is_corner {
                break;
            }
            self.points.pop();
        }
        self.points.push((x, y));
    }

    /// The least value at 0 of a line of this slope (of the offset itself) above all points; mirrored if the hull is.
    fn at_zero(&self, slope: f64) -> f64 {
        let slope = slope * self.sign;
        self.points.iter().map(|(x, y)| y - slope * x).fold(f64::NEG_INFINITY, f64::max)
    }

    /// Slope of the edge beside the middle of all points.
    fn drift_ppm(&self) -> Option<f64> {
        let slope = |a: (f64, f64), b: (f64, f64)| (b.1 - a.1) / (b.0 - a.0) * self.sign * 1e6;
        let edge = self.points.windows(2).find(|edge| edge[1].0 >= self.mean);
        match edge {
            Some(edge) => Some(slope(edge[0], edge[1]).clamp(-DRIFT_PPM_MAX, DRIFT_PPM_MAX)),
            None => (!self.is_empty()).then_some(0.0),
        }
    }
}

/// Where a concave function is highest, between two slopes.
fn climb(mut from: f64, mut to: f64, value: &dyn Fn(f64) -> f64) -> f64 {
    for _ in 0..SEARCH_STEPS {
        let third = (to - from) / 3.0;
        if value(from + third) < value(to - third) { from += third } else { to -= third }
    }
    (from + to) / 2.0
}

/// The slope nearest to `outside` from `inside` on at which a concave function is not negative.
fn edge(mut inside: f64, mut outside: f64, value: &dyn Fn(f64) -> f64) -> f64 {
    if value(outside) >= 0.0 {
        return outside;
    }
    for _ in 0..SEARCH_STEPS {
        let half = (inside + outside) / 2.0;
        if value(half) >= 0.0 { inside = half } else { outside = half }
    }
    inside
}

/// Every bound is taken to be so much looser than its stamps say: they are rounded to microseconds, and on one machine two
/// kernels' paths took part in making them.
const SLACK_NS: i64 = 10_000;
/// Time between knots.
const KNOT_NS: i64 = 2_000_000_000;
/// Knots of one piece: a day and more.
const KNOTS_MAX: i64 = 65_536;
/// Anything further from zero is no time that a clock shows: 36 years.
const TIME_NS_MAX: u64 = 1 << 60;
/// How far around a knot one line is believed to fit: in a minute the speed of a quartz changes by far less than 0.1 ppm,
/// which is 1.5 us.
const REACH_NS: i64 = 30_000_000_000;
const REACH_NS_MIN: i64 = 200_000_000;
/// Halvings or thirds of the range of slopes: to 1e-17.
const SEARCH_STEPS: u32 = 80;
/// How often stray bounds are taken out.
const RESCANS: u32 = 4;
