//! `relay`: a bad network for one UDP server, between it and its clients.

use clap::Parser;
use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use tickshot_shared::link::conditioner::LinkCounts;
use tickshot_shared::link::profile::LinkSettings;
use tickshot_tests::relay::{Relay, RelayConfig, RelayError, RelayReport};

/// Relay UDP between clients and a server over a bad link
#[derive(Debug, Parser)]
#[command(name = "relay", version, after_help = EXAMPLES)]
struct Args {
    /// Address and port that clients send to; port 0 for any free one
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:4000")]
    listen: SocketAddr,
    /// Address and port of the server
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:34197")]
    to: SocketAddr,
    /// What happens on the way, as in 'tc netem', 'up ... down ...' per direction, or a preset
    #[arg(long, value_name = "LINK", default_value = "clean")]
    link: LinkSettings,
    /// Seed of all that is random [default: drawn from the system and printed]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Stop after this many seconds
    #[arg(long, value_name = "S", value_parser = seconds, allow_negative_numbers = true)]
    seconds: Option<Duration>,
    /// Print one JSON object with the counts on stdout at exit
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args) {
        Ok(report) => {
            print_report(&report, args.json);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("relay: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<RelayReport, RelayError> {
    let seed = args.seed.map_or_else(|| getrandom::u64().map_err(RelayError::Random), Ok)?;
    let relay = Relay::bind(RelayConfig { listen: args.listen, to: args.to, link: args.link, seed })?;
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        if let Err(error) = signal_hook::flag::register(signal, Arc::clone(&stop)) {
            eprintln!("relay: cannot catch signal {signal}: {error}; stopping will print no counts");
        }
    }
    eprintln!("relay: {} -> {} · {} · seed {seed}", relay.local_addr(), args.to, args.link);
    let report = relay.run(&stop, args.seconds, &mut show_progress);
    if std::io::stderr().is_terminal() {
        eprintln!();
    }
    report
}

/// One line that rewrites itself, on a terminal only.
fn show_progress(elapsed: Duration, report: &RelayReport) {
    let mut err = std::io::stderr();
    if err.is_terminal() {
        let RelayReport { clients, up, down, under_way, .. } = report;
        let (seconds, up, down) = (elapsed.as_secs(), (up.passed, up.lost), (down.passed, down.lost));
        _ = write!(
            err,
            "\r\x1b[K{seconds:>6} s · {clients} clients · up {} passed, {} lost · down {} passed, {} lost · {under_way} under way",
            up.0, up.1, down.0, down.1
        );
        _ = err.flush();
    }
}

fn print_report(report: &RelayReport, json: bool) {
    if json {
        println!("{}", serde_json::to_string(report).expect("a report is numbers and a text"));
        return;
    }
    eprintln!(
        "relay: {} clients · {} turned away · {} refused · {} send errors · {} still under way",
        report.clients, report.turned_away, report.refused, report.send_errors, report.under_way
    );
    for (way, counts) in [("up", report.up), ("down", report.down)] {
        let LinkCounts { passed, lost, duplicated, reordered, over_queue, over_mtu, frozen, over_held } = counts;
        eprintln!(
            "{way:>6}: {passed} passed · {lost} lost · {duplicated} duplicated · {reordered} reordered · {over_queue} over the \
             queue · {over_mtu} over the MTU · {frozen} held by a freeze · {over_held} over what may be held"
        );
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "give a number of seconds, such as 60".to_owned())?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(time) if !time.is_zero() => Ok(time),
        _ => Err("give a positive number of seconds".to_owned()),
    }
}

const EXAMPLES: &str = "Examples:
  relay --link 'delay 75ms 20ms loss 5%'              150 ms, +-20 each way, one in twenty lost
  relay --link 'up delay 10ms down delay 80ms rate 2mbit'
  relay --link wifi-bad --seed 7                      a preset, with the luck of another run
  relay --listen 0.0.0.0:4000 --to 192.168.0.5:34197 --link 'freeze 2s every 30s' --seconds 60 --json
Then let clients join the address that --listen names.

Presets: lan, wifi, wifi-bad, dsl, 4g, transcontinental, satellite (docs/LINKS.md).
Exit codes: 0 stopped as asked, 1 could not run, 2 wrong usage.";
