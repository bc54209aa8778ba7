//! Percentiles, and series thinned to what a plot can show.
//!
//! Must not know what is measured.

use super::html::{Line, Plot};

/// Where the values of a sample lie.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Spread {
    pub(super) count: usize,
    pub(super) mean: f64,
    pub(super) p1: f64,
    pub(super) p25: f64,
    pub(super) p50: f64,
    pub(super) p75: f64,
    pub(super) p95: f64,
    pub(super) p99: f64,
    pub(super) max: f64,
}

impl Spread {
    /// `None` of nothing. A percentile is the smallest value that so many percent do not exceed.
    pub(super) fn of(values: impl IntoIterator<Item = f64>) -> Option<Spread> {
        let mut sorted: Vec<f64> = values.into_iter().filter(|value| value.is_finite()).collect();
        sorted.sort_by(f64::total_cmp);
        let at = |percent: usize| sorted[(sorted.len() * percent).div_ceil(100).max(1) - 1];
        (!sorted.is_empty()).then(|| Spread {
            count: sorted.len(),
            mean: sorted.iter().sum::<f64>() / sorted.len() as f64,
            p1: at(1),
            p25: at(25),
            p50: at(50),
            p75: at(75),
            p95: at(95),
            p99: at(99),
            max: sorted[sorted.len() - 1],
        })
    }
}

/// How the values that fall into one bin become one.
#[derive(Clone, Copy, Debug)]
pub(super) enum Bin {
    Max,
    Median,
    /// Sum divided by the length of the bin.
    PerSecond,
}

/// One line of a plot before it is thinned: (seconds, value).
pub(super) struct Series {
    pub(super) name: String,
    pub(super) colour: usize,
    pub(super) dashed: bool,
    pub(super) bin: Bin,
    pub(super) values: Vec<(f64, f64)>,
}

/// A plot of at most [`BINS_MAX`] points per line, all on one axis.
pub(super) fn plot(unit: &'static str, series: Vec<Series>) -> Plot {
    let times = || series.iter().flat_map(|series| &series.values).map(|(at_s, _)| *at_s);
    let (first, last) = (times().fold(f64::INFINITY, f64::min), times().fold(f64::NEG_INFINITY, f64::max));
    if first > last {
        return Plot { unit, x: Vec::new(), lines: Vec::new() };
    }
    let width = ((last - first) / BINS_MAX as f64).max(BIN_S_MIN);
    let bins = (((last - first) / width) as usize + 1).min(BINS_MAX + 1);
    let x = (0..bins).map(|bin| round(first + (bin as f64 + 0.5) * width)).collect();
    let line = |series: Series| {
        let mut filled: Vec<Vec<f64>> = vec![Vec::new(); bins];
        for (at_s, value) in series.values {
            filled[(((at_s - first) / width) as usize).min(bins - 1)].push(value);
        }
        let y = filled.into_iter().map(|values| one_of(series.bin, values, width).map(round)).collect();
        Line { name: series.name, colour: series.colour, dashed: series.dashed, y }
    };
    Plot { unit, x, lines: series.into_iter().map(line).collect() }
}

fn one_of(bin: Bin, mut values: Vec<f64>, width_s: f64) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    values.sort_by(f64::total_cmp);
    Some(match bin {
        Bin::Max => values[values.len() - 1],
        Bin::Median => values[(values.len() - 1) / 2],
        Bin::PerSecond => values.iter().sum::<f64>() / width_s,
    })
}

/// Three decimals: a page holds many numbers.
pub(super) fn round(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}

const BINS_MAX: usize = 480;
const BIN_S_MIN: f64 = 0.25;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let spread = Spread::of((1..=200).map(f64::from)).unwrap();
        assert_eq!((spread.p1, spread.p50, spread.p99, spread.max, spread.mean), (2.0, 100.0, 198.0, 200.0, 100.5));
        assert_eq!(Spread::of([7.0]).unwrap().p99, 7.0);
        assert!(Spread::of([f64::NAN]).is_none());
    }

    #[test]
    fn a_long_series_keeps_its_peaks() {
        let values = (0..100_000).map(|i| (f64::from(i) / 64.0, if i == 77_777 { 9.0 } else { 1.0 })).collect();
        let series = Series { name: "a".to_owned(), colour: 0, dashed: false, bin: Bin::Max, values };
        let plot = plot("us", vec![series]);
        assert!(plot.x.len() <= BINS_MAX + 1 && plot.lines[0].y.len() == plot.x.len());
        assert_eq!(plot.lines[0].y.iter().flatten().filter(|y| **y == 9.0).count(), 1);
    }
}
