//! The waterfall, from traces in which every part is known.

mod synthetic;

use synthetic::{Link, MS, Player, Synthetic};
use tickshot_trace::analysis::latency::{Part, latency, paths};
use tickshot_trace::analysis::merge::merge;

fn two() -> Synthetic {
    let ann = Player { offset_ns: 30_000 * MS, drift_ppm: 200, ..Player::new("Ann", 30) };
    let ben = Player { offset_ns: -30_000 * MS, drift_ppm: -150, ..Player::new("Ben", 10) };
    Synthetic::run(21, 30, vec![ann, ben])
}

#[test]
fn the_parts_of_every_path_add_up_to_its_whole() {
    let made = two();
    let merged = merge(&made.server, &made.clients()).unwrap();
    for (from, to) in [(0, 1), (1, 0), (0, 0)] {
        let paths = paths(&merged, from, to);
        assert!(paths.len() > 1_500, "{}", paths.len());
        for path in paths {
            assert_eq!(path.parts_ns().iter().sum::<i64>(), path.whole_ns());
        }
    }
}

#[test]
fn each_part_is_what_it_was() {
    let made = two();
    let merged = merge(&made.server, &made.clients()).unwrap();
    let report = latency(&merged);
    let part = |of: Part| {
        let ann = &report.clients[0].sent;
        ann.parts.iter().find(|part| part.part == of).unwrap().times.clone()
    };
    let about = |is: f64, should: f64, by: f64| assert!((is - should).abs() < by, "{is} is not {should}");
    about(part(Part::Sample).p50, 2.0, 0.05);
    about(part(Part::Send).p50, 0.2, 0.05);
    about(part(Part::WireUp).p50, 30.0, 0.3);
    // 12 ms of lead over the link, up to 3 of it used up by an uneven frame, 0.2 by sending; 0.1 late.
    about(part(Part::Queue).p50, 10.4, 0.5);
    about(part(Part::Tick).p50, 0.26, 0.03);
    about(part(Part::WireDown).p50, 10.0, 0.3);
    about(part(Part::Handle).p50, 1.0, 0.01);
    // Ben draws 50 ms behind the server, in frames 7 ms apart; 10 + 1 + 0.36 are gone by then.
    about(part(Part::Display).mean, 50.0 + 3.5 - 11.36, 0.6);
    let sum: f64 = report.all.parts.iter().map(|part| part.times.mean).sum();
    about(sum, report.all.whole.mean, 1e-6);
    let text = report.text();
    println!("{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 120), "{text}");
}

#[test]
fn who_moves_sees_the_other_earlier_by_the_parts_that_were_measured() {
    let made = two();
    let merged = merge(&made.server, &made.clients()).unwrap();
    let report = latency(&merged);
    let of = |peeker: &str| report.pairs.iter().find(|pair| pair.peeker == peeker).unwrap().advantage.clone();
    for advantage in [of("Ann"), of("Ben"), report.advantage.clone()] {
        let parts: f64 = advantage.parts_mean_ms.iter().map(|(_, ms)| ms).sum();
        assert!((parts - advantage.own_display_mean_ms - advantage.times.mean).abs() < 1e-6);
    }
    // The own body is drawn one tick behind the input, both in frames of 7 ms: the picture of the other is later by the lead,
    // the display lag and that tick less.
    let expected = |lead: f64, lag: f64| lead + lag - 15.625;
    assert!((of("Ann").times.mean - expected(42.0, 50.0)).abs() < 1.5, "{:?}", of("Ann"));
    assert!((of("Ben").times.mean - expected(22.0, 70.0)).abs() < 1.5, "{:?}", of("Ben"));
}

#[test]
fn a_part_shorter_than_its_clocks_are_sure_says_so() {
    let ann = Player { up: Link::of(5), down: Link::of(65), lead_ns: 25 * MS, ..Player::new("Ann", 60) };
    let made = Synthetic::run(22, 20, vec![ann, Player::new("Ben", 1)]);
    let merged = merge(&made.server, &made.clients()).unwrap();
    let report = latency(&merged);
    let up = report.clients[0].sent.parts[Part::WireUp as usize].clone();
    assert!((up.clock_bound_ms - 35.0).abs() < 1.0, "{up:?}");
    assert!(report.clients[0].echo.clock_bound_ms == 0.0 && report.clients[0].echo.whole.count > 500);
    assert!(up.below_clock_bound, "{up:?}");
    let own = &report.clients[0].own;
    assert!((own.sample.mean + own.display.mean - own.whole.mean).abs() < 1e-9);
}

#[test]
fn losses_make_the_wire_longer_and_no_part_wrong() {
    let link = Link { lost: 100, burst: 3, jitter_ns: 3 * MS, copied: 20, ..Link::of(25) };
    let lossy = Player { up: link, down: link, lead_ns: 90 * MS, display_lag_ns: 120 * MS, ..Player::new("Ann", 25) };
    let made = Synthetic::run(23, 30, vec![lossy, Player::new("Ben", 25)]);
    let merged = merge(&made.server, &made.clients()).unwrap();
    let report = latency(&merged);
    let times = |client: usize, part: Part| report.clients[client].sent.parts[part as usize].times.clone();
    assert!(times(0, Part::WireUp).p99 > 50.0, "three packets lost are three ticks: {:?}", times(0, Part::WireUp));
    assert!(times(1, Part::WireUp).p99 < 27.0);
    assert!(times(1, Part::WireDown).p99 > 50.0, "{:?}", times(1, Part::WireDown));
    assert!(Part::ALL.iter().all(|part| times(0, *part).min > -1.0));
}

#[test]
fn an_input_made_before_anything_was_read_waited_for_no_device() {
    let mut made = two();
    made.clients[0].inputs[0].device_ns = 0;
    let merged = merge(&made.server, &made.clients()).unwrap();
    assert!(latency(&merged).clients[0].own.sample.max < 3.0);
}

#[test]
fn nothing_that_was_before_a_session_is_waited_for() {
    let late = Player { joins: vec![600], ..Player::new("Ben", 20) };
    let made = Synthetic::run(24, 30, vec![Player::new("Ann", 20), late]);
    let merged = merge(&made.server, &made.clients()).unwrap();
    let report = latency(&merged);
    assert!(report.clients[0].sent.whole.count > 1_000);
    assert!(report.clients[0].sent.whole.max < 150.0, "{:?}", report.clients[0].sent.whole);
}
