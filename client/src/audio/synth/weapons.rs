//! Shots, rockets, bursts, and the handling of weapons.
//!
//! Every recipe draws its small differences from the stream it is given: each take is another shot of the same weapon.

use super::dsp::{Clip, Filter, Noise, Osc, between, decay, glide, strike, swell};
use tickshot_shared::rng::Rng;

/// A dry crack, a short knock in the chest, the hall.
pub(super) fn rifle(rng: &mut Rng) -> Vec<f32> {
    let mut clip = Clip::new(0.42);
    let (pitch, air) = (between(rng, 0.93, 1.07), between(rng, 0.9, 1.15));
    snap(&mut clip, rng, 0.0, 1.2, 0.0011);
    let (mut noise, mut crack) = (Noise::new(rng), Filter::default());
    clip.add(0.0, 0.16, |t| {
        2.1 * strike(t, 0.0006, 0.024) * crack.band(noise.next(), air * glide(t, 4800.0, 850.0, 0.016), 0.7)
    });
    let mut body = Osc::default();
    clip.add(0.0, 0.2, |t| 0.8 * strike(t, 0.001, 0.032) * body.sine(pitch * glide(t, 520.0, 105.0, 0.011)));
    let (mut noise, mut tail) = (Noise::new(rng), Filter::default());
    clip.add(0.004, 0.36, |t| {
        0.75 * strike(t, 0.006, 0.075) * tail.low(noise.next(), glide(t, 2600.0, 420.0, 0.05), 0.7)
    });
    clip.drive(1.2).room(0.62, 0.30).finish()
}

/// Several cracks in one, a heavy push, then the pump.
pub(super) fn shotgun(rng: &mut Rng) -> Vec<f32> {
    let mut clip = Clip::new(0.78);
    let pitch = between(rng, 0.94, 1.06);
    for i in 0..4 {
        let at = i as f32 * 0.0022 + between(rng, 0.0, 0.001);
        snap(&mut clip, rng, at, 0.8, 0.0016);
    }
    let (mut noise, mut blast) = (Noise::new(rng), Filter::default());
    clip.add(0.0, 0.34, |t| {
        2.3 * strike(t, 0.001, 0.065) * blast.low(noise.next(), glide(t, 5600.0, 620.0, 0.050), 0.8)
    });
    let mut body = Osc::default();
    clip.add(0.0, 0.4, |t| 1.0 * strike(t, 0.002, 0.070) * body.sine(pitch * glide(t, 240.0, 58.0, 0.026)));
    let (mut noise, mut tail) = (Noise::new(rng), Filter::default());
    clip.add(0.02, 0.7, |t| 0.8 * strike(t, 0.02, 0.13) * tail.band(noise.next(), glide(t, 1100.0, 260.0, 0.12), 0.6));
    clip.drive(1.5);
    rack(&mut clip, rng, 0.40, 0.16);
    rack(&mut clip, rng, 0.52, 0.20);
    clip.room(0.70, 0.30).finish()
}

/// A cough of the tube, then the motor takes over.
pub(super) fn launcher(rng: &mut Rng) -> Vec<f32> {
    let mut clip = Clip::new(0.62);
    let pitch = between(rng, 0.94, 1.06);
    snap(&mut clip, rng, 0.0, 0.5, 0.002);
    let mut body = Osc::default();
    clip.add(0.0, 0.3, |t| 1.1 * strike(t, 0.003, 0.075) * body.sine(pitch * glide(t, 170.0, 50.0, 0.035)));
    let (mut noise, mut tube) = (Noise::new(rng), Filter::default());
    clip.add(0.0, 0.25, |t| 2.4 * strike(t, 0.002, 0.050) * tube.band(noise.next(), pitch * 235.0, 3.5));
    let (mut noise, mut jet) = (Noise::new(rng), Filter::default());
    clip.add(0.01, 0.6, |t| {
        0.95 * swell(t.sqrt() * 0.78, 0.62) * jet.band(noise.next(), glide(t, 420.0, 2100.0, 0.16), 0.9)
    });
    clip.drive(1.8).room(0.60, 0.22).finish()
}

/// A burning motor: roar, hiss, and a flutter that keeps it from standing still.
pub(super) fn rocket_flight(rng: &mut Rng) -> Vec<f32> {
    let mut clip = Clip::new(1.3);
    let (mut noise, mut roar) = (Noise::new(rng), Filter::default());
    let (mut slow, mut flutter) = (Osc::default(), Osc::default());
    clip.add(0.0, 1.3, |t| {
        let waver = 1.0 + 0.25 * slow.sine(7.0) + 0.15 * flutter.sine(23.0 + 3.0 * t);
        waver * roar.band(noise.next(), 620.0 * (0.85 + 0.15 * waver), 1.1)
    });
    let (mut noise, mut hiss) = (Noise::new(rng), Filter::default());
    clip.add(0.0, 1.3, |_| 0.10 * hiss.high(noise.next(), 3800.0, 0.7));
    let (mut noise, mut rumble) = (Noise::new(rng), Filter::default());
    clip.add(0.0, 1.3, |_| 1.1 * rumble.low(noise.next(), 130.0, 1.4));
    clip.drive(1.5).close_loop(0.3)
}

/// A sharp front, the ground, a rolling cloud, and what falls down afterwards.
pub(super) fn burst(rng: &mut Rng) -> Vec<f32> {
    let mut clip = Clip::new(1.5);
    let pitch = between(rng, 0.9, 1.1);
    snap(&mut clip, rng, 0.0, 1.3, 0.003);
    let mut ground = Osc::default();
    clip.add(0.0, 0.9, |t| 1.1 * strike(t, 0.004, 0.17) * ground.sine(pitch * glide(t, 150.0, 36.0, 0.09)));
    let (mut noise, mut front) = (Noise::new(rng), Filter::default());
    clip.add(0.0, 0.5, |t| 2.6 * strike(t, 0.001, 0.085) * front.low(noise.next(), glide(t, 8500.0, 600.0, 0.06), 0.7));
    let (mut noise, mut cloud, mut roll) = (Noise::new(rng), Filter::default(), Osc::default());
    clip.add(0.02, 1.4, |t| {
        let rolling = 0.75 + 0.25 * roll.sine(glide(t, 19.0, 6.0, 0.3));
        2.0 * rolling * strike(t, 0.05, 0.28) * cloud.low(noise.next(), glide(t, 1900.0, 190.0, 0.26), 0.9)
    });
    clip.drive(1.5);
    for _ in 0..16 {
        let (at, hz) = (between(rng, 0.12, 1.0), between(rng, 1400.0, 5200.0));
        let (size, tau) = (between(rng, 0.04, 0.16) * (1.2 - at), between(rng, 0.003, 0.012));
        let (mut noise, mut grain) = (Noise::new(rng), Filter::default());
        clip.add(at, 0.06, |t| size * strike(t, 0.0005, tau) * grain.band(noise.next(), hz, 3.0) * 2.0);
    }
    clip.room(0.78, 0.34).finish()
}

/// The magazine slides out and drops into the hand.
pub(super) fn reload_began(rng: &mut Rng) -> Vec<f32> {
    let mut clip = Clip::new(0.40);
    latch(&mut clip, rng, 0.0, 0.7, 1.0);
    slide(&mut clip, rng, 0.035, 0.11, 1700.0, 900.0);
    latch(&mut clip, rng, 0.16, 0.45, 0.62);
    clip.room(0.4, 0.12).finish()
}

/// The magazine is in; the bolt goes back and home.
pub(super) fn reload_done(rng: &mut Rng) -> Vec<f32> {
    let mut clip = Clip::new(0.48);
    latch(&mut clip, rng, 0.0, 0.8, 0.7);
    knock(&mut clip, rng, 0.002, 0.6);
    rack(&mut clip, rng, 0.13, 0.45);
    slide(&mut clip, rng, 0.14, 0.07, 1300.0, 2300.0);
    rack(&mut clip, rng, 0.225, 0.8);
    knock(&mut clip, rng, 0.226, 0.5);
    clip.room(0.4, 0.14).finish()
}

/// The hammer falls on nothing.
pub(super) fn dry_fire(rng: &mut Rng) -> Vec<f32> {
    let mut clip = Clip::new(0.16);
    latch(&mut clip, rng, 0.0, 0.9, 1.5);
    latch(&mut clip, rng, 0.028, 0.35, 1.1);
    clip.room(0.3, 0.08).finish()
}

/// The front of a shot: a moment of bright noise.
fn snap(clip: &mut Clip, rng: &mut Rng, at: f32, size: f32, tau: f32) {
    let (mut noise, mut bright) = (Noise::new(rng), Filter::default());
    clip.add(at, 0.02, |t| size * decay(t, tau) * bright.high(noise.next(), 2200.0, 0.7));
}

/// Small metal on metal: a click, and partials that do not fit each other.
pub(super) fn latch(clip: &mut Clip, rng: &mut Rng, at: f32, size: f32, pitch: f32) {
    let (mut noise, mut click) = (Noise::new(rng), Filter::default());
    clip.add(at, 0.03, |t| 1.3 * size * decay(t, 0.0022) * click.band(noise.next(), 3600.0 * pitch, 0.9));
    for (hz, share, tau) in [(1710.0, 0.30, 0.012), (2630.0, 0.24, 0.010), (4170.0, 0.18, 0.007), (6350.0, 0.10, 0.005)]
    {
        let hz = hz * pitch * between(rng, 0.95, 1.05);
        let mut partial = Osc::default();
        clip.add(at, 0.08, |t| size * share * decay(t, tau) * partial.sine(hz));
    }
}

/// A part of some weight runs against its stop.
fn rack(clip: &mut Clip, rng: &mut Rng, at: f32, size: f32) {
    latch(clip, rng, at, size, 0.55);
    let (mut noise, mut scrape) = (Noise::new(rng), Filter::default());
    clip.add(at, 0.07, |t| size * strike(t, 0.004, 0.018) * scrape.band(noise.next(), 1250.0, 1.2));
}

/// Something moves along something.
fn slide(clip: &mut Clip, rng: &mut Rng, at: f32, length: f32, from: f32, to: f32) {
    let (mut noise, mut rub) = (Noise::new(rng), Filter::default());
    clip.add(at, length, |t| 0.5 * swell(t, length) * rub.band(noise.next(), glide(t, from, to, length), 2.0));
}

/// The weight behind a click.
pub(super) fn knock(clip: &mut Clip, rng: &mut Rng, at: f32, size: f32) {
    let (mut body, pitch) = (Osc::default(), between(rng, 0.95, 1.05));
    clip.add(at, 0.1, |t| size * strike(t, 0.001, 0.020) * body.sine(pitch * glide(t, 260.0, 120.0, 0.01)));
}
