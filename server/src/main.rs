//! `tickshot-server`: flags in, a server until Ctrl-C, its report out.

use clap::Parser;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use tickshot_server::app::{Progress, Server, ServerError};
use tickshot_server::cli::ServerArgs;
use tickshot_server::maps;
use tickshot_server::metrics::ServerReport;
use tickshot_trace::recorder::RecorderState;
use tickshot_trace::sli;

fn main() -> ExitCode {
    let args = ServerArgs::parse();
    if let Some(map) = &args.check_map {
        return check_map(map);
    }
    tickshot_server::logging::init();
    match run(&args) {
        Ok(report) => {
            print_report(&report, args.json);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("tickshot-server: {error}");
            ExitCode::FAILURE
        }
    }
}

/// On stdout, because it is what was asked for.
fn check_map(map: &str) -> ExitCode {
    match maps::check(map) {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("tickshot-server: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &ServerArgs) -> Result<ServerReport, ServerError> {
    let config = args.config()?;
    let server = Server::bind(&config)?;
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        // The second signal ends the process at once, in case the first is stuck.
        let install = || {
            signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&stop))?;
            signal_hook::flag::register(signal, Arc::clone(&stop))
        };
        if let Err(error) = install() {
            tracing::warn!("cannot catch signal {signal}: {error}; stopping will be abrupt");
        }
    }
    eprintln!(
        "tickshot-server: '{}' on {} · {} · map {} · {} Hz · {} slots · seed {} · {}",
        config.name,
        server.local_addr(),
        config.options.mode.name(),
        config.map,
        config.tick_rate.hz(),
        config.max_players,
        server.seed(),
        if config.password.is_some() { "password" } else { "open" },
    );
    if !config.links.is_empty() {
        eprintln!("tickshot-server: links made bad on purpose: {}", config.links);
    }
    let report = server.run(&stop, &mut show_progress);
    if std::io::stderr().is_terminal() {
        eprintln!();
    }
    tell_recording(&report);
    Ok(report)
}

/// One line that rewrites itself, on a terminal only.
fn show_progress(progress: &Progress) {
    let mut err = std::io::stderr();
    if err.is_terminal() {
        let lost =
            if progress.lost_ticks > 0 { format!(" · {} ticks lost", progress.lost_ticks) } else { String::new() };
        _ = write!(
            err,
            "\r\x1b[K{:>6} s · {} players ({} clients) · tick {}{lost}{}",
            progress.elapsed.as_secs(),
            progress.players,
            progress.clients,
            progress.ticks,
            recording_text(&progress.recording),
        );
        _ = err.flush();
    }
}

/// What the progress line says of the recording.
fn recording_text(state: &RecorderState) -> String {
    let lost = if state.lost > 0 { format!(", {} records LOST", state.lost) } else { String::new() };
    match &state.failure {
        Some(failure) => format!(" · NOT RECORDING: {failure}"),
        None if state.recording => format!(" · recording {:.1} MB{lost}", state.bytes as f64 / 1e6),
        None => lost,
    }
}

/// Where the files are, and the seals that prove them.
fn tell_recording(report: &ServerReport) {
    let Some(recording) = &report.recording else { return };
    for file in &recording.files {
        eprintln!(
            "tickshot-server: recorded {} ({:.2} MB, {} records)\n  last seal {}",
            file.path.display(),
            file.bytes as f64 / 1e6,
            file.records,
            file.seal,
        );
    }
    if recording.lost > 0 {
        eprintln!("tickshot-server: {} records were lost: the disk was too slow; the trace says where", recording.lost);
    }
    if let Some(failure) = &recording.failure {
        eprintln!("tickshot-server: recording failed: {failure}");
    }
}

fn print_report(report: &ServerReport, json: bool) {
    if json {
        println!("{}", serde_json::to_string(report).expect("a report is numbers and names"));
        return;
    }
    eprintln!(
        "tickshot-server: {} ticks, {:.3} ms CPU each · tick p99 {:.2} ms · late p99 {:.2} ms · {} lost\n  \
         {} clients at most · {} snapshots, p50 {:.0} bytes · {} shots, {} hits",
        report.ticks,
        report.cpu_ms_per_tick,
        report.tick_ms.p99,
        report.lateness_ms.p99,
        report.lost_ticks,
        report.clients_peak,
        report.snapshots,
        report.snapshot_bytes.p50,
        report.shots.fired,
        report.shots.hit,
    );
    eprint!("{}", sli::text(&report.slis));
}
