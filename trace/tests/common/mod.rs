//! Records that look like those of a real match, from a seed, and files of them.

#![allow(dead_code, reason = "every test file uses a part of it")]

use prost::Message;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tickshot_trace::file::{TraceWriter, WriteOptions};
use tickshot_trace::proto;
use tickshot_trace::record::{Record, Stamped};

pub(crate) const UNIX_NS_AT_ZERO: i64 = 1_790_000_000_000_000_000;
pub(crate) const TICK_NS: u64 = 15_625_000;

/// SplitMix64: numbers from a seed.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

pub(crate) fn header() -> proto::Header {
    proto::Header {
        format: 1,
        role: proto::Role::Server.into(),
        build: "test".to_owned(),
        unix_ns_at_zero: UNIX_NS_AT_ZERO,
        tick_rate_hz: 64,
        part: 1,
        ..proto::Header::default()
    }
}

pub(crate) fn at_tick(tick: u32, record: impl Into<Record>) -> Stamped {
    Stamped { at: Duration::from_nanos(u64::from(tick) * TICK_NS), record: record.into() }
}

/// One tick of `players`, each column as the schema says, with aims and margins that change.
pub(crate) fn server_tick(tick: u32, players: u32, numbers: &mut Numbers) -> proto::ServerTick {
    let slots: Vec<u32> = (0..players).collect();
    let mut each = |bound: u64| -> Vec<u32> { slots.iter().map(|_| numbers.below(bound) as u32).collect() };
    let (headings, aims, buttons) = (each(9), each(300), each(4));
    let aims = aims.iter().zip(&slots).map(|(aim, slot)| (slot * 5000 + tick * 37 + aim) % 65536).collect();
    let sizes: Vec<u32> = each(200).iter().map(|more| 120 + more).collect();
    let (margins, arrivals, sent) = (each(9000), each(15000), each(300));
    let signed = |column: &[u32], from: i32| -> Vec<i32> { column.iter().map(|it| from + *it as i32).collect() };
    let same = |value: u32| vec![value; slots.len()];
    proto::ServerTick {
        tick,
        deadline_ns: (u64::from(tick) * TICK_NS) as i64,
        late_us: numbers.below(90) as i32,
        receive_us: numbers.below(60) as u32,
        control_us: numbers.below(9) as u32,
        step_us: 40 + numbers.below(40) as u32,
        snapshots_us: 100 + numbers.below(90) as u32,
        flush_us: 50 + numbers.below(50) as u32,
        state_hash: numbers.next(),
        input_sums: (0..3).map(|_| numbers.next() as u32).collect(),
        player_checks: (0..players).map(|_| numbers.next() as u8).collect(),
        field_checks: (0..30).map(|_| numbers.next() as u8).collect(),
        input_slots: slots.clone(),
        input_uses: same(0),
        headings,
        aims,
        buttons,
        weapons: same(1),
        margins_us: signed(&margins, 2000),
        packet_slots: slots.clone(),
        packet_arrivals_us: signed(&arrivals, -15000),
        packet_newest: vec![2; slots.len()],
        packet_inputs: same(5),
        packet_kept: same(1),
        packet_late: same(0),
        packet_acks: slots.iter().map(|slot| 3 + slot % 4).collect(),
        packet_ack_gaps: same(0),
        packet_display_delays: vec![12; slots.len()],
        snapshot_slots: slots.clone(),
        snapshot_sent_us: signed(&sent, 300),
        snapshot_bytes: sizes,
        snapshot_baselines: slots.iter().map(|slot| 3 + slot % 4).collect(),
        snapshot_entities: same(players.saturating_sub(1)),
        snapshot_deferred: same(0),
        snapshot_header_bits: same(120),
        snapshot_own_bits: same(180),
        snapshot_scene_bits: same(40),
        snapshot_set_bits: same(70),
        field_bits: (0..12).map(|_| 200 + numbers.below(900) as u32).collect(),
        ..proto::ServerTick::default()
    }
}

/// A server's records: a header, what stands, and `ticks` ticks with a keyframe every 64.
pub(crate) fn match_of(ticks: u32, players: u32, seed: u64) -> Vec<Stamped> {
    let mut numbers = Numbers(seed);
    let names = proto::FieldNames { names: vec!["position".to_owned(), "aim".to_owned()] };
    let began = proto::MatchBegan { number: 1, capacity: players, map: vec![b'm'; 300], ..Default::default() };
    let mut records = vec![at_tick(0, header()), at_tick(0, names), at_tick(0, began)];
    for tick in 1..=ticks {
        if tick % 64 == 1 {
            records.push(at_tick(tick, keyframe(tick, players, &mut numbers)));
        }
        records.push(at_tick(tick, server_tick(tick, players, &mut numbers)));
    }
    records
}

pub(crate) fn keyframe(tick: u32, players: u32, numbers: &mut Numbers) -> proto::Keyframe {
    let player = |slot| proto::PlayerState {
        slot,
        x: numbers.below(100_000) as i32,
        y: numbers.below(100_000) as i32,
        alive: true,
        health: 100,
        ..proto::PlayerState::default()
    };
    let players = (0..players).map(player).collect();
    let world = proto::WorldState { tick: tick - 1, players, ..proto::WorldState::default() };
    proto::Keyframe { world: Some(world), state_hash: numbers.next() }
}

/// A finished file.
pub(crate) fn file_of(records: &[Stamped], chunk_bytes: usize) -> Vec<u8> {
    let options = WriteOptions { chunk_bytes, ..WriteOptions::default() };
    let mut writer = TraceWriter::new(Vec::new(), UNIX_NS_AT_ZERO, options).expect("memory takes all");
    for record in records {
        writer.write(record).expect("memory takes all");
    }
    writer.finish().expect("memory takes all").1
}

/// One record of every channel, with fields that are not their defaults.
pub(crate) fn one_of_each() -> Vec<Stamped> {
    Record::CHANNELS
        .iter()
        .enumerate()
        .map(|(index, (topic, name))| {
            // Field 1 of every message is a number, a text, bytes, or a list: try each form that is its own encoding.
            let forms: [&[u8]; 5] = [b"\x08\x01", b"\x0a\x03abc", b"\x09\x01\0\0\0\0\0\0\0", b"\x0a\x02\x08\x07", b""];
            let decoded = forms.iter().find_map(|form| {
                let record = Record::decode(topic, form).ok()??;
                let mut again = Vec::new();
                record.encode(&mut again);
                (again == *form && !form.is_empty()).then_some(record)
            });
            let record = decoded.unwrap_or_else(|| panic!("no form for {name}"));
            Stamped { at: Duration::from_nanos(1 + index as u64 * 1_000_003), record }
        })
        .collect()
}

/// A folder of its own, gone when it is dropped.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Folder {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("tickshot-{name}-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).expect("the folder for temporary files can be written to");
        Folder(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Bytes of a record, encoded.
pub(crate) fn encoded_bytes(record: &proto::ServerTick) -> usize {
    record.encoded_len()
}
