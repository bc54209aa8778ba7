//! Exports of a match that never was, read back: as many rows as records, times on one time line, empty where nothing is known.

#![cfg(feature = "tool")]

mod synthetic;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Row, RowAccessor};
use std::fs::File;
use std::path::{Path, PathBuf};
use synthetic::{MS, Player, Synthetic};
use tickshot_trace::export::{Sources, parquet as tables, perfetto};
use tickshot_trace::model::ClientTrace;

#[test]
fn every_record_is_a_row_and_every_row_is_on_the_servers_time_line() {
    let (match_, clients) = played();
    let folder = Folder::new("tables");
    let sources = Sources::new(Some(&match_.server), &clients.iter().collect::<Vec<_>>());
    let written = tables::write(&sources, &folder.0, tables::Options { states: false }, &mut |_| {}).unwrap();
    let rows = |name: &str| written.tables.iter().find(|table| table.name == name).map(|table| table.rows);
    let sum = |count: fn(&ClientTrace) -> usize| Some(clients.iter().map(count).sum::<usize>() as u64);
    assert_eq!(rows("ticks"), Some(match_.server.ticks.len() as u64));
    assert_eq!(rows("frames"), sum(|client| client.frames.len()));
    assert_eq!(rows("packets_sent"), sum(|client| client.packets.len()));
    assert_eq!(rows("drawn"), sum(|client| client.frames.iter().map(|frame| frame.slots.len()).sum()));
    for table in &written.tables {
        assert_eq!(read(&table.path).len() as u64, table.rows, "{}", table.name);
    }
    // Clocks are half a minute apart, yet whatever is told of one moment is told of about the same time.
    let of = |name: &str| read(&folder.0.join(format!("{name}.parquet")));
    let (first, last) = span(&of("ticks"));
    for name in ["frames", "packets_sent", "snapshots_received", "inputs_sampled"] {
        let (earliest, latest) = span(&of(name));
        assert!(
            earliest > first - 2_000 * MS && latest < last + 2_000 * MS,
            "{name}: {earliest}..{latest} of {first}..{last}"
        );
    }
    for process in of("processes").iter().filter(|row| row.get_string(1).unwrap() == "client") {
        assert!(process.get_bool(8).unwrap(), "merged");
        assert!((process.get_long(9).unwrap() + 30_000 * MS).abs() < 60_000 * MS * 2, "an offset is told");
    }
}

#[test]
fn a_client_alone_is_told_on_its_own_clock() {
    let (_, clients) = played();
    let folder = Folder::new("alone");
    let sources = Sources::new(None, &[&clients[0]]);
    let written = tables::write(&sources, &folder.0, tables::Options { states: true }, &mut |_| {}).unwrap();
    assert!(written.tables.iter().all(|table| table.name != "ticks"));
    let frames = read(&folder.0.join("frames.parquet"));
    assert!(frames.iter().all(|row| row.get_long(1).unwrap() == row.get_long(2).unwrap()));
}

#[test]
fn arrows_join_what_both_ends_recorded() {
    let (match_, clients) = played();
    let folder = Folder::new("arrows");
    let both = Sources::new(Some(&match_.server), &clients.iter().collect::<Vec<_>>());
    let holds = perfetto::write(&both, &folder.0.join("both.pftrace"), &mut |_| {}).unwrap();
    let frames: u64 = clients.iter().map(|client| client.frames.len() as u64).sum();
    assert!(holds.slices > frames && holds.counter_values > 0 && holds.flow_arrows > 100, "{holds:?}");
    let alone = Sources::new(Some(&match_.server), &[]);
    let holds = perfetto::write(&alone, &folder.0.join("alone.pftrace"), &mut |_| {}).unwrap();
    assert_eq!(holds.flow_arrows, 0, "an arrow has two ends");
    assert!(holds.slices >= match_.server.ticks.len() as u64);
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let (match_, _) = played();
    let folder = Folder::new("refused");
    let file = folder.0.join("file");
    std::fs::write(&file, "not a folder").unwrap();
    let sources = Sources::new(Some(&match_.server), &[]);
    let error =
        tables::write(&sources, &file.join("tables"), tables::Options { states: false }, &mut |_| {}).unwrap_err();
    assert!(error.to_string().contains("tables"), "{error}");
}

fn played() -> (Synthetic, Vec<ClientTrace>) {
    let far = Player { offset_ns: 30_000 * MS, drift_ppm: 100, ..Player::new("Ann", 25) };
    let match_ = Synthetic::run(11, 4, vec![far, Player::new("Bob", 10)]);
    let clients = match_.clients().into_iter().cloned().collect();
    (match_, clients)
}

fn read(path: &Path) -> Vec<Row> {
    let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
    let keys = reader.metadata().file_metadata().key_value_metadata().unwrap();
    assert!(keys.iter().any(|key| key.key == "tickshot.columns"), "{}", path.display());
    reader.get_row_iter(None).unwrap().map(Result::unwrap).collect()
}

/// First and last `t_ns`.
fn span(rows: &[Row]) -> (i64, i64) {
    let times = || rows.iter().map(|row| row.get_long(1).unwrap());
    (times().min().unwrap(), times().max().unwrap())
}

/// Removed when the test is over.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("tickshot-export-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.0);
    }
}
