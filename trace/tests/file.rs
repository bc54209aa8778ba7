//! What is written is read again; what is cut is read as far as it is whole; what is mended is a file again.

mod common;

use common::{file_of, match_of, one_of_each};
use tickshot_trace::file::{self, ReadError, TraceWriter, WriteOptions};
use tickshot_trace::proto;
use tickshot_trace::record::Stamped;

#[test]
fn every_kind_of_record_comes_back_as_it_was_written() {
    let records = one_of_each();
    let bytes = file_of(&records, 64 * 1024);
    let contents = file::read(&bytes).expect("a whole file");
    // Its header says another zero than the file was written with: times move, all by the same.
    let zero = common::UNIX_NS_AT_ZERO;
    for (written, read) in records.iter().zip(&contents.records) {
        assert_eq!(written.record, read.record);
        assert_eq!(written.at.as_nanos() as i64 + zero, read.at.as_nanos() as i64);
    }
    assert_eq!(contents.records.len(), records.len());
    assert!(contents.health.is_whole(), "{:?}", contents.health);
}

#[test]
fn a_match_comes_back_with_its_times_in_many_chunks() {
    let records = match_of(300, 4, 1);
    let bytes = file_of(&records, 8 * 1024);
    let contents = file::read(&bytes).expect("a whole file");
    assert_eq!(contents.records, records);
    let health = contents.health;
    assert!(health.is_whole() && health.chunks > 10, "{health:?}");
    assert_eq!((health.seals, health.messages, health.valid_bytes), (health.chunks, 308, bytes.len() as u64));
    assert_eq!(file::check(&bytes).expect("a whole file"), health);
}

#[test]
fn the_seal_told_at_the_end_is_the_last_one_of_the_file() {
    let mut writer = TraceWriter::new(Vec::new(), 0, WriteOptions::default()).expect("memory");
    match_of(50, 2, 2).iter().for_each(|record| writer.write(record).expect("memory"));
    let sealed = writer.seal().expect("memory");
    assert_eq!(writer.seal().expect("memory"), sealed, "nothing new: the same seal");
    let (seal, bytes) = writer.finish().expect("memory");
    assert_eq!(seal, sealed);
    assert_eq!(file::check(&bytes).expect("a file").last_seal, seal.to_string());
}

/// Records of all chunks that lie before `cut`, as a reader that knows nothing of chunks must find them.
#[test]
fn a_file_cut_at_any_byte_gives_its_longest_whole_prefix() {
    let records = match_of(60, 2, 3);
    let bytes = file_of(&records, 2 * 1024);
    let mut before = 0;
    let mut steps = 0;
    for cut in 0..bytes.len() {
        let torn = &bytes[..cut];
        let found = match file::read(torn) {
            Ok(contents) => {
                assert_eq!(contents.health.faults.len(), 1, "cut at {cut}");
                assert!(!contents.health.finished && contents.health.valid_bytes <= cut as u64);
                contents.records
            }
            Err(ReadError::NotMcap) if cut < 8 => Vec::new(),
            Err(ReadError::Nothing(_)) => Vec::new(),
            Err(error) => panic!("cut at {cut}: {error}"),
        };
        assert!(found.len() >= before, "cut at {cut}: a longer file has no fewer records");
        assert_eq!(found, records[..found.len()], "cut at {cut}");
        steps += usize::from(found.len() > before);
        before = found.len();
    }
    assert_eq!(before, records.len(), "only the summary was missing at the last cut");
    assert!(steps >= 8, "the records came in {steps} chunks only: the test sees nothing");
}

#[test]
fn a_torn_file_is_mended_to_one_that_every_check_accepts() {
    let records = match_of(60, 2, 4);
    let bytes = file_of(&records, 2 * 1024);
    let mut mended = 0;
    for cut in (0..bytes.len()).step_by(97) {
        let torn = &bytes[..cut];
        let Ok(whole) = file::read(torn) else {
            assert!(file::recover(torn).is_err(), "cut at {cut}");
            continue;
        };
        let recovered = file::recover(torn).expect("something is whole");
        let again = file::read(&recovered.bytes).expect("a mended file");
        assert!(again.health.is_whole(), "cut at {cut}: {:?}", again.health);
        assert_eq!(again.records, whole.records, "cut at {cut}");
        assert_eq!(again.health.last_seal, recovered.seal.to_string());
        let origin = again.health.origin.expect("a mended file says so");
        assert_eq!((origin.bytes, &origin.last_seal), (cut as u64, &whole.health.last_seal));
        assert!(!origin.fault.is_empty());
        mended += 1;
    }
    assert!(mended > 50, "only {mended} cuts left something to mend");
}

#[test]
fn losses_that_the_recorder_noted_are_summed() {
    let note = |kind: proto::recorder_note::Kind, count| proto::RecorderNote {
        kind: kind.into(),
        count,
        ..Default::default()
    };
    let mut records = match_of(3, 1, 5);
    records.push(common::at_tick(4, note(proto::recorder_note::Kind::Lost, 7)));
    records.push(common::at_tick(5, note(proto::recorder_note::Kind::Rotated, 100)));
    records.push(common::at_tick(6, note(proto::recorder_note::Kind::Lost, 5)));
    assert_eq!(file::check(&file_of(&records, 4096)).expect("a file").lost, 12);
}

#[test]
fn a_file_that_does_not_begin_with_a_header_is_no_trace() {
    let records: Vec<Stamped> = match_of(3, 1, 6).split_off(1);
    assert!(matches!(file::read(&file_of(&records, 4096)), Err(ReadError::NoHeader)));
    assert!(matches!(file::read(b"PK\x03\x04 something else"), Err(ReadError::NotMcap)));
    assert!(matches!(file::read(b""), Err(ReadError::NotMcap)));
}

#[test]
fn a_sink_that_fails_is_not_written_to_again() {
    struct Full(usize);
    impl std::io::Write for Full {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            let taken = bytes.len().min(self.0);
            self.0 -= taken;
            if taken == 0 { Err(std::io::ErrorKind::StorageFull.into()) } else { Ok(taken) }
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let options = WriteOptions { chunk_bytes: 1024, ..WriteOptions::default() };
    let mut writer = TraceWriter::new(Full(3000), 0, options).expect("nothing is written yet");
    let records = match_of(200, 2, 7);
    let error = records.iter().find_map(|record| writer.write(record).err()).expect("3000 bytes are not enough");
    assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
    assert!(writer.write(&records[5]).and_then(|()| writer.seal().map(|_| ())).is_err());
}
