//! What the program is doing: menu, hosting, joining, in a match; and what the person wants it to do next.
//!
//! Menus and the command line write [`FrontRequest`]s and show [`Front`]; sessions and hosted servers are opened and closed
//! here alone, in a running `App`. A session that ends by itself leaves a [`Dialog`] in the menu. Must not know a window.

mod dialogs;
mod host;

pub use dialogs::{Dialog, Retry, of_connection, of_ending, of_host};
pub use host::{Hosting, config_of};

use crate::app::{ClientSet, Core, LocalTime, Transport};
use crate::attract::Attract;
use crate::net::transport::ConnectState;
use crate::recording::Recording;
use crate::session::{self, SessionConfig};
use crate::view::{Status, ViewModel};
use bevy::app::{App, AppExit, Plugin, PreUpdate, Update};
use bevy::ecs::prelude::*;
use bevy::prelude::Message;
use std::net::SocketAddr;
use tickshot_server::config::ServerConfig;
use tickshot_server::host::HostedServer;
use tickshot_server::net::socket::IoThread;
use tickshot_shared::rng::Rng;

/// What is going on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// No session; the menu and, behind it, bots at play.
    #[default]
    Menu,
    /// A server of our own is being started.
    Hosting,
    /// A session is being opened.
    Joining,
    /// A match, ours or another's.
    InMatch,
}

/// What the program is doing.
#[derive(Debug, Default, Resource)]
pub struct Front {
    pub place: Place,
    /// In a match: the Esc menu is open.
    pub menu_open: bool,
    /// Something the person should read before anything else happens.
    pub dialog: Option<Dialog>,
    /// The server of the session.
    pub server: Option<SocketAddr>,
}

/// What the person wants.
#[derive(Clone, Debug, Message)]
pub enum FrontRequest {
    /// Host a match and play it under this name.
    Host { config: Box<ServerConfig>, name: String },
    /// Play on that server.
    Join(Join),
    /// Open the Esc menu, or close it; whoever is on the way into a match turns round.
    Menu,
    /// Back to the menu.
    Leave,
    /// Leave the program.
    Quit,
}

/// Whom to join, as whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Join {
    pub addr: SocketAddr,
    pub name: String,
    pub password: Option<String>,
}

impl Front {
    /// The keyboard and the mouse are a menu's.
    pub fn covers_game(&self) -> bool {
        self.dialog.is_some() || self.menu_open || matches!(self.place, Place::Menu | Place::Hosting)
    }
}

/// What opening and closing takes.
#[derive(Resource)]
struct Shell {
    io: IoThread,
    seeds: Rng,
    /// What the session was opened with.
    joined: Option<Join>,
}

/// Adds the front to an `App` with a [`ClientPlugin`](crate::app::ClientPlugin).
pub struct FrontPlugin {
    pub io: IoThread,
    /// Draws the seeds of sessions and of the match behind the menu.
    pub seed: u64,
    /// Where the hosted server is kept, so that it can be stopped when the window is gone.
    pub hosting: Hosting,
}

impl Plugin for FrontPlugin {
    fn build(&self, app: &mut App) {
        let shell = Shell { io: self.io.clone(), seeds: Rng::fork(self.seed, RNG_PURPOSE), joined: None };
        app.add_message::<FrontRequest>()
            .init_resource::<Front>()
            .insert_resource(shell)
            .insert_resource(self.hosting.clone())
            .insert_resource(Attract::new(self.seed))
            .add_systems(PreUpdate, follow_requests.before(ClientSet::Receive))
            .add_systems(
                Update,
                (play_for_nobody.run_if(not(resource_exists::<Core>)), watch_session.run_if(resource_exists::<Core>))
                    .chain()
                    .after(ClientSet::View),
            );
    }
}

/// Play on a server that was started before the window.
pub fn adopt(world: &mut World, server: HostedServer, name: String) {
    let addr = server.addr();
    world.resource::<Hosting>().keep(server);
    join(world, Join { addr, name, password: None });
}

/// Open a session; a failure to do so is a dialog.
pub fn join(world: &mut World, whom: Join) {
    let now = world.resource::<LocalTime>().0;
    world.resource_scope(|world, mut shell: Mut<Shell>| {
        let config = SessionConfig {
            server: whom.addr,
            name: whom.name.clone(),
            password: whom.password.clone(),
            seed: shell.seeds.next_u64(),
        };
        tracing::info!("joining {} · session seed {}", config.server, config.seed);
        *world.resource_mut::<ViewModel>() = ViewModel::default();
        let opened = session::open(world, &shell.io, now, config);
        let mut front = world.resource_mut::<Front>();
        (front.menu_open, front.server) = (false, Some(whom.addr));
        match opened {
            Ok(()) => (front.place, front.dialog) = (Place::Joining, None),
            Err(error) => (front.place, front.dialog) = (Place::Menu, Some(dialogs::of_socket(&error, whom.clone()))),
        }
        shell.joined = Some(whom);
    });
}

fn follow_requests(world: &mut World) {
    let requests: Vec<FrontRequest> = world.resource_mut::<Messages<FrontRequest>>().drain().collect();
    for request in requests {
        match request {
            FrontRequest::Host { mut config, name } => {
                leave(world);
                if let Some(recording) = world.get_resource::<Recording>() {
                    config.recording = recording.of_server();
                }
                let mut front = world.resource_mut::<Front>();
                (front.place, front.dialog) = (Place::Hosting, None);
                world.resource::<Hosting>().start(*config, name);
            }
            FrontRequest::Join(whom) => {
                leave(world);
                join(world, whom);
            }
            FrontRequest::Menu => turn_to_menu(world),
            FrontRequest::Leave => leave(world),
            FrontRequest::Quit => {
                world.write_message(AppExit::Success);
            }
        }
    }
    // A server that has come up since, or that never will.
    let Some((started, name)) = world.resource::<Hosting>().poll_started() else { return };
    if world.resource::<Front>().place != Place::Hosting {
        return;
    }
    match started {
        Ok(server) => adopt(world, server, name),
        Err(error) => {
            let mut front = world.resource_mut::<Front>();
            (front.place, front.dialog) = (Place::Menu, Some(of_host(&error)));
        }
    }
}

fn turn_to_menu(world: &mut World) {
    let mut front = world.resource_mut::<Front>();
    match front.place {
        Place::InMatch => front.menu_open = !front.menu_open,
        Place::Joining | Place::Hosting => leave(world),
        Place::Menu => {}
    }
}

/// Back to the menu: goodbye to the server, and the own one is stopped.
fn leave(world: &mut World) {
    session::close(world);
    world.resource::<Hosting>().stop();
    *world.resource_mut::<ViewModel>() = ViewModel { status: Status::Attract, ..ViewModel::default() };
    *world.resource_mut::<Front>() = Front::default();
}

/// Notices that a match has begun, or that it is over.
fn watch_session(world: &mut World) {
    let core = &world.resource::<Core>().0;
    let Some(ending) = core.ending() else {
        if core.status() == Status::Playing {
            let mut front = world.resource_mut::<Front>();
            if front.place == Place::Joining {
                front.place = Place::InMatch;
                tracing::info!("in the match");
            }
        }
        return;
    };
    let Some(whom) = world.resource::<Shell>().joined.clone() else { return };
    let was_playing = core.play().is_some();
    let dialog = match world.get_resource::<Transport>().map(|transport| transport.0.state()) {
        Some(ConnectState::Failed(error)) if matches!(ending, crate::ending::Ending::Disconnected(_)) => {
            of_connection(error, whom, was_playing)
        }
        _ => of_ending(ending, whom),
    };
    leave(world);
    tracing::info!("dialog: {}: {}", dialog.title, dialog.what);
    world.resource_mut::<Front>().dialog = Some(dialog);
}

/// Behind the menu.
fn play_for_nobody(local: Res<LocalTime>, mut attract: ResMut<Attract>, mut view: ResMut<ViewModel>) {
    attract.rebuild_view(local.0, &mut view);
}

const RNG_PURPOSE: u64 = 0x6672_6F6E_7421_2121;
