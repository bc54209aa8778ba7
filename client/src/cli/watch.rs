//! `tickshot watch`: recorded traces in a window. Needs no server and no network.

use super::play::Shell;
use super::{Failure, WatchArgs};
use crate::watch::{Look, Player, Sources, Traces};
use indicatif::{ProgressBar, ProgressStyle};

pub(super) fn run(args: &WatchArgs, shell: &Shell) -> Result<(), Failure> {
    super::play::need_window_to("watch", "'tickshot-trace report' tells the same without one")?;
    let bar = ProgressBar::new(args.traces.len() as u64);
    let style =
        ProgressStyle::with_template("reading traces {bar:30} {pos}/{len}").expect("a constant template is sound");
    bar.set_style(style);
    let traces = Traces::open(&args.traces, &mut |read| bar.set_position(read as u64));
    bar.finish_and_clear();
    // They are looked at until the program ends.
    let traces: &'static Traces = Box::leak(Box::new(traces?));
    let player = begin(args, Sources::new(traces)?)?;
    for remark in &traces.remarks {
        eprintln!("tickshot: {remark}");
    }
    show(args, shell, player)
}

/// A player where the flags want it.
fn begin<'t>(args: &WatchArgs, sources: Sources<'t>) -> Result<Player<'t>, Failure> {
    let mut player = Player::new(sources);
    if let Some(name) = &args.follow {
        player.follow_name(name)?;
    }
    if let Some(shot) = &args.shot {
        let index = player.marks().shot_named(shot)?;
        player.select_shot(Some(index));
    }
    if let Some(seconds) = args.at {
        player.seek_seconds(seconds);
    }
    if let Some(look) = args.view {
        player.set_look(look);
    } else if args.shot.is_some() {
        player.set_look(Look::Both);
    }
    player.set_paused(args.paused || args.shot.is_some());
    Ok(player)
}

/// Open the window, until the person closes it.
#[cfg(feature = "gui")]
fn show(args: &WatchArgs, shell: &Shell, player: Player<'static>) -> Result<(), Failure> {
    use crate::gui::{GuiPlugin, WatchPlugin};
    use crate::settings::Settings;
    use bevy::prelude::{App, AppExit};

    let (vsync, state_file) = (shell.vsync, args.state_file.clone());
    let mut app = super::play::or_why_not(move || {
        let mut app = App::new();
        app.add_plugins(GuiPlugin { title: "Tickshot: watching".to_owned(), vsync });
        app
    })?;
    app.add_plugins(WatchPlugin::new(player, state_file)).insert_resource(Settings::load(&shell.dir).settings);
    match app.run() {
        AppExit::Success => Ok(()),
        AppExit::Error(code) => Err(format!("the window ended with code {code}").into()),
    }
}

#[cfg(not(feature = "gui"))]
fn show(_args: &WatchArgs, _shell: &Shell, _player: Player<'static>) -> Result<(), Failure> {
    super::play::need_window_to("watch", "build it with its default features")
}
