//! A server core and people who do no more than talk to it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tickshot_server::core::{MatchSetup, ServerCore, Wish};
use tickshot_server::maps::{self, Map};
use tickshot_shared::protocol::client_msg::{InputPacket, InputRun, encode_inputs};
use tickshot_shared::protocol::control::{
    Audience, ChatLine, ClientControl, LeaveReason, RosterEntry, RoundState, ServerControl, VoteState, decode_control,
    encode_control,
};
use tickshot_shared::protocol::version::protocol_version;
use tickshot_shared::sim::input::Input;
use tickshot_shared::sim::round::{GameMode, MatchOptions, Phase, Team};
use tickshot_shared::sim::world::{Player, Slot};
use tickshot_shared::tick::{Tick, TickRate};

/// Times as short as they can be told apart.
pub(crate) const ELIMINATION: MatchOptions = MatchOptions {
    mode: GameMode::Elimination,
    best_of: 3,
    round_s: 5,
    warm_up_s: 1,
    freeze_s: 1,
    round_over_s: 1,
    match_over_s: 3,
    ..MatchOptions::ENDLESS
};
pub(crate) const DEATHMATCH: MatchOptions =
    MatchOptions { mode: GameMode::Deathmatch, time_limit_s: 2, match_over_s: 3, ..MatchOptions::ENDLESS };

pub(crate) struct Rig {
    pub(crate) core: ServerCore,
    /// What each client was told and has not looked at yet.
    told: BTreeMap<u64, Vec<ServerControl>>,
    /// Clients whose sessions the core wanted ended.
    pub(crate) ended: Vec<u64>,
    next_client: u64,
    /// Clients whose connection is alive: they send inputs.
    pub(crate) alive: BTreeSet<u64>,
}

impl Rig {
    pub(crate) fn new(options: MatchOptions, bots: usize) -> Rig {
        Rig::with_rotation(options, bots, &["arena"], &[])
    }

    pub(crate) fn with_rotation(options: MatchOptions, bots: usize, map: &[&str], rotation: &[&str]) -> Rig {
        let setup = MatchSetup {
            server_name: "Test".to_owned(),
            bots,
            options,
            rotation: rotation.iter().map(|name| load(name)).collect(),
            ..MatchSetup::endless(load(map[0]), 16, TickRate::default(), 11)
        };
        let core = ServerCore::new(setup, Duration::ZERO);
        Rig { core, told: BTreeMap::new(), ended: Vec::new(), next_client: 1, alive: BTreeSet::new() }
    }

    pub(crate) fn now(&self) -> Duration {
        self.core.deadline(self.core.next_tick())
    }

    /// A client that is welcomed and has not loaded the map.
    pub(crate) fn connect(&mut self, name: &str) -> u64 {
        let client = self.next_client;
        self.next_client += 1;
        self.core.handle_connected(self.now(), client, protocol_version(), name);
        client
    }

    /// A client that plays.
    pub(crate) fn join(&mut self, name: &str) -> u64 {
        let client = self.connect(name);
        self.say(client, &ClientControl::Ready).unwrap();
        self.alive.insert(client);
        client
    }

    /// The same for who may be refused.
    pub(crate) fn join_anyhow(&mut self, name: &str) -> u64 {
        let client = self.connect(name);
        _ = self.say(client, &ClientControl::Ready);
        self.alive.insert(client);
        client
    }

    pub(crate) fn leave(&mut self, client: u64) {
        self.core.handle_disconnected(client, LeaveReason::Quit);
    }

    pub(crate) fn say(&mut self, client: u64, message: &ClientControl) -> Result<(), &'static str> {
        self.core.handle_control(client, &encode_control(message).expect("the message keeps its limits"))
    }

    pub(crate) fn chat(&mut self, client: u64, to: Audience, text: &str) -> Result<(), &'static str> {
        self.say(client, &ClientControl::Chat { to, text: text.to_owned() })
    }

    pub(crate) fn ticks(&mut self, ticks: u32) {
        for _ in 0..ticks {
            let now = self.now();
            for client in &self.alive {
                // Refused while it loads a map, or is gone.
                _ = self.core.handle_hot(*client, now, &idle_input());
            }
            self.core.step(now);
            self.core.encode_snapshots(&|| now, &mut |_, _| {});
            self.hear();
        }
    }

    pub(crate) fn seconds(&mut self, seconds: u32) {
        self.ticks(seconds * 64);
    }

    /// Ticks until `phase`; fails if it does not come within a minute.
    pub(crate) fn ticks_until(&mut self, phase: Phase) {
        for _ in 0..64 * 60 {
            if self.core.world().round.phase == phase {
                return;
            }
            self.ticks(1);
        }
        panic!("no {phase:?}: {:?}", self.core.world().round);
    }

    fn hear(&mut self) {
        for wish in self.core.take_wishes() {
            match wish {
                Wish::Control { client_id, bytes } => {
                    let message = decode_control(&bytes).expect("a client can read what it is sent");
                    self.told.entry(client_id).or_default().push(message);
                }
                Wish::Disconnect { client_id } => {
                    self.ended.push(client_id);
                    self.core.handle_disconnected(client_id, LeaveReason::Quit);
                }
            }
        }
    }

    /// What `client` was told since it last looked, in order.
    pub(crate) fn told(&mut self, client: u64) -> Vec<ServerControl> {
        self.hear();
        self.told.remove(&client).unwrap_or_default()
    }

    pub(crate) fn slot_of(&mut self, name: &str) -> Slot {
        let slots = self.core.roster().into_iter();
        slots.filter(|entry| entry.name == name).map(|entry| entry.slot).next().expect("somebody has that name")
    }

    pub(crate) fn player(&mut self, name: &str) -> Player {
        let slot = self.slot_of(name);
        *self.core.world().player(slot).expect("it is in the world")
    }

    pub(crate) fn side(&mut self, name: &str) -> Option<Team> {
        self.player(name).team
    }
}

/// An input of long ago: a sign of life, no more.
fn idle_input() -> Vec<u8> {
    let packet = InputPacket {
        newest: Tick(0),
        inputs: InputRun::of(&[Input::default()]).expect("one input is a run"),
        ack: None,
        ack_mask: 0,
        display_delay: 0,
        ping: None,
    };
    let mut bytes = Vec::new();
    encode_inputs(&packet, &mut bytes);
    bytes
}

pub(crate) fn load(name: &str) -> Map {
    maps::load(name).expect("the map is built in")
}

pub(crate) fn lines(told: &[ServerControl]) -> Vec<ChatLine> {
    let line = |message: &ServerControl| match message {
        ServerControl::Chat(line) => Some(line.clone()),
        _ => None,
    };
    told.iter().filter_map(line).collect()
}

pub(crate) fn texts(told: &[ServerControl]) -> Vec<String> {
    lines(told).into_iter().map(|line| line.text).collect()
}

pub(crate) fn notices(told: &[ServerControl]) -> Vec<String> {
    let notice = |message: &ServerControl| match message {
        ServerControl::Notice { text } => Some(text.clone()),
        _ => None,
    };
    told.iter().filter_map(notice).collect()
}

pub(crate) fn votes(told: &[ServerControl]) -> Vec<Option<VoteState>> {
    let vote = |message: &ServerControl| match message {
        ServerControl::Vote(vote) => Some(vote.clone()),
        _ => None,
    };
    told.iter().filter_map(vote).collect()
}

pub(crate) fn rounds(told: &[ServerControl]) -> Vec<RoundState> {
    let round = |message: &ServerControl| match message {
        ServerControl::Round(round) => Some(*round),
        _ => None,
    };
    told.iter().filter_map(round).collect()
}

pub(crate) fn entries(told: &[ServerControl]) -> Vec<RosterEntry> {
    let entries = |message: &ServerControl| match message {
        ServerControl::Roster { entries } => entries.clone(),
        ServerControl::Joined { entry } => vec![entry.clone()],
        _ => Vec::new(),
    };
    told.iter().flat_map(entries).collect()
}
