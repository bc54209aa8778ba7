//! Connected clients: who they are, which slot they play, what they were told and acked.
//!
//! A session goes Loading -> Playing, or Refused. Slots belong to the match; a session borrows one.
//! Keeps no socket and no crypto: a client is its 64-bit netcode id here.

use crate::bucket::TokenBucket;
use crate::core::Wanted;
use crate::lagcomp::estimate::DisplayEstimate;
use crate::loss::SnapshotLoss;
use std::collections::BTreeMap;
use std::time::Duration;
use tickshot_shared::limits::HISTORY_TICKS;
use tickshot_shared::protocol::server_msg::Pong;
use tickshot_shared::protocol::told::ToldRing;
use tickshot_shared::sim::world::Slot;
use tickshot_shared::tick::{Tick, TickRate};

/// One connected client.
pub struct Session {
    pub name: String,
    pub state: SessionState,
    /// When its last input packet came; at first, when it connected.
    pub heard: Duration,
    /// What each recent snapshot told this client, and which of them it has.
    pub told: ToldRing,
    /// Priority accumulator per slot, for snapshots that cannot hold everyone.
    pub priority: Vec<u32>,
    /// Input packets that came while it played, modulo 256.
    pub received: u8,
    /// How old a picture this client draws.
    pub display: DisplayEstimate,
    /// What this client wishes; what it gets is for the match to decide.
    pub wanted: Wanted,
    /// The link that the server imposes on this client, as text; empty = none.
    pub imposed_link: String,
    /// Newest ping not yet answered, and when it arrived.
    pub ping: Option<(u32, Duration)>,
    /// Round trip by acks: smallest of the recent ones.
    pub rtt: Option<Duration>,
    /// Of snapshots, by acks.
    pub loss: SnapshotLoss,
    /// Gets lines of chat: since it first came into the world.
    pub reads_chat: bool,
    /// Lines it may still say, and whether it was told that there were too many.
    pub lines: TokenBucket,
    pub is_told_to_slow_down: bool,
    /// Notices it may still get.
    pub notices: TokenBucket,
    /// When it may call the next vote.
    pub may_call_at: Tick,
}

/// What a session may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionState {
    /// Welcomed with a slot of its own; fetching the map perhaps. Not in the world yet, and out of the match if it is not
    /// by `until`: a place is for who plays.
    Loading {
        slot: Slot,
        until: Duration,
    },
    Playing(Slot),
    /// Told why it cannot play; disconnected at this time so that the message has a chance to arrive.
    Refused {
        close_at: Duration,
    },
}

impl Session {
    /// Connected at `now`.
    pub fn new(now: Duration, name: String, state: SessionState, capacity: usize, rate: TickRate) -> Session {
        Session {
            name,
            state,
            heard: now,
            told: ToldRing::new(capacity),
            priority: vec![0; capacity],
            received: 0,
            display: DisplayEstimate::new(rate),
            wanted: Wanted::default(),
            imposed_link: String::new(),
            ping: None,
            rtt: None,
            loss: SnapshotLoss::default(),
            reads_chat: false,
            lines: TokenBucket::default(),
            is_told_to_slow_down: false,
            notices: TokenBucket::default(),
            may_call_at: Tick(0),
        }
    }

    /// Another match begins: what was told in the one before is gone, and this client has until then to load the map.
    pub fn begin_match(&mut self, until: Duration, capacity: usize, rate: TickRate) {
        let Some(slot) = self.slot() else { return };
        self.state = SessionState::Loading { slot, until };
        self.told = ToldRing::new(capacity);
        self.priority.fill(0);
        self.display = DisplayEstimate::new(rate);
    }

    /// Whether this client plays, but has not been heard of for so long that it may be gone for good.
    pub fn is_ghost(&self, now: Duration) -> bool {
        matches!(self.state, SessionState::Playing(_)) && now.saturating_sub(self.heard) >= GHOST_SILENCE
    }

    /// Has it ever come into the world? Who has reads the chat from then on.
    pub fn has_played(&self) -> bool {
        self.reads_chat
    }

    /// The slot this session holds, whether it plays already or not.
    pub fn slot(&self) -> Option<Slot> {
        match self.state {
            SessionState::Loading { slot, .. } | SessionState::Playing(slot) => Some(slot),
            SessionState::Refused { .. } => None,
        }
    }

    /// The acks of an input packet that `arrived`; `sent_at` tells when the newest acked snapshot left.
    pub fn handle_ack(&mut self, ack: Option<Tick>, mask: u32, sent_at: Option<Duration>, arrived: Duration) {
        if let Some(ack) = ack.filter(|ack| self.told.at(*ack).is_some()) {
            self.loss.handle_ack(ack, mask, |tick| self.told.at(tick).is_some());
        }
        let held = self.told.acked();
        self.told.handle_ack(ack, mask);
        if self.told.acked() == held {
            return;
        }
        if let Some(sample) = sent_at.and_then(|sent| arrived.checked_sub(sent)) {
            // An ack waits for the client's next input packet, so the smallest samples are the true ones; a slow
            // rise lets the estimate follow a route that became longer.
            self.rtt = Some(self.rtt.map_or(sample, |rtt| sample.min(rtt + rtt / 64)));
        }
    }

    /// The answer to the newest ping, if one waits. `deadline` is when the tick of this snapshot was due.
    pub fn take_pong(&mut self, now: Duration, deadline: Duration) -> Option<Pong> {
        let (ping, arrived) = self.ping.take()?;
        let micros = |d: Duration| u32::try_from(d.as_micros()).unwrap_or(u32::MAX);
        Some(Pong {
            ping,
            hold_us: micros(now.saturating_sub(arrived)),
            since_tick_us: micros(now.saturating_sub(deadline)),
        })
    }
}

/// All sessions, in order of client id, and who holds which slot.
pub struct Sessions {
    by_id: BTreeMap<u64, Session>,
    by_slot: Vec<Option<u64>>,
}

impl Sessions {
    pub fn new(capacity: usize) -> Sessions {
        Sessions { by_id: BTreeMap::new(), by_slot: vec![None; capacity] }
    }

    pub fn insert(&mut self, client_id: u64, session: Session) {
        if let Some(slot) = session.slot() {
            self.by_slot[slot.index()] = Some(client_id);
        }
        self.by_id.insert(client_id, session);
    }

    pub fn remove(&mut self, client_id: u64) -> Option<Session> {
        let session = self.by_id.remove(&client_id)?;
        if let Some(slot) = session.slot() {
            self.by_slot[slot.index()] = None;
        }
        Some(session)
    }

    pub fn with_id_mut(&mut self, client_id: u64) -> Option<&mut Session> {
        self.by_id.get_mut(&client_id)
    }

    pub fn id_in_slot(&self, slot: Slot) -> Option<u64> {
        *self.by_slot.get(slot.index())?
    }

    pub fn in_slot(&self, slot: Slot) -> Option<&Session> {
        self.by_id.get(&self.id_in_slot(slot)?)
    }

    /// All, in order of id.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &Session)> {
        self.by_id.iter().map(|(id, session)| (*id, session))
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = (u64, &mut Session)> {
        self.by_id.iter_mut().map(|(id, session)| (*id, session))
    }

    /// Is this client part of the match?
    pub fn is_admitted(&self, client_id: u64) -> bool {
        self.by_id.get(&client_id).is_some_and(|session| session.slot().is_some())
    }

    /// Ids of the sessions that are part of the match (not those refused), in order.
    pub fn admitted(&self) -> impl Iterator<Item = u64> {
        self.by_id.iter().filter(|(_, s)| s.slot().is_some()).map(|(id, _)| *id)
    }
}

/// A client sends an input packet per tick; one that is silent for this long has lost its way, or will come back anew.
const GHOST_SILENCE: Duration = Duration::from_secs(2);

/// When each recent snapshot left, to time its acks.
pub struct SendTimes([Option<(Tick, Duration)>; HISTORY_TICKS]);

impl SendTimes {
    pub fn new() -> SendTimes {
        SendTimes([None; HISTORY_TICKS])
    }

    pub fn record(&mut self, tick: Tick, at: Duration) {
        self.0[tick.0 as usize % HISTORY_TICKS] = Some((tick, at));
    }

    pub fn of(&self, tick: Tick) -> Option<Duration> {
        self.0[tick.0 as usize % HISTORY_TICKS].filter(|(held, _)| *held == tick).map(|(_, at)| at)
    }
}

impl Default for SendTimes {
    fn default() -> Self {
        Self::new()
    }
}
