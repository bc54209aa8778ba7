//! The command line of `tickshot`: flags into calls, results into text or JSON, errors into exit codes.
//!
//! Commands live in files of their own; this one only says what there is.

mod bots;
mod demo;
mod display;
mod lan;
mod play;

use crate::view::Switches;
use clap::{Parser, Subcommand};
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use tickshot_server::config::DEFAULT_PORT;
use tickshot_shared::link::profile::LinkSettings;
use tickshot_shared::modes::Modes;
use tickshot_shared::tick::TickRate;

/// A top-down shooter for a LAN that shows how time works in a distributed system.
#[derive(Debug, Parser)]
#[command(name = "tickshot", version, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Host a match in this process and play it (what `tickshot` alone does, with 5 bots)
    Play(PlayArgs),
    /// Join a server on the network
    Join(JoinArgs),
    /// Show the servers on this network
    Lan(LanArgs),
    /// Join a server with many headless clients, each with a socket and a mind of its own
    Bots(BotsArgs),
    /// A headless match on this machine: a server and 8 bot clients over real UDP, then its numbers
    Demo(DemoArgs),
}

/// `tickshot play`
#[derive(Clone, Debug, clap::Args)]
pub struct PlayArgs {
    /// Server-side bots to play against
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub bots: usize,
    /// Built-in map (arena, open) or the path of a Tiled .tmx file
    #[arg(long, value_name = "MAP", default_value = "arena")]
    pub map: String,
    /// Simulation ticks per second, 20 to 128
    #[arg(long, value_name = "HZ", default_value_t = TickRate::default())]
    pub tick_rate: TickRate,
    /// Your name, 1 to 24 bytes [default: the system's user name]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Let others on the network join, on this address
    #[arg(long, value_name = "ADDR:PORT")]
    pub listen: Option<SocketAddr>,
    /// Seed of the match [default: drawn from the system and printed]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Draw as fast as the machine can, without waiting for the screen
    #[arg(long)]
    pub no_vsync: bool,
    #[command(flatten)]
    pub time: TimeArgs,
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
    /// Draw as fast as the machine can, without waiting for the screen
    #[arg(long)]
    pub no_vsync: bool,
    #[command(flatten)]
    pub time: TimeArgs,
}

/// `tickshot lan`
#[derive(Clone, Debug, clap::Args)]
pub struct LanArgs {
    /// How long to look, seconds
    #[arg(long, value_name = "S", default_value_t = 2.5)]
    pub seconds: f64,
    /// Folder of the settings, whose favourites are asked, too [default: TICKSHOT_CONFIG_DIR, or the platform's]
    #[arg(long, value_name = "DIR")]
    pub config_dir: Option<PathBuf>,
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
    /// Seed of what the bots do [default: drawn from the system and printed]
    #[arg(long, value_name = "K")]
    pub seed: Option<u64>,
    /// Password of the server, if it has one
    #[arg(long, value_name = "TEXT")]
    pub password: Option<String>,
    #[command(flatten)]
    pub time: TimeArgs,
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
    /// Built-in map (arena, open) or the path of a Tiled .tmx file
    #[arg(long, value_name = "MAP", default_value = "arena")]
    pub map: String,
    /// Seed of everything random [default: drawn from the system and printed]
    #[arg(long, value_name = "K")]
    pub seed: Option<u64>,
    #[command(flatten)]
    pub time: TimeArgs,
    /// Print one JSON object {server, clients} on stdout
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
        match self.command {
            None => play_or_demo(),
            Some(Command::Play(args)) => play::host_and_play(&args),
            Some(Command::Join(args)) => play::join(&args),
            Some(Command::Lan(args)) => lan::run(&args),
            Some(Command::Bots(args)) => bots::run(&args),
            Some(Command::Demo(args)) => demo::run(&args),
        }
    }
}

/// What `tickshot` alone does: play, or where there is no screen to play on, show a match in numbers.
fn play_or_demo() -> Result<(), Failure> {
    match display::missing() {
        None => play::host_and_play(&PlayArgs::parse_defaults()),
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

impl ParseDefaults for PlayArgs {}
impl ParseDefaults for DemoArgs {}

/// `host`, `host:port`, `1.2.3.4`, `[::1]:port`: the first address it resolves to.
fn resolve(server: &str) -> Result<SocketAddr, Failure> {
    if let Ok(ip) = server.parse::<std::net::IpAddr>() {
        return Ok(SocketAddr::new(ip, DEFAULT_PORT));
    }
    let with_port = server.parse::<SocketAddr>().is_ok()
        || server.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let text = if with_port { server.to_owned() } else { format!("{server}:{DEFAULT_PORT}") };
    let addresses: Vec<SocketAddr> = text
        .to_socket_addrs()
        .map_err(|error| format!("cannot find server '{server}': {error}; give an address like 192.168.1.20:34197"))?
        .collect();
    // Servers listen on IPv4 unless told otherwise.
    let first = addresses.iter().find(|a| a.is_ipv4()).or(addresses.first());
    first.copied().ok_or_else(|| format!("server name '{server}' has no address").into())
}

/// The seed given, or one from the system; the caller prints it either way.
fn seed_or_random(seed: Option<u64>) -> Result<u64, Failure> {
    match seed {
        Some(seed) => Ok(seed),
        None => Ok(getrandom::u64().map_err(|error| format!("the system gives no random numbers: {error}"))?),
    }
}

const EXAMPLES: &str = "Examples:
  tickshot                                     play against 5 bots (without a display: a headless demo)
  tickshot play --bots 11 --map open           more bots, no walls
  tickshot play --listen 0.0.0.0:34197         play, and let others on the network join
  tickshot join 192.168.1.20                   join a server
  tickshot bots 127.0.0.1 --count 64 --json    64 headless clients, their numbers as JSON
  tickshot join 192.168.1.20 --link 4g         with the delays and losses of a mobile network
  tickshot bots 127.0.0.1 --link 'delay 75ms 20ms loss 5%' --json
  tickshot demo --seconds 5                    a headless match on this machine

Keys: WASD move, mouse aims, left button fires, Tab scores, F1 shows the rest, Esc quits.
Exit codes: 0 done, 1 could not run or the match broke off, 2 wrong usage.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_without_a_port_gets_the_default_one() {
        assert_eq!(resolve("127.0.0.1").unwrap().port(), DEFAULT_PORT);
        assert_eq!(resolve("127.0.0.1:7").unwrap().port(), 7);
        assert_eq!(resolve("[::1]:7").unwrap().port(), 7);
        assert_eq!(resolve("::1").unwrap().port(), DEFAULT_PORT);
    }

    #[test]
    fn a_server_name_that_means_nothing_is_named_in_the_error() {
        assert!(resolve("no such host").unwrap_err().to_string().contains("no such host"));
    }

    #[test]
    fn the_command_line_is_consistent() {
        <Cli as clap::CommandFactory>::command().debug_assert();
        assert_eq!(PlayArgs::parse_defaults().bots, 5);
    }
}
