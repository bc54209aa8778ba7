//! Votes that pass, fail, and cannot be abused.

use crate::rig::{DEATHMATCH, Rig, notices, texts, votes};
use std::time::Duration;
use tickshot_shared::protocol::control::{ClientControl, LeaveReason, Refusal, ServerControl, VoteSubject};
use tickshot_shared::sim::round::{MatchOptions, Phase};

const CALM: MatchOptions = MatchOptions::ENDLESS;
const YES: u8 = 0;
const NO: u8 = 1;

fn call(rig: &mut Rig, client: u64, name: &str) -> Result<(), &'static str> {
    let slot = rig.slot_of(name);
    rig.say(client, &ClientControl::CallKick { slot })
}

/// The number of the vote that `client` was told of last.
fn number(rig: &mut Rig, client: u64) -> u32 {
    votes(&rig.told(client)).pop().flatten().expect("a vote is open").number
}

fn ballot(rig: &mut Rig, client: u64, vote: u32, option: u8) -> Result<(), &'static str> {
    rig.say(client, &ClientControl::Ballot { vote, option })
}

#[test]
fn more_than_half_of_the_people_send_somebody_away_for_five_minutes() {
    let mut rig = Rig::new(CALM, 2);
    let [ann, ben, cid, dan] = ["ann", "ben", "cid", "dan"].map(|name| rig.join(name));
    call(&mut rig, ann, "dan").unwrap();
    let vote = number(&mut rig, ben);
    ballot(&mut rig, ben, vote, YES).unwrap();
    rig.seconds(1);
    let open = votes(&rig.told(cid)).pop().flatten().unwrap();
    assert_eq!(open.options, [("yes".to_owned(), 2), ("no".to_owned(), 0)], "two of four are not more than half");
    ballot(&mut rig, cid, vote, YES).unwrap();
    rig.ticks(1);
    let told = rig.told(dan);
    assert!(told.iter().any(|m| matches!(m, ServerControl::Refused { reason: Refusal::Kicked(_) })), "{told:?}");
    let told = rig.told(ann);
    assert!(told.iter().any(|m| matches!(m, ServerControl::Left { reason: LeaveReason::Kicked, .. })), "{told:?}");
    assert_eq!(votes(&told).pop(), Some(None), "the vote is over");
    assert_eq!(texts(&told), ["dan was voted off."]);
    assert_eq!((rig.core.clients(), rig.core.metrics.clients_voted_off), (3, 1));
    rig.seconds(2);
    assert_eq!(rig.ended, [dan]);

    let again = rig.connect("Dan");
    assert!(
        matches!(&rig.told(again)[..], [ServerControl::Refused { reason: Refusal::Kicked(why) }] if why.contains("5 min"))
    );
    rig.seconds(5 * 60);
    let back = rig.connect("dan");
    assert!(matches!(rig.told(back)[0], ServerControl::Welcome { .. }));
}

#[test]
fn a_vote_fails_by_its_time_or_as_soon_as_it_cannot_pass_and_its_victim_is_left_alone() {
    let mut rig = Rig::new(CALM, 0);
    let [ann, ben, cid] = ["ann", "ben", "cid"].map(|name| rig.join(name));
    call(&mut rig, ann, "cid").unwrap();
    rig.told(ben);
    rig.seconds(19);
    assert_eq!(votes(&rig.told(ben)), [], "open, and no news");
    rig.seconds(2);
    assert_eq!(votes(&rig.told(ben)), [None]);
    assert_eq!(call(&mut rig, ben, "cid"), Err("vote_spared"));

    call(&mut rig, ben, "ann").unwrap();
    let vote = number(&mut rig, cid);
    ballot(&mut rig, ann, vote, NO).unwrap();
    rig.ticks(1);
    assert!(votes(&rig.told(cid)).iter().all(Option::is_some), "one no of three is not enough");
    ballot(&mut rig, cid, vote, NO).unwrap();
    rig.ticks(1);
    assert_eq!(votes(&rig.told(cid)).pop(), Some(None), "two of three say no");
    assert_eq!(rig.core.clients(), 3);
}

#[test]
fn who_went_silent_does_not_stand_in_the_way_of_a_vote() {
    let mut rig = Rig::new(CALM, 0);
    let [ann, ben, cid, dan, _eve] = ["ann", "ben", "cid", "dan", "eve"].map(|name| rig.join(name));
    rig.alive.remove(&cid);
    rig.alive.remove(&dan);
    rig.seconds(3);
    call(&mut rig, ann, "eve").unwrap();
    let vote = number(&mut rig, ben);
    ballot(&mut rig, ben, vote, YES).unwrap();
    rig.ticks(1);
    assert_eq!(texts(&rig.told(ann)), ["eve was voted off."], "two of the three who are here");
}

#[test]
fn votes_cannot_be_called_all_the_time_or_without_need() {
    let mut rig = Rig::new(CALM, 2);
    let [ann, ben] = ["ann", "ben"].map(|name| rig.join(name));
    assert_eq!(call(&mut rig, ann, "ben"), Err("vote_too_few"), "of two nobody can be outvoted");
    assert_eq!(call(&mut rig, ann, "ann"), Err("vote_on_oneself"));
    let nobody = ClientControl::CallKick { slot: tickshot_shared::sim::world::Slot(15) };
    assert_eq!(rig.say(ann, &nobody), Err("vote_on_nobody"));
    rig.join("cid");
    rig.seconds(5);
    call(&mut rig, ann, "ben").unwrap();
    assert_eq!(call(&mut rig, ben, "ann"), Err("vote_open"), "one at a time");
    rig.seconds(21);
    for _ in 0..100 {
        assert_eq!(call(&mut rig, ann, "cid"), Err("vote_too_soon"));
    }
    assert!(notices(&rig.told(ann)).len() <= 8, "the answers are fewer than the questions");
    rig.seconds(40);
    call(&mut rig, ann, "cid").unwrap();
}

#[test]
fn a_ballot_counts_once_may_change_and_is_that_of_somebody_who_is_here() {
    let mut rig = Rig::new(CALM, 0);
    let [ann, ben, cid, dan, eve] = ["ann", "ben", "cid", "dan", "eve"].map(|name| rig.join(name));
    call(&mut rig, ann, "eve").unwrap();
    let vote = number(&mut rig, ben);
    for _ in 0..10 {
        ballot(&mut rig, ben, vote, YES).unwrap();
    }
    assert_eq!(ballot(&mut rig, cid, vote, 2), Err("ballot_no_option"));
    assert_eq!(ballot(&mut rig, cid, vote + 1, YES), Err("ballot_too_late"));
    ballot(&mut rig, dan, vote, NO).unwrap();
    rig.seconds(1);
    let open = votes(&rig.told(dan)).pop().flatten().unwrap();
    assert_eq!((open.options[0].1, open.options[1].1, open.own), (2, 1, Some(NO)));
    assert_eq!(open.subject, VoteSubject::Kick(rig.slot_of("eve")));
    let late = rig.connect("fay");
    assert_eq!(votes(&rig.told(late)).len(), 1, "who comes sees the open vote");
    rig.leave(late);
    rig.leave(ben);
    ballot(&mut rig, dan, vote, YES).unwrap();
    rig.seconds(1);
    assert_eq!(votes(&rig.told(eve)).pop().flatten().unwrap().options[0].1, 2, "ann and dan; ben is gone");
    rig.leave(cid);
    rig.ticks(1);
    assert_eq!(rig.core.clients(), 2, "two of three are more than half");
}

#[test]
fn spammed_ballots_are_not_answered_each() {
    let mut rig = Rig::new(CALM, 0);
    let [ann, ben, _] = ["ann", "ben", "cid"].map(|name| rig.join(name));
    call(&mut rig, ann, "cid").unwrap();
    let vote = number(&mut rig, ben);
    for n in 0..640 {
        // The caller changes its mind all the time; nothing is decided by it.
        ballot(&mut rig, ann, vote, if n % 2 == 0 { NO } else { YES }).unwrap();
        rig.ticks(1);
    }
    assert!(votes(&rig.told(ben)).len() <= 4 * 10 + 1);
}

#[test]
fn a_bot_that_is_voted_off_is_not_replaced_and_one_person_is_enough_for_that() {
    let mut rig = Rig::new(CALM, 3);
    let ann = rig.join("ann");
    let bot = rig.core.roster().into_iter().find(|entry| entry.bot).unwrap();
    rig.say(ann, &ClientControl::CallKick { slot: bot.slot }).unwrap();
    rig.ticks(1);
    let ben = rig.join("ben");
    rig.leave(ben);
    assert_eq!(rig.core.roster().iter().filter(|entry| entry.bot).count(), 2);
}

#[test]
fn the_next_map_is_the_one_with_most_voices_and_clients_without_it_can_ask_for_it() {
    let mut rig = Rig::with_rotation(DEATHMATCH, 1, &["arena"], &["arena", "open"]);
    let [ann, ben, cid] = ["ann", "ben", "cid"].map(|name| rig.join(name));
    rig.ticks_until(Phase::MatchOver);
    rig.ticks(1);
    let vote = votes(&rig.told(ann)).pop().flatten().unwrap();
    assert_eq!(vote.subject, VoteSubject::NextMap);
    let names: Vec<&str> = vote.options.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["open", "arena"], "the next one first, the same one last");
    ballot(&mut rig, ann, vote.number, 1).unwrap();
    ballot(&mut rig, ben, vote.number, 1).unwrap();
    ballot(&mut rig, cid, vote.number, 0).unwrap();
    rig.ticks_until(Phase::Live);
    assert_eq!(rig.core.setup().map.arena.name(), "arena", "two of three wanted it again");
    rig.ticks_until(Phase::MatchOver);
    rig.told(ann);
    rig.ticks_until(Phase::Live);
    assert_eq!(rig.core.setup().map.arena.name(), "open", "nobody voted: the rotation goes on");

    let told = rig.told(ann);
    let next = told.iter().find_map(|message| match message {
        ServerControl::NextMatch { map_name, map_hash, map_bytes, .. } => {
            Some((map_name.clone(), *map_hash, *map_bytes))
        }
        _ => None,
    });
    let (name, hash, bytes) = next.expect("everyone is told of the next match");
    assert_eq!((name.as_str(), bytes as usize), ("open", rig.core.setup().map.bytes.len()));
    let mut map = Vec::new();
    while map.len() < bytes as usize {
        rig.say(ann, &ClientControl::MapRequest { hash, offset: map.len() as u32 }).unwrap();
        let Some(ServerControl::MapChunk { bytes, .. }) = rig.told(ann).pop() else { panic!("a piece of the map") };
        map.extend(bytes);
    }
    assert_eq!(map, &*rig.core.setup().map.bytes);
    assert!(rig.now() > Duration::from_secs(8));
}

#[test]
fn without_a_rotation_there_is_nothing_to_vote_on() {
    let mut rig = Rig::new(DEATHMATCH, 1);
    let ann = rig.join("ann");
    rig.ticks_until(Phase::MatchOver);
    rig.ticks_until(Phase::Live);
    assert_eq!(votes(&rig.told(ann)), []);
}
