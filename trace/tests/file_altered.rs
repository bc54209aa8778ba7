//! Not one byte of a finished file changes unseen, and no file, however hostile, does harm.

mod common;

use common::{Numbers, file_of, match_of};
use std::sync::atomic::{AtomicUsize, Ordering};
use tickshot_trace::file::{self, ReadError};

/// Every byte, changed in two ways, in a file of 200 ticks.
#[test]
fn any_single_byte_changed_in_a_finished_file_is_found_and_its_place_named() {
    let records = match_of(200, 2, 11);
    let bytes = file_of(&records, 4 * 1024);
    assert!(file::check(&bytes).expect("a whole file").is_whole());
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut altered = bytes.clone();
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(original) = bytes.get(at).copied() else { break };
                    for flip in [0x01, 0xff] {
                        altered[at] = original ^ flip;
                        assert_found(&altered, at, flip);
                    }
                    altered[at] = original;
                }
            });
        }
    });
}

fn assert_found(altered: &[u8], at: usize, flip: u8) {
    let health = match file::check(altered) {
        Ok(health) => health,
        Err(ReadError::NotMcap) if at < 8 => return,
        Err(error) => panic!("byte {at} ^ {flip:#x}: {error}"),
    };
    let [fault] = &health.faults[..] else { panic!("byte {at} ^ {flip:#x} was not found: {health:?}") };
    assert!(!health.is_whole() && !fault.what.is_empty());
    // It is said where, to the span between two seals, and nothing at or behind the spot counts as whole.
    assert!(health.valid_bytes <= at as u64, "byte {at} ^ {flip:#x}: {health:?}");
    let near = 16 * 1024;
    assert!(fault.at_byte.abs_diff(at as u64) < near, "byte {at} ^ {flip:#x} is named as {fault}");
}

#[test]
fn a_changed_file_still_gives_the_records_before_the_change() {
    let records = match_of(200, 2, 12);
    let mut bytes = file_of(&records, 4 * 1024);
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    let contents = file::read(&bytes).expect("the first half is whole");
    assert_eq!(contents.records, records[..contents.records.len()]);
    assert!(contents.records.len() > 20 && contents.records.len() < records.len());
    assert_eq!(contents.health.faults.len(), 1);
}

/// Bytes behind a cut are what a disk leaves after a power cut: zeros.
#[test]
fn zeros_behind_a_crash_cost_nothing_that_was_whole() {
    let records = match_of(100, 2, 13);
    let bytes = file_of(&records, 4 * 1024);
    let cut = bytes.len() / 2;
    let mut zeroed = bytes[..cut].to_vec();
    let whole = file::read(&zeroed).expect("half a file").records;
    zeroed.extend(vec![0; 5000]);
    assert_eq!(file::read(&zeroed).expect("half a file").records, whole);
}

#[test]
fn bytes_behind_the_end_are_found() {
    let mut bytes = file_of(&match_of(10, 1, 14), 4096);
    bytes.push(b'x');
    assert!(!file::check(&bytes).expect("a file").is_whole());
}

#[test]
fn random_damage_never_panics_and_gives_only_records_that_were_written() {
    let seed = 0x7ace_0001;
    println!("seed {seed:#x}");
    let mut numbers = Numbers(seed);
    let records = match_of(60, 2, 15);
    let bytes = file_of(&records, 2 * 1024);
    for round in 0..4000 {
        let mut hostile = bytes.clone();
        for _ in 0..=numbers.below(4) {
            let at = numbers.below(hostile.len() as u64) as usize;
            match numbers.below(5) {
                0 => hostile[at] = numbers.next() as u8,
                1 => hostile.truncate(at.max(9)),
                2 => drop(hostile.drain(at..(at + numbers.below(40) as usize).min(hostile.len()))),
                3 => hostile.splice(at..at, (0..numbers.below(40)).map(|_| 0xff)).for_each(drop),
                // A length of the size of the universe.
                _ => hostile[at..].iter_mut().take(8).for_each(|byte| *byte = 0xff),
            }
        }
        if let Ok(contents) = file::read(&hostile) {
            let found = contents.records.len();
            assert_eq!(contents.records, records[..found.min(records.len())], "seed {seed:#x}, round {round}");
        }
        _ = file::recover(&hostile);
    }
}

#[test]
fn noise_behind_the_magic_is_refused() {
    let seed = 0x7ace_0002;
    println!("seed {seed:#x}");
    let mut numbers = Numbers(seed);
    for _ in 0..20_000 {
        let mut hostile = mcap::MAGIC.to_vec();
        hostile.extend((0..numbers.below(300)).map(|_| numbers.next() as u8 >> (numbers.0 % 8)));
        assert!(file::read(&hostile).is_err());
    }
}

/// A chunk of zeros that would fill the memory, with all its lengths and its CRC right.
#[test]
fn a_chunk_that_inflates_beyond_all_measure_is_refused_before_it_is_opened() {
    for (size, claimed) in [(64 << 20, 64 << 20), (64 << 20, 1 << 20), (1 << 20, u64::MAX)] {
        let packed = zstd::bulk::compress(&vec![0; size], 1).expect("zeros");
        let whole = file_of(&match_of(1, 1, 16), 4096);
        let header_end = 17 + u64::from_le_bytes(whole[9..17].try_into().expect("eight bytes")) as usize;
        let mut bomb = whole[..header_end].to_vec();
        let mut body = vec![0; 16];
        body.extend(u64::to_le_bytes(claimed));
        body.extend(u32::to_le_bytes(crc32fast::hash(&vec![0; size])));
        body.extend(4u32.to_le_bytes());
        body.extend(b"zstd");
        body.extend((packed.len() as u64).to_le_bytes());
        body.extend(packed);
        bomb.push(6);
        bomb.extend((body.len() as u64).to_le_bytes());
        bomb.extend(body);
        let Err(ReadError::Nothing(why)) = file::read(&bomb) else { panic!("a bomb was read") };
        assert!(why.contains("chunk"), "{why}");
    }
}

#[test]
fn many_chunks_that_inflate_share_one_bound() {
    let whole = file_of(&match_of(1, 1, 16), 4096);
    let header_end = 17 + u64::from_le_bytes(whole[9..17].try_into().expect("eight bytes")) as usize;
    let first = u64::from_le_bytes(whole[header_end + 1..header_end + 9].try_into().expect("eight bytes")) as usize;
    // The first chunk defines channel 1. Then 400 chunks, each one message of eight MiB less its frame.
    let mut hostile = whole[..header_end + 9 + first].to_vec();
    let size: usize = (4 << 20) - 31;
    let mut message = vec![5];
    message.extend(((size + 22) as u64).to_le_bytes());
    message.extend(1u16.to_le_bytes());
    message.extend([0; 20]);
    message.extend(vec![0; size]);
    let packed = zstd::bulk::compress(&message, 1).expect("zeros");
    let mut body = vec![0; 16];
    body.extend((message.len() as u64).to_le_bytes());
    body.extend(crc32fast::hash(&message).to_le_bytes());
    body.extend(4u32.to_le_bytes());
    body.extend(b"zstd");
    body.extend((packed.len() as u64).to_le_bytes());
    body.extend(packed);
    for _ in 0..400 {
        hostile.push(6);
        hostile.extend((body.len() as u64).to_le_bytes());
        hostile.extend(&body);
    }
    let health = file::check(&hostile).expect("the first chunk is whole");
    assert!(health.chunks < 30, "{} chunks of 4 MiB were opened, from {} bytes", health.chunks, hostile.len());
    assert_eq!(health.faults.len(), 1);
}
