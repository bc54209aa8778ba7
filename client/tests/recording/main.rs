//! What clients record: everything that happened to them, nothing else, and nothing at all while nobody asks.

mod against_server;
#[path = "../bench/mod.rs"]
mod bench;
mod complete;
mod session;
mod shell;

use bench::Bench;
use std::time::Duration;
use tickshot_client::lab::machine::ClientSetup;
use tickshot_client::lab::universe::UniverseConfig;
use tickshot_server::maps;
use tickshot_shared::link::profile::LinkSettings;
use tickshot_shared::sim::round::MatchOptions;
use tickshot_trace::file::Health;
use tickshot_trace::model::{ClientTrace, Trace};
use tickshot_trace::record::Stamped;

/// Deathmatches of six seconds, two to read the scores, on two maps in turn.
pub(crate) fn short_matches(seed: u64) -> UniverseConfig {
    let options = MatchOptions { time_limit_s: 6, score_limit: 0, match_over_s: 2, ..MatchOptions::default() };
    let rotation = ["arena", "duel"].map(|name| maps::load(name).expect("the map is built in")).to_vec();
    UniverseConfig { options, rotation, ..UniverseConfig::on("arena", seed).expect("the map is built in") }
}

/// Bots on these links, each with an epoch, a quartz and a frame rate of its own; they record or not.
pub(crate) fn join_on(bench: &mut Bench, links: &[&str], record: bool) {
    for (client, link) in links.iter().enumerate() {
        let link: LinkSettings = link.parse().expect("a link that can be");
        bench.join_as(ClientSetup {
            name: format!("bot {client}"),
            link,
            record,
            offset: Duration::from_secs(3 + 77 * client as u64),
            drift_ppm: [200, -200, 30, 0][client % 4],
            frame_interval: Duration::from_micros([2_000, 6_944, 16_667, 33_333][client % 4]),
            ..ClientSetup::default()
        });
    }
}

/// The traces of the clients.
pub(crate) fn clients(bench: &mut Bench) -> Vec<ClientTrace> {
    (0..bench.universe.clients()).map(|client| trace(bench, client)).collect()
}

/// What this client has recorded since it was last asked.
pub(crate) fn trace(bench: &mut Bench, client: usize) -> ClientTrace {
    let records = bench.universe.client_mut(client).take_trace();
    match sorted(records) {
        Trace::Client(client) => *client,
        Trace::Server(_) => panic!("a client says that it is a server"),
    }
}

pub(crate) fn sorted(records: Vec<Stamped>) -> Trace {
    Trace::of(records, Health::default()).expect("it begins with a header")
}

/// From a cable to worse than anything.
pub(crate) const LINKS: [&str; 4] =
    ["", "delay 40ms", "delay 60ms 15ms loss 5%", "delay 75ms 20ms loss 10% duplicate 2% reorder 5%"];
