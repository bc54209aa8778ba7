//! The first record of a server's file: who wrote it, where, and with which settings.

use crate::core::ServerCore;
use tickshot_shared::protocol::version::protocol_version;
use tickshot_trace::proto::{Header, Role};

/// Of the server that runs `core`. `unix_ns_at_zero`: see the schema. `config_json`: its settings, without the password.
pub fn header(core: &ServerCore, unix_ns_at_zero: i64, config_json: String) -> Header {
    let setup = core.setup();
    Header {
        format: tickshot_trace::FORMAT,
        role: Role::Server.into(),
        build: env!("CARGO_PKG_VERSION").to_owned(),
        protocol: protocol_version(),
        system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        unix_ns_at_zero,
        tick_rate_hz: setup.rate.hz(),
        name: setup.server_name.clone(),
        seed: setup.seed,
        config_json,
        part: 1,
        ..Header::default()
    }
}
