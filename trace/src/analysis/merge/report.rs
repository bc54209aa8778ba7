//! What a merge found out, in words and numbers.

use super::clock::Step;
use super::ends::{InputsChecked, WayTimes};
use super::{LeftOut, Merged, MergedClient};
use serde::Serialize;
use std::fmt::Write;

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct MergeReport {
    pub server: String,
    pub ticks: u64,
    pub tick_rate_hz: u32,
    pub clients: Vec<ClientReport>,
    pub left_out: Vec<LeftOut>,
}

/// One client: its clock, its ways, and whether both ends tell the same.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClientReport {
    pub name: String,
    /// Hexadecimal.
    pub client_id: String,
    pub slot: u32,
    pub sessions: usize,
    /// Server's local time minus the client's at `at_local_ns`, the middle of what was measured.
    pub offset_ms: f64,
    pub at_local_ns: i64,
    /// The truth is no further away than this: there, and where it is worst.
    pub bound_ms: f64,
    pub bound_max_ms: f64,
    /// How much faster the server's clock runs, and half of what the two ways differ in that.
    pub drift_ppm: f64,
    pub drift_spread_ppm: f64,
    pub steps: Vec<Step>,
    /// The last stretch was measured one way only: its bound is a guess.
    pub one_sided: bool,
    pub up: WayTimes,
    pub down: WayTimes,
    /// Quickest way there and back: known however far the clocks are off.
    pub rtt_min_ms: f64,
    pub inputs: InputsChecked,
    /// Records that the client's recorder lost: they may look like lost packets.
    pub records_lost: u64,
}

impl MergeReport {
    pub(super) fn of(merged: &Merged<'_>) -> MergeReport {
        MergeReport {
            server: merged.server.header.name.clone(),
            ticks: merged.server.ticks.len() as u64,
            tick_rate_hz: merged.server.header.tick_rate_hz,
            clients: merged.clients.iter().map(ClientReport::of).collect(),
            left_out: merged.left_out.clone(),
        }
    }

    /// For a terminal.
    pub fn text(&self) -> String {
        let mut out = format!(
            "Server {:?}: {} ticks at {} Hz. All times below are on its clock.\n\n",
            self.server, self.ticks, self.tick_rate_hz
        );
        self.clocks_table(&mut out);
        self.ways_table(&mut out);
        self.notes(&mut out);
        out
    }

    fn clocks_table(&self, out: &mut String) {
        line(
            out,
            &format!(
                "{:<16} {:>4} {:>8} {:>18} {:>10} {:>10} {:>16} {:>6} {:>16}",
                "clock of", "slot", "sessions", "offset ms", "+- ms", "at worst", "drift ppm", "steps", "inputs equal"
            ),
        );
        for client in &self.clients {
            let compared = client.inputs.equal + client.inputs.different;
            line(
                out,
                &format!(
                    "{:<16} {:>4} {:>8} {:>18.3} {:>10.3} {:>10.3} {:>16} {:>6} {:>16}",
                    clip(&client.name, 16),
                    client.slot,
                    client.sessions,
                    client.offset_ms,
                    client.bound_ms,
                    client.bound_max_ms,
                    format!("{:.2} +- {:.2}", client.drift_ppm, client.drift_spread_ppm),
                    client.steps.len(),
                    format!("{}/{compared}", client.inputs.equal),
                ),
            );
        }
        out.push('\n');
    }

    fn ways_table(&self, out: &mut String) {
        line(
            out,
            &format!(
                "{:<16} {:>4} {:>18} {:>9} {:>9} {:>9} {:>8} {:>12} {:>7} {:>9}",
                "way of", "", "min ms", "p50 ms", "p99 ms", "jitter", "sent", "lost", "copies", "overtaken"
            ),
        );
        for client in &self.clients {
            for (name, way, times) in [(client.name.as_str(), "up", &client.up), ("", "down", &client.down)] {
                line(
                    out,
                    &format!(
                        "{:<16} {:>4} {:>18} {:>9.2} {:>9.2} {:>9.2} {:>8} {:>12} {:>7} {:>9}",
                        clip(name, 16),
                        way,
                        format!("{:.2} +- {:.2}", times.min_ms, client.bound_ms),
                        times.p50_ms,
                        times.p99_ms,
                        times.jitter_ms,
                        times.sent,
                        format!("{} ({:.2}%)", times.lost, times.loss_pct()),
                        times.copies,
                        times.overtaken,
                    ),
                );
            }
        }
        out.push('\n');
    }

    fn notes(&self, out: &mut String) {
        for client in &self.clients {
            client.notes(out);
        }
        for client in &self.left_out {
            paragraph(out, &format!("{:?} is left out: {}", client.name, client.why));
        }
        if self.clients.is_empty() {
            return;
        }
        out.push('\n');
        paragraph(out, WHAT_IS_KNOWN);
    }
}

impl ClientReport {
    fn of(client: &MergedClient<'_>) -> ClientReport {
        let clock = &client.clock;
        let knots = || clock.pieces().iter().flat_map(|piece| &piece.knots);
        let last = clock.last();
        let amid = last.knots[last.knots.len() / 2].local_ns;
        let ms = |ns: i64| ns as f64 * 1e-6;
        let (up, down) = (&client.up_times, &client.down_times);
        ClientReport {
            name: client.name.clone(),
            client_id: format!("{:016x}", client.client_id),
            slot: client.slot,
            sessions: client.sessions.len(),
            offset_ms: ms(clock.to_server_ns(amid).saturating_sub(amid)),
            at_local_ns: amid,
            bound_ms: ms(clock.error_bound_ns(amid)),
            bound_max_ms: ms(knots().map(|knot| knot.highest_ns.saturating_sub(knot.lowest_ns)).max().unwrap_or(0) / 2),
            drift_ppm: last.drift_ppm(),
            drift_spread_ppm: last.drift_spread_ppm(),
            steps: clock.steps(),
            one_sided: last.one_sided,
            up: up.clone(),
            down: down.clone(),
            rtt_min_ms: up.min_ms + down.min_ms,
            inputs: client.inputs.clone(),
            records_lost: client.trace.health.lost,
        }
    }

    /// What is out of the ordinary.
    fn notes(&self, out: &mut String) {
        let name = &self.name;
        for step in &self.steps {
            paragraph(
                out,
                &format!(
                    "{name}: a clock stepped at {:.3} s of its own time: the server's gained {:.3} ms on it. Its bounds before and \
                 after contradict each other, so it slept, or one of the two was set.",
                    step.at_ns as f64 * 1e-9,
                    step.by_ns as f64 * 1e-6
                ),
            );
        }
        if self.one_sided {
            paragraph(
                out,
                &format!("{name}: packets of one way only after the last step: the bound there is a guess."),
            );
        }
        if self.inputs.unrecorded > 0 || self.records_lost > 0 {
            paragraph(
                out,
                &format!(
                    "{name}: {} inputs that the server used are not in its trace; its recorder lost {} records.",
                    self.inputs.unrecorded, self.records_lost
                ),
            );
        }
        for it in &self.inputs.differences {
            paragraph(
                out,
                &format!(
                    "{name}: tick {}: {} was {} by the client, {} by the server.",
                    it.tick, it.field, it.client, it.server
                ),
            );
        }
        if self.up.unmatched + self.down.unmatched > 0 {
            paragraph(
                out,
                &format!(
                    "{name}: {} input packets and {} snapshots arrived whose leaving is in no record.",
                    self.up.unmatched, self.down.unmatched
                ),
            );
        }
    }
}

/// Words in lines of at most 118 characters.
pub(crate) fn paragraph(out: &mut String, text: &str) {
    let mut width = 0;
    for word in text.split_whitespace() {
        let chars = word.chars().count();
        if width > 0 && width + 1 + chars > 118 {
            out.push('\n');
            width = 0;
        }
        if width > 0 {
            out.push(' ');
            width += 1;
        }
        out.push_str(word);
        width += chars;
    }
    out.push('\n');
}

pub(crate) fn line(out: &mut String, text: &str) {
    _ = writeln!(out, "{}", text.trim_end());
}

pub(crate) fn clip(text: &str, chars: usize) -> String {
    text.chars().take(chars).collect::<String>().trim_end().to_owned()
}

const WHAT_IS_KNOWN: &str = "What is known: nothing arrives before it left, so each clock lies within +- of the offset given. What \
is not: where in between. The middle is an assumption: that the quickest packets of both ways took equally long. If one way is \
x ms longer than the other, offset and one-way times are wrong by x/2 ms, and no record can tell. Round trips, jitter, loss and \
every time that begins and ends on one clock do not depend on it. Offset: the server's clock minus the client's. Drift: how much \
faster the server's clock runs; +- is half of what the two ways say apart. Jitter: 95 % came no later than this after the \
quickest. Lost: of what left while both recorded. A step of a clock that is smaller than the round trip contradicts nothing: it \
shows as a bent line, if at all, and bounds beside it may miss it.";
