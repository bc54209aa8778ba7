//! The window: on the menu (`tickshot`), in a match of one's own (`tickshot play`), or in another's (`tickshot join`).
//!
//! All three are the same program; they differ in what it does first, and leaving a match always leads to the menu.

use super::{Failure, JoinArgs, PlayArgs};
use crate::front::config_of;
use crate::recording::{Recording, RecordingConfig, folder, header, unix_ns_at_zero};
use crate::settings::{ConfigDir, HostSettings, Settings};
use crate::view::Switches;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tickshot_server::config::ServerConfig;
use tickshot_server::host::HostedServer;
use tickshot_server::recording::RecordingConfig as ServerRecordingConfig;
use tickshot_shared::protocol::control::tidy_name;

/// What every window needs to know.
#[derive(Clone, Debug)]
// A build without a window only refuses to open one.
#[cfg_attr(not(feature = "gui"), allow(dead_code))]
pub(super) struct Shell {
    pub(super) dir: ConfigDir,
    pub(super) vsync: bool,
}

/// What the window shows first.
#[cfg_attr(not(feature = "gui"), allow(dead_code))]
enum First {
    Menu,
    /// A server of our own that runs already.
    Hosted(HostedServer),
    Join {
        addr: SocketAddr,
        password: Option<String>,
    },
}

/// What flags say of the person in it.
#[derive(Default)]
#[cfg_attr(not(feature = "gui"), allow(dead_code))]
struct Wanted {
    name: Option<String>,
    switches: Switches,
    /// Record all of it into this folder.
    record: Option<PathBuf>,
}

/// The menu.
pub(super) fn menu(shell: &Shell) -> Result<(), Failure> {
    need_window()?;
    window(shell, First::Menu, Wanted::default())
}

/// Host a match in this process and play it.
pub(super) fn host_and_play(args: &PlayArgs, shell: &Shell) -> Result<(), Failure> {
    need_window()?;
    if args.password.is_some() && !args.to_lan && args.listen.is_none() {
        return Err("--password is for those who join: give --to-lan or --listen with it".into());
    }
    let name = args.name.clone().unwrap_or_else(|| Settings::load(&shell.dir).settings.player_name());
    let settings = HostSettings {
        map: args.map.clone(),
        mode: args.mode,
        bots: u8::try_from(args.bots).unwrap_or(u8::MAX),
        skill: args.bot_skill,
        to_lan: args.to_lan || args.listen.is_some(),
        password: args.password.clone().unwrap_or_default(),
        tick_rate: args.tick_rate.hz() as u8,
    };
    let mut config = ServerConfig { seed: args.seed, ..config_of(&settings, &tidy_name(&name, "Player")) };
    if let Some(listen) = args.listen {
        (config.listen, config.port_search) = (listen, false);
    }
    config.recording = recording_of_server(&shell.dir, args.record.record.as_deref());
    // More bots than a menu offers are no mistake here.
    (config.bots, config.max_players) = (args.bots, config.max_players.max(args.bots + 1));
    let server = HostedServer::start(config)?;
    eprintln!(
        "tickshot: hosting on {} · map {} · {} · {} bots · seed {}",
        server.addr(),
        args.map,
        args.mode.name(),
        args.bots,
        server.seed()
    );
    let (name, record) = (args.name.clone(), args.record.record.clone());
    window(shell, First::Hosted(server), Wanted { name, switches: args.time.switches(false), record })
}

/// A server of one's own records with the window: from the start, if a flag says so; and keeps its last minute, as the window
/// does.
fn recording_of_server(dir: &ConfigDir, record: Option<&Path>) -> ServerRecordingConfig {
    let flight_dir = record.map(Path::to_owned).or_else(|| folder(&Settings::load(dir).settings, dir));
    ServerRecordingConfig { dir: record.map(Path::to_owned), flight_dir }
}

/// Join a server on the network.
pub(super) fn join(args: &JoinArgs, shell: &Shell) -> Result<(), Failure> {
    need_window()?;
    let first = First::Join { addr: super::resolve(&args.server)?, password: args.password.clone() };
    let (name, record) = (args.name.clone(), args.record.record.clone());
    window(shell, first, Wanted { name, switches: args.time.switches(false), record })
}

fn need_window() -> Result<(), Failure> {
    need_window_to("play", "'tickshot bots ADDR' and 'tickshot demo' need no window")
}

/// An error where no window can be had to `act` on; `instead`: what can be done without.
pub(super) fn need_window_to(act: &str, instead: &str) -> Result<(), Failure> {
    match super::display::missing() {
        None => Ok(()),
        Some(why) => Err(format!("{why}, so there is nothing to {act} on; {instead}").into()),
    }
}

/// Open the window and show `first` in it, until the person closes it.
#[cfg(feature = "gui")]
fn window(shell: &Shell, first: First, wanted: Wanted) -> Result<(), Failure> {
    use crate::app::{ClientPlugin, LocalTime};
    use crate::audio::AudioPlugin;
    use crate::front::{FrontPlugin, Hosting, Join, adopt, join};
    use crate::gui::GuiPlugin;
    use crate::recording::RecordingDeskPlugin;
    use bevy::prelude::{App, AppExit, First as Earliest, ResMut};
    use tickshot_server::net::socket::{Clock, IoThread};

    let Wanted { name, switches, record } = wanted;
    let clock = Clock::start();
    let io = IoThread::start(clock)?;
    let seed = super::seed_or_random(None)?;
    eprintln!("tickshot: seed {seed} · modes {} · link {}", switches.modes, switches.link);
    let loaded = Settings::load(&shell.dir);
    if let Some(notice) = &loaded.notice {
        eprintln!("tickshot: {notice}");
    }
    let name = name.map_or_else(|| loaded.settings.player_name(), |name| tidy_name(&name, "Player"));
    let recording = recording(shell, &loaded.settings, &name, &switches, record, clock.now());
    let hosting = Hosting::default();
    let plugin = FrontPlugin { io, seed, hosting: hosting.clone() };
    let vsync = shell.vsync;
    let mut app = or_why_not(|| {
        let mut app = App::new();
        app.add_plugins((GuiPlugin { title: "Tickshot".to_owned(), vsync }, ClientPlugin, plugin, AudioPlugin));
        app.add_plugins(RecordingDeskPlugin);
        app
    })?;
    app.add_systems(Earliest, move |mut time: ResMut<LocalTime>| time.0 = clock.now());
    app.insert_resource(switches).insert_resource(loaded.settings).insert_resource(shell.dir.clone());
    app.world_mut().resource_mut::<LocalTime>().0 = clock.now();
    if let Some(recording) = recording {
        app.insert_resource(recording);
    }
    if let Some(notice) = loaded.notice {
        crate::gui::show_notice(&mut app, notice);
    }
    match first {
        First::Menu => {}
        First::Hosted(server) => adopt(app.world_mut(), server, name),
        First::Join { addr, password } => join(app.world_mut(), Join { addr, name, password }),
    }
    let ended = app.run();
    hosting.finish();
    match ended {
        AppExit::Success => Ok(()),
        AppExit::Error(code) => Err(format!("the window ended with code {code}").into()),
    }
}

/// The recorder of a window: it always keeps the last minute in memory, and with a flag it writes from the start. `None`: there
/// is no folder to write to.
#[cfg_attr(not(feature = "gui"), allow(dead_code))]
fn recording(
    shell: &Shell,
    settings: &Settings,
    name: &str,
    switches: &Switches,
    record: Option<PathBuf>,
    now: Duration,
) -> Option<Recording> {
    let begins = record.is_some();
    let dir = record.or_else(|| folder(settings, &shell.dir))?;
    let config = serde_json::json!({
        "modes": switches.modes.to_string(),
        "link": switches.link.to_string(),
        "vsync": shell.vsync,
        "recording": settings.recording,
    });
    let header = header(name, 0, unix_ns_at_zero(now), config.to_string());
    let (label, bytes_max) = (format!("client-{name}"), settings.recording.bytes_max());
    let mut recording = Recording::start(RecordingConfig { dir, label, flight: true, bytes_max }, header);
    if begins {
        recording.begin(now);
    }
    Some(recording)
}

/// The window's library panics where no window can be had (a display that refuses us, say): that is an answer, not a bug.
#[cfg(feature = "gui")]
pub(super) fn or_why_not(open: impl FnOnce() -> bevy::prelude::App) -> Result<bevy::prelude::App, Failure> {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let opened = std::panic::catch_unwind(std::panic::AssertUnwindSafe(open));
    std::panic::set_hook(hook);
    opened.map_err(|panic| {
        let why = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        let why = why.unwrap_or("no reason given");
        format!(
            "cannot open a window: {why}; check DISPLAY or WAYLAND_DISPLAY and who may use it, and the graphics driver"
        )
        .into()
    })
}

#[cfg(not(feature = "gui"))]
fn window(_shell: &Shell, first: First, _wanted: Wanted) -> Result<(), Failure> {
    if let First::Hosted(server) = first {
        server.stop();
    }
    need_window()
}
