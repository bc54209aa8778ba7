//! Every shot again under other rules: who gains by which, and which shots flip.

use super::super::Sources;
use super::super::headline::Headline;
use super::super::html::{Cell, Html, Markup, decimal, player, text, whole};
use crate::analysis::judge::{Judgement, Swing, judge};
use crate::analysis::shots::Who;

pub(super) fn write(sources: &Sources<'_>, _headline: &Headline, html: &mut Html) {
    let Some(server) = sources.server.filter(|server| !server.shots.is_empty()) else { return };
    html.section(
        "rules",
        "Other rules",
        "The match is replayed, and where a shot was judged it is judged again under other rules, by the code that judged it. \
         Whoever sees an older picture gains by rewinding, and is hit behind walls by others who do; a cap limits both.",
    );
    let judgement = match judge(server, &mut |_, _| {}) {
        Ok(judgement) => judgement,
        Err(error) => return html.note(&format!("No shot can be judged again: {error}.")),
    };
    caveats(&judgement, html);
    policies(&judgement, html);
    swings(&judgement, html);
    flips(&judgement, html);
}

fn caveats(judgement: &Judgement, html: &mut Html) {
    if let Some(stopped) = &judgement.stopped {
        html.note(&format!("The replay ended before the trace did: {stopped}"));
    }
    if !judgement.inconsistent.is_empty() {
        html.note(&format!(
            "{} shots are decided otherwise by the rules in force than they were: this is not what was played.",
            judgement.inconsistent.len()
        ));
    }
    let mut says = format!("{} of {} shots were judged again.", judgement.judged, judgement.shots);
    if judgement.without_past > 0 {
        says += &format!(" {} look back to before the recording began.", judgement.without_past);
    }
    for caveat in &judgement.caveats {
        says += &format!(" {caveat}");
    }
    html.paragraph(&says);
}

fn policies(judgement: &Judgement, html: &mut Html) {
    let rows: Vec<Vec<Cell>> = judgement
        .policies
        .iter()
        .map(|result| {
            vec![
                text(result.policy.name()),
                text(&*result.what),
                whole(result.hits as u64),
                whole(result.gained as u64),
                whole(result.lost as u64),
                whole(result.moved as u64),
            ]
        })
        .collect();
    let heads = ["<rule", "<tests", "hits", "gained", "lost", "another hit"];
    html.table("Against what was decided", &heads, &rows);
}

/// Who gains: by player, and by how old the picture was.
fn swings(judgement: &Judgement, html: &mut Html) {
    let names: Vec<String> = judgement.policies.iter().skip(1).map(|result| result.policy.name()).collect();
    let net = |swing: &Swing| -> Vec<Cell> {
        swing
            .net
            .iter()
            .skip(1)
            .map(|net| Cell::Number(if *net == 0 { "·".to_owned() } else { format!("{net:+}") }))
            .collect()
    };
    let heads = |first: [&'static str; 4]| -> Vec<String> {
        first.iter().map(|head| (*head).to_owned()).chain(names.iter().cloned()).collect()
    };
    let table = |html: &mut Html, caption: &str, heads: &[String], rows: &[Vec<Cell>]| {
        html.table(caption, &heads.iter().map(String::as_str).collect::<Vec<_>>(), rows);
    };
    let rows: Vec<Vec<Cell>> = judgement
        .players
        .iter()
        .map(|swing| {
            let mut row = vec![
                player(&swing.who.name, Some(swing.who.slot)),
                decimal(swing.picture_age_ms, 0),
                whole(swing.fired.shots as u64),
                whole(swing.fired.hits as u64),
            ];
            row.extend(net(&swing.fired));
            row
        })
        .collect();
    let caption = "Hits that each player would have won or lost as a shooter";
    table(html, caption, &heads(["<shooter", "picture age ms", "shots", "hits"]), &rows);
    let rows: Vec<Vec<Cell>> = judgement
        .by_picture_age
        .iter()
        .filter(|band| band.fired.shots > 0)
        .map(|band| {
            let mut row = vec![
                text(&*band.range),
                whole(band.fired.shots as u64),
                whole(band.fired.hits as u64),
                decimal(super::percent(band.fired.hits as u64, band.fired.shots as u64), 0),
            ];
            row.extend(net(&band.fired));
            row
        })
        .collect();
    let caption = "The same by how old the picture was that the shooter saw";
    table(html, caption, &heads(["<picture age", "shots", "hits", "% hit"]), &rows);
}

fn flips(judgement: &Judgement, html: &mut Html) {
    if judgement.flips.is_empty() {
        return html.paragraph("No rule decides any shot otherwise.");
    }
    let who = |who: &Option<Who>| who.as_ref().map_or("nobody".to_owned(), |who| who.name.clone());
    let rows: Vec<Vec<Cell>> = judgement
        .flips
        .iter()
        .take(FLIPS_MAX)
        .map(|flip| {
            let otherwise: Vec<String> =
                flip.becomes.iter().map(|it| format!("{}: {}", it.policy.name(), who(&it.hit))).collect();
            vec![
                text(&*flip.shot),
                decimal(flip.time_s, 2),
                player(&flip.shooter.name, Some(flip.shooter.slot)),
                decimal(flip.picture_age_ms, 0),
                text(who(&flip.was)),
                text(otherwise.join("; ")),
            ]
        })
        .collect();
    html.markup(&Markup("<details><summary>The shots that some rule decides otherwise</summary>".to_owned()));
    let caption = match judgement.flips.len() {
        all if all > FLIPS_MAX => format!("The first {FLIPS_MAX} of {all}; the command `judge` lists them all"),
        all => format!("All {all}"),
    };
    html.table(&caption, &["<shot", "s", "<shooter", "picture age ms", "<hit", "<otherwise"], &rows);
    html.markup(&Markup("</details>\n".to_owned()));
}

const FLIPS_MAX: usize = 300;
