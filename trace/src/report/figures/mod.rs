//! Drawings as inline SVG, in the page's own colours: they are there without JavaScript, and on paper.

mod bars;
mod plan;
mod spread;

pub(super) use self::bars::{Part, Stack, ranked, stacks};
pub(super) use self::plan::{Body, Plan, plan};
pub(super) use self::spread::{Strip, strips};

/// A round number a little above `value`, for the end of an axis.
fn axis_end(value: f64) -> f64 {
    if value <= 0.0 || !value.is_finite() {
        return 1.0;
    }
    let power = 10f64.powf(value.log10().floor());
    let steps = [1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];
    steps.iter().map(|step| step * power).find(|end| *end >= value * 0.999).unwrap_or(value)
}

/// As short as it can be said.
fn short(value: f64) -> String {
    let text = if value.abs() >= 100.0 { format!("{value:.0}") } else { format!("{value:.2}") };
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// Rules and numbers of a horizontal axis from `from` to `to`.
fn axis(out: &mut String, (left, right): (f64, f64), (top, bottom): (f64, f64), (from, to): (f64, f64), unit: &str) {
    use std::fmt::Write;
    for step in 0..=AXIS_STEPS {
        let part = f64::from(step) / f64::from(AXIS_STEPS);
        let (x, value) = (left + (right - left) * part, from + (to - from) * part);
        let unit = if step == AXIS_STEPS { format!(" {unit}") } else { String::new() };
        let anchor = if step == AXIS_STEPS { "end" } else { "middle" };
        _ = write!(
            out,
            "<line class=\"grid\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{top:.1}\" y2=\"{bottom:.1}\"/>\
             <text class=\"axis\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}{unit}</text>",
            bottom + 14.0,
            short(value)
        );
    }
}

const AXIS_STEPS: u32 = 5;
const WIDTH: f64 = 960.0;
/// Room for names at the left.
const NAMES: f64 = 170.0;
const ROW: f64 = 26.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_end_at_round_numbers() {
        assert_eq!([axis_end(0.0), axis_end(7.2), axis_end(0.31), axis_end(1_000.0)], [1.0, 8.0, 0.4, 1_000.0]);
        assert_eq!([short(12.0), short(0.25), short(1234.5), short(0.0)], ["12", "0.25", "1234", "0"]);
    }
}
