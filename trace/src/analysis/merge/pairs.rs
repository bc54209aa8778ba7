//! The two ends of every datagram: which arrival belongs to which departure.
//!
//! A snapshot is told by its tick and its receiver; an input packet by the newest input in it, how many it carries and
//! what it acks. Packets that cannot be told apart by that (questions for the time) are left out of clocks and of loss. Copies
//! that the network made are counted, and bound the clocks like their originals. Must not know what follows from the times.

use super::sessions::Session;
use crate::model::{ClientTrace, ServerTrace};
use crate::proto::{PacketSent, ServerTick};
use std::collections::BTreeMap;

/// One datagram on its way: when it left on the clock of the one end, and came on the clock of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flight {
    /// The snapshot's tick, or the newest input's.
    pub tick: u32,
    pub left_ns: i64,
    /// `None` = it never came.
    pub arrived_ns: Option<i64>,
    /// How often it came, and whether one that left later was there before.
    pub copies: u32,
    pub overtaken: bool,
}

/// Datagrams of one way, in order of leaving, and what could not be paired.
#[derive(Clone, Debug, Default)]
pub struct Way {
    pub flights: Vec<Flight>,
    /// Arrivals of later copies: (left, arrived).
    pub copies: Vec<(i64, i64)>,
    /// Arrivals whose departure was not recorded.
    pub unmatched: u64,
    /// Departures that are like others.
    pub ambiguous: u64,
}

/// Both ways of one client over all its sessions.
pub(super) fn pair(server: &ServerTrace, client: &ClientTrace, sessions: &[Session]) -> (Way, Way) {
    let (mut up, mut down) = (Way::default(), Way::default());
    for session in sessions {
        pair_up(server, client, session, &mut up);
        pair_down(server, client, session, &mut down);
    }
    for way in [&mut up, &mut down] {
        way.flights.sort_by_key(|flight| flight.left_ns);
        mark_overtaken(&mut way.flights);
    }
    (up, down)
}

/// The ticks of the server that lie in a session.
pub(super) fn ticks_of<'t>(server: &'t ServerTrace, session: &Session) -> &'t [ServerTick] {
    let from = server.ticks.partition_point(|tick| tick.tick < session.first_tick);
    let to = server.ticks.partition_point(|tick| tick.tick <= session.last_tick);
    &server.ticks[from..to.max(from)]
}

/// What an input packet is known by at both ends: newest input, inputs, ack plus 1 (0 = none).
type Key = (u32, u32, u32);

fn pair_up(server: &ServerTrace, client: &ClientTrace, session: &Session, way: &mut Way) {
    let packets = || client.packets.iter().filter(|packet| session.owns(packet.sent_ns));
    let mut alike: BTreeMap<Key, u32> = BTreeMap::new();
    packets().for_each(|packet| *alike.entry(key_of(packet)).or_default() += 1);
    let mut flights: BTreeMap<Key, usize> = BTreeMap::new();
    for packet in packets() {
        let key = key_of(packet);
        if alike[&key] > 1 {
            way.ambiguous += 1;
            continue;
        }
        flights.insert(key, way.flights.len());
        way.flights.push(Flight::new(packet.newest, packet.sent_ns));
    }
    for tick in ticks_of(server, session) {
        for (key, arrived_ns) in arrivals(tick, session.slot) {
            match flights.get(&key) {
                Some(index) => way.arrive(*index, arrived_ns),
                None => way.unmatched += u64::from(!alike.contains_key(&key)),
            }
        }
    }
}

fn key_of(packet: &PacketSent) -> Key {
    (packet.newest, packet.inputs, packet.ack.map_or(0, |ack| ack.saturating_add(1)))
}

/// Input packets of `slot` that this record tells of: key and arrival, server's local time.
fn arrivals(tick: &ServerTick, slot: u32) -> impl Iterator<Item = (Key, i64)> + '_ {
    let at = move |index: usize| {
        let arrived = *tick.packet_arrivals_us.get(index)?;
        let newest = tick.tick.wrapping_add_signed(*tick.packet_newest.get(index)?);
        let inputs = *tick.packet_inputs.get(index)?;
        let ack = *tick.packet_acks.get(index)?;
        // An age plus 1 becomes a tick plus 1.
        let ack = if ack == 0 { 0 } else { tick.tick.wrapping_sub(ack - 1).wrapping_add(1) };
        Some(((newest, inputs, ack), after(tick.deadline_ns, arrived)))
    };
    let mine = move |(_, of): &(usize, &u32)| **of == slot;
    tick.packet_slots.iter().enumerate().filter(mine).filter_map(move |(index, _)| at(index))
}

fn pair_down(server: &ServerTrace, client: &ClientTrace, session: &Session, way: &mut Way) {
    let mut came: Vec<(u32, i64)> = client
        .snapshots
        .iter()
        // What could not even be read has no tick.
        .filter(|snapshot| snapshot.tick > 0 || snapshot.dropped.is_empty())
        .filter(|snapshot| session.owns(snapshot.arrived_ns))
        .map(|snapshot| (snapshot.tick, snapshot.arrived_ns))
        .collect();
    came.sort_unstable();
    let mut matched = 0;
    for tick in ticks_of(server, session) {
        let Some(left_ns) = departure(tick, session.slot) else { continue };
        let index = way.flights.len();
        way.flights.push(Flight::new(tick.tick, left_ns));
        let from = came.partition_point(|(of, _)| *of < tick.tick);
        for (_, arrived_ns) in came[from..].iter().take_while(|(of, _)| *of == tick.tick) {
            way.arrive(index, *arrived_ns);
            matched += 1;
        }
    }
    way.unmatched += came.len() as u64 - matched;
}

/// When the snapshot of this tick left for `slot`, server's local time.
pub(crate) fn departure(tick: &ServerTick, slot: u32) -> Option<i64> {
    let index = tick.snapshot_slots.iter().position(|of| *of == slot)?;
    Some(after(tick.deadline_ns, *tick.snapshot_sent_us.get(index)?))
}

/// So many microseconds after `ns`.
pub(crate) fn after(ns: i64, us: i32) -> i64 {
    ns.saturating_add(i64::from(us) * 1000)
}

impl Flight {
    fn new(tick: u32, left_ns: i64) -> Flight {
        Flight { tick, left_ns, arrived_ns: None, copies: 0, overtaken: false }
    }
}

impl Way {
    fn arrive(&mut self, index: usize, arrived_ns: i64) {
        let flight = &mut self.flights[index];
        flight.copies += 1;
        match flight.arrived_ns {
            Some(first) => {
                self.copies.push((flight.left_ns, first.max(arrived_ns)));
                flight.arrived_ns = Some(first.min(arrived_ns));
            }
            None => flight.arrived_ns = Some(arrived_ns),
        }
    }

    /// Those that arrived: (left, arrived), later copies too.
    pub(super) fn arrived(&self) -> impl Iterator<Item = (i64, i64)> + '_ {
        let first = self.flights.iter().filter_map(|flight| Some((flight.left_ns, flight.arrived_ns?)));
        first.chain(self.copies.iter().copied())
    }
}

/// In order of leaving: whoever arrives after one that left later was overtaken.
fn mark_overtaken(flights: &mut [Flight]) {
    let mut earliest = i64::MAX;
    for flight in flights.iter_mut().rev() {
        if let Some(arrived) = flight.arrived_ns {
            flight.overtaken = arrived > earliest;
            earliest = earliest.min(arrived);
        }
    }
}
