//! What a match sounds like: effects made from numbers at start, placed around the listener, mixed in one thread.
//!
//! `ViewModel -> cues -> commands -> (thread) mixer -> output`. [`cues`] says what is heard and [`place`] from where;
//! [`synth`] makes the samples, [`mixer`] sums the voices, [`speaker`] owns the thread, [`output`] is the device (`pulse` on
//! Unix). Must not know the game's sockets, snapshots or prediction: it hears what [`ViewModel`] tells.

pub mod cues;
pub mod mixer;
pub mod output;
pub mod place;
#[cfg(unix)]
mod pulse;
pub mod sounds;
pub mod speaker;
mod steps;
pub mod synth;
mod voice;

use crate::settings::Settings;
use crate::view::ViewModel;
use bevy::app::{App, Plugin, PostUpdate};
use bevy::ecs::prelude::*;
use cues::Cues;
use glam::Vec2;
use mixer::Command;
use speaker::Speaker;

/// Makes the view model heard, once per frame after `Update`. Without a sound server it is silent, and looks for one
/// from time to time.
#[derive(Clone, Copy, Debug, Default)]
pub struct AudioPlugin;

/// How loud. Whoever changes it is heard at once; the player's [`Settings`] change it, where there are any.
#[derive(Resource, Clone, Copy, Debug, PartialEq)]
pub struct AudioSettings {
    /// Of everything, 0..=1 as on a slider.
    pub master: f32,
    /// Of what happens in the arena, 0..=1; signals of the match (countdown, chat, votes) follow `master` alone.
    pub effects: f32,
    pub muted: bool,
}

/// Where the ears are, metres, if not at the own body: where the camera is while one watches others.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq)]
pub struct Listener(pub Option<Vec2>);

/// The mixer's thread.
#[derive(Resource)]
struct Voice(Speaker);

impl Default for AudioSettings {
    fn default() -> AudioSettings {
        AudioSettings { master: 0.8, effects: 1.0, muted: false }
    }
}

impl AudioSettings {
    fn follow(&mut self, settings: &Settings) {
        self.master = f32::from(settings.volume.master) / 100.0;
        self.effects = f32::from(settings.volume.effects) / 100.0;
    }

    /// As amplitudes. A slider's way is squared: half of it shall sound like half.
    fn volume(&self) -> Command {
        let amplitude = |slider: f32| slider.clamp(0.0, 1.0) * slider.clamp(0.0, 1.0);
        let signals = if self.muted { 0.0 } else { amplitude(self.master) };
        Command::Volume { effects: signals * amplitude(self.effects), signals }
    }
}

impl Plugin for AudioPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<ViewModel>()
            .init_resource::<AudioSettings>()
            .init_resource::<Listener>()
            .insert_resource(Voice(Speaker::start(SEED, Box::new(output::open))))
            .add_systems(PostUpdate, (follow_settings, hear.run_if(resource_changed::<ViewModel>)).chain());
    }
}

fn follow_settings(
    player: Option<Res<Settings>>,
    mut settings: ResMut<AudioSettings>,
    voice: Res<Voice>,
    mut told: Local<Option<AudioSettings>>,
) {
    if let Some(player) = player.filter(|player| player.is_changed()) {
        settings.follow(&player);
    }
    if *told != Some(*settings) && voice.0.send(settings.volume()) {
        *told = Some(*settings);
    }
}

fn hear(
    view: Res<ViewModel>,
    listener: Res<Listener>,
    voice: Res<Voice>,
    mut cues: Local<Cues>,
    mut at: Local<Vec2>,
    mut commands: Local<Vec<Command>>,
) {
    let own = view.own.filter(|own| own.alive).map(|own| own.pos);
    // Who is dead and watches nobody listens from where it fell.
    *at = own.or(listener.0).unwrap_or(*at);
    cues.listen(&view, *at, &mut commands);
    for command in commands.drain(..) {
        voice.0.send(command);
    }
}

/// The same effects in every game: there is nothing to gain from others.
const SEED: u64 = 0x7469_636b_7368_6f74;
