//! The command line of `tickshot`: flags into calls, results into text or JSON, errors into exit codes.
//!
//! Commands live in files of their own; this one only says what there is.

mod bots;
mod demo;
mod display;
mod lan;
mod play;
mod story;
mod watch;

use crate::net::address::resolve;
use crate::settings::ConfigDir;
use crate::view::Switches;
use crate::watch::Look;
use clap::{Parser, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;
use tickshot_shared::link::profile::LinkSettings;
use tickshot_shared::modes::Modes;
use tickshot_shared::sim::bot::Skill;
use tickshot_shared::sim::round::GameMode;
use tickshot_shared::tick::TickRate;

/// A top-down shooter for a LAN that shows how time works in a distributed system.
#[derive(Debug, Parser)]
#[command(name = "tickshot", version, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// Folder of the settings [default: TICKSHOT_CONFIG_DIR, or the platform's]
    #[arg(long, value_name = "DIR", global = true)]
    config_dir: Option<PathBuf>,
    /// Draw as fast as the machine can, without waiting for the screen
    #[arg(long, global = true)]
    no_vsync: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Host a match in this process and play it
    Play(PlayArgs),
    /// Join a server on the network
    Join(JoinArgs),
    /// Show the servers on this network
    Lan(LanArgs),
    /// Join a server with many headless clients, each with a socket and a mind of its own
    Bots(BotsArgs),
    /// A headless match on this machine: a server and 8 bot clients over real UDP, then its numbers
    Demo(DemoArgs),
    /// Watch a recorded match: scrub, slow motion, tick by tick, what anyone saw beside what the server knew
    Watch(WatchArgs),
}

/// `tickshot play`
#[derive(Clone, Debug, clap::Args)]
pub struct PlayArgs {
    /// Server-side bots to play against
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub bots: usize,
    /// Built-in map (duel, arena, citadel, district, open) or the path of a Tiled .tmx file
    #[arg(long, value_name = "MAP", default_value = "arena")]
    pub map: String,
    /// Simulation ticks per second, 20 to 128
    #[arg(long, value_name = "HZ", default_value_t = TickRate::default())]
    pub tick_rate: TickRate,
    /// Deathmatch: everyone for themselves. Elimination: two teams, one life a round
    #[arg(long, value_name = "MODE", value_parser = mode, default_value = "deathmatch")]
    pub mode: GameMode,
    /// How well the bots play: easy, normal or hard
    #[arg(long, value_name = "SKILL", value_parser = skill, default_value = "normal")]
    pub bot_skill: Skill,
    /// Your name, 1 to 24 bytes [default: the one of your settings, or the system's user name]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Let others on the network see and join it, on the first free port of 34197 to 34204
    #[arg(long)]
    pub to_lan: bool,
    /// Let others join on this address and port
    #[arg(long, value_name = "ADDR:PORT", conflicts_with = "to_lan")]
    pub listen: Option<SocketAddr>,
    /// Only those who know it can join
    #[arg(long, value_name = "TEXT")]
    pub password: Option<String>,
    /// Seed of the match [default: drawn from the system and printed]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    #[command(flatten)]
    pub time: TimeArgs,
    #[command(flatten)]
    pub record: RecordArgs,
}

/// `tickshot join`
#[derive(Clone, Debug, clap::Args)]
pub struct JoinArgs {
    /// Address of the server: host or host:port (port 34197 if left out)
    #[arg(value_name = "ADDR")]
    pub server: String,
    /// Your name, 1 to 24 bytes [default: the system's user name]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Password of the server, if it has one
    #[arg(long, value_name = "TEXT")]
    pub password: Option<String>,
    #[command(flatten)]
    pub time: TimeArgs,
    #[command(flatten)]
    pub record: RecordArgs,
}

/// `tickshot watch`
#[derive(Clone, Debug, clap::Args)]
pub struct WatchArgs {
    /// Traces: the server's, and those of any of its clients
    #[arg(value_name = "TRACE", required = true)]
    pub traces: Vec<PathBuf>,
    /// Begin so many seconds after the recording did
    #[arg(long, value_name = "S")]
    pub at: Option<f64>,
    /// Begin where this shot was fired, in both views: its name, or the end of it
    #[arg(long, value_name = "ID")]
    pub shot: Option<String>,
    /// Follow this player
    #[arg(long, value_name = "NAME")]
    pub follow: Option<String>,
    /// Whose picture: server (what it knew), client (what the followed client drew) or both
    #[arg(long, value_name = "VIEW")]
    pub view: Option<Look>,
    /// Begin at rest
    #[arg(long)]
    pub paused: bool,
    /// Keep one line of JSON in this file that says what is shown (for scripts)
    #[arg(long, value_name = "FILE")]
    pub state_file: Option<PathBuf>,
}

/// `tickshot lan`
#[derive(Clone, Debug, clap::Args)]
pub struct LanArgs {
    /// How long to look, seconds
    #[arg(long, value_name = "S", default_value_t = 2.5)]
    pub seconds: f64,
    /// Print one JSON object {servers, search} on stdout
    #[arg(long)]
    pub json: bool,
}

/// What a client does about time, and what is done to its link
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub struct TimeArgs {
    /// Modes, for example prediction=off,others=newest,hits=none [default: the full machinery]
    #[arg(long, value_name = "MODES", default_value_t = Modes::default(), hide_default_value = true)]
    pub modes: Modes,
    /// Simulated link: a preset or netem-like text, for example wifi-bad or "delay 75ms 20ms loss 5%" [default: none]
    #[arg(long, value_name = "LINK", default_value_t = LinkSettings::default(), hide_default_value = true)]
    pub link: LinkSettings,
}

/// What is written down of it
#[derive(Clone, Debug, Default, clap::Args)]
pub struct RecordArgs {
    /// Record into this folder, one file per process (in a window F9 does so at any time)
    #[arg(long, value_name = "DIR")]
    pub record: Option<PathBuf>,
}

/// `tickshot bots`
#[derive(Clone, Debug, clap::Args)]
pub struct BotsArgs {
    /// Address of the server: host or host:port (port 34197 if left out)
    #[arg(value_name = "ADDR")]
    pub server: String,
    /// How many clients
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub count: u16,
    /// For how long
    #[arg(long, value_name = "S", default_value_t = 20)]
    pub seconds: u32,
    /// How well they play: easy, normal or hard
    #[arg(long, value_name = "SKILL", value_parser = skill, default_value = "normal")]
    pub skill: Skill,
    /// Seed of what the bots do [default: drawn from the system and printed]
    #[arg(long, value_name = "K")]
    pub seed: Option<u64>,
    /// Password of the server, if it has one
    #[arg(long, value_name = "TEXT")]
    pub password: Option<String>,
    #[command(flatten)]
    pub time: TimeArgs,
    #[command(flatten)]
    pub record: RecordArgs,
    /// Print one JSON object with the run's numbers on stdout
    #[arg(long)]
    pub json: bool,
}

/// `tickshot demo`
#[derive(Clone, Debug, clap::Args)]
pub struct DemoArgs {
    /// How many bot clients
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub count: u16,
    /// For how long
    #[arg(long, value_name = "S", default_value_t = 20)]
    pub seconds: u32,
    /// Simulation ticks per second, 20 to 128
    #[arg(long, value_name = "HZ", default_value_t = TickRate::default())]
    pub tick_rate: TickRate,
    /// Built-in map (duel, arena, citadel, district, open) or the path of a Tiled .tmx file
    #[arg(long, value_name = "MAP", default_value = "arena")]
    pub map: String,
    /// Seed of everything random [default: drawn from the system and printed]
    #[arg(long, value_name = "K")]
    pub seed: Option<u64>,
    #[command(flatten)]
    pub time: TimeArgs,
    /// Record the server and every client into this folder, and put the report there [default: a new one for temporary files]
    #[arg(long, value_name = "DIR", conflicts_with = "no_record")]
    pub record: Option<PathBuf>,
    /// Record nothing, report nothing but numbers
    #[arg(long)]
    pub no_record: bool,
    /// Print one JSON object {server, clients, trace} on stdout
    #[arg(long)]
    pub json: bool,
}

impl TimeArgs {
    /// The switches these flags set; `evidence`: ask the server what it made of our shots.
    pub fn switches(&self, evidence: bool) -> Switches {
        Switches { modes: self.modes, link: self.link, evidence, ..Switches::default() }
    }
}

/// Why a command failed, ready to be read.
pub type Failure = Box<dyn std::error::Error>;

impl Cli {
    /// Run the command; the error is what to print before exiting with 1.
    pub fn run(self) -> Result<(), Failure> {
        let shell = play::Shell { dir: ConfigDir::find(self.config_dir.as_deref()), vsync: !self.no_vsync };
        match self.command {
            None => menu_or_demo(&shell),
            Some(Command::Play(args)) => play::host_and_play(&args, &shell),
            Some(Command::Join(args)) => play::join(&args, &shell),
            Some(Command::Lan(args)) => lan::run(&args, &shell.dir),
            Some(Command::Bots(args)) => bots::run(&args),
            Some(Command::Demo(args)) => demo::run(&args),
            Some(Command::Watch(args)) => watch::run(&args, &shell),
        }
    }
}

/// What `tickshot` alone does: the menu, or where there is no screen to show it on, a match in numbers.
fn menu_or_demo(shell: &play::Shell) -> Result<(), Failure> {
    match display::missing() {
        None => play::menu(shell),
        Some(why) => {
            eprintln!("tickshot: {why}, so no window: here is a headless match instead (see 'tickshot --help').");
            demo::run(&DemoArgs::parse_defaults())
        }
    }
}

/// The defaults of a command's flags are written once, above.
trait ParseDefaults: clap::Args {
    fn parse_defaults() -> Self {
        let command = Self::augment_args(clap::Command::new("defaults"));
        let matches = command.get_matches_from(["defaults"]);
        Self::from_arg_matches(&matches).expect("every flag of this command is optional")
    }
}

impl ParseDefaults for DemoArgs {}

fn mode(name: &str) -> Result<GameMode, String> {
    let found = GameMode::ALL.into_iter().find(|mode| mode.name() == name);
    found.ok_or_else(|| format!("'{name}' is no mode; give {}", GameMode::ALL.map(GameMode::name).join(" or ")))
}

fn skill(name: &str) -> Result<Skill, String> {
    let found = Skill::ALL.into_iter().find(|skill| skill.name() == name);
    found.ok_or_else(|| format!("'{name}' is no skill; give {}", Skill::ALL.map(Skill::name).join(", ")))
}

/// The seed given, or one from the system; the caller prints it either way.
fn seed_or_random(seed: Option<u64>) -> Result<u64, Failure> {
    match seed {
        Some(seed) => Ok(seed),
        None => Ok(getrandom::u64().map_err(|error| format!("the system gives no random numbers: {error}"))?),
    }
}

const EXAMPLES: &str = "Examples:
  tickshot                                     the menu (without a display: a headless demo)
  tickshot play --bots 11 --bot-skill hard     straight into a match against bots
  tickshot play --mode elimination --to-lan    two teams; others see it in their list and can join
  tickshot play --to-lan --password tea        ... if they know the password
  tickshot lan                                 which servers there are on this network
  tickshot lan --json --seconds 5              ... for scripts
  tickshot join 192.168.1.20                   join a server
  tickshot bots 127.0.0.1 --count 64 --json    64 headless clients, their numbers as JSON
  tickshot join 192.168.1.20 --link 4g         with the delays and losses of a mobile network
  tickshot bots 127.0.0.1 --link 'delay 75ms 20ms loss 5%' --json
  tickshot demo --seconds 5                    a headless match on this machine, recorded, and a report on it
  tickshot bots 127.0.0.1 --record traces      record what every client saw (in a window F9 does so)
  tickshot watch server.mcap client-Ann.mcap   a recorded match: what Ann saw, and what the server knew
  tickshot watch *.mcap --follow Ann --at 12.5 --paused

Keys (all can be changed in Settings): WASD move, mouse aims, left button fires, Space dashes, R reloads, 1 2 3 or the
wheel choose a weapon, Tab scores, Enter chats, Esc opens the menu, F1 shows the rest.
Exit codes: 0 done, 1 could not run, 2 wrong usage.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        <Cli as clap::CommandFactory>::command().debug_assert();
        assert_eq!(DemoArgs::parse_defaults().count, 8);
    }
}
