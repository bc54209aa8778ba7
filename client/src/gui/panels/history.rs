//! What the network did in the last seconds, as curves: filled every frame, whether anybody looks or not, so that a graph
//! that is opened late already knows.
//!
//! Bounded: older than [`HISTORY_S`] is forgotten, and what comes too often is thinned out. It must not draw.

use crate::view::{NetNews, Status, ViewModel};
use bevy::prelude::*;
use egui_plot::PlotPoint;
use std::collections::VecDeque;

/// The last seconds of the connection; x is local time in seconds.
#[derive(Resource, Default)]
pub(super) struct NetHistory {
    pub rtt: Series,
    pub jitter: Series,
    pub delay: Series,
    pub loss_up: Series,
    pub loss_down: Series,
    pub margin: Series,
    pub bytes_in: Series,
    pub bytes_out: Series,
    /// Lateness of snapshots, ms: of each short stretch the earliest and the latest.
    pub arrivals: Extremes,
    /// Snapshots that never came; y is how many in a row.
    pub gaps: Series,
    /// Ticks without our input; y is how many.
    pub starved: Series,
    /// Corrections, mm, by reason in order of first appearance.
    pub corrections: Vec<(&'static str, Series)>,
    pub marks: VecDeque<Mark>,
    now_s: f64,
    next_sample_s: f64,
}

/// Somebody switched something.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mark {
    pub at_s: f64,
    pub what: String,
}

/// Points in order of time, the oldest forgotten; always one slice, so that plots borrow it.
#[derive(Default)]
pub(super) struct Series {
    points: Vec<PlotPoint>,
    start: usize,
}

/// The lowest and the highest value of each stretch of [`STRETCH_S`].
#[derive(Default)]
pub(super) struct Extremes {
    pub points: Series,
    stretch: i64,
}

pub(super) fn remember(view: Res<ViewModel>, mut history: ResMut<NetHistory>) {
    if view.status == Status::Playing {
        history.record(&view);
    }
}

impl NetHistory {
    pub(super) fn now_s(&self) -> f64 {
        self.now_s
    }

    pub(super) fn record(&mut self, view: &ViewModel) {
        let net = &view.net;
        if net.now_s < self.now_s {
            // Another session: its clock began anew.
            *self = NetHistory::default();
        }
        self.now_s = net.now_s;
        for news in &view.news {
            self.note(news);
        }
        if net.now_s >= self.next_sample_s {
            self.next_sample_s = net.now_s + SAMPLE_S;
            let samples = [
                (&mut self.rtt, net.rtt_ms),
                (&mut self.jitter, net.jitter_ms),
                (&mut self.delay, net.display_delay_ms),
                (&mut self.loss_up, net.loss_up_pct),
                (&mut self.loss_down, net.loss_down_pct),
                (&mut self.margin, net.input_margin_ms),
                (&mut self.bytes_in, net.in_kb_s),
                (&mut self.bytes_out, net.out_kb_s),
            ];
            for (series, value) in samples {
                series.push(net.now_s, f64::from(value));
            }
            self.forget(net.now_s - HISTORY_S);
        }
    }

    fn note(&mut self, news: &NetNews) {
        match news {
            NetNews::Snapshot { at_s, late_ms, .. } => self.arrivals.push(*at_s, f64::from(*late_ms)),
            NetNews::Gap { at_s, ticks } => self.gaps.push(*at_s, f64::from(*ticks)),
            NetNews::Starved { at_s, ticks } => self.starved.push(*at_s, f64::from(*ticks)),
            NetNews::Correction { at_s, reason, mm } => {
                let known = self.corrections.iter().position(|(known, _)| known == reason);
                let index = known.unwrap_or_else(|| {
                    self.corrections.push((reason, Series::default()));
                    self.corrections.len() - 1
                });
                // A respawn across the map would flatten all others.
                self.corrections[index].1.push(*at_s, f64::from(mm.min(CORRECTION_MM_MAX)));
            }
            NetNews::Switched { at_s, what } => {
                // A slider that is dragged is one change.
                let axis = |what: &str| what.split(['=', ' ']).next().unwrap_or_default().to_owned();
                match self.marks.back_mut() {
                    Some(last) if at_s - last.at_s < SAME_MARK_S && axis(&last.what) == axis(what) => {
                        last.what.clone_from(what);
                    }
                    _ => self.marks.push_back(Mark { at_s: *at_s, what: what.clone() }),
                }
                if self.marks.len() > MARKS_MAX {
                    self.marks.pop_front();
                }
            }
        }
    }

    fn forget(&mut self, before_s: f64) {
        let all = [
            &mut self.rtt,
            &mut self.jitter,
            &mut self.delay,
            &mut self.loss_up,
            &mut self.loss_down,
            &mut self.margin,
            &mut self.bytes_in,
            &mut self.bytes_out,
            &mut self.arrivals.points,
            &mut self.gaps,
            &mut self.starved,
        ];
        for series in all.into_iter().chain(self.corrections.iter_mut().map(|(_, series)| series)) {
            series.forget(before_s);
        }
        self.corrections.retain(|(_, series)| !series.points().is_empty());
        while self.marks.front().is_some_and(|mark| mark.at_s < before_s) {
            self.marks.pop_front();
        }
    }
}

impl Series {
    pub(super) fn points(&self) -> &[PlotPoint] {
        &self.points[self.start..]
    }

    pub(super) fn push(&mut self, x: f64, y: f64) {
        self.points.push(PlotPoint::new(x, y));
        if self.points().len() > SERIES_MAX {
            self.start += 1;
        }
        // Moves each point about once, instead of all at every push.
        if self.start > SERIES_MAX {
            self.points.drain(..self.start);
            self.start = 0;
        }
    }

    pub(super) fn last(&self) -> Option<f64> {
        self.points().last().map(|point| point.y)
    }

    pub(super) fn highest(&self) -> f64 {
        self.points().iter().map(|point| point.y).fold(0.0, f64::max)
    }

    pub(super) fn lowest(&self) -> f64 {
        self.points().iter().map(|point| point.y).fold(0.0, f64::min)
    }

    fn forget(&mut self, before_s: f64) {
        while self.points().first().is_some_and(|point| point.x < before_s) {
            self.start += 1;
        }
    }
}

impl Extremes {
    fn push(&mut self, x: f64, y: f64) {
        let stretch = (x / STRETCH_S).floor() as i64;
        let pair = self.points.points.len().checked_sub(2).filter(|_| stretch == self.stretch);
        match pair {
            Some(at) => {
                let (low, high) = (self.points.points[at].y, self.points.points[at + 1].y);
                (self.points.points[at].y, self.points.points[at + 1].y) = (low.min(y), high.max(y));
            }
            None => {
                self.stretch = stretch;
                self.points.push(x, y);
                self.points.push(x, y);
            }
        }
    }
}

/// How far back the graph reaches.
pub(super) const HISTORY_S: f64 = 25.0;
/// Levels (round trip, loss ...) are noted this often: finer than a pixel of the graph.
const SAMPLE_S: f64 = 0.05;
/// Snapshots closer together than this share a pair of dots; about a pixel.
const STRETCH_S: f64 = 0.0625;
/// Points in one series: a sample every 50 ms, or a pair every 62.5 ms, for 25 s, and room for bursts.
const SERIES_MAX: usize = 1024;
const MARKS_MAX: usize = 64;
/// Corrections above this are drawn at it.
pub(super) const CORRECTION_MM_MAX: f32 = 500.0;
const SAME_MARK_S: f64 = 0.8;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::NetView;

    fn at(now_s: f64, news: Vec<NetNews>) -> ViewModel {
        ViewModel { net: NetView { now_s, rtt_ms: 12.0, ..default() }, news, ..default() }
    }

    #[test]
    fn hours_of_play_are_remembered_as_the_last_seconds() {
        let mut history = NetHistory::default();
        for frame in 0..60 * 3600 {
            let now_s = f64::from(frame) / 60.0;
            let snapshot = NetNews::Snapshot { at_s: now_s, tick: frame as u32, late_ms: 3.0 };
            let correction = NetNews::Correction { at_s: now_s, reason: "late input", mm: 4.0 };
            history.record(&at(now_s, vec![snapshot, correction]));
        }
        assert!(history.rtt.points().len() <= (HISTORY_S / SAMPLE_S) as usize + 2);
        assert!(history.rtt.points()[0].x >= history.now_s() - HISTORY_S - SAMPLE_S);
        assert!(history.corrections[0].1.points().len() <= SERIES_MAX);
        assert!(history.corrections[0].1.points.len() <= 2 * SERIES_MAX + 2);
    }

    #[test]
    fn of_many_snapshots_the_earliest_and_the_latest_stay() {
        let mut extremes = Extremes::default();
        for (x, y) in [(0.00, 3.0), (0.01, 9.0), (0.02, 1.0), (0.07, 5.0)] {
            extremes.push(x, y);
        }
        let ys: Vec<f64> = extremes.points.points().iter().map(|point| point.y).collect();
        assert_eq!(ys, [1.0, 9.0, 5.0, 5.0]);
    }

    #[test]
    fn a_dragged_slider_leaves_one_mark_and_a_new_session_none() {
        let switched = |at_s, what: &str| NetNews::Switched { at_s, what: what.into() };
        let mut history = NetHistory::default();
        history.record(&at(1.0, vec![switched(0.9, "link delay 10ms"), switched(1.0, "link delay 20ms")]));
        assert_eq!(history.marks, [Mark { at_s: 0.9, what: "link delay 20ms".into() }]);
        history.record(&at(1.1, vec![switched(1.1, "others=newest")]));
        assert_eq!(history.marks.len(), 2);
        history.record(&at(0.1, vec![]));
        assert!(history.marks.is_empty());
    }
}
