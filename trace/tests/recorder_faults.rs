//! Disks that fail: recording stops with words for whoever plays, the caller never waits, and it works again afterwards.
#![cfg(target_os = "linux")]

mod common;

use common::{Folder, Numbers, header, keyframe, match_of, server_tick};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use tickshot_trace::file::{self, TraceWriter, WriteOptions};
use tickshot_trace::record::Stamped;
use tickshot_trace::recorder::{Recorder, RecorderOptions, RecorderState};

fn recorder(dir: &Path) -> Recorder {
    let options = RecorderOptions {
        dir: dir.to_owned(),
        label: "server".to_owned(),
        unix_ns_at_zero: common::UNIX_NS_AT_ZERO,
        part_bytes_max: u64::MAX,
        total_bytes_max: u64::MAX,
        flight: None,
    };
    Recorder::start(options, header())
}

/// Records go on coming until `so`; none of them waits.
fn play_until(recorder: &Recorder, from: &mut u32, so: impl Fn(&RecorderState) -> bool) -> RecorderState {
    let mut numbers = Numbers(41);
    let begun = Instant::now();
    loop {
        *from += 1;
        if *from % 16 == 1 {
            recorder.record(&mut [common::at_tick(*from, keyframe(*from, 64, &mut numbers))].into_iter().collect());
        }
        let record = common::at_tick(*from, server_tick(*from, 64, &mut numbers));
        let asked = Instant::now();
        recorder.record(&mut [record].into_iter().collect());
        assert!(asked.elapsed() < Duration::from_millis(100), "a record waited {:?}", asked.elapsed());
        let state = recorder.state();
        if so(&state) {
            return state;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "it did not come: {state:?}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Fails with words that name the place and what to do; then works in the same folder once `mend` has run.
fn fails_and_works_again(dir: &Path, words: &[&str], mend: impl FnOnce()) {
    let recorder = recorder(dir);
    let mut tick = 0;
    recorder.begin_file();
    let state = play_until(&recorder, &mut tick, |state| state.failure.is_some());
    let failure = state.failure.expect("waited for");
    println!("{failure}");
    assert!(!state.recording);
    for word in words.iter().copied().chain([dir.to_str().expect("a plain name")]) {
        assert!(failure.contains(word), "{word:?} is not in: {failure}");
    }
    // The game goes on without a recording.
    for _ in 0..100 {
        play_until(&recorder, &mut tick, |_| true);
    }
    mend();
    recorder.begin_file();
    let begun = tick;
    let state = play_until(&recorder, &mut tick, |state| state.recording && state.records > 100);
    assert!(state.recording && state.failure.is_none(), "{state:?}");
    let summary = recorder.stop();
    assert_eq!((summary.files.len(), &summary.failure), (1, &None));
    let contents = file::read(&file::load(&summary.files[0].path).expect("it is there")).expect("a trace");
    assert!(contents.health.is_whole());
    assert!(contents.records[2].at > Duration::from_nanos(u64::from(begun) * common::TICK_NS));
}

/// A mounted file system, unmounted whatever happens. `None`, said aloud, where this process may not mount.
struct Mount<'f>(&'f Path);

impl<'f> Mount<'f> {
    fn tmpfs(path: &'f Path, options: &str) -> Option<Mount<'f>> {
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(path).output();
        match mounted {
            Ok(output) if output.status.success() => Some(Mount(path)),
            Ok(output) => {
                println!("SKIPPED: no tmpfs can be mounted here: {}", String::from_utf8_lossy(&output.stderr).trim());
                None
            }
            Err(error) => {
                println!("SKIPPED: there is no mount command: {error}");
                None
            }
        }
    }

    fn remount(&self, options: &str) {
        let done = Command::new("mount").args(["-o", &format!("remount,{options}")]).arg(self.0).status();
        assert!(done.is_ok_and(|status| status.success()), "remount {options}");
    }
}

impl Drop for Mount<'_> {
    fn drop(&mut self) {
        _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}

#[test]
fn a_disk_that_fills_up_stops_the_recording_and_what_was_written_is_whole() {
    let folder = Folder::new("faults");
    let Some(mount) = Mount::tmpfs(folder.path(), "size=256k") else { return };
    let mut torn = None;
    fails_and_works_again(folder.path(), &["No space left", "make room"], || {
        let path = std::fs::read_dir(folder.path()).expect("mounted").next().expect("a file").expect("a name").path();
        let bytes = file::load(&path).expect("it is there");
        let contents = file::read(&bytes).expect("all but its end is whole");
        assert!(!contents.health.finished && contents.records.len() > 50);
        assert!(file::check(&file::recover(&bytes).expect("some is whole").bytes).expect("a file").is_whole());
        torn = Some(path);
        mount.remount("size=64m");
    });
    assert!(torn.expect("mend ran").exists(), "nothing is ever removed");
}

#[test]
fn a_disk_that_is_full_from_the_start_leaves_no_empty_files() {
    let folder = Folder::new("faults");
    let Some(mount) = Mount::tmpfs(folder.path(), "size=64k") else { return };
    std::fs::write(folder.join("other"), vec![1; 65536]).expect("it fits exactly");
    fails_and_works_again(folder.path(), &["No space left", "make room"], || {
        assert_eq!(std::fs::read_dir(folder.path()).expect("mounted").count(), 1);
        mount.remount("size=64m");
    });
}

#[test]
fn a_read_only_disk_is_told_and_recording_works_once_it_can_be_written_to() {
    let folder = Folder::new("faults");
    let Some(mount) = Mount::tmpfs(folder.path(), "size=64m,ro") else { return };
    fails_and_works_again(folder.path(), &["Read-only", "may be written to"], || mount.remount("rw"));
}

#[test]
fn a_file_where_the_folder_should_be_is_told() {
    let folder = Folder::new("faults");
    let path = folder.join("occupied");
    std::fs::write(&path, b"mine").expect("temporary");
    fails_and_works_again(&path, &["recording stopped", "folder"], || {
        assert_eq!(std::fs::read(&path).expect("untouched"), b"mine");
        std::fs::remove_file(&path).expect("temporary");
    });
}

#[test]
fn a_folder_that_vanishes_while_recording_is_told_within_seconds() {
    let folder = Folder::new("faults");
    let dir = folder.join("traces");
    let recorder = recorder(&dir);
    let mut tick = 0;
    recorder.begin_file();
    play_until(&recorder, &mut tick, |state| state.recording && state.records > 100);
    std::fs::remove_dir_all(&dir).expect("temporary");
    let gone = Instant::now();
    let state = play_until(&recorder, &mut tick, |state| state.failure.is_some());
    assert!(gone.elapsed() < Duration::from_secs(3));
    let failure = state.failure.expect("waited for");
    assert!(failure.contains("is gone") && failure.contains("record again"), "{failure}");
    recorder.begin_file();
    play_until(&recorder, &mut tick, |state| state.recording && state.records > 100);
    let summary = recorder.stop();
    assert!(file::check(&file::load(&summary.files[0].path).expect("made anew")).expect("a trace").is_whole());
}

#[test]
fn a_folder_that_vanishes_just_before_the_end_is_told_too() {
    let folder = Folder::new("faults");
    let dir = folder.join("traces");
    let recorder = recorder(&dir);
    let mut tick = 0;
    recorder.begin_file();
    play_until(&recorder, &mut tick, |state| state.records > 10);
    std::fs::remove_dir_all(&dir).expect("temporary");
    let summary = recorder.stop();
    assert!(summary.files.is_empty() && summary.failure.is_some(), "{summary:?}");
}

#[test]
fn a_device_that_takes_nothing_gives_its_error_to_the_writer() {
    let device = std::fs::File::options().write(true).open("/dev/full").expect("every Linux has it");
    let mut writer = TraceWriter::new(device, 0, WriteOptions::default()).expect("nothing is written yet");
    let records: Vec<Stamped> = match_of(2, 1, 42);
    records.iter().for_each(|record| writer.write(record).expect("still in memory"));
    assert_eq!(writer.seal().expect_err("it is full").kind(), std::io::ErrorKind::StorageFull);
}

/// This test binary, called again, records until it is killed.
#[test]
fn kill_9_loses_at_most_a_second() {
    if let Some(dir) = std::env::var_os("TICKSHOT_TEST_RECORD_UNTIL_KILLED") {
        return record_for_ever(Path::new(&dir));
    }
    let folder = Folder::new("faults");
    for wait_ms in [700, 1130, 1490] {
        let dir = folder.join(&format!("after-{wait_ms}"));
        let this = std::env::current_exe().expect("a test binary");
        let mut child = Command::new(this)
            .args(["--exact", "kill_9_loses_at_most_a_second"])
            .env("TICKSHOT_TEST_RECORD_UNTIL_KILLED", &dir)
            .stdout(std::process::Stdio::null())
            .spawn()
            .expect("a child");
        let told = dir.join("newest");
        let begun = Instant::now();
        while !told.exists() && begun.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(10));
        }
        std::thread::sleep(Duration::from_millis(wait_ms));
        child.kill().expect("SIGKILL");
        child.wait().expect("it is dead");
        let newest: u64 = std::fs::read_to_string(&told).expect("it told").trim().parse().expect("a number");
        let path = std::fs::read_dir(&dir)
            .expect("its folder")
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .find(|path| path.extension().is_some_and(|it| it == "mcap"))
            .expect("its trace");
        let contents = file::read(&file::load(&path).expect("it is there")).expect("a trace");
        let kept = contents.records.last().expect("records").at.as_nanos() as u64;
        let lost_ms = newest.saturating_sub(kept) / 1_000_000;
        println!("killed: {} records, {lost_ms} ms lost", contents.records.len());
        assert!(contents.records.len() > 20 && !contents.health.finished);
        assert!(lost_ms <= 1000, "{lost_ms} ms are lost");
    }
}

/// A record every millisecond, stamped with the time; the newest time is told in a file beside.
fn record_for_ever(dir: &Path) {
    let recorder = recorder(dir);
    recorder.begin_file();
    let mut numbers = Numbers(43);
    let begun = Instant::now();
    for tick in 1..60_000 {
        let mut record = common::at_tick(tick, server_tick(tick, 4, &mut numbers));
        if tick == 1 {
            record = common::at_tick(tick, keyframe(tick, 4, &mut numbers));
        }
        record.at = begun.elapsed();
        let newest = record.at.as_nanos().to_string();
        recorder.record(&mut [record].into_iter().collect());
        if tick % 8 == 0 && dir.exists() {
            // In one piece: the reader may come at any time.
            let part = dir.join("newest.part");
            std::fs::write(&part, newest).and_then(|()| std::fs::rename(&part, dir.join("newest"))).expect("told");
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}
