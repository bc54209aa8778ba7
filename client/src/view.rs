//! Everything a renderer may read, rebuilt once per frame. Nothing drawn is ever read back.
//!
//! Lengths are metres (f32), angles radians with 0 along +x and y growing downwards on the map, times seconds.

use bevy::prelude::Resource;
use glam::Vec2;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tickshot_shared::ids::Id;
use tickshot_shared::link::presets;
use tickshot_shared::link::profile::LinkSettings;
use tickshot_shared::modes::{HitCheck, Modes};
use tickshot_shared::protocol::control::{Audience, RoundState};
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::pickup::PickupKind;
use tickshot_shared::sim::round::{Phase, Team};
use tickshot_shared::sim::weapon::Weapon;
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
    /// Seconds that went by in the picture since the previous frame, where those are not the clock's: in a replay, that may
    /// rest or jump.
    pub passed_s: Option<f32>,
    /// Names and scores of everyone in the match.
    pub roster: BTreeMap<Slot, RosterView>,
    /// Latest kills, oldest first, at most 6.
    pub kill_feed: Vec<KillLine>,
    pub net: NetView,
    /// The modes in force in this frame.
    pub modes: Modes,
    /// What the server allows and imposes.
    pub rules: RulesView,
    /// The simulated link of this client's own making.
    pub link: LinkSettings,
    /// Other truths about the bodies on screen: drawn only on request.
    pub ghosts: GhostsView,
    /// The latest own shots that the server has answered, newest last, at most [`SHOT_CARDS_MAX`].
    pub shots: Vec<ShotCard>,
    /// What the network did since the previous frame, in order: feeds the plots.
    pub news: Vec<NetNews>,
    /// Rockets in flight, at the time they are drawn.
    pub rockets: Vec<RocketView>,
    /// Every pickup of the map.
    pub pickups: Vec<PickupView>,
    pub round: RoundView,
    /// The latest lines of chat, oldest first, at most [`CHAT_VIEW_LINES`].
    pub chat: Vec<ChatView>,
    /// The vote that is open.
    pub vote: Option<VoteView>,
    /// What the server wanted us to read, latest, with its age in seconds.
    pub notice: Option<(String, f32)>,
}

/// Lines of chat kept for display.
pub const CHAT_VIEW_LINES: usize = 50;

/// A rocket in flight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RocketView {
    /// Who fired it.
    pub slot: u16,
    pub pos: Vec2,
    pub aim: f32,
}

/// A pickup, there or not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PickupView {
    pub kind: PickupKind,
    pub pos: Vec2,
    pub there: bool,
}

/// Where the match stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RoundView {
    /// `None` until the server has said it.
    pub state: Option<RoundState>,
    /// Until the phase ends, seconds; `None` = not by itself.
    pub left_s: Option<f32>,
}

/// A line of chat.
#[derive(Clone, Debug, PartialEq)]
pub struct ChatView {
    /// Who said it; `None` = the server.
    pub slot: Option<u16>,
    pub name: String,
    pub team_only: bool,
    pub text: String,
    pub age_s: f32,
}

/// A vote that is open.
#[derive(Clone, Debug, PartialEq)]
pub struct VoteView {
    pub number: u32,
    /// In words: "next map", "kick Ann".
    pub subject: String,
    pub options: Vec<(String, u16)>,
    pub own: Option<u8>,
    pub left_s: f32,
}

/// Own shots remembered for display.
pub const SHOT_CARDS_MAX: usize = 8;

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
    /// Nobody plays here: bots show the game behind the menu.
    Attract,
    /// Nobody plays here: a recorded match is watched.
    Watching,
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
    /// 0..=100.
    pub armour: u8,
    pub weapon: Weapon,
    /// 0 = just fired, 1 = ready.
    pub weapon_ready: f32,
    /// Rounds in the magazine of each weapon.
    pub magazines: [u8; 3],
    /// Rounds beside it; `None` = as many as it takes.
    pub reserves: [Option<u8>; 3],
    /// How far a reload has come, 0..=1; `None` = not reloading.
    pub reload: Option<f32>,
    /// 0 = just dashed, 1 = ready.
    pub dash_ready: f32,
    pub dashing: bool,
    /// Seconds until it may walk and fire, at the start of a round.
    pub frozen_s: f32,
    /// Seconds until respawn when dead; `None` = not before the next round.
    pub respawn_s: Option<f32>,
    pub team: Option<Team>,
}

/// Another player at display now.
#[derive(Clone, Copy, Debug)]
pub struct OtherView {
    pub slot: u16,
    pub pos: Vec2,
    pub aim: f32,
    pub alive: bool,
    pub weapon: Weapon,
    pub team: Option<Team>,
    /// The newest snapshot is older than display now: the pose is held, not known.
    pub starved: bool,
    /// Some of the body can be seen from where the own player is drawn. The server tells a little more (its peek margin), so
    /// that nobody is late; what is behind a wall is for prediction, not for the eye.
    pub in_sight: bool,
}

/// Something to draw or hear once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Effect {
    /// One ray of a shot, from muzzle to where it ended. `own` shots are predicted. A shotgun's shot is as many of these as it
    /// has rays, in one frame: `ray` counts them from 0, so that what happens once per shot happens with ray 0.
    Shot {
        slot: u16,
        weapon: Weapon,
        ray: u8,
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
    /// A rocket left its launcher.
    Launched {
        slot: u16,
        from: Vec2,
        own: bool,
    },
    /// A rocket burst.
    Burst {
        slot: u16,
        pos: Vec2,
    },
    /// Something was taken; `own`: by us.
    PickedUp {
        kind: PickupKind,
        pos: Vec2,
        own: bool,
    },
    /// Something lies there again.
    PickupBack {
        kind: PickupKind,
        pos: Vec2,
    },
    /// The own player dashed, or another began to.
    Dashed {
        slot: u16,
        pos: Vec2,
    },
    /// The own weapon: an empty click, a reload begun, a reload done.
    DryFire,
    ReloadBegan,
    ReloadDone,
    /// The match entered this phase.
    PhaseBegan {
        phase: Phase,
    },
    /// A line of chat came.
    ChatCame,
}

/// One line of the scoreboard.
#[derive(Clone, Debug, Default)]
pub struct RosterView {
    pub name: String,
    pub kills: u16,
    pub deaths: u16,
    /// Round trip as the server measured it; `None` for server bots.
    pub ping_ms: Option<u16>,
    /// Of its inputs of the last seconds, percent that did not come.
    pub loss_pct: u8,
    pub team: Option<Team>,
    /// Name of its session, unique among all servers.
    pub session: Id,
    pub bot: bool,
}

/// One line of the kill feed.
#[derive(Clone, Debug)]
pub struct KillLine {
    pub killer: u16,
    pub victim: u16,
    pub killer_name: String,
    pub victim_name: String,
    pub weapon: Weapon,
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
    /// Local time of this frame, seconds: the x axis of every plot.
    pub now_s: f64,
    /// The three clocks and the newest snapshot, in ticks of the server; `None` before they are known.
    pub input_now: Option<f64>,
    pub server_now: Option<f64>,
    pub display_now: Option<f64>,
    pub newest_snapshot: Option<f64>,
    /// 95 % of the snapshots of the last seconds came no later than this after the quickest.
    pub jitter_ms: f32,
    /// Lost on the way, of the last seconds, percent.
    pub loss_up_pct: f32,
    pub loss_down_pct: f32,
    /// How long before its tick the latest input that the server spoke of was there; negative = late.
    pub input_margin_ms: f32,
    /// How much faster than its clock this machine lets input time run at the moment, percent (-5 to 5).
    pub dilation_pct: f32,
    /// Ticks that the server made without our input, since the start.
    pub server_starved_ticks: u64,
    /// Datagram payload at the socket, kB/s over the last second.
    pub in_kb_s: f32,
    pub out_kb_s: f32,
}

/// What this server lets its clients choose, and what it does to this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulesView {
    /// Clients may choose hit checks and snapshot interval for themselves.
    pub experiments: bool,
    /// The hit check of those who may not choose.
    pub hits: HitCheck,
    /// Shots reach back this far at most, milliseconds.
    pub rewind_ms: u16,
    /// The link the server imposes on this client, as text; empty = none.
    pub imposed_link: String,
}

impl Default for RulesView {
    fn default() -> RulesView {
        RulesView { experiments: false, hits: HitCheck::Exact, rewind_ms: 0, imposed_link: String::new() }
    }
}

/// The same bodies at other times, or by other rules. Positions in metres.
#[derive(Clone, Debug, Default)]
pub struct GhostsView {
    /// The own player where the newest snapshot says it is.
    pub own_confirmed: Option<Vec2>,
    /// The own player where prediction has it, without smoothing.
    pub own_predicted: Option<Vec2>,
    /// Others (slot, position) as the newest snapshot tells, however fresh the screen is.
    pub newest: Vec<(u16, Vec2)>,
    /// Others where they will probably be at the server right now: straight on from the newest snapshot.
    pub present: Vec<(u16, Vec2)>,
}

/// One own shot, from both sides.
#[derive(Clone, Debug)]
pub struct ShotCard {
    /// Unique among all shots of all servers.
    pub id: Id,
    pub weapon: Weapon,
    pub tick: u32,
    /// Local time of the click, seconds (see [`NetView::now_s`]).
    pub fired_s: f64,
    /// Where the shot started and ended by the server's word, metres.
    pub from: Vec2,
    pub to: Vec2,
    /// This client drew a body on the ray.
    pub claimed: Option<u16>,
    /// The server decided so.
    pub hit: Option<u16>,
    /// The body the shot is about: the one hit, else the one nearest to the ray. Name, and where it was, metres.
    pub target: Option<ShotTargetView>,
    /// How long ago, at the server's present, what was on screen had happened; and what was used, milliseconds.
    pub claimed_ago_ms: f32,
    pub used_ago_ms: f32,
    /// Why the server used another time than claimed; empty if it did not.
    pub clamp: String,
    /// Whom each policy would have hit, in the order of [`HitCheck::ALL`].
    pub verdicts: [Option<u16>; 3],
    pub policy: HitCheck,
}

/// One target of one shot at three times.
#[derive(Clone, Debug)]
pub struct ShotTargetView {
    pub slot: u16,
    pub name: String,
    /// Where this client drew it; `None` if it did not.
    pub drawn: Option<Vec2>,
    /// Where the server tested it.
    pub tested: Vec2,
    /// Where it was at the server's present.
    pub present: Vec2,
    /// Distance between drawn and tested, millimetres; `None` if it was not drawn.
    pub error_mm: Option<f32>,
}

/// One thing the network, or somebody at a switch, did.
#[derive(Clone, Debug, PartialEq)]
pub enum NetNews {
    /// A snapshot came `late_ms` after the quickest of recent ones would have.
    Snapshot {
        at_s: f64,
        tick: u32,
        late_ms: f32,
    },
    /// Snapshots that should have come before this one did not (yet).
    Gap {
        at_s: f64,
        ticks: u32,
    },
    Correction {
        at_s: f64,
        reason: &'static str,
        mm: f32,
    },
    /// The server made these many ticks without our input.
    Starved {
        at_s: f64,
        ticks: u32,
    },
    /// A mode, the link or the server's rules changed: a mark on every plot.
    Switched {
        at_s: f64,
        what: String,
    },
}

/// What the person (or bot) at this client wants right now; sampled once per tick by the core.
#[derive(Clone, Copy, Debug, Default, Resource)]
pub struct Controls {
    pub heading: tickshot_shared::sim::input::Heading,
    pub aim: tickshot_shared::sim::angle::Turn,
    pub fire: bool,
    pub dash: bool,
    pub reload: bool,
    pub weapon: Weapon,
    /// When it was read from keys and mouse, or thought; local time.
    pub read_at: Duration,
}

/// What the person has to say to the server beside playing; the GUI pushes, the session takes them away.
#[derive(Clone, Debug, Default, Resource)]
pub struct Sayings(pub Vec<Saying>);

/// One thing to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saying {
    Chat {
        to: Audience,
        text: String,
    },
    /// Let everybody vote on whether this player has to go.
    CallKick {
        slot: Slot,
    },
    /// A voice in the open vote.
    Ballot {
        vote: u32,
        option: u8,
    },
}

/// What the person wants of time and of the network; the GUI, a flag or a test writes it, the session follows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Resource)]
pub struct Switches {
    pub modes: Modes,
    pub link: LinkSettings,
    /// Ask the server for the evidence of own shots (see [`ShotCard`]).
    pub evidence: bool,
    /// Each increment freezes both directions of the link for [`FREEZE_MS`].
    pub freezes: u32,
}

impl Switches {
    /// What of it has to be asked of the server.
    pub fn asks(&self) -> (bool, u8) {
        (self.evidence, self.modes.snapshot_every)
    }

    /// What was switched since `before`, in words for a mark on a plot.
    pub fn changes_since(&self, before: &Switches) -> Vec<String> {
        let (now, then) = (&self.modes, &before.modes);
        let mut changes = Vec::new();
        let mut note = |changed: bool, what: String| {
            if changed {
                changes.push(what);
            }
        };
        note(now.prediction != then.prediction, format!("prediction {}", now.prediction.name()));
        note(now.others != then.others, format!("others {}", now.others));
        note(now.hits != then.hits, format!("hits {}", now.hits.name()));
        note(now.snapshot_every != then.snapshot_every, format!("snapshots every {}", now.snapshot_every));
        note(now.redundancy != then.redundancy, format!("redundancy {}", now.redundancy));
        let link = presets::of(&self.link).map_or_else(|| self.link.to_string(), |preset| preset.name.to_owned());
        note(self.link != before.link, format!("link {link}"));
        note(self.freezes != before.freezes, format!("link frozen for {} s", FREEZE_MS / 1000));
        changes
    }
}

/// How long one push of the freeze button holds the link, milliseconds.
pub const FREEZE_MS: u32 = 2000;
