//! Bars: parts of a whole beside each other, and amounts from the largest to the smallest.

use super::super::html::{Markup, escape};
use super::{NAMES, ROW, WIDTH, axis, axis_end, short};
use std::fmt::Write;

/// One bar of several parts.
pub(in crate::report) struct Stack {
    pub(in crate::report) name: String,
    pub(in crate::report) parts: Vec<Part>,
}

pub(in crate::report) struct Part {
    pub(in crate::report) name: String,
    pub(in crate::report) value: f64,
}

/// Bars of the same parts, with a legend. Parts are told apart by place, legend and colour.
pub(in crate::report) fn stacks(unit: &str, stacks: &[Stack]) -> Markup {
    let sum = |stack: &Stack| stack.parts.iter().map(|part| part.value.max(0.0)).sum::<f64>();
    let high = axis_end(stacks.iter().map(sum).fold(0.0, f64::max));
    let (left, right) = (NAMES, WIDTH - 80.0);
    let height = stacks.len() as f64 * ROW;
    let mut out = format!("<svg viewBox=\"0 0 {WIDTH} {:.0}\" role=\"img\" class=\"chart\">", height + 26.0);
    axis(&mut out, (left, right), (4.0, height + 4.0), (0.0, high), unit);
    for (row, stack) in stacks.iter().enumerate() {
        let y = row as f64 * ROW + 4.0;
        let name = escape(&super::super::sections::clip(&stack.name, 22));
        _ = write!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{name}</text>",
            left - 10.0,
            y + ROW / 2.0 + 4.0
        );
        let mut at = left;
        for (colour, part) in stack.parts.iter().enumerate() {
            let width = part.value.max(0.0) / high * (right - left);
            _ = write!(
                out,
                "<rect class=\"f{colour} part\" x=\"{at:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{:.1}\">\
                 <title>{name}: {} {} {unit}</title></rect>",
                y + 4.0,
                ROW - 8.0,
                escape(&part.name),
                short(part.value)
            );
            at += width;
        }
        _ = write!(out, "<text x=\"{:.1}\" y=\"{:.1}\">{}</text>", at + 8.0, y + ROW / 2.0 + 4.0, short(sum(stack)));
    }
    out += "</svg>";
    out += &legend(stacks.first().map_or(&[], |stack| stack.parts.as_slice()));
    Markup(out)
}

fn legend(parts: &[Part]) -> String {
    let item =
        |(colour, part): (usize, &Part)| format!("<li><i class=\"swatch b{colour}\"></i>{}</li>", escape(&part.name));
    format!("<ul class=\"legend\">{}</ul>", parts.iter().enumerate().map(item).collect::<String>())
}

/// Amounts, the largest first.
pub(in crate::report) fn ranked(unit: &str, parts: &[Part]) -> Markup {
    let mut sorted: Vec<&Part> = parts.iter().collect();
    sorted.sort_by(|a, b| b.value.total_cmp(&a.value));
    let high = axis_end(sorted.first().map_or(0.0, |part| part.value));
    let (left, right) = (NAMES, WIDTH - 130.0);
    let height = sorted.len() as f64 * ROW;
    let mut out = format!("<svg viewBox=\"0 0 {WIDTH} {:.0}\" role=\"img\" class=\"chart\">", height + 26.0);
    axis(&mut out, (left, right), (4.0, height + 4.0), (0.0, high), unit);
    let all: f64 = sorted.iter().map(|part| part.value).sum();
    for (row, part) in sorted.iter().enumerate() {
        let (y, width) = (row as f64 * ROW + 4.0, part.value.max(0.0) / high * (right - left));
        _ = write!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>\
             <rect class=\"f0\" x=\"{left:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{:.1}\" rx=\"2\"/>\
             <text class=\"axis\" x=\"{:.1}\" y=\"{:.1}\">{} · {:.1} %</text>",
            left - 10.0,
            y + ROW / 2.0 + 4.0,
            escape(&super::super::sections::clip(&part.name, 24)),
            y + 5.0,
            ROW - 10.0,
            left + width + 8.0,
            y + ROW / 2.0 + 4.0,
            short(part.value),
            if all > 0.0 { part.value / all * 100.0 } else { 0.0 }
        );
    }
    out += "</svg>";
    Markup(out)
}
