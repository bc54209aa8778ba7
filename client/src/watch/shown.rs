//! What a watcher may read beside the view model: the moment, bodies at other times, one client's beliefs, a tick's cost.
//!
//! Plain data for whoever draws it. Lengths are metres, as in the view model.

use super::eye::Glance;
use crate::view::ShotCard;
use glam::Vec2;
use serde::Serialize;

/// Whose picture it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Look {
    /// What the server knew.
    #[default]
    Server,
    /// What the followed client drew.
    Client,
    /// What it drew, and over it what the server knew.
    Both,
}

impl Look {
    pub const ALL: [Look; 3] = [Look::Server, Look::Client, Look::Both];

    pub const fn name(self) -> &'static str {
        match self {
            Look::Server => "server",
            Look::Client => "client",
            Look::Both => "both",
        }
    }
}

impl std::str::FromStr for Look {
    type Err = String;

    fn from_str(text: &str) -> Result<Look, String> {
        let found = Look::ALL.into_iter().find(|look| look.name() == text);
        found.ok_or_else(|| format!("'{text}' is no view; give server, client or both"))
    }
}

/// Everything beside the picture, at one moment.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// Whose picture it is: as wished, or the server's where there is no frame.
    pub look: Look,
    /// Who is followed, and the name.
    pub followed: Option<(u16, String)>,
    /// The followed client's trace is there.
    pub has_eye: bool,
    /// What it knew in the frame on its screen.
    pub glance: Option<Glance>,
    /// Bodies by the server's word, with [`Look::Both`].
    pub truths: Vec<Truth>,
    pub tick: TickCost,
    pub shot: Option<ShotScene>,
    /// Followed player's health and armour by the server's word.
    pub vitals: Option<(u8, u8, bool)>,
    /// What is wrong with the traces, or with this place in them.
    pub remarks: Vec<String>,
}

/// A body where the server had it, beside where it was drawn.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Truth {
    pub slot: u16,
    #[serde(skip)]
    pub pos: Vec2,
    #[serde(skip)]
    pub aim: f32,
    /// It is the followed client's own body.
    pub own: bool,
    /// Where the client drew it; `None` = it did not.
    #[serde(skip)]
    pub drawn: Option<Vec2>,
    /// From drawn to true, millimetres.
    pub apart_mm: f32,
    /// How much older (positive) or newer the moment is that was drawn, milliseconds.
    pub age_ms: f32,
}

/// What the tick at hand cost its server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct TickCost {
    pub tick: u32,
    pub late_us: i32,
    /// Receive, control, step, snapshots, flush.
    pub stages_us: [u32; 5],
    pub lost_ticks: u32,
    /// Players whose input was missing.
    pub starved: u32,
    /// How early the followed player's input was there, microseconds; `None` = it came over no wire, or not at all.
    pub margin_us: Option<i32>,
    /// The snapshot that the followed client was sent: bytes, age of its baseline.
    pub snapshot: Option<(u32, u32)>,
}

impl TickCost {
    pub fn busy_us(&self) -> u32 {
        self.stages_us.iter().fold(0, |sum, stage| sum.saturating_add(*stage))
    }
}

/// A shot with all its bodies.
#[derive(Clone, Debug)]
pub struct ShotScene {
    pub card: ShotCard,
    pub shooter: u16,
    pub shooter_name: String,
    pub disputed: bool,
    /// Server seconds since the beginning of what there is to see.
    pub judged_s: f64,
    pub fired_s: Option<f64>,
    /// Near enough in time for its bodies to be drawn in the arena.
    pub is_near: bool,
}

/// Where a player is: what scripts and tests read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct State {
    pub tick: u32,
    pub fraction_256ths: u16,
    pub seconds: f64,
    pub length_s: f64,
    pub speed: String,
    pub paused: bool,
    /// As wished, and as it is.
    pub look_wished: Look,
    pub look: Look,
    pub follows: Option<String>,
    pub frame: Option<usize>,
    pub shot: Option<String>,
    pub marks: usize,
    pub kills_known: usize,
    pub surveyed: bool,
    pub players: usize,
    /// The largest distance between drawn and true on screen, millimetres.
    pub apart_mm_max: Option<f32>,
    pub remarks: Vec<String>,
}
