//! One file on the disk: made under a name that nobody has, begun with what stands, ended with a summary. Every error is a
//! sentence for whoever plays.

use super::RecordedFile;
use super::names;
use super::standing::Standing;
use crate::file::{TraceWriter, WriteOptions};
use crate::proto;
use crate::record::{Encoded, Record, Stamped};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A file that is being written.
pub(super) struct Output {
    pub(super) path: PathBuf,
    writer: TraceWriter<File>,
    /// When the oldest record that is not on the disk yet was taken.
    unsealed_since: Option<Instant>,
    looked_at: Instant,
}

/// Under which name, and as which part of what.
pub(super) struct Begin<'a> {
    pub(super) dir: &'a Path,
    /// Empty at the first part: it is found, and stays the same for the others.
    pub(super) stem: &'a mut String,
    pub(super) label: &'a str,
    /// The number of the part, or "flight": the end of the name.
    pub(super) suffix: &'a str,
    pub(super) header: proto::Header,
    pub(super) at: Duration,
    pub(super) standing: &'a Standing,
}

impl Output {
    /// A new file that has its header and what stands.
    pub(super) fn begin(mut begin: Begin<'_>, now: Instant) -> Result<Output, String> {
        let (file, path) = create(&mut begin).map_err(|(path, error)| explain("cannot be made", &path, &error))?;
        let zero = begin.header.unix_ns_at_zero;
        let write = || {
            let mut writer = TraceWriter::new(file, zero, WriteOptions::default())?;
            writer.write(&Stamped { at: begin.at, record: Record::Header(begin.header) })?;
            begin.standing.records().try_for_each(|record| writer.write(record))?;
            // What it is stands on the disk at once, however short it becomes.
            writer.seal()?;
            Ok(writer)
        };
        let writer = write().map_err(|error| {
            // Made a moment ago, and not even begun.
            _ = std::fs::remove_file(&path);
            explain("cannot be written", &path, &error)
        })?;
        Ok(Output { path, writer, unsealed_since: None, looked_at: now })
    }

    pub(super) fn write(&mut self, record: &Encoded<'_>, now: Instant) -> Result<(), String> {
        let written = self.writer.write_encoded(record);
        self.unsealed_since.get_or_insert(now);
        self.said(written)
    }

    pub(super) fn note(
        &mut self,
        at: Duration,
        kind: proto::recorder_note::Kind,
        count: u64,
        text: &str,
    ) -> Result<(), String> {
        let note = proto::RecorderNote { kind: kind.into(), count, text: text.to_owned() };
        let written = self.writer.write(&Stamped { at, record: note.into() });
        self.said(written)
    }

    /// Now and then: seal what has waited long enough, and see whether the file is still there.
    pub(super) fn tend(&mut self, now: Instant) -> Result<(), String> {
        if self.unsealed_since.is_some_and(|since| now.duration_since(since) >= UNSEALED_MAX) {
            self.unsealed_since = None;
            let sealed = self.writer.seal().map(|_| ());
            self.said(sealed)?;
        }
        if now.duration_since(self.looked_at) >= LOOKS_APART {
            self.looked_at = now;
            let there = std::fs::metadata(&self.path).map(|_| ());
            there.map_err(|error| explain("is gone", &self.path, &error))?;
        }
        Ok(())
    }

    /// How long it may be left alone.
    pub(super) fn tend_after(&self, now: Instant) -> Duration {
        let unsealed = self.unsealed_since.map(|since| since + UNSEALED_MAX);
        let look = self.looked_at + LOOKS_APART;
        unsealed.map_or(look, |unsealed| unsealed.min(look)).saturating_duration_since(now)
    }

    /// Its summary, and everything on the disk.
    pub(super) fn finish(self, flight: bool) -> Result<RecordedFile, String> {
        let (path, records) = (self.path, self.writer.messages());
        let finish = |writer: TraceWriter<File>| {
            let (seal, file) = writer.finish()?;
            // What the system has put off until now may still fail: quotas, network disks.
            file.sync_all()?;
            std::fs::metadata(&path)?;
            Ok((seal, file.metadata()?.len()))
        };
        match finish(self.writer) {
            Ok((seal, bytes)) => Ok(RecordedFile { path, seal, bytes, records, flight }),
            Err(error) => Err(explain("cannot be finished", &path, &error)),
        }
    }

    pub(super) fn bytes(&self) -> u64 {
        self.writer.bytes()
    }

    pub(super) fn records(&self) -> u64 {
        self.writer.messages()
    }

    fn said(&self, written: io::Result<()>) -> Result<(), String> {
        written.map_err(|error| explain("cannot be written", &self.path, &error))
    }
}

/// A file under a name of its own: two recorders of one second may share a folder.
fn create(begin: &mut Begin<'_>) -> Result<(File, PathBuf), (PathBuf, io::Error)> {
    std::fs::create_dir_all(begin.dir).map_err(|error| (begin.dir.to_owned(), error))?;
    if begin.stem.is_empty() {
        let at_ns = i64::try_from(begin.at.as_nanos()).unwrap_or(i64::MAX);
        *begin.stem = names::stem(begin.header.unix_ns_at_zero.saturating_add(at_ns), begin.label);
    }
    let mut number = 1;
    loop {
        let stem = if number == 1 { begin.stem.clone() } else { format!("{}.{number}", begin.stem) };
        let path = begin.dir.join(format!("{stem}-{}.mcap", begin.suffix));
        match File::create_new(&path) {
            Ok(file) => {
                *begin.stem = stem;
                return Ok((file, path));
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < NAMES_TRIED_MAX => number += 1,
            Err(error) => return Err((path, error)),
        }
    }
}

pub(super) fn explain(what: &str, path: &Path, error: &io::Error) -> String {
    let todo = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "make room on that disk, then record again",
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "record to a folder that may be written to"
        }
        io::ErrorKind::NotFound => "see whether that folder or its disk was removed, then record again",
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            "a file stands where the folder should be: name another folder"
        }
        _ => "see whether that disk works, then record again",
    };
    format!("recording stopped: {} {what} ({error}); {todo}", path.display())
}

/// What a crash may cost, less what the queue holds and the disk takes.
const UNSEALED_MAX: Duration = Duration::from_millis(400);

const LOOKS_APART: Duration = Duration::from_secs(1);

/// Recorders that begin in one folder in one second.
const NAMES_TRIED_MAX: u32 = 1000;
