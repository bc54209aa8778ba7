//! What the end-to-end tests share: a real server in this process, honest clients, and one that can misbehave.
//!
//! Everything runs over real UDP on loopback. Tests print their seeds; nothing here asserts a timing.

pub mod probe;
pub mod relay;

use tickshot_client::headless::swarm::{SwarmConfig, SwarmError, SwarmReport, run_swarm};
use tickshot_client::view::Switches;
use tickshot_server::config::ServerConfig;
use tickshot_server::host::HostedServer;
use tickshot_shared::sim::bot::Skill;

/// Seed of every test that does not sweep over seeds.
pub const SEED: u64 = 0x7469_636b;

/// Settings of a small open server on a free loopback port.
pub fn server_config() -> ServerConfig {
    ServerConfig {
        listen: ([127, 0, 0, 1], 0).into(),
        name: "Test".to_owned(),
        max_players: 16,
        seed: Some(SEED),
        ..ServerConfig::default()
    }
}

/// A server in a thread of this process.
pub fn host(config: ServerConfig) -> HostedServer {
    println!("server seed {:?}", config.seed);
    HostedServer::start(config).expect("a free loopback port can be had")
}

/// `count` honest bots for `seconds`.
pub fn swarm(server: &HostedServer, count: usize, seconds: u32) -> Result<SwarmReport, SwarmError> {
    swarm_with(server, count, seconds, Switches { evidence: true, ..Switches::default() })
}

/// The same under these switches.
pub fn swarm_with(
    server: &HostedServer,
    count: usize,
    seconds: u32,
    switches: Switches,
) -> Result<SwarmReport, SwarmError> {
    let config = SwarmConfig {
        record: None,
        switches,
        server: server.addr(),
        count,
        seconds,
        seed: SEED,
        name_prefix: "bot ".to_owned(),
        password: None,
        skill: Skill::default(),
    };
    run_swarm(config, &mut |_| {})
}
