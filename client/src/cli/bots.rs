//! `tickshot bots`: a swarm of headless clients against any server.

use super::{BotsArgs, Failure, resolve, seed_or_random};
use crate::headless::report::RecordingReport;
use crate::headless::swarm::{SwarmConfig, SwarmProgress, SwarmReport, run_swarm};
use crate::recording::size;
use indicatif::{ProgressBar, ProgressStyle};
use tickshot_trace::sli;

pub(super) fn run(args: &BotsArgs) -> Result<(), Failure> {
    let seed = seed_or_random(args.seed)?;
    let (modes, link) = (args.time.modes, args.time.link);
    eprintln!(
        "tickshot bots: {} clients to {} for {} s, seed {seed}, modes {modes}, link {link}",
        args.count, args.server, args.seconds
    );
    let config = SwarmConfig {
        server: resolve(&args.server)?,
        count: usize::from(args.count),
        seconds: args.seconds,
        seed,
        name_prefix: "bot ".to_owned(),
        password: args.password.clone(),
        skill: args.skill,
        switches: args.time.switches(true),
        record: args.record.record.clone(),
    };
    let bar = progress_bar(args.seconds);
    let report = run_swarm(config, &mut |progress| show(&bar, progress))?;
    bar.finish_and_clear();
    if args.json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        print_clients(&report);
        print!("{}", sli::text(&report.slis));
    }
    recorded(report.recording.as_ref())
}

/// Says on stderr what was recorded. What could not be is an error, for it was asked for.
pub(super) fn recorded(report: Option<&RecordingReport>) -> Result<(), Failure> {
    let Some(report) = report else { return Ok(()) };
    let folder = report.files.first().and_then(|file| file.path.parent());
    let place = folder.map_or_else(String::new, |folder| format!(" in {}", folder.display()));
    eprintln!("recorded {} files, {}{place}", report.files.len(), size(report.bytes));
    for file in &report.files {
        let name = file.path.file_name().unwrap_or_default().to_string_lossy();
        eprintln!("  {name}  seal {}", file.seal);
    }
    if report.lost > 0 {
        eprintln!("lost {} records: the disk is slower than the match; the traces say where", report.lost);
    }
    match report.failures.first() {
        None => Ok(()),
        Some(first) => Err(format!("{} of the recordings failed: {first}", report.failures.len()).into()),
    }
}

/// A bar on stderr, drawn only if that is a terminal.
pub(super) fn progress_bar(seconds: u32) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos:>3}/{len} s  {msg}").expect("the template is a constant");
    ProgressBar::new(u64::from(seconds)).with_style(style)
}

pub(super) fn show(bar: &ProgressBar, progress: &SwarmProgress) {
    bar.set_position(progress.elapsed.as_secs());
    bar.set_message(format!(
        "{}/{} playing · {} snapshots · {:.1} ms · {} shots, {} hits",
        progress.playing, progress.count, progress.snapshots, progress.rtt_ms, progress.fired, progress.confirmed_hits,
    ));
}

/// The clients' side of a run as a table on stdout.
pub(super) fn print_clients(report: &SwarmReport) {
    println!("clients connected      {:>10}", report.clients_connected);
    println!("clients lost           {:>10}", report.clients_disconnected);
    println!("snapshots received     {:>10}", report.snapshots);
    println!("to each client         {:>10.2} kB/s", report.bytes_in_per_client_s / 1e3);
    println!("from each client       {:>10.2} kB/s", report.bytes_out_per_client_s / 1e3);
    println!("round trip             {:>10.2} ms", report.rtt_ms);
    println!(
        "others drawn late by   {:>10.0} ms   p95 {:.0} ms",
        report.display_delay_ms.p50, report.display_delay_ms.p95
    );
    println!("frames without news    {:>10.3} %", report.starved_frames_pct);
    println!("ticks without input    {:>10.3} %", report.server_starved_ticks_pct);
    println!(
        "corrections            {:>10}   unexplained {}, largest {} units",
        report.corrections.count, report.corrections.unexplained, report.corrections.max_units
    );
    println!(
        "shots                  {:>10}   on target {}, confirmed {}, clamped {}",
        report.shots.fired, report.shots.claimed_hits, report.shots.confirmed_hits, report.shots.clamped
    );
    println!(
        "server agrees with     {:>10.2} %   of {} comparable hits; drawn and tested at most {} units apart",
        report.shots.agreement_pct, report.shots.comparable, report.drawn_vs_tested_units.max
    );
}
