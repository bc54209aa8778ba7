//! Every effect in a row, into a file or to the loudspeakers: `cargo run --release --example sound -- effects.wav`.
//!
//! With `--play` instead of a file it plays them through the sound server and tells what that server reaches.

use std::io::Write;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use tickshot_client::audio::mixer::{Command, Mixer, VOICES_MAX};
use tickshot_client::audio::output;
use tickshot_client::audio::place::Placement;
use tickshot_client::audio::sounds::Sound;
use tickshot_client::audio::speaker::Speaker;
use tickshot_client::audio::synth::{Bank, RATE_HZ};

fn main() -> ExitCode {
    let done = match std::env::args().nth(1).as_deref() {
        Some("--play") => play(),
        Some(path) if !path.starts_with('-') => write(path),
        _ => Err("say where to write the effects (a .wav file), or --play".to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sound: {error}");
            ExitCode::FAILURE
        }
    }
}

/// All takes of all effects, half a second apart, as 16-bit stereo.
fn write(path: &str) -> Result<(), String> {
    let began = Instant::now();
    let bank = Bank::synthesise(SEED);
    let (seconds, bytes) = bank.size();
    println!(
        "{seconds:.1} s of effects ({} kB) made in {:.1} ms",
        bytes / 1000,
        began.elapsed().as_secs_f64() * 1000.0
    );
    let lengths = Sound::ALL.map(|sound| bank.samples(sound, 0).len());
    let mut mixer = Mixer::new(bank, SEED);
    let (mut samples, mut frames) = (Vec::new(), 0);
    for sound in Sound::ALL {
        for take in 0..sound.table().takes {
            println!("{:8.3} s  {} {}", frames as f64 / f64::from(RATE_HZ), sound.table().name, take + 1);
            let length = lengths[sound.index()] + RATE_HZ as usize / 4;
            frames += length;
            let from = samples.len();
            samples.resize(from + 2 * length, 0.0f32);
            for (i, tenth) in samples[from..].chunks_mut(RATE_HZ as usize / 10 * 2).enumerate() {
                if let Some(command) = call_for(sound, i) {
                    mixer.handle(command);
                }
                mixer.fill(tenth);
            }
            mixer.handle(Command::Hush);
        }
    }
    println!("{VOICES_MAX} voices at once take {:.1} % of a core", 100.0 * cost_of_all_voices(&mut mixer));
    let mut file = std::fs::File::create(path).map_err(|error| format!("cannot write {path}: {error}"))?;
    file.write_all(&wav(&samples)).map_err(|error| format!("cannot write {path}: {error}"))
}

/// What has to be said in the given tenth of a second for `sound` to be heard: a loop is held, all else is played once.
fn call_for(sound: Sound, tenth: usize) -> Option<Command> {
    let place = Placement::CENTRE;
    match sound.table().looped {
        true => Some(Command::Hold { key: 0, sound, place }),
        false => (tenth == 0).then_some(Command::Play { sound, place }),
    }
}

/// Time to mix, as a share of the time that is heard.
fn cost_of_all_voices(mixer: &mut Mixer) -> f64 {
    let mut block = vec![0.0; RATE_HZ as usize / 10 * 2];
    let mut spent = Duration::ZERO;
    for _ in 0..50 {
        for key in 0..VOICES_MAX as u32 {
            let place = Placement { muffle: 0.5, ..Placement::CENTRE };
            mixer.handle(Command::Hold { key, sound: Sound::RocketFlight, place });
        }
        let began = Instant::now();
        mixer.fill(&mut block);
        spent += began.elapsed();
    }
    spent.as_secs_f64() / 5.0
}

/// A RIFF file of 16-bit stereo.
fn wav(samples: &[f32]) -> Vec<u8> {
    let data = 2 * samples.len() as u32;
    let mut bytes = Vec::with_capacity(44 + data as usize);
    let mut field = |value: &[u8]| bytes.extend_from_slice(value);
    field(b"RIFF");
    field(&(36 + data).to_le_bytes());
    field(b"WAVEfmt ");
    field(&16u32.to_le_bytes());
    field(&1u16.to_le_bytes());
    field(&2u16.to_le_bytes());
    field(&RATE_HZ.to_le_bytes());
    field(&(4 * RATE_HZ).to_le_bytes());
    field(&4u16.to_le_bytes());
    field(&16u16.to_le_bytes());
    field(b"data");
    field(&data.to_le_bytes());
    for sample in samples {
        field(&((sample * 32767.0) as i16).to_le_bytes());
    }
    bytes
}

fn play() -> Result<(), String> {
    drop(output::open().map_err(|error| error.to_string())?);
    let speaker = Speaker::start(SEED, Box::new(output::open));
    while !speaker.meter().playing() {
        std::thread::sleep(Duration::from_millis(1));
    }
    std::thread::sleep(Duration::from_millis(1500));
    for sound in Sound::ALL {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        println!("{:.4} {}", now.as_secs_f64(), sound.table().name);
        for tenth in 0..10 {
            if let Some(command) = call_for(sound, tenth) {
                speaker.send(command);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
    let meter = speaker.meter();
    let latency_ms = meter.latency().unwrap_or_default().as_secs_f64() * 1000.0;
    println!("latency {latency_ms:.1} ms, {} underruns, {} commands lost", meter.underruns(), meter.dropped());
    Ok(())
}

const SEED: u64 = 1;
