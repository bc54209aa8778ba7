//! What effects are made of: noise, oscillators, envelopes, a filter, a small room.
//!
//! Times are seconds, frequencies hertz, samples mono at [`RATE_HZ`]. Must not know what any effect is.

use std::f32::consts::TAU;
use tickshot_shared::rng::Rng;

/// Samples per second of everything that is heard.
pub const RATE_HZ: u32 = 48_000;
const RATE: f32 = RATE_HZ as f32;

/// A sound in the making.
pub(super) struct Clip(Vec<f32>);

impl Clip {
    pub(super) fn new(seconds: f32) -> Clip {
        Clip(vec![0.0; samples(seconds)])
    }

    /// Adds a layer that begins at `at` and lasts `length`; `layer` is asked sample by sample for its value at a time
    /// since its beginning.
    pub(super) fn add(&mut self, at: f32, length: f32, mut layer: impl FnMut(f32) -> f32) -> &mut Clip {
        let from = samples(at).min(self.0.len());
        let to = (from + samples(length)).min(self.0.len());
        for (i, sample) in self.0[from..to].iter_mut().enumerate() {
            *sample += layer(i as f32 * (1.0 / RATE));
        }
        self
    }

    /// Rounds off what is loud: warmth at 1, grit from 3 on.
    pub(super) fn drive(&mut self, amount: f32) -> &mut Clip {
        for sample in &mut self.0 {
            *sample = rounded(*sample * amount) / rounded(amount);
        }
        self
    }

    /// Lets it ring in a small hall: four damped combs into two all-passes (Schroeder, "Natural sounding artificial
    /// reverberation", 1962). `feedback` below 1 sets how long, `wet` how much.
    pub(super) fn room(&mut self, feedback: f32, wet: f32) -> &mut Clip {
        let dry = self.0.clone();
        let mut combs = [1117, 1277, 1429, 1613].map(|delay| (vec![0.0f32; delay], 0usize, 0.0f32));
        let mut all_passes = [241, 83].map(|delay| (vec![0.0f32; delay], 0usize));
        for (sample, dry) in self.0.iter_mut().zip(dry) {
            let mut sum = 0.0;
            for (line, at, damped) in &mut combs {
                let echo = line[*at];
                *damped += 0.45 * (echo - *damped);
                line[*at] = dry + *damped * feedback;
                *at = if *at + 1 == line.len() { 0 } else { *at + 1 };
                sum += echo * 0.25;
            }
            for (line, at) in &mut all_passes {
                let echo = line[*at];
                let through = echo - 0.6 * sum;
                line[*at] = sum + 0.6 * through;
                *at = if *at + 1 == line.len() { 0 } else { *at + 1 };
                sum = through;
            }
            *sample += wet * sum;
        }
        self
    }

    /// Joins its end to its beginning over `fade`, which becomes shorter by as much.
    pub(super) fn close_loop(&mut self, fade: f32) -> Vec<f32> {
        let fade = samples(fade).min(self.0.len() / 2);
        let kept = self.0.len() - fade;
        for i in 0..fade {
            // Noise does not add up in step: its power is what has to stay level.
            let angle = (i as f32 + 0.5) / fade as f32 * TAU / 4.0;
            self.0[i] = self.0[i] * angle.sin() + self.0[kept + i] * angle.cos();
        }
        self.0.truncate(kept);
        level(&mut self.0);
        std::mem::take(&mut self.0)
    }

    /// The finished effect: no direct current, as loud as others, silent ends that cannot click.
    pub(super) fn finish(&mut self) -> Vec<f32> {
        let mut rumble = 0.0;
        for sample in &mut self.0 {
            rumble += (*sample - rumble) * (TAU * 18.0 / RATE);
            *sample -= rumble;
        }
        let (count, rise) = (self.0.len(), samples(0.0004));
        let fall = samples(0.12).min(count / 4);
        for i in 0..rise.min(count) {
            self.0[i] *= i as f32 / rise as f32;
        }
        for i in 0..fall {
            self.0[count - 1 - i] *= i as f32 / fall as f32;
        }
        level(&mut self.0);
        std::mem::take(&mut self.0)
    }
}

/// Makes the loudest moment of every effect equally loud to an ear, which hears little below 200 Hz, and rounds off
/// what would stick out over [`PEAK`].
fn level(samples: &mut [f32]) {
    let mut weight = Filter::default();
    let window = RATE_HZ as usize * 3 / 100;
    let power = samples.chunks(window).map(|chunk| {
        let heard = |sample: &f32| weight.high(*sample, 200.0, 0.7) + 0.1 * sample;
        chunk.iter().map(heard).map(|heard| heard * heard).sum::<f32>() / window as f32
    });
    let loudest = power.fold(1e-9f32, f32::max).sqrt();
    let highest = samples.iter().fold(1e-6f32, |highest, sample| highest.max(sample.abs()));
    let gain = (LOUDNESS / loudest).min(OVER_PEAK_MAX * PEAK / highest);
    for sample in samples {
        *sample = PEAK * rounded(*sample * gain / PEAK);
    }
}

/// A hyperbolic tangent to within 3 %, exactly 1 from 3 on.
fn rounded(x: f32) -> f32 {
    let x = x.clamp(-3.0, 3.0);
    x * (27.0 + x * x) / (27.0 + 9.0 * x * x)
}

fn samples(seconds: f32) -> usize {
    (seconds * RATE) as usize
}

/// White noise, -1..=1.
pub(super) struct Noise(Rng);

impl Noise {
    pub(super) fn new(rng: &mut Rng) -> Noise {
        Noise(Rng::new(rng.next_u64()))
    }

    pub(super) fn next(&mut self) -> f32 {
        (self.0.next_u64() >> 40) as f32 / (1 << 23) as f32 - 1.0
    }
}

/// A phase that runs through waves.
#[derive(Default)]
pub(super) struct Osc(f32);

impl Osc {
    /// Moves on by a sample and returns the phase in turns, 0..1.
    fn turn(&mut self, hz: f32) -> f32 {
        self.0 += hz * (1.0 / RATE);
        if self.0 >= 1.0 {
            self.0 -= 1.0;
        }
        self.0
    }

    /// To within 0.1 %: a parabola, bent (Nick, "Fast and accurate sine/cosine", devmaster.net, 2006).
    pub(super) fn sine(&mut self, hz: f32) -> f32 {
        let x = 2.0 * self.turn(hz) - 1.0;
        let parabola = -4.0 * x * (1.0 - x.abs());
        0.225 * (parabola * parabola.abs() - parabola) + parabola
    }

    /// Its corner rounded over two samples, so that high notes do not fold back (polyBLEP).
    pub(super) fn saw(&mut self, hz: f32) -> f32 {
        let (turn, step) = (self.turn(hz), hz / RATE);
        let corner = if turn < step {
            let x = turn / step;
            x + x - x * x - 1.0
        } else if turn > 1.0 - step {
            let x = (turn - 1.0) / step;
            x * x + x + x + 1.0
        } else {
            0.0
        };
        2.0 * turn - 1.0 - corner
    }
}

/// Low-, band- and high-pass in one, 12 dB per octave, stable while its frequency moves (the state-variable filter of
/// Simper, "Solving the continuous SVF equations", 2013).
#[derive(Default)]
pub(super) struct Filter {
    hz: f32,
    g: f32,
    /// 1/q, and the share of the input that passes the loop at once.
    k: f32,
    share: f32,
    a: f32,
    b: f32,
}

impl Filter {
    pub(super) fn low(&mut self, input: f32, hz: f32, q: f32) -> f32 {
        self.run(input, hz, q).0
    }

    /// As loud as its input at its frequency.
    pub(super) fn band(&mut self, input: f32, hz: f32, q: f32) -> f32 {
        self.run(input, hz, q).1 * self.k
    }

    pub(super) fn high(&mut self, input: f32, hz: f32, q: f32) -> f32 {
        self.run(input, hz, q).2
    }

    /// `q` is the one it was used with first.
    fn run(&mut self, input: f32, hz: f32, q: f32) -> (f32, f32, f32) {
        // A moving frequency is followed in steps of a hundredth: the tangent is the dear part.
        if (hz - self.hz).abs() > 0.01 * hz {
            self.hz = hz;
            self.g = (TAU / 2.0 * hz.clamp(10.0, 0.45 * RATE) / RATE).tan();
            self.k = 1.0 / q;
            self.share = 1.0 / (1.0 + self.g * (self.g + self.k));
        }
        let high = (input - (self.k + self.g) * self.a - self.b) * self.share;
        let band = self.g * high + self.a;
        let low = self.g * band + self.b;
        self.a = self.g * high + band;
        self.b = self.g * band + low;
        (low, band, high)
    }
}

/// Loudest sample of every effect; the mixer keeps the sum of many below 1.
pub(super) const PEAK: f32 = 0.9;
/// Of the loudest 30 ms, as amplitude.
const LOUDNESS: f32 = 0.38;
/// How far a front may stick out before it is rounded off.
const OVER_PEAK_MAX: f32 = 1.6;

/// Falls from 1 to 1/e in `tau`.
pub(super) fn decay(t: f32, tau: f32) -> f32 {
    // (1 + x/n)^n: millions of these are asked for, and an envelope is no measuring instrument.
    let mut power = (1.0 - t / tau / 1024.0).max(0.0);
    for _ in 0..10 {
        power *= power;
    }
    power
}

/// Rises to 1 in `attack`, then falls.
pub(super) fn strike(t: f32, attack: f32, tau: f32) -> f32 {
    if t < attack { t / attack } else { decay(t - attack, tau) }
}

/// Goes from `from` to `to`, most of the way in `tau`.
pub(super) fn glide(t: f32, from: f32, to: f32, tau: f32) -> f32 {
    to + (from - to) * decay(t, tau)
}

/// Up and down again once over `length`, without corners.
pub(super) fn swell(t: f32, length: f32) -> f32 {
    let half = (t / length).clamp(0.0, 1.0) * TAU / 2.0;
    half.sin() * half.sin()
}

/// Uniform in `low..high`.
pub(super) fn between(rng: &mut Rng, low: f32, high: f32) -> f32 {
    low + (high - low) * (rng.next_u64() >> 40) as f32 / (1 << 24) as f32
}
