//! Numbers side by side.

use serde::Serialize;

/// The same measure of both traces.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Number {
    pub name: String,
    pub unit: &'static str,
    /// `None`: there is nothing to measure.
    pub a: Option<f64>,
    pub b: Option<f64>,
}

impl Number {
    pub(super) fn count(name: impl Into<String>, unit: &'static str, a: u64, b: u64) -> Number {
        Number { name: name.into(), unit, a: Some(a as f64), b: Some(b as f64) }
    }

    /// Middle, 99th percentile and greatest of what is measured often.
    pub(super) fn spread(name: &str, unit: &'static str, a: Vec<i64>, b: Vec<i64>) -> [Number; 3] {
        let (a, b) = (sorted(a), sorted(b));
        [("middle", 0.5), ("99 %", 0.99), ("greatest", 1.0)].map(|(what, part)| Number {
            name: format!("{name}, {what}"),
            unit,
            a: at(&a, part),
            b: at(&b, part),
        })
    }

    /// There is something to tell of at least one of the two.
    pub(super) fn is_something(&self) -> bool {
        [self.a, self.b].into_iter().flatten().any(|value| value != 0.0)
    }

    /// How much more `b` is than `a`, percent.
    pub(super) fn change_percent(&self) -> Option<f64> {
        let (a, b) = (self.a?, self.b?);
        (a != 0.0).then(|| 100.0 * (b - a) / a.abs())
    }
}

fn sorted(mut values: Vec<i64>) -> Vec<i64> {
    values.sort_unstable();
    values
}

/// The value below or at which `part` of all lie (nearest rank).
fn at(sorted: &[i64], part: f64) -> Option<f64> {
    let rank = (part * sorted.len() as f64).ceil().max(1.0) as usize;
    sorted.get(rank - 1).map(|value| *value as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_of_values_that_were_measured() {
        let [middle, high, greatest] = Number::spread("late", "us", (1..=200).rev().collect(), Vec::new());
        assert_eq!([middle.a, high.a, greatest.a], [Some(100.0), Some(198.0), Some(200.0)]);
        assert_eq!((middle.b, middle.change_percent()), (None, None));
        assert_eq!(Number::count("shots", "", 4, 5).change_percent(), Some(25.0));
    }
}
