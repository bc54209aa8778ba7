//! All voices into one stereo stream that never clips: bounded, without locks or allocation once it runs.
//!
//! Commands say what to play; blocks come out. Must not know devices, threads or what the commands are about.

use super::place::Placement;
use super::sounds::{Group, Sound};
use super::synth::Bank;
use super::voice::{BLOCK_FRAMES, Start, Voice};
use tickshot_shared::rng::Rng;

/// What can be asked of the mixer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Command {
    /// Play a sound once; of one that is looped, 0.2 s.
    Play { sound: Sound, place: Placement },
    /// Play a sound for as long as this is said again at least every 0.2 s, from wherever it is then. `key` tells it from
    /// others.
    Hold { key: u32, sound: Sound, place: Placement },
    /// Loudness of the groups, 0..=1 as amplitudes.
    Volume { effects: f32, signals: f32 },
    /// Everything ends now.
    Hush,
}

/// The voices and what follows them.
pub struct Mixer {
    bank: Bank,
    voices: [Voice; VOICE_SLOTS],
    /// Loudness now and where it goes: effects, signals.
    volume: [f32; 2],
    volume_target: [f32; 2],
    limiter: Limiter,
    rng: Rng,
    /// Take played last of each sound: the next one is another.
    last_take: [usize; Sound::ALL.len()],
    /// The rendered block, and how much of it has been handed out.
    block: [f32; BLOCK_SAMPLES],
    given: usize,
    /// Sounds that found no voice.
    refused: u64,
}

impl Mixer {
    /// `seed` draws takes and pitches.
    pub fn new(bank: Bank, seed: u64) -> Mixer {
        Mixer {
            bank,
            voices: std::array::from_fn(|_| Voice::default()),
            volume: [1.0; 2],
            volume_target: [1.0; 2],
            limiter: Limiter::default(),
            rng: Rng::fork(seed, 0x5041_4e44),
            last_take: [0; Sound::ALL.len()],
            block: [0.0; BLOCK_SAMPLES],
            given: BLOCK_SAMPLES,
            refused: 0,
        }
    }

    pub fn handle(&mut self, command: Command) {
        match command {
            Command::Play { sound, place } => self.start(sound, place.scaled(sound.table().level * LIFT), None),
            Command::Hold { key, sound, place } => {
                let place = place.scaled(sound.table().level * LIFT);
                let index = sound.index();
                let held = |voice: &&mut Voice| voice.alive() && voice.key == Some(key) && voice.take.0 == index;
                match self.voices.iter_mut().find(held) {
                    Some(voice) => voice.hold(place),
                    None => self.start(sound, place, Some(key)),
                }
            }
            Command::Volume { effects, signals } => {
                self.volume_target = [effects, signals].map(|volume| volume.clamp(0.0, 1.0));
            }
            Command::Hush => self.voices.iter_mut().for_each(Voice::stop),
        }
    }

    /// Fills `out` (left, right, left...), any length.
    pub fn fill(&mut self, out: &mut [f32]) {
        let mut filled = 0;
        while filled < out.len() {
            if self.given == BLOCK_SAMPLES {
                self.render_block();
            }
            let count = (out.len() - filled).min(BLOCK_SAMPLES - self.given);
            out[filled..filled + count].copy_from_slice(&self.block[self.given..self.given + count]);
            self.given += count;
            filled += count;
        }
    }

    /// Nothing is to come: no voice, and nothing rendered that has not been handed out.
    pub fn is_silent(&self) -> bool {
        let rendered = self.limiter.held.iter().chain(&self.block[self.given..]);
        self.voices.iter().all(|voice| !voice.busy()) && rendered.into_iter().all(|sample| *sample == 0.0)
    }

    /// Voices that sound now.
    pub fn voices(&self) -> usize {
        self.voices.iter().filter(|voice| voice.alive()).count()
    }

    /// Sounds that found no voice since the start, because all were worth more.
    pub fn refused(&self) -> u64 {
        self.refused
    }

    fn start(&mut self, sound: Sound, place: Placement, key: Option<u32>) {
        let table = sound.table();
        if !place.loudness().is_finite() || place.loudness() < INAUDIBLE {
            return;
        }
        if self.voices() >= VOICES_MAX && !self.silence_the_least(place.loudness()) {
            self.refused += 1;
            return;
        }
        let take = self.another_take(sound);
        let spread = (self.rng.next_u64() >> 40) as f32 / (1 << 23) as f32 - 1.0;
        let pitch = 1.0 + spread * table.pitch_spread;
        match self.voices.iter_mut().find(|voice| !voice.busy()) {
            Some(free) => {
                let take = (sound.index(), take);
                *free = Voice::start(Start { take, pitch, looped: table.looped, key, place });
            }
            None => self.refused += 1,
        }
    }

    /// Ends the voice that is worth least, if that is less than `worth`.
    fn silence_the_least(&mut self, worth: f32) -> bool {
        let bank = &self.bank;
        let length = |voice: &Voice| bank.samples(Sound::ALL[voice.take.0], voice.take.1).len();
        let alive = self.voices.iter_mut().filter(|voice| voice.alive());
        let least = alive.map(|voice| (voice.worth(length(voice)), voice)).min_by(|a, b| a.0.total_cmp(&b.0));
        match least {
            Some((least, voice)) if least < worth => {
                voice.stop();
                true
            }
            _ => false,
        }
    }

    fn another_take(&mut self, sound: Sound) -> usize {
        let takes = sound.table().takes;
        let last = &mut self.last_take[sound.index()];
        if takes > 1 {
            *last = (*last + 1 + self.rng.below(takes as u32 - 1) as usize) % takes;
        }
        *last
    }

    fn render_block(&mut self) {
        let mut mix = [0.0; BLOCK_SAMPLES];
        for group in 0..2 {
            self.volume[group] += (self.volume_target[group] - self.volume[group]) * VOLUME_APPROACH;
        }
        for voice in self.voices.iter_mut().filter(|voice| voice.busy()) {
            let sound = Sound::ALL[voice.take.0];
            let volume = match sound.table().group {
                Group::Effects => self.volume[0],
                Group::Signals => self.volume[1],
            };
            voice.render(self.bank.samples(sound, voice.take.1), volume, &mut mix);
        }
        self.limiter.pass(&mut mix);
        self.block = mix;
        self.given = 0;
    }
}

/// Turns down what would be too loud before it comes: one block late, its gain moves in straight lines between what two
/// neighbouring blocks need, and comes back slowly.
struct Limiter {
    held: [f32; BLOCK_SAMPLES],
    /// Gain that the held block needs, and the gain at its beginning.
    need: f32,
    gain: f32,
}

impl Default for Limiter {
    fn default() -> Limiter {
        Limiter { held: [0.0; BLOCK_SAMPLES], need: 1.0, gain: 1.0 }
    }
}

impl Limiter {
    /// Takes in `block` and leaves the one before in its place.
    fn pass(&mut self, block: &mut [f32; BLOCK_SAMPLES]) {
        let loudest = block.iter().fold(0.0f32, |loudest, sample| loudest.max(sample.abs()));
        let need = if loudest > CEILING { CEILING / loudest } else { 1.0 };
        let to = need.min(self.need).min(self.gain + RELEASE_PER_BLOCK);
        std::mem::swap(&mut self.held, block);
        for (i, frame) in block.chunks_exact_mut(2).enumerate() {
            let gain = self.gain + (to - self.gain) * i as f32 / BLOCK_FRAMES as f32;
            frame[0] *= gain;
            frame[1] *= gain;
        }
        (self.need, self.gain) = (need, to);
    }
}

/// Voices that may sound at once: more are noise, not information.
pub const VOICES_MAX: usize = 48;
/// Room for those that fade out beside them.
const VOICE_SLOTS: usize = VOICES_MAX + 16;
const BLOCK_SAMPLES: usize = 2 * BLOCK_FRAMES;
/// A single effect is well below full scale, so that several fit; this lifts them all, and the limiter does the rest.
const LIFT: f32 = 1.5;
/// Nothing leaves the mixer louder than this.
pub const CEILING: f32 = 0.97;
/// The limiter recovers fully within 0.3 s.
const RELEASE_PER_BLOCK: f32 = 0.009;
/// Volumes follow within about 30 ms.
const VOLUME_APPROACH: f32 = 0.1;
/// Softer than the last bit of 16: no voice for that.
const INAUDIBLE: f32 = 1.0 / 32768.0;
