//! Service level indicators: seven numbers that say whether a match was what it should be, each with its objective.
//!
//! | name | says | objective | why this one |
//! | --- | --- | --- | --- |
//! | `tick_on_time` | ticks that began within 1 ms of their deadline; ticks given up are late | >= 99.9 % | a late tick is a late snapshot for everyone, and input margins are a few ms |
//! | `tick_p99` | work of a tick, 99th percentile, of the time a tick has | <= 50 % | the other half is what a burst, a scheduler or a slower machine may take |
//! | `starved_inputs` | ticks made without the input of a client that was playing | < 0.1 % | what the input clock aims at: fewer cost margin, more are felt |
//! | `snapshot_age` | age of the picture on screen beyond what the link makes unavoidable, 95th percentile of all frames | <= 100 ms | what a client adds to the way by waiting for the next snapshot and out jitter; 100 ms is what engines of this kind wait at all (Source), and leaves 150 of the 250 ms that a shot may be rewound for the round trip |
//! | `unexplained_corrections` | predictions that were wrong although nothing the client could not know happened | = 0 | both ends run the same code on integers |
//! | `shot_agreement` | hits that were seen on screen, and tested at the time they claim, that the server confirmed | = 100 % | what was drawn is what is tested |
//! | `join_success` | admitted clients that came into the world, of those and those that went without | = 100 % | refusals (full, password, version) are answers, not failures |
//!
//! An accumulator that does not know where its numbers come from: live code and traces (`traces`) feed the same functions.

mod traces;

use hdrhistogram::Histogram;
use serde::Serialize;
use std::fmt::Write;

/// What was counted so far. Sums of accumulators are accumulators.
#[derive(Clone, Debug)]
pub struct Slis {
    ticks: u64,
    ticks_on_time: u64,
    work_us: Histogram<u64>,
    /// Time between two ticks; 0 = nobody has said so yet.
    budget_us: u64,
    inputs_wanted: u64,
    inputs_starved: u64,
    picture_ms: Histogram<u64>,
    predictions: u64,
    unexplained: u64,
    claims: u64,
    claims_agreed: u64,
    joins: u64,
    joins_failed: u64,
}

/// One indicator against its objective.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SliResult {
    pub name: &'static str,
    /// `None` = there was nothing to measure.
    pub value: Option<f64>,
    pub unit: &'static str,
    /// With its sign: ">= 99.9".
    pub objective: &'static str,
    /// `None` = nothing was measured, so nothing was promised.
    pub met: Option<bool>,
    /// How many things were counted.
    pub count: u64,
    /// What it says.
    pub what: &'static str,
}

impl Default for Slis {
    fn default() -> Slis {
        let histogram = || Histogram::new_with_bounds(1, VALUE_MAX, 3).expect("the bounds are constants that fit");
        Slis {
            ticks: 0,
            ticks_on_time: 0,
            work_us: histogram(),
            budget_us: 0,
            inputs_wanted: 0,
            inputs_starved: 0,
            picture_ms: histogram(),
            predictions: 0,
            unexplained: 0,
            claims: 0,
            claims_agreed: 0,
            joins: 0,
            joins_failed: 0,
        }
    }
}

impl Slis {
    pub fn new() -> Slis {
        Slis::default()
    }

    /// A tick began `late_us` after its deadline and took `busy_us`.
    pub fn tick(&mut self, late_us: u64, busy_us: u64) {
        self.ticks += 1;
        self.ticks_on_time += u64::from(late_us <= ON_TIME_US);
        self.work_us.saturating_record(busy_us);
    }

    /// So much time lies between two ticks.
    pub fn set_budget(&mut self, budget_us: u64) {
        self.budget_us = budget_us;
    }

    /// So many ticks were given up.
    pub fn lost_ticks(&mut self, count: u64) {
        self.ticks += count;
    }

    /// Of `ticks` in which a client played, `starved` had no input of it.
    pub fn inputs(&mut self, ticks: u64, starved: u64) {
        self.inputs_wanted += ticks;
        self.inputs_starved += starved;
    }

    /// A frame showed the others so far behind the newest snapshot that a quick way would have brought, whole milliseconds.
    pub fn picture(&mut self, behind_ms: u64) {
        self.picture_ms.saturating_record(behind_ms);
    }

    /// The same of many frames.
    pub fn pictures(&mut self, behind_ms: &Histogram<u64>) {
        for value in behind_ms.iter_recorded() {
            self.picture_ms.saturating_record_n(value.value_iterated_to(), value.count_at_value());
        }
    }

    /// Predictions met `states` of the server, and `unexplained` of them were wrong for no reason.
    pub fn predictions(&mut self, states: u64, unexplained: u64) {
        self.predictions += states;
        self.unexplained += unexplained;
    }

    /// Of `comparable` hits that were seen on screen the server confirmed `agreed`.
    pub fn claims(&mut self, comparable: u64, agreed: u64) {
        self.claims += comparable;
        self.claims_agreed += agreed;
    }

    /// Of clients that were admitted `played` came into the world, and `failed` went without.
    pub fn joins(&mut self, played: u64, failed: u64) {
        self.joins += played + failed;
        self.joins_failed += failed;
    }

    pub fn add(&mut self, other: &Slis) {
        self.ticks += other.ticks;
        self.ticks_on_time += other.ticks_on_time;
        self.work_us.add(&other.work_us).expect("all have the same bounds");
        self.budget_us = self.budget_us.max(other.budget_us);
        self.inputs(other.inputs_wanted, other.inputs_starved);
        self.picture_ms.add(&other.picture_ms).expect("all have the same bounds");
        self.predictions(other.predictions, other.unexplained);
        self.claims(other.claims, other.claims_agreed);
        self.joins(other.joins - other.joins_failed, other.joins_failed);
    }

    /// All seven, in the order of the table above.
    pub fn report(&self) -> Vec<SliResult> {
        let share = |part: u64, of: u64| (of > 0).then(|| part as f64 * 100.0 / of as f64);
        let at = |of: &Histogram<u64>, quantile: f64| (!of.is_empty()).then(|| of.value_at_quantile(quantile) as f64);
        let work = at(&self.work_us, 0.99).filter(|_| self.budget_us > 0);
        let work = work.map(|us| us * 100.0 / self.budget_us as f64);
        let starved = share(self.inputs_starved, self.inputs_wanted);
        let unexplained = (self.predictions > 0).then_some(self.unexplained as f64);
        let agreed = share(self.claims_agreed, self.claims);
        let joined = share(self.joins - self.joins_failed, self.joins);
        let objectives: [(&Objective, Option<f64>, u64); 7] = [
            (&TICK_ON_TIME, share(self.ticks_on_time, self.ticks), self.ticks),
            (&TICK_P99, work, self.work_us.len()),
            (&STARVED_INPUTS, starved, self.inputs_wanted),
            (&SNAPSHOT_AGE, at(&self.picture_ms, 0.95), self.picture_ms.len()),
            (&UNEXPLAINED, unexplained, self.predictions),
            (&SHOT_AGREEMENT, agreed, self.claims),
            (&JOIN_SUCCESS, joined, self.joins),
        ];
        objectives.into_iter().map(|(objective, value, count)| objective.result(value, count)).collect()
    }
}

/// What is promised of one number.
struct Objective {
    name: &'static str,
    unit: &'static str,
    objective: &'static str,
    is_met: fn(f64) -> bool,
    what: &'static str,
}

impl Objective {
    fn result(&self, value: Option<f64>, count: u64) -> SliResult {
        let Objective { name, unit, objective, is_met, what } = *self;
        SliResult { name, value, unit, objective, met: value.map(is_met), count, what }
    }
}

const TICK_ON_TIME: Objective = Objective {
    name: "tick_on_time",
    unit: "%",
    objective: ">= 99.9",
    is_met: |value| value >= 99.9,
    what: "ticks begun within 1 ms of being due",
};
const TICK_P99: Objective = Objective {
    name: "tick_p99",
    unit: "% of a tick",
    objective: "<= 50",
    is_met: |value| value <= 50.0,
    what: "work of a tick of its time, p99",
};
const STARVED_INPUTS: Objective = Objective {
    name: "starved_inputs",
    unit: "%",
    objective: "< 0.1",
    is_met: |value| value < 0.1,
    what: "ticks without a playing client's input",
};
const SNAPSHOT_AGE: Objective = Objective {
    name: "snapshot_age",
    unit: "ms",
    objective: "<= 100",
    is_met: |value| value <= 100.0,
    what: "picture older than the link makes it, p95",
};
const UNEXPLAINED: Objective = Objective {
    name: "unexplained_corrections",
    unit: "",
    objective: "= 0",
    is_met: |value| value == 0.0,
    what: "predictions wrong for no reason",
};
const SHOT_AGREEMENT: Objective = Objective {
    name: "shot_agreement",
    unit: "%",
    objective: "= 100",
    is_met: |value| value == 100.0,
    what: "hits seen that the server confirmed",
};
const JOIN_SUCCESS: Objective = Objective {
    name: "join_success",
    unit: "%",
    objective: "= 100",
    is_met: |value| value == 100.0,
    what: "admitted clients that came to play",
};

/// An aligned table, for a terminal.
pub fn text(results: &[SliResult]) -> String {
    let mut out = String::new();
    for result in results {
        let SliResult { name, unit, objective, count, what, .. } = result;
        let value =
            result.value.map_or_else(|| "-".to_owned(), |value| format!("{}", (value * 1000.0).round() / 1000.0));
        let met = match result.met {
            Some(true) => "met",
            Some(false) => "MISSED",
            None => "not measured",
        };
        // Writing to a string cannot fail.
        _ = writeln!(out, "{name:<24}{value:>9} {unit:<12} {objective:<8} {met:<13}{what} ({count})");
    }
    out
}

/// A tick that begins within this is on time.
const ON_TIME_US: u64 = 1000;
/// As microseconds: a tick of a minute. As milliseconds: a picture half a day old.
const VALUE_MAX: u64 = 60_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn value(slis: &Slis, name: &str) -> (Option<f64>, Option<bool>) {
        let result = slis.report().into_iter().find(|result| result.name == name).unwrap();
        (result.value, result.met)
    }

    #[test]
    fn nothing_measured_is_neither_met_nor_missed() {
        let results = Slis::new().report();
        assert_eq!(results.len(), 7);
        assert!(results.iter().all(|result| result.value.is_none() && result.met.is_none() && result.count == 0));
        assert!(text(&results).lines().all(|line| line.chars().count() <= 120));
    }

    #[test]
    fn a_tick_that_was_given_up_was_not_on_time_and_took_no_work() {
        let mut slis = Slis::new();
        (0..1999).for_each(|_| slis.tick(1000, 1_000));
        assert_eq!(value(&slis, "tick_on_time"), (Some(100.0), Some(true)));
        slis.tick(1001, 1_000);
        slis.lost_ticks(2);
        assert_eq!(value(&slis, "tick_p99"), (None, None), "nobody said what a tick may take");
        slis.set_budget(15_625);
        let (on_time, met) = value(&slis, "tick_on_time");
        assert!((on_time.unwrap() - 1999.0 * 100.0 / 2002.0).abs() < 1e-9 && met == Some(false));
        assert_eq!(value(&slis, "tick_p99"), (Some(6.4), Some(true)));
    }

    #[test]
    fn sums_of_accumulators_say_what_one_accumulator_would() {
        let (mut a, mut b, mut both) = (Slis::new(), Slis::new(), Slis::new());
        for slis in [&mut a, &mut both] {
            slis.tick(0, 9_000);
            slis.set_budget(15_625);
            slis.inputs(1_000, 1);
            slis.picture(30);
            slis.claims(3, 3);
        }
        for slis in [&mut b, &mut both] {
            slis.lost_ticks(1);
            slis.inputs(1_000, 0);
            slis.picture(130);
            slis.predictions(10, 0);
            slis.claims(2, 1);
            slis.joins(2, 1);
        }
        a.add(&b);
        assert_eq!(a.report(), both.report());
        assert_eq!(value(&a, "starved_inputs"), (Some(0.05), Some(true)));
        assert_eq!(value(&a, "snapshot_age"), (Some(130.0), Some(false)));
        assert_eq!(value(&a, "shot_agreement"), (Some(80.0), Some(false)));
        assert_eq!(value(&a, "unexplained_corrections"), (Some(0.0), Some(true)));
    }
}
