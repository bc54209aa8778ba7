//! Everything a renderer may read, rebuilt once per frame. Nothing drawn is ever read back.
//!
//! Lengths are metres (f32), angles radians with 0 along +x and y growing downwards on the map, times seconds.

use bevy::prelude::Resource;
use glam::Vec2;
use std::collections::BTreeMap;
use std::sync::Arc;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::world::Slot;

/// One frame of the match as this client sees it.
#[derive(Clone, Default, Resource)]
pub struct ViewModel {
    pub status: Status,
    /// `None` until the map is known.
    pub arena: Option<Arc<Arena>>,
    /// The own player; `None` before the first spawn and for spectators.
    pub own: Option<OwnView>,
    /// Other players that the server told us of at the time on display, in slot order. Never contains the own slot.
    pub others: Vec<OtherView>,
    /// What happened since the previous frame: draw each once.
    pub effects: Vec<Effect>,
    /// Names and scores of everyone in the match.
    pub roster: BTreeMap<Slot, RosterView>,
    /// Latest kills, oldest first, at most 6.
    pub kill_feed: Vec<KillLine>,
    pub net: NetView,
}

/// Where the connection stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Status {
    #[default]
    Connecting,
    /// Connected; the map is on its way (received, total bytes).
    LoadingMap(usize, usize),
    Playing,
    /// Over, with the reason to show the player.
    Ended(String),
}

/// The own player, predicted and smoothed.
#[derive(Clone, Copy, Debug, Default)]
pub struct OwnView {
    pub slot: u16,
    pub pos: Vec2,
    pub aim: f32,
    pub alive: bool,
    /// 0..=100.
    pub health: u8,
    /// 0 = just fired, 1 = ready.
    pub weapon_ready: f32,
    /// Seconds until respawn when dead.
    pub respawn_s: f32,
}

/// Another player at display now.
#[derive(Clone, Copy, Debug)]
pub struct OtherView {
    pub slot: u16,
    pub pos: Vec2,
    pub aim: f32,
    pub alive: bool,
    /// The newest snapshot is older than display now: the pose is held, not known.
    pub starved: bool,
    /// Some of the body can be seen from where the own player is drawn. The server tells a little more (its peek margin), so
    /// that nobody is late; what is behind a wall is for prediction, not for the eye.
    pub in_sight: bool,
}

/// Something to draw or hear once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Effect {
    /// A shot from muzzle to where it ended. `own` shots are predicted.
    Shot {
        slot: u16,
        from: Vec2,
        to: Vec2,
        own: bool,
    },
    /// The server confirmed that a shot of ours hit.
    HitConfirmed,
    /// We were hit; the damage came from this direction (angle from us to its source).
    Hurt {
        from_angle: f32,
    },
    Died {
        slot: u16,
        pos: Vec2,
    },
    Spawned {
        slot: u16,
        pos: Vec2,
    },
}

/// One line of the scoreboard.
#[derive(Clone, Debug, Default)]
pub struct RosterView {
    pub name: String,
    pub kills: u16,
    pub deaths: u16,
    /// Round trip as the server measured it; `None` for server bots.
    pub ping_ms: Option<u16>,
    pub bot: bool,
}

/// One line of the kill feed.
#[derive(Clone, Debug)]
pub struct KillLine {
    pub killer: u16,
    pub victim: u16,
    pub killer_name: String,
    pub victim_name: String,
    pub age_s: f32,
}

/// A glance at the connection.
#[derive(Clone, Copy, Debug, Default)]
pub struct NetView {
    pub rtt_ms: f32,
    pub tick_rate: u32,
    /// Ticks between input now and server now (positive = ahead).
    pub input_lead_ticks: f32,
    /// Server now minus display now.
    pub display_delay_ms: f32,
    pub corrections: u64,
    pub starved_frames_pct: f32,
}

/// What the person (or bot) at this client wants right now; sampled once per tick by the core.
#[derive(Clone, Copy, Debug, Default, Resource)]
pub struct Controls {
    pub heading: tickshot_shared::sim::input::Heading,
    pub aim: tickshot_shared::sim::angle::Turn,
    pub fire: bool,
}
