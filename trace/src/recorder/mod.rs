//! The recorder: a thread of its own between cores and files. Never waited for.
//!
//! Time line: [`Recorder::record`] puts a batch of records into a bounded queue, or counts a loss; the thread writes it to the
//! open file if there is one, and keeps it in the flight memory if there is one. What goes wrong with the disk ends up
//! in [`RecorderState::failure`], in words for a player, and never reaches the game.
//!
//! Knows no wall clock: file names come from the header's and the records' times. Must not know what records mean, beyond
//! those that stand until they are replaced (`standing`) and keyframes, at which a server's file can begin.

mod flight;
mod names;
mod output;
mod standing;
mod worker;

#[cfg(feature = "tool")]
pub(crate) use self::names::utc;
use self::worker::{Errand, Worker};
use crate::file::Seal;
use crate::proto;
use crate::record::Batch;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Where and how much is recorded.
#[derive(Clone, Debug)]
pub struct RecorderOptions {
    /// Created if it is missing.
    pub dir: PathBuf,
    /// "server", "client-Ann": becomes part of the files' names.
    pub label: String,
    /// See the header's field; it makes the time in the files' names.
    pub unix_ns_at_zero: i64,
    /// A part of this size is followed by the next.
    pub part_bytes_max: u64,
    /// All that this recorder writes. Then it stops; it never removes a file.
    pub total_bytes_max: u64,
    /// So much is kept in memory, to be saved on demand.
    pub flight: Option<Duration>,
}

/// How the recording goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecorderState {
    /// A file is asked for and nothing has stopped it.
    pub recording: bool,
    /// The file written to now, or last.
    pub path: Option<PathBuf>,
    /// Of all files of this recording so far.
    pub bytes: u64,
    /// The same.
    pub records: u64,
    /// Records lost because the queue was full, since the recorder started.
    pub lost: u64,
    /// Why recording stopped, or a flight was not saved: what, where, what to do. Gone when it works again.
    pub failure: Option<String>,
    /// Flights saved.
    pub saved: Vec<PathBuf>,
    /// Of the last file that was finished.
    pub last_seal: Option<Seal>,
}

/// What a recorder leaves.
#[derive(Clone, Debug, Default)]
pub struct RecorderSummary {
    /// All files that were finished, in order.
    pub files: Vec<RecordedFile>,
    pub lost: u64,
    /// Why something is missing.
    pub failure: Option<String>,
}

/// A file that was finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedFile {
    pub path: PathBuf,
    /// Its last one: it proves the whole file.
    pub seal: Seal,
    pub bytes: u64,
    pub records: u64,
    /// Saved from memory.
    pub flight: bool,
}

/// A handle to a recorder's thread. Dropped, it finishes what is open.
#[derive(Debug)]
pub struct Recorder {
    shared: Arc<Shared>,
    /// `None` only while it is dropped.
    errands: Option<SyncSender<Errand>>,
    thread: Option<JoinHandle<RecorderSummary>>,
}

/// What both sides see.
#[derive(Debug, Default)]
struct Shared {
    state: Mutex<RecorderState>,
    /// Records in the queue.
    queued: AtomicUsize,
    /// Since it started, and those that no note in the file tells of yet.
    lost: AtomicU64,
    lost_untold: AtomicU64,
    /// Empty batches whose room is used again: nobody has to find some, or to give it back, a few times a second.
    spares: Mutex<Vec<Batch>>,
}

impl Recorder {
    /// Its thread is up; nothing is written yet, flight memory runs if it is asked for. Without a thread (the system gives
    /// none) the state says so, and every record is counted as lost.
    pub fn start(options: RecorderOptions, header: proto::Header) -> Recorder {
        let shared = Arc::new(Shared::default());
        let (errands, queue) = sync_channel(QUEUE_RECORDS_MAX + QUEUE_COMMANDS_MAX);
        let worker = Worker::new(options, header, Arc::clone(&shared));
        let spawned = std::thread::Builder::new().name("recorder".to_owned()).spawn(move || worker.run(&queue));
        let thread = match spawned {
            Ok(thread) => Some(thread),
            Err(error) => {
                let failure = format!("nothing can be recorded: the system gives no thread for it ({error})");
                shared.state().failure = Some(failure);
                None
            }
        };
        Recorder { shared, errands: Some(errands), thread }
    }

    /// Takes all that `batch` holds, and leaves it empty. Never blocks. A full queue counts a loss, and the file says where.
    pub fn record(&self, batch: &mut Batch) {
        let count = batch.len();
        if count == 0 {
            return;
        }
        if self.shared.queued.load(Ordering::Relaxed) >= QUEUE_RECORDS_MAX {
            batch.clear();
            self.shared.lose(count);
            return;
        }
        let batch = std::mem::replace(batch, self.shared.spare());
        // The gap is told where it is: before the first record that fits again.
        let lost = self.shared.lost_untold.swap(0, Ordering::Relaxed);
        self.shared.queued.fetch_add(count, Ordering::Relaxed);
        if !self.send(Errand::Record { lost_before: lost, batch }) {
            self.shared.queued.fetch_sub(count, Ordering::Relaxed);
            self.shared.lost_untold.fetch_add(lost, Ordering::Relaxed);
            self.shared.lose(count);
        }
    }

    /// From now on to a file. Never waits: [`Recorder::state`] tells what came of it.
    pub fn begin_file(&self) {
        self.send(Errand::Begin);
    }

    /// Finish the file. Never waits.
    pub fn end_file(&self) {
        self.send(Errand::End);
    }

    /// What the flight memory holds as a file of its own. Never waits. `why` stands in the file.
    pub fn save_flight(&self, why: &str) {
        self.send(Errand::SaveFlight { why: why.to_owned() });
    }

    pub fn state(&self) -> RecorderState {
        let mut state = self.shared.state().clone();
        state.lost = self.shared.lost.load(Ordering::Relaxed);
        state
    }

    /// Finish everything and wait for it.
    pub fn stop(mut self) -> RecorderSummary {
        self.join()
    }

    /// `false`: the queue is full, or its thread is gone.
    fn send(&self, errand: Errand) -> bool {
        let Some(errands) = &self.errands else { return false };
        match errands.try_send(errand) {
            Ok(()) => true,
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => false,
        }
    }

    fn join(&mut self) -> RecorderSummary {
        // The thread takes what is queued, then finds that nobody is there any more.
        self.errands = None;
        let summary = self.thread.take().and_then(|thread| thread.join().ok());
        summary.unwrap_or_else(|| RecorderSummary {
            lost: self.shared.lost.load(Ordering::Relaxed),
            failure: self.shared.state().failure.clone(),
            files: Vec::new(),
        })
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.join();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, RecorderState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn spare(&self) -> Batch {
        self.spares.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    fn give_back(&self, mut batch: Batch) {
        batch.clear();
        let mut spares = self.spares.lock().unwrap_or_else(PoisonError::into_inner);
        if spares.len() < SPARES_MAX {
            spares.push(batch);
        }
    }

    fn lose(&self, records: usize) {
        self.lost.fetch_add(records as u64, Ordering::Relaxed);
        self.lost_untold.fetch_add(records as u64, Ordering::Relaxed);
    }
}

/// Records that wait for the thread: at 64 ticks a second and as many shots half a minute of a server, at 300 frames eight
/// seconds of a client. A disk that stands still for longer costs records. Grows with the time to bridge.
pub const QUEUE_RECORDS_MAX: usize = 4096;

/// One is filled while another is written; more only if the disk was slow.
const SPARES_MAX: usize = 4;

/// Places that records leave free, so that somebody who presses keys is heard behind a full queue.
const QUEUE_COMMANDS_MAX: usize = 64;
