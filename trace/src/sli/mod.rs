//! Service level indicators: seven numbers that say whether a match was what it should be, each with its objective.
//!
//! An accumulator that does not know where its numbers come from: live code and traces feed the same functions.

use crate::model::{ClientTrace, ServerTrace};
use serde::Serialize;

/// What was counted so far. Sums of accumulators are accumulators.
#[derive(Clone, Debug, Default)]
pub struct Slis {}

/// One indicator against its objective.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SliResult {
    pub name: &'static str,
    /// `None` = there was nothing to measure.
    pub value: Option<f64>,
    pub unit: &'static str,
    /// As text, with its sign: ">= 99.9".
    pub objective: String,
    pub met: Option<bool>,
    /// How many things were counted.
    pub count: u64,
    /// What it says.
    pub what: &'static str,
}

impl Slis {
    pub fn new() -> Slis {
        Slis::default()
    }

    /// What traces say; either end may be missing.
    pub fn of_traces(_server: Option<&ServerTrace>, _clients: &[&ClientTrace]) -> Slis {
        Slis::default()
    }

    /// A tick began `late_us` after its deadline and took `busy_us`; the budget is the time of one tick.
    pub fn tick(&mut self, _late_us: u64, _busy_us: u64) {}

    pub fn report(&self) -> Vec<SliResult> {
        Vec::new()
    }
}

/// An aligned table.
pub fn text(_results: &[SliResult]) -> String {
    String::new()
}
