//! Distributions of times, and what is told of them.

use hdrhistogram::Histogram;
use serde::Serialize;

/// A distribution of times, milliseconds. Percentiles to three digits; a time below zero, which only clocks that are off can
/// make, counts as zero in them. Mean, least and greatest are exact.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TimesMs {
    pub count: u64,
    pub mean: f64,
    pub min: f64,
    pub p50: f64,
    pub p95: f64,
    pub p99: f64,
    pub max: f64,
}

/// Longer is as long as this: a day.
const LONGEST_US: u64 = 86_400_000_000;

/// Times on their way to a [`TimesMs`].
#[derive(Clone, Debug)]
pub(super) struct Times {
    us: Histogram<u32>,
    sum_ns: i128,
    least_ns: i64,
    most_ns: i64,
}

impl Times {
    pub(super) fn new() -> Times {
        // It grows with what it is given: most paths take less than a second.
        let us = Histogram::new(3).expect("three digits are allowed");
        Times { us, sum_ns: 0, least_ns: i64::MAX, most_ns: i64::MIN }
    }

    pub(super) fn record(&mut self, ns: i64) {
        let us = (ns.max(0) as u64 / 1000 + u64::from(ns.max(0) % 1000 >= 500)).min(LONGEST_US);
        self.us.record(us).expect("a histogram that grows takes all that is no longer than a day");
        self.sum_ns += i128::from(ns);
        self.least_ns = self.least_ns.min(ns);
        self.most_ns = self.most_ns.max(ns);
    }

    pub(super) fn add(&mut self, other: &Times) {
        self.us.add(&other.us).expect("a histogram that grows takes what another holds");
        self.sum_ns += other.sum_ns;
        self.least_ns = self.least_ns.min(other.least_ns);
        self.most_ns = self.most_ns.max(other.most_ns);
    }

    pub(super) fn ms(&self) -> TimesMs {
        if self.us.is_empty() {
            return TimesMs::default();
        }
        let at = |share: f64| (self.us.value_at_quantile(share) as f64 * 1e-3).min(self.most_ns.max(0) as f64 * 1e-6);
        TimesMs {
            count: self.us.len(),
            mean: self.sum_ns as f64 / self.us.len() as f64 * 1e-6,
            min: self.least_ns as f64 * 1e-6,
            p50: at(0.5),
            p95: at(0.95),
            p99: at(0.99),
            max: self.most_ns as f64 * 1e-6,
        }
    }
}
