//! Where recordings are kept when no flag says so.

use crate::settings::{ConfigDir, Settings};
use std::path::PathBuf;

/// The folder of the settings' choice; else beside settings that somebody keeps elsewhere than is usual; else the
/// platform's for data. `None`: this system names none.
pub fn folder(settings: &Settings, dir: &ConfigDir) -> Option<PathBuf> {
    let chosen = &settings.recording.folder;
    if !chosen.as_os_str().is_empty() {
        return Some(chosen.clone());
    }
    let platforms = directories::ProjectDirs::from("", "", "tickshot");
    match (&dir.0, platforms) {
        (Some(kept), Some(dirs)) if kept == dirs.config_dir() => Some(dirs.data_dir().join(FOLDER)),
        (Some(kept), _) => Some(kept.join(FOLDER)),
        (None, dirs) => dirs.map(|dirs| dirs.data_dir().join(FOLDER)),
    }
}

const FOLDER: &str = "recordings";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recordings_lie_beside_settings_that_are_kept_elsewhere_unless_a_folder_is_chosen() {
        let mut settings = Settings::default();
        let dir = ConfigDir(Some("/elsewhere".into()));
        assert_eq!(folder(&settings, &dir), Some("/elsewhere/recordings".into()));
        settings.recording.folder = "/chosen".into();
        assert_eq!(folder(&settings, &dir), Some("/chosen".into()));
    }
}
