//! The thread that mixes: takes commands, feeds the device, looks for one while there is none.
//!
//! Everything here may fail without anybody at the game noticing but by ear. Must not know what a device is.

use super::mixer::{Command, Mixer};
use super::output::{Flow, Meter, Output, OutputError};
use super::synth::Bank;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Opens a device, or says why there is none.
pub type Open = Box<dyn FnMut() -> Result<Box<dyn Output>, OutputError> + Send>;

/// A running mixer. Dropping it fades out and ends its thread.
pub struct Speaker {
    /// `None` once it is to end.
    commands: Option<SyncSender<Command>>,
    thread: Option<JoinHandle<()>>,
    meter: Arc<Meter>,
}

impl Speaker {
    /// Effects are made in the new thread, from `seed`; nothing here waits for them, or for a device.
    pub fn start(seed: u64, open: Open) -> Speaker {
        let (commands, inbox) = sync_channel(COMMANDS_MAX);
        let meter = Arc::new(Meter::default());
        let shared = Arc::clone(&meter);
        let run = move || {
            Booth { mixer: Mixer::new(Bank::synthesise(seed), seed), inbox, meter: shared }.run(open);
        };
        let thread = std::thread::Builder::new().name("sound".to_owned()).spawn(run);
        let thread = thread.inspect_err(|error| tracing::warn!("no sound: no thread for it: {error}")).ok();
        Speaker { commands: Some(commands), thread, meter }
    }

    /// Passes a command on; false if the queue is full, and then it is lost and counted.
    pub fn send(&self, command: Command) -> bool {
        let sent = self.commands.as_ref().is_some_and(|commands| commands.try_send(command).is_ok());
        if !sent {
            self.meter.count_dropped();
        }
        sent
    }

    pub fn meter(&self) -> &Meter {
        &self.meter
    }
}

impl Drop for Speaker {
    fn drop(&mut self) {
        self.commands = None;
        if let Some(thread) = self.thread.take() {
            _ = thread.join();
        }
    }
}

/// What lives in the thread.
struct Booth {
    mixer: Mixer,
    inbox: Receiver<Command>,
    meter: Arc<Meter>,
}

impl Booth {
    /// Until nobody is left to send commands.
    fn run(&mut self, mut open: Open) {
        let mut pause = PAUSE_MIN;
        // Said once per change, not once per attempt.
        let mut silent = false;
        loop {
            match open() {
                Ok(mut device) => {
                    tracing::info!("sound: playing through {}", device.name());
                    (pause, silent) = (PAUSE_MIN, false);
                    self.meter.set_playing(true);
                    let (mixer, inbox, meter) = (&mut self.mixer, &self.inbox, &*self.meter);
                    let ended = device.play(&mut |block| feed(mixer, inbox, meter, block), meter);
                    self.meter.set_playing(false);
                    match ended {
                        Ok(()) => return,
                        Err(error) => tracing::warn!("{error}; silent until it is back"),
                    }
                }
                Err(error) => {
                    if !std::mem::replace(&mut silent, true) {
                        tracing::warn!("{error}; silent until there is one");
                    }
                }
            }
            if !self.wait(pause) {
                return;
            }
            pause = (2 * pause).min(PAUSE_MAX);
        }
    }

    /// Lets commands go unheard for `pause`; false if it is time to end.
    fn wait(&mut self, pause: Duration) -> bool {
        let until = Instant::now() + pause;
        loop {
            match self.inbox.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(command) => handle_unheard(&mut self.mixer, command),
                Err(RecvTimeoutError::Timeout) => return true,
                Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
    }
}

/// Commands first, then a block of what they lead to.
fn feed(mixer: &mut Mixer, inbox: &Receiver<Command>, meter: &Meter, block: &mut [f32]) -> Flow {
    let mut flow = Flow::More;
    for _ in 0..COMMANDS_MAX {
        match inbox.try_recv() {
            Ok(command) if block.is_empty() => handle_unheard(mixer, command),
            Ok(command) => mixer.handle(command),
            Err(TryRecvError::Empty) => break,
            Err(TryRecvError::Disconnected) => {
                mixer.handle(Command::Hush);
                if mixer.is_silent() || block.is_empty() {
                    flow = Flow::Last;
                }
                break;
            }
        }
    }
    mixer.fill(block);
    meter.count_frames(block.len() / 2);
    flow
}

/// While nothing can be heard: what was missed is over, but how loud the rest shall be holds.
fn handle_unheard(mixer: &mut Mixer, command: Command) {
    if matches!(command, Command::Volume { .. }) {
        mixer.handle(command);
    }
}

/// Commands on their way: more than the voices of several frames.
const COMMANDS_MAX: usize = 256;
/// Pauses between attempts to find a device double from the one to the other.
const PAUSE_MIN: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::place::Placement;
    use crate::audio::sounds::Sound;
    use std::sync::Mutex;

    /// Takes blocks into a vector, some of them, then breaks; or until the end.
    struct Tape {
        heard: Arc<Mutex<Vec<f32>>>,
        blocks: usize,
    }

    impl Output for Tape {
        fn play(&mut self, fill: &mut super::super::output::Fill<'_>, _: &Meter) -> Result<(), OutputError> {
            let mut block = [0.0; 480];
            for _ in 0..self.blocks {
                let flow = fill(&mut block);
                self.heard.lock().expect("no test panics with it").extend(block);
                if flow == Flow::Last {
                    return Ok(());
                }
                std::thread::sleep(Duration::from_millis(1));
            }
            Err(OutputError::Lost("the tape is full".to_owned()))
        }

        fn name(&self) -> String {
            "a tape".to_owned()
        }
    }

    fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
        let until = Instant::now() + Duration::from_secs(20);
        while !done() {
            assert!(Instant::now() < until, "gave up waiting until {what}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn what_is_sent_is_heard_and_dropping_it_ends_in_silence() {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let tape = Arc::clone(&heard);
        let open = move || Ok(Box::new(Tape { heard: Arc::clone(&tape), blocks: usize::MAX }) as Box<dyn Output>);
        let speaker = Speaker::start(1, Box::new(open));
        assert!(speaker.send(Command::Play { sound: Sound::MatchOver, place: Placement::CENTRE }));
        let energy = || heard.lock().expect("no test panics with it").iter().map(|s| s * s).sum::<f32>();
        wait_until("it is heard", || energy() > 10.0);
        drop(speaker);
        let heard = heard.lock().expect("no test panics with it");
        assert!(heard[heard.len() - 50..].iter().all(|sample| *sample == 0.0), "the end is faded, not cut");
    }

    #[test]
    fn without_a_device_it_is_silent_and_ends_at_once() {
        let open = || Err(OutputError::Absent("the test has none".to_owned()));
        let speaker = Speaker::start(1, Box::new(open));
        for _ in 0..10 {
            speaker.send(Command::Play { sound: Sound::Rifle, place: Placement::CENTRE });
        }
        assert!(!speaker.meter().playing());
        let began = Instant::now();
        drop(speaker);
        assert!(began.elapsed() < PAUSE_MIN * 10, "ended after {:?}", began.elapsed());
    }

    #[test]
    fn a_device_that_goes_away_is_looked_for_again() {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (tape, mut opened) = (Arc::clone(&heard), 0);
        let open = move || {
            opened += 1;
            match opened {
                1 => Ok(Box::new(Tape { heard: Arc::clone(&tape), blocks: 3 }) as Box<dyn Output>),
                _ => Ok(Box::new(Tape { heard: Arc::clone(&tape), blocks: usize::MAX }) as Box<dyn Output>),
            }
        };
        let speaker = Speaker::start(1, Box::new(open));
        wait_until("the second tape runs", || heard.lock().expect("no test panics with it").len() > 4 * 480);
        assert!(speaker.meter().playing());
    }

    #[test]
    fn a_full_queue_loses_commands_and_counts_them() {
        let (commands, _inbox) = sync_channel(COMMANDS_MAX);
        let speaker = Speaker { commands: Some(commands), thread: None, meter: Arc::default() };
        let sent = (0..COMMANDS_MAX + 7).filter(|_| speaker.send(Command::Hush)).count();
        assert_eq!((sent, speaker.meter().dropped()), (COMMANDS_MAX, 7));
    }
}
