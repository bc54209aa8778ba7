//! The waterfall in words and numbers.

use super::{Advantage, ClientLatency, LatencyReport, Part, PartTimes, TimesMs, Waterfall};
use crate::analysis::merge::{clip, line, paragraph};

impl LatencyReport {
    /// For a terminal.
    pub fn text(&self) -> String {
        let mut out = String::new();
        if self.all.whole.count == 0 && self.own.whole.count == 0 {
            paragraph(
                &mut out,
                "No path is recorded from its key to a picture: it takes traces of a server and its clients that overlap.",
            );
            return out;
        }
        self.waterfall(&mut out);
        self.by_client(&mut out);
        self.advantages(&mut out);
        out
    }

    fn waterfall(&self, out: &mut String) {
        head(out, &format!("key of one -> picture of another: {} paths, ms", self.all.whole.count));
        for part in &self.all.parts {
            line(out, &row(part.part.says(), &part.times, part.clock_bound_ms, part.below_clock_bound));
        }
        line(out, &row("the whole", &self.all.whole, self.all.clock_bound_ms, false));
        out.push('\n');
        head(out, &format!("own key -> own picture, predicted: {} inputs, ms", self.own.whole.count));
        line(out, &row(Part::Sample.says(), &self.own.sample, 0.0, false));
        line(out, &row("display: -> first frame with its state", &self.own.display, 0.0, false));
        line(out, &row("the whole", &self.own.whole, 0.0, false));
        out.push('\n');
        if self.all.parts.iter().any(|part| part.below_clock_bound) {
            paragraph(
                out,
                "* The clocks of its two ends may be off by more than this part is long. What is known is the sum of both wires, and \
                 of every path that begins and ends on one machine.",
            );
            out.push('\n');
        }
    }

    fn by_client(&self, out: &mut String) {
        let table = |out: &mut String,
                     title: &str,
                     of: &dyn Fn(&ClientLatency) -> &Waterfall,
                     last: (&str, &dyn Fn(&ClientLatency) -> &TimesMs)| {
            let names: String = Part::ALL.iter().map(|part| format!("{:>9}", part.name())).collect();
            line(out, &format!("{title:<14}{:>5}{names}{:>9}{:>12}", "", "whole", last.0));
            for client in &self.clients {
                for (index, (name, share)) in SHARES.iter().enumerate() {
                    let who = if index == 0 { clip(&client.name, 14) } else { String::new() };
                    let of = of(client);
                    let parts: String =
                        of.parts.iter().map(|part| format!("{:>9}", marked(part, share(&part.times)))).collect();
                    let (whole, last) = (share(&of.whole), share(last.1(client)));
                    if of.whole.count > 0 {
                        line(out, &format!("{who:<14}{name:>5}{parts}{whole:>9.2}{last:>12.2}"));
                    }
                }
            }
            out.push('\n');
        };
        table(out, "keys of", &|client| &client.sent, ("own picture", &|client| &client.own.whole));
        table(out, "pictures of", &|client| &client.seen, ("own echo", &|client| &client.echo.whole));
    }

    fn advantages(&self, out: &mut String) {
        if self.advantage.times.count == 0 {
            return;
        }
        head(out, "peeker's advantage, ms");
        let told = |out: &mut String, name: &str, it: &Advantage| {
            line(out, &row(name, &it.times, it.clock_bound_ms, it.clock_bound_ms > it.times.p50.abs()));
        };
        told(out, "everyone", &self.advantage);
        let mut pairs: Vec<_> = self.pairs.iter().collect();
        pairs.sort_by(|a, b| b.advantage.times.p50.total_cmp(&a.advantage.times.p50));
        for pair in pairs.iter().take(PAIRS_TOLD) {
            told(
                out,
                &format!("{} comes round the corner, {} waits", clip(&pair.peeker, 12), clip(&pair.holder, 12)),
                &pair.advantage,
            );
        }
        if let Some(more) = pairs.len().checked_sub(PAIRS_TOLD).filter(|more| *more > 0) {
            line(out, &format!("... and {more} pairs more (--json has all)"));
        }
        let sum: Vec<String> =
            self.advantage.parts_mean_ms.iter().map(|(part, ms)| format!("{} {ms:.2}", part.name())).collect();
        paragraph(
            out,
            &format!(
                "So much earlier does who moves see the other than it is seen. On average: {} - own picture {:.2} = {:.2} ms. (Riot: \
                 enemy frame + enemy one-way + server frame + your one-way + display delay.) With the same link and the same frames \
                 for both, swapping the two changes nothing: it is who moves that gains.",
                sum.join(" + "),
                self.advantage.own_display_mean_ms,
                self.advantage.times.mean
            ),
        );
    }
}

impl Part {
    /// In the order of [`Part::ALL`].
    pub fn name(self) -> &'static str {
        match self {
            Part::Sample => "sample",
            Part::Send => "send",
            Part::WireUp => "wire up",
            Part::Queue => "queue",
            Part::Tick => "tick",
            Part::WireDown => "wire dn",
            Part::Handle => "handle",
            Part::Display => "display",
        }
    }

    pub(crate) fn says(self) -> &'static str {
        match self {
            Part::Sample => "sample: keys read -> input made",
            Part::Send => "send: -> its first packet left",
            Part::WireUp => "wire up: -> first copy at the server",
            Part::Queue => "queue: -> its tick begins (margin + lateness)",
            Part::Tick => "tick: -> its snapshot left for the observer",
            Part::WireDown => "wire down: -> it, or the next, at the observer",
            Part::Handle => "handle: -> looked at",
            Part::Display => "display: -> first frame at that tick",
        }
    }
}

fn head(out: &mut String, of: &str) {
    let [p50, p95, p99, max, mean, bound] = ["p50", "p95", "p99", "max", "mean", "clocks +-"];
    line(out, &format!("{of:<52} {p50:>9} {p95:>9} {p99:>9} {max:>9} {mean:>9} {bound:>9}"));
}

fn row(name: &str, times: &TimesMs, bound_ms: f64, below: bool) -> String {
    let bound = if bound_ms > 0.0 { format!("{bound_ms:.2}{}", if below { "*" } else { "" }) } else { String::new() };
    let TimesMs { p50, p95, p99, max, mean, .. } = times;
    format!("{name:<52} {p50:>9.2} {p95:>9.2} {p99:>9.2} {max:>9.2} {mean:>9.2} {bound:>9}")
}

fn marked(part: &PartTimes, ms: f64) -> String {
    format!("{ms:.2}{}", if part.below_clock_bound { "*" } else { "" })
}

/// What is told of a distribution: its name, and how to take it.
type Share = (&'static str, fn(&TimesMs) -> f64);
const SHARES: [Share; 4] = [("p50", |it| it.p50), ("p95", |it| it.p95), ("p99", |it| it.p99), ("max", |it| it.max)];
/// Pairs in the text.
const PAIRS_TOLD: usize = 16;
