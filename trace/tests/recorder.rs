//! A recorder over a real disk: files that begin anywhere, parts, flights, and a queue that overflows.

mod common;

use common::{Folder, Numbers, at_tick, header, keyframe, match_of, server_tick};
use std::path::Path;
use std::time::{Duration, Instant};
use tickshot_trace::file::{self, Contents};
use tickshot_trace::proto::{self, recorder_note::Kind, session_event};
use tickshot_trace::record::{Record, Stamped};
use tickshot_trace::recorder::{QUEUE_RECORDS_MAX, Recorder, RecorderOptions, RecorderState};

fn options(dir: &Path) -> RecorderOptions {
    RecorderOptions {
        dir: dir.to_owned(),
        label: "server".to_owned(),
        unix_ns_at_zero: common::UNIX_NS_AT_ZERO,
        part_bytes_max: u64::MAX,
        total_bytes_max: u64::MAX,
        flight: None,
    }
}

/// In batches as a server makes them. Not faster than the thread: these tests are about what is written.
fn feed(recorder: &Recorder, records: &[Stamped]) {
    for chunk in records.chunks(QUEUE_RECORDS_MAX / 4) {
        chunk.chunks(16).for_each(|batch| recorder.record(&mut batch.iter().cloned().collect()));
        std::thread::sleep(Duration::from_millis(60));
    }
}

fn wait_for(recorder: &Recorder, what: &str, so: impl Fn(&RecorderState) -> bool) -> RecorderState {
    let begun = Instant::now();
    loop {
        let state = recorder.state();
        if so(&state) {
            return state;
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "{what} did not come: {state:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn read(path: &Path) -> Contents {
    file::read(&file::load(path).expect("the file is there")).expect("a trace")
}

fn is_note(stamped: &Stamped, kind: Kind) -> bool {
    matches!(&stamped.record, Record::RecorderNote(note) if note.kind() == kind)
}

fn ticks(records: &[Stamped]) -> Vec<u32> {
    records
        .iter()
        .filter_map(|it| if let Record::ServerTick(tick) = &it.record { Some(tick.tick) } else { None })
        .collect()
}

#[test]
fn a_recording_holds_all_records_and_ends_with_the_word_that_it_was_stopped() {
    let folder = Folder::new("recorder");
    let dir = folder.join("made/when/missing");
    let records = match_of(300, 4, 21);
    let recorder = Recorder::start(options(&dir), header());
    recorder.begin_file();
    feed(&recorder, &records[1..]);
    recorder.end_file();
    let state = wait_for(&recorder, "the end", |state| !state.recording);
    let summary = recorder.stop();
    let [file] = &summary.files[..] else { panic!("one file: {summary:?}") };
    assert_eq!((Some(&file.path), Some(file.seal), state.failure), (state.path.as_ref(), state.last_seal, None));
    assert_eq!(file.path.file_name().and_then(|name| name.to_str()), Some("20260921-141320-server-1.mcap"));
    let contents = read(&file.path);
    assert!(contents.health.is_whole() && contents.health.last_seal == file.seal.to_string());
    assert_eq!((contents.health.bytes, contents.health.messages), (file.bytes, file.records));
    let (last, before) = contents.records.split_last().expect("records");
    assert!(is_note(last, Kind::Stopped));
    // A server's file begins with its header, what stands, and the first keyframe.
    assert!(matches!(before[0].record, Record::Header(_)));
    assert_eq!(before[1..], records[1..]);
}

#[test]
fn a_file_begun_in_the_middle_starts_with_what_stands_and_the_next_keyframe() {
    let folder = Folder::new("recorder");
    let event = |kind: session_event::Kind, slot| proto::SessionEvent {
        kind: kind.into(),
        slot,
        client_id: slot.into(),
        ..Default::default()
    };
    let link = |client_id, link: &str| proto::ImposedLink { client_id, link: link.to_owned(), ..Default::default() };
    let mut records = match_of(200, 2, 22);
    let early = [
        at_tick(2, event(session_event::Kind::Admitted, 1)),
        at_tick(2, event(session_event::Kind::Admitted, 2)),
        at_tick(3, link(1, "delay 50ms")),
        at_tick(3, link(2, "delay 90ms")),
        at_tick(4, event(session_event::Kind::Left, 2)),
    ];
    records.splice(4..4, early);
    let recorder = Recorder::start(options(folder.path()), header());
    let (before, after) = records.split_at(90);
    feed(&recorder, before);
    recorder.begin_file();
    feed(&recorder, after);
    let file = &recorder.stop().files[0];
    let records = read(&file.path).records;
    let names: Vec<&str> = records.iter().map(|it| Record::CHANNELS[it.record.channel()].1).collect();
    assert_eq!(names[..6], ["Header", "FieldNames", "MatchBegan", "SessionEvent", "ImposedLink", "Keyframe"]);
    let Record::SessionEvent(present) = &records[3].record else { panic!("who is there") };
    assert_eq!((present.kind(), present.slot), (session_event::Kind::Present, 1), "the one who left is not there");
    assert_eq!(ticks(&records), (129..=200).collect::<Vec<_>>());
}

#[test]
fn with_flight_memory_a_file_begins_at_the_newest_keyframe_before_the_key_was_pressed() {
    let folder = Folder::new("recorder");
    let records = match_of(200, 2, 23);
    let options = RecorderOptions { flight: Some(Duration::from_secs(60)), ..options(folder.path()) };
    let recorder = Recorder::start(options, header());
    let (before, after) = records.split_at(90);
    feed(&recorder, before);
    recorder.begin_file();
    feed(&recorder, after);
    let file = &recorder.stop().files[0];
    assert_eq!(ticks(&read(&file.path).records), (65..=200).collect::<Vec<_>>());
}

#[test]
fn parts_hold_all_records_together_and_each_reads_alone() {
    let folder = Folder::new("recorder");
    let records = match_of(640, 4, 24);
    let options = RecorderOptions { part_bytes_max: 20_000, ..options(folder.path()) };
    let recorder = Recorder::start(options, header());
    recorder.begin_file();
    feed(&recorder, &records[1..]);
    let summary = recorder.stop();
    assert!(summary.files.len() > 3, "{summary:?}");
    let mut all = Vec::new();
    let mut continues = Vec::new();
    for (index, file) in summary.files.iter().enumerate() {
        let mut part = read(&file.path).records;
        let Record::Header(header) = &part[0].record else { panic!("a header") };
        assert_eq!((header.part as usize, &header.continues), (index + 1, &continues));
        continues = file.seal.0.to_vec();
        let end = if index + 1 == summary.files.len() { Kind::Stopped } else { Kind::Rotated };
        assert!(is_note(&part.pop().expect("records"), end));
        let names: Vec<&str> = part.iter().map(|it| Record::CHANNELS[it.record.channel()].1).collect();
        assert_eq!(names[..4], ["Header", "FieldNames", "MatchBegan", "Keyframe"]);
        all.extend(part.split_off(if index == 0 { 1 } else { 3 }));
    }
    assert_eq!(all, records[1..]);
}

#[test]
fn a_recording_stops_with_a_reason_where_all_its_room_is_used() {
    let folder = Folder::new("recorder");
    let options = RecorderOptions { part_bytes_max: 20_000, total_bytes_max: 60_000, ..options(folder.path()) };
    let recorder = Recorder::start(options, header());
    recorder.begin_file();
    feed(&recorder, &match_of(1280, 4, 25)[1..]);
    let state = wait_for(&recorder, "the limit", |state| !state.recording);
    assert!(state.failure.expect("a reason").contains("60000 bytes"));
    recorder.begin_file();
    let again = wait_for(&recorder, "the limit again", |state| state.failure.is_some());
    assert!(!again.recording);
    let summary = recorder.stop();
    let on_disk: u64 = summary.files.iter().map(|file| file.bytes).sum();
    assert!(on_disk < 60_000 + 70_000, "{on_disk} bytes: no more than a chunk beyond");
    summary.files.iter().for_each(|file| assert!(read(&file.path).health.is_whole()));
}

#[test]
fn a_flight_is_the_last_minute_from_a_keyframe_on_beside_a_file_that_goes_on() {
    let folder = Folder::new("recorder");
    let records = match_of(64 * 30, 2, 26);
    let options = RecorderOptions { flight: Some(Duration::from_secs(10)), ..options(folder.path()) };
    let recorder = Recorder::start(options, header());
    recorder.save_flight("too early");
    let state = wait_for(&recorder, "the failure", |state| state.failure.is_some());
    assert!(state.failure.expect("words").contains("nothing has happened yet"));
    recorder.begin_file();
    feed(&recorder, &records[1..]);
    recorder.save_flight("a shot that was refused");
    let state = wait_for(&recorder, "the flight", |state| !state.saved.is_empty());
    assert!(state.recording && state.failure.is_none(), "{state:?}");
    let summary = recorder.stop();
    let flight = summary.files.iter().find(|file| file.flight).expect("a flight");
    assert_eq!(Some(&flight.path), state.saved.first());
    let contents = read(&flight.path);
    assert!(contents.health.is_whole());
    let names: Vec<&str> = contents.records.iter().map(|it| Record::CHANNELS[it.record.channel()].1).collect();
    assert_eq!(names[..5], ["Header", "FieldNames", "MatchBegan", "RecorderNote", "Keyframe"]);
    let Record::RecorderNote(note) = &contents.records[3].record else { panic!("a note") };
    assert_eq!((note.kind(), note.text.as_str()), (Kind::Flight, "a shot that was refused"));
    let ticks = ticks(&contents.records);
    let seconds = ticks.len() as f64 / 64.0;
    assert!((10.0..=15.0).contains(&seconds), "{seconds} s");
    assert_eq!(ticks.last(), Some(&(64 * 30)));
    let whole = summary.files.iter().find(|file| !file.flight).expect("the recording");
    assert_eq!(read(&whole.path).records.len(), records.len() + 1, "all of them and a note");
}

#[test]
fn what_stood_before_the_flight_memory_begins_stands_in_the_flight() {
    let folder = Folder::new("recorder");
    let options = RecorderOptions { flight: Some(Duration::from_secs(5)), ..options(folder.path()) };
    let recorder = Recorder::start(options, header());
    let mut numbers = Numbers(27);
    let began = |number, tick| at_tick(tick, proto::MatchBegan { number, tick, ..Default::default() });
    let mut records = vec![began(1, 0)];
    for tick in 1..=64 * 40 {
        // The second match is older than the memory, the third is within it.
        match tick {
            640 => records.push(began(2, tick)),
            2500 => records.push(began(3, tick)),
            _ => {}
        }
        if tick % 64 == 0 || tick == 640 || tick == 2500 {
            records.push(at_tick(tick, keyframe(tick, 1, &mut numbers)));
        }
        records.push(at_tick(tick, server_tick(tick, 1, &mut numbers)));
    }
    feed(&recorder, &records);
    recorder.save_flight("test");
    let summary = recorder.stop();
    let records = read(&summary.files[0].path).records;
    let matches: Vec<u32> = records
        .iter()
        .filter_map(|it| if let Record::MatchBegan(it) = &it.record { Some(it.number) } else { None })
        .collect();
    assert_eq!(matches, [2, 3]);
}

/// A record that is sooner sent than written: 16 kB that cannot be made smaller by much.
fn long_line(numbers: &mut Numbers) -> proto::Chat {
    let text = (0..16_000).map(|_| char::from(b' ' + numbers.below(90) as u8)).collect();
    proto::Chat { text, ..proto::Chat::default() }
}

#[test]
fn a_queue_that_overflows_loses_records_counts_them_and_says_where() {
    let folder = Folder::new("recorder");
    let recorder = Recorder::start(options(folder.path()), header());
    recorder.begin_file();
    let mut numbers = Numbers(28);
    let first = [at_tick(1, keyframe(1, 64, &mut numbers)), at_tick(1, server_tick(1, 64, &mut numbers))];
    feed(&recorder, &first);
    let big = long_line(&mut numbers);
    let mut ticks = vec![1];
    let mut sent = 2_u64;
    let mut slowest = Duration::ZERO;
    for tick in 2..60_000 {
        let record = at_tick(tick, proto::Chat { tick, ..big.clone() });
        let begun = Instant::now();
        recorder.record(&mut [record].into_iter().collect());
        slowest = slowest.max(begun.elapsed());
        sent += 1;
        ticks.push(tick);
        if recorder.state().lost > 5000 {
            break;
        }
    }
    let lost = recorder.state().lost;
    assert!(lost > 5000, "the queue never overflowed: {lost}");
    std::thread::sleep(Duration::from_millis(1500));
    feed(&recorder, &[at_tick(60_000, proto::Chat { tick: 60_000, ..big })]);
    let summary = recorder.stop();
    let contents = read(&summary.files[0].path);
    assert_eq!((summary.lost, contents.health.lost), (lost, lost), "the file tells of every loss");
    let kept = contents
        .records
        .iter()
        .filter(|it| matches!(it.record, Record::ServerTick(_) | Record::Keyframe(_) | Record::Chat(_)));
    assert_eq!(kept.count() as u64 + lost, sent + 1, "nothing is lost in silence");
    assert!(slowest < Duration::from_millis(100), "record() waited {slowest:?}");
}

#[test]
fn losses_stand_in_the_file_even_if_nothing_comes_after_them() {
    let folder = Folder::new("recorder");
    let recorder = Recorder::start(options(folder.path()), header());
    recorder.begin_file();
    let mut numbers = Numbers(29);
    feed(&recorder, &[at_tick(1, keyframe(1, 64, &mut numbers))]);
    let big = at_tick(2, long_line(&mut numbers));
    for _ in 0..100_000 {
        recorder.record(&mut [big.clone()].into_iter().collect());
        if recorder.state().lost > 100 {
            break;
        }
    }
    let summary = recorder.stop();
    assert!(summary.lost > 100);
    assert_eq!(read(&summary.files[0].path).health.lost, summary.lost);
}

#[test]
fn two_recorders_of_one_second_in_one_folder_write_to_files_of_their_own() {
    let folder = Folder::new("recorder");
    let recorders: Vec<Recorder> = (0..4).map(|_| Recorder::start(options(folder.path()), header())).collect();
    recorders.iter().for_each(Recorder::begin_file);
    let records = match_of(70, 1, 30);
    recorders.iter().for_each(|recorder| feed(recorder, &records));
    let mut paths: Vec<_> =
        recorders.into_iter().flat_map(|recorder| recorder.stop().files).map(|file| file.path).collect();
    paths.iter().for_each(|path| assert!(read(path).health.is_whole()));
    paths.sort();
    paths.dedup();
    assert_eq!(paths.len(), 4);
}

#[test]
fn a_clients_file_begins_at_once_without_a_keyframe() {
    let folder = Folder::new("recorder");
    let header = proto::Header { role: proto::Role::Client.into(), ..header() };
    let recorder =
        Recorder::start(RecorderOptions { label: "client-Ann".to_owned(), ..options(folder.path()) }, header);
    let welcome = at_tick(1, proto::Welcomed { client_id: 7, slot: 3, ..Default::default() });
    let frame = |tick: u32| at_tick(tick, proto::Frame { at_ns: tick.into(), ..Default::default() });
    feed(&recorder, &[welcome.clone(), frame(2)]);
    recorder.begin_file();
    feed(&recorder, &[frame(3), frame(4)]);
    let records = read(&recorder.stop().files[0].path).records;
    assert_eq!(records[1..4], [welcome, frame(3), frame(4)]);
}

#[test]
fn a_second_recording_of_one_process_is_a_file_of_its_own() {
    let folder = Folder::new("recorder");
    let recorder = Recorder::start(options(folder.path()), header());
    let records = match_of(200, 1, 31);
    recorder.begin_file();
    recorder.begin_file();
    feed(&recorder, &records[1..100]);
    recorder.end_file();
    recorder.end_file();
    recorder.begin_file();
    feed(&recorder, &records[100..]);
    let files = recorder.stop().files;
    assert_eq!(files.len(), 2);
    assert_eq!(ticks(&read(&files[0].path).records).first(), Some(&1));
    assert_eq!(ticks(&read(&files[1].path).records), (129..=200).collect::<Vec<_>>());
}
