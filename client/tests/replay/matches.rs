//! Every kind of match.

use super::{join_on, recorded, seconds};
use tickshot_server::core::MatchRules;
use tickshot_server::maps;
use tickshot_shared::modes::HitCheck;
use tickshot_shared::sim::round::{GameMode, MatchOptions};
use tickshot_shared::sim::weapon::Weapon;
use tickshot_shared::tick::TickRate;
use tickshot_trace::proto::Shot;
use tickshot_trace::replay::verify;

#[test]
fn a_deathmatch_over_bad_links_is_made_again_to_the_last_shot_at_every_tick_rate() {
    for hz in [20, 64, 128] {
        let mut bench = recorded("open", 3, |config| {
            config.rate = TickRate::new(hz).unwrap();
            config.bots = 3;
        });
        join_on(&mut bench, &["", "delay 40ms 15ms loss 4%", "delay 120ms 30ms loss 8% reorder 5%", "delay 5ms"]);
        bench.run_for(seconds(12));
        let report = bench.verify_recording();
        eprintln!("{hz} Hz: {}", report.text());
        assert_eq!((report.ticks, report.shots_by_record), (u64::from(12 * hz), 0));
        assert!(report.shots_judged_again > 20 && report.keyframes >= 1, "{}", report.text());
    }
}

#[test]
fn elimination_over_several_matches_and_maps_with_people_who_come_go_and_change_sides_is_made_again() {
    let options = MatchOptions {
        mode: GameMode::Elimination,
        best_of: 3,
        round_s: 4,
        warm_up_s: 1,
        freeze_s: 1,
        round_over_s: 1,
        match_over_s: 1,
        ..MatchOptions::ENDLESS
    };
    let load = |name| maps::load(name).expect("the map is built in");
    let mut bench = recorded("duel", 8, |config| {
        config.options = options;
        config.rotation = vec![load("duel"), load("arena")];
        config.bots = 4;
    });
    join_on(&mut bench, &["delay 20ms", "delay 60ms loss 2%"]);
    bench.universe.run_for(seconds(9));
    // Whoever is silent for 40 s is gone, and the sides become uneven.
    bench.universe.partition(0, seconds(60));
    join_on(&mut bench, &["", "delay 80ms 20ms"]);
    bench.universe.run_for(seconds(70));
    let report = bench.verify_recording();
    eprintln!("{}", report.text());
    assert!(bench.server().matches_begun() >= 3, "{} matches", bench.server().matches_begun());
    assert!(report.shots_judged_again > 20 && report.ticks == 79 * 64, "{}", report.text());
}

#[test]
fn shotguns_and_rockets_and_every_hit_check_are_made_again() {
    for check in HitCheck::ALL {
        let mut bench = recorded("arena", 5, |config| {
            config.rules = MatchRules { experiments: false, hit_checks: check, ..MatchRules::default() };
        });
        join_on(&mut bench, &["delay 30ms", "delay 30ms 10ms", "delay 60ms loss 3%", ""]);
        bench.run_for(seconds(20));
        let trace = bench.server_trace();
        let report = verify(&trace, &mut |_, _| {});
        assert!(report.holds && report.shots_judged_again > 20, "{}", report.text());
        let shotgun = |shot: &&Shot| shot.weapon == Weapon::Shotgun as u32;
        let launches = trace.ticks.iter().any(|tick| tick.weapons.contains(&(Weapon::Launcher as u32)));
        assert!(trace.shots.iter().filter(shotgun).count() > 3 && launches, "bots use what suits the distance");
    }
}

#[test]
fn a_recording_that_begins_in_the_middle_is_made_again_from_its_first_keyframe() {
    let mut bench = recorded("open", 4, |config| config.bots = 2);
    bench.universe.server_mut().set_recording(false);
    join_on(&mut bench, &["delay 40ms", "delay 90ms 20ms loss 5%", "delay 10ms"]);
    bench.run_for(seconds(10));
    bench.universe.server_mut().set_recording(true);
    bench.run_for(seconds(20));
    let report = bench.verify_recording();
    assert_eq!((report.first_tick, report.ticks), (10 * 64 + 1, 20 * 64), "{}", report.text());
    assert!(report.shots_by_record <= 8, "only those of the first moments look back further: {}", report.text());
    assert!(report.shots_judged_again > 10, "{}", report.text());
}

#[test]
fn a_world_that_a_test_sets_by_hand_is_made_again() {
    let mut bench = recorded("open", 6, |config| config.bots = 3);
    join_on(&mut bench, &["delay 30ms", "delay 30ms"]);
    bench.run_for(seconds(3));
    for player in bench.universe.server_mut().world_mut().players.iter_mut().flatten() {
        player.health = 1;
        player.pos.x += 1024;
    }
    bench.run_for(seconds(3));
    bench.universe.freeze_server(seconds(1));
    bench.run_for(seconds(3));
    bench.verify_recording();
}
