//! Many sounds into two ears.

use crate::rms;
use tickshot_client::audio::mixer::{CEILING, Command, Mixer, VOICES_MAX};
use tickshot_client::audio::place::Placement;
use tickshot_client::audio::sounds::Sound;
use tickshot_client::audio::synth::{Bank, RATE_HZ};
use tickshot_shared::rng::Rng;

fn mixer() -> Mixer {
    Mixer::new(Bank::synthesise(SEED), SEED)
}

fn milliseconds(mixer: &mut Mixer, ms: u32) -> Vec<f32> {
    let mut out = vec![0.0; (RATE_HZ * ms / 1000) as usize * 2];
    mixer.fill(&mut out);
    out
}

fn left(out: &[f32]) -> f32 {
    rms(out.iter().step_by(2).copied())
}

fn right(out: &[f32]) -> f32 {
    rms(out.iter().skip(1).step_by(2).copied())
}

/// Energy of what changes from sample to sample: grows with frequency.
fn brightness(out: &[f32]) -> f32 {
    let left: Vec<f32> = out.iter().step_by(2).copied().collect();
    rms(left.windows(2).map(|pair| pair[1] - pair[0])) / rms(left.iter().copied())
}

#[test]
fn a_storm_of_sounds_never_clips_and_never_exceeds_the_voices() {
    let (mut mixer, mut rng) = (mixer(), Rng::new(SEED));
    let mut loudest = 0.0f32;
    for round in 0..400 {
        for _ in 0..rng.below(60) {
            let sound = Sound::ALL[rng.below(Sound::ALL.len() as u32) as usize];
            let place = if rng.below(2) == 0 {
                Placement::CENTRE
            } else {
                Placement { left: 1.0, right: 1.0, muffle: rng.below(2) as f32 }
            };
            mixer.handle(if sound.table().looped {
                Command::Hold { key: rng.below(500), sound, place }
            } else {
                Command::Play { sound, place }
            });
            assert!(mixer.voices() <= VOICES_MAX, "{} voices in round {round}", mixer.voices());
        }
        let out = milliseconds(&mut mixer, 1 + rng.below(20));
        assert!(out.iter().all(|sample| sample.is_finite()));
        loudest = out.iter().fold(loudest, |loudest, sample| loudest.max(sample.abs()));
    }
    println!("seed {SEED}: loudest {loudest}, refused {}", mixer.refused());
    assert!(loudest <= CEILING + 1e-6, "{loudest}");
    assert!(loudest > 0.9, "the storm reached the limiter: {loudest}");
    assert!(mixer.refused() > 0, "more was asked for than fits");
}

#[test]
fn a_sound_at_the_right_is_louder_in_the_right_ear() {
    let place = Placement::hear(glam::Vec2::ZERO, glam::Vec2::new(10.0, 0.0), 40.0, None).expect("in reach");
    let mut mixer = mixer();
    mixer.handle(Command::Play { sound: Sound::Rifle, place });
    let out = milliseconds(&mut mixer, 200);
    assert!(right(&out) > 3.0 * left(&out), "left {}, right {}", left(&out), right(&out));
    assert!(left(&out) > 0.0, "the other ear hears it, too");
}

#[test]
fn a_wall_takes_the_high_notes() {
    let heard = |muffle: f32| {
        let mut mixer = mixer();
        mixer.handle(Command::Play { sound: Sound::Rifle, place: Placement { muffle, ..Placement::CENTRE } });
        milliseconds(&mut mixer, 200)
    };
    let (open, walled) = (heard(0.0), heard(1.0));
    assert!(brightness(&walled) < 0.3 * brightness(&open), "{} of {}", brightness(&walled), brightness(&open));
    assert!(left(&walled) > 0.1 * left(&open), "it is dull, not gone");
}

#[test]
fn everything_ends_without_a_click() {
    let mut mixer = mixer();
    mixer.handle(Command::Play { sound: Sound::RoundBegan, place: Placement::CENTRE });
    let before = milliseconds(&mut mixer, 300);
    mixer.handle(Command::Hush);
    let after = milliseconds(&mut mixer, 100);
    let step = |out: &[f32]| {
        let ear: Vec<f32> = out.iter().step_by(2).copied().collect();
        ear.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max)
    };
    let both: Vec<f32> = before[before.len() - 200..].iter().chain(&after).copied().collect();
    assert!(step(&both) <= 1.2 * step(&before), "{} after {}", step(&both), step(&before));
    assert_eq!(rms(after[after.len() / 4..].iter().copied()), 0.0, "and it does end");
    assert_eq!(mixer.voices(), 0);
}

#[test]
fn a_held_sound_goes_on_follows_its_place_and_ends_when_nobody_holds_it() {
    let mut mixer = mixer();
    let place = |left, right| Placement { left, right, muffle: 0.0 };
    let hold = |place| Command::Hold { key: 9, sound: Sound::RocketFlight, place };
    for _ in 0..30 {
        mixer.handle(hold(place(0.8, 0.1)));
        milliseconds(&mut mixer, 50);
    }
    mixer.handle(hold(place(0.8, 0.1)));
    let out = milliseconds(&mut mixer, 100);
    assert!(left(&out) > 4.0 * right(&out), "longer than its loop, still on the left");
    mixer.handle(hold(place(0.1, 0.8)));
    milliseconds(&mut mixer, 100);
    mixer.handle(hold(place(0.1, 0.8)));
    let out = milliseconds(&mut mixer, 50);
    assert!(right(&out) > 4.0 * left(&out), "it has moved over");
    assert_eq!(mixer.voices(), 1, "one voice all the time");
    milliseconds(&mut mixer, 300);
    assert_eq!((mixer.voices(), rms(milliseconds(&mut mixer, 20))), (0, 0.0));
}

#[test]
fn what_is_worth_more_takes_the_place_of_what_is_worth_least() {
    let mut mixer = mixer();
    let at = |gain: f32| Placement { left: gain, right: gain, muffle: 0.0 };
    for _ in 0..VOICES_MAX {
        mixer.handle(Command::Play { sound: Sound::Burst, place: at(0.01) });
    }
    mixer.handle(Command::Play { sound: Sound::Burst, place: at(0.005) });
    assert_eq!(mixer.refused(), 1, "all others are worth more");
    mixer.handle(Command::Play { sound: Sound::Rifle, place: at(1.0) });
    assert_eq!((mixer.refused(), mixer.voices()), (1, VOICES_MAX));
    assert!(rms(milliseconds(&mut mixer, 50)) > 0.05, "the loud one is heard");
}

#[test]
fn volumes_follow_their_groups() {
    let mut mixer = mixer();
    mixer.handle(Command::Volume { effects: 0.0, signals: 1.0 });
    milliseconds(&mut mixer, 400);
    mixer.handle(Command::Play { sound: Sound::Rifle, place: Placement::CENTRE });
    assert!(rms(milliseconds(&mut mixer, 300)) < 1e-4, "effects are turned down");
    mixer.handle(Command::Play { sound: Sound::Countdown, place: Placement::CENTRE });
    assert!(rms(milliseconds(&mut mixer, 100)) > 0.02, "signals are not");
}

#[test]
fn how_the_device_asks_changes_nothing() {
    let (mut whole, mut pieces) = (mixer(), mixer());
    for mixer in [&mut whole, &mut pieces] {
        mixer.handle(Command::Play { sound: Sound::Burst, place: Placement::CENTRE });
    }
    let expected = milliseconds(&mut whole, 500);
    let mut out = vec![0.0; expected.len()];
    let mut rng = Rng::new(SEED);
    let mut rest = out.as_mut_slice();
    while !rest.is_empty() {
        let count = (2 * (1 + rng.below(700) as usize)).min(rest.len());
        let (piece, after) = rest.split_at_mut(count);
        pieces.fill(piece);
        rest = after;
    }
    assert_eq!(out, expected);
}

const SEED: u64 = 7;
