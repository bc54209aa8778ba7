//! A session put into an `App`: socket, transport, renet and core of one client. Windows and bots open theirs here, before
//! the `App` runs or while it does, and close it again.

use crate::app::{Core, Link, Transport};
use crate::core::{ClientCore, CoreConfig};
use crate::net::transport::{ClientTransport, ConnectConfig};
use crate::recording;
use bevy::app::App;
use bevy::ecs::world::World;
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
    open(app.world_mut(), io, now, config)
}

/// The same in a running world; a session that is there already is closed first.
pub fn open(world: &mut World, io: &IoThread, now: Duration, config: SessionConfig) -> Result<(), SocketError> {
    close(world);
    let SessionConfig { server, name, password, seed } = config;
    let wire = io.connect(server)?;
    insert_into(world, ClientTransport::new(Box::new(wire), server, ConnectConfig { name, password, seed }, now), seed);
    Ok(())
}

/// End the session, if there is one, with a goodbye to the server; the world is then as if it had never been.
pub fn close(world: &mut World) {
    recording::hear_out(world);
    let transport = world.remove_resource::<Transport>();
    let renet = world.remove_resource::<RenetClient>();
    if let (Some(mut transport), Some(mut renet)) = (transport, renet) {
        transport.0.disconnect(&mut renet);
    }
    world.remove_resource::<Core>();
    world.remove_resource::<Link>();
}

/// Insert a session over this transport, which knows the maps built into the program. It follows the [`Switches`] of the
/// `App`; `seed` draws the faults of its simulated link.
///
/// [`Switches`]: crate::view::Switches
pub fn insert(app: &mut App, transport: ClientTransport, seed: u64) {
    insert_into(app.world_mut(), transport, seed);
}

fn insert_into(world: &mut World, transport: ClientTransport, seed: u64) {
    let maps: crate::core::MapSource =
        Arc::new(|_, hash| tickshot_server::maps::built_in_by_hash(*hash).map(<[u8]>::to_vec));
    world.insert_resource(Core(ClientCore::new(CoreConfig { maps, ..CoreConfig::default() })));
    world.insert_resource(Transport(transport));
    world.insert_resource(Link::new(seed));
    world.insert_resource(RenetClient::new(control_config()));
}
