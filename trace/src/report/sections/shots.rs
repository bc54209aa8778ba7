//! Shots: what they add up to, and cards of those that tell most.

use super::super::headline::Headline;
use super::super::html::{Cell, Html, Markup, decimal, escape, player, text, whole};
use super::super::{Sources, figures};
use crate::analysis::shots::{ShotCard, ShotRow, ShotTable, Who, card, find, table};
use crate::model::ServerTrace;
use crate::proto::Shot;
use std::collections::BTreeMap;
use std::fmt::Write;
use tickshot_shared::limits::TILE_UNITS;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::world::Player;

pub(super) fn write(sources: &Sources<'_>, _headline: &Headline, html: &mut Html) {
    let Some(server) = sources.server.filter(|server| !server.shots.is_empty()) else { return };
    html.section(
        "shots",
        "Shots",
        "When a player fires, the others on its screen are where they were a while ago. The server looks up what it had told that \
         player, puts the others back to where they were drawn, and tests the ray there. What was drawn is what is tested, up to a \
         cap and within what the server itself believes of the player's screen.",
    );
    let table = table(server, sources.merged.as_ref());
    by_player(&table, html);
    let chosen = chosen(&table);
    html.heading(&format!("{} of {} shots, those that tell most", chosen.len(), table.shots.len()));
    html.paragraph(
        "First those whose time was not taken as claimed, then those that another hit check would have decided otherwise, then \
         those with the longest way back.",
    );
    let arenas = arenas(server);
    for row in chosen {
        let found = find(server, &row.shot).ok();
        if let (Some(shot), Ok(card)) = (found, card(server, sources.merged.as_ref(), &row.shot)) {
            html.markup(&Markup(shot_card(shot, &card, arena_at(&arenas, shot.tick))));
        }
    }
    list(&table, html);
}

fn by_player(table: &ShotTable, html: &mut Html) {
    let mut players: BTreeMap<(u32, &str), Vec<&ShotRow>> = BTreeMap::new();
    for row in &table.shots {
        players.entry((row.shooter.slot, &row.shooter.name)).or_default().push(row);
    }
    let rows: Vec<Vec<Cell>> = players
        .into_iter()
        .map(|((slot, name), shots)| {
            let mean = |of: &dyn Fn(&ShotRow) -> Option<f64>| {
                let values: Vec<f64> = shots.iter().filter_map(|row| of(row)).collect();
                (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
            };
            let by = |check: usize| whole(shots.iter().filter(|row| row.verdicts[check].is_some()).count() as u64);
            vec![
                player(name, Some(slot)),
                whole(shots.len() as u64),
                whole(shots.iter().filter(|row| row.hit.is_some()).count() as u64),
                by(0),
                by(1),
                by(2),
                whole(shots.iter().filter(|row| row.clamp != "none").count() as u64),
                decimal(mean(&|row| Some(row.picture_age_ms)), 1),
                decimal(mean(&|row| row.tested_to_present_mm), 0),
                decimal(mean(&|row| row.drawn_to_tested_mm), 1),
            ]
        })
        .collect();
    let heads = [
        "<player",
        "shots",
        "hits",
        "without rewind",
        "whole tick",
        "exact",
        "clamped",
        "picture age ms",
        "target moved mm",
        "drawn to tested mm",
    ];
    html.table("By player: hits as decided, and as each hit check would have decided", &heads, &rows);
}

/// Those that tell most, in order of time.
fn chosen(table: &ShotTable) -> Vec<&ShotRow> {
    let rank = |row: &ShotRow| {
        let checks_differ = row.verdicts.windows(2).any(|pair| pair[0] != pair[1]);
        let way = row.tested_to_present_mm.unwrap_or(0.0);
        (row.clamp != "none", checks_differ, row.hit.is_some(), way as i64)
    };
    let mut rows: Vec<&ShotRow> = table.shots.iter().filter(|row| row.target.is_some()).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(rank(row)));
    rows.truncate(CARDS_MAX);
    rows.sort_by(|a, b| a.time_s.total_cmp(&b.time_s));
    rows
}

fn arenas(server: &ServerTrace) -> Vec<(u32, Option<Arena>)> {
    server.matches.iter().map(|began| (began.tick, Arena::parse(&began.map_name, &began.map).ok())).collect()
}

fn arena_at(arenas: &[(u32, Option<Arena>)], tick: u32) -> Option<&Arena> {
    arenas.iter().rev().find(|(began, _)| *began < tick)?.1.as_ref()
}

fn shot_card(shot: &Shot, card: &ShotCard, arena: Option<&Arena>) -> String {
    let row = &card.row;
    let target = row.hit.as_ref().map_or("nobody".to_owned(), |who| who.name.clone());
    let metres = |units: i32| f64::from(units) / f64::from(TILE_UNITS);
    let (x, y) = (metres(shot.muzzle_x), metres(shot.muzzle_y));
    let (sin, cos) = (f64::from(shot.aim) / 65_536.0 * std::f64::consts::TAU).sin_cos();
    let range = metres(shot.range_units);
    let bodies = card.places.iter().filter(|place| place.letter != 'S').map(|place| figures::Body {
        letter: place.letter,
        at: (place.x_m, place.y_m),
        kind: kind(place.letter),
    });
    let plan = figures::plan(&figures::Plan {
        arena,
        ray: [(x, y), (x + cos * range, y + sin * range)],
        bodies: bodies.collect(),
        radius_m: f64::from(Player::RADIUS) / f64::from(TILE_UNITS),
    });
    let mut out = format!(
        "<article class=\"card\"><header><h4>{} hits {}</h4><span>{} · tick {} · {:.2} s · {}</span></header><div class=\"pair\">{}<div>",
        escape(&row.shooter.name),
        escape(&target),
        escape(&row.weapon),
        row.tick,
        row.time_s,
        escape(&row.id),
        plan.0
    );
    if row.hit.is_none() {
        out = out.replacen(" hits nobody</h4>", " misses</h4>", 1);
    }
    _ = write!(out, "<p>{}</p><dl class=\"places\">", escape(&card.decided));
    for place in &card.places {
        _ = write!(
            out,
            "<div><dt class=\"{}\">{}</dt><dd>{}{}</dd></div>",
            kind(place.letter),
            escape(&place.letter.to_string()),
            escape(&place.what),
            if place.letter.eq_ignore_ascii_case(&'s') || place.from_tested_mm == 0.0 {
                String::new()
            } else {
                format!(", {:.0} mm from T", place.from_tested_mm)
            }
        );
    }
    _ = writeln!(out, "</dl></div></div>{}</article>", moments(card));
    out
}

fn moments(card: &ShotCard) -> String {
    let mut out = "<ol class=\"moments\">".to_owned();
    for moment in &card.moments {
        let bound = moment.error_bound_ms.map_or(String::new(), |bound| format!(" ± {bound:.1}"));
        _ = write!(out, "<li><b>{:+.1}{bound} ms</b> {}</li>", moment.at_ms, escape(&moment.what));
    }
    out + "</ol>"
}

/// The class of a place: claimed and drawn, tested, present, the victim's own screen, muzzles.
fn kind(letter: char) -> &'static str {
    match letter {
        'd' | 'D' => "drawn",
        'T' => "tested",
        'P' => "present",
        'S' | 's' => "muzzle",
        _ => "victim",
    }
}

fn list(table: &ShotTable, html: &mut Html) {
    let who = |who: &Option<Who>| match who {
        Some(who) => player(&who.name, Some(who.slot)),
        None => text("-"),
    };
    let rows: Vec<Vec<Cell>> = table
        .shots
        .iter()
        .take(LISTED_MAX)
        .map(|row| {
            vec![
                text(&*row.shot),
                decimal(row.time_s, 2),
                player(&row.shooter.name, Some(row.shooter.slot)),
                text(&*row.weapon),
                who(&row.hit),
                text(&*row.policy),
                text(if row.clamp == "none" { "" } else { &row.clamp }),
                decimal(row.picture_age_ms, 1),
                decimal(row.tested_age_ms, 1),
                decimal(row.drawn_to_tested_mm, 1),
                decimal(row.tested_to_present_mm, 0),
            ]
        })
        .collect();
    let heads = [
        "<shot",
        "s",
        "<shooter",
        "<weapon",
        "<hit",
        "<check",
        "<clamp",
        "picture ms",
        "tested ms",
        "drawn to tested mm",
        "to present mm",
    ];
    html.markup(&Markup("<details><summary>The list of shots</summary>".to_owned()));
    let caption = match table.shots.len() {
        all if all > LISTED_MAX => format!("The first {LISTED_MAX} of {all}; the command `shots` lists them all"),
        all => format!("All {all}"),
    };
    html.table(&caption, &heads, &rows);
    html.markup(&Markup("</details>\n".to_owned()));
}

const CARDS_MAX: usize = 20;
const LISTED_MAX: usize = 1_000;
