//! A session put into an `App`: socket, transport, renet and core of one client. Windows and bots open theirs here.

use crate::app::{Core, Link, Transport};
use crate::core::{ClientCore, CoreConfig};
use crate::net::transport::{ClientTransport, ConnectConfig};
use bevy::app::App;
use bevy_renet::RenetClient;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tickshot_server::net::lanes::control_config;
use tickshot_server::net::socket::{IoThread, SocketError};

/// Whom to join, as whom.
#[derive(Clone, Debug)]
pub struct SessionConfig {
    pub server: SocketAddr,
    pub name: String,
    pub password: Option<String>,
    /// A fresh one per session: client ids, nonces and the faults of a simulated link follow from it.
    pub seed: u64,
}

/// Insert a session that begins to connect at `now`. The `App` needs [`ClientPlugin`](crate::app::ClientPlugin).
pub fn open_session(app: &mut App, io: &IoThread, now: Duration, config: SessionConfig) -> Result<(), SocketError> {
    let SessionConfig { server, name, password, seed } = config;
    let wire = io.connect(server)?;
    insert(app, ClientTransport::new(Box::new(wire), server, ConnectConfig { name, password, seed }, now), seed);
    Ok(())
}

/// Insert a session over this transport, which knows the maps built into the program. It follows the [`Switches`] of the
/// `App`; `seed` draws the faults of its simulated link.
///
/// [`Switches`]: crate::view::Switches
pub fn insert(app: &mut App, transport: ClientTransport, seed: u64) {
    let maps: crate::core::MapSource =
        Arc::new(|_, hash| tickshot_server::maps::built_in_by_hash(*hash).map(<[u8]>::to_vec));
    app.insert_resource(Core(ClientCore::new(CoreConfig { maps, ..CoreConfig::default() })))
        .insert_resource(Transport(transport))
        .insert_resource(Link::new(seed))
        .insert_resource(RenetClient::new(control_config()));
}
