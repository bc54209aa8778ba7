//! Every machine's clock on the server's, how sure that is, and what clients believed of it while they played.

use super::super::headline::Headline;
use super::super::html::{Cell, Html, decimal, player, text, whole};
use super::super::stats::{Bin, plot};
use super::super::{Sources, figures};
use super::of_clients;

pub(super) fn write(sources: &Sources<'_>, _headline: &Headline, html: &mut Html) {
    if sources.clients.is_empty() {
        return;
    }
    html.section(
        "clocks",
        "Clocks",
        "No two machines agree on the time. But no packet arrives before it left: every packet up and every snapshot down bounds \
         how far a client's clock is from the server's. The estimate is the middle of what no packet contradicts; what remains \
         between the bounds cannot be known from packets alone.",
    );
    if let Some(merged) = &sources.merged {
        let report = merged.report();
        let rows: Vec<Vec<Cell>> = report
            .clients
            .iter()
            .map(|client| {
                vec![
                    player(&client.name, Some(client.slot)),
                    decimal(client.offset_ms, 3),
                    decimal(client.bound_ms, 3),
                    decimal(client.bound_max_ms, 3),
                    decimal(client.drift_ppm, 1),
                    whole(client.steps.len() as u64),
                    decimal(client.rtt_min_ms, 2),
                    whole(client.inputs.equal),
                    whole(client.inputs.different),
                    text(if client.one_sided { "one way only at the end" } else { "" }),
                ]
            })
            .collect();
        let heads = [
            "<clock of",
            "offset ms",
            "± ms",
            "± ms at worst",
            "drift ppm",
            "steps",
            "least rtt ms",
            "inputs equal",
            "different",
            "<note",
        ];
        html.table("Server's clock minus the client's, and inputs that both ends tell alike", &heads, &rows);
    }
    let margins = strips(sources, |client| {
        let tick_ms = sources.tick_ns() as f64 / 1e6;
        let margins = client.trace.snapshots.iter().filter_map(|it| it.margin_16ths);
        margins.map(|margin| f64::from(margin) / 16.0 * tick_ms).collect()
    });
    if !margins.is_empty() {
        html.heading("Input margin");
        html.figure(
            &figures::strips("ms", &margins),
            "How long before its tick an input was at the server. The line spans the 1st to the 99th percentile, the bar the middle \
             half, the mark the median; at the right median · 99th percentile · maximum. Left of zero is too late.",
        );
    }
    let lead = of_clients(sources, Bin::Median, |client| {
        client.trace.clocks.iter().map(|at| (at.at_ns, f64::from(at.it.input_lead_us) / 1e3)).collect()
    });
    let lag = of_clients(sources, Bin::Median, |client| {
        client.trace.clocks.iter().map(|at| (at.at_ns, -f64::from(at.it.display_lag_us) / 1e3)).collect()
    });
    let mut clocks = lead;
    clocks.extend(lag.into_iter().map(|series| super::Series {
        name: format!("{} display", series.name),
        dashed: true,
        ..series
    }));
    let caption = "Zero is the server's tick. Above it, input now: how far ahead each client makes inputs. Below it, dashed, \
                   display now: how far behind it draws the others.";
    html.plot("The three clocks", caption, plot("ms", clocks));
}

/// One line per client that has values.
pub(super) fn strips(
    sources: &Sources<'_>,
    values: impl Fn(&super::super::ClientSource<'_>) -> Vec<f64>,
) -> Vec<figures::Strip> {
    let strip = |(index, client): (usize, &super::super::ClientSource<'_>)| {
        let spread = super::super::stats::Spread::of(values(client))?;
        let colour = client.slot.map_or(index, |slot| slot as usize) % 8;
        Some(figures::Strip { name: client.name.to_string(), colour, spread })
    };
    sources.clients.iter().enumerate().filter_map(strip).collect()
}
