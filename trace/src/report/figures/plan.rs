//! The ground around a shot, seen from above: walls, the ray, and bodies where each end had them.

use super::super::html::{Markup, escape};
use std::fmt::Write;
use tickshot_shared::sim::arena::Arena;

/// Where things are, in metres.
pub(in crate::report) struct Plan<'a> {
    pub(in crate::report) arena: Option<&'a Arena>,
    /// From and to.
    pub(in crate::report) ray: [(f64, f64); 2],
    pub(in crate::report) bodies: Vec<Body>,
    /// Of a body.
    pub(in crate::report) radius_m: f64,
}

pub(in crate::report) struct Body {
    pub(in crate::report) letter: char,
    pub(in crate::report) at: (f64, f64),
    pub(in crate::report) kind: &'static str,
}

pub(in crate::report) fn plan(plan: &Plan<'_>) -> Markup {
    let points = || plan.ray.iter().copied().chain(plan.bodies.iter().map(|body| body.at));
    let (left, top, right, bottom) = frame(points());
    let mut out = format!(
        "<svg viewBox=\"{left:.2} {top:.2} {:.2} {:.2}\" role=\"img\" class=\"plan\"><rect class=\"floor\" x=\"{left:.2}\" \
         y=\"{top:.2}\" width=\"100%\" height=\"100%\"/>",
        right - left,
        bottom - top
    );
    if let Some(arena) = plan.arena {
        out += &walls(arena, (left, top, right, bottom));
    }
    let [(x1, y1), (x2, y2)] = plan.ray;
    _ = write!(out, "<line class=\"ray\" x1=\"{x1:.3}\" y1=\"{y1:.3}\" x2=\"{x2:.3}\" y2=\"{y2:.3}\"/>");
    // Strokes and letters keep their size whatever the plan's scale is.
    let size = (right - left) / 34.0;
    for body in &plan.bodies {
        let ((x, y), kind, radius) = (body.at, body.kind, plan.radius_m);
        _ = write!(out, "<circle class=\"body {kind}\" cx=\"{x:.3}\" cy=\"{y:.3}\" r=\"{radius:.3}\"/>");
    }
    for (letters, (x, y)) in labels(&plan.bodies, plan.radius_m) {
        _ = write!(
            out,
            "<text class=\"letter\" x=\"{:.3}\" y=\"{:.3}\" style=\"font-size:{size:.3}px\">{}</text>",
            x + plan.radius_m * 0.8,
            y - plan.radius_m * 0.8,
            escape(&letters)
        );
    }
    out += "</svg>";
    Markup(out)
}

/// Letters of bodies at about the same place stand beside each other.
fn labels(bodies: &[Body], near_m: f64) -> Vec<(String, (f64, f64))> {
    let mut labels: Vec<(String, (f64, f64))> = Vec::new();
    for body in bodies {
        let near = |at: (f64, f64)| (at.0 - body.at.0).hypot(at.1 - body.at.1) < near_m;
        match labels.iter_mut().find(|(_, at)| near(*at)) {
            Some((letters, _)) => letters.push(body.letter),
            None => labels.push((body.letter.to_string(), body.at)),
        }
    }
    labels
}

/// Around all points, with room, as wide as 1.6 times its height.
fn frame(points: impl Iterator<Item = (f64, f64)>) -> (f64, f64, f64, f64) {
    let start = (f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY);
    let (left, top, right, bottom) =
        points.fold(start, |(left, top, right, bottom), (x, y)| (left.min(x), top.min(y), right.max(x), bottom.max(y)));
    let (x, y) = ((left + right) / 2.0, (top + bottom) / 2.0);
    let height = (bottom - top + 3.0).max((right - left + 3.0) / ASPECT).max(HEIGHT_M_MIN);
    (x - height * ASPECT / 2.0, y - height / 2.0, x + height * ASPECT / 2.0, y + height / 2.0)
}

/// Solid tiles as one path, a run of tiles at a time. Beyond the map everything is solid.
fn walls(arena: &Arena, (left, top, right, bottom): (f64, f64, f64, f64)) -> String {
    let (first, last) = (left.floor() as i32, right.ceil() as i32);
    let mut path = String::new();
    for y in top.floor() as i32..bottom.ceil() as i32 {
        let mut x = first;
        while x < last {
            let run = (x..last).take_while(|x| arena.is_solid(*x, y)).count() as i32;
            if run > 0 {
                _ = write!(path, "M{x} {y}h{run}v1h-{run}z");
            }
            x += run.max(1);
        }
    }
    format!("<path class=\"wall\" d=\"{path}\"/>")
}

const ASPECT: f64 = 1.6;
const HEIGHT_M_MIN: f64 = 6.0;
