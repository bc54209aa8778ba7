//! The real way: a PulseAudio server of our own with a sink that goes nowhere, and what its monitor hears.
//!
//! Skipped, with the reason, where no such server can be started.

use crate::rms;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tickshot_client::audio::mixer::Command as Cue;
use tickshot_client::audio::output;
use tickshot_client::audio::place::Placement;
use tickshot_client::audio::sounds::Sound;
use tickshot_client::audio::speaker::Speaker;

/// A sound server in a folder of its own; ends with the test.
struct Server {
    folder: PathBuf,
    process: Child,
}

impl Server {
    /// Or why there is none.
    fn start(folder: &Path) -> Result<Server, String> {
        std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let socket = folder.join("native");
        let protocol = format!("module-native-protocol-unix socket={} auth-anonymous=1", socket.display());
        let process = Command::new("pulseaudio")
            .args(["-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "--disable-shm=yes"])
            .args(["-L", "module-null-sink sink_name=game rate=48000", "-L", &protocol])
            .envs([("HOME", folder), ("XDG_RUNTIME_DIR", folder)])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("pulseaudio cannot be started: {error}"))?;
        let server = Server { folder: folder.to_owned(), process };
        let until = Instant::now() + Duration::from_secs(5);
        while output::open_at(&socket).is_err() {
            if Instant::now() > until {
                return Err("pulseaudio does not come up".to_owned());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    fn socket(&self) -> PathBuf {
        self.folder.join("native")
    }

    fn record(&self) -> Result<Recorder, String> {
        let mut process = Command::new("parec")
            .args([
                "--format=float32le",
                "--rate=48000",
                "--channels=2",
                "--latency-msec=10",
                "--raw",
                "-d",
                "game.monitor",
            ])
            .env("PULSE_SERVER", format!("unix:{}", self.socket().display()))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("parec cannot be started: {error}"))?;
        let mut stream = process.stdout.take().expect("it is piped");
        let heard = Arc::new(Mutex::new(Vec::new()));
        let into = Arc::clone(&heard);
        std::thread::spawn(move || {
            let mut bytes = [0; 3840];
            while stream.read_exact(&mut bytes).is_ok() {
                let samples = bytes.chunks_exact(4).map(|four| f32::from_le_bytes(four.try_into().expect("four")));
                into.lock().expect("the other side does not panic with it").extend(samples);
            }
        });
        Ok(Recorder { process, heard })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
        _ = std::fs::remove_dir_all(&self.folder);
    }
}

struct Recorder {
    process: Child,
    heard: Arc<Mutex<Vec<f32>>>,
}

impl Recorder {
    fn runs(&self) -> bool {
        !self.heard.lock().expect("the other side does not panic with it").is_empty()
    }

    /// What came since the last call: loudness of the left and the right ear.
    fn ears(&self) -> (f32, f32) {
        let heard = std::mem::take(&mut *self.heard.lock().expect("the other side does not panic with it"));
        (rms(heard.iter().step_by(2).copied()), rms(heard.iter().skip(1).step_by(2).copied()))
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

#[test]
fn a_sound_server_plays_it_on_the_right_side_and_may_go_and_come_back() {
    let folder = std::env::temp_dir().join(format!("tickshot-sound-{}", std::process::id()));
    let (server, recorder) = match Server::start(&folder).and_then(|server| Ok((server.record()?, server))) {
        Ok((recorder, server)) => (server, recorder),
        Err(why) => {
            println!("skipped: {why}");
            return;
        }
    };
    let socket = server.socket();
    let path = socket.clone();
    let speaker = Speaker::start(1, Box::new(move || output::open_at(&path)));
    wait_until("it plays", || speaker.meter().playing() && speaker.meter().frames() > 0);
    wait_until("the recorder runs", || recorder.runs());
    recorder.ears();
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(recorder.ears(), (0.0, 0.0), "silence until something is played");

    let place = Placement { left: 0.1, right: 0.9, muffle: 0.0 };
    assert!(speaker.send(Cue::Play { sound: Sound::RoundBegan, place }));
    let mut ears = (0.0, 0.0);
    wait_until("it is heard", || {
        ears = recorder.ears();
        ears.1 > 0.01
    });
    assert!(ears.1 > 4.0 * ears.0, "left and right: {ears:?}");
    wait_until("the server has told its latency", || speaker.meter().latency().is_some());
    println!("latency {:?}, {} underruns", speaker.meter().latency(), speaker.meter().underruns());

    drop(recorder);
    drop(server);
    wait_until("the loss is noticed", || !speaker.meter().playing());
    let server = Server::start(&folder).expect("it came up once");
    wait_until("it plays again", || speaker.meter().playing());
    let began = Instant::now();
    drop(speaker);
    assert!(began.elapsed() < Duration::from_secs(5), "the thread ends: {:?}", began.elapsed());
    drop(server);
}

fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(15);
    while !done() {
        assert!(Instant::now() < until, "gave up waiting until {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
