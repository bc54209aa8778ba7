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
            *sample += layer(i as f32 / RATE);
        }
        self
    }

    /// Rounds off what is loud: warmth at 1, grit from 3 on.
    pub(super) fn drive(&mut self, amount: f32) -> &mut Clip {
        for sample in &mut self.0 {
            *sample = (*sample * amount).tanh() / amount.tanh();
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
                *at = (*at + 1) % line.len();
                sum += echo * 0.25;
            }
            for (line, at) in &mut all_passes {
                let echo = line[*at];
                let through = echo - 0.6 * sum;
                line[*at] = sum + 0.6 * through;
                *at = (*at + 1) % line.len();
                sum = through;
            }
            *sample += wet * sum;
        }
        self
    }

    /// Joins its end to its beginning over `fade`, which becomes shorter by as much.
    pub(super) fn close_loop(&mut self, fade: f32, peak: f32) -> Vec<f32> {
        let fade = samples(fade).min(self.0.len() / 2);
        let kept = self.0.len() - fade;
        for i in 0..fade {
            // Noise does not add up in step: its power is what has to stay level.
            let angle = (i as f32 + 0.5) / fade as f32 * TAU / 4.0;
            self.0[i] = self.0[i] * angle.sin() + self.0[kept + i] * angle.cos();
        }
        self.0.truncate(kept);
        level(&mut self.0, peak);
        std::mem::take(&mut self.0)
    }

    /// The finished effect: no direct current, loudest sample at `peak`, silent ends that cannot click.
    pub(super) fn finish(&mut self, peak: f32) -> Vec<f32> {
        let mut rumble = 0.0;
        for sample in &mut self.0 {
            rumble += (*sample - rumble) * (TAU * 18.0 / RATE);
            *sample -= rumble;
        }
        let (count, rise, fall) = (self.0.len(), samples(0.0004), samples(0.02));
        for i in 0..rise.min(count) {
            self.0[i] *= i as f32 / rise as f32;
        }
        for i in 0..fall.min(count) {
            self.0[count - 1 - i] *= i as f32 / fall as f32;
        }
        level(&mut self.0, peak);
        std::mem::take(&mut self.0)
    }
}

fn level(samples: &mut [f32], peak: f32) {
    let loudest = samples.iter().fold(1e-6f32, |loudest, sample| loudest.max(sample.abs()));
    for sample in samples {
        *sample *= peak / loudest;
    }
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
        self.0 = (self.0 + hz / RATE).fract();
        self.0
    }

    pub(super) fn sine(&mut self, hz: f32) -> f32 {
        (self.turn(hz) * TAU).sin()
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
    a: f32,
    b: f32,
}

impl Filter {
    pub(super) fn low(&mut self, input: f32, hz: f32, q: f32) -> f32 {
        self.run(input, hz, q).0
    }

    /// As loud as its input at its frequency.
    pub(super) fn band(&mut self, input: f32, hz: f32, q: f32) -> f32 {
        self.run(input, hz, q).1 / q
    }

    pub(super) fn high(&mut self, input: f32, hz: f32, q: f32) -> f32 {
        self.run(input, hz, q).2
    }

    fn run(&mut self, input: f32, hz: f32, q: f32) -> (f32, f32, f32) {
        // A moving frequency is followed in steps of a hundredth: the tangent is the dear part.
        if (hz - self.hz).abs() > 0.01 * hz {
            self.hz = hz;
            self.g = (TAU / 2.0 * hz.clamp(10.0, 0.45 * RATE) / RATE).tan();
        }
        let (g, k) = (self.g, 1.0 / q);
        let high = (input - (k + g) * self.a - self.b) / (1.0 + g * (g + k));
        let band = g * high + self.a;
        let low = g * band + self.b;
        self.a = g * high + band;
        self.b = g * band + low;
        (low, band, high)
    }
}

/// Falls from 1 to 1/e in `tau`.
pub(super) fn decay(t: f32, tau: f32) -> f32 {
    (-t / tau).exp()
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
