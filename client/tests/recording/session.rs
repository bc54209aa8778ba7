//! Recording as such: it changes nothing, is bounded, begins anywhere, and tells what is odd.

use crate::bench::Bench;
use crate::{join_on, short_matches, trace};
use std::time::Duration;
use tickshot_client::lab::machine::Machine;
use tickshot_client::view::Status;
use tickshot_trace::proto::recorder_note::Kind;
use tickshot_trace::record::{Batch, Record, Stamped};

#[test]
fn a_match_that_is_recorded_is_the_same_match() {
    let end = |record: bool| {
        let mut bench = Bench::with(short_matches(41));
        join_on(&mut bench, &["delay 30ms 10ms loss 3%", "", "delay 90ms"], record);
        bench.run_for(Duration::from_secs(15));
        let stats: Vec<String> = bench.clients().map(|machine| format!("{:?}", machine.core.stats())).collect();
        (bench.server().world().hash(), stats)
    };
    assert_eq!(end(false), end(true));
}

#[test]
fn who_does_not_record_keeps_nothing() {
    let mut bench = Bench::with(short_matches(42));
    join_on(&mut bench, &["", ""], false);
    bench.run_for(Duration::from_secs(5));
    assert!(bench.universe.client_mut(0).take_trace().is_empty());
    assert_eq!(records(bench.universe.client_mut(0)), []);
}

fn playing(seed: u64, seconds: u64) -> Bench {
    let mut bench = Bench::with(short_matches(seed));
    join_on(&mut bench, &["delay 20ms", "delay 20ms"], false);
    bench.run_for(Duration::from_secs(seconds));
    assert_eq!(bench.universe.client(0).core.status(), Status::Playing);
    bench
}

fn records(machine: &mut Machine) -> Vec<Stamped> {
    let mut batch = Batch::default();
    machine.core.take_records(&mut batch);
    batch.records().collect()
}

#[test]
fn a_recording_begun_in_the_middle_begins_with_where_the_session_stands() {
    let mut bench = playing(43, 3);
    let machine = bench.universe.client_mut(0);
    machine.core.set_recording(true);
    let opening = records(machine);
    let kinds: Vec<&str> = opening.iter().map(|stamped| Record::CHANNELS[stamped.record.channel()].1).collect();
    assert_eq!(kinds, ["SessionState", "Welcomed", "Switched"]);
    assert!(matches!(&opening[0].record, Record::SessionState(state) if state.state == "playing"));
    assert!(matches!(&opening[1].record, Record::Welcomed(welcomed) if welcomed.tick_rate_hz == 64));
    let machine = bench.universe.client(0);
    let now = machine.local(machine.drawn_at());
    assert!(opening.iter().all(|stamped| stamped.at <= now && now - stamped.at < Duration::from_millis(100)));
}

#[test]
fn records_that_nobody_takes_are_bounded_and_their_loss_is_a_record() {
    let mut bench = playing(44, 2);
    bench.universe.client_mut(0).core.set_recording(true);
    bench.run_for(Duration::from_secs(30));
    let kept = records(bench.universe.client_mut(0));
    assert!(kept.len() <= 2049, "{} records", kept.len());
    let Some(Record::RecorderNote(note)) = kept.last().map(|stamped| &stamped.record) else {
        panic!("no word of a loss")
    };
    assert_eq!(note.kind(), Kind::Lost);
    // Thirty seconds of frames every 2 ms alone are more than that.
    assert!(note.count > 15_000, "{} lost", note.count);
    bench.run_ms(100);
    let next = records(bench.universe.client_mut(0));
    assert!(!next.is_empty() && !next.iter().any(|stamped| matches!(stamped.record, Record::RecorderNote(_))));
}

#[test]
fn a_session_begins_plays_and_ends_in_its_trace_with_totals_every_second() {
    let mut bench = Bench::with(short_matches(45));
    join_on(&mut bench, &["", "delay 10ms"], true);
    bench.run_for(Duration::from_secs(10));
    bench.universe.client_mut(1).core.handle_disconnect("the cable is out");
    bench.run_for(Duration::from_secs(1));
    let trace = trace(&mut bench, 1);
    let states: Vec<(&str, &str)> =
        trace.sessions.iter().map(|state| (state.it.state.as_str(), state.it.reason.as_str())).collect();
    assert_eq!(states, [("connecting", ""), ("playing", ""), ("ended", "the cable is out")]);
    assert!((9..=12).contains(&trace.totals.len()), "{} totals", trace.totals.len());
    let (last, stats) = (&trace.totals.last().expect("some").it, bench.stats(1));
    assert_eq!((last.frames, last.inputs, last.server_ticks), (stats.frames, stats.inputs, stats.server_ticks));
    assert!(last.bytes_in > 10_000 && last.bytes_out > 10_000, "{last:?}");
    let began = trace.frames.first().expect("frames").at_ns;
    assert!(trace.header.name == "bot 1" && began > 80_000_000_000, "on its own clock: {began} ns");
}

#[test]
fn switches_and_a_freeze_are_in_the_trace_with_the_time_they_happened() {
    let mut bench = Bench::with(short_matches(46));
    join_on(&mut bench, &[""], true);
    bench.run_for(Duration::from_secs(2));
    let machine = bench.universe.client_mut(0);
    machine.switches.modes = "prediction=off".parse().expect("modes");
    machine.switches.freezes += 1;
    bench.run_for(Duration::from_secs(1));
    let trace = trace(&mut bench, 0);
    let [first, second] = &trace.switches[..] else { panic!("{:?}", trace.switches) };
    assert!(first.it.modes.contains("prediction=smooth") && first.it.frozen_ms == 0);
    assert!(second.it.modes.contains("prediction=off") && second.it.frozen_ms == 2000, "{second:?}");
    assert!(second.at_ns - first.at_ns >= 1_990_000_000);
}

#[test]
fn hits_denied_by_the_rewind_cap_are_disputed_and_on_a_short_way_none_is() {
    let disputed = |link: &str| {
        let mut bench = Bench::with(short_matches(47));
        join_on(&mut bench, &[link; 4], false);
        bench.run_for(Duration::from_secs(30));
        let shots = bench.all_stats().shots;
        eprintln!("'{link}': {} claimed, {} clamped, {} disputed", shots.claimed_hits, shots.clamped, shots.disputed);
        shots.disputed
    };
    assert_eq!(disputed("delay 20ms"), 0);
    assert!(disputed("delay 200ms") > 0);
}
