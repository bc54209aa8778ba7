//! What a server is told at start: defaults, a TOML file, then flags, each overriding the one before.

mod game;

pub use self::game::{GameArgs, bot_skill, game_mode};
use self::game::{mode_in_file, skill_in_file};
use crate::core::MatchRules;
use crate::imposed::{ImposeError, ImposedLinks};
use crate::recording::RecordingConfig;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tickshot_shared::limits::{NAME_BYTES_MAX, PLAYERS_DEFAULT, PLAYERS_MAX, REWIND_MS_CAP_MAX, SESSION_TIMEOUT_MS};
use tickshot_shared::modes::HitCheck;
use tickshot_shared::sim::bot::Skill;
use tickshot_shared::sim::round::{GameMode, MatchOptions};
use tickshot_shared::tick::TickRate;

/// Everything a server needs to know before it can bind.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    pub listen: SocketAddr,
    /// Nobody asked for this port: if it is taken, the next free one of [`PORTS`] will do.
    pub port_search: bool,
    pub name: String,
    pub tick_rate: TickRate,
    /// Player slots, bots included.
    pub max_players: usize,
    pub bots: usize,
    /// Built-in map name or path of a `.tmx` file.
    pub map: String,
    /// Stop by itself after this many seconds.
    pub seconds: Option<f64>,
    pub password: Option<String>,
    /// Seed of spawns and bots; drawn from the system when absent, printed either way.
    pub seed: Option<u64>,
    /// Silence that ends a session, in whole seconds.
    pub session_timeout_s: u64,
    /// How shots are judged.
    pub rules: MatchRules,
    /// Bad links on purpose, for some clients or all.
    pub links: ImposedLinks,
    /// What is played, and what decides it.
    pub options: MatchOptions,
    /// Maps of later matches, in turn, by name or path; empty = always the same one.
    pub rotation: Vec<String>,
    pub bot_skill: Skill,
    pub recording: RecordingConfig,
}

impl Default for ServerConfig {
    fn default() -> Self {
        ServerConfig {
            listen: SocketAddr::from(([0, 0, 0, 0], DEFAULT_PORT)),
            port_search: true,
            name: "Tickshot server".to_owned(),
            tick_rate: TickRate::default(),
            max_players: PLAYERS_DEFAULT,
            bots: 0,
            map: "arena".to_owned(),
            seconds: None,
            password: None,
            seed: None,
            session_timeout_s: SESSION_TIMEOUT_MS / 1000,
            rules: MatchRules::default(),
            links: ImposedLinks::default(),
            options: MatchOptions::default(),
            rotation: Vec::new(),
            bot_skill: Skill::default(),
            recording: RecordingConfig::default(),
        }
    }
}

/// A setting that cannot be used, with where it came from and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read config file '{}': {error}; check --config", path.display())]
    Unreadable { path: PathBuf, error: std::io::Error },
    #[error("config file '{}': {error}", path.display())]
    Malformed { path: PathBuf, error: Box<toml::de::Error> },
    #[error("max players is {0}; give a number from 1 to {PLAYERS_MAX}")]
    MaxPlayers(usize),
    #[error("{bots} bots do not fit into {max_players} player slots; raise --max-players or lower --bots")]
    TooManyBots { bots: usize, max_players: usize },
    #[error("server name '{0}' must have 1 to {NAME_BYTES_MAX} bytes and no control characters")]
    Name(String),
    #[error("seconds is {0}; give a positive number")]
    Seconds(f64),
    #[error("session_timeout_s is {0}; give whole seconds from 1 to {SESSION_TIMEOUT_S_MAX}")]
    SessionTimeout(u64),
    #[error("rewind is {0} ms; give --rewind-ms (rewind_ms in the file) a number from 0 to {REWIND_MS_CAP_MAX}")]
    Rewind(u32),
    #[error(
        "{key} is {value}; give --{flag} ({key} in the file) a number from 0 to {max}",
        flag = key.replace('_', "-")
    )]
    Game { key: &'static str, value: u32, max: u16 },
    #[error("a rotation of {0} maps is longer than the {ROTATION_MAX} a server keeps; leave some out")]
    Rotation(usize),
    #[error("{place}: {error}")]
    Link { place: String, error: ImposeError },
    #[error("the password is empty; leave it out for an open server")]
    EmptyPassword,
}

impl ServerConfig {
    /// These settings with those of the TOML file at `path` on top.
    pub fn with_file(self, path: &Path) -> Result<ServerConfig, ConfigError> {
        let text =
            std::fs::read_to_string(path).map_err(|error| ConfigError::Unreadable { path: path.to_owned(), error })?;
        let file: ConfigFile = toml::from_str(&text)
            .map_err(|error| ConfigError::Malformed { path: path.to_owned(), error: Box::new(error) })?;
        let mut links = self.links;
        for (name, link) in &file.links {
            let place = || format!("config file '{}', table [links]", path.display());
            links.impose(name, link).map_err(|error| ConfigError::Link { place: place(), error })?;
        }
        let game = file.game();
        let mut config = ServerConfig {
            listen: file.listen.unwrap_or(self.listen),
            port_search: self.port_search && file.listen.is_none(),
            name: file.name.unwrap_or(self.name),
            tick_rate: file.tick_rate.unwrap_or(self.tick_rate),
            max_players: file.max_players.unwrap_or(self.max_players),
            bots: file.bots.unwrap_or(self.bots),
            map: self.map,
            seconds: file.seconds.or(self.seconds),
            password: file.password.or(self.password),
            seed: file.seed.or(self.seed),
            session_timeout_s: file.session_timeout_s.unwrap_or(self.session_timeout_s),
            rules: MatchRules {
                experiments: file.experiments.unwrap_or(self.rules.experiments),
                hit_checks: file.hit_checks.unwrap_or(self.rules.hit_checks),
                rewind_ms: file.rewind_ms.map_or(Ok(self.rules.rewind_ms), rewind_ms)?,
            },
            links,
            options: game.apply(self.options)?,
            rotation: self.rotation,
            bot_skill: file.bot_skill.unwrap_or(self.bot_skill),
            recording: RecordingConfig { dir: file.record.or(self.recording.dir), ..self.recording },
        };
        if let Some(friendly_fire) = file.friendly_fire {
            config.options.friendly_fire = friendly_fire;
        }
        config.set_maps(&Vec::from_iter(file.map), &file.rotation);
        Ok(config)
    }

    /// The map to begin with, and those to play in turn. The first of `maps` is the one to begin with, and several are a
    /// rotation; a `rotation` of its own begins with its first map unless another is named.
    pub fn set_maps(&mut self, maps: &[String], rotation: &[String]) {
        if maps.len() > 1 {
            self.rotation = maps.to_vec();
        }
        if !rotation.is_empty() {
            self.rotation = rotation.to_vec();
        }
        if let Some(first) = maps.first().or(rotation.first()) {
            self.map.clone_from(first);
        }
    }

    /// These settings as a trace keeps them: without the password, of which only is said whether there is one.
    pub fn json(&self) -> String {
        let MatchRules { experiments, hit_checks, rewind_ms } = self.rules;
        let options = &self.options;
        serde_json::json!({
            "listen": self.listen.to_string(),
            "name": self.name,
            "tick_rate": self.tick_rate.hz(),
            "max_players": self.max_players,
            "bots": self.bots,
            "bot_skill": self.bot_skill,
            "map": self.map,
            "rotation": self.rotation,
            "has_password": self.password.is_some(),
            "seed": self.seed,
            "session_timeout_s": self.session_timeout_s,
            "mode": options.mode.name(),
            "score_limit": options.score_limit,
            "time_limit": options.time_limit_s,
            "best_of": options.best_of,
            "round_time": options.round_s,
            "warm_up": options.warm_up_s,
            "friendly_fire": options.friendly_fire,
            "experiments": experiments,
            "hit_checks": hit_checks.name(),
            "rewind_ms": rewind_ms,
            "links": self.links.to_string(),
        })
        .to_string()
    }

    /// Refuse settings that no server could run with.
    pub fn check(&self) -> Result<(), ConfigError> {
        if !(1..=PLAYERS_MAX).contains(&self.max_players) {
            return Err(ConfigError::MaxPlayers(self.max_players));
        }
        if self.bots > self.max_players {
            return Err(ConfigError::TooManyBots { bots: self.bots, max_players: self.max_players });
        }
        if self.name.is_empty() || self.name.len() > NAME_BYTES_MAX || self.name.chars().any(char::is_control) {
            return Err(ConfigError::Name(self.name.clone()));
        }
        match self.seconds {
            Some(s) if !(s.is_finite() && s > 0.0) => return Err(ConfigError::Seconds(s)),
            _ => {}
        }
        if !(1..=SESSION_TIMEOUT_S_MAX).contains(&self.session_timeout_s) {
            return Err(ConfigError::SessionTimeout(self.session_timeout_s));
        }
        if self.rotation.len() > ROTATION_MAX {
            return Err(ConfigError::Rotation(self.rotation.len()));
        }
        if self.password.as_deref() == Some("") {
            return Err(ConfigError::EmptyPassword);
        }
        Ok(())
    }
}

/// The TOML file: every key optional, unknown keys refused so that a typo is not silently ignored.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ConfigFile {
    listen: Option<SocketAddr>,
    name: Option<String>,
    tick_rate: Option<TickRate>,
    max_players: Option<usize>,
    bots: Option<usize>,
    map: Option<String>,
    rotation: Vec<String>,
    #[serde(deserialize_with = "mode_in_file")]
    mode: Option<GameMode>,
    score_limit: Option<u32>,
    time_limit: Option<u32>,
    best_of: Option<u32>,
    round_time: Option<u32>,
    warm_up: Option<u32>,
    friendly_fire: Option<bool>,
    #[serde(deserialize_with = "skill_in_file")]
    bot_skill: Option<Skill>,
    seconds: Option<f64>,
    password: Option<String>,
    record: Option<PathBuf>,
    seed: Option<u64>,
    session_timeout_s: Option<u64>,
    experiments: Option<bool>,
    #[serde(deserialize_with = "hit_check_in_file")]
    hit_checks: Option<HitCheck>,
    rewind_ms: Option<u32>,
    /// Link text by client name.
    links: BTreeMap<String, String>,
}

impl ConfigFile {
    fn game(&self) -> GameArgs {
        GameArgs {
            mode: self.mode,
            score_limit: self.score_limit,
            time_limit: self.time_limit,
            best_of: self.best_of,
            round_time: self.round_time,
            warm_up: self.warm_up,
            friendly_fire: false,
        }
    }
}

/// A hit check by its name on the command line.
pub fn hit_check(name: &str) -> Result<HitCheck, String> {
    let found = HitCheck::ALL.into_iter().find(|check| check.name() == name);
    found.ok_or_else(|| format!("'{name}' is no hit check; give none, tick or exact"))
}

fn hit_check_in_file<'de, D: Deserializer<'de>>(value: D) -> Result<Option<HitCheck>, D::Error> {
    hit_check(&String::deserialize(value)?).map(Some).map_err(D::Error::custom)
}

/// A rewind cap within its range, however large the number that somebody wrote.
pub fn rewind_ms(ms: u32) -> Result<u16, ConfigError> {
    u16::try_from(ms).ok().filter(|ms| *ms <= REWIND_MS_CAP_MAX).ok_or(ConfigError::Rewind(ms))
}

/// A silent session holds memory and, until someone wants it, a place: no longer than an hour.
pub const SESSION_TIMEOUT_S_MAX: u64 = 3600;
/// Maps of a rotation: all are held in memory.
pub const ROTATION_MAX: usize = 32;
/// UDP port of a server unless told otherwise.
pub const DEFAULT_PORT: u16 = 34197;
/// Where servers are looked for on a network: so many can run on one machine without anybody naming a port.
pub const PORTS: std::ops::RangeInclusive<u16> = DEFAULT_PORT..=34204;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_in_the_config_file_is_named() {
        let error = toml::from_str::<ConfigFile>("tickrate = 64").unwrap_err().to_string();
        assert!(error.contains("tickrate"), "{error}");
    }

    #[test]
    fn a_tick_rate_outside_the_range_is_refused_in_the_file_too() {
        let error = toml::from_str::<ConfigFile>("tick_rate = 500").unwrap_err().to_string();
        assert!(error.contains("500 Hz"), "{error}");
    }

    #[test]
    fn a_session_timeout_of_nothing_is_refused() {
        let config = ServerConfig { session_timeout_s: 0, ..ServerConfig::default() };
        assert!(config.check().unwrap_err().to_string().contains("session_timeout_s is 0"));
    }

    #[test]
    fn a_hit_check_that_does_not_exist_is_named_with_what_there_is() {
        let error = toml::from_str::<ConfigFile>("hit_checks = 'sometimes'").unwrap_err().to_string();
        assert!(error.contains("sometimes") && error.contains("exact") && error.contains("hit_checks"), "{error}");
        let file: ConfigFile = toml::from_str("hit_checks = 'tick'\nexperiments = false").unwrap();
        assert_eq!((file.hit_checks, file.experiments), (Some(HitCheck::WholeTick), Some(false)));
    }

    #[test]
    fn a_rewind_beyond_a_second_is_refused() {
        assert_eq!(rewind_ms(1000).unwrap(), 1000);
        for ms in [1001, 65_536, u32::MAX] {
            let error = rewind_ms(ms).unwrap_err().to_string();
            assert!(error.contains(&ms.to_string()) && error.contains("rewind_ms"), "{error}");
        }
    }

    #[test]
    fn several_maps_are_a_rotation_that_begins_with_the_first_unless_another_is_named() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let maps = |maps: &[&str], rotation: &[&str]| {
            let mut config = ServerConfig::default();
            config.set_maps(&names(maps), &names(rotation));
            (config.map, config.rotation)
        };
        assert_eq!(maps(&[], &[]), ("arena".to_owned(), vec![]));
        assert_eq!(maps(&["open"], &[]), ("open".to_owned(), vec![]));
        assert_eq!(maps(&["open", "duel"], &[]), ("open".to_owned(), names(&["open", "duel"])));
        assert_eq!(maps(&[], &["duel", "open"]), ("duel".to_owned(), names(&["duel", "open"])));
        assert_eq!(maps(&["arena"], &["duel", "open"]), ("arena".to_owned(), names(&["duel", "open"])));
    }

    #[test]
    fn the_file_says_what_is_played_with_the_keys_of_the_flags() {
        let file: ConfigFile =
            toml::from_str("mode = 'elimination'\nbest_of = 5\nbot_skill = 'hard'\nrotation = ['duel', 'open']")
                .unwrap();
        let options = file.game().apply(MatchOptions::default()).unwrap();
        assert_eq!((options.mode, options.best_of, file.bot_skill), (GameMode::Elimination, 5, Some(Skill::Hard)));
        let error = toml::from_str::<ConfigFile>("mode = 'chess'").unwrap_err().to_string();
        assert!(error.contains("chess") && error.contains("mode"), "{error}");
    }

    #[test]
    fn more_bots_than_slots_are_refused() {
        let config = ServerConfig { max_players: 16, bots: 17, ..ServerConfig::default() };
        assert!(config.check().unwrap_err().to_string().contains("17 bots"));
    }
}
