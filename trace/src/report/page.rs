//! The frame of the page: head, style, contents, sections, glossary, script. Nothing in it is fetched, and a policy in its head
//! forbids that anything could be.

use super::Sources;
use super::html::{Html, escape, script_json};
use super::sections::spacetime::SpaceTime;
use serde::Serialize;

/// What the script draws.
#[derive(Serialize)]
struct Data {
    plots: Vec<super::html::Plot>,
    space_time: Option<SpaceTime>,
}

pub(super) fn page(sources: &Sources<'_>, mut html: Html) -> String {
    html.section("glossary", "Glossary", "The words of this page, and of the program.");
    html.terms(GLOSSARY);
    let (body, contents, plots) = html.finish();
    let data = script_json(&Data { plots, space_time: SpaceTime::of(sources) });
    let title = match sources.server {
        Some(server) if !server.header.name.is_empty() => format!("Match report: {}", server.header.name),
        _ => "Match report".to_owned(),
    };
    let links: String =
        contents.iter().map(|(id, title)| format!("<li><a href=\"#{id}\">{}</a></li>", escape(title))).collect();
    let build =
        sources.server.map(|server| &server.header).or(sources.clients.first().map(|client| &client.trace.header));
    let build =
        build.map_or_else(String::new, |header| format!("Recorded by version {} on {}.", header.build, header.system));
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<title>{title}</title>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src \
         'unsafe-inline'; img-src data:\">\n<link rel=\"icon\" href=\"data:,\">\n\
         <style>{UPLOT_CSS}\n{CSS}</style></head>\n<body>\n<a class=\"skip\" href=\"#summary\">Skip to the summary</a>\n\
         <nav aria-label=\"Contents\"><strong>{title}</strong><ol>{links}</ol></nav>\n<main>\n<h1>{title}</h1>\n{body}</main>\n\
         <footer><p>{build} Made by tickshot-trace {version} from the traces alone: whoever has them can make it again. Plots by \
         uPlot.</p></footer>\n<script type=\"application/json\" id=\"data\">{data}</script>\n\
         <script>/*{UPLOT_LICENCE}*/\n{UPLOT}</script>\n<script>{SCRIPT}</script>\n</body></html>\n",
        title = escape(&title),
        build = escape(&build),
        version = env!("CARGO_PKG_VERSION"),
    )
}

const CSS: &str = include_str!("../../assets/report.css");
const SCRIPT: &str = include_str!("../../assets/report.js");
// See assets/README.md for where they come from.
const UPLOT: &str = include_str!("../../assets/uplot.min.js");
const UPLOT_CSS: &str = include_str!("../../assets/uplot.min.css");
const UPLOT_LICENCE: &str = include_str!("../../assets/uplot.LICENSE");

const GLOSSARY: &[(&str, &str)] = &[
    ("Tick", "One fixed step of the server's world; state T is the world after the inputs of tick T."),
    ("Input", "What one player pressed in one tick: direction, aim, buttons, weapon."),
    (
        "Snapshot",
        "The part of one state that one client may know, coded as the difference to an older one that it has.",
    ),
    ("Baseline", "The older state that a snapshot is the difference to."),
    (
        "Input margin",
        "How long before its tick an input reached the server. Negative: too late, and the one before is repeated.",
    ),
    ("Server now", "A client's estimate of the tick that the server is at."),
    ("Input now", "The tick a client makes inputs for: ahead of server now by the way to the server and a margin."),
    (
        "Display now",
        "The tick a client draws the others at: behind server now by the way back and a little more, so that there are two snapshots to draw between.",
    ),
    ("Prediction", "A client moves its own body at once, by the server's rules, without waiting for its answer."),
    ("Correction", "What a client changes of its prediction when the server's answer differs."),
    ("Rewind", "Testing a shot against where the targets were on the shooter's screen, instead of where they are."),
    ("View stamp", "Which two snapshots, and which blend of them, a shooter had on screen when it fired."),
    ("Cap", "The furthest that a shot may be rewound."),
    ("Present", "Where everybody is at the tick of a shot, without rewinding."),
    ("Jitter", "How much the time of a way varies from packet to packet."),
    ("Drift", "How much quicker one clock runs than another: 100 parts per million are 6 ms a minute."),
    ("p50, p99", "Percentiles: half of the values, 99 % of them, are no larger."),
    ("SLI, SLO", "A number that says how well a service works, and what was promised of it."),
];
