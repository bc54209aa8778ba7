//! What links of all kinds do to a match, as a table that is committed: the same numbers on every machine, so a change of
//! behaviour is a difference one can read. Each row is held to what is promised of such a link.
//!
//! `UPDATE_SNAPSHOTS=1 cargo test --release -p tickshot-client --no-default-features --test sweep` writes the table anew.

mod bench;
mod table;

use bench::Bench;
use bench::samples::{mean, percentile};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use table::{Column, compare, render};
use tickshot_client::lab::machine::ClientSetup;
use tickshot_client::lab::universe::UniverseConfig;
use tickshot_client::reconcile::Reason;
use tickshot_client::stats::ClientStats;
use tickshot_client::view::{Controls, Status};
use tickshot_server::core::MatchRules;
use tickshot_shared::limits::REWIND_MS_DEFAULT;
use tickshot_shared::link::profile::{LinkSettings, Loss, Profile};

const SEED: u64 = 0x5EED_0003;
const CLIENTS: usize = 4;
const SECONDS: u64 = 25;
const FAR_CAP_400: &str = "the same, cap 400 ms";
/// Clocks have settled when measuring begins, this long after the last client began to play.
const SETTLE: Duration = Duration::from_secs(1);

/// One link of the sweep, both ways alike.
struct Case {
    loss_pct: u32,
    delay_ms: u32,
    jitter_ms: u32,
    /// A link that the three numbers do not describe.
    named: Option<(&'static str, LinkSettings)>,
    /// Rewind cap of the server.
    rewind_ms: u16,
}

/// What one match on it was like.
struct Row {
    case: Case,
    clients_playing: usize,
    missing: u64,
    ticks: u64,
    samples: bench::samples::Samples,
    stats: ClientStats,
    clamps: BTreeMap<&'static str, u64>,
}

#[test]
fn every_link_of_the_sweep_keeps_its_promises_and_its_row_in_the_table() {
    eprintln!("seed {SEED}");
    let rows = run_all(cases());
    let table = render("Sweep of links", NOTES, &columns(), &rows);
    let broken: Vec<String> = rows.iter().flat_map(promises_broken).collect();
    let difference = compare("sweep.md", &table);
    assert!(broken.is_empty(), "{} promises broken:\n{}\n\n{table}", broken.len(), broken.join("\n"));
    assert!(difference.is_none(), "{}", difference.unwrap_or_default());
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for loss_pct in [0, 1, 5, 10, 20] {
        for delay_ms in [0, 25, 50, 100] {
            for jitter_ms in [0, 10, 50] {
                cases.push(Case { loss_pct, delay_ms, jitter_ms, named: None, rewind_ms: REWIND_MS_DEFAULT });
            }
        }
    }
    let fifty = Profile { delay_us: 50_000, ..Profile::default() };
    let named = |name, link| Case {
        loss_pct: 0,
        delay_ms: 0,
        jitter_ms: 0,
        named: Some((name, link)),
        rewind_ms: REWIND_MS_DEFAULT,
    };
    cases.push(named("250 ms clean", LinkSettings::both(Profile { delay_us: 250_000, ..fifty })));
    cases.push(named("20 ms jitter, 5 % loss", "delay 50ms 20ms loss 5%".parse().expect("a link")));
    cases.push(named("75 ms, 5 % loss", "delay 75ms loss 5%".parse().expect("a link")));
    let far = "delay 75ms 20ms loss 5%".parse().expect("a link");
    cases.push(named("75 ms ±20, 5 % loss", far));
    cases.push(Case { rewind_ms: 400, ..named(FAR_CAP_400, far) });
    cases.push(named("wifi-bad", "wifi-bad".parse().expect("a preset")));
    cases.push(named("duplicates 10 %", LinkSettings::both(Profile { duplicate_ppm: 100_000, ..fifty })));
    cases.push(named("reordering 5 %", LinkSettings::both(Profile { reorder_ppm: 50_000, ..fifty })));
    cases
}

impl Case {
    fn link(&self) -> LinkSettings {
        let Case { loss_pct, delay_ms, jitter_ms, named, .. } = self;
        named.map_or_else(
            || {
                LinkSettings::both(Profile {
                    delay_us: delay_ms * 1000,
                    jitter_us: jitter_ms * 1000,
                    loss: Loss::Random { ppm: loss_pct * 10_000 },
                    ..Profile::default()
                })
            },
            |(_, link)| link,
        )
    }

    fn name(&self) -> String {
        let Case { loss_pct, delay_ms, jitter_ms, named, .. } = self;
        named.map_or_else(|| format!("{loss_pct} % {delay_ms} ms ±{jitter_ms}"), |(name, _)| name.to_owned())
    }
}

/// Two matches at a time: each is one thread's work.
fn run_all(cases: Vec<Case>) -> Vec<Row> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut rows = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(case) = cases.get(index) else { return rows };
            rows.push((index, run(index, case)));
        }
    };
    let mut rows: Vec<(usize, Row)> = std::thread::scope(|scope| {
        let threads = [scope.spawn(work), scope.spawn(work)];
        threads.into_iter().flat_map(|thread| thread.join().expect("no match panics")).collect()
    });
    rows.sort_by_key(|(index, _)| *index);
    rows.into_iter().map(|(_, row)| row).collect()
}

/// Four machines that differ in frame rate, epoch and quartz, steered by bots; at the end they hold fire, so that every
/// shot has been answered.
fn run(index: usize, case: &Case) -> Row {
    let config = UniverseConfig::on("arena", SEED + index as u64).expect("the map is built in");
    let rules = MatchRules { rewind_ms: case.rewind_ms, ..config.rules };
    let mut bench = Bench::with(UniverseConfig { rules, ..config });
    for client in 0..CLIENTS {
        bench.join_as(ClientSetup {
            name: format!("player {client}"),
            link: case.link(),
            offset: Duration::from_secs(1000 * (client as u64 + 1)),
            drift_ppm: [-120, 40, 0, 90][client],
            frame_interval: Duration::from_micros([4_000, 6_944, 16_667, 33_333][client]),
            ..ClientSetup::default()
        });
    }
    let playing = |bench: &Bench| bench.clients().filter(|m| m.core.status() == Status::Playing).count();
    while playing(&bench) < CLIENTS && bench.universe.now() < Duration::from_secs(10) {
        bench.run_ms(100);
    }
    bench.run_for(SETTLE);
    bench.measure_from_now();
    let before = bench.server().input_counts();
    bench.run_for(Duration::from_secs(SECONDS));
    let after = bench.server().input_counts();
    let samples = bench.samples();
    (0..CLIENTS).for_each(|client| bench.steer(client, Controls::default()));
    bench.run_for(Duration::from_secs(3));
    let missing = after.missing - before.missing;
    Row {
        case: Case { ..*case },
        clients_playing: playing(&bench),
        missing,
        ticks: missing + after.used - before.used,
        samples,
        stats: bench.all_stats(),
        clamps: bench.clamps,
    }
}

fn columns() -> Vec<Column<Row>> {
    fn column(head: &'static str, cell: fn(&Row) -> String) -> Column<Row> {
        Column { head, cell }
    }
    vec![
        column("link", |row| row.case.name()),
        column("jitter ms", |row| ms(percentile(&row.samples.jitter, 50))),
        column("display delay ms p50", |row| ms(percentile(&row.samples.delay, 50))),
        column("p95", |row| ms(percentile(&row.samples.delay, 95))),
        column("input margin ms p5", |row| ms(percentile(&row.samples.margin, 5))),
        column("p50", |row| ms(percentile(&row.samples.margin, 50))),
        column("starved ticks %", |row| share(row.missing, row.ticks)),
        column("dilation %", |row| share(mean(&row.samples.dilation_ppm) as u64, 1_000_000)),
        column("fired", |row| row.stats.shots.fired.to_string()),
        column("claimed", |row| row.stats.shots.claimed_hits.to_string()),
        column("comparable", |row| row.stats.shots.comparable.to_string()),
        column("agreed", |row| row.stats.shots.agreed.to_string()),
        column("agreement %", |row| share(row.stats.shots.agreed, row.stats.shots.comparable)),
        column("whole tick %", |row| share(row.stats.shots.would_agree[1], row.stats.shots.comparable)),
        column("off %", |row| share(row.stats.shots.would_agree[0], row.stats.shots.comparable)),
        column("clamped", |row| reasons(&row.clamps)),
        column("drawn vs tested units p50", |row| row.stats.shots.drawn_vs_tested().at(0.5).to_string()),
        column("p99", |row| row.stats.shots.drawn_vs_tested().at(0.99).to_string()),
        column("max", |row| row.stats.shots.drawn_vs_tested().max().to_string()),
        column("other claims", |row| reasons(&row.stats.shots.disagreements())),
        column("corrections", |row| reasons(&row.stats.corrections.by_reason())),
        column("clock error ms p99", |row| hundredths_ms(percentile(&row.samples.clock_error, 99))),
        column("max", |row| hundredths_ms(percentile(&row.samples.clock_error, 100))),
    ]
}

const NOTES: &str = "\
Four bots, 25 s each, both ways of the link alike; made by `client/tests/sweep.rs`, which explains how. Delay is the
server's true present minus display now; margins are how long before its tick the first copy of an input was there.
Comparable claims are hits that were seen, whose shot was tested at the time claimed and whose target still lived the same
life; agreement is over those, under the exact hit check, and beside it what the whole tick and no rewinding would
have confirmed of them. Other claims and corrections are counts by reason.";

/// What is promised of such a link and not kept.
fn promises_broken(row: &Row) -> Vec<String> {
    let mut broken = Vec::new();
    let mut promise = |kept: bool, what: String| {
        if !kept {
            broken.push(format!("{}: {what}", row.case.name()));
        }
    };
    let Case { loss_pct, delay_ms, jitter_ms, named, .. } = &row.case;
    let (clean, mild) = match named {
        None => (*loss_pct == 0 && *jitter_ms == 0, *loss_pct <= 5 && *jitter_ms <= 20),
        Some((name, _)) => {
            (name.contains("clean"), name.contains("clean") || name.contains("5 % loss") || *name == FAR_CAP_400)
        }
    };
    // A round trip, the display delay and the input margin together stay within 250 ms.
    let within_cap = named.is_none() && 2 * delay_ms + 2 * jitter_ms <= 150;
    let (stats, shots) = (&row.stats, &row.stats.shots);
    let unexplained = stats.corrections.of(Reason::Unexplained);
    let worst_clock_us = percentile(&row.samples.clock_error, 100);
    promise(row.clients_playing == CLIENTS, format!("{} of {CLIENTS} clients play", row.clients_playing));
    promise(!clean || row.missing == 0, format!("{} starved ticks on a clean link", row.missing));
    promise(!mild || row.missing * 1000 < row.ticks, format!("{} of {} ticks starved", row.missing, row.ticks));
    promise(unexplained == 0, format!("{unexplained} unexplained corrections"));
    promise(!clean || worst_clock_us < 2_000, format!("a clock is {worst_clock_us} us off"));
    promise(!mild || worst_clock_us < HALF_TICK_US, format!("a clock is {worst_clock_us} us off"));
    promise(!within_cap || shots.comparable > 0, "nobody claimed a hit".to_owned());
    let farthest = shots.drawn_vs_tested().max();
    promise(farthest <= 1, format!("drawn and tested {farthest} units apart"));
    let (agreed, comparable) = (shots.agreed, shots.comparable);
    promise(agreed * 1000 >= comparable * 999, format!("{agreed} of {comparable} comparable claims confirmed"));
    broken
}

/// Microseconds as milliseconds, one digit.
fn ms(us: i64) -> String {
    let tenths = (us + 50).div_euclid(100);
    format!("{}{}.{}", if tenths < 0 { "-" } else { "" }, tenths.abs() / 10, tenths.abs() % 10)
}

/// Microseconds as milliseconds, two digits.
fn hundredths_ms(us: i64) -> String {
    let hundredths = (us + 5) / 10;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// Percent, two digits; a dash of nothing.
fn share(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "-".to_owned();
    }
    let hundredths = (part * 10_000 + whole / 2) / whole;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

fn reasons<R: std::fmt::Display>(counts: &BTreeMap<R, u64>) -> String {
    let words: Vec<String> = counts.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}

const HALF_TICK_US: i64 = 1_000_000 / 64 / 2;
