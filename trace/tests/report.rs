//! Reports of a match that never was: hostile names stay text, the page is one file, and what is missing is said.

mod synthetic;

use synthetic::{Link, MS, Player, Synthetic};
use tickshot_trace::model::{At, ClientTrace, ServerTrace};
use tickshot_trace::proto::{Correction, Switched};
use tickshot_trace::report::{Sources, html};

const HOSTILE: &str = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&</style>";

#[test]
fn what_players_call_themselves_never_becomes_markup() {
    let match_ = Synthetic::run(5, 4, vec![player(HOSTILE, 20), player("Bob", 30)]);
    let mut clients: Vec<ClientTrace> = match_.clients().into_iter().cloned().collect();
    let mut server = match_.server.clone();
    server.header.name = HOSTILE.to_owned();
    for client in &mut clients {
        client
            .switches
            .push(At { at_ns: 0, it: Switched { modes: HOSTILE.into(), link: HOSTILE.into(), ..Switched::default() } });
        let correction = Correction { reason: HOSTILE.into(), units: 7, ..Correction::default() };
        client.corrections.push(At { at_ns: client.frames[9].at_ns, it: correction });
    }
    let page = page(Some(&server), &clients);
    assert!(page.contains("&lt;script&gt;alert(1)"), "the name is shown");
    for markup in ["<script>alert", "<img", "\"'&</style>", "</script><img"] {
        assert!(!page.contains(markup), "{markup} came through");
    }
    // The page's own: data, library, script.
    assert_eq!(page.matches("<script").count(), 3);
    assert_eq!(page.matches("</script").count(), 3);
}

#[test]
fn a_page_asks_for_nothing_but_itself() {
    let match_ = Synthetic::run(6, 3, vec![player("Ann", 20)]);
    let clients: Vec<ClientTrace> = match_.clients().into_iter().cloned().collect();
    let page = page(Some(&match_.server), &clients);
    for reference in ["src=", "<link rel=\"stylesheet", "@import", "url(", "fetch(", "XMLHttpRequest"] {
        assert!(!page.contains(reference), "{reference}");
    }
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn a_report_says_what_it_cannot_tell() {
    let match_ = Synthetic::run(7, 3, vec![player("Ann", 20), player("Bob", 40)]);
    let clients: Vec<ClientTrace> = match_.clients().into_iter().cloned().collect();
    let alone = page(None, &clients[..1]);
    assert!(alone.contains("There is no trace of the server"), "clients alone");
    let server = page(Some(&match_.server), &[]);
    assert!(server.contains("There is no trace of a client"), "server alone");
    let mut foreign = clients[0].clone();
    foreign.header.client_id ^= 1;
    foreign.welcomes.iter_mut().for_each(|welcome| welcome.it.client_id ^= 1);
    let strangers = page(Some(&match_.server), &[foreign]);
    assert!(strangers.contains("cannot be compared"), "a client of another server");
}

#[test]
fn every_section_is_in_the_contents_and_every_link_of_it_leads_somewhere() {
    let mut bob = player("Bob", 40);
    bob.up = Link { lost: 50, ..Link::of(40) };
    let match_ = Synthetic::run(8, 5, vec![player("Ann", 10), bob]);
    let clients: Vec<ClientTrace> = match_.clients().into_iter().cloned().collect();
    let page = page(Some(&match_.server), &clients);
    let links: Vec<&str> =
        page.match_indices("href=\"#").map(|(at, _)| page[at + 7..].split('"').next().unwrap()).collect();
    assert!(links.len() >= 8, "{links:?}");
    for id in links {
        assert!(page.contains(&format!("<section id=\"{id}\">")), "#{id} leads nowhere");
    }
    assert!(page.contains("class=\"space-time\"") && page.contains(" lost\""), "a second with a lost packet is drawn");
}

#[test]
fn nothing_recorded_is_no_reason_to_panic() {
    let page = page(Some(&ServerTrace::default()), &[ClientTrace::default(), ClientTrace::default()]);
    assert!(page.ends_with("</html>\n"));
    assert!(page.contains("client (2)"), "two without a name are told apart");
}

fn player(name: &'static str, one_way_ms: i64) -> Player {
    Player { offset_ns: 30_000 * MS, drift_ppm: 120, ..Player::new(name, one_way_ms) }
}

fn page(server: Option<&ServerTrace>, clients: &[ClientTrace]) -> String {
    html(&Sources::new(server, &clients.iter().collect::<Vec<_>>()), &mut |_| {}).0
}
