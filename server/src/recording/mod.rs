//! The server's shell of a recording: what the core says goes to the recorder's thread, when somebody wants it to.
//!
//! Time line of a tick: everything is done, the snapshots have left; then the core's records go into the recorder's queue, which
//! never waits. Nobody wants a recording and none is kept in memory: the core says nothing. Whoever started the server begins
//! and ends files through a [`RecordingSwitch`]. What goes wrong is told, and stops no tick.
//!
//! Must not know what the records mean.

mod header;
mod switch;

pub use self::header::header;
pub use self::switch::RecordingSwitch;

use self::switch::Order;
use crate::core::{ServerCore, StageTimes};
use crate::net::counters::Counters;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tickshot_trace::proto::{Drop, Header};
use tickshot_trace::record::Batch;
use tickshot_trace::recorder::{Recorder, RecorderOptions, RecorderState, RecorderSummary};

/// What a server is told about recording before it starts.
#[derive(Clone, Debug, Default)]
pub struct RecordingConfig {
    /// Record everything, from the first tick on, into this folder.
    pub dir: Option<PathBuf>,
    /// Keep the last minute in memory, to be saved in this folder when somebody asks.
    pub flight_dir: Option<PathBuf>,
}

/// The recorder of one server, if one was ever wanted.
pub(crate) struct ServerRecording {
    switch: RecordingSwitch,
    header: Header,
    flight_dir: Option<PathBuf>,
    recorder: Option<Running>,
    /// Recorders of other folders, all of whose work is done.
    finished: Vec<RecorderSummary>,
    /// On their way to the recorder.
    records: Batch,
    next_hand_over: Duration,
    next_look: Duration,
    told_lost: u64,
}

struct Running {
    recorder: Recorder,
    dir: PathBuf,
    /// A file is wanted.
    to_file: bool,
}

/// What a recording left, for the server's report.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RecordingReport {
    pub files: Vec<FileReport>,
    /// Records that did not fit into the recorder's queue.
    pub lost: u64,
    /// Why something is missing: what, where, what to do.
    pub failure: Option<String>,
}

/// One finished file.
#[derive(Clone, Debug, Serialize)]
pub struct FileReport {
    pub path: PathBuf,
    /// Its last seal, hexadecimal: whoever knows it can prove the whole file.
    pub seal: String,
    pub bytes: u64,
    pub records: u64,
    /// The last minute, saved from memory.
    pub flight: bool,
}

impl ServerRecording {
    /// As `config` says; `header`: without the number of a part.
    pub(crate) fn new(config: &RecordingConfig, header: Header) -> ServerRecording {
        let switch = RecordingSwitch::default();
        let mut recording = ServerRecording {
            switch,
            header,
            flight_dir: config.flight_dir.clone(),
            recorder: None,
            finished: Vec::new(),
            records: Batch::default(),
            next_hand_over: Duration::ZERO,
            next_look: Duration::ZERO,
            told_lost: 0,
        };
        if let Some(dir) = &config.flight_dir {
            recording.start(dir);
        }
        if let Some(dir) = &config.dir {
            recording.begin(dir);
        }
        recording
    }

    pub(crate) fn switch(&self) -> RecordingSwitch {
        self.switch.clone()
    }

    /// Does anybody want to know what happens?
    pub(crate) fn listens(&self) -> bool {
        self.recorder.as_ref().is_some_and(|running| running.to_file || self.flight_dir.is_some())
    }

    /// Follows what was asked for since the tick before; the core says what happens from here on, or no more.
    pub(crate) fn follow_orders(&mut self, core: &mut ServerCore) {
        for order in self.switch.take_orders() {
            self.hand_over();
            match order {
                Order::Begin(dir) => self.begin(&dir),
                Order::End => self.end(),
                Order::SaveFlight(why) => {
                    if let Some(running) = &self.recorder {
                        running.recorder.save_flight(&why);
                    }
                }
            }
            self.next_look = Duration::ZERO;
        }
        if core.is_recording() != self.listens() {
            core.set_recording(self.listens());
        }
    }

    /// The tick is over: everything the core said goes to the recorder.
    pub(crate) fn take_from(
        &mut self,
        core: &mut ServerCore,
        times: &StageTimes,
        totals: &mut dyn FnMut() -> (Counters, Duration),
    ) {
        let Some(running) = self.recorder.as_ref().filter(|_| core.is_recording()) else { return };
        core.take_records(times, &mut self.records);
        if core.world().tick.0.is_multiple_of(core.setup().rate.hz()) {
            let (counters, cpu) = totals();
            let mut record = core.totals();
            record.bytes_in = counters.bytes_in;
            record.bytes_out = counters.bytes_out;
            record.cpu_us = cpu.as_micros() as u64;
            let of_transport = counters.drops.iter().map(|(reason, count)| (*reason, *count));
            record.drops.extend(of_transport.map(|(reason, count)| Drop { reason: reason.to_owned(), count }));
            self.records.push(times.began, &record);
        }
        if times.began >= self.next_hand_over {
            self.next_hand_over = times.began + HAND_OVER_INTERVAL;
            running.recorder.record(&mut self.records);
        }
    }

    /// All that the core said goes to the recorder: before a file ends.
    fn hand_over(&mut self) {
        if let Some(running) = &self.recorder {
            running.recorder.record(&mut self.records);
        }
    }

    /// Now and then: how the recorder fares, for whoever holds the switch. Of its failures it warns itself.
    pub(crate) fn look(&mut self, now: Duration) {
        if now < self.next_look {
            return;
        }
        self.next_look = now + LOOK_INTERVAL;
        let Some(running) = &self.recorder else { return };
        let state = running.recorder.state();
        if state.lost > self.told_lost {
            tracing::warn!("recording: {} records lost, the disk is too slow", state.lost - self.told_lost);
            self.told_lost = state.lost;
        }
        self.switch.tell(state);
    }

    pub(crate) fn state(&self) -> RecorderState {
        self.switch.state()
    }

    /// Finish what is open and wait for it; `None` if nothing was ever recorded.
    pub(crate) fn stop(mut self) -> Option<RecordingReport> {
        self.hand_over();
        self.finished.extend(self.recorder.take().map(|running| running.recorder.stop()));
        let report = RecordingReport::of(&self.finished);
        let says_nothing = report.files.is_empty() && report.failure.is_none() && report.lost == 0;
        (!says_nothing).then_some(report)
    }

    /// Into a file in `dir` from the next tick on.
    fn begin(&mut self, dir: &Path) {
        if self.recorder.as_ref().is_none_or(|running| running.dir != dir) {
            // Finishing takes the disk's time, which no tick has: the recorder's thread lives on until it is done.
            if let Some(running) = self.recorder.take() {
                let stop = move || drop(running.recorder);
                _ = std::thread::Builder::new().name("recorder-stop".to_owned()).spawn(stop);
            }
            self.start(dir);
        }
        if let Some(running) = &mut self.recorder {
            running.to_file = true;
            running.recorder.begin_file();
        }
    }

    fn end(&mut self) {
        if let Some(running) = &mut self.recorder {
            running.to_file = false;
            running.recorder.end_file();
        }
    }

    fn start(&mut self, dir: &Path) {
        let options = RecorderOptions {
            dir: dir.to_owned(),
            label: LABEL.to_owned(),
            unix_ns_at_zero: self.header.unix_ns_at_zero,
            part_bytes_max: PART_BYTES_MAX,
            total_bytes_max: TOTAL_BYTES_MAX,
            flight: self.flight_dir.is_some().then_some(FLIGHT),
        };
        let recorder = Recorder::start(options, self.header.clone());
        self.recorder = Some(Running { recorder, dir: dir.to_owned(), to_file: false });
    }
}

impl RecordingReport {
    fn of(summaries: &[RecorderSummary]) -> RecordingReport {
        let files = summaries.iter().flat_map(|summary| &summary.files);
        let report = files.map(|file| FileReport {
            path: file.path.clone(),
            seal: file.seal.to_string(),
            bytes: file.bytes,
            records: file.records,
            flight: file.flight,
        });
        RecordingReport {
            files: report.collect(),
            lost: summaries.iter().map(|summary| summary.lost).sum(),
            failure: summaries.iter().find_map(|summary| summary.failure.clone()),
        }
    }
}

/// In the names of files.
const LABEL: &str = "server";
/// How much of the past a server keeps in memory if it is asked to.
const FLIGHT: Duration = Duration::from_secs(60);
/// A part of a recording: some two hours of 16 players. Smaller ones are handed on more easily.
const PART_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// All that one server writes before it stops by itself: no disk shall be full because of a match.
const TOTAL_BYTES_MAX: u64 = 16 * 1024 * 1024 * 1024;
/// How long records gather before the recorder's thread is woken for them: to wake it for every tick costs more than what it
/// does. With the 0.4 s until a chunk is sealed, less than the second that a crash may lose.
const HAND_OVER_INTERVAL: Duration = Duration::from_millis(250);
/// How often the recorder's state is looked at.
const LOOK_INTERVAL: Duration = Duration::from_millis(250);
