//! A universe under test: what must hold in every frame is checked in every frame, and what happened is kept.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part of the bench")]

pub mod samples;

use samples::{Samples, true_time};
use std::collections::BTreeMap;
use std::time::Duration;
use tickshot_client::lab::machine::{ClientSetup, Machine};
use tickshot_client::lab::steer::Steer;
use tickshot_client::lab::truth::Truth;
use tickshot_client::lab::universe::{Moment, Universe, UniverseConfig};
use tickshot_client::play::Play;
use tickshot_client::predict::agree;
use tickshot_client::reconcile::Reason;
use tickshot_client::stats::ClientStats;
use tickshot_client::view::{Controls, Effect};
use tickshot_server::core::ServerCore;
use tickshot_shared::link::profile::{LinkSettings, Profile};
use tickshot_shared::modes::HitCheck;
use tickshot_shared::protocol::evidence::Clamp;
use tickshot_shared::sim::input::Heading;
use tickshot_shared::sim::pose::Pose;
use tickshot_shared::sim::world::Player;
use tickshot_shared::tick::Tick;
use tickshot_trace::file::Health;
use tickshot_trace::model::{ServerTrace, Trace};
use tickshot_trace::replay::{VerifyReport, verify};

pub struct Bench {
    pub universe: Universe,
    notes: Vec<Notes>,
    /// Shots that the server tested at another time than claimed, by reason.
    pub clamps: BTreeMap<&'static str, u64>,
}

/// What was seen of one client.
#[derive(Clone, Debug)]
pub struct Notes {
    pub frames: u64,
    pub effects: Vec<Effect>,
    /// Since the beginning, or since [`Bench::measure_from_now`].
    pub samples: Samples,
    last_display: i64,
}

impl Bench {
    /// An empty match on the built-in map `map`.
    pub fn new(map: &str, seed: u64) -> Bench {
        Bench::with(UniverseConfig::on(map, seed).expect("the map is built in"))
    }

    pub fn with(config: UniverseConfig) -> Bench {
        eprintln!("seed {}", config.seed);
        Bench { universe: Universe::new(config), notes: Vec::new(), clamps: BTreeMap::new() }
    }

    /// The same, recorded: see [`Bench::verify_recording`].
    pub fn recorded(map: &str, seed: u64) -> Bench {
        Bench::with(UniverseConfig { record: true, ..UniverseConfig::on(map, seed).expect("the map is built in") })
    }

    /// Everything the server has said since the last call, as its trace; the universe must have been made to record.
    pub fn server_trace(&mut self) -> ServerTrace {
        let records = self.universe.take_traces().swap_remove(0);
        match Trace::of(records, Health::default()).expect("it begins with a header") {
            Trace::Server(trace) => *trace,
            Trace::Client(_) => panic!("the first trace is the server's"),
        }
    }

    /// What was recorded since the last call is what a server made: every tick, world and shot.
    pub fn verify_recording(&mut self) -> VerifyReport {
        let report = verify(&self.server_trace(), &mut |_, _| {});
        assert!(report.holds, "{}", report.text());
        report
    }

    /// A bot joins; each way takes `one_way_ms`.
    pub fn join(&mut self, one_way_ms: u64) -> usize {
        self.join_as(ClientSetup { link: delayed(one_way_ms), ..ClientSetup::default() })
    }

    /// A client joins, and asks for the evidence of its shots.
    pub fn join_as(&mut self, mut setup: ClientSetup) -> usize {
        setup.switches.evidence = true;
        self.notes.push(Notes { frames: 0, effects: Vec::new(), samples: Samples::default(), last_display: i64::MIN });
        self.universe.join(setup)
    }

    pub fn run_ms(&mut self, ms: u64) {
        self.run_for(Duration::from_millis(ms));
    }

    pub fn run_for(&mut self, time: Duration) {
        self.run_seen(time, &mut |_| {});
    }

    /// Runs and shows every moment to `see`, after the checks.
    pub fn run_seen(&mut self, time: Duration, see: &mut dyn FnMut(Moment<'_>)) {
        let (notes, clamps) = (&mut self.notes, &mut self.clamps);
        self.universe.run_until_seen(self.universe.now() + time, &mut |moment| {
            match moment {
                Moment::Tick { server, .. } => see_shots(server, clamps),
                Moment::Frame { client, machine, server, truth } => {
                    notes[client].see_frame(machine, truth);
                    notes[client].samples.read(machine, server);
                }
            }
            see(moment);
        });
    }

    pub fn notes(&self, client: usize) -> &Notes {
        &self.notes[client]
    }

    pub fn server(&self) -> &ServerCore {
        self.universe.server()
    }

    pub fn clients(&self) -> impl Iterator<Item = &Machine> {
        (0..self.universe.clients()).map(|client| self.universe.client(client))
    }

    pub fn stats(&self, client: usize) -> &ClientStats {
        self.universe.client(client).core.stats()
    }

    pub fn corrections(&self, client: usize, reason: Reason) -> u64 {
        self.stats(client).corrections.of(reason)
    }

    pub fn play(&self, client: usize) -> &Play {
        self.universe.client(client).core.play().expect("welcomed, with a map")
    }

    /// Walks this way and holds fire.
    pub fn walk(&mut self, client: usize, heading: Heading) {
        self.steer(client, Controls { heading, ..Controls::default() });
    }

    pub fn steer(&mut self, client: usize, controls: Controls) {
        self.universe.client_mut(client).steer = Steer::Controls(controls);
    }

    /// Ticks so far that had no input of somebody who plays.
    pub fn starved_ticks(&self) -> u64 {
        self.server().input_counts().missing
    }

    /// The server's own state of this client's player at `tick`.
    pub fn true_own(&self, client: usize, tick: Tick) -> Option<Player> {
        self.universe.truth().player(tick, self.play(client).slot())
    }

    /// Does this client predict what the server has now? Rounds from a pickup that it has not heard of yet it cannot know.
    pub fn agrees(&self, client: usize) -> bool {
        let tick = self.server().world().tick;
        match (self.play(client).predictor().at(tick), self.true_own(client, tick)) {
            (Some(predicted), Some(truth)) if predicted.pickup_seq != truth.pickup_seq => {
                agree(&Player { reserves: truth.reserves, ..*predicted }, &truth)
            }
            (Some(predicted), Some(truth)) => agree(predicted, &truth),
            _ => false,
        }
    }

    /// Forgets what was sampled so far.
    pub fn measure_from_now(&mut self) {
        self.notes.iter_mut().for_each(|notes| notes.samples = Samples::default());
    }

    /// Samples of all clients together.
    pub fn samples(&self) -> Samples {
        let mut sum = Samples::default();
        self.notes.iter().for_each(|notes| sum.add(&notes.samples));
        sum
    }

    /// Counters of all clients together.
    pub fn all_stats(&self) -> ClientStats {
        let mut sum = ClientStats::default();
        self.clients().for_each(|machine| sum.merge(machine.core.stats()));
        sum
    }

    /// How far this client's idea of the server's present was from the truth in its latest frame, milliseconds.
    pub fn server_clock_error_ms(&self, client: usize) -> f64 {
        let machine = self.universe.client(client);
        let believed = self.play(client).clocks().server_now().expect("a pong has come");
        (believed.0 - true_time(machine, self.server()).0) as f64 / 1e6
    }
}

/// What must hold of every shot: it is tested no further back than the cap, never in the future, and if it is tested at the
/// time claimed, that is the time used.
fn see_shots(server: &ServerCore, clamps: &mut BTreeMap<&'static str, u64>) {
    let setup = server.setup();
    let cap_256ths = setup.rate.ticks_in_ms(setup.rules.rewind_ms.into()) * 256;
    for shot in server.shots() {
        assert!(shot.used_age_256ths <= cap_256ths, "tested beyond the cap of {cap_256ths}: {shot:?}");
        if shot.clamp != Clamp::None {
            *clamps.entry(shot.clamp.name()).or_default() += 1;
        } else if shot.policy == HitCheck::Exact {
            assert_eq!(i64::from(shot.claimed_age_256ths), i64::from(shot.used_age_256ths), "{shot:?}");
        }
    }
}

/// Each way takes `one_way_ms`, and that is all.
pub fn delayed(one_way_ms: u64) -> LinkSettings {
    LinkSettings::both(Profile { delay_us: one_way_ms as u32 * 1000, ..Profile::default() })
}

impl Notes {
    /// What must hold in every frame of every test: display now never goes back; what is drawn of the others is exactly a
    /// blend of two states that the server had and told.
    fn see_frame(&mut self, machine: &Machine, truth: &Truth) {
        self.effects.extend(machine.view.effects.iter().copied());
        let Some(play) = machine.core.play() else { return };
        let Some(display) = play.clocks().display_now() else { return };
        assert!(display.0 >= self.last_display, "display now went back by {} ns", self.last_display - display.0);
        self.last_display = display.0;
        let Some(cursor) = play.cursor() else { return };
        self.frames += 1;
        for (slot, pose) in play.others() {
            let told = |tick: Tick| {
                let entity = play.snapshots().at(tick).and_then(|s| s.entity(*slot))?;
                truth.player(entity.told, *slot).map(|player| Pose::of(&player))
            };
            let expected = Pose::seen(told(cursor.a), told(cursor.b), cursor.fraction)
                .expect("a drawn body was told of in the snapshots that are on screen, and the server had that state");
            assert_eq!(*pose, expected, "{slot:?} between {:?} and {:?} at {}", cursor.a, cursor.b, cursor.fraction);
        }
    }
}
