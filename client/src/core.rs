//! One client session without socket, clock or window: bytes and time in, bytes and a [`ViewModel`] out.
use crate::stats::ClientStats;
use crate::view::{Controls, ViewModel};
use std::sync::Arc;
use std::time::Duration;
use tickshot_shared::sim::arena::{Arena, MapHash};
use tickshot_shared::sim::pose::Pose;
use tickshot_shared::sim::world::{Player, Slot};
use tickshot_shared::tick::{Tick, TickRate};

/// Looks up a map this machine already has: (name, hash) to the bytes of its `.tmx` file.
pub type MapSource = Arc<dyn Fn(&str, &MapHash) -> Option<Vec<u8>> + Send + Sync>;

/// What a session is started with.
#[derive(Clone)]
pub struct CoreConfig {
    /// How far display now stays behind the newest snapshot expected, in 1/16 ticks. Default 2 ticks.
    pub display_delay_16ths: u32,
    /// Maps this machine has; others are asked of the server.
    pub maps: MapSource,
}

impl Default for CoreConfig {
    fn default() -> Self {
        CoreConfig { display_delay_16ths: 32, maps: Arc::new(|_, _| None) }
    }
}

/// What a session wants sent, in order.
#[derive(Clone, Debug, Default)]
pub struct Outbox {
    /// Datagrams of the hot lane, lane byte included.
    pub hot: Vec<Vec<u8>>,
    /// Messages for renet's reliable-ordered channel.
    pub control: Vec<Vec<u8>>,
}

/// One client's side of a match.
pub struct ClientCore {}

impl ClientCore {
    pub fn new(config: CoreConfig) -> ClientCore {
        let _ = config;
        todo!()
    }
    /// A hot-lane datagram that arrived at `arrived`.
    pub fn handle_hot(&mut self, arrived: Duration, bytes: &[u8]) {
        let _ = (arrived, bytes);
        todo!()
    }
    /// A message of the control lane.
    pub fn handle_control(&mut self, now: Duration, bytes: &[u8]) {
        let _ = (now, bytes);
        todo!()
    }
    /// The transport is gone: the session is over, for the reason given unless the server said a better one.
    pub fn handle_disconnect(&mut self, reason: &str) {
        let _ = reason;
        todo!()
    }
    /// Produces the inputs due at `now` and what must be sent.
    pub fn advance(&mut self, now: Duration, controls: &Controls, out: &mut Outbox) {
        let _ = (now, controls, out);
        todo!()
    }
    /// When [`advance`](Self::advance) next has something to do.
    pub fn next_due(&self, now: Duration) -> Duration {
        let _ = now;
        todo!()
    }
    /// Replaces `view` by the frame of `now`.
    pub fn rebuild_view(&mut self, now: Duration, view: &mut ViewModel) {
        let _ = (now, view);
        todo!()
    }
    pub fn stats(&self) -> &ClientStats {
        todo!()
    }
    /// Own predicted state, newest input applied; `None` before the first spawn.
    pub fn own(&self) -> Option<(Slot, &Player)> {
        todo!()
    }
    /// Poses of the others as the latest frame showed them, in slot order.
    pub fn others(&self) -> &[(Slot, Pose)] {
        todo!()
    }
    pub fn arena(&self) -> Option<&Arc<Arena>> {
        todo!()
    }
    pub fn rate(&self) -> TickRate {
        todo!()
    }
    /// Newest tick an input was produced for.
    pub fn input_tick(&self) -> Option<Tick> {
        todo!()
    }
}
