//! Fights on bad links: what was drawn is what is tested.

use super::{FRAMES_US, cease_fire};
use crate::bench::{Bench, delayed};
use std::time::Duration;
use tickshot_client::lab::machine::ClientSetup;
use tickshot_client::lab::universe::UniverseConfig;
use tickshot_client::reconcile::Reason;
use tickshot_client::stats::{Disagreement, ShotStats};
use tickshot_client::view::Switches;
use tickshot_server::core::MatchRules;
use tickshot_shared::link::profile::LinkSettings;
use tickshot_shared::modes::{HitCheck, Modes};

/// Eight bots on links alike for a hundred seconds; all shots answered at the end.
fn firefight(seed: u64, link: LinkSettings, rewind_ms: u16, modes: Modes) -> Bench {
    let config = UniverseConfig::on("arena", seed).expect("the map is built in");
    let rules = MatchRules { rewind_ms, ..config.rules };
    let mut bench = Bench::with(UniverseConfig { rules, ..config });
    for client in 0..8 {
        bench.join_as(ClientSetup {
            link,
            frame_interval: Duration::from_micros(FRAMES_US[client % 4]),
            drift_ppm: 20 * client as i32 - 80,
            switches: Switches { modes, ..Switches::default() },
            ..ClientSetup::default()
        });
    }
    bench.run_ms(100_000);
    cease_fire(&mut bench);
    bench.run_ms(3000);
    bench
}

/// Every claim has a fate: it could be compared, it was refused for a reason that has a name, or the server never saw the
/// shot, because its shooter was dead there or its input lost.
fn assert_claims_are_accounted_for(bench: &Bench, shots: &ShotStats, what: &str) {
    let refused: u64 = shots.disagreements().values().sum::<u64>() - (shots.comparable - shots.agreed);
    let unanswered = shots.fired - shots.rockets - shots.judged;
    assert!(shots.claimed_hits <= shots.comparable + refused + unanswered, "{what}: claims without a fate");
    let deaths: u64 = bench.server().world().present().map(|(_, p)| u64::from(p.deaths)).sum();
    assert!(unanswered <= deaths + bench.starved_ticks(), "{what}: {unanswered} shots nobody judged");
    // A shooter is not where it thought only if something pushed it or an input was missing.
    let corrections = &bench.all_stats().corrections;
    let pushes = corrections.of(Reason::KnockBack) + corrections.of(Reason::LateInput);
    assert!(shots.disagreed(Disagreement::Mispredicted) <= pushes, "{what}");
    assert_eq!(shots.disagreed(Disagreement::Unexplained), 0, "{what}: {:?}", shots.disagreements());
}

#[test]
fn what_was_drawn_is_what_is_tested_and_what_was_seen_to_hit_hits() {
    let (mut comparable, mut agreed, mut elsewhere, mut whole_tick, mut off) = (0, 0, 0, 0, 0);
    for (seed, link, rewind_ms) in [
        (8000, "delay 0ms", 250),
        (8001, "delay 20ms 5ms loss 1%", 250),
        (8002, "delay 50ms 10ms loss 2%", 250),
        (8003, "delay 75ms 20ms loss 5%", 500),
        (8004, "delay 150ms 30ms loss 10%", 1000),
        (8005, "wifi-bad", 500),
    ] {
        let bench = firefight(seed, link.parse().expect("a link"), rewind_ms, Modes::default());
        let shots = bench.all_stats().shots;
        let drawn = shots.drawn_vs_tested();
        eprintln!(
            "{link}, cap {rewind_ms} ms: fired {}, judged {}, claimed {}, comparable {}, agreed {}, none/tick/exact would \
             {:?}, clamped {:?}, disagreements {:?}; drawn vs tested of {}: p50 {} max {}",
            shots.fired,
            shots.judged,
            shots.claimed_hits,
            shots.comparable,
            shots.agreed,
            shots.would_agree,
            bench.clamps,
            shots.disagreements(),
            drawn.count(),
            drawn.at(0.5),
            drawn.max(),
        );
        assert!(drawn.count() > 100, "{link}: too few to say anything");
        assert!(drawn.max() <= 1, "{link}: drawn and tested {} units apart", drawn.max());
        assert_claims_are_accounted_for(&bench, &shots, link);
        comparable += shots.comparable;
        agreed += shots.agreed;
        elsewhere += shots.disagreed(Disagreement::Mispredicted);
        whole_tick += shots.would_agree[1];
        off += shots.would_agree[0];
    }
    eprintln!("of {comparable}: exact {agreed}, whole tick {whole_tick}, off {off}; shooter elsewhere {elsewhere}");
    assert!(comparable >= 1000, "{comparable} claims cannot tell 99.9 %");
    assert!(agreed * 1000 >= comparable * 999, "{agreed} of {comparable}");
    assert!(off * 100 < comparable * 90, "without rewinding more must miss: {off} of {comparable}");
}

#[test]
fn a_hit_check_that_a_player_chose_is_the_one_that_decides() {
    let rate = |hits| {
        let modes = Modes { hits, ..Modes::default() };
        let shots = firefight(8100, delayed(60), 250, modes).all_stats().shots;
        eprintln!("{}: {} of {} comparable claims", hits.name(), shots.agreed, shots.comparable);
        assert!(shots.comparable > 100);
        shots.agreed as f64 / shots.comparable as f64
    };
    let [none, tick, exact] = HitCheck::ALL.map(rate);
    assert!(exact > 0.97 && tick > none && none < 0.9, "none {none}, whole tick {tick}, exact {exact}");
}

#[test]
fn claims_beyond_the_cap_are_clamped_to_it_and_counted() {
    // The bench holds every used time against the cap.
    let bench = firefight(8200, delayed(200), 250, Modes::default());
    let shots = bench.all_stats().shots;
    assert!(shots.clamped > 100 && shots.clamped == shots.judged, "{} of {}", shots.clamped, shots.judged);
    assert_eq!(bench.clamps.keys().copied().collect::<Vec<_>>(), ["cap"]);
    assert_claims_are_accounted_for(&bench, &shots, "beyond the cap");
}
