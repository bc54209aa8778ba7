//! `tickshot play` and `tickshot join`: the window, with or without a server behind it.

use super::{Failure, JoinArgs, PlayArgs};
use crate::view::Switches;

/// Host a match in this process and play it.
pub(super) fn host_and_play(args: &PlayArgs) -> Result<(), Failure> {
    need_window()?;
    let server = tickshot_server::host::HostedServer::start(tickshot_server::config::ServerConfig {
        listen: args.listen.unwrap_or(([127, 0, 0, 1], 0).into()),
        name: "A match of your own".to_owned(),
        tick_rate: args.tick_rate,
        // Room for a person more than the bots, and for friends where friends can come.
        max_players: (args.bots + 1).max(if args.listen.is_some() { 16 } else { 1 }),
        bots: args.bots,
        map: args.map.clone(),
        seed: args.seed,
        ..Default::default()
    })?;
    eprintln!(
        "tickshot: hosting on {} · map {} · {} bots · seed {}",
        server.addr(),
        args.map,
        args.bots,
        server.seed()
    );
    let ended = window(server.addr(), args.name.as_deref(), None, !args.no_vsync, args.time.switches(false));
    server.stop();
    ended
}

/// Join a server on the network.
pub(super) fn join(args: &JoinArgs) -> Result<(), Failure> {
    need_window()?;
    let server = super::resolve(&args.server)?;
    window(server, args.name.as_deref(), args.password.as_deref(), !args.no_vsync, args.time.switches(false))
}

fn need_window() -> Result<(), Failure> {
    match super::display::missing() {
        None => Ok(()),
        Some(why) => Err(format!(
            "{why}, so there is nothing to play on; 'tickshot bots ADDR' and 'tickshot demo' need no window"
        )
        .into()),
    }
}

/// Open the window on a session with `server`, until the person closes it.
#[cfg(feature = "gui")]
fn window(
    server: std::net::SocketAddr,
    name: Option<&str>,
    password: Option<&str>,
    vsync: bool,
    switches: Switches,
) -> Result<(), Failure> {
    use crate::app::{ClientPlugin, LocalTime};
    use crate::gui::GuiPlugin;
    use crate::session::{SessionConfig, open_session};
    use bevy::prelude::{App, AppExit, First, ResMut};
    use tickshot_server::net::socket::{Clock, IoThread};

    let clock = Clock::start();
    let io = IoThread::start(clock)?;
    let seed = super::seed_or_random(None)?;
    eprintln!("tickshot: joining {server} · session seed {seed} · modes {} · link {}", switches.modes, switches.link);
    let config = SessionConfig {
        server,
        name: name.map_or_else(own_name, str::to_owned),
        password: password.map(str::to_owned),
        seed,
    };
    let mut app = or_why_not(|| {
        let mut app = App::new();
        app.add_plugins((GuiPlugin { title: format!("Tickshot · {server}"), vsync }, ClientPlugin));
        app
    })?;
    app.add_systems(First, move |mut time: ResMut<LocalTime>| time.0 = clock.now());
    app.insert_resource(switches);
    open_session(&mut app, &io, clock.now(), config)?;
    match app.run() {
        AppExit::Success => Ok(()),
        AppExit::Error(code) => Err(format!("the window ended with code {code}").into()),
    }
}

/// The window's library panics where no window can be had (a display that refuses us, say): that is an answer, not a bug.
#[cfg(feature = "gui")]
fn or_why_not(open: impl FnOnce() -> bevy::prelude::App) -> Result<bevy::prelude::App, Failure> {
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
fn window(
    _server: std::net::SocketAddr,
    _name: Option<&str>,
    _password: Option<&str>,
    _vsync: bool,
    _switches: Switches,
) -> Result<(), Failure> {
    need_window()
}

/// What the system calls the person at this machine.
#[cfg(feature = "gui")]
fn own_name() -> String {
    let user = std::env::var("USER").or_else(|_| std::env::var("USERNAME")).unwrap_or_default();
    tickshot_shared::protocol::control::tidy_name(&user, "Player")
}
