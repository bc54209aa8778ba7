//! `tickshot lan`: the servers of this network as a table or JSON.

use super::{Failure, LanArgs, seed_or_random};
use crate::lan::book::ServerRow;
use crate::lan::{Found, Lan, Reach};
use crate::settings::{ConfigDir, Settings};
use serde::Serialize;
use std::time::Duration;

pub(super) fn run(args: &LanArgs, dir: &ConfigDir) -> Result<(), Failure> {
    if !(args.seconds.is_finite() && args.seconds > 0.0 && args.seconds <= SECONDS_MAX) {
        return Err(format!("--seconds is {}; give a number above 0, up to {SECONDS_MAX}", args.seconds).into());
    }
    let favourites = Settings::load(dir).settings.favourites;
    let favourites = favourites.iter().map(|favourite| favourite.addr).collect();
    let lan = Lan::start(Reach::default(), favourites, seed_or_random(None)?);
    let bar = indicatif::ProgressBar::new_spinner();
    bar.set_message("looking for servers");
    bar.enable_steady_tick(Duration::from_millis(100));
    std::thread::sleep(Duration::from_secs_f64(args.seconds));
    bar.finish_and_clear();
    let found = lan.found();
    if let Some(trouble) = &found.trouble {
        eprintln!("tickshot lan: {trouble}");
    }
    if args.json {
        println!("{}", serde_json::to_string(&Report::of(&found))?);
    } else {
        print!("{}", table(&found.servers));
    }
    Ok(())
}

#[derive(Serialize)]
struct Report<'a> {
    servers: &'a [ServerRow],
    search: crate::lan::book::Search,
}

impl Report<'_> {
    fn of(found: &Found) -> Report<'_> {
        Report { servers: &found.servers, search: found.search }
    }
}

fn table(rows: &[ServerRow]) -> String {
    if rows.is_empty() {
        return "No server answers on this network. Start one with 'tickshot play --to-lan' or 'tickshot-server', or join \
                by address with 'tickshot join ADDR'.\n"
            .to_owned();
    }
    let mut text = format!(
        "{:<24} {:<14} {:<12} {:>11} {:>8}  {:<24} {}\n",
        "NAME", "MAP", "MODE", "PLAYERS", "PING", "ADDRESS", "NOTES"
    );
    for row in rows {
        let places = format!("{}+{}/{}", row.players, row.bots, row.max);
        let line = format!(
            "{:<24} {:<14} {:<12} {:>11} {:>5.1} ms  {:<24} {}",
            row.name,
            row.map,
            if row.version_fits { row.mode.name() } else { "?" },
            places,
            row.ping_ms,
            row.addr.to_string(),
            notes(row)
        );
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text.push_str("\nPlayers: people + bots / places. Join with 'tickshot join ADDRESS'.\n");
    text
}

/// What is special about a server.
fn notes(row: &ServerRow) -> String {
    let mut notes = Vec::new();
    if !row.version_fits {
        notes.push("another version");
    }
    if row.locked {
        notes.push("password");
    }
    if row.lagged {
        notes.push("simulated lag");
    }
    if row.version_fits && row.players >= row.max {
        notes.push("full");
    }
    notes.join(", ")
}

const SECONDS_MAX: f64 = 3600.0;
