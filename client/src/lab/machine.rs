//! One client's machine: its session, its clock, its frames, its way to the server.
//!
//! Time line of a frame at true time t: everything that arrived by t is handed in, each with its own local time of arrival;
//! whoever steers looks at the frame before and presses; inputs that have come due leave; the frame is drawn. A machine that
//! records does so on its own clock, like any other.

use super::quartz::Quartz;
use super::steer::{Pilot, Steer};
use super::wire::{Arrival, Wire};
use crate::core::{ClientCore, CoreConfig, MapSource, Outbox};
use crate::recording;
use crate::view::{Switches, ViewModel};
use std::time::Duration;
use tickshot_shared::limits::SESSION_TIMEOUT_MS;
use tickshot_shared::link::profile::LinkSettings;
use tickshot_shared::rng::Rng;
use tickshot_trace::record::{Batch, Stamped};

/// How one client takes part.
#[derive(Clone)]
pub struct ClientSetup {
    pub name: String,
    pub link: LinkSettings,
    /// What its clock shows at true time zero.
    pub offset: Duration,
    /// Its quartz runs this much too fast, parts per million.
    pub drift_ppm: i32,
    /// Time between frames; each is up to a tenth of it early or late.
    pub frame_interval: Duration,
    pub steer: Steer,
    pub switches: Switches,
    /// Maps it has already; others are fetched.
    pub maps: MapSource,
    /// It records what happens, on its own clock.
    pub record: bool,
}

impl Default for ClientSetup {
    fn default() -> Self {
        ClientSetup {
            name: "player".to_owned(),
            link: LinkSettings::default(),
            offset: Duration::from_secs(5000),
            drift_ppm: 0,
            frame_interval: Duration::from_millis(4),
            steer: Steer::Bot,
            switches: Switches::default(),
            maps: CoreConfig::default().maps,
            record: false,
        }
    }
}

/// A client in the universe.
pub struct Machine {
    /// As the server knows it.
    pub id: u64,
    pub core: ClientCore,
    /// The frame drawn last.
    pub view: ViewModel,
    pub steer: Steer,
    pub switches: Switches,
    pub frame_interval: Duration,
    pub(super) up: Wire,
    pub(super) down: Wire,
    link: LinkSettings,
    quartz: Quartz,
    pilot: Pilot,
    rng: Rng,
    /// Where frames would be without their little unevenness, and when the next one really comes.
    metronome: Duration,
    next_frame: Duration,
    drawn_at: Duration,
    /// Nothing is drawn, read or sent before this.
    still_until: Duration,
    heard: Duration,
    /// Hot-lane and control payload so far: in, out.
    traffic: (u64, u64),
    /// What was recorded; `None` = it does not record.
    trace: Option<Batch>,
}

impl Machine {
    /// Switched on at true time `now`.
    pub(super) fn new(id: u64, setup: ClientSetup, now: Duration, seed: u64) -> Machine {
        let fork = |purpose| Rng::fork(seed, purpose);
        let (name, records) = (setup.name, setup.record);
        let mut machine = Machine {
            id,
            core: ClientCore::new(CoreConfig { maps: setup.maps, switches: setup.switches }),
            view: ViewModel::default(),
            steer: setup.steer,
            switches: setup.switches,
            frame_interval: setup.frame_interval,
            up: Wire::new(setup.link.up, fork(1).next_u64()),
            down: Wire::new(setup.link.down, fork(2).next_u64()),
            link: setup.link,
            quartz: Quartz::new(setup.offset, setup.drift_ppm),
            pilot: Pilot::new(fork(3).next_u64()),
            rng: fork(4),
            metronome: now,
            next_frame: now,
            drawn_at: now,
            still_until: now,
            heard: now,
            traffic: (0, 0),
            trace: None,
        };
        if records {
            machine.begin_trace(&name, now);
        }
        machine
    }

    /// It records from here on, on its own clock.
    pub(super) fn begin_trace(&mut self, name: &str, now: Duration) {
        if self.trace.is_some() {
            return;
        }
        let local = self.quartz.local(now);
        let mut trace = Batch::default();
        trace.push(local, &recording::header(name, self.id, 0, String::new()));
        self.trace = Some(trace);
        self.core.wake(local);
        self.core.set_client_id(self.id);
        self.core.set_recording(true);
    }

    /// All that was recorded since the last call, a header first; it records on. Empty if it does not record.
    pub fn take_trace(&mut self) -> Vec<Stamped> {
        let Some(trace) = &mut self.trace else { return Vec::new() };
        self.core.take_records(trace);
        super::take_but_header(trace)
    }

    /// What this machine's clock shows at true time `at`.
    pub fn local(&self, at: Duration) -> Duration {
        self.quartz.local(at)
    }

    /// True time of the latest frame.
    pub fn drawn_at(&self) -> Duration {
        self.drawn_at
    }

    pub fn link(&self) -> LinkSettings {
        self.link
    }

    /// The way to the server, and the way back.
    pub fn wires(&self) -> (&Wire, &Wire) {
        (&self.up, &self.down)
    }

    pub(super) fn next_frame(&self) -> Duration {
        self.next_frame.max(self.still_until)
    }

    pub(super) fn set_link(&mut self, now: Duration, link: LinkSettings) {
        self.link = link;
        self.up.set_profile(now, link.up);
        self.down.set_profile(now, link.down);
    }

    /// The process stands still; what arrives waits in the system, with its true time of arrival.
    pub(super) fn freeze(&mut self, until: Duration) {
        self.still_until = self.still_until.max(until);
    }

    /// The machine sleeps: its clock stands still, what arrives is lost.
    pub(super) fn suspend(&mut self, now: Duration, length: Duration) {
        self.freeze(now + length);
        self.quartz.suspend(now, length);
    }

    /// One frame at true time `now`.
    pub(super) fn frame(&mut self, now: Duration) {
        self.receive(now);
        let local = self.quartz.local(now);
        let controls = self.pilot.controls(local, &self.steer, &self.core);
        self.core.set_switches(local, &self.switches);
        let mut out = Outbox::default();
        self.core.advance(local, &controls, &mut out);
        let sent = out.hot.iter().chain(&out.control).map(|bytes| bytes.len() as u64);
        self.traffic.1 += sent.sum::<u64>();
        out.hot.iter().for_each(|bytes| self.up.send_hot(now, bytes));
        out.control.into_iter().for_each(|bytes| self.up.send_control(now, bytes));
        self.up.keep_up(now);
        self.core.rebuild_view(local, &mut self.view);
        if let Some(trace) = &mut self.trace {
            self.core.set_traffic(self.traffic.0, self.traffic.1);
            self.core.take_records(trace);
        }
        self.drawn_at = now;
        self.plan_frame(now);
    }

    fn receive(&mut self, now: Duration) {
        let (core, quartz, heard) = (&mut self.core, &self.quartz, &mut self.heard);
        let (local, bytes_in) = (quartz.local(now), &mut self.traffic.0);
        core.wake(local);
        self.down.deliver(now, &mut |at, arrival| {
            if quartz.is_asleep(at) {
                return;
            }
            *heard = at;
            match arrival {
                Arrival::Hot(bytes) => {
                    *bytes_in += bytes.len() as u64;
                    core.handle_hot(quartz.local(at), bytes);
                }
                Arrival::Control(bytes) => {
                    *bytes_in += bytes.len() as u64;
                    core.handle_control(local, &bytes);
                }
                Arrival::KeepAlive => {}
            }
        });
        if now.saturating_sub(*heard) >= Duration::from_millis(SESSION_TIMEOUT_MS) {
            core.handle_disconnect("the server could not be heard any more");
        }
    }

    /// Frames keep their beat on average, and never fall into step with the ticks.
    fn plan_frame(&mut self, now: Duration) {
        let interval = self.frame_interval.as_nanos() as u64;
        self.metronome += self.frame_interval;
        if self.metronome < now {
            self.metronome = now + self.frame_interval;
        }
        let early = Duration::from_nanos(interval / 10);
        let late = Duration::from_nanos(u64::from(self.rng.below((interval / 5) as u32 + 1)));
        self.next_frame = (self.metronome + late).saturating_sub(early).max(now + MIN_FRAME);
    }
}

/// However fast a machine is, its time goes on between two frames.
const MIN_FRAME: Duration = Duration::from_micros(100);
