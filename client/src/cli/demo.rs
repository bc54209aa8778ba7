//! `tickshot demo`: a server and bot clients on this machine over real UDP, in numbers.

use super::bots::{print_clients, progress_bar, show};
use super::story::tell;
use super::{DemoArgs, Failure, seed_or_random};
use crate::headless::swarm::{SwarmConfig, SwarmReport, run_swarm};
use std::path::PathBuf;
use std::time::SystemTime;
use tickshot_server::config::ServerConfig;
use tickshot_server::host::HostedServer;
use tickshot_server::metrics::ServerReport;
use tickshot_server::recording::RecordingConfig;
use tickshot_shared::sim::bot::Skill;
use tickshot_trace::sli;

pub(super) fn run(args: &DemoArgs) -> Result<(), Failure> {
    let seed = seed_or_random(args.seed)?;
    let folder = folder(args);
    let server = HostedServer::start(ServerConfig {
        listen: ([127, 0, 0, 1], 0).into(),
        name: "Headless demo".to_owned(),
        tick_rate: args.tick_rate,
        max_players: usize::from(args.count),
        map: args.map.clone(),
        seed: Some(seed),
        recording: RecordingConfig { dir: folder.clone(), flight_dir: None },
        ..ServerConfig::default()
    })?;
    eprintln!(
        "tickshot demo: server on {}, {} bot clients over UDP for {} s, map {}, {} Hz, seed {seed}",
        server.addr(),
        args.count,
        args.seconds,
        args.map,
        args.tick_rate.hz(),
    );
    let config = SwarmConfig {
        server: server.addr(),
        count: usize::from(args.count),
        seconds: args.seconds,
        seed,
        name_prefix: "bot ".to_owned(),
        password: None,
        skill: Skill::default(),
        switches: args.time.switches(true),
        record: folder.clone(),
    };
    if let Some(folder) = &folder {
        eprintln!("recording into {}", folder.display());
    }
    let bar = progress_bar(args.seconds);
    let clients = run_swarm(config, &mut |progress| show(&bar, progress))?;
    bar.finish_and_clear();
    let report = server.stop();
    let told = folder.map(|folder| tell(&files(&report, &clients), &folder.join(REPORT_FILE)));
    if args.json {
        let story = told.as_ref().and_then(|told| told.as_ref().ok());
        println!("{}", serde_json::json!({ "server": report, "clients": clients, "trace": story }));
    } else {
        print_server(&report);
        print_clients(&clients);
        match &told {
            // The traces know of both ends.
            Some(Ok(story)) => print!("{}", story.text()),
            Some(Err(_)) | None => print!("{}", sli::text(&clients.slis)),
        }
    }
    match told {
        // Nobody asked for it: a match without a report is still a match.
        Some(Err(error)) if args.record.is_none() => eprintln!("tickshot demo: there is no report: {error}"),
        Some(Err(error)) => return Err(error),
        Some(Ok(_)) | None => {}
    }
    if clients.clients_connected < usize::from(args.count) {
        return Err(format!("only {} of {} clients connected", clients.clients_connected, args.count).into());
    }
    Ok(())
}

/// What was recorded, one file per process.
fn files(server: &ServerReport, clients: &SwarmReport) -> Vec<PathBuf> {
    let of_server = server.recording.iter().flat_map(|recording| &recording.files).map(|file| file.path.clone());
    let of_clients = clients.recording.iter().flat_map(|recording| &recording.files).map(|file| file.path.clone());
    of_server.chain(of_clients).collect()
}

/// Where all of it is recorded; `None` = nowhere.
fn folder(args: &DemoArgs) -> Option<PathBuf> {
    if args.no_record {
        return None;
    }
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let fresh = || std::env::temp_dir().join(format!("tickshot-demo-{}-{}", since_1970.as_secs(), std::process::id()));
    Some(args.record.clone().unwrap_or_else(fresh))
}

/// The server's side of a run as a table on stdout.
fn print_server(report: &ServerReport) {
    println!("server ticks           {:>10}   at {} Hz, {} lost", report.ticks, report.tick_rate, report.lost_ticks);
    println!("tick takes             {:>10.3} ms   p99 {:.3} ms", report.tick_ms.p50, report.tick_ms.p99);
    println!("tick is late by        {:>10.3} ms   p99 {:.3} ms", report.lateness_ms.p50, report.lateness_ms.p99);
    println!(
        "snapshot               {:>10.0} bytes   p99 {:.0} bytes, {:.1} bits a player",
        report.snapshot_bytes.p50, report.snapshot_bytes.p99, report.snapshot_bits_per_visible_player
    );
    println!(
        "inputs used            {:>10}   missing {}, late {}",
        report.inputs.used, report.inputs.missing, report.inputs.late
    );
    println!("shots                  {:>10}   hit {}", report.shots.fired, report.shots.hit);
}

const REPORT_FILE: &str = "report.html";
