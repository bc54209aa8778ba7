//! Do both ends tell the same story? Inputs that the server used against those the client says it made, and what became of
//! the datagrams of each way.
//!
//! Only what both recordings cover is counted: what left so late that it may still have been under way when one of them ended
//! is neither arrived nor lost.

use super::clock::ClockMap;
use super::pairs::{Flight, Way, ticks_of};
use super::sessions::Session;
use crate::model::{ClientTrace, ServerTrace};
use crate::proto::{InputSampled, ServerTick, Stamp};
use crate::replay::stamp_of;
use serde::Serialize;

/// The inputs that the server used, beside the client's own record of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct InputsChecked {
    pub equal: u64,
    pub different: u64,
    /// Used, but not in the client's trace.
    pub unrecorded: u64,
    /// The first of those that differ.
    pub differences: Vec<Difference>,
}

/// One input that is not what the client says it made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    pub tick: u32,
    pub field: &'static str,
    pub client: String,
    pub server: String,
}

/// What became of the datagrams of one way.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct WayTimes {
    pub sent: u64,
    pub arrived: u64,
    pub lost: u64,
    /// Further copies of what had arrived, and arrivals behind one that left later.
    pub copies: u64,
    pub overtaken: u64,
    /// Left out: arrivals without a recorded departure; packets that are like others.
    pub unmatched: u64,
    pub ambiguous: u64,
    /// One way, by the middle of the clocks' bounds.
    pub min_ms: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    /// 95 % arrived no later than this after the quickest: known, however far the clocks may be off.
    pub jitter_ms: f64,
}

pub(super) fn check_inputs(server: &ServerTrace, client: &ClientTrace, sessions: &[Session]) -> InputsChecked {
    let mut checked = InputsChecked::default();
    for session in sessions {
        let mut made: Vec<&InputSampled> = client.inputs.iter().filter(|input| session.owns(input.made_ns)).collect();
        made.sort_by_key(|input| input.tick);
        for tick in ticks_of(server, session) {
            let Some(used) = used_input(tick, session.slot) else { continue };
            let from = made.partition_point(|input| input.tick < tick.tick);
            let same_tick = made[from..].iter().take_while(|input| input.tick == tick.tick);
            // After a jump of the input clock a tick may have been sampled twice; the copy that came first was used.
            let found: Vec<Option<Difference>> = same_tick.map(|input| difference(input, &used)).collect();
            checked.note(found);
        }
    }
    checked
}

impl InputsChecked {
    /// One used input, held against all of its tick that the client made.
    fn note(&mut self, found: Vec<Option<Difference>>) {
        if found.is_empty() {
            self.unrecorded += 1;
        } else if found.iter().any(Option::is_none) {
            self.equal += 1;
        } else {
            self.different += 1;
            let room = DIFFERENCES_MAX.saturating_sub(self.differences.len()).min(1);
            self.differences.extend(found.into_iter().flatten().take(room));
        }
    }
}

struct Used {
    heading: u32,
    aim: u32,
    buttons: u32,
    weapon: u32,
    stamp: Option<Stamp>,
}

/// The client's own input that this tick used for `slot`.
fn used_input(tick: &ServerTick, slot: u32) -> Option<Used> {
    let index = tick.input_slots.iter().position(|of| *of == slot)?;
    if *tick.input_uses.get(index)? != 0 {
        return None;
    }
    Some(Used {
        heading: *tick.headings.get(index)?,
        aim: *tick.aims.get(index)?,
        buttons: *tick.buttons.get(index)?,
        weapon: *tick.weapons.get(index)?,
        stamp: stamp_of(tick, slot),
    })
}

fn difference(made: &InputSampled, used: &Used) -> Option<Difference> {
    let fields = [
        ("heading", made.heading, used.heading),
        ("aim", made.aim, used.aim),
        ("buttons", made.buttons, used.buttons),
        ("weapon", made.weapon, used.weapon),
    ];
    if let Some((field, client, server)) = fields.into_iter().find(|(_, client, server)| client != server) {
        return Some(Difference { tick: made.tick, field, client: client.to_string(), server: server.to_string() });
    }
    let said = |stamp: Option<&Stamp>| stamp.map(|stamp| Stamp { slot: 0, ..*stamp });
    let (client, server) = (said(made.stamp.as_ref()), said(used.stamp.as_ref()));
    (client != server).then(|| Difference {
        tick: made.tick,
        field: "stamp",
        client: format!("{client:?}"),
        server: format!("{server:?}"),
    })
}

/// `covered`: was this flight sent within what both recordings cover, if it takes at most so long (nanoseconds)? `delay`: how
/// long one took that left and arrived then.
pub(super) fn times(way: &Way, delay: &dyn Fn(i64, i64) -> i64, covered: &dyn Fn(&Flight, i64) -> bool) -> WayTimes {
    let delay_of = |flight: &Flight| Some(delay(flight.left_ns, flight.arrived_ns?));
    let mut delays: Vec<i64> = way.flights.iter().filter_map(delay_of).collect();
    delays.sort_unstable();
    let longest = delays.last().copied().unwrap_or(0).max(0);
    let counted = || way.flights.iter().filter(|flight| covered(flight, longest));
    let (sent, arrived) = (counted().count(), counted().filter(|flight| flight.arrived_ns.is_some()).count());
    let at = |share: f64| delays.get(((delays.len() as f64 * share) as usize).min(delays.len().saturating_sub(1)));
    let ms = |share: f64| at(share).map_or(0.0, |ns| *ns as f64 * 1e-6);
    WayTimes {
        sent: sent as u64,
        arrived: arrived as u64,
        lost: (sent - arrived) as u64,
        copies: way.flights.iter().map(|flight| u64::from(flight.copies.saturating_sub(1))).sum(),
        overtaken: way.flights.iter().filter(|flight| flight.overtaken).count() as u64,
        unmatched: way.unmatched,
        ambiguous: way.ambiguous,
        min_ms: ms(0.0),
        p50_ms: ms(0.5),
        p99_ms: ms(0.99),
        jitter_ms: ms(0.95) - ms(0.0),
    }
}

impl WayTimes {
    pub fn loss_pct(&self) -> f64 {
        if self.sent == 0 { 0.0 } else { self.lost as f64 * 100.0 / self.sent as f64 }
    }
}

/// What both recordings cover.
pub(super) struct Covered {
    /// Server's local time, per session: first and last tick recorded.
    server: Vec<(i64, i64)>,
    /// Client's local time: first and last record.
    client: (i64, i64),
}

impl Covered {
    pub(super) fn of(server: &ServerTrace, client: &ClientTrace, sessions: &[Session]) -> Covered {
        let span = |session: &Session| {
            let ticks = ticks_of(server, session);
            Some((ticks.first()?.deadline_ns, ticks.last()?.deadline_ns))
        };
        let ends = |times: [Option<i64>; 3]| times.into_iter().flatten();
        let first = ends([
            client.frames.first().map(|it| it.at_ns),
            client.packets.first().map(|it| it.sent_ns),
            client.snapshots.first().map(|it| it.arrived_ns),
        ]);
        let last = ends([
            client.frames.last().map(|it| it.at_ns),
            client.packets.last().map(|it| it.sent_ns),
            client.snapshots.last().map(|it| it.arrived_ns),
        ]);
        Covered {
            server: sessions.iter().map(|session| span(session).unwrap_or((0, 0))).collect(),
            client: (first.min().unwrap_or(0), last.max().unwrap_or(0)),
        }
    }

    /// Of a packet that left at local time `flight.left_ns` and takes no longer than `longest`.
    pub(super) fn up(&self, sessions: &[Session], clock: &ClockMap, flight: &Flight, longest: i64) -> bool {
        let Some(index) = sessions.iter().position(|session| session.owns(flight.left_ns)) else { return false };
        let (first, last) = self.server[index];
        (first..last.saturating_sub(longest)).contains(&clock.to_server_ns(flight.left_ns))
    }

    /// Of a snapshot.
    pub(super) fn down(&self, sessions: &[Session], clock: &ClockMap, flight: &Flight, longest: i64) -> bool {
        let local = clock.to_local_ns(flight.left_ns);
        let (first, last) = self.client;
        let is_mine = sessions.iter().any(|session| session.plays_at(flight.tick) && session.owns(local));
        is_mine && (first..last.saturating_sub(longest)).contains(&local)
    }
}

/// Differences that are told one by one.
const DIFFERENCES_MAX: usize = 8;
