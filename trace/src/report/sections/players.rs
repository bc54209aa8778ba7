//! Who played, on which link, with which modes.

use super::super::Sources;
use super::super::headline::Headline;
use super::super::html::{Cell, Html, player, text, whole};
use crate::proto::session_event::Kind;
use std::collections::BTreeMap;

pub(super) fn write(sources: &Sources<'_>, _headline: &Headline, html: &mut Html) {
    html.section(
        "players",
        "Players and links",
        "Who played, and through what: a link is what was put in the way of packets on purpose, by the client itself or by the \
         server.",
    );
    let rows: Vec<Vec<Cell>> = sources
        .clients
        .iter()
        .map(|client| {
            let last = client.trace.switches.last().map(|at| &at.it);
            let link =
                |link: Option<&String>| text(link.filter(|link| !link.is_empty()).map_or("clean", String::as_str));
            let changes = client.trace.switches.len().saturating_sub(1) as u64;
            vec![
                player(&client.name, client.slot),
                client.slot.map_or(text("-"), whole),
                link(last.map(|it| &it.link)),
                link(last.map(|it| &it.imposed_link)),
                text(last.map_or(String::new(), |it| it.modes.replace(',', ", "))),
                whole(changes),
                whole(client.trace.health.messages.max(client.trace.frames.len() as u64)),
            ]
        })
        .collect();
    if !rows.is_empty() {
        let heads = ["<client", "slot", "<own link", "<imposed link", "<modes", "changes", "records"];
        html.table("Clients whose traces were given, as they were at the end", &heads, &rows);
    }
    others(sources, html);
}

/// Those that only the server tells of.
fn others(sources: &Sources<'_>, html: &mut Html) {
    let Some(server) = sources.server else { return };
    let given: Vec<u64> = sources.clients.iter().map(|client| client.trace.client_id()).collect();
    let mut links: BTreeMap<u64, &str> = BTreeMap::new();
    for link in &server.links {
        links.insert(link.client_id, &link.link);
    }
    let mut seen = BTreeMap::new();
    for event in server.sessions.iter().map(|at| &at.it) {
        let comes = matches!(event.kind(), Kind::Admitted | Kind::Present);
        if comes && (event.bot || !given.contains(&event.client_id)) {
            seen.insert((event.slot, event.client_id), event);
        }
    }
    let rows: Vec<Vec<Cell>> = seen
        .values()
        .map(|event| {
            let link = links.get(&event.client_id).filter(|link| !link.is_empty());
            vec![
                player(&event.name, Some(event.slot)),
                whole(event.slot),
                text(if event.bot { "bot of the server" } else { "client" }),
                text(link.map_or("clean", |link| link)),
            ]
        })
        .collect();
    if !rows.is_empty() {
        html.table("Others, whose own traces were not given", &["<player", "slot", "<kind", "<imposed link"], &rows);
    }
}
