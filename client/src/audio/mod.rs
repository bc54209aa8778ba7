//! What a match sounds like: effects made from numbers at start, placed around the listener, mixed in one thread.
//!
//! Must not know sockets of the game, snapshots or prediction: it hears what [`ViewModel`](crate::view::ViewModel) tells.

use bevy::app::{App, Plugin};
use bevy::ecs::prelude::*;

/// Makes the view model heard. Reads it after [`ClientSet::View`](crate::app::ClientSet); without a sound server it is silent.
#[derive(Clone, Copy, Debug, Default)]
pub struct AudioPlugin;

/// How loud. Whoever changes it is heard at once.
#[derive(Resource, Clone, Copy, Debug, PartialEq)]
pub struct AudioSettings {
    /// Of everything, 0..=1 as on a slider.
    pub master: f32,
    /// Of what happens in the arena, 0..=1; signals of the match (countdown, chat, votes) follow `master` alone.
    pub effects: f32,
    pub muted: bool,
}

impl Default for AudioSettings {
    fn default() -> AudioSettings {
        AudioSettings { master: 0.8, effects: 1.0, muted: false }
    }
}

impl Plugin for AudioPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<AudioSettings>();
    }
}
