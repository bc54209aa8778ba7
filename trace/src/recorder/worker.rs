//! The recorder's thread: takes errands in order, and is the only one that touches files.

use super::flight::Flight;
use super::output::{Begin, Output, explain};
use super::standing::Standing;
use super::{RecordedFile, RecorderOptions, RecorderSummary, Shared};
use crate::proto::recorder_note::Kind;
use crate::proto::{self, Header, Keyframe, Role};
use crate::record::{Batch, Encoded, OnChannel, Record};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

/// What the thread is asked to do.
pub(super) enum Errand {
    Record {
        /// So many did not fit into the queue just before this one.
        lost_before: u64,
        batch: Batch,
    },
    Begin,
    End,
    SaveFlight {
        why: String,
    },
}

/// The thread's own state.
pub(super) struct Worker {
    options: RecorderOptions,
    /// Of the next file.
    header: Header,
    shared: Arc<Shared>,
    standing: Standing,
    flight: Option<Flight>,
    /// A file is wished for; it begins as soon as it can.
    wished: bool,
    output: Option<Output>,
    /// Of the files of this recording.
    stem: String,
    /// Bytes and records of this recording's files before the open one.
    done: (u64, u64),
    /// Of everything that was written.
    spent_bytes: u64,
    files: Vec<RecordedFile>,
    last_at: Duration,
    /// The failure that is told is that of a flight.
    flight_failed: bool,
}

impl Worker {
    pub(super) fn new(options: RecorderOptions, header: Header, shared: Arc<Shared>) -> Worker {
        let flight = options.flight.map(Flight::new);
        let header = Header { unix_ns_at_zero: options.unix_ns_at_zero, ..header };
        Worker {
            options,
            header,
            shared,
            standing: Standing::default(),
            flight,
            wished: false,
            output: None,
            stem: String::new(),
            done: (0, 0),
            spent_bytes: 0,
            files: Vec::new(),
            last_at: Duration::ZERO,
            flight_failed: false,
        }
    }

    /// Until the recorder's handle is gone and the queue is empty.
    pub(super) fn run(mut self, queue: &Receiver<Errand>) -> RecorderSummary {
        loop {
            match self.next(queue) {
                Ok(errand) => {
                    self.handle(errand);
                    // Records come in handfuls; the file and the state are looked after once for each.
                    queue.try_iter().take(HANDFUL).for_each(|errand| self.handle(errand));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            let now = Instant::now();
            if let Some(Err(failure)) = self.output.as_mut().map(|output| output.tend(now)) {
                self.fail(failure);
            }
            self.tell();
        }
        self.end("the program ended");
        let lost = self.shared.lost.load(Ordering::Relaxed);
        RecorderSummary { files: self.files, lost, failure: self.shared.state().failure.clone() }
    }

    /// The next errand; while a file is open, for no longer than it can be left alone.
    fn next(&self, queue: &Receiver<Errand>) -> Result<Errand, RecvTimeoutError> {
        match &self.output {
            Some(output) => queue.recv_timeout(output.tend_after(Instant::now())),
            None => queue.recv().map_err(|_| RecvTimeoutError::Disconnected),
        }
    }

    fn handle(&mut self, errand: Errand) {
        match errand {
            Errand::Record { lost_before, batch } => {
                self.shared.queued.fetch_sub(batch.len(), Ordering::Relaxed);
                self.lost(lost_before, batch.iter().next().map_or(self.last_at, |record| record.at));
                self.record(batch);
            }
            Errand::Begin => self.begin(),
            Errand::End => self.end("as asked"),
            Errand::SaveFlight { why } => self.save_flight(&why),
        }
    }

    fn lost(&mut self, count: u64, at: Duration) {
        if count > 0 {
            let text = format!("{count} records were lost: the disk or the processor was too slow for them");
            let mut batch = Batch::default();
            batch.push(at, &proto::RecorderNote { kind: Kind::Lost.into(), count, text });
            self.record(batch);
        }
    }

    fn record(&mut self, batch: Batch) {
        for record in batch.iter() {
            self.last_at = record.at;
            if record.channel == Header::CHANNEL {
                self.set_header(&record);
                continue;
            }
            let written = if self.wished { self.write(&record) } else { Ok(()) };
            self.standing.apply(&record);
            if let Err(failure) = written {
                self.fail(failure);
            }
        }
        match &mut self.flight {
            Some(flight) => flight.push(batch),
            None => self.shared.give_back(batch),
        }
    }

    /// Of the next file.
    fn set_header(&mut self, record: &Encoded<'_>) {
        if let Record::Header(header) = record.decode().record {
            self.header = Header { unix_ns_at_zero: self.options.unix_ns_at_zero, ..header };
        }
    }

    fn write(&mut self, record: &Encoded<'_>) -> Result<(), String> {
        // A replay begins at a keyframe; of a client any record will do.
        let may_begin = !self.is_server() || record.channel == Keyframe::CHANNEL;
        if may_begin && self.output.as_ref().is_some_and(|output| output.bytes() >= self.options.part_bytes_max) {
            self.close(record.at, Kind::Rotated, "the next part goes on")?;
        }
        if self.output.is_none() && may_begin {
            self.open(record.at, self.standing.clone())?;
        }
        let Some(output) = &mut self.output else { return Ok(()) };
        output.write(record, Instant::now())?;
        let bytes = output.bytes();
        if self.spent_bytes + bytes >= self.options.total_bytes_max {
            self.close(record.at, Kind::Stopped, "all the room that recordings were allowed is used")?;
            return Err(self.room_is_used());
        }
        Ok(())
    }

    /// A file is wished for. It begins with what the flight memory has since the last keyframe, or with the next record
    /// that a file can begin with.
    fn begin(&mut self) {
        if self.wished {
            return;
        }
        self.wished = true;
        self.stem.clear();
        self.done = (0, 0);
        self.header.part = 0;
        self.header.continues.clear();
        let dir = &self.options.dir;
        let made = std::fs::create_dir_all(dir).map_err(|error| explain("cannot be made", dir, &error));
        let room = if self.spent_bytes < self.options.total_bytes_max { Ok(()) } else { Err(self.room_is_used()) };
        {
            let mut state = self.shared.state();
            (state.recording, state.failure, state.path) = (true, None, None);
            (state.bytes, state.records) = (0, 0);
            self.flight_failed = false;
        }
        if let Err(failure) = made.and(room).and_then(|()| self.begin_with_memory()) {
            self.fail(failure);
        }
    }

    fn begin_with_memory(&mut self) -> Result<(), String> {
        let Some(flight) = self.flight.take_if(|_| self.header.role() == Role::Server) else { return Ok(()) };
        let outcome = self.write_memory(&flight);
        self.flight = Some(flight);
        outcome
    }

    fn write_memory(&mut self, flight: &Flight) -> Result<(), String> {
        let Some((standing, mut records)) = flight.since_keyframe() else { return Ok(()) };
        let mut first = true;
        records.try_for_each(|record| {
            if std::mem::take(&mut first) {
                self.open(record.at, standing.clone())?;
            }
            let Some(output) = &mut self.output else { return Ok(()) };
            output.write(&record, Instant::now())
        })
    }

    /// Finish the file, if there is one.
    fn end(&mut self, why: &str) {
        let untold = self.shared.lost_untold.swap(0, Ordering::Relaxed);
        self.lost(untold, self.last_at);
        self.wished = false;
        let closed = self.close(self.last_at, Kind::Stopped, why);
        self.shared.state().recording = false;
        if let Err(failure) = closed {
            self.fail(failure);
        }
        self.tell();
    }

    fn open(&mut self, at: Duration, standing: Standing) -> Result<(), String> {
        self.header.part += 1;
        let begin = Begin {
            dir: &self.options.dir,
            stem: &mut self.stem,
            label: &self.options.label,
            suffix: &self.header.part.to_string(),
            header: self.header.clone(),
            at,
            standing: &standing,
        };
        let output = Output::begin(begin, Instant::now())?;
        tracing::info!(path = %output.path.display(), "recording");
        self.shared.state().path = Some(output.path.clone());
        self.output = Some(output);
        Ok(())
    }

    /// End the open file with a note that says why it ends.
    fn close(&mut self, at: Duration, kind: Kind, why: &str) -> Result<(), String> {
        let Some(mut output) = self.output.take() else { return Ok(()) };
        let written = output.bytes();
        let noted = output.note(at, kind, output.records(), why);
        match noted.and_then(|()| output.finish(false)) {
            Ok(file) => {
                self.spent_bytes += file.bytes;
                self.done = (self.done.0 + file.bytes, self.done.1 + file.records);
                self.header.continues = file.seal.0.to_vec();
                tracing::info!(path = %file.path.display(), bytes = file.bytes, seal = %file.seal, "recorded");
                self.shared.state().last_seal = Some(file.seal);
                self.files.push(file);
                Ok(())
            }
            Err(failure) => {
                self.spent_bytes += written;
                Err(failure)
            }
        }
    }

    /// What the flight memory has, as a file of its own. A recording that goes on is not touched.
    fn save_flight(&mut self, why: &str) {
        let saved = self.write_flight(why);
        let mut state = self.shared.state();
        match saved {
            Ok(file) => {
                tracing::info!(path = %file.path.display(), seal = %file.seal, why, "flight saved");
                self.spent_bytes += file.bytes;
                if std::mem::take(&mut self.flight_failed) {
                    state.failure = None;
                }
                state.last_seal = Some(file.seal);
                state.saved.push(file.path.clone());
                drop(state);
                self.files.push(file);
            }
            Err(failure) => {
                tracing::warn!("{failure}");
                state.failure = Some(failure);
                self.flight_failed = true;
            }
        }
    }

    fn write_flight(&self, why: &str) -> Result<RecordedFile, String> {
        let Some(flight) = &self.flight else {
            return Err("the last minute was not saved: this program was told not to keep it".to_owned());
        };
        let nothing = || "the last minute was not saved: nothing has happened yet".to_owned();
        let (standing, mut records) = flight.all(self.is_server()).ok_or_else(nothing)?;
        let first = records.next().ok_or_else(nothing)?;
        if self.spent_bytes >= self.options.total_bytes_max {
            return Err(self.room_is_used());
        }
        let now = Instant::now();
        let header = Header { part: 1, continues: Vec::new(), ..self.header.clone() };
        let begin = Begin {
            dir: &self.options.dir,
            stem: &mut String::new(),
            label: &self.options.label,
            suffix: "flight",
            header,
            at: first.at,
            standing: &standing,
        };
        let mut output = Output::begin(begin, now)?;
        output.note(first.at, Kind::Flight, 0, why)?;
        for record in std::iter::once(first).chain(records) {
            output.write(&record, now)?;
        }
        output.note(self.last_at, Kind::Stopped, output.records(), "all that was remembered")?;
        output.finish(true)
    }

    /// No more file; the game goes on. What was sealed stays on the disk.
    fn fail(&mut self, failure: String) {
        tracing::warn!("{failure}");
        if let Some(output) = self.output.take() {
            self.spent_bytes += output.bytes();
            self.done = (self.done.0 + output.bytes(), self.done.1 + output.records());
        }
        (self.wished, self.flight_failed) = (false, false);
        let mut state = self.shared.state();
        state.recording = false;
        state.failure = Some(failure);
    }

    fn tell(&self) {
        let (mut bytes, mut records) = self.done;
        if let Some(output) = &self.output {
            bytes += output.bytes();
            records += output.records();
        }
        let mut state = self.shared.state();
        (state.bytes, state.records) = (bytes, records);
    }

    fn is_server(&self) -> bool {
        self.header.role() == Role::Server
    }

    fn room_is_used(&self) -> String {
        let (most, dir) = (self.options.total_bytes_max, self.options.dir.display());
        format!(
            "recording stopped: this program has written the {most} bytes to {dir} that it may; \
             raise that limit, or start the program anew"
        )
    }
}

/// Errands that are done before anything else is seen to.
const HANDFUL: usize = 64;
