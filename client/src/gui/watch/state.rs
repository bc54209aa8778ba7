//! What is shown, as a line of JSON in a file: how a script knows what its keys have done.

use super::Watch;
use crate::view::ViewModel;
use crate::watch::State;
use bevy::prelude::*;
use serde::Serialize;
use std::path::PathBuf;

/// The file, and what it says.
#[derive(Resource)]
pub(super) struct StateFile {
    path: Option<PathBuf>,
    written: Option<Line>,
}

/// What it says.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Line {
    /// Keys that have taken effect so far.
    keys_heard: u64,
    #[serde(flatten)]
    state: State,
}

impl StateFile {
    pub(super) fn new(path: Option<PathBuf>) -> StateFile {
        StateFile { path, written: None }
    }
}

/// Writes the state anew when it has changed. A reader never sees half of it: the new file takes the old one's place.
pub(super) fn write(watch: Res<Watch>, view: Res<ViewModel>, mut file: ResMut<StateFile>) {
    let Some(path) = &file.path else { return };
    let state = Line { keys_heard: watch.heard, state: watch.player.state(&watch.shown, &view) };
    if file.written.as_ref() == Some(&state) {
        return;
    }
    let line = serde_json::to_string(&state).expect("a state is numbers and names");
    let draft = path.with_extension("draft");
    if let Err(error) = std::fs::write(&draft, line + "\n").and_then(|()| std::fs::rename(&draft, path)) {
        tracing::warn!("cannot write the state to {}: {error}; it is not written any more", path.display());
        file.path = None;
        return;
    }
    file.written = Some(state);
}
