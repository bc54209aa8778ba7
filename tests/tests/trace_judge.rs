//! Matches of bots on virtual time, recorded by everyone, and judged again: by the rules in force every shot comes out as it
//! did; by others it flips where it must and to the loss of whom it must.

use std::time::Duration;
use tickshot_client::lab::machine::ClientSetup;
use tickshot_client::lab::universe::{Universe, UniverseConfig};
use tickshot_server::core::MatchRules;
use tickshot_shared::sim::round::{GameMode, MatchOptions};
use tickshot_shared::sim::weapon::Weapon;
use tickshot_trace::analysis::diff::{Diff, diff};
use tickshot_trace::analysis::judge::{Judgement, Policy, judge};
use tickshot_trace::analysis::merge::merge;
use tickshot_trace::analysis::shots::{card, table};
use tickshot_trace::file::Health;
use tickshot_trace::model::{ClientTrace, ServerTrace, Trace};

/// What everyone recorded.
struct Recorded {
    server: ServerTrace,
    clients: Vec<ClientTrace>,
}

/// A match of so many seconds on `map`, a bot behind each of these links.
fn play(config: UniverseConfig, links: &[&str], seconds: u64) -> Recorded {
    println!("seed {}", config.seed);
    let mut universe = Universe::new(UniverseConfig { record: true, ..config });
    for (i, link) in links.iter().enumerate() {
        // Names are short.
        let (delay, _) = link.split_at(link.match_indices(' ').nth(1).map_or(link.len(), |(at, _)| at));
        let mut setup = ClientSetup {
            name: format!("{delay} {i}"),
            link: link.parse().expect("a link"),
            offset: Duration::from_secs(1000 * (i as u64 + 1)),
            drift_ppm: [-120, 40, 0, 90][i % 4],
            frame_interval: Duration::from_micros([4_000, 6_944, 16_667, 8_333][i % 4]),
            record: true,
            ..ClientSetup::default()
        };
        setup.switches.evidence = true;
        universe.join(setup);
    }
    universe.run_for(Duration::from_secs(seconds));
    let mut recorded = Recorded { server: ServerTrace::default(), clients: Vec::new() };
    for records in universe.take_traces() {
        match Trace::of(records, Health::default()).expect("a trace begins with its header") {
            Trace::Server(trace) => recorded.server = *trace,
            Trace::Client(trace) => recorded.clients.push(*trace),
        }
    }
    recorded
}

fn on(map: &str, seed: u64) -> UniverseConfig {
    UniverseConfig::on(map, seed).expect("the map is built in")
}

/// Judges, and holds that the rules in force decide as they did.
fn judged(recorded: &Recorded) -> Judgement {
    let judgement = judge(&recorded.server, &mut |_, _| ()).expect("it can be replayed");
    println!("{}", judgement.text());
    assert_eq!((&judgement.stopped, judgement.inconsistent.len()), (&None, 0), "{:?}", judgement.inconsistent);
    assert_eq!((judgement.judged, judgement.without_past), (judgement.shots, 0), "it is recorded from the beginning");
    judgement
}

fn place_of(policy: Policy) -> usize {
    Policy::ALL.iter().position(|it| *it == policy).expect("it is one of all")
}

const GOOD: &str = "delay 1ms";
const SLOW: &str = "delay 100ms";

#[test]
fn the_rules_in_force_decide_every_shot_again_as_they_did_over_every_link() {
    for (seed, links) in [
        (1, [GOOD; 3]),
        (2, ["delay 50ms"; 3]),
        (3, [SLOW; 3]),
        (4, ["delay 60ms 20ms loss 5%", "delay 20ms 15ms loss 2%", GOOD]),
    ] {
        let recorded = play(on("duel", seed), &links, 120);
        let judgement = judged(&recorded);
        assert!(judgement.judged > 60 && judgement.hits > 15, "{} shots, {} hits", judgement.judged, judgement.hits);
        let exact = &judgement.policies[place_of(Policy::Exact)];
        assert_eq!((exact.lost, exact.gained, exact.moved), (0, 0, 0), "exact was in force");
    }
}

#[test]
fn a_cap_of_100_ms_costs_those_behind_200_ms_links_hits_and_nobody_else() {
    let config = on("arena", 5);
    let rules = MatchRules { rewind_ms: 500, ..config.rules };
    let recorded = play(UniverseConfig { rules, ..config }, &[GOOD, SLOW, GOOD, SLOW], 150);
    let judgement = judged(&recorded);
    let cap = Policy::ExactCap(100);
    let flips = judgement.flips.iter().filter(|flip| flip.becomes.iter().any(|it| it.policy == cap));
    let mut lost = 0;
    for flip in flips {
        assert!(flip.shooter.name.starts_with(SLOW), "{flip:?}");
        assert!(flip.picture_age_ms > 100.0, "{flip:?}");
        lost += usize::from(flip.becomes.iter().any(|it| it.policy == cap && it.hit.is_none()));
    }
    let result = &judgement.policies[place_of(cap)];
    assert!(result.lost > 10 && result.lost == lost, "{result:?}");
    assert!(result.lost > 4 * result.gained, "who loses what it aimed at seldom hits something else: {result:?}");
    let net = |name: &str| -> i64 {
        let players = judgement.players.iter().filter(|player| player.who.name.starts_with(name));
        players.map(|player| player.fired.net[place_of(cap)]).sum()
    };
    assert!(net(GOOD) == 0 && net(SLOW) < -8, "{} {}", net(GOOD), net(SLOW));
    // The longer the cap, the fewer hits are lost; beyond the one in force no more are won.
    let hits = [100, 250, 500, 1000].map(|ms| judgement.policies[place_of(Policy::ExactCap(ms))].hits);
    assert!(hits[0] < hits[1] && hits[1] <= hits[2] && hits[2] == judgement.hits, "{hits:?}");
    let bands: usize = judgement.by_picture_age.iter().map(|band| band.fired.shots).sum();
    let trips: usize = judgement.by_round_trip.iter().map(|band| band.fired.shots).sum();
    assert_eq!((bands, trips), (judgement.judged, judgement.judged));
    let slow = judgement.players.iter().find(|player| player.who.name.starts_with(SLOW)).unwrap();
    assert!((195.0..240.0).contains(&slow.round_trip_ms.unwrap()), "{slow:?}");
}

#[test]
fn rockets_are_no_shots_and_shotguns_are_in_elimination_with_sides_too() {
    let options = MatchOptions {
        mode: GameMode::Elimination,
        best_of: 9,
        round_s: 20,
        warm_up_s: 1,
        freeze_s: 1,
        round_over_s: 1,
        match_over_s: 2,
        ..MatchOptions::ENDLESS
    };
    let config = UniverseConfig { options, ..on("arena", 6) };
    let recorded = play(config, &[GOOD, SLOW, "delay 30ms 10ms loss 1%", GOOD, SLOW, GOOD], 120);
    let judgement = judged(&recorded);
    let of = |weapon: Weapon| recorded.server.shots.iter().filter(|shot| shot.weapon == weapon as u32).count();
    assert!(of(Weapon::Shotgun) > 10 && of(Weapon::Launcher) == 0, "{} shotgun's", of(Weapon::Shotgun));
    assert!(judgement.hits > 20);
    let rockets = recorded.server.keyframes.iter().filter_map(|it| it.world.as_ref()).any(|it| !it.rockets.is_empty());
    let fired =
        |trace: &ClientTrace| trace.inputs.iter().any(|it| it.weapon == Weapon::Launcher as u32 && it.buttons & 1 == 1);
    assert!(rockets || recorded.clients.iter().any(fired), "somebody fired rockets");
    // Who favours victims only ever takes hits away.
    let favour = &judgement.policies[place_of(Policy::FavourVictim)];
    assert!(favour.gained == 0 && favour.hits <= judgement.hits, "{favour:?}");
}

#[test]
fn a_card_knows_what_was_drawn_tested_and_seen_by_the_victim() {
    let recorded = play(on("duel", 7), &["delay 40ms 5ms", "delay 70ms"], 90);
    let clients: Vec<&ClientTrace> = recorded.clients.iter().collect();
    let merged = merge(&recorded.server, &clients).expect("they are of one match");
    let all = table(&recorded.server, Some(&merged));
    assert_eq!(all.counts.seen, all.counts.shots, "every shooter recorded");
    let mut honest = 0;
    let tested = all.shots.iter().filter(|row| row.clamp == "none" && row.fate.as_deref() == Some("rewound"));
    for row in tested {
        let saw = row.saw.as_ref().expect("its shooter recorded");
        let off_mm = saw.drawn_to_tested_mm.expect("it was on screen");
        assert!(off_mm <= 1.5, "drawn and tested are apart by {off_mm} mm: {row:?}");
        if saw.claimed == row.hit {
            honest += 1;
        }
    }
    assert!(honest > 20, "{honest}");
    let hit = all.shots.iter().rev().find(|row| row.hit.is_some()).expect("somebody was hit");
    let card = card(&recorded.server, Some(&merged), &hit.shot).expect("it is in the table");
    println!("{}", card.text());
    let letters: String = card.places.iter().map(|place| place.letter).collect();
    assert_eq!((letters.as_str(), card.missing.len()), ("SdTPsDcjv", 0), "{:?}", card.missing);
    let at = |word: &str| card.moments.iter().find(|moment| moment.what.contains(word)).expect(word).at_ms;
    assert!(at("click") < at("reached the server") && at("reached the server") <= 0.0 && at("is told") > 35.0);
}

fn compare(a: &Recorded, b: &Recorded) -> Diff {
    let trace = |it: &Recorded| Trace::Server(Box::new(it.server.clone()));
    let diff = diff(&trace(a), &trace(b)).expect("both are servers'");
    println!("{}", diff.text());
    diff
}

#[test]
fn the_same_match_twice_is_the_same_and_another_link_makes_another_from_its_first_input_on() {
    let run = |link| play(on("duel", 8), &[GOOD, link], 10);
    let (once, twice, other) = (run("delay 30ms"), run("delay 30ms"), run("delay 31ms"));
    let same = compare(&once, &twice);
    let common = same.common.expect("they have all ticks in common");
    assert_eq!((common.same_inputs, common.same_worlds), (common.ticks, common.ticks));
    assert_eq!((same.first_input, same.first_world, same.first_shot), (None, None, None));
    let different = compare(&once, &other);
    let (input, world) = (different.first_input.expect("inputs differ"), different.first_world.expect("worlds differ"));
    assert!(input.tick <= world.tick && !world.differences.is_empty(), "{input:?} {world:?}");
    assert!(different.givens.iter().all(|given| given.same), "{:?}", different.givens);
    assert!(same.same_recording && !different.same_recording, "what is the same in every byte may be one");
}
