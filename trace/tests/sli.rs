//! The indicators of traces in which it is known what went wrong.

mod synthetic;

use synthetic::{Link, MS, Player, Synthetic, client_id};
use tickshot_trace::model::At;
use tickshot_trace::proto::{Change, Correction, SessionEvent, ShotAnswered, change, session_event};
use tickshot_trace::sli::{SliResult, Slis};

fn of(made: &Synthetic) -> Vec<SliResult> {
    Slis::of_traces(Some(&made.server), &made.clients()).report()
}

fn value(results: &[SliResult], name: &str) -> (Option<f64>, u64, Option<bool>) {
    let result = results.iter().find(|result| result.name == name).expect("one of the seven");
    (result.value, result.count, result.met)
}

fn join(made: &mut Synthetic, tick: u32, slot: u32) {
    made.server.ticks[tick as usize - 1].changes.push(Change { kind: change::Kind::Join.into(), slot, team: 0 });
}

#[test]
fn a_quiet_match_meets_what_was_promised_of_what_was_measured() {
    let mut made = Synthetic::run(31, 20, vec![Player::new("Ann", 20), Player::new("Ben", 20)]);
    join(&mut made, 3, 0);
    join(&mut made, 4, 1);
    let results = of(&made);
    assert_eq!(value(&results, "tick_on_time"), (Some(100.0), 1280, Some(true)));
    // 400 us of 15,625.
    assert!((value(&results, "tick_p99").0.unwrap() - 2.56).abs() < 0.01);
    assert_eq!(value(&results, "starved_inputs").0, Some(0.0));
    assert_eq!(value(&results, "snapshot_age").0, Some(20.0));
    assert_eq!(value(&results, "unexplained_corrections").0, Some(0.0));
    assert_eq!(value(&results, "shot_agreement"), (None, 0, None));
    assert_eq!(value(&results, "join_success"), (Some(100.0), 2, Some(true)));
}

#[test]
fn whatever_goes_wrong_is_in_its_number_and_in_no_other() {
    let starving = Player { up: Link { lost: 300, burst: 8, ..Link::of(20) }, ..Player::new("Ann", 20) };
    let mut made = Synthetic::run(32, 20, vec![starving, Player::new("Ben", 20)]);
    join(&mut made, 3, 0);
    made.server.ticks[5].late_us = 1001;
    made.server.ticks[700].lost_ticks = 7;
    let missing = made.server.ticks.iter().flat_map(|tick| &tick.input_uses).filter(|used| **used != 0).count();
    let at = |it| At { at_ns: 0, it };
    let outcome = |said: &str| ShotAnswered { outcome: said.to_owned(), ..ShotAnswered::default() };
    for said in ["agreed", "missed", "target_dead", "clamped", "agreed", "mispredicted", "agreed"] {
        made.clients[0].answers.push(At { at_ns: 0, it: outcome(said) });
    }
    for reason in ["respawn", "unexplained", "late_input"] {
        made.clients[1].corrections.push(at(Correction { reason: reason.to_owned(), ..Correction::default() }));
    }
    // Ben never came into the world, and went; a third was told that it was full.
    let event = |kind: session_event::Kind, slot| SessionEvent {
        kind: kind.into(),
        tick: 1279,
        client_id: client_id(slot, 0),
        slot,
        ..SessionEvent::default()
    };
    for it in [event(session_event::Kind::Left, 1), event(session_event::Kind::Refused, 2)] {
        made.server.sessions.push(At { at_ns: i64::MAX, it });
    }
    let results = of(&made);
    assert_eq!(value(&results, "tick_on_time").0, Some(1279.0 * 100.0 / 1287.0));
    let (starved, wanted, met) = value(&results, "starved_inputs");
    assert!(missing > 5 && (starved.unwrap() - missing as f64 * 100.0 / wanted as f64).abs() < 1e-9);
    assert_eq!(met, Some(false));
    assert_eq!(value(&results, "shot_agreement"), (Some(75.0), 4, Some(false)));
    assert_eq!(value(&results, "unexplained_corrections").0, Some(1.0));
    assert_eq!(value(&results, "join_success"), (Some(50.0), 2, Some(false)));
    assert_eq!(value(&results, "snapshot_age").2, Some(true));
}

#[test]
fn bots_of_the_server_starve_nobody() {
    let mut made = Synthetic::run(33, 10, vec![Player::new("Ann", 20)]);
    let bot = SessionEvent { kind: session_event::Kind::Present.into(), slot: 7, bot: true, ..SessionEvent::default() };
    made.server.sessions.insert(0, At { at_ns: 0, it: bot });
    let before = value(&of(&made), "starved_inputs");
    for tick in &mut made.server.ticks {
        tick.input_slots.push(7);
        tick.input_uses.push(1);
    }
    assert_eq!(value(&of(&made), "starved_inputs"), before);
}

#[test]
fn clients_alone_say_what_the_server_told_them_of_their_inputs() {
    let mut made = Synthetic::run(34, 20, vec![Player { lead_ns: 40 * MS, ..Player::new("Ann", 20) }]);
    for (index, snapshot) in made.clients[0].snapshots.iter_mut().enumerate() {
        // 300 in all, counted modulo 256.
        snapshot.starved = (index as u32).min(300) % 256;
    }
    let results = Slis::of_traces(None, &made.clients()).report();
    let (starved, wanted, _) = value(&results, "starved_inputs");
    assert!((starved.unwrap() * wanted as f64 / 100.0 - 300.0).abs() < 1e-6, "{starved:?} of {wanted}");
    assert_eq!(value(&results, "tick_on_time").1, 0);
}
