//! Traces of a match that never was: a server and clients of known clocks over known links, written down as both would.
//!
//! Nothing is simulated but time: who sends what when, what the links make of it, what arrives. So everything that an analysis
//! finds can be held against what was put in. The same seed gives the same traces.

#![allow(dead_code, reason = "each test file uses its part")]

use std::collections::BTreeMap;
use std::time::Duration;
use tickshot_shared::rng::Rng;
use tickshot_trace::model::{At, ClientTrace, ServerTrace};
use tickshot_trace::proto::{
    Frame, Header, InputSampled, MatchBegan, PacketSent, Role, ServerTick, SessionEvent, SnapshotReceived, Stamp,
    Welcomed, session_event::Kind,
};
use tickshot_trace::record::{Record, Stamped};
use tickshot_trace::replay::push_stamp;

pub(crate) const TICK_NS: i64 = 15_625_000;
pub(crate) const MS: i64 = 1_000_000;
/// True time is the server's clock less this.
const SERVER_AT_ZERO: i64 = 7_000 * 1_000 * MS;

/// One direction of a link.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Link {
    pub(crate) delay_ns: i64,
    /// Mean of an exponential that comes on top.
    pub(crate) jitter_ns: i64,
    /// Of a thousand.
    pub(crate) lost: u32,
    pub(crate) copied: u32,
    /// Packets are lost in bursts of so many.
    pub(crate) burst: u32,
}

impl Link {
    pub(crate) fn of(delay_ms: i64) -> Link {
        Link { delay_ns: delay_ms * MS, jitter_ns: 0, lost: 0, copied: 0, burst: 1 }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Player {
    pub(crate) name: &'static str,
    pub(crate) offset_ns: i64,
    pub(crate) drift_ppm: i64,
    /// (true time, length): its clock stands still, and it hears and sends nothing.
    pub(crate) asleep: Vec<(i64, i64)>,
    pub(crate) up: Link,
    pub(crate) down: Link,
    /// How long before its tick an input is made.
    pub(crate) lead_ns: i64,
    /// Others are drawn so much behind the server.
    pub(crate) display_lag_ns: i64,
    pub(crate) frame_ns: i64,
    /// Ticks at which a session begins (and the one before ends).
    pub(crate) joins: Vec<u32>,
}

impl Player {
    pub(crate) fn new(name: &'static str, one_way_ms: i64) -> Player {
        Player {
            name,
            offset_ns: 0,
            drift_ppm: 0,
            asleep: Vec::new(),
            up: Link::of(one_way_ms),
            down: Link::of(one_way_ms),
            lead_ns: (one_way_ms + 12) * MS,
            display_lag_ns: (one_way_ms + 40) * MS,
            frame_ns: 7 * MS,
            joins: vec![1],
        }
    }

    fn sleeps(&self, at: i64) -> bool {
        self.asleep.iter().any(|(from, length)| (*from..from + length).contains(&at))
    }

    /// What its clock shows at true time `at`.
    pub(crate) fn local(&self, at: i64) -> i64 {
        let slept: i64 = self.asleep.iter().map(|(from, length)| (at - from).clamp(0, *length)).sum();
        let awake = at - slept;
        SERVER_AT_ZERO + self.offset_ns + awake + awake * self.drift_ppm / 1_000_000
    }
}

pub(crate) struct Synthetic {
    pub(crate) server: ServerTrace,
    pub(crate) clients: Vec<ClientTrace>,
    pub(crate) players: Vec<Player>,
}

impl Synthetic {
    /// `seconds` of a match of `players`, in slots by their order.
    pub(crate) fn run(seed: u64, seconds: i64, players: Vec<Player>) -> Synthetic {
        println!("seed {seed}");
        let mut rng = Rng::fork(seed, 1);
        let ticks = (seconds * 64) as u32;
        let mut server = ServerTrace {
            header: Header {
                role: Role::Server.into(),
                name: "synthetic".to_owned(),
                tick_rate_hz: 64,
                ..Header::default()
            },
            matches: vec![MatchBegan { match_id: seed.to_le_bytes().to_vec(), ..MatchBegan::default() }],
            ..ServerTrace::default()
        };
        for tick in 1..=ticks {
            server.ticks.push(ServerTick {
                tick,
                deadline_ns: SERVER_AT_ZERO + i64::from(tick) * TICK_NS,
                late_us: 50 + rng.below(100) as i32,
                receive_us: 100,
                step_us: 50,
                snapshots_us: 200,
                flush_us: 50,
                ..ServerTick::default()
            });
        }
        let clients = (0..players.len())
            .map(|slot| {
                Run { server: &mut server, rng: Rng::fork(seed, 2 + slot as u64), slot: slot as u32, ticks }.play(
                    &players[slot],
                    players.len(),
                    seed,
                )
            })
            .collect();
        server.sessions.sort_by_key(|event| (event.at_ns, event.it.kind != Kind::Left as i32));
        Synthetic { server, clients, players }
    }

    pub(crate) fn clients(&self) -> Vec<&ClientTrace> {
        self.clients.iter().collect()
    }

    /// The server's clock when that player's shows `local`, by the players' own making.
    pub(crate) fn true_server_ns(&self, player: usize, at_true: i64) -> (i64, i64) {
        (self.players[player].local(at_true), SERVER_AT_ZERO + at_true)
    }
}

pub(crate) fn client_id(slot: u32, session: usize) -> u64 {
    0xC0FFEE + u64::from(slot) * 100 + session as u64
}

struct Run<'s> {
    server: &'s mut ServerTrace,
    rng: Rng,
    slot: u32,
    ticks: u32,
}

/// One way of a link, with its luck.
struct Luck {
    link: Link,
    burst_left: u32,
}

impl Luck {
    /// Arrivals of what leaves at true time `at`.
    fn send(&mut self, at: i64, rng: &mut Rng) -> Vec<i64> {
        if self.burst_left > 0 {
            self.burst_left -= 1;
            return Vec::new();
        }
        if rng.below(1000) < self.link.lost {
            self.burst_left = self.link.burst - 1;
            return Vec::new();
        }
        let copies = 1 + u32::from(rng.below(1000) < self.link.copied);
        (0..copies).map(|_| at + self.link.delay_ns + exponential(rng, self.link.jitter_ns)).collect()
    }
}

fn exponential(rng: &mut Rng, mean: i64) -> i64 {
    let uniform = (f64::from(rng.below(1 << 30)) + 1.0) / f64::from(1 << 30);
    (-uniform.ln() * mean as f64) as i64
}

impl Run<'_> {
    fn play(mut self, player: &Player, players: usize, seed: u64) -> ClientTrace {
        let mut client = ClientTrace {
            header: Header {
                role: Role::Client.into(),
                name: player.name.to_owned(),
                client_id: client_id(self.slot, 0),
                ..Header::default()
            },
            ..ClientTrace::default()
        };
        for (session, first) in player.joins.iter().enumerate() {
            let end = player.joins.get(session + 1).copied().unwrap_or(self.ticks);
            self.admit(player, &mut client, session, *first, seed);
            self.inputs(player, &mut client, *first, end);
            self.snapshots(player, &mut client, *first, end);
            if end < self.ticks {
                self.event(Kind::Left, player, session, end);
            }
        }
        self.frames(player, &mut client, players);
        client
    }

    fn event(&mut self, kind: Kind, player: &Player, session: usize, tick: u32) {
        let it = SessionEvent {
            kind: kind.into(),
            tick,
            client_id: client_id(self.slot, session),
            slot: self.slot,
            name: player.name.to_owned(),
            ..SessionEvent::default()
        };
        self.server.sessions.push(At { at_ns: SERVER_AT_ZERO + i64::from(tick) * TICK_NS, it });
    }

    fn admit(&mut self, player: &Player, client: &mut ClientTrace, session: usize, tick: u32, seed: u64) {
        self.event(Kind::Admitted, player, session, tick - 1);
        let it = Welcomed {
            client_id: client_id(self.slot, session),
            slot: self.slot,
            match_id: seed.to_le_bytes().to_vec(),
            ..Welcomed::default()
        };
        client.welcomes.push(At { at_ns: player.local(i64::from(tick) * TICK_NS - 1), it });
    }

    /// Inputs, each in four packets.
    fn inputs(&mut self, player: &Player, client: &mut ClientTrace, first: u32, end: u32) {
        let mut luck = Luck { link: player.up, burst_left: 0 };
        let mut first_copy: BTreeMap<u32, i64> = BTreeMap::new();
        let warm = (player.lead_ns / TICK_NS) as u32 + 2;
        for tick in first + warm..=end {
            let made = i64::from(tick) * TICK_NS - player.lead_ns + i64::from(self.rng.below(3_000_000));
            let sent = made + 200_000;
            if player.sleeps(sent) {
                continue;
            }
            client.inputs.push(InputSampled {
                tick,
                device_ns: player.local(made - 2 * MS),
                made_ns: player.local(made),
                heading: tick % 9,
                aim: tick % 65_536,
                stamp: tick.is_multiple_of(64).then(|| Stamp { slot: self.slot, a_age: 5, ..Stamp::default() }),
                ..InputSampled::default()
            });
            let inputs = 4.min(tick - first - warm + 1);
            let ack = (tick > first + warm + 8).then(|| tick - 8);
            client.packets.push(PacketSent {
                sent_ns: player.local(sent),
                newest: tick,
                inputs,
                fresh: 1,
                ack,
                ..PacketSent::default()
            });
            for (copy, arrived) in luck.send(sent, &mut self.rng).into_iter().enumerate() {
                for carried in tick + 1 - inputs..=tick {
                    let earliest = first_copy.entry(carried).or_insert(arrived);
                    *earliest = arrived.min(*earliest);
                }
                self.note_packet(arrived, tick, inputs, ack, copy);
            }
        }
        for (tick, arrived) in first_copy {
            self.use_input(tick, arrived);
        }
    }

    /// In the record of the first tick that begins after it came.
    fn note_packet(&mut self, arrived: i64, newest: u32, inputs: u32, ack: Option<u32>, copy: usize) {
        let at = SERVER_AT_ZERO + arrived;
        let index = self.server.ticks.partition_point(|tick| tick.deadline_ns + i64::from(tick.late_us) * 1000 <= at);
        let Some(tick) = self.server.ticks.get_mut(index) else { return };
        tick.packet_slots.push(self.slot);
        tick.packet_arrivals_us.push(((at - tick.deadline_ns).div_euclid(1000)) as i32);
        tick.packet_newest.push(newest as i32 - tick.tick as i32);
        tick.packet_inputs.push(inputs);
        tick.packet_kept.push(u32::from(copy == 0));
        tick.packet_acks.push(ack.map_or(0, |ack| tick.tick - ack + 1));
    }

    fn use_input(&mut self, tick: u32, arrived: i64) {
        let slot = self.slot;
        let Some(record) = self.server.ticks.get_mut(tick as usize - 1) else { return };
        let margin = record.deadline_ns - (SERVER_AT_ZERO + arrived);
        let used = margin + i64::from(record.late_us) * 1000 >= 0;
        record.input_slots.push(slot);
        record.input_uses.push(u32::from(!used));
        record.headings.push(tick % 9);
        record.aims.push(tick % 65_536);
        record.buttons.push(0);
        record.weapons.push(0);
        record.margins_us.push(if used { margin.div_euclid(1000) as i32 } else { 0 });
        if used && tick.is_multiple_of(64) {
            push_stamp(record, &Stamp { slot, a_age: 5, ..Stamp::default() });
        }
    }

    fn snapshots(&mut self, player: &Player, client: &mut ClientTrace, first: u32, end: u32) {
        let mut luck = Luck { link: player.down, burst_left: 0 };
        for tick in first..=end {
            let record = &mut self.server.ticks[tick as usize - 1];
            let sent_us = record.late_us + 250 + self.slot as i32 * 10;
            record.snapshot_slots.push(self.slot);
            record.snapshot_sent_us.push(sent_us);
            let left = record.deadline_ns - SERVER_AT_ZERO + i64::from(sent_us) * 1000;
            for arrived in luck.send(left, &mut self.rng) {
                if !player.sleeps(arrived) && arrived < i64::from(self.ticks) * TICK_NS {
                    client.snapshots.push(SnapshotReceived {
                        tick,
                        arrived_ns: player.local(arrived),
                        handled_ns: player.local(arrived + MS),
                        ..SnapshotReceived::default()
                    });
                }
            }
        }
        client.snapshots.sort_by_key(|snapshot| snapshot.arrived_ns);
    }

    fn frames(&mut self, player: &Player, client: &mut ClientTrace, players: usize) {
        let others: Vec<u32> = (0..players as u32).filter(|slot| *slot != self.slot).collect();
        let mut at = i64::from(player.joins[0]) * TICK_NS + player.display_lag_ns;
        while at < i64::from(self.ticks) * TICK_NS {
            let shown = at - player.display_lag_ns;
            let own = at + player.lead_ns - TICK_NS;
            if !player.sleeps(at) {
                client.frames.push(Frame {
                    at_ns: player.local(at),
                    display_delay_us: 20_000,
                    a: Some((shown / TICK_NS) as u32),
                    b: (shown / TICK_NS) as u32 + 1,
                    fraction_256ths: (shown % TICK_NS * 256 / TICK_NS) as u32,
                    own_x: Some(0),
                    own_from: Some((own / TICK_NS) as u32),
                    own_fraction_256ths: (own % TICK_NS * 256 / TICK_NS) as u32,
                    slots: others.clone(),
                    ..Frame::default()
                });
            }
            at += player.frame_ns;
        }
    }
}

/// Everything of a server's trace as it would lie in its file.
pub(crate) fn server_records(trace: &ServerTrace) -> Vec<Stamped> {
    let mut records = vec![stamped(0, trace.header.clone())];
    records.extend(trace.matches.iter().map(|it| stamped(0, it.clone())));
    records.extend(trace.sessions.iter().map(|it| stamped(it.at_ns, it.it.clone())));
    records.extend(trace.ticks.iter().map(|it| stamped(it.deadline_ns, it.clone())));
    records[1..].sort_by_key(|record| record.at);
    records
}

pub(crate) fn client_records(trace: &ClientTrace) -> Vec<Stamped> {
    let mut records = vec![stamped(0, trace.header.clone())];
    records.extend(trace.welcomes.iter().map(|it| stamped(it.at_ns, it.it.clone())));
    records.extend(trace.frames.iter().map(|it| stamped(it.at_ns, it.clone())));
    records.extend(trace.inputs.iter().map(|it| stamped(it.made_ns, *it)));
    records.extend(trace.packets.iter().map(|it| stamped(it.sent_ns, *it)));
    records.extend(trace.snapshots.iter().map(|it| stamped(it.arrived_ns, it.clone())));
    records[1..].sort_by_key(|record| record.at);
    records
}

fn stamped(at_ns: i64, record: impl Into<Record>) -> Stamped {
    Stamped { at: Duration::from_nanos(at_ns.max(0) as u64), record: record.into() }
}
