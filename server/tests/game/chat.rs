//! Who says what to whom, how much of it, and what is still there for those who come later.

use crate::rig::{DEATHMATCH, ELIMINATION, Rig, lines, notices, texts};
use tickshot_shared::limits::{CHAT_BYTES_MAX, CHAT_LINES_MAX};
use tickshot_shared::protocol::control::Audience;
use tickshot_shared::sim::round::{GameMode, MatchOptions, Phase};

const CALM: MatchOptions = MatchOptions::ENDLESS;
const TEAMS: MatchOptions = MatchOptions { mode: GameMode::Elimination, warm_up_s: 60, ..MatchOptions::ENDLESS };

#[test]
fn a_line_reaches_everyone_with_the_name_of_its_speaker_and_a_name_of_its_own() {
    let mut rig = Rig::new(CALM, 0);
    let (ann, ben) = (rig.join("ann"), rig.join("ben"));
    rig.chat(ann, Audience::All, "hello").unwrap();
    rig.chat(ben, Audience::Team, "without sides all are one").unwrap();
    let heard = lines(&rig.told(ben));
    assert_eq!(heard.iter().map(|line| line.name.as_str()).collect::<Vec<_>>(), ["ann", "ben"]);
    assert!(heard[0].id < heard[1].id);
    assert_eq!(lines(&rig.told(ann)), heard, "speakers read their own lines from the server, too");
}

#[test]
fn a_line_for_ones_side_stays_there_for_those_who_come_later_as_well() {
    let mut rig = Rig::new(TEAMS, 0);
    let clients: Vec<u64> = ["ann", "ben", "cid", "dan"].map(|name| rig.join(name)).to_vec();
    rig.chat(clients[0], Audience::Team, "left door").unwrap();
    rig.chat(clients[1], Audience::Team, "right door").unwrap();
    rig.chat(clients[1], Audience::All, "good luck").unwrap();
    let heard = clients.iter().map(|client| texts(&rig.told(*client))).collect::<Vec<_>>();
    assert_eq!(heard[0], ["left door", "good luck"]);
    assert_eq!(heard[1], ["right door", "good luck"]);
    assert_eq!((&heard[2], &heard[3]), (&heard[0], &heard[1]));
    let (eve, fay) = (rig.join("eve"), rig.join("fay"));
    assert_eq!(rig.side("eve"), rig.side("ann"));
    assert_eq!(texts(&rig.told(eve)), heard[0]);
    assert_eq!(texts(&rig.told(fay)), heard[1]);
}

#[test]
fn who_comes_later_reads_the_last_fifty_lines_once_and_then_what_follows() {
    let mut rig = Rig::new(CALM, 0);
    let ann = rig.join("ann");
    for number in 0..CHAT_LINES_MAX + 20 {
        rig.chat(ann, Audience::All, &format!("line {number}")).unwrap();
        rig.seconds(2);
    }
    let ben = rig.connect("ben");
    rig.chat(ann, Audience::All, "while ben loads the map").unwrap();
    assert_eq!(texts(&rig.told(ben)), [""; 0], "in order: history first");
    rig.say(ben, &tickshot_shared::protocol::control::ClientControl::Ready).unwrap();
    rig.chat(ann, Audience::All, "welcome ben").unwrap();
    let heard = texts(&rig.told(ben));
    assert_eq!(heard.len(), CHAT_LINES_MAX + 1);
    assert_eq!(heard[0], "line 21");
    assert_eq!(heard[CHAT_LINES_MAX - 1..], ["while ben loads the map", "welcome ben"]);
}

#[test]
fn who_says_too_much_is_told_once_and_heard_again_later() {
    let mut rig = Rig::new(CALM, 0);
    let (ann, ben) = (rig.join("ann"), rig.join("ben"));
    let refused = (0..200).filter(|n| rig.chat(ann, Audience::All, &format!("spam {n}")).is_err()).count();
    rig.chat(ben, Audience::All, "stop it").unwrap();
    assert_eq!(refused, 195);
    assert_eq!(rig.core.metrics.drops["chat_too_fast"], 195);
    assert_eq!(texts(&rig.told(ben)).len(), 5 + 1, "others are not silenced with it");
    assert_eq!(notices(&rig.told(ann)).len(), 1);
    rig.seconds(2);
    rig.chat(ann, Audience::All, "sorry").unwrap();
}

#[test]
fn text_is_made_harmless_and_what_is_nothing_then_is_not_sent() {
    let mut rig = Rig::new(CALM, 0);
    let ann = rig.join("ann");
    rig.chat(ann, Audience::All, "  new\nline, \u{202E}backwards\u{7} ").unwrap();
    assert_eq!(texts(&rig.told(ann)), ["newline, backwards"]);
    assert_eq!(rig.chat(ann, Audience::All, " \t\u{200B} "), Err("chat_empty"));
    rig.chat(ann, Audience::All, &"é".repeat(CHAT_BYTES_MAX / 2)).unwrap();
    assert_eq!(texts(&rig.told(ann))[0].len(), CHAT_BYTES_MAX);
}

#[test]
fn the_dead_may_talk_and_those_without_a_side_only_to_everyone() {
    let mut rig = Rig::new(ELIMINATION, 2);
    rig.ticks_until(Phase::Live);
    let ann = rig.join("ann");
    assert!(!rig.player("ann").alive);
    rig.chat(ann, Audience::Team, "behind you").unwrap();
    let ben = rig.connect("ben");
    assert_eq!(rig.chat(ben, Audience::Team, "who am I?"), Err("chat_without_side"));
    rig.chat(ben, Audience::All, "loading").unwrap();
    assert_eq!(texts(&rig.told(ann)), ["behind you", "loading"]);
}

#[test]
fn talk_goes_on_through_the_next_match_without_being_told_twice() {
    let mut rig = Rig::new(DEATHMATCH, 0);
    let (ann, ben) = (rig.join("ann"), rig.join("ben"));
    rig.chat(ann, Audience::All, "one").unwrap();
    rig.ticks_until(Phase::MatchOver);
    rig.ticks_until(Phase::Live);
    rig.chat(ann, Audience::All, "two").unwrap();
    rig.say(ben, &tickshot_shared::protocol::control::ClientControl::Ready).unwrap();
    assert_eq!(texts(&rig.told(ben)), ["one", "two"]);
}
