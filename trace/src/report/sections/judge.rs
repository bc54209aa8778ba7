//! What other hit checks would have decided, by the server's own record.

use super::super::Sources;
use super::super::headline::Headline;
use super::super::html::{Cell, Html, text, whole};
use crate::proto::Shot;

pub(super) fn write(sources: &Sources<'_>, _headline: &Headline, html: &mut Html) {
    let Some(server) = sources.server.filter(|server| !server.shots.is_empty()) else { return };
    html.section(
        "rules",
        "Other rules",
        "Each shot was decided by one hit check, and the server noted what the others would have said. Only the shot itself is \
         judged again: who had lived on would have shot back, and that is not told here.",
    );
    let rows: Vec<Vec<Cell>> = CHECKS
        .iter()
        .enumerate()
        .map(|(check, (name, says))| {
            let verdict = |shot: &&Shot| shot.verdicts.get(check).copied().unwrap_or(0);
            let count = |of: &dyn Fn(u32, u32) -> bool| {
                whole(server.shots.iter().filter(|shot| of(shot.hit, verdict(shot))).count() as u64)
            };
            vec![
                text(*name),
                text(*says),
                count(&|_, other| other != 0),
                count(&|was, other| was == 0 && other != 0),
                count(&|was, other| was != 0 && other == 0),
                count(&|was, other| was != 0 && other != 0 && was != other),
            ]
        })
        .collect();
    let heads = ["<hit check", "<tests", "hits", "gained", "lost", "another hit"];
    html.table("Against what was decided: hits gained, lost, and on somebody else", &heads, &rows);
}

const CHECKS: [(&str, &str); 3] = [
    ("none", "everybody where they are now: who shoots must lead its targets by its own delay"),
    ("whole tick", "everybody at the nearest whole tick that was on screen: off by up to half a tick's walk"),
    ("exact", "everybody exactly where the screen had them, between two snapshots"),
];
