//! The server of one's own: started and stopped in threads, so that no frame waits for a password to become a key or for a
//! last goodbye.

use crate::settings::HostSettings;
use bevy::prelude::Resource;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use tickshot_server::config::{DEFAULT_PORT, ServerConfig};
use tickshot_server::host::HostedServer;
use tickshot_server::maps::{BUILT_IN, BuiltIn};
use tickshot_server::recording::RecordingSwitch;
use tickshot_shared::protocol::control::tidy_name;
use tickshot_shared::sim::round::MatchOptions;
use tickshot_shared::tick::TickRate;

/// The server of one's own, wherever it stands. Clones are the same one.
#[derive(Clone, Default, Resource)]
pub struct Hosting(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    running: Option<HostedServer>,
    starting: Option<(Receiver<Started>, String)>,
    /// Threads that stop servers.
    stopping: Vec<JoinHandle<()>>,
}

type Started = Result<HostedServer, String>;

impl Hosting {
    /// Keep a server that runs; one that ran before is stopped.
    pub(super) fn keep(&self, server: HostedServer) {
        self.stop();
        self.state().running = Some(server);
    }

    /// Begin to start one, to be played on under `name`.
    pub(super) fn start(&self, config: ServerConfig, name: String) {
        let (tell, started) = channel();
        let run = move || {
            // Nobody listens any more: then it is dropped, and so stopped.
            _ = tell.send(HostedServer::start(config).map_err(|error| error.to_string()));
        };
        match std::thread::Builder::new().name("tickshot-host".to_owned()).spawn(run) {
            Ok(_) => self.state().starting = Some((started, name)),
            Err(error) => {
                let (tell, started) = channel();
                _ = tell.send(Err(format!("the system starts no thread: {error}")));
                self.state().starting = Some((started, name));
            }
        }
    }

    /// The outcome of the latest start, once, and the name to play under.
    pub(super) fn poll_started(&self) -> Option<(Started, String)> {
        let mut state = self.state();
        let (started, name) = state.starting.take()?;
        match started.try_recv() {
            Ok(outcome) => Some((outcome, name)),
            Err(TryRecvError::Empty) => {
                state.starting = Some((started, name));
                None
            }
            Err(TryRecvError::Disconnected) => Some((Err("the server broke off while it started".to_owned()), name)),
        }
    }

    /// Stop what runs; what is being started is dropped as soon as it has.
    pub(super) fn stop(&self) {
        let mut state = self.state();
        state.starting = None;
        state.stopping.retain(|thread| !thread.is_finished());
        if let Some(server) = state.running.take() {
            let spawned = std::thread::Builder::new().name("tickshot-stop".to_owned()).spawn(move || drop(server));
            // Without a thread the server was dropped, and so stopped, right here.
            state.stopping.extend(spawned);
        }
    }

    /// Switches the recordings of the one that runs.
    pub(crate) fn recording(&self) -> Option<RecordingSwitch> {
        self.state().running.as_ref().map(HostedServer::recording)
    }

    /// The program ends: wait until everybody has been told goodbye.
    pub fn finish(&self) {
        self.stop();
        let stopping = std::mem::take(&mut self.state().stopping);
        for thread in stopping {
            // A server that panicked has said so on stderr.
            _ = thread.join();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a server is told for a match like this, hosted by `name`.
pub fn config_of(settings: &HostSettings, name: &str) -> ServerConfig {
    let bots = usize::from(settings.bots);
    let listen = if settings.to_lan { ([0, 0, 0, 0], DEFAULT_PORT) } else { ([127, 0, 0, 1], 0) };
    let password = settings.password.trim();
    ServerConfig {
        listen: listen.into(),
        name: tidy_name(&format!("{name}'s match"), "A match"),
        tick_rate: TickRate::new(settings.tick_rate.into()).unwrap_or_default(),
        // Room for a person more than the bots, and for friends where friends can come.
        max_players: (bots + 1).max(if settings.to_lan { LAN_PLACES } else { 1 }),
        bots,
        map: settings.map.clone(),
        rotation: rotation(&settings.map, bots + 1),
        password: (settings.to_lan && !password.is_empty()).then(|| password.to_owned()),
        options: MatchOptions::of(settings.mode),
        bot_skill: settings.skill,
        ..ServerConfig::default()
    }
}

/// What can be voted for, and follows by itself: the built-in maps that are not too large for so many.
fn rotation(map: &str, players: usize) -> Vec<String> {
    let fits = |one: &BuiltIn| usize::from(one.players.0) <= players && one.name != FOR_MEASUREMENTS;
    let others = BUILT_IN.iter().filter(|one| fits(one) && one.name != map);
    std::iter::once(map).chain(others.map(|one| one.name)).map(str::to_owned).collect()
}

/// The map without walls.
const FOR_MEASUREMENTS: &str = "open";
/// Places of a match that others can join.
const LAN_PLACES: usize = 16;
