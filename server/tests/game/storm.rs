//! People who do everything that a client can do, at random: nothing of it breaks the match of the others.

use crate::rig::{ELIMINATION, Rig, votes};
use std::collections::BTreeSet;
use tickshot_shared::protocol::control::{Audience, ClientControl, name_is_valid};
use tickshot_shared::rng::Rng;
use tickshot_shared::sim::round::{GameMode, MatchOptions, Phase};
use tickshot_shared::sim::world::Slot;

const NAMES: [&str; 6] = ["ann", "Ann", "ben", "a name of twenty-four by", "\u{e9}\u{e9}\u{e9}", "dan 2"];

/// One of `clients`, or somebody who is not there.
fn any(clients: &[u64], rng: &mut Rng) -> u64 {
    if clients.is_empty() || rng.chance(1, 20) { 999 } else { clients[rng.below(clients.len() as u32) as usize] }
}

/// `vote`: the number of the latest vote, for half of the ballots.
fn any_message(rng: &mut Rng, rig: &Rig, vote: u32) -> ClientControl {
    match rng.below(8) {
        0..=2 => ClientControl::Ready,
        3 => ClientControl::MapRequest { hash: rig.core.setup().map.arena.hash(), offset: rng.below(20_000) },
        4 => ClientControl::Chat { to: Audience::All, text: "all \u{202E}of you".to_owned() },
        5 => ClientControl::Chat { to: Audience::Team, text: "only us".to_owned() },
        6 => ClientControl::CallKick { slot: Slot(rng.below(18) as u16) },
        _ if rng.chance(1, 2) => ClientControl::Ballot { vote: rng.below(40), option: rng.below(6) as u8 },
        _ => ClientControl::Ballot { vote, option: u8::from(rng.chance(1, 4)) },
    }
}

/// Plays for some minutes; returns matches begun, rounds begun and people voted off.
fn storm(options: MatchOptions, seed: u64) -> (u32, u32, u64) {
    let mut rng = Rng::fork(seed, 0x73);
    let mut rig = Rig::with_rotation(options, 3 + rng.below(8) as usize, &["arena"], &["arena", "duel", "open"]);
    let (mut clients, mut rounds, mut before, mut vote) = (Vec::new(), 0, Phase::WarmUp, 0);
    for _ in 0..3 * 60 * 64 {
        match rng.below(300) {
            0 => {
                let name = NAMES[rng.below(NAMES.len() as u32) as usize];
                let client = if rng.chance(1, 4) { rig.connect(name) } else { rig.join_anyhow(name) };
                clients.push(client);
            }
            1 if clients.len() > 3 => rig.leave(clients.swap_remove(rng.below(clients.len() as u32) as usize)),
            2..=60 => {
                let (client, message) = (any(&clients, &mut rng), any_message(&mut rng, &rig, vote));
                vote =
                    votes(&rig.told(client)).into_iter().flatten().map(|vote| vote.number).next_back().unwrap_or(vote);
                // Most of it makes no sense; that is counted.
                _ = rig.say(client, &message);
            }
            _ => {}
        }
        rig.ticks(1);
        let phase = rig.core.world().round.phase;
        rounds += u32::from(phase == Phase::Freeze && before != Phase::Freeze);
        before = phase;
        check(&rig, &format!("seed {seed}, {:?}", rig.core.world().tick));
    }
    (rig.core.matches_begun(), rounds, rig.core.metrics.clients_voted_off)
}

fn check(rig: &Rig, context: &str) {
    let (world, roster) = (rig.core.world(), rig.core.roster());
    let names: BTreeSet<&str> = roster.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names.len(), roster.len(), "two of one name; {context}");
    assert!(names.iter().all(|name| name_is_valid(name)), "{names:?}; {context}");
    for (slot, player) in world.present() {
        let entry = roster.iter().find(|entry| entry.slot == slot).unwrap_or_else(|| panic!("{slot:?}; {context}"));
        assert_eq!((entry.kills, entry.deaths, entry.team), (player.kills, player.deaths, player.team), "{context}");
        assert_eq!(player.team.is_some(), world.round.options.mode.has_teams(), "{context}");
    }
    for entry in roster.iter().filter(|entry| entry.bot) {
        assert!(world.player(entry.slot).is_some(), "a bot waits for nothing; {context}");
    }
    if world.round.phase == Phase::Freeze && world.round.since == world.tick {
        let [amber, azure] = world.side_sizes();
        assert!(amber.abs_diff(azure) <= 1, "{amber} against {azure}; {context}");
        assert!(world.present().all(|(_, player)| player.alive), "{context}");
    }
}

#[test]
fn whatever_clients_do_sides_seats_names_and_scores_stay_in_order() {
    let short = MatchOptions { best_of: 3, round_s: 10, ..ELIMINATION };
    let (mut matches, mut rounds, mut voted_off) = (0, 0, 0);
    for seed in 1..=6 {
        let options =
            if seed % 3 == 0 { MatchOptions { mode: GameMode::Deathmatch, time_limit_s: 20, ..short } } else { short };
        let (m, r, v) = storm(options, seed);
        (matches, rounds, voted_off) = (matches + m, rounds + r, voted_off + v);
    }
    println!("seeds 1..=6: {matches} matches, {rounds} rounds, {voted_off} people voted off");
    assert!(matches > 20 && rounds > 40 && voted_off > 0, "a storm in which little happens shows little");
}
