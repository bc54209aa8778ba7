//! What a server recorded can be made again, tick by tick and shot by shot; and what was altered is found, by name.

#[path = "../bench/mod.rs"]
mod bench;

mod alterations;
mod matches;
mod speed;

use bench::Bench;
use std::time::Duration;
use tickshot_client::lab::machine::ClientSetup;
use tickshot_client::lab::universe::UniverseConfig;
use tickshot_shared::link::profile::LinkSettings;

/// An empty, recorded match.
pub(crate) fn recorded(map: &str, seed: u64, change: impl FnOnce(&mut UniverseConfig)) -> Bench {
    let mut config = UniverseConfig::on(map, seed).expect("the map is built in");
    config.record = true;
    change(&mut config);
    Bench::with(config)
}

/// Bots on these links, as `link` texts.
pub(crate) fn join_on(bench: &mut Bench, links: &[&str]) {
    for link in links {
        let link: LinkSettings = link.parse().expect("a link");
        bench.join_as(ClientSetup { link, ..ClientSetup::default() });
    }
}

pub(crate) fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}
