//! What one client saw: its frames on the server's time line, and what it believed when it drew them.
//!
//! A frame is shown as it was drawn, for as long as it was on that screen: nothing is blended between two of them. Must not
//! know worlds.

use super::time::Moment;
use glam::{IVec2, Vec2};
use serde::Serialize;
use tickshot_shared::limits::{POS_BITS, UNITS_PER_METRE};
use tickshot_shared::sim::input::FRACTION_MAX;
use tickshot_shared::tick::TickRate;
use tickshot_trace::analysis::merge::{ClockMap, Session};
use tickshot_trace::model::{At, ClientTrace, ServerTrace};
use tickshot_trace::proto::{Frame, InputSampled};

/// One client's trace on the server's time line.
pub struct Eye<'t> {
    pub trace: &'t ClientTrace,
    pub slot: u16,
    pub name: String,
    clock: Clock<'t>,
    /// Local times that are of another session of this client; none without the server's trace.
    session: Option<Session>,
    /// When each frame was drawn; never backwards.
    drawn: Vec<Moment>,
    rate: TickRate,
}

/// How a client's local time becomes the server's.
enum Clock<'t> {
    /// By both ends' records of the same packets.
    Merged { map: Box<ClockMap>, server: &'t ServerTrace },
    /// By what the client itself believed when it drew its frames: (local time, server time), ns.
    Believed(Vec<(i64, i64)>),
}

/// A body in a frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drawn {
    pub slot: u16,
    /// World units.
    pub pos: IVec2,
    /// 1/1024 turn.
    pub aim: u16,
    pub alive: bool,
}

/// What a client knew, believed and said when it drew a frame. Ticks are the server's.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Glance {
    pub name: String,
    pub slot: u16,
    /// Number of the frame in its trace, and how long it had been on screen.
    pub frame: usize,
    pub age_ms: f64,
    /// The three clocks as it believed them, and the newest snapshot that it had.
    pub input_tick: Option<f64>,
    pub server_tick: Option<f64>,
    pub display_tick: Option<f64>,
    pub newest_snapshot: Option<u32>,
    /// What it took for server now, minus what it was; and how sure that is (half the gap of the bounds).
    pub server_error_ms: Option<f64>,
    pub server_error_bound_ms: Option<f64>,
    pub display_delay_ms: f64,
    pub starved: bool,
    /// Part of the own place that is smoothing.
    pub smoothing_mm: f64,
    pub rtt_ms: Option<f64>,
    pub jitter_ms: Option<f64>,
    pub loss_pct: Option<(f32, f32)>,
    /// How long before its tick the newest input that the server spoke of was there; negative = late.
    pub input_margin_ms: Option<f64>,
    /// The latest correction within a second: how long ago, why, how far.
    pub correction: Option<(f64, String, f64)>,
    pub modes: String,
    pub link: String,
    pub imposed_link: String,
}

impl<'t> Eye<'t> {
    /// One session of a client whose clock is known by what the server recorded of it.
    pub fn merged(
        trace: &'t ClientTrace,
        session: &Session,
        map: ClockMap,
        server: &'t ServerTrace,
        rate: TickRate,
    ) -> Eye<'t> {
        let who = (u16::try_from(session.slot).unwrap_or(u16::MAX), session.name.clone());
        let eye = Eye::new(trace, who, Clock::Merged { map: Box::new(map), server }, rate);
        Eye { session: Some(session.clone()), ..eye }
    }

    /// A client without its server's trace: time is what it believed it to be.
    pub fn alone(trace: &'t ClientTrace, (slot, name): (u16, String), rate: TickRate) -> Eye<'t> {
        let believed = trace.frames.iter().filter_map(|frame| Some((frame.at_ns, frame.server_tick_ns?))).collect();
        Eye::new(trace, (slot, name), Clock::Believed(believed), rate)
    }

    fn new(trace: &'t ClientTrace, (slot, name): (u16, String), clock: Clock<'t>, rate: TickRate) -> Eye<'t> {
        let mut eye = Eye { trace, slot, name, clock, session: None, drawn: Vec::new(), rate };
        let mut latest = Moment(i64::MIN);
        eye.drawn = (trace.frames.iter())
            .map(|frame| {
                latest = latest.max(eye.moment(frame.at_ns));
                latest
            })
            .collect();
        eye
    }

    /// Server time of `local_ns`.
    pub fn moment(&self, local_ns: i64) -> Moment {
        match &self.clock {
            Clock::Merged { map, server } => moment_of(server, map.to_server_ns(local_ns), self.rate),
            Clock::Believed(anchors) => {
                let before = anchors.partition_point(|(local, _)| *local <= local_ns).saturating_sub(1);
                let (local, server) = anchors.get(before).copied().unwrap_or_default();
                Moment::of_server_ns(server.saturating_add(local_ns.saturating_sub(local)), self.rate)
            }
        }
    }

    /// What it recorded at `local_ns` is of this session.
    pub fn owns(&self, local_ns: i64) -> bool {
        self.session.as_ref().is_none_or(|session| session.owns(local_ns))
    }

    /// The frame on its screen at `at`.
    pub fn frame_at(&self, at: Moment) -> Option<usize> {
        let index = self.drawn.partition_point(|drawn| *drawn <= at).checked_sub(1)?;
        Some(index).filter(|index| self.frame(*index).is_some_and(|frame| self.owns(frame.at_ns)))
    }

    pub fn frame(&self, index: usize) -> Option<&'t Frame> {
        self.trace.frames.get(index)
    }

    /// When frame `index` came on screen.
    pub fn drawn_at(&self, index: usize) -> Option<Moment> {
        self.drawn.get(index).copied()
    }

    /// When frames were drawn from `from` to `to`, and whether there was nothing to draw from.
    pub fn between(&self, from: Moment, to: Moment) -> impl Iterator<Item = (Moment, bool)> + '_ {
        let first = self.drawn.partition_point(|drawn| *drawn < from);
        let frames = self.drawn[first..].iter().zip(&self.trace.frames[first..]);
        frames.take_while(move |(drawn, _)| **drawn < to).map(|(drawn, frame)| (*drawn, frame.starved))
    }

    /// From its first frame with somebody in it to the last such one.
    pub fn span(&self) -> Option<(Moment, Moment)> {
        let shows = |frame: &Frame| self.owns(frame.at_ns) && (frame.a.is_some() || frame.own_x.is_some());
        let first = self.trace.frames.iter().position(shows)?;
        let last = self.trace.frames.iter().rposition(shows)?;
        Some((*self.drawn.get(first)?, *self.drawn.get(last)?))
    }

    /// Where its own weapon pointed in this frame: by the newest input made until then.
    pub fn aim(&self, frame: &Frame) -> Option<&'t InputSampled> {
        let made = self.trace.inputs.partition_point(|input| input.made_ns <= frame.at_ns);
        self.trace.inputs.get(made.checked_sub(1)?)
    }

    /// What it knew and believed at `at`, in frame `index`.
    pub fn glance(&self, index: usize, at: Moment) -> Option<Glance> {
        let (frame, drawn_at) = (self.frame(index)?, self.drawn_at(index)?);
        let now = frame.at_ns;
        let ticks = |ns: Option<i64>| ns.map(|ns| Moment::of_server_ns(ns, self.rate).ticks());
        let merged = matches!(self.clock, Clock::Merged { .. });
        let server_tick = ticks(frame.server_tick_ns);
        let tick_ms = 1000.0 / f64::from(self.rate.hz());
        let received = self.trace.snapshots.partition_point(|snapshot| snapshot.handled_ns <= now);
        let heard = &self.trace.snapshots[received.saturating_sub(LOOK_BACK)..received];
        let estimate = latest(&self.trace.clocks, now);
        let switched = latest(&self.trace.switches, now);
        let correction = latest_at(&self.trace.corrections, now).filter(|one| now - one.at_ns < SECOND_NS);
        Some(Glance {
            name: self.name.clone(),
            slot: self.slot,
            frame: index,
            age_ms: at.ms_since(drawn_at, self.rate).max(0.0),
            input_tick: ticks(frame.input_tick_ns),
            server_tick,
            display_tick: ticks(frame.display_tick_ns),
            newest_snapshot: heard.iter().filter(|it| it.dropped.is_empty()).map(|snapshot| snapshot.tick).max(),
            server_error_ms: server_tick.filter(|_| merged).map(|tick| (tick - drawn_at.ticks()) * tick_ms),
            server_error_bound_ms: self.clock_bound_ms(now),
            display_delay_ms: f64::from(frame.display_delay_us) / 1000.0,
            starved: frame.starved,
            smoothing_mm: f64::from(Vec2::new(frame.smoothing_x as f32, frame.smoothing_y as f32).length())
                * MM_PER_UNIT,
            rtt_ms: estimate.map(|it| f64::from(it.rtt_us) / 1000.0),
            jitter_ms: estimate.map(|it| f64::from(it.jitter_us) / 1000.0),
            loss_pct: estimate.map(|it| (it.loss_up_pct, it.loss_down_pct)),
            input_margin_ms: heard.iter().rev().find_map(|it| it.margin_16ths).map(|it| f64::from(it) / 16.0 * tick_ms),
            correction: correction.map(|one| {
                ((now - one.at_ns) as f64 / 1e6, one.it.reason.clone(), f64::from(one.it.units) * MM_PER_UNIT)
            }),
            modes: switched.map(|it| it.modes.clone()).unwrap_or_default(),
            link: switched.map(|it| it.link.clone()).unwrap_or_default(),
            imposed_link: switched.map(|it| it.imposed_link.clone()).unwrap_or_default(),
        })
    }

    fn clock_bound_ms(&self, local_ns: i64) -> Option<f64> {
        match &self.clock {
            Clock::Merged { map, .. } => Some(map.error_bound_ns(local_ns) as f64 / 1e6),
            Clock::Believed(_) => None,
        }
    }
}

/// The others in `frame`, in slot order. Columns of unequal length, as only a forged file has, end with the shortest.
pub fn others(frame: &Frame) -> impl Iterator<Item = Drawn> + '_ {
    let places = frame.xs.iter().zip(&frame.ys);
    let looks = frame.aims_1024ths.iter().zip(&frame.alive);
    frame.slots.iter().zip(places).zip(looks).map(|((slot, (x, y)), (aim, alive))| Drawn {
        slot: u16::try_from(*slot).unwrap_or(u16::MAX),
        pos: place(*x, *y),
        aim: (*aim % 1024) as u16,
        alive: *alive != 0,
    })
}

/// The own body in `frame`, smoothing included, world units.
pub fn own(frame: &Frame) -> Option<IVec2> {
    frame.own_x.map(|x| place(x, frame.own_y))
}

/// A file can say anything; a place is on the largest map there can be.
pub(super) fn place(x: i32, y: i32) -> IVec2 {
    IVec2::new(x, y).clamp(IVec2::ZERO, IVec2::splat((1 << POS_BITS) - 1))
}

/// The moment of the match that the others of `frame` were drawn at.
pub fn others_moment(frame: &Frame) -> Option<Moment> {
    let (a, b) = (Moment::of(frame.a?), Moment::of(frame.b));
    let part = i64::from(frame.fraction_256ths.min(FRACTION_MAX.into()));
    Some(Moment(a.0 + (b.0 - a.0) * part / 256))
}

/// The moment of the match that the own body of `frame` was drawn at.
pub fn own_moment(frame: &Frame) -> Option<Moment> {
    match frame.own_from {
        Some(from) => Some(Moment(Moment::of(from).0 + i64::from(frame.own_fraction_256ths.min(256)) * 256)),
        None => others_moment(frame),
    }
}

/// The server's time of its own local `ns`: ticks by their deadlines.
pub fn moment_of(server: &ServerTrace, ns: i64, rate: TickRate) -> Moment {
    let due = server.ticks.partition_point(|tick| tick.deadline_ns <= ns);
    let Some(tick) = server.ticks.get(due.saturating_sub(1)) else { return Moment(0) };
    let past = Moment::of_server_ns(ns.saturating_sub(tick.deadline_ns), rate);
    let at = Moment(Moment::of(tick.tick).0.saturating_add(past.0));
    // After lost time the next state comes later than one tick: until then this one stands.
    server.ticks.get(due).filter(|_| due > 0).map_or(at, |next| at.min(Moment(Moment::of(next.tick).0 - 1)))
}

fn latest_at<T>(list: &[At<T>], now: i64) -> Option<&At<T>> {
    list.get(list.partition_point(|one| one.at_ns <= now).checked_sub(1)?)
}

fn latest<T>(list: &[At<T>], now: i64) -> Option<&T> {
    latest_at(list, now).map(|one| &one.it)
}

/// Snapshots looked back at for the newest and for the last word on the input margin.
const LOOK_BACK: usize = 64;
const SECOND_NS: i64 = 1_000_000_000;
pub(super) const MM_PER_UNIT: f64 = 1000.0 / UNITS_PER_METRE as f64;

#[cfg(test)]
mod tests {
    use super::*;
    use tickshot_trace::proto::ServerTick;

    const TICK_NS: i64 = 15_625_000;

    fn frame(at_ns: i64, server_tick_ns: i64) -> Frame {
        Frame { at_ns, server_tick_ns: Some(server_tick_ns), a: Some(4), b: 6, fraction_256ths: 64, ..Frame::default() }
    }

    #[test]
    fn without_its_server_a_client_is_where_it_believed_itself_to_be() {
        // Its clock is 7 s ahead; the last frame believes that time went back.
        let frames =
            [(10, 10), (11, 11), (13, 12)].map(|(at, server)| frame(7_000_000_000 + at * TICK_NS, server * TICK_NS));
        let trace = ClientTrace { frames: frames.to_vec(), ..ClientTrace::default() };
        let eye = Eye::alone(&trace, (2, "Ann".to_owned()), TickRate::default());
        assert_eq!(eye.drawn, [10, 11, 12].map(Moment::of));
        assert_eq!([9, 10, 11, 15].map(|tick| eye.frame_at(Moment::of(tick))), [None, Some(0), Some(1), Some(2)]);
        assert_eq!(eye.moment(7_000_000_000 + 14 * TICK_NS), Moment::of(13));
        assert_eq!(eye.span(), Some((Moment::of(10), Moment::of(12))));
    }

    #[test]
    fn a_frame_tells_what_moments_it_is_a_picture_of() {
        let frame = Frame { own_from: Some(9), own_fraction_256ths: 128, ..frame(0, 0) };
        assert_eq!(others_moment(&frame), Some(Moment::of_ticks(4.5)));
        assert_eq!(own_moment(&frame), Some(Moment::of_ticks(9.5)));
        assert_eq!(own_moment(&Frame { own_from: None, ..frame }), Some(Moment::of_ticks(4.5)));
    }

    #[test]
    fn forged_columns_end_with_the_shortest_and_stay_on_the_map() {
        let frame = Frame {
            slots: vec![1, u32::MAX, 3],
            xs: vec![i32::MAX, 5],
            ys: vec![i32::MIN, 6, 7],
            aims_1024ths: vec![4096 + 7, 8],
            alive: vec![1, 0, 1],
            a: Some(0),
            b: u32::MAX,
            fraction_256ths: u32::MAX,
            ..Frame::default()
        };
        let drawn: Vec<Drawn> = others(&frame).collect();
        assert_eq!(drawn[0], Drawn { slot: 1, pos: IVec2::new((1 << POS_BITS) - 1, 0), aim: 7, alive: true });
        assert_eq!((drawn.len(), drawn[1].slot), (2, u16::MAX));
        assert!(others_moment(&frame).is_some());
    }

    #[test]
    fn a_server_that_gave_up_time_stands_at_its_last_state_meanwhile() {
        let tick = |tick, at: i64| ServerTick { tick, deadline_ns: at * TICK_NS, ..ServerTick::default() };
        let server = ServerTrace { ticks: vec![tick(5, 100), tick(6, 101), tick(7, 180)], ..ServerTrace::default() };
        let at = |tenths: i64| moment_of(&server, tenths * TICK_NS / 10, TickRate::default());
        assert_eq!([at(1000), at(1010), at(1800), at(1810)], [5, 6, 7, 8].map(Moment::of));
        assert_eq!((at(1005).tick(), at(1500).tick(), at(990)), (5, 6, Moment::of(4)));
    }
}
