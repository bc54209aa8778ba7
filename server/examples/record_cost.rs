//! What recording costs a server: CPU time per tick with and without, in turns within one run, and bytes a minute.
//!
//! Waits for its clients, then records every other stretch of a few seconds; `scripts/record-cost` starts the clients. All CPU
//! time of the process counts, the recorder's thread included. Usage: record_cost PORT CLIENTS STRETCHES [STRETCH_SECONDS]

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tickshot_server::config::ServerConfig;
use tickshot_server::host::HostedServer;
use tickshot_shared::sim::round::MatchOptions;

fn main() {
    let numbers: Vec<u64> = std::env::args().skip(1).map(|arg| arg.parse().expect("arguments are numbers")).collect();
    let [port, clients, stretches, ref rest @ ..] = numbers[..] else {
        panic!("usage: record_cost PORT CLIENTS STRETCHES")
    };
    let stretch = Duration::from_secs(rest.first().copied().unwrap_or(4));
    let dir = std::env::temp_dir().join(format!("tickshot-record-cost-{}", std::process::id()));
    let server = HostedServer::start(ServerConfig {
        listen: SocketAddr::from(([127, 0, 0, 1], u16::try_from(port).expect("a port"))),
        port_search: false,
        max_players: clients as usize,
        map: "open".to_owned(),
        seed: Some(1),
        options: MatchOptions::ENDLESS,
        ..ServerConfig::default()
    })
    .expect("the port is free");
    // Long enough for everyone to join and load.
    std::thread::sleep(Duration::from_secs(6));

    let hz = f64::from(ServerConfig::default().tick_rate.hz());
    let (mut off, mut on) = (Vec::new(), Vec::new());
    for turn in 0..stretches {
        let records = turn % 2 == 1;
        if records {
            server.recording().begin(&dir);
        }
        // What the beginning of a file costs, its map above all, belongs to nobody's stretch; nor does what its end costs.
        std::thread::sleep(SETTLES);
        let (began, cpu, threads) = (Instant::now(), cpu_time(), cpu_by_thread());
        std::thread::sleep(stretch);
        let ticks = began.elapsed().as_secs_f64() * hz;
        let ms_per_tick = (cpu_time() - cpu).as_secs_f64() * 1e3 / ticks;
        let by_thread = cpu_by_thread().into_iter().map(|(name, ns)| {
            let before = threads.get(&name).copied().unwrap_or(0);
            format!("{name} {:.0} us", ns.saturating_sub(before) as f64 / 1e3 / ticks)
        });
        let by_thread = by_thread.collect::<Vec<_>>().join(", ");
        server.recording().end();
        std::thread::sleep(SETTLES);
        println!("{} {ms_per_tick:.4} ms CPU a tick: {by_thread}", if records { "recording" } else { "off      " });
        if records { &mut on } else { &mut off }.push(ms_per_tick);
    }
    let report = server.stop();
    let recording = report.recording.expect("it recorded");
    let bytes: u64 = recording.files.iter().map(|file| file.bytes).sum();
    let minutes = (stretch + SETTLES).as_secs_f64() * on.len() as f64 / 60.0;
    // Each stretch against those before and after it: what else the machine does changes slowly.
    let beside = |i: usize| (off[i] + off.get(i + 1).unwrap_or(&off[i])) / 2.0;
    let more: Vec<f64> = on.iter().enumerate().map(|(i, on)| on - beside(i)).collect();
    let (off, more) = (middle(off), middle(more));
    println!(
        "\n{clients} clients: {off:.4} ms a tick, and {:+.1} % ({:+.0} us) while it records; {:.2} MB a minute, {} records lost",
        more / off * 100.0,
        more * 1e3,
        bytes as f64 / 1e6 / minutes,
        recording.lost,
    );
    remove(&dir);
}

const SETTLES: Duration = Duration::from_millis(400);

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn cpu_time() -> Duration {
    cpu_time::ProcessTime::try_now().map_or(Duration::ZERO, |time| time.as_duration())
}

/// Nanoseconds of each thread of this process so far; empty where the system does not say.
fn cpu_by_thread() -> BTreeMap<String, u64> {
    let Ok(tasks) = std::fs::read_dir("/proc/self/task") else { return BTreeMap::new() };
    let read = |task: std::fs::DirEntry| {
        let name = std::fs::read_to_string(task.path().join("comm")).ok()?;
        let stat = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
        Some((name.trim().to_owned(), stat.split(' ').next()?.parse().ok()?))
    };
    tasks.flatten().filter_map(read).collect()
}

fn remove(dir: &PathBuf) {
    if let Err(error) = std::fs::remove_dir_all(dir) {
        eprintln!("cannot remove {}: {error}", dir.display());
    }
}
