//! The way to the loudspeakers, as the mixer's thread sees it: something that takes blocks, or a reason why there is none.
//!
//! Another system's sound is another implementor of [`Output`] and an arm of [`open`]. Must not know what is played.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Takes interleaved stereo (left, right, -1..=1) at [`RATE_HZ`](super::synth::RATE_HZ), at its own pace.
pub trait Output: Send {
    /// Asks `fill` for blocks, whenever there is room for more, until it says [`Flow::Last`]; then plays what it has and
    /// returns. Asks with an empty block at least every 0.1 s when it needs nothing. An error means that the device is gone.
    fn play(&mut self, fill: &mut Fill<'_>, meter: &Meter) -> Result<(), OutputError>;

    /// What it is, for a log.
    fn name(&self) -> String;
}

/// Writes all of the block it is given.
pub type Fill<'a> = dyn FnMut(&mut [f32]) -> Flow + 'a;

/// Whether more will come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    More,
    Last,
}

/// Why there is no sound (any more).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutputError {
    #[error("no sound server: {0}")]
    Absent(String),
    #[error("the sound server refused us: {0}")]
    Refused(String),
    #[error("the sound server went away: {0}")]
    Lost(String),
}

/// What the thread tells about itself; written by it, read by anyone.
#[derive(Debug, Default)]
pub struct Meter {
    playing: AtomicBool,
    latency_us: AtomicU32,
    frames: AtomicU64,
    underruns: AtomicU32,
    dropped: AtomicU64,
}

impl Meter {
    /// A device is taking blocks.
    pub fn playing(&self) -> bool {
        self.playing.load(Relaxed)
    }

    /// From a block being asked for to it being heard, as the device last said.
    pub fn latency(&self) -> Option<Duration> {
        let us = self.latency_us.load(Relaxed);
        (us > 0).then(|| Duration::from_micros(us.into()))
    }

    /// Frames handed to devices.
    pub fn frames(&self) -> u64 {
        self.frames.load(Relaxed)
    }

    /// Times a device had nothing to play.
    pub fn underruns(&self) -> u32 {
        self.underruns.load(Relaxed)
    }

    /// Commands that did not fit into the queue.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Relaxed)
    }

    pub(super) fn set_playing(&self, playing: bool) {
        self.playing.store(playing, Relaxed);
    }

    pub(super) fn set_latency(&self, latency: Duration) {
        self.latency_us.store(u32::try_from(latency.as_micros()).unwrap_or(u32::MAX), Relaxed);
    }

    pub(super) fn count_frames(&self, frames: usize) {
        self.frames.fetch_add(frames as u64, Relaxed);
    }

    pub(super) fn count_underrun(&self) {
        self.underruns.fetch_add(1, Relaxed);
    }

    pub(super) fn count_dropped(&self) {
        self.dropped.fetch_add(1, Relaxed);
    }
}

/// The PulseAudio server whose socket is at `path`.
#[cfg(unix)]
pub fn open_at(path: &std::path::Path) -> Result<Box<dyn Output>, OutputError> {
    Ok(Box::new(super::pulse::Pulse::connect_to(path, Vec::new())?))
}

/// This system's sound.
pub fn open() -> Result<Box<dyn Output>, OutputError> {
    #[cfg(unix)]
    return Ok(Box::new(super::pulse::Pulse::connect()?));
    #[cfg(not(unix))]
    return Err(OutputError::Absent("this system's sound is not supported yet; the game is silent".to_owned()));
}
