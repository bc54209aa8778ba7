//! Watching a recorded match: wherever one comes from, a moment is the same; and what a client saw is what it drew.
//!
//! The match is a universe of its own: a server, bots, and clients on known links with clocks of their own.

mod chat;

use std::path::Path;
use std::time::Duration;
use tickshot_client::effects::metres;
use tickshot_client::lab::machine::ClientSetup;
use tickshot_client::lab::universe::{Universe, UniverseConfig};
use tickshot_client::view::{Effect, Status, ViewModel};
use tickshot_client::watch::eye;
use tickshot_client::watch::film::Film;
use tickshot_client::watch::{Look, MarkKind, Moment, Player, Sources, Traces, WatchError};
use tickshot_shared::sim::world::World;
use tickshot_trace::file::{Contents, Health};
use tickshot_trace::model::{ServerTrace, Trace};
use tickshot_trace::recordings::{Part, Recording, join};

const SEED: u64 = 21;
const SECONDS: u64 = 14;

/// A deathmatch of two clients and four bots, as everybody recorded it: the server first.
fn recorded() -> Vec<Recording> {
    println!("seed {SEED}");
    let mut config = UniverseConfig::on("arena", SEED).expect("a map of the program");
    (config.bots, config.record) = (4, true);
    let mut universe = Universe::new(config);
    for (name, link, offset_s) in [("Ann", "delay 40ms 6ms loss 2%", 5000), ("Ben", "delay 15ms", 12)] {
        universe.join(ClientSetup {
            name: name.to_owned(),
            link: link.parse().expect("a link"),
            offset: Duration::from_secs(offset_s),
            drift_ppm: 40,
            frame_interval: Duration::from_millis(11),
            ..ClientSetup::default()
        });
    }
    universe.run_until(Duration::from_secs(SECONDS));
    recording(&mut universe, &["server.mcap", "Ann.mcap", "Ben.mcap"])
}

/// What everybody recorded so far, as if read from files of these names.
fn recording(universe: &mut Universe, names: &[&str]) -> Vec<Recording> {
    let part = |(records, name): (_, &&str)| {
        let contents = Contents { records, health: Health::default() };
        Part::of(Path::new(name), contents).expect("a trace begins with its header")
    };
    join(universe.take_traces().into_iter().zip(names).map(part).collect())
}

fn sorted(recordings: Vec<Recording>) -> Traces {
    Traces::of(recordings).expect("one server and its clients")
}

fn server_of(recording: &mut Recording) -> &mut ServerTrace {
    let Trace::Server(server) = &mut recording.trace else { panic!("the server comes first") };
    server
}

fn world(film: &mut Film<'_>, tick: u32) -> World {
    film.show(tick);
    film.still(tick).expect("a state within the trace").world.clone()
}

#[test]
fn a_state_is_the_same_whether_played_to_or_jumped_to_from_before_or_behind() {
    let traces = sorted(recorded());
    let (_, server) = traces.server.as_ref().expect("the server recorded");
    let mut played = Film::new(server).expect("it begins with a keyframe");
    let last = server.ticks.last().expect("ticks").tick;
    let first = played.still_or_latest(0).world.tick.0;
    assert!(last > first + 64 * 12, "{first} to {last}");
    let worlds: Vec<World> = (first..=last).map(|tick| world(&mut played, tick)).collect();
    let mut jumping = Film::new(server).expect("it begins with a keyframe");
    // Far and near, on, back, onto keyframes and just beside them.
    let mut place = SEED;
    for _ in 0..60 {
        place = place.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let tick = first + (place >> 33) as u32 % (last - first + 1);
        assert_eq!(world(&mut jumping, tick), worlds[(tick - first) as usize], "tick {tick}");
    }
    for keyframe in server.keyframes.iter().filter_map(|keyframe| keyframe.world.as_ref()) {
        for tick in keyframe.tick.saturating_sub(1).max(first)..=(keyframe.tick + 1).min(last) {
            let mut film = Film::new(server).expect("it begins with a keyframe");
            assert_eq!(world(&mut film, tick), worlds[(tick - first) as usize], "tick {tick} from nowhere");
        }
    }
    for tick in &server.ticks {
        let world = &worlds[(tick.tick - first) as usize];
        assert!(tick.tick == first || world.checks().whole == tick.state_hash, "tick {}", tick.tick);
    }
}

#[test]
fn speeds_and_steps_move_by_whole_ticks() {
    let traces = sorted(recorded());
    let mut player = Player::new(Sources::new(&traces).expect("they can be watched"));
    let mut view = ViewModel::default();
    player.set_paused(false);
    let start = player.at().tick();
    for _ in 0..64 {
        player.advance(Duration::from_nanos(1_000_000_000 / 64));
        player.rebuild_view(&mut view);
    }
    assert_eq!(player.at(), Moment::of(start + 64));
    (0..4).for_each(|_| player.slower());
    player.advance(Duration::from_secs(1));
    assert_eq!(player.at(), Moment::of(start + 68), "1/16 of the speed of life");
    for (ticks, tick) in [(1, 69), (1, 70), (-1, 69), (-2, 67)] {
        player.step_ticks(ticks);
        player.rebuild_view(&mut view);
        assert_eq!(player.at(), Moment::of(start + tick));
    }
    player.advance(Duration::from_secs(5));
    assert_eq!(player.at(), Moment::of(start + 67), "a step rests");
}

#[test]
fn what_a_client_saw_is_what_it_drew_in_the_frame_of_that_moment() {
    let traces = sorted(recorded());
    let mut player = Player::new(Sources::new(&traces).expect("they can be watched"));
    player.follow_name("ann").expect("she played");
    player.set_look(Look::Client);
    let (_, ann) = &traces.clients[0];
    let mut view = ViewModel::default();
    player.seek_seconds(4.0);
    player.rebuild_view(&mut view);
    let (mut seen, mut before) = (0, None);
    for _ in 0..300 {
        player.step_frames(1);
        let shown = player.rebuild_view(&mut view);
        let index = shown.glance.as_ref().expect("Ann's trace is there").frame;
        assert!(before.is_none_or(|before| index == before + 1), "frame {index} after {before:?}");
        before = Some(index);
        let frame = &ann.frames[index];
        let drawn: Vec<_> = eye::others(frame).map(|one| (one.slot, metres(one.pos.as_vec2()), one.alive)).collect();
        let pictured: Vec<_> = view.others.iter().map(|one| (one.slot, one.pos, one.alive)).collect();
        assert_eq!(pictured, drawn, "frame {index}");
        assert_eq!(view.own.map(|own| own.pos), eye::own(frame).map(|own| metres(own.as_vec2())));
        seen += drawn.len();
    }
    assert!(seen > 100, "only {seen} bodies in 300 frames: nothing was tested");
}

#[test]
fn truth_lies_where_the_server_had_it_and_a_picture_is_as_old_as_its_frame_says() {
    let traces = sorted(recorded());
    let mut player = Player::new(Sources::new(&traces).expect("they can be watched"));
    player.follow_name("Ann").expect("she played");
    player.set_look(Look::Both);
    player.set_paused(true);
    let mut view = ViewModel::default();
    let (mut ages, mut apart) = (Vec::new(), 0.0f32);
    for step in 0..100 {
        player.seek_seconds(4.0 + f64::from(step) * 0.08);
        let shown = player.rebuild_view(&mut view);
        let tick = player.at().tick();
        for truth in shown.truths.iter().filter(|truth| truth.drawn.is_some() && !truth.own) {
            ages.push(truth.age_ms);
            apart = apart.max(truth.apart_mm);
            // Blended between this state and the next: never further than a step from this one.
            let state = player.film().and_then(|film| film.still(tick)).expect("the moment is held");
            let body = state.world.players[usize::from(truth.slot)].expect("somebody is there");
            assert!(metres(body.pos.as_vec2()).distance(truth.pos) < 0.5, "tick {tick}, slot {}", truth.slot);
        }
    }
    ages.sort_by(f32::total_cmp);
    // 40 ms of way, a tick between snapshots, the buffer against 6 ms of jitter and 2 % of loss.
    let median = ages[ages.len() / 2];
    assert!((45.0..160.0).contains(&median), "a picture is {median} ms old");
    assert!(apart > 100.0, "somebody walked meanwhile: {apart} mm");
}

#[test]
fn kills_shots_and_corrections_are_marked_and_a_jump_finds_them() {
    let traces = sorted(recorded());
    let mut player = Player::new(Sources::new(&traces).expect("they can be watched"));
    while player.survey(256) {}
    let (_, server) = traces.server.as_ref().expect("the server recorded");
    let count = |kind: MarkKind| player.marks().all.iter().filter(|mark| mark.kind == kind).count();
    assert_eq!(count(MarkKind::Shot) + count(MarkKind::Disputed), server.shots.len());
    let scores = |world: &World| world.present().map(|(_, player)| u32::from(player.deaths)).sum::<u32>();
    let mut film = Film::new(server).expect("it begins with a keyframe");
    let last = server.ticks.last().expect("ticks").tick;
    assert_eq!(count(MarkKind::Kill) as u32, scores(&world(&mut film, last)), "as many as the score says");
    assert!(count(MarkKind::Kill) > 0, "somebody died in {SECONDS} s");
    player.follow(None);
    player.seek(player.head().first());
    let (mut found, mut at) = (0, player.at());
    while let Some(mark) = player.seek_mark(true, false) {
        assert!(mark.at > at, "{mark:?} after {at:?}");
        (found, at) = (found + 1, player.at());
        assert_eq!(at, mark.at);
    }
    assert!(found > 20, "{found} moments with marks");
}

#[test]
fn a_shot_can_be_gone_to_and_its_card_says_what_was_recorded() {
    let traces = sorted(recorded());
    let mut player = Player::new(Sources::new(&traces).expect("they can be watched"));
    let (_, server) = traces.server.as_ref().expect("the server recorded");
    let of_a_client = player.marks().shots.iter().position(|shot| shot.seen.is_some()).expect("clients shot, too");
    let id = player.marks().shots[of_a_client].id.to_string();
    assert_eq!(player.marks().shot_named(&id), Ok(of_a_client));
    assert!(player.marks().shot_named("no such shot").is_err());
    player.select_shot(Some(of_a_client));
    let mut view = ViewModel::default();
    let shown = player.rebuild_view(&mut view);
    let scene = shown.shot.expect("it is selected");
    let recorded = &server.shots[of_a_client];
    assert_eq!((scene.card.tick, u32::from(scene.shooter)), (recorded.tick, recorded.shooter));
    assert_eq!(scene.card.hit.map_or(0, |slot| u32::from(slot) + 1), recorded.hit);
    assert!(scene.is_near && player.head().paused);
    player.turn_shot();
    assert_eq!(player.at(), Moment::of(recorded.tick), "the moment it was judged in");
}

#[test]
fn what_flashes_is_shown_once_as_time_goes_on_and_a_jump_shows_its_own_tick_alone() {
    let traces = sorted(recorded());
    let mut player = Player::new(Sources::new(&traces).expect("they can be watched"));
    player.set_look(Look::Server);
    player.follow(None);
    let (_, server) = traces.server.as_ref().expect("the server recorded");
    let mut view = ViewModel::default();
    player.rebuild_view(&mut view);
    assert_eq!(view.status, Status::Watching);
    let (mut shots, mut passed_s) = (0, 0.0);
    player.set_paused(false);
    for _ in 0..400 {
        player.advance(Duration::from_millis(16));
        player.rebuild_view(&mut view);
        let first_rays = |effect: &&Effect| matches!(effect, Effect::Shot { ray: 0, .. } | Effect::Launched { .. });
        shots += view.effects.iter().filter(first_rays).count();
        passed_s += view.passed_s.expect("a replay has its own time");
    }
    let (first, last) = (player.head().first().tick(), player.at().tick());
    let fired = server.shots.iter().filter(|shot| (first + 1..=last).contains(&shot.tick)).count();
    // Rockets are launched without being judged.
    assert!(shots >= fired && fired > 0, "{shots} shown, {fired} judged");
    assert!((passed_s - 6.4).abs() < 0.01, "{passed_s}");
    let shot = server.shots.iter().find(|shot| shot.tick > first + 64).expect("somebody fired");
    player.seek(Moment::of(shot.tick));
    player.rebuild_view(&mut view);
    assert!(view.effects.iter().any(|effect| matches!(effect, Effect::Shot { .. })));
    assert!(view.passed_s.is_some_and(|passed_s| passed_s > 20.0), "what was on screen is gone");
}

#[test]
fn clients_alone_play_what_they_saw_and_say_what_is_missing() {
    let traces = sorted(recorded().into_iter().skip(1).collect());
    let mut player = Player::new(Sources::new(&traces).expect("clients can be watched alone"));
    let mut view = ViewModel::default();
    player.seek_seconds(6.0);
    let shown = player.rebuild_view(&mut view);
    assert_eq!(shown.look, Look::Client);
    assert!(view.arena.is_some(), "the map is one of the program's");
    assert!(view.own.is_some());
    assert!(shown.remarks.iter().any(|remark| remark.contains("no server's trace")), "{:?}", shown.remarks);
    player.set_look(Look::Both);
    assert_eq!(player.look(), Look::Client, "there is no truth to lay over it");
}

#[test]
fn what_cannot_be_watched_says_why() {
    let refused = |traces| Traces::of(traces).err().map(|error: WatchError| error.to_string()).unwrap_or_default();
    assert!(refused(Vec::new()).contains("no trace was given"));
    let server = recorded().swap_remove(0);
    let mut other = server.clone();
    server_of(&mut other).header.seed += 1;
    assert!(refused(vec![server.clone(), other]).contains("two servers"), "one at a time");
    let mut torn = server;
    server_of(&mut torn).keyframes.clear();
    let traces = sorted(vec![torn]);
    let error = Sources::new(&traces).err().expect("nothing to begin with").to_string();
    assert!(error.starts_with("server.mcap: "), "{error}");
}

#[test]
fn where_ticks_are_missing_the_last_good_one_stands_until_the_next_keyframe() {
    let mut all = recorded();
    let server = server_of(&mut all[0]);
    let keyframes: Vec<u32> = server.keyframes.iter().filter_map(|it| Some(it.world.as_ref()?.tick)).collect();
    let (hole, next) = (keyframes[0] + 40, keyframes[1]);
    server.ticks.retain(|tick| !(hole..hole + 3).contains(&tick.tick));
    let traces = sorted(all);
    let mut player = Player::new(Sources::new(&traces).expect("what is whole can be watched"));
    let mut view = ViewModel::default();
    player.seek(Moment::of(hole + 20));
    let shown = player.rebuild_view(&mut view);
    let tick = player.film().expect("a server").still_or_latest(hole + 20).world.tick.0;
    assert_eq!(tick, hole - 1);
    assert!(shown.remarks.iter().any(|remark| remark.contains(&format!("tick {hole}"))), "{:?}", shown.remarks);
    player.seek(Moment::of(next + 10));
    let shown = player.rebuild_view(&mut view);
    assert_eq!(player.film().expect("a server").still_or_latest(next + 10).world.tick.0, next + 10);
    assert!(shown.remarks.is_empty(), "{:?}", shown.remarks);
}
