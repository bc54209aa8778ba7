//! Sound without a loudspeaker: effects, mixing and cues as numbers; and, where a sound server can be started, with one.
#![cfg(feature = "sound")]

mod effects;
mod hearing;
mod mixing;
mod plugin;
#[cfg(unix)]
mod server;

/// Loudness of a signal, as amplitude.
pub fn rms(samples: impl IntoIterator<Item = f32>) -> f32 {
    let (sum, count) = samples.into_iter().fold((0.0, 0), |(sum, count), sample| (sum + sample * sample, count + 1));
    (sum / count.max(1) as f32).sqrt()
}
