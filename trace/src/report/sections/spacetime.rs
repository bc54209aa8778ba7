//! One second of a match, drawn: a lane per machine, packets as slanted lines from one to the other.
//!
//! Every second is in the page if they all fit; else those in which most happened. The one in which most happened is drawn here,
//! without JavaScript; the script draws the others from the same numbers.

use super::super::Sources;
use super::super::headline::Headline;
use super::super::html::{Html, Markup, escape};
use super::super::{began_ns, busy_us};
use crate::analysis::merge::{Flight, MergedClient};
use serde::Serialize;
use std::fmt::Write;

/// What the script draws from. Times are hundredths of a millisecond within the second.
#[derive(Clone, Debug, Serialize)]
pub(in crate::report) struct SpaceTime {
    /// Name and colour.
    clients: Vec<(String, usize)>,
    /// The place in `seconds` of the one that is drawn first.
    first: usize,
    /// Who is drawn first, above and below: those to whom most happened then.
    shown: Vec<usize>,
    seconds: Vec<Second>,
}

#[derive(Clone, Debug, Serialize)]
struct Second {
    /// Since the match's first tick.
    at_s: i64,
    /// How much happened in it.
    score: u64,
    /// Of the server: (began, busy) of each tick.
    ticks: Vec<[i64; 2]>,
    /// Of the server: when it judged shots.
    shots: Vec<i64>,
    clients: Vec<Lane>,
}

/// One client in one second.
#[derive(Clone, Debug, Default, Serialize)]
struct Lane {
    /// (left, how long it took; -1 = it never came).
    up: Vec<[i64; 2]>,
    down: Vec<[i64; 2]>,
    frames: Vec<i64>,
    corrections: Vec<i64>,
}

pub(super) fn write(sources: &Sources<'_>, _headline: &Headline, html: &mut Html) {
    let Some(space_time) = SpaceTime::of(sources) else { return };
    html.section(
        "space-time",
        "Space and time",
        "One second of the match. Time goes to the right, each line is a machine, each slanted line a packet: the flatter, the \
         longer it took. Inputs up are solid, snapshots down dashed; a broken red line never came. Strokes on a client's line are \
         its frames, boxes on the server's its ticks, triangles judged shots, diamonds corrections. All on the server's clock, by \
         the estimate of the clocks above.",
    );
    let option =
        |(index, (name, _)): (usize, &(String, usize))| format!("<option value=\"{index}\">{}</option>", escape(name));
    let options: String = space_time.clients.iter().enumerate().map(option).collect();
    let second = &space_time.seconds[space_time.first];
    let choice =
        |id: &str, label: &str| format!("<label for=\"{id}\">{label} <select id=\"{id}\">{options}</select></label>");
    html.markup(&Markup(format!(
        "<div class=\"controls\" hidden>{}{}<label for=\"st-second\">second <input type=\"range\" id=\"st-second\" min=\"0\" \
         max=\"{}\" value=\"{}\"> <output id=\"st-at\">{} s</output></label></div>\n",
        choice("st-a", "above"),
        choice("st-b", "below"),
        space_time.seconds.len() - 1,
        space_time.first,
        second.at_s
    )));
    let caption = if space_time.seconds.len() as i64 > sources.length_ns() / 1_000_000_000 {
        "Every second is in this page: choose one with the slider. The one shown first is where most happened."
            .to_owned()
    } else {
        format!(
            "The {} seconds in which most happened are in this page: choose one with the slider.",
            space_time.seconds.len()
        )
    };
    html.figure(&Markup(format!("<div id=\"st-drawing\">{}</div>", drawing(&space_time, second))), &caption);
}

impl SpaceTime {
    /// `None` if there is nobody to draw on the server's time line.
    pub(in crate::report) fn of(sources: &Sources<'_>) -> Option<SpaceTime> {
        let (server, merged) = (sources.server?, sources.merged.as_ref()?);
        if merged.clients.is_empty() {
            return None;
        }
        let zero_ns = sources.zero_ns();
        let count = usize::try_from(sources.length_ns() / SECOND_NS + 1).ok()?.min(SECONDS_MAX);
        let lanes = || vec![Lane::default(); merged.clients.len()];
        let second =
            |at: usize| Second { at_s: at as i64, score: 0, ticks: Vec::new(), shots: Vec::new(), clients: lanes() };
        let mut seconds: Vec<Second> = (0..count).map(second).collect();
        let place = |ns: i64| {
            let since = ns.checked_sub(zero_ns).filter(|since| *since >= 0)?;
            let second = usize::try_from(since / SECOND_NS).ok().filter(|second| *second < count)?;
            Some((second, since % SECOND_NS / UNIT_NS))
        };
        for tick in &server.ticks {
            if let Some((second, at)) = place(began_ns(tick)) {
                seconds[second].ticks.push([at, i64::from(busy_us(tick)) * 1_000 / UNIT_NS]);
                seconds[second].score +=
                    tick.input_uses.iter().filter(|used| **used == 1).count() as u64 * MISSING_SCORE;
            }
        }
        for tick in server.shots.iter().filter_map(|shot| server.tick(shot.tick)) {
            if let Some((second, at)) = place(began_ns(tick)) {
                seconds[second].shots.push(at);
                seconds[second].score += SHOT_SCORE;
            }
        }
        for (index, client) in merged.clients.iter().enumerate() {
            fill(&mut seconds, index, client, &place);
        }
        let clients = merged.clients.iter().map(|client| (client.name.clone(), client.slot as usize % 8)).collect();
        let seconds = those_that_fit(seconds);
        let first = (0..seconds.len()).max_by_key(|at| (seconds[*at].score, std::cmp::Reverse(*at)))?;
        let shown = those_that_show_most(&seconds[first]);
        Some(SpaceTime { clients, first, shown, seconds })
    }
}

fn fill(seconds: &mut [Second], index: usize, client: &MergedClient<'_>, place: &dyn Fn(i64) -> Option<(usize, i64)>) {
    let clock = &client.clock;
    let flight = |seconds: &mut [Second], left_ns: i64, arrived_ns: Option<i64>, up: bool| {
        let Some((second, at)) = place(left_ns) else { return };
        let took = arrived_ns.map_or(-1, |arrived_ns| ((arrived_ns - left_ns) / UNIT_NS).max(0));
        let lane = &mut seconds[second].clients[index];
        if up { &mut lane.up } else { &mut lane.down }.push([at, took]);
        seconds[second].score += u64::from(arrived_ns.is_none()) * LOST_SCORE;
    };
    for one in told(&client.up.flights) {
        flight(seconds, clock.to_server_ns(one.left_ns), one.arrived_ns, true);
    }
    for one in told(&client.down.flights) {
        flight(seconds, one.left_ns, one.arrived_ns.map(|ns| clock.to_server_ns(ns)), false);
    }
    for frame in &client.trace.frames {
        if let Some((second, at)) = place(clock.to_server_ns(frame.at_ns)) {
            seconds[second].clients[index].frames.push(at);
        }
    }
    for correction in &client.trace.corrections {
        if let Some((second, at)) = place(clock.to_server_ns(correction.at_ns)) {
            seconds[second].clients[index].corrections.push(at);
            seconds[second].score += CORRECTION_SCORE;
        }
    }
}

/// Up to the last one that came: what left after it was perhaps under way when the recording ended.
fn told(flights: &[Flight]) -> &[Flight] {
    let end = flights.iter().rposition(|flight| flight.arrived_ns.is_some()).map_or(0, |last| last + 1);
    &flights[..end]
}

/// All of them, or those in which most happened.
fn those_that_fit(mut seconds: Vec<Second>) -> Vec<Second> {
    let numbers = |second: &Second| {
        let lane = |lane: &Lane| (lane.up.len() + lane.down.len()) * 2 + lane.frames.len() + lane.corrections.len();
        second.ticks.len() * 2 + second.clients.iter().map(lane).sum::<usize>()
    };
    if seconds.iter().map(numbers).sum::<usize>() > NUMBERS_MAX {
        seconds.sort_by_key(|second| (std::cmp::Reverse(second.score), second.at_s));
        let mut room = NUMBERS_MAX;
        seconds.retain(|second| {
            let fits = numbers(second) <= room;
            room = room.saturating_sub(numbers(second));
            fits
        });
        seconds.truncate(SECONDS_KEPT);
        seconds.sort_by_key(|second| second.at_s);
    }
    seconds
}

/// At most two clients, in their order.
fn those_that_show_most(second: &Second) -> Vec<usize> {
    let lost = |flights: &[[i64; 2]]| flights.iter().filter(|[_, took]| *took < 0).count();
    let slowest = |flights: &[[i64; 2]]| flights.iter().map(|[_, took]| *took).max().unwrap_or(0);
    let rank = |client: &usize| {
        let lane = &second.clients[*client];
        (lost(&lane.up) + lost(&lane.down) + lane.corrections.len(), slowest(&lane.up).max(slowest(&lane.down)))
    };
    let mut shown: Vec<usize> = (0..second.clients.len()).collect();
    shown.sort_by_key(|client| std::cmp::Reverse(rank(client)));
    shown.truncate(2);
    shown.sort_unstable();
    shown
}

/// As `report.js` draws it.
fn drawing(space_time: &SpaceTime, second: &Second) -> String {
    let mut out = format!("<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" class=\"space-time\">");
    for tenth in 0..=10 {
        let x = x(tenth * SECOND_NS / 10 / UNIT_NS);
        let anchor = if tenth == 10 { "end" } else { "middle" };
        _ = write!(
            out,
            "<line class=\"grid\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"14\" y2=\"{}\"/><text class=\"axis\" x=\"{x:.1}\" y=\"{}\" \
             text-anchor=\"{anchor}\">{} ms</text>",
            HEIGHT - 24.0,
            HEIGHT - 8.0,
            tenth * 100
        );
    }
    for (client, y) in space_time.shown.iter().zip([TOP, BOTTOM]) {
        lane(&mut out, &space_time.clients[*client], &second.clients[*client], y);
    }
    _ = write!(
        out,
        "<line class=\"lane\" x1=\"{LEFT}\" x2=\"{RIGHT}\" y1=\"{MIDDLE}\" y2=\"{MIDDLE}\"/><text x=\"{}\" y=\"{}\" \
         text-anchor=\"end\">server</text>",
        LEFT - 12.0,
        MIDDLE + 4.0
    );
    for [began, busy] in &second.ticks {
        let width = (x(began + busy) - x(*began)).max(2.0);
        _ = write!(
            out,
            "<rect class=\"tick\" x=\"{:.1}\" y=\"{}\" width=\"{width:.1}\" height=\"10\"/>",
            x(*began),
            MIDDLE - 5.0
        );
    }
    for at in &second.shots {
        let x = x(*at);
        _ = write!(out, "<path class=\"shot\" d=\"M{x:.1} {}l5 10h-10z\"/>", MIDDLE - 17.0);
    }
    out + "</svg>"
}

fn lane(out: &mut String, (name, colour): &(String, usize), lane: &Lane, y: f64) {
    _ = write!(
        out,
        "<line class=\"lane\" x1=\"{LEFT}\" x2=\"{RIGHT}\" y1=\"{y}\" y2=\"{y}\"/><text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
        LEFT - 12.0,
        y + 4.0,
        escape(&super::clip(name, 14))
    );
    let mut arrow = |[left, took]: [i64; 2], from: f64, to: f64, class: &str| {
        let (x1, lost) = (x(left), took < 0);
        let (x2, y2) = if lost { (x1 + 10.0, from + (to - from) * 0.4) } else { (x(left + took), to) };
        if x2 > RIGHT + 1.0 {
            return;
        }
        let lost = if lost { " lost" } else { "" };
        _ = write!(
            out,
            "<line class=\"{class} s{colour}{lost}\" x1=\"{x1:.1}\" y1=\"{from}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>"
        );
    };
    lane.up.iter().for_each(|one| arrow(*one, y, MIDDLE, "up"));
    lane.down.iter().for_each(|one| arrow(*one, MIDDLE, y, "down"));
    let outside = if y < MIDDLE { -9.0 } else { 9.0 };
    for at in &lane.frames {
        _ = write!(
            out,
            "<line class=\"frame\" x1=\"{0:.1}\" x2=\"{0:.1}\" y1=\"{y}\" y2=\"{1}\"/>",
            x(*at),
            y + outside
        );
    }
    for at in &lane.corrections {
        _ = write!(out, "<path class=\"correction\" d=\"M{:.1} {}l5 6l-5 6l-5-6z\"/>", x(*at), y - 6.0);
    }
}

fn x(at: i64) -> f64 {
    LEFT + (RIGHT - LEFT) * (at * UNIT_NS) as f64 / SECOND_NS as f64
}

const SECOND_NS: i64 = 1_000_000_000;
/// What times are written in: a hundredth of a millisecond is a tenth of what a screen can show.
const UNIT_NS: i64 = 10_000;
const SECONDS_MAX: usize = 24 * 3_600;
const SECONDS_KEPT: usize = 20;
/// Of numbers in the page: some 1.5 MB.
const NUMBERS_MAX: usize = 350_000;
const LOST_SCORE: u64 = 2;
const MISSING_SCORE: u64 = 3;
const SHOT_SCORE: u64 = 2;
const CORRECTION_SCORE: u64 = 4;
const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 330.0;
const LEFT: f64 = 120.0;
const RIGHT: f64 = 940.0;
const TOP: f64 = 30.0;
const MIDDLE: f64 = 155.0;
const BOTTOM: f64 = 280.0;
