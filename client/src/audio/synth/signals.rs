//! What the match says to its players: countdown, rounds, votes, chat. Tuned to each other (C major, its minor for losses).

use super::dsp::{Clip, Filter, Noise, Osc, between, decay, glide, strike, swell};
use tickshot_shared::rng::Rng;

/// A struck block of wood: once a second before it begins.
pub(super) fn countdown(rng: &mut Rng) -> Vec<f32> {
    let mut clip = Clip::new(0.22);
    let (mut noise, mut click) = (Noise::new(rng), Filter::default());
    clip.add(0.0, 0.03, |t| 0.9 * decay(t, 0.002) * click.band(noise.next(), 2600.0, 1.2));
    for (ratio, share, tau) in [(1.0, 1.0, 0.040), (2.57, 0.45, 0.016), (4.9, 0.2, 0.008)] {
        let mut partial = Osc::default();
        clip.add(0.0, 0.2, |t| {
            share * strike(t, 0.0006, tau) * partial.sine(523.3 * ratio * glide(t, 1.05, 1.0, 0.01))
        });
    }
    clip.drive(1.4).room(0.5, 0.16).finish()
}

/// A horn over a drum: go.
pub(super) fn round_began(rng: &mut Rng) -> Vec<f32> {
    let mut clip = Clip::new(1.1);
    drum(&mut clip, rng, 0.0, 1.0);
    horn(&mut clip, rng, 0.0, 0.75, &[261.6, 392.0, 523.3], 0.30);
    clip.drive(1.6).room(0.72, 0.28).finish()
}

/// Up the chord and stay there.
pub(super) fn round_won(rng: &mut Rng) -> Vec<f32> {
    let mut clip = Clip::new(1.5);
    drum(&mut clip, rng, 0.0, 0.6);
    for (i, hz) in [523.3, 659.3, 784.0, 1046.5].into_iter().enumerate() {
        bell(&mut clip, 0.11 * i as f32, hz, 0.42, if i == 3 { 0.34 } else { 0.14 });
    }
    horn(&mut clip, rng, 0.33, 0.7, &[261.6, 329.6, 392.0, 523.3], 0.16);
    clip.drive(1.3).room(0.76, 0.3).finish()
}

/// Down, into the minor.
pub(super) fn round_lost(rng: &mut Rng) -> Vec<f32> {
    let mut clip = Clip::new(1.5);
    for (i, hz) in [392.0, 311.1, 261.6].into_iter().enumerate() {
        let at = 0.19 * i as f32;
        bell(&mut clip, at, hz, 0.34, if i == 2 { 0.36 } else { 0.16 });
        horn(&mut clip, rng, at, if i == 2 { 0.75 } else { 0.24 }, &[hz / 2.0, hz * 0.5946], 0.20);
    }
    drum(&mut clip, rng, 0.38, 0.8);
    clip.drive(1.4).room(0.78, 0.32).finish()
}

/// Neither up nor down.
pub(super) fn round_drawn(rng: &mut Rng) -> Vec<f32> {
    let mut clip = Clip::new(1.1);
    for at in [0.0, 0.2] {
        bell(&mut clip, at, 392.0, 0.40, 0.2);
        horn(&mut clip, rng, at, 0.28, &[196.0, 293.7], 0.18);
    }
    clip.drive(1.3).room(0.72, 0.28).finish()
}

/// A gong.
pub(super) fn match_over(rng: &mut Rng) -> Vec<f32> {
    let mut clip = Clip::new(2.6);
    drum(&mut clip, rng, 0.0, 1.0);
    let partials = [
        (1.0, 0.50, 0.66),
        (1.48, 0.36, 0.6),
        (2.07, 0.42, 0.55),
        (2.83, 0.32, 0.42),
        (3.91, 0.28, 0.34),
        (5.3, 0.22, 0.24),
    ];
    for (i, (ratio, share, tau)) in partials.into_iter().enumerate() {
        // Two of each, a little apart: they beat. The high ones bloom after the blow.
        for apart in [0.997, 1.003] {
            let (mut partial, hz) = (Osc::default(), 196.0 * ratio * apart * between(rng, 0.995, 1.005));
            let bloom = 0.002 + 0.03 * i as f32;
            clip.add(0.0, 7.0 * tau, |t| 0.5 * share * strike(t, bloom, tau) * partial.sine(hz));
        }
    }
    let (mut noise, mut wash) = (Noise::new(rng), Filter::default());
    clip.add(0.0, 1.6, |t| 0.30 * strike(t, 0.09, 0.30) * wash.band(noise.next(), glide(t, 2600.0, 800.0, 0.5), 1.0));
    clip.drive(1.5).room(0.8, 0.25).finish()
}

/// A drop.
pub(super) fn chat(rng: &mut Rng) -> Vec<f32> {
    let mut clip = Clip::new(0.2);
    let (mut noise, mut lip) = (Noise::new(rng), Filter::default());
    clip.add(0.0, 0.03, |t| 0.4 * decay(t, 0.003) * lip.band(noise.next(), 1800.0, 1.5));
    let (mut drop, mut over) = (Osc::default(), Osc::default());
    clip.add(0.0, 0.18, |t| {
        let hz = 480.0 + 520.0 * (t / 0.045).min(1.0);
        strike(t, 0.006, 0.030) * (drop.sine(hz) + 0.22 * over.sine(2.01 * hz))
    });
    clip.room(0.45, 0.18).finish()
}

/// A question.
pub(super) fn vote(rng: &mut Rng) -> Vec<f32> {
    let mut clip = Clip::new(0.75);
    shimmer(&mut clip, rng, 0.0, 0.4, &[392.0], 0.12);
    bell(&mut clip, 0.0, 587.3, 0.45, 0.13);
    bell(&mut clip, 0.13, 523.3, 0.40, 0.13);
    bell(&mut clip, 0.26, 784.0, 0.50, 0.20);
    clip.room(0.6, 0.24).finish()
}

/// A struck bar: its partials die the sooner the higher they are, and the mallet can be heard.
pub(super) fn bell(clip: &mut Clip, at: f32, hz: f32, size: f32, tau: f32) {
    for (ratio, share, dies) in [(1.0, 1.0, 1.0), (2.002, 0.55, 0.7), (3.93, 0.45, 0.3), (9.2, 0.14, 0.09)] {
        let (mut partial, mut twin) = (Osc::default(), Osc::default());
        clip.add(at, 6.0 * tau * dies, |t| {
            0.5 * size
                * share
                * strike(t, 0.0012, tau * dies)
                * (partial.sine(hz * ratio) + twin.sine(hz * ratio * 1.0028))
        });
    }
}

/// Soft voices with a breath in them, that come and go.
pub(super) fn shimmer(clip: &mut Clip, rng: &mut Rng, at: f32, length: f32, notes: &[f32], size: f32) {
    for &hz in notes {
        let (mut voice, mut twin, mut waver) = (Osc::default(), Osc::default(), Osc::default());
        let (mut noise, mut breath) = (Noise::new(rng), Filter::default());
        clip.add(at, length, |t| {
            let bend = 1.0 + 0.003 * waver.sine(5.5);
            let tone = voice.sine(hz * bend) + 0.7 * twin.sine(hz * 2.004 * bend);
            size * swell(t, length) * (tone + 1.6 * breath.band(noise.next(), hz * 2.0, 9.0))
        });
    }
}

/// Brass: saws a little out of tune, opening as they are blown.
fn horn(clip: &mut Clip, rng: &mut Rng, at: f32, length: f32, notes: &[f32], size: f32) {
    for &hz in notes {
        for apart in [0.9965, 1.0035] {
            let (mut reed, mut bell) = (Osc::default(), Filter::default());
            let hz = hz * apart * between(rng, 0.9985, 1.0015);
            clip.add(at, length + 0.25, |t| {
                let blown = (t / 0.03).min(1.0) * decay((t - length).max(0.0), 0.07) * glide(t, 1.0, 0.7, 0.2);
                let open = hz * (1.5 + 5.0 * (t / 0.09).min(1.0) * decay(t, length));
                0.75 * size * blown * bell.low(reed.saw(hz), open, 0.9)
            });
        }
    }
}

fn drum(clip: &mut Clip, rng: &mut Rng, at: f32, size: f32) {
    let (mut noise, mut skin, mut body) = (Noise::new(rng), Filter::default(), Osc::default());
    clip.add(at, 0.5, |t| {
        let tone = strike(t, 0.002, 0.11) * body.sine(glide(t, 150.0, 58.0, 0.035));
        size * (tone + 0.8 * strike(t, 0.001, 0.022) * skin.low(noise.next(), 1900.0, 0.8))
    });
}
