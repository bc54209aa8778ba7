//! One sound being played: reads its take at its pitch, filtered, into both ears.
//!
//! Works in blocks; what changes, changes along a block, so that nothing clicks. Must not know of other voices.

use super::place::Placement;
use super::synth::RATE_HZ;

/// A voice. Free when `!busy()`.
#[derive(Clone, Debug, Default)]
pub(super) struct Voice {
    playing: bool,
    /// Which take: index of the sound, index of the take.
    pub(super) take: (usize, usize),
    /// Where it reads next, samples, and how far it moves per sample out.
    at: f32,
    whole: usize,
    pitch: f32,
    looped: bool,
    /// What a held voice is held by, and for how many blocks to come.
    pub(super) key: Option<u32>,
    hold_blocks: u32,
    /// Amplitudes now, and where they go: left, right.
    gain: [f32; 2],
    target: [f32; 2],
    /// Share of the way to the target per block.
    approach: f32,
    /// Fades out within the next block.
    dying: bool,
    muffle: f32,
    muffle_target: f32,
    /// Two low-passes in a row.
    low: [f32; 2],
}

/// How a voice starts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start {
    pub(super) take: (usize, usize),
    pub(super) pitch: f32,
    pub(super) looped: bool,
    pub(super) key: Option<u32>,
    pub(super) place: Placement,
}

impl Voice {
    pub(super) fn start(start: Start) -> Voice {
        let target = [start.place.left, start.place.right];
        Voice {
            playing: true,
            take: start.take,
            pitch: start.pitch,
            looped: start.looped,
            key: start.key,
            hold_blocks: HOLD_BLOCKS,
            // An effect begins with silence of its own; a loop begins in the middle of a noise.
            gain: if start.looped { [0.0; 2] } else { target },
            target,
            approach: APPROACH,
            muffle: start.place.muffle,
            muffle_target: start.place.muffle,
            ..Voice::default()
        }
    }

    pub(super) fn busy(&self) -> bool {
        self.playing
    }

    /// Counts among those that may sound at once.
    pub(super) fn alive(&self) -> bool {
        self.playing && !self.dying
    }

    /// Still wanted, from here.
    pub(super) fn hold(&mut self, place: Placement) {
        self.hold_blocks = HOLD_BLOCKS;
        self.target = [place.left, place.right];
        self.muffle_target = place.muffle;
    }

    /// Ends within a block.
    pub(super) fn stop(&mut self) {
        self.dying = true;
        self.key = None;
    }

    /// How much would be missed without it: what is left of it, as loud as it is. `length` of its take, samples.
    pub(super) fn worth(&self, length: usize) -> f32 {
        let left = if self.looped { 0.5 } else { 1.0 - (self.whole as f32 / length.max(1) as f32).min(1.0) };
        self.target[0].max(self.target[1]) * left
    }

    /// Adds one block to `out` (left, right, left...), at `group` times its own loudness. `samples` is its take.
    pub(super) fn render(&mut self, samples: &[f32], group: f32, out: &mut [f32]) {
        // What has no end of its own lives as long as somebody holds it.
        if self.looped && self.hold_blocks == 0 {
            self.stop();
        }
        self.hold_blocks = self.hold_blocks.saturating_sub(1);
        let frames = (out.len() / 2) as f32;
        let to = if self.dying {
            [0.0; 2]
        } else {
            [0, 1].map(|ear| self.gain[ear] + (self.target[ear] - self.gain[ear]) * self.approach)
        };
        let step = [0, 1].map(|ear| (to[ear] - self.gain[ear]) / frames);
        self.muffle += (self.muffle_target - self.muffle) * self.approach;
        let pass = low_pass_share(self.muffle);
        for frame in out.chunks_exact_mut(2) {
            let Some(sample) = self.next(samples) else {
                self.playing = false;
                return;
            };
            self.low[0] += pass * (sample - self.low[0]);
            self.low[1] += pass * (self.low[0] - self.low[1]);
            for ear in 0..2 {
                self.gain[ear] += step[ear];
                frame[ear] += self.low[1] * self.gain[ear] * group;
            }
        }
        self.playing = !self.dying;
    }

    /// The next sample, between two of the take; `None` at its end.
    fn next(&mut self, samples: &[f32]) -> Option<f32> {
        let before = *samples.get(self.whole)?;
        let next = if self.looped { (self.whole + 1) % samples.len() } else { self.whole + 1 };
        let after = samples.get(next).copied().unwrap_or(0.0);
        let value = before + (after - before) * self.at;
        self.at += self.pitch;
        let moved = self.at as usize;
        self.at -= moved as f32;
        self.whole += moved;
        if self.looped {
            self.whole %= samples.len();
        }
        Some(value)
    }
}

/// Share of the way that a one-pole low-pass goes per sample: from all of it (nothing muffled) down to [`MUFFLED_HZ`].
fn low_pass_share(muffle: f32) -> f32 {
    if muffle <= 0.0 {
        return 1.0;
    }
    let hz = OPEN_HZ * (MUFFLED_HZ / OPEN_HZ).powf(muffle.min(1.0));
    1.0 - (-std::f32::consts::TAU * hz / RATE_HZ as f32).exp()
}

/// Frames rendered at a time: gains move in steps of 2.7 ms.
pub(super) const BLOCK_FRAMES: usize = 128;
/// A held voice that nobody holds any more goes after 0.2 s: longer than any frame, shorter than a puzzlement.
const HOLD_BLOCKS: u32 = RATE_HZ / 5 / BLOCK_FRAMES as u32;
/// Gains and muffling follow within about 12 ms.
const APPROACH: f32 = 0.2;
/// Where muffling begins and ends to cut.
const OPEN_HZ: f32 = 20_000.0;
const MUFFLED_HZ: f32 = 620.0;
