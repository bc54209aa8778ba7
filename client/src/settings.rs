//! What a person sets once and for all, in a file of the platform's configuration folder.
//!
//! The file is written whole into a temporary one beside it and then renamed over it, so that a crash, a full disk or a second
//! window cannot tear it; of two windows the last writer wins. A file that cannot be read is kept under another name, and a
//! notice says which. Keys this program does not know stay in the file. Must not know what the settings do.

use crate::bindings::Bindings;
use crate::recording::Disputes;
use bevy::prelude::Resource;
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use tickshot_shared::protocol::control::{name_is_valid, tidy_name};
use tickshot_shared::sim::bot::Skill;
use tickshot_shared::sim::round::GameMode;

/// Everything that is remembered.
#[derive(Clone, Debug, PartialEq, Resource, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The player's name; empty = the system's user name.
    pub name: String,
    pub palette: Palette,
    /// Size of the menus and panels, [`UI_SCALE_MIN`] to [`UI_SCALE_MAX`].
    pub ui_scale: f32,
    /// The picture does not shake.
    pub reduce_motion: bool,
    pub volume: Volume,
    pub network: NetworkView,
    /// What the last match of one's own was like.
    pub host: HostSettings,
    /// Servers to look for beyond this network.
    pub favourites: Vec<Favourite>,
    pub keys: Bindings,
    pub recording: RecordingSettings,
    /// Keys of the file that this program does not know.
    #[serde(flatten)]
    others: toml::Table,
}

/// Loudness, percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Volume {
    pub master: u8,
    pub effects: u8,
}

/// Which colours players have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Palette {
    /// Okabe and Ito's eight: told apart with any common colour vision.
    #[default]
    Standard,
    /// Further apart in lightness, for projectors and for those who see no red or no green.
    HighContrast,
    /// For those who see no blue: no pair differs in blue and yellow only.
    NoBlueYellow,
}

/// How much of the network is on offer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NetworkView {
    /// The game.
    #[default]
    Simple,
    /// And the switches of time and of the link, the rates.
    Expert,
}

/// A match to host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HostSettings {
    /// Built-in map or path of a `.tmx` file.
    pub map: String,
    #[serde(with = "mode_by_name")]
    pub mode: GameMode,
    pub bots: u8,
    #[serde(with = "skill_by_name")]
    pub skill: Skill,
    /// Others on the network can see and join it.
    pub to_lan: bool,
    /// Asked of whoever joins; empty = none.
    pub password: String,
    /// Ticks per second.
    pub tick_rate: u8,
}

/// What is recorded of matches, and where it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RecordingSettings {
    /// Where recordings are kept; empty = the platform's folder for data.
    pub folder: PathBuf,
    /// Save the last minute when the server denies a hit that was seen.
    pub save_disputed: bool,
    /// At most so many such files while the program runs.
    pub disputed_max: u8,
    /// All files of one recording together, megabytes.
    pub megabytes_max: u32,
}

/// A server to look for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Favourite {
    /// What it called itself when last seen; may be empty.
    #[serde(default)]
    pub name: String,
    pub addr: SocketAddr,
}

/// Settings as they were found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loaded {
    pub settings: Settings,
    /// What the person should read: that a broken file was put aside, say.
    pub notice: Option<String>,
}

/// Why settings cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("this system names no folder for settings; give one with --config-dir or TICKSHOT_CONFIG_DIR")]
    NoFolder,
    #[error("cannot write settings to '{}': {error}; check the folder, or give another with --config-dir", path.display())]
    Unwritable { path: PathBuf, error: std::io::Error },
}

/// Where settings are kept; `None` = nowhere.
#[derive(Clone, Debug, Resource)]
pub struct ConfigDir(pub Option<PathBuf>);

impl ConfigDir {
    /// The folder given on the command line, else that of `TICKSHOT_CONFIG_DIR`, else the platform's.
    pub fn find(given: Option<&Path>) -> ConfigDir {
        let from_env = || std::env::var_os("TICKSHOT_CONFIG_DIR").filter(|dir| !dir.is_empty()).map(PathBuf::from);
        let platforms = || directories::ProjectDirs::from("", "", "tickshot").map(|dirs| dirs.config_dir().to_owned());
        ConfigDir(given.map(Path::to_owned).or_else(from_env).or_else(platforms))
    }

    /// The settings file.
    pub fn file(&self) -> Option<PathBuf> {
        self.0.as_ref().map(|dir| dir.join(FILE))
    }
}

impl Settings {
    /// What the file says; defaults where there is none, or none that can be read.
    pub fn load(dir: &ConfigDir) -> Loaded {
        let Some(path) = dir.file() else {
            return Loaded {
                notice: Some(format!("Settings are not kept: {}.", SettingsError::NoFolder)),
                ..Loaded::default()
            };
        };
        match std::fs::read_to_string(&path) {
            Ok(text) => match toml::from_str::<Settings>(&text) {
                Ok(settings) => Loaded { settings: settings.within_limits(), notice: None },
                Err(error) => {
                    Loaded { notice: Some(put_aside(&path, &first_line(&error.to_string()))), ..Loaded::default() }
                }
            },
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Loaded::default(),
            // Not text at all.
            Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
                Loaded { notice: Some(put_aside(&path, "it is not text")), ..Loaded::default() }
            }
            Err(error) => {
                let notice = format!("Cannot read settings '{}': {error}. The defaults are used.", path.display());
                Loaded { notice: Some(notice), ..Loaded::default() }
            }
        }
    }

    /// Write them, all or nothing.
    pub fn save(&self, dir: &ConfigDir) -> Result<(), SettingsError> {
        let path = dir.file().ok_or(SettingsError::NoFolder)?;
        let text = toml::to_string_pretty(self).expect("settings are numbers, text and tables with text keys");
        write_whole(&path, &text).map_err(|error| SettingsError::Unwritable { path, error })
    }

    /// The name to play under.
    pub fn player_name(&self) -> String {
        if name_is_valid(&self.name) { self.name.clone() } else { system_name() }
    }

    /// Numbers that somebody wrote by hand, within their ranges.
    fn within_limits(mut self) -> Settings {
        let scale = if self.ui_scale.is_finite() { self.ui_scale } else { 1.0 };
        self.ui_scale = scale.clamp(UI_SCALE_MIN, UI_SCALE_MAX);
        self.volume.master = self.volume.master.min(100);
        self.volume.effects = self.volume.effects.min(100);
        self.favourites.truncate(FAVOURITES_MAX);
        self
    }
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            name: String::new(),
            palette: Palette::default(),
            ui_scale: 1.0,
            reduce_motion: false,
            volume: Volume::default(),
            network: NetworkView::default(),
            host: HostSettings::default(),
            favourites: Vec::new(),
            keys: Bindings::default(),
            recording: RecordingSettings::default(),
            others: toml::Table::new(),
        }
    }
}

impl Default for Volume {
    fn default() -> Volume {
        Volume { master: 80, effects: 100 }
    }
}

impl Default for HostSettings {
    fn default() -> HostSettings {
        HostSettings {
            map: "arena".to_owned(),
            mode: GameMode::default(),
            bots: 5,
            skill: Skill::default(),
            to_lan: false,
            password: String::new(),
            tick_rate: tickshot_shared::limits::TICK_RATE_DEFAULT as u8,
        }
    }
}

impl Default for RecordingSettings {
    fn default() -> RecordingSettings {
        RecordingSettings { folder: PathBuf::new(), save_disputed: true, disputed_max: 5, megabytes_max: 2000 }
    }
}

impl RecordingSettings {
    pub fn disputes(&self) -> Disputes {
        Disputes { save: self.save_disputed, flights_max: self.disputed_max.into() }
    }

    pub fn bytes_max(&self) -> u64 {
        u64::from(self.megabytes_max.max(1)) * 1_000_000
    }
}

impl Palette {
    pub const ALL: [Palette; 3] = [Palette::Standard, Palette::HighContrast, Palette::NoBlueYellow];

    pub const fn words(self) -> &'static str {
        match self {
            Palette::Standard => "Standard",
            Palette::HighContrast => "High contrast",
            Palette::NoBlueYellow => "Without blue and yellow",
        }
    }
}

/// What the system calls the person at this machine.
pub fn system_name() -> String {
    let user = std::env::var("USER").or_else(|_| std::env::var("USERNAME")).unwrap_or_default();
    tidy_name(&user, "Player")
}

/// Through a file of its own beside `path`, so that nobody ever reads half of it.
fn write_whole(path: &Path, text: &str) -> std::io::Result<()> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let folder = path.parent().expect("the settings file lies in a folder");
    std::fs::create_dir_all(folder)?;
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let temporary = folder.join(format!("{FILE}.{}-{count}.new", std::process::id()));
    let written = std::fs::File::create(&temporary)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::rename(&temporary, path));
    if written.is_err() {
        _ = std::fs::remove_file(&temporary);
    }
    written
}

/// Keep a broken file under a name that is free, and say so.
fn put_aside(path: &Path, why: &str) -> String {
    let free =
        (1..=ASIDE_MAX).map(|n| path.with_file_name(format!("settings.broken-{n}.toml"))).find(|to| !to.exists());
    let aside = free.unwrap_or_else(|| path.with_file_name("settings.broken-1.toml"));
    match std::fs::rename(path, &aside) {
        Ok(()) => {
            format!("The settings file was broken ({why}). It is kept as '{}'; the defaults are used.", aside.display())
        }
        Err(error) => format!(
            "The settings file '{}' is broken ({why}) and cannot be put aside ({error}). The defaults are used.",
            path.display()
        ),
    }
}

/// Of an error that draws the line it complains about, what it complains of.
fn first_line(error: &str) -> String {
    let lines: Vec<&str> =
        error.lines().map(str::trim).filter(|line| !line.is_empty() && !line.contains('|')).collect();
    lines.join(": ")
}

mod mode_by_name {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};
    use tickshot_shared::sim::round::GameMode;

    pub(super) fn serialize<S: Serializer>(mode: &GameMode, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(mode.name())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<GameMode, D::Error> {
        let name = String::deserialize(from)?;
        let found = GameMode::ALL.into_iter().find(|mode| mode.name() == name);
        found.ok_or_else(|| D::Error::custom(format!("'{name}' is no mode; give deathmatch or elimination")))
    }
}

mod skill_by_name {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};
    use tickshot_shared::sim::bot::Skill;

    pub(super) fn serialize<S: Serializer>(skill: &Skill, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(skill.name())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Skill, D::Error> {
        let name = String::deserialize(from)?;
        let found = Skill::ALL.into_iter().find(|skill| skill.name() == name);
        found.ok_or_else(|| D::Error::custom(format!("'{name}' is no skill; give easy, normal or hard")))
    }
}

/// The menus at their smallest and largest: a small laptop, and a projector at the far end of a room.
pub const UI_SCALE_MIN: f32 = 0.75;
pub const UI_SCALE_MAX: f32 = 2.5;
/// Each is asked once a second.
pub const FAVOURITES_MAX: usize = 32;
/// Broken files kept; a further one replaces the first.
const ASIDE_MAX: u32 = 20;
const FILE: &str = "settings.toml";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bindings::{Action, Button};

    /// A folder of its own per test, gone afterwards.
    struct Folder(PathBuf);

    impl Folder {
        fn new(test: &str) -> (Folder, ConfigDir) {
            let path = std::env::temp_dir().join(format!("tickshot-{test}-{}", std::process::id()));
            _ = std::fs::remove_dir_all(&path);
            (Folder(path.clone()), ConfigDir(Some(path)))
        }

        fn write(&self, bytes: &[u8]) {
            std::fs::create_dir_all(&self.0).unwrap();
            std::fs::write(self.0.join(FILE), bytes).unwrap();
        }

        fn names(&self) -> Vec<String> {
            let entries = std::fs::read_dir(&self.0).unwrap();
            let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
            names.sort();
            names
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn what_was_saved_is_loaded_and_no_other_file_is_left() {
        let (folder, dir) = Folder::new("round-trip");
        assert_eq!(Settings::load(&dir), Loaded::default(), "no file is no error");
        let mut settings = Settings { name: "Ännchen".into(), ui_scale: 1.5, ..Settings::default() };
        settings.host.mode = GameMode::Elimination;
        settings.keys.bind(Action::Dash, 1, Some(Button::MOUSE_FORWARD));
        settings.keys.bind(Action::Fire, 0, None);
        settings.favourites.push(Favourite { name: "den".into(), addr: "[::1]:34197".parse().unwrap() });
        settings.save(&dir).unwrap();
        let mut expected = settings.clone();
        // Places have no holes.
        expected.keys.bind(Action::Fire, 0, None);
        assert_eq!(Settings::load(&dir), Loaded { settings: expected, notice: None });
        assert_eq!(folder.names(), [FILE]);
    }

    #[test]
    fn a_broken_file_is_kept_and_named_and_the_defaults_are_used() {
        let (folder, dir) = Folder::new("broken");
        for (n, broken) in
            [&b"ui_scale = 'big'"[..], b"name = ", b"\xFF\xFE", b"[keys]\nfire = ['KeyNone']"].iter().enumerate()
        {
            folder.write(broken);
            let loaded = Settings::load(&dir);
            assert_eq!(loaded.settings, Settings::default());
            let aside = format!("settings.broken-{}.toml", n + 1);
            assert!(loaded.notice.is_some_and(|notice| notice.contains(&aside)));
            assert_eq!(std::fs::read(folder.0.join(aside)).unwrap(), *broken);
            assert!(!folder.0.join(FILE).exists());
        }
    }

    #[test]
    fn keys_of_a_later_release_stay_in_the_file() {
        let (folder, dir) = Folder::new("unknown");
        folder.write(b"name = 'Ann'\nholograms = true\n[keys]\nwave = ['KeyO']\nreload = ['KeyX']");
        let loaded = Settings::load(&dir);
        assert_eq!(loaded.notice, None);
        assert_eq!(loaded.settings.keys.of(Action::Reload)[0], Button::named("KeyX"));
        loaded.settings.save(&dir).unwrap();
        assert!(std::fs::read_to_string(folder.0.join(FILE)).unwrap().contains("holograms = true"));
    }

    #[test]
    fn numbers_beyond_their_range_are_brought_back_into_it() {
        let (folder, dir) = Folder::new("range");
        folder.write(b"ui_scale = 40.0\n[volume]\nmaster = 250");
        let settings = Settings::load(&dir).settings;
        assert_eq!((settings.ui_scale, settings.volume.master), (UI_SCALE_MAX, 100));
    }

    #[test]
    fn two_windows_that_save_at_once_leave_one_whole_file() {
        let (folder, dir) = Folder::new("two-windows");
        std::thread::scope(|scope| {
            for name in ["Ann", "Ben"] {
                let dir = &dir;
                scope.spawn(move || {
                    for _ in 0..50 {
                        Settings { name: name.into(), ..Settings::default() }.save(dir).unwrap();
                        let loaded = Settings::load(dir);
                        assert_eq!(loaded.notice, None);
                        assert!(["Ann", "Ben"].contains(&loaded.settings.name.as_str()));
                    }
                });
            }
        });
        assert_eq!(folder.names(), [FILE]);
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_named() {
        let (folder, dir) = Folder::new("unwritable");
        std::fs::write(&folder.0, b"a file where the folder should be").unwrap();
        let error = Settings::default().save(&dir).unwrap_err().to_string();
        assert!(error.contains(FILE) && error.contains("--config-dir"), "{error}");
        std::fs::remove_file(&folder.0).unwrap();
    }
}
