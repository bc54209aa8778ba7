//! One match after the other, seen from the clients: the session and its clocks go on, the world is a new one.

use crate::bench::{Bench, delayed};
use std::time::Duration;
use tickshot_client::lab::machine::ClientSetup;
use tickshot_client::lab::universe::{Moment, UniverseConfig};
use tickshot_client::reconcile::Reason;
use tickshot_client::view::{Saying, Status};
use tickshot_server::maps;
use tickshot_shared::protocol::control::Audience;
use tickshot_shared::sim::round::{MatchOptions, Phase};

/// Deathmatches of six seconds with two to read the scores, on two maps in turn.
fn short_matches(seed: u64) -> UniverseConfig {
    let options = MatchOptions { time_limit_s: 6, score_limit: 0, match_over_s: 2, ..MatchOptions::default() };
    let rotation = ["arena", "duel"].map(|name| maps::load(name).expect("the map is built in")).to_vec();
    UniverseConfig {
        options,
        rotation,
        record: true,
        ..UniverseConfig::on("arena", seed).expect("the map is built in")
    }
}

#[test]
fn a_session_lives_through_matches_on_two_maps_with_its_clocks() {
    let mut bench = Bench::with(short_matches(5));
    for _ in 0..3 {
        bench.join(50);
    }
    // One that has none of the maps: it asks the server, for each once.
    bench.join_as(ClientSetup { link: delayed(50), maps: std::sync::Arc::new(|_, _| None), ..ClientSetup::default() });
    let mut played = Vec::new();
    let mut phases = Vec::new();
    bench.run_seen(Duration::from_secs(36), &mut |moment| {
        let Moment::Frame { client, machine, .. } = moment else { return };
        assert!(!matches!(machine.view.status, Status::Ended(_)), "client {client}: {:?}", machine.view.status);
        if machine.view.status != Status::Playing {
            return;
        }
        let name = machine.view.arena.as_ref().expect("it plays").name().to_owned();
        if client == 3 && played.last() != Some(&name) {
            played.push(name);
        }
        let phase = machine.view.round.state.map(|round| round.phase);
        if client == 3 && phases.last() != Some(&phase) {
            phases.push(phase);
        }
    });
    assert!(played.len() >= 4 && played.contains(&"duel".to_owned()), "{played:?}");
    assert!(phases.contains(&Some(Phase::Live)) && phases.contains(&Some(Phase::MatchOver)), "{phases:?}");
    let stats = bench.all_stats();
    assert_eq!(stats.corrections.of(Reason::Unexplained), 0, "{:?}", stats.corrections);
    // The clocks stayed: no input was missing after the first seconds, whatever the number of matches.
    assert!(bench.starved_ticks() < 4 * 16, "{} ticks without an input", bench.starved_ticks());
    assert!((0..4).all(|client| bench.server_clock_error_ms(client).abs() < 1.0));
    bench.verify_recording();
}

#[test]
fn a_line_of_chat_reaches_everybody_and_late_joiners_read_it_too() {
    let mut bench = Bench::new("open", 6);
    for _ in 0..2 {
        bench.join(20);
    }
    bench.run_ms(1500);
    let said = Saying::Chat { to: Audience::All, text: "hello there".to_owned() };
    bench.universe.client_mut(0).core.say(said);
    bench.run_ms(500);
    bench.join(20);
    bench.run_ms(1500);
    let ids: Vec<_> = bench.clients().map(|machine| machine.core.talk().lines().map(|line| line.id).last()).collect();
    assert!(ids[0].is_some() && ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert!(bench.clients().all(|machine| machine.view.chat.iter().any(|line| line.text == "hello there")));
}
