//! What recording a server costs: CPU time of the recorder's work per tick, and bytes per minute, by players, zstd level
//! and size of chunks. `cargo run --release -p tickshot-trace --example recorder_cost`.

#[path = "../tests/common/mod.rs"]
#[allow(unreachable_pub, reason = "shared with tests")]
mod common;

use common::{Numbers, at_tick, header, keyframe, server_tick};
use std::time::Instant;
use tickshot_trace::file::{TraceWriter, WriteOptions};
use tickshot_trace::record::Stamped;

fn main() {
    println!("players  level  chunk KiB  us per tick  worst tick us  MB per minute");
    for players in [16, 64] {
        let records = a_minute(players);
        for (level, chunk_kib) in [(1, 64), (3, 64), (1, 256), (3, 256), (6, 64)] {
            let options = WriteOptions { chunk_bytes: chunk_kib * 1024, level };
            let mut writer = TraceWriter::new(Vec::new(), common::UNIX_NS_AT_ZERO, options).expect("memory");
            let begun = Instant::now();
            let mut worst = 0;
            for (index, record) in records.iter().enumerate() {
                let at = Instant::now();
                writer.write(record).expect("memory");
                // As the recorder does: at most 0.4 s wait.
                if index % 26 == 25 {
                    writer.seal().expect("memory");
                }
                worst = worst.max(at.elapsed().as_micros());
            }
            let (_, bytes) = writer.finish().expect("memory");
            let us = begun.elapsed().as_secs_f64() * 1e6 / f64::from(TICKS);
            let mb = bytes.len() as f64 / 1e6;
            println!("{players:7}  {level:5}  {chunk_kib:9}  {us:11.1}  {worst:13}  {mb:13.2}");
        }
    }
}

fn a_minute(players: u32) -> Vec<Stamped> {
    let mut numbers = Numbers(1);
    let mut records = vec![at_tick(0, header())];
    for tick in 1..=TICKS {
        if tick % 320 == 1 {
            records.push(at_tick(tick, keyframe(tick, players, &mut numbers)));
        }
        records.push(at_tick(tick, server_tick(tick, players, &mut numbers)));
    }
    records
}

const TICKS: u32 = 64 * 60;
