//! Pairs of small hand-made traces.

use super::{Diff, DiffError, diff};
use crate::file::{Health, Origin};
use crate::model::{ClientTrace, ServerTrace, Trace};
use crate::proto::{ClientTotals, Correction, FieldNames, Header, InputSampled, MatchBegan, ServerTick, Shot, Stamp};
use crate::replay::push_stamp;

fn server(ticks: u32) -> ServerTrace {
    let header = Header { tick_rate_hz: 64, seed: 7, unix_ns_at_zero: 1_000, ..Header::default() };
    let tick = |tick: u32| ServerTick {
        tick,
        late_us: 10,
        input_sums: vec![tick * 3; 3],
        state_hash: u64::from(tick) * 5,
        player_checks: vec![1, 2],
        input_slots: vec![0, 1],
        input_uses: vec![0, 0],
        headings: vec![1, 2],
        aims: vec![100, 200],
        buttons: vec![0, 0],
        weapons: vec![0, 0],
        snapshot_slots: vec![0, 1],
        snapshot_bytes: vec![40, 60],
        field_bits: vec![8, 16],
        ..ServerTick::default()
    };
    ServerTrace {
        header,
        fields: FieldNames { names: vec!["position".into(), "aim".into()] },
        matches: vec![MatchBegan {
            match_id: vec![1; 16],
            number: 1,
            map_name: "open".into(),
            ..MatchBegan::default()
        }],
        ticks: (1..=ticks).map(tick).collect(),
        shots: vec![Shot { id: vec![9; 16], tick: 20, shooter: 1, hit: 1, ..Shot::default() }],
        ..ServerTrace::default()
    }
}

fn of_servers(a: ServerTrace, b: ServerTrace) -> Diff {
    diff(&Trace::Server(Box::new(a)), &Trace::Server(Box::new(b))).expect("both are servers'")
}

fn number(diff: &Diff, name: &str, unit: &str) -> (Option<f64>, Option<f64>) {
    let number = diff.numbers.iter().find(|it| it.name == name && it.unit == unit);
    number.map(|it| (it.a, it.b)).unwrap_or_else(|| panic!("no number '{name}' in {unit}"))
}

#[test]
fn a_trace_differs_from_itself_in_nothing() {
    let diff = of_servers(server(50), server(50));
    assert!(diff.same_recording && diff.givens.iter().all(|given| given.same), "{diff:?}");
    assert_eq!((&diff.first_input, &diff.first_world, &diff.first_shot), (&None, &None, &None));
    let common = diff.common.unwrap();
    assert_eq!((common.ticks, common.same_inputs, common.same_worlds), (50, 50, 50));
    assert!(diff.numbers.iter().all(|number| number.a == number.b));
}

#[test]
fn a_part_of_a_recording_is_one_from_its_first_record_on() {
    let mut part = server(30);
    part.header.seed = 7;
    let origin = Origin { bytes: 900, valid_bytes: 500, fault: "it ends in a chunk".into(), ..Origin::default() };
    part.health = Health { bytes: 600, valid_bytes: 500, origin: Some(origin), ..Health::default() };
    let diff = of_servers(server(50), part);
    assert!(diff.same_recording);
    let ticks = diff.records.iter().find(|kind| kind.kind == "ticks").unwrap();
    assert_eq!((ticks.a, ticks.b, ticks.equal), (50, 30, 30));
    assert_eq!((&diff.first_input, number(&diff, "of it whole", "bytes").1), (&None, Some(500.0)));
    assert!(diff.notes[0].starts_with("B is what was recovered of a file of 900 bytes"), "{:?}", diff.notes);
}

#[test]
fn the_first_tick_whose_inputs_differ_is_named_with_whose_and_what() {
    let mut other = server(50);
    for tick in &mut other.ticks[29..] {
        tick.input_sums[0] += 1;
        tick.state_hash += 1;
    }
    other.ticks[29].aims[1] = 201;
    push_stamp(&mut other.ticks[29], &Stamp { slot: 1, a_age: 9, ..Stamp::default() });
    other.ticks[29].player_checks = vec![1, 77];
    other.matches[0].match_id = vec![2; 16];
    let diff = of_servers(server(50), other);
    assert!(!diff.same_recording);
    let input = diff.first_input.as_ref().unwrap();
    let fields: Vec<_> = input.differences.iter().map(|it| (it.of.as_str(), it.field.as_str())).collect();
    assert_eq!((input.tick, fields), (30, vec![("player 1 (player 1)", "aim"), ("player 1 (player 1)", "stamp")]));
    let world = diff.first_world.as_ref().unwrap();
    assert_eq!((world.tick, world.differences[0].of.as_str()), (30, "player 1 (player 1)"));
    assert_eq!(diff.common.unwrap().same_inputs, 29);
    let text = diff.text();
    assert!(text.contains("inputs differ from tick 30 on (0.468 s)"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 120), "{text}");
}

#[test]
fn a_shot_that_is_judged_otherwise_is_found_whatever_it_is_called() {
    let mut other = server(50);
    other.shots[0].id = vec![8; 16];
    assert_eq!(of_servers(server(50), other.clone()).first_shot, None, "names follow from clocks");
    other.shots[0].hit = 0;
    let first = of_servers(server(50), other).first_shot.unwrap();
    assert_eq!((first.tick, first.differences.len()), (20, 1));
    let it = &first.differences[0];
    assert_eq!((it.of.as_str(), it.a.as_str(), it.b.as_str()), ("shot 1@20", "1", "0"));
}

#[test]
fn what_costs_more_stands_beside_what_it_was() {
    let mut other = server(50);
    other.ticks.iter_mut().for_each(|tick| tick.field_bits[1] = 20);
    other.ticks[7].late_us = 900;
    let diff = of_servers(server(50), other);
    assert_eq!(number(&diff, "bits of others: aim", "bits"), (Some(800.0), Some(1000.0)));
    assert_eq!(number(&diff, "tick late, greatest", "us"), (Some(10.0), Some(900.0)));
    assert_eq!(number(&diff, "tick late, middle", "us"), (Some(10.0), Some(10.0)));
    assert_eq!(number(&diff, "snapshots", "bytes"), (Some(5000.0), Some(5000.0)));
}

#[test]
fn clients_are_compared_by_inputs_and_numbers_and_it_is_said() {
    let client = |aim: u32, corrections: usize| {
        let inputs =
            (10..60).map(|tick| InputSampled { tick, aim: if tick < 40 { 5 } else { aim }, ..InputSampled::default() });
        let of = |it| crate::model::At { at_ns: 0, it };
        let correction = Correction { reason: "knock_back".into(), ..Correction::default() };
        let trace = ClientTrace {
            inputs: inputs.collect(),
            corrections: vec![of(correction); corrections],
            totals: vec![crate::model::At { at_ns: 0, it: ClientTotals { bytes_in: 99, ..ClientTotals::default() } }],
            ..ClientTrace::default()
        };
        Trace::Client(Box::new(trace))
    };
    let diff = super::diff(&client(5, 1), &client(6, 4)).expect("both are clients'");
    assert_eq!(diff.first_input.as_ref().map(|first| first.tick), Some(40));
    assert_eq!(number(&diff, "corrections: knock_back", ""), (Some(1.0), Some(4.0)));
    assert_eq!(number(&diff, "bytes in", "bytes"), (Some(99.0), Some(99.0)));
    assert!(diff.notes[0].contains("no worlds"), "{:?}", diff.notes);
    let wrong = super::diff(&client(5, 1), &Trace::Server(Box::new(server(3))));
    assert!(matches!(wrong, Err(DiffError::Roles { a: "client", b: "server" })));
}
