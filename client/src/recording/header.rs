//! The first record of a client's file: who wrote it, where, and with which settings.

use std::time::{Duration, SystemTime};
use tickshot_shared::clock::local_nanos;
use tickshot_shared::protocol::version::protocol_version;
use tickshot_trace::proto::{Header, Role};

/// Of the client that plays as `name` in the netcode session `client_id` (0 = it may open several: each welcome says
/// which). `unix_ns_at_zero`: see the schema. `config_json`: its settings, without passwords.
pub fn header(name: &str, client_id: u64, unix_ns_at_zero: i64, config_json: String) -> Header {
    Header {
        format: tickshot_trace::FORMAT,
        role: Role::Client.into(),
        build: env!("CARGO_PKG_VERSION").to_owned(),
        protocol: protocol_version(),
        system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        unix_ns_at_zero,
        name: name.to_owned(),
        config_json,
        part: 1,
        client_id,
        ..Header::default()
    }
}

/// The wall clock when local time was zero, as far as it can be told when local time is `now`; nanoseconds.
pub fn unix_ns_at_zero(now: Duration) -> i64 {
    // A clock before 1970 is as good as none.
    let unix = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    local_nanos(unix).saturating_sub(local_nanos(now))
}
