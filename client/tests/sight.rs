//! Nobody comes into sight late: at a round trip of 100 ms a client draws everybody whom a client that knew everything would.
//!
//! Time line of a frame: the own eye is drawn where the client predicts it, ahead of the server; the others where the server
//! had them, behind it. Beside it the test puts everybody where the server really had them at that display time, and asks
//! for each body that has some part in sight of the drawn eye whether the client drew it. A server that tells too little, or
//! too late for an eye that dashes round a corner, is found out here.

use std::time::Duration;
use tickshot_client::headless::bot::Brain;
use tickshot_client::lab::machine::{ClientSetup, Machine};
use tickshot_client::lab::steer::Steer;
use tickshot_client::lab::truth::Truth;
use tickshot_client::lab::universe::{Moment, Universe, UniverseConfig};
use tickshot_client::play::Play;
use tickshot_client::view::{Controls, Status};
use tickshot_shared::link::profile::{LinkSettings, Profile};
use tickshot_shared::rng::Rng;
use tickshot_shared::sim::bot::Skill;
use tickshot_shared::sim::collision::body_in_sight;
use tickshot_shared::sim::input::Heading;
use tickshot_shared::sim::pose::Pose;
use tickshot_shared::sim::world::{Player, Slot};
use tickshot_shared::tick::Tick;

const SEED: u64 = 0x5EE4;
const CLIENTS: usize = 8;

#[test]
fn at_a_round_trip_of_100_ms_nobody_appears_later_than_to_a_client_that_knows_everything() {
    println!("seed {SEED:#x}");
    let runs = ["arena", "citadel", "duel"];
    let counts: Vec<Counts> = std::thread::scope(|scope| {
        let threads = runs.map(|map| scope.spawn(move || play(map, 60)));
        threads.into_iter().map(|thread| thread.join().expect("no match panics")).collect()
    });
    for (map, counts) in runs.iter().zip(&counts) {
        println!("{map}: {counts:?}");
        assert!(counts.late.is_empty(), "{map}: {:#?}", counts.late);
        assert!(counts.in_sight > 10_000 && counts.hidden > 10_000, "{map}: people meet and part");
        assert!(counts.appeared > 100 && counts.dashing > 500, "{map}: they come round corners, and dash");
    }
}

/// What the frames of one match showed.
#[derive(Debug, Default)]
struct Counts {
    /// Bodies in sight, and not.
    in_sight: u64,
    hidden: u64,
    /// Bodies that came into sight.
    appeared: u64,
    /// Frames of an eye that dashes.
    dashing: u64,
    /// Frames between a respawn and the first display time after it: the picture is still that of the place of death.
    just_respawned: u64,
    /// The most ticks by which an eye was ahead of the older snapshot on display.
    ahead_ticks_max: u32,
    late: Vec<String>,
}

fn play(map: &str, seconds: u64) -> Counts {
    let mut universe = Universe::new(UniverseConfig::on(map, SEED).expect("the map is built in"));
    let link = LinkSettings::both(Profile { delay_us: 50_000, ..Profile::default() });
    for client in 0..CLIENTS {
        universe.join(ClientSetup {
            name: format!("player {client}"),
            link,
            frame_interval: Duration::from_micros([6_944, 16_667][client % 2]),
            ..ClientSetup::default()
        });
    }
    let mut pilots: Vec<Pilot> = (0..CLIENTS).map(|client| Pilot::new(client as u64)).collect();
    let mut counts = Counts::default();
    let mut seen_before = [[false; 16]; CLIENTS];
    let mut settled = None;
    while universe.now() < Duration::from_secs(seconds) {
        for (client, pilot) in pilots.iter_mut().enumerate() {
            let machine = universe.client_mut(client);
            machine.steer = Steer::Controls(pilot.press(machine));
        }
        let everyone_plays = (0..CLIENTS).all(|client| universe.client(client).core.status() == Status::Playing);
        if everyone_plays && settled.is_none() {
            settled = Some(universe.now() + Duration::from_secs(1));
        }
        let counting = settled.is_some_and(|at| universe.now() >= at);
        let end = universe.now() + universe.server().setup().rate.tick_duration();
        universe.run_until_seen(end, &mut |moment| {
            if let Moment::Frame { client, machine, truth, .. } = moment
                && counting
            {
                check(machine, truth, &mut seen_before[client], &mut counts);
            }
        });
    }
    counts
}

/// A bot that also dashes for no reason, and now and then turns round in the middle of its way: whoever plays peeks.
struct Pilot {
    brain: Brain,
    rng: Rng,
    wanted: Controls,
    whim: Option<(u32, Heading)>,
}

impl Pilot {
    fn new(client: u64) -> Pilot {
        let seed = Rng::fork(SEED, client).next_u64();
        Pilot {
            brain: Brain::new(seed, Skill::default()),
            rng: Rng::new(seed),
            wanted: Controls::default(),
            whim: None,
        }
    }

    fn press(&mut self, machine: &Machine) -> Controls {
        self.brain.think(machine.local(machine.drawn_at()), &machine.core, &mut self.wanted);
        if self.rng.chance(1, 60) {
            self.whim = Heading::new(self.rng.below(9) as u8).map(|heading| (5 + self.rng.below(20), heading));
        }
        self.whim = self.whim.and_then(|(ticks, heading)| Some((ticks.checked_sub(1)?, heading)));
        let heading = self.whim.map_or(self.wanted.heading, |(_, heading)| heading);
        Controls { heading, dash: self.wanted.dash || self.rng.chance(1, 20), ..self.wanted }
    }
}

/// One frame.
fn check(machine: &Machine, truth: &Truth, seen_before: &mut [bool; 16], counts: &mut Counts) {
    let (Some(own), Some(play)) = (machine.view.own, machine.core.play()) else { return };
    let (Some(cursor), Some(input)) = (play.cursor(), machine.core.input_tick()) else { return };
    let slot = Slot(own.slot);
    counts.ahead_ticks_max = counts.ahead_ticks_max.max(input.since(cursor.a).unwrap_or(0));
    counts.dashing += u64::from(own.dashing);
    if own.alive && !truth.player(cursor.a, slot).is_some_and(|player| player.alive) {
        counts.just_respawned += 1;
        return;
    }
    let eye = (own.pos * 1024.0).round().as_ivec2();
    // Display time in 1/256 tick.
    let span = cursor.b.since(cursor.a).unwrap_or(0);
    let at = u64::from(cursor.a.0) * 256 + u64::from(span) * u64::from(cursor.fraction);
    for other in (0..16).map(Slot).filter(|other| *other != slot) {
        let Some(pose) = true_pose(truth, other, at) else { continue };
        let in_sight = body_in_sight(play.arena(), eye, pose.pos, Player::RADIUS);
        let drawn = machine.view.others.iter().any(|drawn| drawn.slot == other.0);
        counts.in_sight += u64::from(in_sight);
        counts.hidden += u64::from(!in_sight);
        counts.appeared += u64::from(in_sight && !seen_before[other.index()]);
        seen_before[other.index()] = in_sight;
        if in_sight && !drawn && counts.late.len() < 20 {
            counts.late.push(describe(play, truth, slot, other, input, eye, pose));
        }
    }
}

fn true_pose(truth: &Truth, slot: Slot, at_256ths: u64) -> Option<Pose> {
    let (tick, fraction) = (Tick((at_256ths / 256) as u32), (at_256ths % 256) as u16);
    let pose = |tick: Tick| truth.player(tick, slot).map(|player| Pose::of(&player));
    let a = pose(tick)?;
    if fraction == 0 { Some(a) } else { Some(Pose::blend(a, pose(tick.plus(1))?, fraction)) }
}

fn describe(play: &Play, truth: &Truth, slot: Slot, other: Slot, input: Tick, eye: glam::IVec2, pose: Pose) -> String {
    let cursor = play.cursor().expect("it was drawn");
    let own = truth.player(cursor.a, slot).expect("it is there");
    format!(
        "{slot:?} at {eye} (input {}) did not draw {other:?} at {} (alive {}); at {} the eye was at {}, {} units off, dash {} \
         in {}, velocity {}",
        input.0,
        pose.pos,
        pose.alive,
        cursor.a.0,
        own.pos,
        (eye - own.pos).length_squared().isqrt(),
        own.dash_ticks,
        own.dash_cooldown,
        own.vel,
    )
}
