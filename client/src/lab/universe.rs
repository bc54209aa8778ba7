//! The server and its clients on virtual time: the next thing that happens is a tick of the server or a frame of a machine.
//!
//! Nothing else can happen: a datagram takes effect when its receiver next looks, with the time of arrival that the link
//! gave it. True time is the server's clock. At one moment the server comes first, then the machines in order of joining.
//! To pause is not to call; any speed is as true as any other.

use super::machine::{ClientSetup, Machine};
use super::truth::Truth;
use super::wire::Arrival;
use std::time::Duration;
use tickshot_server::core::{MatchRules, MatchSetup, ServerCore, StageTimes, Wish};
use tickshot_server::maps::{self, Map, MapError};
use tickshot_server::pace::{Due, poll_due};
use tickshot_server::recording::header;
use tickshot_shared::limits::SESSION_TIMEOUT_MS;
use tickshot_shared::link::profile::LinkSettings;
use tickshot_shared::protocol::control::LeaveReason;
use tickshot_shared::protocol::version::protocol_version;
use tickshot_shared::rng::Rng;
use tickshot_shared::sim::round::MatchOptions;
use tickshot_shared::tick::TickRate;
use tickshot_trace::record::{Batch, Stamped};

/// What a universe is made of.
#[derive(Clone)]
pub struct UniverseConfig {
    pub map: Map,
    pub capacity: usize,
    pub rate: TickRate,
    pub seed: u64,
    /// Bots of the server's own.
    pub bots: usize,
    /// What the server allows.
    pub rules: MatchRules,
    /// What is played.
    pub options: MatchOptions,
    /// Maps of later matches, in turn; empty = always the same one.
    pub rotation: Vec<Map>,
    /// Everyone says what happens, for [`Universe::take_traces`].
    pub record: bool,
}

impl UniverseConfig {
    /// A deathmatch without end on a built-in map or the `.tmx` file at that path; all else as usual.
    pub fn on(map: &str, seed: u64) -> Result<UniverseConfig, MapError> {
        Ok(UniverseConfig {
            map: maps::load(map)?,
            capacity: 16,
            rate: TickRate::default(),
            seed,
            bots: 0,
            rules: MatchRules::default(),
            options: MatchOptions::ENDLESS,
            rotation: Vec::new(),
            record: false,
        })
    }
}

/// A match in a box.
pub struct Universe {
    now: Duration,
    server: ServerCore,
    machines: Vec<Guest>,
    truth: Truth,
    server_still_until: Duration,
    seed: u64,
    /// What the server said so far, its header first; `None` = nobody records.
    trace: Option<Batch>,
}

/// A machine, and what the server's end of its connection knows.
struct Guest {
    machine: Machine,
    heard: Duration,
    connected: bool,
}

/// Which way of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Up,
    Down,
    Both,
}

/// What just happened.
#[derive(Clone, Copy)]
pub enum Moment<'a> {
    /// The server made a tick and sent its snapshots.
    Tick { server: &'a ServerCore, truth: &'a Truth },
    /// This machine drew a frame.
    Frame { client: usize, machine: &'a Machine, server: &'a ServerCore, truth: &'a Truth },
}

impl Universe {
    /// A universe at time zero, in which tick 0 is over and nobody has joined.
    pub fn new(config: UniverseConfig) -> Universe {
        let setup = MatchSetup {
            server_name: "universe".to_owned(),
            bots: config.bots,
            rules: config.rules,
            options: config.options,
            rotation: config.rotation,
            ..MatchSetup::endless(config.map, config.capacity, config.rate, config.seed)
        };
        let mut server = ServerCore::new(setup, Duration::ZERO);
        server.set_recording(config.record);
        let mut begun = Batch::default();
        begun.push(Duration::ZERO, &header(&server, 0, String::new()));
        let mut truth = Truth::default();
        truth.remember(server.world());
        Universe {
            now: Duration::ZERO,
            server,
            machines: Vec::new(),
            truth,
            server_still_until: Duration::ZERO,
            seed: config.seed,
            trace: config.record.then_some(begun),
        }
    }

    /// Everything that was said since the last call: first the server's trace, then one for each client in the order of
    /// joining, each beginning with a header. The list of whoever does not record is empty.
    pub fn take_traces(&mut self) -> Vec<Vec<Stamped>> {
        let of_server = self.trace.as_mut().map_or_else(Vec::new, super::take_but_header);
        let of_clients = self.machines.iter_mut().map(|guest| guest.machine.take_trace());
        std::iter::once(of_server).chain(of_clients).collect()
    }

    /// A client connects now; returns its number, by which all else names it. The netcode's own handshake takes no time here.
    pub fn join(&mut self, mut setup: ClientSetup) -> usize {
        let index = self.machines.len();
        let id = index as u64 + 1;
        let seed = Rng::fork(self.seed, id).next_u64();
        self.server.handle_connected(self.now, id, protocol_version(), &setup.name);
        setup.record |= self.trace.is_some();
        let machine = Machine::new(id, setup, self.now, seed);
        self.machines.push(Guest { machine, heard: self.now, connected: true });
        index
    }

    // --- time

    /// True time: the server's clock.
    pub fn now(&self) -> Duration {
        self.now
    }

    pub fn run_for(&mut self, time: Duration) {
        self.run_until(self.now + time);
    }

    pub fn run_until(&mut self, end: Duration) {
        self.run_until_seen(end, &mut |_| {});
    }

    /// As [`run_until`](Self::run_until); `see` is shown every moment.
    pub fn run_until_seen(&mut self, end: Duration, see: &mut dyn FnMut(Moment<'_>)) {
        while let Some(at) = self.next_moment().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.happen(see);
        }
        self.now = self.now.max(end);
    }

    /// On to the server's next tick, and that tick.
    pub fn step_tick(&mut self) {
        let before = self.server.world().tick;
        while self.server.world().tick == before
            && let Some(at) = self.next_moment()
        {
            self.now = self.now.max(at);
            self.happen(&mut |_| {});
        }
    }

    fn next_moment(&self) -> Option<Duration> {
        self.machines.iter().map(|guest| guest.machine.next_frame()).chain([self.next_tick_at()]).min()
    }

    fn next_tick_at(&self) -> Duration {
        self.server.deadline(self.server.next_tick()).max(self.server_still_until)
    }

    fn happen(&mut self, see: &mut dyn FnMut(Moment<'_>)) {
        if self.next_tick_at() <= self.now {
            self.tick();
            return see(Moment::Tick { server: &self.server, truth: &self.truth });
        }
        for (client, guest) in self.machines.iter_mut().enumerate() {
            if guest.machine.next_frame() <= self.now {
                guest.machine.frame(self.now);
                see(Moment::Frame { client, machine: &guest.machine, server: &self.server, truth: &self.truth });
            }
        }
    }

    // --- the server's end

    /// One update of the server, stage by stage as its shell runs them.
    fn tick(&mut self) {
        let (deadline, period) =
            (self.server.deadline(self.server.next_tick()), self.server.setup().rate.tick_duration());
        if let Due::Tick { lost } = poll_due(self.now, deadline, period)
            && lost > 0
        {
            self.server.lose_time(lost);
        }
        self.receive();
        self.server.step(self.now);
        self.truth.remember(self.server.world());
        let (now, machines) = (self.now, &mut self.machines);
        self.server.encode_snapshots(&|| now, &mut |id, bytes| {
            machines[index_of(id)].machine.down.send_hot(now, bytes);
        });
        self.grant_wishes();
        self.take_records();
    }

    /// No stage takes any time here; the tick is late only if the server stood still.
    fn take_records(&mut self) {
        let Some(trace) = &mut self.trace else { return };
        self.server.take_records(&StageTimes { began: self.now, ..StageTimes::default() }, trace);
        if self.server.world().tick.0.is_multiple_of(self.server.setup().rate.hz()) {
            trace.push(self.now, &self.server.totals());
        }
    }

    fn receive(&mut self) {
        let (now, server) = (self.now, &mut self.server);
        for guest in self.machines.iter_mut() {
            let (id, heard) = (guest.machine.id, &mut guest.heard);
            let mut said = Vec::new();
            guest.machine.up.deliver(now, &mut |at, arrival| {
                *heard = at;
                match arrival {
                    // Refusals are counted inside the core.
                    Arrival::Hot(bytes) => _ = server.handle_hot(id, at, bytes),
                    Arrival::Control(bytes) => said.push(bytes),
                    Arrival::KeepAlive => {}
                }
            });
            said.iter().for_each(|bytes| _ = server.handle_control(id, bytes));
            if guest.connected && now.saturating_sub(*heard) >= Duration::from_millis(SESSION_TIMEOUT_MS) {
                guest.connected = false;
                server.handle_disconnected(id, LeaveReason::TimedOut);
            }
        }
    }

    fn grant_wishes(&mut self) {
        for wish in self.server.take_wishes() {
            match wish {
                Wish::Control { client_id, bytes } => {
                    self.machines[index_of(client_id)].machine.down.send_control(self.now, bytes);
                }
                Wish::Disconnect { client_id } => {
                    let guest = &mut self.machines[index_of(client_id)];
                    guest.connected = false;
                    guest.machine.core.handle_disconnect("the server ended the session");
                    self.server.handle_disconnected(client_id, LeaveReason::Quit);
                }
            }
        }
        for guest in &mut self.machines {
            guest.machine.down.keep_up(self.now);
        }
    }

    // --- adversity

    /// Another link for this client from now on; what is under way arrives as it would have.
    pub fn set_link(&mut self, client: usize, link: LinkSettings) {
        self.machines[client].machine.set_link(self.now, link);
    }

    /// What is sent in the next `time` is held, and arrives when it is over.
    pub fn freeze_link(&mut self, client: usize, time: Duration) {
        let (now, machine) = (self.now, &mut self.machines[client].machine);
        machine.up.freeze(now, time);
        machine.down.freeze(now, time);
    }

    /// What is sent in the next `time` is lost, one way or both.
    pub fn cut(&mut self, client: usize, way: Way, time: Duration) {
        let (machine, until) = (&mut self.machines[client].machine, self.now + time);
        if way != Way::Down {
            machine.up.cut(until);
        }
        if way != Way::Up {
            machine.down.cut(until);
        }
    }

    /// The client and the server cannot hear each other for `time`.
    pub fn partition(&mut self, client: usize, time: Duration) {
        self.cut(client, Way::Both, time);
    }

    /// The client's process stands still for `time`: no frames. Its clock runs on, its system still receives.
    pub fn freeze_client(&mut self, client: usize, time: Duration) {
        self.machines[client].machine.freeze(self.now + time);
    }

    /// The client's machine sleeps for `time`: its clock stands still too, and what is sent to it is lost.
    pub fn suspend_client(&mut self, client: usize, time: Duration) {
        self.machines[client].machine.suspend(self.now, time);
    }

    /// The server's process stands still for `time`, and gives up the ticks it cannot make up.
    pub fn freeze_server(&mut self, time: Duration) {
        self.server_still_until = self.server_still_until.max(self.now + time);
    }

    // --- what there is to see

    pub fn server(&self) -> &ServerCore {
        &self.server
    }

    /// To change its rules.
    pub fn server_mut(&mut self) -> &mut ServerCore {
        &mut self.server
    }

    pub fn clients(&self) -> usize {
        self.machines.len()
    }

    pub fn client(&self, client: usize) -> &Machine {
        &self.machines[client].machine
    }

    /// To steer it, switch it, or hand it bytes by hand.
    pub fn client_mut(&mut self, client: usize) -> &mut Machine {
        &mut self.machines[client].machine
    }

    /// What really was.
    pub fn truth(&self) -> &Truth {
        &self.truth
    }
}

/// Client ids are numbers of joining, from 1: no client has id 0.
fn index_of(client_id: u64) -> usize {
    client_id as usize - 1
}
