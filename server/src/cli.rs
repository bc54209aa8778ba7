//! The command line of `tickshot-server`.

use crate::config::{ConfigError, DEFAULT_PORT, GameArgs, PORTS, ServerConfig, bot_skill, hit_check, rewind_ms};
use clap::Parser;
use std::net::SocketAddr;
use std::path::PathBuf;
use tickshot_shared::limits::{REWIND_MS_CAP_MAX, REWIND_MS_DEFAULT};
use tickshot_shared::modes::HitCheck;
use tickshot_shared::sim::bot::Skill;
use tickshot_shared::tick::TickRate;

/// Run a Tickshot match for others to join.
#[derive(Clone, Debug, Default, Parser)]
#[command(name = "tickshot-server", version, after_help = EXAMPLES)]
pub struct ServerArgs {
    /// TOML file with the same settings; flags win over it
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Address and UDP port to listen on [default: 0.0.0.0, the first free of 34197 to 34204]
    #[arg(long, value_name = "ADDR:PORT")]
    pub listen: Option<SocketAddr>,
    /// Name shown to players
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Simulation ticks per second, 20 to 128 [default: 64]
    #[arg(long, value_name = "HZ")]
    pub tick_rate: Option<TickRate>,
    /// Player slots, bots included, 1 to 1024 [default: 64]
    #[arg(long, value_name = "N")]
    pub max_players: Option<usize>,
    /// Server-side bots; they leave when people need their slots [default: 0]
    #[arg(long, value_name = "N")]
    pub bots: Option<usize>,
    /// Built-in map (duel, arena, citadel, district, open) or the path of a Tiled .tmx file; several are a rotation [default: arena]
    #[arg(long, value_name = "MAP")]
    pub map: Vec<String>,
    /// Maps to play in turn, by comma; players vote on the next one
    #[arg(long, value_name = "MAP,MAP", value_delimiter = ',')]
    pub rotation: Vec<String>,
    #[command(flatten)]
    pub game: GameArgs,
    /// How good bots are: easy, normal or hard [default: normal]
    #[arg(long, value_name = "SKILL", value_parser = bot_skill)]
    pub bot_skill: Option<Skill>,
    /// Look at a map (built-in name or .tmx file), say what is good and bad about it, and stop
    #[arg(long, value_name = "MAP")]
    pub check_map: Option<String>,
    /// Stop after this many seconds
    #[arg(long, value_name = "S")]
    pub seconds: Option<f64>,
    /// Record the whole run into this folder: a trace for tickshot-trace
    #[arg(long, value_name = "DIR")]
    pub record: Option<PathBuf>,
    /// Only those who know it can join
    #[arg(long, value_name = "TEXT")]
    pub password: Option<String>,
    /// Seed of spawns and bots [default: drawn from the system and printed]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Clients may not choose hit check and snapshot interval for themselves
    #[arg(long)]
    pub no_experiments: bool,
    /// How shots are tested with --no-experiments: none (where targets are now), tick, exact [default: exact]
    #[arg(long, value_name = "CHECK", value_parser = hit_check)]
    pub hit_checks: Option<HitCheck>,
    /// Shots reach back this far at most, milliseconds, 0 to 1000 [default: 250]
    #[arg(long, value_name = "N")]
    pub rewind_ms: Option<u32>,
    /// Give client NAME (or *, everyone) a bad link on purpose, and tell it so; may be repeated
    #[arg(long, value_name = "NAME=PROFILE")]
    pub link: Vec<String>,
    /// Print one JSON object with the run's numbers on stdout at exit
    #[arg(long)]
    pub json: bool,
}

impl ServerArgs {
    /// Defaults, then the file, then the flags.
    pub fn config(&self) -> Result<ServerConfig, ConfigError> {
        let mut config = ServerConfig::default();
        if let Some(path) = &self.config {
            config = config.with_file(path)?;
        }
        let flags = self.clone();
        config.port_search &= flags.listen.is_none();
        config.listen = flags.listen.unwrap_or(config.listen);
        config.name = flags.name.unwrap_or(config.name);
        config.tick_rate = flags.tick_rate.unwrap_or(config.tick_rate);
        config.max_players = flags.max_players.unwrap_or(config.max_players);
        config.bots = flags.bots.unwrap_or(config.bots);
        config.set_maps(&flags.map, &flags.rotation);
        config.options = flags.game.apply(config.options)?;
        config.bot_skill = flags.bot_skill.unwrap_or(config.bot_skill);
        config.seconds = flags.seconds.or(config.seconds);
        config.recording.dir = flags.record.or(config.recording.dir);
        config.password = flags.password.or(config.password);
        config.seed = flags.seed.or(config.seed);
        config.rules.experiments &= !flags.no_experiments;
        config.rules.hit_checks = flags.hit_checks.unwrap_or(config.rules.hit_checks);
        config.rules.rewind_ms = flags.rewind_ms.map_or(Ok(config.rules.rewind_ms), rewind_ms)?;
        for pair in &flags.link {
            let place = "--link".to_owned();
            config.links.impose_pair(pair).map_err(|error| ConfigError::Link { place, error })?;
        }
        Ok(config)
    }
}

const _: () = assert!(DEFAULT_PORT == 34197 && *PORTS.end() == 34204, "the help text names the ports");
const _: () = assert!(REWIND_MS_DEFAULT == 250 && REWIND_MS_CAP_MAX == 1000, "the help text names them");

const EXAMPLES: &str = "Examples:
  tickshot-server                               an open match on every interface, port 34197
  tickshot-server --bots 8 --map open           with eight bots on a map without walls
  tickshot-server --mode elimination --bots 8 --map duel --map citadel  two teams, best of nine rounds, two maps
  tickshot-server --password tea --name 'Lab 3' only for those who know the password
  tickshot-server --no-experiments --rewind-ms 150  one rule for everyone, and a shorter memory
  tickshot-server --link '*=wifi-bad' --link 'Ann=up delay 75ms 20ms loss 5%'  a fair fight on unfair links
  tickshot-server --record traces               everything that happens, for tickshot-trace verify and report
  tickshot-server --seconds 60 --json           one minute, then its numbers as JSON
  tickshot-server --check-map my.tmx            is my map playable? what would make it better?

Exit codes: 0 stopped as asked, 1 could not run, 2 wrong usage.";
