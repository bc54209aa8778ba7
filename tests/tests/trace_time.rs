//! One time line for many machines, held against the true one: real cores on virtual time, whose clocks are known.

use std::time::Duration;
use tickshot_client::headless::report::SwarmReport;
use tickshot_client::lab::machine::ClientSetup;
use tickshot_client::lab::universe::{Universe, UniverseConfig};
use tickshot_client::stats::ClientStats;
use tickshot_client::view::Switches;
use tickshot_shared::link::profile::{LinkSettings, Profile};
use tickshot_shared::sim::round::MatchOptions;
use tickshot_trace::analysis::latency::{Part, latency, paths};
use tickshot_trace::analysis::merge::{Merged, merge};
use tickshot_trace::file::Health;
use tickshot_trace::model::{ClientTrace, ServerTrace, Trace};
use tickshot_trace::sli::{SliResult, Slis};

/// A match in a box, what it recorded, and how far the server's clock is shifted against true time.
struct Recorded {
    universe: Universe,
    server: ServerTrace,
    clients: Vec<ClientTrace>,
}

/// So far the server's clock is ahead of true time: clocks of machines cannot be less than zero, so "30 s behind" is this.
const SERVER_AHEAD_NS: i64 = 30_000_000_000;

impl Recorded {
    fn of(mut universe: Universe) -> Recorded {
        let mut traces = universe
            .take_traces()
            .into_iter()
            .map(|records| Trace::of(records, Health::default()).expect("every trace begins with its header"));
        let Some(Trace::Server(mut server)) = traces.next() else { panic!("the server's trace is the first") };
        server.ticks.iter_mut().for_each(|tick| tick.deadline_ns += SERVER_AHEAD_NS);
        let clients = traces.map(|trace| match trace {
            Trace::Client(client) => *client,
            Trace::Server(_) => panic!("there is one server"),
        });
        Recorded { clients: clients.collect(), server: *server, universe }
    }

    fn merge(&self) -> Merged<'_> {
        let clients: Vec<&ClientTrace> = self.clients.iter().collect();
        merge(&self.server, &clients).expect("they played together")
    }

    /// The largest error of a client's clock between these true times, milliseconds; panics where the truth is outside of the
    /// bounds.
    fn worst_error_ms(&self, merged: &Merged<'_>, client: usize, seconds: std::ops::Range<u64>) -> f64 {
        let clock = &merged.clients[client].clock;
        let mut worst = 0;
        for ms in (seconds.start * 1000..seconds.end * 1000).step_by(41) {
            let at = Duration::from_millis(ms);
            let local = self.universe.client(client).local(at).as_nanos() as i64;
            let truth = at.as_nanos() as i64 + SERVER_AHEAD_NS;
            let (lowest, highest) = clock.interval_ns(local);
            assert!((lowest..=highest).contains(&truth), "at {ms} ms: {truth} is not in {lowest}..={highest}");
            worst = worst.max((clock.to_server_ns(local) - truth).abs());
        }
        worst as f64 * 1e-6
    }
}

fn universe(seed: u64) -> UniverseConfig {
    println!("seed {seed}");
    UniverseConfig { record: true, ..UniverseConfig::on("arena", seed).expect("the map is built in") }
}

fn link(up: &str, down: &str) -> LinkSettings {
    let profile = |text: &str| text.parse::<Profile>().expect("a profile");
    LinkSettings { up: profile(up), down: profile(down) }
}

/// A client whose clock is so much ahead of the server's.
fn client(ahead_s: i64, drift_ppm: i32, link: LinkSettings) -> ClientSetup {
    let offset = Duration::from_secs((ahead_s + SERVER_AHEAD_NS / 1_000_000_000) as u64);
    let switches = Switches { evidence: true, ..Switches::default() };
    ClientSetup {
        name: format!("{ahead_s} s, {drift_ppm} ppm"),
        offset,
        drift_ppm,
        link,
        switches,
        ..ClientSetup::default()
    }
}

fn played(config: UniverseConfig, seconds: u64, clients: Vec<ClientSetup>) -> Recorded {
    let mut universe = Universe::new(config);
    for setup in clients {
        universe.join(setup);
    }
    universe.run_for(Duration::from_secs(seconds));
    Recorded::of(universe)
}

#[test]
fn clocks_half_a_minute_apart_that_drift_by_200_ppm_are_found_within_2_ms_over_50_ms() {
    let even = || link("delay 50ms", "delay 50ms");
    let clocks = [(30, 200), (-30, -200), (30, -200), (-30, 200)];
    let recorded = played(universe(1), 60, clocks.map(|(ahead, drift)| client(ahead, drift, even())).to_vec());
    let merged = recorded.merge();
    println!("{}", merged.report().text());
    for (index, (_, drift)) in clocks.into_iter().enumerate() {
        let error = recorded.worst_error_ms(&merged, index, 2..60);
        println!("{index}: {error:.3} ms");
        // Frames are 4 ms apart: what is sent in one was due up to so much earlier, but left when it is said to have left.
        assert!(error < 2.0, "{error} ms");
        let report = &merged.report().clients[index];
        assert!((report.drift_ppm + f64::from(drift)).abs() < 2.0, "{report:?}");
        assert!((49.0..53.0).contains(&report.bound_ms), "{report:?}");
        assert_eq!((report.up.lost, report.down.lost, report.up.unmatched, report.down.unmatched), (0, 0, 0, 0));
        assert_eq!((report.inputs.different, report.inputs.unrecorded), (0, 0), "{:?}", report.inputs);
        assert!(report.inputs.equal > 3_000, "{:?}", report.inputs);
    }
}

#[test]
fn jitter_loss_copies_and_reordering_leave_the_truth_within_the_bound() {
    let rough = || link("delay 50ms 15ms loss 5% duplicate 2%", "delay 50ms 15ms loss 5% duplicate 2%");
    let recorded = played(universe(2), 60, vec![client(30, 200, rough()), client(-30, -200, rough())]);
    let merged = recorded.merge();
    println!("{}", merged.report().text());
    for index in 0..2 {
        let error = recorded.worst_error_ms(&merged, index, 3..59);
        println!("{index}: {error:.3} ms");
        let report = &merged.report().clients[index];
        assert!(error < report.bound_ms);
        assert!((report.up.loss_pct() - 5.0).abs() < 1.5 && (report.down.loss_pct() - 5.0).abs() < 1.5, "{report:?}");
        assert!(report.up.copies > 30 && report.down.copies > 30, "{report:?}");
        assert_eq!(report.inputs.different, 0, "{:?}", report.inputs);
        assert!(report.steps.is_empty());
    }
}

#[test]
fn on_an_uneven_link_the_truth_lies_in_the_interval_and_nobody_says_where() {
    let recorded = played(universe(3), 30, vec![client(30, -200, link("delay 85ms", "delay 15ms"))]);
    let merged = recorded.merge();
    let error = recorded.worst_error_ms(&merged, 0, 2..30);
    assert!((error - 35.0).abs() < 2.0, "half of what the ways differ: {error} ms");
    let report = merged.report();
    assert!((report.clients[0].bound_ms - 50.0).abs() < 3.0 && (report.clients[0].rtt_min_ms - 100.0).abs() < 3.0);
    assert!(report.text().contains("The middle is an assumption"));
}

#[test]
fn a_machine_that_sleeps_is_found_and_its_map_cut() {
    let mut universe = Universe::new(universe(4));
    universe.join(client(-30, 150, link("delay 30ms", "delay 30ms")));
    universe.join(client(30, -150, link("delay 30ms", "delay 30ms")));
    universe.run_for(Duration::from_secs(20));
    universe.suspend_client(0, Duration::from_secs(5));
    universe.run_for(Duration::from_secs(25));
    let recorded = Recorded::of(universe);
    let merged = recorded.merge();
    println!("{}", merged.report().text());
    let steps = merged.clients[0].clock.steps();
    assert_eq!(steps.len(), 1, "{steps:?}");
    assert!((steps[0].by_ns as f64 * 1e-9 - 5.0).abs() < 0.005, "{steps:?}");
    assert!(recorded.worst_error_ms(&merged, 0, 2..20) < 2.0 && recorded.worst_error_ms(&merged, 0, 26..45) < 2.0);
    assert!(merged.clients[1].clock.steps().is_empty() && recorded.worst_error_ms(&merged, 1, 2..45) < 2.0);
}

#[test]
fn processes_that_stand_still_and_links_that_freeze_bend_no_clock() {
    let mut universe = Universe::new(universe(5));
    universe.join(client(30, 100, link("delay 30ms", "delay 30ms")));
    universe.run_for(Duration::from_secs(10));
    universe.freeze_client(0, Duration::from_secs(2));
    universe.run_for(Duration::from_secs(10));
    universe.freeze_server(Duration::from_secs(3));
    universe.run_for(Duration::from_secs(10));
    universe.freeze_link(0, Duration::from_millis(800));
    universe.run_for(Duration::from_secs(10));
    let recorded = Recorded::of(universe);
    let merged = recorded.merge();
    assert!(merged.clients[0].clock.steps().is_empty(), "{:?}", merged.clients[0].clock.steps());
    assert!(recorded.worst_error_ms(&merged, 0, 2..39) < 2.0);
}

#[test]
fn a_change_of_the_map_is_a_seam_and_no_gap() {
    let rotation =
        ["arena", "duel"].map(|name| tickshot_server::maps::load(name).expect("the map is built in")).to_vec();
    let options = MatchOptions { time_limit_s: 8, score_limit: 0, match_over_s: 2, ..MatchOptions::default() };
    let config = UniverseConfig { rotation, options, ..universe(6) };
    let recorded = played(
        config,
        50,
        vec![client(30, 200, link("delay 20ms", "delay 20ms")), client(0, 0, LinkSettings::default())],
    );
    assert!(recorded.server.matches.len() >= 3, "{} matches", recorded.server.matches.len());
    let merged = recorded.merge();
    for index in 0..2 {
        assert!(recorded.worst_error_ms(&merged, index, 2..50) < 2.0);
        assert_eq!(merged.clients[index].inputs.different, 0, "{:?}", merged.clients[index].inputs);
        assert_eq!(merged.clients[index].sessions.len(), 1);
    }
    let report = latency(&merged);
    assert!(report.all.whole.count > 1_000 && report.all.whole.max < 1_000.0, "{:?}", report.all.whole);
}

#[test]
fn the_waterfall_of_real_clients_adds_up_and_finds_the_wire() {
    let recorded = played(
        universe(7),
        40,
        vec![client(30, 200, link("delay 40ms", "delay 40ms")), client(-30, -200, link("delay 10ms", "delay 10ms"))],
    );
    let merged = recorded.merge();
    for (from, to) in [(0, 1), (1, 0), (0, 0), (1, 1)] {
        let paths = paths(&merged, from, to);
        assert!(paths.len() > 500, "{from} to {to}: {}", paths.len());
        assert!(paths.iter().all(|path| path.parts_ns().iter().sum::<i64>() == path.whole_ns()));
    }
    let report = latency(&merged);
    println!("{}", report.text());
    let part = |client: usize, part: Part| report.clients[client].sent.parts[part as usize].times.clone();
    assert!((part(0, Part::WireUp).p50 - 40.0).abs() < 1.5 && (part(0, Part::WireDown).p50 - 10.0).abs() < 1.5);
    assert!((part(1, Part::WireUp).p50 - 10.0).abs() < 1.5 && (part(1, Part::WireDown).p50 - 40.0).abs() < 1.5);
    assert!(Part::ALL.iter().all(|of| part(0, *of).min > -2.0), "nothing comes before its cause");
    assert!(report.own.sample.max < 20.0, "a bot looks 64 times a second: {:?}", report.own.sample);
    assert!(report.advantage.times.p50 > report.own.display.p50, "{:?}", report.advantage);
    // Who sees the other earlier when it moves is the mover, on either link.
    assert!(report.pairs.len() == 2 && report.pairs.iter().all(|pair| pair.advantage.times.p50 > 0.0));
}

#[test]
fn the_same_run_gives_the_same_indicators_live_and_from_its_traces() {
    let rough = || link("delay 60ms 20ms loss 8%", "delay 60ms 20ms loss 8%");
    let mut universe = Universe::new(UniverseConfig { bots: 2, ..universe(8) });
    (0..3).for_each(|index| {
        universe.join(client(index, 100, rough()));
    });
    universe.run_for(Duration::from_secs(20));
    universe.freeze_client(1, Duration::from_millis(700));
    universe.run_for(Duration::from_secs(20));
    let mut stats = ClientStats::default();
    (0..3).for_each(|index| stats.merge(universe.client(index).core.stats()));
    let live_clients = SwarmReport::of(&stats).slis;
    let live_server = universe.server().metrics.report(universe.server().setup().rate).slis;
    let recorded = Recorded::of(universe);
    let clients: Vec<&ClientTrace> = recorded.clients.iter().collect();
    let (of_server, of_clients) =
        (Slis::of_traces(Some(&recorded.server), &[]).report(), Slis::of_traces(None, &clients).report());
    println!("{}", tickshot_trace::sli::text(&Slis::of_traces(Some(&recorded.server), &clients).report()));
    same(&live_server, &of_server);
    same(&live_clients, &of_clients);
    let starved = |results: &[SliResult]| results[2].value.expect("inputs were wanted");
    assert!(starved(&of_server) > 0.0, "a client that stands still for 700 ms starves");
}

/// Everything that was measured live is the same in the traces. How long ticks take is for a server's shell to say: in a
/// universe they take no time.
fn same(live: &[SliResult], traced: &[SliResult]) {
    let measured: Vec<_> = live.iter().zip(traced).filter(|(live, _)| live.count > 0).collect();
    assert!(measured.len() >= 2, "{live:?}");
    measured.into_iter().for_each(|(live, traced)| assert_eq!(live, traced));
}
