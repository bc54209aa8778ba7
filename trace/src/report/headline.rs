//! The numbers at the top of a report, and of the line that ends a demo.

use super::Sources;
use super::stats::Spread;
use crate::model::ServerTrace;
use crate::replay::verify;
use crate::report::sources::busy_us;
use crate::sli::{SliResult, Slis};
use serde::Serialize;

/// `None` = nothing was recorded that tells.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Headline {
    pub server: String,
    pub map: String,
    pub seconds: f64,
    pub ticks: u64,
    pub players: u64,
    /// Clients whose traces were given.
    pub clients: u64,
    pub shots: u64,
    pub hits: u64,
    pub corrections: u64,
    pub corrections_unexplained: u64,
    pub tick_busy_us_p99: Option<f64>,
    pub tick_late_us_p99: Option<f64>,
    pub inputs_missing_pct: Option<f64>,
    /// Of input packets and snapshots that both ends recorded.
    pub lost_up_pct: Option<f64>,
    pub lost_down_pct: Option<f64>,
    pub bytes_per_client_s: Option<f64>,
    /// Every tick was made again from its inputs, and has the recorded hash; `None` = there is no server's trace.
    pub replay_holds: Option<bool>,
    /// That, in a sentence.
    pub replay: String,
    /// Indicators against their objectives.
    pub slis: Vec<SliResult>,
    pub objectives_met: u64,
    /// Those that something was measured for.
    pub objectives: u64,
}

impl Headline {
    pub(super) fn of(sources: &Sources<'_>) -> Headline {
        let clients: Vec<_> = sources.clients.iter().map(|client| client.trace).collect();
        let slis = Slis::of_traces(sources.server, &clients).report();
        let corrections = || clients.iter().flat_map(|client| &client.corrections);
        let (lost_up_pct, lost_down_pct) = lost(sources);
        let mut headline = Headline {
            seconds: sources.length_ns() as f64 / 1e9,
            clients: clients.len() as u64,
            corrections: corrections().count() as u64,
            corrections_unexplained: corrections().filter(|at| at.it.reason == "unexplained").count() as u64,
            lost_up_pct,
            lost_down_pct,
            objectives_met: slis.iter().filter(|sli| sli.met == Some(true)).count() as u64,
            objectives: slis.iter().filter(|sli| sli.met.is_some()).count() as u64,
            slis,
            ..Headline::default()
        };
        if let Some(server) = sources.server {
            headline.of_server(server);
            headline.verify(server);
        }
        headline
    }

    fn of_server(&mut self, server: &ServerTrace) {
        let ticks = &server.ticks;
        self.server = server.header.name.clone();
        self.map = server.matches.last().map_or_else(String::new, |began| began.map_name.clone());
        self.ticks = ticks.len() as u64;
        self.players = ticks.iter().map(|tick| tick.input_slots.len()).max().unwrap_or(0) as u64;
        self.shots = server.shots.len() as u64;
        self.hits = server.shots.iter().filter(|shot| shot.hit != 0).count() as u64;
        self.tick_busy_us_p99 = Spread::of(ticks.iter().map(|tick| busy_us(tick).into())).map(|spread| spread.p99);
        self.tick_late_us_p99 = Spread::of(ticks.iter().map(|tick| tick.late_us.into())).map(|spread| spread.p99);
        let inputs: u64 = ticks.iter().map(|tick| tick.input_uses.len() as u64).sum();
        let missing: u64 =
            ticks.iter().map(|tick| tick.input_uses.iter().filter(|used| **used != 0).count() as u64).sum();
        self.inputs_missing_pct = (inputs > 0).then(|| missing as f64 * 100.0 / inputs as f64);
        let snapshots: u64 = ticks.iter().map(|tick| tick.snapshot_slots.len() as u64).sum();
        let bytes: u64 = ticks.iter().flat_map(|tick| &tick.snapshot_bytes).map(|bytes| u64::from(*bytes)).sum();
        let hz = f64::from(server.header.tick_rate_hz);
        self.bytes_per_client_s = (snapshots > 0).then(|| bytes as f64 / snapshots as f64 * hz);
    }

    fn verify(&mut self, server: &ServerTrace) {
        let report = verify(server, &mut |_, _| {});
        self.replay_holds = Some(report.holds);
        self.replay = match (&report.divergence, &report.error) {
            (Some(divergence), _) => format!("Made again, the match parts from its record: {}.", divergence.text),
            (_, Some(error)) => format!("The match cannot be made again: {error}."),
            (None, None) => format!(
                "{} ticks were made again from their inputs and are, bit for bit, what the server recorded; {} shots were judged \
                 again and came out the same.",
                report.ticks, report.shots_judged_again
            ),
        };
    }

    /// For a terminal.
    pub fn text(&self) -> String {
        let known = |name: &str, value: Option<f64>, unit: &str| value.map(|value| format!("{name} {value:.2} {unit}"));
        let facts = [
            known("tick busy p99", self.tick_busy_us_p99.map(|us| us / 1e3), "ms"),
            known("inputs missing", self.inputs_missing_pct, "%"),
            known("lost up", self.lost_up_pct, "%"),
            known("lost down", self.lost_down_pct, "%"),
            known("to each client", self.bytes_per_client_s.map(|bytes| bytes / 1e3), "kB/s"),
        ];
        format!(
            "{:.1} s, {} ticks, {} players, {} client traces; {} shots, {} hits; {} corrections, {} of them unexplained\n{}\n\
             {}objectives: {} of {} met",
            self.seconds,
            self.ticks,
            self.players,
            self.clients,
            self.shots,
            self.hits,
            self.corrections,
            self.corrections_unexplained,
            facts.into_iter().flatten().collect::<Vec<_>>().join(", "),
            if self.replay.is_empty() { String::new() } else { format!("{}\n", self.replay) },
            self.objectives_met,
            self.objectives
        )
    }
}

fn lost(sources: &Sources<'_>) -> (Option<f64>, Option<f64>) {
    let Some(merged) = &sources.merged else { return (None, None) };
    let share = |lost: u64, sent: u64| (sent > 0).then(|| lost as f64 * 100.0 / sent as f64);
    let sum = |of: fn(&crate::analysis::merge::WayTimes) -> u64, up: bool| -> u64 {
        merged.clients.iter().map(|client| of(if up { &client.up_times } else { &client.down_times })).sum()
    };
    let way = |up: bool| share(sum(|way| way.lost, up), sum(|way| way.sent, up));
    (way(true), way(false))
}
