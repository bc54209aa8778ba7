//! What happens to bodies: hits, steps, dashes, deaths, what they pick up.

use super::dsp::{Clip, Filter, Noise, Osc, between, decay, glide, strike, swell};
use super::signals::{bell, shimmer};
use super::weapons::{knock, latch};
use tickshot_shared::rng::Rng;

/// A crisp answer that stands out of any fight: short, bright, more wood than whistle.
pub(super) fn hit_given(rng: &mut Rng) -> Vec<f32> {
    let mut clip = Clip::new(0.14);
    let pitch = between(rng, 0.98, 1.02);
    let (mut noise, mut click) = (Noise::new(rng), Filter::default());
    clip.add(0.0, 0.03, |t| 1.4 * decay(t, 0.003) * click.band(noise.next(), 3400.0, 1.0));
    for (hz, share, tau) in [(1180.0, 0.6, 0.017), (1905.0, 0.5, 0.013), (3310.0, 0.3, 0.007)] {
        let mut partial = Osc::default();
        clip.add(0.0, 0.12, |t| share * strike(t, 0.0005, tau) * partial.sine(pitch * hz * glide(t, 1.12, 1.0, 0.006)));
    }
    clip.drive(1.5).room(0.25, 0.08).finish()
}

/// The same answer, and a small bell: it is done.
pub(super) fn kill(rng: &mut Rng) -> Vec<f32> {
    let mut clip = Clip::new(0.55);
    latch(&mut clip, rng, 0.0, 0.5, 0.8);
    knock(&mut clip, rng, 0.0, 0.8);
    bell(&mut clip, 0.015, 784.0, 0.40, 0.09);
    bell(&mut clip, 0.085, 1174.7, 0.50, 0.14);
    clip.room(0.55, 0.2).finish()
}

/// A blow: a thud with torn edges.
pub(super) fn hit_taken(rng: &mut Rng) -> Vec<f32> {
    let mut clip = Clip::new(0.26);
    let pitch = between(rng, 0.92, 1.08);
    let mut thud = Osc::default();
    clip.add(0.0, 0.25, |t| 0.9 * strike(t, 0.001, 0.036) * thud.sine(pitch * glide(t, 290.0, 82.0, 0.018)));
    let (mut noise, mut flesh) = (Noise::new(rng), Filter::default());
    clip.add(0.0, 0.18, |t| {
        2.2 * strike(t, 0.001, 0.030) * flesh.low(noise.next(), glide(t, 2600.0, 500.0, 0.02), 0.8)
    });
    let (mut noise, mut tear) = (Noise::new(rng), Filter::default());
    clip.add(0.003, 0.12, |t| 1.4 * strike(t, 0.004, 0.032) * tear.band(noise.next(), pitch * 1150.0, 2.2));
    clip.drive(1.8).room(0.35, 0.10).finish()
}

/// The heel, then the sole.
pub(super) fn step(rng: &mut Rng) -> Vec<f32> {
    let mut clip = Clip::new(0.17);
    let (floor, sole) = (between(rng, 0.85, 1.2), between(rng, 0.026, 0.044));
    let (mut noise, mut heel) = (Noise::new(rng), Filter::default());
    clip.add(0.0, 0.09, |t| 1.9 * strike(t, 0.0015, 0.014) * heel.low(noise.next(), 900.0 * floor, 1.1));
    let mut weight = Osc::default();
    clip.add(0.0, 0.1, |t| 0.4 * strike(t, 0.002, 0.016) * weight.sine(floor * glide(t, 190.0, 95.0, 0.012)));
    let (mut noise, mut grit) = (Noise::new(rng), Filter::default());
    let size = between(rng, 0.4, 0.75);
    clip.add(sole, 0.1, |t| size * strike(t, 0.008, 0.016) * grit.band(noise.next(), 2300.0 * floor, 1.1));
    clip.room(0.35, 0.12).finish()
}

/// Air torn apart, a push from below.
pub(super) fn dash(rng: &mut Rng) -> Vec<f32> {
    let mut clip = Clip::new(0.40);
    let (mut noise, mut air) = (Noise::new(rng), Filter::default());
    let top = between(rng, 2300.0, 3000.0);
    clip.add(0.0, 0.34, |t| {
        let rise = swell(t.sqrt() * 0.58, 0.34);
        1.2 * rise * air.band(noise.next(), 380.0 + top * swell(t, 0.30), 1.3)
    });
    let mut push = Osc::default();
    clip.add(0.0, 0.2, |t| 0.55 * strike(t, 0.012, 0.055) * push.sine(glide(t, 150.0, 55.0, 0.05)));
    clip.drive(1.3).room(0.45, 0.15).finish()
}

/// Somebody goes down: a hurt breath through a voice's two hollows, then the fall.
pub(super) fn died(rng: &mut Rng) -> Vec<f32> {
    let mut clip = Clip::new(0.72);
    let pitch = between(rng, 0.85, 1.15);
    let (mut cords, mut chest, mut mouth) = (Osc::default(), Filter::default(), Filter::default());
    let mut breath = Noise::new(rng);
    clip.add(0.0, 0.32, |t| {
        let source = cords.saw(pitch * glide(t, 205.0, 88.0, 0.11)) + 0.7 * breath.next();
        let voiced = chest.band(source, pitch * glide(t, 720.0, 430.0, 0.1), 3.5)
            + 0.5 * mouth.band(source, pitch * glide(t, 1250.0, 950.0, 0.1), 4.0);
        1.1 * strike(t, 0.012, 0.10) * voiced
    });
    for (at, size) in [(0.19, 1.0), (0.31, 0.55)] {
        let (mut noise, mut fall, mut ground) = (Noise::new(rng), Filter::default(), Osc::default());
        clip.add(at, 0.2, |t| {
            size * strike(t, 0.002, 0.035)
                * (1.3 * fall.low(noise.next(), 480.0, 0.9) + 0.7 * ground.sine(glide(t, 105.0, 48.0, 0.03)))
        });
    }
    clip.drive(1.8).room(0.6, 0.22).finish()
}

/// The own end: a heavy blow, the world sinks away.
pub(super) fn own_died(rng: &mut Rng) -> Vec<f32> {
    let mut clip = Clip::new(1.5);
    let (mut noise, mut blow) = (Noise::new(rng), Filter::default());
    clip.add(0.0, 0.3, |t| 1.5 * strike(t, 0.001, 0.05) * blow.low(noise.next(), glide(t, 2200.0, 300.0, 0.04), 0.8));
    let mut ground = Osc::default();
    clip.add(0.0, 0.8, |t| 1.3 * strike(t, 0.003, 0.16) * ground.sine(glide(t, 120.0, 34.0, 0.07)));
    let (mut low, mut fifth, mut dark) = (Osc::default(), Osc::default(), Filter::default());
    clip.add(0.05, 1.4, |t| {
        let hz = glide(t, 196.0, 87.0, 0.45);
        let both = low.saw(hz) + 0.7 * fifth.saw(hz * 1.1892);
        0.55 * strike(t, 0.06, 0.36) * dark.low(both, glide(t, 1500.0, 160.0, 0.35), 1.2)
    });
    clip.drive(1.7).room(0.8, 0.35).finish()
}

/// Something comes into being: air that gathers upwards, and a chord out of it.
pub(super) fn spawned(rng: &mut Rng) -> Vec<f32> {
    let mut clip = Clip::new(0.8);
    let (mut noise, mut air) = (Noise::new(rng), Filter::default());
    clip.add(0.0, 0.42, |t| 0.7 * swell(t * t / 0.42, 0.46) * air.band(noise.next(), 300.0 + 9000.0 * t * t, 2.4));
    shimmer(&mut clip, rng, 0.16, 0.6, &[392.0, 587.3, 880.0], 0.22);
    let mut ground = Osc::default();
    clip.add(0.24, 0.3, |t| 0.5 * strike(t, 0.004, 0.06) * ground.sine(glide(t, 140.0, 70.0, 0.04)));
    clip.room(0.7, 0.3).finish()
}

/// Both beats of a heart, as heard from inside.
pub(super) fn heartbeat(rng: &mut Rng) -> Vec<f32> {
    let mut clip = Clip::new(0.42);
    for (at, size, hz) in [(0.0, 1.0, 74.0), (0.17, 0.75, 88.0)] {
        let (mut noise, mut wall, mut beat) = (Noise::new(rng), Filter::default(), Osc::default());
        clip.add(at, 0.22, |t| {
            // A little of the second harmonic: small loudspeakers have nothing below 100 Hz.
            let tone = beat.sine(glide(t, hz * 2.2, hz * 0.9, 0.04));
            size * strike(t, 0.008, 0.045) * (tone + 0.6 * tone * tone + 1.4 * wall.low(noise.next(), 260.0, 1.0))
        });
    }
    clip.drive(2.0).finish()
}

/// Warm, upwards: two bells on a soft breath.
pub(super) fn pickup_health(rng: &mut Rng) -> Vec<f32> {
    let mut clip = Clip::new(0.62);
    shimmer(&mut clip, rng, 0.0, 0.4, &[329.6, 493.9], 0.20);
    bell(&mut clip, 0.0, 659.3, 0.45, 0.12);
    bell(&mut clip, 0.09, 987.8, 0.50, 0.17);
    clip.room(0.6, 0.25).finish()
}

/// Plates that close.
pub(super) fn pickup_armour(rng: &mut Rng) -> Vec<f32> {
    let mut clip = Clip::new(0.6);
    knock(&mut clip, rng, 0.0, 0.8);
    for (at, pitch, size) in [(0.0, 1.0, 0.6), (0.075, 1.26, 0.75)] {
        latch(&mut clip, rng, at, size, 0.7 * pitch);
        for (ratio, share, tau) in [(1.0, 0.34, 0.16), (2.76, 0.22, 0.09), (5.40, 0.12, 0.05)] {
            let mut partial = Osc::default();
            clip.add(at, 0.5, |t| size * share * strike(t, 0.0008, tau) * partial.sine(415.0 * pitch * ratio));
        }
    }
    clip.drive(1.3).room(0.55, 0.2).finish()
}

/// A handful of shells and the box they lie in.
pub(super) fn pickup_ammo(rng: &mut Rng) -> Vec<f32> {
    let mut clip = Clip::new(0.42);
    knock(&mut clip, rng, 0.0, 0.9);
    for (at, size) in [(0.0, 0.55), (0.055, 0.5), (0.095, 0.62), (0.15, 0.4)] {
        let pitch = between(rng, 0.8, 1.25);
        latch(&mut clip, rng, at, size, pitch);
    }
    knock(&mut clip, rng, 0.15, 0.6);
    clip.room(0.45, 0.18).finish()
}

/// It is there again: a breath and a glint.
pub(super) fn pickup_back(rng: &mut Rng) -> Vec<f32> {
    let mut clip = Clip::new(0.7);
    let (mut noise, mut air) = (Noise::new(rng), Filter::default());
    clip.add(0.0, 0.4, |t| 0.4 * swell(t, 0.4) * air.band(noise.next(), 900.0 + 4200.0 * t, 3.0));
    shimmer(&mut clip, rng, 0.08, 0.55, &[523.3, 784.0, 1174.7], 0.22);
    clip.room(0.7, 0.3).finish()
}
