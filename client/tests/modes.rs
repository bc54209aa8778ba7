//! Every switch, and what it does to what a player sees: on virtual time, with the real server.

mod bench;

use bench::{Bench, delayed};
use glam::Vec2;
use std::time::Duration;
use tickshot_client::interpolate::EXTRAPOLATION;
use tickshot_client::lab::machine::ClientSetup;
use tickshot_client::lab::steer::Steer;
use tickshot_client::lab::universe::{Moment, UniverseConfig, Way};
use tickshot_client::reconcile::Reason;
use tickshot_client::view::{Controls, Switches};
use tickshot_shared::modes::{Delay, HitCheck, Modes, Others, Prediction};
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::input::{Heading, OwnView};
use tickshot_shared::sim::pose::{Pose, WHOLE};
use tickshot_shared::tick::TickRate;

fn walk(heading: u8) -> Controls {
    Controls { heading: Heading::new(heading).unwrap(), ..Controls::default() }
}

fn still() -> Steer {
    Steer::Controls(Controls::default())
}

fn setup(one_way_ms: u64, modes: Modes) -> ClientSetup {
    let switches = Switches { modes, ..Switches::default() };
    ClientSetup { link: delayed(one_way_ms), switches, ..ClientSetup::default() }
}

/// From a press to the first frame in which the own body has moved.
fn response(prediction: Prediction, one_way_ms: u64) -> Duration {
    let mut bench = Bench::new("open", 7);
    let modes = Modes { prediction, ..Modes::default() };
    let client = bench.join_as(ClientSetup { steer: still(), ..setup(one_way_ms, modes) });
    bench.run_ms(3000);
    let drawn = |bench: &Bench| bench.universe.client(client).view.own.unwrap().pos;
    let (pressed, before) = (bench.universe.now(), drawn(&bench));
    bench.steer(client, walk(1));
    while drawn(&bench) == before {
        bench.run_ms(1);
    }
    bench.universe.now() - pressed
}

#[test]
fn a_key_acts_at_once_with_prediction_and_a_round_trip_later_without() {
    let (on, off) = (response(Prediction::Smoothed, 100), response(Prediction::Off, 100));
    // An input is sampled within a tick, and drawn from the tick on in which it acted.
    assert!(on < Duration::from_millis(40), "{on:?}");
    assert!((200..350).contains(&off.as_millis()), "a round trip, the input margin and the display delay: {off:?}");
}

#[test]
fn without_prediction_the_own_body_is_drawn_as_told_and_its_shots_start_there() {
    let mut bench = Bench::new("open", 8);
    let modes = Modes { prediction: Prediction::Off, ..Modes::default() };
    for _ in 0..4 {
        bench.join_as(setup(60, modes));
    }
    let mut frames = 0;
    bench.run_seen(Duration::from_secs(20), &mut |moment| {
        let Moment::Frame { machine, truth, .. } = moment else { return };
        let Some((play, cursor)) = machine.core.play().and_then(|play| Some((play, play.cursor()?))) else { return };
        let told = |tick| truth.player(tick, play.slot()).map(|player| Pose::of(&player));
        let Some(expected) = Pose::seen(told(cursor.a), told(cursor.b), cursor.fraction) else { return };
        let drawn = machine.view.own.expect("it is in the world").pos * 1024.0;
        assert!((drawn - expected.pos.as_vec2()).length() < 0.1, "{drawn} {expected:?}");
        frames += 1;
    });
    assert!(frames > 1000);
    let shots = &bench.all_stats().shots;
    assert!(shots.comparable > 10, "{shots:?}");
    assert_eq!(shots.agreed, shots.comparable, "{:?}", shots.disagreements());
    assert_eq!(bench.all_stats().corrections.count(), 0, "who predicts nothing is never wrong");
}

#[test]
fn without_reconciliation_an_error_stays_until_the_next_life() {
    let error_after = |prediction: Prediction| {
        let mut bench = Bench::new("open", 9);
        let client =
            bench.join_as(ClientSetup { steer: still(), ..setup(30, Modes { prediction, ..Modes::default() }) });
        bench.run_ms(1500);
        bench.steer(client, walk(1));
        bench.run_ms(300);
        // It turns round while nothing goes up: the server walks it on.
        bench.universe.cut(client, Way::Up, Duration::from_millis(400));
        bench.steer(client, walk(5));
        bench.run_ms(500);
        bench.steer(client, Controls::default());
        bench.run_ms(2000);
        let machine = bench.universe.client(client);
        let truth = bench.true_own(client, bench.server().world().tick).unwrap().pos.as_vec2() / 1024.0;
        (machine.view.own.unwrap().pos.distance(truth), bench.stats(client).corrections.count())
    };
    let (error, corrections) = error_after(Prediction::Unreconciled);
    assert!(error > 0.3 && corrections == 0, "{error} m, {corrections} corrections");
    for prediction in [Prediction::Reconciled, Prediction::Smoothed] {
        let (error, corrections) = error_after(prediction);
        assert!(error < 0.001 && corrections > 0, "{prediction:?}: {error} m, {corrections} corrections");
    }
}

#[test]
fn smoothing_turns_a_jump_into_a_glide_and_reconciliation_alone_shows_it() {
    let largest_jump = |prediction: Prediction| {
        let mut bench = Bench::new("open", 10);
        let modes = Modes { prediction, ..Modes::default() };
        let client = bench.join_as(ClientSetup { steer: still(), ..setup(40, modes) });
        bench.run_ms(1500);
        bench.steer(client, walk(1));
        bench.run_ms(300);
        bench.universe.cut(client, Way::Up, Duration::from_millis(220));
        bench.steer(client, walk(5));
        let (mut last, mut jump): (Option<Vec2>, f32) = (None, 0.0);
        bench.run_seen(Duration::from_millis(1500), &mut |moment| {
            let Moment::Frame { machine, .. } = moment else { return };
            let pos = machine.view.own.unwrap().pos;
            jump = jump.max(last.map_or(0.0, |last| last.distance(pos)));
            last = Some(pos);
        });
        assert!(bench.corrections(client, Reason::LateInput) > 0);
        assert_eq!(bench.corrections(client, Reason::Unexplained), 0);
        jump
    };
    let (shown, hidden) = (largest_jump(Prediction::Reconciled), largest_jump(Prediction::Smoothed));
    // Walking alone moves a body 0.03 m in a frame.
    assert!(shown > 0.08 && hidden < 0.05, "{shown} m in one frame, smoothed {hidden} m");
}

#[test]
fn a_click_between_two_ticks_is_judged_by_the_frame_it_was_made_in() {
    let mut bench = Bench::new("open", 11);
    let interval = Duration::from_millis(2);
    let client = bench.join_as(ClientSetup { steer: still(), frame_interval: interval, ..setup(40, Modes::default()) });
    bench.join_as(ClientSetup { steer: still(), ..setup(40, Modes::default()) });
    bench.run_ms(3000);
    let slot = bench.play(client).slot();
    let (mut compared, mut inside_ticks) = (0, 0);
    for round in 0u16..40 {
        // Walk on, aim one way, click for one frame, and at once aim elsewhere.
        let heading = Heading::new(1 + (round % 8) as u8).unwrap();
        let aim = Turn(round.wrapping_mul(1637));
        bench.steer(client, Controls { heading, aim, fire: false, ..Controls::default() });
        bench.run_ms(230 + u64::from(round % 17));
        let play = bench.play(client);
        let drawn = bench.universe.client(client).view.own.unwrap().pos * 1024.0;
        let (cursor, before) = (play.cursor().unwrap(), bench.stats(client).shots.fired);
        // At most one frame, so that what was drawn before it is what was clicked at.
        bench.steer(client, Controls { heading, aim, fire: true, ..Controls::default() });
        let at = bench.universe.client(client).drawn_at();
        while bench.universe.client(client).drawn_at() == at {
            bench.universe.run_for(Duration::from_micros(50));
        }
        bench.steer(client, Controls { heading, aim: aim.turned(20_000), fire: false, ..Controls::default() });
        let mut evidence = None;
        bench.run_seen(Duration::from_millis(150), &mut |moment| {
            if let Moment::Tick { server, .. } = moment {
                evidence = server.shots().iter().find(|shot| shot.shooter == slot).copied().or(evidence);
            }
        });
        if bench.stats(client).shots.fired != before + 1 {
            continue;
        }
        let Some(evidence) = evidence else { continue };
        assert_eq!(evidence.aim, aim, "the aim of the click, not of the tick");
        assert_eq!(
            (evidence.claim.a, evidence.claim.b, evidence.claim.fraction),
            (cursor.a, cursor.b, cursor.fraction)
        );
        let muzzle = glam::IVec2::from_array(evidence.muzzle).as_vec2();
        assert!(muzzle.distance(drawn) <= 1.0, "muzzle {muzzle}, drawn {drawn}");
        compared += 1;
        inside_ticks += u32::from(matches!(evidence.claim.own, OwnView::Between { fraction: 1.., .. }));
    }
    assert!(compared > 20 && inside_ticks > 10, "{compared} compared, {inside_ticks} inside a tick");
}

#[test]
fn the_newest_snapshot_is_shown_as_it_is_and_extrapolation_goes_straight_on_for_a_quarter_second() {
    let mut bench = Bench::new("open", 12);
    let newest = bench.join_as(setup(50, Modes { others: Others::Newest, ..Modes::default() }));
    let beyond = bench.join_as(setup(50, Modes { others: Others::Extrapolate, ..Modes::default() }));
    bench.run_ms(2000);
    let (mut still, mut ahead) = (0, 0);
    bench.run_seen(Duration::from_secs(5), &mut |moment| {
        let Moment::Frame { client, machine, .. } = moment else { return };
        let play = machine.core.play().unwrap();
        let (cursor, held) = (play.cursor().unwrap(), play.newest().unwrap().header.tick);
        if client == newest {
            assert_eq!((cursor.a, cursor.b, cursor.fraction), (held, held, 0));
            still += 1;
        } else if cursor.fraction > WHOLE {
            assert_eq!(cursor.b, held);
            ahead += 1;
        }
    });
    assert!(still > 1000 && ahead > 1000, "{still} still, {ahead} ahead");
    // Then silence: it goes on for a quarter second, stops, and says so.
    bench.universe.cut(beyond, Way::Down, Duration::from_secs(1));
    bench.run_ms(EXTRAPOLATION.as_millis() as u64 - 60);
    assert!(!bench.play(beyond).cursor().unwrap().starved);
    bench.run_ms(200);
    let frozen = bench.play(beyond).cursor().unwrap();
    assert!(frozen.starved);
    bench.run_ms(200);
    assert_eq!(bench.play(beyond).cursor().unwrap(), frozen);
    bench.run_ms(2000);
    assert!(!bench.play(beyond).cursor().unwrap().starved);
}

#[test]
fn what_is_drawn_is_what_is_tested_however_the_others_are_drawn() {
    for others in [Others::Newest, Others::Extrapolate, Others::default(), Others::Interpolate(Delay::FixedMs(80))] {
        let mut bench = Bench::new("open", 13);
        for _ in 0..5 {
            bench.join_as(setup(30, Modes { others, ..Modes::default() }));
        }
        bench.run_ms(20_000);
        let shots = &bench.all_stats().shots;
        eprintln!("{others}: {} judged, {} clamped", shots.judged, shots.clamped);
        assert!(shots.comparable > 15, "{others}: {shots:?}");
        assert_eq!(shots.drawn_vs_tested().max(), 0, "{others}");
        assert_eq!(shots.agreed, shots.comparable, "{others}: {:?}", shots.disagreements());
        assert_eq!(shots.clamped, 0, "{others}: {:?}", bench.clamps);
    }
}

#[test]
fn a_slow_machine_is_not_taken_for_a_liar() {
    for (hz, frame_ms) in [(64, 17), (64, 33), (64, 50), (128, 17), (128, 33)] {
        let mut config = UniverseConfig::on("open", 16).unwrap();
        config.rate = TickRate::new(hz).unwrap();
        config.rules.rewind_ms = 500;
        let mut bench = Bench::with(config);
        for _ in 0..5 {
            let frame_interval = Duration::from_millis(frame_ms);
            bench.join_as(ClientSetup { frame_interval, ..setup(30, Modes::default()) });
        }
        bench.run_ms(20_000);
        let shots = &bench.all_stats().shots;
        eprintln!("{hz} Hz, {frame_ms} ms a frame: {} judged, {} clamped", shots.judged, shots.clamped);
        assert!(shots.comparable > 15, "{shots:?}");
        assert_eq!((shots.clamped, shots.drawn_vs_tested().max()), (0, 0), "{hz} Hz, {frame_ms} ms a frame");
        assert_eq!(shots.agreed, shots.comparable, "{:?}", shots.disagreements());
    }
}

#[test]
fn the_hit_check_is_chosen_per_shot() {
    let confirmed = |hits: HitCheck| {
        let mut bench = Bench::new("open", 14);
        for _ in 0..6 {
            bench.join_as(setup(90, Modes { hits, ..Modes::default() }));
        }
        bench.run_ms(30_000);
        let shots = bench.all_stats().shots;
        assert!(shots.comparable > 30, "{hits:?}: {shots:?}");
        shots.agreement_pct()
    };
    let [none, tick, exact] = HitCheck::ALL.map(confirmed);
    eprintln!("agreement: none {none:.1} %, whole tick {tick:.1} %, exact {exact:.1} %");
    assert_eq!(exact, 100.0);
    assert!(none < 70.0 && tick > 90.0, "none {none}, tick {tick}");
}

#[test]
fn modes_can_be_switched_at_any_moment_without_harm() {
    let mut bench = Bench::new("arena", 15);
    let client = bench.join_as(setup(60, Modes::default()));
    for _ in 0..3 {
        bench.join(60);
    }
    bench.run_ms(2000);
    let all: Vec<Modes> = Prediction::ALL
        .into_iter()
        .flat_map(|prediction| {
            let others =
                [Others::default(), Others::Newest, Others::Interpolate(Delay::FixedMs(200)), Others::Extrapolate];
            others.map(|others| Modes { prediction, others, ..Modes::default() })
        })
        .collect();
    for round in 0..64 {
        let modes = Modes { snapshot_every: 1 + (round % 3) as u8, ..all[round * 7 % all.len()] };
        bench.universe.client_mut(client).switches.modes = modes;
        bench.run_ms(170);
        assert_eq!(bench.universe.client(client).view.modes, modes);
    }
    bench.universe.client_mut(client).switches.modes = Modes::default();
    bench.run_ms(1500);
    // Somebody may just have hit it; but that is over as soon as it hears of it.
    let settled = (0..20).any(|_| {
        bench.run_ms(100);
        bench.agrees(client)
    });
    assert!(settled, "two seconds in which it never predicts what is");
    assert_eq!(bench.corrections(client, Reason::Unexplained), 0, "{:?}", bench.stats(client).corrections.by_reason());
}
