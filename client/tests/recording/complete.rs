//! A client's trace against what the bench saw and the client counted.

use crate::bench::Bench;
use crate::{LINKS, clients, join_on, short_matches};
use std::collections::BTreeMap;
use std::time::Duration;
use tickshot_client::lab::machine::Machine;
use tickshot_client::lab::universe::Moment;
use tickshot_trace::proto;

/// What the bench saw of one client's frames: when, the bodies of the others, the own one, in world units.
type Seen = (i64, Vec<(u32, i32, i32, bool)>, Option<(i32, i32)>);

fn seen(machine: &Machine) -> Option<Seen> {
    machine.core.play()?;
    let units = |metres: f32| (metres * 1024.0).round() as i32;
    let others = machine.view.others.iter();
    let others = others.map(|one| (one.slot.into(), units(one.pos.x), units(one.pos.y), one.alive)).collect();
    let own = machine.view.own.map(|own| (units(own.pos.x), units(own.pos.y)));
    Some((machine.local(machine.drawn_at()).as_nanos() as i64, others, own))
}

fn told(frame: &proto::Frame) -> Seen {
    let others = (0..frame.slots.len()).map(|i| (frame.slots[i], frame.xs[i], frame.ys[i], frame.alive[i] == 1));
    (frame.at_ns, others.collect(), frame.own_x.map(|x| (x, frame.own_y)))
}

fn run(seed: u64, links: &[&str], time: Duration) -> (Bench, Vec<Vec<Seen>>) {
    let mut bench = Bench::with(short_matches(seed));
    join_on(&mut bench, links, true);
    let mut frames = vec![Vec::new(); links.len()];
    bench.run_seen(time, &mut |moment| {
        if let Moment::Frame { client, machine, .. } = moment {
            frames[client].extend(seen(machine));
        }
    });
    (bench, frames)
}

#[test]
fn every_frame_is_recorded_as_it_was_drawn() {
    let (mut bench, frames) = run(31, &LINKS, Duration::from_secs(20));
    let clients = clients(&mut bench);
    for (client, (trace, seen)) in clients.iter().zip(&frames).enumerate() {
        assert_eq!(trace.frames.len(), seen.len(), "client {client}");
        for (frame, seen) in trace.frames.iter().zip(seen) {
            let (at, others, own) = told(frame);
            assert_eq!((at, &others), (seen.0, &seen.1), "client {client}");
            // The own view may be missing where only the body is known; its smoothing is rounded to a unit.
            if let (Some(own), Some(seen)) = (own, seen.2) {
                assert!(
                    (own.0 - seen.0).abs() <= 1 && (own.1 - seen.1).abs() <= 1,
                    "client {client}: {own:?} {seen:?}"
                );
            }
        }
        let smoothed = trace.frames.iter().filter(|frame| (frame.smoothing_x, frame.smoothing_y) != (0, 0)).count();
        eprintln!("client {client}: {} frames, {smoothed} with smoothing", seen.len());
        let stats = bench.stats(client);
        assert_eq!(trace.frames.iter().filter(|frame| frame.a.is_some()).count() as u64, stats.frames);
        assert_eq!(trace.frames.iter().filter(|frame| frame.starved).count() as u64, stats.frames_starved);
    }
}

#[test]
fn corrections_shots_and_answers_are_those_that_were_counted() {
    let (mut bench, _) = run(32, &LINKS, Duration::from_secs(120));
    let clients = clients(&mut bench);
    for (client, trace) in clients.iter().enumerate() {
        let stats = bench.stats(client);
        let mut reasons: BTreeMap<String, u64> = BTreeMap::new();
        for correction in trace.corrections.iter().filter(|correction| correction.it.reason != "join") {
            *reasons.entry(correction.it.reason.clone()).or_default() += 1;
            let (dx, dy) =
                (correction.it.predicted_x - correction.it.true_x, correction.it.predicted_y - correction.it.true_y);
            let units = f64::from(dx).hypot(f64::from(dy)).round();
            assert_eq!(f64::from(correction.it.units), units, "client {client}: {correction:?}");
        }
        assert_eq!(reasons, stats.corrections.by_reason(), "client {client}");
        let shots = &stats.shots;
        assert_eq!(trace.shots.len() as u64, shots.fired, "client {client}");
        assert_eq!(trace.shots.iter().filter(|shot| shot.claimed > 0).count() as u64, shots.claimed_hits);
        let mut outcomes: BTreeMap<String, u64> = BTreeMap::new();
        trace.answers.iter().for_each(|answer| *outcomes.entry(answer.it.outcome.clone()).or_default() += 1);
        assert_eq!(outcomes.remove("agreed").unwrap_or(0), shots.agreed, "client {client}");
        outcomes.remove("missed");
        assert_eq!(outcomes, shots.disagreements(), "client {client}");
        assert_eq!(trace.answers.len() as u64, shots.judged, "client {client}");
        eprintln!("client {client}: {} fired, {} claimed, {} judged", shots.fired, shots.claimed_hits, shots.judged);
        assert!(shots.judged > 5, "client {client} hardly fought");
        // Every shot rides in an input that was sampled, with the same stamp.
        let inputs: BTreeMap<u32, &proto::InputSampled> =
            trace.inputs.iter().map(|input| (input.tick, input)).collect();
        for shot in &trace.shots {
            let input = inputs[&shot.tick];
            assert!(input.buttons & 1 == 1 && input.aim == shot.aim && input.stamp == shot.stamp, "{input:?} {shot:?}");
        }
    }
}
