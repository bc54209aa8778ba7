//! One client session without socket, clock or window: bytes and time in, bytes and a [`ViewModel`] out.
//!
//! Time line: the server's *welcome* names slot, rate and map; the map is found here or fetched; *ready* asks to be put
//! into the world; with the first snapshot the match runs ([`Play`]). The session ends with a reason to show the player.
//! Nothing a server sends can make it panic: what makes no sense is dropped and counted in [`ClientStats::drops`].
//!
//! Must not know how bytes travel, who steers, or how a frame is drawn.

mod read;
mod record;

use self::record::welcomed;
use crate::ending::Ending;
use crate::join::{MapDownload, MapError, parse_local};
use crate::play::{Place, Play};
use crate::record::Tape;
use crate::roster::Roster;
use crate::stats::ClientStats;
use crate::talk::{self, Talk};
use crate::view::{Controls, FREEZE_MS, NetNews, RulesView, Saying, Switches, ViewModel};
use std::sync::Arc;
use std::time::Duration;
use tickshot_shared::ids::Id;
use tickshot_shared::limits::PLAYERS_MAX;
use tickshot_shared::protocol::control::{
    ChatLine, ClientControl, RosterEntry, ServerControl, decode_control, encode_control,
};
use tickshot_shared::protocol::evidence::ShotEvidence;
use tickshot_shared::protocol::lane;
use tickshot_shared::sim::arena::{Arena, MapHash};
use tickshot_shared::sim::world::Slot;
use tickshot_shared::tick::{Tick, TickRate};
use tickshot_trace::proto;

/// Looks up a map this machine already has: (name, hash) to the bytes of its `.tmx` file.
pub type MapSource = Arc<dyn Fn(&str, &MapHash) -> Option<Vec<u8>> + Send + Sync>;

/// What a session is started with.
#[derive(Clone)]
pub struct CoreConfig {
    /// What is wanted of time and of the server at first; see [`ClientCore::set_switches`].
    pub switches: Switches,
    /// Maps this machine has; others are asked of the server.
    pub maps: MapSource,
}

impl Default for CoreConfig {
    fn default() -> Self {
        CoreConfig { switches: Switches::default(), maps: Arc::new(|_, _| None) }
    }
}

/// What a session wants sent, in order.
#[derive(Clone, Debug, Default)]
pub struct Outbox {
    /// Datagrams of the hot lane, lane byte included; at most one per call.
    pub hot: Vec<Vec<u8>>,
    /// Messages for renet's reliable-ordered channel.
    pub control: Vec<Vec<u8>>,
}

/// One client's side of a session.
pub struct ClientCore {
    config: CoreConfig,
    phase: Phase,
    roster: Roster,
    rate: TickRate,
    rules: RulesView,
    stats: ClientStats,
    talk: Talk,
    match_id: Id,
    /// Maps of the latest matches, in the order of their last use.
    arenas: Vec<Arc<Arena>>,
    /// Control messages to send with the next [`ClientCore::advance`].
    say: Vec<ClientControl>,
    tape: Tape,
    /// The number of its netcode session, if the shell has said it.
    client_id: u64,
    /// The latest welcome, but for that number.
    welcomed: Option<proto::Welcomed>,
}

/// How far a session has come.
enum Phase {
    AwaitWelcome,
    LoadMap { place: Place, download: MapDownload },
    Play(Box<Play>),
    Ended { ending: Ending, last: Option<Box<Play>> },
}

impl ClientCore {
    pub fn new(config: CoreConfig) -> ClientCore {
        ClientCore {
            config,
            phase: Phase::AwaitWelcome,
            roster: Roster::default(),
            rate: TickRate::default(),
            rules: RulesView::default(),
            stats: ClientStats::default(),
            talk: Talk::default(),
            match_id: Id::default(),
            arenas: Vec::new(),
            say: Vec::new(),
            tape: Tape::default(),
            client_id: 0,
            welcomed: None,
        }
    }

    /// An update begins: the process looks around at `now`. What is handed in from here on is handled then.
    pub fn wake(&mut self, now: Duration) {
        self.tape.wake(now);
    }

    // --- bytes in

    /// A hot-lane datagram that arrived at `arrived`.
    pub fn handle_hot(&mut self, arrived: Duration, bytes: &[u8]) {
        if bytes.first() != Some(&lane::SNAPSHOT) {
            return self.stats.drop_one("hot_unknown");
        }
        match &mut self.phase {
            Phase::Play(play) => {
                let begins = !play.has_begun();
                play.handle_snapshot(arrived, bytes, &mut self.stats, &mut self.tape);
                // The next match of a session is no other state of it.
                if begins && play.has_begun() {
                    self.tape.note_state("playing", String::new());
                }
            }
            _ => {
                self.stats.drop_one("snapshot_out_of_place");
                self.tape.note_dropped(arrived, bytes, "snapshot_out_of_place");
            }
        }
    }

    /// A message of the control lane.
    pub fn handle_control(&mut self, now: Duration, bytes: &[u8]) {
        self.tape.wake(now);
        let Ok(message) = decode_control::<ServerControl>(bytes) else {
            return self.stats.drop_one("control_malformed");
        };
        if matches!(self.phase, Phase::Ended { .. }) {
            return self.stats.drop_one("control_after_end");
        }
        match message {
            ServerControl::Refused { reason } => self.end(reason),
            ServerControl::ServerClosing { reason } => self.end(Ending::Closing(reason)),
            ServerControl::Welcome { slot, tick_rate, capacity, map_name, map_hash, map_bytes, match_id, .. } => {
                self.handle_welcome(Welcome {
                    slot,
                    rate: tick_rate,
                    capacity,
                    map_name,
                    map_hash,
                    map_bytes,
                    match_id,
                });
            }
            ServerControl::MapChunk { offset, bytes } => self.handle_chunk(offset, &bytes),
            ServerControl::Roster { entries } => self.handle_entries(entries),
            ServerControl::Joined { entry } => self.handle_entries(vec![entry]),
            ServerControl::Left { slot, .. } => self.roster.remove(slot),
            ServerControl::Rules { experiments, hits, rewind_ms, imposed_link } => {
                self.handle_rules(now, RulesView { experiments, hits, rewind_ms, imposed_link });
            }
            ServerControl::Shot(evidence) => self.handle_evidence(&evidence),
            ServerControl::Killed { killer, victim, weapon, .. } => {
                self.roster.handle_kill(now, killer, victim, weapon);
            }
            ServerControl::NextMatch { tick, map_name, map_hash, map_bytes, match_id } => {
                self.handle_next_match(tick, map_name, map_hash, map_bytes, match_id);
            }
            ServerControl::Round(state) => {
                self.talk.handle_round(state);
                self.sort_friends();
            }
            ServerControl::Chat(line) => self.handle_chat(now, line),
            ServerControl::Vote(vote) => self.talk.handle_vote(vote),
            ServerControl::Notice { text } => self.talk.handle_notice(now, text),
        }
    }

    /// The transport is gone: the session is over, for the reason given unless the server said a better one.
    pub fn handle_disconnect(&mut self, reason: &str) {
        self.end(Ending::Disconnected(reason.to_owned()));
    }

    fn handle_welcome(&mut self, welcome: Welcome) {
        let Welcome { slot, rate, capacity, map_name, map_hash, map_bytes, match_id } = welcome;
        if !matches!(self.phase, Phase::AwaitWelcome) {
            return self.stats.drop_one("welcome_again");
        }
        if slot.0 >= capacity || usize::from(capacity) > PLAYERS_MAX {
            return self.end(format!(
                "the server offers place {} of {capacity}, which cannot be: it is faulty or not Tickshot",
                slot.0
            ));
        }
        self.rate = rate;
        self.match_id = match_id;
        self.roster = Roster::new(capacity);
        self.welcomed = Some(welcomed(slot, capacity, rate, match_id, &map_name, map_hash));
        self.note_welcome();
        self.load_map(Place { slot, capacity, before: None }, map_name, map_hash, map_bytes);
    }

    /// The next match: the place and the clocks stay, everything else begins afresh.
    fn handle_next_match(&mut self, tick: Tick, name: String, hash: MapHash, bytes: u32, match_id: Id) {
        let place = match std::mem::replace(&mut self.phase, Phase::AwaitWelcome) {
            Phase::Play(play) => play.into_place(tick),
            // Still loading the map of a match that is over already.
            Phase::LoadMap { place, .. } => place,
            other => {
                self.phase = other;
                return self.stats.drop_one("next_match_out_of_place");
            }
        };
        self.match_id = match_id;
        self.welcomed = Some(welcomed(place.slot, place.capacity, self.rate, match_id, &name, hash));
        self.note_welcome();
        self.say.retain(|message| !matches!(message, ClientControl::Ready | ClientControl::MapRequest { .. }));
        self.load_map(place, name, hash, bytes);
    }

    /// A map that was played on, one that this machine has, or else the server's.
    fn load_map(&mut self, place: Place, name: String, hash: MapHash, bytes: u32) {
        if let Some(arena) = self.arenas.iter().find(|arena| arena.hash() == hash) {
            let arena = Arc::clone(arena);
            return self.begin(place, Ok(arena));
        }
        let local = (self.config.maps)(&name, &hash);
        match local.and_then(|bytes| parse_local(&name, hash, &bytes)) {
            Some(arena) => self.begin(place, arena),
            None => match MapDownload::new(name, hash, bytes) {
                Ok(mut download) => {
                    download.poll_requests(&mut self.say);
                    self.phase = Phase::LoadMap { place, download };
                }
                Err(error) => self.end(error),
            },
        }
    }

    fn handle_entries(&mut self, entries: Vec<RosterEntry>) {
        for entry in entries {
            if !self.roster.set(entry) {
                self.stats.drop_one("roster_slot");
            }
        }
        self.sort_friends();
    }

    /// Tells the match whom shots pass through.
    fn sort_friends(&mut self) {
        let hurts_friends = self.talk.round().is_some_and(|round| round.options.friendly_fire);
        if let Phase::Play(play) = &mut self.phase {
            play.set_friends(self.roster.side_of(play.slot()).filter(|_| !hurts_friends));
        }
    }

    fn handle_chat(&mut self, now: Duration, line: ChatLine) {
        if self.talk.is_news(&line) {
            self.tape.note_chat(now, &line);
            self.talk.handle_chat(now, line);
        }
    }

    fn handle_rules(&mut self, now: Duration, rules: RulesView) {
        let imposes = self.rules.imposed_link != rules.imposed_link;
        if imposes {
            let what = match rules.imposed_link.as_str() {
                "" => "server: link free".to_owned(),
                link => format!("server: link {link}"),
            };
            self.note_switch(now, what);
        }
        self.rules = rules;
        if imposes {
            self.note_switched(0);
        }
    }

    fn handle_evidence(&mut self, evidence: &ShotEvidence) {
        match &mut self.phase {
            Phase::Play(play) if evidence.shooter == play.slot() => {
                let shots = play.shots_mut();
                if let Some(outcome) = shots.handle_evidence(evidence, &self.roster, self.rate, &mut self.stats.shots) {
                    self.tape.note_answer(evidence, outcome);
                }
            }
            _ => self.stats.drop_one("evidence_out_of_place"),
        }
    }

    /// From `now` on this is wanted. What concerns the server is asked of it; the link is the shell's business.
    pub fn set_switches(&mut self, now: Duration, switches: &Switches) {
        let before = std::mem::replace(&mut self.config.switches, *switches);
        if before == *switches {
            return;
        }
        self.tape.wake(now);
        self.note_switched(if before.freezes == switches.freezes { 0 } else { FREEZE_MS });
        let Phase::Play(play) = &mut self.phase else { return };
        play.set_modes(switches.modes);
        if before.asks() != switches.asks() {
            self.say.push(settings(switches));
        }
        for what in switches.changes_since(&before) {
            self.note_switch(now, what);
        }
    }

    fn note_switch(&mut self, now: Duration, what: String) {
        if let Phase::Play(play) = &mut self.phase {
            play.note(NetNews::Switched { at_s: now.as_secs_f64(), what });
        }
    }

    fn handle_chunk(&mut self, offset: u32, bytes: &[u8]) {
        let Phase::LoadMap { download, .. } = &mut self.phase else {
            return self.stats.drop_one("map_out_of_place");
        };
        if !download.handle_chunk(offset, bytes) {
            return self.stats.drop_one("map_chunk");
        }
        if !download.is_complete() {
            return download.poll_requests(&mut self.say);
        }
        let arena = download.finish();
        if let Phase::LoadMap { place, .. } = std::mem::replace(&mut self.phase, Phase::AwaitWelcome) {
            self.begin(place, arena);
        }
    }

    /// The map is here, or cannot be had.
    fn begin(&mut self, place: Place, arena: Result<Arc<Arena>, MapError>) {
        match arena {
            Ok(arena) => {
                if self.arenas.len() == ARENAS_KEPT {
                    self.arenas.remove(0);
                }
                self.arenas.retain(|known| known.hash() != arena.hash());
                self.arenas.push(Arc::clone(&arena));
                self.say.push(ClientControl::Ready);
                if self.config.switches.asks() != Switches::default().asks() {
                    self.say.push(settings(&self.config.switches));
                }
                let play = Play::new(place, self.rate, arena, self.config.switches.modes);
                self.phase = Phase::Play(Box::new(play));
                self.sort_friends();
            }
            Err(error) => self.end(error),
        }
    }

    /// The first reason stands: a server says why before the transport notices that it is gone.
    fn end(&mut self, ending: impl Into<Ending>) {
        let ending = ending.into();
        self.phase = match std::mem::replace(&mut self.phase, Phase::AwaitWelcome) {
            Phase::Play(play) => Phase::Ended { ending, last: Some(play) },
            ended @ Phase::Ended { .. } => ended,
            Phase::AwaitWelcome | Phase::LoadMap { .. } => Phase::Ended { ending, last: None },
        };
        self.note_state();
    }

    // --- bytes out

    /// Produces the inputs due at `now` and what must be sent.
    pub fn advance(&mut self, now: Duration, controls: &Controls, out: &mut Outbox) {
        for message in self.say.drain(..) {
            out.control.push(encode_control(&message).expect("our own control messages are bounded by their limits"));
        }
        self.tape.wake(now);
        if let Phase::Play(play) = &mut self.phase {
            play.advance(now, controls, &mut self.stats, &mut self.tape, &mut out.hot);
        }
        self.tape.poll_totals(now, &self.stats);
    }

    /// When [`advance`](Self::advance) next has something to do; messages may give it something earlier.
    pub fn next_due(&self, now: Duration) -> Duration {
        match &self.phase {
            Phase::Play(play) => play.next_due(now),
            Phase::AwaitWelcome | Phase::LoadMap { .. } => now + LOOK_INTERVAL,
            Phase::Ended { .. } => now + IDLE_INTERVAL,
        }
    }

    // --- the frame

    /// Replaces `view` by the frame of `now`. After the end of the session: the last frame, without news.
    pub fn rebuild_view(&mut self, now: Duration, view: &mut ViewModel) {
        view.status = self.status();
        view.effects.clear();
        view.news.clear();
        view.rules.clone_from(&self.rules);
        view.link = self.config.switches.link;
        view.roster.clone_from(self.roster.entries());
        view.kill_feed.clear();
        view.kill_feed.extend(self.roster.kill_feed(now));
        if let Phase::Play(play) = &mut self.phase {
            play.rebuild_view(now, &self.roster, view, &mut self.stats, &mut self.tape);
            let server = view.net.server_now;
            self.talk.fill(now, server, self.rate, &self.roster, view);
        }
    }

    /// Something to tell the server with the next [`ClientCore::advance`]; of more than a handful at once the rest is dropped.
    pub fn say(&mut self, saying: Saying) {
        if self.say.len() >= SAYINGS_MAX || !matches!(self.phase, Phase::Play(_)) {
            return self.stats.drop_one("saying");
        }
        self.say.extend(talk::message(saying));
    }

    /// Draws nothing, but notes what a frame at `now` would show, as [`others`](Self::others) tell it: what a bot looks at.
    pub fn look(&mut self, now: Duration) {
        if let Phase::Play(play) = &mut self.phase {
            play.look(now, &mut self.stats, &mut self.tape);
        }
    }
}

/// The server's first word, but for what only a person reads.
struct Welcome {
    slot: Slot,
    rate: TickRate,
    capacity: u16,
    map_name: String,
    map_hash: MapHash,
    map_bytes: u32,
    match_id: Id,
}

fn settings(switches: &Switches) -> ClientControl {
    ClientControl::Settings { evidence: switches.evidence, snapshot_every: switches.modes.snapshot_every }
}

/// Control messages that may wait to be sent.
const SAYINGS_MAX: usize = 32;
/// Maps kept in memory, for servers that play several in turn.
const ARENAS_KEPT: usize = 8;
/// How often to look for messages before the match runs.
const LOOK_INTERVAL: Duration = Duration::from_millis(10);
/// After the end nothing is urgent.
const IDLE_INTERVAL: Duration = Duration::from_millis(100);
