//! Where values lie, one line per sample: from the 1st to the 99th percentile, the middle half, the median, the maximum.

use super::super::html::{Markup, escape};
use super::super::stats::Spread;
use super::{NAMES, ROW, WIDTH, axis, axis_end, short};
use std::fmt::Write;

/// One sample.
pub(in crate::report) struct Strip {
    pub(in crate::report) name: String,
    pub(in crate::report) colour: usize,
    pub(in crate::report) spread: Spread,
}

/// All on one axis, which holds the 99th percentiles; maxima beyond it are said in numbers.
pub(in crate::report) fn strips(unit: &str, strips: &[Strip]) -> Markup {
    let low = strips.iter().map(|strip| strip.spread.p1).fold(0.0, f64::min);
    let high = axis_end(strips.iter().map(|strip| strip.spread.p99).fold(0.0, f64::max) * 1.05);
    let low = if low < 0.0 { -axis_end(-low) } else { 0.0 };
    let (left, right) = (NAMES, WIDTH - 130.0);
    let x = |value: f64| left + (value.clamp(low, high) - low) / (high - low) * (right - left);
    let height = strips.len() as f64 * ROW;
    let mut out = format!("<svg viewBox=\"0 0 {WIDTH} {:.0}\" role=\"img\" class=\"chart\">", height + 26.0);
    axis(&mut out, (left, right), (4.0, height + 4.0), (low, high), unit);
    for (row, strip) in strips.iter().enumerate() {
        let (y, colour, s) = (row as f64 * ROW + ROW / 2.0 + 4.0, strip.colour, &strip.spread);
        _ = write!(
            out,
            "<g><title>{name}: 1 % {p1}, 25 % {p25}, median {p50}, 75 % {p75}, 99 % {p99}, max {max} {unit}</title>\
             <text x=\"{tx:.1}\" y=\"{ty:.1}\" text-anchor=\"end\">{name}</text>\
             <line class=\"s{colour}\" x1=\"{x1:.1}\" x2=\"{x99:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\" stroke-width=\"2\"/>\
             <rect class=\"f{colour}\" x=\"{x25:.1}\" y=\"{by:.1}\" width=\"{w:.1}\" height=\"12\" rx=\"3\"/>\
             <line class=\"median\" x1=\"{x50:.1}\" x2=\"{x50:.1}\" y1=\"{my:.1}\" y2=\"{my2:.1}\"/>\
             <text class=\"axis\" x=\"{rx:.1}\" y=\"{ty:.1}\">{p50} · {p99} · {max}</text></g>",
            name = escape(&super::super::sections::clip(&strip.name, 22)),
            p1 = short(s.p1),
            p25 = short(s.p25),
            p50 = short(s.p50),
            p75 = short(s.p75),
            p99 = short(s.p99),
            max = short(s.max),
            unit = escape(unit),
            tx = left - 10.0,
            ty = y + 4.0,
            x1 = x(s.p1),
            x99 = x(s.p99),
            x25 = x(s.p25),
            by = y - 6.0,
            w = (x(s.p75) - x(s.p25)).max(1.0),
            x50 = x(s.p50),
            my = y - 8.0,
            my2 = y + 8.0,
            rx = right + 10.0,
        );
    }
    out += "</svg>";
    Markup(out)
}
