//! The client session on a Bevy schedule: receive, look, control, advance, flush.
use crate::core::ClientCore;
use bevy::prelude::*;
use std::time::Duration;

/// The session.
#[derive(Resource)]
pub struct Core(pub ClientCore);

/// This process's monotonic time, on the clock that stamps arrivals. The runner sets it before each update;
/// nothing inside reads the system's clock.
#[derive(Resource, Clone, Copy, Debug, Default)]
pub struct LocalTime(pub Duration);

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

/// Adds the session to an `App` that holds [`Core`], the transport and a `RenetClient`.
pub struct ClientPlugin;

impl Plugin for ClientPlugin {
    fn build(&self, app: &mut App) {
        let _ = app;
        todo!()
    }
}
