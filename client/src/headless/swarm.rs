//! Many bot clients in one thread, each with its own socket, session and `App`.
//!
//! The loop sleeps until the earliest client has something due and updates those that have. Clients on one server tick
//! at nearly the same moment; those within `COALESCE` share a wake-up.

use super::bot::{bot_app, update};
use super::report::RecordingReport;
pub use super::report::SwarmReport;
use crate::app::{Core, Transport};
use crate::core::ClientCore;
use crate::net::transport::{ClientTransport, ConnectConfig, ConnectState};
use crate::reconcile::Reason;
use crate::recording::{self, BYTES_MAX, Recording, RecordingConfig, header, unix_ns_at_zero};
use crate::stats::ClientStats;
use crate::view::{Status, Switches};
use bevy::app::App;
use bevy_renet::RenetClient;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tickshot_server::net::socket::{Clock, IoThread, SocketError};
use tickshot_server::pace::sleep_until;
use tickshot_shared::rng::Rng;
use tickshot_shared::sim::bot::Skill;
use tickshot_trace::recorder::RecorderSummary;

/// What to run.
#[derive(Clone, Debug)]
pub struct SwarmConfig {
    pub server: SocketAddr,
    pub count: usize,
    pub seconds: u32,
    pub seed: u64,
    /// Bots are called `{name_prefix}{number}`.
    pub name_prefix: String,
    pub password: Option<String>,
    /// How well they play.
    pub skill: Skill,
    /// Modes and link of every client.
    pub switches: Switches,
    /// Every client records into a file of its own in this folder.
    pub record: Option<PathBuf>,
}

/// How it goes, once a second.
#[derive(Clone, Debug, Default)]
pub struct SwarmProgress {
    pub elapsed: Duration,
    pub seconds: u32,
    pub count: usize,
    pub connecting: usize,
    pub playing: usize,
    pub ended: usize,
    pub snapshots: u64,
    pub corrections_unexplained: u64,
    pub fired: u64,
    pub confirmed_hits: u64,
    pub rtt_ms: f64,
}

/// Why a swarm could not run.
#[derive(Debug, thiserror::Error)]
pub enum SwarmError {
    /// The first client found no match to join; `Display` says why and what to do.
    #[error("{0}")]
    Connect(String),
    #[error(transparent)]
    Socket(#[from] SocketError),
}

/// Runs until `config.seconds` have passed or every client has ended. If no client gets into the match, the reason of the
/// first failure is the error.
pub fn run_swarm(config: SwarmConfig, progress: &mut dyn FnMut(&SwarmProgress)) -> Result<SwarmReport, SwarmError> {
    let clock = Clock::start();
    let io = IoThread::start(clock)?;
    let started = clock.now();
    let end = started + Duration::from_secs(u64::from(config.seconds));
    let mut members: Vec<Member> = Vec::with_capacity(config.count);
    let mut next_progress = started + PROGRESS_INTERVAL;
    loop {
        let now = clock.now();
        if now >= end || (members.len() == config.count && members.iter().all(|m| m.ended.is_some())) {
            break;
        }
        while members.len() < config.count && now >= start_of(started, members.len()) {
            members.push(Member::start(&config, members.len(), &io, clock)?);
        }
        for member in members.iter_mut().filter(|m| m.due <= now) {
            member.update(clock.now());
        }
        if let Some(reason) = nobody_got_in(&members) {
            return Err(SwarmError::Connect(reason));
        }
        if now >= next_progress {
            next_progress += PROGRESS_INTERVAL;
            progress(&glance(&config, &members, now - started));
        }
        let next_start = (members.len() < config.count).then(|| start_of(started, members.len()));
        sleep_until(clock, wake_time(&members, next_start, end.min(next_progress)));
    }
    let now = clock.now();
    members.iter_mut().for_each(|member| member.leave(now));
    let mut report = sum_up(&config, &members, now - started);
    report.recording = RecordingReport::of(members.iter_mut().filter_map(Member::stop_recording));
    // The sockets close with their members; the thread that serves them goes last.
    drop(members);
    drop(io);
    Ok(report)
}

/// One client of the swarm.
struct Member {
    app: App,
    due: Duration,
    /// When it began to play, and the bytes in and out until then.
    playing: Option<(Duration, u64, u64)>,
    /// When its session ended of itself, and why.
    ended: Option<(Duration, String)>,
    /// When its part was over, by itself or by the end of the run; its traffic while playing.
    traffic: Option<(Duration, u64, u64)>,
}

impl Member {
    fn start(config: &SwarmConfig, index: usize, io: &IoThread, clock: Clock) -> Result<Member, SwarmError> {
        let now = clock.now();
        let seed = Rng::fork(config.seed, index as u64).next_u64();
        let name = format!("{}{}", config.name_prefix, index + 1);
        let recording = config.record.as_ref().map(|dir| recording(config, dir, &name, now));
        let connect = ConnectConfig {
            name,
            password: config.password.clone(),
            // Not from the run's seed: a second run within the server's timeout must not look like the first one's ghost.
            seed: getrandom::u64().unwrap_or(seed),
        };
        let wire = io.connect(config.server)?;
        let transport = ClientTransport::new(Box::new(wire), config.server, connect, now);
        Ok(Member {
            app: bot_app(transport, seed, config.skill, config.switches, recording),
            due: now,
            playing: None,
            ended: None,
            traffic: None,
        })
    }

    fn update(&mut self, now: Duration) {
        if self.ended.is_some() {
            self.due = now + ENDED_INTERVAL;
            return;
        }
        self.due = update(&mut self.app, now);
        match self.app.world().resource::<Core>().0.status() {
            Status::Playing if self.playing.is_none() => {
                let (bytes_in, bytes_out) = self.bytes();
                self.playing = Some((now, bytes_in, bytes_out));
            }
            Status::Ended(reason) => {
                self.ended = Some((now, reason));
                self.traffic = self.traffic_until(now);
            }
            _ => {}
        }
    }

    /// The run is over: a clean goodbye.
    fn leave(&mut self, now: Duration) {
        if self.ended.is_some() {
            return;
        }
        self.traffic = self.traffic_until(now);
        let world = self.app.world_mut();
        world.resource_scope(|world, mut renet: bevy::ecs::prelude::Mut<RenetClient>| {
            world.resource_mut::<Transport>().0.disconnect(&mut renet.0);
        });
    }

    /// Its file is finished, with all that its session has said.
    fn stop_recording(&mut self) -> Option<RecorderSummary> {
        recording::hear_out(self.app.world_mut());
        self.app.world_mut().remove_resource::<Recording>().map(Recording::stop)
    }

    fn is_connecting(&self) -> bool {
        let state = self.app.world().resource::<Transport>().0.state();
        matches!(state, ConnectState::Querying | ConnectState::Connecting)
    }

    fn bytes(&self) -> (u64, u64) {
        let counters = self.app.world().resource::<Transport>().0.counters();
        (counters.bytes_in, counters.bytes_out)
    }

    fn traffic_until(&self, now: Duration) -> Option<(Duration, u64, u64)> {
        let (since, before_in, before_out) = self.playing?;
        let (bytes_in, bytes_out) = self.bytes();
        Some((now.saturating_sub(since), bytes_in - before_in, bytes_out - before_out))
    }

    fn stats(&self) -> &ClientStats {
        self.app.world().resource::<Core>().0.stats()
    }

    fn core(&self) -> &ClientCore {
        &self.app.world().resource::<Core>().0
    }

    fn rtt_ms(&self) -> Option<f64> {
        self.core().rtt().map(|rtt| rtt.as_secs_f64() * 1e3)
    }

    fn jitter_ms(&self) -> Option<f64> {
        self.core().play().map(|play| play.clocks().jitter().as_secs_f64() * 1e3)
    }
}

/// A recorder that writes all of what client `name` does into a file of its own.
fn recording(config: &SwarmConfig, dir: &Path, name: &str, now: Duration) -> Recording {
    let SwarmConfig { server, seed, skill, switches, .. } = config;
    let settings = serde_json::json!({
        "server": server.to_string(),
        "modes": switches.modes.to_string(),
        "link": switches.link.to_string(),
        "bot_skill": skill.name(),
        "seed": seed,
    });
    let header = header(name, 0, unix_ns_at_zero(now), settings.to_string());
    let (dir, label) = (dir.to_owned(), format!("client-{name}"));
    let mut recording = Recording::start(RecordingConfig { dir, label, flight: false, bytes_max: BYTES_MAX }, header);
    recording.begin(now);
    recording
}

/// The reason of the first failure, if nobody plays and somebody has failed.
fn nobody_got_in(members: &[Member]) -> Option<String> {
    if members.iter().any(|m| m.playing.is_some()) {
        return None;
    }
    members.iter().find_map(|m| m.ended.as_ref().map(|(_, reason)| reason.clone()))
}

/// Clients come one by one, so that a server's door is not a stampede.
fn start_of(started: Duration, index: usize) -> Duration {
    started + START_INTERVAL * index as u32
}

/// The latest time that keeps nobody waiting over `COALESCE`.
fn wake_time(members: &[Member], next_start: Option<Duration>, at_most: Duration) -> Duration {
    let dues = || members.iter().map(|m| m.due).chain(next_start);
    let Some(earliest) = dues().min() else { return at_most };
    let shared = dues().filter(|due| *due <= earliest + COALESCE).max().unwrap_or(earliest);
    shared.min(at_most)
}

fn glance(config: &SwarmConfig, members: &[Member], elapsed: Duration) -> SwarmProgress {
    let sum = |of: fn(&ClientStats) -> u64| members.iter().map(|m| of(m.stats())).sum();
    SwarmProgress {
        elapsed,
        seconds: config.seconds,
        count: config.count,
        connecting: members.iter().filter(|m| m.ended.is_none() && m.is_connecting()).count(),
        playing: members.iter().filter(|m| m.ended.is_none() && m.playing.is_some()).count(),
        ended: members.iter().filter(|m| m.ended.is_some()).count(),
        snapshots: sum(|s| s.snapshots),
        corrections_unexplained: sum(|s| s.corrections.of(Reason::Unexplained)),
        fired: sum(|s| s.shots.fired),
        confirmed_hits: sum(|s| s.shots.confirmed_hits),
        rtt_ms: mean(members.iter().filter_map(Member::rtt_ms)),
    }
}

fn sum_up(config: &SwarmConfig, members: &[Member], elapsed: Duration) -> SwarmReport {
    let mut stats = ClientStats::default();
    let (mut seconds, mut bytes_in, mut bytes_out) = (0.0, 0, 0);
    let mut ended: BTreeMap<String, u64> = BTreeMap::new();
    let mut drops: BTreeMap<String, u64> = BTreeMap::new();
    for member in members {
        stats.merge(member.stats());
        if let Some((time, into, out)) = member.traffic {
            (seconds, bytes_in, bytes_out) = (seconds + time.as_secs_f64(), bytes_in + into, bytes_out + out);
        }
        if let Some((_, reason)) = &member.ended {
            *ended.entry(reason.clone()).or_default() += 1;
        }
        for (reason, count) in member.app.world().resource::<Transport>().0.counters().drops {
            *drops.entry(reason.to_owned()).or_default() += count;
        }
    }
    let mut report = SwarmReport::of(&stats);
    for (reason, count) in drops {
        *report.drops.entry(reason).or_default() += count;
    }
    let per_second = |bytes: u64| if seconds > 0.0 { bytes as f64 / seconds } else { 0.0 };
    let played = |m: &&Member| m.playing.is_some();
    SwarmReport {
        clients_connected: members.iter().filter(played).count(),
        clients_disconnected: members.iter().filter(played).filter(|m| m.ended.is_some()).count(),
        seconds: elapsed.as_secs_f64(),
        bytes_in_per_client_s: per_second(bytes_in),
        bytes_out_per_client_s: per_second(bytes_out),
        modes: config.switches.modes.to_string(),
        link: config.switches.link.to_string(),
        rtt_ms: mean(members.iter().filter_map(Member::rtt_ms)),
        jitter_ms: mean(members.iter().filter_map(Member::jitter_ms)),
        ended,
        seed: config.seed,
        ..report
    }
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0u32), |(sum, count), value| (sum + value, count + 1));
    if count == 0 { 0.0 } else { sum / f64::from(count) }
}

const PROGRESS_INTERVAL: Duration = Duration::from_secs(1);
/// Time between the starts of two clients: 64 of them are in within 1.3 s.
const START_INTERVAL: Duration = Duration::from_millis(20);
/// How much later than due a client may be updated to share a wake-up with others.
const COALESCE: Duration = Duration::from_millis(1);
/// How often to look at a client whose session is over.
const ENDED_INTERVAL: Duration = Duration::from_secs(1);
