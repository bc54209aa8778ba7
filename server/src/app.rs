//! The Bevy shell of the server: owns the socket, the clock and the loop; everything it knows of the match is in [`ServerCore`].
//!
//! One `App::update` is one tick. The stages of a tick are systems in a chain, in the order of the design; renet's own
//! plugin runs before them. The loop in [`Server::run`] wakes on absolute deadlines.

use crate::config::{ConfigError, DEFAULT_PORT, PORTS, ServerConfig};
use crate::core::{MatchSetup, ServerCore, StageTimes, Wish};
use crate::imposed::{ImposedLinks, told};
use crate::maps::{self, MapError};
use crate::metrics::{ServerReport, ratio};
use crate::net::conditioned::PeerLinks;
use crate::net::lanes::{CONTROL_CHANNEL, control_config};
use crate::net::socket::{Clock, IoThread, SocketError, UdpWire};
use crate::net::transport::{ServerInfo, ServerTransport, TransportConfig, TransportError, TransportEvent};
use crate::net::wire::Wire;
use crate::pace::{Due, poll_due, sleep_until};
use crate::recording::{RecordingSwitch, ServerRecording, header};
use bevy::app::{App, PostUpdate, PreUpdate, Update};
use bevy::ecs::prelude::*;
use bevy::ecs::schedule::{ScheduleLabel, SingleThreadedExecutor};
use bevy::time::TimePlugin;
use bevy_renet::renet::RenetServer as Renet;
use bevy_renet::{RenetReceive, RenetServer, RenetServerPlugin};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tickshot_shared::ids::IdSource;
use tickshot_shared::limits::SESSIONS_SPARE;
use tickshot_shared::protocol::control::{LeaveReason, tidy_name};
use tickshot_shared::protocol::version::protocol_version;
use tickshot_trace::recorder::RecorderState;

/// A bound server, ready to run in this thread.
pub struct Server {
    app: App,
    clock: Clock,
    local_addr: SocketAddr,
    seed: u64,
    seconds: Option<f64>,
    recording: ServerRecording,
}

/// Why a server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    #[error("{0}")]
    Config(#[from] ConfigError),
    #[error("{0}")]
    Map(#[from] MapError),
    #[error("{0}")]
    Socket(#[from] SocketError),
    #[error("{0}")]
    Transport(#[from] TransportError),
    #[error("the system gives no random numbers: {0}")]
    Random(getrandom::Error),
}

/// A glance at a running server, once a second.
#[derive(Clone, Debug)]
pub struct Progress {
    pub elapsed: Duration,
    pub players: usize,
    pub clients: usize,
    pub ticks: u64,
    pub lost_ticks: u64,
    /// How the recording goes.
    pub recording: RecorderState,
}

impl Server {
    /// Check the settings, load the map, bind the socket. Tick 0 is due now.
    pub fn bind(config: &ServerConfig) -> Result<Server, ServerError> {
        config.check()?;
        let map = maps::load(&config.map)?;
        let seed = config.seed.map_or_else(random_u64, Ok)?;
        let clock = Clock::start();
        let io = IoThread::start(clock)?;
        let mut wire = listen(&io, config)?;
        let links = Links { of: config.links.clone(), on_wire: PeerLinks::default(), seed };
        if !links.of.is_empty() {
            links.on_wire.put_on(&mut wire);
        }
        let local_addr = wire.local_addr();
        let transport_config = TransportConfig {
            max_sessions: (config.max_players + SESSIONS_SPARE).min(tickshot_shared::limits::PLAYERS_MAX),
            password: config.password.clone(),
            salt: random_salt()?,
            timeout: Duration::from_secs(config.session_timeout_s),
        };
        let transport = ServerTransport::new(Box::new(wire), transport_config, clock.now())?;
        let setup = MatchSetup {
            server_name: config.name.clone(),
            map,
            capacity: config.max_players,
            rate: config.tick_rate,
            seed,
            bots: config.bots,
            rules: config.rules,
            options: config.options,
            rotation: config.rotation.iter().map(|name| maps::load(name)).collect::<Result<_, _>>()?,
            bot_skill: config.bot_skill,
            ids: IdSource::new(unix_at_zero(clock).as_millis() as u64, random_u64()?),
        };
        let mut core = ServerCore::new(setup, clock.now());
        let header = header(&core, unix_at_zero(clock).as_nanos() as i64, config.json());
        let mut recording = ServerRecording::new(&config.recording, header);
        recording.follow_orders(&mut core);
        let app = build_app(core, transport, links, clock, ServerName(random_u64()?));
        Ok(Server { app, clock, local_addr, seed, seconds: config.seconds, recording })
    }

    /// Where clients reach this server.
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// The seed of this match, given or drawn.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Begins and ends recordings of this server.
    pub fn recording(&self) -> RecordingSwitch {
        self.recording.switch()
    }

    /// Tick until `stop` is set or the configured time is over, then say goodbye to everyone.
    pub fn run(mut self, stop: &AtomicBool, progress: &mut dyn FnMut(&Progress)) -> ServerReport {
        let started = self.clock.now();
        let end = self.seconds.map(|s| started + Duration::from_secs_f64(s));
        let cpu_before = cpu_time();
        let mut next_progress = started + Duration::from_secs(1);
        while !stop.load(Ordering::Relaxed) && end.is_none_or(|end| self.clock.now() < end) {
            self.wait_and_tick();
            if self.clock.now() >= next_progress {
                next_progress += Duration::from_secs(1);
                progress(&self.progress(started));
            }
        }
        let cpu = cpu_time().saturating_sub(cpu_before);
        self.close();
        let report = self.report(cpu);
        ServerReport { recording: self.recording.stop(), ..report }
    }

    /// Sleep to the next deadline, make one tick, record how late it was and how long it took.
    fn wait_and_tick(&mut self) {
        let core = &self.app.world().resource::<Core>().0;
        let (deadline, period) = (core.deadline(core.next_tick()), core.setup().rate.tick_duration());
        let lost = match poll_due(self.clock.now(), deadline, period) {
            Due::Wait(until) => {
                sleep_until(self.clock, until);
                0
            }
            Due::Tick { lost } => lost,
        };
        if lost > 0 {
            self.app.world_mut().resource_mut::<Core>().0.lose_time(lost);
        }
        let began = self.clock.now();
        self.app.insert_resource(Laps::begin(began));
        self.app.update();
        let busy = self.clock.now().saturating_sub(began);
        let late = began.saturating_sub(deadline);
        let stages = self.app.world().resource::<Laps>().times;
        let core = &mut self.app.world_mut().resource_mut::<Core>().0;
        core.metrics.record_tick(busy.as_micros() as u64, late.as_micros() as u64);
        // As the trace has it: ticks that were given up count by themselves, and the next is due when it is due now.
        let late = began.saturating_sub(core.deadline(core.world().tick));
        core.metrics.slis.tick(late.as_micros() as u64, stages.busy_us());
        self.record();
    }

    /// What happened in this tick goes to the recorder, if there is one.
    fn record(&mut self) {
        let now = self.clock.now();
        let times = self.app.world().resource::<Laps>().times;
        let recording = &mut self.recording;
        self.app.world_mut().resource_scope(|world, mut core: Mut<Core>| {
            let transport = world.resource::<Transport>();
            recording.take_from(&mut core.0, &times, &mut || (transport.0.counters(), cpu_time()));
            recording.follow_orders(&mut core.0);
        });
        recording.look(now);
    }

    fn progress(&self, started: Duration) -> Progress {
        let core = &self.app.world().resource::<Core>().0;
        Progress {
            elapsed: self.clock.now().saturating_sub(started),
            players: core.players(),
            clients: core.clients(),
            ticks: core.metrics.ticks,
            lost_ticks: core.metrics.lost_ticks,
            recording: self.recording.state(),
        }
    }

    /// Tell everyone why, give the message two ticks to leave, end all sessions.
    fn close(&mut self) {
        self.app.world_mut().resource_mut::<Core>().0.announce_closing("the server was stopped");
        for _ in 0..2 {
            self.wait_and_tick();
        }
        self.app.world_mut().resource_scope(|world, mut transport: Mut<Transport>| {
            transport.0.disconnect_all(&mut world.resource_mut::<RenetServer>().0);
        });
    }

    fn report(&self, cpu: Duration) -> ServerReport {
        let world = self.app.world();
        let core = &world.resource::<Core>().0;
        let counters = world.resource::<Transport>().0.counters();
        let mut report = core.metrics.report(core.setup().rate);

        report.cpu_ms_per_tick = cpu.as_secs_f64() * 1e3 * ratio(1, report.ticks);
        report.bytes_in = counters.bytes_in;
        report.bytes_out = counters.bytes_out;
        report.inputs = core.input_counts();
        report.snapshot_field_bits = core.field_bits();
        report.world_hash = format!("{:016x}", core.world().hash());
        report.seed = self.seed;
        for (reason, count) in counters.drops {
            *report.drops.entry(reason).or_default() += count;
        }
        let links = world.resource::<Links>().on_wire.totals();
        for (reason, count) in [
            ("imposed_link_lost", links.lost),
            ("imposed_link_queue", links.over_queue),
            ("imposed_link_mtu", links.over_mtu),
        ] {
            if count > 0 {
                *report.drops.entry(reason).or_default() += count;
            }
        }
        report
    }
}

#[derive(Resource)]
struct Core(ServerCore);

#[derive(Resource)]
struct Transport(ServerTransport);

/// The links this server imposes, and those that are on.
#[derive(Resource)]
struct Links {
    of: ImposedLinks,
    on_wire: PeerLinks,
    seed: u64,
}

#[derive(Resource, Clone, Copy)]
struct LocalClock(Clock);

/// What those who look for servers tell this one from others by, whatever address they found it at.
#[derive(Resource, Clone, Copy)]
struct ServerName(u64);

impl Links {
    /// Put on the link that a client of this name gets, if any, and tell it. Once its session is over the wire forgets it.
    fn impose(&self, core: &mut ServerCore, now: Duration, client_id: u64, addr: SocketAddr, name: &str) {
        let Some(link) = self.of.of(name) else { return };
        let text = told(&link);
        // Who was refused hears why, undisturbed.
        // FNV-1a: on the same seed the same name has the same luck.
        let seed = name.bytes().fold(self.seed, |seed, byte| (seed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3));
        if core.impose_link(client_id, &text) && self.on_wire.impose(now, addr, link, seed) {
            tracing::info!("link of {name:?}: {text}");
        }
    }
}

/// How long the stages of the present update took.
#[derive(Resource, Default)]
struct Laps {
    times: StageTimes,
    /// When the latest stage was over.
    at: Duration,
}

impl Laps {
    fn begin(began: Duration) -> Laps {
        Laps { times: StageTimes { began, ..StageTimes::default() }, at: began }
    }

    /// Time since the stage before was over.
    fn lap(&mut self, clock: LocalClock) -> Duration {
        let now = clock.0.now();
        now.saturating_sub(std::mem::replace(&mut self.at, now))
    }
}

/// Clients whose control lane may hold messages that were not read yet.
#[derive(Resource, Default)]
struct Speakers(Vec<u64>);

fn build_app(core: ServerCore, transport: ServerTransport, links: Links, clock: Clock, name: ServerName) -> App {
    let mut app = App::new();
    app.add_plugins((TimePlugin, RenetServerPlugin))
        .insert_resource(RenetServer::new(control_config()))
        .insert_resource(Core(core))
        .insert_resource(Transport(transport))
        .insert_resource(links)
        .insert_resource(LocalClock(clock))
        .insert_resource(name)
        .init_resource::<Speakers>()
        .init_resource::<Laps>()
        .add_systems(PreUpdate, receive.in_set(RenetReceive))
        .add_systems(Update, (read_control, step, send_snapshots).chain())
        .add_systems(PostUpdate, (grant_wishes, flush).chain());
    run_in_order(&mut app);
    app.finish();
    app.cleanup();
    app
}

/// Run the stages of an update one after the other in the calling thread: they are a chain, and a thread pool (the window's
/// build has one) would only add wake-ups. For apps without a window.
pub fn run_in_order(app: &mut App) {
    for label in [PreUpdate.intern(), Update.intern(), PostUpdate.intern()] {
        app.edit_schedule(label, |schedule| {
            schedule.set_executor(SingleThreadedExecutor::new());
        });
    }
}

/// Stage 1: everything that arrived, through gate and netcode, into the core (hot lane) and renet (control lane).
#[allow(clippy::too_many_arguments, reason = "a system names all that it touches")]
fn receive(
    clock: Res<LocalClock>,
    mut transport: ResMut<Transport>,
    mut renet: ResMut<RenetServer>,
    mut core: ResMut<Core>,
    mut speakers: ResMut<Speakers>,
    links: Res<Links>,
    name: Res<ServerName>,
    mut laps: ResMut<Laps>,
) {
    let now = clock.0.now();
    let info = server_info(&core.0, now, *name, &links);
    let core = &mut core.0;
    transport.0.receive(now, &mut renet.0, &info, &mut |event| match event {
        TransportEvent::Connected { client_id, addr, version, name } => {
            tracing::info!("{addr} connected as {name:?}");
            core.handle_connected(now, client_id, version, &name);
            links.impose(core, now, client_id, addr, &name);
        }
        // Refusals are counted inside the core.
        TransportEvent::Hot { client_id, arrived, bytes } => _ = core.handle_hot(client_id, arrived, bytes),
        TransportEvent::Control { client_id } => speakers.0.push(client_id),
        TransportEvent::Disconnected { client_id, reason } => {
            tracing::info!("client {client_id:016x} disconnected: {reason}");
            core.handle_disconnected(client_id, leave_reason(reason));
        }
    });
    laps.times.receive = laps.lap(*clock);
}

/// Stage 2: the control lane's messages.
fn read_control(
    clock: Res<LocalClock>,
    mut renet: ResMut<RenetServer>,
    mut core: ResMut<Core>,
    mut speakers: ResMut<Speakers>,
    mut laps: ResMut<Laps>,
) {
    speakers.0.sort_unstable();
    speakers.0.dedup();
    speakers.0.retain(|client_id| !read_all(&mut renet.0, &mut core.0, *client_id));
    laps.times.control = laps.lap(*clock);
}

/// Read what one client said, up to a limit; false if there may be more for the next tick.
fn read_all(renet: &mut Renet, core: &mut ServerCore, client_id: u64) -> bool {
    for _ in 0..CONTROL_MESSAGES_PER_TICK_MAX {
        // A session that ended within this tick has nothing more to say.
        let connected = renet.is_connected(client_id);
        let Some(bytes) = connected.then(|| renet.receive_message(client_id, CONTROL_CHANNEL)).flatten() else {
            return true;
        };
        if let Err(reason) = core.handle_control(client_id, &bytes) {
            tracing::debug!("control message of {client_id:016x} dropped: {reason}");
        }
    }
    false
}

/// Stage 3: the world moves.
fn step(clock: Res<LocalClock>, mut core: ResMut<Core>, mut laps: ResMut<Laps>) {
    core.0.step(clock.0.now());
    laps.times.step = laps.lap(*clock);
}

/// Stage 4: each client's view of the new state, sealed and sent at once.
fn send_snapshots(
    clock: Res<LocalClock>,
    mut transport: ResMut<Transport>,
    mut core: ResMut<Core>,
    mut laps: ResMut<Laps>,
) {
    core.0.encode_snapshots(&|| clock.0.now(), &mut |client_id, bytes| transport.0.send_hot(client_id, bytes));
    laps.times.snapshots = laps.lap(*clock);
}

/// Stage 5: what the core wants said or ended.
fn grant_wishes(mut transport: ResMut<Transport>, mut renet: ResMut<RenetServer>, mut core: ResMut<Core>) {
    for wish in core.0.take_wishes() {
        match wish {
            Wish::Control { client_id, bytes } => transport.0.send_control(client_id, bytes, &mut renet.0),
            Wish::Disconnect { client_id } => {
                transport.0.disconnect(client_id, &mut renet.0);
                core.0.handle_disconnected(client_id, LeaveReason::Quit);
            }
        }
    }
}

/// Stage 6: renet's packets.
fn flush(
    clock: Res<LocalClock>,
    mut transport: ResMut<Transport>,
    mut renet: ResMut<RenetServer>,
    mut laps: ResMut<Laps>,
) {
    transport.0.flush(&mut renet.0);
    laps.times.flush = laps.lap(*clock);
}

/// On the address asked for; where no port was, on the first free one of the range.
fn listen(io: &IoThread, config: &ServerConfig) -> Result<UdpWire, SocketError> {
    if !config.port_search || config.listen.port() != DEFAULT_PORT {
        return io.listen(config.listen);
    }
    let mut tried = PORTS.map(|port| io.listen(SocketAddr::new(config.listen.ip(), port)));
    let taken = |result: &Result<UdpWire, SocketError>| matches!(result, Err(SocketError::InUse { .. }));
    tried.find(|result| !taken(result)).unwrap_or_else(|| Err(SocketError::AllInUse { ports: PORTS }))
}

fn server_info(core: &ServerCore, now: Duration, name: ServerName, links: &Links) -> ServerInfo {
    let setup = core.setup();
    let round = &core.world().round;
    ServerInfo {
        version: protocol_version(),
        server: name.0,
        name: tidy_name(&setup.server_name, "server"),
        map: tidy_name(setup.map.arena.name(), "map"),
        players: core.clients_present(now) as u16,
        max: setup.capacity as u16,
        tick_rate: setup.rate.hz() as u8,
        mode: round.options.mode,
        bots: core.players().saturating_sub(core.clients()) as u16,
        lagged: !links.of.is_empty(),
        round: round.number,
        best_of: round.options.best_of,
    }
}

fn leave_reason(reason: &str) -> LeaveReason {
    if reason == "timed out" { LeaveReason::TimedOut } else { LeaveReason::Quit }
}

fn random_u64() -> Result<u64, ServerError> {
    getrandom::u64().map_err(ServerError::Random)
}

/// Unix time at the zero of `clock`: for the names of things only.
fn unix_at_zero(clock: Clock) -> Duration {
    let unix = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    unix.saturating_sub(clock.now())
}

fn random_salt() -> Result<[u8; 16], ServerError> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(ServerError::Random)?;
    Ok(salt)
}

/// CPU time of this process so far; zero where the system cannot tell.
fn cpu_time() -> Duration {
    cpu_time::ProcessTime::try_now().map_or(Duration::ZERO, |t| t.as_duration())
}

/// Control messages handled per client and tick; the rest wait in renet's bounded channel.
const CONTROL_MESSAGES_PER_TICK_MAX: usize = 16;
