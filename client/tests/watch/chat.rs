//! What was said in a match, read again: everything through the server's eye, through a client's what it was told.

use super::{recording, server_of, sorted};
use std::time::Duration;
use tickshot_client::lab::machine::ClientSetup;
use tickshot_client::lab::universe::{Universe, UniverseConfig};
use tickshot_client::view::{Effect, Saying, ViewModel};
use tickshot_client::watch::{Look, MarkKind, Moment, Player, Sources};
use tickshot_shared::protocol::control::Audience;
use tickshot_shared::sim::round::{GameMode, MatchOptions};
use tickshot_trace::recordings::Recording;

const SEED: u64 = 8;

/// A match between the sides of Ann and Ben: Ann says something to all, then to her side, then Ben to all. The server first.
fn recorded() -> Vec<Recording> {
    println!("seed {SEED}");
    let mut config = UniverseConfig::on("duel", SEED).expect("a map of the program");
    config.record = true;
    config.options = MatchOptions { mode: GameMode::Elimination, warm_up_s: 1, freeze_s: 1, ..MatchOptions::ENDLESS };
    let mut universe = Universe::new(config);
    for (name, link, offset_s) in [("Ann", "delay 40ms", 5000), ("Ben", "delay 80ms", 12)] {
        universe.join(ClientSetup {
            name: name.to_owned(),
            link: link.parse().expect("a link"),
            offset: Duration::from_secs(offset_s),
            ..ClientSetup::default()
        });
    }
    let (all, team) = (Audience::All, Audience::Team);
    for (at_s, client, to, text) in [(4, 0, all, HELLO), (5, 0, team, SECRET), (6, 1, all, ANSWER)] {
        universe.run_until(Duration::from_secs(at_s));
        universe.client_mut(client).core.say(Saying::Chat { to, text: text.to_owned() });
    }
    universe.run_until(Duration::from_secs(9));
    let world = universe.server().world();
    let sides: Vec<_> = world.present().map(|(_, player)| player.team).collect();
    assert!(sides.len() == 2 && sides[0].is_some() && sides[0] != sides[1], "{sides:?}");
    recording(&mut universe, &["server.mcap", "Ann.mcap", "Ben.mcap"])
}

/// (who, to the own side, what), oldest first.
fn lines(view: &ViewModel) -> Vec<(&str, bool, &str)> {
    view.chat.iter().map(|line| (line.name.as_str(), line.team_only, line.text.as_str())).collect()
}

#[test]
fn the_servers_eye_reads_every_line_from_its_moment_on_and_going_back_takes_them_away() {
    let mut all = recorded();
    let said = server_of(&mut all[0]).chat.iter().map(|line| line.tick).collect::<Vec<_>>();
    let traces = sorted(all);
    let mut player = Player::new(Sources::new(&traces).expect("they can be watched"));
    player.set_look(Look::Server);
    let mut view = ViewModel::default();
    let everything = [("Ann", false, HELLO), ("Ann", true, SECRET), ("Ben", false, ANSWER)];
    for (count, tick) in [(3, said[2] + 10), (1, said[0]), (0, said[0] - 1), (2, said[1] + 1), (3, said[2])] {
        player.seek(Moment::of(tick));
        player.rebuild_view(&mut view);
        assert_eq!(lines(&view), everything[..count], "tick {tick}");
    }
    assert_eq!(view.chat.iter().map(|line| line.slot).collect::<Vec<_>>(), [Some(0), Some(0), Some(1)]);
    assert!((view.chat[0].age_s - (said[2] - said[0]) as f32 / 64.0).abs() < 0.001, "{:?}", view.chat[0]);
}

#[test]
fn a_clients_eye_reads_what_it_was_told_when_it_was_told() {
    let mut all = recorded();
    let said = server_of(&mut all[0]).chat.iter().map(|line| line.tick).collect::<Vec<_>>();
    let traces = sorted(all);
    let mut player = Player::new(Sources::new(&traces).expect("they can be watched"));
    player.set_look(Look::Client);
    let mut view = ViewModel::default();
    let ann = [("Ann", false, HELLO), ("Ann", true, SECRET), ("Ben", false, ANSWER)];
    for (name, lag_ms, told) in [("Ann", 40, &ann[..]), ("Ben", 80, &[ann[0], ann[2]])] {
        player.follow_name(name).expect("they played");
        player.seek_seconds(8.0);
        assert_eq!(player.rebuild_view(&mut view).look, Look::Client);
        assert_eq!(lines(&view), told, "{name}");
        // The line left at the end of its tick, and came a way later.
        let lag = |ms: i64| Moment::of(said[2]).plus_seconds(ms as f64 / 1000.0, player.rate());
        let (before, after) = (lag(lag_ms - 10), lag(lag_ms + 60));
        for (at, count) in [(before, told.len() - 1), (after, told.len())] {
            player.seek(at);
            player.rebuild_view(&mut view);
            assert_eq!(lines(&view), told[..count], "{name} at {at:?}, said in tick {}", said[2]);
        }
    }
}

#[test]
fn a_line_is_heard_once_as_time_goes_on() {
    let traces = sorted(recorded());
    let mut player = Player::new(Sources::new(&traces).expect("they can be watched"));
    player.set_look(Look::Server);
    player.set_paused(false);
    let mut view = ViewModel::default();
    let mut heard = 0;
    for _ in 0..8 * 60 {
        player.advance(Duration::from_micros(16_667));
        player.rebuild_view(&mut view);
        heard += view.effects.iter().filter(|effect| matches!(effect, Effect::ChatCame)).count();
    }
    assert_eq!(heard, 3);
}

#[test]
fn lines_are_marked_once_with_or_without_the_servers_trace() {
    for first in [0, 1] {
        let traces = sorted(recorded().into_iter().skip(first).collect());
        let sources = Sources::new(&traces).expect("they can be watched");
        let marks = sources.marks.all.iter().filter(|mark| mark.kind == MarkKind::Chat);
        let marks: Vec<_> = marks.map(|mark| (mark.slot, mark.text.as_str())).collect();
        let [hello, secret, answer] =
            [format!("Ann: {HELLO}"), format!("Ann to the own side: {SECRET}"), format!("Ben: {ANSWER}")];
        let expected = [(Some(0), hello.as_str()), (Some(0), secret.as_str()), (Some(1), answer.as_str())];
        assert_eq!(marks, expected, "from trace {first} on");
    }
}

const HELLO: &str = "good luck";
const SECRET: &str = "I go left";
const ANSWER: &str = "you too";
