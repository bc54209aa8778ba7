//! The client session on a Bevy schedule: receive, follow the switches, control, advance, view, flush. Windows and bots run the same plugin.
//!
//! The stages of an update are chained sets; `bevy_renet`'s own plugin updates renet before they begin. Must not know the
//! system's clock (whoever runs the `App` sets [`LocalTime`]), a keyboard or a picture.

use crate::core::{ClientCore, Outbox};
use crate::net::transport::{ClientTransport, ConnectState};
use crate::view::{Controls, FREEZE_MS, Sayings, Switches, ViewModel};
use bevy::app::{App, AppExit, Last, Plugin, PostUpdate, PreUpdate, Update};
use bevy::ecs::prelude::*;
use bevy::time::{Real, Time, TimePlugin};
use bevy_renet::{RenetClient, RenetClientPlugin, RenetReceive, RenetSend};
use std::time::Duration;
use tickshot_server::net::conditioned::ClientLink;
use tickshot_server::net::lanes::CONTROL_CHANNEL;
use tickshot_shared::link::profile::LinkSettings;

/// The session.
#[derive(Resource)]
pub struct Core(pub ClientCore);

/// The connection it runs over. Without it the session stays where it is.
#[derive(Resource)]
pub struct Transport(pub ClientTransport);

/// This process's monotonic time, on the clock that stamps arrivals. The runner sets it before each update;
/// nothing inside reads the system's clock.
#[derive(Resource, Clone, Copy, Debug, Default)]
pub struct LocalTime(pub Duration);

/// Somebody beside the player wants the server's evidence of its shots.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AskEvidence(pub bool);

/// Stages of one update, in this order. `Receive` and `Controls` run in `PreUpdate`, `Advance` and `View` in `Update`,
/// `Flush` in `PostUpdate`. Whoever samples a keyboard or a bot does it in `Controls`; whoever draws runs after `View`.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientSet {
    Receive,
    Controls,
    Advance,
    View,
    Flush,
}

/// A session and its frames: [`SessionPlugin`], and a [`ViewModel`] rebuilt in [`ClientSet::View`].
pub struct ClientPlugin;

impl Plugin for ClientPlugin {
    fn build(&self, app: &mut App) {
        app.add_plugins(SessionPlugin)
            .init_resource::<ViewModel>()
            .configure_sets(Update, (ClientSet::Advance, ClientSet::View).chain())
            .init_resource::<Traffic>()
            .add_systems(
                Update,
                (rebuild_view, count_traffic.run_if(resource_exists::<Transport>))
                    .chain()
                    .in_set(ClientSet::View)
                    .run_if(resource_exists::<Core>),
            );
    }
}

/// Adds the session to an `App`. [`Core`], [`Transport`], [`Link`] and a `RenetClient` may be inserted and removed at any time:
/// each stage runs while they are there.
pub struct SessionPlugin;

impl Plugin for SessionPlugin {
    fn build(&self, app: &mut App) {
        // Without bevy's own clock (bots), renet gets its time from ours.
        if !app.is_plugin_added::<TimePlugin>() {
            app.init_resource::<Time<Real>>()
                .add_systems(PreUpdate, tell_renet_time.before(RenetClientPlugin::update_system));
        }
        if !app.is_plugin_added::<RenetClientPlugin>() {
            app.add_plugins(RenetClientPlugin);
        }
        let ready = resource_exists::<Core>
            .and_then(resource_exists::<Transport>)
            .and_then(resource_exists::<Link>)
            .and_then(resource_exists::<RenetClient>);
        app.init_resource::<LocalTime>()
            .init_resource::<Controls>()
            .init_resource::<Sayings>()
            .init_resource::<Switches>()
            .init_resource::<AskEvidence>()
            .configure_sets(
                PreUpdate,
                (ClientSet::Receive.after(RenetClientPlugin::update_system), ClientSet::Controls).chain(),
            )
            .add_systems(PreUpdate, receive.in_set(ClientSet::Receive).in_set(RenetReceive).run_if(ready.clone()))
            .add_systems(PreUpdate, follow_switches.in_set(ClientSet::Receive).after(receive).run_if(ready.clone()))
            .add_systems(Update, advance.in_set(ClientSet::Advance).run_if(ready.clone()))
            .add_systems(PostUpdate, flush.in_set(ClientSet::Flush).in_set(RenetSend).run_if(ready.clone()))
            .add_systems(Last, say_goodbye.run_if(ready.and_then(on_message::<AppExit>)));
    }
}

fn tell_renet_time(local: Res<LocalTime>, mut time: ResMut<Time<Real>>, mut last: Local<Option<Duration>>) {
    let elapsed = local.0.saturating_sub(last.unwrap_or(local.0));
    *last = Some(local.0);
    time.update_with_duration(elapsed);
}

/// Everything that has arrived: snapshots to the core with their time of arrival, the control lane through renet.
fn receive(
    local: Res<LocalTime>,
    mut transport: ResMut<Transport>,
    mut renet: ResMut<RenetClient>,
    mut core: ResMut<Core>,
) {
    let core = &mut core.0;
    core.wake(local.0);
    transport.0.receive(local.0, &mut renet.0, &mut |arrived, bytes| core.handle_hot(arrived, bytes));
    if let Some(client_id) = transport.0.client_id() {
        core.set_client_id(client_id);
    }
    for _ in 0..CONTROL_MESSAGES_PER_UPDATE_MAX {
        let Some(bytes) = renet.0.receive_message(CONTROL_CHANNEL) else { break };
        core.handle_control(local.0, &bytes);
    }
    match transport.0.state() {
        ConnectState::Failed(error) => core.handle_disconnect(&error.to_string()),
        ConnectState::Closed => core.handle_disconnect("you left the match"),
        ConnectState::Querying | ConnectState::Connecting | ConnectState::Connected => {}
    }
}

/// The simulated link of this session.
#[derive(Resource)]
pub struct Link {
    link: ClientLink,
    /// It lies on the wire. Not before somebody asks for it: a clean wire need not hold and copy anything.
    worn: bool,
    freezes: u32,
}

impl Link {
    /// `seed` draws its faults.
    pub fn new(seed: u64) -> Link {
        Link { link: ClientLink::new(LinkSettings::default(), seed), worn: false, freezes: 0 }
    }

    fn follow(&mut self, now: Duration, switches: &Switches, transport: &mut ClientTransport) {
        let freezes = switches.freezes != self.freezes;
        if !self.worn && (freezes || !switches.link.is_clean()) {
            self.link.put_on(transport.wire_mut());
            self.worn = true;
        }
        if self.link.settings() != switches.link {
            self.link.set(now, switches.link);
        }
        if freezes {
            self.freezes = switches.freezes;
            self.link.freeze(now, Duration::from_millis(FREEZE_MS.into()));
        }
    }
}

/// Modes to the core, faults to the wire.
fn follow_switches(
    local: Res<LocalTime>,
    (switches, asks): (Res<Switches>, Res<AskEvidence>),
    mut core: ResMut<Core>,
    mut link: ResMut<Link>,
    mut transport: ResMut<Transport>,
) {
    core.0.set_switches(local.0, &Switches { evidence: switches.evidence || asks.0, ..*switches });
    link.follow(local.0, &switches, &mut transport.0);
}

/// Inputs that have come due leave at once: every microsecond here is latency.
fn advance(
    local: Res<LocalTime>,
    controls: Res<Controls>,
    mut sayings: ResMut<Sayings>,
    mut transport: ResMut<Transport>,
    mut renet: ResMut<RenetClient>,
    mut core: ResMut<Core>,
    mut outbox: Local<Outbox>,
) {
    for saying in sayings.0.drain(..) {
        core.0.say(saying);
    }
    core.0.advance(local.0, &controls, &mut outbox);
    for bytes in outbox.hot.drain(..) {
        transport.0.send_hot(&bytes);
    }
    for bytes in outbox.control.drain(..) {
        renet.0.send_message(CONTROL_CHANNEL, bytes);
    }
}

fn rebuild_view(local: Res<LocalTime>, mut core: ResMut<Core>, mut view: ResMut<ViewModel>) {
    core.0.rebuild_view(local.0, &mut view);
}

/// Bytes at the socket, of the last second.
#[derive(Resource, Default)]
struct Traffic {
    /// When the second began, and the counts then: in, out.
    since: Option<(Duration, u64, u64)>,
    kb_s: (f32, f32),
}

fn count_traffic(
    local: Res<LocalTime>,
    transport: Res<Transport>,
    mut traffic: ResMut<Traffic>,
    mut view: ResMut<ViewModel>,
) {
    let counters = transport.0.counters();
    let now = (local.0, counters.bytes_in, counters.bytes_out);
    let (since, bytes_in, bytes_out) = *traffic.since.get_or_insert(now);
    let seconds = local.0.saturating_sub(since).as_secs_f32();
    if seconds >= 1.0 {
        let rate = |now: u64, then: u64| now.saturating_sub(then) as f32 / seconds / 1000.0;
        traffic.kb_s = (rate(counters.bytes_in, bytes_in), rate(counters.bytes_out, bytes_out));
        traffic.since = Some(now);
    }
    (view.net.in_kb_s, view.net.out_kb_s) = traffic.kb_s;
}

fn flush(local: Res<LocalTime>, mut transport: ResMut<Transport>, mut renet: ResMut<RenetClient>) {
    transport.0.flush(local.0, &mut renet.0);
}

/// The program is about to end: the server need not wait for a time-out to know.
fn say_goodbye(mut transport: ResMut<Transport>, mut renet: ResMut<RenetClient>) {
    transport.0.disconnect(&mut renet.0);
}

/// Control messages handled per update; the rest wait in renet's bounded channel.
const CONTROL_MESSAGES_PER_UPDATE_MAX: usize = 64;
