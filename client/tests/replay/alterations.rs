//! A record that was altered, its chain and its hashes made anew by somebody who knows how.

use super::{join_on, recorded, seconds};
use tickshot_shared::sim::world::Slot;
use tickshot_trace::model::ServerTrace;
use tickshot_trace::replay::{Divergence, Replay, input_sums, verify};

fn trace() -> ServerTrace {
    let mut bench = recorded("open", 12, |config| config.bots = 2);
    join_on(&mut bench, &["delay 40ms", "delay 20ms loss 3%"]);
    bench.run_for(seconds(8));
    let trace = bench.server_trace();
    assert!(verify(&trace, &mut |_, _| {}).holds);
    trace
}

fn divergence(trace: &ServerTrace) -> Divergence {
    let report = verify(trace, &mut |_, _| {});
    assert!(!report.holds, "an altered trace holds: {}", report.text());
    let text = report.text();
    report.divergence.unwrap_or_else(|| panic!("{text}"))
}

#[test]
fn an_altered_input_is_found_with_tick_slot_and_field() {
    let trace = trace();
    for tick in [100, 250, 400] {
        let mut replay = Replay::at(&trace, tick).expect("there is a keyframe");
        while replay.world().tick.0 < tick {
            replay.step().expect("it goes on").expect("it holds");
        }
        // Of the dead nobody sees where they aim.
        let alive = |slot: u32| replay.world().player(Slot(slot as u16)).is_some_and(|player| player.alive);
        for place in 0..4 {
            if !alive(trace.tick(tick).expect("it was recorded").input_slots[place]) {
                continue;
            }
            let mut altered = trace.clone();
            let record = altered.ticks.iter_mut().find(|record| record.tick == tick).expect("it was recorded");
            let slot = record.input_slots[place];
            record.aims[place] ^= 0x8000;
            record.input_sums = input_sums(record).to_vec();
            let found = divergence(&altered);
            assert_eq!((found.tick, found.slot, found.field), (tick, Some(slot), Some("aim")), "{found}");
        }
    }
}

#[test]
fn an_altered_input_that_changes_nothing_is_found_with_tick_slot_and_field() {
    let mut trace = trace();
    let record = &mut trace.ticks[200];
    // Below what a body shows, and nobody fires.
    let place = record.buttons.iter().position(|buttons| buttons & 1 == 0).expect("somebody holds fire");
    record.aims[place] ^= 1;
    let (tick, slot) = (record.tick, record.input_slots[place]);
    let found = divergence(&trace);
    assert_eq!((found.tick, found.slot, found.field), (tick, Some(slot), Some("aims")), "{found}");
}

#[test]
fn a_trace_of_another_format_is_refused_in_words_and_not_called_altered() {
    let mut trace = trace();
    trace.header.format = 1;
    let report = verify(&trace, &mut |_, _| {});
    assert!(!report.holds && report.divergence.is_none());
    assert!(report.error.as_ref().is_some_and(|error| error.contains("of format 1")), "{report:?}");
}

#[test]
fn altered_evidence_of_a_shot_is_found_whichever_part_it_is() {
    let trace = trace();
    let last = trace.shots.len() - 1;
    type Alteration = (&'static str, fn(&mut tickshot_trace::proto::Shot));
    let alterations: [Alteration; 6] = [
        ("hit", |shot| shot.hit ^= 1),
        ("muzzle_x", |shot| shot.muzzle_x += 1),
        ("used_age_256ths", |shot| shot.used_age_256ths += 1),
        ("clamp", |shot| shot.clamp = (shot.clamp + 1) % 6),
        ("verdicts", |shot| shot.verdicts[0] += 1),
        ("aim", |shot| shot.aim ^= 1),
    ];
    for (field, alter) in alterations {
        let mut altered = trace.clone();
        alter(&mut altered.shots[last]);
        let (tick, shooter) = (altered.shots[last].tick, altered.shots[last].shooter);
        let found = divergence(&altered);
        assert_eq!((found.tick, found.slot, found.field), (tick, Some(shooter), Some(field)), "{found}");
    }
    let mut removed = trace.clone();
    let shot = removed.shots.remove(last);
    assert_eq!(divergence(&removed).tick, shot.tick);
}

#[test]
fn a_player_who_is_somewhere_else_in_a_keyframe_is_found_by_slot_and_field() {
    let mut trace = trace();
    let keyframe = trace.keyframes.last_mut().and_then(|keyframe| keyframe.world.as_mut()).expect("every 5 s");
    let player = &mut keyframe.players[1];
    player.y += 1;
    let (tick, slot) = (keyframe.tick, player.slot);
    let found = divergence(&trace);
    assert_eq!((found.tick, found.slot, found.field), (tick, Some(slot), Some("y")), "{found}");
    assert_ne!(found.recorded, found.replayed);
}

#[test]
fn ticks_that_were_taken_out_or_changes_that_were_made_up_are_found() {
    let trace = trace();
    let mut shorter = trace.clone();
    shorter.ticks.remove(300);
    assert_eq!(divergence(&shorter).tick, trace.ticks[300].tick);
    for (kind, slot) in [(1, 0), (1, 99), (2, 0), (2, 70_000), (3, 1), (4, 0), (5, 0), (9, 0)] {
        let mut changed = trace.clone();
        changed.ticks[150].changes.push(tickshot_trace::proto::Change { kind, slot, team: 0 });
        assert_eq!(divergence(&changed).tick, trace.ticks[150].tick, "kind {kind}, slot {slot}");
    }
}
