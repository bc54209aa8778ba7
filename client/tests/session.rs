//! A client session against a real server core on virtual time: prediction, reconciliation, interpolation, clocks.

mod bench;

use bench::{Bench, delayed};
use std::time::Duration;
use tickshot_client::lab::machine::ClientSetup;
use tickshot_client::lab::universe::{UniverseConfig, Way};
use tickshot_client::predict::agree;
use tickshot_client::reconcile::Reason;
use tickshot_client::stats::Disagreement;
use tickshot_client::view::{Controls, Effect, Status};
use tickshot_shared::link::profile::{LinkSettings, Loss, Profile};
use tickshot_shared::protocol::control::{Refusal, ServerControl, encode_control};
use tickshot_shared::rng::Rng;
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::input::Heading;
use tickshot_shared::sim::round::Phase;
use tickshot_shared::sim::weapon::Weapon;
use tickshot_shared::tick::{Tick, TickRate};

/// Four bots on the arena, all on links of `one_way_ms`, for 30 s after they have joined.
fn clean_match(one_way_ms: u64) -> Bench {
    let mut bench = Bench::new("arena", 11 + one_way_ms);
    for _ in 0..4 {
        bench.join(one_way_ms);
    }
    bench.run_ms(30_000 + 30 * one_way_ms);
    bench
}

fn assert_never_mispredicted(bench: &Bench) {
    for peer in bench.clients() {
        let corrections = &peer.core.stats().corrections;
        assert!(peer.core.stats().inputs > 500, "it did play: {} inputs", peer.core.stats().inputs);
        for reason in [Reason::Unexplained, Reason::LateInput] {
            assert_eq!(corrections.of(reason), 0, "{reason:?} on a clean link: {:?}", corrections.by_reason());
        }
    }
}

#[test]
fn on_a_clean_link_no_player_is_ever_corrected_at_0_ms() {
    let bench = clean_match(0);
    assert_never_mispredicted(&bench);
    assert_eq!(bench.starved_ticks(), 0);
}

#[test]
fn on_a_clean_link_no_player_is_ever_corrected_at_50_ms() {
    let bench = clean_match(50);
    assert_never_mispredicted(&bench);
    assert_eq!(bench.starved_ticks(), 0);
}

#[test]
fn on_a_clean_link_no_player_is_ever_corrected_at_250_ms() {
    let bench = clean_match(250);
    assert_never_mispredicted(&bench);
    assert_eq!(bench.starved_ticks(), 0);
}

/// Everything there is to press, at random, for two minutes, each way taking `one_way_ms`.
fn press_everything(hz: u32, one_way_ms: u64, seed: u64) {
    let rate = TickRate::new(hz).unwrap();
    let config = UniverseConfig { rate, ..UniverseConfig::on("arena", seed).unwrap() };
    let mut bench = Bench::with(config);
    bench.join(one_way_ms);
    let rng = &mut Rng::new(seed);
    let mut controls = Controls::default();
    bench.steer(0, controls);
    bench.run_ms(1000);
    let slot = bench.play(0).slot();
    let mut did = [0; 4];
    for step in 0..2_000 {
        // Nothing disturbs: nobody is hurt, not even by its own rocket, and nothing lies about.
        let world = bench.universe.server_mut().world_mut();
        (world.round.phase, world.round.ends) = (Phase::RoundOver, None);
        world.pickups.fill(u16::MAX);
        controls.heading = Heading::new(rng.below(9) as u8).unwrap();
        controls.aim = Turn(rng.below(65536) as u16);
        controls.fire = rng.chance(1, 2);
        (controls.dash, controls.reload) = (rng.chance(1, 5), rng.chance(1, 20));
        if rng.chance(1, 20) {
            controls.weapon = Weapon::ALL[rng.below(3) as usize];
        }
        bench.steer(0, controls);
        bench.run_ms(u64::from(rng.below(120)) + 1);
        let tick = bench.server().world().tick;
        let predicted = *bench.play(0).predictor().at(tick).expect("input now is ahead");
        let truth = bench.true_own(0, tick).unwrap();
        assert!(agree(&predicted, &truth), "step {step}, {tick:?}: predicted {predicted:?}, true {truth:?}");
        let player = bench.server().world().player(slot).unwrap();
        let doing =
            [player.dash_ticks > 0, player.reload_ticks > 0, player.weapon != Weapon::Rifle, player.fire_cooldown > 0];
        did.iter_mut().zip(doing).for_each(|(count, does)| *count += u32::from(does));
    }
    assert_eq!(bench.stats(0).corrections.count(), 0, "{:?}", bench.stats(0).corrections.by_reason());
    assert!(
        bench.stats(0).shots.fired > 50 && did.iter().all(|count| *count > 50),
        "dash, reload, switch, fire: {did:?}"
    );
}

#[test]
fn the_predicted_state_of_a_tick_is_the_servers_state_of_that_tick_whatever_is_pressed() {
    press_everything(64, 40, 5);
}

#[test]
fn nothing_that_is_pressed_is_mispredicted_at_the_slowest_and_at_the_fastest_tick_rate_either() {
    press_everything(20, 90, 6);
    press_everything(128, 25, 7);
}

#[test]
fn an_input_that_is_lost_for_good_is_corrected_once_by_what_the_server_did_instead() {
    let mut bench = Bench::new("open", 3);
    bench.join(30);
    let walk = |heading: u8| Controls { heading: Heading::new(heading).unwrap(), ..Controls::default() };
    bench.steer(0, walk(1));
    bench.run_ms(1500);
    bench.steer(0, walk(5));
    bench.run_ms(1500);
    assert_eq!(bench.stats(0).corrections.count(), 0);
    // For 150 ms (longer than redundancy and margin reach) nothing goes up, just as the player turns round.
    bench.universe.cut(0, Way::Up, Duration::from_millis(150));
    bench.steer(0, walk(1));
    bench.run_ms(150);
    bench.run_ms(2000);
    let stats = bench.stats(0);
    let late = stats.corrections.of(Reason::LateInput);
    assert!(late >= 1, "{:?}", stats.corrections.by_reason());
    assert_eq!(stats.corrections.of(Reason::Unexplained), 0);
    // Turning round takes speed from -96 to +96 units a tick; each tick that the server walked on instead costs at most
    // twice full speed, and the run of bad ticks is known from the server's count.
    let missing = bench.starved_ticks();
    assert!((1..=10).contains(&missing), "{missing} inputs missing");
    let largest = stats.corrections.max_units();
    assert!(largest > 0 && largest <= 192 * missing, "{largest} units for {missing} ticks");
    // And it is over: the client agrees with the server again.
    let tick = bench.server().world().tick;
    assert!(agree(bench.play(0).predictor().at(tick).unwrap(), &bench.true_own(0, tick).unwrap()));
}

#[test]
fn deaths_and_respawns_are_explained_and_seen() {
    let bench = clean_match(20);
    let kills: u16 = bench.server().world().present().map(|(_, p)| p.kills).sum();
    assert!(kills > 0, "bots that never kill test nothing here");
    let respawns: u64 = bench.clients().map(|p| p.core.stats().corrections.of(Reason::Respawn)).sum();
    assert!(respawns > 0);
    assert_never_mispredicted(&bench);
    let died = |e: &Effect| matches!(e, Effect::Died { .. });
    let saw_one = |client: usize| bench.notes(client).effects.iter().any(died);
    assert!((0..4).all(saw_one), "every client saw somebody die");
}

#[test]
fn confirmed_hits_follow_claimed_hits() {
    let bench = clean_match(50);
    let shots = bench.all_stats().shots;
    eprintln!(
        "fired {}, claimed {}, confirmed {}, comparable {}, {:?}",
        shots.fired,
        shots.claimed_hits,
        shots.confirmed_hits,
        shots.comparable,
        shots.disagreements()
    );
    assert!(shots.comparable >= 20, "only {} hits to compare", shots.comparable);
    assert_eq!(shots.agreed, shots.comparable);
    // A claim fails honestly only if its victim died before the shot was judged, or the shooter did, whose shot then never is.
    let gone = shots.disagreed(Disagreement::TargetDead) + shots.disagreed(Disagreement::TargetRespawned);
    let never_judged = shots.fired - bench.server().metrics.shots.fired;
    let deaths: u64 = bench.server().world().present().map(|(_, p)| u64::from(p.deaths)).sum();
    assert!(never_judged <= deaths, "{never_judged} shots never came to be judged, with {deaths} deaths");
    // Answers to the latest shots may still be on their way.
    let unanswered = shots.fired - shots.rockets - never_judged - shots.judged;
    // Rockets hit without a claim: nobody can swear to where one will burst.
    let unconfirmed = shots.claimed_hits.saturating_sub(shots.confirmed_hits);
    assert!(unconfirmed <= gone + never_judged + unanswered, "{unconfirmed} claims not confirmed: {shots:?}");
}

#[test]
fn a_fifth_of_all_packets_lost_both_ways_is_survived() {
    let mut bench = Bench::new("arena", 23);
    for _ in 0..3 {
        let lossy = Profile { delay_us: 30_000, loss: Loss::Random { ppm: 200_000 }, ..Profile::default() };
        bench.join_as(ClientSetup { link: LinkSettings::both(lossy), ..ClientSetup::default() });
    }
    bench.run_ms(15_000);
    for peer in bench.clients() {
        let stats = peer.core.stats();
        assert_eq!(peer.view.status, Status::Playing);
        assert!(stats.snapshots > 600, "{} snapshots", stats.snapshots);
        assert_eq!(stats.corrections.of(Reason::Unexplained), 0, "{:?}", stats.corrections.by_reason());
    }
    let counts = bench.server().input_counts();
    // Lost 1 in 5; missing only if a packet and its successor that could still be in time are both lost: 1 in 25.
    assert!(counts.missing * 100 < counts.used * 6, "{counts:?}");
    (0..3).for_each(|client| bench.universe.set_link(client, delayed(30)));
    bench.run_ms(500);
    let before: Vec<u64> = bench.clients().map(|p| p.core.stats().corrections.of(Reason::LateInput)).collect();
    bench.run_ms(3000);
    let after: Vec<u64> = bench.clients().map(|p| p.core.stats().corrections.of(Reason::LateInput)).collect();
    assert_eq!(before, after, "all is well again once the link is");
}

#[test]
fn a_silent_server_is_counted_as_starved_frames_and_survived() {
    let mut bench = Bench::new("arena", 31);
    bench.join(20);
    bench.join(20);
    bench.run_ms(3000);
    assert_eq!(bench.stats(0).frames_starved, 0, "no frame starves on a clean link");
    bench.universe.cut(0, Way::Down, Duration::from_secs(4));
    bench.run_ms(4000);
    let stats = bench.stats(0);
    // 4 s of 4 ms frames, less the two ticks of display delay.
    assert!((950..=1000).contains(&stats.frames_starved), "{} starved", stats.frames_starved);
    assert!(bench.universe.client(0).view.others.iter().all(|other| other.starved));
    bench.run_ms(3000);
    assert!(bench.universe.client(0).view.others.iter().all(|other| !other.starved));
    let tick = bench.server().world().tick;
    assert!(agree(bench.play(0).predictor().at(tick).unwrap(), &bench.true_own(0, tick).unwrap()));
}

#[test]
fn display_now_never_runs_backwards_on_a_jittery_link() {
    let mut bench = Bench::new("arena", 41);
    for _ in 0..3 {
        let down = Profile {
            delay_us: 70_000,
            jitter_us: 30_000,
            reorder_ppm: 100_000,
            loss: Loss::Random { ppm: 50_000 },
            ..Profile::default()
        };
        bench.join_as(ClientSetup {
            link: LinkSettings { down, ..delayed(40) },
            frame_interval: Duration::from_millis(7),
            ..ClientSetup::default()
        });
    }
    bench.run_ms(6000);
    let link = bench.universe.client(0).link();
    bench.universe.set_link(0, LinkSettings { down: Profile { delay_us: 230_000, ..link.down }, ..link });
    bench.run_ms(6000);
    // The bench checks every frame.
    assert!((0..3).all(|client| bench.notes(client).frames > 1000));
}

#[test]
fn clocks_settle_in_two_seconds_whatever_the_quartz() {
    for (drift_ppm, one_way_ms) in [(-500, 0), (500, 25), (-500, 100), (500, 100)] {
        let mut bench = Bench::new("open", 51);
        let peer = bench.join_as(ClientSetup { link: delayed(one_way_ms), drift_ppm, ..ClientSetup::default() });
        bench.run_ms(2000 + 6 * one_way_ms);
        let mut worst: f64 = 0.0;
        for _ in 0..500 {
            bench.run_ms(10);
            worst = worst.max(bench.server_clock_error_ms(peer).abs());
        }
        eprintln!("{drift_ppm} ppm, {one_way_ms} ms: worst error {worst:.3} ms");
        assert!(worst < 2.0, "{drift_ppm} ppm, {one_way_ms} ms: {worst} ms off");
        let stats = bench.stats(peer);
        assert_eq!((stats.ticks_skipped, stats.corrections.count()), (0, 0));
        let rtt = bench.universe.client(peer).core.rtt().unwrap();
        let expected = Duration::from_millis(2 * one_way_ms);
        assert!(rtt.abs_diff(expected) < Duration::from_millis(1), "{rtt:?} for {expected:?}");
    }
}

#[test]
fn an_uneven_link_is_measured_not_guessed() {
    let mut bench = Bench::new("open", 61);
    let peer = bench.join(10);
    bench.universe.set_link(peer, LinkSettings { up: delayed(120).up, ..delayed(10) });
    bench.run_ms(4000);
    let missing = bench.starved_ticks();
    bench.run_ms(4000);
    assert_eq!(bench.starved_ticks(), missing, "inputs keep arriving in time");
    let margin = bench.play(peer).newest().unwrap().header.margin_16ths.unwrap();
    // Eight seconds without an accident: what is left for one is under a tick, and a frame's wait comes on top.
    assert!((8..=24).contains(&margin), "margin {margin}/16 ticks, wanted one tick or a little less");
}

#[test]
fn a_frame_rate_below_the_tick_rate_loses_no_input() {
    for frame_us in [33_333, 16_667, 6_944, 2_000] {
        let mut bench = Bench::new("open", 71);
        let frame_interval = Duration::from_micros(frame_us);
        let peer = bench.join_as(ClientSetup { link: delayed(20), frame_interval, ..ClientSetup::default() });
        bench.run_ms(3000);
        let missing = bench.starved_ticks();
        bench.run_ms(5000);
        assert_eq!(bench.starved_ticks(), missing, "frames of {frame_us} us");
        assert_eq!(bench.stats(peer).corrections.of(Reason::Unexplained), 0);
    }
}

#[test]
fn a_late_joiner_without_the_map_gets_it_and_plays() {
    let mut bench = Bench::new("arena", 81);
    bench.join(15);
    bench.run_ms(5000);
    let late = bench.join(15);
    bench.run_ms(10);
    assert_eq!(bench.universe.client(late).core.status(), Status::Connecting);
    bench.run_ms(30);
    assert!(matches!(bench.universe.client(late).core.status(), Status::LoadingMap(_, total) if total > 1));
    bench.run_ms(1500);
    assert_eq!(bench.universe.client(late).core.status(), Status::Playing);
    let arena = bench.universe.client(late).core.arena().expect("loaded");
    assert_eq!(arena.hash(), bench.server().setup().map.arena.hash());
    assert_eq!(bench.universe.client(late).view.roster.len(), 2);
    assert_eq!(bench.universe.client(late).view.own.unwrap().slot, bench.play(late).slot().0);
    assert_eq!(bench.stats(late).corrections.count(), 0);
}

#[test]
fn a_refusal_ends_the_session_with_its_reason_and_later_messages_change_nothing() {
    let mut bench = Bench::new("open", 91);
    let peer = bench.join(5);
    let refused = encode_control(&ServerControl::Refused { reason: Refusal::Full { players: 8, max: 8 } }).unwrap();
    let core = &mut bench.universe.client_mut(peer).core;
    core.handle_control(Duration::ZERO, &refused);
    core.handle_disconnect("the connection was lost");
    let Status::Ended(reason) = core.status() else { panic!("not ended") };
    assert!(reason.contains("full"), "{reason}");
}

#[test]
fn damaged_bytes_are_counted_drops_and_never_a_panic() {
    let mut bench = Bench::new("arena", 101);
    bench.join(10);
    bench.join(10);
    bench.run_ms(2000);
    let mut rng = Rng::new(101);
    let core = &mut bench.universe.client_mut(0).core;
    let before: u64 = core.stats().drops.values().sum();
    for _ in 0..20_000 {
        let mut bytes: Vec<u8> = (0..rng.below(60)).map(|_| rng.next_u64() as u8).collect();
        if let Some(first) = bytes.first_mut().filter(|_| rng.chance(3, 4)) {
            *first = 0xA1;
        }
        // Pretend it came in the past, so that a lucky one cannot disturb the clocks of the rest of the test.
        core.handle_hot(Duration::from_secs(1), &bytes);
        core.handle_control(Duration::from_secs(1), &bytes);
        if core.has_ended() {
            break;
        }
    }
    let after: u64 = core.stats().drops.values().sum();
    assert!(after > before + 1000, "{} drops counted", after - before);
}

#[test]
fn no_input_is_produced_before_the_servers_clock_is_known() {
    let mut bench = Bench::new("open", 111);
    let peer = bench.join(100);
    bench.run_ms(450);
    // Welcome, map, ready, first snapshot: 400 ms and more; the first pong takes 200 ms beyond.
    assert_eq!(bench.universe.client(peer).core.input_tick(), None::<Tick>);
    bench.run_ms(1500);
    assert!(bench.universe.client(peer).core.input_tick().is_some());
    assert_eq!(bench.starved_ticks(), 0);
}
