//! Every effect by itself.

use crate::rms;
use tickshot_client::audio::sounds::Sound;
use tickshot_client::audio::synth::{RATE_HZ, render};

/// Every take of every sound.
fn takes() -> impl Iterator<Item = (Sound, usize, Vec<f32>)> {
    Sound::ALL
        .into_iter()
        .flat_map(|sound| (0..sound.table().takes).map(move |take| (sound, take, render(sound, SEED, take))))
}

#[test]
fn every_effect_is_finite_heard_below_full_scale_and_ends_in_silence() {
    for (sound, take, samples) in takes() {
        let name = sound.table().name;
        assert!(samples.iter().all(|sample| sample.is_finite()), "{name} {take}");
        let peak = samples.iter().fold(0.0f32, |peak, sample| peak.max(sample.abs()));
        assert!((0.3..1.0).contains(&peak), "{name} {take} peaks at {peak}");
        let seconds = samples.len() as f32 / RATE_HZ as f32;
        assert!((0.1..3.0).contains(&seconds), "{name} {take} lasts {seconds} s");
        if !sound.table().looped {
            assert!(samples[0].abs() < 1e-3, "{name} {take} begins with a click");
            let end = rms(samples[samples.len() - 100..].iter().copied());
            assert!(end < 2e-3, "{name} {take} is cut off at {end}");
        }
    }
}

#[test]
fn effects_are_equally_loud_before_their_levels_are_applied() {
    for (sound, take, samples) in takes() {
        let loudest = samples.chunks(1440).map(|chunk| rms(chunk.iter().copied())).fold(0.0, f32::max);
        assert!((0.1..0.75).contains(&loudest), "{} {take}: {loudest}", sound.table().name);
    }
}

#[test]
fn the_same_seed_makes_the_same_effect_and_another_take_another() {
    for sound in Sound::ALL {
        assert_eq!(render(sound, SEED, 0), render(sound, SEED, 0));
        if sound.table().takes > 1 {
            assert_ne!(render(sound, SEED, 0), render(sound, SEED, 1), "{}", sound.table().name);
        }
    }
}

#[test]
fn a_looped_effect_joins_its_end_to_its_beginning() {
    for sound in Sound::ALL.into_iter().filter(|sound| sound.table().looped) {
        let samples = render(sound, SEED, 0);
        let steps: Vec<f32> = samples.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
        let seam = (samples[0] - samples[samples.len() - 1]).abs();
        let highest = steps.iter().copied().fold(0.0, f32::max);
        assert!(seam <= highest, "{}: {seam} at the seam, at most {highest} elsewhere", sound.table().name);
        let half = samples.len() / 2;
        let (first, second) = (rms(samples[..half].iter().copied()), rms(samples[half..].iter().copied()));
        assert!((0.8..1.25).contains(&(first / second)), "level throughout: {first}, {second}");
    }
}

/// A bare beep has all its power in one place. Here at least a quarter of every effect's lies elsewhere: a transient,
/// noise, partials.
#[test]
fn no_effect_is_a_bare_tone() {
    for (sound, take, samples) in takes() {
        let samples = &samples[..samples.len().min(RATE_HZ as usize / 10)];
        let total: f32 = samples.iter().map(|sample| sample * sample).sum();
        let strongest = (1..400).map(|i| tone_power(samples, i as f32 * 12.5)).fold(0.0, f32::max);
        let share = strongest / total;
        assert!(share < 0.75, "{} {take}: {share} of its first 0.1 s is one tone", sound.table().name);
    }
}

/// Power of `samples` at one frequency, as a share comparable to the sum of their squares (Goertzel, 1958).
fn tone_power(samples: &[f32], hz: f32) -> f32 {
    let turn = std::f32::consts::TAU * hz / RATE_HZ as f32;
    let (mut a, mut b) = (0.0f32, 0.0f32);
    for sample in samples {
        (a, b) = (sample + 2.0 * turn.cos() * a - b, a);
    }
    2.0 * (a * a + b * b - 2.0 * turn.cos() * a * b) / samples.len() as f32
}

const SEED: u64 = 7;
