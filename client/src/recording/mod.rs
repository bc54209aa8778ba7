//! The recordings of this process: what a session says goes to the recorder's thread, and from there into files.
//!
//! Time line of an update: the session notes what happens; when everything is done its notes go into the recorder's queue,
//! which never waits. A flag or a request begins and ends files. The last minute is kept in memory if asked, and saved on
//! request or when the server denies a hit that was seen.
//!
//! Must not know what the records mean, nor a window: it takes [`RecordingRequest`]s and gives [`RecordingView`] and
//! [`RecordingNotice`]s.

mod desk;
mod folder;
mod header;

pub use desk::{Desk, Disputes, FLIGHT, Order, RecordingView, size};
pub use folder::folder;
pub use header::{header, unix_ns_at_zero};

use crate::app::{AskEvidence, Core, LocalTime, Transport};
use crate::front::Hosting;
use crate::settings::Settings;
use bevy::app::{App, AppExit, Last, Plugin};
use bevy::ecs::prelude::*;
use bevy::prelude::Message;
use std::path::PathBuf;
use std::time::Duration;
use tickshot_server::recording::{RecordingConfig as ServerRecordingConfig, RecordingSwitch};
use tickshot_trace::file::Seal;
use tickshot_trace::proto::Header;
use tickshot_trace::record::Batch;
use tickshot_trace::recorder::{Recorder, RecorderOptions, RecorderSummary};

/// The recorder of this process.
#[derive(Resource)]
pub struct Recording {
    recorder: Recorder,
    dir: PathBuf,
    desk: Desk,
    /// The last minute is kept in memory.
    flies: bool,
    records: Batch,
    next_traffic: Duration,
    next_look: Duration,
    /// Of the file that was finished last.
    seal: Option<Seal>,
}

/// Where and how much.
#[derive(Clone, Debug)]
pub struct RecordingConfig {
    pub dir: PathBuf,
    /// Part of the file's name.
    pub label: String,
    /// Keep the last minute in memory.
    pub flight: bool,
    /// All files of one recording together.
    pub bytes_max: u64,
}

/// What a person wants of the recorder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Message)]
pub enum RecordingRequest {
    /// Begin a recording, or end it.
    Toggle,
    /// Save the last minute.
    SaveFlight,
}

/// What a person should read: a file was begun, saved, or could not be.
#[derive(Clone, Debug, PartialEq, Eq, Message)]
pub struct RecordingNotice(pub String);

impl Recording {
    /// Its thread is up; nothing is written before [`begin`](Self::begin).
    pub fn start(config: RecordingConfig, header: Header) -> Recording {
        let options = RecorderOptions {
            dir: config.dir.clone(),
            label: config.label,
            unix_ns_at_zero: header.unix_ns_at_zero,
            part_bytes_max: PART_BYTES_MAX,
            total_bytes_max: config.bytes_max,
            flight: config.flight.then_some(FLIGHT),
        };
        Recording {
            recorder: Recorder::start(options, header),
            dir: config.dir,
            desk: Desk::default(),
            flies: config.flight,
            records: Batch::default(),
            next_traffic: Duration::ZERO,
            next_look: Duration::ZERO,
            seal: None,
        }
    }

    /// Record into a file from `now` on.
    pub fn begin(&mut self, now: Duration) {
        let order = self.desk.begin(now, &self.recorder.state());
        self.follow(order);
    }

    fn follow(&self, order: Order) {
        match order {
            Order::BeginFile => self.recorder.begin_file(),
            Order::EndFile => self.recorder.end_file(),
        }
    }

    /// What a server is told that is hosted beside it: it records when this does.
    pub fn of_server(&self) -> ServerRecordingConfig {
        let dir = self.desk.wants_file().then(|| self.dir.clone());
        ServerRecordingConfig { dir, flight_dir: self.flies.then(|| self.dir.clone()) }
    }

    /// Somebody wants to know what the session does.
    fn listens(&self) -> bool {
        self.flies || self.desk.wants_file()
    }

    /// Everything the session has said so far goes to the recorder.
    fn take_from(&mut self, now: Duration, core: &mut Core, transport: Option<&Transport>) {
        if let Some(transport) = transport.filter(|_| now >= self.next_traffic) {
            self.next_traffic = now + TRAFFIC_INTERVAL;
            let counters = transport.0.counters();
            core.0.set_traffic(counters.bytes_in, counters.bytes_out);
        }
        core.0.take_records(&mut self.records);
        self.recorder.record(&mut self.records);
    }

    /// Finish the file, if there is one, and wait for it.
    pub fn stop(self) -> RecorderSummary {
        self.recorder.stop()
    }
}

/// Adds what a [`Recording`] needs to an `App` with a session. The resource may come and go.
pub struct RecordingPlugin;

impl Plugin for RecordingPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<AskEvidence>().add_systems(Last, listen.run_if(resource_exists::<Recording>));
    }
}

/// The same for an `App` with somebody before it, who asks for recordings and is told what became of them.
pub struct RecordingDeskPlugin;

impl Plugin for RecordingDeskPlugin {
    fn build(&self, app: &mut App) {
        app.add_plugins(RecordingPlugin)
            .init_resource::<RecordingView>()
            .add_message::<RecordingRequest>()
            .add_message::<RecordingNotice>()
            .add_systems(
                Last,
                (
                    refuse_requests.run_if(not(resource_exists::<Recording>)),
                    follow_requests.run_if(resource_exists::<Recording>).before(listen),
                    look.run_if(resource_exists::<Recording>).after(listen),
                    finish.run_if(on_message::<AppExit>).after(look),
                ),
            );
    }
}

/// There is nowhere to record to.
fn refuse_requests(mut requests: MessageReader<RecordingRequest>, mut notices: MessageWriter<RecordingNotice>) {
    if requests.read().count() > 0 {
        notices.write(RecordingNotice(NO_FOLDER.to_owned()));
    }
}

/// The program is about to end: its file is finished, and waited for.
fn finish(world: &mut World) {
    hear_out(world);
    if let Some(recording) = world.remove_resource::<Recording>() {
        recording.stop();
    }
}

fn follow_requests(
    local: Res<LocalTime>,
    mut requests: MessageReader<RecordingRequest>,
    mut recording: ResMut<Recording>,
    hosting: Option<Res<Hosting>>,
) {
    for request in requests.read() {
        match request {
            RecordingRequest::Toggle => {
                let order = recording.toggle(local.0);
                match (server(&hosting), order) {
                    (Some(server), Order::BeginFile) => server.begin(&recording.dir),
                    (Some(server), Order::EndFile) => server.end(),
                    (None, _) => {}
                }
            }
            RecordingRequest::SaveFlight => recording.save_flight("asked for", server(&hosting)),
        }
    }
}

/// The server of one's own records with its client: one match, both ends.
fn server(hosting: &Option<Res<Hosting>>) -> Option<RecordingSwitch> {
    hosting.as_ref().and_then(|hosting| hosting.recording())
}

impl Recording {
    fn save_flight(&self, why: &str, server: Option<RecordingSwitch>) {
        self.recorder.save_flight(why);
        if let Some(server) = server {
            server.save_flight(why);
        }
    }

    fn toggle(&mut self, now: Duration) -> Order {
        let order = self.desk.toggle(now, &self.recorder.state());
        self.follow(order);
        order
    }
}

/// The session says what happens as long as somebody listens.
fn listen(
    local: Res<LocalTime>,
    mut recording: ResMut<Recording>,
    core: Option<ResMut<Core>>,
    transport: Option<Res<Transport>>,
    settings: Option<Res<Settings>>,
    hosting: Option<Res<Hosting>>,
    mut asks: ResMut<AskEvidence>,
) {
    let listens = recording.listens();
    // Without evidence nobody would know that a hit was denied, or why.
    asks.set_if_neq(AskEvidence(listens));
    let Some(mut core) = core else { return };
    core.0.wake(local.0);
    core.0.set_recording(listens);
    recording.take_from(local.0, &mut core, transport.as_deref());
    let rules = settings.map(|settings| settings.recording.disputes());
    let disputed = core.0.stats().shots.disputed;
    if let Some(rules) = rules.filter(|_| recording.flies)
        && recording.desk.wants_flight(local.0, disputed, rules)
    {
        recording.save_flight("a hit that was seen was denied", server(&hosting));
    }
}

/// What has become of the files.
fn look(
    local: Res<LocalTime>,
    mut recording: ResMut<Recording>,
    mut view: ResMut<RecordingView>,
    mut notices: MessageWriter<RecordingNotice>,
) {
    if local.0 < recording.next_look {
        return;
    }
    recording.next_look = local.0 + LOOK_INTERVAL;
    let state = recording.recorder.state();
    if let (Some(seal), Some(path)) = (state.last_seal, &state.path)
        && recording.seal.replace(seal) != Some(seal)
    {
        eprintln!("tickshot: recorded {} · seal {seal}", path.display());
    }
    for text in recording.desk.look(local.0, &state) {
        tracing::info!("{text}");
        notices.write(RecordingNotice(text));
    }
    view.set_if_neq(recording.desk.view(local.0, &state));
}

/// The session is about to be taken away: what it still has to say is not lost.
pub(crate) fn hear_out(world: &mut World) {
    if !world.contains_resource::<Recording>() {
        return;
    }
    let now = world.get_resource::<LocalTime>().copied().unwrap_or_default().0;
    world.resource_scope(|world, mut recording: Mut<Recording>| {
        let Some(mut core) = world.remove_resource::<Core>() else { return };
        core.0.wake(now);
        core.0.handle_disconnect(LEFT);
        recording.take_from(now, &mut core, world.get_resource::<Transport>());
        world.insert_resource(core);
    });
}

const NO_FOLDER: &str = "Nothing can be recorded. This system names no folder for it; start with --record DIR, or choose one in the settings file.";
/// Why a session ended that was still going on.
const LEFT: &str = "you left the match";
/// A part of a recording: about an hour of a client.
const PART_BYTES_MAX: u64 = 64 << 20;
/// All parts of one recording, unless settings say otherwise.
pub const BYTES_MAX: u64 = 2 << 30;
const TRAFFIC_INTERVAL: Duration = Duration::from_millis(500);
/// How often the person's line is written anew.
const LOOK_INTERVAL: Duration = Duration::from_millis(100);
